//! An index of names, and how a typed word is matched against them. No I/O.

use std::collections::HashMap;

use regex::Regex;

use super::folding::fold;

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

/// The most bytes of a word that is compared with every name; WhatsApp limits names to 100 characters.
const MAX_FUZZY_LEN: usize = 400;

/// A list by name; its names are folded once.
#[derive(Clone, Debug)]
pub struct NameIndex<Id> {
    /// Sorted by folded name.
    entries: Vec<(String, NamedEntry<Id>)>,
}

impl<Id: Clone + PartialEq> NameIndex<Id> {
    /// Builds the index of a list in any order.
    pub fn new(entries: Vec<NamedEntry<Id>>) -> Self {
        let mut entries: Vec<_> = entries.into_iter().map(|entry| (fold(&entry.name), entry)).collect();
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
        !self.starting_with(&fold(name), true).is_empty()
    }

    /// Matches a word: an id, else a whole name, else the beginning of just one name.
    pub fn find(&self, typed: &str, id: Option<Id>) -> NameMatch<Id> {
        if let Some(id) = id {
            return match self.by_id(&id) {
                Some(entry) => NameMatch::Exact(entry.clone()),
                None => NameMatch::NotFound { suggestions: Vec::new() },
            };
        }
        let wanted = fold(typed);
        if wanted.is_empty() {
            return NameMatch::NotFound { suggestions: Vec::new() };
        }
        for is_whole in [true, false] {
            let begin = self.starting_with(&wanted, is_whole).iter();
            let fit = begin.filter(|(name, _)| is_whole || is_beginning(&wanted, name));
            let fit: Vec<NamedEntry<Id>> = fit.map(|(_, entry)| entry.clone()).collect();
            match <[NamedEntry<Id>; 1]>::try_from(fit) {
                Ok([entry]) => return NameMatch::Exact(entry),
                Err(several) if several.is_empty() => {}
                Err(several) => return NameMatch::Ambiguous(several),
            }
        }
        NameMatch::NotFound { suggestions: self.nearest(&wanted) }
    }

    /// The entries whose names match a pattern with `*` for anything.
    pub fn matching(&self, pattern: &str) -> Vec<NamedEntry<Id>> {
        let pattern = fold(pattern);
        if pattern.chars().all(|c| c == '*') {
            // A bare star would match everything: too much for a typo.
            return Vec::new();
        }
        let Some(pattern) = compile_pattern(&pattern) else { return Vec::new() };
        let matching = self.entries.iter().filter(|(name, _)| pattern.is_match(name));
        matching.map(|(_, entry)| entry.clone()).collect()
    }

    /// The entries whose names hold all the words.
    pub fn containing_all(&self, words: &[String]) -> Vec<NamedEntry<Id>> {
        let words: Vec<String> = words.iter().map(|word| fold(word)).collect();
        let holds = |name: &String| words.iter().all(|word| name.contains(word));
        self.entries.iter().filter(|(name, _)| holds(name)).map(|(_, entry)| entry.clone()).collect()
    }

    fn starting_with(&self, wanted: &str, is_whole: bool) -> &[(String, NamedEntry<Id>)] {
        let start = self.entries.partition_point(|(name, _)| name.as_str() < wanted);
        let fits = |name: &str| if is_whole { name == wanted } else { name.starts_with(wanted) };
        let length = self.entries[start..].iter().take_while(|(name, _)| fits(name)).count();
        &self.entries[start..start + length]
    }

    /// The nearest names, for suggestions only: no command acts on a fuzzy match.
    fn nearest(&self, wanted: &str) -> Vec<NamedEntry<Id>> {
        // The time grows with both lengths, and all commands wait for it (THREATS.md, T18).
        if wanted.len() > MAX_FUZZY_LEN {
            return Vec::new();
        }
        let mut scored: Vec<(f64, &NamedEntry<Id>)> = self
            .entries
            .iter()
            .map(|(name, entry)| (similarity(wanted, name), entry))
            .filter(|(score, _)| *score >= 0.8)
            .collect();
        scored.sort_by(|one, other| other.0.total_cmp(&one.0));
        scored.into_iter().take(3).map(|(_, entry)| entry.clone()).collect()
    }
}

/// Whether a name begins with the typed words: `bloco 1` is no beginning of “Bloco 10”, and a number alone is the
/// number of a list entry, or a whole name.
fn is_beginning(wanted: &str, name: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let is_cut = wanted.ends_with(is_digit) && name[wanted.len()..].starts_with(is_digit);
    !is_cut && !wanted.chars().all(is_digit)
}

/// Names, with ids where two are alike.
pub fn disambiguate<Id: ToString>(entries: &[NamedEntry<Id>]) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        *counts.entry(fold(&entry.name)).or_default() += 1;
    }
    let is_alone = |entry: &NamedEntry<Id>| counts.get(&fold(&entry.name)) == Some(&1);
    entries.iter().map(|e| if is_alone(e) { e.name.clone() } else { e.id.to_string() }).collect()
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
