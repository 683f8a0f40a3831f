//! Whether a text is written like a command: a prefix, a name, and what follows.

use regex::Regex;

use crate::directory::is_invisible;
use crate::parse::text::strip_invisible;

/// A text that is written like a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawCommand {
    /// The name as typed, without the prefix.
    pub typed: String,
    /// What follows the name.
    pub rest: String,
}

/// The most characters of a name. No command has a longer one.
const MAX_NAME_LEN: usize = 40;

/// A name of letters, marks and digits, the first one a letter. Signs that end a sentence may follow it, as in
/// `/help.`; then the text ends, or spaces and the arguments follow.
const NAME: &str = r"(?<name>\p{L}[\p{L}\p{M}\p{N}]*)[.!?,:;…]*(?:\s+|\z)";

/// Recognizes the commands of an instance by its prefixes.
#[derive(Debug)]
pub struct CommandParser {
    /// What a command begins with. Nearly every message is chatter, and ends at this check.
    first_chars: Vec<char>,
    /// Matches up to the arguments.
    pattern: Regex,
}

impl CommandParser {
    /// A parser for these prefixes, and for their full-width forms, which some keyboards type.
    pub fn new(prefixes: &[String]) -> Self {
        let visible = |prefix: &String| strip_invisible(prefix).into_owned();
        let mut forms: Vec<String> = prefixes.iter().map(visible).filter(|form| !form.is_empty()).collect();
        forms.extend(forms.clone().iter().map(|form| form.chars().map(to_full_width).collect()));
        // Of prefixes that begin alike the longest one counts.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        let first_chars = forms.iter().filter_map(|form| form.chars().next()).collect();
        let escaped: Vec<String> = forms.iter().map(|form| regex::escape(form)).collect();
        let pattern = compile(&format!(r"\A\s*(?:{}){NAME}", escaped.join("|")));
        Self { first_chars, pattern }
    }

    /// The command in a text, if it is written like one. `/`, `//` and `/home/ana` are none.
    pub fn parse(&self, text: &str) -> Option<RawCommand> {
        let text = text.trim_matches(is_blank);
        if !text.starts_with(self.first_chars.as_slice()) {
            return None;
        }
        let text = strip_invisible(text);
        let found = self.pattern.captures(&text)?;
        let typed = found.name("name").map(|name| name.as_str()).filter(|name| !is_too_long(name))?;
        let rest = &text[found.get(0)?.end()..];
        Some(RawCommand { typed: typed.to_owned(), rest: rest.to_owned() })
    }

    /// What follows the name of a command, with its invisible characters.
    pub fn raw_arguments<'t>(&self, text: &'t str) -> Option<&'t str> {
        let visible = self.parse(text)?.rest.chars().count();
        let end = text.trim_end_matches(is_blank).len();
        let starts = text[..end].char_indices().rev().filter(|(_, c)| !is_invisible(*c));
        let start = starts.take(visible).last().map_or(text.len(), |(at, _)| at);
        Some(text[text[..start].trim_end_matches(is_invisible).len()..].trim())
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Whether a word is longer than any command's name. It is compared with nothing then: a message may hold
/// 64 KiB without a space, and each comparison costs its length, or more.
pub fn is_too_long(word: &str) -> bool {
    word.chars().nth(MAX_NAME_LEN).is_some()
}

/// # Panics
/// The pattern is invalid. All of them are constants and escaped texts.
fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant with escaped prefixes is a valid pattern")
}

/// The full-width form of an ASCII sign.
fn to_full_width(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<RawCommand> {
        CommandParser::new(&["/".to_owned()]).parse(text)
    }

    #[test]
    fn a_command_is_recognized_as_phones_write_it() {
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
            let expected = RawCommand { typed: typed.to_owned(), rest: rest.to_owned() };
            assert_eq!(parse(text), Some(expected), "{text:?}");
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
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_name_has_forty_letters_at_most() {
        let (longest, longer) = ("a".repeat(40), "a".repeat(41));

        assert!(parse(&format!("/{longest} x")).is_some());
        assert_eq!(parse(&format!("/{longer} x")), None);
        assert_eq!(parse(&format!("/{longer}")), None);
    }

    #[test]
    fn other_prefixes_serve_as_well() {
        let parser = CommandParser::new(&["!".to_owned(), "#!".to_owned()]);
        for text in ["!link x", "#!link x", "！link x"] {
            assert!(parser.parse(text).is_some(), "{text}");
        }
        assert_eq!(parser.parse("/link x"), None);
    }

    #[test]
    fn a_prefix_may_hold_what_a_pattern_would_read_as_its_own() {
        for prefix in [".", "\\", "[", "*", "^$", "‼\u{fe0f}", "/"] {
            let parser = CommandParser::new(&[prefix.to_owned()]);
            assert!(parser.parse(&format!("{prefix}link x")).is_some(), "{prefix}");
            assert_eq!(parser.parse("link x"), None, "{prefix}");
            assert_eq!(parser.parse("alink x"), None, "{prefix}");
        }
        assert_eq!(CommandParser::new(&["\u{200d}".to_owned()]).parse("link x"), None);
        assert_eq!(CommandParser::new(&[]).parse("/link x"), None);
    }

    #[test]
    fn raw_arguments_keep_what_is_invisible() {
        let parser = CommandParser::new(&["/".to_owned()]);
        let rows = [
            ("/text \u{202a}x y ", "\u{202a}x y"),
            ("\u{200b}/te\u{200d}xt\u{200b}: 👨\u{200d}👩", "👨\u{200d}👩"),
            (" \u{200e} /text", ""),
        ];
        for (text, raw) in rows {
            assert_eq!(parser.raw_arguments(text), Some(raw), "{text:?}");
        }
    }
}
