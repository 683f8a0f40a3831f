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

/// A text without what its author quotes or has struck out: a line `> sim`, `~sim~`, `s̶i̶m̶`. A strike that is not closed
/// reaches to the end.
pub fn own_words(text: &str) -> Cow<'_, str> {
    // Long strokes begin with this byte.
    if memchr::memchr3(b'~', b'>', 0xcc, text.as_bytes()).is_none() {
        return text.into();
    }
    let is_quote = |line: &&str| {
        line.trim_start_matches(|c: char| c.is_whitespace() || is_invisible(c)).starts_with('>')
    };
    let lines: Vec<&str> = text.lines().filter(|line| !is_quote(line)).collect();
    let text = lines.join("\n");
    let (mut own, mut rest) = (String::with_capacity(text.len()), text.as_str());
    while let Some(start) = find_strike(rest) {
        own.push_str(&rest[..start]);
        let inside = rest[start..].trim_start_matches('~');
        rest = inside.split_once('~').map_or("", |(_, behind)| behind.trim_start_matches('~'));
    }
    own.push_str(rest);
    let is_stroke = |c: char| matches!(c, '\u{335}'..='\u{338}');
    if own.contains(is_stroke) {
        own = own.split_inclusive(char::is_whitespace).filter(|word| !word.contains(is_stroke)).collect();
    }
    own.into()
}

/// Where a part begins that is struck through. `1 ~ 3` is a range, and `olá~` no strike.
fn find_strike(text: &str) -> Option<usize> {
    let is_strike = |at: usize| {
        let (before, behind) = (&text[..at], text[at..].trim_start_matches('~'));
        let is_apart = behind.starts_with(char::is_whitespace);
        let is_range = is_apart && (before.trim_end().ends_with(char::is_numeric) || !behind.contains('~'));
        !before.ends_with(|c: char| c.is_alphanumeric() || c == '~') && !behind.trim().is_empty() && !is_range
    };
    text.match_indices('~').map(|(at, _)| at).find(|at| is_strike(*at))
}

/// The marks of what is not included, or not yet.
pub fn is_cross_mark(c: char) -> bool {
    "❌❎✖✗✘✕☒🚫⛔☐⬜🔲👎⏳⌛❓❔🔴".contains(c)
}

/// Whether a text begins with a mark of what is not included, or not yet: `❌ Futebol`, `// Futebol`.
pub fn is_crossed_out(text: &str) -> bool {
    text.starts_with(is_cross_mark) || text.starts_with("//")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_or_struck_out_is_not_ones_own() {
        let rows = [
            ("sim", "sim"),
            ("~sim~", ""),
            ("~ sim ~", ""),
            ("~~sim~~", ""),
            ("~sim", ""),
            ("~não~ sim", " sim"),
            ("*~sim~* não", "** não"),
            ("~si\nm~ não", " não"),
            ("> sim", ""),
            ("\u{200e} > sim\nnão", "não"),
            ("s̶i̶m̶ não", "não"),
            ("não", "não"),
            ("1 ~ 3", "1 ~ 3"),
            ("1~3, 5 ~ 7", "1~3, 5 ~ 7"),
            ("sim~", "sim~"),
            ("sim ~", "sim ~"),
            ("o primeiro ~ o terceiro", "o primeiro ~ o terceiro"),
            ("-> sim", "-> sim"),
        ];
        for (text, expected) in rows {
            assert_eq!(own_words(text), expected, "{text:?}");
        }
    }
}
