//! What a message is to us: an order, the answer to a question, a mended order, a greeting.
//!
//! Chatter is told from them without a copy of its text, and by its length where it is no order.

use crate::command::spec::CommandSpec;
use crate::commands::CATALOG;
use crate::parse::greeting::is_greeting;
use crate::parse::prefix::{CommandParser, ParsedCommand};
use crate::parse::prompt_reply::{Answer, LONGEST_PLAIN, MAX_REPLY_LEN, parse_reply};

use super::IgnoreReason;
use super::payload::{ChatRef, Content, MessageRef};

/// What a message may be to us, if its sender is an admin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MessageIntent {
    /// A text, or the caption of a picture, that is written like an order.
    Command(ParsedCommand),
    /// A text that was edited, and is written like an order.
    Edit(ParsedCommand),
    /// A yes, a no, a number, a 👍: if a question waits for it.
    PromptReply,
    /// Somebody says hello, or asks for help without knowing how.
    Greeting,
    /// An order in a direct chat whose prefix was forgotten, as it seems.
    Unprefixed,
}

/// What a message may be, or why it is nothing to us. `is_admin` is asked only where the rest fits.
pub(super) fn detect(
    message: &MessageRef<'_>,
    parser: &CommandParser,
    is_admin: impl Fn() -> bool,
) -> Result<MessageIntent, IgnoreReason> {
    let order = || parser.parse(&message.text);
    match &message.content {
        Content::Text => {
            if let Some(order) = order() {
                return Ok(MessageIntent::Command(order));
            }
            if message.text.len() > MAX_REPLY_LEN || !is_admin() {
                return Err(IgnoreReason::NotACommand);
            }
            // Whom the owner talks to on the bot's phone is somebody else.
            let is_to_us = matches!(message.chat, ChatRef::Direct(_)) && !message.by_owner;
            let is_short = is_to_us && message.text.len() <= LONGEST_PLAIN;
            let is_unprefixed = || is_short && CATALOG.parse_without_prefix(&message.text, parser).is_some();
            match parse_reply(&message.text, is_to_us, None) {
                // A command may hold such a word: `vincular bairro não perturbe`.
                Some(Answer::No) if is_unprefixed() => Ok(MessageIntent::Unprefixed),
                Some(_) => Ok(MessageIntent::PromptReply),
                None if is_short && is_greeting(&message.text) => Ok(MessageIntent::Greeting),
                None if is_unprefixed() => Ok(MessageIntent::Unprefixed),
                None => Err(IgnoreReason::NotACommand),
            }
        }
        Content::Edit => order().filter(|_| is_admin()).map(MessageIntent::Edit).ok_or(IgnoreReason::Edited),
        Content::Picture(_) => {
            let is_for_pictures = |order: &ParsedCommand| {
                CATALOG.lookup(&order.typed).is_some_and(CommandSpec::accepts_picture)
            };
            order().filter(is_for_pictures).map(MessageIntent::Command).ok_or(IgnoreReason::NoText)
        }
        // A yes or a no: 👍, 👎, ❌.
        Content::Reaction(_) if parse_reply(&message.text, false, None).is_some() && is_admin() => {
            Ok(MessageIntent::PromptReply)
        }
        Content::Reaction(_) => Err(IgnoreReason::NoText),
    }
}

impl MessageIntent {
    /// Why it is nothing to us after all.
    pub(super) fn ignore_reason(&self, message: &MessageRef<'_>) -> IgnoreReason {
        match (self, &message.content) {
            (Self::Edit(_), _) => IgnoreReason::Edited,
            (_, Content::Picture(_) | Content::Reaction(_)) => IgnoreReason::NoText,
            _ => IgnoreReason::NotACommand,
        }
    }
}
