//! The versions of one message. A command that did nothing can be fixed by editing its message: one that could not
//! be read, or that only showed a preview. WhatsApp keeps the id of an edited message, so each edit is stored under
//! the same id with its own version number.

use std::time::Duration;

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Store;
use super::error::StoreUnavailable;
use super::new_command::SenderIdentity;
use super::record::{CommandRecord, Outcome, read_media, read_number};
use crate::clock::Timestamp;
use crate::domain::{InstanceName, Media};

/// How often one message may be edited.
pub const MAX_EDITS: u32 = 9;

/// For how long WhatsApp allows to edit a message.
pub const EDIT_WINDOW: Duration = Duration::from_secs(15 * 60);

/// The version under which the deletion of the first version of a message is stored: after every edit. Those of later
/// versions follow, since a message may be edited to a command again.
pub const DELETION_VERSION: u32 = 1_000;

/// The version of a sent message under which the report on its delivery is stored: none of a received message.
pub const DELIVERY_VERSION: u32 = 2_000;

/// A version of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageVersion {
    /// The id of its command.
    pub id: String,
    /// 0 for the message as it was first sent, n for its n-th edit.
    pub version: u32,
    /// The place of the command in its message, from 0.
    pub part: u32,
    /// The command's English name, or the kind that it was enqueued as.
    pub name: String,
    /// What was typed.
    pub text: String,
    /// Its file.
    pub media: Option<Media>,
    /// How it ended, if it has.
    pub outcome: Option<Outcome>,
    /// It has ended.
    pub is_finished: bool,
    /// It has no plan and no reply yet: nothing was changed.
    pub is_waiting: bool,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// WhatsApp's id of the last message of its reply.
    pub reply_message_id: Option<String>,
    /// How many messages of its reply are sent.
    pub sent_messages: i64,
}

impl MessageVersion {
    /// Whether it changed nothing so far, so that an edit may replace it.
    pub fn is_editable(&self) -> bool {
        self.outcome.is_none_or(|outcome| matches!(outcome, Outcome::UsageError | Outcome::Previewed))
    }
}

impl Store {
    /// Whether a later version of a command's message took over its reply or was run: then a prompt of the command
    /// is void.
    pub async fn is_superseded(
        &self,
        instance: &InstanceName,
        command: &str,
    ) -> Result<bool, StoreUnavailable> {
        let row = sqlx::query("SELECT message_id, admin, phone, lid FROM command WHERE id = $1")
            .bind(command)
            .fetch_optional(&self.reads);
        let Some(row) = self.read(row).await? else { return Ok(false) };
        let message_id: String = row.try_get("message_id")?;
        let sender = SenderIdentity {
            admin: row.try_get("admin")?,
            phone: row.try_get("phone")?,
            lid: row.try_get("lid")?,
        };
        let versions = self.message_versions(instance, &message_id, &sender, MAX_EDITS + 1).await?;
        let mut later = versions.into_iter().skip_while(|version| version.id != command);
        let Some(prompting) = later.next() else { return Ok(false) };
        let replaces = |version: &MessageVersion| {
            let is_later = version.version > prompting.version;
            let took_over_reply =
                version.reply_message_id.is_some() && version.reply_message_id == prompting.reply_message_id;
            is_later
                && (took_over_reply || (version.is_finished && version.outcome != Some(Outcome::UsageError)))
        };
        Ok(later.any(|version| replaces(&version)))
    }

    /// The file of the message of a command.
    pub async fn media(&self, command: &str) -> Result<Option<Media>, StoreUnavailable> {
        let row =
            sqlx::query("SELECT media FROM command WHERE id = $1").bind(command).fetch_optional(&self.reads);
        Ok(self.read(row).await?.map(|row| read_media(&row)).transpose()?.flatten())
    }

    /// The earlier versions of a command's message, oldest first.
    pub async fn earlier_versions(
        &self,
        command: &CommandRecord,
    ) -> Result<Vec<MessageVersion>, StoreUnavailable> {
        if command.version == 0 {
            return Ok(Vec::new());
        }
        let CommandRecord { instance, message_id, version, .. } = command;
        self.message_versions(instance, message_id, &command.sender(), *version).await
    }

    /// The versions of this sender's message before version `before`, oldest first. A message of another sender
    /// with the same id is a different message.
    pub async fn message_versions(
        &self,
        instance: &InstanceName,
        message_id: &str,
        sender: &SenderIdentity,
        before: u32,
    ) -> Result<Vec<MessageVersion>, StoreUnavailable> {
        let rows = sqlx::query(
            "SELECT id, version, part, name, text, media, state, outcome, plan, sent_at, accepted_at, reply_message_id,
                 sent_messages
             FROM command
             WHERE instance = $1 AND message_id = $2 AND version < $3
                 AND (admin = $4 OR phone = $5 OR lid = $6)
             ORDER BY version, part",
        )
        .bind(instance.as_str())
        .bind(message_id)
        .bind(i64::from(before))
        .bind(&sender.admin)
        .bind(sender.phone.as_deref())
        .bind(sender.lid.as_deref())
        .fetch_all(&self.reads);
        Ok(self.read(rows).await?.iter().map(read_message_version).collect::<Result<_, _>>()?)
    }
}

fn read_message_version(row: &AnyRow) -> Result<MessageVersion, sqlx::Error> {
    let state: String = row.try_get("state")?;
    Ok(MessageVersion {
        id: row.try_get("id")?,
        version: read_number(row, "version")?,
        part: read_number(row, "part")?,
        name: row.try_get("name")?,
        text: row.try_get("text")?,
        media: read_media(row)?,
        outcome: row.try_get::<Option<String>, _>("outcome")?.and_then(|word| Outcome::parse(&word)),
        is_finished: state == "done" || state == "dead",
        is_waiting: state == "waiting" && row.try_get::<Option<String>, _>("plan")?.is_none(),
        sent_at: row.try_get::<Option<i64>, _>("sent_at")?.map(Timestamp),
        accepted_at: Timestamp(row.try_get("accepted_at")?),
        reply_message_id: row.try_get("reply_message_id")?,
        sent_messages: row.try_get("sent_messages")?,
    })
}
