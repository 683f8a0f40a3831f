//! Writing orders down on SQLite: all that came together in one transaction, fsynced before anybody says
//! `accepted`.
//!
//! This is the one path on which every order waits, so it goes without the driver between: a connection of
//! its own on the writer's thread, statements that stay prepared, values that are not copied. Whoever else
//! writes in this process does so between two of these transactions.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OpenFlags, TransactionBehavior, params};
use tokio::time::Instant;

use super::health::{PROBE_SQL, StoreHealth, probe_payload};
use super::insert::{InsertResult, NewCommand};
use super::sqlite::{self, BUSY_TIMEOUT, DatabaseFileLock};
use super::wal_checkpoint::WalMonitor;
use super::{IDLE_READY_AT, StoreUnavailable};
use crate::failpoint::{self, InjectedBug, Step};

/// The place of an order is behind those that are open in its lane. A message of
/// this sender that is known changes nothing.
const INSERT_COMMAND: &str =
    "INSERT INTO command (id, instance, lane, seq, message_id, chat, admin, phone, lid, by_owner,
         name, text, sent_at, accepted_at, state, quoted)
     SELECT $1, $2, $3,
         COALESCE((SELECT MAX(seq) FROM command
             WHERE instance = $2 AND lane = $3 AND state IN ('waiting', 'answering')), 0) + 1,
         $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'waiting', $14
     WHERE NOT EXISTS (SELECT 1 FROM command known
         WHERE known.instance = $2 AND known.message_id = $4
             AND (known.admin = $6 OR known.phone = $15 OR known.lid = $16))
     ON CONFLICT (instance, message_id, admin) DO NOTHING";
/// A lane in which something is open is woken already.
pub(super) const WAKE_QUEUE: &str = "INSERT INTO lane (instance, lane, ready_at) VALUES ($1, $2, $3)
     ON CONFLICT (instance, lane) DO UPDATE SET ready_at = excluded.ready_at WHERE lane.ready_at = $4";

/// The connection that orders are written on; opened when it is needed, and anew after trouble.
pub(super) struct CommandInserter {
    path: PathBuf,
    health: Arc<StoreHealth>,
    /// The file that is ours alone; none beside a service.
    file: Option<Arc<DatabaseFileLock>>,
    wal: Arc<WalMonitor>,
    /// The log's length at the last look.
    wal_bytes: u64,
    open: Option<OpenConnection>,
}

struct OpenConnection {
    connection: Connection,
    since: Instant,
}

impl CommandInserter {
    pub(super) fn new(
        path: PathBuf,
        health: Arc<StoreHealth>,
        file: Option<Arc<DatabaseFileLock>>,
        wal: Arc<WalMonitor>,
    ) -> Self {
        Self { path, health, file, wal, wal_bytes: 0, open: None }
    }

    /// Writes orders down; returns after the fsync, and tells of each, in their order, what became of it.
    /// `proves`: writes something for certain.
    pub(super) fn insert(
        &mut self,
        orders: &[NewCommand],
        proves: bool,
    ) -> Result<Vec<InsertResult>, StoreUnavailable> {
        // An order that is refused must not stand in a file that was moved away: it would be known when that comes back.
        self.check_file()?;
        self.truncate_wal(orders.len())?;
        let accepted = self.with_connection(|connection| {
            connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            if proves {
                connection.execute(PROBE_SQL, [probe_payload()])?;
            }
            let accepted = insert_all(connection, orders)?;
            for _ in orders {
                failpoint::reach(Step::Writing);
            }
            if failpoint::is_injected(InjectedBug::RespondBeforeCommit) {
                std::thread::sleep(Duration::from_millis(200));
            }
            connection.prepare_cached("COMMIT")?.execute([])?;
            Ok(accepted)
        })?;
        // Once more: what was moved away meanwhile took the commit with it.
        self.check_file()?;
        Ok(accepted)
    }

    /// So many writes are about to be made, here or on another connection: the log begins anew where it is long.
    pub(super) fn truncate_wal(&mut self, writes: usize) -> Result<(), StoreUnavailable> {
        if self.wal.needs_truncate(self.wal_bytes, writes) {
            let (log, length) = (self.wal.clone(), self.wal_bytes);
            self.with_connection(|connection| log.truncate(connection, length))?;
        }
        Ok(())
    }

    /// An error where the path does not lead to the file that is open.
    pub(super) fn check_file(&mut self) -> Result<(), StoreUnavailable> {
        if let Some(file) = &self.file {
            self.wal_bytes = file.check_in_place()?;
        }
        Ok(())
    }

    /// Does something on the connection, which is opened anew where the store has had trouble since it was.
    fn with_connection<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreUnavailable> {
        let open =
            match self.open.take().filter(|open| self.health.is_connection_usable(open.since.elapsed())) {
                Some(open) => open,
                None => OpenConnection { connection: connect(&self.path)?, since: Instant::now() },
            };
        // After an error, whatever is open is rolled back with the connection: of itself SQLite does so for some
        // errors alone.
        let done = work(&open.connection)?;
        self.open = Some(open);
        Ok(done)
    }
}

/// Writes one order down, ends it in a way that all indexes know of, and takes all of it back.
pub(super) fn dry_run_insert(path: &Path, order: &NewCommand) -> Result<(), StoreUnavailable> {
    let mut connection = connect(path)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    insert_all(&transaction, std::slice::from_ref(order))?;
    transaction.execute(
        "UPDATE command SET state = 'dead', finished_at = $1, text = '-', cancelled_by = $2 WHERE id = $2",
        params![order.accepted_at.0, order.id],
    )?;
    transaction.execute(
        "INSERT INTO note (command, at, what, n) VALUES ($1, $2, 'finished', 1)",
        params![order.id, order.accepted_at.0],
    )?;
    Ok(transaction.rollback()?)
}

fn insert_all(connection: &Connection, orders: &[NewCommand]) -> rusqlite::Result<Vec<InsertResult>> {
    let mut order = connection.prepare_cached(INSERT_COMMAND)?;
    let mut lane = connection.prepare_cached(WAKE_QUEUE)?;
    orders.iter().map(|new| insert_one(&mut order, &mut lane, new)).collect()
}

fn insert_one(
    order: &mut CachedStatement<'_>,
    lane: &mut CachedStatement<'_>,
    new: &NewCommand,
) -> rusqlite::Result<InsertResult> {
    let written = order.execute(params![
        new.id,
        new.instance,
        new.lane,
        new.message_id,
        new.chat,
        new.admin,
        new.phone,
        new.lid,
        i64::from(new.by_owner),
        new.name,
        new.text,
        new.sent_at.map(|at| at.0),
        new.accepted_at.0,
        new.quoted,
        new.sender.phone,
        new.sender.lid,
    ])?;
    if written == 0 {
        return Ok(InsertResult::Duplicate);
    }
    lane.execute(params![new.instance, new.lane, new.accepted_at.0, IDLE_READY_AT])?;
    Ok(InsertResult::Inserted)
}

/// A connection to a journal that exists. An order that was answered must survive a power cut, so it is made
/// `synchronous=FULL`, and asked whether it is; the log is moved into the file beside its commits.
fn connect(path: &Path) -> Result<Connection, StoreUnavailable> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;")?;
    let synchronous = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    // A property of the file.
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    sqlite::check_durable(&mode, synchronous)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, Timestamp};
    use crate::storage::Store;

    #[tokio::test]
    async fn commands_are_synced_at_each_commit_and_never_into_a_file_without_a_log() {
        let (_store, _writer, folder) = Store::open_temporary(&Clock::system()).await;
        let path = folder.path().join("vincula.db");
        let connection = connect(&path).unwrap();
        let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
        assert_eq!(synchronous, 2);

        let other = folder.path().join("other.db");
        Connection::open(&other).unwrap().execute_batch("CREATE TABLE one (id TEXT)").unwrap();
        let refused = connect(&other).unwrap_err().to_string();
        assert!(refused.contains("not durable here (journal_mode delete"), "{refused}");
    }

    /// Where there is no file any more, whoever opens it anew notices.
    #[tokio::test]
    async fn a_connection_stays_until_the_store_has_had_trouble_whosever_it_was() {
        let (_store, _writer, folder) = Store::open_temporary(&Clock::system()).await;
        let (file, link) = (folder.path().join("vincula.db"), folder.path().join("link.db"));
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let health = Arc::new(StoreHealth::default());
        let mut inserter = CommandInserter::new(link.clone(), health.clone(), None, Arc::default());
        let order = |id| [NewCommand::for_test(id, Timestamp(1_764_000_000_000))];
        assert_eq!(inserter.insert(&order("a"), false).unwrap(), [InsertResult::Inserted]);

        std::fs::remove_file(&link).unwrap();
        assert_eq!(inserter.insert(&order("b"), false).unwrap(), [InsertResult::Inserted]);
        health.record_failure(&StoreUnavailable::transient("another process holds it"));
        assert_eq!(inserter.insert(&order("c"), false).unwrap(), [InsertResult::Inserted]);

        health.record_failure(&StoreUnavailable::persistent("the disk is full"));
        inserter.insert(&order("d"), false).unwrap_err();
    }
}
