//! Tables of words and phrases (`sim`, `nem pensar`, `👍`), and a text as the tokens that are looked up in them.

use std::borrow::Cow;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::directory::{fold_latin_char, fold_word, is_invisible};
use crate::domain::Locale;
use crate::i18n;

/// A word or an emoji of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// Folded, without apostrophes.
    pub text: Cow<'t, str>,
    /// The text with repeated letters only once, if it has repeated ones: `sim` of `siiim`.
    squeezed: Option<String>,
    /// Where it begins in the text.
    pub start: usize,
    /// Where it ends in the text.
    pub end: usize,
    /// It ends the text, or punctuation follows.
    pub ends_part: bool,
}

impl Token<'_> {
    /// The text with repeated letters only once.
    pub fn squeezed(&self) -> &str {
        self.squeezed.as_deref().unwrap_or(&self.text)
    }

    fn into_owned(self) -> Token<'static> {
        Token { text: self.text.into_owned().into(), ..self }
    }

    /// Whether it is one letter, maybe repeated.
    pub fn is_letter(&self) -> bool {
        let mut letters = self.squeezed().chars();
        letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
    }

    /// Whether it is this folded word, maybe with repeated letters.
    pub fn is(&self, folded: &str) -> bool {
        self.text == folded || self.squeezed() == folded
    }
}

/// Splits a text into words and emoji. Question marks are tokens; other punctuation, markup and colours of skin are not.
pub fn tokenize(text: &str) -> Vec<Token<'_>> {
    // A word has four letters on average, and a blank follows.
    let mut tokens: Vec<Token<'_>> = Vec::with_capacity(text.len() / 5 + 1);
    let mut word_start = None;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() || (word_start.is_some() && is_joined(c)) {
            word_start.get_or_insert(at);
            continue;
        }
        if let Some(start) = word_start.take() {
            push_token(&mut tokens, text, start..at);
        }
        match c {
            '?' => push_token(&mut tokens, text, at..at + c.len_utf8()),
            '.' | ',' | '!' | ';' | ':' | '…' | '(' | ')' | '\n' | '-' | '–' | '—' => {
                if let Some(last) = tokens.last_mut() {
                    last.ends_part = true;
                }
            }
            c if c.is_ascii() || c.is_whitespace() || is_markup(c) || is_joined(c) => {}
            c => push_token(&mut tokens, text, at..at + c.len_utf8()),
        }
    }
    if let Some(start) = word_start {
        push_token(&mut tokens, text, start..text.len());
    }
    if let Some(last) = tokens.last_mut() {
        last.ends_part = true;
    }
    tokens
}

fn push_token<'t>(tokens: &mut Vec<Token<'t>>, text: &'t str, place: Range<usize>) {
    let Range { start, end } = place;
    let text = fold_token(&text[place]);
    if !text.is_empty() {
        tokens.push(Token { squeezed: squeeze(&text), text, start, end, ends_part: false });
    }
}

/// A part of the character before it: an accent, an apostrophe, a colour of skin, a joiner of emoji.
fn is_joined(c: char) -> bool {
    matches!(c, '\'' | '’' | '\u{300}'..='\u{36f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}')
        || is_invisible(c)
}

fn is_markup(c: char) -> bool {
    matches!(c, '¡' | '¿' | '“' | '”' | '„' | '«' | '»' | '‘' | '•')
}

/// Folds a word, and removes its apostrophes.
fn fold_token(word: &str) -> Cow<'_, str> {
    let mut folded = fold_word(word);
    if folded.contains('\'') {
        folded.to_mut().retain(|c| c != '\'');
    }
    folded
}

/// Removes repeats of a letter; `None` if there are none.
fn squeeze(folded: &str) -> Option<String> {
    let mut last = None;
    if !folded.chars().any(|c| last.replace(c) == Some(c) && c.is_alphabetic()) {
        return None;
    }
    let mut squeezed = String::with_capacity(folded.len());
    for c in folded.chars() {
        if !(c.is_alphabetic() && squeezed.ends_with(c)) {
            squeezed.push(c);
        }
    }
    Some(squeezed)
}

/// What a character is to the words of a text.
#[derive(Clone, Copy)]
enum WordChar {
    /// A letter or digit, folded.
    Letter(u8),
    /// It is left out: an apostrophe.
    Joiner,
    /// It ends a word.
    Separator,
    /// No ASCII character, and no letter of Portuguese or Spanish.
    Other,
}

/// The characters of Latin-1, by their code points.
static LATIN_CHARS: [WordChar; 256] = {
    let mut chars = [WordChar::Other; 256];
    let mut code = 0;
    while code < chars.len() {
        chars[code] = match fold_latin_char(code as u8 as char) {
            _ if code == b'\'' as usize => WordChar::Joiner,
            Some(folded) if folded.is_ascii_alphanumeric() => WordChar::Letter(folded),
            Some(_) => WordChar::Separator,
            None => WordChar::Other,
        };
        code += 1;
    }
    chars
};

/// No word of a table is as long.
const MAX_DECIDED_WORD: usize = 32;

/// Asks `decide` about the words of a text, folded, without apostrophes, and with repeated letters only once, until it
/// decides. Much faster than [`tokenize`]. Of a word that is longer than any in a table, it gets the beginning. At a
/// character that is neither ASCII nor a letter of Portuguese or Spanish the decision is yes.
pub fn decide_by_words(text: &str, mut decide: impl FnMut(&[u8]) -> Option<bool>) -> Option<bool> {
    let (mut word, mut len, mut last) = ([0; MAX_DECIDED_WORD], 0, 0);
    for c in text.chars().chain([' ']) {
        match LATIN_CHARS.get(c as usize).copied().unwrap_or(WordChar::Other) {
            WordChar::Letter(letter) if letter == last => {}
            WordChar::Letter(letter) => {
                last = letter;
                if let Some(place) = word.get_mut(len) {
                    *place = letter;
                    len += 1;
                }
            }
            WordChar::Joiner => {}
            WordChar::Separator if len == 0 => {}
            WordChar::Separator => {
                let decision = decide(&word[..len]);
                if decision.is_some() {
                    return decision;
                }
                (len, last) = (0, 0);
            }
            WordChar::Other => return Some(true),
        }
    }
    None
}

/// A set of words, for [`decide_by_words`]. Most words that it does not have are told by their first letter and length.
#[derive(Debug)]
pub struct WordSet {
    words: FxHashSet<Box<[u8]>>,
    /// The lengths of the words that begin with an ASCII character, one bit each.
    lengths: [u64; 128],
}

impl WordSet {
    /// A set of these words, which are folded and have repeated letters only once.
    pub fn new(words: FxHashSet<Box<[u8]>>) -> Self {
        let mut lengths = [0; 128];
        for word in &words {
            if let Some(bits) = word.first().and_then(|first| lengths.get_mut(usize::from(*first))) {
                *bits |= length_bit(word);
            }
        }
        Self { words, lengths }
    }

    /// Whether it has this word.
    pub fn contains(&self, word: &[u8]) -> bool {
        let bits = word.first().and_then(|first| self.lengths.get(usize::from(*first)));
        bits.is_some_and(|bits| bits & length_bit(word) != 0) && self.words.contains(word)
    }
}

/// Long words share a bit.
fn length_bit(word: &[u8]) -> u64 {
    1 << word.len().min(63)
}

/// A value for each word or phrase.
#[derive(Debug)]
pub struct PhraseTable<T> {
    /// By their first words, with repeated letters only once: nearly every word of a text begins no phrase.
    by_first_word: FxHashMap<Box<[u8]>, Vec<Phrase<T>>>,
    /// All words of the phrases, with repeated letters only once.
    words: FxHashSet<Box<[u8]>>,
    max_words: usize,
}

/// A phrase of a table.
#[derive(Debug)]
struct Phrase<T> {
    words: Vec<Token<'static>>,
    value: T,
}

/// A phrase with which tokens begin.
pub struct PhraseMatch<'p, T> {
    /// How many tokens it has.
    count: usize,
    /// The tokens repeat no other letters than the phrase.
    is_exact: bool,
    value: &'p T,
}

impl<T> Phrase<T> {
    fn match_tokens(&self, tokens: &[Token<'_>]) -> Option<PhraseMatch<'_, T>> {
        let tokens = tokens.get(..self.words.len())?;
        // From the end, because the first words are alike.
        let pairs = || tokens.iter().zip(&self.words).rev();
        let is_exact = pairs().all(|(token, word)| token.text == word.text);
        let has_repeats = || tokens.iter().any(|token| token.squeezed.is_some());
        let is_squeezed = || pairs().all(|(token, word)| token.squeezed() == word.squeezed());
        let is_match = is_exact || has_repeats() && is_squeezed();
        is_match.then_some(PhraseMatch { count: tokens.len(), is_exact, value: &self.value })
    }
}

/// The longest of these phrases: how many tokens it has, and what `pick` takes of its value. Phrases of which it takes
/// nothing do not count.
pub fn longest_match<'p, T, V>(
    matches: &[PhraseMatch<'p, T>],
    pick: impl Fn(&'p T) -> Option<V>,
) -> Option<(usize, V)> {
    let found = matches.iter().filter_map(|found| Some((found, pick(found.value)?)));
    // Of equal matches, `max_by_key` takes the last one, and the first one counts.
    let (found, value) = found.rev().max_by_key(|(found, _)| (found.count, found.is_exact))?;
    Some((found.count, value))
}

impl<T> PhraseTable<T> {
    /// A table of these phrases; the first value of a phrase counts.
    pub fn new(phrases: impl IntoIterator<Item = (String, T)>) -> Self {
        let mut table =
            Self { by_first_word: FxHashMap::default(), words: FxHashSet::default(), max_words: 0 };
        for (phrase, value) in phrases {
            let words: Vec<_> = tokenize(&phrase).into_iter().map(Token::into_owned).collect();
            let Some(first) = words.first() else { continue };
            table.max_words = table.max_words.max(words.len());
            table.words.extend(words.iter().map(|word| word.squeezed().as_bytes().into()));
            let phrases = table.by_first_word.entry(first.squeezed().as_bytes().into()).or_default();
            phrases.push(Phrase { words, value });
        }
        table
    }

    /// Whether a phrase begins with this word, which has repeated letters only once.
    pub fn has_first_word(&self, word: &[u8]) -> bool {
        self.by_first_word.contains_key(word)
    }

    /// Whether a phrase has this word, which has repeated letters only once.
    pub fn has_word(&self, word: &[u8]) -> bool {
        self.words.contains(word)
    }

    /// The phrases with which the tokens begin: nearly always none. What is a phrase as it is written stands for no
    /// other one: `borra` is no `bora` with a repeated letter.
    pub fn matches(&self, tokens: &[Token<'_>]) -> Vec<PhraseMatch<'_, T>> {
        let Some(first) = tokens.first() else { return Vec::new() };
        let phrases = self.by_first_word.get(first.squeezed().as_bytes()).map_or(&[][..], Vec::as_slice);
        let mut found: Vec<_> = phrases.iter().filter_map(|phrase| phrase.match_tokens(tokens)).collect();
        let exact = found.iter().filter(|found| found.is_exact).map(|found| found.count).max();
        found.retain(|found| found.is_exact || exact.is_none_or(|exact| found.count > exact));
        found
    }

    /// The longest phrase with which the tokens begin: how many tokens it has, and its value.
    pub fn longest(&self, tokens: &[Token<'_>]) -> Option<(usize, &T)> {
        longest_match(&self.matches(tokens), Some)
    }

    /// The values of the phrases that these tokens are, the longest first at each place; none if a word is of no phrase.
    /// Signs do not count.
    pub fn values_of_all(&self, tokens: &[Token<'_>]) -> Option<Vec<&T>> {
        let (mut values, mut at) = (Vec::new(), 0);
        while at < tokens.len() {
            match self.longest(&tokens[at..]) {
                Some((count, value)) => {
                    values.push(value);
                    at += count;
                }
                None if tokens[at].text.chars().any(char::is_alphanumeric) => return None,
                None => at += 1,
            }
        }
        Some(values)
    }

    /// How many tokens at the end are phrases of the table.
    pub fn count_at_end(&self, tokens: &[Token<'_>]) -> usize {
        let mut kept = tokens.len();
        while let Some(start) = (kept.saturating_sub(self.max_words)..kept)
            .find(|start| self.longest(&tokens[*start..kept]).is_some_and(|(count, _)| start + count == kept))
        {
            kept = start;
        }
        tokens.len() - kept
    }
}

/// The phrases that the translation files list under a key, in all languages, separated by commas.
pub fn phrases(key: &str) -> impl Iterator<Item = (Locale, String)> + use<> {
    let texts = Locale::ALL.map(|locale| (locale, i18n::text(locale, key, &[])));
    texts.into_iter().flat_map(|(locale, text)| {
        let phrases: Vec<_> = text.split(',').map(str::trim).map(str::to_owned).collect();
        phrases.into_iter().filter(|phrase| !phrase.is_empty()).map(move |phrase| (locale, phrase))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokenize(text).into_iter().map(|token| token.text.into_owned()).collect()
    }

    #[test]
    fn a_text_is_split_into_words_and_emoji() {
        let rows: [(&str, &[&str]); 8] = [
            ("Siiim, pode!", &["siiim", "pode"]),
            ("não  *agora*", &["nao", "agora"]),
            ("na\u{303}o", &["nao"]),
            ("don’t do it", &["dont", "do", "it"]),
            ("👍🏽👍 1️⃣", &["👍", "👍", "1"]),
            ("sim?", &["sim", "?"]),
            ("11 aa", &["11", "aa"]),
            ("…", &[]),
        ];
        for (text, expected) in rows {
            assert_eq!(words(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_longest_phrase_counts() {
        let rows = [("por favor", 1), ("por", 2), ("favor", 3), ("borra", 4), ("isso", 5)];
        let table = PhraseTable::new(rows.map(|(phrase, value)| (phrase.to_owned(), value)));
        assert_eq!(table.longest(&tokenize("Por favor, já")), Some((2, &1)));
        assert_eq!(table.longest(&tokenize("por já")), Some((1, &2)));
        assert_eq!(table.longest(&tokenize("já")), None);
        assert_eq!(table.longest(&tokenize("porrr favooor")), Some((2, &1)));
        assert_eq!(table.longest(&tokenize("issssoo")), Some((1, &5)));
        assert_eq!(table.longest(&tokenize("bora")), None);
        assert_eq!(table.count_at_end(&tokenize("já por favor, por favor")), 4);
        assert_eq!(table.count_at_end(&tokenize("por já")), 0);
    }
}
