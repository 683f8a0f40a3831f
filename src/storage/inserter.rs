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

use super::accept::{Accepted, NewCommand};
use super::checkpoint::Log;
use super::sqlite::{self, Held, PATIENCE};
use super::trouble::{Health, PROVE, room};
use super::{IDLE, Unavailable};
use crate::failpoint::{self, Sabotage, Step};

/// The place of an order is behind those that are open in its lane. A message of
/// this sender that is known changes nothing.
const ORDER: &str =
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
pub(super) const WAKE: &str = "INSERT INTO lane (instance, lane, ready_at) VALUES ($1, $2, $3)
     ON CONFLICT (instance, lane) DO UPDATE SET ready_at = excluded.ready_at WHERE lane.ready_at = $4";

/// The connection that orders are written on; opened when it is needed, and anew after trouble.
pub(super) struct Inserter {
    path: PathBuf,
    health: Arc<Health>,
    /// The file that is ours alone; none beside a service.
    file: Option<Arc<Held>>,
    log: Arc<Log>,
    /// The log's length at the last look.
    length: u64,
    open: Option<Open>,
}

struct Open {
    connection: Connection,
    since: Instant,
}

impl Inserter {
    pub(super) fn new(path: PathBuf, health: Arc<Health>, file: Option<Arc<Held>>, log: Arc<Log>) -> Self {
        Self { path, health, file, log, length: 0, open: None }
    }

    /// Writes orders down; returns after the fsync, and tells of each, in their order, what became of it.
    /// `proves`: writes something for certain.
    pub(super) fn insert(
        &mut self,
        orders: &[NewCommand],
        proves: bool,
    ) -> Result<Vec<Accepted>, Unavailable> {
        // An order that is refused must not stand in a file that was moved away: it would be known when that comes back.
        self.expect_in_place()?;
        self.make_room(orders.len())?;
        let accepted = self.with(|connection| {
            connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            if proves {
                connection.execute(PROVE, [room()])?;
            }
            let accepted = write(connection, orders)?;
            for _ in orders {
                failpoint::reach(Step::Writing);
            }
            if failpoint::is_sabotaged(Sabotage::AnswerBeforeCommit) {
                std::thread::sleep(Duration::from_millis(200));
            }
            connection.prepare_cached("COMMIT")?.execute([])?;
            Ok(accepted)
        })?;
        // Once more: what was moved away meanwhile took the commit with it.
        self.expect_in_place()?;
        Ok(accepted)
    }

    /// So many writes are about to be made, here or on another connection: the log begins anew where it is long.
    pub(super) fn make_room(&mut self, writes: usize) -> Result<(), Unavailable> {
        if self.log.is_full(self.length, writes) {
            let (log, length) = (self.log.clone(), self.length);
            self.with(|connection| log.empty(connection, length))?;
        }
        Ok(())
    }

    /// An error where the path does not lead to the file that is open.
    pub(super) fn expect_in_place(&mut self) -> Result<(), Unavailable> {
        if let Some(file) = &self.file {
            self.length = file.expect_in_place()?;
        }
        Ok(())
    }

    /// Does something on the connection, which is opened anew where the store has had trouble since it was.
    fn with<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Unavailable> {
        let open = match self.open.take().filter(|open| self.health.trusts(open.since.elapsed())) {
            Some(open) => open,
            None => Open { connection: connect(&self.path)?, since: Instant::now() },
        };
        // After an error, whatever is open is rolled back with the connection: of itself SQLite does so for some
        // errors alone.
        let done = work(&open.connection)?;
        self.open = Some(open);
        Ok(done)
    }
}

/// Writes one order down, ends it in a way that all indexes know of, and takes all of it back.
pub(super) fn rehearse(path: &Path, order: &NewCommand) -> Result<(), Unavailable> {
    let mut connection = connect(path)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    write(&transaction, std::slice::from_ref(order))?;
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

fn write(connection: &Connection, orders: &[NewCommand]) -> rusqlite::Result<Vec<Accepted>> {
    let mut order = connection.prepare_cached(ORDER)?;
    let mut lane = connection.prepare_cached(WAKE)?;
    orders.iter().map(|new| write_one(&mut order, &mut lane, new)).collect()
}

fn write_one(
    order: &mut CachedStatement<'_>,
    lane: &mut CachedStatement<'_>,
    new: &NewCommand,
) -> rusqlite::Result<Accepted> {
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
        return Ok(Accepted::Duplicate);
    }
    lane.execute(params![new.instance, new.lane, new.accepted_at.0, IDLE])?;
    Ok(Accepted::New)
}

/// A connection to a journal that exists. An order that was answered must survive a power cut, so it is made
/// `synchronous=FULL`, and asked whether it is; the log is moved into the file beside its commits.
fn connect(path: &Path) -> Result<Connection, Unavailable> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;")?;
    let synchronous = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    // A property of the file.
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    sqlite::expect_durable(&mode, synchronous)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, Timestamp};
    use crate::storage::Store;

    #[tokio::test]
    async fn orders_are_synced_at_each_commit_and_never_into_a_file_without_a_log() {
        let (_store, _writer, folder) = Store::throw_away(&Clock::system()).await;
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
        let (_store, _writer, folder) = Store::throw_away(&Clock::system()).await;
        let (file, link) = (folder.path().join("vincula.db"), folder.path().join("link.db"));
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let health = Arc::new(Health::default());
        let mut inserter = Inserter::new(link.clone(), health.clone(), None, Arc::default());
        let order = |id| [NewCommand::made_up(id, Timestamp(1_764_000_000_000))];
        assert_eq!(inserter.insert(&order("a"), false).unwrap(), [Accepted::New]);

        std::fs::remove_file(&link).unwrap();
        assert_eq!(inserter.insert(&order("b"), false).unwrap(), [Accepted::New]);
        health.failed(&Unavailable::passing("another process holds it"));
        assert_eq!(inserter.insert(&order("c"), false).unwrap(), [Accepted::New]);

        health.failed(&Unavailable::lasting("the disk is full"));
        inserter.insert(&order("d"), false).unwrap_err();
    }
}
