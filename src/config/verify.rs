//! `[instances.<name>.verify]`: how a webhook is authenticated.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderName;
use secrecy::{SecretSlice, SecretString};

use super::diagnostic::{KeyProblem, problem, refuse_if};
use super::key::{Format, Key, KeyDefault::*, Parse, ValueType::*, section};
use super::{parse, section::Section};

/// The least length of a secret, in bytes.
const MIN_SECRET_LEN: usize = 16;

/// Base64 with or without its padding: keys are pasted either way.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const fn secrets(form: &'static str, parse: Parse<SecretSlice<u8>>) -> Format<SecretSlice<u8>> {
    Format::new(List(form), parse)
        .secret()
        .not_empty("holds no secret", "Give one or more; any of them may match")
}

section! {
    /// `[instances.<name>.verify]`: all that is given must match. Nothing given is `verify = "none"`.
    #[derive(Default)]
    VerifyConfig, VerifyValues, "instances.<instance>.verify" {
        /// The header `z-api-token` must equal the instance token.
        zapi_token: bool = value parse::BOOL, Value("false");
        /// The last segment of the webhook's URL: 16 or more of `A-Z a-z 0-9 . _ ~ -`.
        path_secret: Option<SecretString> = optional Format::new(Text("secret"), parse_path_secret).secret(), Absent;
    }
    with verify {
        /// HMAC-SHA256 of the body in a header.
        hmac: Option<HmacConfig> =
            verify.optional_child("hmac", |hmac| HmacValues::read(hmac).build());
        /// Standard Webhooks: any of these keys, as bytes.
        standard_webhooks: Option<Vec<SecretSlice<u8>>> =
            verify.optional_child("standard_webhooks", |it| Some(StandardWebhooksValues::read(it).build()?.secrets));
    }
}

section! {
    /// `hmac = { header = "…", secrets = ["…"] }`
    HmacConfig, HmacValues, "instances.<instance>.verify.hmac" {
        /// With `hmac`: the header that carries the HMAC-SHA256 of the body, in hex or base64.
        header: HeaderName = value Format::new(Text("header name"), parse_header), Required;
        /// With `hmac`: its keys, 16 bytes or more each; any of them may match.
        secrets: Vec<SecretSlice<u8>> = list secrets("secret", parse_hmac_secret), Required;
    }
}

section! {
    /// `standard_webhooks = { secrets = ["…"] }`
    StandardWebhooks, StandardWebhooksValues, "instances.<instance>.verify.standard_webhooks" {
        /// With `standard_webhooks`: its keys in base64, with or without `whsec_`; any of them may match.
        secrets: Vec<SecretSlice<u8>> = list secrets("base64 secret", parse_standard_webhooks_secret), Required;
    }
}

impl VerifyConfig {
    /// Whether webhooks are not authenticated at all.
    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self { zapi_token: false, path_secret: None, hmac: None, standard_webhooks: None })
    }
}

impl Section<'_> {
    /// Reads how webhooks of this instance are authenticated: a table, or `"none"`.
    pub(super) fn verify(&self, key: &Key, format: &Format<VerifyConfig>) -> Option<VerifyConfig> {
        if self.node(key.name()).is_none_or(|node| node.value.is_str()) {
            return self.value(key, format);
        }
        let section = self.child(key.name());
        let verify = VerifyValues::read(&section).build()?;
        if verify.is_none() && section.is_valid() {
            section.report_section(problem!(
                "names nothing that authenticates a webhook, so anybody could send commands";
                "Write `zapi_token = true` into it, which is what Z-API sends, \
                 or one of path_secret, hmac, standard_webhooks"));
            return None;
        }
        Some(verify)
    }
}

pub(super) fn parse_none(word: &str) -> Result<VerifyConfig, KeyProblem> {
    // Not shown: it may be a secret that was meant for a key below.
    refuse_if!(!word.trim().eq_ignore_ascii_case("none"),
        "is a text other than \"none\""; "Write a table, such as {{ zapi_token = true }}");
    Ok(VerifyConfig::default())
}

fn parse_header(text: &str) -> Result<HeaderName, KeyProblem> {
    // Not shown: it may be the secret, in the wrong place.
    let problem = |_| problem!("is no name of an HTTP header"; "Write it like X-Hub-Signature-256");
    HeaderName::from_bytes(text.trim().as_bytes()).map_err(problem)
}

const HEX_SECRET: &str = "Make one with: openssl rand -hex 32";
const BASE64_SECRET: &str = "Make one with: echo whsec_$(openssl rand -base64 32)";

fn check_length(length: usize) -> Result<(), KeyProblem> {
    refuse_if!(length == 0, "is empty"; "{HEX_SECRET}");
    refuse_if!(length < MIN_SECRET_LEN, "has {length} bytes, but {MIN_SECRET_LEN} or more are due"; "{HEX_SECRET}");
    Ok(())
}

fn parse_path_secret(text: &str) -> Result<SecretString, KeyProblem> {
    refuse_if!(!text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._~-".contains(&b)),
        "holds a character that a URL path would change"; "{HEX_SECRET}");
    check_length(text.len()).map(|()| text.into())
}

fn parse_hmac_secret(text: &str) -> Result<SecretSlice<u8>, KeyProblem> {
    check_length(if text.trim().is_empty() { 0 } else { text.len() })?;
    Ok(text.as_bytes().to_vec().into())
}

fn parse_standard_webhooks_secret(text: &str) -> Result<SecretSlice<u8>, KeyProblem> {
    let text = text.trim();
    let encoded = text.strip_prefix("whsec_").unwrap_or(text);
    let bytes = BASE64.decode(encoded).map_err(|_| problem!("is no base64"; "{BASE64_SECRET}"))?;
    check_length(bytes.len())
        .map_err(|problem| KeyProblem::new(problem.message + ", once decoded from base64", BASE64_SECRET))?;
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
