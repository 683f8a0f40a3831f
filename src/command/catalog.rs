//! The catalog: finds commands by name, in any language, and suggests the nearest name of a typo.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::command::spec::CommandSpec;
use crate::command::wish::{Wish, WishTable};
use crate::directory::{MIN_SIMILARITY, count_typos, fold, fold_word};
use crate::domain::Locale;
use crate::i18n;
use crate::parse::command_lines::{NameKind, split_commands};
use crate::parse::prefix::{CommandParser, is_too_long};
use crate::parse::word_lists::in_word_list;

/// Shorter words match by chance.
const MIN_GUESS_LEN: usize = 3;

/// The prefixes that turn a name into its opposite.
const NEGATIONS: [&str; 6] = ["des", "de", "dis", "un", "in", "re"];

/// All commands, by name. Help, documentation and rights follow from it.
pub struct Catalog {
    /// In the order of the help.
    specs: Vec<&'static CommandSpec>,
    /// By each of their names, folded.
    by_name: FxHashMap<String, &'static CommandSpec>,
    /// Made for the first message of an admin: it takes a megabyte with the texts of all languages.
    wishes: OnceLock<WishTable>,
}

impl Catalog {
    /// A catalog of these commands, in the order of the help.
    pub fn new(specs: impl IntoIterator<Item = &'static CommandSpec>) -> Self {
        let specs: Vec<_> = specs.into_iter().collect();
        let names = specs.iter().flat_map(|spec| spec.names().map(|name| (fold(name), *spec)));
        Self { by_name: names.collect(), wishes: OnceLock::new(), specs }
    }

    /// Every command, in the order of the help.
    pub fn specs(&self) -> &[&'static CommandSpec] {
        &self.specs
    }

    /// The English names, as the configuration's `commands` has them.
    pub fn names(&self) -> Vec<&'static str> {
        self.specs.iter().map(|spec| spec.name).collect()
    }

    /// The command of a name in any language: without case and accents, nothing fuzzier.
    pub fn lookup(&self, typed: &str) -> Option<&'static CommandSpec> {
        if is_too_long(typed) { None } else { self.by_name.get(&*fold_word(typed)).copied() }
    }

    /// The name in the help of a language, by the English name; `help` where there is no such command.
    pub fn name_in(&self, name: &str, locale: Locale) -> &'static str {
        self.specs.iter().find(|spec| spec.name == name).map_or("help", |spec| spec.name_in(locale))
    }

    /// The wish in a text without a prefix. It may be chatter, so what changes something is only offered.
    pub fn parse_wish(&self, text: &str) -> Option<Wish> {
        self.wishes.get_or_init(|| WishTable::new(&self.specs)).parse(text)
    }

    /// The commands of a message, at most `limit`; none if it is not written like one.
    pub fn split_commands<'t>(&self, text: &'t str, parser: &CommandParser, limit: usize) -> Vec<&'t str> {
        split_commands(text, parser, limit, |typed| match self.lookup(typed) {
            None => NameKind::Unknown,
            Some(spec) if spec.is_verbatim() => NameKind::WithText,
            Some(_) => NameKind::Command,
        })
    }

    /// The name nearest to what was typed, if one is near: of the chat's language, else of another one. The
    /// opposite of what was typed is never suggested.
    pub fn nearest_name(&self, typed: &str, locale: Locale) -> Option<&'static str> {
        if is_too_long(typed) {
            return None;
        }
        let typed = fold(typed);
        if let Some(name) = self.synonym(&typed, locale) {
            return Some(name);
        }
        let length = typed.chars().count();
        let names = || self.specs.iter().flat_map(|spec| spec.names().map(move |name| (spec, name)));
        let has_opposite = names().any(|(_, name)| antonym_distance(&typed, &fold(name)) == Some(0));
        // What no command does, near as the word may be to a name: `/rename` is no `/remove`.
        let is_without_command = in_word_list(&typed, "words-without-command");
        if length < MIN_GUESS_LEN || has_opposite || is_without_command {
            return None;
        }
        let is_shortened = |name: &str| length > MIN_GUESS_LEN && name.starts_with(&typed);
        let near = names().filter_map(|(spec, name)| {
            let folded = fold(name);
            let is_near = folded.chars().count() >= MIN_GUESS_LEN
                && (count_typos(&typed, &folded) <= 1 + length / 4 || is_shortened(&folded))
                && antonym_distance(&typed, &folded).is_none_or(|letters| letters > 1);
            let score = strsim::jaro_winkler(&typed, &folded);
            let is_own = spec.locales_of_name(name).contains(&locale);
            (is_near && score >= MIN_SIMILARITY).then_some((is_own, score, name))
        });
        let nearest = near.max_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
        nearest.map(|(_, _, name)| name)
    }

    /// The command that another word is often typed for, `/delete`, `/apagar`: its name in the word's language.
    fn synonym(&self, typed: &str, locale: Locale) -> Option<&'static str> {
        let others = Locale::ALL.into_iter().filter(|other| *other != locale);
        std::iter::once(locale).chain(others).find_map(|locale| {
            let words = i18n::text(locale, "command-synonyms", &[]);
            let command_of = |pair: &str| {
                let (word, command) = pair.trim().split_once(' ')?;
                (fold(word) == typed).then(|| self.lookup(command))?
            };
            Some(words.split(',').find_map(command_of)?.name_in(locale))
        })
    }
}

/// The edit distance of two words but for a prefix that makes one the opposite of the other.
fn antonym_distance(one: &str, other: &str) -> Option<usize> {
    let stems = |word: &str| -> Vec<(&str, String)> {
        let negated = NEGATIONS
            .into_iter()
            .filter_map(|negation| word.strip_prefix(negation).map(|stem| (negation, stem.to_owned())));
        negated.chain([("", word.to_owned())]).collect()
    };
    let (ones, others) = (stems(one), stems(other));
    let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| (one, other)));
    // `de` and `des` are the same prefix.
    let is_opposed = |one: &str, other: &str| one.get(..2) != other.get(..2);
    pairs
        .filter(|(one, other)| is_opposed(one.0, other.0) && one.1.len() >= MIN_GUESS_LEN)
        .map(|(one, other)| count_typos(&one.1, &other.1))
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::CATALOG;

    #[test]
    fn a_command_name_ignores_case_and_accents_but_allows_no_typo() {
        let rows = [
            ("LINK", Some("link")),
            ("Vincular", Some("link")),
            ("enlazar", Some("link")),
            ("situacao", Some("status")),
            ("situação", Some("status")),
            ("quemsou", Some("whoami")),
            ("ayuda", Some("help")),
            ("lınk", None), // a dotless ı
            ("lіnk", None), // a Cyrillic і
            ("linkk", None),
        ];
        for (typed, expected) in rows {
            assert_eq!(CATALOG.lookup(typed).map(|spec| spec.name), expected, "{typed}");
        }
    }

    #[test]
    fn a_typo_gets_the_nearest_name_of_its_language() {
        assert_eq!(CATALOG.nearest_name("lnik", Locale::En), Some("link"));
        assert_eq!(CATALOG.nearest_name("vinclar", Locale::PtBr), Some("vincular"));
        assert_eq!(CATALOG.nearest_name("comunidads", Locale::Es), Some("comunidades"));
        assert_eq!(CATALOG.nearest_name("xyzzy", Locale::En), None);
    }

    #[test]
    fn the_opposite_command_is_never_suggested() {
        let rows = [
            ("despromover", Some("rebaixar")),
            ("unpromote", Some("demote")),
            ("despromovr", None),
            ("ativar", None),
            ("reativar", None),
            ("reactivate", None),
            ("activar", None),
            ("activate", None),
            ("redo", None),
            ("refazer", None),
            ("renomear", None),
            ("rename", None),
            ("desvicular", Some("desvincular")),
            ("unlik", Some("unlink")),
            ("remve", Some("remover")),
            ("desrever", Some("descrever")),
            ("deactivte", Some("deactivate")),
        ];
        for (typed, expected) in rows {
            assert_eq!(CATALOG.nearest_name(typed, Locale::PtBr), expected, "{typed}");
        }
    }

    #[test]
    fn a_guess_is_of_the_language_of_the_chat_where_one_is_near_and_of_words_that_are_long_enough() {
        let rows = [
            ("mova", Some("mover")),
            ("remova", Some("remover")),
            ("linkar", Some("vincular")),
            ("log", Some("histórico")),
            ("historia", Some("histórico")),
            ("adm", Some("promover")),
            ("config", Some("configurar")),
            ("lnik", Some("link")),
            ("sair", None),
            ("as", None),
            ("si", None),
            ("ma", None),
        ];
        for (typed, expected) in rows {
            assert_eq!(CATALOG.nearest_name(typed, Locale::PtBr), expected, "{typed}");
        }
        assert_eq!(CATALOG.nearest_name("historia", Locale::Es), Some("historial"));
    }

    #[test]
    fn other_words_for_commands_are_of_commands_and_no_names_of_them() {
        assert_eq!(CATALOG.nearest_name("apagar", Locale::PtBr), Some("desativar"));
        assert_eq!(CATALOG.nearest_name("APAGAR", Locale::En), Some("desativar"));
        assert_eq!(CATALOG.nearest_name("delete", Locale::Es), Some("deactivate"));
        for locale in Locale::ALL {
            for pair in crate::i18n::text(locale, "command-synonyms", &[]).split(',') {
                let (word, command) = pair.trim().split_once(' ').unwrap();
                assert!(CATALOG.lookup(word).is_none(), "{locale}: {word}");
                assert_eq!(CATALOG.lookup(command).map(|spec| spec.name), Some(command), "{locale}: {word}");
            }
        }
    }
}
