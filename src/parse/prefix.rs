//! Recognised: is this text an order, and which? Names are read without case and accents, and guessed by nobody.

use unicode_normalization::char::is_combining_mark;

use crate::directory::is_invisible;
use crate::parse::text::strip_invisible;

/// A text that is written like an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedCommand {
    /// The name as typed, without the prefix.
    pub typed: String,
    /// What follows the name.
    pub rest: String,
}

/// Longer than any command's name.
const MAX_NAME_LEN: usize = 40;

/// Whether a word is longer than any command's name. Nothing is compared with it then: a message may hold
/// 64 KiB without a blank, and each comparison costs its length, or more.
pub fn is_too_long(word: &str) -> bool {
    word.chars().nth(MAX_NAME_LEN).is_some()
}

/// The order in a text, if it is written like one. `/`, `//` and `/home/ana` are none.
pub fn parse_command(text: &str, prefixes: &[String]) -> Option<ParsedCommand> {
    // Nearly every message is chatter, and ends here without a copy.
    let text = strip_prefix(text.trim_start_matches(is_skipped), prefixes)?;
    let text = strip_invisible(text);
    let (typed, rest) = split_name(text.trim_end())?;
    Some(ParsedCommand { typed: typed.to_owned(), rest: rest.to_owned() })
}

/// The command in a text whose prefix was forgotten or does not stand first, and whether there is a prefix.
pub fn parse_without_prefix(text: &str, prefixes: &[String]) -> Option<(ParsedCommand, bool)> {
    let is_around = |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '~' | '`') || is_invisible(c);
    let behind_prefix = prefixes.iter().find_map(|prefix| {
        let (before, behind) = text.split_once(prefix.as_str())?;
        let is_own = !before.contains(['>', '\n']) && (before.is_empty() || before.ends_with(is_around));
        is_own.then_some(behind)
    });
    let text = strip_invisible(behind_prefix.unwrap_or(text).trim_matches(is_around));
    let (typed, rest) = split_name(&text)?;
    Some((ParsedCommand { typed: typed.to_owned(), rest: rest.to_owned() }, behind_prefix.is_some()))
}

/// What follows the name of an order, with all that nobody sees.
pub fn raw_arguments<'t>(text: &'t str, prefixes: &[String]) -> Option<&'t str> {
    let text = strip_prefix(text.trim_start_matches(is_skipped), prefixes)?;
    let rest = text.trim_start_matches(|c| is_name_char(c) || is_invisible(c));
    Some(rest.trim_start_matches(|c| is_sentence_end(c) || is_invisible(c)).trim())
}

fn is_sentence_end(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | ',' | ':' | ';' | '…')
}

/// A name of at most 40 letters, marks and digits, the first one a letter; then nothing, or blanks and the rest.
fn split_name(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with(is_letter) {
        return None;
    }
    let end = text.find(|c| !is_name_char(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    // Who ends a sentence ends an order likewise: `/help.`
    let rest = rest.trim_start_matches(is_sentence_end);
    let words = rest.trim_start();
    let is_order = !is_too_long(name) && (rest.is_empty() || words.len() < rest.len());
    is_order.then_some((name, words))
}

/// A letter, as Unicode's category `L` has it: an alphabetic character that is no mark, no number, and no
/// letter in a circle or a square.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_numeric() && !is_combining_mark(c) && !is_framed(c)
}

fn is_name_char(c: char) -> bool {
    (c.is_alphanumeric() && !is_framed(c)) || is_combining_mark(c)
}

fn is_framed(c: char) -> bool {
    matches!(c, 'Ⓐ'..='ⓩ' | '\u{1f130}'..='\u{1f149}' | '\u{1f150}'..='\u{1f169}' | '\u{1f170}'..='\u{1f189}')
}

fn is_skipped(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

fn strip_prefix<'a>(text: &'a str, prefixes: &[String]) -> Option<&'a str> {
    let wide = |prefix: &String| -> String { prefix.chars().map(to_full_width).collect() };
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
fn to_full_width(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slash() -> Vec<String> {
        vec!["/".to_owned()]
    }

    #[test]
    fn a_command_is_recognised_as_phones_write_it() {
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
            let expected = ParsedCommand { typed: typed.to_owned(), rest: rest.to_owned() };
            assert_eq!(parse_command(text, &slash()), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn chatter_is_no_command() {
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
            assert_eq!(parse_command(text, &slash()), None, "{text:?}");
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
            (is_letter(*c) != letter.is_match(text) || is_name_char(*c) != part.is_match(text))
                && !unassigned.is_match(text)
        };

        let otherwise: Vec<char> = ('\0'..=char::MAX).filter(is_read_otherwise).collect();

        assert!(otherwise.is_empty(), "{} such as {:x?}", otherwise.len(), otherwise.first());
    }

    #[test]
    fn a_name_has_forty_letters_at_most() {
        let (longest, longer) = ("a".repeat(40), "a".repeat(41));

        assert!(parse_command(&format!("/{longest} x"), &slash()).is_some());
        assert_eq!(parse_command(&format!("/{longer} x"), &slash()), None);
        assert_eq!(parse_command(&format!("/{longer}"), &slash()), None);
    }

    #[test]
    fn other_prefixes_serve_as_well() {
        let prefixes = vec!["!".to_owned(), "#!".to_owned()];
        for text in ["!link x", "#!link x", "！link x"] {
            assert!(parse_command(text, &prefixes).is_some(), "{text}");
        }
        assert_eq!(parse_command("/link x", &prefixes), None);
    }
}
