//! `[instances.<name>]`: the WhatsApp numbers connected at Z-API.

use std::net::SocketAddr;
use std::time::Duration;

use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};

use super::admin::{self, Admin, AdminsFrom};
use super::credential::{self, parse_credential};
use super::diagnostic::{problem, quote_value};
use super::key::{Format, Key, KeyDefault::*, ValueType::*, section};
use super::parse::{self, DURATION, count};
use super::verify::{self, VerifyConfig};
use super::{section::Section, urls};
use crate::domain::{InstanceName, Locale};

/// How commands of people who are not admins are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonAdminPolicy {
    /// They are ignored.
    Ignore,
    /// They are refused, at most once an hour a person.
    Refuse,
}

impl parse::Choice for NonAdminPolicy {
    const WORDS: &[&str] = &["ignore", "refuse"];
    const VALUES: &[Self] = &[Self::Ignore, Self::Refuse];
}

const TOKEN: Format<SecretString> =
    Format::new(Text("token"), |text| parse_credential(text).map(SecretString::from)).secret();
const PREFIXES: Format<String> = Format::new(List("prefix"), parse::parse_prefix)
    .not_empty("is empty, so no text would be a command", "Write [\"/\"], or remove the key");
const POSITIVE: Format<u32> = count::<u32, 1, { u32::MAX }>();

section! {
    /// `[instances.<name>]`: one WhatsApp number connected at Z-API.
    Instance, InstanceValues, "instances.<instance>" {
        /// Z-API's id of the instance.
        id: String = value Format::new(Text("id"), parse_credential), Required;
        /// The instance token of Z-API.
        token: SecretString = value TOKEN, Required;
        /// The account security token (`Client-Token`), if the account has it turned on.
        client_token: Option<SecretString> = optional TOKEN, Absent;
        /// The URL of Z-API: https, or http on loopback.
        base_url: String = value Format::new(Text("URL"), urls::parse_base_url), Value("https://api.z-api.io");
        /// The language of replies.
        locale: Locale = value parse::LOCALE, Value("en");
        /// What a command begins with: one to three signs each, no letters or digits.
        prefixes: Vec<String> = list PREFIXES, Value("[\"/\"]");
        /// Commands of people who are not admins: `ignore` sends no reply, `refuse` replies at most once an
        /// hour.
        non_admins: NonAdminPolicy = value parse::choice::<NonAdminPolicy>(), Value("ignore");
        /// Commands typed on the bot's own phone count as the owner's.
        owner_commands: bool = value parse::BOOL, Value("false");
        /// The time zone of times in replies, by its IANA name.
        time_zone: TimeZone = value Format::new(Text("zone"), parse::parse_time_zone), Value("America/Sao_Paulo");
        /// Who may send commands: `config` allows those under `admins`; `community` also allows the admins of
        /// a community in that community, but not to create, deactivate or name anything.
        admins_from: AdminsFrom = value parse::choice::<AdminsFrom>(), Value("config");
        /// Commands sent longer ago are not run; their admin is told.
        max_event_age: Duration = value DURATION, Value("10m");
        /// How long a command is retried.
        give_up_after: Duration = value DURATION, Value("30m");
        /// How many ordinary groups a community can hold; a command takes no more.
        community_limit: usize = value count::<usize, 1, { u32::MAX }>(), Value("50");
        /// How a webhook is authenticated: every key given below must match, and at least one is required;
        /// `"none"` only where `server.listen` is loopback.
        verify: VerifyConfig = verify Format::new(NoneOrTable, verify::parse_none), Required;
    }
    with instance {
        /// The name: a part of the webhook URL.
        name: InstanceName = read_name(instance);
        /// Rate limits.
        limits: RateLimits = RateLimitValues::read(&instance.child("limits")).build();
        /// The people who may send commands.
        admins: Vec<Admin> = Some(admin::read_admins(instance));
        /// Short names of communities and groups: as typed, and the id.
        aliases: Vec<(String, String)> = Some(admin::read_aliases(instance));
    }
}

section! {
    /// `[instances.<name>.limits]`
    #[derive(Copy)]
    RateLimits, RateLimitValues, "instances.<instance>.limits" {
        /// Commands of one admin a minute; over it, they are told once.
        commands_per_minute: u32 = value POSITIVE, Value("30");
        /// Changing calls to Z-API a second, with bursts of 5; the rest waits.
        changes_per_second: u32 = value POSITIVE, Value("1");
        /// Messages of the bot a minute, with bursts of 5; the rest waits.
        messages_per_minute: u32 = value POSITIVE, Value("30");
    }
}

fn read_name(instance: &Section<'_>) -> Option<InstanceName> {
    let name = InstanceName::parse(instance.name());
    if name.is_none() {
        instance.report_section(problem!("is no name for an instance";
            "Use one to forty of a-z, 0-9 and _: it becomes a part of the webhook's URL"));
    }
    name
}

/// The instances, in the order of their names.
pub(super) fn read_instances(section: &Section<'_>, listen: Option<SocketAddr>) -> Vec<Instance> {
    let mut instances: Vec<Instance> = Vec::new();
    for child in section.children() {
        let values = InstanceValues::read(&child);
        check_instance(&child, &values, listen);
        let Some(instance) = values.build() else { continue };
        if let Some(other) = instances.iter().find(|other| other.id == instance.id) {
            let other = quote_value(other.name.as_str());
            let problem = problem!("is that of the instance {other} too";
                "Both would answer for the same number: check which one is meant");
            child.warn("id", problem);
        }
        instances.push(instance);
    }
    if section.names().next().is_none() && section.is_valid() {
        section.report_section(problem!("holds no instance, but at least one is required";
            "Write [instances.main] with id, token and verify, or set VINCULA__INSTANCES__MAIN__ID and so on"));
    }
    instances
}

/// Checks values against each other.
fn check_instance(section: &Section<'_>, values: &InstanceValues, listen: Option<SocketAddr>) {
    let is_open = values.verify.as_ref().is_some_and(VerifyConfig::is_none);
    if is_open && listen.is_some_and(|address| !address.ip().to_canonical().is_loopback()) {
        section.report("verify", problem!(
            "is \"none\", but server.listen can be reached from other machines: anybody could send commands";
            "Write {{ zapi_token = true }}, or let server.listen be a loopback address such as 127.0.0.1:8080"));
    }
    let is_by_list = values.owner_commands == Some(false) && values.admins_from == Some(AdminsFrom::Config);
    if is_by_list && values.admins.as_ref().is_some_and(Vec::is_empty) {
        let problem = problem!("names nobody, so nobody can send commands";
            "Add a table [….admins.<key>] with a phone or a lid");
        section.warn("admins", problem);
    }
    let is_z_api = values.base_url.as_deref() == Some("https://api.z-api.io");
    let token = values.token.as_ref().map(ExposeSecret::expose_secret);
    let client_token = values.client_token.as_ref().and_then(Option::as_ref).map(ExposeSecret::expose_secret);
    for (credential, text) in [
        (credential::ID, values.id.as_deref()),
        (credential::TOKEN, token),
        (credential::CLIENT_TOKEN, client_token),
    ] {
        if let Some(problem) = text.and_then(|text| credential.find_mismatch(text, is_z_api)) {
            section.warn(credential.key, problem);
        }
    }
    let is_short = token.is_some_and(|token| token.len() < 16);
    if is_short && values.verify.as_ref().is_some_and(|verify| verify.zapi_token) {
        let problem = problem!("has under 16 bytes, and verify.zapi_token relies on it";
            "Add another check to verify, such as path_secret");
        section.warn("token", problem);
    }
}
