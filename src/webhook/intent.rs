//! What a message is to us: a command, an edited command, a reply to a prompt, a wish, or talk.
//!
//! Chatter is recognized without a copy of its text, and in groups, if it is long, by its length.

use crate::command::spec::CommandSpec;
use crate::command::wish::Wish;
use crate::commands::CATALOG;
use crate::parse::prefix::{CommandParser, ParsedCommand};
use crate::parse::prompt_reply::{MAX_REPLY_LEN, ParsedReply, parse_reply};
use crate::worker::CommandKind;

use super::ignore_reason::IgnoreReason;
use super::payload::{ChatRef, Content, MessageRef};
use super::talk_pause::TalkKind;

/// What a message is to us, if its sender is an admin.
#[derive(Clone)]
pub(super) enum MessageIntent {
    /// A text, or the caption of a picture, that is written like a command.
    Command(ParsedCommand),
    /// An edited text that is written like a command.
    Edit(ParsedCommand),
    /// A yes, a no, a number, a 👍: if a prompt is open.
    PromptReply {
        /// A text in a direct chat gets a reply even if no prompt is open, as this kind of talk.
        talk: Option<TalkKind>,
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
    let command = || parser.parse(&message.text);
    // The owner talks to others on the bot's phone.
    let is_direct = matches!(message.chat, ChatRef::Direct(_)) && !message.by_owner;
    match &message.content {
        Content::Text => match command() {
            Some(command) => Ok(MessageIntent::Command(command)),
            None if is_direct && is_admin() => Ok(detect_talk(&message.text)),
            None if is_direct || message.text.len() > MAX_REPLY_LEN || !is_admin() => {
                Err(IgnoreReason::NotACommand)
            }
            None => match parse_reply(&message.text, false, None) {
                Some(_) => Ok(MessageIntent::PromptReply { talk: None }),
                None => Err(IgnoreReason::NotACommand),
            },
        },
        Content::Edit => {
            command().filter(|_| is_admin()).map(MessageIntent::Edit).ok_or(IgnoreReason::Edited)
        }
        Content::Picture(_) => {
            let is_for_pictures = |command: &ParsedCommand| {
                CATALOG.lookup(&command.typed).is_some_and(CommandSpec::accepts_picture)
            };
            command().filter(is_for_pictures).map(MessageIntent::Command).ok_or(IgnoreReason::NoText)
        }
        // A yes or a no: 👍, 👎, ❌.
        Content::Reaction(_) if parse_reply(&message.text, false, None).is_some() && is_admin() => {
            Ok(MessageIntent::PromptReply { talk: None })
        }
        Content::Reaction(_) => Err(IgnoreReason::NoText),
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
        (Some(ParsedReply::Acknowledgement { .. }), _) => {
            MessageIntent::PromptReply { talk: Some(TalkKind::Other) }
        }
        (Some(_), _) => MessageIntent::PromptReply { talk: Some(TalkKind::PromptReply) },
        (None, None) => MessageIntent::Talk,
    }
}

impl MessageIntent {
    /// Why the message is ignored if nothing waits for it.
    pub(super) fn reason_if_unexpected(&self, message: &MessageRef<'_>) -> IgnoreReason {
        match (self, &message.content) {
            (Self::Edit(_), _) => IgnoreReason::Edited,
            (_, Content::Picture(_) | Content::Reaction(_)) => IgnoreReason::NoText,
            _ => IgnoreReason::NotACommand,
        }
    }
}
