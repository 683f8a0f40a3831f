//! Delivering replies. All messages of a reply are stored before the first one is sent, and each sent message is
//! recorded, so that a restart goes on after it. The send permit of a message is acquired while the message before it is
//! recorded, or while the reply is stored.

use std::time::Duration;

use tokio::time::sleep;

use super::command_outcome::CommandOutcome;
use crate::clock::Clock;
use crate::command::kind::DELIVERY;
use crate::domain::Chat;
use crate::failpoint::{self, Step};
use crate::reply::Localizer;
use crate::storage::{Claim, CommandRecord, LeaseError, Outcome};
use crate::zapi::{ApiError, ApiErrorKind, Priority, SendPermit, Zapi};

/// The reaction on a command that takes long.
const PROGRESS_REACTION: &str = "⏳";

/// Between two attempts to record a sent message: shorter than the worker's own interval, so that the command is not
/// claimed again before.
const RECORD_RETRY_INTERVAL: Duration = Duration::from_millis(200);

/// How long an attempt waits at most for its retry notice to be sent.
pub(super) const NOTICE_TIMEOUT: Duration = Duration::from_secs(2);

/// Why a reply was not delivered.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeliveryError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Store(#[from] LeaseError),
}

/// Stores the reply with its state changes, and meanwhile acquires the send permit of its first message; none if that
/// must be acquired again.
pub(super) async fn store_reply(
    zapi: &Zapi,
    claim: &mut Claim,
    localizer: &Localizer,
    ended: CommandOutcome,
    clock: &Clock,
) -> Result<Option<SendPermit>, LeaseError> {
    let CommandOutcome { reply, outcome, state_changes, .. } = ended;
    let messages = reply.messages(localizer);
    let json = serde_json::to_string(&messages).unwrap_or_default();
    if messages.is_empty() {
        claim.store_reply(json, outcome, state_changes, clock.now()).await?;
        return Ok(None);
    }
    let permit = async { Ok(zapi.acquire_send_permit(Priority::Reply).await.ok()) };
    let store = claim.store_reply(json, outcome, state_changes, clock.now());
    let ((), permit) = tokio::try_join!(store, permit)?;
    Ok(permit)
}

/// The messages of a stored reply.
pub(super) fn stored_messages(command: &CommandRecord) -> Vec<String> {
    command.reply.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

/// Sends the messages of the reply that are not sent yet, the first one with `permit` if there is one. It quotes the
/// command. Returns the number of sent messages if the last one is not recorded yet.
pub(super) async fn send_reply(
    zapi: &Zapi,
    claim: &mut Claim,
    mut permit: Option<SendPermit>,
    clock: &Clock,
) -> Result<Option<usize>, DeliveryError> {
    let chat = Chat::from_id(&claim.command.chat);
    let messages = stored_messages(&claim.command);
    for (index, message) in messages.iter().enumerate().skip(claim.command.sent_messages) {
        failpoint::reach(Step::Sending);
        let current = match permit.take() {
            Some(permit) => permit,
            None => zapi.acquire_send_permit(Priority::Reply).await?,
        };
        // A prompt is in the last message, so that is the one that a 👍 replies to.
        let id = match index {
            0 => send_first_message(zapi, claim, &chat, message, current).await?,
            _ => zapi.send_text(&chat, message, None, current).await?,
        };
        claim.command.reply_message_id = Some(id);
        failpoint::reach(Step::Sent);
        if index + 1 == messages.len() {
            return Ok(Some(messages.len()));
        }
        let next = async { Ok(zapi.acquire_send_permit(Priority::Reply).await.ok()) };
        ((), permit) = tokio::try_join!(record_sent(claim, index + 1, None, clock), next)?;
    }
    Ok(None)
}

/// Sends the first message of a reply; returns WhatsApp's id of it. It replaces the progress message, or the reply to
/// an earlier version, if that can still be edited; else it is a new message that quotes the command.
async fn send_first_message(
    zapi: &Zapi,
    claim: &Claim,
    chat: &Chat,
    message: &str,
    mut permit: SendPermit,
) -> Result<String, ApiError> {
    let command = &claim.command;
    if let Some(old) = &command.reply_message_id {
        match zapi.edit_text(chat, message, old, permit).await {
            Ok(_) => return Ok(old.clone()),
            // A new message would fail too, or the edit may have been made. An edit can be repeated, a message cannot.
            Err(error) if error.cause.affects_instance() || error.cause.is_temporary() => return Err(error),
            Err(error) => {
                tracing::debug!(%error, "reply not edited, it is sent as a new message");
                permit = zapi.acquire_send_permit(Priority::Reply).await?;
            }
        }
    }
    // The report on a delivery quotes the command that announced.
    let quoted = command.quoted.as_ref().filter(|_| command.name == DELIVERY).unwrap_or(&command.message_id);
    match zapi.send_text(chat, message, Some(quoted), permit).await {
        // The quoted message may be deleted.
        Err(error) if error.cause == ApiErrorKind::Rejected => {
            let permit = zapi.acquire_send_permit(Priority::Reply).await?;
            zapi.send_text(chat, message, None, permit).await
        }
        sent => sent,
    }
}

/// Records a sent message, and retries for as long as the journal cannot be written: unrecorded it would be sent again.
/// With an outcome, the same write ends the command.
pub(super) async fn record_sent(
    claim: &mut Claim,
    count: usize,
    outcome: Option<Outcome>,
    clock: &Clock,
) -> Result<(), LeaseError> {
    loop {
        let recorded = match outcome {
            Some(outcome) => claim.mark_sent_and_finish(count, outcome, clock.now()).await,
            None => claim.mark_sent(count, clock.now()).await,
        };
        match recorded {
            Err(LeaseError::Store(error)) if error.is_retryable() => sleep(RECORD_RETRY_INTERVAL).await,
            Ok(()) if outcome.is_none() => {
                failpoint::reach(Step::SendRecorded);
                return Ok(());
            }
            recorded => return recorded,
        }
    }
}

/// Adds the progress reaction to the command, or removes it.
pub(super) async fn set_progress_reaction(zapi: &Zapi, claim: &Claim, is_shown: bool) {
    let (chat, message) = (Chat::from_id(&claim.command.chat), &claim.command.message_id);
    let set = match is_shown {
        true => zapi.react(&chat, message, PROGRESS_REACTION).await.map(drop),
        false => zapi.remove_reaction(&chat, message).await.map(drop),
    };
    if let Err(error) = set {
        tracing::debug!(%error, "progress reaction not changed");
    }
}

/// Sends the retry notice. It is recorded before, so that it is sent at most once; if certainly nothing was sent, the
/// record is withdrawn for the next attempt. Other failures are ignored.
pub(super) async fn send_notice(
    zapi: &Zapi,
    claim: &Claim,
    message: &str,
    clock: &Clock,
) -> Result<(), LeaseError> {
    claim.mark_retry_notified(clock.now()).await?;
    let chat = Chat::from_id(&claim.command.chat);
    let sent = async {
        let permit = zapi.acquire_send_permit(Priority::Progress).await?;
        zapi.send_text(&chat, message, Some(&claim.command.message_id), permit).await
    };
    if let Err(error) = sent.await {
        tracing::debug!(%error, "retry notice not sent");
        if error.cause.is_unsent() {
            claim.unmark_retry_notified(clock.now()).await?;
        }
    }
    Ok(())
}
