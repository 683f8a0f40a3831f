//! Detects the intent of a message: a command, an edited command, a reply to a prompt, or a greeting.
//!
//! Chatter is recognized without a copy of its text, and if it is long, by its length.

use crate::commands::CATALOG;
use crate::domain::MediaKind;
use crate::parse::greeting::is_greeting;
use crate::parse::prefix::{CommandParser, ParsedCommand};
use crate::parse::prompt_reply::{MAX_PLAIN_LEN, MAX_REPLY_LEN, ParsedReply, parse_reply};

use super::ignore_reason::IgnoreReason;
use super::payload::{ChatRef, Content, MessageRef};

/// The intent of a message, if its sender is an admin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MessageIntent {
    /// A text, or the caption of a file, that is written like a command.
    Command(ParsedCommand),
    /// An edited text or caption that is written like a command.
    Edit(ParsedCommand),
    /// A picture without a caption: if `/photo` waits for one.
    Photo,
    /// A yes, a no, a number, a 👍: if a prompt is open.
    PromptReply,
    /// A hello, or a call for help that is no command.
    Greeting,
    /// Probably a command without its prefix, in a direct chat.
    Unprefixed,
}

/// Returns the intent of a message, or the reason to ignore it. `is_admin` is called last.
pub(super) fn detect(
    message: &MessageRef<'_>,
    parser: &CommandParser,
    is_admin: impl Fn() -> bool,
) -> Result<MessageIntent, IgnoreReason> {
    let command = || parser.parse(&message.text);
    if message.is_edit {
        return command().filter(|_| is_admin()).map(MessageIntent::Edit).ok_or(IgnoreReason::Edited);
    }
    match &message.content {
        Content::Text => {
            if let Some(command) = command() {
                return Ok(MessageIntent::Command(command));
            }
            if message.text.len() > MAX_REPLY_LEN || !is_admin() {
                return Err(IgnoreReason::NotACommand);
            }
            // In direct chats, the owner writes to other people from the bot's phone.
            let is_to_bot = matches!(message.chat, ChatRef::Direct(_)) && !message.by_owner;
            let is_short = is_to_bot && message.text.len() <= MAX_PLAIN_LEN;
            let is_unprefixed = || is_short && CATALOG.parse_without_prefix(&message.text, parser).is_some();
            match parse_reply(&message.text, is_to_bot, None) {
                // A command may hold such a word: `vincular bairro não perturbe`.
                Some(ParsedReply::No) if is_unprefixed() => Ok(MessageIntent::Unprefixed),
                Some(_) => Ok(MessageIntent::PromptReply),
                None if is_short && is_greeting(&message.text) => Ok(MessageIntent::Greeting),
                None if is_unprefixed() => Ok(MessageIntent::Unprefixed),
                None => Err(IgnoreReason::NotACommand),
            }
        }
        Content::Media(media) => match command() {
            Some(command) => Ok(MessageIntent::Command(command)),
            None if message.text.trim().is_empty() && media.kind != MediaKind::Video && is_admin() => {
                Ok(MessageIntent::Photo)
            }
            None => Err(IgnoreReason::NoText),
        },
        // A yes or a no: 👍, 👎, ❌.
        Content::Reaction(_) if parse_reply(&message.text, false, None).is_some() && is_admin() => {
            Ok(MessageIntent::PromptReply)
        }
        Content::Reaction(_) => Err(IgnoreReason::NoText),
    }
}

impl MessageIntent {
    /// Why the message is ignored if nothing waits for it.
    pub(super) fn reason_if_unexpected(&self, message: &MessageRef<'_>) -> IgnoreReason {
        match (self, &message.content) {
            (Self::Edit(_), _) => IgnoreReason::Edited,
            (_, Content::Media(_) | Content::Reaction(_)) => IgnoreReason::NoText,
            _ => IgnoreReason::NotACommand,
        }
    }
}
