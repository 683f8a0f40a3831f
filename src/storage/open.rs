//! Opening the journal: on a SQLite file that is ours alone, or on a PostgreSQL database that
//! replicas share; migrated, and durable.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join};
use sqlx::migrate::MigrateError;
use sqlx::{AnyConnection, AnyPool, Connection as _};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Notify, oneshot};
use tokio_util::sync::CancellationToken;

use super::health::{StoreHealth, is_corruption};
use super::inserter::CommandInserter;
use super::migrations::MIGRATIONS;
use super::wal_checkpoint::{self, WalMonitor};
use super::writer::Backend;
use super::{Database, Store, postgres, preflight, sqlite, writer};
use crate::clock::Clock;

/// Why the journal could not be opened, and what to do. Places are paths, or servers and databases
/// without a user or a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process works on the same file.
    #[error(
        "another vincula works on {0} already: one process a file. End it, or give this one its own store.url"
    )]
    InUse(String),
    /// There is no journal to read.
    #[error("there is no journal at {0}: check store.url, or start `vincula serve` first")]
    Missing(String),
    /// The file cannot be made or written.
    #[error("cannot write {0}: {1}. Its folder must exist, and both be writable")]
    Folder(String, #[source] std::io::Error),
    /// SQLite refused.
    #[error("cannot open the journal {0}: {1}")]
    File(String, #[source] super::StoreUnavailable),
    /// The file is damaged, or is none of SQLite's.
    #[error(
        "the journal {0} is damaged: {1}. Move it away together with {0}-wal and {0}-shm, and restore a \
         backup; or start without one: then the orders that were open are lost, and messages that come \
         again are new"
    )]
    Damaged(String, String),
    /// PostgreSQL refused, or is not there.
    #[error("cannot open the journal {0}: {1}. Check that the server runs, and that store.url is right")]
    Server(String, #[source] sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("cannot bring the journal {0} up to date: {1}. Was it written by a newer vincula?")]
    Migration(String, #[source] MigrateError),
}

/// An open journal, and the writer that must run for writes to happen.
pub struct OpenedStore {
    /// The handle.
    pub store: Store,
    /// Ends when the store is closed or all handles are gone; whoever opens spawns it.
    pub writer: BoxFuture<'static, ()>,
}

impl Store {
    /// Opens (and makes) the journal of a `sqlite:<path>` or `postgres://…` URL for working on it.
    /// A lease lasts `lease` without a heartbeat.
    pub async fn open(url: &str, clock: Clock, lease: Duration) -> Result<OpenedStore, OpenError> {
        let database = Database::from_url(url);
        let lock = match database {
            Database::Sqlite => Some(sqlite::DatabaseFileLock::lock(url).await?),
            Database::Postgres => None,
        };
        let health = Arc::new(StoreHealth::default());
        let writes = pool(url, 1, AccessMode::Create, &health).await?;
        let migrated = match database {
            Database::Sqlite => MIGRATIONS.run(&writes).await,
            Database::Postgres => postgres::migrate(url, &MIGRATIONS).await,
        };
        migrated.map_err(|error| match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)
                if is_corruption(&error) =>
            {
                database.to_open_error(url, error)
            }
            error => OpenError::Migration(database.display_url(url), error),
        })?;
        prepare_start(&writes, database, &clock, url).await?;
        let file = match lock {
            Some((held, lock)) => Some(StoreFile::open(url, held, lock).await?),
            None => None,
        };
        let reads = pool(url, 4, AccessMode::Read, &health).await?;
        Ok(start_store(url, database, Pools { writes, reads }, clock, lease, health, file))
    }

    /// Opens the journal for reading, also while a service works on it.
    pub async fn open_to_read(url: &str) -> Result<Store, OpenError> {
        let database = Database::from_url(url);
        if database == Database::Sqlite {
            sqlite::check_file_exists(url)?;
        }
        let health = Arc::new(StoreHealth::default());
        let reads = pool(url, 1, AccessMode::Read, &health).await?;
        database.check_journal(url, &reads).await?;
        let (sender, _) = writer::new_queue(health.clone());
        Ok(Store::assemble(database, sender, reads, Clock::system(), super::LEASE_TTL, health, None))
    }

    /// Opens a journal that exists for writing beside the service that works on it: writes wait for
    /// each other, and the service looks for new work by itself. Nothing is migrated, no lease touched.
    pub async fn open_alongside(url: &str) -> Result<OpenedStore, OpenError> {
        let database = Database::from_url(url);
        if database == Database::Sqlite {
            sqlite::check_file_exists(url)?;
        }
        let health = Arc::new(StoreHealth::default());
        let writes = pool(url, 1, AccessMode::Write, &health).await?;
        let reads = pool(url, 1, AccessMode::Read, &health).await?;
        database.check_journal(url, &reads).await?;
        Ok(start_store(
            url,
            database,
            Pools { writes, reads },
            Clock::system(),
            super::LEASE_TTL,
            health,
            None,
        ))
    }

    fn assemble(
        database: Database,
        writer: writer::WriteQueue,
        reads: AnyPool,
        clock: Clock,
        lease: Duration,
        health: Arc<StoreHealth>,
        file: Option<Arc<sqlite::DatabaseFileLock>>,
    ) -> Self {
        Self {
            database,
            writer,
            reads,
            health,
            file,
            clock,
            lease,
            owner: uuid::Uuid::now_v7().to_string().into(),
            ids: Arc::default(),
            command_inserted: Arc::new(Notify::new()),
            closed: CancellationToken::new(),
        }
    }
}

/// A file that is open and ours.
struct StoreFile {
    file_lock: Arc<sqlite::DatabaseFileLock>,
    /// Checkpoints; and while it is open, the log stays the one that is known.
    anchor: AnyConnection,
    lock: std::fs::File,
}

impl StoreFile {
    async fn open(url: &str, held: sqlite::DatabaseFileLock, lock: std::fs::File) -> Result<Self, OpenError> {
        let anchor = sqlite::connect(url, AccessMode::Write).await;
        let anchor = anchor.map_err(|error| Database::Sqlite.to_open_error(url, error))?;
        held.record_wal_id()?;
        Ok(Self { file_lock: Arc::new(held), anchor, lock })
    }
}

/// The connections of a journal that is written.
struct Pools {
    writes: AnyPool,
    reads: AnyPool,
}

#[cfg(test)]
impl Store {
    /// A journal of a test's own, its writer at work, and the folder that it stands in.
    pub(crate) async fn open_temporary(
        clock: &Clock,
    ) -> (Self, tokio::task::JoinHandle<()>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
        let OpenedStore { store, writer } = Self::open(&url, clock.clone(), super::LEASE_TTL).await.unwrap();
        (store, tokio::spawn(writer), folder)
    }
}

/// What has to be so before the first order is looked at.
async fn prepare_start(
    writes: &AnyPool,
    database: Database,
    clock: &Clock,
    url: &str,
) -> Result<(), OpenError> {
    let refused = |error| database.to_open_error(url, error);
    let mut connection = writes.acquire().await.map_err(refused)?;
    match database {
        Database::Sqlite => {
            let found = preflight::find_damage(&mut connection).await.map_err(refused)?;
            if let Some(flaw) = found {
                return Err(OpenError::Damaged(database.display_url(url), flaw));
            }
            preflight::dry_run(&sqlite::database_path(url), clock.now()).map_err(|trouble| match trouble
                .is_damage
            {
                true => OpenError::Damaged(database.display_url(url), trouble.why),
                false => OpenError::File(database.display_url(url), trouble),
            })?;
            // The file is ours alone, so whoever held a lease is dead.
            sqlx::query(
                "UPDATE lane SET lease_until = 0, lease_token = NULL, lease_owner = NULL
                 WHERE lease_token IS NOT NULL",
            )
            .execute(&mut *connection)
            .await
            .map_err(refused)?;
            Ok(())
        }
        Database::Postgres => postgres::sync_clock(clock, &mut connection).await.map_err(refused),
    }
}

fn start_store(
    url: &str,
    database: Database,
    Pools { writes, reads }: Pools,
    clock: Clock,
    lease: Duration,
    health: Arc<StoreHealth>,
    file: Option<StoreFile>,
) -> OpenedStore {
    let (sender, receiver) = writer::new_queue(health.clone());
    let held = file.as_ref().map(|file| file.file_lock.clone());
    let store =
        Store::assemble(database, sender, reads.clone(), clock.clone(), lease, health.clone(), held.clone());
    let (closed, ended) = (store.closed.clone(), CancellationToken::new());
    let listening = match database {
        Database::Sqlite => std::future::ready(()).boxed(),
        Database::Postgres => {
            let listening = postgres::listen(url.to_owned(), store.command_inserted.clone());
            ended.clone().run_until_cancelled_owned(listening).map(drop).boxed()
        }
    };
    let path = sqlite::database_path(url);
    let writing = async move {
        let (file, log) = (file.map(Mutex::new).map(Arc::new), Arc::new(WalMonitor::default()));
        let written = match database {
            Database::Sqlite => {
                Backend::Sqlite(CommandInserter::new(path, health.clone(), held, log.clone()))
            }
            Database::Postgres => Backend::Postgres(clock),
        };
        let line = writer::WriterState { pool: writes.clone(), health, backend: written };
        let writing = match database {
            Database::Sqlite => {
                run_blocking(writer::run_writer(receiver, line, closed.clone()), closed, file.clone()).boxed()
            }
            Database::Postgres => writer::run_writer(receiver, line, closed).boxed(),
        };
        match &file {
            Some(file) => {
                let mut file = file.lock().await;
                tokio::select! {
                    () = writing => {}
                    () = wal_checkpoint::run_checkpointer(&mut file.anchor, log) => {}
                }
            }
            None => writing.await,
        }
        ended.cancel();
        reads.close().await;
        writes.close().await;
        // The last connection to close moves the log into the file; the lock goes after it.
        if let Some(StoreFile { anchor, lock, .. }) = file.and_then(Arc::into_inner).map(Mutex::into_inner) {
            let _ = anchor.close().await;
            drop(lock);
        }
    };
    OpenedStore { store, writer: join(writing, listening).map(drop).boxed() }
}

/// Runs something that blocks on a thread of its own, until it ends. Where nobody waits for it any more, it is
/// told to end by `closed`. It cannot be made to at once, so what it needs is `kept` until it has.
async fn run_blocking(
    work: impl Future<Output = ()> + Send + 'static,
    closed: CancellationToken,
    kept: impl Send + 'static,
) {
    let (runtime, (ended, end)) = (Handle::current(), oneshot::channel());
    let _guard = closed.drop_guard();
    let thread = std::thread::Builder::new().name("journal".to_owned());
    let started = thread.spawn(move || {
        runtime.block_on(work);
        // Behind the work, also where it panics: the runtime may be gone by then.
        drop(kept);
        let _ = ended.send(());
    });
    match started {
        Ok(_) => drop(end.await),
        Err(error) => tracing::error!(%error, "the journal cannot be written: there is no thread for it"),
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccessMode {
    /// Reading alone.
    Read,
    /// Writing to a journal that exists.
    Write,
    /// Writing, and making it where there is none.
    Create,
}

async fn pool(
    url: &str,
    connections: u32,
    access: AccessMode,
    health: &Arc<StoreHealth>,
) -> Result<AnyPool, OpenError> {
    sqlx::any::install_default_drivers();
    let database = Database::from_url(url);
    let pool = match database {
        Database::Sqlite => sqlite::pool(url, connections, access, health.clone()).await,
        Database::Postgres => postgres::pool(url, connections, health.clone()).await,
    };
    pool.map_err(|error| database.to_open_error(url, error))
}

impl Database {
    /// The database that a `store.url` means.
    fn from_url(url: &str) -> Self {
        if url.starts_with("postgres") { Self::Postgres } else { Self::Sqlite }
    }

    /// The place that a `store.url` names, fit to be shown.
    fn display_url(self, url: &str) -> String {
        match self {
            Self::Sqlite => sqlite::database_path(url).display().to_string(),
            Self::Postgres => postgres::display_url(url),
        }
    }

    /// An error where a database holds no journal yet, or a file none that can be read.
    async fn check_journal(self, url: &str, reads: &AnyPool) -> Result<(), OpenError> {
        let refused = |error| self.to_open_error(url, error);
        match self {
            Self::Sqlite => sqlite::check_readable(reads).await.map_err(refused),
            Self::Postgres if postgres::has_journal(reads).await.map_err(refused)? => Ok(()),
            Self::Postgres => Err(OpenError::Missing(self.display_url(url))),
        }
    }

    fn to_open_error(self, url: &str, error: sqlx::Error) -> OpenError {
        match self {
            Self::Sqlite if is_corruption(&error) => {
                OpenError::Damaged(self.display_url(url), driver_message(&error))
            }
            Self::Sqlite => OpenError::File(self.display_url(url), error.into()),
            Self::Postgres => OpenError::Server(self.display_url(url), error),
        }
    }
}

/// What the database said, without what the driver adds.
fn driver_message(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::clock::Timestamp;
    use crate::storage::{InsertResult, LEASE_TTL, NewCommand};

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[tokio::test]
    async fn the_file_is_ours_until_nothing_writes_to_it_also_where_the_writer_was_aborted() {
        let clock = Clock::manual(NOW);
        let (store, writer, folder) = Store::open_temporary(&clock).await;
        let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
        let ((go_on, gate), (writes, writing)) = (mpsc::channel::<()>(), oneshot::channel());
        let busy = store.writer.clone();
        let blocks = move || {
            let _ = writes.send(());
            let _ = gate.recv();
        };
        tokio::spawn(async move {
            busy.write_with_callback(|_| std::future::ready(Ok(())).boxed(), blocks).await
        });
        writing.await.unwrap();
        let waiting = store.clone();
        let order = tokio::spawn(async move { waiting.insert(NewCommand::for_test("a", NOW)).await });
        while !store.is_busy() {
            tokio::task::yield_now().await;
        }

        writer.abort();
        writer.await.unwrap_err();

        let refused = sqlite::DatabaseFileLock::lock(&url).await.map(drop);
        assert!(matches!(refused, Err(OpenError::InUse(_))), "{refused:?}");
        drop(go_on);
        assert_eq!(order.await.unwrap().unwrap(), InsertResult::Inserted);
        let next = Store::open(&url, clock, LEASE_TTL).await.unwrap();
        let kept = next.store.list(None, 9).await.unwrap();
        assert_eq!(kept.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a"]);
    }
}
