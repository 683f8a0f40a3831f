//! What is remembered between orders: one value a kind and place.
//!
//! An order's own memories are written with its answer, in one transaction: what the answer says is
//! remembered exactly where the answer exists.

use sqlx::{AnyConnection, Row as _};

use super::record::CommandRecord;
use super::{Store, StoreUnavailable};
use crate::clock::Timestamp;
use crate::domain::Chat;

/// What kind of thing is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateKind {
    /// What a name stands for, by the name.
    Alias,
    /// What a webhook told of the connection, and the moment of which it told it; it has one place alone.
    Connection,
    /// The day on which an admin was last greeted, by admin.
    Greeting,
    /// A chat's language, by chat.
    Language,
    /// What the numbers of the last list mean, by chat.
    List,
    /// What `/more` shows next, by admin and chat.
    Page,
    /// The id of the command that changed the people of a community last, by community.
    People,
    /// What waits for a yes or a number, by admin and chat.
    Prompt,
    /// Who may add groups, as it was last set through the bot, by community.
    Setting,
    /// What was done on a yes, by the id of the order that had asked.
    Confirmed,
    /// What undo would take back, by admin and chat.
    Undo,
}

impl StateKind {
    /// The word in the journal.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Alias => "alias",
            Self::Connection => "connection",
            Self::Greeting => "greeting",
            Self::Language => "language",
            Self::List => "list",
            Self::Page => "page",
            Self::People => "people",
            Self::Prompt => "question",
            Self::Setting => "setting",
            Self::Confirmed => "taken",
            Self::Undo => "undo",
        }
    }
}

/// Something to remember, or to forget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// What kind of thing.
    pub kind: StateKind,
    /// Which one.
    pub key: String,
    /// The value; none forgets what was there when the order came.
    pub value: Option<String>,
}

/// What was remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateEntry {
    /// Which one.
    pub key: String,
    /// The value.
    pub value: String,
    /// When it was written; of the connection, when it was so.
    pub at: Timestamp,
}

impl Store {
    /// What is remembered of this kind and place.
    pub async fn get_state(
        &self,
        instance: &str,
        kind: StateKind,
        place: &str,
    ) -> Result<Option<StateEntry>, StoreUnavailable> {
        let found = sqlx::query(
            "SELECT place, value, at FROM memory WHERE instance = $1 AND kind = $2 AND place = $3",
        )
        .bind(instance)
        .bind(kind.as_str())
        .bind(place)
        .fetch_optional(&self.reads);
        let found = self.read(found).await?;
        Ok(found.map(|row| read_entry(&row)).transpose()?)
    }

    /// WhatsApp's ids of all messages of the reply to a command.
    pub async fn reply_messages(&self, command: &str) -> Result<Vec<String>, StoreUnavailable> {
        let found = sqlx::query_scalar(
            "SELECT answer_id FROM command WHERE id = $1 AND answer_id IS NOT NULL
             UNION SELECT detail FROM note WHERE command = $1 AND what = 'sent' AND detail IS NOT NULL",
        )
        .bind(command)
        .fetch_all(&self.reads);
        self.read(found).await
    }

    /// Whether the admin who answers a prompt gave another command in the same chat between the command that
    /// asks and the answer. Answers, greetings and edits of earlier messages are no new commands. Ids of commands sort
    /// by when they were accepted.
    pub async fn has_command_between(
        &self,
        asked_by: &str,
        answer: &CommandRecord,
    ) -> Result<bool, StoreUnavailable> {
        let found = sqlx::query_scalar(
            // Few have ids between these, and many are of an instance: its index is not to be used.
            "SELECT chat FROM command WHERE id > $1 AND id < $2 AND instance || '' = $3 AND admin = $4
                 AND by_owner = $5 AND name NOT IN ('confirm', 'greeting') AND message_id NOT LIKE $6",
        )
        .bind(asked_by)
        .bind(&answer.id)
        .bind(&answer.instance)
        .bind(&answer.admin)
        .bind(i64::from(answer.by_owner))
        // Of a later version of a message.
        .bind("%\n%")
        .fetch_all(&self.reads);
        let chats: Vec<String> = self.read(found).await?;
        // A direct chat comes under a number or a lid.
        let lane = |chat: &str| Chat::from_id(chat).ordering_key(&answer.admin, answer.by_owner);
        let own = lane(&answer.chat);
        Ok(chats.iter().any(|chat| lane(chat) == own))
    }

    /// When a command was sent, by WhatsApp's clock.
    pub async fn sent_at(&self, command: &str) -> Result<Option<Timestamp>, StoreUnavailable> {
        let found = sqlx::query_scalar("SELECT sent_at FROM command WHERE id = $1")
            .bind(command)
            .fetch_optional(&self.reads);
        let at: Option<Option<i64>> = self.read(found).await?;
        Ok(at.flatten().map(Timestamp))
    }

    /// When the last message of the answer to an order went out, by the journal's notes.
    pub async fn replied_at(&self, command: &str) -> Result<Option<Timestamp>, StoreUnavailable> {
        let found = sqlx::query_scalar("SELECT MAX(at) FROM note WHERE command = $1 AND what = 'sent'")
            .bind(command)
            .fetch_one(&self.reads);
        let at: Option<i64> = self.read(found).await?;
        Ok(at.map(Timestamp))
    }

    /// All that is remembered of this kind, by place.
    pub async fn list_state(
        &self,
        instance: &str,
        kind: StateKind,
    ) -> Result<Vec<StateEntry>, StoreUnavailable> {
        let found = sqlx::query(
            "SELECT place, value, at FROM memory WHERE instance = $1 AND kind = $2 ORDER BY place",
        )
        .bind(instance)
        .bind(kind.as_str())
        .fetch_all(&self.reads);
        let found = self.read(found).await?;
        Ok(found.iter().map(read_entry).collect::<Result<_, _>>()?)
    }
}

fn read_entry(row: &sqlx::any::AnyRow) -> Result<StateEntry, sqlx::Error> {
    Ok(StateEntry {
        key: row.try_get("place")?,
        value: row.try_get("value")?,
        at: Timestamp(row.try_get("at")?),
    })
}

/// Writes memories down, in the transaction of the answer that they belong to: that of an order which was
/// accepted at this moment. It forgets nothing that was remembered since.
pub(super) async fn set_state(
    connection: &mut AnyConnection,
    instance: &str,
    memories: &[StateChange],
    accepted_at: Timestamp,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    for memory in memories {
        let written = match &memory.value {
            Some(value) => sqlx::query(
                "INSERT INTO memory (instance, kind, place, value, at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (instance, kind, place) DO UPDATE SET value = $4, at = $5",
            )
            .bind(instance)
            .bind(memory.kind.as_str())
            .bind(&memory.key)
            .bind(value)
            .bind(now.0),
            None => sqlx::query(
                "DELETE FROM memory WHERE instance = $1 AND kind = $2 AND place = $3 AND at <= $4",
            )
            .bind(instance)
            .bind(memory.kind.as_str())
            .bind(&memory.key)
            .bind(accepted_at.0),
        };
        written.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Forgets what was only good for a while, once texts of that time are kept no longer.
pub(super) async fn trim_state(connection: &mut AnyConnection, before: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM memory WHERE at < $1 AND kind IN ('greeting', 'list', 'page', 'question', 'taken', 'undo')",
    )
    .bind(before.0)
    .execute(connection)
    .await?;
    Ok(())
}
