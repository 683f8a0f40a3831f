//! What a message is to us: a command, an edited command, a reply to a prompt, a wish, or talk.
//!
//! Chatter is recognized without a copy of its text, and in groups, if it is long, by its length.

use crate::command::wish::Wish;
use crate::commands::CATALOG;
use crate::domain::MediaKind;
use crate::parse::prefix::{CommandParser, ParsedCommand};
use crate::parse::prompt_reply::{MAX_REPLY_LEN, ParsedReply, parse_reply};
use crate::worker::CommandKind;

use super::ignore_reason::IgnoreReason;
use super::payload::{ChatRef, Content, MessageRef};

/// What a message is to us, if its sender is an admin.
#[derive(Clone)]
pub(super) enum MessageIntent {
    /// A text, or the caption of a file, that is written like a command.
    Command(ParsedCommand),
    /// An edited text or caption that is written like a command.
    Edit(ParsedCommand),
    /// An edit of a message of several commands, or to several.
    EditOfSeveral,
    /// A message was deleted.
    Deletion,
    /// A picture without a caption: if `/photo` waits for one.
    Photo,
    /// A yes, a no, a number, a 👍: if a prompt is open. In a direct chat it gets a reply even if none is.
    PromptReply {
        /// It is a text in a direct chat.
        is_direct: bool,
    },
    /// Asks for a command in plain words, in a direct chat.
    Wish(CommandKind),
    /// Any other text in a direct chat.
    Talk,
}

/// Returns the intent of a message, or the reason to ignore it. `is_admin` is called last.
pub(super) fn detect(
    message: &MessageRef<'_>,
    parser: &CommandParser,
    is_admin: impl Fn() -> bool,
) -> Result<MessageIntent, IgnoreReason> {
    let command = || {
        let commands = CATALOG.split_commands(&message.text, parser, 1);
        commands.first().and_then(|text| parser.parse(text))
    };
    // The owner talks to others on the bot's phone.
    let is_direct = matches!(message.chat, ChatRef::Direct(_)) && !message.by_owner;
    if message.is_edit {
        return command().filter(|_| is_admin()).map(MessageIntent::Edit).ok_or(IgnoreReason::Edited);
    }
    match &message.content {
        Content::Text => match command() {
            Some(command) => Ok(MessageIntent::Command(command)),
            None if is_direct && is_admin() => Ok(detect_talk(&message.text)),
            None if is_direct || message.text.len() > MAX_REPLY_LEN || !is_admin() => {
                Err(IgnoreReason::NotACommand)
            }
            None => match parse_reply(&message.text, false, None) {
                Some(_) => Ok(MessageIntent::PromptReply { is_direct }),
                None => Err(IgnoreReason::NotACommand),
            },
        },
        Content::Media(media) => match command() {
            Some(command) => Ok(MessageIntent::Command(command)),
            None if message.text.trim().is_empty() && media.kind != MediaKind::Video && is_admin() => {
                Ok(MessageIntent::Photo)
            }
            None if is_direct && is_admin() => Ok(MessageIntent::Talk),
            None => Err(IgnoreReason::NoText),
        },
        // A yes or a no: 👍, 👎, ❌.
        Content::Reaction(_) if parse_reply(&message.text, false, None).is_some() && is_admin() => {
            Ok(MessageIntent::PromptReply { is_direct: false })
        }
        Content::Reaction(_) => Err(IgnoreReason::NoText),
        Content::Deleted if is_admin() => Ok(MessageIntent::Deletion),
        Content::Deleted => Err(IgnoreReason::Notification),
    }
}

/// What a text in a direct chat is that is written by an admin and is no command.
fn detect_talk(text: &str) -> MessageIntent {
    let wish = CATALOG.parse_wish(text);
    match (parse_reply(text, true, None), wish) {
        // A wish may hold a no: `vincular bairro não perturbe`.
        (Some(ParsedReply::No) | None, Some(wish)) if !wish.rest.is_empty() => {
            MessageIntent::Wish(CommandKind::Wish { is_mutating: !wish.is_read() })
        }
        (None, Some(Wish { spec, .. })) if !spec.is_mutating => {
            MessageIntent::Wish(CommandKind::Command(spec))
        }
        (None, Some(_)) => MessageIntent::Wish(CommandKind::Wish { is_mutating: true }),
        (Some(_), _) => MessageIntent::PromptReply { is_direct: true },
        (None, None) => MessageIntent::Talk,
    }
}

impl MessageIntent {
    /// Why the message is ignored if nothing waits for it.
    pub(super) fn reason_if_unexpected(&self, message: &MessageRef<'_>) -> IgnoreReason {
        match (self, &message.content) {
            (Self::Edit(_), _) => IgnoreReason::Edited,
            (Self::Deletion, _) => IgnoreReason::Notification,
            (_, Content::Media(_) | Content::Reaction(_)) => IgnoreReason::NoText,
            _ => IgnoreReason::NotACommand,
        }
    }
}
