//! Reloads the configuration of a running service: people, rights, aliases, limits and most of an instance's other keys.
//! What needs a restart keeps its old value and is reported.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::config::{
    Admin, Config, ConsoleConfig, EffectiveConfig, Instance, ServerConfig, StoreConfig, VerifyConfig,
};
use crate::domain::InstanceName;
use crate::instance::ReloadableInstance;

/// Whether a key has the same value in two configurations.
type IsSame<T> = fn(&T, &T) -> bool;

/// Keys that need a restart: the ports and limits of the listeners.
const SERVER_KEYS: [(&str, IsSame<ServerConfig>); 6] = [
    ("server.listen", |old, new| old.listen == new.listen),
    ("server.admin_listen", |old, new| old.admin_listen == new.admin_listen),
    ("server.public_url", |old, new| old.public_url == new.public_url),
    ("server.max_body", |old, new| old.max_body == new.max_body),
    ("server.max_connections", |old, new| old.max_connections == new.max_connections),
    ("server.trusted_proxies", |old, new| old.trusted_proxies == new.trusted_proxies),
];

/// Keys that need a restart: who may use the console.
const CONSOLE_KEYS: [(&str, IsSame<ConsoleConfig>); 7] = [
    ("console.password_hash", |old, new| {
        is_same_secret(old.password_hash.as_ref(), new.password_hash.as_ref())
    }),
    ("console.viewer_password_hash", |old, new| {
        is_same_secret(old.viewer_password_hash.as_ref(), new.viewer_password_hash.as_ref())
    }),
    ("console.user_header", |old, new| old.user_header == new.user_header),
    ("console.trusted_proxies", |old, new| old.trusted_proxies == new.trusted_proxies),
    ("console.operators", |old, new| old.operators == new.operators),
    ("console.idle_timeout", |old, new| old.idle_timeout == new.idle_timeout),
    ("console.absolute_timeout", |old, new| old.absolute_timeout == new.absolute_timeout),
];

/// Keys that need a restart: the journal.
const STORE_KEYS: [(&str, IsSame<StoreConfig>); 3] = [
    ("store.url", |old, new| old.url.expose_secret() == new.url.expose_secret()),
    ("store.retention", |old, new| old.retention == new.retention),
    ("store.text_retention", |old, new| old.text_retention == new.text_retention),
];

/// Keys that need a restart: who an instance is at Z-API, how its webhooks are verified, where it takes its admins from.
const FIXED_KEYS: [(&str, IsSame<Instance>); 6] = [
    ("id", |old, new| old.id == new.id),
    ("token", |old, new| is_same_secret(Some(&old.token), Some(&new.token))),
    ("client_token", |old, new| is_same_secret(old.client_token.as_ref(), new.client_token.as_ref())),
    ("base_url", |old, new| old.base_url == new.base_url),
    ("admins_from", |old, new| old.admins_from == new.admins_from),
    ("verify", |old, new| is_same_verify(&old.verify, &new.verify)),
];

/// Keys that are reloaded, besides `admins` and `aliases`.
const RELOADED_KEYS: [(&str, IsSame<Instance>); 11] = [
    ("locale", |old, new| old.locale == new.locale),
    ("prefixes", |old, new| old.prefixes == new.prefixes),
    ("non_admins", |old, new| old.non_admins == new.non_admins),
    ("owner_commands", |old, new| old.owner_commands == new.owner_commands),
    ("time_zone", |old, new| old.time_zone == new.time_zone),
    ("max_event_age", |old, new| old.max_event_age == new.max_event_age),
    ("give_up_after", |old, new| old.give_up_after == new.give_up_after),
    ("community_limit", |old, new| old.community_limit == new.community_limit),
    ("limits.commands_per_minute", |old, new| {
        old.limits.commands_per_minute == new.limits.commands_per_minute
    }),
    ("limits.changes_per_second", |old, new| old.limits.changes_per_second == new.limits.changes_per_second),
    ("limits.messages_per_minute", |old, new| {
        old.limits.messages_per_minute == new.limits.messages_per_minute
    }),
];

/// What a reload changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ReloadReport {
    /// What holds from now on: keys, and the names of admins and aliases.
    pub changed: Vec<String>,
    /// Keys whose old value holds until the service is restarted.
    pub needs_restart: Vec<String>,
}

/// Applies a new configuration to the instances of a running service.
pub struct Reloader {
    server: ServerConfig,
    console: ConsoleConfig,
    store: StoreConfig,
    log_filter: Mutex<String>,
    effective: EffectiveConfig,
    instances: HashMap<InstanceName, Arc<ReloadableInstance>>,
}

impl Reloader {
    /// A reloader for a service that was started with `config`.
    pub fn new(config: &Config, instances: HashMap<InstanceName, Arc<ReloadableInstance>>) -> Self {
        let Config { server, console, store, effective, .. } = config.clone();
        Self { log_filter: server.log_filter.clone().into(), server, console, store, effective, instances }
    }

    /// Applies what can change while the service runs, except the log filter. Commands that are running keep what they began with.
    pub fn apply(&self, config: Config) -> ReloadReport {
        let mut report = ReloadReport::default();
        report.needs_restart.extend(changed_keys(&SERVER_KEYS, &self.server, &config.server));
        report.needs_restart.extend(changed_keys(&CONSOLE_KEYS, &self.console, &config.console));
        report.needs_restart.extend(changed_keys(&STORE_KEYS, &self.store, &config.store));
        let mut log_filter = self.log_filter.lock().unwrap_or_else(PoisonError::into_inner);
        if *log_filter != config.server.log_filter {
            report.changed.push("server.log_filter".to_owned());
            *log_filter = config.server.log_filter;
        }
        let is_configured = |name: &InstanceName| config.instances.iter().any(|new| new.name == *name);
        for name in self.instances.keys().filter(|name| !is_configured(name)) {
            report.needs_restart.push(format!("instances.{name} (removed)"));
        }
        for new in config.instances {
            match self.instances.get(&new.name) {
                Some(instance) => reload_instance(instance, new, self.store.retention, &mut report),
                None => report.needs_restart.push(format!("instances.{} (added)", new.name)),
            }
        }
        self.effective.reload(&config.effective, &report.needs_restart);
        report
    }
}

fn reload_instance(
    instance: &ReloadableInstance,
    mut new: Instance,
    retention: Duration,
    report: &mut ReloadReport,
) {
    let runtime = instance.runtime();
    let old = &runtime.config;
    if new.max_event_age > retention {
        // Valid with the new retention only: a message that comes again would not be recognized.
        report.needs_restart.push(format!("instances.{}.max_event_age", new.name));
        new.max_event_age = old.max_event_age;
    }
    let full_key = |key: String| format!("instances.{}.{key}", new.name);
    report.needs_restart.extend(changed_keys(&FIXED_KEYS, old, &new).map(full_key));
    let before = report.changed.len();
    report.changed.extend(changed_keys(&RELOADED_KEYS, old, &new).map(full_key));
    let people = describe_changes("admins", &index_admins(old), &index_admins(&new), is_same_admin);
    let aliases =
        describe_changes("aliases", &index_aliases(old), &index_aliases(&new), |old, new| old == new);
    report.changed.extend(people.into_iter().chain(aliases).map(full_key));
    if report.changed.len() > before {
        let Instance { id, token, client_token, base_url, admins_from, verify, .. } = old.clone();
        instance.reload(Instance { id, token, client_token, base_url, admins_from, verify, ..new });
    }
}

fn changed_keys<T>(keys: &[(&str, IsSame<T>)], old: &T, new: &T) -> impl Iterator<Item = String> {
    keys.iter().filter(|(_, is_same)| !is_same(old, new)).map(|(key, _)| (*key).to_owned())
}

/// `admins: added bia, changed ana`; none if nothing changed.
fn describe_changes<T>(
    key: &str,
    old: &BTreeMap<&str, T>,
    new: &BTreeMap<&str, T>,
    is_same: fn(&T, &T) -> bool,
) -> Option<String> {
    let added = new.keys().filter(|name| !old.contains_key(*name));
    let removed = old.keys().filter(|name| !new.contains_key(*name));
    let is_changed =
        |name: &&&str| old.get(**name).zip(new.get(**name)).is_some_and(|(old, new)| !is_same(old, new));
    let changed = new.keys().filter(is_changed);
    let lists = [
        added.map(|name| format!("added {name}")).collect::<Vec<_>>(),
        removed.map(|name| format!("removed {name}")).collect(),
        changed.map(|name| format!("changed {name}")).collect(),
    ];
    let lists = lists.concat();
    (!lists.is_empty()).then(|| format!("{key}: {}", lists.join(", ")))
}

fn index_admins(instance: &Instance) -> BTreeMap<&str, &Admin> {
    instance.admins.iter().map(|admin| (admin.key.as_str(), admin)).collect()
}

fn index_aliases(instance: &Instance) -> BTreeMap<&str, &str> {
    instance.aliases.iter().map(|(name, id)| (name.as_str(), id.as_str())).collect()
}

fn is_same_admin(old: &&Admin, new: &&Admin) -> bool {
    (old.phone, old.lid, &old.name, &old.commands, &old.communities)
        == (new.phone, new.lid, &new.name, &new.commands, &new.communities)
}

fn is_same_secret(old: Option<&SecretString>, new: Option<&SecretString>) -> bool {
    old.map(ExposeSecret::expose_secret) == new.map(ExposeSecret::expose_secret)
}

fn is_same_verify(old: &VerifyConfig, new: &VerifyConfig) -> bool {
    let bytes = |secrets: &[SecretSlice<u8>]| -> Vec<Vec<u8>> {
        secrets.iter().map(|secret| secret.expose_secret().to_vec()).collect()
    };
    let hmac =
        |verify: &VerifyConfig| verify.hmac.as_ref().map(|hmac| (hmac.header.clone(), bytes(&hmac.secrets)));
    let standard = |verify: &VerifyConfig| verify.standard_webhooks.as_deref().map(bytes);
    old.zapi_token == new.zapi_token
        && is_same_secret(old.path_secret.as_ref(), new.path_secret.as_ref())
        && hmac(old) == hmac(new)
        && standard(old) == standard(new)
}
