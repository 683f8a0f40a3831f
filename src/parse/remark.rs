//! Whether a text that is to be set as a description may be a remark about it: it is asked about.

use crate::domain::Locale;
use crate::parse::hesitation::{count_delay, count_hesitation, find_hesitation, split_words};
use crate::parse::names::is_courtesy_phrase;
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, is_question, parse_reply};
use crate::parse::text::is_comma;
use crate::parse::word_lists::{in_word_list, is_stop_word, plain_words};

/// Whether a description may be a remark about it: a reply, a question, small words alone, or a text that begins with
/// hesitation or a no: `como faço?`, `está errada`, `ainda não sei`, `não, marketing: …`.
pub fn may_be_remark(text: &str, locale: Locale) -> bool {
    let facts = PromptFacts { language: Some(locale), command: None };
    let is_end = |c: char| is_comma(c) || matches!(c, '.' | '!' | '?' | ':' | '\n');
    let head =
        text.trim_start_matches(|c: char| !c.is_alphanumeric()).split(is_end).next().unwrap_or_default();
    let words: Vec<&str> = split_words(head).collect();
    let is_no = || parse_reply(head, true, facts) == Some(ParsedReply::No);
    let hesitates = || count_hesitation(&words).is_some() || is_no() && doubts(head);
    // A no among other words may be one of a sentence.
    parse_reply(text, true, facts).is_some_and(|reply| reply != ParsedReply::No)
        || parse_reply(head, false, facts) == Some(ParsedReply::No)
        || is_question(text)
        || says_nothing(text)
        || !words.is_empty() && hesitates()
}

/// Whether a text has words of doubt or correction. A time may be one of what is described.
fn doubts(text: &str) -> bool {
    find_hesitation(text).is_some_and(|found| count_delay(&split_words(found).collect::<Vec<_>>()).is_none())
}

/// Whether a text has small words only, courtesy, or words that call something wrong or take it away: `está errada`.
fn says_nothing(text: &str) -> bool {
    let lists = ["wish-removal-words", "wrong-words", "question-verbs"];
    let is_small = |word: &str| is_stop_word(word) || lists.iter().any(|list| in_word_list(word, list));
    let mut words = plain_words(text).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && (words.all(is_small) || is_courtesy_phrase(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_may_be_a_remark() {
        for text in [
            "não",
            "Não sei...",
            "deixa pra lá",
            "cancela",
            "not sure",
            "no sé",
            "sei lá",
            "ok",
            "acho que sim",
            "não, marketing br: Compras",
            "depois te mando o texto",
            "ainda não sei",
            "- na verdade deixa",
            "qual é?",
            "como faço?",
            "apagar",
            "por favor",
            "está errada",
            "está mal",
            "please",
        ] {
            assert!(may_be_remark(text, Locale::PtBr), "{text}");
        }
        for text in [
            "Família",
            "Não mande spam",
            "Aqui se ajuda",
            "Para quem chegou",
            "Amigos do bairro. Não mande spam",
            "1. Paz",
            "Avisos, só isso",
            "Nas férias não tem aula à tarde",
            "",
        ] {
            assert!(!may_be_remark(text, Locale::PtBr), "{text}");
        }
    }
}
