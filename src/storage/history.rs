//! Who ordered what, newest first, for the admins themselves: a stretch of the past at a time.
//!
//! A stretch is so many orders of all instances together, found by their ids: however long the past is
//! and however quiet the instance, each read is short.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::record::Outcome;
use super::{Store, StoreUnavailable};
use crate::clock::Timestamp;

/// Behind every id, which is made of hexadecimal digits and dashes.
const AFTER_ALL_IDS: &str = "z";

/// An order, for the admins of its instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When it was accepted.
    pub at: Timestamp,
    /// The admin's key when it was accepted.
    pub admin: String,
    /// It was typed on the bot's own phone.
    pub by_owner: bool,
    /// The command's English name.
    pub name: String,
    /// What was typed; empty where that is kept no longer.
    pub text: String,
    /// How it ended; none while it waits.
    pub outcome: Option<Outcome>,
    /// What was found before the first change, as JSON.
    pub plan: Option<String>,
    /// The order that it stands for, as JSON.
    pub resolution: Option<String>,
    /// The messages of the answer, as JSON.
    pub reply: Option<String>,
}

/// A stretch of the past.
#[derive(Clone, Debug)]
pub struct HistoryPage {
    /// Its orders, the newest one first.
    pub entries: Vec<HistoryEntry>,
    /// Where the stretch before it ends.
    pub cursor: String,
}

impl Store {
    /// The last orders of an instance among the last `length` of all that came before `before`, or before
    /// now; nothing where there are none at all.
    pub async fn history_page(
        &self,
        instance: &str,
        before: Option<&str>,
        length: usize,
    ) -> Result<Option<HistoryPage>, StoreUnavailable> {
        let before = before.unwrap_or(AFTER_ALL_IDS);
        let first = sqlx::query_scalar(
            "SELECT MIN(id) FROM (SELECT id FROM command WHERE id < $1 ORDER BY id DESC LIMIT $2) AS last",
        )
        .bind(before)
        .bind(i64::try_from(length).unwrap_or(i64::MAX))
        .fetch_one(&self.reads);
        let first: Option<String> = self.read(first).await?;
        let Some(first) = first else { return Ok(None) };
        let rows = sqlx::query(
            "SELECT accepted_at, admin, by_owner, name, text, outcome, plan, meant, reply FROM command
             WHERE id >= $1 AND id < $2 AND ($3 = '' OR instance = $3) ORDER BY id DESC",
        )
        .bind(&first)
        .bind(before)
        .bind(instance)
        .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        let deeds = rows.iter().map(read_entry).collect::<Result<_, _>>()?;
        Ok(Some(HistoryPage { entries: deeds, cursor: first }))
    }
}

fn read_entry(row: &AnyRow) -> Result<HistoryEntry, sqlx::Error> {
    Ok(HistoryEntry {
        at: Timestamp(row.try_get("accepted_at")?),
        admin: row.try_get("admin")?,
        by_owner: row.try_get::<i64, _>("by_owner")? != 0,
        name: row.try_get("name")?,
        text: row.try_get("text")?,
        outcome: row.try_get::<Option<String>, _>("outcome")?.and_then(|word| Outcome::parse(&word)),
        plan: row.try_get("plan")?,
        resolution: row.try_get("meant")?,
        reply: row.try_get("reply")?,
    })
}
