//! Stores a command of an admin in the journal.

use crate::clock::Timestamp;
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
    /// A greeting.
    Greeting,
    /// A command beyond the rate limit: its admin is told, and nothing is run.
    RateLimited,
}

/// The stored name of [`CommandKind::Greeting`].
pub(super) const GREETING: &str = "greeting";
/// The stored name of [`CommandKind::RateLimited`].
pub const RATE_LIMITED: &str = "rate_limited";

impl CommandKind {
    fn name(self) -> &'static str {
        match self {
            Self::Command(spec) => spec.name,
            Self::Unknown => "unknown",
            Self::Greeting => GREETING,
            Self::RateLimited => RATE_LIMITED,
        }
    }

    fn is_mutating(self) -> bool {
        matches!(self, Self::Command(spec) if spec.is_mutating)
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

/// A message of an admin that is to be stored.
pub struct NewCommandRequest<'a> {
    /// Its sender.
    pub admin: &'a Admin,
    /// The message.
    pub message: &'a Message,
    /// What it is.
    pub kind: CommandKind,
    /// When the webhook arrived.
    pub received_at: Timestamp,
}

/// Stores a command; returns its id after the fsync, or none if the same message was stored before.
pub async fn store_command(
    store: &Store,
    instance: &InstanceRuntime,
    NewCommandRequest { admin, message, kind, received_at }: NewCommandRequest<'_>,
) -> Result<Option<String>, StoreUnavailable> {
    let id = store.new_id(received_at);
    let command = NewCommand {
        id: id.clone(),
        instance: instance.config.name.clone(),
        // A read-only command waits for no other one. An edit waits for what a reply to its earlier version set off.
        ordering_key: if kind.is_mutating() || message.version > 0 {
            message.chat.ordering_key(&admin.key, message.by_owner)
        } else {
            OrderingKey::new(id.as_str())
        },
        message_id: message.id.clone(),
        version: message.version,
        chat: message.chat.id().to_owned(),
        admin: admin.key.clone(),
        phone: message.sender.phone.map(|phone| phone.to_string()),
        lid: message.sender.lid.map(|lid| lid.to_string()),
        sender: sender_identity(admin, message.sender),
        by_owner: message.by_owner,
        name: kind.name().to_owned(),
        text: message.text.clone(),
        media: message.media.as_ref().and_then(|media| serde_json::to_string(media).ok()),
        quoted: message.quoted.clone(),
        sent_at: message.sent_at,
        accepted_at: received_at,
    };
    Ok(match store.insert(command).await? {
        InsertResult::Inserted => Some(id),
        InsertResult::Duplicate => None,
    })
}
