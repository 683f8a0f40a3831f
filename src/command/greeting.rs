//! The first word to somebody who does not know yet how to give an order: how the bot is used.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::question::listed;
use crate::directory::fold;

static GREETINGS: LazyLock<HashSet<String>> = LazyLock::new(|| listed("greetings"));

/// Whether a text says hello, or asks for help, and nothing else.
pub fn is_greeting(text: &str) -> bool {
    let text = fold(text);
    GREETINGS.contains(text.trim_end_matches(|c: char| !c.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_hello_is_greeted() {
        for text in ["oi", "Olá!", "hola", "HELP", "menu", "Oi 🙂", "ayuda?"] {
            assert!(is_greeting(text), "{text}");
        }
        for text in ["oi, tudo bem?", "bom dia", "reunião", "", "!", "menu do almoço"] {
            assert!(!is_greeting(text), "{text}");
        }
    }
}
