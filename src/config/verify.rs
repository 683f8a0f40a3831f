//! `[instances.<name>.verify]`: how webhooks are authenticated.

use http::HeaderName;
use secrecy::{SecretSlice, SecretString};

use super::diagnostic::{KeyProblem, problem};
use super::key::{Key, Parse};
use super::section::{Entry, section};
use super::{parse, secrets};

section! {
    /// `[instances.<name>.verify]`: all that is given must match. Nothing given is `verify = "none"`.
    #[derive(Default)]
    VerifyConfig, VerifyValues, "instances.<instance>.verify" {
        /// The header `z-api-token` must equal the instance token.
        zapi_token: bool = value Bool, parse::parse_checked, Value("false");
        /// The last segment of the webhook's URL: 16 or more of `A-Z a-z 0-9 . _ ~ -`.
        path_secret: Option<SecretString> = optional Secret("secret"), secrets::parse_path_secret, Absent;
    }
    with verify {
        /// HMAC-SHA256 of the body in a header.
        hmac: Option<HmacConfig> =
            verify.optional_table("hmac", |hmac| HmacValues::read(hmac).build());
        /// Standard Webhooks: any of these keys, as bytes.
        standard_webhooks: Option<Vec<SecretSlice<u8>>> =
            verify.optional_table("standard_webhooks", |it| Some(StandardWebhooksValues::read(it).build()?.secrets));
    }
}

section! {
    /// `hmac = { header = "…", secrets = ["…"] }`
    HmacConfig, HmacValues, "instances.<instance>.verify.hmac" {
        /// With `hmac`: the header that carries the HMAC-SHA256 of the body, in hex or base64.
        header: HeaderName = value Text("header name"), parse::parse_header, Required;
        /// With `hmac`: its keys, 16 bytes or more each; any of them may match.
        secrets: Vec<SecretSlice<u8>> = list SecretList("secret"), secrets::parse_hmac_secret, Required;
    }
}

section! {
    /// `standard_webhooks = { secrets = ["…"] }`
    StandardWebhooks, StandardWebhooksValues, "instances.<instance>.verify.standard_webhooks" {
        /// With `standard_webhooks`: its keys in base64, with or without `whsec_`; any of them may match.
        secrets: Vec<SecretSlice<u8>> =
            list SecretList("base64 secret"), secrets::parse_standard_webhooks_secret, Required;
    }
}

impl VerifyConfig {
    /// Whether webhooks are not authenticated at all.
    pub fn is_none(&self) -> bool {
        matches!(self, Self { zapi_token: false, path_secret: None, hmac: None, standard_webhooks: None })
    }
}

impl Entry<'_> {
    /// Reads how webhooks of this instance are authenticated: a table, or `"none"`.
    pub(super) fn verify(&self, key: &Key, parse: Parse<()>) -> Option<VerifyConfig> {
        let is_table = self.list(key, parse)?.is_empty();
        let table = self.child(key.name());
        let verify = VerifyValues::read(&table).build()?;
        let problem = problem!("names nothing that authenticates a webhook, so anybody could send commands";
            "Write `zapi_token = true` into it, which is what Z-API sends, \
             or one of path_secret, hmac, standard_webhooks");
        table.check(if is_table && verify.is_none() { Err(problem) } else { Ok(verify) })
    }
}

pub(super) fn parse_none(word: &str) -> Result<(), KeyProblem> {
    // Not shown: it may be a secret that was meant for a key below.
    let problem = problem!("is a text other than \"none\""; "Write a table, such as {{ zapi_token = true }}");
    word.trim().eq_ignore_ascii_case("none").then_some(()).ok_or(problem)
}
