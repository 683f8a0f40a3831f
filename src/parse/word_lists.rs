//! Lists of words in the translation files, of all languages: small words, flags, names for “here”.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::directory::{fold, fold_word};
use crate::domain::Locale;
use crate::i18n;

/// The folded words of a list.
pub type WordList = Arc<FxHashSet<String>>;

/// The lists that were read, by key.
static LISTS: LazyLock<Mutex<FxHashMap<&'static str, WordList>>> = LazyLock::new(Mutex::default);

/// The words that stand beside names or between them.
static STOP_WORDS: LazyLock<FxHashSet<String>> = LazyLock::new(|| {
    let lists = ["stop-words-beside-name", "stop-words-between-names"].map(word_list);
    lists.iter().flat_map(|list| list.iter().cloned()).collect()
});

/// The list that the translation files have under a key, of all languages. Words stand between spaces, or phrases between
/// commas. A command of 64 KiB may ask for every word of it, so each list is read and folded once.
pub fn word_list(key: &'static str) -> WordList {
    let read = || {
        let texts = Locale::ALL.map(|locale| i18n::text(locale, key, &[]));
        let separator = |text: &str| if text.contains(',') { ',' } else { ' ' };
        Arc::new(texts.iter().flat_map(|text| text.split(separator(text))).map(fold).collect())
    };
    LISTS.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert_with(read).clone()
}

/// Whether a word is in a [`word_list`].
pub fn in_word_list(word: &str, key: &'static str) -> bool {
    word_list(key).contains(&*fold_word(word))
}

/// Whether a word stands beside names or between them, and begins none: `the`, `grupo`, `and`.
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(&*fold_word(word))
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

/// A word without the signs around it.
pub fn plain_word(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// The words of a text, without the signs around them.
pub fn plain_words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().map(plain_word)
}

/// `here`, in every language.
pub fn here_words() -> Vec<String> {
    Locale::ALL.iter().map(|locale| fold(&i18n::text(*locale, "here", &[]))).collect()
}
