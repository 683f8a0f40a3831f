//! Parting an order's words: blanks, quotes, commas, items of a list.
//!
//! Words are split at blanks and new lines; groups also at commas and semicolons. Quotes keep
//! blanks, straight or curly. An apostrophe inside a word (`d'água`) is no quote: a quote opens
//! at the beginning of a word, and `'` closes only before a separator.

use std::borrow::Cow;

use super::{Arguments, Flags, in_word_list};
use crate::command::parser::strip_invisible;
use crate::directory::{fold, is_invisible};
use crate::reply::UsageError;

/// The most words of an order: four times what a community holds.
const MAX_WORDS: usize = 200;

/// The most words of a community's name before a list.
const LONGEST_NAME: usize = 8;

/// How near the end of a text a trial is looked for, in words.
const MAX_TRAILING_WORDS: usize = 3;

/// What parts words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Separators {
    /// Blanks and new lines alone.
    Blanks,
    /// Commas and semicolons too.
    BlanksAndCommas,
}

impl Separators {
    fn contains(self, c: char) -> bool {
        c.is_whitespace() || (self == Self::BlanksAndCommas && is_comma(c))
    }
}

/// What parts words that may hold blanks.
pub(in crate::command) fn is_comma(c: char) -> bool {
    matches!(c, ',' | ';' | '，' | '；' | '、')
}

/// The quotes that close what this one opens.
fn closing_quotes(open: char) -> Option<&'static [char]> {
    match open {
        // Phones mix straight and curly ones, and put „low“ or “high” ones by language.
        '"' | '“' | '”' | '„' | '‟' | '＂' => Some(&['"', '“', '”', '‟', '＂']),
        '«' => Some(&['»']),
        '»' => Some(&['«', '»']),
        '\'' | '‘' | '’' | '‚' | '‛' => Some(&['\'', '‘', '’', '‛']),
        _ => None,
    }
}

/// Reads word after word.
#[derive(Default)]
pub(super) struct Tokenizer<'a> {
    rest: &'a str,
    /// What nobody sees is still in it, and no part of a word.
    is_raw: bool,
    /// The last word stands without quotes, and without a comma at its end.
    is_last_word_plain: bool,
    /// The last word may be one name with the word before it.
    pub(super) is_unquoted: bool,
    /// The last word stands in quotes.
    is_quoted: bool,
    /// Whether flags are looked for.
    has_flags: bool,
    /// Those that were found.
    pub(super) flags: Flags,
    /// The text begins on a line below what stands before it.
    pub(super) is_text_below: bool,
}

impl<'a> Tokenizer<'a> {
    /// `is_raw`: with what nobody sees in it. `has_flags`: some words may be flags.
    pub(super) fn new(rest: &'a str, is_raw: bool, has_flags: bool) -> Self {
        Self { rest, is_raw, has_flags, ..Self::default() }
    }

    /// The name in quotes that it begins with, and what follows it.
    pub(super) fn read_quoted_name(mut self) -> Option<(String, &'a str)> {
        let first = self.rest.chars().next()?;
        let name = self.read_quoted(first, closing_quotes(first)?).ok()?;
        Some((name, self.rest))
    }

    /// All words that are left; where lines are marked as items, each of them is one.
    pub(super) fn read_all(&mut self, found: &mut Arguments) -> Result<(), UsageError> {
        let mut push = |word: String, is_loose: bool, is_quoted: bool| {
            if found.words.len() == MAX_WORDS {
                return Err(UsageError::TooManyWords(word));
            }
            found.quoted.extend(is_quoted.then(|| word.clone()));
            found.words.push(word);
            found.unquoted.push(is_loose);
            Ok(())
        };
        // What stands beside the community is no item, but words.
        let is_comma_or_blank = |c: char| matches!(c, ' ' | '\t') || is_comma(c);
        let is_beside = !self.rest.trim_start_matches(is_comma_or_blank).starts_with(['\r', '\n']);
        let has_flags = self.has_flags;
        let is_trial =
            |line: &str| has_flags && matches!(parse_flag(line.trim(), true), Some((Flag::DryRun { .. }, _)));
        let lines: Vec<&str> = self.rest.lines().collect();
        let is_list = lines.iter().skip(1).any(|line| numbered_list_item(line).is_some());
        // The words of a line that belong to no item, and its item.
        let parted = |(at, line): (usize, &&'a str)| -> (&'a str, Option<&'a str>) {
            let line = *line;
            let (words, item) = match at == 0 && is_beside {
                true if is_list => first_item(line),
                true => (line, None),
                false => numbered_list_item(line).map_or((line, None), |name| ("", Some(name))),
            };
            match item {
                _ if is_trial(line) => (line, None),
                // The mark before a trial is no word.
                Some(name) if words.is_empty() && is_trial(name) => (name, None),
                item => (words, item),
            }
        };
        let lines: Vec<(&str, Option<&str>)> = lines.iter().enumerate().map(parted).collect();
        if lines.iter().all(|(_, item)| item.is_none()) {
            while let Some(word) = self.next_token(Separators::BlanksAndCommas)? {
                push(word, self.is_unquoted, self.is_quoted)?;
            }
            return Ok(());
        }
        for (words, item) in lines {
            self.rest = words;
            while let Some(word) = self.next_token(Separators::BlanksAndCommas)? {
                push(word, self.is_unquoted, self.is_quoted)?;
            }
            match item {
                // A line of a list that we showed has the name in quotes, and the id behind it.
                Some(name) if name.starts_with(|c| closing_quotes(c).is_some()) => {
                    self.rest = name;
                    self.next_token(Separators::BlanksAndCommas)?
                        .map_or(Ok(()), |name| push(name, false, true))?;
                }
                Some(name) => push(name.to_owned(), false, true)?,
                None => {}
            }
        }
        self.rest = "";
        Ok(())
    }

    /// The next word as it stands there, unread.
    pub(super) fn peek(&self) -> &'a str {
        self.rest.split_whitespace().next().unwrap_or_default()
    }

    /// What follows the last word may belong to its name.
    pub(super) fn is_unquoted_next(&self) -> bool {
        self.is_last_word_plain && self.rest.starts_with([' ', '\t', '\u{a0}'])
    }

    /// The rest as it is typed, behind flags.
    pub(super) fn read_text(&mut self) -> String {
        let text = self.skip_flags();
        self.strip_dry_run(text).to_owned()
    }

    /// What is left behind the flags that it begins with.
    pub(super) fn skip_flags(&mut self) -> &'a str {
        loop {
            let rest = self.rest.trim_start();
            self.is_text_below |= self.rest[..self.rest.len() - rest.len()].contains(['\n', '\r']);
            match self.read_flag(rest, true) {
                Ok(Some(length)) => self.rest = &rest[length..],
                // What is no flag is a word of the text.
                Ok(None) | Err(_) => {
                    self.rest = "";
                    return rest.trim_end();
                }
            }
        }
    }

    /// A text without the words at its end that make the order a trial: whoever types them wants nothing to
    /// be done, and a yes there stays what it is, a word. A word or two may follow, a kind one or a sign: a
    /// trial that is surely one is noted, and the text is shown as it is typed.
    fn strip_dry_run<'t>(&mut self, text: &'t str) -> &'t str {
        if !self.has_flags {
            return text;
        }
        let starts = text.rmatch_indices(char::is_whitespace).map(|(at, blank)| at + blank.len());
        // Several blanks in a row begin no word; dashes may stand apart from theirs.
        let words = starts.filter(|start| !text[*start..].starts_with(char::is_whitespace));
        for (behind, start) in words.take(MAX_TRAILING_WORDS + 1).enumerate() {
            match parse_flag(&text[start..], true) {
                Some((Flag::DryRun { .. }, length)) if start + length == text.len() => {
                    self.flags.dry_run = true;
                    return text[..start].trim_end();
                }
                Some((Flag::DryRun { is_sure: true }, length)) => {
                    let is_apart = text[start..start + length].contains(char::is_whitespace);
                    self.flags.dry_run |= behind < MAX_TRAILING_WORDS || is_apart;
                }
                _ => {}
            }
        }
        text
    }

    /// The rest as it is typed, without the flags: unlike a text, numbers hold nothing that looks like one.
    pub(super) fn read_people(&mut self) -> Result<String, UsageError> {
        let mut people = String::new();
        let mut rest = std::mem::take(&mut self.rest);
        while !rest.is_empty() {
            // What stood behind a flag still parts people.
            if let Some(length) = self.read_flag(rest, false)? {
                rest = &rest[length..];
                continue;
            }
            let parts = |c: char| c.is_whitespace() || is_comma(c);
            let end = rest.split_inclusive(parts).next().map_or(rest.len(), str::len);
            people.push_str(&rest[..end]);
            rest = &rest[end..];
        }
        Ok(people.trim().to_owned())
    }

    /// How long the flag is that a text begins with; it is noted. One that nobody knows may have been meant to
    /// stop the order, and does.
    fn read_flag(&mut self, text: &str, is_prose: bool) -> Result<Option<usize>, UsageError> {
        let found = parse_flag(text, is_prose).or_else(|| parse_dashed_dry_run(text).filter(|_| !is_prose));
        let Some((flag, length)) = found.filter(|_| self.has_flags) else {
            return Ok(None);
        };
        match flag {
            Flag::Yes => self.flags.yes = true,
            Flag::DryRun { .. } => self.flags.dry_run = true,
            Flag::Unknown => {
                return Err(UsageError::UnknownFlag(strip_invisible(&text[..length]).into_owned()));
            }
        }
        Ok(Some(length))
    }

    /// The next word, without its quotes; flags on the way are noted.
    pub(super) fn next_token(&mut self, mut separators: Separators) -> Result<Option<String>, UsageError> {
        loop {
            let is_raw = self.is_raw;
            let is_skipped = |c: char| c.is_whitespace() || is_comma(c) || (is_raw && is_invisible(c));
            let behind = self.rest.trim_start_matches(is_skipped);
            let skipped = &self.rest[..self.rest.len() - behind.len()];
            self.is_unquoted = self.is_last_word_plain
                && !skipped.contains(|c: char| is_comma(c) || matches!(c, '\n' | '\r'));
            self.rest = behind;
            let Some(first) = self.rest.chars().next() else { return Ok(None) };
            if let Some(closing) = closing_quotes(first) {
                let word = self.read_quoted(first, closing)?;
                let word = self.strip_invisible(&word).trim().to_owned();
                (self.is_last_word_plain, self.is_unquoted, self.is_quoted) = (false, false, true);
                if !word.is_empty() {
                    return Ok(Some(word));
                }
                // Empty quotes name nothing, however many stand in a row.
                separators = Separators::BlanksAndCommas;
                continue;
            }
            if let Some(length) = self.read_flag(self.rest, false)? {
                self.rest = &self.rest[length..];
                continue;
            }
            let end = self.rest.find(|c| separators.contains(c)).unwrap_or(self.rest.len());
            let (word, rest) = self.rest.split_at(end);
            self.rest = rest;
            // After a community a comma is a slip of the thumb, not a part of its name.
            let word = self.strip_invisible(word);
            let name = word.trim_end_matches(is_comma);
            self.is_last_word_plain = name.len() == word.len();
            self.is_quoted = false;
            return Ok(Some(name.to_owned()));
        }
    }

    fn strip_invisible<'w>(&self, word: &'w str) -> Cow<'w, str> {
        if self.is_raw { strip_invisible(word) } else { word.into() }
    }

    /// What stands in the quotes that begin here, blanks made one.
    fn read_quoted(&mut self, open: char, closing: &[char]) -> Result<String, UsageError> {
        let is_apostrophe = closing.contains(&'\'');
        let inside = &self.rest[open.len_utf8()..];
        let ends_here =
            |after: &str| after.chars().next().is_none_or(|c| Separators::BlanksAndCommas.contains(c));
        let end = inside
            .match_indices(closing)
            .find(|(at, quote)| !is_apostrophe || ends_here(&inside[at + quote.len()..]));
        let Some((at, quote)) = end else { return Err(UsageError::UnclosedQuote(open)) };
        let word = inside[..at].split_whitespace().collect::<Vec<_>>().join(" ");
        self.rest = &inside[at + quote.len()..];
        Ok(word)
    }
}

/// Whether a text ends in the word that elsewhere makes the bot ask nothing.
pub(in crate::command) fn ends_in_yes(text: &str) -> bool {
    let last = text.split_whitespace().next_back();
    last.and_then(|word| parse_flag(word, true)).is_some_and(|(flag, _)| flag == Flag::Yes)
}

/// What a word behind dashes says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flag {
    Yes,
    /// It is surely one where it stands behind two dashes, or right behind a long one.
    DryRun {
        is_sure: bool,
    },
    /// Nothing that is known.
    Unknown,
}

/// The flag that a text begins with, and its length: a word behind two dashes, or behind the long one that a
/// phone makes of them. A trial is taken for one behind a single dash as well, behind dashes that stand
/// apart, but for a single one in prose, and where it is bold or the like: whoever types it means that nothing
/// is to be done.
fn parse_flag(text: &str, is_prose: bool) -> Option<(Flag, usize)> {
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
    let is_trial = || in_word_list(word[..end].trim_end_matches(|c: char| !c.is_alphanumeric()), "flag-try");
    let flag = match () {
        () if !name.starts_with(char::is_alphabetic) => return None,
        // `*-try*` is what names hold.
        () if (is_sure || !is_marked) && is_trial() => Flag::DryRun { is_sure },
        // A yes is surely meant, or none.
        () if !is_sure || is_marked => return None,
        () if in_word_list(&name, "flag-yes") && !is_apart => Flag::Yes,
        () => Flag::Unknown,
    };
    Some((flag, text.len() - word.len() + end))
}

/// The trial behind a lone dash that a text begins with, as one marks an item, and its length.
fn parse_dashed_dry_run(text: &str) -> Option<(Flag, usize)> {
    let behind = text.strip_prefix(is_dash)?;
    let inside = behind.trim_start_matches([' ', '\t', '\u{a0}']);
    let (flag, length) = parse_flag(inside, true).filter(|_| inside.len() < behind.len())?;
    matches!(flag, Flag::DryRun { .. }).then_some((flag, text.len() - inside.len() + length))
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '―' | '‑' | '‐' | '−' | '－')
}

/// The item in the line that the community stands on, where a list begins there, and the words before it.
fn first_item(line: &str) -> (&str, Option<&str>) {
    let starts = line.char_indices().filter(|(at, c)| {
        !c.is_whitespace() && line[..*at].chars().next_back().is_none_or(char::is_whitespace)
    });
    let mut items =
        starts.take(LONGEST_NAME).filter_map(|(at, _)| Some((at, numbered_list_item(&line[at..])?)));
    items.next().map_or((line, None), |(at, item)| (line[..at].trim(), Some(item)))
}

/// The same as [`list_item`], and with a blank between its number and a dash: `1 - Receitas`. Numbers of people hold that.
fn numbered_list_item(line: &str) -> Option<&str> {
    let spaced = || {
        let behind = line.trim().trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = line.trim().len() - behind.len();
        let name = behind.trim_start().strip_prefix(['-', '–', '—', '.', ')', ':'])?;
        let is_item = (1..=3).contains(&digits) && name.starts_with(char::is_whitespace);
        named_by(name).filter(|_| is_item)
    };
    list_item(line).or_else(spaced)
}

/// What is left of a line behind its mark.
fn named_by(rest: &str) -> Option<&str> {
    let name = rest.trim_matches(|c: char| c.is_whitespace() || is_comma(c));
    (!name.is_empty()).then_some(name)
}

/// What stands behind a number in a box: `1️⃣ x`, `🔟 x`.
fn behind_keycap(line: &str) -> Option<&str> {
    const BOX: char = '\u{20e3}';
    let mut rest = line.strip_prefix('🔟');
    while let Some(behind) = rest.unwrap_or(line).strip_prefix(|c: char| c.is_ascii_digit()) {
        let Some(behind) = behind.trim_start_matches('\u{fe0f}').strip_prefix(BOX) else { break };
        rest = Some(behind);
    }
    rest
}

/// The name in a line that is marked as an item: `- Futebol`, `• Mães do Bairro`, `3. Time A`.
pub(in crate::command) fn list_item(line: &str) -> Option<&str> {
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
