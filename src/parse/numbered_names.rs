//! Names that end in numbers, which follow one another: `bloco 1 a 5`, `bloco 1-3`, `blocos 1, 2 e 3`.

use std::ops::{Range, RangeInclusive};

use crate::directory::fold;
use crate::parse::numbers::{MAX_OPTIONS, numbers_at, parse_range, range_words_at};
use crate::parse::tokenizer::{Token, join};
use crate::parse::word_lists::is_stop_word;

/// Names of a range or an enumeration.
pub struct NumberedNames {
    /// A name for each number; if not all of a range exist, what was typed.
    pub names: Vec<String>,
    /// All of them exist.
    pub is_known: bool,
    /// Where the tokens behind them begin.
    pub end: usize,
}

/// The names of numbers: the first number stands in a run of tokens, others may follow it. None if a whole name looks like
/// them, or if not even the first name exists; then a range is unknown where names begin like it (`is_begun`): the “a” of
/// `bloco 1 a 5` is no part of “Bloco 1 A”.
pub fn numbered_names_at(
    tokens: &[Token],
    run: Range<usize>,
    is_whole: &dyn Fn(&str) -> bool,
    is_begun: &dyn Fn(&str) -> bool,
) -> Option<NumberedNames> {
    let typed = |end: usize| join(&tokens[run.start..end]);
    let find = |start: usize| {
        let prefix = typed(start);
        let (numbers, length) = repeated_range(tokens, run.start, start)
            .or_else(|| numbers_at(&tokens[start..run.end]))
            .filter(|_| !is_stop_word(&prefix))?;
        let mut end = start + length;
        let is_one = numbers.start() == numbers.end();
        if (end + usize::from(is_one)..=run.end).any(|end| is_whole(&typed(end))) {
            return None;
        }
        // `blocos 1 e 2` means “Bloco 1” and “Bloco 2”.
        let unknown = || NumberedNames { names: vec![typed(end)], is_known: false, end };
        let prefixes = [Some(prefix.as_str()), prefix.strip_suffix(['s', 'S'])];
        let is_first = |prefix: &&str| is_whole(&format!("{prefix} {}", numbers.start()));
        let Some(prefix) = prefixes.into_iter().flatten().find(is_first) else {
            return (length > 1 && is_begun(&prefix) && !is_begun(&typed(end))).then(unknown);
        };
        let known_names = |numbers: RangeInclusive<usize>| {
            let names = numbers.take(MAX_OPTIONS + 1).map(|number| format!("{prefix} {number}"));
            let names: Vec<String> = names.collect();
            (names.len() <= MAX_OPTIONS && names.iter().all(|name| is_whole(name))).then_some(names)
        };
        let Some(mut names) = known_names(numbers) else {
            return Some(unknown());
        };
        // “Bloco 01” and “Bloco 1” may be two groups.
        if is_one && is_whole(&typed(end)) {
            names = vec![typed(end)];
        }
        while let Some((numbers, length)) = next_numbers(&tokens[end..], is_whole)
            && let Some(others) = known_names(numbers)
        {
            names.extend(others);
            end += length;
        }
        // One number is a part of a name like any other word.
        (names.len() > 1).then_some(NumberedNames { names, is_known: true, end })
    };
    (run.start + 1..run.end).find_map(find)
}

/// The numbers that tokens begin with, behind an “and” too, and how many tokens they have. None if they are a name.
fn next_numbers(tokens: &[Token], is_whole: &dyn Fn(&str) -> bool) -> Option<(RangeInclusive<usize>, usize)> {
    let skipped = usize::from(tokens.first().is_some_and(Token::joins_names));
    let (numbers, length) = numbers_at(&tokens[skipped..])?;
    (!is_whole(&tokens[skipped].text)).then_some((numbers, skipped + length))
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
