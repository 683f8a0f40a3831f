//! Past commands for `/history`, newest first, one page at a time.
//!
//! A page covers a fixed number of commands of all instances, found by their ids, so that each read is short, however
//! long the history is and however quiet the instance.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::error::StoreUnavailable;
use super::record::Outcome;
use super::store::Store;
use crate::clock::Timestamp;
use crate::domain::InstanceName;

/// Sorts after every id: ids consist of hexadecimal digits and dashes.
const AFTER_ALL_IDS: &str = "z";

/// A command, as the admins of its instance see it.
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
    /// What was typed; empty if it is no longer kept.
    pub text: String,
    /// What the text says (`ParsedText`), as JSON.
    pub parsed: Option<String>,
    /// How it ended; none while it is open.
    pub outcome: Option<Outcome>,
    /// The plan, as JSON.
    pub plan: Option<String>,
    /// The command that replaced it (`DeferredCommand`), as JSON.
    pub deferred_command: Option<String>,
    /// The messages of the reply, as JSON.
    pub reply: Option<String>,
}

/// A page of the history.
#[derive(Clone, Debug)]
pub struct HistoryPage {
    /// Its commands, newest first.
    pub entries: Vec<HistoryEntry>,
    /// `before` of the next, older page.
    pub cursor: String,
}

impl Store {
    /// The commands of an instance among the last `length` commands of all instances before `before`, or before now;
    /// none if there are no commands at all.
    pub async fn history_page(
        &self,
        instance: &InstanceName,
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
            "SELECT accepted_at, admin, by_owner, name, text, parsed, outcome, plan, deferred_command, reply FROM command
             WHERE id >= $1 AND id < $2 AND instance || '' = $3 ORDER BY id DESC",
        )
        .bind(&first)
        .bind(before)
        .bind(instance.as_str())
        .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        let entries = rows.iter().map(read_entry).collect::<Result<_, _>>()?;
        Ok(Some(HistoryPage { entries, cursor: first }))
    }
}

fn read_entry(row: &AnyRow) -> Result<HistoryEntry, sqlx::Error> {
    Ok(HistoryEntry {
        at: Timestamp(row.try_get("accepted_at")?),
        admin: row.try_get("admin")?,
        by_owner: row.try_get::<i64, _>("by_owner")? != 0,
        name: row.try_get("name")?,
        text: row.try_get("text")?,
        parsed: row.try_get("parsed")?,
        outcome: row.try_get::<Option<String>, _>("outcome")?.and_then(|word| Outcome::parse(&word)),
        plan: row.try_get("plan")?,
        deferred_command: row.try_get("deferred_command")?,
        reply: row.try_get("reply")?,
    })
}
