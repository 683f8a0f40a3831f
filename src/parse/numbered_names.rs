//! Names that end in the numbers of a range or an enumeration: `bloco 1 a 5`, `bloco 1-3`, `bloco 1, 2 e 3`.

use std::ops::{Range, RangeInclusive};

use crate::directory::fold;
use crate::parse::numbers::{MAX_OPTIONS, numbers_at, parse_range, range_words_at};
use crate::parse::tokenizer::{Token, join};
use crate::parse::word_lists::is_stop_word;

/// Names of a range or an enumeration.
pub struct NumberedNames {
    /// A name for each number; if not all of them exist, what was typed.
    pub names: Vec<String>,
    /// All of them exist.
    pub is_known: bool,
    /// Where the tokens behind them begin.
    pub end: usize,
}

/// The names of the numbers at the beginning of a run of tokens. None if not even the first exists, or a whole name
/// looks like them. `before`: the name before them, whose words numbers may follow.
pub fn numbered_names_at(
    tokens: &[Token],
    run: Range<usize>,
    before: Option<&str>,
    is_whole: &dyn Fn(&str) -> bool,
) -> Option<NumberedNames> {
    let at = run.start;
    let of = |prefix: &str, numbers: RangeInclusive<usize>, most: usize| -> Vec<String> {
        numbers.take(most).map(|number| format!("{prefix} {number}")).collect()
    };
    if let Some((numbers, length)) = numbers_at(&tokens[at..], false) {
        let (prefix, _) = before?.rsplit_once(' ').filter(|(_, last)| parse_range(last).is_some())?;
        let names = of(prefix, numbers, MAX_OPTIONS);
        let is_known = !is_whole(&tokens[at].text) && names.iter().all(|name| is_whole(name));
        return is_known.then_some(NumberedNames { names, is_known, end: at + length });
    }
    for start in at + 1..run.end {
        let numbers = numbers_at(&tokens[start..run.end], true);
        let Some((numbers, length)) = numbers.or_else(|| repeated_range(tokens, at, start)) else {
            continue;
        };
        let (prefix, end) = (join(&tokens[at..start]), start + length);
        let names = of(&prefix, numbers, MAX_OPTIONS + 1);
        let typed = join(&tokens[at..end]);
        if is_whole(&typed) || is_stop_word(&prefix) || !names.first().is_some_and(|name| is_whole(name)) {
            continue;
        }
        let is_known = names.len() <= MAX_OPTIONS && names.iter().all(|name| is_whole(name));
        return Some(NumberedNames { names: if is_known { names } else { vec![typed] }, is_known, end });
    }
    None
}

/// The numbers of a range that repeats the words before its first number, and how many tokens: `16 to bloco 18`.
fn repeated_range(tokens: &[Token], at: usize, start: usize) -> Option<(RangeInclusive<usize>, usize)> {
    let number = |at: usize| parse_range(&tokens.get(at).filter(|token| token.may_join())?.text);
    let first = number(start)?;
    let between = range_words_at(&tokens[start + 1..])?;
    let (again, length) = (start + 1 + between, start - at);
    let (before, repeated) = (&tokens[at..start], tokens.get(again..again + length)?);
    let is_same = |(one, other): (&Token, &Token)| other.may_join() && fold(&one.text) == fold(&other.text);
    let last = number(again + length).filter(|_| before.iter().zip(repeated).all(is_same))?;
    (first.start() < last.end()).then(|| (*first.start()..=*last.end(), 1 + between + length + 1))
}
