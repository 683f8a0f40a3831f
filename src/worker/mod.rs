//! The journal's rules: how an order is written down, run, tried again, and ended.

mod deliver;
pub mod instance;
mod retry_policy;
mod suggest;
mod progress;
pub mod retention;
mod execute;
mod call_guard;
mod resolve_community;
pub mod attempt;

pub use attempt::Worker;
pub use instance::InstanceRuntime;

use crate::clock::Timestamp;
use crate::command::spec::CommandSpec;
use crate::config::Admin;
use crate::domain::{Message, Person};
use crate::storage::{InsertResult, NewCommand, SenderIdentity, Store, StoreUnavailable, version_number};

/// What an order is, as far as the door can tell.
#[derive(Clone, Copy)]
pub enum EnqueueKind {
    /// An order with this command.
    Command(&'static CommandSpec),
    /// An order with no command that exists.
    Unknown,
    /// Somebody says hello.
    Greeting,
    /// One order too many: its admin is told, and nothing is run.
    RateLimited,
}

/// The journal's name for [`Kind::Greeting`].
const GREETING: &str = "greeting";
/// The journal's name for [`Kind::TooMany`].
pub(crate) const RATE_LIMITED: &str = "rate_limited";

impl EnqueueKind {
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

/// What the sender of a message is told by, whatever the message itself says of them: what is known of the admin
/// counts too.
pub fn identity(admin: &Admin, sender: Person) -> SenderIdentity {
    SenderIdentity {
        admin: admin.key.clone(),
        phone: sender.phone.or(admin.phone).map(|phone| phone.to_string()),
        lid: sender.lid.or(admin.lid).map(|lid| lid.to_string()),
    }
}

/// Writes an order of an admin down; returns its id after the fsync, or nothing where the same
/// message is in the journal already.
pub async fn enqueue(
    store: &Store,
    bot: &InstanceRuntime,
    admin: &Admin,
    message: &Message,
    kind: EnqueueKind,
    now: Timestamp,
) -> Result<Option<String>, StoreUnavailable> {
    let id = store.new_id(now);
    let command = NewCommand {
        id: id.clone(),
        instance: bot.instance.name.to_string(),
        // What only reads waits for nobody, but a later version for what is done on a yes to the one before.
        lane: if kind.is_mutating() || version_number(&message.id) > 0 {
            message.chat.ordering_key(&admin.key, message.by_owner)
        } else {
            id.clone()
        },
        message_id: message.id.clone(),
        chat: message.chat.address().to_owned(),
        admin: admin.key.clone(),
        phone: message.sender.phone.map(|phone| phone.to_string()),
        lid: message.sender.lid.map(|lid| lid.to_string()),
        sender: identity(admin, message.sender),
        by_owner: message.by_owner,
        name: kind.name().to_owned(),
        text: message.text.clone(),
        quoted: message.quoted.clone(),
        sent_at: message.sent_at,
        accepted_at: now,
    };
    Ok(match store.insert(command).await? {
        InsertResult::Inserted => Some(id),
        InsertResult::Duplicate => None,
    })
}
