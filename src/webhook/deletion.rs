//! Deletions, which take back what has not begun.

use super::admin_message::{AdminMessage, Expectation, MessageContext};
use crate::command::prompt::Prompt;
use crate::domain::Message;
use crate::storage::{DELETION_VERSION, MAX_EDITS, MessageVersion, StateKind, StoreUnavailable};

/// Whether a deletion takes something back; sets its version if so.
pub(super) async fn check_deletion(
    context: MessageContext<'_>,
    event: &mut AdminMessage<'_>,
) -> Result<Expectation, StoreUnavailable> {
    let versions = context.versions(&event.message, &event.message.id, MAX_EDITS + 1).await?;
    if versions.is_empty() {
        return Ok(Expectation::No);
    }
    let stored = context.state(event, StateKind::Prompt).await?;
    let prompt = stored.as_ref().and_then(Prompt::from_state);
    let is_taken_back = take_back(&mut event.message, &versions, prompt.as_ref());
    Ok(if is_taken_back { Expectation::Yes } else { Expectation::No })
}

/// Whether a deletion, or an edit to what is no command, is of a command that has not begun, or of an open prompt, and came
/// after the last edit; sets its version if so.
pub(super) fn take_back(message: &mut Message, versions: &[MessageVersion], prompt: Option<&Prompt>) -> bool {
    let Some(last) = versions.last() else { return false };
    let is_outdated = message.sent_at.zip(last.sent_at).is_some_and(|(deleted, edited)| deleted < edited);
    let is_open = |version: &MessageVersion| {
        version.is_waiting || prompt.is_some_and(|prompt| prompt.is_of(&version.id))
    };
    let is_taken_back = !is_outdated && versions.iter().any(is_open);
    if is_taken_back {
        message.version = DELETION_VERSION + last.version;
    }
    is_taken_back
}
