//! Numbers of a list: `2`, `3-5`, `3 a 5`, `1, 2 and 4`.

use std::ops::RangeInclusive;

use crate::parse::tokenizer::{Token, Tokenizer, join};
use crate::parse::word_lists::{in_word_list, is_stop_word};

/// The most options of a prompt.
pub const MAX_OPTIONS: usize = 30;

/// “And”, as people say it between the last two numbers.
pub const AND: [&str; 5] = ["e", "y", "and", "&", "+"];

/// Numbers and ranges of them: `2`, `1 3-5`, `1, 2 e 4`.
pub fn parse_numbers(text: &str) -> Option<Vec<usize>> {
    if !text.contains(char::is_numeric) {
        return None;
    }
    let ranges = list_numbers(&Tokenizer::new(text, false).read_words(2 * MAX_OPTIONS))?;
    let numbers: Vec<usize> = ranges.into_iter().flat_map(|(_, range)| range).collect();
    (numbers.len() <= MAX_OPTIONS).then_some(numbers)
}

/// The numbers that a word stands for: `4`, `3-5`.
pub fn parse_range(word: &str) -> Option<RangeInclusive<usize>> {
    match word.split_once(['-', '–', '—', '~']) {
        Some((first, last)) => {
            let (first, last) = (parse_number(first)?, parse_number(last)?);
            (first <= last).then_some(first..=last)
        }
        None => parse_number(word).map(|number| number..=number),
    }
}

/// A number, also as `#2` or `2️⃣`.
fn parse_number(word: &str) -> Option<usize> {
    let word = word.strip_prefix('#').unwrap_or(word);
    let word = word.strip_suffix('\u{20e3}').unwrap_or(word);
    let is_number = (1..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| word.parse().ok()).flatten().filter(|number| *number > 0)
}

/// How many tokens say that the numbers around them are a range: `to`, `até o`, `~`.
pub fn range_words_at(tokens: &[Token]) -> Option<usize> {
    let first =
        tokens.first().filter(|token| token.may_join() && !token.text.contains(char::is_whitespace))?;
    let is_word =
        in_word_list(&first.text, "range-words") || matches!(first.text.as_str(), "-" | "–" | "—" | "~");
    let is_small = |token: &Token| token.may_join() && in_word_list(&token.text, "stop-words-beside-name");
    is_word.then(|| 1 + usize::from(tokens.get(1).is_some_and(is_small)))
}

/// The numbers that the first tokens stand for, and how many tokens: `4`, `3-5`, `3 a 5`.
pub fn numbers_at(tokens: &[Token]) -> Option<(RangeInclusive<usize>, usize)> {
    let first = tokens.first().filter(|token| !token.is_quoted)?;
    if let Some(first_number) = parse_number(&first.text)
        && let Some(between) = range_words_at(&tokens[1..])
        && let Some(last) = tokens.get(1 + between).filter(|last| last.may_join())
        && let Some(last_number) = parse_number(&last.text).filter(|last| first_number < *last)
    {
        return Some((first_number..=last_number, 2 + between));
    }
    Some((parse_range(first.text.trim_end_matches(['.', '!', '?']))?, 1))
}

/// Whether a word stands before the numbers of a list: `groups 2, 3`, `os grupos 2, 3`. “os 2” is a count.
fn is_heading(tokens: &[Token]) -> bool {
    let word = |at: usize| tokens.get(at).filter(|token| !token.is_quoted).map(|token| token.text.as_str());
    let is_group = |at: usize| word(at).is_some_and(|word| in_word_list(word, "group-words"));
    is_group(0) || (word(0).is_some_and(is_stop_word) && is_group(1))
}

/// Whether a word stands before one number of a list: `o 2`, `nº 2`.
fn is_before_number(tokens: &[Token]) -> bool {
    let is_word = |word: &str| {
        matches!(word, "nº" | "Nº" | "n°" | "N°" | "#") || in_word_list(word, "reply-before-number")
    };
    matches!(tokens, [first, next, ..] if !first.is_quoted && is_word(&first.text) && parse_range(&next.text).is_some())
}

/// Whether a word stands right behind a number: the Spanish “o” of `1 o 2` means “or”.
fn is_behind_number(tokens: &[Token], at: usize) -> bool {
    at > 0 && tokens[at].may_join() && parse_range(&tokens[at - 1].text).is_some()
}

/// The numbers of a list, where tokens hold nothing else: each with the tokens as they are typed.
pub fn list_numbers(tokens: &[Token]) -> Option<Vec<(String, RangeInclusive<usize>)>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if let Some((range, length)) = numbers_at(&tokens[at..]) {
            found.push((join(&tokens[at..at + length]), range));
            at += length;
        } else if tokens[at].joins_names()
            || (is_before_number(&tokens[at..]) && !is_behind_number(tokens, at))
            || (found.is_empty() && is_heading(&tokens[at..]))
        {
            at += 1;
        } else {
            return None;
        }
    }
    (!found.is_empty()).then_some(found)
}
