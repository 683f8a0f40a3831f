//! Lists of words in the translation files, of all languages: small words, flags, names for “here”.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::directory::fold;
use crate::domain::Locale;
use crate::i18n;

/// Parsed lists, by key.
type Words = HashMap<&'static str, Arc<HashSet<String>>>;

static WORDS: LazyLock<Mutex<Words>> = LazyLock::new(Mutex::default);

/// Whether a word is in the list that the translation files have under a key, in any language. Words stand between
/// spaces, or phrases between commas. A command of 64 KiB may ask for every word of it, so each list is read and folded
/// once.
pub fn in_word_list(word: &str, key: &'static str) -> bool {
    let read = || {
        let texts = Locale::ALL.map(|locale| i18n::text(locale, key, &[]));
        let separator = |text: &str| if text.contains(',') { ',' } else { ' ' };
        Arc::new(texts.iter().flat_map(|text| text.split(separator(text))).map(fold).collect())
    };
    let known = WORDS.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert_with(read).clone();
    known.contains(&fold(word))
}

/// Whether a word stands beside names or between them, and begins none: `the`, `grupo`, `and`.
pub fn is_stop_word(word: &str) -> bool {
    in_word_list(word, "stop-words-beside-name") || in_word_list(word, "stop-words-between-names")
}

/// The lists of words that name nothing.
const NAMELESS_WORDS: [&str; 10] = [
    "wish-prepositions",
    "wish-pronouns",
    "wish-some-words",
    "wish-last-words",
    "wish-audience-words",
    "wish-admin-words",
    "how-people-words",
    "group-words",
    "community-words",
    "question-small",
];

/// Whether a word says nothing about which community, group or person is meant: `o`, `ele`, `um`, `grupo`, `também`.
pub fn is_nameless(word: &str) -> bool {
    is_stop_word(word) || NAMELESS_WORDS.iter().any(|list| in_word_list(word, list))
}

/// The words of a text, without the signs around them.
pub fn plain_words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// `here`, in every language.
pub fn here_words() -> Vec<String> {
    Locale::ALL.iter().map(|locale| fold(&i18n::text(*locale, "here", &[]))).collect()
}
