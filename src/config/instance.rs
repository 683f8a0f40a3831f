//! `[instances.<name>]`: the WhatsApp numbers connected at Z-API.

use std::net::SocketAddr;

use secrecy::SecretString;

use super::credential::{CredentialKind, parse_credential};
use super::diagnostic::{Problem, quote_value};
use super::section::Section;
use super::{AdminsFrom, Instance, NonAdminPolicy, RateLimits, admin, parse, urls, verify};
use crate::domain::InstanceName;

/// The instances, in the order of their names.
pub(super) fn read_instances(
    section: &Section<'_>,
    listen: Option<SocketAddr>,
    known_commands: &[&str],
) -> Vec<Instance> {
    let mut instances: Vec<Instance> = Vec::new();
    for name in section.names() {
        let child = section.child(name);
        let Some(instance) = read_instance(&child, name, listen, known_commands) else { continue };
        if let Some(other) = instances.iter().find(|other| other.id == instance.id) {
            let problem = format!("is that of the instance {} too", quote_value(other.name.as_str()));
            child.warn(
                "id",
                Problem::new(problem, "Both would answer for the same number: check which one is meant"),
            );
        }
        instances.push(instance);
    }
    if section.names().next().is_none() && section.is_valid() {
        section.report_section(Problem::new(
            "holds no instance, but one at least is due",
            "Write [instances.main] with id, token and verify, or set VINCULA__INSTANCES__MAIN__ID and so on",
        ));
    }
    instances
}

fn read_instance(
    section: &Section<'_>,
    name: &str,
    listen: Option<SocketAddr>,
    known_commands: &[&str],
) -> Option<Instance> {
    let parsed_name = InstanceName::parse(name);
    if parsed_name.is_none() {
        section.report_section(Problem::new(
            "is no name for an instance",
            "Use one to forty of a-z, 0-9 and _: it becomes a part of the webhook's URL",
        ));
    }
    let id = section.value("id", parse_credential);
    let token = section.secret("token", parse_credential);
    let client_token = section.secret("client_token", parse_credential);
    let base_url = section.value("base_url", urls::parse_base_url);
    let locale = section.value("locale", parse::parse_locale);
    let prefixes = section.list("prefixes", parse::parse_prefix);
    let non_admins = section.value("non_admins", |text| {
        parse::parse_word(text, &[("ignore", NonAdminPolicy::Ignore), ("refuse", NonAdminPolicy::Refuse)])
    });
    let owner_commands = section.value("owner_commands", parse::parse_bool);
    let time_zone = section.value("time_zone", parse::parse_time_zone);
    let admins_from = section.value("admins_from", |text| {
        parse::parse_word(text, &[("config", AdminsFrom::Config), ("community", AdminsFrom::Community)])
    });
    let max_event_age = section.value("max_event_age", parse::parse_duration);
    let give_up_after = section.value("give_up_after", parse::parse_duration);
    let community_limit = section.value("community_limit", parse_positive);
    let verify = verify::read_verify(section, listen);
    let limits = read_limits(&section.child("limits"));
    let people = section.child("admins");
    let admins = admin::read_admins(&people, known_commands);
    let aliases = admin::read_aliases(&section.child("aliases"));

    if prefixes.as_ref().is_some_and(Vec::is_empty) {
        section.report(
            "prefixes",
            Problem::new("is empty, so nothing would be an order", "Write [\"/\"], or remove the key"),
        );
    }
    let is_by_list = owner_commands == Some(false) && admins_from == Some(AdminsFrom::Config);
    if people.names().next().is_none() && is_by_list {
        section.warn(
            "admins",
            Problem::new(
                "names nobody, so nobody can give orders",
                "Add a table [….admins.<key>] with a phone or a lid",
            ),
        );
    }
    let is_z_api = base_url.as_deref() == Some("https://api.z-api.io");
    let shapes = [
        ("id", CredentialKind::Id, &id),
        ("token", CredentialKind::Token, &token),
        ("client_token", CredentialKind::ClientToken, &client_token),
    ];
    for (key, kind, text) in shapes {
        if let Some(doubt) = text.as_ref().and_then(|text| kind.find_mismatch(text, is_z_api)) {
            section.warn(key, doubt);
        }
    }
    let is_short = token.as_ref().is_some_and(|token| token.len() < 16);
    if is_short && verify.as_ref().is_some_and(|verify| verify.zapi_token) {
        section.warn(
            "token",
            Problem::new(
                "has under 16 bytes, and verify.zapi_token relies on it",
                "Add another proof to verify, such as path_secret",
            ),
        );
    }
    Some(Instance {
        name: parsed_name?,
        id: id?,
        token: token?.into(),
        client_token: client_token.map(SecretString::from),
        base_url: base_url?,
        locale: locale?,
        prefixes: prefixes?,
        non_admins: non_admins?,
        owner_commands: owner_commands?,
        time_zone: time_zone?,
        admins_from: admins_from?,
        max_event_age: max_event_age?,
        give_up_after: give_up_after?,
        community_limit: usize::try_from(community_limit?).ok()?,
        verify: verify?,
        limits: limits?,
        admins,
        aliases,
    })
}

fn read_limits(section: &Section<'_>) -> Option<RateLimits> {
    let commands_per_minute = section.value("commands_per_minute", parse_positive);
    let changes_per_second = section.value("changes_per_second", parse_positive);
    let messages_per_minute = section.value("messages_per_minute", parse_positive);
    Some(RateLimits {
        commands_per_minute: commands_per_minute?,
        changes_per_second: changes_per_second?,
        messages_per_minute: messages_per_minute?,
    })
}

fn parse_positive(text: &str) -> Result<u32, Problem> {
    parse::parse_count(text, 1..=u32::MAX)
}
