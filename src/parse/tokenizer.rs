//! Splits the arguments of a command into words: spaces, quotes, commas, list items.
//!
//! Words are split at spaces and new lines; groups also at commas and semicolons. Quotes keep spaces,
//! straight or curly. An apostrophe inside a word (`d'água`) is no quote: a quote opens at the beginning of a
//! word, and `'` closes only before a separator.

use std::borrow::Cow;

use crate::directory::is_invisible;
use crate::parse::flags::{Flag, Flags, parse_dashed_dry_run, parse_flag};
use crate::parse::list_items::{first_item, numbered_list_item};
use crate::parse::text::{is_comma, strip_invisible};
use crate::reply::UsageError;

/// The most words of a command: four times the groups of a community.
const MAX_WORDS: usize = 200;

/// How many words from the end of a text `--try` may stand.
const MAX_TRAILING_WORDS: usize = 3;

/// What separates words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Separators {
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

/// The quotes that close this one.
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

/// A word, without its quotes.
pub struct Token {
    /// The word.
    pub text: String,
    /// It may be one name with the word before it: nothing but spaces stand between, and both without quotes.
    pub is_unquoted: bool,
    /// It stood in quotes, or on a line of a list: a name, however short.
    pub is_quoted: bool,
}

/// Reads word after word.
#[derive(Default)]
pub struct Tokenizer<'a> {
    rest: &'a str,
    /// The text still has its invisible characters, which are no part of a word.
    is_raw: bool,
    /// The last word stood without quotes, and without a comma at its end.
    is_last_word_plain: bool,
    /// The last word may be one name with the word before it.
    pub is_unquoted: bool,
    /// The last word stood in quotes.
    is_quoted: bool,
    /// Whether flags are parsed.
    has_flags: bool,
    /// The flags that were found.
    pub flags: Flags,
    /// The text begins on a later line.
    pub is_text_below: bool,
}

impl<'a> Tokenizer<'a> {
    /// `is_raw`: with invisible characters. `has_flags`: parses flags.
    pub fn new(rest: &'a str, is_raw: bool, has_flags: bool) -> Self {
        Self { rest, is_raw, has_flags, ..Self::default() }
    }

    /// The name in quotes at the beginning, and what follows it.
    pub fn read_quoted_name(mut self) -> Option<(String, &'a str)> {
        let first = self.rest.chars().next()?;
        let name = self.read_quoted(first, closing_quotes(first)?).ok()?;
        Some((name, self.rest))
    }

    /// All remaining words; on lines that are list items, each item is one.
    pub fn read_all(&mut self) -> Result<Vec<Token>, UsageError> {
        let mut found = Vec::new();
        let mut push = |text: String, is_unquoted: bool, is_quoted: bool| {
            if found.len() == MAX_WORDS {
                return Err(UsageError::TooManyWords(text));
            }
            found.push(Token { text, is_unquoted, is_quoted });
            Ok(())
        };
        // What stands on the line of the community is words, no item.
        let is_comma_or_blank = |c: char| matches!(c, ' ' | '\t') || is_comma(c);
        let is_beside = !self.rest.trim_start_matches(is_comma_or_blank).starts_with(['\r', '\n']);
        let has_flags = self.has_flags;
        let is_dry_run =
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
                _ if is_dry_run(line) => (line, None),
                // The list mark before `--try` is no word.
                Some(name) if words.is_empty() && is_dry_run(name) => (name, None),
                item => (words, item),
            }
        };
        let lines: Vec<(&str, Option<&str>)> = lines.iter().enumerate().map(parted).collect();
        if lines.iter().all(|(_, item)| item.is_none()) {
            while let Some(word) = self.next_token(Separators::BlanksAndCommas)? {
                push(word, self.is_unquoted, self.is_quoted)?;
            }
            return Ok(found);
        }
        for (words, item) in lines {
            self.rest = words;
            while let Some(word) = self.next_token(Separators::BlanksAndCommas)? {
                push(word, self.is_unquoted, self.is_quoted)?;
            }
            match item {
                // A line of a list that the bot has shown has the name in quotes, and the id after it.
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
        Ok(found)
    }

    /// The next word, without consuming it.
    pub fn peek(&self) -> &'a str {
        self.rest.split_whitespace().next().unwrap_or_default()
    }

    /// Whether what follows the last word may belong to its name.
    pub fn is_unquoted_next(&self) -> bool {
        self.is_last_word_plain && self.rest.starts_with([' ', '\t', '\u{a0}'])
    }

    /// The rest as it is typed, after flags.
    pub fn read_text(&mut self) -> String {
        let text = self.skip_flags();
        self.strip_dry_run(text).to_owned()
    }

    /// Skips the flags at the beginning and returns what follows.
    pub fn skip_flags(&mut self) -> &'a str {
        loop {
            let rest = self.rest.trim_start();
            self.is_text_below |= self.rest[..self.rest.len() - rest.len()].contains(['\n', '\r']);
            match self.read_flag(rest, true) {
                Ok(Some(length)) => self.rest = &rest[length..],
                // An unknown flag is a word of the text.
                Ok(None) | Err(_) => {
                    self.rest = "";
                    return rest.trim_end();
                }
            }
        }
    }

    /// A text without `--try` at its end. `--yes` stays a word there. A word or two may follow, such as
    /// “please” or an emoji: a certain `--try` then counts, and stays in the text.
    fn strip_dry_run<'t>(&mut self, text: &'t str) -> &'t str {
        if !self.has_flags {
            return text;
        }
        let starts = text.rmatch_indices(char::is_whitespace).map(|(at, blank)| at + blank.len());
        // Several spaces in a row begin no word; dashes may stand apart from their word.
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

    /// The rest without flags: unlike a text, numbers hold nothing that looks like one.
    pub fn read_people(&mut self) -> Result<String, UsageError> {
        let mut people = String::new();
        let mut rest = std::mem::take(&mut self.rest);
        while !rest.is_empty() {
            // What stood after a flag still separates people.
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

    /// Parses the flag at the beginning of a text and returns its length. An unknown flag is an error: it may
    /// have been meant to stop the command.
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

    /// The next word, without its quotes. Flags on the way are recorded.
    pub fn next_token(&mut self, mut separators: Separators) -> Result<Option<String>, UsageError> {
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
            // A comma after a community is no part of its name.
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

    /// What stands in the quotes that begin here, with single spaces.
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
