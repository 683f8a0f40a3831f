//! Splits the arguments of a command into tokens: words, names in quotes, lines of a list.
//!
//! Blanks, commas, semicolons and new lines separate tokens; each token knows what stood before it, and where it
//! stands. Quotes keep blanks, straight or curly, and may hold quotes. An apostrophe inside a word (`d'água`) is no
//! quote: a quote opens at the beginning of a word, and `'` closes only before a separator.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::directory::is_invisible;
use crate::parse::flags::{Flag, Flags, parse_dashed_dry_run, parse_flag};
use crate::parse::list_items::{find_item, numbered_list_item};
use crate::parse::text::{is_comma, is_crossed_out, is_struck_through, offset_of, strip_invisible};
use crate::parse::word_lists::in_word_list;
use crate::reply::UsageError;

/// The most tokens of a command: four times the groups of a community.
const MAX_TOKENS: usize = 200;
/// The most tokens at the beginning of a text in which a community is looked for.
const MAX_HEAD_TOKENS: usize = 24;
/// The most bytes in quotes. A quote that is not closed by then is searched no further.
const MAX_QUOTED_BYTES: usize = 4_096;
/// The most words of a community's name before a list.
const MAX_WORDS_BEFORE_LIST: usize = 8;
/// How many words from the end of a text `--try` may stand.
const MAX_TRAILING_WORDS: usize = 3;

/// What stands before a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Separator {
    /// Only blanks, or nothing.
    #[default]
    Blank,
    /// A comma or semicolon.
    Comma,
    /// A line break.
    Line,
}

/// A word, a name in quotes, or the name on a line of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The word without its quotes.
    pub text: String,
    /// What stands before it.
    pub separator: Separator,
    /// It stood in quotes, or on a line of a list: a whole name, however short.
    pub is_quoted: bool,
    /// Where it stands, with its quotes; on a line of a list, up to the end of the line.
    pub span: Range<usize>,
}

impl Token {
    /// Whether it may be one name with the token before it, if that has no quotes either.
    pub fn may_join(&self) -> bool {
        self.separator == Separator::Blank && !self.is_quoted
    }

    /// Whether it is a word between names: `and`.
    pub fn joins_names(&self) -> bool {
        !self.is_quoted && in_word_list(&self.text, "stop-words-between-names")
    }
}

/// The text of adjacent tokens as one name.
pub fn join(tokens: &[Token]) -> String {
    tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
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

fn is_separator(c: char) -> bool {
    c.is_whitespace() || is_comma(c)
}

/// Reads token after token.
#[derive(Default)]
pub struct Tokenizer<'a> {
    text: &'a str,
    /// How far it is read.
    at: usize,
    /// Whether flags are parsed.
    has_flags: bool,
    /// A quote that is not closed is a part of its word.
    ignores_unclosed: bool,
    /// The flags that were found.
    pub flags: Flags,
}

impl<'a> Tokenizer<'a> {
    /// `has_flags`: parses flags.
    pub fn new(text: &'a str, has_flags: bool) -> Self {
        Self { text, has_flags, ..Self::default() }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The next token. Flags on the way are recorded; empty quotes name nothing.
    pub fn next_token(&mut self) -> Result<Option<Token>, UsageError> {
        let mut separator = Separator::Blank;
        loop {
            let rest = self.rest();
            let word = rest.trim_start_matches(|c| is_separator(c) || is_invisible(c));
            let skipped = &rest[..rest.len() - word.len()];
            separator = match () {
                () if separator == Separator::Line || skipped.contains(['\n', '\r']) => Separator::Line,
                () if separator == Separator::Comma || skipped.contains(is_comma) => Separator::Comma,
                () => Separator::Blank,
            };
            self.at = self.text.len() - word.len();
            let start = self.at;
            let Some(first) = word.chars().next() else { return Ok(None) };
            let token = |text: &str, is_quoted, end| Token {
                text: strip_invisible(text).trim().to_owned(),
                separator,
                is_quoted,
                span: start..end,
            };
            if let Some((inside, behind)) = parse_quoted_name(word) {
                self.at += word.len() - behind.len();
                let inside = token(&inside, true, self.at);
                if !inside.text.is_empty() {
                    return Ok(Some(inside));
                }
            } else if closing_quotes(first).is_some() && !self.ignores_unclosed {
                return Err(UsageError::UnclosedQuote(first));
            } else if let Some(length) = self.read_flag(word, false)? {
                self.at += length;
            } else {
                self.at += word_end(word);
                return Ok(Some(token(&self.text[start..self.at], false, self.at)));
            }
        }
    }

    /// The tokens at the beginning of a text, in which a community may be named. An unclosed quote behind the first
    /// one belongs to the text, as flags do.
    pub fn read_head(&mut self) -> Result<Vec<Token>, UsageError> {
        let mut tokens: Vec<Token> = self.next_token()?.into_iter().collect();
        self.has_flags = false;
        while let (false, Ok(Some(token))) = (tokens.len() >= MAX_HEAD_TOKENS, self.next_token()) {
            tokens.push(token);
        }
        Ok(tokens)
    }

    /// At most this many words and names in quotes, whatever the text is.
    pub fn read_words(mut self, most: usize) -> Vec<Token> {
        (self.has_flags, self.ignores_unclosed) = (false, true);
        std::iter::from_fn(|| self.next_token().ok().flatten()).take(most).collect()
    }

    /// All tokens; the name on a line of a list is one. `is_named_first`: the first line begins with a community.
    pub fn read_all(&mut self, is_named_first: bool) -> Result<Vec<Token>, UsageError> {
        let mut tokens = Vec::new();
        let (text, has_flags) = (self.text, self.has_flags);
        let lines: Vec<&str> = text.lines().flat_map(split_numbered_names).collect();
        if !lines.iter().skip(1).any(|line| numbered_list_item(line).is_some()) {
            self.read_part(text, &mut tokens)?;
            return Ok(tokens);
        }
        for (at, line) in lines.into_iter().enumerate() {
            let first_word = usize::from(is_named_first && at == 0);
            let words = first_word..if tokens.is_empty() { MAX_WORDS_BEFORE_LIST } else { 1 };
            let (words, item) = find_item(line, words);
            let behind_words = &line[offset_of(words, line) + words.len()..];
            let is_dry_run = |part: &str| {
                has_flags && matches!(parse_flag(part.trim(), true), Some((Flag::DryRun { .. }, _)))
            };
            let first_of_line = tokens.len();
            match item {
                Some(item) if !is_dry_run(behind_words) => {
                    self.read_part(words, &mut tokens)?;
                    // The list mark before `--try`, or a name that is struck or crossed out, is no word.
                    let has_words = is_dry_run(item) || is_struck_through(item) || is_crossed_out(item);
                    let read = if has_words { Self::read_part } else { Self::read_item };
                    read(self, item, &mut tokens)?;
                }
                _ => self.read_part(line, &mut tokens)?,
            }
            if let Some(token) = tokens.get_mut(first_of_line).filter(|_| at > 0) {
                token.separator = Separator::Line;
            }
            if let Some(token) = tokens.get(MAX_TOKENS) {
                return Err(UsageError::TooManyWords(token.text.clone()));
            }
        }
        Ok(tokens)
    }

    /// The tokens of a part of the text.
    fn read_part(&mut self, part: &'a str, tokens: &mut Vec<Token>) -> Result<(), UsageError> {
        let text = self.text;
        self.at = offset_of(part, text);
        self.text = &text[..self.at + part.len()];
        while let Some(token) = self.next_token()? {
            if tokens.len() == MAX_TOKENS {
                return Err(UsageError::TooManyWords(token.text));
            }
            tokens.push(token);
        }
        self.text = text;
        Ok(())
    }

    /// The name of a list item. A line of a list that the bot has shown has the name in quotes, and the id after it,
    /// which is a part of the token.
    fn read_item(&mut self, item: &'a str, tokens: &mut Vec<Token>) -> Result<(), UsageError> {
        let before = tokens.len();
        let start = offset_of(item, self.text);
        let end = start + item.len();
        if item.starts_with(|c| closing_quotes(c).is_some()) {
            self.read_part(item, tokens)?;
            tokens.truncate(before + 1);
        } else {
            let text = strip_invisible(self.strip_dry_run(item)).into_owned();
            tokens.push(Token { text, is_quoted: true, span: start..end, ..Token::default() });
        }
        if let Some(token) = tokens.get_mut(before) {
            token.separator = Separator::Line;
            token.span.end = end;
        }
        Ok(())
    }

    /// The rest as it is typed, after flags.
    pub fn read_text(&mut self) -> String {
        let text = self.skip_flags();
        self.strip_dry_run(text).to_owned()
    }

    /// Skips the flags at the beginning and returns what follows.
    pub fn skip_flags(&mut self) -> &'a str {
        loop {
            let rest = self.rest().trim_start();
            self.at = self.text.len() - rest.len();
            match self.read_flag(rest, true) {
                Ok(Some(length)) => self.at += length,
                // An unknown flag is a word of the text.
                Ok(None) | Err(_) => {
                    self.at = self.text.len();
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
        while !self.rest().is_empty() {
            let rest = self.rest();
            // What stood after a flag still separates people.
            if let Some(length) = self.read_flag(rest, false)? {
                self.at += length;
                continue;
            }
            let end = rest.split_inclusive(is_separator).next().map_or(rest.len(), str::len);
            people.push_str(&rest[..end]);
            self.at += end;
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
}

/// Where a word without quotes ends. A web address may hold commas.
fn word_end(text: &str) -> usize {
    let end = text.find(is_separator).unwrap_or(text.len());
    if text[..end].contains("://") { text.find(char::is_whitespace).unwrap_or(text.len()) } else { end }
}

/// The items of a line that lists numbered names behind commas, as in `1. Futebol, 2. "Suporte"`; else the whole line.
fn split_numbered_names(line: &str) -> Vec<&str> {
    let begins_name = |c: char| c.is_alphabetic() || closing_quotes(c).is_some();
    let is_numbered_name = |text: &str| {
        let is_number = text.starts_with(|c: char| c.is_ascii_digit());
        is_number && numbered_list_item(text).is_some_and(|name| name.starts_with(begins_name))
    };
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while at < line.len() {
        let word = line[at..].trim_start_matches(is_separator);
        let begin = line.len() - word.len();
        if line[at..begin].contains(is_comma) && is_numbered_name(word) {
            parts.push(&line[start..begin]);
            start = begin;
        }
        at = begin
            + match parse_quoted_name(word) {
                Some((_, behind)) => word.len() - behind.len(),
                None if word.starts_with(|c| closing_quotes(c).is_some()) => break,
                None => word_end(word),
            };
    }
    parts.push(&line[start..]);
    parts
}

/// The name in quotes that a text begins with, and what follows it. A quote behind a blank opens quotes inside; if these
/// leave no closing quote, the first one that may close does.
pub fn parse_quoted_name(text: &str) -> Option<(String, &str)> {
    let open = text.chars().next()?;
    let closing = closing_quotes(open)?;
    let start = open.len_utf8();
    let window = &text[start..text.floor_char_boundary(start + MAX_QUOTED_BYTES)];
    let is_apostrophe = closing.contains(&'\'');
    let (mut depth, mut first_end) = (1, None);
    for (at, quote) in window.match_indices(closing) {
        let before = window[..at].chars().next_back();
        let after = window[at + quote.len()..].chars().next();
        let ends_here = after.is_none_or(is_separator);
        if is_apostrophe && !ends_here {
            continue;
        }
        let is_inner = |c: char| !is_separator(c) && !closing.contains(&c);
        if at > 0 && before.is_none_or(char::is_whitespace) && after.is_some_and(is_inner) {
            depth += 1;
            continue;
        }
        depth -= 1;
        let end = (at, start + at + quote.len());
        first_end.get_or_insert(end);
        if depth == 0 {
            first_end = Some(end);
            break;
        }
    }
    let (end, length) = first_end?;
    Some((window[..end].split_whitespace().collect::<Vec<_>>().join(" "), &text[length..]))
}
