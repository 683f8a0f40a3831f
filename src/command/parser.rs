//! Recognised: is this text an order, and which? Names are read without case and accents, and guessed by nobody.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use unicode_normalization::char::is_combining_mark;

use super::prompt::word_list;
use super::{CommandSpec, Handler, args, catalog};
use crate::directory::{fold, is_invisible};
use crate::domain::Locale;

/// A text that is written like an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedCommand {
    /// The name as typed, without the prefix.
    pub typed: String,
    /// What follows the name.
    pub rest: String,
}

/// Longer than any command's name.
const MAX_NAME_LEN: usize = 40;

/// Whether a word is longer than any command's name. Nothing is compared with it then: a message may hold
/// 64 KiB without a blank, and each comparison costs its length, or more.
fn is_too_long(word: &str) -> bool {
    word.chars().nth(MAX_NAME_LEN).is_some()
}

/// The order in a text, if it is written like one. `/`, `//` and `/home/ana` are none.
pub fn parse_command(text: &str, prefixes: &[String]) -> Option<ParsedCommand> {
    // Nearly every message is chatter, and ends here without a copy.
    let text = strip_prefix(text.trim_start_matches(is_skipped), prefixes)?;
    let text = strip_invisible(text);
    let (typed, rest) = split_name(text.trim_end())?;
    Some(ParsedCommand { typed: typed.to_owned(), rest: rest.to_owned() })
}

/// The order in a text that is none, since its prefix was forgotten or does not stand first: `link Sales x`,
/// `/ link Sales x`, `please /link Sales x`. It may be chatter, so it is no more than offered; what is quoted,
/// or stands further down, is somebody else's.
pub fn parse_without_prefix(text: &str, prefixes: &[String]) -> Option<ParsedCommand> {
    let is_around = |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '~' | '`') || is_invisible(c);
    let behind_prefix = prefixes.iter().find_map(|prefix| {
        let (before, behind) = text.split_once(prefix.as_str())?;
        let is_own = !before.contains(['>', '\n']) && (before.is_empty() || before.ends_with(is_around));
        is_own.then_some(behind)
    });
    let text = strip_invisible(behind_prefix.unwrap_or(text).trim_matches(is_around));
    let (typed, rest) = split_name(&text)?;
    let spec = lookup(typed).filter(|spec| matches!(spec.handler, Handler::Run(_)))?;
    let is_change = spec.is_mutating && !spec.accepts_picture() && !rest.is_empty();
    let is_likely = behind_prefix.is_some() || is_change;
    let is_order = is_likely && args::parse(spec.args, spec.is_mutating, rest).is_ok();
    is_order.then(|| ParsedCommand { typed: typed.to_owned(), rest: rest.to_owned() })
}

/// What follows the name of an order, with all that nobody sees.
pub fn raw_arguments<'t>(text: &'t str, prefixes: &[String]) -> Option<&'t str> {
    let text = strip_prefix(text.trim_start_matches(is_skipped), prefixes)?;
    let rest = text.trim_start_matches(|c| is_name_char(c) || is_invisible(c));
    Some(rest.trim_start_matches(|c| is_sentence_end(c) || is_invisible(c)).trim())
}

fn is_sentence_end(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | ',' | ':' | ';' | '…')
}

/// A name of at most 40 letters, marks and digits, the first one a letter; then nothing, or blanks and the rest.
fn split_name(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with(is_letter) {
        return None;
    }
    let end = text.find(|c| !is_name_char(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    // Who ends a sentence ends an order likewise: `/help.`
    let rest = rest.trim_start_matches(is_sentence_end);
    let words = rest.trim_start();
    let is_order = !is_too_long(name) && (rest.is_empty() || words.len() < rest.len());
    is_order.then_some((name, words))
}

/// A letter, as Unicode's category `L` has it: an alphabetic character that is no mark, no number, and no
/// letter in a circle or a square.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_numeric() && !is_combining_mark(c) && !is_framed(c)
}

fn is_name_char(c: char) -> bool {
    (c.is_alphanumeric() && !is_framed(c)) || is_combining_mark(c)
}

fn is_framed(c: char) -> bool {
    matches!(c, 'Ⓐ'..='ⓩ' | '\u{1f130}'..='\u{1f149}' | '\u{1f150}'..='\u{1f169}' | '\u{1f170}'..='\u{1f189}')
}

fn is_skipped(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

fn strip_prefix<'a>(text: &'a str, prefixes: &[String]) -> Option<&'a str> {
    let wide = |prefix: &String| -> String { prefix.chars().map(to_full_width).collect() };
    // Of prefixes that begin alike the longest one is meant.
    let rests = prefixes.iter().filter_map(|prefix| {
        text.strip_prefix(prefix.as_str()).or_else(|| {
            // A full-width form is three bytes from U+FF01 on; most texts do not begin so.
            text.starts_with(|c| ('\u{ff01}'..='\u{ff5e}').contains(&c))
                .then(|| text.strip_prefix(&wide(prefix)))?
        })
    });
    Some(rests.min_by_key(|rest| rest.len())?.trim_start_matches(is_invisible))
}

/// The full-width twin of an ASCII sign, as some keyboards type it.
fn to_full_width(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
        other => other,
    }
}

pub(super) fn strip_invisible(text: &str) -> Cow<'_, str> {
    if text.contains(is_invisible) {
        text.chars().filter(|c| !is_invisible(*c)).collect::<String>().into()
    } else {
        text.into()
    }
}

/// Every command by each of its names, folded.
static COMMANDS_BY_NAME: LazyLock<HashMap<String, &'static CommandSpec>> = LazyLock::new(|| {
    let all = catalog::COMMANDS.iter().copied();
    all.flat_map(|spec| spec.names().map(move |name| (fold(name), spec))).collect()
});

/// The command of a name in any language: without case and accents, nothing fuzzier.
pub fn lookup(typed: &str) -> Option<&'static CommandSpec> {
    if is_too_long(typed) { None } else { COMMANDS_BY_NAME.get(&fold(typed)).copied() }
}

/// The command that another word is often typed for: `/delete`, `/apagar`; its name in the word's language.
fn synonym(typed: &str, locale: Locale) -> Option<&'static str> {
    let others = Locale::ALL.into_iter().filter(|other| *other != locale);
    std::iter::once(locale).chain(others).find_map(|locale| {
        let words = crate::i18n::text(locale, "words-for-commands", &[]);
        let of = |pair: &str| {
            let (word, command) = pair.trim().split_once(' ')?;
            (fold(word) == typed).then(|| lookup(command))?
        };
        Some(words.split(',').find_map(of)?.name_in(locale))
    })
}

/// What turns a name into its opposite.
const NEGATIONS: [&str; 6] = ["des", "de", "dis", "un", "in", "re"];
/// Shorter words, and names, are alike by chance.
const MIN_GUESS_LEN: usize = 3;

/// Words for what no command does, near as they may be to a name: `/rename` is no `/remove`.
static WORDS_WITHOUT_COMMAND: LazyLock<HashSet<String>> =
    LazyLock::new(|| word_list("words-without-command"));

/// How many letters two words are apart, where one is the other's opposite but for these.
fn antonym_distance(one: &str, other: &str) -> Option<usize> {
    let stems = |word: &str| -> Vec<(&str, String)> {
        let negated = NEGATIONS
            .into_iter()
            .filter_map(|negation| word.strip_prefix(negation).map(|stem| (negation, stem.to_owned())));
        negated.chain([("", word.to_owned())]).collect()
    };
    let (ones, others) = (stems(one), stems(other));
    let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| (one, other)));
    // `de` and `des` say the same.
    let is_opposed = |one: &str, other: &str| one.get(..2) != other.get(..2);
    pairs
        .filter(|(one, other)| is_opposed(one.0, other.0) && one.1.len() >= MIN_GUESS_LEN)
        .map(|(one, other)| strsim::damerau_levenshtein(&one.1, &other.1))
        .min()
}

/// The name nearest to what was typed, if one is near: of the chat's language, else of another one. Nobody is
/// offered the opposite of what they typed.
pub fn nearest_name(typed: &str, locale: Locale) -> Option<&'static str> {
    if is_too_long(typed) {
        return None;
    }
    let typed = fold(typed);
    if let Some(name) = synonym(&typed, locale) {
        return Some(name);
    }
    let length = typed.chars().count();
    let names = || catalog::COMMANDS.iter().flat_map(|spec| spec.names().map(move |name| (spec, name)));
    let has_opposite = names().any(|(_, name)| antonym_distance(&typed, &fold(name)) == Some(0));
    if length < MIN_GUESS_LEN || has_opposite || WORDS_WITHOUT_COMMAND.contains(&typed) {
        return None;
    }
    let is_shortened = |name: &str| length > MIN_GUESS_LEN && name.starts_with(&typed);
    let nearest_of = |is_own: bool| {
        let names = names().filter(|(spec, name)| spec.locales_of_name(name).contains(&locale) == is_own);
        let scored = names.filter_map(|(_, name)| {
            let folded = fold(name);
            let is_near = folded.chars().count() >= MIN_GUESS_LEN
                && (strsim::damerau_levenshtein(&typed, &folded) <= 1 + length / 4 || is_shortened(&folded))
                && antonym_distance(&typed, &folded).is_none_or(|letters| letters > 1);
            is_near.then(|| (strsim::jaro_winkler(&typed, &folded), name))
        });
        let near = scored.filter(|(score, _)| *score >= 0.8);
        near.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, name)| name)
    };
    nearest_of(true).or_else(|| nearest_of(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slash() -> Vec<String> {
        vec!["/".to_owned()]
    }

    #[test]
    fn a_command_is_recognised_as_phones_write_it() {
        let rows = [
            ("/link Sales x", "link", "Sales x"),
            ("/LINK", "LINK", ""),
            ("  /link  Sales ", "link", "Sales"),
            ("/link\nSales\nx", "link", "Sales\nx"),
            ("\u{200e}/link Sales", "link", "Sales"),
            ("/\u{200b}li\u{200d}nk Sa\u{202a}les", "link", "Sales"),
            ("\u{a0}/link\u{a0}Sales", "link", "Sales"),
            ("／link Sales", "link", "Sales"),
            ("/situação", "situação", ""),
            ("/situac\u{327}a\u{303}o", "situac\u{327}a\u{303}o", ""),
            ("/help.", "help", ""),
            ("/status?!", "status", ""),
            ("/link: Sales a", "link", "Sales a"),
        ];
        for (text, typed, rest) in rows {
            let expected = ParsedCommand { typed: typed.to_owned(), rest: rest.to_owned() };
            assert_eq!(parse_command(text, &slash()), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn chatter_is_no_command() {
        let rows = [
            "",
            "/",
            "//",
            "// link",
            "/ link",
            "link Sales",
            "bom dia /link x",
            "/home/ana",
            "/5",
            "/link@bot",
            "/link.txt",
            "/a,b",
            "/😀",
            "http://x/link",
            "!link x",
            "/\0link",
        ];
        for text in rows {
            assert_eq!(parse_command(text, &slash()), None, "{text:?}");
        }
    }

    #[test]
    fn a_command_whose_prefix_is_forgotten_or_does_not_stand_first_is_guessed_where_it_is_a_whole_one() {
        let texts = [
            "vincular bairro futebol",
            "/ vincular bairro futebol",
            "*/vincular bairro futebol*",
            "Por favor /vincular bairro futebol",
        ];
        let expected = ParsedCommand { typed: "vincular".to_owned(), rest: "bairro futebol".to_owned() };
        for text in texts {
            assert_eq!(parse_without_prefix(text, &slash()).as_ref(), Some(&expected), "{text}");
        }
        assert!(parse_without_prefix("bom dia /grupos", &slash()).is_some());
        let chatter =
            ["vincular", "link aqui", "foto linda", "quem vai hoje?", "mais uma coisa", "grupos cheios"];
        for text in chatter.into_iter().chain([
            "http://x/link",
            "e/ou",
            "1/2 mais",
            "sim, mas amanhã",
            "> /grupos",
            "oi\n/grupos",
            "",
        ]) {
            assert_eq!(parse_without_prefix(text, &slash()), None, "{text}");
        }
    }

    #[test]
    fn names_are_of_the_letters_marks_and_digits_of_unicode() {
        let letter = regex::Regex::new(r"\A\p{L}\z").unwrap();
        let part = regex::Regex::new(r"\A[\p{L}\p{M}\p{N}]\z").unwrap();
        // Either side may know a newer Unicode.
        let unassigned = regex::Regex::new(r"\A\p{Cn}\z").unwrap();
        let is_read_otherwise = |c: &char| {
            let mut bytes = [0; 4];
            let text: &str = c.encode_utf8(&mut bytes);
            (is_letter(*c) != letter.is_match(text) || is_name_char(*c) != part.is_match(text))
                && !unassigned.is_match(text)
        };

        let otherwise: Vec<char> = ('\0'..=char::MAX).filter(is_read_otherwise).collect();

        assert!(otherwise.is_empty(), "{} such as {:x?}", otherwise.len(), otherwise.first());
    }

    #[test]
    fn a_name_has_forty_letters_at_most() {
        let (longest, longer) = ("a".repeat(40), "a".repeat(41));

        assert!(parse_command(&format!("/{longest} x"), &slash()).is_some());
        assert_eq!(parse_command(&format!("/{longer} x"), &slash()), None);
        assert_eq!(parse_command(&format!("/{longer}"), &slash()), None);
    }

    #[test]
    fn other_prefixes_serve_as_well() {
        let prefixes = vec!["!".to_owned(), "#!".to_owned()];
        for text in ["!link x", "#!link x", "！link x"] {
            assert!(parse_command(text, &prefixes).is_some(), "{text}");
        }
        assert_eq!(parse_command("/link x", &prefixes), None);
    }

    #[test]
    fn a_command_has_its_names_without_case_and_accents_and_nothing_fuzzier() {
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
            assert_eq!(lookup(typed).map(|spec| spec.name), expected, "{typed}");
        }
    }

    #[test]
    fn a_typo_gets_the_nearest_name_of_its_language() {
        assert_eq!(nearest_name("lnik", Locale::En), Some("link"));
        assert_eq!(nearest_name("vinclar", Locale::PtBr), Some("vincular"));
        assert_eq!(nearest_name("comunidads", Locale::Es), Some("comunidades"));
        assert_eq!(nearest_name("xyzzy", Locale::En), None);
    }

    #[test]
    fn nobody_is_offered_the_opposite_of_what_they_typed() {
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
            assert_eq!(nearest_name(typed, Locale::PtBr), expected, "{typed}");
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
            assert_eq!(nearest_name(typed, Locale::PtBr), expected, "{typed}");
        }
        assert_eq!(nearest_name("historia", Locale::Es), Some("historial"));
    }

    #[test]
    fn other_words_for_commands_are_of_commands_and_no_names_of_them() {
        assert_eq!(nearest_name("apagar", Locale::PtBr), Some("desativar"));
        assert_eq!(nearest_name("APAGAR", Locale::En), Some("desativar"));
        assert_eq!(nearest_name("delete", Locale::Es), Some("deactivate"));
        for locale in Locale::ALL {
            for pair in crate::i18n::text(locale, "words-for-commands", &[]).split(',') {
                let (word, command) = pair.trim().split_once(' ').unwrap();
                assert!(lookup(word).is_none(), "{locale}: {word}");
                assert_eq!(lookup(command).map(|spec| spec.name), Some(command), "{locale}: {word}");
            }
        }
    }
}
