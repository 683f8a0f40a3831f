//! The grammar of an order's words: blanks, quotes, commas.
//!
//! Words are split at blanks and new lines; groups also at commas and semicolons. Quotes keep
//! blanks, straight or curly. An apostrophe inside a word (`d'água`) is no quote: a quote opens
//! at the beginning of a word, and `'` closes only before a separator.

use crate::reply::Mistake;

/// The most words of an order: four times what a community holds.
const MOST_WORDS: usize = 200;

/// A kind of word that a command takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arg {
    /// One community.
    Community,
    /// One group or more.
    Groups,
    /// Any number of words.
    Words,
    /// Perhaps a command's name.
    Command,
    /// Perhaps `all`.
    All,
}

impl Arg {
    /// The catalogue's key for it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Community => "arg-community",
            Self::Groups => "arg-groups",
            Self::Words => "arg-words",
            Self::Command => "arg-command",
            Self::All => "arg-all",
        }
    }
}

/// An order's words, sorted by what they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The community, if the command takes one.
    pub community: Option<String>,
    /// The groups, words or command name.
    pub words: Vec<String>,
}

/// Sorts the words of an order.
pub fn parse(args: &[Arg], rest: &str) -> Result<Arguments, Mistake> {
    let mut reader = Reader { rest };
    let mut found = Arguments::default();
    for arg in args {
        match arg {
            Arg::Community => match reader.next(Separators::Blanks)? {
                Some(word) => found.community = Some(word),
                None => return Err(Mistake::MissingCommunity),
            },
            Arg::Groups | Arg::Words => {
                while let Some(word) = reader.next(Separators::BlanksAndCommas)? {
                    if found.words.len() == MOST_WORDS {
                        return Err(Mistake::TooManyWords(word));
                    }
                    found.words.push(word);
                }
                if *arg == Arg::Groups && found.words.is_empty() {
                    return Err(Mistake::MissingGroups);
                }
            }
            Arg::Command | Arg::All => found.words.extend(reader.next(Separators::Blanks)?),
        }
    }
    match reader.next(Separators::Blanks)? {
        Some(word) => Err(Mistake::TooManyWords(word)),
        None => Ok(found),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Separators {
    Blanks,
    BlanksAndCommas,
}

impl Separators {
    fn has(self, c: char) -> bool {
        c.is_whitespace() || (self == Self::BlanksAndCommas && is_comma(c))
    }
}

fn is_comma(c: char) -> bool {
    matches!(c, ',' | ';' | '，' | '；' | '、')
}

/// The quotes that close what this one opens.
fn closing(open: char) -> Option<&'static [char]> {
    match open {
        // Phones mix straight and curly ones, and put „low“ or “high” ones by language.
        '"' | '“' | '”' | '„' | '‟' | '＂' => Some(&['"', '“', '”', '‟', '＂']),
        '«' => Some(&['»']),
        '»' => Some(&['«', '»']),
        '\'' | '‘' | '’' | '‚' | '‛' => Some(&['\'', '‘', '’', '‛']),
        _ => None,
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn next(&mut self, mut separators: Separators) -> Result<Option<String>, Mistake> {
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || is_comma(c));
            let Some(first) = self.rest.chars().next() else { return Ok(None) };
            if let Some(closing) = closing(first) {
                let word = self.quoted(first, closing)?;
                if !word.is_empty() {
                    return Ok(Some(word));
                }
                // Empty quotes name nothing, however many stand in a row.
                separators = Separators::BlanksAndCommas;
                continue;
            }
            let end = self.rest.find(|c| separators.has(c)).unwrap_or(self.rest.len());
            let (word, rest) = self.rest.split_at(end);
            self.rest = rest;
            // After a community a comma is a slip of the thumb, not a part of its name.
            return Ok(Some(word.trim_end_matches(is_comma).to_owned()));
        }
    }

    /// What stands in the quotes that begin here, blanks made one.
    fn quoted(&mut self, open: char, closing: &[char]) -> Result<String, Mistake> {
        let is_apostrophe = closing.contains(&'\'');
        let inside = &self.rest[open.len_utf8()..];
        let ends_here = |after: &str| after.chars().next().is_none_or(|c| Separators::BlanksAndCommas.has(c));
        let end = inside
            .match_indices(closing)
            .find(|(at, quote)| !is_apostrophe || ends_here(&inside[at + quote.len()..]));
        let Some((at, quote)) = end else { return Err(Mistake::UnclosedQuote(open)) };
        let word = inside[..at].split_whitespace().collect::<Vec<_>>().join(" ");
        self.rest = &inside[at + quote.len()..];
        Ok(word)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::command::{recognise, registry};
    use crate::directory::fold;
    use crate::domain::Locale;
    use crate::reply::Speech;

    const LINK: &[Arg] = &[Arg::Community, Arg::Groups];

    fn link(rest: &str) -> (String, Vec<String>) {
        let found = parse(LINK, rest).unwrap_or_else(|mistake| panic!("{rest}: {mistake:?}"));
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
    fn each_slip_has_its_own_error() {
        let rows = [
            ("", Mistake::MissingCommunity),
            (" , ", Mistake::MissingCommunity),
            ("Sales", Mistake::MissingGroups),
            ("Sales ,", Mistake::MissingGroups),
            (r#""Bairro Feliz futebol"#, Mistake::UnclosedQuote('"')),
            ("Sales “Time A", Mistake::UnclosedQuote('“')),
            ("Sales 'Time d'A", Mistake::UnclosedQuote('\'')),
        ];
        for (rest, expected) in rows {
            assert_eq!(parse(LINK, rest), Err(expected), "{rest}");
        }
        assert_eq!(parse(&[], "x"), Err(Mistake::TooManyWords("x".to_owned())));
        assert_eq!(parse(&[Arg::Community], "a b"), Err(Mistake::TooManyWords("b".to_owned())));
    }

    /// Empty quotes name nothing; were they left out by a call in a call, these would end the process.
    #[test]
    fn t18_as_many_empty_quotes_as_fit_in_a_body_are_no_name() {
        assert_eq!(parse(LINK, &"\"\" ".repeat(90_000)), Err(Mistake::MissingCommunity));
        assert_eq!(link(&format!("{} a {} b", "\"\"".repeat(90_000), "“” ,".repeat(50_000))).1, ["b"]);
    }

    /// Names as people and phones make them, at most as long as WhatsApp lets them be.
    fn a_name() -> impl Strategy<Value = String> {
        let marks = "[\"'“”„‟＂«»‘’‚‛*_~`∗ˍ∼ˋ,;，、@.\\-–/!#()\u{200b}\u{202e}\u{a0}\u{7}\n\u{2028} a-zA-Zçãé０-９]{1,20}";
        let any = prop_oneof![
            marks,
            "\\PC{1,20}",
            any::<String>().prop_map(|text| text.chars().take(90).collect())
        ];
        any.prop_filter("a name is seen", |name| !fold(name).is_empty())
    }

    proptest! {
        #[test]
        fn whatever_is_quoted_is_read_back(names in prop::collection::vec("[^\"“”‟＂\\s][^\"“”‟＂\\s]{0,12}( [^\"“”‟＂\\s]{1,8})?", 1..6)) {
            let typed = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
            let found = parse(LINK, &format!("\"A B\" {typed}")).unwrap();
            prop_assert_eq!(found.community.as_deref(), Some("A B"));
            prop_assert_eq!(found.words, names);
        }

        #[test]
        fn nothing_that_is_typed_makes_it_panic(rest in "\\PC{0,60}") {
            let _ = parse(LINK, &rest);
        }

        #[test]
        fn any_order_that_a_reply_prints_is_read_back(
            names in prop::collection::vec(a_name(), 2..6),
            locale in prop::sample::select(Locale::ALL.to_vec()),
        ) {
            let prefixes = vec!["!".to_owned(), "/".to_owned()];
            let speech = Speech { locale, prefix: "/".to_owned(), prefixes, name_of: registry::name_in };
            let words: Vec<&str> = names.iter().map(String::as_str).collect();

            let printed = speech.order("link", &words);

            let order = recognise(&printed, &speech.prefixes).expect("it is an order");
            let read = parse(LINK, &order.rest).expect("it has no slip");
            let read: Vec<String> = read.community.iter().chain(&read.words).map(|word| fold(word)).collect();
            prop_assert_eq!(read, names.iter().map(|name| fold(name)).collect::<Vec<_>>(), "{}", printed);
        }
    }
}
