//! Edits: to another command, or to what is no command.

use super::admin_message::{AdminMessage, Expectation, MessageContext};
use super::deletion::take_back;
use super::intent::{MessageIntent, has_only_unknown_commands};
use super::message_version::{EditDecision, decide_edit};
use super::talk_kind::may_correct;
use crate::clock::Timestamp;
use crate::command::kind::{CommandKind, MAX_COMMANDS};
use crate::command::prompt::{self, Prompt};
use crate::commands::{CATALOG, confirm};
use crate::domain::Message;
use crate::storage::{DELETION_VERSION, DELIVERY_VERSION, MessageVersion, StateKind, StoreUnavailable};

/// The message that an edit changes.
struct EditedMessage {
    /// Its stored versions, oldest first.
    versions: Vec<MessageVersion>,
    /// The last version was deleted.
    is_deleted: bool,
    /// The event of the edit has the id of the message, and does not only refer to it.
    has_same_id: bool,
}

/// Whether an edit is expected; sets its version if so. None if it is like a new message, since it is of talk, or of what
/// is not stored.
pub(super) async fn check_edit(
    context: MessageContext<'_>,
    event: &mut AdminMessage<'_>,
) -> Result<Option<Expectation>, StoreUnavailable> {
    let edited = EditedMessage::read(context, &mut event.message).await?;
    match event.intent {
        MessageIntent::Deletion { .. } => check_edit_to_talk(context, event, &edited).await,
        _ => Ok(check_edit_to_command(context, event, &edited)),
    }
}

/// The same for an edit to a command or a wish. The worker decides whether it may be run.
fn check_edit_to_command(
    context: MessageContext<'_>,
    event: &mut AdminMessage<'_>,
    edited: &EditedMessage,
) -> Option<Expectation> {
    let parser = &context.instance().parser;
    let text = event.message.text.clone();
    let commands = CATALOG.split_commands(&text, parser, MAX_COMMANDS + 1);
    if let [command] = commands.as_slice() {
        // Without courtesy before it.
        event.message.text = (*command).to_owned();
    }
    if let Err(unexpected) = edited.set_version(&mut event.message, &commands, event.received_at) {
        return Some(unexpected);
    }
    let is_wish = matches!(event.intent, MessageIntent::Wish(_));
    let EditedMessage { versions, .. } = edited;
    if versions.is_empty() {
        if !is_wish {
            // The id may be new, so the first text, or another edit, would run once more: it is asked for anew.
            let may_have_other_id = event.message.quoted.is_some();
            event.intent = match may_have_other_id && !has_only_unknown_commands(&text, parser) {
                true => MessageIntent::EditOfSeveral,
                false => MessageIntent::Command,
            };
            event.message.text = text;
        }
        return None;
    }
    // What has not begun is taken back.
    if is_wish && versions.iter().any(|version| version.is_waiting) {
        event.intent = MessageIntent::Deletion { is_edit: true };
        take_back(&mut event.message, versions, None);
        return Some(Expectation::Yes);
    }
    if commands.len() > 1 || versions.iter().any(|version| version.part > 0) {
        event.intent = MessageIntent::EditOfSeveral;
    }
    // Nothing documents whether the edit of a caption comes with the address of its file.
    let message = &mut event.message;
    if message.media.as_ref().is_none_or(|media| media.url.is_none()) {
        let last = versions.last().and_then(|last| last.media.clone());
        message.media = last.or(message.media.take());
    }
    Some(Expectation::Yes)
}

/// The same for an edit to what is no command. It takes back what has not begun, is another reply to a prompt, corrects
/// something, or is told that what was done stays.
async fn check_edit_to_talk(
    context: MessageContext<'_>,
    event: &mut AdminMessage<'_>,
    edited: &EditedMessage,
) -> Result<Option<Expectation>, StoreUnavailable> {
    let EditedMessage { versions, has_same_id, .. } = edited;
    let mut is_prompt_open = false;
    if *has_same_id && !versions.is_empty() {
        let stored = context.state(event, StateKind::Prompt).await?;
        let prompt = stored.as_ref().and_then(Prompt::from_state);
        if take_back(&mut event.message, versions, prompt.as_ref()) {
            return Ok(Some(Expectation::Yes));
        }
        let is_in_time = |at| prompt::is_in_time(at, event.received_at);
        is_prompt_open = prompt.and(stored).is_some_and(|stored| is_in_time(stored.at));
    }
    if let Err(unexpected) = edited.set_version(&mut event.message, &[], event.received_at) {
        return Ok(Some(unexpected));
    }
    let is_talk = |version: &MessageVersion| version.name == CommandKind::Talk.name();
    let is_reply = |version: &MessageVersion| version.name == confirm::SPEC.name;
    let has_ended = |version: &MessageVersion| version.is_finished && !version.is_editable();
    let is_mutating =
        |version: &MessageVersion| CATALOG.lookup(&version.name).is_some_and(|spec| spec.is_mutating);
    // If the prompt was answered, the reply says so.
    let is_expected_reply = is_prompt_open
        || *has_same_id && versions.iter().any(|version| is_reply(version) && !version.is_editable());
    if is_expected_reply && versions.iter().all(|version| is_reply(version) || is_talk(version)) {
        event.intent = MessageIntent::PromptReply { talk: None };
        return Ok(Some(Expectation::Yes));
    }
    if versions.iter().all(is_talk) && event.message.media.is_none() && may_correct(&event.message.text) {
        event.intent = MessageIntent::Talk;
        return Ok(None);
    }
    if versions.iter().any(|version| is_mutating(version) && has_ended(version)) {
        // What was done stays: the reply says so.
        event.intent = MessageIntent::Talk;
        return Ok(Some(Expectation::Yes));
    }
    Ok(Some(Expectation::No))
}

impl EditedMessage {
    /// Reads the message that an edit changes; the edit gets its id.
    async fn read(context: MessageContext<'_>, edit: &mut Message) -> Result<Self, StoreUnavailable> {
        let mut versions = context.versions(edit, &edit.id, DELIVERY_VERSION).await?;
        let has_same_id = !versions.is_empty();
        // Nothing documents whether the event of an edit has the id of its message or refers to it.
        if let (false, Some(quoted)) = (has_same_id, &edit.quoted) {
            versions = context.versions(edit, quoted, DELIVERY_VERSION).await?;
            if !versions.is_empty() {
                edit.id = edit.quoted.take().unwrap_or_default();
            }
        }
        let deletions = versions.split_off(versions.partition_point(|each| each.version < DELETION_VERSION));
        let last_version = versions.last().map_or(0, |last| last.version);
        let is_deleted = deletions.iter().any(|each| each.version == DELETION_VERSION + last_version);
        Ok(Self { versions, is_deleted, has_same_id })
    }

    /// Sets the version of an edit to these commands, or returns why it is not expected.
    fn set_version(
        &self,
        edit: &mut Message,
        commands: &[&str],
        received_at: Timestamp,
    ) -> Result<(), Expectation> {
        match decide_edit((&self.versions, self.is_deleted), (edit, commands), received_at) {
            EditDecision::Unexpected => Err(Expectation::No),
            EditDecision::AlreadyHandled => Err(Expectation::AlreadyHandled),
            EditDecision::Version(version) => {
                edit.version = version;
                Ok(())
            }
        }
    }
}
