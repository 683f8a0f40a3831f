//! Words of doubt, correction or delay: `talvez`, `quer dizer`, `se der`, `amanhã`. Beside names they say that something else
//! may be meant.

use crate::parse::prompt_reply::{is_question, read_number};
use crate::parse::text::{is_comma, offset_of};
use crate::parse::word_lists::{in_word_list, is_stop_word};

/// The most words of a phrase.
const MAX_WORDS: usize = 4;
/// The most bytes of a word that is looked up.
const MAX_WORD_LEN: usize = 40;

/// How many of the words are a phrase of doubt, correction or delay, from the first one on.
pub fn count_hesitation(words: &[&str]) -> Option<usize> {
    count_phrase(words, "hesitation-words").max(count_delay(words))
}

/// How many of the words are a later time, from the first one on: `amanhã`, `na segunda`, `às 18h`, `at 6 pm`, `dia 20`.
pub fn count_delay(words: &[&str]) -> Option<usize> {
    let led = count_phrase(words, "time-words-before-number");
    let start = led.unwrap_or(0);
    // `[18:00, …] Ana: …` is a line of a chat.
    let is_sign = |c: char| !c.is_alphanumeric() && c != '[';
    let word = |at: usize| words.get(at).map(|word| word.trim_matches(is_sign));
    let is_unit = |word: &str| word.len() <= MAX_WORD_LEN && in_word_list(word, "time-units");
    let number = word(start)?;
    let (digits, unit) = number.split_at(number.find(char::is_alphabetic).unwrap_or(number.len()));
    let length = match digits.split([':', '/']).collect::<Vec<_>>().as_slice() {
        parts if !parts.iter().all(|part| matches!(part.len(), 1 | 2) && is_digits(part)) => 0,
        // `6pm`, `18h30`.
        _ if is_unit(unit.trim_end_matches(|c: char| c.is_ascii_digit())) => 1,
        _ if !unit.is_empty() => 0,
        _ if word(start + 1).is_some_and(is_unit) => 2,
        parts => usize::from(parts.len() > 1 || led.is_some()),
    };
    if length > 0 { Some(start + length) } else { count_phrase(words, "delay-words") }
}

fn is_digits(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// How many of the words are a phrase that excludes what follows, from the first one on: `em vez de`.
pub fn count_instead(words: &[&str]) -> Option<usize> {
    count_phrase(words, "instead-words")
}

/// How many of the words are a phrase in this list of phrases, from the first one on, whatever signs stand around them.
fn count_phrase(words: &[&str], list: &'static str) -> Option<usize> {
    let is_short = |word: &&&str| word.len() <= MAX_WORD_LEN;
    let words: Vec<&str> = words.iter().take(MAX_WORDS).take_while(is_short).copied().collect();
    let is_word = |word: &str| word.contains(char::is_alphanumeric);
    let is_phrase = |count: &usize| {
        if !is_word(words[0]) || !is_word(words[*count - 1]) {
            return false;
        }
        let phrase = words[..*count].join(" ");
        in_word_list(phrase.trim_matches(|c: char| !c.is_alphanumeric()), list)
    };
    (1..=words.len()).rev().find(is_phrase)
}

/// The first phrase of hesitation in a text.
pub fn find_hesitation(text: &str) -> Option<&str> {
    let words: Vec<&str> = split_words(text).collect();
    (0..words.len()).find_map(|at| {
        let last = words[at + count_hesitation(&words[at..])? - 1];
        Some(&text[offset_of(words[at], text)..offset_of(last, text) + last.len()])
    })
}

/// Whether a text is a number in doubt, or asks for several things, which chooses nothing from a menu: `1?`, `acho que 1`,
/// `os dois`.
pub fn is_doubtful_number(text: &str) -> bool {
    let plain = text.trim_matches(|c: char| !c.is_alphanumeric());
    if in_word_list(plain, "reply-both") {
        return true;
    }
    let words: Vec<&str> = split_words(text).collect();
    let is_number = |word: &&str| read_number(word.trim_matches(|c: char| !c.is_alphanumeric())).is_some();
    let (mut at, mut is_doubtful) = (0, is_question(text));
    while at < words.len() {
        match count_phrase(&words[at..], "hesitation-words") {
            Some(count) => (at, is_doubtful) = (at + count, true),
            None if is_number(&words[at]) || is_stop_word(words[at]) => at += 1,
            None => return false,
        }
    }
    is_doubtful && words.iter().any(is_number)
}

/// The words of a text, without commas.
pub fn split_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || is_comma(c)).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubt_and_correction_are_found_in_every_language() {
        for (text, expected) in [
            ("futebol, quer dizer, suporte", Some("quer dizer")),
            ("Acho...", Some("Acho...")),
            ("futebol se possível hoje", Some("se possível")),
            ("soccer, I mean support", Some("I mean")),
            ("soccer, I don’t know", Some("I don’t know")),
            ("soccer, I'm not sure", Some("I'm not sure")),
            ("fútbol, perdón, soporte", Some("perdón")),
            ("futebol suporte", None),
            ("", None),
        ] {
            assert_eq!(find_hesitation(text), expected, "{text:?}");
        }
    }

    #[test]
    fn later_times_are_found_in_every_language() {
        let rows = [
            (None, "18|às|a 18|às mães|1h2x|bloco 18|https://x/18:00|[18:00|5511999998888|1-5|2026|"),
            (Some(1), "amanhã|Segunda|lunes|monday|18h|18h30|18:00|(6pm)|6:30pm|20/10|24horas"),
            (Some(2), "à noite|6 pm|18 horas|às 18|às 18h|at 6|dia 20|18 h"),
            (Some(3), "semana que vem|às 18 horas|a las 18"),
        ];
        for (expected, texts) in rows {
            for text in texts.split('|') {
                let words: Vec<&str> = text.split(' ').collect();
                assert_eq!(count_delay(&words), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn a_number_may_be_in_doubt() {
        for text in ["1?", "acho que 1", "a 1?", "talvez a 2", "maybe 1", "1, acho", "os dois", "both!"] {
            assert!(is_doubtful_number(text), "{text}");
        }
        for text in ["1", "a 1", "acho", "bloco 1?", "chego às 5", "", "?"] {
            assert!(!is_doubtful_number(text), "{text}");
        }
    }
}
