//! Names in the tokens of a command: which words are one name, which mean nothing, which are not known.
//!
//! Names are looked up through a [`Fit`]. At each position the longest whole name wins, then the longest beginning of
//! one name, then that of several. Words of courtesy, small words and signs around names mean nothing. What is left
//! is one unknown name up to the next whole name or separator.

use std::ops::Range;

use crate::directory::fold;
use crate::domain::Locale;
use crate::i18n;
use crate::parse::hesitation::{count_hesitation, find_hesitation};
use crate::parse::numbered_names::numbered_names_at;
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::text::{is_comma, is_cross_mark, is_crossed_out, is_struck_through};
use crate::parse::tokenizer::{Separator, Token, join};
use crate::parse::word_lists::{in_word_list, is_stop_word};

/// The most words of a name without quotes.
const MAX_NAME_WORDS: usize = 8;
/// The most bytes of a name that is looked up, and of a word that is looked up in a list; WhatsApp limits names to 100
/// characters.
const MAX_LEN: usize = 1_000;
/// The fewest bytes of a name in bold.
const MIN_BOLD_LEN: usize = 3;
/// The most words of a phrase of courtesy.
pub const MAX_COURTESY_WORDS: usize = 3;

/// How a text fits the names of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// No name begins with it.
    None,
    /// Several names begin with it, or are the same.
    Ambiguous,
    /// Exactly one name begins with it.
    Beginning,
    /// It is a whole name, an alias or an id.
    Whole,
}

/// A name in a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The tokens that name it.
    pub tokens: Range<usize>,
    /// The name as it is looked up.
    pub text: String,
    /// How it fits.
    pub fit: Fit,
}

impl Name {
    /// These tokens as a name that is not known.
    pub fn unknown(tokens: &[Token], range: Range<usize>) -> Self {
        Self { text: join(&tokens[range.clone()]), tokens: range, fit: Fit::None }
    }
}

/// Looks up names for a chat in this language.
pub struct NameReader<'a> {
    /// How a text fits the names.
    pub fit: &'a dyn Fn(&str) -> Fit,
    /// The language, in which `no` excludes or does not.
    pub locale: Locale,
}

/// A command that excludes something or hesitates, by these words: to take the other names may be the opposite.
#[derive(Debug, PartialEq, Eq)]
pub struct Exclusion(pub String);

/// The name that is not known and stands beside other names, with no comma, line or “and” between: it may say that
/// something else is meant, as in `futebol instead of suporte`.
///
/// `is_misspelled`: whether a text is nearly a name.
pub fn find_leftover<'a>(
    tokens: &[Token],
    names: &'a [Name],
    is_misspelled: &dyn Fn(&str) -> bool,
) -> Option<&'a Name> {
    let is_leftover = |name: &Name, other: &Name| {
        let is_word = name.text.contains(char::is_alphabetic) && !name.text.contains('*');
        let is_plain = is_word && !tokens[name.tokens.start].is_quoted;
        name.fit == Fit::None && other.fit > Fit::None && is_plain && !is_misspelled(&name.text)
    };
    names.windows(2).find_map(|pair| {
        let (one, other) = (&pair[0], &pair[1]);
        let found = [(one, other), (other, one)].into_iter().find(|(name, other)| is_leftover(name, other));
        found.filter(|_| are_beside(tokens, one, other)).map(|(name, _)| name)
    })
}

impl NameReader<'_> {
    /// All names in the tokens.
    pub fn read_names(&self, tokens: &[Token]) -> Result<Vec<Name>, Exclusion> {
        let mut names: Vec<Name> = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let end = run_end(tokens, at);
            let text = &tokens[at].text;
            let is_struck = !tokens[at].is_quoted && (text == "~" || is_struck_through(text));
            // The one letter that a name begins with is a name only alone.
            let is_stray = |name: &Name| name.fit < Fit::Whole && is_stray_letter(tokens, &name.tokens);
            let is_name = |name: &Name| !is_struck && !is_stray(name);
            if let Some(hesitation) = self.hesitation_at(tokens, at, end) {
                return Err(Exclusion(hesitation));
            }
            if let Some(numbered) = self.numbered_names(tokens, at, end) {
                names.extend(numbered);
            } else if let Some(name) = self.name_at(tokens, at, end).filter(is_name) {
                if is_above_lines(tokens, &name.tokens) {
                    return Err(Exclusion(name.text));
                }
                names.push(name);
            } else if let Some(length) = self.courtesy_at(tokens, at, end).filter(|_| !is_struck) {
                at += length;
                continue;
            } else if is_struck || self.is_excluded(&tokens[at]) {
                return Err(Exclusion(tokens[at].text.clone()));
            } else {
                let name = self.unknown_at(tokens, at, end);
                let is_below_names = names.iter().any(|name| name.fit > Fit::None);
                // A no, as on a line below the names: `espera`. A heading: other names follow it.
                if parse_reply(&name.text, false, PromptFacts::default()) == Some(ParsedReply::No)
                    || is_below_names && is_heading(tokens, &name.tokens)
                {
                    return Err(Exclusion(name.text));
                }
                names.push(name);
            }
            at = names.last().map_or(end, |name| name.tokens.end);
        }
        Ok(join_unknown(tokens, names))
    }

    /// The unknown name at a position: up to the next name, exclusion or “and”, without small words at its end.
    fn unknown_at(&self, tokens: &[Token], at: usize, end: usize) -> Name {
        let is_end = |next: &usize| {
            let token = &tokens[*next];
            self.is_excluded(token)
                || token.joins_names()
                || self.hesitation_at(tokens, *next, end).is_some()
                || self.name_at(tokens, *next, end).is_some()
        };
        let mut next = (at + 1..end).find(is_end).unwrap_or(end);
        while next > at + 1 && is_stop_word(&tokens[next - 1].text) {
            next -= 1;
        }
        Name::unknown(tokens, at..next)
    }

    /// The name at the beginning, after words that mean nothing. Where there is none, the first word.
    pub fn read_first(&self, tokens: &[Token]) -> Name {
        let mut at = 0;
        while at < tokens.len() {
            let end = run_end(tokens, at);
            if let Some(name) = self.name_at(tokens, at, end) {
                return name;
            }
            let Some(length) = self.courtesy_at(tokens, at, end) else { break };
            at += length;
        }
        let first = if at < tokens.len() { at } else { 0 };
        Name::unknown(tokens, first..tokens.len().min(first + 1))
    }

    /// The name at the end, before words that mean nothing. Where there is none, the last word.
    pub fn read_last(&self, tokens: &[Token]) -> Name {
        let mut end = tokens.len();
        let is_nothing = |from: usize, to: usize| {
            run_end(tokens, from) >= to && self.courtesy_at(&tokens[..to], from, to) == Some(to - from)
        };
        while let Some(from) =
            (end.saturating_sub(MAX_COURTESY_WORDS).max(1)..end).find(|from| is_nothing(*from, end))
        {
            end = from;
        }
        let start = (end.saturating_sub(MAX_NAME_WORDS)..end).find(|at| run_end(tokens, *at) >= end);
        let candidates = start.unwrap_or(end)..end;
        let fits =
            candidates.map(|at| self.fit_of(tokens, at..end)).filter(|name| self.is_taken(tokens, name));
        let best = fits.rev().max_by_key(|name| (name.fit, name.tokens.len()));
        best.unwrap_or_else(|| Name::unknown(tokens, end.saturating_sub(1)..end))
    }

    /// Whether the tokens hold only words that mean nothing.
    pub fn is_courtesy(&self, tokens: &[Token]) -> bool {
        let mut at = 0;
        while at < tokens.len()
            && let Some(length) = self.courtesy_at(tokens, at, run_end(tokens, at))
        {
            at += length;
        }
        at == tokens.len()
    }

    /// The name at a position: the longest whole one, unless a longer beginning would leave the words behind it
    /// without a meaning.
    pub fn name_at(&self, tokens: &[Token], at: usize, end: usize) -> Option<Name> {
        let end = end.min(at + MAX_NAME_WORDS);
        let fits: Vec<Name> = (at + 1..=end).rev().map(|end| self.fit_of(tokens, at..end)).collect();
        let of = |fit: Fit| fits.iter().find(|name| name.fit == fit);
        let whole = of(Fit::Whole);
        let longest = match (whole, of(Fit::Beginning)) {
            (Some(whole), Some(longer)) if longer.tokens.end > whole.tokens.end => {
                let behind = whole.tokens.end;
                let means_something = self.courtesy_at(tokens, behind, end).is_some()
                    || (behind + 1..=end).any(|end| self.fit_of(tokens, behind..end).fit > Fit::None);
                if means_something { whole } else { longer }
            }
            (Some(whole), _) => whole,
            (None, Some(beginning)) => beginning,
            (None, None) => of(Fit::Ambiguous)?,
        };
        let is_courtesy = || phrase_at(tokens, at, end).is_some();
        Some(longest.clone())
            .filter(|name| self.is_taken(tokens, name) && (name.fit == Fit::Whole || !is_courtesy()))
    }

    /// Whether a fit counts: a small word begins no name, and neither do small words before a whole one.
    fn is_taken(&self, tokens: &[Token], name: &Name) -> bool {
        let words = &tokens[name.tokens.clone()];
        let is_small = |token: &Token| !token.is_quoted && (is_small(&token.text) || self.is_excluded(token));
        if name.fit == Fit::Whole || !is_small(&words[0]) {
            return name.fit > Fit::None;
        }
        let first = words.iter().position(|token| !is_small(token));
        first.is_some_and(|first| {
            let start = name.tokens.start + first;
            let end = run_end(tokens, start).min(start + MAX_NAME_WORDS);
            name.fit > Fit::None
                && !(start + 1..=end).any(|end| self.fit_of(tokens, start..end).fit == Fit::Whole)
        })
    }

    /// How adjacent tokens fit as one name, as they are or without the signs around them.
    fn fit_of(&self, tokens: &[Token], range: Range<usize>) -> Name {
        let text = join(&tokens[range.clone()]);
        // No name is that long (THREATS.md, T18).
        if text.len() > MAX_LEN {
            return Name { text, fit: Fit::None, tokens: range };
        }
        // A sign that stands alone beside a name belongs to what follows.
        let is_word = |token: &Token| token.text.contains(char::is_alphanumeric);
        let is_between_words = is_word(&tokens[range.start]) && is_word(&tokens[range.end - 1]);
        let trimmed = if is_between_words { text.trim_matches(is_sign) } else { &text };
        let (as_typed, plain) =
            ((self.fit)(&text), if trimmed == text { Fit::None } else { (self.fit)(trimmed) });
        if let Some(bold) = bold_name(trimmed)
            && let fit = (self.fit)(bold)
            && fit > Fit::None
        {
            return Name { text: bold.to_owned(), fit, tokens: range };
        }
        match plain > as_typed {
            true => Name { text: trimmed.to_owned(), fit: plain, tokens: range },
            false => Name { text, fit: as_typed, tokens: range },
        }
    }

    /// How many tokens here mean nothing: courtesy, small words, signs.
    fn courtesy_at(&self, tokens: &[Token], at: usize, end: usize) -> Option<usize> {
        if tokens[at].is_quoted {
            return None;
        }
        let text = &tokens[at].text;
        let is_nothing =
            !is_exclusion(text, self.locale) && (is_small(text) || !text.contains(char::is_alphanumeric));
        phrase_at(tokens, at, end).or(is_nothing.then_some(1))
    }

    /// Whether a word says that names are excluded, or combined in another way than by listing them.
    fn is_excluded(&self, token: &Token) -> bool {
        let text = &token.text;
        !token.is_quoted
            && text.len() <= MAX_LEN
            && (is_exclusion(text, self.locale) || in_word_list(text, "stop-words"))
    }

    /// The words of doubt or correction at a position, unless they are a name, or begin a longer one.
    fn hesitation_at(&self, tokens: &[Token], at: usize, end: usize) -> Option<String> {
        if tokens[at].is_quoted {
            return None;
        }
        let words: Vec<&str> = tokens[at..end].iter().map(|token| token.text.as_str()).collect();
        let count = count_hesitation(&words)?;
        let name = self.name_at(tokens, at, end);
        let is_name = name.is_some_and(|name| name.fit == Fit::Whole || name.tokens.len() > count);
        (!is_name).then(|| join(&tokens[at..at + count]))
    }

    /// The names of a range or enumeration of numbers. If not all of a range exist, one unknown name.
    pub fn numbered_names(&self, tokens: &[Token], at: usize, end: usize) -> Option<Vec<Name>> {
        let is_whole = |text: &str| (self.fit)(text) == Fit::Whole;
        let is_begun = |text: &str| (self.fit)(text) > Fit::None;
        let found = numbered_names_at(tokens, at..end.min(at + MAX_NAME_WORDS), &is_whole, &is_begun)?;
        let fit = if found.is_known { Fit::Whole } else { Fit::None };
        let name = |text| Name { text, tokens: at..found.end, fit };
        Some(found.names.into_iter().map(name).collect())
    }
}

/// The name between the asterisks of bold: `*Bloco 2*`. Shorter ones are patterns.
fn bold_name(text: &str) -> Option<&str> {
    let bold = text.strip_prefix('*')?.strip_suffix('*')?.trim_matches(is_sign);
    (bold.len() >= MIN_BOLD_LEN && !bold.contains('*')).then_some(bold)
}

/// Whether words that are no name are a heading, or stand behind one on its line: `Ainda pendentes:`, `Obs: depois`.
fn is_heading(tokens: &[Token], range: &Range<usize>) -> bool {
    let ends_in_colon =
        |at: usize| tokens[at].text.ends_with(':') && tokens[at].text.contains(char::is_alphabetic);
    let is_last = tokens.get(range.end).is_none_or(|next| next.separator != Separator::Blank);
    ends_in_colon(range.start) || is_last && ends_in_colon(range.end - 1)
}

/// Whether a name is a heading, with other lines below it: `Suporte:`.
fn is_above_lines(tokens: &[Token], range: &Range<usize>) -> bool {
    let last = &tokens[range.end - 1];
    let is_next_below = |next: &Token| next.separator == Separator::Line;
    last.text.ends_with(':') && !last.is_quoted && tokens.get(range.end).is_some_and(is_next_below)
}

/// Whether words are a phrase of courtesy.
pub fn is_courtesy_phrase(words: &str) -> bool {
    words.len() <= MAX_LEN && in_word_list(words.trim_matches(is_sign), "courtesy-phrases")
}

/// How many tokens here are a phrase of courtesy.
fn phrase_at(tokens: &[Token], at: usize, end: usize) -> Option<usize> {
    let is_phrase = |length: &usize| is_courtesy_phrase(&join(&tokens[at..at + length]));
    (1..=MAX_COURTESY_WORDS.min(end - at)).rev().find(is_phrase)
}

/// Joins the beginning of a name and an unknown name right beside it: they are one unknown name.
fn join_unknown(tokens: &[Token], names: Vec<Name>) -> Vec<Name> {
    let mut joined: Vec<Name> = Vec::with_capacity(names.len());
    for name in names {
        match joined.last_mut() {
            Some(before)
                if are_beside(tokens, before, &name)
                    && tokens[name.tokens.start].may_join()
                    && matches!(
                        (before.fit, name.fit),
                        (Fit::None, Fit::Beginning) | (Fit::Beginning, Fit::None)
                    ) =>
            {
                *before = Name::unknown(tokens, before.tokens.start..name.tokens.end);
            }
            _ => joined.push(name),
        }
    }
    joined
}

/// Whether this is one letter beside other words.
fn is_stray_letter(tokens: &[Token], range: &Range<usize>) -> bool {
    let token = &tokens[range.start];
    let is_letter = token.text.chars().count() == 1 && token.text.contains(char::is_alphabetic);
    let is_beside =
        (range.start > 0 && token.may_join()) || tokens.get(range.end).is_some_and(Token::may_join);
    range.len() == 1 && is_letter && !token.is_quoted && is_beside
}

/// Whether no comma, line or “and” stands between two names.
fn are_beside(tokens: &[Token], one: &Name, other: &Name) -> bool {
    let is_apart = |token: &Token| token.separator != Separator::Blank || token.joins_names();
    let between = tokens.get(one.tokens.end..=other.tokens.start);
    between.is_some_and(|between| !between.iter().any(is_apart))
}

/// Where the next name of a list begins, behind a comma or “and”.
pub fn next_in_list(tokens: &[Token], at: usize) -> Option<usize> {
    let token = tokens.get(at)?;
    let is_between = in_word_list(&token.text, "stop-words-between-names");
    let is_listed = is_between || token.separator == Separator::Comma;
    Some(at + usize::from(is_between)).filter(|at| is_listed && *at < tokens.len())
}

/// Where the words end that may be one name with this one.
pub fn run_end(tokens: &[Token], at: usize) -> usize {
    match tokens.get(at) {
        Some(first) if !first.is_quoted => {
            at + 1 + tokens[at + 1..].iter().take_while(|token| token.may_join()).count()
        }
        _ => tokens.len().min(at + 1),
    }
}

/// Whether a word stands beside names and begins none, whatever signs stand around it.
fn is_small(word: &str) -> bool {
    word.len() <= MAX_LEN && (is_stop_word(word) || is_stop_word(word.trim_matches(is_sign)))
}

/// A name without the words and signs around it that mean nothing.
pub fn strip_courtesy(typed: &str) -> &str {
    let mut name = typed.trim_matches(is_sign);
    let is_nothing = |words: &str| is_small(words) || is_courtesy_phrase(words);
    while let Some((_, rest)) = name.split_once(' ').filter(|(word, _)| is_nothing(word)) {
        name = rest.trim_matches(is_sign);
    }
    let starts = name.match_indices(' ').map(|(at, _)| at);
    match starts.rev().take(MAX_COURTESY_WORDS).filter(|at| is_nothing(name[*at..].trim())).last() {
        Some(at) => name[..at].trim_matches(is_sign),
        None => name,
    }
}

/// The signs that people put around names.
pub fn is_sign(c: char) -> bool {
    c.is_ascii_punctuation() && !matches!(c, '*' | '+' | '#' | '@' | '&' | '/' | '\\' | '%' | '=')
        || c.is_whitespace()
        || matches!(c, '…' | '–' | '—' | '“' | '”' | '‘' | '’' | '«' | '»' | '¿' | '¡' | '•')
}

/// The first word of a text that excludes something, `menos`, or hesitates, or the first part of it that is struck
/// through.
pub fn find_exclusion(text: &str, locale: Locale) -> Option<&str> {
    let is_struck = |part: &&str| part.matches('~').count() > 1;
    let word = text.split(|c: char| c.is_whitespace() || is_comma(c)).find(|word| is_exclusion(word, locale));
    word.or_else(|| find_hesitation(text))
        .or_else(|| text.split(|c: char| c == '\n' || is_comma(c)).find(is_struck).map(str::trim))
}

/// Whether a word excludes something in this language, whatever signs stand around it: `(não)`, `Exceto:`, a
/// cross, a line through it. A small word of the language is none: “no” in Portuguese.
pub fn is_exclusion(word: &str, locale: Locale) -> bool {
    let is_sign = |c: char| !c.is_alphanumeric();
    let beside = i18n::text(locale, "stop-words-beside-name", &[]);
    let is_except = |part: &str| {
        let part = part.trim_matches(is_sign);
        in_word_list(part, "exclusion-words") && !beside.split(' ').any(|small| fold(small) == fold(part))
    };
    // Several words are a name in quotes, or a joined one.
    !word.contains(char::is_whitespace)
        && (word.contains(is_cross_mark)
            || is_struck_through(word)
            || is_crossed_out(word)
            || word.split([':', '(', ')', '[', ']', '/']).any(is_except))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{NameIndex, NamedEntry};
    use crate::parse::tokenizer::Tokenizer;

    const GROUPS: [&str; 22] = [
        "Futebol",
        "Futebol Feminino",
        "Suporte",
        "Vendas",
        "Vendas Sul",
        "Vendas Norte",
        "Mães do Bairro",
        "Festa Junina 2026 🎉",
        "Bloco 01",
        "Bloco 02",
        "Bloco 03",
        "Bloco 10",
        "Grupo de Jovens",
        "Andar a Pé",
        "Esportes",
        "Do Mato",
        "Escola",
        "Escola \"Viva\"",
        "Meninas sem Limites",
        "Turma A",
        "Turma B",
        "E",
    ];

    fn read(names: &[&str], typed: &str) -> Result<Vec<String>, Exclusion> {
        let entry = |(id, name): (usize, &&str)| NamedEntry { id, name: (*name).to_owned() };
        let index = NameIndex::new(names.iter().enumerate().map(entry).collect());
        let fit = |text: &str| match index.matches(text) {
            (found, _) if found.is_empty() => Fit::None,
            (_, true) => Fit::Whole,
            (found, false) if found.len() == 1 => Fit::Beginning,
            _ => Fit::Ambiguous,
        };
        let tokens = Tokenizer::new(typed, true).read_all(false).unwrap();
        let names = NameReader { fit: &fit, locale: Locale::PtBr }.read_names(&tokens)?;
        Ok(names.into_iter().map(|name| format!("{}{}", name.text, mark(name.fit))).collect())
    }

    fn mark(fit: Fit) -> &'static str {
        match fit {
            Fit::None => "?",
            Fit::Ambiguous => "~",
            Fit::Beginning => "…",
            Fit::Whole => "",
        }
    }

    #[test]
    fn the_longest_name_wins_and_what_is_no_name_is_unknown() {
        let rows: [(&str, &[&str]); 54] = [
            ("futebol suporte", &["futebol", "suporte"]),
            ("vendas sul vendas", &["vendas sul", "vendas"]),
            ("vendas, sul", &["vendas", "sul?"]),
            ("mães do bairro futebol", &["mães do bairro", "futebol"]),
            ("mães, do bairro", &["mães…", "bairro?"]),
            ("festa junina suporte", &["festa junina…", "suporte"]),
            ("festa, suporte", &["festa…", "suporte"]),
            ("vend", &["vend~"]),
            ("futebol fem", &["futebol fem…"]),
            ("futebol e suporte", &["futebol", "e", "suporte"]),
            ("grupo das mães", &["mães…"]),
            ("o grupo futebol, por favor", &["futebol"]),
            ("por favor futebol 🙏", &["futebol"]),
            ("futebol. suporte!", &["futebol", "suporte"]),
            ("<vendas sul> (futebol)", &["vendas sul", "futebol"]),
            ("grupo de jovens", &["grupo de jovens"]),
            ("andar a pé suporte", &["andar a pé", "suporte"]),
            ("do", &[]),
            ("\"do\"", &["do…"]),
            ("xyzzy", &["xyzzy?"]),
            ("clube do xyzzy futebol", &["clube do xyzzy?", "futebol"]),
            // The beginning of a name beside an unknown word may be another name.
            ("festa da maria", &["festa da maria?"]),
            ("clube festa", &["clube festa?"]),
            ("clube vend", &["clube?", "vend~"]),
            ("festa, maria", &["festa…", "maria?"]),
            ("futebol s", &["futebol", "s?"]),
            ("f suporte", &["f?", "suporte"]),
            ("festa s", &["festa s?"]),
            ("s", &["s…"]),
            ("futebol, do", &["futebol"]),
            ("vend xyzzy", &["vend~", "xyzzy?"]),
            ("“Escola \"Viva\"”", &["Escola \"Viva\""]),
            ("\"Escola \"Viva\"\", escola", &["Escola \"Viva\"", "escola"]),
            ("bloco 1", &["bloco 1"]),
            ("bloco 001", &["bloco 001"]),
            ("bloco 1, bloco 2", &["bloco 1", "bloco 2"]),
            ("bloco 1 a 3", &["bloco 1", "bloco 2", "bloco 3"]),
            ("do bloco 1 ao 3", &["bloco 1", "bloco 2", "bloco 3"]),
            ("bloco 01 até o 03", &["bloco 1", "bloco 2", "bloco 3"]),
            ("bloco 1 ~ 3", &["bloco 1", "bloco 2", "bloco 3"]),
            ("bloco 1~3", &["bloco 1", "bloco 2", "bloco 3"]),
            ("from bloco 1 to bloco 3", &["bloco 1", "bloco 2", "bloco 3"]),
            ("bloco 1 ao 5", &["bloco 1 ao 5?"]),
            ("bloco 1 até 3 futebol", &["bloco 1", "bloco 2", "bloco 3", "futebol"]),
            ("bloco 1-3", &["bloco 1", "bloco 2", "bloco 3"]),
            ("bloco 01 to 02", &["bloco 1", "bloco 2"]),
            ("bloco 1 a 5", &["bloco 1 a 5?"]),
            ("bloco 1, 7", &["bloco 1", "7?"]),
            ("futebol 1-3", &["futebol", "1-3?"]),
            ("futebol, 2", &["futebol", "2?"]),
            ("meninas sem limites", &["meninas sem limites"]),
            ("- futebol\n- vendas sul\n1 - suporte", &["futebol", "vendas sul", "suporte"]),
            ("1️⃣ turma a\n2️⃣ turma b", &["turma a", "turma b"]),
            ("• e\n• escola", &["e", "escola"]),
        ];
        let wrong = rows.iter().filter_map(|(typed, expected)| {
            let found = read(&GROUPS, typed).unwrap();
            (found != *expected).then(|| format!("{typed}: {found:?}, expected {expected:?}"))
        });
        assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
        let none: [(&str, &[&str]); 8] = [
            ("blocos 1, 2 e 3", &["bloco 1", "bloco 2", "bloco 3"]),
            ("os blocos 1 a 3, 10", &["bloco 1", "bloco 2", "bloco 3", "bloco 10"]),
            ("blocos 1", &["blocos 1?"]),
            ("1. futebol, 2. turma a; 3) suporte", &["futebol", "turma a", "suporte"]),
            ("1 - futebol, 2 - turma a", &["futebol", "turma a"]),
            ("a) futebol\nb) suporte", &["futebol", "suporte"]),
            ("bloco 1, 2 e 3", &["bloco 1", "bloco 2", "bloco 3"]),
            ("futebol e suporte", &["futebol", "suporte"]),
        ];
        for (typed, expected) in none {
            assert_eq!(read(&GROUPS[..21], typed).unwrap(), expected, "{typed}");
        }
    }

    #[test]
    fn a_word_that_excludes_names_is_told() {
        for (typed, word) in [
            ("todos menos futebol", "menos"),
            ("todos (menos futebol)", "(menos"),
            ("futebol sem suporte", "sem"),
            ("futebol com suporte", "com"),
            ("futebol ❌ suporte", "❌"),
            ("futebol ou suporte", "ou"),
            ("futebol ~suporte~", "~suporte~"),
            ("~mães do bairro~ futebol", "~mães"),
            ("- futebol\n- ~mães do bairro~", "~mães"),
            ("futebol\ncancela", "cancela"),
            ("futebol, espera aí", "espera aí"),
        ] {
            assert_eq!(read(&GROUPS, typed), Err(Exclusion(word.to_owned())), "{typed}");
        }
    }

    #[test]
    fn the_first_and_the_last_name_are_found_behind_courtesy() {
        let communities = ["Bairro Feliz", "Bairro Novo", "Marketing BR", "Portaria"];
        let entry = |(id, name): (usize, &&str)| NamedEntry { id, name: (*name).to_owned() };
        let index = NameIndex::new(communities.iter().enumerate().map(entry).collect());
        let fit = |text: &str| match index.matches(text) {
            (found, _) if found.is_empty() => Fit::None,
            (_, true) => Fit::Whole,
            (found, false) if found.len() == 1 => Fit::Beginning,
            _ => Fit::Ambiguous,
        };
        let reader = NameReader { fit: &fit, locale: Locale::PtBr };
        let tokens = |typed: &str| Tokenizer::new(typed, true).read_all(false).unwrap();
        for (typed, name, at) in [
            ("bairro feliz oi", "bairro feliz", 0..2),
            ("a comunidade bairro feliz oi", "bairro feliz", 2..4),
            ("por favor bairro feliz: oi", "bairro feliz", 2..4),
            ("marketing oi", "marketing…", 0..1),
            ("bairro oi", "bairro~", 0..1),
            ("\"bairro feliz\" oi", "bairro feliz", 0..1),
            ("para futebol", "futebol?", 1..2),
        ] {
            let found = reader.read_first(&tokens(typed));
            assert_eq!(
                (format!("{}{}", found.text, mark(found.fit)), found.tokens),
                (name.to_owned(), at),
                "{typed}"
            );
        }
        for (typed, name, at) in [
            ("futebol para o bairro feliz", "bairro feliz", 3..5),
            ("futebol, marketing por favor", "marketing…", 1..2),
            ("futebol bairro feliz.", "bairro feliz", 1..3),
            ("futebol xyzzy", "xyzzy?", 1..2),
        ] {
            let found = reader.read_last(&tokens(typed));
            assert_eq!(
                (format!("{}{}", found.text, mark(found.fit)), found.tokens),
                (name.to_owned(), at),
                "{typed}"
            );
        }
    }

    #[test]
    fn hostile_words_are_read_at_once() {
        let started = std::time::Instant::now();
        for unit in ["a ", "1 ", "bloco 1, ", "e e ", "\"a ", "x"] {
            let typed = unit.repeat(64 * 1024 / unit.len());
            if let Ok(tokens) = Tokenizer::new(&typed[..typed.len().min(380)], true).read_all(false) {
                let _ = NameReader { fit: &|_| Fit::None, locale: Locale::PtBr }.read_names(&tokens);
            }
            let _ = Tokenizer::new(&typed, true).read_all(true);
            let _ = Tokenizer::new(&typed, true).read_head();
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(10));
    }
}
