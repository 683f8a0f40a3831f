//! Standard Webhooks: the headers of a delivery, what its signature covers, and how it is signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{KeyInit as _, Mac as _};
use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretSlice};
use sha2::Sha256;

use crate::clock::Timestamp;

/// The id of the delivery.
pub const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
/// The time of sending, in Unix seconds.
pub const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
/// One or more signatures, separated by blanks.
pub const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// HMAC-SHA256, with the key in it.
pub type HmacSha256 = hmac::Hmac<Sha256>;

/// A key as HMAC takes it; none can be too short or too long.
pub fn signing_key(secret: &SecretSlice<u8>) -> Option<HmacSha256> {
    HmacSha256::new_from_slice(secret.expose_secret()).ok()
}

/// The key with what is signed: id, timestamp and body.
pub fn signed_content(key: &HmacSha256, id: &str, timestamp: &str, body: &[u8]) -> HmacSha256 {
    key.clone()
        .chain_update(id)
        .chain_update(".")
        .chain_update(timestamp)
        .chain_update(".")
        .chain_update(body)
}

/// The headers of a delivery. `id` is 1 to 128 of `[A-Za-z0-9_-]`; a value that fits no header is left out.
pub fn delivery_headers(
    key: &HmacSha256,
    id: &str,
    now: Timestamp,
    body: &[u8],
) -> Vec<(HeaderName, HeaderValue)> {
    let timestamp = now.as_seconds().to_string();
    let tag = signed_content(key, id, &timestamp, body).finalize().into_bytes();
    let signature = format!("v1,{}", BASE64.encode(tag));
    let headers =
        [(WEBHOOK_ID, id), (WEBHOOK_TIMESTAMP, timestamp.as_str()), (WEBHOOK_SIGNATURE, signature.as_str())];
    let headers = headers.into_iter().filter_map(|(name, value)| {
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    });
    headers.collect()
}
