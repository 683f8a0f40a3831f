//! The checkpoint of SQLite's write-ahead log: what stands in the log is moved into the file beside the
//! writer's path, so that no order waits for it.
//!
//! The writer never checkpoints with a commit of its own. When the log has grown by [`STEP`] it wakes
//! [`run`], which moves pages while the writer goes on. That alone never ends: as long as orders come, the
//! log's end is further than what was moved. So the writer itself empties the log between two transactions
//! once it is [`LIMIT`] long: nearly all is moved by then. Where that is not so, because the other
//! connection is stuck, it moves all. Where a reader still looks into the log it stays, and is tried again
//! a step later. The length of the log's file is the measure, since it is cut off when the log is emptied.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::AnyConnection;
use tokio::sync::Notify;

use super::sqlite;

/// How much the log grows before it is moved again, in bytes: 1,000 pages.
pub(super) const STEP: u64 = 4 * 1024 * 1024;
/// How long the log grows before the writer empties it, in bytes.
pub(super) const LIMIT: u64 = 16 * 1024 * 1024;

/// How far the log has grown.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// Its length when it was last asked to be moved.
    asked_at: AtomicU64,
    /// Its length when the writer could not empty it.
    stayed_at: AtomicU64,
    grown: Notify,
}

impl Log {
    /// Looks at the log's length before a transaction; tells the writer to empty it.
    pub(super) fn is_full(&self, length: u64) -> bool {
        // It may have begun anew since, for everything in it was moved.
        let asked_at = self.asked_at.fetch_min(length, Ordering::Relaxed).min(length);
        let stayed_at = self.stayed_at.fetch_min(length, Ordering::Relaxed).min(length);
        if length - asked_at >= STEP {
            self.asked_at.store(length, Ordering::Relaxed);
            self.grown.notify_one();
        }
        length >= LIMIT && (stayed_at == 0 || length - stayed_at >= STEP)
    }

    /// Moves all of the log into the file and cuts it off, on a connection that is in no transaction. A
    /// reader that stays is not waited for, since orders wait. Where it fails the log stays for a while.
    pub(super) async fn empty(&self, connection: &mut AnyConnection, length: u64) -> Result<(), sqlx::Error> {
        sqlx::query("PRAGMA busy_timeout = 50").execute(&mut *connection).await?;
        let emptied = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await;
        sqlx::query(sqlite::PATIENCE).execute(&mut *connection).await?;
        let left = if matches!(emptied, Ok(0_i64)) { 0 } else { length };
        self.asked_at.store(left, Ordering::Relaxed);
        self.stayed_at.store(left, Ordering::Relaxed);
        Ok(())
    }
}

/// Moves the log into the file whenever it has grown, for ever. What goes wrong here is no order's
/// trouble: the writer comes upon it, if it lasts.
pub(super) async fn run(connection: &mut AnyConnection, log: Arc<Log>) {
    loop {
        log.grown.notified().await;
        let moved = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_optional(&mut *connection).await;
        if let Err(error) = moved {
            tracing::debug!(%error, "the log was not moved into the file; the writer does it");
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::clock::{Clock, Timestamp};
    use crate::storage::open::Access;
    use crate::storage::{Database, LEASE, NewCommand, Opened, Store, writer};

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    /// The longest that the log is seen while so many orders come, a few at a time.
    async fn longest(writer: &writer::Sender, folder: &tempfile::TempDir, orders: usize) -> u64 {
        let mut longest = 0;
        for batch in 0..orders / 8 {
            let accepted = (0..8).map(|number| {
                let mut order = NewCommand::made_up(&format!("{batch:06}-{number}"), NOW);
                order.lane = format!("lane {}", (batch * 7 + number) % 500);
                order.text = "a".repeat(2_000);
                writer.accept(order, || ())
            });
            futures_util::future::try_join_all(accepted).await.unwrap();
            longest = std::fs::metadata(folder.path().join("vincula.db-wal")).unwrap().len().max(longest);
        }
        longest
    }

    #[tokio::test]
    async fn the_log_stays_short_however_many_orders_come() {
        let (store, _writer, folder) = Store::throw_away(&Clock::manual(NOW)).await;

        let longest = longest(&store.writer, &folder, 4_000).await;

        assert!(longest > STEP && longest < LIMIT + STEP, "{longest}");
        let file = std::fs::metadata(folder.path().join("vincula.db")).unwrap().len();
        assert!(file > LIMIT / 4, "nothing of it was moved into the file: {file}");
    }

    #[tokio::test]
    async fn the_writer_alone_keeps_the_log_short_when_the_checkpointer_is_stuck() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
        let Opened { store, writer } = Store::open(&url, Clock::system(), LEASE).await.unwrap();
        store.close();
        writer.await;
        let pool = sqlite::pool(&url, 1, Access::Make, Arc::default()).await.unwrap();
        let (held, _lock) = sqlite::Held::lock(&url).await.unwrap();
        let _anchor = sqlite::connect(&url, Access::Write).await.unwrap();
        held.know_log().unwrap();
        let (sender, receiver) = writer::queue(Arc::default());
        let line = writer::Line {
            pool,
            database: Database::Sqlite,
            clock: Clock::system(),
            health: Arc::default(),
            file: Some(Arc::new(held)),
            log: Arc::default(),
        };
        let _writer = tokio::spawn(writer::run(receiver, line, CancellationToken::new()));

        let longest = longest(&sender, &folder, 4_000).await;

        assert!(longest >= LIMIT && longest < LIMIT + STEP, "{longest}");
    }

    #[tokio::test]
    async fn a_reader_that_stays_is_not_waited_for_at_each_order() {
        let log = Log::default();
        log.stayed_at.store(LIMIT, Ordering::Relaxed);

        assert!(!log.is_full(LIMIT));
        assert!(!log.is_full(LIMIT + STEP - 1));
        assert!(log.is_full(LIMIT + STEP));
    }
}
