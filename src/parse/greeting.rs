//! Greetings: the bot answers them with how it is used. And farewells.

use std::sync::LazyLock;

use crate::parse::phrases::{PhraseTable, phrases, tokenize};

static GREETINGS: LazyLock<PhraseTable<()>> =
    LazyLock::new(|| PhraseTable::new(phrases("greetings").map(|(_, phrase)| (phrase, ()))));

/// Farewells, and what may stand beside them.
static FAREWELLS: LazyLock<PhraseTable<bool>> = LazyLock::new(|| {
    let lists =
        [("farewells", true), ("greetings", false), ("courtesy-phrases", false), ("reply-thanks", false)];
    let all = lists.into_iter().flat_map(|(key, says)| phrases(key).map(move |(_, phrase)| (phrase, says)));
    PhraseTable::new(all)
});

/// Whether a text says goodbye, and nothing else.
pub fn is_farewell(text: &str) -> bool {
    FAREWELLS.values_of_all(&tokenize(text)).is_some_and(|values| values.contains(&&true))
}

/// Whether a text says hello, and nothing else.
pub fn is_greeting(text: &str) -> bool {
    let mut tokens = tokenize(text);
    tokens.retain(|token| token.text.chars().any(char::is_alphanumeric));
    !tokens.is_empty() && GREETINGS.count_at_end(&tokens) == tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_greetings_is_a_greeting() {
        for text in [
            "oi",
            "Olá!",
            "hola",
            "Oi 🙂",
            "Oiii",
            "Bom dia!",
            "olá, tudo bem?",
            "oi bot",
            "buenas",
            "hi there",
        ] {
            assert!(is_greeting(text), "{text}");
        }
        for text in ["tchau", "até amanhã, boa noite!", "valeu, até mais", "bye bye", "hasta luego, gracias"]
        {
            assert!(is_farewell(text), "{text}");
        }
        for text in ["boa noite", "valeu", "até amanhã eu mando", ""] {
            assert!(!is_farewell(text), "{text}");
        }
        for text in ["oi, e o almoço?", "bom dia de sol", "reunião", "", "!", "menu do almoço"] {
            assert!(!is_greeting(text), "{text}");
        }
    }
}
