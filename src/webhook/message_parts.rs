//! The commands of a message, as they are stored.

use super::admin_message::AdminMessage;
use super::intent::MessageIntent;
use crate::command::kind::{CommandKind, MAX_COMMANDS};
use crate::command::parsed_text::{ParsedRequest, ParsedText};
use crate::commands::{CATALOG, confirm, photo};
use crate::domain::Locale;
use crate::instance::InstanceRuntime;

/// A command of a message.
pub(super) struct MessagePart {
    /// What it is.
    pub(super) kind: CommandKind,
    /// Its text.
    pub(super) text: String,
    /// What the text says; none of a reply to a prompt, which is known only with the prompt.
    pub(super) parsed: Option<ParsedText>,
}

impl MessagePart {
    /// Parses a command. Without a kind it is that of its name.
    pub(super) fn parse(instance: &InstanceRuntime, kind: Option<CommandKind>, text: &str) -> Self {
        let locale = instance.config.locale;
        let parsed = ParsedText::parse(text, &CATALOG, &instance.parser, locale);
        let kind = kind.unwrap_or_else(|| command_kind(&parsed, locale));
        Self { kind, text: text.to_owned(), parsed: Some(parsed) }
    }

    /// A reply to a prompt.
    fn reply(text: &str) -> Self {
        Self { kind: CommandKind::Command(&confirm::SPEC), text: text.to_owned(), parsed: None }
    }
}

/// The commands of a message.
pub(super) fn message_parts(event: &AdminMessage<'_>, instance: &InstanceRuntime) -> Vec<MessagePart> {
    let text = event.message.text.as_str();
    let age = event.message.sent_at.map(|sent_at| event.received_at.since(sent_at));
    let is_too_old = age.is_some_and(|age| age > instance.config.max_event_age);
    let kind = match &event.intent {
        MessageIntent::Command => {
            let texts = CATALOG.split_commands(text, &instance.parser, MAX_COMMANDS + 1);
            if is_too_old || texts.len() <= MAX_COMMANDS {
                let kind = is_too_old.then_some(CommandKind::TooOld);
                let part = |text| match instance.parser.parse(text) {
                    None if !is_too_old => MessagePart::reply(text),
                    _ => MessagePart::parse(instance, kind, text),
                };
                return texts.into_iter().map(part).collect();
            }
            CommandKind::TooMany
        }
        MessageIntent::Deletion { is_edit: true } => CommandKind::Deletion,
        // Only an edit has a text.
        MessageIntent::Deletion { is_edit: false } => {
            return vec![MessagePart::parse(instance, Some(CommandKind::Deletion), "")];
        }
        MessageIntent::Talk => CommandKind::Talk,
        _ if is_too_old => CommandKind::TooOld,
        MessageIntent::Edit => return vec![MessagePart::parse(instance, None, text)],
        MessageIntent::EditOfSeveral => CommandKind::EditOfSeveral,
        MessageIntent::PromptReply { .. } => return vec![MessagePart::reply(text)],
        MessageIntent::Photo => CommandKind::Command(&photo::SPEC),
        MessageIntent::Wish(kind) => *kind,
    };
    vec![MessagePart::parse(instance, Some(kind), text)]
}

/// The kind of a text that is written like a command. A misspelled `/confirm` is one.
fn command_kind(parsed: &ParsedText, locale: Locale) -> CommandKind {
    let ParsedRequest::Command(command) = &parsed.request else { return CommandKind::Unknown };
    let nearest = || CATALOG.lookup(CATALOG.nearest_name(&command.typed, locale)?);
    let spec = CATALOG.lookup(&command.typed);
    spec.or_else(|| nearest().filter(|spec| spec.is_confirmation()))
        .map_or(CommandKind::Unknown, CommandKind::Command)
}
