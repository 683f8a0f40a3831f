//! Unsigned headers, path and body: nothing panics, and nothing is accepted.
//!
//! The input has lines up to an empty one: the first letter of a header name (`z`, `h`, `i`, `t`, `s`) and its
//! value, or `p` and a path. The body follows.
#![no_main]

use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use vincula::clock::Timestamp;
use vincula::config::{HmacConfig, VerifyConfig};
use vincula::webhook::verify::{
    RequestMeta, Verifier, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP, ZAPI_TOKEN,
};

#[path = "instance.rs"]
mod instance;

const NOON: Timestamp = Timestamp(1_764_000_000_000);
const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature-256");

/// One verifier per scheme, so that each is tested alone.
static VERIFIERS: LazyLock<Vec<Verifier>> = LazyLock::new(|| {
    // The fuzzer cannot guess these.
    let keys = || vec![b"a made-up key that nobody signs with".to_vec().into()];
    let hmac = || Some(HmacConfig { header: SIGNATURE, secrets: keys() });
    [
        VerifyConfig { path_secret: Some("a-path-nobody-guesses-9f2c-and-never-will".into()), ..VerifyConfig::default() },
        VerifyConfig { hmac: hmac(), ..VerifyConfig::default() },
        VerifyConfig { standard_webhooks: Some(keys()), ..VerifyConfig::default() },
        VerifyConfig { zapi_token: true, hmac: hmac(), standard_webhooks: Some(keys()), ..VerifyConfig::default() },
    ]
    .into_iter()
    .map(|verify| Verifier::new(&instance::instance(verify)))
    .collect()
});

fuzz_target!(|input: &[u8]| {
    let mut headers = HeaderMap::new();
    let (mut path, mut rest) = (None, input);
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        let Some((kind, value)) = line.split_first() else { break };
        let name = match kind {
            b'z' => ZAPI_TOKEN,
            b'h' => SIGNATURE,
            b'i' => WEBHOOK_ID,
            b't' => WEBHOOK_TIMESTAMP,
            b's' => WEBHOOK_SIGNATURE,
            _ => {
                path = std::str::from_utf8(value).ok();
                continue;
            }
        };
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(name, value);
        }
    }
    let request = RequestMeta::new(&headers, path);
    for verifier in VERIFIERS.iter() {
        let credentials = verifier.read_credentials(&request);
        assert!(verifier.verify(&credentials, Bytes::copy_from_slice(rest), NOON).is_err(), "it was accepted");
    }
});
