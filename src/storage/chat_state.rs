//! State that outlives a command: one value per kind and key.
//!
//! The state changes of a command are written together with its reply, in one transaction: the state holds exactly
//! what the stored reply says.

use sqlx::{AnyConnection, Row as _};

use super::error::StoreUnavailable;
use super::record::CommandRecord;
use super::store::Store;
use crate::clock::Timestamp;
use crate::domain::{Chat, InstanceName};

/// Kinds of state, and what their keys are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateKind {
    /// What an alias names, by alias.
    Alias,
    /// The last connection report of a webhook, and the time that it reported; the key is empty.
    Connection,
    /// The day on which an admin was last greeted, by admin.
    Greeting,
    /// A chat's language, by chat.
    Language,
    /// What the numbers of the last list mean, by chat.
    List,
    /// What `/more` shows next, by admin and chat.
    Page,
    /// The id of the command that last changed the people of a community, by community.
    People,
    /// The prompt that waits for a yes or a number, by admin and chat.
    Prompt,
    /// Who may add groups, as last set through the bot, by community.
    Setting,
    /// The command that a reply to a prompt set off, by the id of the command that prompted.
    Confirmed,
    /// What undo would revert, by admin and chat.
    Undo,
}

impl StateKind {
    /// The word in the database.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Alias => "alias",
            Self::Connection => "connection",
            Self::Greeting => "greeting",
            Self::Language => "language",
            Self::List => "list",
            Self::Page => "page",
            Self::People => "people",
            Self::Prompt => "prompt",
            Self::Setting => "setting",
            Self::Confirmed => "confirmed",
            Self::Undo => "undo",
        }
    }
}

/// A value to set, or to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// The kind.
    pub kind: StateKind,
    /// The key.
    pub key: String,
    /// The value; none deletes what was set before the command was accepted.
    pub value: Option<String>,
}

/// A stored value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateEntry {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
    /// When it was written; for [`StateKind::Connection`] the reported time.
    pub at: Timestamp,
}

impl Store {
    /// The state of this kind and key.
    pub async fn get_state(
        &self,
        instance: &InstanceName,
        kind: StateKind,
        key: &str,
    ) -> Result<Option<StateEntry>, StoreUnavailable> {
        let row = sqlx::query(
            "SELECT key, value, at FROM chat_state WHERE instance = $1 AND kind = $2 AND key = $3",
        )
        .bind(instance.as_str())
        .bind(kind.as_str())
        .bind(key)
        .fetch_optional(&self.reads);
        let row = self.read(row).await?;
        Ok(row.map(|row| read_entry(&row)).transpose()?)
    }

    /// All state of this kind, by key.
    pub async fn list_state(
        &self,
        instance: &InstanceName,
        kind: StateKind,
    ) -> Result<Vec<StateEntry>, StoreUnavailable> {
        let rows = sqlx::query(
            "SELECT key, value, at FROM chat_state WHERE instance = $1 AND kind = $2 ORDER BY key",
        )
        .bind(instance.as_str())
        .bind(kind.as_str())
        .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        Ok(rows.iter().map(read_entry).collect::<Result<_, _>>()?)
    }

    /// WhatsApp's ids of all messages of the reply to a command.
    pub async fn reply_messages(&self, command: &str) -> Result<Vec<String>, StoreUnavailable> {
        let ids = sqlx::query_scalar(
            "SELECT reply_message_id FROM command WHERE id = $1 AND reply_message_id IS NOT NULL
             UNION SELECT detail FROM audit_event WHERE command = $1 AND event = 'sent' AND detail IS NOT NULL",
        )
        .bind(command)
        .fetch_all(&self.reads);
        self.read(ids).await
    }

    /// Whether the admin gave another command in the same chat between the command that prompted and the reply to
    /// the prompt. Replies, greetings and edits of earlier messages are no new commands. Ids of commands sort by the
    /// time of accepting.
    pub async fn has_command_between(
        &self,
        prompted_by: &str,
        reply: &CommandRecord,
    ) -> Result<bool, StoreUnavailable> {
        let chats = sqlx::query_scalar(
            // Few ids are in the range, and many commands are of the instance: `|| ''` keeps its index from being used.
            "SELECT chat FROM command WHERE id > $1 AND id < $2 AND instance || '' = $3 AND admin = $4
                 AND by_owner = $5 AND name NOT IN ('confirm', 'greeting') AND version = 0",
        )
        .bind(prompted_by)
        .bind(&reply.id)
        .bind(reply.instance.as_str())
        .bind(&reply.admin)
        .bind(i64::from(reply.by_owner))
        .fetch_all(&self.reads);
        let chats: Vec<String> = self.read(chats).await?;
        // Webhooks name a direct chat by number or by lid.
        let key = |chat: &str| Chat::from_id(chat).ordering_key(&reply.admin, reply.by_owner);
        let own = key(&reply.chat);
        Ok(chats.iter().any(|chat| key(chat) == own))
    }

    /// When the message of a command was sent, by WhatsApp's clock.
    pub async fn sent_at(&self, command: &str) -> Result<Option<Timestamp>, StoreUnavailable> {
        let at = sqlx::query_scalar("SELECT sent_at FROM command WHERE id = $1")
            .bind(command)
            .fetch_optional(&self.reads);
        let at: Option<Option<i64>> = self.read(at).await?;
        Ok(at.flatten().map(Timestamp))
    }

    /// When the last message of the reply to a command was sent.
    pub async fn replied_at(&self, command: &str) -> Result<Option<Timestamp>, StoreUnavailable> {
        let at = sqlx::query_scalar("SELECT MAX(at) FROM audit_event WHERE command = $1 AND event = 'sent'")
            .bind(command)
            .fetch_one(&self.reads);
        let at: Option<i64> = self.read(at).await?;
        Ok(at.map(Timestamp))
    }
}

fn read_entry(row: &sqlx::any::AnyRow) -> Result<StateEntry, sqlx::Error> {
    Ok(StateEntry {
        key: row.try_get("key")?,
        value: row.try_get("value")?,
        at: Timestamp(row.try_get("at")?),
    })
}

/// Writes the state changes of a command that was accepted at `accepted_at`, in the transaction of its reply. State
/// that was set after that time is not deleted.
pub(super) async fn set_state(
    connection: &mut AnyConnection,
    instance: &InstanceName,
    changes: &[StateChange],
    accepted_at: Timestamp,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    for change in changes {
        let write = match &change.value {
            Some(value) => sqlx::query(
                "INSERT INTO chat_state (instance, kind, key, value, at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (instance, kind, key) DO UPDATE SET value = $4, at = $5",
            )
            .bind(instance.as_str())
            .bind(change.kind.as_str())
            .bind(&change.key)
            .bind(value)
            .bind(now.0),
            None => sqlx::query(
                "DELETE FROM chat_state WHERE instance = $1 AND kind = $2 AND key = $3 AND at <= $4",
            )
            .bind(instance.as_str())
            .bind(change.kind.as_str())
            .bind(&change.key)
            .bind(accepted_at.0),
        };
        write.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Deletes short-lived state that was written before this time.
pub(super) async fn trim_state(connection: &mut AnyConnection, before: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM chat_state
         WHERE at < $1 AND kind IN ('greeting', 'list', 'page', 'prompt', 'confirmed', 'undo')",
    )
    .bind(before.0)
    .execute(connection)
    .await?;
    Ok(())
}
