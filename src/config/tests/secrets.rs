//! Secrets: in files of their own, never twice, and never in anything that is printed.

use super::*;

/// The least with `token` in a file.
const TOKEN_FILE: &str = "[instances.main]\nid = 'x'\ntoken_file = 'token'\nverify = { zapi_token = true }";

#[test]
fn every_secret_may_stand_in_a_file() {
    let text = r#"
        store = { url_file = "store" }
        [instances.main]
        id = "made-up-id"
        token_file = "token"
        client_token_file = "client"
        [instances.main.verify]
        path_secret_file = "path"
        hmac = { header = "X-Signature", secrets_file = "hmac" }
        standard_webhooks = { secrets_file = "standard" }
        [notify]
        url_file = "notify"
        secret_file = "notify-secret"
    "#;
    let place = TestFolder::with(text)
        .file("store", "sqlite:/data/vincula.db\n")
        .file("token", "0123\n")
        .file("client", "made-up-client-token")
        .file("path", "made-up-path-secret\n")
        .file("hmac", "made-up-hmac-secret-1\r\n\nmade-up-hmac-secret-2\n")
        .file("standard", "whsec_bWFkZS11cC1zdGFuZGFyZC1zZWNyZXQ=\n")
        .file("notify", "https://hooks.example.com/made-up\n")
        .file("notify-secret", "whsec_bWFkZS11cC1ub3RpZnktc2VjcmV0\n");
    let config = place.loaded().config;
    assert_eq!(config.store.url.expose_secret(), "sqlite:/data/vincula.db");
    assert_eq!(config.notify.url.as_ref().unwrap().expose_secret(), "https://hooks.example.com/made-up");
    assert_eq!(config.notify.secret.as_ref().unwrap().expose_secret(), b"made-up-notify-secret");
    let main = &config.instances[0];
    assert_eq!(main.token.expose_secret(), "0123");
    assert_eq!(main.client_token.as_ref().unwrap().expose_secret(), "made-up-client-token");
    assert_eq!(main.verify.path_secret.as_ref().unwrap().expose_secret(), "made-up-path-secret");
    let keys: Vec<&[u8]> =
        main.verify.hmac.iter().flat_map(|h| &h.secrets).map(|s| s.expose_secret()).collect();
    assert_eq!(keys, [b"made-up-hmac-secret-1", b"made-up-hmac-secret-2"]);
    assert_eq!(
        main.verify.standard_webhooks.as_ref().unwrap()[0].expose_secret(),
        b"made-up-standard-secret"
    );
}

#[test]
fn a_file_may_be_named_by_the_environment() {
    let text = TOKEN_FILE.replace("token_file = 'token'\n", "");
    let place = TestFolder::with(&text)
        .file("secrets/token", "0123")
        .env(&[("VINCULA__INSTANCES__MAIN__TOKEN_FILE", "secrets/token")]);
    assert_eq!(place.loaded().config.instances[0].token.expose_secret(), "0123");
}

#[test]
fn a_secret_that_is_given_twice_in_one_place_is_refused() {
    let (token, token_file) = ("VINCULA__INSTANCES__MAIN__TOKEN", "VINCULA__INSTANCES__MAIN__TOKEN_FILE");
    let both = TOKEN_FILE.replace("token_file", "token = 'hunter2hunter2hunter2'\ntoken_file");
    for (place, source, other) in [
        (TestFolder::with(&both), "vincula.toml:4", "vincula.toml:3"),
        (
            TestFolder::with(TOKEN_FILE).env(&[(token, "hunter2hunter2hunter2"), (token_file, "token")]),
            token_file,
            token,
        ),
    ] {
        let findings = place.file("token", "0123").refused();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_eq!(
            (findings[0].source.as_str(), findings[0].key.as_str()),
            (source, "instances.main.token_file")
        );
        assert!(findings[0].problem.contains(other), "{}", findings[0]);
    }
}

#[test]
fn a_variable_overrides_a_secret_of_the_file_however_either_is_given() {
    for (text, name, value, token) in [
        (TOKEN_FILE, "VINCULA__INSTANCES__MAIN__TOKEN", "made-up-variable", "made-up-variable"),
        (TOKEN_FILE, "VINCULA__INSTANCES__MAIN__TOKEN_FILE", "other", "made-up-other"),
        (MINIMAL, "VINCULA__INSTANCES__MAIN__TOKEN_FILE", "other", "made-up-other"),
    ] {
        let place = TestFolder::with(text).file("token", "0123").file("other", "made-up-other");
        let config = place.env(&[(name, value)]).loaded().config;
        assert_eq!(config.instances[0].token.expose_secret(), token, "{name}");
    }
}

#[test]
fn a_file_that_holds_no_secret_is_told_by_path_and_key() {
    for (content, problem) in
        [(None, "cannot be read"), (Some("\n"), "empty"), (Some("hunter2 hunter2"), "blank")]
    {
        let place = match content {
            Some(content) => TestFolder::with(TOKEN_FILE).file("token", content),
            None => TestFolder::with(TOKEN_FILE),
        };
        let findings = place.refused();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_eq!(findings[0].key, "instances.main.token_file");
        assert!(findings[0].problem.contains(problem), "{}", findings[0]);
    }
}

/// Where a secret may stand, rightly or by mistake.
const VARIABLES: &[&str] = &[
    "VINCULA__STORE__URL",
    "VINCULA__STORE__URL_FILE",
    "VINCULA__SERVER__PUBLIC_URL",
    "VINCULA__NOTIFY__URL",
    "VINCULA__NOTIFY__URL_FILE",
    "VINCULA__NOTIFY__SECRET",
    "VINCULA__NOTIFY__SECRET_FILE",
    "VINCULA__CONSOLE__PASSWORD_HASH",
    "VINCULA__CONSOLE__PASSWORD_HASH_FILE",
    "VINCULA__CONSOLE__VIEWER_PASSWORD_HASH",
    "VINCULA__CONSOLE__USER_HEADER",
    "VINCULA__CONSOLE__PASSWORD",
    "VINCULA__INSTANCES__MAIN__ID",
    "VINCULA__INSTANCES__MAIN__TOKEN",
    "VINCULA__INSTANCES__MAIN__TOKEN_FILE",
    "VINCULA__INSTANCES__MAIN__CLIENT_TOKEN",
    "VINCULA__INSTANCES__MAIN__BASE_URL",
    "VINCULA__INSTANCES__MAIN__TOKN",
    "VINCULA__INSTANCES__MAIN__VERIFY",
    "VINCULA__INSTANCES__MAIN__OWNER_COMMANDS",
    "VINCULA__INSTANCES__MAIN__VERIFY__ZAPI_TOKEN",
    "VINCULA__INSTANCES__MAIN__VERIFY__PATH_SECRET",
    "VINCULA__INSTANCES__MAIN__VERIFY__PATH_SECRET_FILE",
    "VINCULA__INSTANCES__MAIN__VERIFY__HMAC",
    "VINCULA__INSTANCES__MAIN__VERIFY__HMAC__HEADER",
    "VINCULA__INSTANCES__MAIN__VERIFY__HMAC__SECRETS",
    "VINCULA__INSTANCES__MAIN__VERIFY__STANDARD_WEBHOOKS__SECRETS",
    "VINCULA__INSTANCES__MAIN__VERIFY__STANDARD_WEBHOOKS__SECRETS_FILE",
];

/// What a secret may look like, rightly or broken; the marker is what must never be seen.
const SECRETS: &[&str] = &[
    "s3cr3t",
    "s3cr3t with blanks",
    "s3cr3t s3cr3t",
    "s3cr3t.s3cr3ts3cr3t",
    "./s3cr3ts3cr3ts3cr3t",
    "s3cr3t-s3cr3t-s3cr3t-s3cr3t",
    "s3cr3t/s3cr3t?s3cr3t=#%",
    "[\"s3cr3t\"]",
    "[\"s3cr3t",
    "[s3cr3t]",
    "whsec_s3cr3t",
    "$argon2id$v=19$m=19456,t=2,p=1$s3cr3ts3cr3ts3cr3t",
    "=19=19456,t=2,p=1s3cr3t",
    "https://api.z-api.io/instances/s3cr3t/token/s3cr3t/send-text",
    "https://user:s3cr3t@example.com",
    "postgres://user:s3cr3t@host/db",
    "postgres://user:a/s3cr3t@host/db",
    "postgres://user:s3cr3t#b@host/db",
    "postgres://user:s3cr3t/b@host",
    "sqlite:s3cr3t?mode=memory",
];

#[test]
fn no_finding_no_warning_and_no_debug_shows_a_secret() {
    for place_of_secret in VARIABLES {
        for secret in SECRETS {
            let place = TestFolder::with(MINIMAL).env(&[(place_of_secret, secret)]);
            let told = match load(&place.source, COMMANDS) {
                Ok(loaded) => {
                    // An id, a base URL and a header are no secrets where they are valid.
                    let is_plain = ["__ID", "__BASE_URL", "__PUBLIC_URL", "__HEADER", "__USER_HEADER"]
                        .iter()
                        .any(|end| place_of_secret.ends_with(end));
                    let debug = if is_plain { String::new() } else { format!("{:?}", loaded.config) };
                    format!("{debug} {:?} {:?}", loaded.warnings, place.source)
                }
                Err(findings) => {
                    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
                    format!("{lines:?} {findings:?}")
                }
            };
            // A path is told, as every finding about a file must, if it is a short word or in a folder that exists.
            let is_path = place_of_secret.ends_with("_FILE") && secret.len() < 16 && !secret.contains(' ');
            assert!(is_path || !told.contains("s3cr3t"), "{place_of_secret}={secret}: {told}");
        }
    }
}

#[test]
fn the_sample_shows_none_of_its_secrets() {
    let loaded = TestFolder::with(SAMPLE).loaded();
    let debug = format!("{loaded:?} {:#?}", loaded.config);
    for secret in [
        "0123456789ABCDEF01234567\"",
        "0123456789ABCDEFS",
        "made-up",
        "whsec",
        "bWFkZS",
        "109, 97, 100, 101",
        "sqlite:",
    ] {
        assert!(!debug.contains(secret), "{secret}");
    }
}

#[test]
fn a_syntax_error_is_one_finding_without_its_line() {
    for text in ["[instances.main]\ntoken = s3cr3t-s3cr3t", "[instances.main]\ntoken = \"s3cr3t", "= s3cr3t"]
    {
        let findings = TestFolder::with(text).refused();
        assert_eq!(findings.len(), 1);
        assert!(findings[0].source.starts_with("vincula.toml:"), "{}", findings[0]);
        assert!(!format!("{} {:?}", findings[0], findings[0]).contains("s3cr3t"), "{}", findings[0]);
    }
}
