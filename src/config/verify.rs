//! `[instances.<name>.verify]`: how a webhook proves where it comes from.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderName;
use secrecy::{SecretSlice, SecretString};

use super::finding::Flaw;
use super::section::Section;
use super::tree::Value;
use super::{Hmac, Verify, values};

/// A secret of ours is no shorter, in bytes.
const SHORTEST: usize = 16;

/// Base64 with or without its padding: keys are pasted either way.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads the section of an instance; `listen` decides whether `"none"` may stand there.
pub(super) fn read(instance: &Section<'_>, listen: Option<SocketAddr>) -> Option<Verify> {
    let Some(node) = instance.node("verify") else {
        instance.missing("verify");
        return None;
    };
    match &node.value {
        Value::Text(word) | Value::Untyped(word) => {
            return nothing(instance, word, listen);
        }
        _ => {}
    }
    let section = instance.child("verify");
    let zapi_token = section.value("zapi_token", values::truth);
    let path_secret = section.secret("path_secret", path_secret);
    let hmac = section.has("hmac").then(|| hmac(&section.child("hmac")));
    let standard_webhooks = section
        .has("standard_webhooks")
        .then(|| section.child("standard_webhooks").secrets("secrets", standard_webhooks_secret));
    let named = ["path_secret", "hmac", "standard_webhooks"].iter().any(|name| section.has(name));
    if zapi_token == Some(false) && !named && section.is_sound() {
        section.refuse(Flaw::new(
            "names nothing that a webhook must prove, so anybody could give orders",
            "Write `zapi_token = true` into it, which is what Z-API sends, or one of path_secret, hmac, standard_webhooks",
        ));
    }
    Some(Verify {
        zapi_token: zapi_token?,
        path_secret,
        hmac: hmac.flatten(),
        standard_webhooks: standard_webhooks.flatten(),
    })
}

/// `verify = "none"`, which only a listener that nobody else reaches may have.
fn nothing(instance: &Section<'_>, word: &str, listen: Option<SocketAddr>) -> Option<Verify> {
    if !word.trim().eq_ignore_ascii_case("none") {
        // Not shown: it may be a secret that was meant for a key below.
        let flaw = Flaw::new("is a text other than \"none\"", "Write a table, such as { zapi_token = true }");
        instance.note("verify", flaw);
        return None;
    }
    if listen.is_some_and(|address| !address.ip().to_canonical().is_loopback()) {
        instance.note(
            "verify",
            Flaw::new(
                "is \"none\", but server.listen can be reached from other machines: anybody could give orders",
                "Write { zapi_token = true }, or let server.listen be a loopback address such as 127.0.0.1:8080",
            ),
        );
        return None;
    }
    Some(Verify::default())
}

fn hmac(section: &Section<'_>) -> Option<Hmac> {
    let header = section.value("header", header);
    let secrets = section.secrets("secrets", hmac_secret);
    Some(Hmac { header: header?, secrets: secrets? })
}

fn header(text: &str) -> Result<HeaderName, Flaw> {
    // Not shown: it may be the secret, in the wrong place.
    let flaw = || Flaw::new("is no name of an HTTP header", "Write it like X-Hub-Signature-256");
    HeaderName::from_bytes(text.trim().as_bytes()).map_err(|_| flaw())
}

fn long_enough(length: usize) -> Result<(), Flaw> {
    match length {
        0 => Err(Flaw::new("is empty", MAKE_ONE)),
        1..SHORTEST => {
            Err(Flaw::new(format!("has {length} bytes, but {SHORTEST} or more are due"), MAKE_ONE))
        }
        _ => Ok(()),
    }
}

const MAKE_ONE: &str = "Make one with: openssl rand -hex 32";

fn path_secret(text: &str) -> Result<SecretString, Flaw> {
    let is_safe = |b: u8| b.is_ascii_alphanumeric() || b"._~-".contains(&b);
    if !text.bytes().all(is_safe) {
        return Err(Flaw::new("holds a character that a URL path would change", MAKE_ONE));
    }
    long_enough(text.len())?;
    Ok(text.into())
}

fn hmac_secret(text: &str) -> Result<SecretSlice<u8>, Flaw> {
    long_enough(if text.trim().is_empty() { 0 } else { text.len() })?;
    Ok(text.as_bytes().to_vec().into())
}

fn standard_webhooks_secret(text: &str) -> Result<SecretSlice<u8>, Flaw> {
    let text = text.trim();
    let encoded = text.strip_prefix("whsec_").unwrap_or(text);
    let make = "Make one with: echo whsec_$(openssl rand -base64 32)";
    let bytes = BASE64.decode(encoded).map_err(|_| Flaw::new("is no base64", make))?;
    long_enough(bytes.len()).map_err(|flaw| Flaw::new(flaw.problem + ", once decoded from base64", make))?;
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_path_secret_is_long_and_fits_a_url() {
        assert!(path_secret("abcDEF0123._~-xyz").is_ok());
        for text in [
            "",
            "changeme",
            "0123456789abcde",
            "0123456789abcdef/",
            "0123456789 abcdef",
            "segredo-de-ação-longa",
        ] {
            assert!(path_secret(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_hmac_key_keeps_every_byte() {
        let key = hmac_secret("0123456789abcdé ").unwrap();
        assert_eq!(key.expose_secret(), "0123456789abcdé ".as_bytes());
        for text in ["", "changeme", "                    ", "0123456789abcde"] {
            assert!(hmac_secret(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_standard_webhooks_key_is_sixteen_bytes_once_decoded() {
        // 16 bytes of made-up text, with and without the prefix and the padding.
        for text in
            ["whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "MDEyMzQ1Njc4OWFiY2RlZg==", "whsec_MDEyMzQ1Njc4OWFiY2RlZg"]
        {
            let key = standard_webhooks_secret(text).unwrap();
            assert_eq!(key.expose_secret(), b"0123456789abcdef", "{text}");
        }
        for text in ["", "whsec_", "whsec_MDEyMzQ1Njc4OWFiY2Rl", "whsec_!!!!", "not base64 at all"] {
            assert!(standard_webhooks_secret(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_header_has_a_name() {
        assert_eq!(header("X-Hub-Signature-256").unwrap(), "x-hub-signature-256");
        for text in ["", "X Hub", "X-Hub:", "ação"] {
            assert!(header(text).is_err(), "{text}");
        }
    }
}
