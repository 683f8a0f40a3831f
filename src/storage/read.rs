//! Reads for operators: lists, one command with its audit trail, counts.

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

/// Filter for commands; an empty field matches all.
#[derive(Clone, Debug)]
pub struct ListFilter {
    /// In this state.
    pub state: String,
    /// Of this instance.
    pub instance: String,
    /// Accepted at this time or later.
    pub since: Timestamp,
    /// Accepted before this time.
    pub until: Timestamp,
}

impl Default for ListFilter {
    fn default() -> Self {
        Self {
            state: String::new(),
            instance: String::new(),
            since: Timestamp(i64::MIN),
            until: Timestamp(i64::MAX),
        }
    }
}

const COLUMNS: &str =
    "SELECT id, instance, accepted_at, finished_at, state, outcome, admin, chat, message_id, version, name,
    text, attempts, error, reply FROM command";

impl Store {
    /// The newest commands, at most `limit`, in one state or in all.
    pub async fn list(&self, state: Option<&str>, limit: usize) -> Result<Vec<CommandRow>, StoreUnavailable> {
        let sql = format!("{COLUMNS} WHERE $1 = '' OR state = $1 ORDER BY id DESC LIMIT $2");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(state.unwrap_or_default())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        Ok(rows.iter().map(read_row).collect::<Result<_, _>>()?)
    }

    /// A page of the matching commands, by id: at most `limit` after `after`. Ids give the time of accepting only
    /// roughly (clocks are set back, and differ between machines), so that time is compared in each row.
    ///
    /// On PostgreSQL ids are compared and sorted by the same collation, so no command is missed. In collations that
    /// sort two letters as one (`aa` in Danish, `dd` in Welsh) the pages may not be in the order of accepting.
    pub async fn page(
        &self,
        filter: &ListFilter,
        after: Option<&CommandRow>,
        limit: usize,
    ) -> Result<Vec<CommandRow>, StoreUnavailable> {
        let sql = format!(
            "{COLUMNS} WHERE id > $1 AND accepted_at >= $2 AND accepted_at < $3
                 AND ($4 = '' OR state = $4) AND ($5 = '' OR instance = $5)
             ORDER BY id LIMIT $6"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(after.map_or("", |row| row.id.as_str()))
            .bind(filter.since.0)
            .bind(filter.until.0)
            .bind(&filter.state)
            .bind(&filter.instance)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.reads)
            .await?;
        Ok(rows.iter().map(read_row).collect::<Result<_, _>>()?)
    }

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

fn read_row(row: &sqlx::any::AnyRow) -> Result<CommandRow, sqlx::Error> {
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
    use std::time::Duration;

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

    #[tokio::test]
    async fn pages_filter_by_the_time_of_accepting_not_by_id() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        let at = |hours: u64| NOW.plus(Duration::from_secs(hours * 3_600));
        // The clock was set back between b and c; d is from a machine with a slow clock.
        let times = [("a", at(4)), ("b", at(5)), ("c", at(2)), ("d", at(6)), ("e", at(3))];
        for (id, at) in times {
            store.insert(NewCommand::for_test(id, at)).await.unwrap();
        }

        for (since, until, expected) in [
            (at(2), at(4), vec!["c", "e"]),
            (at(4), at(6), vec!["a", "b"]),
            (at(5), Timestamp(i64::MAX), vec!["b", "d"]),
            (Timestamp(i64::MIN), at(3), vec!["c"]),
            (at(7), Timestamp(i64::MAX), vec![]),
        ] {
            let selection = ListFilter { since, until, ..ListFilter::default() };
            let mut found: Vec<CommandRow> = Vec::new();
            loop {
                let page = store.page(&selection, found.last(), 1).await.unwrap();
                if page.is_empty() {
                    break;
                }
                found.extend(page);
            }
            let found: Vec<&str> = found.iter().map(|row| row.id.as_str()).collect();
            assert_eq!(found, expected, "{since:?} {until:?}");
        }
    }
}
