//! The journal's tables: the only place with SQL. It is the same for SQLite and PostgreSQL, but for the
//! statement that writes orders down, on which every order waits.
//!
//! All writes of a process go through one writer that takes what waits into one transaction (on
//! SQLite one of orders, and one of the rest) and answers each caller after its commit, so that many
//! orders share one fsync; writers of several processes take turns. Every write of a worker carries the token of its lease; without a hit it
//! has lost the lease, and stops.

mod insert;
mod cancel_and_requeue;
mod wal_checkpoint;
mod claim;
mod connection_status;
mod lease_state;
mod history;
mod ids;
mod inserter;
mod preflight;
mod claim_writes;
mod chat_state;
mod migrations;
mod open;
mod record;
mod rate_limits;
#[cfg(test)]
mod query_plans;
mod postgres;
mod read;
mod retention;
mod message_versions;
mod sqlite;
mod health;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use sqlx::{AnyConnection, AnyPool};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use self::health::StoreHealth;
use crate::clock::Clock;

pub use cancel_and_requeue::{CancelledCommand, OpenCommand, RequeueResult};
pub use chat_state::{StateChange, StateEntry, StateKind as MemoryKind};
pub use claim_writes::{Claim, LEASE_TTL, LeaseError};
pub use connection_status::ConnectionReport;
pub use history::{HistoryEntry, HistoryPage};
pub use insert::{InsertResult, NewCommand, SenderIdentity};
pub use message_versions::{
    MAX_EDITS as MOST_REVISIONS, MessageVersion, base_id, version_number, versioned_id,
};
pub use open::{OpenError, OpenedStore};
pub use rate_limits::SqlRateLimitStore;
pub use read::{AuditEvent, CommandRow, ListFilter, QueueStats};
pub use record::{CommandRecord, Outcome};
pub use retention::{RetentionPolicy, RetentionStats};

/// The journal cannot be written or read now.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the journal cannot be used now: {why}")]
pub struct StoreUnavailable {
    why: String,
    /// The file is damaged, which does not pass by itself.
    is_damage: bool,
    /// The connections are as good as before.
    is_transient: bool,
}

impl StoreUnavailable {
    /// It may be over by itself; a damaged file does not heal.
    pub fn is_retryable(&self) -> bool {
        !self.is_damage
    }

    /// Trouble that is none of the connections'.
    fn transient(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_damage: false, is_transient: true }
    }
}

/// A lane in which nothing is open.
const IDLE_READY_AT: i64 = i64::MAX;

/// How long a read may take: a server that has vanished is noticed, and a pool finds another
/// connection.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// What keeps the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    /// Tells whoever works on the journal, once this transaction is committed, to look for orders.
    /// On SQLite that is this process, which is told by other means.
    async fn notify_workers(self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite => Ok(()),
            Self::Postgres => postgres::notify(connection).await,
        }
    }
}

/// A handle on the journal; clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
    writer: writer::WriteQueue,
    reads: AnyPool,
    health: Arc<StoreHealth>,
    /// The file that is ours alone, if that is what keeps the journal.
    file: Option<Arc<sqlite::DatabaseFileLock>>,
    clock: Clock,
    lease: Duration,
    /// Whose leases are ours: this handle and its clones, of this process.
    owner: Arc<str>,
    ids: Arc<ids::Ids>,
    command_inserted: Arc<Notify>,
    closed: CancellationToken,
}

impl Store {
    /// Returns when an order was accepted since the last call, or is.
    pub async fn wait_for_command(&self) {
        self.command_inserted.notified().await;
    }

    /// Takes no more writes; the writer ends when those that wait are committed.
    pub fn close(&self) {
        self.closed.cancel();
    }

    /// How long a lease holds without a heartbeat.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// What a read brings, or an error where it takes too long.
    async fn read<T>(
        &self,
        read: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreUnavailable> {
        // A file that was put in the place of ours is not read as if it were ours.
        self.file.as_deref().map_or(Ok(0), sqlite::DatabaseFileLock::check_in_place)?;
        match tokio::time::timeout(READ_TIMEOUT, read).await {
            Ok(Ok(read)) => Ok(read),
            Ok(Err(error)) => {
                let trouble = StoreUnavailable::from(error);
                self.health.record_failure(&trouble);
                Err(trouble)
            }
            Err(_) => Err(StoreUnavailable::transient("it does not answer")),
        }
    }

    /// The journal is sound, and can be read and written: something is written for it, unless that
    /// was shown a few seconds ago.
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
