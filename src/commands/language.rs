//! `/language [pt|en|es]`: sets the language of a chat.
//!
//! The name of a command selects its language; a name of none or of several uses the chat's, then the
//! instance's. A new language counts at once.

use crate::command::{CommandError, CommandSpec, Context, Es, Prompt, Pt};
use crate::directory::fold;
use crate::domain::Locale;
use crate::i18n;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::{Reply, ReplyLine, UsageError};
use crate::storage::StateKind;

/// The command. It is for later commands, and waits for none.
pub const SPEC: CommandSpec = CommandSpec::non_mutating(
    "language",
    Pt(&["idioma", "língua", "linguagem"]),
    Es(&["idioma", "lengua", "lenguaje"]),
    &[ArgKind::Keyword("arg-language")],
);

/// Runs the command.
pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let ordering_key = context.list_key();
    let words = arguments.keywords().join(" ");
    let stored = context.get_state(StateKind::Language, &ordering_key).await?;
    let before = stored.and_then(|chosen| Locale::parse(&chosen.value)).unwrap_or(context.instance.locale);
    let chosen = parse_locale(&words);
    if chosen.is_none() {
        // The name of a language may follow.
        let known = Prompt { is_in_passing: true, ..Prompt::default() };
        context.wait_for(&SPEC, UsageError::MissingWords, known);
    }
    if words.is_empty() {
        return Ok(Reply::Lines(vec![with_language_commands(
            ReplyLine::new("language-is").text("name", locale_name_key(before)),
        )]));
    }
    let Some(locale) = chosen else {
        return Ok(Reply::Lines(vec![with_language_commands(
            ReplyLine::not_done("language-unknown").name("name", words),
        )]));
    };
    context.set_state(StateKind::Language, ordering_key, Some(locale.tag().to_owned()));
    context.set_undo(SPEC.name, Some((SPEC.name, before.tag().to_owned())));
    let line = ReplyLine::done("language-set").with_command("help", "help", &[]);
    Ok(Reply::InLanguage(locale, vec![line]))
}

/// The translation key for a language's name.
fn locale_name_key(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "language-en",
        Locale::PtBr => "language-pt",
        Locale::Es => "language-es",
    }
}

/// With the commands that change the language.
fn with_language_commands(line: ReplyLine) -> ReplyLine {
    let command = |line: ReplyLine, (placeholder, word)| line.with_command(placeholder, SPEC.name, &[word]);
    [("english", "en"), ("portuguese", "pt"), ("spanish", "es")].into_iter().fold(line, command)
}

/// The language of a word, in any language.
pub fn parse_locale(words: &str) -> Option<Locale> {
    let words = fold(words.trim_end_matches(['.', '!', '?']));
    let is_named = |locale: &Locale| {
        i18n::text(*locale, "language-names", &[]).split(',').any(|name| fold(name) == words)
    };
    Locale::parse(&words).or_else(|| Locale::ALL.into_iter().find(is_named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_meant_by_its_code_and_by_its_name_in_any_language() {
        let rows = [
            (Locale::En, "en EN english Inglês inglés ingles en-US"),
            (Locale::PtBr, "pt pt-BR PT-br português portugues portugués Portuguese br"),
            (Locale::Es, "es español espanol spanish espanhol castellano ES"),
        ];
        for (locale, words) in rows {
            for word in words.split(' ') {
                assert_eq!(parse_locale(word), Some(locale), "{word}");
            }
        }
        for word in ["fr", "klingon", "e", ""] {
            assert_eq!(parse_locale(word), None, "{word}");
        }
    }
}
