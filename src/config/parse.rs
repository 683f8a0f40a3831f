//! Formats of sizes, durations, counts and words, as people write them.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo};

use super::diagnostic::{KeyProblem, format_choices, problem, refuse_if};
use super::key::{Format, ValueType::*};
use crate::domain::Locale;

pub(super) const BOOL: Format<bool> = Format::new(Bool, parse_bool);
pub(super) const DURATION: Format<Duration> = Format::new(Text("duration"), parse_duration);
pub(super) const LOCALE: Format<Locale> = Format::new(Word(Locale::WORDS), parse_locale);

/// A whole number from `MIN` to `MAX`.
pub(super) const fn count<T: TryFrom<u32>, const MIN: u32, const MAX: u32>() -> Format<T> {
    Format::new(Number(MIN, MAX), parse_count::<T, MIN, MAX>)
}

/// A type whose values are written as words.
pub(super) trait Choice: Copy + 'static {
    /// The words, in the order of `VALUES`.
    const WORDS: &[&str];
    /// The values.
    const VALUES: &[Self];
}

impl Choice for Locale {
    const WORDS: &[&str] = &[Self::En.tag(), Self::PtBr.tag(), Self::Es.tag()];
    const VALUES: &[Self] = &Self::ALL;
}

/// One of the words of a type.
pub(super) const fn choice<T: Choice>() -> Format<T> {
    Format::new(Word(T::WORDS), parse_word)
}

/// The longest duration, so that sums of times stay in the calendar.
const MAX_DURATION: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// The largest size, in bytes.
const MAX_SIZE: u64 = 1 << 30;

/// A whole number within bounds.
fn parse_count<T: TryFrom<u32>, const MIN: u32, const MAX: u32>(text: &str) -> Result<T, KeyProblem> {
    let number: Option<i128> = text.trim().parse().ok();
    let in_range = number.and_then(|number| u32::try_from(number).ok()).filter(|n| (MIN..=MAX).contains(n));
    in_range.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
        let reason = match number {
            Some(number) if number < i128::from(MIN) => ", which is too small",
            Some(_) => ", which is too large",
            None => ", which is no whole number",
        };
        KeyProblem::with_value(text, reason, format!("Write a whole number from {MIN} to {MAX}"))
    })
}

/// `true` or `false`.
fn parse_bool(text: &str) -> Result<bool, KeyProblem> {
    let problem = |_| KeyProblem::with_value(text, "", "Write true or false");
    text.trim().to_ascii_lowercase().parse().map_err(problem)
}

/// A size in bytes: `4096`, `256KiB`, `1 MiB`; KB and MB are thousands.
pub(super) fn parse_size(text: &str) -> Result<usize, KeyProblem> {
    let trimmed = text.trim();
    let (digits, unit) =
        trimmed.split_at(trimmed.find(|c: char| !c.is_ascii_digit()).unwrap_or(trimmed.len()));
    let factor = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        _ => 0,
    };
    let bytes = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    let bytes = bytes.filter(|bytes| (1..=MAX_SIZE).contains(bytes)).and_then(|bytes| bytes.try_into().ok());
    let remedy = "Write bytes, or a number with KiB or MiB, such as \"256KiB\"; over 0, at most 1GiB";
    bytes.ok_or_else(|| KeyProblem::with_value(text, ", which is no size", remedy))
}

/// A duration: `90s`, `10m`, `1h30m`, `2d`.
fn parse_duration(text: &str) -> Result<Duration, KeyProblem> {
    let span: Option<Span> = text.trim().parse().ok();
    let whole = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    let whole = whole.and_then(|whole| Duration::try_from(whole).ok());
    let whole = whole.filter(|whole| !whole.is_zero() && *whole <= MAX_DURATION);
    let remedy = "Write a number and s, m, h or d, such as \"10m\"; over 0, at most 365d";
    whole.ok_or_else(|| KeyProblem::with_value(text, ", which is no duration", remedy))
}

/// One of the words of a type, in letters of any case.
fn parse_word<T: Choice>(text: &str) -> Result<T, KeyProblem> {
    let mut pairs = T::WORDS.iter().zip(T::VALUES);
    let found = pairs.find(|(word, _)| word.eq_ignore_ascii_case(text.trim()));
    let problem = || KeyProblem::with_value(text, "", format_choices(text, T::WORDS));
    found.map(|(_, value)| *value).ok_or_else(problem)
}

/// A language of replies; the remedy for `pt_BR.UTF-8` or `en-US` is the tag that is nearest.
fn parse_locale(text: &str) -> Result<Locale, KeyProblem> {
    parse_word(text).map_err(|problem| match Locale::parse(text) {
        Some(near) => KeyProblem { remedy: format_choices(near.tag(), Locale::WORDS), ..problem },
        None => problem,
    })
}

/// A time zone, by its IANA name.
pub(super) fn parse_time_zone(text: &str) -> Result<TimeZone, KeyProblem> {
    TimeZone::get(text).map_err(|_| {
        let names = jiff::tz::db().available().map(|name| name.to_string());
        let rated = names.map(|name| (strsim::jaro_winkler(&name, text), name));
        let near = rated.max_by(|(one, _), (other, _)| one.total_cmp(other));
        match near.filter(|(likeness, _)| *likeness >= 0.8) {
            Some((_, near)) => problem!("is no time zone"; "Did you mean `{near}`?"),
            None => problem!("is no time zone";
                "Write an IANA name such as `America/Sao_Paulo` or `Europe/Lisbon`"),
        }
    })
}

/// A prefix of commands: no letter or digit, else ordinary words would become commands.
pub(super) fn parse_prefix(text: &str) -> Result<String, KeyProblem> {
    let is_ordinary = |c: char| c.is_alphanumeric() || c.is_whitespace() || c.is_control();
    if !(1..=3).contains(&text.chars().count()) || text.contains(is_ordinary) {
        let remedy = "Write one to three signs such as / or ! without letters, digits and blanks";
        return Err(KeyProblem::with_value(text, ", which is no prefix", remedy));
    }
    Ok(text.to_owned())
}

/// A text in one line, not empty.
pub(super) fn parse_line(text: &str) -> Result<String, KeyProblem> {
    let line = text.trim();
    refuse_if!(line.is_empty(), "is empty"; "Write something, or remove it");
    refuse_if!(line.contains(char::is_control), "holds a line break or a control character"; "Write it in one line");
    Ok(line.to_owned())
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
    fn a_count_keeps_within_its_bounds() {
        for (text, number) in
            [("1", Some(1)), ("100", Some(100)), ("0", None), ("101", None), ("-1", None), ("1e1", None)]
        {
            assert_eq!(parse_count::<u32, 1, 100>(text).ok(), number, "{text}");
        }
    }

    #[test]
    fn a_language_is_one_of_three() {
        assert_eq!(parse_locale("pt-br").unwrap(), Locale::PtBr);
        for (text, near) in [("pt", "`pt-BR`"), ("en_US", "`en`"), ("ess", "`es`"), ("klingon", "Known are")]
        {
            let flaw = parse_locale(text).unwrap_err();
            assert!(flaw.remedy.contains(near), "{text}");
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
}
