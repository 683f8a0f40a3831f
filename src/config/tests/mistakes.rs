//! Every mistake is named: where, which key, what is wrong, what to do.

use super::*;

/// The sample with one text replaced by another.
#[track_caller]
fn sample_with(right: &str, wrong: &str) -> TestFolder {
    assert!(SAMPLE.contains(right), "the sample has no {right}");
    TestFolder::with(&SAMPLE.replacen(right, wrong, 1))
}

/// The sample with one text replaced by another has one mistake: that of this key, with this text in its remedy.
#[track_caller]
fn assert_only_mistake((right, wrong, key, remedy): (&str, &str, &str, &str)) {
    let findings = sample_with(right, wrong).refused();
    assert_eq!(findings.len(), 1, "{wrong}: {findings:#?}");
    assert_eq!(findings[0].key, key, "{wrong}");
    assert!(findings[0].source.starts_with("vincula.toml:"), "{}", findings[0]);
    assert!(findings[0].remedy.as_deref().unwrap().contains(remedy), "{wrong}: {}", findings[0]);
}

/// The operators' hash in the sample.
const SAMPLE_HASH: &str =
    "\"$argon2id$v=19$m=19456,t=2,p=1$bWFkZS11cC1zYWx0LTE2Yg$bWFkZS11cC1oYXNoLW9mLTMyLWJ5dGVzLWluLWFsbCE\"";

#[test]
fn t38_a_private_listener_that_others_reach_needs_a_sign_in() {
    let open = |address: &str| MINIMAL.to_owned() + &format!("[server]\nadmin_listen = \"{address}\"\n");
    for address in ["0.0.0.0:9090", "[::]:9090", "192.0.2.7:9090", "[::ffff:192.0.2.7]:9090"] {
        let findings = TestFolder::with(&open(address)).refused();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_eq!(findings[0].key, "server.admin_listen");
        assert!(findings[0].to_string().contains("vincula password"), "{}", findings[0]);
        for sign_in in [
            format!("[console]\npassword_hash = {SAMPLE_HASH}"),
            format!("[console]\nviewer_password_hash = {SAMPLE_HASH}"),
            "[console]\nuser_header = \"X-Forwarded-User\"\ntrusted_proxies = [\"10.0.0.1\"]".to_owned(),
        ] {
            TestFolder::with(&format!("{}{sign_in}", open(address))).loaded();
        }
        // A hash with a mistake is reported alone.
        let findings =
            TestFolder::with(&format!("{}[console]\npassword_hash = \"secret\"", open(address))).refused();
        assert_eq!(findings.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["console.password_hash"]);
    }
    for address in ["127.0.0.1:9090", "[::1]:9090", "127.9.9.9:9090"] {
        TestFolder::with(&open(address)).loaded();
    }
}

#[test]
fn five_mistakes_are_named_at_once() {
    let text = r#"
[server]
listn = "127.0.0.1:8080"
max_body = "256 potatoes"

[instances.main]
id = "0123456789ABCDEF0123456789ABCDEF"
locale = "klingon"
verify = { path_secret = "changeme" }

[instances.main.admins.ana]
phone = 5544999999999
"#;
    let findings = TestFolder::with(text).refused();
    let told: Vec<(&str, &str)> = findings.iter().map(|f| (f.source.as_str(), f.key.as_str())).collect();
    assert_eq!(
        told,
        [
            ("vincula.toml:3", "server.listn"),
            ("vincula.toml:4", "server.max_body"),
            ("vincula.toml:6", "instances.main.token"),
            ("vincula.toml:8", "instances.main.locale"),
            ("vincula.toml:9", "instances.main.verify.path_secret"),
            ("vincula.toml:12", "instances.main.admins.ana.phone"),
        ]
    );
    assert!(findings.iter().all(|finding| finding.remedy.is_some()), "{findings:#?}");
    assert_eq!(
        findings[0].to_string(),
        "vincula.toml:3: server.listn: is no key. Did you mean `server.listen`?"
    );
    assert_eq!(
        findings[5].to_string(),
        "vincula.toml:12: instances.main.admins.ana.phone: is a number, but text is due. Put it in quotes."
    );
}

#[test]
fn a_mistake_in_the_sample_is_named_by_its_key_and_nothing_else_is() {
    #[rustfmt::skip]
    let rows = [
        ("listen = \"127.0.0.1:8080\"", "listen = \"localhost:8080\"", "server.listen", "127.0.0.1:8080"),
        ("\"127.0.0.1:9090\"", "\"127.0.0.1:8080\"", "server.admin_listen", "port of its own"),
        ("https://bot", "http://bot", "server.public_url", "https"),
        ("https://bot.example.com", "https://bot.example.com/webhooks/main", "server.public_url", "/webhooks"),
        ("\"256KiB\"", "0", "server.max_body", "over 0"),
        ("max_connections = 1024", "max_connections = 0", "server.max_connections", "from 1 to 100000"),
        ("max_connections = 1024", "max_connections = 100001", "server.max_connections", "from 1 to 100000"),
        ("max_connections = 1024", "max_connections = 10.5", "server.max_connections", "digits"),
        ("\"10.0.0.0/8\", ", "\"10.0.0.0/99\", ", "server.trusted_proxies", "10.0.0.0/8"),
        ("[\"10.0.0.0/8\", \"::1\"]", "\"::1\"", "server.trusted_proxies", "brackets"),
        (SAMPLE_HASH, "\"correct horse battery\"", "console.password_hash", "vincula password"),
        (SAMPLE_HASH, "\"\"", "console.password_hash", "vincula password"),
        (SAMPLE_HASH, "\"=19=19456,t=2,p=1\"", "console.password_hash", "$$"),
        (SAMPLE_HASH, "\"$2b$12$abcdefghijklmnopqrstuv\"", "console.password_hash", "vincula password"),
        (SAMPLE_HASH, "\"$argon2id$v=19$m=19456,t=2,p=1$bWFkZS11cC1zYWx0LTE2Yg\"", "console.password_hash", "vincula password"),
        ("m=19456,t=2,p=1", "m=4194304,t=2,p=1", "console.password_hash", "vincula password"),
        ("m=19456,t=2,p=1", "m=8,t=1,p=1", "console.password_hash", "vincula password"),
        ("user_header = \"X-Forwarded-User\"", "user_header = \"X User\"", "console.user_header", "X-Forwarded-User"),
        ("user_header = \"X-Forwarded-User\"\n", "", "console.operators", "header"),
        ("trusted_proxies = [\"127.0.0.1\", \"fd00::/8\"]\n", "", "console.user_header", "console.trusted_proxies"),
        ("\"fd00::/8\"", "\"0.0.0.0/0\"", "console.trusted_proxies", "alone"),
        ("operators = [\"ana@example.com\"]", "operators = \"ana@example.com\"", "console.operators", "brackets"),
        ("idle_timeout = \"8h\"", "idle_timeout = \"8\"", "console.idle_timeout", "\"10m\""),
        ("absolute_timeout = \"7d\"", "absolute_timeout = \"7h\"", "console.absolute_timeout", "idle_timeout"),
        ("sqlite:vincula.db", "postgres://user@host", "store.url", "postgres://user@host/database"),
        ("sqlite:vincula.db", "sqlite::memory:", "store.url", "sqlite:"),
        ("\"90d\"", "\"47h\"", "store.retention", "longer"),
        ("\"10m\"", "\"91d\"", "store.retention", "longer"),
        ("\"30d\"", "\"30\"", "store.text_retention", "365d"),
        ("\"0123456789ABCDEF0123456789ABCDEF\"", "\"\"", "instances.main.id", "panel"),
        ("\"0123456789ABCDEF01234567\"", "\"https://api.z-api.io/instances/X/token/Y/send-text\"", "instances.main.token", "`token`"),
        ("\"https://api.z-api.io\"", "\"https://api.z-api.io/instances/X/token/Y\"", "instances.main.base_url", "`base_url`"),
        ("https://api.z-api.io", "http://api.z-api.io", "instances.main.base_url", "https"),
        ("locale = \"en\"", "locale = \"pt\"", "instances.main.locale", "`pt-BR`"),
        ("prefixes = [\"/\"]", "prefixes = [\"ab\"]", "instances.main.prefixes", "signs"),
        ("prefixes = [\"/\"]", "prefixes = []", "instances.main.prefixes", "[\"/\"]"),
        ("\"ignore\"", "\"ignor\"", "instances.main.non_admins", "`ignore`"),
        ("\"10m\"", "\"10\"", "instances.main.max_event_age", "\"10m\""),
        ("\"30m\"", "\"0s\"", "instances.main.give_up_after", "over 0"),
        ("community_limit = 50", "community_limit = -1", "instances.main.community_limit", "from 1"),
        ("\"made-up-path-secret\"", "\"made-up/path/secret\"", "instances.main.verify.path_secret", "openssl"),
        ("X-Hub-Signature-256", "X Hub", "instances.main.verify.hmac.header", "X-Hub-Signature-256"),
        ("made-up-hmac-secret-2", "short", "instances.main.verify.hmac.secrets", "openssl"),
        ("\"whsec_bWFkZS11cC1zdGFuZGFyZC1zZWNyZXQ=\"", "\"whsec_MDEy\"", "instances.main.verify.standard_webhooks.secrets", "openssl"),
        ("[\"whsec_bWFkZS11cC1zdGFuZGFyZC1zZWNyZXQ=\"]", "[]", "instances.main.verify.standard_webhooks.secrets", "one or more"),
        ("header = \"X-Hub-Signature-256\", ", "", "instances.main.verify.hmac.header", "VINCULA__INSTANCES__MAIN__VERIFY__HMAC__HEADER"),
        ("commands_per_minute = 30", "commands_per_minute = 0", "instances.main.limits.commands_per_minute", "from 1"),
        ("changes_per_second = 1", "changes_per_second = 0", "instances.main.limits.changes_per_second", "from 1"),
        ("messages_per_minute = 30", "messages_per_minute = 99999999999", "instances.main.limits.messages_per_minute", "from 1"),
        ("phone = \"5544999999999\"", "phone = \"five\"", "instances.main.admins.ana.phone", "\"5544999999999\""),
        ("\"81896604192873@lid\"", "\"me@lid\"", "instances.main.admins.ana.lid", "@lid"),
        ("name = \"Ana\"", "name = \"\"", "instances.main.admins.ana.name", "remove it"),
        ("commands = [\"*\"]", "commands = [\"lnik\"]", "instances.main.admins.ana.commands", "`link`"),
        ("commands = [\"*\"]", "commands = []", "instances.main.admins.ana.commands", "[\"*\"]"),
        ("communities = [\"*\"]", "communities = []", "instances.main.admins.ana.communities", "[\"*\"]"),
        ("sales = \"120363186053925765\"", "sales = \"Vendas\"", "instances.main.aliases.sales", "/groups"),
        ("sales =", "\"my sales\" =", "instances.main.aliases.\"my sales\"", "blanks"),
        ("https://hooks", "http://hooks", "notify.url", "https"),
        ("hooks.example.com", "user@hooks.example.com", "notify.url", "https"),
        ("\"whsec_bWFkZS11cC1ub3RpZnktc2VjcmV0\"", "\"whsec_MDEy\"", "notify.secret", "openssl"),
        ("instance = \"main\"", "instance = \"mian\"", "notify.instance", "`main`"),
        ("instance = \"main\"", "instance = \"Main Number\"", "notify.instance", "[instances.main]"),
        ("no_event_after = \"6h\"", "no_event_after = \"6\"", "notify.no_event_after", "\"10m\""),
        ("[instances.main.aliases]", "[instances.main.aliases]\n\"SÁLES\" = \"120363186053925766\"", "instances.main.aliases.sales", "Rename"),
    ];
    for row in rows {
        assert_only_mistake(row);
    }
}

#[test]
fn the_remedy_for_missing_or_needless_quotes_leads_to_a_valid_value() {
    #[rustfmt::skip]
    let rows = [
        ("listen = \"127.0.0.1:8080\"", "listen = 8080", "server.listen", "0.0.0.0:8080 for every network; put it in quotes"),
        ("max_connections = 1024", "max_connections = \"1024\"", "server.max_connections", "quotes away"),
        ("max_connections = 1024", "max_connections = \"many\"", "server.max_connections", "from 1 to 100000, without quotes"),
        ("\"sqlite:vincula.db\"", "5", "store.url", "sqlite:vincula.db; put it in quotes"),
        ("\"90d\"", "90", "store.retention", "\"10m\""),
        ("prefixes = [\"/\"]", "prefixes = [1]", "instances.main.prefixes", "signs"),
        ("locale = \"en\"", "locale = 5", "instances.main.locale", "pt-BR"),
        ("\"America/Sao_Paulo\"", "-3", "instances.main.time_zone", "? Put it in quotes"),
        ("\"0123456789ABCDEF0123456789ABCDEF\"", "5", "instances.main.id", "Put it in quotes"),
        ("owner_commands = false", "owner_commands = \"false\"", "instances.main.owner_commands", "true or false, without quotes"),
        ("zapi_token = true", "zapi_token = \"made-up-token\"", "instances.main.verify.zapi_token", "belongs into `instances.main.token`"),
        ("\"10m\"", "10", "instances.main.max_event_age", "\"10m\""),
        ("sales = \"120363186053925765\"", "sales = 120363186053925765", "instances.main.aliases.sales", "quotes"),
    ];
    for row in rows {
        assert_only_mistake(row);
    }
}

#[test]
fn a_token_in_the_place_of_a_truth_value_is_told_where_it_belongs() {
    let name = "VINCULA__INSTANCES__MAIN__VERIFY__ZAPI_TOKEN";
    let findings = TestFolder::with(SAMPLE).env(&[(name, "HUNTER2HUNTER2HUNTER2")]).refused();
    let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [format!(
            "{name}: instances.main.verify.zapi_token: is neither true nor false. \
             Write true or false; the token itself belongs into `instances.main.token`."
        )]
    );
}

#[test]
fn an_unknown_key_is_told_with_the_one_that_was_meant() {
    let rows = [
        ("[store]", "[stoer]", "stoer", "`store`"),
        (
            "[instances.main.limits]",
            "[instances.main.limit]",
            "instances.main.limit",
            "`instances.main.limits`",
        ),
        (
            "zapi_token =",
            "zapi-token =",
            "instances.main.verify.zapi-token",
            "`instances.main.verify.zapi_token`",
        ),
        ("locale =", "zapi_token =", "instances.main.zapi_token", "`instances.main.verify.zapi_token`"),
        (
            "name = \"Ana\"",
            "nmae = \"Ana\"",
            "instances.main.admins.ana.nmae",
            "`instances.main.admins.ana.name`",
        ),
        (
            "hmac = { header =",
            "hmac = { haeder =",
            "instances.main.verify.hmac.haeder",
            "`instances.main.verify.hmac.header`",
        ),
        ("[store]", "[banana]\n[store]", "banana", "server, console, store, instances"),
        ("[server]", "listen = \"x\"\n[server]", "listen", "`server.listen`"),
    ];
    for (right, wrong, key, remedy) in rows {
        let findings = sample_with(right, wrong).refused();
        assert_eq!(findings.len(), 1, "{wrong}: {findings:#?}");
        assert_eq!(findings[0].key, key);
        assert!(findings[0].to_string().contains(remedy), "{}", findings[0]);
    }
}

#[test]
fn an_unknown_key_in_quotes_is_told_with_the_full_key() {
    let findings = sample_with("locale =", "\"locale \" =").refused();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(findings[0].to_string().contains("Did you mean `instances.main.locale`?"), "{}", findings[0]);
}

#[test]
fn an_unknown_variable_is_told_with_the_one_that_was_meant() {
    for (name, key, meant) in [
        ("VINCULA__SERVER__LISTN", "server.listn", "VINCULA__SERVER__LISTEN"),
        ("VINCULA__SERVR__LISTEN", "servr.listen", "VINCULA__SERVER__LISTEN"),
        ("VINCULA__INSTANCES__MAIN__TOKN", "instances.main.tokn", "VINCULA__INSTANCES__MAIN__TOKEN"),
        ("VINCULA__LISTEN", "listen", "VINCULA__SERVER__LISTEN"),
        ("VINCULA__INSTANCES__MAIN__BANANA", "instances.main.banana", "Known here are id, token"),
        ("VINCULA__SERVER__LISTEN__PORT", "server.listen.port", "`VINCULA__SERVER__LISTEN`"),
        (
            "VINCULA__SERVER__TRUSTED_PROXIES__0",
            "server.trusted_proxies.0",
            "`VINCULA__SERVER__TRUSTED_PROXIES`",
        ),
    ] {
        let findings = TestFolder::with(SAMPLE).env(&[(name, "x")]).refused();
        assert_eq!(findings.len(), 1, "{name}: {findings:#?}");
        assert_eq!((findings[0].source.as_str(), findings[0].key.as_str()), (name, key));
        assert!(findings[0].to_string().contains(meant), "{}", findings[0]);
    }
}

#[test]
fn a_misspelt_section_is_one_mistake() {
    let findings = TestFolder::with(&MINIMAL.replace("instances", "instance")).refused();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(findings[0].to_string().contains("`instances`"), "{}", findings[0]);
    let findings = TestFolder::with(&MINIMAL.replace("token =", "tokne =")).refused();
    assert!(findings.iter().any(|f| f.to_string().contains("`instances.main.token`")), "{findings:#?}");
}

#[test]
fn a_misspelt_secret_file_is_one_mistake() {
    let findings = TestFolder::with(&MINIMAL.replace("\ntoken =", "\ntokne_file =")).refused();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(findings[0].to_string().contains("`instances.main.token_file`"), "{}", findings[0]);
}

#[test]
fn a_missing_required_key_is_reported() {
    let findings = TestFolder::with("[instances.main]").refused();
    let keys: Vec<&str> = findings.iter().map(|finding| finding.key.as_str()).collect();
    assert_eq!(keys, ["instances.main.id", "instances.main.token", "instances.main.verify"]);
    assert!(findings[1].to_string().contains("`token` or `token_file`"), "{}", findings[1]);
    assert!(findings[1].to_string().contains("VINCULA__INSTANCES__MAIN__TOKEN"), "{}", findings[1]);
}

#[test]
fn t03_a_verification_that_proves_nothing_is_refused() {
    for (verify, listen, is_fine) in [
        ("{}", "127.0.0.1:8080", false),
        ("{ zapi_token = false }", "127.0.0.1:8080", false),
        ("\"none\"", "0.0.0.0:8080", false),
        ("\"none\"", "[::]:8080", false),
        ("\"some\"", "127.0.0.1:8080", false),
        ("true", "127.0.0.1:8080", false),
        ("\"none\"", "127.0.0.1:8080", true),
        ("\"none\"", "[::1]:8080", true),
        ("{ zapi_token = false, path_secret = '0123456789abcdef' }", "0.0.0.0:8080", true),
    ] {
        let text =
            format!("[server]\nlisten = '{listen}'\n{MINIMAL}").replace("{ zapi_token = true }", verify);
        let place = TestFolder::with(&text);
        if is_fine {
            place.loaded();
        } else {
            let findings = place.refused();
            assert_eq!(findings.len(), 1, "{verify}: {findings:#?}");
            assert_eq!(findings[0].key, "instances.main.verify");
        }
    }
}

#[test]
fn a_person_is_one_admin_of_an_instance() {
    // The second number is the Brazilian twin of the first.
    let twin =
        "[instances.main.admins.zoe]\nphone = \"554499999999\"\nlid = \"81896604192873@lid\"\ncommands = []";
    let findings = TestFolder::with(&format!("{SAMPLE}\n{twin}")).refused();
    let keys: Vec<&str> = findings.iter().map(|finding| finding.key.as_str()).collect();
    let admin = "instances.main.admins.zoe";
    assert_eq!(keys, [format!("{admin}.phone"), format!("{admin}.lid"), format!("{admin}.commands")]);
    assert!(findings[0].problem.contains("`ana`"), "{}", findings[0]);

    let nobody = format!("{SAMPLE}\n[instances.main.admins.zoe]\nname = \"Zoe\"");
    let findings = TestFolder::with(&nobody).refused();
    assert_eq!((findings.len(), findings[0].key.as_str()), (1, "instances.main.admins.zoe"));
}

#[test]
fn an_instance_has_a_name_that_fits_a_url() {
    for (name, key) in
        [("Main", "instances.Main"), ("\"a b\"", "instances.\"a b\""), ("a-b", "instances.a-b")]
    {
        let findings =
            TestFolder::with(&MINIMAL.replace("instances.main", &format!("instances.{name}"))).refused();
        assert_eq!((findings.len(), findings[0].key.as_str()), (1, key));
    }
}

#[test]
fn a_value_in_the_place_of_a_table_is_one_mistake() {
    for (text, key) in [
        ("instances = 5", "instances"),
        ("[[instances]]\nid = 'x'", "instances"),
        ("[instances]\nmain = 'x'", "instances.main"),
    ] {
        let findings = TestFolder::with(text).refused();
        assert_eq!((findings.len(), findings[0].key.as_str()), (1, key), "{findings:#?}");
    }
    let findings = sample_with("hmac = {", "hmac = 5 # {").refused();
    assert_eq!((findings.len(), findings[0].key.as_str()), (1, "instances.main.verify.hmac"));
    let place = TestFolder::with(SAMPLE).env(&[("VINCULA__SERVER", "x")]);
    let findings = place.refused();
    assert_eq!((findings.len(), findings[0].source.as_str()), (1, "VINCULA__SERVER"));
}

#[test]
fn a_variable_that_is_no_text_is_told() {
    let mut place = TestFolder::with(SAMPLE);
    place.source.unreadable.push("VINCULA__INSTANCES__MAIN__TOKEN".into());
    let findings = place.refused();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].source, "VINCULA__INSTANCES__MAIN__TOKEN");
}

#[test]
fn a_file_in_another_encoding_is_told_with_the_line() {
    let windows_1252 = b"[server]\n# configura\xe7\xe3o\n".to_vec();
    let utf_16 =
        [0xff, 0xfe].into_iter().chain("[server]\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (bytes, source, encoding) in
        [(windows_1252, "vincula.toml:2", "Windows-1252"), (utf_16, "vincula.toml:1", "UTF-16")]
    {
        let place = TestFolder::empty();
        std::fs::write(place.folder.path().join("vincula.toml"), bytes).unwrap();
        let findings = place.refused();
        assert_eq!((findings.len(), findings[0].source.as_str()), (1, source), "{findings:#?}");
        assert!(findings[0].problem.contains(encoding), "{}", findings[0]);
        assert!(findings[0].to_string().ends_with("Save it as UTF-8."), "{}", findings[0]);
    }
}

#[test]
fn a_credential_with_quotes_or_a_name_is_refused_with_the_reason() {
    for (name, text) in [
        ("VINCULA__INSTANCES__MAIN__ID", "'made-up-id'"),
        ("VINCULA__INSTANCES__MAIN__TOKEN", "\"made-up-token\""),
        ("VINCULA__INSTANCES__MAIN__CLIENT_TOKEN", "CLIENT_TOKEN=made-up"),
    ] {
        let findings = TestFolder::with(SAMPLE).env(&[(name, text)]).refused();
        assert_eq!((findings.len(), findings[0].source.as_str()), (1, name), "{findings:#?}");
        assert!(findings[0].to_string().contains("quote"), "{}", findings[0]);
    }
}
