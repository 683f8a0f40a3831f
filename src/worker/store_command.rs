//! Stores the commands of an admin's message in the journal, and chooses the queue that orders them.

use crate::clock::Timestamp;
use crate::command::parsed_text::ParsedText;
use crate::command::spec::CommandSpec;
use crate::config::Admin;
use crate::domain::{Message, OrderingKey, Person};
use crate::instance::InstanceRuntime;
use crate::storage::{InsertResult, NewCommand, SenderIdentity, Store, StoreUnavailable};

/// Kinds of commands, as far as the webhook can tell.
#[derive(Clone, Copy)]
pub enum CommandKind {
    /// A known command.
    Command(&'static CommandSpec),
    /// A command with a name that does not exist.
    Unknown,
    /// A text of a direct chat that asks for a command in plain words.
    Wish {
        /// It may change something, so it keeps its place in the chat's queue.
        is_mutating: bool,
    },
    /// Any other text of a direct chat.
    Talk,
    /// A message beyond the rate limit: its admin is told, and nothing is run.
    RateLimited,
    /// A message of more than [`MAX_COMMANDS`] commands: its admin is told, and nothing is run.
    TooMany,
    /// A command that was too old when it arrived: its admin is told, and nothing is run.
    TooOld,
    /// An edit of a message of several commands, or to several: its admin is told, and nothing is run.
    EditOfSeveral,
    /// The sender deleted the message: what has not begun is cancelled.
    Deletion,
}

/// The most commands of a message.
pub const MAX_COMMANDS: usize = 20;

/// The version under which the deletion of the first version of a message is stored: after every edit. Those of later
/// versions follow, since a message may be edited to a command again.
pub const DELETION_VERSION: u32 = 1_000;

/// The version of a sent message under which the report on its delivery is stored: none of a received message.
pub const DELIVERY_VERSION: u32 = 2_000;

/// The stored name of [`CommandKind::RateLimited`].
pub(super) const RATE_LIMITED: &str = "rate_limited";
/// The stored name of [`CommandKind::TooMany`].
pub(super) const TOO_MANY: &str = "too_many";
/// The stored name of [`CommandKind::TooOld`].
pub(super) const TOO_OLD: &str = "too_old";
/// The stored name of [`CommandKind::EditOfSeveral`].
pub(super) const EDIT_OF_SEVERAL: &str = "edit_of_several";
/// The stored name of [`CommandKind::Deletion`].
pub(super) const DELETION: &str = "deletion";
/// The stored name of a report on the delivery of an announcement.
pub(super) const DELIVERY: &str = "delivery";

impl CommandKind {
    fn name(self) -> &'static str {
        match self {
            Self::Command(spec) => spec.name,
            Self::Unknown => "unknown",
            Self::Wish { .. } => "wish",
            Self::Talk => "talk",
            Self::RateLimited => RATE_LIMITED,
            Self::TooMany => TOO_MANY,
            Self::TooOld => TOO_OLD,
            Self::EditOfSeveral => EDIT_OF_SEVERAL,
            Self::Deletion => DELETION,
        }
    }

    fn is_mutating(self) -> bool {
        match self {
            Self::Command(spec) => spec.is_mutating,
            Self::Wish { is_mutating } => is_mutating,
            _ => false,
        }
    }
}

/// Identity of a sender, with the number and lid that the configuration knows of the admin.
pub fn sender_identity(admin: &Admin, sender: Person) -> SenderIdentity {
    SenderIdentity {
        admin: admin.key.clone(),
        phone: sender.phone.or(admin.phone).map(|phone| phone.to_string()),
        lid: sender.lid.or(admin.lid).map(|lid| lid.to_string()),
    }
}

/// A command of a message.
pub struct MessagePart {
    /// What it is.
    pub kind: CommandKind,
    /// Its text.
    pub text: String,
    /// What the text says; none of a reply to a prompt, which is known only with the prompt.
    pub parsed: Option<ParsedText>,
}

/// A message of an admin that is to be stored.
pub struct NewCommandRequest<'a> {
    /// Its sender.
    pub admin: &'a Admin,
    /// The message.
    pub message: &'a Message,
    /// Its commands, in order.
    pub parts: &'a [MessagePart],
    /// When the webhook arrived.
    pub received_at: Timestamp,
}

/// Stores the commands of a message; returns the id of the first after the fsync, or none if the same message was stored
/// before.
pub async fn store_command(
    store: &Store,
    instance: &InstanceRuntime,
    request: NewCommandRequest<'_>,
) -> Result<Option<String>, StoreUnavailable> {
    let NewCommandRequest { admin, message, parts, received_at } = request;
    let id = store.new_id(received_at);
    let ordering_key = choose_ordering_key(&request, &id);
    let new_command = |(index, part): (usize, &MessagePart)| NewCommand {
        id: if index == 0 { id.clone() } else { store.new_id(received_at) },
        instance: instance.config.name.clone(),
        ordering_key: ordering_key.clone(),
        message_id: message.id.clone(),
        version: message.version,
        part: u32::try_from(index).unwrap_or(u32::MAX),
        chat: message.chat.id().to_owned(),
        admin: admin.key.clone(),
        phone: message.sender.phone.map(|phone| phone.to_string()),
        lid: message.sender.lid.map(|lid| lid.to_string()),
        sender: sender_identity(admin, message.sender),
        by_owner: message.by_owner,
        name: part.kind.name().to_owned(),
        text: part.text.clone(),
        parsed: part.parsed.as_ref().and_then(|parsed| serde_json::to_string(parsed).ok()),
        media: message.media.as_ref().and_then(|media| serde_json::to_string(media).ok()),
        quoted: message.quoted.clone(),
        sent_at: message.sent_at,
        accepted_at: received_at,
    };
    let commands = parts.iter().enumerate().map(new_command).collect();
    Ok(match store.insert_message(commands).await? {
        InsertResult::Inserted => Some(id),
        InsertResult::Duplicate => None,
    })
}

/// The queue of a message. One that changes nothing waits for no other message, and neither does a deletion. An edit waits
/// for what a reply to its earlier version set off. Commands that are too old wait for each other, and keep nobody waiting.
fn choose_ordering_key(request: &NewCommandRequest<'_>, id: &str) -> OrderingKey {
    let NewCommandRequest { admin, message, parts, .. } = request;
    let of_chat = message.chat.ordering_key(&admin.key, message.by_owner);
    match parts.first().map(|part| part.kind) {
        Some(CommandKind::TooOld) => OrderingKey::new(format!("{of_chat}\ntoo old")),
        Some(CommandKind::Deletion) => OrderingKey::new(id),
        _ if message.version > 0 || parts.iter().any(|part| part.kind.is_mutating()) => of_chat,
        _ => OrderingKey::new(id),
    }
}
