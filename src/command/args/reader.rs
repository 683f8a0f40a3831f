//! Parting an order's words: blanks, quotes, commas, items of a list.
//!
//! Words are split at blanks and new lines; groups also at commas and semicolons. Quotes keep
//! blanks, straight or curly. An apostrophe inside a word (`d'água`) is no quote: a quote opens
//! at the beginning of a word, and `'` closes only before a separator.

use std::borrow::Cow;

use super::{Arguments, Flags, means};
use crate::command::recognise::visible;
use crate::directory::{fold, is_invisible};
use crate::reply::Mistake;

/// The most words of an order: four times what a community holds.
const MOST_WORDS: usize = 200;

/// What parts words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Separators {
    /// Blanks and new lines alone.
    Blanks,
    /// Commas and semicolons too.
    BlanksAndCommas,
}

impl Separators {
    fn has(self, c: char) -> bool {
        c.is_whitespace() || (self == Self::BlanksAndCommas && is_comma(c))
    }
}

/// What parts words that may hold blanks.
pub(in crate::command) fn is_comma(c: char) -> bool {
    matches!(c, ',' | ';' | '，' | '；' | '、')
}

/// The quotes that close what this one opens.
fn closing(open: char) -> Option<&'static [char]> {
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
pub(super) struct Reader<'a> {
    rest: &'a str,
    /// What nobody sees is still in it, and no part of a word.
    is_raw: bool,
    /// The last word stands without quotes, and without a comma at its end.
    was_plain: bool,
    /// The last word may be one name with the word before it.
    pub(super) is_loose: bool,
    /// Whether flags are looked for.
    has_flags: bool,
    /// Those that were found.
    pub(super) flags: Flags,
}

impl<'a> Reader<'a> {
    /// `is_raw`: with what nobody sees in it. `has_flags`: some words may be flags.
    pub(super) fn of(rest: &'a str, is_raw: bool, has_flags: bool) -> Self {
        Self { rest, is_raw, has_flags, ..Self::default() }
    }

    /// The name in quotes that it begins with, and what follows it.
    pub(super) fn name_in_quotes(mut self) -> Option<(String, &'a str)> {
        let first = self.rest.chars().next()?;
        let name = self.quoted(first, closing(first)?).ok()?;
        Some((name, self.rest))
    }

    /// All words that are left; where lines are marked as items, each of them is one.
    pub(super) fn all(&mut self, found: &mut Arguments) -> Result<(), Mistake> {
        let mut push = |word: String, is_loose: bool| {
            if found.words.len() == MOST_WORDS {
                return Err(Mistake::TooManyWords(word));
            }
            found.words.push(word);
            found.loose.push(is_loose);
            Ok(())
        };
        // What stands beside the community is no item, but words.
        let is_comma_or_blank = |c: char| matches!(c, ' ' | '\t') || is_comma(c);
        let is_beside = !self.rest.trim_start_matches(is_comma_or_blank).starts_with(['\r', '\n']);
        let item = |(at, line)| if at == 0 && is_beside { None } else { item(line) };
        let lines: Vec<(&str, Option<&str>)> =
            self.rest.lines().enumerate().map(|(at, line)| (line, item((at, line)))).collect();
        if lines.iter().all(|(_, item)| item.is_none()) {
            while let Some(word) = self.next(Separators::BlanksAndCommas)? {
                push(word, self.is_loose)?;
            }
            return Ok(());
        }
        for (line, item) in lines {
            match item {
                // A line of a list that we showed has the name in quotes, and the id behind it.
                Some(name) if name.starts_with(|c| closing(c).is_some()) => {
                    self.rest = name;
                    self.next(Separators::BlanksAndCommas)?.map_or(Ok(()), |name| push(name, false))?;
                }
                Some(name) => push(name.to_owned(), false)?,
                None => {
                    self.rest = line;
                    while let Some(word) = self.next(Separators::BlanksAndCommas)? {
                        push(word, self.is_loose)?;
                    }
                }
            }
        }
        self.rest = "";
        Ok(())
    }

    /// What follows the last word may belong to its name.
    pub(super) fn is_loose_behind(&self) -> bool {
        self.was_plain && self.rest.starts_with([' ', '\t', '\u{a0}'])
    }

    /// The rest as it is typed, behind flags.
    pub(super) fn text(&mut self) -> String {
        loop {
            let rest = self.rest.trim_start();
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if !self.is_flag(word) {
                self.rest = "";
                return self.without_trial(rest.trim_end()).to_owned();
            }
            self.rest = after;
        }
    }

    /// A text without the word at its end that makes the order a trial: whoever types it wants nothing to
    /// be done, and a yes there stays what it is, a word.
    fn without_trial<'t>(&mut self, text: &'t str) -> &'t str {
        let is_trial = |word: &str| flag_name(word).is_some_and(|name| means(&name, "flag-try"));
        match text.rsplit_once(char::is_whitespace) {
            Some((before, last)) if self.has_flags && is_trial(last) => {
                self.flags.trial = true;
                before.trim_end()
            }
            _ => text,
        }
    }

    /// The rest as it is typed, without the flags: unlike a text, numbers hold nothing that looks like one.
    pub(super) fn people(&mut self) -> String {
        let mut people = String::new();
        for word in std::mem::take(&mut self.rest).split_inclusive(char::is_whitespace) {
            let name = word.trim_end();
            // What stood behind the flag still parts people.
            people.push_str(if self.is_flag(name) { &word[name.len()..] } else { word });
        }
        people.trim().to_owned()
    }

    /// Whether it is a flag, which is noted.
    fn is_flag(&mut self, word: &str) -> bool {
        if !self.has_flags {
            return false;
        }
        let Some(name) = flag_name(word) else { return false };
        match () {
            () if means(&name, "flag-yes") => self.flags.yes = true,
            () if means(&name, "flag-try") => self.flags.trial = true,
            () => return false,
        }
        true
    }

    /// The next word, without its quotes; flags on the way are noted.
    pub(super) fn next(&mut self, mut separators: Separators) -> Result<Option<String>, Mistake> {
        loop {
            let is_raw = self.is_raw;
            let is_skipped = |c: char| c.is_whitespace() || is_comma(c) || (is_raw && is_invisible(c));
            let behind = self.rest.trim_start_matches(is_skipped);
            let skipped = &self.rest[..self.rest.len() - behind.len()];
            self.is_loose =
                self.was_plain && !skipped.contains(|c: char| is_comma(c) || matches!(c, '\n' | '\r'));
            self.rest = behind;
            let Some(first) = self.rest.chars().next() else { return Ok(None) };
            if let Some(closing) = closing(first) {
                let word = self.quoted(first, closing)?;
                let word = self.seen(&word).trim().to_owned();
                (self.was_plain, self.is_loose) = (false, false);
                if !word.is_empty() {
                    return Ok(Some(word));
                }
                // Empty quotes name nothing, however many stand in a row.
                separators = Separators::BlanksAndCommas;
                continue;
            }
            let end = self.rest.find(|c| separators.has(c)).unwrap_or(self.rest.len());
            let (word, rest) = self.rest.split_at(end);
            self.rest = rest;
            if self.is_flag(word) {
                continue;
            }
            // After a community a comma is a slip of the thumb, not a part of its name.
            let word = self.seen(word);
            let name = word.trim_end_matches(is_comma);
            self.was_plain = name.len() == word.len();
            return Ok(Some(name.to_owned()));
        }
    }

    fn seen<'w>(&self, word: &'w str) -> Cow<'w, str> {
        if self.is_raw { visible(word) } else { word.into() }
    }

    /// What stands in the quotes that begin here, blanks made one.
    fn quoted(&mut self, open: char, closing: &[char]) -> Result<String, Mistake> {
        let is_apostrophe = closing.contains(&'\'');
        let inside = &self.rest[open.len_utf8()..];
        let ends_here = |after: &str| after.chars().next().is_none_or(|c| Separators::BlanksAndCommas.has(c));
        let end = inside
            .match_indices(closing)
            .find(|(at, quote)| !is_apostrophe || ends_here(&inside[at + quote.len()..]));
        let Some((at, quote)) = end else { return Err(Mistake::UnclosedQuote(open)) };
        let word = inside[..at].split_whitespace().collect::<Vec<_>>().join(" ");
        self.rest = &inside[at + quote.len()..];
        Ok(word)
    }
}

/// Whether a text ends in the word that elsewhere makes the bot ask nothing.
pub(in crate::command) fn ends_in_yes(text: &str) -> bool {
    let last = text.split_whitespace().next_back();
    last.and_then(flag_name).is_some_and(|name| means(&name, "flag-yes"))
}

/// What stands behind two dashes, or the long one that a phone makes of them.
fn flag_name(word: &str) -> Option<String> {
    let name = word.trim_start_matches(['-', '–', '—', '‑', '‐', '−']);
    let dashes = word.len() - name.len();
    (dashes > 1 && !name.is_empty()).then(|| fold(name.trim_end_matches(is_comma)))
}

/// The name in a line that is marked as an item: `- Futebol`, `• Mães do Bairro`, `3. Time A`.
pub(in crate::command) fn item(line: &str) -> Option<&str> {
    let line = line.trim();
    let is_dot = |c: char| matches!(c, '•' | '·' | '▪' | '◦' | '●' | '‣' | '∙' | '○' | '■' | '➤' | '→');
    let rest = match line.strip_prefix(is_dot) {
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
    let name = rest.trim_matches(|c: char| c.is_whitespace() || is_comma(c));
    (!name.is_empty()).then_some(name)
}
