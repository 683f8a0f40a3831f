//! The loader from the outside: files and environments in, a configuration or findings out.

mod mistakes;
mod secrets;
mod table;

use std::time::Duration;

use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use super::*;
use crate::domain::{Lid, Locale, Phone};

const COMMANDS: &[&str] =
    &["link", "unlink", "communities", "community", "groups", "help", "whoami", "status"];

/// Every key that does not exclude another, as the documents show them, with made-up values.
const SAMPLE: &str = r#"
[server]
listen = "127.0.0.1:8080"
admin_listen = "127.0.0.1:9090"
public_url = "https://bot.example.com"
max_body = "256KiB"
max_connections = 1024
trusted_proxies = ["10.0.0.0/8", "::1"]
log_filter = "warn,vincula=debug"

[console]
password_hash = "$argon2id$v=19$m=19456,t=2,p=1$bWFkZS11cC1zYWx0LTE2Yg$bWFkZS11cC1oYXNoLW9mLTMyLWJ5dGVzLWluLWFsbCE"
viewer_password_hash = "$argon2id$v=19$m=19456,t=2,p=1$bWFkZS11cC1zYWx0LTE2Yg$bWFkZS11cC1oYXNoLWZvci10aGUtdmlld2Vycy0zMmI"
user_header = "X-Forwarded-User"
trusted_proxies = ["127.0.0.1", "fd00::/8"]
operators = ["ana@example.com"]
idle_timeout = "8h"
absolute_timeout = "7d"

[store]
url = "sqlite:vincula.db"
retention = "90d"
text_retention = "30d"

[instances.main]
id = "0123456789ABCDEF0123456789ABCDEF"
token = "0123456789ABCDEF01234567"
client_token = "F0123456789ABCDEF0123456789ABCDEFS"
base_url = "https://api.z-api.io"
locale = "en"
prefixes = ["/"]
non_admins = "ignore"
owner_commands = false
max_event_age = "10m"
give_up_after = "30m"
community_limit = 50
time_zone = "America/Sao_Paulo"
admins_from = "config"

[instances.main.verify]
zapi_token = true
path_secret = "made-up-path-secret"
hmac = { header = "X-Hub-Signature-256", secrets = ["made-up-hmac-secret-1", "made-up-hmac-secret-2"] }
standard_webhooks = { secrets = ["whsec_bWFkZS11cC1zdGFuZGFyZC1zZWNyZXQ="] }

[instances.main.limits]
commands_per_minute = 30
changes_per_second = 1
messages_per_minute = 30

[instances.main.admins.ana]
phone = "5544999999999"
lid = "81896604192873@lid"
name = "Ana"
commands = ["*"]
communities = ["*"]

[instances.main.aliases]
sales = "120363186053925765"

[notify]
url = "https://hooks.example.com/services/made-up-path"
secret = "whsec_bWFkZS11cC1ub3RpZnktc2VjcmV0"
phone = "5544999999999"
instance = "main"
no_event_after = "6h"
"#;

/// The least that works.
const MINIMAL: &str = r#"
[instances.main]
id = "0123456789ABCDEF0123456789ABCDEF"
token = "0123456789ABCDEF01234567"
verify = { zapi_token = true }
"#;

/// A folder with what a test puts there, and an environment.
struct TestFolder {
    folder: TempDir,
    source: ConfigSource,
}

impl TestFolder {
    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = ConfigSource {
            explicit: None,
            env: Vec::new(),
            unreadable: Vec::new(),
            directory: folder.path().to_owned(),
            system: folder.path().join("etc/vincula.toml"),
        };
        Self { folder, source }
    }

    /// With this `./vincula.toml`.
    fn with(text: &str) -> Self {
        Self::empty().file("vincula.toml", text)
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn env(mut self, rows: &[(&str, &str)]) -> Self {
        self.source.env.extend(rows.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    #[track_caller]
    fn loaded(&self) -> LoadedConfig {
        match load(&self.source, COMMANDS) {
            Ok(loaded) => loaded,
            Err(findings) => panic!("refused: {findings:#?}"),
        }
    }

    #[track_caller]
    fn refused(&self) -> Vec<Diagnostic> {
        match load(&self.source, COMMANDS) {
            Ok(_) => panic!("nothing was found"),
            Err(findings) => findings,
        }
    }
}

#[test]
fn the_documented_sample_is_read_whole() {
    let place = TestFolder::with(SAMPLE);
    let LoadedConfig { config, path, warnings } = place.loaded();
    assert_eq!(path.unwrap().to_str(), Some("vincula.toml"));
    assert_eq!(warnings, []);
    assert_eq!(config.server.public_url.as_deref(), Some("https://bot.example.com"));
    assert!(config.server.trusted_proxies[0].contains("10.1.2.3".parse().unwrap()));
    assert!(config.console.has_sign_in() && config.console.password_hash.is_some());
    assert_eq!(config.console.user_header.as_ref().unwrap(), "x-forwarded-user");
    assert_eq!(config.console.operators, ["ana@example.com"]);
    let [main] = &config.instances[..] else { panic!("one instance is due") };
    assert_eq!(main.name.as_str(), "main");
    assert_eq!(main.token.expose_secret(), "0123456789ABCDEF01234567");
    assert_eq!(main.client_token.as_ref().unwrap().expose_secret(), "F0123456789ABCDEF0123456789ABCDEFS");
    assert!(main.verify.zapi_token);
    assert_eq!(main.verify.path_secret.as_ref().unwrap().expose_secret(), "made-up-path-secret");
    let hmac = main.verify.hmac.as_ref().unwrap();
    assert_eq!(hmac.header, "x-hub-signature-256");
    assert_eq!(hmac.secrets[1].expose_secret(), b"made-up-hmac-secret-2");
    let keys = main.verify.standard_webhooks.as_ref().unwrap();
    assert_eq!(keys[0].expose_secret(), b"made-up-standard-secret");
    assert_eq!((main.admins[0].key.as_str(), main.admins[0].name.as_str()), ("ana", "Ana"));
    assert_eq!(main.admins[0].phone, Phone::parse("5544999999999"));
    assert_eq!(main.admins[0].lid, Lid::parse("81896604192873@lid"));
    assert_eq!(main.aliases, [("sales".to_owned(), "120363186053925765".to_owned())]);
}

#[test]
fn defaults_are_as_documented() {
    let config = TestFolder::with(MINIMAL).loaded().config;
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.admin_listen.to_string(), "127.0.0.1:9090");
    assert_eq!(config.server.public_url, None);
    assert_eq!((config.server.max_body, config.server.max_connections), (256 * 1024, 1024));
    assert_eq!(config.server.trusted_proxies, []);
    assert!(!config.console.has_sign_in() && config.console.trusted_proxies.is_empty());
    let hours = |hours: u64| Duration::from_secs(hours * 3_600);
    assert_eq!(config.console.idle_timeout, hours(8));
    assert_eq!(config.console.absolute_timeout, hours(7 * 24));
    assert_eq!(config.store.url.expose_secret(), "sqlite:vincula.db");
    let main = &config.instances[0];
    assert!(main.client_token.is_none());
    assert_eq!(main.base_url, "https://api.z-api.io");
    assert_eq!(
        (main.locale, main.non_admins, main.owner_commands),
        (Locale::En, NonAdminPolicy::Ignore, false)
    );
    assert_eq!(main.prefixes, ["/"]);
    assert_eq!(main.max_event_age, Duration::from_secs(600));
    assert_eq!(main.give_up_after, Duration::from_secs(1_800));
    assert_eq!(main.community_limit, 50);
    let RateLimits { commands_per_minute, changes_per_second, messages_per_minute } = main.limits;
    assert_eq!((commands_per_minute, changes_per_second, messages_per_minute), (30, 1, 30));
    assert!(main.verify.path_secret.is_none() && main.verify.hmac.is_none());
    assert!(main.verify.standard_webhooks.is_none());
    assert!(main.admins.is_empty() && main.aliases.is_empty());
}

#[test]
fn the_environment_alone_says_everything() {
    let place = TestFolder::empty().env(&[
        ("VINCULA__SERVER__LISTEN", "0.0.0.0:80"),
        ("VINCULA__SERVER__MAX_CONNECTIONS", "7"),
        ("VINCULA__SERVER__TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2"),
        ("VINCULA__STORE__URL", "sqlite:/data/vincula.db"),
        ("VINCULA__INSTANCES__MAIN__ID", "made-up-id"),
        ("VINCULA__INSTANCES__MAIN__TOKEN", "0123"),
        ("VINCULA__INSTANCES__MAIN__PREFIXES", r#"["!", ","]"#),
        ("VINCULA__INSTANCES__MAIN__OWNER_COMMANDS", "true"),
        ("VINCULA__INSTANCES__MAIN__VERIFY__HMAC__HEADER", "X-Signature"),
        ("VINCULA__INSTANCES__MAIN__VERIFY__HMAC__SECRETS", "0000000000000001,0000000000000002"),
        ("VINCULA__INSTANCES__MAIN__ADMINS__ANA__PHONE", "+55 44 99999-9999"),
        ("VINCULA__INSTANCES__MAIN__ADMINS__ANA__COMMANDS", "link,unlink"),
        ("VINCULA__INSTANCES__MAIN__ADMINS__RUI__LID", "81896604192873"),
        ("VINCULA__INSTANCES__MAIN__ALIASES__SALES", "120363186053925765"),
        ("VINCULA__INSTANCES__BR__ID", "other-id"),
        ("VINCULA__INSTANCES__BR__TOKEN", "made-up-token"),
        ("VINCULA__INSTANCES__BR__LOCALE", "pt-BR"),
        ("VINCULA__INSTANCES__BR__VERIFY__ZAPI_TOKEN", "true"),
        ("VINCULA_CONFIG", ""),
    ]);
    let LoadedConfig { config, path, .. } = place.loaded();
    assert_eq!(path, None);
    assert_eq!((config.server.listen.port(), config.server.max_connections), (80, 7));
    assert_eq!(config.server.trusted_proxies.len(), 2);
    let [br, main] = &config.instances[..] else { panic!("two instances are due") };
    assert_eq!((br.name.as_str(), br.locale), ("br", Locale::PtBr));
    assert_eq!(main.token.expose_secret(), "0123");
    assert_eq!(main.prefixes, ["!", ","]);
    assert!(main.owner_commands && !main.verify.zapi_token);
    assert_eq!(main.verify.hmac.as_ref().unwrap().secrets[0].expose_secret(), b"0000000000000001");
    assert_eq!(main.admins[0].commands, ["link", "unlink"]);
    assert_eq!((main.admins[1].key.as_str(), main.admins[1].name.as_str()), ("rui", "rui"));
}

#[test]
fn the_environment_overrides_the_file() {
    let place = TestFolder::with(SAMPLE).env(&[
        ("VINCULA__INSTANCES__MAIN__TOKEN", "ABCDEF0123456789ABCDEF01"),
        ("VINCULA__INSTANCES__MAIN__VERIFY__HMAC__HEADER", "X-Other"),
        ("VINCULA__INSTANCES__MAIN__ADMINS__ANA__NAME", "Ana Maria"),
    ]);
    let config = place.loaded().config;
    let main = &config.instances[0];
    assert_eq!(main.token.expose_secret(), "ABCDEF0123456789ABCDEF01");
    assert_eq!(main.verify.hmac.as_ref().unwrap().header, "x-other");
    assert_eq!(main.verify.hmac.as_ref().unwrap().secrets.len(), 2);
    assert_eq!((main.admins.len(), main.admins[0].name.as_str()), (1, "Ana Maria"));
}

#[test]
fn a_file_of_another_system_is_read() {
    TestFolder::with(&format!("\u{feff}{}", MINIMAL.replace('\n', "\r\n"))).loaded();
}

#[test]
fn the_file_is_searched_in_order() {
    let id = |id: &str| MINIMAL.replace("0123456789ABCDEF0123456789ABCDEF", id);
    let mut place = TestFolder::empty().file("etc/vincula.toml", &id("system"));
    assert_eq!(place.loaded().config.instances[0].id, "system");
    place = place.file("vincula.toml", &id("here"));
    assert_eq!(place.loaded().config.instances[0].id, "here");
    place = place.file("named.toml", &id("named")).env(&[("VINCULA_CONFIG", "named.toml")]);
    assert_eq!(place.loaded().config.instances[0].id, "named");
    place = place.file("explicit.toml", &id("explicit"));
    place.source.explicit = Some("explicit.toml".into());
    let loaded = place.loaded();
    assert_eq!(loaded.config.instances[0].id, "explicit");
    assert_eq!(loaded.path.unwrap().to_str(), Some("explicit.toml"));
}

#[test]
fn a_file_that_was_named_has_to_be_there() {
    let mut place = TestFolder::with(MINIMAL).env(&[("VINCULA_CONFIG", "absent.toml")]);
    let findings = place.refused();
    assert_eq!(findings.len(), 1);
    assert!(findings[0].to_string().starts_with("absent.toml: cannot be read"), "{}", findings[0]);
    assert!(findings[0].to_string().contains("VINCULA_CONFIG"));
    place.source.explicit = Some("elsewhere.toml".into());
    let findings = place.refused();
    assert!(findings[0].to_string().contains("--config") && findings[0].source == "elsewhere.toml");
}

#[test]
fn without_a_file_and_an_environment_the_places_are_told() {
    let findings = TestFolder::empty().refused();
    let told = findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(told.contains("vincula.toml") && told.contains("--config"), "{told}");
    assert!(told.contains("configuration: instances: holds no instance"), "{told}");
    assert!(findings.iter().all(|finding| !finding.source.is_empty()), "{findings:#?}");
    let findings = TestFolder::empty().env(&[("VINCULA__SERVER__LISTEN", "127.0.0.1:0")]).refused();
    assert!(
        findings[0].to_string().starts_with("environment: instances: holds no instance"),
        "{findings:#?}"
    );
}

#[test]
fn a_possible_mistake_is_a_warning() {
    let two = format!("{MINIMAL}\n{}", MINIMAL.replace("[instances.main]", "[instances.second]"));
    let warnings = TestFolder::with(&two).env(&[("VINCULA_SERVER_LISTEN", "x")]).loaded().warnings;
    for (origin, key, problem) in [
        ("VINCULA_SERVER_LISTEN", "", "is not read"),
        ("vincula.toml", "server.public_url", "is not given"),
        ("vincula.toml:2", "instances.main.admins", "nobody can send commands"),
        ("vincula.toml:8", "instances.second.admins", "nobody can send commands"),
        ("vincula.toml:9", "instances.second.id", "is that of the instance `main` too"),
    ] {
        let told = |w: &&Diagnostic| w.key == key && w.problem.contains(problem) && w.source == origin;
        assert_eq!(warnings.iter().filter(told).count(), 1, "{key}: {warnings:#?}");
    }
    assert_eq!(warnings.len(), 5);

    let by_community = MINIMAL.replace("[instances.main]", "[instances.main]\nadmins_from = \"community\"");
    let warnings = TestFolder::with(&by_community).loaded().warnings;
    assert!(!warnings.iter().any(|w| w.key == "instances.main.admins"), "{warnings:#?}");

    let swapped = MINIMAL.replace("\"0123456789ABCDEF01234567\"", "\"F0123456789ABCDEF0123456789ABCDEFS\"");
    let warnings = TestFolder::with(&swapped).loaded().warnings;
    assert!(warnings.iter().any(|w| w.key == "instances.main.token" && w.problem.contains("Client-Token")));
}

#[test]
fn notifications_that_reach_nobody_are_warned_about() {
    let url = "[notify]\nurl = \"https://hooks.example.com/x\"\n";
    for (notify, keys) in [
        ("", &[][..]),
        ("[notify]\n", &["notify"]),
        ("[notify]\nno_event_after = \"6h\"\n", &["notify"]),
        (&format!("{url}instance = \"main\"\n"), &["notify.instance"]),
        (
            "[notify]\nphone = \"5544999999999\"\nsecret = \"whsec_bWFkZS11cC1ub3RpZnktc2VjcmV0\"\n",
            &["notify.secret"],
        ),
        (url, &[]),
    ] {
        let warnings = TestFolder::with(&format!("{MINIMAL}{notify}")).loaded().warnings;
        let warned: Vec<&str> =
            warnings.iter().map(|it| it.key.as_str()).filter(|key| key.starts_with("notify")).collect();
        assert_eq!(warned, keys, "{notify}");
    }
}
