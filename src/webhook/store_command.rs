//! Stores commands and delivery reports in the journal, and chooses the queue that orders them.

use super::message_parts::MessagePart;
use crate::clock::Timestamp;
use crate::command::kind::{CommandKind, DELIVERY};
use crate::config::Admin;
use crate::domain::{DeliveryReport, InstanceName, Message, OrderingKey};
use crate::instance::InstanceRuntime;
use crate::storage::{
    Announcement, DELIVERY_VERSION, InsertResult, NewCommand, SenderIdentity, Store, StoreUnavailable,
};

/// A message of an admin that is to be stored.
pub(super) struct NewCommandRequest<'a> {
    /// Its sender.
    pub(super) admin: &'a Admin,
    /// The message.
    pub(super) message: &'a Message,
    /// Its commands, in order.
    pub(super) parts: &'a [MessagePart],
    /// When the webhook arrived.
    pub(super) received_at: Timestamp,
}

/// Stores the commands of a message; returns the id of the first after the fsync, or none if the same message was stored
/// before.
pub(super) async fn store_command(
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
        sender: SenderIdentity::new(admin, message.sender),
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

/// Stores a report on a delivery if it is about an announcement, or may be about one that is being sent right now. It is
/// stored in the queue of the announcement, so it runs after the end of that. A repeated report is stored once.
pub(super) async fn store_delivery(
    store: &Store,
    instance: &InstanceName,
    report: &DeliveryReport,
    received_at: Timestamp,
) -> Result<(), StoreUnavailable> {
    let announcements = store.announcements(instance, report).await?;
    if announcements.is_empty() {
        return Ok(());
    }
    let text = serde_json::to_string(report).unwrap_or_default();
    let new_command =
        |(part, Announcement { command, ordering_key, .. }): (usize, Announcement)| NewCommand {
            id: store.new_id(received_at),
            ordering_key,
            message_id: report.message_id.clone(),
            version: DELIVERY_VERSION,
            part: u32::try_from(part).unwrap_or(u32::MAX),
            sender: command.sender(),
            instance: command.instance,
            chat: command.chat,
            admin: command.admin,
            phone: command.phone,
            lid: command.lid,
            by_owner: command.by_owner,
            name: DELIVERY.to_owned(),
            text: text.clone(),
            parsed: None,
            media: None,
            quoted: Some(command.message_id),
            sent_at: None,
            accepted_at: received_at,
        };
    store.insert_message(announcements.into_iter().enumerate().map(new_command).collect()).await?;
    Ok(())
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
