//! Greetings: the bot answers them with how it is used.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::directory::fold;
use crate::parse::word_lists::word_list;

static GREETINGS: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("greetings"));

/// Whether a text says hello, or asks for help, and nothing else.
pub fn is_greeting(text: &str) -> bool {
    let text = fold(text);
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    GREETINGS.contains(&words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hello_is_a_greeting() {
        let hellos =
            ["oi", "Olá!", "hola", "HELP", "menu", "Oi 🙂", "ayuda?", "Bom dia!", "olá, tudo bem?", "oi bot"];
        for text in hellos.into_iter().chain(["como funciona?", "socorro", "buenas", "boa tarde"]) {
            assert!(is_greeting(text), "{text}");
        }
        for text in ["oi, e o almoço?", "bom dia de sol", "reunião", "", "!", "menu do almoço"] {
            assert!(!is_greeting(text), "{text}");
        }
    }
}
