//! The language of a reply.

use super::context::CONFIRM_COMMAND;
use super::resolve::is_decline;
use super::store_command::DELETION;
use crate::command::prompt::Prompt;
use crate::command::wish::Wish;
use crate::commands::CATALOG;
use crate::domain::{Chat, Locale};
use crate::instance::InstanceRuntime;
use crate::parse::prefix::ParsedCommand;
use crate::reply::Localizer;
use crate::storage::{CommandRecord, StateKind, Store, StoreUnavailable};

/// Chooses the language of the reply: that of the prompt that it replies to, else the chat's choice, else that of a
/// Portuguese or Spanish command name or of a wish in plain words, else the instance's.
pub(super) async fn reply_language(
    instance: &InstanceRuntime,
    store: &Store,
    command: &CommandRecord,
) -> Result<Localizer, StoreUnavailable> {
    let parsed = instance.parser.parse(&command.text);
    let is_prompt_reply = [CONFIRM_COMMAND, DELETION].contains(&command.name.as_str())
        || parsed.as_ref().is_some_and(is_decline);
    let of_prompt = match is_prompt_reply {
        true => prompt_language(instance, store, command).await?,
        false => None,
    };
    let chosen = match of_prompt {
        Some(locale) => Some(locale),
        None => chat_language(instance, store, command).await?,
    };
    let wish = match parsed {
        None if command.name != CONFIRM_COMMAND => CATALOG.parse_wish(&command.text),
        _ => None,
    };
    let locale = chosen.unwrap_or_else(|| match &wish {
        Some(wish) => language_of_wish(wish, instance.config.locale),
        None => language_of_name(parsed.as_ref(), instance.config.locale),
    });
    Ok(Localizer { locale, ..instance.localizer.clone() })
}

/// The language of a command's name, or of the nearest name: the instance's if it has the name, or English has it.
fn language_of_name(parsed: Option<&ParsedCommand>, instance: Locale) -> Locale {
    let name = parsed.and_then(|parsed| match CATALOG.lookup(&parsed.typed) {
        Some(spec) => Some((spec, parsed.typed.as_str())),
        None => {
            CATALOG.nearest_name(&parsed.typed, instance).and_then(|name| Some((CATALOG.lookup(name)?, name)))
        }
    });
    let languages = name.map(|(spec, name)| spec.locales_of_name(name)).unwrap_or_default();
    match languages.first() {
        Some(first) if !languages.contains(&instance) && !languages.contains(&Locale::En) => *first,
        _ => instance,
    }
}

/// The language of the phrase of a wish: the instance's if it has the phrase. A mere command name counts as one.
fn language_of_wish(wish: &Wish, instance: Locale) -> Locale {
    match &wish.name {
        Some(name) => {
            let parsed = ParsedCommand { typed: name.clone(), rest: String::new() };
            language_of_name(Some(&parsed), instance)
        }
        None if wish.locales.contains(&instance) => instance,
        None => wish.locales.first().copied().unwrap_or(instance),
    }
}

async fn prompt_language(
    instance: &InstanceRuntime,
    store: &Store,
    command: &CommandRecord,
) -> Result<Option<Locale>, StoreUnavailable> {
    let key = Chat::from_id(&command.chat).conversation_key(&command.admin, command.by_owner);
    let prompt = store.get_state(&instance.config.name, StateKind::Prompt, key.as_str()).await?;
    Ok(prompt.and_then(|entry| Locale::parse(&Prompt::from_state(&entry)?.language)))
}

async fn chat_language(
    instance: &InstanceRuntime,
    store: &Store,
    command: &CommandRecord,
) -> Result<Option<Locale>, StoreUnavailable> {
    let key = Chat::from_id(&command.chat).ordering_key(&command.admin, command.by_owner);
    let chosen = store.get_state(&instance.config.name, StateKind::Language, key.as_str()).await?;
    Ok(chosen.and_then(|entry| Locale::parse(&entry.value)))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let parsed = ParsedCommand { typed: typed.to_owned(), rest: String::new() };
            let languages = [En, PtBr, Es].map(|instance| language_of_name(Some(&parsed), instance));
            assert_eq!(languages, expected, "{typed}");
        }
        assert_eq!(language_of_name(None, PtBr), PtBr);
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
            let languages = [En, PtBr, Es].map(|instance| language_of_wish(&wish, instance));
            assert_eq!(languages, expected, "{text}");
        }
    }
}
