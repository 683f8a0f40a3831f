//! What a message is to us: a command, an edited command, a reply to a prompt, a wish, or talk.
//!
//! Chatter is recognized without a copy of its text, and in groups, if it is long, by its length.

use crate::command::kind::{CommandKind, MAX_COMMANDS};
use crate::command::talk_pause::TalkKind;
use crate::command::wish::Wish;
use crate::commands::CATALOG;
use crate::domain::MediaKind;
use crate::parse::command_lines::has_no_above;
use crate::parse::hesitation::is_doubtful_number;
use crate::parse::prefix::CommandParser;
use crate::parse::prompt_reply::{MAX_REPLY_LEN, ParsedReply, PromptFacts, is_plain_no, parse_reply};
use crate::parse::word_lists::in_word_list;

use super::ignore_reason::IgnoreReason;
use super::payload::{ChatRef, Content, MessageRef};

/// What a message is to us, if its sender is an admin.
#[derive(Clone)]
pub(super) enum MessageIntent {
    /// A text, or the caption of a file, that is written like a command.
    Command,
    /// An edited text or caption that is written like a command.
    Edit,
    /// An edit of a message of several commands, or to several.
    EditOfSeveral,
    /// A message was deleted, or edited to what is no command.
    Deletion {
        /// By an edit.
        is_edit: bool,
    },
    /// A picture without a command as its caption: if `/photo` waits for one.
    Photo,
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
    let is_command = || !CATALOG.split_commands(&message.text, parser, 1).is_empty();
    // The owner talks to others on the bot's phone.
    let is_direct = matches!(message.chat, ChatRef::Direct(_)) && !message.by_owner;
    if message.is_edit {
        return match is_command() && !has_no_above(&message.text, parser) {
            true if is_admin() => Ok(MessageIntent::Edit),
            false if is_direct && is_admin() => Ok(detect_edited_talk(message)),
            _ => Err(IgnoreReason::Edited),
        };
    }
    match &message.content {
        Content::Text => match is_command() {
            true => Ok(MessageIntent::Command),
            false if is_direct && is_admin() => Ok(detect_talk(&message.text)),
            false if is_direct || message.text.len() > MAX_REPLY_LEN || !is_admin() => {
                Err(IgnoreReason::NotACommand)
            }
            false => match parse_reply(&message.text, false, PromptFacts::default()) {
                Some(_) => Ok(MessageIntent::PromptReply { talk: None }),
                None => Err(IgnoreReason::NotACommand),
            },
        },
        Content::Media(media) => match is_command() {
            true => Ok(MessageIntent::Command),
            false
                if (is_direct || message.text.trim().is_empty())
                    && media.kind != MediaKind::Video
                    && is_admin() =>
            {
                Ok(MessageIntent::Photo)
            }
            false if is_direct && is_admin() => Ok(MessageIntent::Talk),
            false => Err(IgnoreReason::NoText),
        },
        // A yes or a no: 👍, 👎, ❌.
        Content::Reaction(_)
            if parse_reply(&message.text, false, PromptFacts::default()).is_some() && is_admin() =>
        {
            Ok(MessageIntent::PromptReply { talk: None })
        }
        Content::Wordless if is_direct && is_admin() => Ok(MessageIntent::Talk),
        Content::Reaction(_) | Content::Wordless => Err(IgnoreReason::NoText),
        Content::Deleted if is_admin() => Ok(MessageIntent::Deletion { is_edit: false }),
        Content::Deleted => Err(IgnoreReason::Notification),
    }
}

/// What an edit in a direct chat is that is no command: a wish, else it takes the command back.
fn detect_edited_talk(message: &MessageRef<'_>) -> MessageIntent {
    match message.content {
        Content::Text => Some(detect_talk(&message.text)),
        _ => None,
    }
    .filter(|intent| matches!(intent, MessageIntent::Wish(_)))
    .unwrap_or(MessageIntent::Deletion { is_edit: true })
}

/// What a text in a direct chat is that is written by an admin and is no command.
fn detect_talk(text: &str) -> MessageIntent {
    if text.len() > MAX_REPLY_LEN {
        return MessageIntent::PromptReply { talk: Some(TalkKind::Other) };
    }
    let reply = parse_reply(text, true, PromptFacts::default());
    // `cancel that` is a no.
    let is_about_last = |wish: &Wish| {
        wish.spec.name == "cancel" && wish.rest.split(' ').all(|word| in_word_list(word, "wish-last-words"))
    };
    match (reply, CATALOG.parse_wish(text)) {
        // A wish may hold a no: `vincular bairro não perturbe`.
        (Some(ParsedReply::No) | None, Some(wish)) if !wish.rest.is_empty() && !is_about_last(&wish) => {
            MessageIntent::Wish(CommandKind::Wish { is_mutating: !wish.spec.is_read_only() })
        }
        (None, Some(Wish { spec, .. })) if !spec.is_mutating => {
            MessageIntent::Wish(CommandKind::Command(spec))
        }
        (None, Some(_)) => MessageIntent::Wish(CommandKind::Wish { is_mutating: true }),
        (Some(ParsedReply::Acknowledgement { .. }), _) => {
            MessageIntent::PromptReply { talk: Some(TalkKind::Other) }
        }
        // A no among other words is a reply to an open prompt only.
        (Some(ParsedReply::No), _) if !is_plain_no(text) => {
            MessageIntent::PromptReply { talk: Some(TalkKind::Other) }
        }
        (Some(_), _) => MessageIntent::PromptReply { talk: Some(TalkKind::PromptReply) },
        // `1?` chooses nothing, but gets a reply if a menu is open.
        (None, None) if is_doubtful_number(text) => {
            MessageIntent::PromptReply { talk: Some(TalkKind::Other) }
        }
        (None, None) => MessageIntent::Talk,
    }
}

impl MessageIntent {
    /// Why the message is ignored if nothing waits for it.
    pub(super) fn reason_if_unexpected(&self, message: &MessageRef<'_>) -> IgnoreReason {
        match (self, &message.content) {
            _ if message.is_edit => IgnoreReason::Edited,
            (Self::Deletion { is_edit: false }, _) => IgnoreReason::Notification,
            (_, Content::Media(_) | Content::Reaction(_) | Content::Wordless) => IgnoreReason::NoText,
            _ => IgnoreReason::NotACommand,
        }
    }
}

/// Whether a text that is written like a command has only unknown ones: in a group they are most likely for another bot.
pub(super) fn has_only_unknown_commands(text: &str, parser: &CommandParser) -> bool {
    let is_known =
        |text: &&str| parser.parse(text).is_some_and(|command| CATALOG.lookup(&command.typed).is_some());
    !CATALOG.split_commands(text, parser, MAX_COMMANDS + 1).iter().any(is_known)
}
