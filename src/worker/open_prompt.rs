//! What the end of a command means for the prompt of its conversation.

use super::command_outcome::CommandOutcome;
use crate::command::kind::RATE_LIMITED;
use crate::command::prompt;
use crate::command::prompt::Prompt;
use crate::command::resolution::DeferredCommand;
use crate::commands::{CATALOG, confirm};
use crate::reply::{Reply, ReplyLine};
use crate::storage::{CommandRecord, LeaseError, Outcome, StateChange, StateKind, Store};

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
    let key = command.conversation_key();
    let mut has_changed = result.state_changes.iter().any(|change| change.kind == StateKind::Prompt);
    // What came too late or too often was not run.
    if result.outcome == Outcome::Expired || command.name == RATE_LIMITED {
        return Ok(result);
    }
    if result.keeps_prompt
        || command.name == confirm::SPEC.name && !is_prompt_reply
        || has_changed && is_prompt_reply
    {
        return Ok(result);
    }
    let pending = store.get_state(&command.instance, StateKind::Prompt, key.as_str()).await?;
    let pending = pending.and_then(|pending| Some((pending.at, Prompt::from_state(&pending)?)));
    let Some((prompted_at, prompt)) = pending else { return Ok(result) };
    let CommandRecord { instance, message_id, version, accepted_at, .. } = command;
    let versions = store.message_versions(instance, message_id, &command.sender(), version + 1).await?;
    let own = versions.iter().find(|other| other.id != command.id && prompt.is_of(&other.id));
    // An edit replaces the prompt of an earlier version; a command also closes that of one above it in its message.
    let is_edited = own.is_some_and(|own| own.version < *version);
    let is_mutating = CATALOG.lookup(&command.name).is_some_and(|spec| spec.is_mutating);
    // An edit of an earlier message is no new command, unless it changes something.
    if *version > 0 && !is_edited && !is_mutating {
        return Ok(result);
    }
    let is_open = (prompted_at <= *accepted_at || own.is_some())
        && prompt::is_in_time(prompted_at, *accepted_at)
        && !store.is_superseded(instance, &prompt.prompted_by).await?;
    let closes_itself = has_changed && !result.state_changes.iter().any(prompt::is_set);
    // The same command without the typo, or with what was missing; another one of its message is none.
    let goes_on = command.name == prompt.command && prompt.takes_more() && own.is_none();
    let just_lapses = goes_on || prompt.is_menu() || prompt.is_in_passing && own.is_none();
    if is_open && !is_edited && !is_prompt_reply && !closes_itself && !just_lapses {
        // No reply stays none.
        if result.reply != Reply::empty() {
            // What was to be confirmed is more than its command.
            let is_named = prompt.takes_more() && prompt.shown.contains(' ');
            let key = if is_named { "confirm-replaced-named" } else { "confirm-replaced" };
            let line = ReplyLine::new(key).with_plain("pending", prompt.shown.clone());
            result.reply = result.reply.with_lines(vec![line]);
        }
        // A yes may be for the prompt that is closed.
        if !prompt.is_in_passing && result.state_changes.iter().any(prompt::is_in_passing) {
            result.state_changes.retain(|change| change.kind != StateKind::Prompt);
            has_changed = false;
        }
    }
    if !has_changed {
        let close = if own.is_some() { prompt::void_prompt } else { prompt::clear_prompt };
        result.state_changes.push(close(&key));
    }
    Ok(result)
}
