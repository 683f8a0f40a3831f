//! `[instances.<name>.admins.<key>]` and `[instances.<name>.aliases]`: people, and short names.

use caseless::Caseless as _;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::diagnostic::{Problem, format_choices, quote_value};
use super::parse;
use super::section::Section;
use super::{Admin, AdminsFrom};
use crate::domain::{CommunityId, GroupId, Lid, Person, Phone};

/// Every command, or every community.
const WILDCARD: &str = "*";

/// The admins of an instance, in the order of their keys.
pub(super) fn read_admins(section: &Section<'_>, known_commands: &[&str]) -> Vec<Admin> {
    let mut seen: Vec<(&str, Person)> = Vec::new();
    let mut admins = Vec::new();
    for key in section.names() {
        let child = section.child(key);
        let person = Person { phone: child.value("phone", parse_phone), lid: child.value("lid", parse_lid) };
        for (other, earlier) in &seen {
            let same_phone = person.phone.is_some() && person.phone == earlier.phone;
            let same_lid = person.lid.is_some() && person.lid == earlier.lid;
            for (name, _) in [("phone", same_phone), ("lid", same_lid)].iter().filter(|(_, same)| *same) {
                let problem = format!("is that of the admin {} too", quote_value(other));
                child.report(
                    name,
                    Problem::new(
                        problem,
                        "Keep it with one of the two: a person is one admin of an instance",
                    ),
                );
            }
        }
        seen.push((key, person));
        admins.extend(read_admin(&child, key, person, known_commands));
    }
    admins
}

fn read_admin(section: &Section<'_>, key: &str, person: Person, known_commands: &[&str]) -> Option<Admin> {
    let name = section.value("name", parse::parse_line);
    let commands = read_non_empty_list(section, "commands", |text| parse_command(text, known_commands));
    let communities = read_non_empty_list(section, "communities", parse::parse_line);
    // A section that is no table was told already.
    if section.is_valid() && !section.has("phone") && !section.has("lid") {
        section.report_section(Problem::new("has neither phone nor lid", "Write one of them, or both"));
    }
    Some(Admin {
        from: AdminsFrom::Config,
        key: key.to_owned(),
        phone: person.phone,
        lid: person.lid,
        name: name.unwrap_or_else(|| key.to_owned()),
        commands: commands?,
        communities: communities?,
    })
}

/// A list that names something: an empty one would allow nothing, which nobody means.
fn read_non_empty_list<T>(
    section: &Section<'_>,
    name: &str,
    parse: impl Fn(&str) -> Result<T, Problem>,
) -> Option<Vec<T>> {
    let entries = section.list(name, parse)?;
    if entries.is_empty() {
        section.report(
            name,
            Problem::new("allows nothing", "Name some, write [\"*\"] for all, or remove the key"),
        );
        return None;
    }
    Some(entries)
}

fn parse_phone(text: &str) -> Result<Phone, Problem> {
    if text.trim().ends_with("@lid") {
        return Err(Problem::new("is a lid", "Write it as `lid`"));
    }
    Phone::from_typed(text.trim()).ok_or_else(|| {
        Problem::new(
            "is no phone number in international form",
            "Write country, area and number, such as \"5544999999999\" or \"+55 44 99999-9999\"",
        )
    })
}

fn parse_lid(text: &str) -> Result<Lid, Problem> {
    Lid::parse(text.trim()).ok_or_else(|| {
        Problem::new("is no lid", "Write 10 to 19 digits and @lid, such as \"81896604192873@lid\"")
    })
}

fn parse_command(text: &str, known: &[&str]) -> Result<String, Problem> {
    let text = text.trim();
    if text == WILDCARD || known.contains(&text) {
        return Ok(text.to_owned());
    }
    let bare = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    Err(Problem::new(
        format!("is {}, which is no command", quote_value(text)),
        format_choices(bare, known) + ", and * for all",
    ))
}

/// The aliases of an instance: as typed, and the id behind each.
pub(super) fn read_aliases(section: &Section<'_>) -> Vec<(String, String)> {
    let mut aliases: Vec<(String, String)> = Vec::new();
    for name in section.names() {
        let target = section.value(name, parse_target_id);
        if let Err(flaw) = validate_alias(name) {
            section.report(name, flaw);
            continue;
        }
        if let Some((other, _)) = aliases.iter().find(|(other, _)| fold_name(other) == fold_name(name)) {
            let problem = format!("is the same name as {} to people who type it", quote_value(other));
            section.report(name, Problem::new(problem, "Rename one of the two"));
        }
        aliases.extend(target.map(|target| (name.to_owned(), target)));
    }
    aliases
}

fn parse_target_id(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if CommunityId::parse(text).is_some() || GroupId::parse(text).is_some() {
        return Ok(text.to_owned());
    }
    Err(Problem::new(
        format!("is {}, which is no id of a community or a group", quote_value(text)),
        "Write an id as /communities and /groups show it, such as \"120363186053925765\"",
    ))
}

/// A name that the grammar of orders leaves in one piece and takes for nothing else.
fn validate_alias(name: &str) -> Result<(), Problem> {
    let splits = |c: char| c.is_whitespace() || c.is_control() || ",;\"'“”‘’".contains(c);
    if name.is_empty() || name.contains(splits) {
        return Err(Problem::new(
            "is no name for an alias",
            "Leave blanks, commas, semicolons and quotes out of it",
        ));
    }
    if name.contains('*') || fold_name(name) == "here" || parse_target_id(name).is_ok() {
        return Err(Problem::new("means something else in an order", "Choose another name for the alias"));
    }
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
        for text in ["*", "link", " unlink "] {
            assert!(parse_command(text, &COMMANDS).is_ok(), "{text}");
        }
        for (text, near) in
            [("/link", "`link`"), ("Link", "`link`"), ("unlnk", "`unlink`"), ("comunities", "`communities`")]
        {
            let flaw = parse_command(text, &COMMANDS).unwrap_err();
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
