//! Lines that are items of a list: `- Futebol`, `3. Time A`, `1️⃣ Mães do Bairro`.

use crate::parse::text::is_comma;

/// The most words of a community's name before a list.
const MAX_NAME_WORDS: usize = 8;

/// The list item on the line of the community, and the words before it.
pub fn first_item(line: &str) -> (&str, Option<&str>) {
    let starts = line.char_indices().filter(|(at, c)| {
        !c.is_whitespace() && line[..*at].chars().next_back().is_none_or(char::is_whitespace)
    });
    let mut items =
        starts.take(MAX_NAME_WORDS).filter_map(|(at, _)| Some((at, numbered_list_item(&line[at..])?)));
    items.next().map_or((line, None), |(at, item)| (line[..at].trim(), Some(item)))
}

/// Like [`list_item`], and also with a space between number and dash, as in `1 - Receitas`. Not for people:
/// phone numbers have such parts.
pub fn numbered_list_item(line: &str) -> Option<&str> {
    let spaced = || {
        let behind = line.trim().trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = line.trim().len() - behind.len();
        let name = behind.trim_start().strip_prefix(['-', '–', '—', '.', ')', ':'])?;
        let is_item = (1..=3).contains(&digits) && name.starts_with(char::is_whitespace);
        named_by(name).filter(|_| is_item)
    };
    list_item(line).or_else(spaced)
}

/// The name on a line that is marked as an item: `- Futebol`, `• Mães do Bairro`, `3. Time A`.
pub fn list_item(line: &str) -> Option<&str> {
    let line = line.trim();
    let is_dot = |c: char| matches!(c, '•' | '·' | '▪' | '◦' | '●' | '‣' | '∙' | '○' | '■' | '➤' | '→');
    let rest = match line.strip_prefix(is_dot).or_else(|| behind_keycap(line)) {
        Some(rest) => rest,
        None => {
            let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = line.split_at(digits);
            let rest = match number.len() {
                0 => rest
                    .strip_prefix(['-', '–', '—', '*', '✅', '☑', '✔'])
                    .map(|rest| rest.trim_start_matches('\u{fe0f}')),
                1..=3 => rest.strip_prefix(['.', ')', '-']),
                _ => None,
            }?;
            rest.starts_with(char::is_whitespace).then_some(rest)?
        }
    };
    named_by(rest)
}

/// The name after the mark of an item.
fn named_by(rest: &str) -> Option<&str> {
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
