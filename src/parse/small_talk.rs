//! Small talk: texts of which no word says anything about a command.

use std::sync::LazyLock;

use crate::parse::phrases::{PhraseTable, phrases, tokenize};

/// The lists of words that are small talk beside each other.
const LISTS: [&str; 10] = [
    "small-talk",
    "greetings",
    "courtesy-phrases",
    "reply-yes-direct",
    "reply-agreement",
    "reply-thanks",
    "reply-laughter",
    "reply-understood",
    "reply-beside-yes",
    "reply-no-within",
];

static SMALL_TALK: LazyLock<PhraseTable<()>> =
    LazyLock::new(|| PhraseTable::new(LISTS.into_iter().flat_map(phrases).map(|(_, phrase)| (phrase, ()))));

/// Whether a text has only words of small talk, or no words.
pub fn is_small_talk(text: &str) -> bool {
    let mut tokens = tokenize(text);
    tokens.retain(|token| token.text.chars().any(char::is_alphanumeric));
    SMALL_TALK.count_at_end(&tokens) == tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_a_name_is_small_talk() {
        for text in [
            "oi",
            "Oi, tudo bem?",
            "kkkk",
            "hmm",
            "sei lá",
            "deixa eu ver",
            "depois eu mando",
            "boa pergunta 🤔",
            "let me think",
            "hold on",
            "a ver",
            "déjame pensar",
            "😂",
            "...",
        ] {
            assert!(is_small_talk(text), "{text}");
        }
        for text in ["Família Souza", "Bom dia vizinhos", "futebol", "oi família", "2024"] {
            assert!(!is_small_talk(text), "{text}");
        }
    }
}
