//! Several commands in one line. None of them is run, since the words of the second would be parsed as names.

use crate::directory::fold;
use crate::parse::names::is_courtesy_phrase;
use crate::parse::tokenizer::{Separator, Token, Tokenizer};
use crate::parse::word_lists::in_word_list;

/// Only so many words are checked; no command may have more.
const MAX_WORDS: usize = 400;
/// The most words of a name.
const MAX_NAME_WORDS: usize = 8;
/// The most bytes of a command's name.
const MAX_COMMAND_BYTES: usize = 64;

/// Whether the arguments of a command hold another command: a line or a command name after a prefix, or a
/// verb after a comma, the end of a sentence, “and” or a new line, with a word to follow. Words in quotes and
/// words of a whole name do not count.
pub fn has_further_command(
    rest: &str,
    prefixes: &[String],
    is_command: impl Fn(&str) -> bool,
    is_name: impl Fn(&str) -> bool,
) -> bool {
    let words = Tokenizer::new(rest, false).read_words(MAX_WORDS);
    let begins = |at: usize| begins_command(rest, &words, at, prefixes, &is_command);
    (0..words.len()).any(|at| begins(at) && !is_in_name(rest, &words, at, &is_name))
}

/// Whether a word is a verb for a command.
pub fn is_command_verb(word: &str) -> bool {
    in_word_list(word, "command-verbs")
}

/// Whether a word joins two commands.
fn is_conjunction(word: &str) -> bool {
    in_word_list(word, "command-conjunctions")
}

/// Whether a text has a verb for a command right behind “and” or the like: `Festa e vincular futebol`.
pub fn has_verb_behind_conjunction(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).any(|pair| is_conjunction(pair[0]) && is_command_verb(pair[1]))
}

fn begins_command(
    rest: &str,
    words: &[Token],
    at: usize,
    prefixes: &[String],
    is_command: &impl Fn(&str) -> bool,
) -> bool {
    let word = &words[at];
    if word.is_quoted {
        return false;
    }
    let text = &rest[word.span.clone()];
    let behind_prefixes = prefixes.iter().flat_map(|prefix| {
        text.match_indices(prefix.as_str()).map(|(at, _)| (at, &text[at + prefix.len()..]))
    });
    let names_command = |(at, rest): (usize, &str)| {
        // Only the word: a text of 64 KiB may have a prefix at each letter.
        let rest = &rest[..rest.floor_char_boundary(MAX_COMMAND_BYTES)];
        let name = rest.split(|c: char| !c.is_alphanumeric() && c != '-').next().unwrap_or(rest);
        let is_line = at == 0 && word.separator == Separator::Line;
        name.starts_with(char::is_alphabetic) && (is_line || is_command(&fold(name)))
    };
    // No space needs to stand before a command, as in `futebol/desvincular`. An address has such parts, too.
    let is_address = text.contains("://");
    if behind_prefixes.filter(|(at, _)| *at == 0 || !is_address).any(names_command) {
        return true;
    }
    let (Some(before), Some(next)) = (words[..at].last(), words.get(at + 1)) else { return false };
    let typed_before = &rest[before.span.clone()];
    let ends_before = typed_before.ends_with(['.', '!', '/']) || is_conjunction(typed_before);
    (word.separator != Separator::Blank || (ends_before && !before.is_quoted))
        && is_command_verb(text.trim_matches(|c: char| !c.is_alphanumeric()))
        && !is_courtesy_phrase(&rest[word.span.start..next.span.end])
}

/// Whether the word is part of a whole name.
fn is_in_name(rest: &str, words: &[Token], at: usize, is_name: &impl Fn(&str) -> bool) -> bool {
    let first = at.saturating_sub(MAX_NAME_WORDS - 1);
    (first..=at).any(|start| {
        let last = words.len().min(start + MAX_NAME_WORDS);
        (at..last).any(|end| is_name(&rest[words[start].span.start..words[end].span.end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::CATALOG;

    #[test]
    fn t18_a_prefix_at_each_letter_is_read_at_once() {
        let started = std::time::Instant::now();
        let is_command = |name: &str| CATALOG.lookup(name).is_some();
        for unit in ["/x", "/"] {
            let rest = format!("bairro a{}", unit.repeat(60 * 1024 / unit.len()));
            assert!(!has_further_command(&rest, &["/".to_owned()], is_command, |_| false));
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(2));
    }

    #[test]
    fn t46_a_second_command_is_found_behind_what_parts_commands() {
        let prefixes = ["/".to_owned()];
        let is_command = |name: &str| CATALOG.lookup(name).is_some();
        let is_name = |name: &str| {
            ["botar e tirar fotos", "mães, tirar dúvidas", "/dev"]
                .contains(&fold(name).replace("maes", "mães").replace("duvidas", "dúvidas").as_str())
        };
        for rest in [
            "bairro futebol e tirar suporte",
            "bairro futebol; /desvincular bairro mães",
            "bairro futebol, tirar suporte",
            "a x\n/unlink a y",
            "a x\nunlink a y",
            "a x\n/unlnik a y",
            "a x and unlink a y",
            "a x y desvincular a y",
            "bairro futebol /grupos",
            "bairro \"mães\" e tirar suporte",
            "bairro futebol; e tirar suporte",
            "bairro futebol e deletar suporte",
            "bairro futebol e aí tira suporte",
            "bairro futebol. Tira o suporte",
            "bairro futebol / tirar suporte",
            "bairro futebol e quero tirar suporte",
            "bairro futebol, e por favor tirar suporte",
            "bairro futebol y quiero desvincular suporte",
            "bairro futebol and also unlink suporte",
            "bairro futebol/desvincular bairro suporte",
        ] {
            assert!(has_further_command(rest, &prefixes, is_command, is_name), "{rest}");
        }
        for rest in [
            "bairro futebol e suporte",
            "bairro futebol, \"tirar suporte\"",
            "bairro futebol e \"tirar suporte\"",
            "bairro futebol, botar e tirar fotos",
            "bairro mães, tirar dúvidas",
            "tirar futebol",
            "bairro futebol e tirar",
            "bairro futebol\nsuporte",
            "bairro a/b",
            "bairro https://example.com/link",
            "bairro\n/dev",
            "bairro https://chat.whatsapp.com/abc, suporte",
            "bairro futebol. suporte",
            "",
        ] {
            assert!(!has_further_command(rest, &prefixes, is_command, is_name), "{rest}");
        }
    }
}
