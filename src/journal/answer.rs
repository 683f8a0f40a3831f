//! Answering: the messages of a reply are in the journal before the first is sent, and each that
//! went out is noted, so that a restart goes on behind it. The turn of a message is waited for while
//! the one before it is noted, or the answer written down.

use std::time::Duration;

use tokio::time::sleep;

use super::run::Ended;
use crate::clock::{Clock, Timestamp};
use crate::domain::Chat;
use crate::failpoint::{self, Step};
use crate::reply::Speech;
use crate::storage::{Claim, Lost, Outcome, Revision, Store, Stored, Unavailable, number_of};
use crate::zapi::{ApiError, Cause, TurnToSend, Urgency, Zapi};

/// The reaction that says "I am at it".
const HOURGLASS: &str = "⏳";

/// Between two attempts to note a message that is out: shorter than the worker's pause, so that
/// it does not take the order anew before.
const NOTE_PAUSE: Duration = Duration::from_millis(200);

/// For how long WhatsApp lets a message be edited.
const EDITABLE: Duration = Duration::from_secs(15 * 60);

/// Why the answer is not out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unsent {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Journal(#[from] Lost),
}

/// Writes the answer down with what is remembered of it, and waits meanwhile for the turn of its first message: nothing where the
/// turn must be asked for once more.
pub(super) async fn write_down(
    zapi: &Zapi,
    claim: &mut Claim,
    speech: &Speech,
    ended: Ended,
    clock: &Clock,
) -> Result<Option<TurnToSend>, Lost> {
    let Ended { reply, outcome, memories } = ended;
    let messages = reply.messages(speech);
    let json = serde_json::to_string(&messages).unwrap_or_default();
    if messages.is_empty() {
        claim.reply(json, outcome, memories, clock.now()).await?;
        return Ok(None);
    }
    let turn = async { Ok(zapi.turn_to_send(Urgency::Answer).await.ok()) };
    let ((), turn) = tokio::try_join!(claim.reply(json, outcome, memories, clock.now()), turn)?;
    Ok(turn)
}

/// The messages of an answer that is written down.
pub(super) fn messages(command: &Stored) -> Vec<String> {
    command.reply.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

/// Sends what is not sent yet of the answer, the first message in `turn`, if that was waited for; it
/// quotes the order. Returns how many messages are out where the last one is not noted yet.
pub(super) async fn send(
    zapi: &Zapi,
    claim: &mut Claim,
    mut turn: Option<TurnToSend>,
    clock: &Clock,
) -> Result<Option<usize>, Unsent> {
    let chat = Chat::from_address(&claim.command.chat);
    let messages = messages(&claim.command);
    for (index, message) in messages.iter().enumerate().skip(claim.command.replied) {
        failpoint::reach(Step::Sending);
        let booked = match turn.take() {
            Some(turn) => turn,
            None => zapi.turn_to_send(Urgency::Answer).await?,
        };
        if index == 0 {
            claim.command.answer_id = Some(send_first(zapi, claim, &chat, message, booked).await?);
        } else {
            // A question stands in the last message: that is the one that a 👍 may answer.
            claim.command.answer_id = Some(zapi.send_text(&chat, message, None, booked).await?);
        }
        failpoint::reach(Step::Sent);
        if index + 1 == messages.len() {
            return Ok(Some(messages.len()));
        }
        let next = async { Ok(zapi.turn_to_send(Urgency::Answer).await.ok()) };
        ((), turn) = tokio::try_join!(note(claim, index + 1, clock), next)?;
    }
    Ok(None)
}

/// A message from this moment may still be edited.
pub(super) fn is_editable(since: Timestamp, now: Timestamp) -> bool {
    now.since(since) < EDITABLE
}

/// The answer to the last version of an order that was mended, where another message can take its place:
/// what was done, or is not over, stays told. Of several messages none can: they would be torn apart, and what is
/// new follows below them.
pub(super) async fn of_last_version(
    store: &Store,
    command: &Stored,
    now: Timestamp,
) -> Result<Option<String>, Unavailable> {
    let version = number_of(&command.message_id);
    if version == 0 {
        return Ok(None);
    }
    let before = store.revisions(&command.instance, command.message(), &command.sender(), version).await?;
    let Some(last) = before.iter().rfind(|version| version.answer_id.is_some()) else { return Ok(None) };
    // It may be that of a version before that one, and as old.
    let first = before.iter().find(|version| version.answer_id == last.answer_id).unwrap_or(last);
    let is_said_in_vain = |version: &Revision| version.is_over && version.may_be_mended();
    let may_be_edited = last.replied == 1 && is_editable(first.accepted_at, now);
    Ok(last.answer_id.clone().filter(|_| may_be_edited && before.iter().all(is_said_in_vain)))
}

/// Sends the first message of an answer; returns WhatsApp's id of it. It takes the place of what told of
/// the order's progress, or of the answer to it before it was mended, where there is such a message and
/// it can still be edited; else it quotes the order.
async fn send_first(
    zapi: &Zapi,
    claim: &Claim,
    chat: &Chat,
    message: &str,
    mut turn: TurnToSend,
) -> Result<String, ApiError> {
    let command = &claim.command;
    if let Some(old) = &command.answer_id {
        match zapi.edit_text(chat, message, old, turn).await {
            Ok(_) => return Ok(old.clone()),
            // Another message would fail alike, or the edit came through: it is made again, which a message is not.
            Err(error) if error.cause.concerns_all() || error.cause.is_temporary() => return Err(error),
            Err(error) => {
                tracing::debug!(%error, "an answer could not be edited, and follows as a new one");
                turn = zapi.turn_to_send(Urgency::Answer).await?;
            }
        }
    }
    match zapi.send_text(chat, message, Some(command.message()), turn).await {
        // The order may be gone from the chat; its answer is said all the same.
        Err(error) if error.cause == Cause::Refused => {
            let again = zapi.turn_to_send(Urgency::Answer).await?;
            zapi.send_text(chat, message, None, again).await
        }
        sent => sent,
    }
}

/// Notes a message that is out, however long the journal cannot be written meanwhile: unnoted it
/// would be sent again.
pub(super) async fn note(claim: &mut Claim, count: usize, clock: &Clock) -> Result<(), Lost> {
    loop {
        match claim.sent(count, clock.now()).await {
            Err(Lost::Store(trouble)) if trouble.may_pass() => sleep(NOTE_PAUSE).await,
            noted => {
                noted?;
                failpoint::reach(Step::Noted);
                return Ok(());
            }
        }
    }
}

/// Notes the last message and ends the order by the same write, as insistently as [`note`].
pub(super) async fn note_and_finish(
    claim: &Claim,
    count: usize,
    outcome: Outcome,
    clock: &Clock,
) -> Result<(), Lost> {
    loop {
        match claim.finish_sent(count, outcome, clock.now()).await {
            Err(Lost::Store(trouble)) if trouble.may_pass() => sleep(NOTE_PAUSE).await,
            noted => return noted,
        }
    }
}

/// Shows that the order takes its time.
pub(super) async fn show_hourglass(zapi: &Zapi, claim: &Claim) {
    let chat = Chat::from_address(&claim.command.chat);
    if let Err(error) = zapi.react(&chat, claim.command.message(), HOURGLASS).await {
        tracing::debug!(%error, "no hourglass");
    }
}

/// Takes the hourglass away.
pub(super) async fn hide_hourglass(zapi: &Zapi, claim: &Claim) {
    let chat = Chat::from_address(&claim.command.chat);
    if let Err(error) = zapi.remove_reaction(&chat, claim.command.message()).await {
        tracing::debug!(%error, "the hourglass stays");
    }
}

/// Tells the admin that the order goes on. It is noted before, so nobody is told twice; whether the
/// message gets through decides nothing, but where nothing was sent the next try tells it.
pub(super) async fn tell(zapi: &Zapi, claim: &Claim, messages: &[String], clock: &Clock) -> Result<(), Lost> {
    claim.told(clock.now()).await?;
    let chat = Chat::from_address(&claim.command.chat);
    for (index, message) in messages.iter().enumerate() {
        let quoted = (index == 0).then_some(claim.command.message());
        let sent = async {
            let turn = zapi.turn_to_send(Urgency::Progress).await?;
            zapi.send_text(&chat, message, quoted, turn).await
        };
        if let Err(error) = sent.await {
            tracing::debug!(%error, "nobody was told that an order goes on");
            if index == 0 && error.cause.is_unsent() {
                claim.not_told(clock.now()).await?;
            }
            break;
        }
    }
    Ok(())
}
