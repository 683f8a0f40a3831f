//! Who did what in the console: sign-ins, texts of messages that were shown, and actions. The texts themselves are not in
//! it. Kept as long as ended commands.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::error::StoreUnavailable;
use super::store::Store;
use crate::clock::Timestamp;

/// How many rows one write deletes.
const TRIM_BATCH: i64 = 1_000;

/// One access to the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleAccess {
    /// When.
    pub at: Timestamp,
    /// Who, as the page shows it.
    pub name: String,
    /// `operator` or `viewer`.
    pub role: String,
    /// The address of the client.
    pub client: String,
    /// What was done: `sign_in`, `sign_out`, `read_texts`, or the name of an action.
    pub action: String,
    /// To what: the path of a page, or the id of a command.
    pub target: String,
}

impl Store {
    /// Stores an access; returns after the fsync.
    pub async fn insert_console_access(&self, access: ConsoleAccess) -> Result<(), StoreUnavailable> {
        self.health.check_undamaged()?;
        let id = self.new_id(access.at);
        self.writer
            .write(move |connection| Box::pin(async move { insert(connection, &id, &access).await }))
            .await
    }

    /// The newest accesses first, at most `limit`.
    pub async fn console_accesses(&self, limit: i64) -> Result<Vec<ConsoleAccess>, StoreUnavailable> {
        let rows = sqlx::query(
            "SELECT at, name, role, client, action, target FROM console_access ORDER BY at DESC, id DESC LIMIT $1",
        )
        .bind(limit)
        .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        Ok(rows.iter().map(read_row).collect::<Result<_, _>>()?)
    }
}

async fn insert(connection: &mut AnyConnection, id: &str, access: &ConsoleAccess) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO console_access (id, at, name, role, client, action, target)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(access.at.0)
    .bind(&access.name)
    .bind(&access.role)
    .bind(&access.client)
    .bind(&access.action)
    .bind(&access.target)
    .execute(connection)
    .await
    .map(drop)
}

/// Deletes a batch of accesses before this time.
pub(super) async fn trim_console_accesses(
    connection: &mut AnyConnection,
    before: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM console_access WHERE id IN (
             SELECT id FROM console_access WHERE at < $1 ORDER BY at LIMIT $2)",
    )
    .bind(before)
    .bind(TRIM_BATCH)
    .execute(connection)
    .await
    .map(drop)
}

fn read_row(row: &AnyRow) -> Result<ConsoleAccess, sqlx::Error> {
    Ok(ConsoleAccess {
        at: Timestamp(row.try_get("at")?),
        name: row.try_get("name")?,
        role: row.try_get("role")?,
        client: row.try_get("client")?,
        action: row.try_get("action")?,
        target: row.try_get("target")?,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;
    use crate::storage::RetentionPolicy;

    #[tokio::test]
    async fn accesses_are_kept_as_long_as_commands() {
        let now = Timestamp(1_764_000_000_000);
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(now)).await;
        let day = Duration::from_secs(24 * 3_600);
        let access = |days_ago: i64| ConsoleAccess {
            at: Timestamp(now.0 - days_ago * 24 * 3_600_000),
            name: "ana@example.com".to_owned(),
            role: "operator".to_owned(),
            client: "192.0.2.7".to_owned(),
            action: "retry".to_owned(),
            target: format!("/commands/{days_ago}"),
        };
        for days_ago in [5, 1, 3] {
            store.insert_console_access(access(days_ago)).await.unwrap();
        }

        store.trim(RetentionPolicy { rows: 4 * day, texts: day }, now).await.unwrap();

        assert_eq!(store.console_accesses(9).await.unwrap(), [access(1), access(3)]);
        assert_eq!(store.console_accesses(1).await.unwrap(), [access(1)]);
    }
}
