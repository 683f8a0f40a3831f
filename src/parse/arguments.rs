//! The arguments of a command: a community, groups, people, a text, flags. `tokenizer` splits the text into tokens.
//!
//! Which tokens name the community is known only to those who know the names, so the tokens are stored, and assigned to
//! the kinds of arguments later.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::domain::CommunityId;
use crate::parse::flags::Flags;
use crate::parse::names::{MAX_COURTESY_WORDS, is_courtesy_phrase};
use crate::parse::text::{is_blank, is_comma, offset_of};
use crate::parse::tokenizer::{Token, Tokenizer, join};
use crate::parse::word_lists::in_word_list;
use crate::reply::UsageError;

/// A kind of argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgKind {
    /// One community.
    Community,
    /// One group or more; before a community, all words but the last one.
    Groups,
    /// People, by number or lid; the rest of the text as it is typed.
    People,
    /// Any number of words.
    Words,
    /// A text, kept as it is typed.
    Text,
    /// A text of the command's own, kept as it is typed, under this translation key.
    FreeText(&'static str),
    /// The name of a command, optional.
    Command,
    /// `all`, optional.
    All,
    /// The URL of a picture, always last. For a command in the caption of a picture it is added by the bot.
    Picture,
    /// Words with a meaning of their own, described by this translation key.
    Keyword(&'static str),
}

impl ArgKind {
    /// Whether it is kept as one text: its words are no tokens.
    fn is_text(self) -> bool {
        self.is_verbatim() || self == Self::People
    }

    /// Whether it is kept as it is typed, with its invisible characters: they join emoji and colour them.
    pub fn is_verbatim(self) -> bool {
        matches!(self, Self::Text | Self::FreeText(_))
    }

    /// The translation key for it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Community => "arg-community",
            Self::Groups => "arg-groups",
            Self::People => "arg-people",
            Self::Words => "arg-words",
            Self::Text => "arg-text",
            Self::Command => "arg-command",
            Self::All => "arg-all",
            Self::Picture => "arg-picture",
            Self::Keyword(key) | Self::FreeText(key) => key,
        }
    }
}

/// The arguments of a command as they are typed, split into tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedArguments {
    /// What was typed.
    pub source: String,
    /// All tokens; before a text, those in which the community may be named.
    pub tokens: Vec<Token>,
    /// The flags.
    pub flags: Flags,
    /// Whether flags are parsed.
    has_flags: bool,
}

/// The arguments of a command, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The community, if the command takes one.
    pub community: Option<String>,
    /// The groups, words or command name.
    pub tokens: Vec<Token>,
    /// The text, as it is typed.
    pub text: String,
    /// The flags.
    pub flags: Flags,
}

/// Parses the arguments of a command as if its first token, or the last one behind groups, named the community.
pub fn parse(args: &[ArgKind], has_flags: bool, source: &str) -> Result<Arguments, UsageError> {
    let found = TypedArguments::parse(args, has_flags, source)?.assign(args)?;
    found.missing_argument(args).map_or(Ok(found), Err)
}

impl TypedArguments {
    /// Arguments without tokens: those of a command that does not exist, or that cannot be read.
    pub fn unread(source: &str) -> Self {
        Self { source: source.to_owned(), ..Self::default() }
    }

    /// Splits the arguments of a command into tokens.
    pub fn parse(args: &[ArgKind], has_flags: bool, source: &str) -> Result<Self, UsageError> {
        let mut tokenizer = Tokenizer::new(source, has_flags);
        let tokens = match args {
            [ArgKind::Community, next, ..] if next.is_text() => tokenizer.read_head()?,
            [ArgKind::FreeText(_)] => Vec::new(),
            _ => tokenizer.read_all(args.first() == Some(&ArgKind::Community))?,
        };
        let mut typed = Self { source: source.to_owned(), tokens, flags: tokenizer.flags, has_flags };
        // Flags in the text count whichever words name the community.
        typed.flags = typed.assign(args)?.flags;
        Ok(typed)
    }

    /// The arguments if the first token, or the last one behind groups, names the community. What is missing beside it is
    /// known only with the names.
    pub fn assign(&self, args: &[ArgKind]) -> Result<Arguments, UsageError> {
        let range = match (args, self.tokens.len()) {
            ([ArgKind::Groups, ArgKind::Community], 0) => return Err(UsageError::MissingGroups),
            ([ArgKind::Groups, ArgKind::Community], 1) | ([ArgKind::Community, ..], 0) => {
                return Err(UsageError::MissingCommunity);
            }
            ([ArgKind::Groups, ArgKind::Community], count) => count - 1..count,
            ([ArgKind::Community], count) => 0..count,
            ([ArgKind::Community, ..], _) => 0..1,
            _ => return self.assign_without_community(args),
        };
        let name = join(&self.tokens[range.clone()]);
        self.assign_community(args, range, &name)
    }

    fn assign_without_community(&self, args: &[ArgKind]) -> Result<Arguments, UsageError> {
        let mut found = Arguments { flags: self.flags, tokens: self.tokens.clone(), ..Arguments::default() };
        let most = match args {
            [] => 0,
            [ArgKind::Command | ArgKind::All] => 1,
            [text @ ArgKind::FreeText(_)] => {
                self.read_text(*text, 0, &mut found)?;
                return if is_blank(&found.text) { Err(UsageError::MissingName) } else { Ok(found) };
            }
            _ => return Ok(found),
        };
        found.tokens.truncate(found.keywords().len());
        for token in found.tokens.iter_mut().filter(|_| most > 0) {
            token.text.truncate(token.text.trim_end_matches(['.', '!', '?']).len());
        }
        match found.tokens.get(most) {
            Some(_) => Err(UsageError::TooManyWords(join(&found.tokens))),
            None => Ok(found),
        }
    }

    /// The arguments if these tokens name the community: what stands beside them are the others.
    pub fn assign_community(
        &self,
        args: &[ArgKind],
        range: Range<usize>,
        name: &str,
    ) -> Result<Arguments, UsageError> {
        let community = Some(name.to_owned());
        let mut found = Arguments { community, flags: self.flags, ..Arguments::default() };
        match args {
            [ArgKind::Groups, ..] => found.tokens = self.tokens[..range.start].to_vec(),
            [_, next, ..] if next.is_text() => self.read_text(*next, self.behind(range), &mut found)?,
            [_, _, ..] => found.tokens = self.tokens[range.end..].to_vec(),
            _ => {}
        }
        Ok(found)
    }

    /// Reads the text or the people from a position on, and the flags there.
    fn read_text(&self, kind: ArgKind, start: usize, found: &mut Arguments) -> Result<(), UsageError> {
        let mut tokenizer = Tokenizer::new(&self.source[start..], self.has_flags);
        found.text = match kind {
            ArgKind::People => tokenizer.read_people()?,
            _ => tokenizer.read_text(),
        };
        found.flags.yes |= tokenizer.flags.yes;
        found.flags.dry_run |= tokenizer.flags.dry_run;
        Ok(())
    }

    /// The arguments as text, with this community in place of these tokens, in quotes if it stood so or in a list. Words
    /// beside it that are no other arguments are dropped.
    pub fn with_community(&self, args: &[ArgKind], range: Range<usize>, community: &CommunityId) -> String {
        let span = |at: usize| self.tokens.get(at).map_or(0..0, |token| token.span.clone());
        let is_quoted = self.tokens.get(range.start).is_some_and(|token| token.is_quoted);
        let quote = if is_quoted { "\"" } else { "" };
        let (before, behind) = match args {
            [ArgKind::Groups, ..] => (&self.source[..span(range.start).start], ""),
            [_] => ("", ""),
            [_, ArgKind::Groups | ArgKind::People, ..] if self.ends_sentence(&range) => {
                ("", self.source[..span(range.start - 1).start].trim_end())
            }
            [_, next, ..] if next.is_text() => ("", &self.source[self.behind(range)..]),
            _ => ("", &self.source[span(range.end.saturating_sub(1)).end..]),
        };
        format!("{} {before}{quote}{community}{quote} {behind}", self.flags.to_typed()).trim().to_owned()
    }

    /// Whether these tokens are all behind a preposition: `futebol no Bairro`.
    fn ends_sentence(&self, range: &Range<usize>) -> bool {
        let before = range.start.checked_sub(1).and_then(|at| self.tokens.get(at));
        let is_led =
            range.start > 1 && before.is_some_and(|token| in_word_list(&token.text, "wish-prepositions"));
        is_led && range.end == self.tokens.len() && self.ends_with_tokens()
    }

    /// Whether the tokens reach to the end: before a long text they do not.
    pub fn ends_with_tokens(&self) -> bool {
        let last = self.tokens.last().map_or(0, |last| last.span.end);
        self.source[last..].chars().all(|c| c.is_whitespace() || is_comma(c))
    }

    /// Where the text behind the community begins. A separator between them is dropped, unless the text begins on a
    /// later line, or an id stands before it: a command of the bot's own.
    fn behind(&self, range: Range<usize>) -> usize {
        let Some(last) = range.end.checked_sub(1).and_then(|last| self.tokens.get(last)) else { return 0 };
        let end = last.span.end;
        if range.len() == 1 && CommunityId::parse(&last.text).is_some() {
            return end;
        }
        let skip_flags = |text| Tokenizer::new(text, self.has_flags).skip_flags();
        let text = skip_flags(&self.source[end..]);
        let is_beside = self.source[end..offset_of(text, &self.source)].chars().all(is_blank_in_line);
        let is_dash = |c: char| matches!(c, '-' | '–' | '—');
        // In several lines it marks list items.
        let is_list = text.lines().filter(|line| line.trim_start().starts_with(is_dash)).count() > 1;
        let is_mark = |c: char| matches!(c, ':' | '|') || is_comma(c) || (is_dash(c) && !is_list);
        let rest = text.strip_prefix(is_mark).filter(|rest| rest.starts_with(char::is_whitespace));
        let rest = rest.filter(|rest| is_beside && !skip_flags(*rest).is_empty());
        rest.map_or(end, |rest| offset_of(rest, &self.source))
    }
}

impl Arguments {
    /// The groups, words or command name.
    pub fn words(&self) -> Vec<String> {
        self.tokens.iter().map(|token| token.text.clone()).collect()
    }

    /// The words without the courtesy behind them, for keywords: a name may end in such words.
    pub fn keywords(&self) -> Vec<String> {
        let mut words = self.words();
        let starts = |words: &[String]| words.len().saturating_sub(MAX_COURTESY_WORDS)..words.len();
        while let Some(start) = starts(&words).find(|start| is_courtesy_phrase(&words[*start..].join(" "))) {
            words.truncate(start);
        }
        words
    }

    /// The missing argument, after the community's name has taken its words.
    pub fn missing_argument(&self, args: &[ArgKind]) -> Option<UsageError> {
        match args {
            [ArgKind::Community, ArgKind::Text, ..] if is_blank(&self.text) => Some(UsageError::MissingText),
            [ArgKind::Community, ArgKind::People, ..] if is_blank(&self.text) => {
                Some(UsageError::MissingPeople)
            }
            args if args.contains(&ArgKind::Groups) && self.tokens.is_empty() => {
                Some(UsageError::MissingGroups)
            }
            _ => None,
        }
    }
}

/// Whether a character is a blank that ends no line.
fn is_blank_in_line(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\n' | '\r')
}

/// Whether a word is a person where the community is expected: a phone number or a mention, or the area code of one.
/// Ids of communities have more digits, numbers of a list fewer.
pub fn is_person(tokens: &[Token]) -> bool {
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    let Some(first) = tokens.first() else { return false };
    let word = first.text.as_str();
    let is_number = !word.contains(char::is_alphabetic) && (8..15).contains(&digits(word));
    let is_area_code = word.len() == 2
        && word.bytes().all(|b| b.is_ascii_digit())
        && tokens.get(1).is_some_and(|next| (8..=9).contains(&digits(&next.text)));
    is_number || is_area_code || (digits(word) > 0 && word.starts_with(['+', '(', '@']))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::commands;
    use crate::directory::fold;
    use crate::domain::Locale;
    use crate::parse::prefix::CommandParser;
    use crate::parse::text::strip_invisible;
    use crate::reply::Localizer;

    const LINK: &[ArgKind] = &[ArgKind::Community, ArgKind::Groups];

    fn link(rest: &str) -> (String, Vec<String>) {
        let found = parse(LINK, true, rest).unwrap_or_else(|error| panic!("{rest}: {error:?}"));
        (found.community.clone().unwrap(), found.words())
    }

    #[test]
    fn words_are_split_at_blanks_and_groups_at_commas_too() {
        let rows: [(&str, &str, &[&str]); 16] = [
            ("Sales a b", "Sales", &["a", "b"]),
            ("Sales a,b;c", "Sales", &["a", "b", "c"]),
            ("Sales\na\n\nb\r\nc", "Sales", &["a", "b", "c"]),
            ("Sales, a, b,", "Sales", &["a", "b"]),
            (r#""Bairro Feliz" futebol, mães"#, "Bairro Feliz", &["futebol", "mães"]),
            (r#""Bairro Feliz", "Time A","Time B""#, "Bairro Feliz", &["Time A", "Time B"]),
            ("“Bairro Feliz” ‘Time A’", "Bairro Feliz", &["Time A"]),
            ("„Bairro Feliz“ «Time A»", "Bairro Feliz", &["Time A"]),
            ("”Bairro Feliz” \"Time A”", "Bairro Feliz", &["Time A"]),
            ("'Joana d'Arc' d'água", "Joana d'Arc", &["d'água"]),
            ("’Joana d’Arc’ x", "Joana d’Arc", &["x"]),
            (r#""a,b;c" "d, e""#, "a,b;c", &["d, e"]),
            ("\"a  b\nc\" d", "a b c", &["d"]),
            ("Sales vendas* aqui", "Sales", &["vendas*", "aqui"]),
            (
                "120363186053925765 5511999999999-1623281429",
                "120363186053925765",
                &["5511999999999-1623281429"],
            ),
            (r#"Sales "" a"#, "Sales", &["a"]),
        ];
        for (rest, community, groups) in rows {
            let found = link(rest);
            assert_eq!(
                (found.0.as_str(), found.1.iter().map(String::as_str).collect::<Vec<_>>()),
                (community, groups.to_vec()),
                "{rest}"
            );
        }
    }

    #[test]
    fn a_text_is_kept_with_what_nobody_sees_and_a_name_is_not() {
        let text = "Família 👨\u{200d}👩\u{200d}👧  ❤\u{fe0f},\n\n\u{202a}x -- --yes";
        let rows = [
            (format!("\u{200e}Sa\u{200b}les {text}"), "Sales"),
            (format!("\u{200e}“Sa\u{200b}les”\n{text} "), "Sales"),
        ];
        for (rest, community) in rows {
            let found = parse(&[ArgKind::Community, ArgKind::Text], true, &rest).unwrap();
            assert_eq!((found.community.as_deref(), found.text.as_str()), (Some(community), text));
            assert!(!found.flags.yes);
        }
        for nothing in ["", "Sales", "Sales \u{200b}\n"] {
            assert!(parse(&[ArgKind::Community, ArgKind::Text], true, nothing).is_err(), "{nothing:?}");
        }
        let parser = CommandParser::new(&["/".to_owned()]);
        for command in [format!("/text {text}"), format!("\u{200b}/te\u{200d}xt\n{text}\n")] {
            assert_eq!(parser.raw_arguments(&command), Some(text));
        }
    }

    #[test]
    fn an_address_is_one_word() {
        let picture =
            parse(&[ArgKind::Community, ArgKind::Picture], true, "Bairro Feliz\nhttps://x.example/a,b;c");
        assert_eq!(picture.unwrap().words(), ["Feliz", "https://x.example/a,b;c"]);
    }

    #[test]
    fn a_separator_behind_the_community_is_no_part_of_the_text() {
        let args = &[ArgKind::Community, ArgKind::Text];
        for (rest, words, expected) in [
            ("Bairro Feliz oi", 2, "oi"),
            ("Bairro féliz:\noi\nFeliz", 2, "oi\nFeliz"),
            ("Bairro Feliz", 2, ""),
            ("Bairro Feliz : Oi", 2, "Oi"),
            ("Bairro Feliz, Oi", 2, "Oi"),
            ("Bairro Feliz – Oi\nTchau", 2, "Oi\nTchau"),
            ("Bairro - um\n- dois", 1, "- um\n- dois"),
            ("Bairro -", 1, "-"),
            ("Bairro -5 graus", 1, "-5 graus"),
            ("Bairro :)", 1, ":)"),
            ("Bairro = igual", 1, "= igual"),
            ("Bairro Feliz\n- um", 2, "- um"),
            ("120363186053925765 : Feliz", 1, ": Feliz"),
            ("“Bairro Feliz”: --teste Oi", 1, "Oi"),
        ] {
            let typed = TypedArguments::parse(args, true, rest).unwrap();
            let found = typed.assign_community(args, 0..words, "x").unwrap();
            assert_eq!(found.text, expected, "{rest:?}");
            let id = CommunityId::parse("120363186053925765").unwrap();
            let printed = typed.with_community(args, 0..words, &id);
            if !expected.is_empty() {
                assert_eq!(parse(args, true, &printed).unwrap().text, expected, "{printed:?}");
            }
        }
    }

    #[test]
    fn a_command_with_an_id_has_the_arguments_of_the_typed_one() {
        let moving: &[ArgKind] = &[ArgKind::Groups, ArgKind::Community];
        let picture: &[ArgKind] = &[ArgKind::Community, ArgKind::Picture];
        let rows: [(&[ArgKind], &str, &[&str]); 13] = [
            (picture, "\"Mães do Bairro\" , 1) Sales", &["Sales"]),
            (picture, ", \n- \"Mães do Bairro\" Sales", &[]),
            (LINK, ",\nSales 1. Futebol d'água\n- x", &["Futebol d'água", "x"]),
            (LINK, "--yes\n- Sales\n- Time A", &["Time A"]),
            (LINK, "Sales\"Mães do Bairro\", 1) x", &["do", "Bairro\"", "x"]),
            (LINK, "“Bairro Feliz”, 1. Time A, 2. “Time B, 3. C”", &["Time A", "Time B, 3. C"]),
            (moving, "Sales , 1) Bairro", &["Sales"]),
            (moving, "Sales , 1) \"Bairro Feliz\"", &["Sales"]),
            (moving, "Sales , 1) 3-5", &["Sales", "1)"]),
            (moving, "1. Mães do Bairro\n- Sales", &["Mães do Bairro"]),
            (moving, "1. Mães do Bairro, 2. Sales", &["Mães do Bairro"]),
            (moving, "2. --try Sales\n- 1)", &["Sales"]),
            (moving, "Mães 1. x Sales", &["Mães", "1.", "x"]),
        ];
        let id = CommunityId::parse("120363186053925765").unwrap();
        for (args, rest, words) in rows {
            let typed = TypedArguments::parse(args, true, rest).unwrap();
            assert_eq!(typed.assign(args).unwrap().words(), words, "{rest:?}");
            let community = if args == moving { typed.tokens.len() - 1 } else { 0 };
            let printed = typed.with_community(args, community..community + 1, &id);
            let found = TypedArguments::parse(args, true, &printed).unwrap().assign(args).unwrap();
            assert_eq!(
                (found.community.as_deref(), found.words()),
                (Some(id.as_str()), words.iter().map(|word| (*word).to_owned()).collect()),
                "{printed:?}"
            );
        }
    }

    #[test]
    fn a_pasted_column_has_a_name_a_line() {
        let rows: [(&str, &[&str]); 10] = [
            ("Sales feliz 1 - Mães do Bairro\n2 - Time A", &["feliz", "Mães do Bairro", "Time A"]),
            ("Sales\n1️⃣ Mães do Bairro\n2⃣Time A\n🔟 x", &["Mães do Bairro", "Time A", "x"]),
            ("Sales\n1 – 2\n2 — 1", &["2", "1"]),
            ("Sales\n- Mães do Bairro\n- Time A", &["Mães do Bairro", "Time A"]),
            ("Sales:\n• Mães do Bairro,\n•Time A", &["Mães do Bairro", "Time A"]),
            ("Sales\n1. Mães do Bairro\n2) Time A\n\n3 - x", &["Mães do Bairro", "Time A", "x"]),
            ("Sales x\n* Time A; \ny z", &["x", "Time A", "y", "z"]),
            (
                "Sales\n1. “Mães do Bairro” 120363000000000001-group\n2. “Time A”",
                &["Mães do Bairro", "Time A"],
            ),
            ("Sales 1. ano", &["1.", "ano"]),
            ("Sales\n1º ano\n2º ano", &["1º", "ano", "2º", "ano"]),
        ];
        for (rest, expected) in rows {
            let (community, groups) = link(rest);
            assert_eq!(community.trim_end_matches(':'), "Sales", "{rest}");
            assert_eq!(groups, expected, "{rest}");
        }
    }

    /// `--yes`, `--try`, the words and the text.
    fn flags(args: &[ArgKind], rest: &str) -> (bool, bool, String, String) {
        let found = parse(args, true, rest).unwrap();
        (found.flags.yes, found.flags.dry_run, found.words().join(" "), found.text.clone())
    }

    #[test]
    fn flags_stand_anywhere_among_words() {
        let lines = |words: &str| (true, false, words.to_owned(), String::new());
        for rest in [
            "Sales a --yes",
            "--yes Sales a",
            "Sales —yes a",
            "Sales a –sim",
            "Sales --SÍ, a",
            "Sales ‑‑yes a",
            "‐‐sim Sales a",
            "Sales a −−sí",
        ] {
            assert_eq!(flags(LINK, rest), lines("a"), "{rest}");
        }
        // One short dash is a part of a name.
        assert_eq!(flags(LINK, "Sales -yes").2, "-yes");
        assert_eq!(flags(LINK, "Sales a --try"), (false, true, "a".to_owned(), String::new()));
        assert_eq!(flags(LINK, "Sales \"--yes\""), (false, false, "--yes".to_owned(), String::new()));
        for unknown in ["--nope", "—nope", "(--nope", "--y", "-- nope", "-- yes"] {
            let error = parse(LINK, true, &format!("Sales a {unknown} b"));
            assert_eq!(error, Err(UsageError::UnknownFlag(unknown.to_owned())));
        }
        for (rest, word) in [
            ("Sales a -– --5", "a -– --5"),
            ("Sales a-try", "a-try"),
            ("Sales a – b - c", "a – b - c"),
            ("Sales *-try*", "*-try*"),
        ] {
            assert_eq!(flags(LINK, rest).2, word);
        }
        for dry_run in ["-try", "– try", "-- dry-run", "- teste", "--Try.", "(--try)", "[—try!]", "——simular"]
        {
            for rest in
                [format!("Sales a {dry_run}"), format!("{dry_run} Sales a"), format!("Sales {dry_run}, a")]
            {
                assert_eq!(flags(LINK, &rest), (false, true, "a".to_owned(), String::new()), "{rest}");
            }
        }
        for bold in ["*--try*", "_–try_", "~--try~.", "(*--try*)", "--try🙏", "- --try", "- -try"] {
            let expected = (false, true, "a".to_owned(), String::new());
            assert_eq!(flags(LINK, &format!("Sales a {bold}")), expected, "{bold}");
        }
        assert_eq!(parse(&[ArgKind::Words], false, "--yes").unwrap().words(), ["--yes"]);
    }

    #[test]
    fn flags_stand_before_a_text_and_a_dry_run_near_its_end_too() {
        let text = &[ArgKind::Community, ArgKind::Text];
        assert_eq!(
            flags(text, "Sales --yes Oi --yes\n  tudo "),
            (true, false, String::new(), "Oi --yes\n  tudo".to_owned())
        );
        let tries =
            ["Sales Oi --try", "Sales Oi —testar", "Sales --try Oi", "Sales Oi – try.", "Sales -try Oi"];
        for rest in tries {
            assert_eq!(flags(text, rest), (false, true, String::new(), "Oi".to_owned()), "{rest}");
        }
        assert_eq!(flags(text, "Sales --try x --try y").3, "x --try y");
        for prose in ["—sim, teremos festa", "–yes Oi", "--sim, Oi", "--sim: Oi"] {
            assert_eq!(
                flags(text, &format!("Sales {prose}")),
                (false, false, String::new(), prose.to_owned())
            );
        }
        for near in
            ["Oi --try 🙏", "Oi —try, por favor", "Oi *--try* a b", "Oi -- try a b", "Oi\u{a0}--try  a"]
        {
            let expected = (false, true, String::new(), near.to_owned());
            assert_eq!(flags(text, &format!("Sales {near}")), expected, "{near}");
        }
        // In prose a dash stands between words.
        for prose in [
            "Oi - teste",
            "- teste\n- Oi",
            "--nope Oi --nope",
            "Oi – teste geral",
            "Oi -teste a",
            "Oi --try a b c",
            "Oi (teste)",
        ] {
            assert_eq!(
                flags(text, &format!("Sales {prose}")),
                (false, false, String::new(), prose.to_owned())
            );
        }
    }

    #[test]
    fn the_last_word_of_a_move_is_its_community() {
        let args = &[ArgKind::Groups, ArgKind::Community];
        let found = parse(args, true, "a, \"b c\" Sales").unwrap();
        assert_eq!(
            (found.community.as_deref(), found.words().join("|")),
            (Some("Sales"), "a|b c".to_owned())
        );
        assert_eq!(parse(args, true, "Sales"), Err(UsageError::MissingCommunity));
        assert_eq!(parse(args, true, ""), Err(UsageError::MissingGroups));
    }

    #[test]
    fn each_typo_has_its_own_error() {
        let rows = [
            ("", UsageError::MissingCommunity),
            (" , ", UsageError::MissingCommunity),
            ("Sales", UsageError::MissingGroups),
            ("Sales ,", UsageError::MissingGroups),
            (r#""Bairro Feliz futebol"#, UsageError::UnclosedQuote('"')),
            ("Sales “Time A", UsageError::UnclosedQuote('“')),
            ("Sales 'Time d'A", UsageError::UnclosedQuote('\'')),
        ];
        for (rest, expected) in rows {
            assert_eq!(parse(LINK, true, rest), Err(expected), "{rest}");
        }
        assert_eq!(parse(&[], false, "x"), Err(UsageError::TooManyWords("x".to_owned())));
        let named = |rest| parse(&[ArgKind::Community], false, rest).map(|found| found.community.unwrap());
        assert_eq!(named("Bairro  Feliz").as_deref(), Ok("Bairro Feliz"));
        for rest in ["\"a\" b", "a, b", "a\nb"] {
            assert_eq!(named(rest).as_deref(), Ok("a b"), "{rest}");
        }
    }

    /// Empty quotes name nothing. Skipping them by recursion would overflow the stack.
    #[test]
    fn t18_as_many_empty_quotes_as_fit_in_a_body_are_no_name() {
        assert_eq!(parse(LINK, true, &"\"\" ".repeat(90_000)), Err(UsageError::MissingCommunity));
        assert_eq!(link(&format!("{} a {} b", "\"\"".repeat(90_000), "“” ,".repeat(50_000))).1, ["b"]);
    }

    #[test]
    fn numbers_keep_their_lines_and_lose_the_flags_and_stand_behind_the_community() {
        let args = &[ArgKind::Community, ArgKind::People];
        let people = |rest| parse(args, true, rest);
        let is_person = |rest| is_person(&TypedArguments::parse(args, true, rest).unwrap().tokens);
        let found = people("Sales 44 99999-0001 —sim\n44 99999-0002  --try").unwrap();
        assert_eq!(found.text, "44 99999-0001 \n44 99999-0002");
        assert_eq!(found.flags, Flags { yes: true, dry_run: true });
        for rest in ["Sales 44 99999-0001, -- try", "Sales (--try) 44 99999-0001,"] {
            let found = people(rest).unwrap();
            assert!(
                found.flags.dry_run && found.text.trim_matches([',', ' ']) == "44 99999-0001",
                "{found:?}"
            );
        }
        assert_eq!(people("Sales 44 99999-0001 --tru"), Err(UsageError::UnknownFlag("--tru".to_owned())));
        for (rest, number) in
            [("1 44 99999-0001", "1"), ("12 44 99999-0001", "12"), ("44 44999990001", "44"), ("44 x", "44")]
        {
            assert_eq!(people(rest).unwrap().community.as_deref(), Some(number), "{rest}");
        }
        for rest in ["44 99999-0001", "44 9999-0001 Sales", "44 999990001, 44 99999-0002"] {
            assert!(is_person(rest), "{rest}");
        }
        assert_eq!(people("120363186053925765 x").unwrap().community.as_deref(), Some("120363186053925765"));
        for rest in ["+55 44 99999-0001 Sales", "5544999990001 Sales", "@5544999990001 Sales", "(44) 9 Sales"]
        {
            assert!(is_person(rest), "{rest}");
        }
    }

    /// Names as people and phones make them, at most as long as WhatsApp lets them be.
    fn a_name() -> impl Strategy<Value = String> {
        let icons = "[\"'“”„‟＂«»‘’‚‛*_~`∗ˍ∼ˋ,;，、@.\\-–/!#()\u{200b}\u{202e}\u{a0}\u{7}\n\u{2028} a-zA-Zçãé０-９]{1,20}";
        let any = prop_oneof![
            icons,
            "\\PC{1,20}",
            any::<String>().prop_map(|text| text.chars().take(90).collect())
        ];
        any.prop_filter("a name is seen", |name| !fold(name).is_empty())
    }

    fn a_name_without_quotes() -> impl Strategy<Value = String> {
        let name = "[^\"“”‟＂\\s][^\"“”‟＂\\s]{0,12}( [^\"“”‟＂\\s]{1,8})?";
        name.prop_map(|name| strip_invisible(&name).trim().to_owned())
            .prop_filter("a name is seen", |name| !name.is_empty())
    }

    proptest! {
        #[test]
        fn whatever_is_quoted_is_read_back(names in prop::collection::vec(a_name_without_quotes(), 1..6)) {
            let typed = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
            let found = parse(LINK, true, &format!("\"A B\" {typed}")).unwrap();
            prop_assert_eq!(found.community.as_deref(), Some("A B"));
            prop_assert_eq!(found.words(), names);
        }

        #[test]
        fn no_text_makes_it_panic(rest in "\\PC{0,60}") {
            let _ = parse(LINK, true, &rest);
        }

        #[test]
        fn any_order_that_a_reply_prints_is_read_back(
            names in prop::collection::vec(a_name(), 2..6),
            locale in prop::sample::select(Locale::ALL.to_vec()),
        ) {
            let prefixes = vec!["!".to_owned(), "/".to_owned()];
            let localizer = Localizer { locale, prefix: "/".to_owned(), prefixes, command_name: commands::name_in };
            let words: Vec<&str> = names.iter().map(String::as_str).collect();

            let printed = localizer.format_command("link", &words);

            let command = CommandParser::new(&localizer.prefixes).parse(&printed).expect("it is a command");
            let read = parse(LINK, true, &command.rest).expect("it has no slip");
            let read: Vec<String> = read.community.iter().cloned().chain(read.words()).map(|word| fold(&word)).collect();
            prop_assert_eq!(read, names.iter().map(|name| fold(name)).collect::<Vec<_>>(), "{}", printed);
        }
    }
}
