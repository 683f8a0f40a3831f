//! Parses people: phone numbers as they are typed and pasted, mentions, lids.
//!
//! New lines, commas, semicolons and “and” separate people. Spaces do so only where one reading is possible:
//! `+` begins a number, and a number has the digits of its country. Whatever can be read in two ways is an
//! error, so that a typo never reaches another person. A number without a dialling code gets the admin's own
//! ([`DialingCode`]).

use crate::domain::{Lid, Phone};
use crate::parse::dialing_code::{DialingCode, parse_international};
use crate::parse::further_command::is_command_verb;
use crate::parse::list_items::list_item;
use crate::parse::names::{is_courtesy_phrase, strip_courtesy};
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::text::is_comma;
use crate::parse::word_lists::{in_word_list, is_stop_word};

/// As many digits are a lid: no country has such long phone numbers.
const MIN_LID_DIGITS: usize = 14;
/// The most words of a name without a capital letter.
const MAX_NAME_WORDS: usize = 2;
/// The most digits of a number.
const MAX_DIGITS: usize = 15;

/// A person that was typed, or a word that names nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedPerson {
    /// What was typed.
    pub typed: String,
    /// The name beside the number.
    pub name: Option<String>,
    /// The person, or why there is none.
    pub person: Result<PersonRef, PersonParseError>,
}

/// A reference to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonRef {
    /// By number.
    Phone(Phone),
    /// By lid.
    Lid(Lid),
}

/// Why a word is no person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonParseError {
    /// It is no phone number.
    NoNumber,
    /// Its country is missing.
    NoCountry,
    /// It can be split into numbers in several ways, or in none.
    Ambiguous,
}

/// Parses the people in a text, in the order of the text. `country` is for numbers without a dialling code.
pub fn parse_people(text: &str, country: Option<DialingCode>) -> Vec<ParsedPerson> {
    let mut reader = PersonParser { dialing_code: country, ..PersonParser::default() };
    for line in text.lines() {
        for part in list_item(line).unwrap_or(line).split(is_comma) {
            reader.parse_part(part);
        }
    }
    reader.people
}

/// The words beside people that are neither a name nor courtesy, as in `44 99999-0002 only tomorrow`: they may change
/// what is meant. A name begins with a capital letter, or may be one without.
pub fn find_leftover(people: &[ParsedPerson]) -> Option<&str> {
    if !people.iter().any(|named| named.person.is_ok()) {
        return None;
    }
    let mut words = people.iter().filter_map(|named| match (&named.name, named.person) {
        (Some(name), _) => Some(name.as_str()).filter(|name| !may_be_name(name)),
        (None, Err(PersonParseError::NoNumber)) => {
            Some(named.typed.as_str()).filter(|typed| !typed.contains(|c: char| c.is_ascii_digit()))
        }
        (None, _) => None,
    });
    words.find(|words| !is_person_name(words))
}

/// Whether words beside a number are only perhaps a name, so that it must be asked: `elisa 44 99999-0001`.
pub fn has_uncertain_name(people: &[ParsedPerson]) -> bool {
    people.iter().filter_map(|named| named.name.as_deref()).any(|name| !is_person_name(name))
}

/// Whether words without a capital letter may be a name.
fn may_be_name(words: &str) -> bool {
    let is_word = |word: &str| {
        word.chars().all(char::is_alphabetic) && !is_command_verb(word) && !in_word_list(word, "stop-words")
    };
    let is_no = || parse_reply(words, true, PromptFacts::default()) == Some(ParsedReply::No);
    words.split(' ').count() <= MAX_NAME_WORDS && words.split(' ').all(is_word) && !is_no()
}

fn is_person_name(words: &str) -> bool {
    let is_part = |word: &str| {
        let is_small = || is_stop_word(word) || in_word_list(word, "stop-words-beside-people");
        !is_command_verb(word)
            && (word.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase()) || is_small())
    };
    is_courtesy_phrase(words) || strip_courtesy(words).split_whitespace().all(is_part)
}

/// A part of a number, with a digit.
struct PersonToken<'a> {
    typed: &'a str,
    /// A `+` stands before it.
    has_plus: bool,
}

#[derive(Default)]
struct PersonParser<'a> {
    dialing_code: Option<DialingCode>,
    people: Vec<ParsedPerson>,
    /// The parts of numbers since the last word.
    pending_numbers: Vec<PersonToken<'a>>,
    /// The words since the last number.
    pending_words: Vec<&'a str>,
    /// Words that follow are the name of the last person.
    may_be_named: bool,
}

impl<'a> PersonParser<'a> {
    /// Parses what stands between two separators.
    fn parse_part(&mut self, part: &'a str) {
        let mut has_plus = false;
        for word in part.split_whitespace() {
            let core = word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '@'));
            if core.is_empty() {
                continue;
            }
            if is_conjunction(core) {
                self.finish_part();
            } else if let Some(who) = parse_whole_word(core) {
                self.finish_run();
                self.push(core, who);
            } else if core.chars().all(is_number_char) {
                for (at, piece) in core.split('+').enumerate() {
                    has_plus |= at > 0;
                    if !piece.contains(|c: char| c.is_ascii_digit()) {
                        continue;
                    }
                    if has_plus {
                        self.finish_run();
                    }
                    self.pending_numbers.push(PersonToken { typed: piece, has_plus });
                    has_plus = false;
                }
            } else {
                self.finish_run();
                self.pending_words.push(core);
            }
        }
        self.finish_part();
    }

    /// Ends a part: words that are left name the number before them, or are no person.
    fn finish_part(&mut self) {
        self.finish_run();
        let words = std::mem::take(&mut self.pending_words).join(" ");
        match self.people.last_mut() {
            _ if words.is_empty() => {}
            Some(last) if self.may_be_named => last.name = Some(words),
            _ => self.people.push(ParsedPerson {
                typed: words,
                name: None,
                person: Err(PersonParseError::NoNumber),
            }),
        }
        self.may_be_named = false;
    }

    /// Ends a run of number parts.
    fn finish_run(&mut self) {
        let run = std::mem::take(&mut self.pending_numbers);
        let mut rest = run.as_slice();
        for length in split_numbers(&run, self.dialing_code) {
            let (number, others) = rest.split_at(length);
            rest = others;
            let sign = if number[0].has_plus { "+" } else { "" };
            self.push(&format!("{sign}{}", join_typed(number)), parse_phone(number, self.dialing_code));
        }
        if !rest.is_empty() {
            self.push(&join_typed(rest), Err(PersonParseError::Ambiguous));
        }
    }

    fn push(&mut self, typed: &str, who: Result<PersonRef, PersonParseError>) {
        let name = std::mem::take(&mut self.pending_words).join(" ");
        let name = (!name.is_empty()).then_some(name);
        self.may_be_named = name.is_none() && who.is_ok();
        self.people.push(ParsedPerson { typed: typed.to_owned(), name, person: who });
    }
}

/// Parts of a number as they are typed.
fn join_typed(pieces: &[PersonToken<'_>]) -> String {
    pieces.iter().map(|piece| piece.typed).collect::<Vec<_>>().join(" ")
}

/// The digits of the parts of a number.
fn join_digits(pieces: &[PersonToken<'_>]) -> String {
    pieces.iter().flat_map(|piece| piece.typed.chars()).filter(char::is_ascii_digit).collect()
}

/// How many parts each number of a run has: all of them in one number, or split in the only way that makes
/// every number complete. Empty where there is no such way, or more than one.
fn split_numbers(run: &[PersonToken<'_>], country: Option<DialingCode>) -> Vec<usize> {
    if run.len() <= 1 {
        return vec![run.len(); run.len()];
    }
    // From each part on: the number of ways, and how long the first number is in the last of them.
    let mut ways = vec![(0_u8, 0); run.len()];
    for from in (0..run.len()).rev() {
        for length in 1..=run.len() - from {
            if join_digits(&run[from..from + length]).len() > MAX_DIGITS {
                break;
            }
            let behind = ways.get(from + length).map_or(1, |(count, _)| *count);
            if behind > 0 && is_complete_number(&run[from..from + length], country) {
                ways[from] = (ways[from].0.saturating_add(behind), length);
            }
        }
    }
    match ways[0].0 {
        1 => {
            let from = std::iter::successors(Some(0), |from| Some(from + ways.get(*from)?.1));
            from.map_while(|from| ways.get(from).map(|(_, length)| *length)).collect()
        }
        0 if join_digits(run).len() <= MAX_DIGITS => vec![run.len()],
        _ => Vec::new(),
    }
}

/// Whether parts are certainly one number: it has the digits of its country, or it was typed without a space.
fn is_complete_number(pieces: &[PersonToken<'_>], country: Option<DialingCode>) -> bool {
    let digits = join_digits(pieces);
    if pieces.len() == 1 && parse_phone(pieces, country).is_ok() {
        return true;
    }
    match pieces[0].has_plus {
        true => [Some(DialingCode::BRAZIL), country].iter().flatten().any(|own| own.is_full_number(&digits)),
        false => country.is_some_and(|own| own.complete(&digits).is_some()),
    }
}

/// Parses a phone number from its parts.
fn parse_phone(
    pieces: &[PersonToken<'_>],
    country: Option<DialingCode>,
) -> Result<PersonRef, PersonParseError> {
    let digits = join_digits(pieces);
    // 00 is how many countries dial the +.
    let (digits, has_plus) = match digits.strip_prefix("00") {
        Some(digits) => (digits, true),
        None => (digits.as_str(), pieces[0].has_plus),
    };
    let is_brazilian = if has_plus { digits.starts_with("55") } else { country == Some(DialingCode::BRAZIL) };
    if is_brazilian && is_missing_last_digit(pieces, digits) {
        return Err(PersonParseError::NoNumber);
    }
    if has_plus {
        return parse_international(digits).map(PersonRef::Phone).ok_or(PersonParseError::NoNumber);
    }
    if let Some(phone) = country.and_then(|country| country.complete(digits)) {
        return Ok(PersonRef::Phone(phone));
    }
    match digits.len() {
        ..=7 => Err(PersonParseError::NoNumber),
        // Such a length is ambiguous between countries.
        8..=11 => Err(PersonParseError::NoCountry),
        _ if pieces.len() > 1 => Err(PersonParseError::NoCountry),
        // So many digits are more likely a typo than a lid, which is marked as one.
        MIN_LID_DIGITS.. => Err(PersonParseError::NoNumber),
        _ => parse_international(digits).map(PersonRef::Phone).ok_or(PersonParseError::NoNumber),
    }
}

/// Whether the last digit of a Brazilian number is missing: 99999-000 would be read as the older form
/// 9999-9000 of another person.
fn is_missing_last_digit(pieces: &[PersonToken<'_>], digits: &str) -> bool {
    let groups = pieces.iter().flat_map(|piece| piece.typed.split(|c: char| !c.is_ascii_digit()));
    let groups: Vec<&str> = groups.filter(|group| !group.is_empty()).collect();
    let is_short = matches!(digits.trim_start_matches('0').len(), 10 | 12);
    let is_cut = matches!(groups.as_slice(), [.., before, last] if last.len() == 3 && before.len() > 3);
    is_short && is_cut
}

/// Parses a word that is a person by itself: a mention, a lid, a chat id, a link.
fn parse_whole_word(word: &str) -> Option<Result<PersonRef, PersonParseError>> {
    let lower = word.to_lowercase();
    let bare = lower.trim_start_matches('@');
    // A mention has its dialling code; one of a hidden number is a lid.
    let is_mention =
        bare.len() < lower.len() && !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
    if bare.ends_with("@lid") || (is_mention && bare.len() >= MIN_LID_DIGITS) {
        return Some(Lid::parse(bare).map(PersonRef::Lid).ok_or(PersonParseError::NoNumber));
    }
    let link = bare.trim_start_matches("https://").trim_start_matches("http://");
    let in_link = || link.strip_prefix("wa.me/").or_else(|| link.strip_prefix("tel:"));
    let in_chat_id = bare.strip_suffix("@c.us").or_else(|| bare.strip_suffix("@s.whatsapp.net"));
    let number = in_chat_id.or_else(in_link).or_else(|| is_mention.then_some(bare))?;
    let digits = number.chars().take_while(|c| *c != '?').filter(char::is_ascii_digit);
    let phone = parse_international(&digits.collect::<String>());
    Some(phone.map(PersonRef::Phone).ok_or(PersonParseError::NoNumber))
}

/// Words between people in a sentence.
fn is_conjunction(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "e" | "y" | "and")
}

fn is_number_char(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | '-' | '.' | '‐' | '‑' | '–' | '—' | '−')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The parsed people, by number or lid, or the error, for a Brazilian admin.
    fn parse_texts(text: &str) -> Vec<String> {
        parse_people(text, Some(DialingCode::BRAZIL)).into_iter().map(|named| parsed_text(&named)).collect()
    }

    fn parsed_text(named: &ParsedPerson) -> String {
        match named.person {
            Ok(PersonRef::Phone(phone)) => phone.to_string(),
            Ok(PersonRef::Lid(lid)) => lid.to_string(),
            Err(typo) => format!("{typo:?} {}", named.typed),
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
            assert_eq!(parse_texts(text), [ONE], "{text}");
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
            assert_eq!(parse_texts(text), [ONE, TWO], "{text}");
        }
    }

    #[test]
    fn a_lid_is_no_number_and_a_number_is_no_lid() {
        for text in ["81896604192873@lid", "@81896604192873@lid", "@81896604192873"] {
            assert_eq!(parse_texts(text), ["81896604192873@lid"], "{text}");
        }
        assert_eq!(parse_texts("5544999990001@lid 44 99999-0001"), ["5544999990001@lid", ONE]);
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
            ("+351 912 345 678 44 99999 0001", &["Ambiguous 351 912 345 678 44 99999 0001"]),
        ];
        for (text, expected) in rows {
            assert_eq!(parse_texts(text), expected, "{text}");
        }
    }

    #[test]
    fn words_that_are_no_name_beside_people_are_left_over() {
        let people = |text: &str| parse_people(text, Some(DialingCode::BRAZIL));
        for (text, expected) in [
            ("44 99999-0003 em vez de 44 99999-0002", Some("em vez de")),
            ("44 99999-0002 mas deixa 44 99999-0003", Some("mas deixa")),
            ("44 99999-0003 e deixa 44 99999-0002", Some("deixa")),
            ("44 99999-0002 promover 44 99999-0003", Some("promover")),
            ("44 99999-0002 só amanhã", Some("só amanhã")),
            ("44 99999-0002, só amanhã", Some("só amanhã")),
            ("44 99999-0003 quando ele voltar", Some("quando ele voltar")),
            ("44 99999-0003 Carla da Silva", None),
            ("carla souza 44 99999-0003, 44 99999-0002 bruno", None),
            ("a Carla 44 99999-0003, o 44 99999-0002 como admin por favor", None),
            ("44 99999-0001, Ana e Bruno", None),
            ("44 99999-0001, 123", None),
            ("carla", None),
        ] {
            assert_eq!(find_leftover(&people(text)), expected, "{text}");
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
            assert_eq!(parse_texts(text), expected, "{text}");
        }
        assert!(parse_texts(" \n,;").is_empty());
    }

    #[test]
    fn a_name_beside_a_number_is_a_name_and_no_typo() {
        let rows = [
            ("Ana: +55 44 99999-0001", Some("Ana")),
            ("Ana Maria - 44 99999-0001", Some("Ana Maria")),
            ("• *Ana* 44 99999-0001", Some("Ana")),
            ("+55 44 99999-0001 (Ana)", Some("Ana")),
            ("44 99999-0001", None),
        ];
        for (text, name) in rows {
            let named = parse_people(text, Some(DialingCode::BRAZIL));
            assert_eq!((named.len(), parsed_text(&named[0]).as_str()), (1, ONE), "{text}");
            assert_eq!(named[0].name.as_deref(), name, "{text}");
        }
        let pasted = parse_people("Ana: 44 99999-0001\nBruno: 44 99999-0002", Some(DialingCode::BRAZIL));
        assert_eq!(
            pasted.iter().map(|named| named.name.as_deref()).collect::<Vec<_>>(),
            [Some("Ana"), Some("Bruno")]
        );
    }

    #[test]
    fn a_number_without_its_country_is_of_the_admin_s_own() {
        let usa = DialingCode::from_phone(Phone::parse("12125550000").unwrap());
        let named = parse_people("(212) 555-1234, 1 212 555 1235, 2125551236 2125551237", usa);
        let seen: Vec<String> = named.iter().map(parsed_text).collect();
        assert_eq!(seen, ["12125551234", "12125551235", "12125551236", "12125551237"]);

        let nowhere = parse_people("44 99999-0001, +55 44 99999-0001", None);
        assert_eq!(nowhere[0].person, Err(PersonParseError::NoCountry));
        assert_eq!(parsed_text(&nowhere[1]), ONE);
    }

    #[test]
    fn sixty_four_kibibytes_of_anything_are_read_at_once() {
        for unit in ["1 ", "+", "+5 ", "44 99999 0001 ", "a ", "e ", "@", ",", "(", "9"] {
            parse_people(&unit.repeat(64 * 1024 / unit.len()), Some(DialingCode::BRAZIL));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            parse_people(&text, Some(DialingCode::BRAZIL));
        }

        #[test]
        fn number_like_text_does_not_panic(text in "[0-9+() @a\n.,;:-]{0,80}", has_country in any::<bool>()) {
            for named in parse_people(&text, has_country.then_some(DialingCode::BRAZIL)) {
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
            let read: Vec<_> = parse_people(&typed, None).into_iter().map(|named| named.person).collect();
            prop_assert_eq!(read, phones.into_iter().map(|phone| Ok(PersonRef::Phone(phone))).collect::<Vec<_>>());
        }
    }
}
