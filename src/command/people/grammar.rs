//! The grammar of people: numbers as they are typed and pasted, mentions, lids.
//!
//! New lines, commas, semicolons and “and” part people, and so do blanks where that can be done in one
//! way only: `+` begins a number, and a number has the digits that its country gives it. Whatever could
//! be read in two ways is nobody, and told so: a slip must never reach somebody else. A number without
//! its country is one of the admin's own ([`Country`]).

use super::super::args::{is_comma, item};
use super::country::{Country, international};
use crate::domain::{Lid, Phone};

/// From here on, digits are a lid: no country has such long numbers.
const BARE_LID: usize = 14;
/// The most digits of a number.
const MOST_DIGITS: usize = 15;

/// Somebody who was named, or a word that names nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// What was typed.
    pub(super) typed: String,
    /// What they were called beside their number.
    pub(super) name: Option<String>,
    /// Who that is.
    pub(super) who: Result<Who, Slip>,
}

/// How a person is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// By number.
    Phone(Phone),
    /// By lid.
    Lid(Lid),
}

/// Why a word names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// It is no phone number.
    NoNumber,
    /// Its country is missing.
    NoCountry,
    /// It could be parted into numbers in several ways, or in none.
    Unclear,
}

/// The people that a text names, in its order. `country` is that of numbers without one.
pub(super) fn read(text: &str, country: Option<Country>) -> Vec<Named> {
    let mut reader =
        Reader { country, found: Vec::new(), run: Vec::new(), words: Vec::new(), may_be_named: false };
    for line in text.lines() {
        for part in item(line).unwrap_or(line).split(is_comma) {
            reader.part(part);
        }
    }
    reader.found
}

/// A piece of a number: as typed, and its digits.
struct Piece<'a> {
    typed: &'a str,
    digits: String,
    /// A `+` stands before it.
    has_plus: bool,
}

struct Reader<'a> {
    country: Option<Country>,
    found: Vec<Named>,
    /// The pieces of numbers since the last word.
    run: Vec<Piece<'a>>,
    /// The words since the last number.
    words: Vec<&'a str>,
    /// Words that follow are the name of the one found last.
    may_be_named: bool,
}

impl<'a> Reader<'a> {
    /// Reads what stands between two separators.
    fn part(&mut self, part: &'a str) {
        let mut has_plus = false;
        for word in part.split_whitespace() {
            let core = word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '@'));
            if core.is_empty() {
                continue;
            }
            if is_and(core) {
                self.end();
            } else if let Some(who) = whole(core) {
                self.end_run();
                self.push(core, who);
            } else if core.chars().all(is_of_a_number) {
                for (at, piece) in core.split('+').enumerate() {
                    has_plus |= at > 0;
                    let digits: String = piece.chars().filter(char::is_ascii_digit).collect();
                    if digits.is_empty() {
                        continue;
                    }
                    if has_plus {
                        self.end_run();
                    }
                    let typed = if core.contains('+') { piece } else { core };
                    self.run.push(Piece { typed, digits, has_plus });
                    has_plus = false;
                }
            } else {
                self.end_run();
                self.words.push(core);
            }
        }
        self.end();
    }

    /// Ends a part: words that are left name the number before them, or nobody.
    fn end(&mut self) {
        self.end_run();
        let words = std::mem::take(&mut self.words).join(" ");
        match self.found.last_mut() {
            _ if words.is_empty() => {}
            Some(last) if self.may_be_named => last.name = Some(words),
            _ => self.found.push(Named { typed: words, name: None, who: Err(Slip::NoNumber) }),
        }
        self.may_be_named = false;
    }

    /// Ends the pieces of numbers that follow one another.
    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        let mut rest = run.as_slice();
        for length in parted(&run, self.country) {
            let (number, others) = rest.split_at(length);
            rest = others;
            let typed = number.iter().map(|piece| piece.typed).collect::<Vec<_>>().join(" ");
            let typed = if number[0].has_plus { format!("+{typed}") } else { typed };
            let who = number_of(number, self.country);
            self.push(&typed, who);
        }
        if !rest.is_empty() {
            let typed = rest.iter().map(|piece| piece.typed).collect::<Vec<_>>().join(" ");
            self.push(&typed, Err(Slip::Unclear));
        }
    }

    fn push(&mut self, typed: &str, who: Result<Who, Slip>) {
        let name = std::mem::take(&mut self.words).join(" ");
        let name = (!name.is_empty()).then_some(name);
        self.may_be_named = name.is_none() && who.is_ok();
        self.found.push(Named { typed: typed.to_owned(), name, who });
    }
}

/// How many pieces each number of a run has: all of them in one number, or in the only way in which
/// every number is whole. Empty where there is no such way, or more than one.
fn parted(run: &[Piece<'_>], country: Option<Country>) -> Vec<usize> {
    if run.len() <= 1 {
        return vec![run.len(); run.len()];
    }
    // From each piece on: the number of ways, and how long the first number is in the last of them.
    let mut ways = vec![(0_u8, 0); run.len()];
    for from in (0..run.len()).rev() {
        let mut digits = 0;
        for length in 1..=run.len() - from {
            digits += run[from + length - 1].digits.len();
            if digits > MOST_DIGITS {
                break;
            }
            let behind = ways.get(from + length).map_or(1, |(count, _)| *count);
            if behind > 0 && is_whole(&run[from..from + length], country) {
                ways[from] = (ways[from].0.saturating_add(behind), length);
            }
        }
    }
    let digits: usize = run.iter().map(|piece| piece.digits.len()).sum();
    match ways[0].0 {
        1 => {
            let mut lengths = Vec::new();
            let mut from = 0;
            while let Some((_, length)) = ways.get(from) {
                lengths.push(*length);
                from += length;
            }
            lengths
        }
        0 if digits <= MOST_DIGITS => vec![run.len()],
        _ => Vec::new(),
    }
}

/// Whether pieces are surely one number: it has the digits that its country gives it, or it was typed
/// without a blank.
fn is_whole(pieces: &[Piece<'_>], country: Option<Country>) -> bool {
    let is_known = || {
        let digits: String = pieces.iter().map(|piece| piece.digits.as_str()).collect();
        match pieces[0].has_plus {
            true => Country::BRAZIL.is_whole(&digits) || country.is_some_and(|own| own.is_whole(&digits)),
            false => country.is_some_and(|own| own.completed(&digits).is_some()),
        }
    };
    (pieces.len() == 1 && number_of(pieces, country).is_ok()) || is_known()
}

/// The person whose number these pieces are.
fn number_of(pieces: &[Piece<'_>], country: Option<Country>) -> Result<Who, Slip> {
    let digits: String = pieces.iter().map(|piece| piece.digits.as_str()).collect();
    // 00 is how many countries dial the +.
    let (digits, has_plus) = match digits.strip_prefix("00") {
        Some(digits) => (digits, true),
        None => (digits.as_str(), pieces[0].has_plus),
    };
    let is_brazilian = if has_plus { digits.starts_with("55") } else { country == Some(Country::BRAZIL) };
    if is_brazilian && lacks_its_last(pieces, digits) {
        return Err(Slip::NoNumber);
    }
    if has_plus {
        return international(digits).map(Who::Phone).ok_or(Slip::NoNumber);
    }
    if let Some(phone) = country.and_then(|country| country.completed(digits)) {
        return Ok(Who::Phone(phone));
    }
    match digits.len() {
        ..=7 => Err(Slip::NoNumber),
        // Between the lengths of countries, and in pieces, it could be anything.
        8..=11 => Err(Slip::NoCountry),
        _ if pieces.len() > 1 => Err(Slip::NoCountry),
        // So many digits are a slip sooner than a lid, which says what it is.
        BARE_LID.. => Err(Slip::NoNumber),
        _ => international(digits).map(Who::Phone).ok_or(Slip::NoNumber),
    }
}

/// Whether the last digit of a Brazilian number was forgotten: 99999-000 without its last digit is somebody else's 9999-9000,
/// as it was written before there was a ninth digit.
fn lacks_its_last(pieces: &[Piece<'_>], digits: &str) -> bool {
    let groups = pieces.iter().flat_map(|piece| piece.typed.split(|c: char| !c.is_ascii_digit()));
    let groups: Vec<&str> = groups.filter(|group| !group.is_empty()).collect();
    let is_short = matches!(digits.trim_start_matches('0').len(), 10 | 12);
    let is_cut = matches!(groups.as_slice(), [.., before, last] if last.len() == 3 && before.len() > 3);
    is_short && is_cut
}

/// Who a word is that says it by itself: a mention, a lid, an address of a chat.
fn whole(word: &str) -> Option<Result<Who, Slip>> {
    let lower = word.to_lowercase();
    let phone = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        international(&digits).map(Who::Phone).ok_or(Slip::NoNumber)
    };
    let bare = lower.trim_start_matches('@');
    if bare.ends_with("@lid") {
        return Some(Lid::parse(bare).map(Who::Lid).ok_or(Slip::NoNumber));
    }
    if let Some(number) = bare.strip_suffix("@c.us").or_else(|| bare.strip_suffix("@s.whatsapp.net")) {
        return Some(phone(number));
    }
    let link = bare.trim_start_matches("https://").trim_start_matches("http://");
    if let Some(number) = link.strip_prefix("wa.me/").or_else(|| link.strip_prefix("tel:")) {
        return Some(phone(number.split('?').next().unwrap_or_default()));
    }
    let is_mention = bare.len() < lower.len() && !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit());
    // A mention has its country; one of a hidden number is a lid.
    is_mention.then(|| match bare.len() {
        BARE_LID.. => Lid::parse(bare).map(Who::Lid).ok_or(Slip::NoNumber),
        _ => phone(bare),
    })
}

/// What stands between people in a sentence.
fn is_and(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "e" | "y" | "and")
}

fn is_of_a_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | '-' | '.' | '‐' | '‑' | '–' | '—' | '−')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Who is meant, in a Brazilian's order: number or lid, else the slip.
    fn seen(text: &str) -> Vec<String> {
        read(text, Some(Country::BRAZIL)).into_iter().map(|named| told(&named)).collect()
    }

    fn told(named: &Named) -> String {
        match named.who {
            Ok(Who::Phone(phone)) => phone.to_string(),
            Ok(Who::Lid(lid)) => lid.to_string(),
            Err(slip) => format!("{slip:?} {}", named.typed),
        }
    }

    const ONE: &str = "5544999990001";
    const TWO: &str = "5544999990002";

    #[test]
    fn a_number_is_read_however_people_type_it() {
        for text in [
            "+55 (44) 99999-0001",
            "44 99999-0001",
            "5544999990001",
            "+5544999990001",
            "44999990001",
            "(44) 99999-0001",
            "(44)99999-0001",
            "+55 44 99999 0001",
            "55 44 99999 0001",
            "44 9 9999-0001",
            "55 44 9 9999 0001",
            "44.99999.0001",
            "+55-44-99999-0001",
            "+ 55 44 99999 – 0001",
            "(+55) 44 99999-0001",
            "+55 (044) 99999-0001",
            "044 99999-0001",
            "0055 44 99999-0001",
            "554499990001",
            "44 9999-0001",
            "44 99 99 90 00 1",
            "@5544999990001",
            "5544999990001@c.us",
            "5544999990001@s.whatsapp.net",
            "https://wa.me/5544999990001?text=oi",
            "tel:+55-44-99999-0001",
            "- +55 44 99999-0001",
            "1. 44 99999-0001",
            "\u{a0}44\u{a0}99999\u{2011}0001\u{a0}",
            "\"+55 44 99999-0001\"",
            "44 99999-0001.",
        ] {
            assert_eq!(seen(text), [ONE], "{text}");
        }
    }

    #[test]
    fn several_people_are_told_apart() {
        for text in [
            "44 99999-0001, 44 99999-0002",
            "44 99999-0001; +55 44 99999-0002;",
            "44 99999-0001\n44 99999-0002",
            "• 44 99999-0001\n• 44 99999-0002",
            "1. +55 44 99999-0001\n2. +55 44 99999-0002",
            "44 99999-0001 e 44 99999-0002",
            "44 99999-0001 y 44 99999-0002",
            "+55 44 99999-0001 and +55 44 99999-0002",
            "+55 44 99999-0001 +55 44 99999-0002",
            "+55 44 99999 0001 44 99999 0002",
            "44 99999 0001 44 99999 0002",
            "44 99999 0001 55 44 99999 0002",
            "5544999990001 5544999990002",
            "44999990001 44999990002",
            "+5544999990001+5544999990002",
            "@5544999990001 @5544999990002",
            "5544999990001\n\n , ;\n5544999990002",
        ] {
            assert_eq!(seen(text), [ONE, TWO], "{text}");
        }
    }

    #[test]
    fn a_lid_is_no_number_and_a_number_is_no_lid() {
        for text in ["81896604192873@lid", "@81896604192873@lid", "@81896604192873"] {
            assert_eq!(seen(text), ["81896604192873@lid"], "{text}");
        }
        assert_eq!(seen("5544999990001@lid 44 99999-0001"), ["5544999990001@lid", ONE]);
    }

    #[test]
    fn foreign_numbers_need_their_plus_where_they_have_blanks() {
        let rows: [(&str, &[&str]); 9] = [
            ("+351 912 345 678", &["351912345678"]),
            ("+49 1512 345 67 89", &["4915123456789"]),
            ("+49 151 2345 678", &["491512345678"]),
            ("+1 212 555 1234, 44 99999-0001", &["12125551234", ONE]),
            ("351912345678", &["351912345678"]),
            ("+54 9 11 1234-5678", &["541112345678"]),
            ("351 912 345 678", &["NoCountry 351 912 345 678"]),
            ("12125551234", &["NoCountry 12125551234"]),
            ("+351 912 345 678 44 99999 0001", &["Unclear 351 912 345 678 44 99999 0001"]),
        ];
        for (text, expected) in rows {
            assert_eq!(seen(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_nobody() {
        let rows: [(&str, &[&str]); 13] = [
            ("Ana", &["NoNumber Ana"]),
            ("99999-0001", &["NoCountry 99999-0001"]),
            ("123", &["NoNumber 123"]),
            ("+55 44 99999-000", &["NoNumber +55 44 99999-000"]),
            ("+55 44 89999-00011", &["NoNumber +55 44 89999-00011"]),
            ("44 99999 000", &["NoNumber 44 99999 000"]),
            ("44 9 9999-000, 44 99999-0001", &["NoNumber 44 9 9999-000", ONE]),
            ("44 99999-0001 12", &["NoCountry 44 99999-0001 12"]),
            ("55449999900011", &["NoNumber 55449999900011"]),
            ("4499990001 449", &["NoCountry 4499990001 449"]),
            ("44 99999-0001, Ana e Bruno", &[ONE, "NoNumber Ana", "NoNumber Bruno"]),
            ("44 99999-0001/0002", &["NoNumber 44", "NoNumber 99999-0001/0002"]),
            ("٤٤٩٩٩٩٩٠٠٠١", &["NoNumber ٤٤٩٩٩٩٩٠٠٠١"]),
        ];
        for (text, expected) in rows {
            assert_eq!(seen(text), expected, "{text}");
        }
        assert!(seen(" \n,;").is_empty());
    }

    #[test]
    fn a_name_beside_a_number_is_a_name_and_no_slip() {
        let rows = [
            ("Ana: +55 44 99999-0001", Some("Ana")),
            ("Ana Maria - 44 99999-0001", Some("Ana Maria")),
            ("• *Ana* 44 99999-0001", Some("Ana")),
            ("+55 44 99999-0001 (Ana)", Some("Ana")),
            ("44 99999-0001", None),
        ];
        for (text, name) in rows {
            let named = read(text, Some(Country::BRAZIL));
            assert_eq!((named.len(), told(&named[0]).as_str()), (1, ONE), "{text}");
            assert_eq!(named[0].name.as_deref(), name, "{text}");
        }
        let pasted = read("Ana: 44 99999-0001\nBruno: 44 99999-0002", Some(Country::BRAZIL));
        assert_eq!(
            pasted.iter().map(|named| named.name.as_deref()).collect::<Vec<_>>(),
            [Some("Ana"), Some("Bruno")]
        );
    }

    #[test]
    fn a_number_without_its_country_is_of_the_admin_s_own() {
        let usa = Country::of(Phone::parse("12125550000").unwrap());
        let named = read("(212) 555-1234, 1 212 555 1235, 2125551236 2125551237", usa);
        let seen: Vec<String> = named.iter().map(told).collect();
        assert_eq!(seen, ["12125551234", "12125551235", "12125551236", "12125551237"]);

        let nowhere = read("44 99999-0001, +55 44 99999-0001", None);
        assert_eq!(nowhere[0].who, Err(Slip::NoCountry));
        assert_eq!(told(&nowhere[1]), ONE);
    }

    #[test]
    fn sixty_four_kibibytes_of_anything_are_read_at_once() {
        for unit in ["1 ", "+", "+5 ", "44 99999 0001 ", "a ", "e ", "@", ",", "(", "9"] {
            read(&unit.repeat(64 * 1024 / unit.len()), Some(Country::BRAZIL));
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_makes_it_panic(text in "\\PC{0,60}") {
            read(&text, Some(Country::BRAZIL));
        }

        #[test]
        fn nor_does_what_looks_like_numbers(text in "[0-9+() @a\n.,;:-]{0,80}", has_country in any::<bool>()) {
            for named in read(&text, has_country.then_some(Country::BRAZIL)) {
                prop_assert!(!named.typed.is_empty());
            }
        }

        #[test]
        fn numbers_with_their_plus_are_read_back_whatever_stands_between(
            lines in prop::collection::vec((11_u64..=99, 0_u64..=99_999_999), 1..20),
            between in prop::sample::select(vec![" ", ", ", "\n", " e ", "; ", "\n- "]),
        ) {
            let phones: Vec<Phone> = lines.iter()
                .filter(|(area, _)| area % 10 != 0)
                .map(|(area, line)| Phone::parse(&format!("55{area}9{line:08}")).unwrap())
                .collect();
            let typed = phones.iter().map(|phone| format!("+{phone}")).collect::<Vec<_>>().join(between);
            let read: Vec<_> = read(&typed, None).into_iter().map(|named| named.who).collect();
            prop_assert_eq!(read, phones.into_iter().map(|phone| Ok(Who::Phone(phone))).collect::<Vec<_>>());
        }
    }
}
