//! `[instances.<name>.admins.<key>]` and `[instances.<name>.aliases]`: people, and short names.

use serde::Deserialize;

use super::diagnostic::{KeyProblem, format_choices, problem, quote_value};
use super::key::{Key, KeyDefault, ValueType};
use super::parse;
use super::section::{Entry, check, section};
use crate::domain::{Lid, Phone};

/// Every command, or every community.
const WILDCARD: &str = "*";

/// The row of the aliases, whose names the operator chooses.
pub(super) const ALIAS_KEYS: &[Key] = &[Key {
    path: "instances.<instance>.aliases.<alias>",
    value_type: ValueType::Text("id"),
    default: KeyDefault::Absent,
    doc: "A short name for the community or group with this id.",
}];

/// Where the admins of an instance are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdminsFrom {
    /// In the configuration.
    Config,
    /// In the configuration, and in WhatsApp: the admins of a community, for that community.
    Community,
}

section! {
    /// `[instances.<name>.admins.<key>]`: a person who may send commands; has a phone, a lid or both.
    Admin, AdminValues, "instances.<instance>.admins.<admin>" {
        /// The admin's number with its country code; this, `lid`, or both.
        phone: Option<Phone> = optional Text("phone"), parse::parse_phone, Absent;
        /// The admin's hidden user id, `…@lid`, as `whoami` and the log show it.
        lid: Option<Lid> = optional Text("lid"), parse::parse_lid, Absent;
        /// The admin's name in replies.
        name: String = value Text("name"), parse::parse_line, SectionName;
        /// The commands they may send, by English name; `*` is all.
        commands: Vec<String> = list List("command"), parse::parse_line, Value("[\"*\"]");
        /// The communities they may manage, by id, alias or name; `*` is all.
        communities: Vec<String> = list List("community"), parse::parse_line, Value("[\"*\"]");
    }
    with admin {
        /// Where the admin is named.
        from: AdminsFrom = Some(AdminsFrom::Config);
        /// The key in the configuration.
        key: String = Some(admin.name().to_owned());
    }
}

/// The admins of an instance, in the order of their keys.
pub(super) fn read_admins(instance: &Entry<'_>) -> Vec<Admin> {
    let mut seen: Vec<(String, Option<Phone>, Option<Lid>)> = Vec::new();
    let mut admins = Vec::new();
    for admin in instance.child("admins").children() {
        let values = AdminValues::read(&admin);
        let (phone, lid) = (values.phone.flatten(), values.lid.flatten());
        for (other, other_phone, other_lid) in &seen {
            check!(report admin.phone if phone.is_some() && phone == *other_phone;
                "is that of the admin {other} too"; "Keep one of the two: a person is one admin of an instance");
            check!(report admin.lid if lid.is_some() && lid == *other_lid;
                "is that of the admin {other} too"; "Keep one of the two: a person is one admin of an instance");
        }
        for (index, command) in values.commands.iter().flatten().enumerate() {
            let result = check_command(command, admin.reader.known_commands);
            admin.child("commands").check(result.map_err(|problem| problem.for_entry(index)));
        }
        if !admin.is_broken() && !admin.has("phone") && !admin.has("lid") {
            admin.report(problem!("has neither phone nor lid"; "Write one of them, or both"));
        }
        seen.push((quote_value(admin.name()), phone, lid));
        admins.extend(values.build());
    }
    admins
}

fn check_command(text: &str, known: &[&str]) -> Result<(), KeyProblem> {
    if text == WILDCARD || known.contains(&text) {
        return Ok(());
    }
    let choices = format_choices(text.trim_start_matches(|c: char| !c.is_alphanumeric()), known);
    Err(KeyProblem::with_value(text, ", which is no command", format!("{choices}, and * for all")))
}

/// The aliases of an instance: as typed, and the id.
pub(super) fn read_aliases(instance: &Entry<'_>) -> Vec<(String, String)> {
    let table = instance.child("aliases");
    let mut aliases: Vec<(String, String)> = Vec::new();
    for alias in table.children() {
        let name = alias.name();
        let target = alias.read(&table, &ALIAS_KEYS[0], parse::parse_target_id);
        if alias.check(parse::validate_alias(name)).is_none() {
            continue;
        }
        let is_same = |(other, _): &&(String, String)| parse::fold_name(other) == parse::fold_name(name);
        if let Some((other, _)) = aliases.iter().find(is_same) {
            let other = quote_value(other);
            alias.report(
                problem!("is the same name as {other} to people who type it"; "Rename one of the two"),
            );
        }
        aliases.extend(target.into_iter().flatten().map(|target| (name.to_owned(), target)));
    }
    aliases
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: [&str; 3] = ["link", "unlink", "communities"];

    #[test]
    fn an_unknown_command_is_told_with_the_nearest() {
        for text in ["*", "link", "unlink"] {
            assert!(check_command(text, &COMMANDS).is_ok(), "{text}");
        }
        for (text, near) in
            [("/link", "`link`"), ("Link", "`link`"), ("unlnk", "`unlink`"), ("comunities", "`communities`")]
        {
            let flaw = check_command(text, &COMMANDS).unwrap_err();
            assert!(flaw.remedy.contains(near), "{text}");
        }
    }
}
