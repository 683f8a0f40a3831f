//! `[instances.<name>.verify]`: how a webhook proves where it comes from.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderName;
use secrecy::{SecretSlice, SecretString};

use super::diagnostic::Problem;
use super::section::Section;
use super::value_tree::NodeValue;
use super::{HmacConfig, VerifyConfig, parse};

/// A secret of ours is no shorter, in bytes.
const MIN_SECRET_LEN: usize = 16;

/// Base64 with or without its padding: keys are pasted either way.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads the section of an instance; `listen` decides whether `"none"` may stand there.
pub(super) fn read_verify(instance: &Section<'_>, listen: Option<SocketAddr>) -> Option<VerifyConfig> {
    let Some(node) = instance.node("verify") else {
        instance.report_missing("verify");
        return None;
    };
    match &node.value {
        NodeValue::Text(word) | NodeValue::Untyped(word) => {
            return read_none(instance, word, listen);
        }
        _ => {}
    }
    let section = instance.child("verify");
    let zapi_token = section.value("zapi_token", parse::parse_bool);
    let path_secret = section.secret("path_secret", parse_path_secret);
    let hmac = section.has("hmac").then(|| read_hmac(&section.child("hmac")));
    let standard_webhooks = section
        .has("standard_webhooks")
        .then(|| section.child("standard_webhooks").secrets("secrets", parse_standard_webhooks_secret));
    let named = ["path_secret", "hmac", "standard_webhooks"].iter().any(|name| section.has(name));
    if zapi_token == Some(false) && !named && section.is_valid() {
        section.report_section(Problem::new(
            "names nothing that a webhook must prove, so anybody could give orders",
            "Write `zapi_token = true` into it, which is what Z-API sends, or one of path_secret, hmac, standard_webhooks",
        ));
    }
    Some(VerifyConfig {
        zapi_token: zapi_token?,
        path_secret,
        hmac: hmac.flatten(),
        standard_webhooks: standard_webhooks.flatten(),
    })
}

/// `verify = "none"`, which only a listener that nobody else reaches may have.
fn read_none(instance: &Section<'_>, word: &str, listen: Option<SocketAddr>) -> Option<VerifyConfig> {
    if !word.trim().eq_ignore_ascii_case("none") {
        // Not shown: it may be a secret that was meant for a key below.
        let flaw =
            Problem::new("is a text other than \"none\"", "Write a table, such as { zapi_token = true }");
        instance.report("verify", flaw);
        return None;
    }
    if listen.is_some_and(|address| !address.ip().to_canonical().is_loopback()) {
        instance.report(
            "verify",
            Problem::new(
                "is \"none\", but server.listen can be reached from other machines: anybody could give orders",
                "Write { zapi_token = true }, or let server.listen be a loopback address such as 127.0.0.1:8080",
            ),
        );
        return None;
    }
    Some(VerifyConfig::default())
}

fn read_hmac(section: &Section<'_>) -> Option<HmacConfig> {
    let header = section.value("header", parse_header);
    let secrets = section.secrets("secrets", parse_hmac_secret);
    Some(HmacConfig { header: header?, secrets: secrets? })
}

fn parse_header(text: &str) -> Result<HeaderName, Problem> {
    // Not shown: it may be the secret, in the wrong place.
    let flaw = || Problem::new("is no name of an HTTP header", "Write it like X-Hub-Signature-256");
    HeaderName::from_bytes(text.trim().as_bytes()).map_err(|_| flaw())
}

fn check_length(length: usize) -> Result<(), Problem> {
    match length {
        0 => Err(Problem::new("is empty", SECRET_HINT)),
        1..MIN_SECRET_LEN => Err(Problem::new(
            format!("has {length} bytes, but {MIN_SECRET_LEN} or more are due"),
            SECRET_HINT,
        )),
        _ => Ok(()),
    }
}

const SECRET_HINT: &str = "Make one with: openssl rand -hex 32";

fn parse_path_secret(text: &str) -> Result<SecretString, Problem> {
    let is_safe = |b: u8| b.is_ascii_alphanumeric() || b"._~-".contains(&b);
    if !text.bytes().all(is_safe) {
        return Err(Problem::new("holds a character that a URL path would change", SECRET_HINT));
    }
    check_length(text.len())?;
    Ok(text.into())
}

fn parse_hmac_secret(text: &str) -> Result<SecretSlice<u8>, Problem> {
    check_length(if text.trim().is_empty() { 0 } else { text.len() })?;
    Ok(text.as_bytes().to_vec().into())
}

fn parse_standard_webhooks_secret(text: &str) -> Result<SecretSlice<u8>, Problem> {
    let text = text.trim();
    let encoded = text.strip_prefix("whsec_").unwrap_or(text);
    let make = "Make one with: echo whsec_$(openssl rand -base64 32)";
    let bytes = BASE64.decode(encoded).map_err(|_| Problem::new("is no base64", make))?;
    check_length(bytes.len())
        .map_err(|flaw| Problem::new(flaw.message + ", once decoded from base64", make))?;
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_path_secret_is_long_and_fits_a_url() {
        assert!(parse_path_secret("abcDEF0123._~-xyz").is_ok());
        for text in [
            "",
            "changeme",
            "0123456789abcde",
            "0123456789abcdef/",
            "0123456789 abcdef",
            "segredo-de-ação-longa",
        ] {
            assert!(parse_path_secret(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_hmac_key_keeps_every_byte() {
        let key = parse_hmac_secret("0123456789abcdé ").unwrap();
        assert_eq!(key.expose_secret(), "0123456789abcdé ".as_bytes());
        for text in ["", "changeme", "                    ", "0123456789abcde"] {
            assert!(parse_hmac_secret(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_standard_webhooks_key_is_sixteen_bytes_once_decoded() {
        // 16 bytes of made-up text, with and without the prefix and the padding.
        for text in
            ["whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "MDEyMzQ1Njc4OWFiY2RlZg==", "whsec_MDEyMzQ1Njc4OWFiY2RlZg"]
        {
            let key = parse_standard_webhooks_secret(text).unwrap();
            assert_eq!(key.expose_secret(), b"0123456789abcdef", "{text}");
        }
        for text in ["", "whsec_", "whsec_MDEyMzQ1Njc4OWFiY2Rl", "whsec_!!!!", "not base64 at all"] {
            assert!(parse_standard_webhooks_secret(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_header_has_a_name() {
        assert_eq!(parse_header("X-Hub-Signature-256").unwrap(), "x-hub-signature-256");
        for text in ["", "X Hub", "X-Hub:", "ação"] {
            assert!(parse_header(text).is_err(), "{text}");
        }
    }
}
