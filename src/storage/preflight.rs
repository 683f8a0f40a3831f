//! Checks of a SQLite file when it is opened: what the next commands need, and no more.
//!
//! Reading all of a large file would take too long at a start. SQLite itself compares the length of the file with its
//! header and reads the schema. Here the small tables are checked completely, the open commands are read, and one
//! command is inserted, ended and rolled back, which visits the roots of all indexes and the pages that grow. A damaged
//! page with older data is found when something reads it; `sqlite3 FILE 'PRAGMA integrity_check'` reads all.

use std::path::Path;

use sqlx::AnyConnection;

use super::error::StoreUnavailable;
use super::insert_sqlite::dry_run_insert;
use super::new_command::{NewCommand, SenderIdentity};
use crate::clock::Timestamp;
use crate::domain::{InstanceName, OrderingKey};

/// The most open commands that are read; later ones are read when they are claimed.
const MAX_OPEN_COMMANDS: i64 = 1_000;

/// Damage of the file, as SQLite describes it; none if it looks sound.
pub(super) async fn find_damage(connection: &mut AnyConnection) -> Result<Option<String>, sqlx::Error> {
    for table in ["chat_queue", "rate_limit", "maintenance", "write_probe", "_sqlx_migrations"] {
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

/// Inserts a command, ends it, and rolls all of it back.
pub(super) fn dry_run(path: &Path, now: Timestamp) -> Result<(), StoreUnavailable> {
    let id = uuid::Uuid::now_v7().to_string();
    let Some(instance) = InstanceName::parse("preflight") else { return Ok(()) };
    let command = NewCommand {
        id: id.clone(),
        instance,
        ordering_key: OrderingKey::new(id.as_str()),
        message_id: id.clone(),
        version: 0,
        part: 0,
        chat: id,
        admin: String::new(),
        phone: None,
        lid: None,
        sender: SenderIdentity::default(),
        by_owner: false,
        name: String::new(),
        text: String::new(),
        parsed: None,
        media: None,
        quoted: None,
        sent_at: None,
        accepted_at: now,
    };
    dry_run_insert(path, &command)
}
