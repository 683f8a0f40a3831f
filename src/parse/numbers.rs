//! Numbers of a list: `2`, `3-5`, `3 a 5`, `1, 2 and 4`.

use std::ops::RangeInclusive;

use crate::parse::tokenizer::Token;
use crate::parse::word_lists::is_stop_word;

/// The most options of a prompt.
pub const MAX_OPTIONS: usize = 30;

/// What stands between the first and the last number of a range.
const RANGE_WORDS: [&str; 10] = ["a", "à", "até", "ate", "to", "through", "al", "hasta", "-", "–"];

/// Numbers and ranges of them: `2`, `1 3-5`, `1, 2 e 4`.
pub fn parse_numbers(text: &str) -> Option<Vec<usize>> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.');
    let mut found = Vec::new();
    for word in text.split(is_between).filter(|word| !word.is_empty()) {
        // "and", as people say it between the last two.
        if matches!(word, "e" | "y" | "and" | "&" | "+") && !found.is_empty() {
            continue;
        }
        found.extend(parse_range(word)?);
        if found.len() > MAX_OPTIONS {
            return None;
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The numbers that a word stands for: `4`, `3-5`.
pub fn parse_range(word: &str) -> Option<RangeInclusive<usize>> {
    match word.split_once(['-', '–', '—']) {
        Some((first, last)) => {
            let (first, last) = (parse_number(first)?, parse_number(last)?);
            (first <= last).then_some(first..=last)
        }
        None => parse_number(word).map(|number| number..=number),
    }
}

fn parse_number(word: &str) -> Option<usize> {
    let is_number = (1..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| word.parse().ok()).flatten().filter(|number| *number > 0)
}

/// The numbers that the first tokens stand for, and how many tokens: `4`, `3-5`, `3 a 5`. `is_range`: only more than
/// one number.
pub fn numbers_at(tokens: &[Token], is_range: bool) -> Option<(RangeInclusive<usize>, usize)> {
    let plain = |token: &Token| parse_number(&token.text).filter(|_| !token.is_quoted);
    if let [first, word, last, ..] = tokens
        && let (Some(first), Some(last_number)) = (plain(first), plain(last))
        && RANGE_WORDS.contains(&word.text.to_lowercase().as_str())
        && word.may_join()
        && last.may_join()
        && first < last_number
    {
        return Some((first..=last_number, 3));
    }
    let first = tokens.first().filter(|token| !token.is_quoted)?;
    let range = parse_range(first.text.trim_end_matches(['.', '!', '?']))?;
    (!is_range || range.start() < range.end()).then_some((range, 1))
}

/// The numbers of a list, where tokens hold nothing else: each with the tokens as they are typed.
pub fn list_numbers(tokens: &[Token]) -> Option<Vec<(String, RangeInclusive<usize>)>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if let Some((range, length)) = numbers_at(&tokens[at..], false) {
            found.push((crate::parse::tokenizer::join(&tokens[at..at + length]), range));
            at += length;
        } else if !tokens[at].is_quoted && is_stop_word(&tokens[at].text) {
            at += 1;
        } else {
            return None;
        }
    }
    (!found.is_empty()).then_some(found)
}
