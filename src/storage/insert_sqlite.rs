//! Inserting commands into SQLite: a batch per transaction, which is fsynced before the response `accepted` is sent.
//!
//! Every command waits for this path, so it does without sqlx: a connection of its own on the writer's thread,
//! prepared statements, and values that are not copied. Other writes of the process run between two of these
//! transactions.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OpenFlags, TransactionBehavior, params};
use tokio::time::Instant;

use super::chat_queue::{IDLE_READY_AT, WAKE_QUEUE};
use super::error::StoreUnavailable;
use super::health::{PROBE_SQL, StoreHealth, probe_payload};
use super::new_command::{InsertResult, NewCommand};
use super::sqlite::{self, BUSY_TIMEOUT, DatabaseFileLock};
use super::wal_checkpoint::WalMonitor;
use crate::failpoint::{self, InjectedBug, Step};

/// Inserts a command behind the open ones of its queue, unless the sender's message is known.
const INSERT_COMMAND: &str =
    "INSERT INTO command (id, instance, ordering_key, seq, message_id, version, part, chat, admin, phone, lid,
         by_owner, name, text, parsed, sent_at, accepted_at, state, quoted, media)
     SELECT $1, $2, $3,
         COALESCE((SELECT MAX(seq) FROM command
             WHERE instance = $2 AND ordering_key = $3 AND state IN ('waiting', 'answering')), 0) + 1,
         $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'waiting', $17, $18
     WHERE NOT EXISTS (SELECT 1 FROM command known
         WHERE known.instance = $2 AND known.message_id = $4 AND known.version = $5 AND known.part = $6
             AND (known.admin = $8 OR known.phone = $19 OR known.lid = $20))
     ON CONFLICT (instance, message_id, version, part, admin) DO NOTHING";

/// Inserts commands over a connection that is opened when it is needed, and again after an outage.
pub(super) struct CommandInserter {
    path: PathBuf,
    health: Arc<StoreHealth>,
    /// The lock on the file; none when a service has it and this process writes beside it.
    file: Option<Arc<DatabaseFileLock>>,
    wal: Arc<WalMonitor>,
    /// The length of the log when it was last checked.
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

    /// Inserts the commands of messages, with a probe if asked for. Returns the result of each message in the same order,
    /// after the fsync.
    pub(super) fn insert(
        &mut self,
        messages: &[Vec<NewCommand>],
        with_probe: bool,
    ) -> Result<Vec<InsertResult>, StoreUnavailable> {
        // A rejected command must not be in a file that was moved away: it would be a duplicate when the file is back.
        self.check_file()?;
        self.truncate_wal(messages.iter().map(Vec::len).sum())?;
        let inserted = self.with_connection(|connection| {
            connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            if with_probe {
                connection.execute(PROBE_SQL, [probe_payload()])?;
            }
            let inserted = insert_all(connection, messages)?;
            for _ in messages {
                failpoint::reach(Step::Writing);
            }
            if failpoint::is_injected(InjectedBug::RespondBeforeCommit) {
                std::thread::sleep(Duration::from_millis(200));
            }
            connection.prepare_cached("COMMIT")?.execute([])?;
            Ok(inserted)
        })?;
        // Again: if the file was moved away meanwhile, the commit went with it.
        self.check_file()?;
        Ok(inserted)
    }

    /// Restarts a long log before `writes` are made, on this or another connection.
    pub(super) fn truncate_wal(&mut self, writes: usize) -> Result<(), StoreUnavailable> {
        if self.wal.needs_truncate(self.wal_bytes, writes) {
            let (wal, length) = (self.wal.clone(), self.wal_bytes);
            self.with_connection(|connection| wal.truncate(connection, length))?;
        }
        Ok(())
    }

    /// An error if the path does not lead to the open file any more.
    pub(super) fn check_file(&mut self) -> Result<(), StoreUnavailable> {
        if let Some(file) = &self.file {
            self.wal_bytes = file.check_in_place()?;
        }
        Ok(())
    }

    /// Uses the connection, which is opened again if there was an outage since it was opened.
    fn with_connection<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreUnavailable> {
        let open =
            match self.open.take().filter(|open| self.health.is_connection_usable(open.since.elapsed())) {
                Some(open) => open,
                None => OpenConnection { connection: connect(&self.path)?, since: Instant::now() },
            };
        // After an error the connection is dropped, which rolls the transaction back: SQLite itself rolls back after
        // some errors only.
        let done = work(&open.connection)?;
        self.open = Some(open);
        Ok(done)
    }
}

/// Inserts a command, ends it with an entry in every index, and rolls all of it back.
pub(super) fn dry_run_insert(path: &Path, command: &NewCommand) -> Result<(), StoreUnavailable> {
    let mut connection = connect(path)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    insert_all(&transaction, &[vec![command.clone()]])?;
    transaction.execute(
        "UPDATE command SET state = 'dead', outcome = 'failed', finished_at = $1, text = '-', cancelled_by = $2
         WHERE id = $2",
        params![command.accepted_at.0, command.id],
    )?;
    transaction.execute(
        "INSERT INTO audit_event (command, at, event, seq) VALUES ($1, $2, 'finished', 1)",
        params![command.id, command.accepted_at.0],
    )?;
    Ok(transaction.rollback()?)
}

fn insert_all(connection: &Connection, messages: &[Vec<NewCommand>]) -> rusqlite::Result<Vec<InsertResult>> {
    let mut insert = connection.prepare_cached(INSERT_COMMAND)?;
    let mut wake = connection.prepare_cached(WAKE_QUEUE)?;
    let mut insert_message = |commands: &Vec<NewCommand>| {
        for command in commands {
            // The first command says whether the message is known.
            if !insert_one(&mut insert, &mut wake, command)? && command.part == 0 {
                return Ok(InsertResult::Duplicate);
            }
        }
        Ok(InsertResult::Inserted)
    };
    messages.iter().map(&mut insert_message).collect()
}

/// Inserts a command; returns false if it is known.
fn insert_one(
    insert: &mut CachedStatement<'_>,
    wake: &mut CachedStatement<'_>,
    new: &NewCommand,
) -> rusqlite::Result<bool> {
    let inserted = insert.execute(params![
        new.id,
        new.instance.as_str(),
        new.ordering_key.as_str(),
        new.message_id,
        new.version,
        new.part,
        new.chat,
        new.admin,
        new.phone,
        new.lid,
        i64::from(new.by_owner),
        new.name,
        new.text,
        new.parsed,
        new.sent_at.map(|at| at.0),
        new.accepted_at.0,
        new.quoted,
        new.media,
        new.sender.phone,
        new.sender.lid,
    ])?;
    if inserted == 0 {
        return Ok(false);
    }
    wake.execute(params![
        new.instance.as_str(),
        new.ordering_key.as_str(),
        new.accepted_at.0,
        IDLE_READY_AT
    ])?;
    Ok(true)
}

/// Opens a connection to an existing journal. An accepted command must survive a power cut, so `synchronous=FULL` is
/// set and checked. The log is checkpointed beside the commits, not by them.
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
    async fn the_inserter_syncs_each_commit_and_refuses_a_file_without_a_log() {
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

    /// The link is removed, so opening the file again fails, but a kept connection still writes.
    #[tokio::test]
    async fn the_connection_is_kept_until_an_outage_of_any_connection() {
        let (_store, _writer, folder) = Store::open_temporary(&Clock::system()).await;
        let (file, link) = (folder.path().join("vincula.db"), folder.path().join("link.db"));
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let health = Arc::new(StoreHealth::default());
        let mut inserter = CommandInserter::new(link.clone(), health.clone(), None, Arc::default());
        let command = |id| [vec![NewCommand::for_test(id, Timestamp(1_764_000_000_000))]];
        assert_eq!(inserter.insert(&command("a"), false).unwrap(), [InsertResult::Inserted]);

        std::fs::remove_file(&link).unwrap();
        assert_eq!(inserter.insert(&command("b"), false).unwrap(), [InsertResult::Inserted]);
        health.record_failure(&StoreUnavailable::transient("another process holds it"));
        assert_eq!(inserter.insert(&command("c"), false).unwrap(), [InsertResult::Inserted]);

        health.record_failure(&StoreUnavailable::persistent("the disk is full"));
        inserter.insert(&command("d"), false).unwrap_err();
    }
}
