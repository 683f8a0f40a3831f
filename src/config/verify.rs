//! `[instances.<name>.verify]`: how a webhook is authenticated.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderName;
use secrecy::{SecretSlice, SecretString};

use super::diagnostic::Problem;
use super::key::KeyDefault::{Absent, Required, Value};
use super::key::ValueType::{List, NoneOrTable, Text};
use super::key::{Format, Key, KeyDefault, KeyPair, ValueType, key_pair, section};
use super::parse;
use super::section::Section;
use super::value_tree::NodeValue;

/// The least length of a secret, in bytes.
const MIN_SECRET_LEN: usize = 16;

/// Base64 with or without its padding: keys are pasted either way.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const fn secrets(
    form: &'static str,
    parse: fn(&str) -> Result<SecretSlice<u8>, Problem>,
) -> Format<SecretSlice<u8>> {
    Format::new(List(form), parse)
        .secret()
        .not_empty("holds no secret", "Give one or more; any of them may match")
}

const PATH_SECRET: Format<SecretString> = Format::new(Text("secret"), parse_path_secret).secret();
const HEADER: Format<HeaderName> = Format::new(Text("header name"), parse_header);
const HMAC_SECRETS: Format<SecretSlice<u8>> = secrets("secret", parse_hmac_secret);
const STANDARD_SECRETS: Format<SecretSlice<u8>> = secrets("base64 secret", parse_standard_webhooks_secret);

pub(super) const VERIFY_KEY: KeyPair = key_pair!(
    "instances.<instance>",
    "verify",
    Format::new(NoneOrTable, |_| Ok(())),
    Required,
    "How a webhook is authenticated: every key given below must match, and at least one is required; `\"none\"` only where `server.listen` is loopback."
);
pub(super) const STANDARD_WEBHOOKS_KEY: KeyPair = key_pair!(
    "instances.<instance>.verify.standard_webhooks",
    "secrets",
    STANDARD_SECRETS,
    Required,
    "With `standard_webhooks`: its keys in base64, with or without `whsec_`; any of them may match."
);

section! {
    /// `[instances.<name>.verify]`: all that is given must match. Nothing given is `verify = "none"`.
    #[derive(Default)]
    VerifyConfig, VerifyValues, "instances.<instance>.verify" {
        zapi_token: bool = value parse::BOOL, Value("false"),
            "The header `z-api-token` must equal the instance token.";
        path_secret: Option<SecretString> = optional PATH_SECRET, Absent,
            "The last segment of the webhook's URL: 16 or more of `A-Z a-z 0-9 . _ ~ -`.";
    }
    with {
        /// HMAC-SHA256 of the body in a header.
        hmac: Option<HmacConfig> = read_hmac;
        /// Standard Webhooks: any of these keys, as bytes.
        standard_webhooks: Option<Vec<SecretSlice<u8>>> = read_standard_webhooks;
    }
}

section! {
    /// `hmac = { header = "…", secrets = ["…"] }`
    HmacConfig, HmacValues, "instances.<instance>.verify.hmac" {
        header: HeaderName = value HEADER, Required,
            "With `hmac`: the header that carries the HMAC-SHA256 of the body, in hex or base64.";
        secrets: Vec<SecretSlice<u8>> = list HMAC_SECRETS, Required,
            "With `hmac`: its keys, 16 bytes or more each; any of them may match.";
    }
}

impl VerifyConfig {
    /// Whether webhooks are not authenticated at all.
    pub(super) fn is_none(&self) -> bool {
        !self.zapi_token
            && self.path_secret.is_none()
            && self.hmac.is_none()
            && self.standard_webhooks.is_none()
    }
}

fn read_hmac(verify: &Section<'_>) -> Option<Option<HmacConfig>> {
    if !verify.has("hmac") {
        return Some(None);
    }
    HmacValues::read(&verify.child("hmac")).build().map(Some)
}

fn read_standard_webhooks(verify: &Section<'_>) -> Option<Option<Vec<SecretSlice<u8>>>> {
    if !verify.has("standard_webhooks") {
        return Some(None);
    }
    verify.child("standard_webhooks").list(&STANDARD_WEBHOOKS_KEY[0], &STANDARD_SECRETS).map(Some)
}

/// Reads the section, or `"none"`, of an instance.
pub(super) fn read_verify(instance: &Section<'_>) -> Option<VerifyConfig> {
    let Some(node) = instance.node("verify") else {
        return instance.report_missing(&VERIFY_KEY[0]);
    };
    if let NodeValue::Text(word) | NodeValue::Untyped(word) = &node.value {
        if word.trim().eq_ignore_ascii_case("none") {
            return Some(VerifyConfig::default());
        }
        // Not shown: it may be a secret that was meant for a key below.
        let problem =
            Problem::new("is a text other than \"none\"", "Write a table, such as { zapi_token = true }");
        instance.report("verify", problem);
        return None;
    }
    let section = instance.child("verify");
    let verify = VerifyValues::read(&section).build()?;
    if verify.is_none() && section.is_valid() {
        section.report_section(Problem::new(
            "names nothing that authenticates a webhook, so anybody could send commands",
            "Write `zapi_token = true` into it, which is what Z-API sends, or one of path_secret, hmac, standard_webhooks",
        ));
        return None;
    }
    Some(verify)
}

fn parse_header(text: &str) -> Result<HeaderName, Problem> {
    // Not shown: it may be the secret, in the wrong place.
    let problem = || Problem::new("is no name of an HTTP header", "Write it like X-Hub-Signature-256");
    HeaderName::from_bytes(text.trim().as_bytes()).map_err(|_| problem())
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
