//! Checkpoints of SQLite's write-ahead log, beside the writer, so that no command waits for them.
//!
//! Commits do not checkpoint. After a number of writes the writer wakes [`run_checkpointer`], which moves pages into the
//! file while the writer goes on. That alone never finishes: as long as commands come, the end of the log moves on. So
//! once the log is long, the writer moves the few remaining pages between two transactions, and the next transaction
//! starts at the beginning of the log. The file of the log keeps its length: overwriting is much faster than extending.
//!
//! This does not bound the log if the other connection is stuck, or a reader holds a snapshot for long. So when the
//! file grows beyond its limit, the writer moves all pages itself; while a reader stays, it tries again only after each
//! [`WAL_RETRY_STEP`] of growth. A log of twice the limit is truncated.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use sqlx::{AnyConnection, Row as _};
use tokio::sync::Notify;

use super::sqlite;

/// Writes between two checkpoints. A write takes 4 to 14 pages of the log, fewer if it shares a transaction.
const WRITES_PER_CHECKPOINT: u64 = 250;
/// Length of the log at which the writer restarts it, in bytes.
const MAX_WAL_BYTES: u64 = 16 * 1024 * 1024;
/// Growth after which the writer tries again, in bytes.
const WAL_RETRY_STEP: u64 = 4 * 1024 * 1024;
/// A page and its header in the log, in bytes.
const WAL_FRAME_BYTES: u64 = 4096 + 24;

/// State of the log.
#[derive(Debug, Default)]
pub(super) struct WalMonitor {
    /// Writes since the last checkpoint.
    writes_since_checkpoint: AtomicU64,
    /// The log is long, and nearly all of its pages are moved.
    is_truncation_due: AtomicBool,
    /// Length of its file when it was last checked.
    wal_bytes: AtomicU64,
    /// That length when the writer could not move all pages; 0 if it could.
    blocked_at: AtomicU64,
    checkpoint_due: Notify,
}

impl WalMonitor {
    /// Counts writes that are about to be made, with the length of the log; returns whether the writer shall call
    /// [`truncate`](Self::truncate) first.
    pub(super) fn needs_truncate(&self, length: u64, writes: usize) -> bool {
        let writes = u64::try_from(writes).unwrap_or(WRITES_PER_CHECKPOINT);
        if self.writes_since_checkpoint.fetch_add(writes, Ordering::Relaxed) + writes >= WRITES_PER_CHECKPOINT
        {
            self.writes_since_checkpoint.store(0, Ordering::Relaxed);
            self.checkpoint_due.notify_one();
        }
        let has_grown = self.wal_bytes.swap(length, Ordering::Relaxed) < length;
        let blocked_at = self.blocked_at.load(Ordering::Relaxed);
        let is_too_long =
            length >= MAX_WAL_BYTES && (blocked_at == 0 || length >= blocked_at + WAL_RETRY_STEP);
        self.is_truncation_due.swap(false, Ordering::Relaxed) || (has_grown && is_too_long)
    }

    /// Moves the remaining pages into the file, on a connection without a transaction. It does not wait for readers,
    /// since commands wait.
    pub(super) fn truncate(&self, connection: &Connection, length: u64) -> rusqlite::Result<()> {
        let is_complete = if length < 2 * MAX_WAL_BYTES {
            let pages = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
            let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], pages);
            // Both are -1 while another connection runs a checkpoint.
            matches!(moved, Ok((all, moved)) if all >= 0 && all == moved)
        } else {
            connection.busy_timeout(Duration::from_millis(50))?;
            let is_busy =
                connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
            connection.busy_timeout(sqlite::BUSY_TIMEOUT)?;
            matches!(is_busy, Ok(0))
        };
        self.blocked_at.store(if is_complete { 0 } else { length }, Ordering::Relaxed);
        Ok(())
    }
}

/// Runs a checkpoint whenever it is woken; never returns. Errors are only logged: if they persist, the writer meets
/// them too.
pub(super) async fn run_checkpointer(connection: &mut AnyConnection, wal: Arc<WalMonitor>) {
    loop {
        wal.checkpoint_due.notified().await;
        let moved = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(&mut *connection).await;
        match moved.and_then(|row| row.try_get::<i64, _>(1)) {
            Ok(pages) if u64::try_from(pages).unwrap_or(0) * WAL_FRAME_BYTES >= MAX_WAL_BYTES / 2 => {
                wal.is_truncation_due.store(true, Ordering::Relaxed);
            }
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "checkpoint failed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::clock::{Clock, Timestamp};
    use crate::domain::OrderingKey;
    use crate::storage::insert_sqlite::CommandInserter;
    use crate::storage::sqlite::AccessMode;
    use crate::storage::{LEASE_TTL, NewCommand, OpenedStore, Store, writer};

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    /// Inserts this many commands, a few at a time; returns the greatest length of the log.
    async fn max_wal_bytes(writer: &writer::WriteQueue, folder: &tempfile::TempDir, commands: usize) -> u64 {
        let mut longest = 0;
        for batch in 0..commands / 8 {
            let accepted = (0..8).map(|number| {
                let mut command = NewCommand::for_test(&format!("{batch:06}-{number}"), NOW);
                command.ordering_key = OrderingKey::new(format!("chat {}", (batch * 7 + number) % 500));
                command.text = "a".repeat(2_000);
                writer.insert(vec![command], || ())
            });
            futures_util::future::try_join_all(accepted).await.unwrap();
            longest = std::fs::metadata(folder.path().join("vincula.db-wal")).unwrap().len().max(longest);
        }
        longest
    }

    #[tokio::test]
    async fn the_log_stays_short_however_many_commands_come() {
        let (store, _writer, folder) = Store::open_temporary(&Clock::manual(NOW)).await;

        let longest = max_wal_bytes(&store.writer, &folder, 4_000).await;

        assert!(longest < MAX_WAL_BYTES + WAL_RETRY_STEP, "{longest}");
        let file = std::fs::metadata(folder.path().join("vincula.db")).unwrap().len();
        assert!(file > MAX_WAL_BYTES / 4, "no pages were moved into the file: {file}");
    }

    #[tokio::test]
    async fn the_writer_alone_keeps_the_log_short_when_the_checkpointer_is_stuck() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
        let OpenedStore { store, writer } = Store::open(&url, Clock::system(), LEASE_TTL).await.unwrap();
        store.close();
        writer.await;
        let pool = sqlite::pool(&url, 1, AccessMode::Create, Arc::default()).await.unwrap();
        let (held, _lock) = sqlite::DatabaseFileLock::lock(&url).await.unwrap();
        let _anchor = sqlite::connect(&url, AccessMode::Write).await.unwrap();
        held.record_wal_id().unwrap();
        let (sender, receiver) = writer::new_queue(Arc::default());
        let path = folder.path().join("vincula.db");
        let inserter = CommandInserter::new(path, Arc::default(), Some(Arc::new(held)), Arc::default());
        let line =
            writer::WriterState { pool, health: Arc::default(), backend: writer::Backend::Sqlite(inserter) };
        let _writer = tokio::spawn(writer::run_writer(receiver, line, CancellationToken::new()));

        let longest = max_wal_bytes(&sender, &folder, 4_000).await;

        assert!((MAX_WAL_BYTES..MAX_WAL_BYTES + WAL_RETRY_STEP).contains(&longest), "{longest}");
    }

    #[test]
    fn a_checkpoint_of_another_connection_does_not_count_as_complete() {
        let folder = tempfile::tempdir().unwrap();
        let open = || {
            let connection = Connection::open(folder.path().join("one.db")).unwrap();
            connection.pragma_update(None, "journal_mode", "WAL").unwrap();
            connection
        };
        let (writer, reader, other) = (open(), open(), open());
        writer.execute_batch("CREATE TABLE one (id INTEGER); INSERT INTO one VALUES (1)").unwrap();
        let (log, length) = (WalMonitor::default(), 4_096);
        log.truncate(&writer, length).unwrap();
        assert_eq!(log.blocked_at.load(Ordering::Relaxed), 0, "all is moved");
        reader.execute_batch("BEGIN").unwrap();
        reader.query_row("SELECT COUNT(*) FROM one", [], |_| Ok(())).unwrap();
        writer.execute("INSERT INTO one VALUES (2)", []).unwrap();

        std::thread::scope(|scope| {
            // Its checkpoint runs for as long as it waits for the reader.
            scope.spawn(move || {
                other.busy_timeout(Duration::from_secs(30)).unwrap();
                let is_busy = |row: &rusqlite::Row<'_>| Ok(row.get::<_, i64>(0)? == 1);
                while other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], is_busy).unwrap() {}
            });
            let is_busy = || {
                writer.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(0)).unwrap()
                    == 1
            };
            while !is_busy() {
                std::thread::yield_now();
            }
            log.truncate(&writer, length).unwrap();
            reader.execute_batch("COMMIT").unwrap();
        });

        assert_eq!(log.blocked_at.load(Ordering::Relaxed), length);
    }

    #[tokio::test]
    async fn a_reader_that_blocks_is_not_retried_at_each_command() {
        let log = WalMonitor::default();
        assert!(log.needs_truncate(MAX_WAL_BYTES, 1));
        log.blocked_at.store(MAX_WAL_BYTES, Ordering::Relaxed);

        assert!(!log.needs_truncate(MAX_WAL_BYTES + 1, 1));
        assert!(!log.needs_truncate(MAX_WAL_BYTES + WAL_RETRY_STEP - 1, 1));
        assert!(log.needs_truncate(MAX_WAL_BYTES + WAL_RETRY_STEP, 1));
    }
}
