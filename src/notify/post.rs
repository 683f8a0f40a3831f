//! The POST to the URL of notifications.
//!
//! The URL is a secret, so no error holds it. Redirects are off, and of the response only the status and
//! `Retry-After` are read.

use std::fmt;
use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::clock::Timestamp;
use crate::config::NotifyConfig;
use crate::standard_webhooks::{HmacSha256, delivery_headers, signing_key};

/// How long a POST may take, from the connection to the status.
const POST_TIMEOUT: Duration = Duration::from_secs(5);

/// The client could not be created: the TLS provider or the system's certificates are missing.
#[derive(Debug, thiserror::Error)]
#[error("no HTTPS client for notify.url: {0}")]
pub struct NotifyClientError(reqwest::Error);

/// Posts to the URL of the configuration.
pub(super) struct PostClient {
    http: reqwest::Client,
    url: SecretString,
    key: Option<HmacSha256>,
}

/// Why a POST was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PostError {
    /// It may be accepted later, after a delay that the receiver asked for.
    Temporary(String, Option<Duration>),
    /// The receiver refused it, with this status: it would do so again.
    Refused(u16),
}

impl fmt::Debug for PostClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostClient").finish_non_exhaustive()
    }
}

impl PostClient {
    /// The client for the URL of the configuration, if there is one. Opens no connection.
    pub(super) fn new(config: &NotifyConfig) -> Result<Option<Self>, NotifyClientError> {
        let Some(url) = config.url.clone() else { return Ok(None) };
        // Fails only when another provider is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .timeout(POST_TIMEOUT)
            // Messages are rare: no connection is kept.
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .user_agent(concat!("vincula/", env!("CARGO_PKG_VERSION")));
        // Plain HTTP is for loopback alone, where no proxy belongs.
        if url.expose_secret().starts_with("http://") {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| NotifyClientError(error.without_url()))?;
        let key = config.secret.as_ref().and_then(signing_key);
        Ok(Some(Self { http, url, key }))
    }

    /// Posts a body with this id, which stays the same when the POST is repeated.
    pub(super) async fn post(&self, id: &str, body: &Value, now: Timestamp) -> Result<(), PostError> {
        let body = body.to_string();
        let mut request = self.http.post(self.url.expose_secret()).header(CONTENT_TYPE, "application/json");
        if let Some(key) = &self.key {
            for (name, value) in delivery_headers(key, id, now, body.as_bytes()) {
                request = request.header(name, value);
            }
        }
        // The body of the response is dropped unread, with the connection.
        let response = match request.body(body).send().await {
            Ok(response) => response,
            Err(error) => return Err(PostError::Temporary(describe(&error).to_owned(), None)),
        };
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let retry_after = response.headers().get(RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        match status.as_u16() {
            408 | 425 | 429 | 500.. => {
                let cause = format!("it responds with status {}", status.as_u16());
                Err(PostError::Temporary(cause, retry_after.map(Duration::from_secs)))
            }
            status => Err(PostError::Refused(status)),
        }
    }
}

/// What went wrong, without the URL.
fn describe(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "it does not respond within 5 s"
    } else if error.is_connect() {
        "it cannot be reached"
    } else {
        "it closed the connection without a response"
    }
}
