//! The language of a reply.

use super::context::CONFIRM_COMMAND;
use super::resolve::is_decline;
use crate::command::prompt::Prompt;
use crate::commands::CATALOG;
use crate::domain::{Chat, Locale};
use crate::instance::InstanceRuntime;
use crate::reply::Localizer;
use crate::storage::{CommandRecord, StateKind, Store, StoreUnavailable};

/// Chooses the language of the reply: that of the command's name, else the chat's, else the instance's. The reply to a
/// prompt gets the language of the prompt.
pub(super) async fn reply_language(
    instance: &InstanceRuntime,
    store: &Store,
    command: &CommandRecord,
) -> Result<Localizer, StoreUnavailable> {
    let parsed = instance.parser.parse(&command.text);
    let known = parsed.as_ref().and_then(|parsed| Some((CATALOG.lookup(&parsed.typed)?, parsed)));
    let languages = known.map(|(spec, parsed)| spec.locales_of_name(&parsed.typed)).unwrap_or_default();
    let locale = match languages.as_slice() {
        [one] => *one,
        several => {
            let is_prompt_reply = command.name == CONFIRM_COMMAND || parsed.as_ref().is_some_and(is_decline);
            let usual = match is_prompt_reply {
                true => prompt_language(instance, store, command).await?,
                false => None,
            };
            let usual = match usual {
                Some(locale) => locale,
                None => chat_language(instance, store, command).await?.unwrap_or(instance.config.locale),
            };
            match several {
                [first, ..] if !several.contains(&usual) => *first,
                _ => usual,
            }
        }
    };
    Ok(Localizer { locale, ..instance.localizer.clone() })
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
