//! Signs webhooks as a relay does, for `vincula event send` and the tests.
//!
//! The first key of each list signs; the others only verify.

use hmac::Mac as _;
use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::verify::ZAPI_TOKEN;
use crate::clock::Timestamp;
use crate::config;
use crate::standard_webhooks::{HmacSha256, delivery_headers, signing_key};

/// Returns the headers with which this body verifies now, for all schemes of the instance.
///
/// `id` is the `webhook-id` of Standard Webhooks: 1 to 128 of `[A-Za-z0-9_-]`, a new one for each delivery. A value that
/// fits no header is omitted, and the service will reject the request.
pub fn signature_headers(
    instance: &config::Instance,
    id: &str,
    now: Timestamp,
    body: &[u8],
) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = Vec::new();
    let mut add = |name: HeaderName, value: &str| {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(true);
            headers.push((name, value));
        }
    };
    let config::VerifyConfig { zapi_token, hmac, standard_webhooks, .. } = &instance.verify;
    if *zapi_token {
        add(ZAPI_TOKEN, instance.token.expose_secret());
    }
    if let Some(hmac) = hmac
        && let Some(key) = first_key(&hmac.secrets)
    {
        let tag = key.chain_update(body).finalize().into_bytes();
        add(hmac.header.clone(), &format!("sha256={}", base16ct::lower::encode_string(&tag)));
    }
    if let Some(key) = standard_webhooks.as_deref().and_then(first_key) {
        headers.extend(delivery_headers(&key, id, now, body));
    }
    headers
}

/// The path of the instance's endpoint: `/webhooks/<name>`, and the path secret if there is one.
pub fn webhook_path(instance: &config::Instance) -> SecretString {
    let name = &instance.name;
    match &instance.verify.path_secret {
        Some(secret) => format!("/webhooks/{name}/{}", secret.expose_secret()).into(),
        None => format!("/webhooks/{name}").into(),
    }
}

fn first_key(secrets: &[SecretSlice<u8>]) -> Option<HmacSha256> {
    secrets.first().and_then(signing_key)
}
