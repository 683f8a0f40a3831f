//! Edited messages: whether an edit may be run, and which reply it replaces.

use std::time::Duration;

use tokio::time::sleep;

use super::command_outcome::{CommandOutcome, EarlyExit};
use super::request::RunContext;
use crate::clock::Timestamp;
use crate::command::prompt::{PROMPT_TTL, Prompt, recent_prompt};
use crate::command::undo_record::recent_change;
use crate::commands::confirm;
use crate::reply::{Reply, ReplyLine};
use crate::storage::{
    CommandRecord, EDIT_WINDOW, MessageVersion, Outcome, SenderIdentity, StateKind, Store, StoreUnavailable,
};

/// How often, and in which interval, it is checked whether the earlier versions have ended.
const MAX_POLLS: u32 = 15;
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Rejects an edit if an earlier version of the message changed something, or may still do so. Earlier versions that
/// are about to end are waited for a moment: read-only commands do not wait for each other.
pub(super) async fn reject_late_edit(
    sender: &SenderIdentity,
    command: &CommandRecord,
    run: &RunContext<'_>,
) -> Result<(), EarlyExit> {
    if command.version == 0 || command.is_started() {
        return Ok(());
    }
    let (store, instance) = (run.store, &run.instance.config.name);
    let mut polls = 0;
    let earlier = loop {
        let earlier = store.message_versions(instance, &command.message_id, sender, command.version).await?;
        if polls == MAX_POLLS || earlier.iter().all(|version| version.is_finished) {
            break earlier;
        }
        polls += 1;
        sleep(POLL_INTERVAL).await;
    };
    let mut is_confirmed = false;
    for version in &earlier {
        let confirmed = store.get_state(instance, StateKind::Confirmed, &version.id).await?;
        is_confirmed |= confirmed.is_some();
    }
    let reply = |key| Reply::Lines(vec![ReplyLine::not_done(key)]);
    if command.name == confirm::SPEC.name
        && earlier.iter().any(|each| each.is_finished && !each.is_editable())
    {
        let reply = reply("edit-after-yes").with_lines(undo_lines(command, run).await?);
        return Err(CommandOutcome::new(reply, Outcome::Denied).into());
    }
    if earlier.iter().any(|version| !version.is_finished) {
        return Err(CommandOutcome::usage_error(reply("edit-while-running")).into());
    }
    if is_confirmed {
        return Err(CommandOutcome::new(reply("edit-too-late"), Outcome::Replied).into());
    }
    if earlier.iter().any(|version| !version.is_editable()) {
        if let Some(lines) = open_question(&earlier, command, run).await? {
            // The version before stays the one that asks.
            return Err(CommandOutcome::talk(reply("edit-after-end").with_lines(lines), Vec::new()).into());
        }
        let reply = reply("edit-after-end").with_lines(undo_lines(command, run).await?);
        return Err(CommandOutcome::new(reply, Outcome::Denied).into());
    }
    Ok(())
}

/// How to undo what the message did, if that was the last change.
async fn undo_lines(
    command: &CommandRecord,
    run: &RunContext<'_>,
) -> Result<Vec<ReplyLine>, StoreUnavailable> {
    let key = command.conversation_key();
    let record = recent_change(run.store, &run.instance.config.name, &key, command.accepted_at).await?;
    let record = record.filter(|record| record.changed_by.1 == command.message_id);
    Ok(record.and_then(|record| record.hint()).into_iter().collect())
}

/// Says that the question about the rest of an earlier version still waits, if it does.
async fn open_question(
    earlier: &[MessageVersion],
    command: &CommandRecord,
    run: &RunContext<'_>,
) -> Result<Option<Vec<ReplyLine>>, StoreUnavailable> {
    let recently = (PROMPT_TTL, command.accepted_at);
    let instance = &run.instance.config.name;
    let prompt = recent_prompt(run.store, instance, &command.conversation_key(), recently).await?;
    let is_of_message = |prompt: &Prompt| earlier.iter().any(|version| prompt.is_of(&version.id));
    let Some(prompt) = prompt.filter(|prompt| is_of_message(prompt) && !prompt.names.is_empty()) else {
        return Ok(None);
    };
    let last = prompt.options.len().to_string();
    let how = ReplyLine::new(prompt.how_to_answer()).with_plain("last", last);
    let question = ReplyLine::new("edit-leaves-question").with_candidates("candidates", prompt.names, 1);
    Ok(Some(vec![question, how]))
}

/// Whether a message that was sent at this time can still be edited.
pub(super) fn is_editable(since: Timestamp, now: Timestamp) -> bool {
    now.since(since) < EDIT_WINDOW
}

/// The reply to the last version of an edited command, if the new reply can take its place. A reply that says what was
/// done stays, and so does one of several messages: their rest would remain below the new text.
pub(super) async fn find_previous_reply(
    store: &Store,
    command: &CommandRecord,
    now: Timestamp,
) -> Result<Option<String>, StoreUnavailable> {
    let earlier = store.earlier_versions(command).await?;
    let Some(last) = earlier.iter().rfind(|version| version.reply_message_id.is_some()) else {
        return Ok(None);
    };
    // The message may have been taken over from an earlier version, and be as old as that.
    let first =
        earlier.iter().find(|version| version.reply_message_id == last.reply_message_id).unwrap_or(last);
    let is_replaceable = |version: &MessageVersion| version.is_finished && version.is_editable();
    let can_edit = last.sent_messages == 1 && is_editable(first.accepted_at, now);
    Ok(last.reply_message_id.clone().filter(|_| can_edit && earlier.iter().all(is_replaceable)))
}
