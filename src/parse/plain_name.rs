//! Whether a text is nothing but a name: it is asked about before something is called so.

use crate::domain::Locale;
use crate::parse::greeting::{is_farewell, is_greeting};
use crate::parse::hesitation::find_hesitation;
use crate::parse::names::{MAX_COURTESY_WORDS, is_courtesy_phrase, is_exclusion};
use crate::parse::prompt_reply::{PromptFacts, parse_reply};
use crate::parse::small_talk::is_small_talk;
use crate::parse::text::is_comma;
use crate::parse::word_lists::in_word_list;

/// Whether a name without quotes is nothing but a name: no list, description, greeting or reply, and without words of
/// courtesy, exclusion, doubt, correction or delay.
pub fn is_plain_name(name: &str, locale: Locale) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    // A description, or groups: `Sports - for all`, `Sports with football`.
    let begins_another_part = |word: &&str| {
        let lists = ["create-description-words", "create-words-before-groups"];
        word.starts_with(['-', '–', '—', '/'])
            || word.ends_with([':', ';'])
            || lists.iter().any(|list| in_word_list(word, list))
    };
    // `nova comunidade para a escola` tells what is wanted.
    let is_kind = |word: &str| word.starts_with(char::is_lowercase) && in_word_list(word, "community-words");
    let is_courtesy = |count: usize| {
        let (head, tail) = (&words[..count], &words[words.len() - count..]);
        is_courtesy_phrase(&head.join(" ")) || is_courtesy_phrase(&tail.join(" "))
    };
    let facts = PromptFacts { language: Some(locale), command: None };
    let is_other = name.contains(is_comma)
        || words.iter().skip(1).any(begins_another_part)
        || words.first().is_some_and(|word| word.ends_with([':', ';']))
        || words.iter().any(|word| is_exclusion(word, locale) || is_kind(word))
        || (1..=MAX_COURTESY_WORDS.min(words.len())).any(is_courtesy)
        || find_hesitation(name).is_some()
        || parse_reply(name, true, facts).is_some()
        || is_greeting(name)
        || is_farewell(name)
        || is_small_talk(name);
    !is_other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_or_may_be_something_else() {
        for name in [
            "Escola",
            "Amigos do Bairro 2",
            "Café da Manhã",
            "Escola & Família",
            "Bairro-Novo",
            "Família 👨",
            "Nova Escola",
            "Clube 33",
            "Comunidade São José",
        ] {
            assert!(is_plain_name(name, Locale::PtBr), "{name}");
        }
        for name in [
            "Escola ops Colégio",
            "Escola perdón Colegio",
            "School oops College",
            "Escola não",
            "Escola menos Colégio",
            "Escola amanhã",
            "Escola depois te mando o resto",
            "Escola, Colégio",
            "nova comunidade para a escola",
            "Escola por favor",
            "Escola descrição: para pais",
            "Escola - para pais",
            "Escola: para pais",
            "Escola --sim",
            "Esportes com futebol",
            "bom dia",
            "tchau",
            "tudo bem?",
            "valeu",
            "sim",
            "deixa, não quero mais",
            "talvez",
        ] {
            assert!(!is_plain_name(name, Locale::PtBr), "{name}");
        }
    }
}
