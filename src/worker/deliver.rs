//! Answering: the messages of a reply are in the journal before the first is sent, and each that
//! went out is noted, so that a restart goes on behind it. The turn of a message is waited for while
//! the one before it is noted, or the answer written down.

use std::time::Duration;

use tokio::time::sleep;

use super::execute::CommandOutcome;
use crate::clock::{Clock, Timestamp};
use crate::domain::Chat;
use crate::failpoint::{self, Step};
use crate::reply::Localizer;
use crate::storage::{Claim, CommandRecord, LeaseError, MessageVersion, Outcome, Store, StoreUnavailable};
use crate::zapi::{ApiError, ApiErrorKind, SendPermit, Urgency, Zapi};

/// The reaction that says "I am at it".
const PROGRESS_REACTION: &str = "⏳";

/// Between two attempts to note a message that is out: shorter than the worker's pause, so that
/// it does not take the order anew before.
const RECORD_RETRY_INTERVAL: Duration = Duration::from_millis(200);

/// For how long WhatsApp lets a message be edited.
const EDIT_WINDOW: Duration = Duration::from_secs(15 * 60);

/// Why the answer is not out.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeliveryError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Store(#[from] LeaseError),
}

/// Writes the answer down with what is remembered of it, and waits meanwhile for the turn of its first message: nothing where the
/// turn must be asked for once more.
pub(super) async fn store_reply(
    zapi: &Zapi,
    claim: &mut Claim,
    speech: &Localizer,
    ended: CommandOutcome,
    clock: &Clock,
) -> Result<Option<SendPermit>, LeaseError> {
    let CommandOutcome { reply, outcome, state_changes: memories } = ended;
    let messages = reply.messages(speech);
    let json = serde_json::to_string(&messages).unwrap_or_default();
    if messages.is_empty() {
        claim.store_reply(json, outcome, memories, clock.now()).await?;
        return Ok(None);
    }
    let turn = async { Ok(zapi.acquire_send_permit(Urgency::Answer).await.ok()) };
    let ((), turn) = tokio::try_join!(claim.store_reply(json, outcome, memories, clock.now()), turn)?;
    Ok(turn)
}

/// The messages of an answer that is written down.
pub(super) fn stored_messages(command: &CommandRecord) -> Vec<String> {
    command.reply.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

/// Sends what is not sent yet of the answer, the first message in `turn`, if that was waited for; it
/// quotes the order. Returns how many messages are out where the last one is not noted yet.
pub(super) async fn send_reply(
    zapi: &Zapi,
    claim: &mut Claim,
    mut turn: Option<SendPermit>,
    clock: &Clock,
) -> Result<Option<usize>, DeliveryError> {
    let chat = Chat::from_id(&claim.command.chat);
    let messages = stored_messages(&claim.command);
    for (index, message) in messages.iter().enumerate().skip(claim.command.replied) {
        failpoint::reach(Step::Sending);
        let booked = match turn.take() {
            Some(turn) => turn,
            None => zapi.acquire_send_permit(Urgency::Answer).await?,
        };
        if index == 0 {
            claim.command.reply_message_id =
                Some(send_first_message(zapi, claim, &chat, message, booked).await?);
        } else {
            // A question stands in the last message: that is the one that a 👍 may answer.
            claim.command.reply_message_id = Some(zapi.send_text(&chat, message, None, booked).await?);
        }
        failpoint::reach(Step::Sent);
        if index + 1 == messages.len() {
            return Ok(Some(messages.len()));
        }
        let next = async { Ok(zapi.acquire_send_permit(Urgency::Answer).await.ok()) };
        ((), turn) = tokio::try_join!(record_sent(claim, index + 1, clock), next)?;
    }
    Ok(None)
}

/// A message from this moment may still be edited.
pub(super) fn is_editable(since: Timestamp, now: Timestamp) -> bool {
    now.since(since) < EDIT_WINDOW
}

/// The answer to the last version of an order that was mended, where another message can take its place:
/// what was done, or is not over, stays told. Of several messages none can: they would be torn apart, and what is
/// new follows below them.
pub(super) async fn find_previous_reply(
    store: &Store,
    command: &CommandRecord,
    now: Timestamp,
) -> Result<Option<String>, StoreUnavailable> {
    let version = command.version;
    if version == 0 {
        return Ok(None);
    }
    let before =
        store.message_versions(&command.instance, &command.message_id, &command.sender(), version).await?;
    let Some(last) = before.iter().rfind(|version| version.reply_message_id.is_some()) else {
        return Ok(None);
    };
    // It may be that of a version before that one, and as old.
    let first =
        before.iter().find(|version| version.reply_message_id == last.reply_message_id).unwrap_or(last);
    let is_said_in_vain = |version: &MessageVersion| version.is_finished && version.is_editable();
    let may_be_edited = last.replied == 1 && is_editable(first.accepted_at, now);
    Ok(last.reply_message_id.clone().filter(|_| may_be_edited && before.iter().all(is_said_in_vain)))
}

/// Sends the first message of an answer; returns WhatsApp's id of it. It takes the place of what told of
/// the order's progress, or of the answer to it before it was mended, where there is such a message and
/// it can still be edited; else it quotes the order.
async fn send_first_message(
    zapi: &Zapi,
    claim: &Claim,
    chat: &Chat,
    message: &str,
    mut turn: SendPermit,
) -> Result<String, ApiError> {
    let command = &claim.command;
    if let Some(old) = &command.reply_message_id {
        match zapi.edit_text(chat, message, old, turn).await {
            Ok(_) => return Ok(old.clone()),
            // Another message would fail alike, or the edit came through: it is made again, which a message is not.
            Err(error) if error.cause.affects_instance() || error.cause.is_temporary() => return Err(error),
            Err(error) => {
                tracing::debug!(%error, "an answer could not be edited, and follows as a new one");
                turn = zapi.acquire_send_permit(Urgency::Answer).await?;
            }
        }
    }
    match zapi.send_text(chat, message, Some(&*command.message_id), turn).await {
        // The order may be gone from the chat; its answer is said all the same.
        Err(error) if error.cause == ApiErrorKind::Rejected => {
            let again = zapi.acquire_send_permit(Urgency::Answer).await?;
            zapi.send_text(chat, message, None, again).await
        }
        sent => sent,
    }
}

/// Notes a message that is out, however long the journal cannot be written meanwhile: unnoted it
/// would be sent again.
pub(super) async fn record_sent(claim: &mut Claim, count: usize, clock: &Clock) -> Result<(), LeaseError> {
    loop {
        match claim.mark_sent(count, clock.now()).await {
            Err(LeaseError::Store(trouble)) if trouble.is_retryable() => sleep(RECORD_RETRY_INTERVAL).await,
            noted => {
                noted?;
                failpoint::reach(Step::Noted);
                return Ok(());
            }
        }
    }
}

/// Notes the last message and ends the order by the same write, as insistently as [`note`].
pub(super) async fn record_sent_and_finish(
    claim: &Claim,
    count: usize,
    outcome: Outcome,
    clock: &Clock,
) -> Result<(), LeaseError> {
    loop {
        match claim.mark_sent_and_finish(count, outcome, clock.now()).await {
            Err(LeaseError::Store(trouble)) if trouble.is_retryable() => sleep(RECORD_RETRY_INTERVAL).await,
            noted => return noted,
        }
    }
}

/// Shows that the order takes its time.
pub(super) async fn show_progress_reaction(zapi: &Zapi, claim: &Claim) {
    let chat = Chat::from_id(&claim.command.chat);
    if let Err(error) = zapi.react(&chat, &claim.command.message_id, PROGRESS_REACTION).await {
        tracing::debug!(%error, "no hourglass");
    }
}

/// Takes the hourglass away.
pub(super) async fn hide_progress_reaction(zapi: &Zapi, claim: &Claim) {
    let chat = Chat::from_id(&claim.command.chat);
    if let Err(error) = zapi.remove_reaction(&chat, &claim.command.message_id).await {
        tracing::debug!(%error, "the hourglass stays");
    }
}

/// Tells the admin that the order goes on. It is noted before, so nobody is told twice; whether the
/// message gets through decides nothing, but where nothing was sent the next try tells it.
pub(super) async fn send_notice(
    zapi: &Zapi,
    claim: &Claim,
    messages: &[String],
    clock: &Clock,
) -> Result<(), LeaseError> {
    claim.mark_retry_notified(clock.now()).await?;
    let chat = Chat::from_id(&claim.command.chat);
    for (index, message) in messages.iter().enumerate() {
        let quoted = (index == 0).then_some(claim.command.message_id.as_str());
        let sent = async {
            let turn = zapi.acquire_send_permit(Urgency::Progress).await?;
            zapi.send_text(&chat, message, quoted, turn).await
        };
        if let Err(error) = sent.await {
            tracing::debug!(%error, "nobody was told that an order goes on");
            if index == 0 && error.cause.is_unsent() {
                claim.unmark_retry_notified(clock.now()).await?;
            }
            break;
        }
    }
    Ok(())
}
