//! What the end of a command means for the prompt of its conversation.

use super::context::CommandOutcome;
use super::resolve::CONFIRM_COMMAND;
use crate::command::prompt;
use crate::command::prompt::Prompt;
use crate::command::resolution::DeferredCommand;
use crate::commands::CATALOG;
use crate::domain::Chat;
use crate::storage::{CommandRecord, LeaseError, Outcome, StateChange, StateKind, Store, StoreUnavailable};

/// Adds the state changes about prompts. A command that changes something clears an earlier prompt: an `ok` to its
/// reply must not confirm that. A list clears an earlier choice: its numbers are newer. The commands whose prompts led
/// to a change are marked, so that an edit does not run them again.
pub(super) async fn update_prompts(
    store: &Store,
    command: &CommandRecord,
    mut result: CommandOutcome,
) -> Result<CommandOutcome, LeaseError> {
    let resolution: Option<DeferredCommand> =
        command.deferred_command.as_deref().and_then(|json| serde_json::from_str(json).ok());
    let prompt_chain = resolution.map(|resolution| resolution.prompting_commands).unwrap_or_default();
    let is_prompt_reply = !prompt_chain.is_empty();
    if matches!(result.outcome, Outcome::UsageError | Outcome::Previewed) {
        let changes = result.state_changes.iter_mut();
        changes.for_each(|change| prompt::with_prompting_commands(prompt_chain.clone(), change));
    } else {
        let confirm =
            |id| StateChange { kind: StateKind::Confirmed, key: id, value: Some(command.id.clone()) };
        result.state_changes.extend(prompt_chain.into_iter().map(confirm));
    }
    if result.state_changes.iter().any(|change| change.kind == StateKind::Prompt) {
        return Ok(result);
    }
    let key = Chat::from_id(&command.chat).conversation_key(&command.admin, command.by_owner);
    let is_change =
        command.name != CONFIRM_COMMAND && CATALOG.lookup(&command.name).is_some_and(|spec| spec.is_mutating);
    let is_list = result.state_changes.iter().any(|change| change.kind == StateKind::List);
    let pending = match is_list || command.version > 0 {
        true => store.get_state(&command.instance, StateKind::Prompt, key.as_str()).await?,
        false => None,
    };
    let prompt = pending.as_ref().and_then(Prompt::from_state);
    let is_own = match &prompt {
        Some(prompt) => is_of_earlier_version(store, command, prompt).await?,
        None => false,
    };
    let is_choice = || prompt.as_ref().is_some_and(|prompt| !prompt.options.is_empty());
    if is_own && pending.as_ref().is_some_and(|pending| pending.at > command.accepted_at) {
        result.state_changes.push(prompt::void_prompt(&key));
    } else if is_change || is_prompt_reply || is_own || (is_list && is_choice()) {
        result.state_changes.push(prompt::clear_prompt(&key));
    }
    Ok(result)
}

/// Whether an earlier version of the command's message led to the prompt. An edit replaces that prompt, even if it was
/// sent only after the edit was accepted.
async fn is_of_earlier_version(
    store: &Store,
    command: &CommandRecord,
    prompt: &Prompt,
) -> Result<bool, StoreUnavailable> {
    let earlier = store.earlier_versions(command).await?;
    let mut prompted_by = prompt.prompting_commands.iter().chain([&prompt.prompted_by]);
    Ok(prompted_by.any(|id| earlier.iter().any(|version| version.id == *id)))
}
