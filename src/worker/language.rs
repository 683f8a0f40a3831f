//! The language of a reply.

use crate::command::kind::DELETION;
use crate::command::parsed_text::{ParsedRequest, ParsedText};
use crate::command::prompt::Prompt;
use crate::commands::confirm;
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
    let is_prompt_reply = [confirm::SPEC.name, DELETION].contains(&command.name.as_str())
        || matches!(parsed.request, ParsedRequest::Reply(_));
    let chat = Chat::from_id(&command.chat);
    let name = &instance.config.name;
    let mut chosen = None;
    if is_prompt_reply {
        let key = chat.conversation_key(&command.admin, command.by_owner);
        let prompt = store.get_state(name, StateKind::Prompt, key.as_str()).await?;
        chosen = prompt.and_then(|entry| Locale::parse(&Prompt::from_state(&entry)?.language));
    }
    if chosen.is_none() {
        let key = chat.ordering_key(&command.admin, command.by_owner);
        let entry = store.get_state(name, StateKind::Language, key.as_str()).await?;
        chosen = entry.and_then(|entry| Locale::parse(&entry.value));
    }
    Ok(Localizer { locale: chosen.unwrap_or(parsed.locale), ..instance.localizer.clone() })
}
