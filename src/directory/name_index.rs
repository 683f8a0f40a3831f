//! An index of names, and how a typed word is matched against them. No I/O.

use std::borrow::Cow;

use regex::Regex;

use super::folding::{fold, fold_word};

/// A community or a group with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedEntry<Id> {
    /// Its id.
    pub id: Id,
    /// Its name as people see it; it may be empty.
    pub name: String,
}

/// The result of matching a typed word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameMatch<Id> {
    /// One entry.
    Exact(NamedEntry<Id>),
    /// All these entries: the word was a pattern.
    Many(Vec<NamedEntry<Id>>),
    /// One of these entries, not decided which.
    Ambiguous(Vec<NamedEntry<Id>>),
    /// No entry; these names are the nearest.
    NotFound {
        /// At most three, the nearest first.
        suggestions: Vec<NamedEntry<Id>>,
    },
}

impl<Id: Clone> NameMatch<Id> {
    /// Keeps only these entries among candidates; a certain match stays.
    pub fn retain(self, is_kept: impl Fn(&Id) -> bool) -> Self {
        let kept = |mut entries: Vec<NamedEntry<Id>>| {
            entries.retain(|entry| is_kept(&entry.id));
            entries
        };
        match self {
            NameMatch::Exact(entry) => NameMatch::Exact(entry),
            NameMatch::Many(entries) => NameMatch::Many(kept(entries)),
            NameMatch::Ambiguous(entries) => match kept(entries) {
                entries if entries.is_empty() => NameMatch::NotFound { suggestions: entries },
                entries => match <[NamedEntry<Id>; 1]>::try_from(entries) {
                    Ok([entry]) => NameMatch::Exact(entry),
                    Err(entries) => NameMatch::Ambiguous(entries),
                },
            },
            NameMatch::NotFound { suggestions: nearest } => {
                NameMatch::NotFound { suggestions: kept(nearest) }
            }
        }
    }

    /// The entries that it may be, and the nearest where there are none.
    pub fn into_entries(self) -> (Vec<NamedEntry<Id>>, Vec<NamedEntry<Id>>) {
        match self {
            NameMatch::Exact(entry) => (vec![entry], Vec::new()),
            NameMatch::Many(entries) | NameMatch::Ambiguous(entries) => (entries, Vec::new()),
            NameMatch::NotFound { suggestions } => (Vec::new(), suggestions),
        }
    }

    /// An entry with this id where the list lacks it.
    pub(super) fn or_by_id(self, id: &Id) -> Self {
        match self {
            NameMatch::NotFound { .. } => {
                NameMatch::Exact(NamedEntry { id: id.clone(), name: String::new() })
            }
            found => found,
        }
    }
}

/// The digits of a padded number.
const MAX_DIGITS: usize = 8;
/// How many digits of an id tell two names apart.
const LAST_DIGITS: usize = 4;
/// The most bytes of a word that is compared with every name; WhatsApp limits names to 100 characters.
const MAX_FUZZY_LEN: usize = 400;
/// The fewest characters of a word that is compared with names by itself.
const MIN_FUZZY_WORD: usize = 4;
/// The least similarity of a name that is suggested.
pub const MIN_SIMILARITY: f64 = 0.8;
/// The fewest bytes of a text that is compared with names to tell it from other words: each letter stands in some name.
const MIN_SIMILAR_LEN: usize = 3;
/// The fewest letters of a misspelled name.
const MIN_MISSPELLED_LETTERS: usize = 5;

/// A list by name; its names are folded once.
#[derive(Clone, Debug)]
pub struct NameIndex<Id> {
    /// Sorted by folded name, with numbers without leading zeros.
    entries: Vec<(String, NamedEntry<Id>)>,
}

impl<Id: Clone + PartialEq> NameIndex<Id> {
    /// Builds the index of a list in any order.
    pub fn new(entries: Vec<NamedEntry<Id>>) -> Self {
        let mut entries: Vec<_> = entries.into_iter().map(|entry| (fold_name(&entry.name), entry)).collect();
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        Self { entries }
    }

    /// All entries, by name.
    pub fn all(&self) -> impl Iterator<Item = &NamedEntry<Id>> {
        self.entries.iter().map(|(_, entry)| entry)
    }

    /// The one with this id.
    pub fn by_id(&self, id: &Id) -> Option<&NamedEntry<Id>> {
        self.all().find(|entry| entry.id == *id)
    }

    /// Whether anything has this name.
    pub fn has_name(&self, name: &str) -> bool {
        let folded = fold_name(name);
        self.starting_with(&folded).first().is_some_and(|(first, _)| *first == folded)
    }

    /// The entries with this whole name, else those whose names begin with it; and whether it is whole.
    pub fn matches(&self, typed: &str) -> (Vec<&NamedEntry<Id>>, bool) {
        let folded = fold_word(typed);
        let wanted = pad_numbers(&folded);
        let begun = self.starting_with(&wanted);
        // Sorted before longer ones.
        let whole = &begun[..begun.partition_point(|(name, _)| *name == wanted)];
        if !whole.is_empty() {
            // “Bloco 01” and “Bloco 1” are two names where there are both.
            let exact = whole.iter().filter(|(_, entry)| fold(&entry.name) == folded);
            let exact: Vec<_> = exact.map(|(_, entry)| entry).collect();
            let all = || whole.iter().map(|(_, entry)| entry).collect();
            return (if exact.is_empty() { all() } else { exact }, true);
        }
        let begun = begun.iter().filter(|(name, _)| is_beginning(&wanted, name));
        let begun: Vec<_> = begun.map(|(_, entry)| entry).collect();
        if !begun.is_empty() {
            return (begun, false);
        }
        // Each word begins a word of the name: `fest jun` is “Festa Junina”.
        let Some((first, _)) = wanted.split_once(' ') else { return (begun, false) };
        let words = || wanted.split(' ');
        let begins_each = |name: &str| {
            let is_each = words()
                .zip(name.split(' '))
                .all(|(word, part)| part == word || (part.starts_with(word) && is_beginning(word, part)));
            is_each && words().count() <= name.split(' ').count()
        };
        let each = self.starting_with(first).iter().filter(|(name, _)| begins_each(name));
        (each.map(|(_, entry)| entry).collect(), false)
    }

    /// Matches a word: an id, else a whole name, else the beginning of just one name.
    pub fn find(&self, typed: &str, id: Option<Id>) -> NameMatch<Id> {
        if let Some(id) = id {
            return match self.by_id(&id) {
                Some(entry) => NameMatch::Exact(entry.clone()),
                None => NameMatch::NotFound { suggestions: Vec::new() },
            };
        }
        let fit: Vec<NamedEntry<Id>> = self.matches(typed).0.into_iter().cloned().collect();
        match <[NamedEntry<Id>; 1]>::try_from(fit) {
            Ok([entry]) => NameMatch::Exact(entry),
            Err(none) if none.is_empty() => NameMatch::NotFound { suggestions: self.nearest(&fold(typed)) },
            Err(several) => NameMatch::Ambiguous(several),
        }
    }

    /// The entries whose names match a pattern with `*` for anything.
    pub fn matching(&self, pattern: &str) -> Vec<NamedEntry<Id>> {
        let pattern = fold(pattern);
        if pattern.chars().all(|c| c == '*') {
            // A bare star would match everything: too much for a typo.
            return Vec::new();
        }
        let Some(pattern) = compile_pattern(&pattern) else { return Vec::new() };
        let matching = self.entries.iter().filter(|(_, entry)| pattern.is_match(&fold(&entry.name)));
        matching.map(|(_, entry)| entry.clone()).collect()
    }

    /// The entries whose names hold all the words.
    pub fn containing_all(&self, words: &[String]) -> Vec<NamedEntry<Id>> {
        let words: Vec<String> = words.iter().map(|word| fold(word)).collect();
        let holds = |name: &str| words.iter().all(|word| fold(name).contains(word));
        self.all().filter(|entry| holds(&entry.name)).cloned().collect()
    }

    /// The entries whose names start with this; nothing starts with nothing.
    fn starting_with(&self, wanted: &str) -> &[(String, NamedEntry<Id>)] {
        if wanted.is_empty() {
            return &[];
        }
        let start = self.entries.partition_point(|(name, _)| name.as_str() < wanted);
        let length = self.entries[start..].iter().take_while(|(name, _)| name.starts_with(wanted)).count();
        &self.entries[start..start + length]
    }

    /// The nearest names, for suggestions only: no command acts on a fuzzy match. Of several words each counts.
    fn nearest(&self, wanted: &str) -> Vec<NamedEntry<Id>> {
        // The time grows with both lengths, and all commands wait for it (THREATS.md, T18).
        if wanted.is_empty() || wanted.len() > MAX_FUZZY_LEN {
            return Vec::new();
        }
        let words: Vec<&str> =
            wanted.split(' ').filter(|word| word.chars().count() >= MIN_FUZZY_WORD).collect();
        let score = |name: &str| {
            let of_word = words.iter().map(|word| similarity(word, name) * 0.95);
            of_word.fold(similarity(wanted, name), f64::max)
        };
        let mut scored: Vec<(f64, &NamedEntry<Id>)> = self
            .entries
            .iter()
            .map(|(_, entry)| (score(&fold(&entry.name)), entry))
            .filter(|(score, _)| *score >= MIN_SIMILARITY)
            .collect();
        scored.sort_by(|one, other| other.0.total_cmp(&one.0));
        scored.into_iter().take(3).map(|(_, entry)| entry.clone()).collect()
    }
}

/// Whether a name begins with the typed words: a number is not cut, and one alone is the number of a list entry, or a
/// whole name.
fn is_beginning(wanted: &str, name: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let is_cut = wanted.ends_with(is_digit) && name[wanted.len()..].starts_with(is_digit);
    !is_cut && !wanted.chars().all(is_digit)
}

/// Names, with the last digits of the id where two are alike.
pub fn disambiguate<Id: ToString>(entries: &[NamedEntry<Id>]) -> Vec<String> {
    disambiguate_by(entries, |_| None)
}

/// Names; where two are alike, with what tells them apart, else with the last digits of the id.
pub fn disambiguate_by<Id: ToString>(
    entries: &[NamedEntry<Id>],
    describe: impl Fn(&Id) -> Option<String>,
) -> Vec<String> {
    let name = |entry: &NamedEntry<Id>| {
        let is_same = |other: &&NamedEntry<Id>| fold(&other.name) == fold(&entry.name);
        let alike: Vec<_> = entries.iter().filter(is_same).collect();
        if alike.len() == 1 && !entry.name.is_empty() {
            return entry.name.clone();
        }
        let described = describe(&entry.id).filter(|described| {
            alike.iter().filter(|other| describe(&other.id).as_ref() == Some(described)).count() == 1
        });
        let id = entry.id.to_string();
        let id = id.strip_suffix("-group").unwrap_or(&id);
        let last = id.char_indices().rev().nth(LAST_DIGITS - 1).map_or(id, |(at, _)| &id[at..]);
        let last = described.unwrap_or_else(|| format!("…{last}"));
        format!("{} ({last})", entry.name).trim().to_owned()
    };
    entries.iter().map(name).collect()
}

/// A folded name with its numbers padded.
fn fold_name(name: &str) -> String {
    pad_numbers(&fold_word(name)).into_owned()
}

/// Pads the numbers of a folded name: `bloco 01` is `bloco 1`, which is no beginning of `bloco 10`, and comes before it.
fn pad_numbers(folded: &str) -> Cow<'_, str> {
    if !folded.contains(|c: char| c.is_ascii_digit()) {
        return folded.into();
    }
    let mut padded = String::with_capacity(folded.len() + MAX_DIGITS);
    let mut rest = folded;
    while !rest.is_empty() {
        let (digits, behind) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
        rest = behind;
        if !digits.is_empty() {
            let digits = digits.trim_start_matches('0');
            padded.push_str(&"0".repeat(MAX_DIGITS.saturating_sub(digits.len())));
            padded.push_str(digits);
        }
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        padded.push_str(&rest[..end]);
        rest = &rest[end..];
    }
    padded.into()
}

/// Whether a text is a name, or its first word, with one letter wrong, missing or too many, or two letters swapped.
pub fn is_misspelled(typed: &str, name: &str) -> bool {
    let count = typed.chars().count();
    let is_near = |name: &str| {
        let has_length = name.chars().count().abs_diff(count) <= 1;
        has_length && count_typos(&fold(typed), &fold(name)) <= 1
    };
    count >= MIN_MISSPELLED_LETTERS && (is_near(name) || is_near(name.split(' ').next().unwrap_or_default()))
}

/// How many letters of a folded word are wrong, missing, too many, or swapped with the next.
pub fn count_typos(typed: &str, word: &str) -> usize {
    strsim::damerau_levenshtein(typed, word)
}

/// Whether a text is so much like a name that the name is suggested for it.
pub fn is_similar(typed: &str, name: &str) -> bool {
    typed.len() >= MIN_SIMILAR_LEN && similarity_of(typed, name) >= MIN_SIMILARITY
}

/// The similarity of a name with a typed text, from 0 to 1.
pub fn similarity_of(typed: &str, name: &str) -> f64 {
    let typed = fold(typed);
    if typed.is_empty() || typed.len() > MAX_FUZZY_LEN { 0.0 } else { similarity(&typed, &fold(name)) }
}

/// The similarity of a name and a typed text, from 0 to 1; a word inside the name counts as the name.
fn similarity(wanted: &str, name: &str) -> f64 {
    if name.contains(wanted) {
        return 0.95;
    }
    let whole = strsim::jaro_winkler(wanted, name);
    name.split(' ').map(|word| strsim::jaro_winkler(wanted, word) * 0.95).fold(whole, f64::max)
}

/// Compiles a folded pattern for folded names: `*` stands for anything. `None` if it is too large, which no folded
/// text is.
fn compile_pattern(pattern: &str) -> Option<Regex> {
    let mut parts: Vec<String> = pattern.split('*').map(regex::escape).collect();
    // Stars in a row are no slower than two.
    parts.dedup_by(|part, before| part.is_empty() && before.is_empty());
    Regex::new(&format!(r"(?s)\A{}\z", parts.join(".*"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_index(names: &[&str]) -> NameIndex<usize> {
        NameIndex::new(
            names.iter().enumerate().map(|(id, name)| NamedEntry { id, name: (*name).to_owned() }).collect(),
        )
    }

    fn ids(found: NameMatch<usize>) -> (&'static str, Vec<usize>) {
        let ids = |entries: Vec<NamedEntry<usize>>| entries.into_iter().map(|entry| entry.id).collect();
        match found {
            NameMatch::Exact(entry) => ("one", vec![entry.id]),
            NameMatch::Many(entries) => ("several", ids(entries)),
            NameMatch::Ambiguous(entries) => ("unclear", ids(entries)),
            NameMatch::NotFound { suggestions: nearest } => ("nothing", ids(nearest)),
        }
    }

    #[test]
    fn a_word_finds_a_name_or_the_beginning_of_just_one() {
        let index = name_index(&[
            "Vendas",
            "Vendas Norte",
            "Vendas Sul",
            "Suporte",
            "Mães do Bairro",
            "Time",
            "time",
        ]);
        let rows = [
            ("vendas", ("one", vec![0])), // a whole name outranks the names it begins
            ("VENDAS N", ("one", vec![1])),
            ("vendas ", ("one", vec![0])),
            ("vend", ("unclear", vec![0, 1, 2])),
            ("maes", ("one", vec![4])),
            ("mães do bairro", ("one", vec![4])),
            ("time", ("unclear", vec![5, 6])),
            ("suporet", ("nothing", vec![3])),
            ("norte", ("nothing", vec![1])), // a word inside a name is a suggestion, not a match
            ("xyzzy", ("nothing", vec![])),
            ("", ("nothing", vec![])),
        ];
        for (typed, expected) in rows {
            assert_eq!(ids(index.find(typed, None)), expected, "{typed}");
        }
    }

    #[test]
    fn a_pattern_takes_all_that_match_but_a_bare_star_takes_nothing() {
        let index = name_index(&["Vendas Norte", "Vendas Sul", "Pós-vendas", "Suporte"]);
        let found = |pattern: &str| index.matching(pattern).into_iter().map(|e| e.id).collect::<Vec<_>>();
        assert_eq!(found("vendas*"), [0, 1]);
        assert_eq!(found("*vendas*"), [2, 0, 1]);
        assert_eq!(found("v*sul"), [1]);
        assert_eq!(found("vendas*norte*sul"), Vec::<usize>::new());
        assert_eq!(found("*"), Vec::<usize>::new());
        assert_eq!(found("pós*"), [2]);
    }

    #[test]
    fn a_long_pattern_is_compiled_and_matched_fast() {
        let name = "a".repeat(1_000);
        let index = name_index(&[name.as_str(); 100]);
        let many_stars = format!("a{}", "*".repeat(64 * 1024));
        let longest_fold = "\u{fdfa}".repeat(20_000);
        for pattern in [
            many_stars.as_str(),
            &"a*".repeat(32 * 1024),
            &"*é?".repeat(20_000),
            &longest_fold,
            &"\u{fdfa}*".repeat(16_000),
        ] {
            let started = std::time::Instant::now();
            assert!(compile_pattern(&fold(pattern)).is_some(), "{}", &pattern[..12]);
            index.matching(pattern);
            assert!(started.elapsed().as_secs() < 5, "{}: {:?}", &pattern[..12], started.elapsed());
        }
    }

    #[test]
    fn an_id_is_taken_as_it_is() {
        let index = name_index(&["Vendas"]);
        assert_eq!(ids(index.find("whatever", Some(0))), ("one", vec![0]));
        assert_eq!(ids(index.find("whatever", Some(9))), ("nothing", vec![]));
    }
}
