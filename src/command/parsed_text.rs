//! What a message says: parsed once, when it arrives, and stored with it. Names of communities and groups, numbers of
//! lists, and replies to prompts are resolved when the command is run.

use serde::{Deserialize, Serialize};

use crate::command::catalog::Catalog;
use crate::command::spec::CommandSpec;
use crate::command::wish::Wish;
use crate::domain::Locale;
use crate::parse::arguments::{Arguments, TypedArguments};
use crate::parse::prefix::CommandParser;
use crate::parse::prompt_reply::is_no_word;
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
    /// A command, by a prefix and a name. The name may be of no command.
    Command(ParsedCommand),
    /// A word that declines a prompt, behind a prefix: `/no`.
    Decline(String),
    /// A command in plain words.
    Wish(ParsedWish),
    /// Nothing: it is a reply to a prompt, or talk.
    Nothing,
}

/// A command as it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedCommand {
    /// Its name, without the prefix.
    pub typed: String,
    /// Its arguments. They have no tokens if there is an error, or no command with this name.
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
    /// The words of the phrase.
    pub phrase_words: usize,
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

    /// The arguments as if the first token, or the last one behind groups, named the community.
    pub fn assign(&self, spec: &CommandSpec) -> Result<Arguments, UsageError> {
        self.error.clone().map_or_else(|| self.arguments.assign(spec.args), Err)
    }
}

impl ParsedText {
    /// A text that asks for nothing.
    pub fn nothing(locale: Locale) -> Self {
        Self { locale, request: ParsedRequest::Nothing }
    }

    /// Parses the text of one command, or of a message without one. `instance` is the language of the instance.
    pub fn parse(text: &str, catalog: &Catalog, parser: &CommandParser, instance: Locale) -> Self {
        let Some(found) = parser.parse(text) else {
            let Some(wish) = catalog.parse_wish(text) else { return Self::nothing(instance) };
            let locale = language_of_wish(catalog, &wish, instance);
            let Wish { spec, rest, phrase_words, .. } = wish;
            let wish = ParsedWish { command: spec.name.to_owned(), rest, phrase_words };
            return Self { locale, request: ParsedRequest::Wish(wish) };
        };
        let request = match catalog.lookup(&found.typed) {
            Some(spec) => {
                let verbatim = parser.raw_arguments(text).filter(|_| spec.is_verbatim());
                let rest = verbatim.unwrap_or(&found.rest);
                ParsedRequest::Command(ParsedCommand::new(spec, &found.typed, rest))
            }
            None if is_no_word(&found.typed) => ParsedRequest::Decline(found.typed.clone()),
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
    match &wish.name {
        Some(name) => language_of_name(catalog, name, instance),
        None if wish.locales.contains(&instance) => instance,
        None => wish.locales.first().copied().unwrap_or(instance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::CATALOG;

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
