//! Reads for operators: one command with its audit trail, counts.

use sqlx::Row as _;

use super::error::StoreUnavailable;
use super::record::read_number;
use super::store::Store;
use crate::clock::Timestamp;
use crate::domain::InstanceName;

/// A command, as operators see it.
#[derive(Clone, Debug)]
pub struct CommandRow {
    /// Its id.
    pub id: String,
    /// The name of the instance.
    pub instance: String,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// waiting, answering, done or dead.
    pub state: String,
    /// How it ended.
    pub outcome: Option<String>,
    /// The admin's key.
    pub admin: String,
    /// The chat that it came from.
    pub chat: String,
    /// WhatsApp's id of the message.
    pub message_id: String,
    /// 0 for the message as it was first sent, n for its n-th edit.
    pub version: u32,
    /// The command's English name.
    pub name: String,
    /// What was typed.
    pub text: String,
    /// Failed attempts.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// The messages of the reply, as JSON.
    pub reply: Option<String>,
}

/// An event in the audit trail of a command.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: String,
    /// Details of it.
    pub detail: Option<String>,
}

/// How many commands of an instance are not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueStats {
    /// Waiting or running, or their reply is being sent.
    pub open: usize,
    /// Dead letters.
    pub dead: usize,
    /// When the oldest open one was accepted.
    pub oldest_open: Option<Timestamp>,
}

/// Selects the columns of a [`CommandRow`].
pub(super) const COLUMNS: &str =
    "SELECT id, instance, accepted_at, finished_at, state, outcome, admin, chat, message_id, version, name,
    text, attempts, error, reply FROM command";

impl Store {
    /// The commands whose id begins with `id`, at most two: enough to see that it is ambiguous.
    pub async fn find(&self, id: &str) -> Result<Vec<CommandRow>, StoreUnavailable> {
        let sql = format!("{COLUMNS} WHERE substr(id, 1, CAST($1 AS INTEGER)) = $2 LIMIT 2");
        let length = i64::try_from(id.chars().count()).unwrap_or(i64::MAX);
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(length).bind(id).fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        Ok(rows.iter().map(read_row).collect::<Result<_, _>>()?)
    }

    /// What happened to a command, oldest first. That it was accepted is known from its row.
    pub async fn audit_events(&self, id: &str) -> Result<Vec<AuditEvent>, StoreUnavailable> {
        let rows = sqlx::query(
            "SELECT accepted_at AS at, 'accepted' AS event, CAST(NULL AS TEXT) AS detail, 0 AS seq
             FROM command WHERE id = $1
             UNION ALL
             SELECT at, event, detail, seq FROM audit_event WHERE command = $1
             ORDER BY seq",
        )
        .bind(id)
        .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        let read_event = |row: &sqlx::any::AnyRow| -> Result<AuditEvent, sqlx::Error> {
            Ok(AuditEvent { at: Timestamp(row.try_get(0)?), event: row.try_get(1)?, detail: row.try_get(2)? })
        };
        Ok(rows.iter().map(read_event).collect::<Result<_, _>>()?)
    }

    /// How many commands of an instance are not done.
    pub async fn queue_stats(&self, instance: &InstanceName) -> Result<QueueStats, StoreUnavailable> {
        let row = sqlx::query(
            "SELECT
                 (SELECT COUNT(*) FROM command WHERE instance = $1 AND state IN ('waiting', 'answering')),
                 (SELECT COUNT(*) FROM command WHERE instance = $1 AND state = 'dead'),
                 (SELECT MIN(accepted_at) FROM command
                  WHERE instance = $1 AND state IN ('waiting', 'answering'))",
        )
        .bind(instance.as_str())
        .fetch_one(&self.reads);
        let row = self.read(row).await?;
        let count = |index| Ok::<_, sqlx::Error>(usize::try_from(row.try_get::<i64, _>(index)?).unwrap_or(0));
        let oldest_open = row.try_get::<Option<i64>, _>(2)?.map(Timestamp);
        Ok(QueueStats { open: count(0)?, dead: count(1)?, oldest_open })
    }
}

/// Reads a row of [`COLUMNS`].
pub(super) fn read_row(row: &sqlx::any::AnyRow) -> Result<CommandRow, sqlx::Error> {
    Ok(CommandRow {
        id: row.try_get("id")?,
        instance: row.try_get("instance")?,
        accepted_at: Timestamp(row.try_get("accepted_at")?),
        finished_at: row.try_get::<Option<i64>, _>("finished_at")?.map(Timestamp),
        state: row.try_get("state")?,
        outcome: row.try_get("outcome")?,
        admin: row.try_get("admin")?,
        chat: row.try_get("chat")?,
        message_id: row.try_get("message_id")?,
        version: read_number(row, "version")?,
        name: row.try_get("name")?,
        text: row.try_get("text")?,
        attempts: row.try_get("attempts")?,
        error: row.try_get("error")?,
        reply: row.try_get("reply")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::storage::NewCommand;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[tokio::test]
    async fn open_commands_are_counted_by_instance() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        for (id, instance) in [("a", "main"), ("b", "other"), ("c", "other")] {
            let instance = InstanceName::parse(instance).unwrap();
            store.insert(NewCommand { instance, ..NewCommand::for_test(id, NOW) }).await.unwrap();
        }

        assert_eq!(
            store.queue_stats(&InstanceName::parse("main").unwrap()).await.unwrap(),
            QueueStats { open: 1, dead: 0, oldest_open: Some(NOW) }
        );
        assert_eq!(store.queue_stats(&InstanceName::parse("other").unwrap()).await.unwrap().open, 2);
    }
}
