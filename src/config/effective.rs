//! The configuration as it holds: each key with its value and where that comes from. Secrets are left out.

use std::sync::{Arc, PoisonError, RwLock};

use super::value_tree::Node;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigOrigin {
    /// A line of the file: `vincula.toml:12`.
    File(String),
    /// An environment variable.
    Variable(String),
    /// Nothing was given.
    Default,
}

impl ConfigOrigin {
    /// The origin of a value; without a node, it is a default.
    pub(super) fn from_node(node: Option<&Node>) -> Self {
        match node {
            None => Self::Default,
            Some(node) if node.is_variable() => Self::Variable(node.source.clone()),
            // The path of the file is told once.
            Some(node) => Self::File(node.source.rsplit('/').next().unwrap_or_default().to_owned()),
        }
    }
}

/// A key as it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigValue {
    /// The table that it is in.
    pub section: String,
    /// Its name in this table.
    pub name: String,
    /// The value; none for a secret.
    pub value: Option<String>,
    /// Where it comes from.
    pub origin: ConfigOrigin,
}

impl ConfigValue {
    fn key(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }
}

/// The configuration as it holds; clones share it, and a reload replaces it.
#[derive(Clone, Debug, Default)]
pub struct EffectiveConfig(Arc<RwLock<EffectiveValues>>);

/// What [`EffectiveConfig`] holds.
#[derive(Clone, Debug, Default)]
pub struct EffectiveValues {
    /// The keys, in the order of the documentation.
    pub values: Vec<ConfigValue>,
    /// What is valid and may still be a mistake.
    pub warnings: Vec<String>,
    /// The file; none if everything came from the environment.
    pub path: Option<String>,
    /// Keys that the file changes, but whose old value holds until the service is restarted.
    pub needs_restart: Vec<String>,
}

impl EffectiveConfig {
    /// The values that hold now.
    pub fn values(&self) -> EffectiveValues {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes over the values of a configuration that was reloaded, except for the keys that need a restart: `server.listen`,
    /// `instances.main.verify` (with all keys in it), `instances.new (added)`.
    pub fn reload(&self, new: &Self, needs_restart: &[String]) {
        let (old, mut new) = (self.values(), new.values());
        let is_kept = |value: &ConfigValue| {
            let key = value.key();
            needs_restart.iter().any(|kept| {
                let kept = kept.split(' ').next().unwrap_or_default();
                key.strip_prefix(kept).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        new.values.retain(|value| !is_kept(value));
        new.values.extend(old.values.into_iter().filter(|value| is_kept(value)));
        new.needs_restart = needs_restart.to_vec();
        self.set(new);
    }

    pub(super) fn set(&self, values: EffectiveValues) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = values;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigSource, load};

    const FILE: &str = "[instances.main]\nid = \"3C67AB641C8AA0412F6A2242B4E23AC7\"\ntoken = \"a-token-of-the-instance\"\n\
        [instances.main.verify]\nzapi_token = true\n[instances.main.admins.ana]\nphone = \"5544999990001\"\n";

    fn load_with(text: &str, env: &[(&str, &str)]) -> EffectiveConfig {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vincula.toml");
        std::fs::write(&file, text).unwrap();
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let source = ConfigSource { env, ..ConfigSource::from_process(Some(file)) };
        load(&source, &["link"]).unwrap().config.effective
    }

    fn find(config: &EffectiveConfig, key: &str) -> Option<(Option<String>, ConfigOrigin)> {
        let found = config.values().values.into_iter().find(|value| value.key() == key)?;
        Some((found.value, found.origin))
    }

    #[test]
    fn each_value_has_its_origin_and_secrets_have_no_value() {
        let config = load_with(FILE, &[("VINCULA__SERVER__LISTEN", "127.0.0.1:1234")]);

        let file = |line: u32| ConfigOrigin::File(format!("vincula.toml:{line}"));
        let text = |text: &str| Some(text.to_owned());
        for (key, expected) in [
            ("instances.main.token", (None, file(3))),
            ("instances.main.verify.zapi_token", (text("true"), file(5))),
            ("instances.main.admins.ana.phone", (text("5544999990001"), file(7))),
            ("instances.main.admins.ana.name", (text("ana"), ConfigOrigin::Default)),
            ("instances.main.admins.ana.commands", (text("*"), ConfigOrigin::Default)),
            ("instances.main.limits.commands_per_minute", (text("30"), ConfigOrigin::Default)),
            ("store.url", (None, ConfigOrigin::Default)),
            (
                "server.listen",
                (text("127.0.0.1:1234"), ConfigOrigin::Variable("VINCULA__SERVER__LISTEN".to_owned())),
            ),
        ] {
            assert_eq!(find(&config, key), Some(expected), "{key}");
        }
        assert_eq!(find(&config, "server.public_url"), None);
        assert_eq!(find(&config, "instances.main.verify.hmac.header"), None);
        assert!(!format!("{config:?}").contains("a-token-of"));
    }

    #[test]
    fn an_id_that_may_be_another_credential_has_no_value() {
        let key = "instances.main.id";
        let id = "3C67AB641C8AA0412F6A2242B4E23AC7";
        assert_eq!(find(&load_with(FILE, &[]), key).unwrap().0.as_deref(), Some(id));
        for other in
            ["F0123456789ABCDEF0123456789ABCDEFS", "0123456789ABCDEF01234567", "0123456789abcdef01234567"]
        {
            let config = load_with(&FILE.replace(id, other), &[]);
            assert_eq!(find(&config, key).unwrap().0, None, "{other}");
            assert!(!format!("{config:?}").contains(other), "{other}");
        }
    }

    #[test]
    fn a_reload_changes_what_holds_without_a_restart() {
        let config = load_with(FILE, &[]);
        let new = format!("{FILE}name = \"Ana Souza\"\n[server]\nmax_connections = 7\n");
        let held = config.clone();

        config.reload(&load_with(&new, &[]), &["server.max_connections".to_owned()]);

        assert_eq!(find(&held, "instances.main.admins.ana.name").unwrap().0.as_deref(), Some("Ana Souza"));
        assert_eq!(find(&held, "server.max_connections").unwrap().0.as_deref(), Some("1024"));
        assert_eq!(held.values().needs_restart, ["server.max_connections"]);
    }
}
