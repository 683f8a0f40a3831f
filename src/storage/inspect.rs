//! What is looked at when a journal's file is opened: whatever the next orders need, and no more.
//!
//! To read all of a large file takes longer than a start may. So the file's length is held against
//! its header, the small tables are checked whole, the open orders are read, and one order is
//! written, claimed and taken back: that visits the schema, the roots of all indexes and the pages
//! which grow. A page in the middle of the past that is damaged is not seen here, but when
//! something asks for it; `sqlite3 FILE 'PRAGMA integrity_check'` reads all.

use std::path::Path;

use sqlx::{AnyConnection, Connection as _};

use super::{Database, NewCommand, accept};
use crate::clock::Timestamp;

/// More open orders than these are read when their turn comes.
const OPEN_ORDERS: i64 = 1_000;

/// What is wrong with the file, as SQLite says it or in our words; nothing where it looks sound.
pub(super) async fn inspect(
    connection: &mut AnyConnection,
    path: &Path,
    now: Timestamp,
) -> Result<Option<String>, sqlx::Error> {
    if let Some(short) = cut_short(connection, path).await? {
        return Ok(Some(short));
    }
    for table in ["lane", "pace", "chore", "proof", "_sqlx_migrations"] {
        let sql = sqlx::AssertSqlSafe(format!("PRAGMA quick_check('{table}')"));
        let found: String = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
        if found != "ok" {
            return Ok(Some(found));
        }
    }
    sqlx::query(
        "SELECT SUM(length(id) + length(chat) + length(text) + COALESCE(length(plan), 0)
             + COALESCE(length(reply), 0))
         FROM (SELECT * FROM command WHERE state IN ('waiting', 'answering') LIMIT $1)",
    )
    .bind(OPEN_ORDERS)
    .fetch_one(&mut *connection)
    .await?;
    rehearse(connection, now).await?;
    Ok(None)
}

/// The file holds fewer pages than its header says. What stands in the log is not looked for.
async fn cut_short(connection: &mut AnyConnection, path: &Path) -> Result<Option<String>, sqlx::Error> {
    let log = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(&mut *connection).await?;
    let frames: i64 = sqlx::Row::try_get(&log, 1)?;
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *connection).await?;
    let size: i64 = sqlx::query_scalar("PRAGMA page_size").fetch_one(&mut *connection).await?;
    let (due, length) = (pages.saturating_mul(size), std::fs::metadata(path).map_err(sqlx::Error::Io)?.len());
    let is_short = frames == 0 && u64::try_from(due).is_ok_and(|due| due > length);
    Ok(is_short.then(|| format!("it has {length} bytes and should have {due}")))
}

/// Writes an order down, claims it, and takes all of it back.
async fn rehearse(connection: &mut AnyConnection, now: Timestamp) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let id = uuid::Uuid::now_v7().to_string();
    let order = NewCommand {
        id: id.clone(),
        instance: "rehearsal".to_owned(),
        lane: id.clone(),
        message_id: id.clone(),
        chat: id.clone(),
        admin: String::new(),
        phone: None,
        lid: None,
        by_owner: false,
        name: String::new(),
        text: String::new(),
        sent_at: None,
        accepted_at: now,
    };
    accept::insert(&mut transaction, Database::Sqlite, &order).await?;
    sqlx::query("UPDATE command SET state = 'done', finished_at = $1, text = '-' WHERE id = $2")
        .bind(now.0)
        .bind(&id)
        .execute(&mut *transaction)
        .await?;
    transaction.rollback().await
}
