//! Flags of a command: `--yes` and `--try`, however phones write their dashes.

use serde::{Deserialize, Serialize};

use crate::directory::fold;
use crate::parse::text::is_comma;
use crate::parse::word_lists::in_word_list;

/// The flags of a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags {
    /// `--yes`: no confirmation prompt.
    pub yes: bool,
    /// `--try`: a dry run.
    pub dry_run: bool,
}

impl Flags {
    /// How they are typed.
    pub fn to_typed(self) -> &'static str {
        match self {
            Self { dry_run: true, .. } => "--try",
            Self { yes: true, .. } => "--yes",
            Self { .. } => "",
        }
    }
}

/// Whether a text ends in `--yes`.
pub fn ends_in_yes(text: &str) -> bool {
    let last = text.split_whitespace().next_back();
    last.and_then(|word| parse_flag(word, false)).is_some_and(|(flag, _)| flag == Flag::Yes)
}

/// A text without `--yes`.
pub fn without_yes(text: &str) -> String {
    text.split_whitespace().filter(|word| !ends_in_yes(word)).collect::<Vec<_>>().join(" ")
}

/// What a word after dashes means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// `--yes`.
    Yes,
    /// `--try`.
    DryRun {
        /// It stands after two dashes, or right after a long one: it is certainly meant as a flag.
        is_sure: bool,
    },
    /// An unknown word.
    Unknown,
}

/// The flag at the beginning of a text, and its length: a word after two dashes, or after the long dash that
/// phones make of them. `--try` is also accepted after a single dash, after dashes with a space behind them
/// (except a single one in prose), and in bold or other markup: nothing is done in doubt.
pub fn parse_flag(text: &str, is_prose: bool) -> Option<(Flag, usize)> {
    let is_mark = |c: char| matches!(c, '*' | '_' | '~' | '`');
    let inside = text.trim_start_matches(|c| matches!(c, '(' | '[' | '{') || is_mark(c));
    let is_marked = text[..text.len() - inside.len()].contains(is_mark);
    let behind = inside.trim_start_matches(is_dash);
    let dashes = &inside[..inside.len() - behind.len()];
    let is_long = dashes.chars().map(|c| if matches!(c, '–' | '—' | '―') { 2 } else { 1 }).sum::<usize>() > 1;
    let word = behind.trim_start_matches([' ', '\t', '\u{a0}']);
    let is_apart = word.len() < behind.len();
    if dashes.is_empty() || (is_prose && is_apart && !is_long) {
        return None;
    }
    let end = word.find(|c: char| c.is_whitespace() || is_comma(c)).unwrap_or(word.len());
    let name = fold(word[..end].trim_end_matches(['.', '!', '?', ':', '…', ')', ']', '}']));
    // A dash, a long one too, may stand between words.
    let is_sure = is_long && !(is_apart && dashes.chars().count() == 1);
    let is_dry_run =
        || in_word_list(word[..end].trim_end_matches(|c: char| !c.is_alphanumeric()), "flag-dry-run");
    let is_comma_at = |end: usize| word[end..].starts_with(is_comma);
    let flag = match () {
        () if !name.starts_with(char::is_alphabetic) => return None,
        // `*-try*` may be a name.
        () if (is_sure || !is_marked) && is_dry_run() => Flag::DryRun { is_sure },
        // `--yes` is accepted only if it is certain.
        () if !is_sure || is_marked => return None,
        // Phones make a long dash of two, but in front of a text it may belong to that: `—sim, teremos festa`.
        () if is_prose && (dashes.chars().count() < 2 || name != fold(&word[..end]) || is_comma_at(end)) => {
            return None;
        }
        () if in_word_list(&name, "flag-yes") && !is_apart => Flag::Yes,
        () => Flag::Unknown,
    };
    Some((flag, text.len() - word.len() + end))
}

/// The `--try` after a single dash at the beginning of a text, as list items have it, and its length.
pub fn parse_dashed_dry_run(text: &str) -> Option<(Flag, usize)> {
    let behind = text.strip_prefix(is_dash)?;
    let inside = behind.trim_start_matches([' ', '\t', '\u{a0}']);
    let (flag, length) = parse_flag(inside, true).filter(|_| inside.len() < behind.len())?;
    matches!(flag, Flag::DryRun { .. }).then_some((flag, text.len() - inside.len() + length))
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '―' | '‑' | '‐' | '−' | '－')
}
