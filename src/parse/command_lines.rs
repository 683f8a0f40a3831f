//! The commands of a message: each line that begins with a prefix is one, with the lines behind it. A reply to a prompt
//! may stand on a line before them.

use crate::directory::fold;
use crate::parse::prefix::CommandParser;
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::word_lists::in_word_list;

/// The most words of a line of courtesy.
const MAX_COURTESY_WORDS: usize = 8;
/// The most bytes of a line of courtesy.
const MAX_COURTESY_BYTES: usize = 100;

/// What a name after a prefix is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// No command.
    Unknown,
    /// A command without free text.
    Command,
    /// A command with free text. Only a line with a known name ends it.
    WithText,
}

/// The commands of a text, at most `limit`, in order; none if anything but courtesy stands before the first one.
pub fn split_commands<'t>(
    text: &'t str,
    parser: &CommandParser,
    limit: usize,
    kind_of: impl Fn(&str) -> NameKind,
) -> Vec<&'t str> {
    let mut starts: Vec<usize> = Vec::new();
    // None before the first command.
    let mut last = None;
    let mut is_cited = false;
    let mut at = 0;
    while at < text.len() {
        let line_end = memchr::memchr2(b'\n', b'\r', &text.as_bytes()[at..]);
        let line = &text[at..line_end.map_or(text.len(), |end| at + end + 1)];
        match parser.parse(line).map(|command| kind_of(&command.typed)) {
            Some(NameKind::Unknown) if last == Some(NameKind::WithText) => {}
            // The text announces what follows: `Write this:`. Its command shows it, and asks.
            Some(_) if last == Some(NameKind::WithText) && (is_cited || ends_in_colon(&text[..at])) => {
                is_cited = true;
            }
            Some(kind) => {
                if starts.len() == limit {
                    break;
                }
                starts.push(at);
                last = Some(kind);
            }
            None if at + line.len() == text.len() && (starts.is_empty() || last.is_none()) => {
                return Vec::new();
            }
            None if !starts.is_empty() || is_courtesy(line) => {}
            None if is_reply(line) => starts.push(at),
            None => return Vec::new(),
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(start, end)| &text[*start..end]).collect()
}

fn ends_in_colon(text: &str) -> bool {
    text.trim_end().ends_with([':', '：'])
}

/// The first line of a text, after its first one, that is written like a known command.
pub fn find_command_line<'t>(
    text: &'t str,
    parser: &CommandParser,
    is_command: impl Fn(&str) -> bool,
) -> Option<&'t str> {
    let mut lines = text.lines().skip(1);
    lines.find(|line| parser.parse(line).is_some_and(|command| is_command(&command.typed)))
}

/// Whether a line above the first command of a text has a no in it.
pub fn has_no_above(text: &str, parser: &CommandParser) -> bool {
    let above = text.split(['\n', '\r']).take_while(|line| parser.parse(line).is_none());
    above
        .map(|line| parse_reply(line, true, PromptFacts::default()))
        .any(|reply| reply == Some(ParsedReply::No))
}

/// Whether a line replies to a prompt, and says nothing else.
fn is_reply(line: &str) -> bool {
    line.len() <= MAX_COURTESY_BYTES
        && parse_reply(line, true, PromptFacts::default()).is_some_and(|reply| reply != ParsedReply::No)
}

/// Whether a line has only words of courtesy, or none, or is a no to a prompt, which the commands behind it close.
fn is_courtesy(line: &str) -> bool {
    if line.len() > MAX_COURTESY_BYTES {
        return line.trim().is_empty();
    }
    let line = fold(line);
    let words: Vec<_> = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_courtesy = |word: &&str| in_word_list(word, "courtesy-words");
    parse_reply(&line, false, PromptFacts::default()) == Some(ParsedReply::No)
        || words.len() <= MAX_COURTESY_WORDS && words.iter().all(is_courtesy)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::commands::CATALOG;

    fn split(text: &str) -> Vec<&str> {
        CATALOG.split_commands(text, &CommandParser::new(&["/".to_owned()]), 20)
    }

    #[test]
    fn each_line_with_a_prefix_is_a_command() {
        let rows: [(&str, &[&str]); 23] = [
            ("/link a b", &["/link a b"]),
            ("\n  /link a b\n", &["  /link a b\n"]),
            ("/link a b\n/unlink a c", &["/link a b\n", "/unlink a c"]),
            ("/link a\nb\n- c\n\n／unlink a d\ne", &["/link a\nb\n- c\n\n", "／unlink a d\ne"]),
            ("/link a b\r\n/groups", &["/link a b\r\n", "/groups"]),
            ("/link a b\n/unlnik a c", &["/link a b\n", "/unlnik a c"]),
            ("/lnik a b\n/unlink a c", &["/lnik a b\n", "/unlink a c"]),
            ("Bom dia!\n/link a b\n/unlink a c", &["/link a b\n", "/unlink a c"]),
            ("oi, tudo bem?\n\npor favor:\n/link a b", &["/link a b"]),
            ("não\n/link a b", &["/link a b"]),
            ("sim\n/link a b", &["sim\n", "/link a b"]),
            ("sim\n\nbom dia\n/link a b", &["sim\n\nbom dia\n", "/link a b"]),
            ("sim, vincula o suporte\n/link a b", &[]),
            ("sim\nbom dia", &[]),
            ("tira o suporte\n/link a b", &[]),
            ("bom dia", &[]),
            ("", &[]),
            ("link a b\n/unlink a c", &[]),
            // Free text keeps lines that are no known command.
            ("/announce a Hi!\n/home/ana\n/5\n/dev x\nbye", &["/announce a Hi!\n/home/ana\n/5\n/dev x\nbye"]),
            ("/avisar a Oi!\nTexto\n/desvincular a b", &["/avisar a Oi!\nTexto\n", "/desvincular a b"]),
            ("/link a b /unlink a c", &["/link a b /unlink a c"]),
            // A text that announces them keeps them, too.
            ("/avisar a Mandem:\n/vincular a b\n/grupos", &["/avisar a Mandem:\n/vincular a b\n/grupos"]),
            ("/link a b:\n/unlink a c", &["/link a b:\n", "/unlink a c"]),
        ];
        for (text, commands) in rows {
            assert_eq!(split(text), commands, "{text:?}");
        }
    }

    #[test]
    fn no_more_commands_than_the_limit_are_split() {
        let text = "/groups\n".repeat(30_000);
        assert_eq!(split(&text).len(), 20);
        assert_eq!(split(&text).concat(), text);
    }

    proptest! {
        #[test]
        fn the_commands_are_the_rest_of_the_text(text in "(([/a-z ]{0,6}|/link|/avisar|oi)[\n\r ]){0,9}") {
            let commands = split(&text);
            prop_assert!(commands.is_empty() || text.ends_with(&commands.concat()), "{:?}", commands);
            let parser = CommandParser::new(&["/".to_owned()]);
            // Each but a reply before them is one command by itself.
            let is_command = |command: &str| parser.parse(command).is_some();
            prop_assert!(commands.iter().skip(1).all(|command| is_command(command)));
            prop_assert!(commands.iter().all(|command| !is_command(command) || split(command) == [*command]));
        }
    }
}
