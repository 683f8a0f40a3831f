//! Deleted messages: what has not begun is cancelled, and a prompt is closed.

use super::command_outcome::CommandOutcome;
use super::request::RunContext;
use crate::command::kind::DELETION;
use crate::command::prompt::{Prompt, is_in_time, void_prompt};
use crate::reply::{Reply, ReplyLine};
use crate::storage::{CommandRecord, DELETION_VERSION, MessageVersion, Outcome, StateKind, StoreUnavailable};

/// Cancels the commands of a message that was deleted, or edited to what is no command, if they have not begun; each of
/// them says so itself. Closes their prompt, with a reply. What was done stays.
pub(super) async fn cancel_deleted(
    command: &CommandRecord,
    run: &RunContext<'_>,
) -> Result<CommandOutcome, StoreUnavailable> {
    let now = run.clock.now();
    let versions = run.store.earlier_versions(command).await?;
    let is_command = |version: &&MessageVersion| version.version < DELETION_VERSION;
    let waiting = versions.iter().filter(is_command).filter(|version| version.is_waiting);
    let waiting = waiting.map(|version: &MessageVersion| version.id.clone()).collect();
    run.store.cancel(waiting, usize::MAX, command.id.clone(), now).await?;
    let key = command.conversation_key();
    let stored = run.store.get_state(&command.instance, StateKind::Prompt, key.as_str()).await?;
    let is_own = |prompt: Prompt| versions.iter().any(|version| prompt.is_of(&version.id));
    let own = stored.filter(|stored| Prompt::from_state(stored).is_some_and(is_own));
    let nothing = CommandOutcome::new(Reply::empty(), Outcome::Replied);
    Ok(match own {
        Some(prompt) if is_in_time(prompt.at, now) => {
            let reply = deletion_reply(&command.text);
            CommandOutcome { reply, state_changes: vec![void_prompt(&key)], ..nothing }
        }
        _ => nothing,
    })
}

/// The reply to a command that was cancelled before it changed anything.
pub(super) async fn cancelled_reply(
    command: &CommandRecord,
    run: &RunContext<'_>,
) -> Result<Reply, StoreUnavailable> {
    let by = match &command.cancelled_by {
        Some(id) => run.store.name_and_text(id).await?,
        None => None,
    };
    let by = by.filter(|(name, _)| name == DELETION);
    Ok(by.map_or_else(|| Reply::Lines(vec![ReplyLine::new("cancelled")]), |(_, text)| deletion_reply(&text)))
}

/// The reply to a deletion. An edit to what is no command has a text.
fn deletion_reply(text: &str) -> Reply {
    let key = if text.is_empty() { "message-deleted" } else { "message-edited" };
    Reply::Lines(vec![ReplyLine::new(key)])
}
