//! Characters and words of any text.

use std::borrow::Cow;

use crate::directory::is_invisible;

/// Separators of names that may hold spaces.
pub fn is_comma(c: char) -> bool {
    matches!(c, ',' | ';' | '，' | '；' | '、')
}

/// A text without its invisible characters.
pub fn strip_invisible(text: &str) -> Cow<'_, str> {
    if text.contains(is_invisible) {
        text.chars().filter(|c| !is_invisible(*c)).collect::<String>().into()
    } else {
        text.into()
    }
}

/// Whether nothing of a text can be seen.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Where a part of a text begins in it.
pub fn offset_of(part: &str, text: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

/// The words without flags, as the name of a community.
pub fn likely_name(rest: &str) -> String {
    rest.split_whitespace().filter(|word| !is_flag(word)).collect::<Vec<_>>().join(" ")
}

/// Whether a text begins to be struck through, as in `~Futebol~` or `~ Futebol ~`.
pub fn is_struck_through(text: &str) -> bool {
    text.strip_prefix('~').is_some_and(|text| text.trim_start().starts_with(char::is_alphanumeric))
}

/// Whether a word begins with a dash, as flags do.
pub fn is_flag(word: &str) -> bool {
    word.starts_with(['-', '–', '—', '‑', '−'])
}

/// Whether a text has signs only, and no emoji: `?`, `...`.
pub fn is_signs(text: &str) -> bool {
    let is_mark = |c: char| c.is_ascii_punctuation() || matches!(c, '…' | '–' | '—' | '¿' | '¡' | '•');
    text.chars().any(is_mark) && text.chars().all(|c| is_mark(c) || c.is_whitespace())
}
