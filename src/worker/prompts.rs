//! What the end of a command means for the prompt of its conversation.

use super::context::CommandOutcome;
use crate::command::prompt;
use crate::command::prompt::Prompt;
use crate::command::resolution::DeferredCommand;
use crate::domain::Chat;
use crate::reply::{Reply, ReplyLine};
use crate::storage::{CommandRecord, LeaseError, Outcome, StateChange, StateKind, Store, StoreUnavailable};

/// Adds the state changes about prompts. A new command closes the open prompt, and its reply says so: an `ok` to that
/// reply must not confirm the prompt. The commands whose prompts led to a change are marked, so that an edit does not
/// run them again.
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
    let key = Chat::from_id(&command.chat).conversation_key(&command.admin, command.by_owner);
    let has_changed = result.state_changes.iter().any(|change| change.kind == StateKind::Prompt);
    if result.is_talk || (has_changed && is_prompt_reply) {
        return Ok(result);
    }
    let Some(pending) = store.get_state(&command.instance, StateKind::Prompt, key.as_str()).await? else {
        return Ok(result);
    };
    let Some(prompt) = Prompt::from_state(&pending) else { return Ok(result) };
    let is_own = is_of_earlier_version(store, command, &prompt).await?;
    let is_newer = pending.at > command.accepted_at;
    if !has_changed {
        let close = if is_own && is_newer { prompt::void_prompt } else { prompt::clear_prompt };
        result.state_changes.push(close(&key));
    }
    let is_open = !is_newer
        && prompt::is_in_time(pending.at, command.accepted_at)
        && !store.is_superseded(&command.instance, &prompt.asked_by).await?;
    if is_open && !is_own && !is_prompt_reply && result.reply != Reply::Empty {
        let closed = vec![ReplyLine::new("confirm-replaced")];
        result.reply = Reply::WithLines(Box::new(result.reply), closed);
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
    let mut prompted_by = prompt.prompting_commands.iter().chain([&prompt.asked_by]);
    Ok(prompted_by.any(|id| earlier.iter().any(|version| version.id == *id)))
}
