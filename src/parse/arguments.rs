//! The arguments of a command: a community, groups, people, a text, flags. `tokenizer` splits the text into
//! words.

use crate::directory::{fold, is_invisible};
use crate::domain::CommunityId;
use crate::parse::flags::Flags;
use crate::parse::text::is_comma;
use crate::parse::tokenizer::{Separators, Tokenizer};
use crate::reply::UsageError;

/// A kind of argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgKind {
    /// One community.
    Community,
    /// A community, optional.
    OptionalCommunity,
    /// One group or more; before a community, all words but the last one.
    Groups,
    /// People, by number or lid; the rest of the text as it is typed.
    People,
    /// Any number of words.
    Words,
    /// A text, kept as it is typed.
    Text,
    /// A text, optional, kept as it is typed.
    OptionalText,
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
    /// Whether it is kept as it is typed, with its invisible characters: they join emoji and colour them.
    pub fn is_verbatim(self) -> bool {
        matches!(self, Self::Text | Self::OptionalText | Self::FreeText(_))
    }

    /// The translation key for it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Community => "arg-community",
            Self::OptionalCommunity => "arg-optional-community",
            Self::Groups => "arg-groups",
            Self::People => "arg-people",
            Self::Words => "arg-words",
            Self::Text => "arg-text",
            Self::OptionalText => "arg-optional-text",
            Self::Command => "arg-command",
            Self::All => "arg-all",
            Self::Picture => "arg-picture",
            Self::Keyword(key) | Self::FreeText(key) => key,
        }
    }
}

/// The arguments of a command, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The community, if the command takes one.
    pub community: Option<String>,
    /// The groups, words or command name.
    pub words: Vec<String>,
    /// For each word: whether it may be one name with the word before it, or with the community. They stand
    /// on the same line with only spaces between, and both without quotes.
    pub unquoted: Vec<bool>,
    /// The words that stood in quotes, or on lines of a list: always names, however short.
    pub quoted: Vec<String>,
    /// The community stands without quotes, with only spaces between it and the words beside it.
    pub is_community_unquoted: bool,
    /// The text, as it is typed.
    pub text: String,
    /// The text begins on a later line than the community.
    pub is_text_below: bool,
    /// The flags.
    pub flags: Flags,
    /// Whether flags are parsed.
    pub has_flags: bool,
    /// What must still be true: the id of the community that groups are taken from, or the text of a
    /// description. Never typed.
    pub precondition: Option<String>,
    /// It undoes a change of its admin. Never typed.
    pub is_undo: bool,
}

/// Parses the arguments of a command.
pub fn parse(args: &[ArgKind], has_flags: bool, rest: &str) -> Result<Arguments, UsageError> {
    let is_raw = args.iter().any(|arg| arg.is_verbatim());
    let mut reader = Tokenizer::new(rest, is_raw, has_flags);
    let mut found = Arguments { has_flags, ..Arguments::default() };
    for (at, arg) in args.iter().enumerate() {
        match arg {
            ArgKind::Community if at > 0 && args[at - 1] == ArgKind::Groups => {
                // The last word is the community; what is before it are groups.
                found.community = found.words.pop();
                found.is_community_unquoted = found.unquoted.pop().unwrap_or_default();
                if found.words.is_empty() {
                    return Err(UsageError::MissingCommunity);
                }
            }
            ArgKind::Community => {
                let name = read_community(&mut reader, args.get(at + 1))?;
                found.is_community_unquoted = reader.is_unquoted_next();
                // Nothing else can follow the last argument: a name without quotes.
                let is_last = at + 1 == args.len();
                found.community = Some(if is_last { read_unquoted_rest(&mut reader, name)? } else { name });
            }
            ArgKind::OptionalCommunity => found.community = reader.next_token(Separators::Blanks)?,
            ArgKind::Groups | ArgKind::Words | ArgKind::Keyword(_) => {
                for token in reader.read_all()? {
                    found.quoted.extend(token.is_quoted.then(|| token.text.clone()));
                    found.words.push(token.text);
                    found.unquoted.push(token.is_unquoted);
                }
                if *arg == ArgKind::Groups && found.words.is_empty() {
                    return Err(UsageError::MissingGroups);
                }
            }
            ArgKind::People | ArgKind::Text | ArgKind::OptionalText | ArgKind::FreeText(_) => {
                found.text = if *arg == ArgKind::People { reader.read_people()? } else { reader.read_text() };
                found.is_text_below = reader.is_text_below;
                if found.text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
                    match arg {
                        ArgKind::People => return Err(UsageError::MissingPeople),
                        ArgKind::Text => return Err(UsageError::MissingText),
                        ArgKind::FreeText(_) => return Err(UsageError::MissingName),
                        _ => {}
                    }
                }
            }
            // A URL may hold commas.
            ArgKind::Picture => {
                while let Some(word) = reader.next_token(Separators::Blanks)? {
                    found.words.push(word);
                    found.unquoted.push(reader.is_unquoted);
                }
            }
            ArgKind::Command | ArgKind::All => {
                let word = reader.next_token(Separators::Blanks)?;
                found.words.extend(word.map(|word| word.trim_end_matches(['.', '!', '?']).to_owned()));
            }
        }
    }
    let word = reader.next_token(Separators::Blanks)?;
    found.flags = reader.flags;
    match word {
        Some(word) => Err(UsageError::TooManyWords(word)),
        None => Ok(found),
    }
}

/// The word for a community before the argument that follows it, if any.
fn read_community(reader: &mut Tokenizer<'_>, next: Option<&ArgKind>) -> Result<String, UsageError> {
    // Before groups a comma separates as it does between them.
    let before_groups = next == Some(&ArgKind::Groups);
    let separators = if before_groups { Separators::BlanksAndCommas } else { Separators::Blanks };
    let name = reader.next_token(separators)?.ok_or(UsageError::MissingCommunity)?;
    let is_something_else = match next {
        Some(ArgKind::People) => looks_like_person(&name) || is_area_code(&name, reader.peek()),
        // The URL of the picture itself; its caption has none.
        Some(ArgKind::Picture) => name.contains("://") && reader.peek().is_empty(),
        _ => false,
    };
    if is_something_else { Err(UsageError::MissingCommunity) } else { Ok(name) }
}

/// The name with all words that follow it without quotes.
fn read_unquoted_rest(reader: &mut Tokenizer<'_>, mut name: String) -> Result<String, UsageError> {
    while let Some(word) = reader.next_token(Separators::Blanks)? {
        if !reader.is_unquoted {
            return Err(UsageError::TooManyWords(word));
        }
        name = format!("{name} {word}");
    }
    Ok(name)
}

/// The name in quotes that a text begins with, and what follows it.
pub fn parse_quoted_name(text: &str) -> Option<(String, &str)> {
    Tokenizer::new(text, false, false).read_quoted_name()
}

impl Arguments {
    /// Removes the rest of a community's name where only its beginning was parsed as the name: names of
    /// several words are often written without quotes. A separator between name and text is dropped, unless
    /// the text begins on a later line.
    pub fn strip_name_rest(&mut self, name: &str, typed: &str) {
        if CommunityId::parse(typed).is_some() {
            return;
        }
        if fold(name).starts_with(&fold(typed)) {
            self.strip_likely_name_rest(name, typed);
        }
        let is_dash = |c: char| matches!(c, '-' | '–' | '—');
        // In several lines it marks list items.
        let is_list = self.text.lines().filter(|line| line.trim_start().starts_with(is_dash)).count() > 1;
        let is_sign = |c: char| matches!(c, ':' | '|') || is_comma(c) || (is_dash(c) && !is_list);
        let rest = self.text.strip_prefix(is_sign).filter(|rest| rest.starts_with(char::is_whitespace));
        if let Some(rest) = rest.filter(|_| !self.is_text_below) {
            let rest = rest.to_owned();
            self.set_text(&rest);
        }
    }

    /// Replaces the text after a part of the name was removed from its beginning: flags may stand there, as
    /// they may after a name in quotes.
    pub fn set_text(&mut self, rest: &str) {
        let mut reader = Tokenizer::new(rest, true, self.has_flags);
        self.text = reader.skip_flags().to_owned();
        self.is_text_below = reader.is_text_below;
        self.flags.yes |= reader.flags.yes;
        self.flags.dry_run |= reader.flags.dry_run;
    }

    /// The same where the beginning may be misspelled. Returns false where the rest of the name is not there.
    pub fn strip_likely_name_rest(&mut self, name: &str, typed: &str) -> bool {
        match self.find_remainder(name, typed) {
            Some(Remainder::Text(rest)) => {
                let rest = rest.to_owned();
                self.set_text(&rest);
            }
            Some(Remainder::Words(count)) => {
                self.words.drain(..count);
                self.unquoted.drain(..count.min(self.unquoted.len()));
            }
            None => return false,
        }
        true
    }

    /// The same where the community is the last argument and the words before it begin its name. One word
    /// always stays.
    pub fn strip_likely_name_start(&mut self, name: &str, typed: &str) -> bool {
        let name = fold(name);
        let words: Vec<&str> = name.split(' ').collect();
        let count = words.len().saturating_sub(fold(typed).split(' ').count());
        let at = self.words.len().saturating_sub(count);
        let is_there = self.words[at..].iter().zip(&words).all(|(word, expected)| fold(word) == *expected);
        let is_it = self.is_community_unquoted && count > 0 && at > 0 && is_there;
        if is_it {
            self.words.truncate(at);
            self.unquoted.truncate(at);
        }
        is_it
    }

    /// What follows the rest of a name, if the text or the words begin with that rest.
    fn find_remainder(&self, name: &str, typed: &str) -> Option<Remainder<'_>> {
        let expected = name_remainder(name, typed);
        let is_it = |word: &str, expected: &String| {
            fold(word.trim_end_matches(|c| c == ':' || is_comma(c))) == *expected
        };
        if expected.is_empty() {
            return None;
        }
        if !self.words.is_empty() {
            let is_there = self.words.len() >= expected.len()
                && self.words.iter().zip(&expected).all(|(word, expected)| is_it(word, expected));
            return is_there.then_some(Remainder::Words(expected.len()));
        }
        let mut rest = self.text.as_str();
        for expected in &expected {
            rest = rest.trim_start();
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if !is_it(word, expected) {
                return None;
            }
            rest = after;
        }
        Some(Remainder::Text(rest))
    }
}

/// What follows a name: a text, or the words after this many.
enum Remainder<'t> {
    Text(&'t str),
    Words(usize),
}

/// The words of a name after as many as were typed, folded.
fn name_remainder(name: &str, typed: &str) -> Vec<String> {
    fold(name).split(' ').skip(fold(typed).split(' ').count()).map(str::to_owned).collect()
}

/// Whether a word is a person where the community is expected: a phone number or a mention. Ids of
/// communities have more digits, numbers of a list fewer.
fn looks_like_person(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let is_number = !word.contains(char::is_alphabetic) && (8..15).contains(&digits);
    is_number || (digits > 0 && word.starts_with(['+', '(', '@']))
}

/// Whether a word is the area code of a phone number where the community is expected: the rest of the number
/// follows.
fn is_area_code(word: &str, ahead: &str) -> bool {
    let is_two = word.len() == 2 && word.bytes().all(|b| b.is_ascii_digit());
    is_two && (8..=9).contains(&ahead.chars().filter(char::is_ascii_digit).count())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::commands;
    use crate::domain::Locale;
    use crate::parse::prefix::CommandParser;
    use crate::reply::Localizer;

    const LINK: &[ArgKind] = &[ArgKind::Community, ArgKind::Groups];

    fn link(rest: &str) -> (String, Vec<String>) {
        let found = parse(LINK, true, rest).unwrap_or_else(|error| panic!("{rest}: {error:?}"));
        (found.community.unwrap(), found.words)
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
    fn an_address_is_one_word_and_the_rest_of_a_name_is_found_in_a_text() {
        let picture =
            parse(&[ArgKind::Community, ArgKind::Picture], true, "Bairro Feliz\nhttps://x.example/a,b;c");
        assert_eq!(picture.unwrap().words, ["Feliz", "https://x.example/a,b;c"]);
        let alone = parse(&[ArgKind::Community, ArgKind::Picture], true, "\nhttps://x.example/a");
        assert_eq!(alone, Err(UsageError::MissingCommunity));
        let rows = [
            ("Bairro Feliz", "bairro", "Feliz oi", "oi"),
            ("Bairro Feliz", "bair", "Feliz oi", "oi"),
            ("Bairro Feliz", "BAIRRO", "féliz:\noi\nFeliz", "oi\nFeliz"),
            ("Bairro Feliz", "Bairro", "Feliz", ""),
            ("Bairro Feliz", "Bairro", "Felizes para sempre", "Felizes para sempre"),
            ("Bairro Feliz da Serra", "Bairro", "Feliz oi", "Feliz oi"),
            ("Bairro Feliz", "Bairro Feliz", "Feliz oi", "Feliz oi"),
            ("Bairro Feliz", "Bairro Feliz", ": Oi", "Oi"),
            ("Bairro Feliz", "Bairro Feliz", ", Oi", "Oi"),
            ("Bairro Feliz", "bairro", "Feliz – Oi\nTchau", "Oi\nTchau"),
            ("Bairro Feliz", "Bairro Feliz", "- um\n- dois", "- um\n- dois"),
            ("Bairro Feliz", "Bairro Feliz", "-", "-"),
            ("Bairro Feliz", "Bairro Feliz", "-5 graus", "-5 graus"),
            ("Bairro Feliz", "Bairro Feliz", ":)", ":)"),
            ("Bairro Feliz", "Bairro Feliz", "= igual", "= igual"),
            ("Bairro Feliz", "bairro", "Feliz\n- um", "- um"),
            ("Bairro Feliz", "b", "Natal", "Natal"),
            ("Bairro Feliz", "apelido", "Feliz Natal", "Feliz Natal"),
            ("Bairro Feliz", "120363186053925765", ": Feliz", ": Feliz"),
        ];
        for (name, typed, text, expected) in rows {
            let mut found = Arguments { text: text.to_owned(), ..Arguments::default() };
            found.strip_name_rest(name, typed);
            assert_eq!(found.text, expected, "{typed} {text}");
        }
        let words = ["Feliz:", "add-groups", "all"].map(str::to_owned).to_vec();
        let mut found = Arguments { words, ..Arguments::default() };
        found.strip_likely_name_rest("Bairro Feliz", "bairo");
        assert_eq!(found.words, ["add-groups", "all"]);
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

    #[test]
    fn flags_stand_anywhere_among_words_and_before_a_text() {
        let flags = |args: &[ArgKind], rest: &str| {
            let found = parse(args, true, rest).unwrap();
            (found.flags.yes, found.flags.dry_run, found.words.join(" "), found.text)
        };
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
        for near in
            ["Oi --try 🙏", "Oi —try, por favor", "Oi *--try* a b", "Oi -- try a b", "Oi\u{a0}--try  a"]
        {
            let expected = (false, true, String::new(), near.to_owned());
            assert_eq!(flags(text, &format!("Sales {near}")), expected, "{near}");
        }
        for bold in ["*--try*", "_–try_", "~--try~.", "(*--try*)", "--try🙏", "- --try", "- -try"] {
            assert_eq!(
                flags(LINK, &format!("Sales a {bold}")),
                (false, true, "a".to_owned(), String::new()),
                "{bold}"
            );
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
        assert_eq!(parse(&[ArgKind::Words], false, "--yes").unwrap().words, ["--yes"]);
    }

    #[test]
    fn the_last_word_of_a_move_is_its_community() {
        let args = &[ArgKind::Groups, ArgKind::Community];
        let found = parse(args, true, "a, \"b c\" Sales").unwrap();
        assert_eq!((found.community.as_deref(), found.words.join("|")), (Some("Sales"), "a|b c".to_owned()));
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
            assert_eq!(named(rest), Err(UsageError::TooManyWords("b".to_owned())), "{rest}");
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
        let people = |rest| parse(&[ArgKind::Community, ArgKind::People], true, rest);
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
            assert_eq!(people(rest), Err(UsageError::MissingCommunity), "{rest}");
        }
        assert_eq!(people("120363186053925765 x").unwrap().community.as_deref(), Some("120363186053925765"));
        for rest in ["+55 44 99999-0001 Sales", "5544999990001 Sales", "@5544999990001 Sales", "(44) 9 Sales"]
        {
            assert_eq!(people(rest), Err(UsageError::MissingCommunity), "{rest}");
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

    proptest! {
        #[test]
        fn whatever_is_quoted_is_read_back(names in prop::collection::vec("[^\"“”‟＂\\s][^\"“”‟＂\\s]{0,12}( [^\"“”‟＂\\s]{1,8})?", 1..6)) {
            let typed = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
            let found = parse(LINK, true, &format!("\"A B\" {typed}")).unwrap();
            prop_assert_eq!(found.community.as_deref(), Some("A B"));
            prop_assert_eq!(found.words, names);
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
            let read: Vec<String> = read.community.iter().chain(&read.words).map(|word| fold(word)).collect();
            prop_assert_eq!(read, names.iter().map(|name| fold(name)).collect::<Vec<_>>(), "{}", printed);
        }
    }
}
