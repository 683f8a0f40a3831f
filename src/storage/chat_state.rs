//! State that outlives a command: one value per kind and key.
//!
//! The state changes of a command are written together with its reply, in one transaction: the state holds exactly
//! what the stored reply says.

use sqlx::{AnyConnection, Row as _};

use super::error::StoreUnavailable;
use super::store::Store;
use crate::clock::Timestamp;
use crate::domain::InstanceName;

/// Kinds of state, and what their keys are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateKind {
    /// What an alias names, by alias.
    Alias,
    /// The command that sent an announcement, by each id of the sent message.
    Announcement,
    /// A command that is sending an announcement right now, by its id.
    Announcing,
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
    /// The `/photo` that waits for a picture, by admin and chat.
    PhotoRequest,
    /// The prompt that waits for a yes or a number, by admin and chat.
    Prompt,
    /// The setting for adding groups, as last set through the bot, by community.
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
            Self::Announcement => "announcement",
            Self::Announcing => "announcing",
            Self::Connection => "connection",
            Self::Greeting => "greeting",
            Self::Language => "language",
            Self::List => "list",
            Self::Page => "page",
            Self::People => "people",
            Self::PhotoRequest => "photo_request",
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
         WHERE at < $1 AND kind IN ('announcement', 'announcing', 'greeting', 'list', 'page', 'photo_request',
             'prompt', 'confirmed', 'undo')",
    )
    .bind(before.0)
    .execute(connection)
    .await?;
    Ok(())
}
