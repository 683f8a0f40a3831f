//! The handle on the journal.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use sqlx::AnyPool;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::database::Database;
use super::error::StoreUnavailable;
use super::health::{self, StoreHealth};
use super::ids::Ids;
use super::new_command::{InsertResult, NewCommand};
use super::sqlite::DatabaseFileLock;
use super::writer::WriteQueue;
use crate::clock::{Clock, Timestamp};
use crate::failpoint::{self, InjectedBug, Step};

/// How long a read may take. After that a server that vanished is noticed, and the pool opens another connection.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// A handle on the journal; clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) database: Database,
    pub(super) writer: WriteQueue,
    pub(super) reads: AnyPool,
    pub(super) health: Arc<StoreHealth>,
    /// The lock on the SQLite file, where this process is the service that owns it.
    pub(super) file: Option<Arc<DatabaseFileLock>>,
    pub(super) clock: Clock,
    /// How long a lease holds without a renewal.
    pub(super) lease: Duration,
    /// The owner of this process's leases: this handle and its clones.
    pub(super) owner: Arc<str>,
    pub(super) ids: Arc<Ids>,
    pub(super) command_inserted: Arc<Notify>,
    pub(super) closed: CancellationToken,
}

impl Store {
    /// The id of a command that is accepted now: a UUID v7.
    pub fn new_id(&self, now: Timestamp) -> String {
        self.ids.next(now)
    }

    /// Inserts the only command of a message; returns after the fsync.
    pub async fn insert(&self, command: NewCommand) -> Result<InsertResult, StoreUnavailable> {
        self.insert_message(vec![command]).await
    }

    /// Inserts all commands of a message, or none if the message is known; returns after the fsync.
    pub async fn insert_message(&self, commands: Vec<NewCommand>) -> Result<InsertResult, StoreUnavailable> {
        self.health.check_undamaged()?;
        let inserted = self.command_inserted.clone();
        let insert = self.writer.insert(commands, move || {
            failpoint::reach(Step::Committed);
            inserted.notify_one();
        });
        if failpoint::is_injected(InjectedBug::RespondBeforeCommit) {
            // One poll queues the write; its result is not awaited.
            drop(Box::pin(insert).now_or_never());
            return Ok(InsertResult::Inserted);
        }
        insert.await
    }

    /// The name of the database that holds the journal.
    pub fn database_name(&self) -> &'static str {
        match self.database {
            Database::Sqlite => "SQLite",
            Database::Postgres => "PostgreSQL",
        }
    }

    /// Whether the last transaction or read failed, or the file is damaged.
    pub fn has_outage(&self) -> bool {
        self.health.is_degraded() || self.health.check_undamaged().is_err()
    }

    /// Returns when a command was inserted since the last call, or is.
    pub async fn wait_for_command(&self) {
        self.command_inserted.notified().await;
    }

    /// Whether writes are queued.
    pub fn is_busy(&self) -> bool {
        self.writer.has_pending()
    }

    /// Takes no more writes; the writer ends when the queued ones are committed.
    pub fn close(&self) {
        self.closed.cancel();
    }

    /// How long a lease holds without a renewal.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// Awaits a read, up to a timeout.
    pub(super) async fn read<T>(
        &self,
        read: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreUnavailable> {
        // A file that replaced ours must not be read as ours.
        self.file.as_deref().map_or(Ok(0), DatabaseFileLock::check_in_place)?;
        match tokio::time::timeout(READ_TIMEOUT, read).await {
            Ok(Ok(read)) => Ok(read),
            Ok(Err(error)) => {
                let error = StoreUnavailable::from(error);
                self.health.record_failure(&error);
                Err(error)
            }
            Err(_) => Err(StoreUnavailable::transient("it does not answer")),
        }
    }

    /// Checks that the journal is undamaged and can be read and written. A probe is written, unless one was a few
    /// seconds ago.
    pub async fn ping(&self) -> Result<(), StoreUnavailable> {
        self.health.check_undamaged()?;
        self.read(sqlx::query("SELECT 1").execute(&self.reads)).await?;
        if self.health.is_recently_probed() {
            return self.writer.write(|_| Box::pin(std::future::ready(Ok(())))).await;
        }
        let health = self.health.clone();
        self.writer
            .write_with_callback(
                |connection| Box::pin(health::write_probe(connection)),
                move || health.record_probe(),
            )
            .await
    }
}
