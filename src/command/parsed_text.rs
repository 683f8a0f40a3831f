//! What a message says: parsed once, when it arrives, and stored with it. Names of communities and groups, numbers of
//! lists, and replies to prompts are resolved when the command is run.

use serde::{Deserialize, Serialize};

use crate::command::catalog::Catalog;
use crate::command::spec::CommandSpec;
use crate::command::wish::Wish;
use crate::domain::Locale;
use crate::parse::arguments::{Arguments, TypedArguments};
use crate::parse::prefix::CommandParser;
use crate::parse::prompt_reply::is_yes_or_no;
use crate::reply::UsageError;

/// What a message says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ParsedText {
    /// The language of its command name or phrase: the instance's, unless only another language has it.
    pub locale: Locale,
    /// What it asks for.
    pub request: ParsedRequest,
}

/// What a message asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ParsedRequest {
    /// A command, by a prefix and a name. The name may be unknown.
    Command(ParsedCommand),
    /// A yes or no behind a prefix, which is no command's name: `/no`.
    Reply(String),
    /// A command in plain words.
    Wish(ParsedWish),
    /// Nothing: it is a reply to a prompt, or talk.
    Nothing,
    /// Stored by another version, in a shape that this one cannot read.
    #[serde(skip)]
    Unreadable,
}

/// A command as it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedCommand {
    /// Its name, without the prefix.
    pub typed: String,
    /// Its arguments. They have tokens only if the command exists and they can be read.
    pub arguments: TypedArguments,
    /// Why the arguments cannot be read.
    pub error: Option<UsageError>,
}

/// A command in plain words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ParsedWish {
    /// The English name of the command.
    pub command: String,
    /// The words behind the phrase that asks for it.
    pub rest: String,
    /// The phrase.
    pub phrase: String,
}

impl ParsedCommand {
    /// Parses the arguments of a command.
    pub fn new(spec: &CommandSpec, typed: &str, rest: &str) -> Self {
        match TypedArguments::parse(spec.args, spec.is_mutating, rest) {
            Ok(arguments) => Self { typed: typed.to_owned(), arguments, error: None },
            Err(error) => Self { error: Some(error), ..Self::unknown(typed, rest) },
        }
    }

    fn unknown(typed: &str, rest: &str) -> Self {
        Self { typed: typed.to_owned(), arguments: TypedArguments::unread(rest), error: None }
    }

    /// What follows the name.
    pub fn rest(&self) -> &str {
        &self.arguments.source
    }

    /// Assigns the tokens to the arguments, as if the first one, or the last one behind groups, named the community.
    pub fn assign(&self, spec: &CommandSpec) -> Result<Arguments, UsageError> {
        self.error.clone().map_or_else(|| self.arguments.assign(spec.args), Err)
    }
}

impl ParsedText {
    /// What was stored with a command.
    pub fn from_stored(json: Option<&str>, instance: Locale) -> Self {
        let unreadable = || Self { locale: instance, request: ParsedRequest::Unreadable };
        match json {
            Some(json) => serde_json::from_str(json).unwrap_or_else(|_| unreadable()),
            None => Self::nothing(instance),
        }
    }

    /// A text that asks for nothing.
    pub fn nothing(locale: Locale) -> Self {
        Self { locale, request: ParsedRequest::Nothing }
    }

    /// Parses the text of one command, or of a message without one. `instance` is the language of the instance.
    pub fn parse(text: &str, catalog: &Catalog, parser: &CommandParser, instance: Locale) -> Self {
        let Some(found) = parser.parse(text) else {
            let Some(wish) = catalog.parse_wish(text) else { return Self::nothing(instance) };
            let locale = language_of_wish(catalog, &wish, instance);
            let Wish { spec, rest, phrase, .. } = wish;
            let wish = ParsedWish { command: spec.name.to_owned(), rest, phrase };
            return Self { locale, request: ParsedRequest::Wish(wish) };
        };
        let request = match catalog.lookup(&found.typed) {
            Some(spec) => {
                let verbatim = parser.raw_arguments(text).filter(|_| spec.is_verbatim());
                let rest = verbatim.unwrap_or(&found.rest);
                ParsedRequest::Command(ParsedCommand::new(spec, &found.typed, rest))
            }
            None if is_yes_or_no(&found.typed) => ParsedRequest::Reply(found.typed.clone()),
            None => ParsedRequest::Command(ParsedCommand::unknown(&found.typed, &found.rest)),
        };
        Self { locale: language_of_name(catalog, &found.typed, instance), request }
    }
}

/// The language of a command's name, or of the nearest name: the instance's if it has the name, or English has it.
fn language_of_name(catalog: &Catalog, typed: &str, instance: Locale) -> Locale {
    let name = match catalog.lookup(typed) {
        Some(spec) => Some((spec, typed)),
        None => catalog.nearest_name(typed, instance).and_then(|name| Some((catalog.lookup(name)?, name))),
    };
    let languages = name.map(|(spec, name)| spec.locales_of_name(name)).unwrap_or_default();
    match languages.first() {
        Some(first) if !languages.contains(&instance) && !languages.contains(&Locale::En) => *first,
        _ => instance,
    }
}

/// The language of the phrase of a wish: the instance's if it has the phrase. A mere command name counts as one.
fn language_of_wish(catalog: &Catalog, wish: &Wish, instance: Locale) -> Locale {
    match wish.locales.as_slice() {
        _ if catalog.lookup(&wish.phrase).is_some() => language_of_name(catalog, &wish.phrase, instance),
        locales if locales.contains(&instance) => instance,
        locales => locales.first().copied().unwrap_or(instance),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::commands::{self, CATALOG};
    use crate::directory::fold;
    use crate::domain::CommunityId;
    use crate::parse::arguments::ArgKind;
    use crate::parse::tokenizer::Token;
    use crate::reply::Localizer;

    const COMMUNITY: &str = "120363186053925765";

    /// What commands are made of.
    const PIECES: [&str; 22] = [
        "Sales",
        "Futebol",
        "\"Mães do Bairro\"",
        "“Time A”",
        "d'água",
        "vendas*",
        "3-5",
        "44 99999-0001",
        "https://x.example/a,b",
        ",",
        ";",
        "\n",
        "\n- ",
        "\n2. ",
        "1) ",
        ":",
        "—",
        "-",
        "--yes",
        "--try",
        "\u{200b}",
        ".",
    ];

    fn parse(text: &str) -> Option<(&'static CommandSpec, ParsedCommand)> {
        let parser = CommandParser::new(&["/".to_owned()]);
        match ParsedText::parse(text, &CATALOG, &parser, Locale::En).request {
            ParsedRequest::Command(parsed) => Some((CATALOG.lookup(&parsed.typed)?, parsed)),
            _ => None,
        }
    }

    /// A parsed command as the bot prints it: with the id of its community, or its words in quotes.
    fn print(spec: &CommandSpec, parsed: &ParsedCommand, arguments: &Arguments) -> String {
        let (typed, count) = (&parsed.arguments, parsed.arguments.tokens.len());
        let range = match spec.args {
            [ArgKind::Groups, ..] => count - 1..count,
            [ArgKind::Community] => 0..count,
            _ => 0..1,
        };
        let command_name = commands::name_in;
        let (prefix, prefixes) = ("/".to_owned(), vec!["/".to_owned()]);
        let localizer = Localizer { locale: Locale::En, prefix, prefixes, command_name };
        if arguments.community.is_some() {
            let id = CommunityId::parse(COMMUNITY).unwrap();
            return format!("/{} {}", spec.name, typed.with_community(spec.args, range, &id));
        }
        let words = arguments.words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let command = localizer.format_command(spec.name, &words);
        format!("{command} {} {}", arguments.flags.to_typed(), arguments.text)
    }

    /// Whatever names the community, the rest of the command.
    fn rest_of(arguments: &Arguments) -> (Vec<String>, String, &'static str) {
        let is_text = |token: &&Token| token.text.contains(char::is_alphanumeric);
        let tokens = arguments.tokens.iter().filter(is_text);
        let tokens = tokens.map(|token| fold(&token.text)).collect();
        (tokens, arguments.text.clone(), arguments.flags.to_typed())
    }

    proptest! {
        #[test]
        fn a_printed_command_is_parsed_back(
            name in prop::sample::select(CATALOG.names()),
            pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..9),
            separator in prop::sample::select(vec![" ", ""]),
        ) {
            let typed = format!("/{name} {}", pieces.join(separator));
            let Some((spec, parsed)) = parse(&typed) else { return Ok(()) };
            prop_assert_eq!(spec.name, name);
            let json = serde_json::to_string(&parsed).unwrap();
            prop_assert_eq!(&serde_json::from_str::<ParsedCommand>(&json).unwrap(), &parsed);
            let complete = parsed.assign(spec).ok().filter(|found| found.missing_argument(spec.args).is_none());
            let Some(arguments) = complete else { return Ok(()) };

            let printed = print(spec, &parsed, &arguments);

            let (again, parsed) = parse(&printed).expect("it is a command");
            let again_arguments = parsed.assign(again);
            prop_assert!(again_arguments.is_ok(), "{:?}: {:?}", printed, again_arguments);
            let again_arguments = again_arguments.unwrap();
            prop_assert_eq!(again.name, name);
            let community = arguments.community.as_ref().map(|_| COMMUNITY);
            prop_assert_eq!(again_arguments.community.as_deref(), community, "{:?}", printed);
            prop_assert_eq!(rest_of(&again_arguments), rest_of(&arguments), "{:?}", printed);
        }
    }

    #[test]
    fn a_stored_text_of_another_shape_is_no_talk() {
        let of = |stored| ParsedText::from_stored(stored, Locale::En).request;
        assert!(matches!(of(Some(r#"{"words":["link"]}"#)), ParsedRequest::Unreadable));
        assert!(matches!(of(None), ParsedRequest::Nothing));
    }

    #[test]
    fn a_portuguese_or_spanish_name_is_answered_in_its_language_and_an_english_one_in_the_instances() {
        use Locale::{En, Es, PtBr};
        let rows = [
            ("whoami", [En, PtBr, Es]),
            ("quemsou", [PtBr, PtBr, PtBr]),
            ("quiensoy", [Es, Es, Es]),
            // Portuguese and Spanish.
            ("vincular", [PtBr, PtBr, Es]),
            // English and Portuguese.
            ("status", [En, PtBr, Es]),
            ("comunidads", [PtBr, PtBr, Es]),
            ("xyzzy", [En, PtBr, Es]),
        ];
        for (typed, expected) in rows {
            let languages = [En, PtBr, Es].map(|instance| language_of_name(&CATALOG, typed, instance));
            assert_eq!(languages, expected, "{typed}");
        }
    }

    #[test]
    fn a_wish_is_answered_in_the_language_of_its_phrase() {
        use Locale::{En, Es, PtBr};
        let rows = [
            ("put futebol into bairro", [En, En, En]),
            ("coloca o futebol no bairro", [PtBr, PtBr, Es]),
            ("bota o futebol no bairro", [PtBr, PtBr, PtBr]),
            ("saca futbol del barrio", [Es, Es, Es]),
            // The name of a command in English, too.
            ("status", [En, PtBr, Es]),
        ];
        for (text, expected) in rows {
            let wish = CATALOG.parse_wish(text).unwrap();
            let languages = [En, PtBr, Es].map(|instance| language_of_wish(&CATALOG, &wish, instance));
            assert_eq!(languages, expected, "{text}");
        }
    }
}
