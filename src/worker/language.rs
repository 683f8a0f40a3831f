//! The language of a reply.

use super::context::CONFIRM_COMMAND;
use super::store_command::DELETION;
use crate::command::parsed_text::{ParsedRequest, ParsedText};
use crate::command::prompt::Prompt;
use crate::domain::{Chat, Locale};
use crate::instance::InstanceRuntime;
use crate::reply::Localizer;
use crate::storage::{CommandRecord, StateKind, Store, StoreUnavailable};

/// Chooses the language of the reply: that of the prompt that it replies to, else the chat's choice, else that of the
/// text.
pub(super) async fn reply_language(
    instance: &InstanceRuntime,
    store: &Store,
    command: &CommandRecord,
    parsed: &ParsedText,
) -> Result<Localizer, StoreUnavailable> {
    let is_prompt_reply = [CONFIRM_COMMAND, DELETION].contains(&command.name.as_str())
        || matches!(parsed.request, ParsedRequest::Decline(_));
    let of_prompt = match is_prompt_reply {
        true => prompt_language(instance, store, command).await?,
        false => None,
    };
    let chosen = match of_prompt {
        Some(locale) => Some(locale),
        None => chat_language(instance, store, command).await?,
    };
    Ok(Localizer { locale: chosen.unwrap_or(parsed.locale), ..instance.localizer.clone() })
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
