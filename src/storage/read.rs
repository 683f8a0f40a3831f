//! What people read of the journal: lists, one order with its notes, counts.

use sqlx::Row as _;

use super::{Store, Unavailable, ids};
use crate::clock::Timestamp;

/// An order, for a person to read.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The instance's name.
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
    /// Where it was given.
    pub chat: String,
    /// WhatsApp's id of the message.
    pub message_id: String,
    /// The command's English name.
    pub name: String,
    /// What was typed.
    pub text: String,
    /// How often it was tried in vain.
    pub tries: i64,
    /// Why the last try failed.
    pub error: Option<String>,
    /// The messages of the answer, as JSON.
    pub reply: Option<String>,
}

/// A line of an order's audit.
#[derive(Clone, Debug)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: String,
    /// More of it.
    pub detail: Option<String>,
}

/// How many orders of an instance are not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overview {
    /// Waiting, or being run or answered.
    pub open: usize,
    /// Given up.
    pub dead: usize,
}

/// Which orders are read; what is empty selects nothing out.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Of this state.
    pub state: String,
    /// Of this instance.
    pub instance: String,
    /// Its id made at this moment or later.
    pub since: Timestamp,
    /// Its id made before this moment.
    pub until: Timestamp,
}

impl Default for Selection {
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
    "SELECT id, instance, accepted_at, finished_at, state, outcome, admin, chat, message_id, name,
    text, tries, error, reply FROM command";

impl Store {
    /// The newest orders, at most `limit`, of one state or of all.
    pub async fn list(&self, state: Option<&str>, limit: usize) -> Result<Vec<Row>, Unavailable> {
        let sql = format!("{COLUMNS} WHERE $1 = '' OR state = $1 ORDER BY id DESC LIMIT $2");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(state.unwrap_or_default())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        Ok(rows.iter().map(row).collect::<Result<_, _>>()?)
    }

    /// The oldest of these orders behind `after`, at most `limit`: a page of them.
    pub async fn page(
        &self,
        selection: &Selection,
        after: Option<&Row>,
        limit: usize,
    ) -> Result<Vec<Row>, Unavailable> {
        let sql = format!(
            "{COLUMNS} WHERE id > $1 AND id < $2 AND ($3 = '' OR state = $3) AND ($4 = '' OR instance = $4)
             ORDER BY id LIMIT $5"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(after.map_or_else(|| ids::first_at(selection.since), |row| row.id.clone()))
            .bind(ids::first_at(selection.until))
            .bind(&selection.state)
            .bind(&selection.instance)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.reads)
            .await?;
        Ok(rows.iter().map(row).collect::<Result<_, _>>()?)
    }

    /// The orders whose id begins so, at most two: enough to tell one from several.
    pub async fn find(&self, id: &str) -> Result<Vec<Row>, Unavailable> {
        let sql = format!("{COLUMNS} WHERE substr(id, 1, CAST($1 AS INTEGER)) = $2 LIMIT 2");
        let length = i64::try_from(id.chars().count()).unwrap_or(i64::MAX);
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(length).bind(id).fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        Ok(rows.iter().map(row).collect::<Result<_, _>>()?)
    }

    /// What happened to an order, oldest first. That it was accepted stands in its row; in an older journal it
    /// was noted too.
    pub async fn notes(&self, id: &str) -> Result<Vec<Note>, Unavailable> {
        let rows = sqlx::query(
            "SELECT accepted_at AS at, 'accepted' AS what, CAST(NULL AS TEXT) AS detail, 0 AS n
             FROM command WHERE id = $1
             UNION ALL
             SELECT at, what, detail, n FROM note WHERE command = $1 AND what <> 'accepted'
             ORDER BY n, at",
        )
        .bind(id)
        .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        let note = |row: &sqlx::any::AnyRow| -> Result<Note, sqlx::Error> {
            Ok(Note { at: Timestamp(row.try_get(0)?), what: row.try_get(1)?, detail: row.try_get(2)? })
        };
        Ok(rows.iter().map(note).collect::<Result<_, _>>()?)
    }

    /// How many orders of an instance are not done.
    pub async fn overview(&self, instance: &str) -> Result<Overview, Unavailable> {
        let row = sqlx::query(
            "SELECT
                 (SELECT COUNT(*) FROM command WHERE instance = $1 AND state IN ('waiting', 'answering')),
                 (SELECT COUNT(*) FROM command WHERE instance = $1 AND state = 'dead')",
        )
        .bind(instance)
        .fetch_one(&self.reads);
        let row = self.read(row).await?;
        let count = |index| Ok::<_, sqlx::Error>(usize::try_from(row.try_get::<i64, _>(index)?).unwrap_or(0));
        Ok(Overview { open: count(0)?, dead: count(1)? })
    }
}

fn row(row: &sqlx::any::AnyRow) -> Result<Row, sqlx::Error> {
    Ok(Row {
        id: row.try_get("id")?,
        instance: row.try_get("instance")?,
        accepted_at: Timestamp(row.try_get("accepted_at")?),
        finished_at: row.try_get::<Option<i64>, _>("finished_at")?.map(Timestamp),
        state: row.try_get("state")?,
        outcome: row.try_get("outcome")?,
        admin: row.try_get("admin")?,
        chat: row.try_get("chat")?,
        message_id: row.try_get("message_id")?,
        name: row.try_get("name")?,
        text: row.try_get("text")?,
        tries: row.try_get("tries")?,
        error: row.try_get("error")?,
        reply: row.try_get("reply")?,
    })
}
