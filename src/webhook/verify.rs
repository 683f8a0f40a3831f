//! Authenticates a request: every configured scheme must hold, over the raw bytes, before anything is parsed.
//!
//! Pure: configuration, headers, path, body and time come in; a [`Verified`] body goes out, or a [`VerifyError`] that
//! tells the sender nothing. Secrets are compared in constant time, as digests of one length, and all schemes are always
//! evaluated: neither the response nor its time tells which one failed. The sender can observe only whether the request
//! was rejected before its body was read. Z-API itself sends `z-api-token`; the signatures are for relays and gateways
//! (Z-API's documentation). THREATS.md, T1–T7, lists what is rejected and why.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use hmac::{KeyInit, Mac};
use http::{HeaderMap, HeaderName};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::clock::Timestamp;
use crate::config;
use crate::standard_webhooks::{HmacSha256, signed_content};
pub use crate::standard_webhooks::{WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP};

#[cfg(test)]
mod tests;

/// Largest difference of a `webhook-timestamp` from now, either way (Standard Webhooks: five minutes).
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(300);

/// The header in which Z-API sends the instance token.
pub const ZAPI_TOKEN: HeaderName = HeaderName::from_static("z-api-token");
/// Maximum number of signatures checked per delivery: enough for key rotation, and few enough that the response time
/// does not reveal the number of keys.
const MAX_SIGNATURES: usize = 8;

/// Length of a SHA-256 in bytes.
const SHA256_LEN: usize = 32;
type Tag = [u8; SHA256_LEN];
/// The result of a scheme; `None` if it is not configured.
type SchemeResult = Option<Result<(), AuthFailure>>;

/// The headers and the path of a request, not authenticated. Secrets are hashed once, however many instances they are
/// compared with.
#[derive(Clone, Debug)]
pub struct RequestMeta<'a> {
    headers: &'a HeaderMap,
    token: Result<Tag, AuthFailure>,
    path_secret: Option<Tag>,
}

impl<'a> RequestMeta<'a> {
    /// `path_secret` is the part of the path behind the instance, as in the request line: it is not percent-decoded, so a
    /// secret has one spelling.
    pub fn new(headers: &'a HeaderMap, path_secret: Option<&str>) -> Self {
        let token = single_header(headers, &ZAPI_TOKEN).map(digest);
        Self { headers, token, path_secret: path_secret.map(digest) }
    }
}

/// What the headers and the path of a request show to the verifier of one instance.
#[derive(Clone, Debug)]
pub struct Credentials<'a> {
    headers: &'a HeaderMap,
    token: SchemeResult,
    path: SchemeResult,
    hmac: Option<Result<Tag, AuthFailure>>,
}

/// An authenticated body. Only [`Verifier::verify`] creates one.
#[derive(Clone, Debug)]
pub struct Verified {
    body: Bytes,
    webhook_id: Option<String>,
}

impl Verified {
    /// The bytes as they were signed.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The signed id of the delivery, if Standard Webhooks is configured.
    pub fn webhook_id(&self) -> Option<&str> {
        self.webhook_id.as_deref()
    }
}

/// A way to authenticate a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// The header `z-api-token`.
    ZapiToken,
    /// The last segment of the path.
    PathSecret,
    /// HMAC-SHA256 of the body.
    Hmac,
    /// Standard Webhooks.
    StandardWebhooks,
}

impl Scheme {
    /// Its word in the metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ZapiToken => "zapi_token",
            Self::PathSecret => "path_secret",
            Self::Hmac => "hmac",
            Self::StandardWebhooks => "standard_webhooks",
        }
    }
}

/// Why a scheme failed: for the log and the metrics, never for the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthFailure {
    /// The credential is missing.
    Missing,
    /// The path has a secret, but none is configured.
    Unexpected,
    /// The header occurs more than once.
    Duplicate,
    /// The credential is not visible ASCII, hex or base64, or has an invalid id or timestamp.
    Malformed,
    /// The timestamp is too far from now.
    Expired,
    /// The credential does not match.
    Mismatch,
}

impl AuthFailure {
    /// Its word in the metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unexpected => "unexpected",
            Self::Duplicate => "duplicate",
            Self::Malformed => "malformed",
            Self::Expired => "expired",
            Self::Mismatch => "mismatch",
        }
    }
}

/// Result of checking the headers and the path, before the body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precheck {
    /// They have a correct secret, or none is configured.
    Authenticated,
    /// They have a signature, which can only be verified with the body.
    NeedsBody,
}

/// The request is not authentic. Its text is the same for every reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("the webhook could not be verified")]
pub struct VerifyError {
    failures: [Option<(Scheme, AuthFailure)>; 4],
}

impl VerifyError {
    /// The request names no instance.
    pub fn unknown_instance() -> Self {
        Self::default()
    }

    /// The schemes that failed, and why: for the log at debug.
    pub fn failures(&self) -> impl Iterator<Item = (Scheme, AuthFailure)> + '_ {
        self.failures.iter().flatten().copied()
    }
}

/// The schemes of an instance, with digests and keys prepared once.
#[derive(Clone)]
pub struct Verifier {
    zapi_token: Option<Tag>,
    path_secret: Option<Tag>,
    hmac: Option<(HeaderName, Vec<HmacSha256>)>,
    standard_webhooks: Option<Vec<HmacSha256>>,
}

impl fmt::Debug for Verifier {
    /// Prints nothing, not even digests of secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").finish_non_exhaustive()
    }
}

impl Verifier {
    /// The verifier of an instance. With `verify = "none"` every request passes.
    pub fn new(instance: &config::Instance) -> Self {
        let config::VerifyConfig { zapi_token, path_secret, hmac, standard_webhooks } = &instance.verify;
        Self {
            zapi_token: zapi_token.then(|| digest(instance.token.expose_secret())),
            path_secret: path_secret.as_ref().map(|secret| digest(secret.expose_secret())),
            hmac: hmac.as_ref().map(|hmac| (hmac.header.clone(), prepare_keys(&hmac.secrets))),
            standard_webhooks: standard_webhooks.as_deref().map(prepare_keys),
        }
    }

    /// Reads the credentials of a request, and checks those that need no body.
    pub fn read_credentials<'a>(&self, meta: &RequestMeta<'a>) -> Credentials<'a> {
        let headers = meta.headers;
        let (token, path) = self.verify_tokens(meta);
        let hmac = self.hmac.as_ref().map(|(header, _)| parse_hmac_tag(single_header(headers, header)));
        Credentials { headers, token, path, hmac }
    }

    /// Checks the headers and the path. A request that fails here would fail with any body.
    ///
    /// # Errors
    /// [`VerifyError`] as from [`Verifier::verify`], with the failures that are known already.
    pub fn precheck(
        &self,
        credentials: &Credentials<'_>,
        now: impl FnOnce() -> Timestamp,
    ) -> Result<Precheck, VerifyError> {
        let Credentials { headers, token, path, hmac } = *credentials;
        let standard = self.standard_webhooks.as_ref().map(|_| {
            check_delivery_headers(headers, now())?;
            let has_tag = parse_signatures(single_header(headers, &WEBHOOK_SIGNATURE)).next().is_some();
            if has_tag { Ok(()) } else { Err(AuthFailure::Mismatch) }
        });
        check_results([token, path, hmac.map(|tag| tag.map(|_| ())), standard])?;
        let is_signed = self.hmac.is_some() || self.standard_webhooks.is_some();
        let has_token = self.zapi_token.is_some() || self.path_secret.is_some();
        Ok(if has_token || !is_signed { Precheck::Authenticated } else { Precheck::NeedsBody })
    }

    /// How often a body is hashed to verify it: once per key.
    pub fn hash_passes(&self) -> usize {
        let hmac = self.hmac.as_ref().map_or(0, |(_, keys)| keys.len());
        hmac + self.standard_webhooks.as_ref().map_or(0, Vec::len)
    }

    /// The schemes that need no body.
    fn verify_tokens(&self, meta: &RequestMeta<'_>) -> (SchemeResult, SchemeResult) {
        let token = self.zapi_token.map(|token| verify_token(&token, meta.token));
        let path = match self.path_secret {
            Some(secret) => Some(verify_token(&secret, meta.path_secret.ok_or(AuthFailure::Missing))),
            None => meta.path_secret.map(|_| Err(AuthFailure::Unexpected)),
        };
        (token, path)
    }

    /// Authenticates a body with every configured scheme.
    ///
    /// # Errors
    /// [`VerifyError`] if any of them fails.
    pub fn verify(
        &self,
        credentials: &Credentials<'_>,
        body: Bytes,
        now: Timestamp,
    ) -> Result<Verified, VerifyError> {
        let Credentials { headers, token, path, hmac } = *credentials;
        let hmac = self.hmac.as_ref().zip(hmac).map(|((_, keys), tag)| verify_hmac(keys, tag, &body));
        let standard =
            self.standard_webhooks.as_ref().map(|keys| verify_standard_webhooks(keys, headers, &body, now));

        check_results([token, path, hmac, standard.map(|result| result.map(|_| ()))])?;
        let webhook_id = standard.and_then(Result::ok).map(str::to_owned);
        Ok(Verified { body, webhook_id })
    }
}

/// Hashes the body `passes` times and discards the result, so that a rejection takes as long as a verification.
pub(super) fn equalize_hash_time(body: &[u8], passes: usize) {
    for _ in 0..passes {
        std::hint::black_box(Sha256::digest(std::hint::black_box(body)));
    }
}

/// Combines the results of all schemes, in the order of [`Scheme`].
fn check_results(results: [SchemeResult; 4]) -> Result<(), VerifyError> {
    let schemes = [Scheme::ZapiToken, Scheme::PathSecret, Scheme::Hmac, Scheme::StandardWebhooks];
    let mut failures = [None; 4];
    for ((failure, scheme), result) in failures.iter_mut().zip(schemes).zip(results) {
        *failure = result.and_then(Result::err).map(|failure| (scheme, failure));
    }
    if failures.iter().all(Option::is_none) { Ok(()) } else { Err(VerifyError { failures }) }
}

/// The value of a header that occurs once, in visible ASCII.
fn single_header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a str, AuthFailure> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(AuthFailure::Missing)?;
    if values.next().is_some() {
        return Err(AuthFailure::Duplicate);
    }
    value.to_str().map_err(|_| AuthFailure::Malformed)
}

/// Digests have one length, so that the time of a comparison does not tell the length of the secret.
fn digest(token: &str) -> Tag {
    Sha256::digest(token).into()
}

fn prepare_keys(secrets: &[SecretSlice<u8>]) -> Vec<HmacSha256> {
    // HMAC accepts keys of any length; one that it rejected would match nothing.
    secrets.iter().filter_map(|secret| HmacSha256::new_from_slice(secret.expose_secret()).ok()).collect()
}

fn verify_token(expected: &Tag, given: Result<Tag, AuthFailure>) -> Result<(), AuthFailure> {
    let equal: bool = given.unwrap_or_default().ct_eq(expected).into();
    given?;
    if equal { Ok(()) } else { Err(AuthFailure::Mismatch) }
}

fn parse_hmac_tag(header: Result<&str, AuthFailure>) -> Result<Tag, AuthFailure> {
    let signature = header?;
    let bare = signature.strip_prefix("sha256=").unwrap_or(signature);
    parse_hex_tag(bare).or_else(|| parse_base64_tag(bare)).ok_or(AuthFailure::Malformed)
}

fn verify_hmac(keys: &[HmacSha256], tag: Result<Tag, AuthFailure>, body: &[u8]) -> Result<(), AuthFailure> {
    // Without a tag the same work is done, with one that matches nothing.
    // `verify_slice` compares in constant time; every key is tried.
    let candidate = tag.unwrap_or_default();
    let matches = keys
        .iter()
        .fold(false, |found, key| found | key.clone().chain_update(body).verify_slice(&candidate).is_ok());
    tag?;
    if matches { Ok(()) } else { Err(AuthFailure::Mismatch) }
}

/// Returns the id of the delivery if a signature over `id.timestamp.body` is correct.
fn verify_standard_webhooks<'a>(
    keys: &[HmacSha256],
    headers: &'a HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<&'a str, AuthFailure> {
    let (id, timestamp) = (single_header(headers, &WEBHOOK_ID), single_header(headers, &WEBHOOK_TIMESTAMP));
    let signatures = single_header(headers, &WEBHOOK_SIGNATURE);
    // As above: `verify_slice` compares in constant time, and every key is tried.
    let matches = keys.iter().fold(false, |found, key| {
        let signed = signed_content(key, id.unwrap_or_default(), timestamp.unwrap_or_default(), body);
        parse_signatures(signatures)
            .fold(found, |found, tag| found | signed.clone().verify_slice(&tag).is_ok())
    });
    let id = check_delivery_headers(headers, now)?;
    if matches { Ok(id) } else { Err(AuthFailure::Mismatch) }
}

/// The signatures of Standard Webhooks that could match. Other versions (`v1a` is a public-key signature) are ignored,
/// as the standard says.
fn parse_signatures(signatures: Result<&str, AuthFailure>) -> impl Iterator<Item = Tag> + '_ {
    let parts = signatures.unwrap_or_default().split(' ');
    parts.filter_map(|part| part.strip_prefix("v1,")).filter_map(parse_base64_tag).take(MAX_SIGNATURES)
}

/// The id of a delivery, if all its headers are valid and its time is near enough.
fn check_delivery_headers(headers: &HeaderMap, now: Timestamp) -> Result<&str, AuthFailure> {
    let id = single_header(headers, &WEBHOOK_ID)?;
    let timestamp = single_header(headers, &WEBHOOK_TIMESTAMP)?;
    single_header(headers, &WEBHOOK_SIGNATURE)?;
    // A dot in the id or the timestamp would let bytes move between them and the body (T6).
    let id_fits = (1..=128).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let sent = parse_seconds(timestamp).filter(|_| id_fits).ok_or(AuthFailure::Malformed)?;
    if now.as_seconds().abs_diff(sent) > CLOCK_TOLERANCE.as_secs() {
        return Err(AuthFailure::Expired);
    }
    Ok(id)
}

fn parse_seconds(timestamp: &str) -> Option<i64> {
    let fits = (1..=12).contains(&timestamp.len()) && timestamp.bytes().all(|b| b.is_ascii_digit());
    if fits { timestamp.parse().ok() } else { None }
}

/// Lower case only: one signature has one spelling (T1).
fn parse_hex_tag(text: &str) -> Option<Tag> {
    let mut tag = Tag::default();
    let decoded = base16ct::lower::decode(text, &mut tag).ok()?;
    let is_whole = decoded.len() == SHA256_LEN;
    is_whole.then_some(tag)
}

/// The standard alphabet, with padding.
fn parse_base64_tag(text: &str) -> Option<Tag> {
    if text.len() != 44 {
        return None;
    }
    BASE64.decode(text).ok()?.try_into().ok()
}
