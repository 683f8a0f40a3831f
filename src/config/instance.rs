//! `[instances.<name>]`: the connected WhatsApp numbers, and their limits.

use std::net::SocketAddr;
use std::time::Duration;

use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::admins::{Admin, AdminsFrom, read_admins, read_aliases};
use super::diagnostic::{problem, quote_value};
use super::section::{Entry, check, section};
use super::verify::{VerifyConfig, parse_none};
use super::{parse, secrets, urls};
use crate::domain::{InstanceName, Locale};

/// How commands of people who are not admins are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NonAdminPolicy {
    /// They are ignored.
    Ignore,
    /// They are refused, at most once an hour a person.
    Refuse,
}

section! {
    /// `[instances.<name>]`: one WhatsApp number connected at Z-API.
    Instance, InstanceValues, "instances.<instance>" {
        /// Z-API's id of the instance.
        id: String = value Text("id"), secrets::parse_credential, Required;
        /// The instance token of Z-API.
        token: SecretString = value Secret("token"), secrets::parse_credential, Required;
        /// The account security token (`Client-Token`), if the account has it turned on.
        client_token: Option<SecretString> = optional Secret("token"), secrets::parse_credential, Absent;
        /// The URL of Z-API: https, or http on loopback.
        base_url: String = value Text("URL"), urls::parse_base_url, Value("https://api.z-api.io");
        /// The language of replies.
        locale: Locale = value Word(&["en", "pt-BR", "es"]), parse::parse_locale, Value("en");
        /// What a command begins with: one to three signs each, no letters or digits.
        prefixes: Vec<String> = list List("prefix"), parse::parse_prefix, Value("[\"/\"]");
        /// Commands of people who are not admins: `ignore` sends no reply, `refuse` replies at most once an
        /// hour.
        non_admins: NonAdminPolicy = value Word(&["ignore", "refuse"]), parse::parse_word, Value("ignore");
        /// Commands typed on the bot's own phone count as the owner's.
        owner_commands: bool = value Bool, parse::parse_checked, Value("false");
        /// The time zone of times in replies, by its IANA name.
        time_zone: TimeZone = value Text("zone"), parse::parse_time_zone, Value("America/Sao_Paulo");
        /// Who may send commands: `config` allows those under `admins`; `community` also allows the admins of
        /// a community in that community, but not to create, deactivate or name anything.
        admins_from: AdminsFrom = value Word(&["config", "community"]), parse::parse_word, Value("config");
        /// Commands sent longer ago are not run; their admin is told.
        max_event_age: Duration = value Text("duration"), parse::parse_duration, Value("10m");
        /// How long a command is retried.
        give_up_after: Duration = value Text("duration"), parse::parse_duration, Value("30m");
        /// How many ordinary groups a community can hold; a command takes no more.
        community_limit: usize = value Number(1, u32::MAX), parse::parse_checked, Value("50");
        /// How a webhook is authenticated: every key given below must match, and at least one is required;
        /// `"none"` only where `server.listen` is loopback.
        verify: VerifyConfig = verify NoneOrTable, parse_none, Required;
    }
    with instance {
        /// The name: a part of the webhook URL.
        name: InstanceName = instance.check(parse::parse_instance_name(instance.name()));
        /// Rate limits.
        limits: RateLimits = RateLimitValues::read(&instance.child("limits")).build();
        /// The people who may send commands.
        admins: Vec<Admin> = Some(read_admins(instance));
        /// Short names of communities and groups: as typed, and the id.
        aliases: Vec<(String, String)> = Some(read_aliases(instance));
    }
}

section! {
    /// `[instances.<name>.limits]`
    #[derive(Copy)]
    RateLimits, RateLimitValues, "instances.<instance>.limits" {
        /// Commands of one admin a minute; over it, they are told once.
        commands_per_minute: u32 = value Number(1, u32::MAX), parse::parse_checked, Value("30");
        /// Changing calls to Z-API a second, with bursts of 5; the rest waits.
        changes_per_second: u32 = value Number(1, u32::MAX), parse::parse_checked, Value("1");
        /// Messages of the bot a minute, with bursts of 5; the rest waits.
        messages_per_minute: u32 = value Number(1, u32::MAX), parse::parse_checked, Value("30");
    }
}

/// Reads `[instances]`, in the order of their names; `listen` is the public listener.
pub(super) fn read_instances(table: &Entry<'_>, listen: Option<SocketAddr>) -> Vec<Instance> {
    let mut instances: Vec<Instance> = Vec::new();
    for child in table.children() {
        let values = InstanceValues::read(&child);
        check_instance(&child, &values, listen);
        let Some(instance) = values.build() else { continue };
        if let Some(other) = instances.iter().find(|other| other.id == instance.id) {
            let other = quote_value(other.name.as_str());
            child.child("id").warn(problem!("is that of the instance {other} too";
                "Both would answer for the same number: check which one is meant"));
        }
        instances.push(instance);
    }
    if table.children().next().is_none() && !table.is_broken() {
        table.report(problem!("holds no instance, but at least one is required";
            "Write [instances.main] with id, token and verify, or set VINCULA__INSTANCES__MAIN__ID and so on"));
    }
    instances
}

/// Checks values against each other.
fn check_instance(instance: &Entry<'_>, values: &InstanceValues, listen: Option<SocketAddr>) {
    let is_open = values.verify.as_ref().is_some_and(VerifyConfig::is_none);
    check!(report instance.verify if is_open && listen.is_some_and(urls::is_reachable);
        "is \"none\", but server.listen can be reached from other machines: anybody could send commands";
        "Write {{ zapi_token = true }}, or let server.listen be a loopback address such as 127.0.0.1:8080");
    let is_by_list = values.owner_commands == Some(false) && values.admins_from == Some(AdminsFrom::Config);
    check!(warn instance.admins if is_by_list && values.admins.as_ref().is_some_and(Vec::is_empty);
        "names nobody, so nobody can send commands"; "Add a table [….admins.<key>] with a phone or a lid");
    let is_z_api = values.base_url.as_deref() == Some("https://api.z-api.io");
    let token = values.token.as_ref().map(ExposeSecret::expose_secret);
    let client_token = values.client_token.iter().flatten().map(ExposeSecret::expose_secret).next();
    for (key, text) in [("id", values.id.as_deref()), ("token", token), ("client_token", client_token)] {
        if let Some(problem) = text.and_then(|text| secrets::find_mismatch(key, text, is_z_api)) {
            instance.child(key).warn(problem);
            // What stands there as an id may be a token.
            instance.child(key).hide_value();
        }
    }
    let is_short = token.is_some_and(|token| token.len() < secrets::MIN_SECRET_LEN);
    check!(warn instance.token if is_short && values.verify.as_ref().is_some_and(|verify| verify.zapi_token);
        "has under 16 bytes, and verify.zapi_token relies on it";
        "Add another check to verify, such as path_secret");
}

#[cfg(test)]
mod tests {
    use super::super::key::{Parse, ValueType};
    use super::*;

    #[test]
    fn every_word_of_a_row_stands_for_a_value() {
        fn check<T: std::fmt::Debug>(name: &str, parse: Parse<T>) {
            let key = InstanceValues::KEYS.iter().find(|key| key.name() == name).unwrap();
            let ValueType::Word(words) = key.value_type else { panic!("{name} has no words") };
            let values: Vec<String> =
                words.iter().map(|word| format!("{:?}", parse(word).unwrap())).collect();
            assert!(values.iter().enumerate().all(|(at, value)| !values[..at].contains(value)), "{values:?}");
        }
        check("locale", parse::parse_locale);
        check("non_admins", parse::parse_word::<NonAdminPolicy>);
        check("admins_from", parse::parse_word::<AdminsFrom>);
    }
}
