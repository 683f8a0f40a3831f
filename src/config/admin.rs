//! `[instances.<name>.admins.<key>]` and `[instances.<name>.aliases]`: people, and short names.

use caseless::Caseless as _;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::diagnostic::{KeyProblem, format_choices, problem, quote_value, refuse_if};
use super::key::{Format, Key, KeyDefault::*, ValueType::*, section};
use super::{parse, section::Section};
use crate::domain::{CommunityId, GroupId, Lid, Person, Phone};

/// Every command, or every community.
const WILDCARD: &str = "*";

/// Where the admins of an instance are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminsFrom {
    /// In the configuration.
    Config,
    /// In the configuration, and in WhatsApp: the admins of a community, for that community.
    Community,
}

impl parse::Choice for AdminsFrom {
    const WORDS: &[&str] = &["config", "community"];
    const VALUES: &[Self] = &[Self::Config, Self::Community];
}

const TARGET: Format<String> = Format::new(Text("id"), parse_target_id);

/// A list that must not be empty, since an empty one would allow nothing.
const fn allowed(form: &'static str) -> Format<String> {
    Format::new(List(form), parse::parse_line)
        .not_empty("allows nothing", "Name some, write [\"*\"] for all, or remove the key")
}

section! {
    /// `[instances.<name>.admins.<key>]`: a person who may send commands; has a phone, a lid or both.
    Admin, AdminValues, "instances.<instance>.admins.<admin>" {
        /// The admin's number with its country code; this, `lid`, or both.
        phone: Option<Phone> = optional Format::new(Text("phone"), parse_phone), Absent;
        /// The admin's hidden user id, `…@lid`, as `whoami` and the log show it.
        lid: Option<Lid> = optional Format::new(Text("lid"), parse_lid), Absent;
        /// The admin's name in replies.
        name: String = value Format::new(Text("name"), parse::parse_line), SectionName;
        /// The commands they may send, by English name; `*` is all.
        commands: Vec<String> = list allowed("command"), Value("[\"*\"]");
        /// The communities they may manage, by id, alias or name; `*` is all.
        communities: Vec<String> = list allowed("community"), Value("[\"*\"]");
    }
    with section {
        /// Where the admin is named.
        from: AdminsFrom = Some(AdminsFrom::Config);
        /// The key in the configuration.
        key: String = Some(section.name().to_owned());
    }
}

const ALIAS_DOC: &str = "A short name for the community or group with this id.";
pub(super) const ALIAS_KEY: Key =
    Key::new("instances.<instance>.aliases.<alias>", &TARGET, Absent, ALIAS_DOC);

/// The admins of an instance, in the order of their keys.
pub(super) fn read_admins(instance: &Section<'_>) -> Vec<Admin> {
    let mut seen: Vec<(String, Person)> = Vec::new();
    let mut admins = Vec::new();
    for section in instance.child("admins").children() {
        let values = AdminValues::read(&section);
        let person = Person { phone: values.phone.flatten(), lid: values.lid.flatten() };
        for (other, earlier) in &seen {
            let other = quote_value(other);
            let same_phone = person.phone.is_some() && person.phone == earlier.phone;
            let same_lid = person.lid.is_some() && person.lid == earlier.lid;
            for (name, _) in [("phone", same_phone), ("lid", same_lid)].iter().filter(|(_, same)| *same) {
                let problem = problem!("is that of the admin {other} too";
                    "Keep one of the two: a person is one admin of an instance");
                section.report(name, problem);
            }
        }
        for (index, command) in values.commands.iter().flatten().enumerate() {
            let result = check_command(command, section.reader.known_commands);
            section.check("commands", result.map_err(|problem| problem.for_entry(index)));
        }
        // A section that is no table was reported already.
        if section.is_valid() && !section.has("phone") && !section.has("lid") {
            section.report_section(problem!("has neither phone nor lid"; "Write one of them, or both"));
        }
        seen.push((section.name().to_owned(), person));
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
pub(super) fn read_aliases(instance: &Section<'_>) -> Vec<(String, String)> {
    let section = instance.child("aliases");
    let mut aliases: Vec<(String, String)> = Vec::new();
    for name in section.names() {
        let target = section.read(name, &ALIAS_KEY, &TARGET);
        if section.check(name, validate_alias(name)).is_none() {
            continue;
        }
        if let Some((other, _)) = aliases.iter().find(|(other, _)| fold_name(other) == fold_name(name)) {
            let other = quote_value(other);
            let problem = problem!("is the same name as {other} to people who type it";
                "Rename one of the two");
            section.report(name, problem);
        }
        aliases.extend(target.into_iter().flatten().map(|target| (name.to_owned(), target)));
    }
    aliases
}

fn parse_phone(text: &str) -> Result<Phone, KeyProblem> {
    refuse_if!(text.trim().ends_with("@lid"), "is a lid"; "Write it as `lid`");
    let problem = problem!("is no phone number in international form";
        "Write country, area and number, such as \"5544999999999\" or \"+55 44 99999-9999\"");
    Phone::from_typed(text.trim()).ok_or(problem)
}

fn parse_lid(text: &str) -> Result<Lid, KeyProblem> {
    let problem = problem!("is no lid"; "Write 10 to 19 digits and @lid, such as \"81896604192873@lid\"");
    Lid::parse(text.trim()).ok_or(problem)
}

fn parse_target_id(text: &str) -> Result<String, KeyProblem> {
    let text = text.trim();
    let is_id = CommunityId::parse(text).is_some() || GroupId::parse(text).is_some();
    let remedy = "Write an id as /communities and /groups show it, such as \"120363186053925765\"";
    let problem = || KeyProblem::with_value(text, ", which is no id of a community or a group", remedy);
    is_id.then(|| text.to_owned()).ok_or_else(problem)
}

/// Checks that the command parser reads the name as one word with no other meaning.
fn validate_alias(name: &str) -> Result<(), KeyProblem> {
    let splits = |c: char| c.is_whitespace() || c.is_control() || ",;\"'“”‘’".contains(c);
    refuse_if!(name.is_empty() || name.contains(splits), "is no name for an alias";
        "Leave blanks, commas, semicolons and quotes out of it");
    refuse_if!(name.contains('*') || fold_name(name) == "here" || parse_target_id(name).is_ok(),
        "has another meaning in a command"; "Choose another name for the alias");
    Ok(())
}

/// A name as the directory compares it: without case and accents.
fn fold_name(name: &str) -> String {
    name.nfkd().filter(|c| !is_combining_mark(*c)).default_case_fold().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: [&str; 3] = ["link", "unlink", "communities"];

    #[test]
    fn a_phone_is_typed_in_many_ways_and_a_lid_is_none_of_them() {
        for text in ["5544999999999", "+55 (44) 99999-9999", " 5544999999999 "] {
            assert_eq!(parse_phone(text).ok(), Phone::parse("5544999999999"), "{text}");
        }
        assert!(parse_phone("81896604192873@lid").unwrap_err().message.contains("lid"));
        assert!(parse_phone("999").is_err() && parse_phone("").is_err());
        assert!(parse_lid("81896604192873@lid").is_ok() && parse_lid("81896604192873").is_ok());
        assert!(parse_lid("+81896604192873").is_err());
    }

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

    #[test]
    fn an_alias_is_one_word_that_means_nothing_else() {
        for name in ["sales", "Grêmio", "marketing-br"] {
            assert!(validate_alias(name).is_ok(), "{name}");
        }
        for name in ["", "two words", "a,b", "a;b", "\"a\"", "vendas*", "here", "HERE", "120363186053925765"]
        {
            assert!(validate_alias(name).is_err(), "{name}");
        }
    }

    #[test]
    fn an_alias_stands_for_an_id() {
        for text in ["120363186053925765", "120363186053925765-group", "5511999999999-1623281429"] {
            assert_eq!(parse_target_id(text).unwrap(), text);
        }
        for text in ["", "Vendas", "120363186053925765@newsletter"] {
            assert!(parse_target_id(text).is_err(), "{text}");
        }
    }
}
