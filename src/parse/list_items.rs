//! Lines that are items of a list: `- Futebol`, `3. Time A`, `1️⃣ Mães do Bairro`.

use std::ops::Range;

use crate::parse::text::{is_comma, offset_of};

/// The marks of items that need no space behind them.
const BULLETS: [char; 11] = ['•', '·', '▪', '◦', '●', '‣', '∙', '○', '■', '➤', '→'];
/// The marks of items with a space behind them.
const SPACED_BULLETS: [char; 7] = ['-', '–', '—', '*', '✅', '☑', '✔'];

/// The list item on a line, and the words before it. `words`: how many these may be.
pub fn find_item(line: &str, words: Range<usize>) -> (&str, Option<&str>) {
    let starts = line.split_whitespace().map(|word| offset_of(word, line));
    let item = |at: usize| Some((line[..at].trim(), Some(numbered_list_item(&line[at..])?)));
    starts.take(words.end).skip(words.start).find_map(item).unwrap_or((line, None))
}

/// Like [`list_item`], and also with a space between number and dash, as in `1 - Receitas`. Not for people:
/// phone numbers have such parts.
pub fn numbered_list_item(line: &str) -> Option<&str> {
    item_behind(line, |rest| rest.trim_start().strip_prefix(['-', '–', '—', '.', ')', ':']))
}

/// The name on a line that is marked as an item: `- Futebol`, `• Mães do Bairro`, `3. Time A`, `a) Time A`.
pub fn list_item(line: &str) -> Option<&str> {
    item_behind(line, |rest| rest.strip_prefix(['.', ')', '-']))
}

/// The name behind a mark. `strip_sign` removes the sign behind a number.
fn item_behind(line: &str, strip_sign: impl Fn(&str) -> Option<&str>) -> Option<&str> {
    let line = line.trim();
    let rest = match line.strip_prefix(BULLETS).or_else(|| behind_keycap(line)) {
        Some(rest) => rest,
        None => {
            let behind = line.trim_start_matches(|c: char| c.is_ascii_digit());
            let rest = match line.len() - behind.len() {
                0 => match line.strip_prefix(SPACED_BULLETS) {
                    Some(rest) => rest.trim_start_matches('\u{fe0f}'),
                    None => line.strip_prefix(char::is_alphabetic)?.strip_prefix(')')?,
                },
                1..=3 => strip_sign(behind)?,
                _ => return None,
            };
            rest.starts_with(char::is_whitespace).then_some(rest)?
        }
    };
    let name = rest.trim_matches(|c: char| c.is_whitespace() || is_comma(c));
    (!name.is_empty()).then_some(name)
}

/// What follows a keycap number: `1️⃣ x`, `🔟 x`.
fn behind_keycap(line: &str) -> Option<&str> {
    const BOX: char = '\u{20e3}';
    let mut rest = line.strip_prefix('🔟');
    while let Some(behind) = rest.unwrap_or(line).strip_prefix(|c: char| c.is_ascii_digit()) {
        let Some(behind) = behind.trim_start_matches('\u{fe0f}').strip_prefix(BOX) else { break };
        rest = Some(behind);
    }
    rest
}
