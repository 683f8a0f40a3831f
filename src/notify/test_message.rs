//! The messages of `vincula notify test`.

use super::message::test_body;
use super::post::{NotifyClientError, PostClient, PostError};
use super::whatsapp::{find_connected, send};
use crate::clock::Clock;
use crate::config::NotifyConfig;
use crate::domain::{InstanceName, Locale};
use crate::i18n;
use crate::zapi::Zapi;

/// How a test ended: for each channel nothing if it is not configured.
#[derive(Debug)]
pub struct TestResult {
    /// The POST, or why it was not accepted.
    pub url: Option<Result<(), String>>,
    /// The instance that sent the WhatsApp message, or why none did.
    pub phone: Option<Result<String, String>>,
}

/// Sends a test on each channel, in this language. The first of the connected senders sends the WhatsApp message.
pub async fn send_test(
    config: &NotifyConfig,
    locale: Locale,
    senders: &[(InstanceName, Zapi)],
    clock: &Clock,
) -> Result<TestResult, NotifyClientError> {
    let text = format!("✅ {}", i18n::text(locale, "notify-test", &[]));
    let url = match PostClient::new(config)? {
        Some(post) => {
            let id = format!("msg_{}_test", uuid::Uuid::now_v7().simple());
            let posted = post.post(&id, &test_body(&text, clock.now()), clock.now()).await;
            Some(posted.map_err(describe_post_error))
        }
        None => None,
    };
    let Some(phone) = config.phone else { return Ok(TestResult { url, phone: None }) };
    let Some(zapi) = find_connected(senders.iter().map(|(_, zapi)| zapi)).await else {
        return Ok(TestResult { url, phone: Some(Err("no instance is connected".to_owned())) });
    };
    let sender = senders.iter().find(|(_, other)| std::ptr::eq(other, zapi));
    let name = sender.map(|(name, _)| name.to_string()).unwrap_or_default();
    let sent = send(zapi, phone, &text, zapi.unlimited_send_permit()).await;
    let sent = sent.map(|()| name).map_err(|error| error.cause.as_str().to_owned());
    Ok(TestResult { url, phone: Some(sent) })
}

fn describe_post_error(error: PostError) -> String {
    match error {
        PostError::Temporary(cause, _) => cause,
        PostError::Refused(status) => format!("it responds with status {status}"),
    }
}
