//! What is looked at when a journal's file is opened: whatever the next orders need, and no more.
//!
//! To read all of a large file takes longer than a start may. SQLite itself holds the
//! file's length against its header and reads the schema. Here the small tables are checked whole,
//! the open orders are read, and one order is written, ended and taken back: that visits the roots of
//! all indexes and the pages which grow. A page in the middle of the past that is damaged is not seen here, but when
//! something asks for it; `sqlite3 FILE 'PRAGMA integrity_check'` reads all.

use std::path::Path;

use sqlx::AnyConnection;

use super::{NewCommand, SenderIdentity, StoreUnavailable, inserter};
use crate::clock::Timestamp;

/// More open orders than these are read when their turn comes.
const MAX_OPEN_COMMANDS: i64 = 1_000;

/// What is wrong with the file, as SQLite says it or in our words; nothing where it looks sound.
pub(super) async fn find_damage(connection: &mut AnyConnection) -> Result<Option<String>, sqlx::Error> {
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
    .bind(MAX_OPEN_COMMANDS)
    .fetch_one(&mut *connection)
    .await?;
    Ok(None)
}

/// Writes an order down, ends it, and takes all of it back.
pub(super) fn dry_run(path: &Path, now: Timestamp) -> Result<(), StoreUnavailable> {
    let id = uuid::Uuid::now_v7().to_string();
    let order = NewCommand {
        id: id.clone(),
        instance: "rehearsal".to_owned(),
        lane: id.clone(),
        message_id: id.clone(),
        chat: id,
        admin: String::new(),
        phone: None,
        lid: None,
        sender: SenderIdentity::default(),
        by_owner: false,
        name: String::new(),
        text: String::new(),
        quoted: None,
        sent_at: None,
        accepted_at: now,
    };
    inserter::dry_run_insert(path, &order)
}
