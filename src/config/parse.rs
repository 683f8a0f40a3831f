//! Formats of values as people write them: sizes, durations, counts, words, people, names.

use std::str::FromStr;
use std::time::Duration;

use caseless::Caseless as _;
use http::HeaderName;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer as _};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::diagnostic::{KeyProblem, nearest_name, problem, refuse_if};
use crate::domain::{CommunityId, GroupId, InstanceName, Lid, Locale, Phone};

/// The longest duration, so that sums of times stay in the calendar.
const MAX_DURATION: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// The largest size, in bytes.
const MAX_SIZE: usize = 1 << 30;

/// A size in bytes: `4096`, `256KiB`, `1 MiB`; KB and MB are thousands.
pub(super) fn parse_size(text: &str) -> Result<usize, KeyProblem> {
    let size = text.trim().to_ascii_lowercase();
    let number = size.trim_end_matches(|c: char| !c.is_ascii_digit());
    let factor = match size[number.len()..].trim_start() {
        "" | "b" => 1,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        _ => 0,
    };
    let bytes = number.parse().ok().and_then(|number: usize| number.checked_mul(factor));
    let bytes = bytes.filter(|bytes| (1..=MAX_SIZE).contains(bytes));
    let remedy = "Write bytes, or a number with KiB or MiB, such as \"256KiB\"; over 0, at most 1GiB";
    KeyProblem::unless(bytes, text, "size", remedy)
}

/// A duration: `90s`, `10m`, `1h30m`, `2d`.
pub(super) fn parse_duration(text: &str) -> Result<Duration, KeyProblem> {
    let span: Option<Span> = text.trim().parse().ok();
    let whole = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    let whole = whole.and_then(|whole| Duration::try_from(whole).ok());
    let whole = whole.filter(|whole| !whole.is_zero() && *whole <= MAX_DURATION);
    let remedy = "Write a number and s, m, h or d, such as \"10m\"; over 0, at most 365d";
    KeyProblem::unless(whole, text, "duration", remedy)
}

/// A value whose text was checked by its type.
pub(super) fn parse_checked<T: FromStr>(text: &str) -> Result<T, KeyProblem> {
    text.parse().map_err(|_| problem!("is out of range"; "Write a smaller number"))
}

/// One of the words of a type, as serde calls its variants.
pub(super) fn parse_word<T: DeserializeOwned>(word: &str) -> Result<T, KeyProblem> {
    let word: StrDeserializer<'_, serde::de::value::Error> = word.into_deserializer();
    T::deserialize(word).map_err(|error| problem!("has an {error}"; "Write another word"))
}

/// A language of replies, by its tag.
pub(super) fn parse_locale(tag: &str) -> Result<Locale, KeyProblem> {
    Locale::parse(tag).ok_or_else(|| problem!("is no language"; "Write another tag"))
}

/// A time zone, by its IANA name.
pub(super) fn parse_time_zone(text: &str) -> Result<TimeZone, KeyProblem> {
    TimeZone::get(text).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        match nearest_name(text, known.iter().map(String::as_str)) {
            Some(near) => problem!("is no time zone"; "Did you mean `{near}`?"),
            None => problem!("is no time zone";
                "Write an IANA name such as `America/Sao_Paulo` or `Europe/Lisbon`"),
        }
    })
}

/// A prefix of commands: no letter or digit, else ordinary words would become commands.
pub(super) fn parse_prefix(text: &str) -> Result<String, KeyProblem> {
    let is_sign = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && !c.is_control();
    let is_prefix = (1..=3).contains(&text.chars().count()) && text.chars().all(is_sign);
    let remedy = "Write one to three signs such as / or ! without letters, digits and blanks";
    KeyProblem::unless(is_prefix.then(|| text.to_owned()), text, "prefix", remedy)
}

/// A text in one line, not empty.
pub(super) fn parse_line(text: &str) -> Result<String, KeyProblem> {
    let line = text.trim();
    refuse_if!(line.is_empty(), "is empty"; "Write something, or remove it");
    refuse_if!(line.contains(char::is_control), "holds a line break or a control character"; "Write it in one line");
    Ok(line.to_owned())
}

pub(super) fn parse_header(text: &str) -> Result<HeaderName, KeyProblem> {
    // Not shown: it may be the secret, in the wrong place.
    let problem =
        |_| problem!("is no name of an HTTP header"; "Write it like X-Forwarded-User or X-Hub-Signature-256");
    HeaderName::from_bytes(text.trim().as_bytes()).map_err(problem)
}

pub(super) fn parse_phone(text: &str) -> Result<Phone, KeyProblem> {
    refuse_if!(text.trim().ends_with("@lid"), "is a lid"; "Write it as `lid`");
    let problem = problem!("is no phone number in international form";
        "Write country, area and number, such as \"5544999999999\" or \"+55 44 99999-9999\"");
    Phone::from_typed(text.trim()).ok_or(problem)
}

pub(super) fn parse_instance_name(text: &str) -> Result<InstanceName, KeyProblem> {
    let remedy = "Write the name of an instance: `main` for [instances.main]";
    KeyProblem::unless(InstanceName::parse(text.trim()), text, "name of an instance", remedy)
}

pub(super) fn parse_lid(text: &str) -> Result<Lid, KeyProblem> {
    let problem = problem!("is no lid"; "Write 10 to 19 digits and @lid, such as \"81896604192873@lid\"");
    Lid::parse(text.trim()).ok_or(problem)
}

pub(super) fn parse_target_id(text: &str) -> Result<String, KeyProblem> {
    let text = text.trim();
    let is_id = CommunityId::parse(text).is_some() || GroupId::parse(text).is_some();
    let remedy = "Write an id as /communities and /groups show it, such as \"120363186053925765\"";
    KeyProblem::unless(is_id.then(|| text.to_owned()), text, "id of a community or a group", remedy)
}

/// Checks that the command parser reads the name as one word with no other meaning.
pub(super) fn validate_alias(name: &str) -> Result<(), KeyProblem> {
    let splits = |c: char| c.is_whitespace() || c.is_control() || ",;\"'“”‘’".contains(c);
    refuse_if!(name.is_empty() || name.contains(splits), "is no name for an alias";
        "Leave blanks, commas, semicolons and quotes out of it");
    refuse_if!(name.contains('*') || fold_name(name) == "here" || parse_target_id(name).is_ok(),
        "has another meaning in a command"; "Choose another name for the alias");
    Ok(())
}

/// A name as the directory compares it: without case and accents.
pub(super) fn fold_name(name: &str) -> String {
    name.nfkd().filter(|c| !is_combining_mark(*c)).default_case_fold().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("4096", Some(4096)),
            ("256KiB", Some(262_144)),
            ("256 kib", Some(262_144)),
            ("1MiB", Some(1_048_576)),
            ("1GiB", Some(1 << 30)),
            ("5kB", Some(5_000)),
            ("12B", Some(12)),
            ("0", None),
            ("-1", None),
            ("", None),
            ("KiB", None),
            ("1.5MiB", None),
            ("1K", None),
            ("2GiB", None),
            ("99999999999999999999", None),
            ("18446744073709551615GiB", None),
        ] {
            assert_eq!(parse_size(text).ok(), bytes, "{text}");
        }
    }

    #[test]
    fn durations_need_a_unit() {
        for (text, seconds) in [
            ("90s", Some(90)),
            ("10m", Some(600)),
            ("1h", Some(3_600)),
            ("1h30m", Some(5_400)),
            ("1h 30m", Some(5_400)),
            ("2d", Some(172_800)),
            ("15 minutes", Some(900)),
            ("0s", None),
            ("600", None),
            ("", None),
            ("m", None),
            ("ten minutes", None),
            ("10mé", None),
            ("10é", None),
            ("-5m", None),
            ("366d", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(parse_duration(text).ok().map(|whole| whole.as_secs()), seconds, "{text}");
        }
    }

    #[test]
    fn a_prefix_is_a_few_signs() {
        for text in ["/", "!", "!!", "…", "//!"] {
            assert!(parse_prefix(text).is_ok(), "{text}");
        }
        for text in ["", "a", "/a", "1", "/ ", " ", "////", "ç", "\u{0}"] {
            assert!(parse_prefix(text).is_err(), "{text}");
        }
    }

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

    #[test]
    fn a_header_has_a_name() {
        assert_eq!(parse_header("X-Hub-Signature-256").unwrap(), "x-hub-signature-256");
        for text in ["", "X Hub", "X-Hub:", "ação"] {
            assert!(parse_header(text).is_err(), "{text}");
        }
    }
}
