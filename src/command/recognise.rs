//! Recognised: is this text an order, and which? Names are read without case and accents, and guessed by nobody.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::char::is_combining_mark;

use super::{Spec, registry};
use crate::directory::{fold, is_invisible};
use crate::domain::Locale;

/// A text that is written like an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The name as typed, without the prefix.
    pub typed: String,
    /// What follows the name.
    pub rest: String,
}

/// Longer than any command's name.
const LONGEST_NAME: usize = 40;

/// The order in a text, if it is written like one. `/`, `//` and `/home/ana` are none.
pub fn recognise(text: &str, prefixes: &[String]) -> Option<Order> {
    // Nearly every message is chatter, and ends here without a copy.
    let text = without_prefix(text.trim_start_matches(is_skipped), prefixes)?;
    let text = visible(text);
    let (typed, rest) = name_and_rest(text.trim_end())?;
    Some(Order { typed: typed.to_owned(), rest: rest.to_owned() })
}

/// What follows the name of an order, with all that nobody sees.
pub fn rest_as_typed<'t>(text: &'t str, prefixes: &[String]) -> Option<&'t str> {
    let text = without_prefix(text.trim_start_matches(is_skipped), prefixes)?;
    let rest = text.trim_start_matches(|c| is_of_a_name(c) || is_invisible(c));
    Some(rest.trim_start_matches(|c| ends_a_sentence(c) || is_invisible(c)).trim())
}

fn ends_a_sentence(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | ',' | ':' | ';' | '…')
}

/// A name of at most 40 letters, marks and digits, the first one a letter; then nothing, or blanks and the rest.
fn name_and_rest(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with(is_letter) {
        return None;
    }
    let end = text.find(|c| !is_of_a_name(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    // Who ends a sentence ends an order likewise: `/help.`
    let rest = rest.trim_start_matches(ends_a_sentence);
    let words = rest.trim_start();
    let is_order = name.chars().count() <= LONGEST_NAME && (rest.is_empty() || words.len() < rest.len());
    is_order.then_some((name, words))
}

/// A letter, as Unicode's category `L` has it: an alphabetic character that is no mark, no number, and no
/// letter in a circle or a square.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_numeric() && !is_combining_mark(c) && !is_framed(c)
}

fn is_of_a_name(c: char) -> bool {
    (c.is_alphanumeric() && !is_framed(c)) || is_combining_mark(c)
}

fn is_framed(c: char) -> bool {
    matches!(c, 'Ⓐ'..='ⓩ' | '\u{1f130}'..='\u{1f149}' | '\u{1f150}'..='\u{1f169}' | '\u{1f170}'..='\u{1f189}')
}

fn is_skipped(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

fn without_prefix<'a>(text: &'a str, prefixes: &[String]) -> Option<&'a str> {
    let wide = |prefix: &String| -> String { prefix.chars().map(full_width).collect() };
    // Of prefixes that begin alike the longest one is meant.
    let rests = prefixes.iter().filter_map(|prefix| {
        text.strip_prefix(prefix.as_str()).or_else(|| {
            // A full-width form is three bytes from U+FF01 on; most texts do not begin so.
            text.starts_with(|c| ('\u{ff01}'..='\u{ff5e}').contains(&c))
                .then(|| text.strip_prefix(&wide(prefix)))?
        })
    });
    Some(rests.min_by_key(|rest| rest.len())?.trim_start_matches(is_invisible))
}

/// The full-width twin of an ASCII sign, as some keyboards type it.
fn full_width(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
        other => other,
    }
}

pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if text.contains(is_invisible) {
        text.chars().filter(|c| !is_invisible(*c)).collect::<String>().into()
    } else {
        text.into()
    }
}

/// Every command by each of its names, folded.
static NAMED: LazyLock<HashMap<String, &'static Spec>> = LazyLock::new(|| {
    let all = registry::COMMANDS.iter().copied();
    all.flat_map(|spec| spec.names().map(move |name| (fold(name), spec))).collect()
});

/// The command of a name in any language: without case and accents, nothing fuzzier.
pub fn named(typed: &str) -> Option<&'static Spec> {
    NAMED.get(&fold(typed)).copied()
}

/// The command that another word is often typed for: `/delete`, `/apagar`; its name in the word's language.
fn another_word(typed: &str, locale: Locale) -> Option<&'static str> {
    let others = Locale::ALL.into_iter().filter(|other| *other != locale);
    std::iter::once(locale).chain(others).find_map(|locale| {
        let words = crate::i18n::text(locale, "words-for-commands", &[]);
        let of = |pair: &str| {
            let (word, command) = pair.trim().split_once(' ')?;
            (fold(word) == typed).then(|| named(command))?
        };
        Some(words.split(',').find_map(of)?.name_in(locale))
    })
}

/// The name nearest to what was typed, if one is near; of the language, where it is as near.
pub fn nearest(typed: &str, locale: Locale) -> Option<&'static str> {
    let typed = fold(typed);
    if let Some(name) = another_word(&typed, locale) {
        return Some(name);
    }
    let names = registry::COMMANDS.iter().flat_map(|spec| spec.names().map(move |name| (spec, name)));
    let scored = names.map(|(spec, name)| {
        let bonus = if spec.name_in(locale) == name { 0.01 } else { 0.0 };
        (strsim::jaro_winkler(&typed, &fold(name)) + bonus, name)
    });
    scored
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slash() -> Vec<String> {
        vec!["/".to_owned()]
    }

    #[test]
    fn an_order_is_recognised_as_phones_write_it() {
        let rows = [
            ("/link Sales x", "link", "Sales x"),
            ("/LINK", "LINK", ""),
            ("  /link  Sales ", "link", "Sales"),
            ("/link\nSales\nx", "link", "Sales\nx"),
            ("\u{200e}/link Sales", "link", "Sales"),
            ("/\u{200b}li\u{200d}nk Sa\u{202a}les", "link", "Sales"),
            ("\u{a0}/link\u{a0}Sales", "link", "Sales"),
            ("／link Sales", "link", "Sales"),
            ("/situação", "situação", ""),
            ("/situac\u{327}a\u{303}o", "situac\u{327}a\u{303}o", ""),
            ("/help.", "help", ""),
            ("/status?!", "status", ""),
            ("/link: Sales a", "link", "Sales a"),
        ];
        for (text, typed, rest) in rows {
            let expected = Order { typed: typed.to_owned(), rest: rest.to_owned() };
            assert_eq!(recognise(text, &slash()), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn chatter_is_no_order() {
        let rows = [
            "",
            "/",
            "//",
            "// link",
            "/ link",
            "link Sales",
            "bom dia /link x",
            "/home/ana",
            "/5",
            "/link@bot",
            "/link.txt",
            "/a,b",
            "/😀",
            "http://x/link",
            "!link x",
            "/\0link",
        ];
        for text in rows {
            assert_eq!(recognise(text, &slash()), None, "{text:?}");
        }
    }

    #[test]
    fn names_are_of_the_letters_marks_and_digits_of_unicode() {
        let letter = regex::Regex::new(r"\A\p{L}\z").unwrap();
        let part = regex::Regex::new(r"\A[\p{L}\p{M}\p{N}]\z").unwrap();
        // Either side may know a newer Unicode.
        let unassigned = regex::Regex::new(r"\A\p{Cn}\z").unwrap();
        let is_read_otherwise = |c: &char| {
            let mut bytes = [0; 4];
            let text: &str = c.encode_utf8(&mut bytes);
            (is_letter(*c) != letter.is_match(text) || is_of_a_name(*c) != part.is_match(text))
                && !unassigned.is_match(text)
        };

        let otherwise: Vec<char> = ('\0'..=char::MAX).filter(is_read_otherwise).collect();

        assert!(otherwise.is_empty(), "{} such as {:x?}", otherwise.len(), otherwise.first());
    }

    #[test]
    fn a_name_has_forty_letters_at_most() {
        let (longest, longer) = ("a".repeat(40), "a".repeat(41));

        assert!(recognise(&format!("/{longest} x"), &slash()).is_some());
        assert_eq!(recognise(&format!("/{longer} x"), &slash()), None);
        assert_eq!(recognise(&format!("/{longer}"), &slash()), None);
    }

    #[test]
    fn other_prefixes_serve_as_well() {
        let prefixes = vec!["!".to_owned(), "#!".to_owned()];
        for text in ["!link x", "#!link x", "！link x"] {
            assert!(recognise(text, &prefixes).is_some(), "{text}");
        }
        assert_eq!(recognise("/link x", &prefixes), None);
    }

    #[test]
    fn a_command_has_its_names_without_case_and_accents_and_nothing_fuzzier() {
        let rows = [
            ("LINK", Some("link")),
            ("Vincular", Some("link")),
            ("enlazar", Some("link")),
            ("situacao", Some("status")),
            ("situação", Some("status")),
            ("quemsou", Some("whoami")),
            ("ayuda", Some("help")),
            ("lınk", None), // a dotless ı
            ("lіnk", None), // a Cyrillic і
            ("linkk", None),
        ];
        for (typed, expected) in rows {
            assert_eq!(named(typed).map(|spec| spec.name), expected, "{typed}");
        }
    }

    #[test]
    fn a_slip_gets_the_nearest_name_of_its_language() {
        assert_eq!(nearest("lnik", Locale::En), Some("link"));
        assert_eq!(nearest("vinclar", Locale::PtBr), Some("vincular"));
        assert_eq!(nearest("comunidads", Locale::Es), Some("comunidades"));
        assert_eq!(nearest("xyzzy", Locale::En), None);
    }

    #[test]
    fn other_words_for_commands_are_of_commands_and_no_names_of_them() {
        assert_eq!(nearest("apagar", Locale::PtBr), Some("desativar"));
        assert_eq!(nearest("APAGAR", Locale::En), Some("desativar"));
        assert_eq!(nearest("delete", Locale::Es), Some("deactivate"));
        for locale in Locale::ALL {
            for pair in crate::i18n::text(locale, "words-for-commands", &[]).split(',') {
                let (word, command) = pair.trim().split_once(' ').unwrap();
                assert!(named(word).is_none(), "{locale}: {word}");
                assert_eq!(named(command).map(|spec| spec.name), Some(command), "{locale}: {word}");
            }
        }
    }
}
