//! Opening the journal: a SQLite file that this process locks, or a PostgreSQL database that replicas share. It is
//! migrated and checked to be durable.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join};
use sqlx::migrate::MigrateError;
use sqlx::{AnyConnection, AnyPool, Connection as _};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Notify, oneshot};
use tokio_util::sync::CancellationToken;

use super::database::Database;
use super::error::{OpenError, is_corruption};
use super::health::StoreHealth;
use super::insert_sqlite::CommandInserter;
use super::lease_state::LEASE_TTL;
use super::migrations::MIGRATIONS;
use super::sqlite::{AccessMode, DatabaseFileLock};
use super::store::{READ_TIMEOUT, Store};
use super::wal_checkpoint::{self, WalMonitor};
use super::writer::{self, Backend, WriteQueue, WriteQueueReceiver, WriterState};
use super::{postgres, preflight, sqlite};
use crate::clock::Clock;

/// An open journal, and the writer that must run for writes to happen.
pub struct OpenedStore {
    /// The handle.
    pub store: Store,
    /// To be spawned by the caller. Ends when the store is closed or all handles are dropped.
    pub writer: BoxFuture<'static, ()>,
}

impl Store {
    /// Opens the journal of a `sqlite:<path>` or `postgres://…` URL for a service, and creates it if it is missing.
    /// `lease` is how long a lease holds without a renewal.
    pub async fn open(url: &str, clock: Clock, lease: Duration) -> Result<OpenedStore, OpenError> {
        let database = Database::from_url(url);
        let lock = match database {
            Database::Sqlite => Some(DatabaseFileLock::lock(url).await?),
            Database::Postgres => None,
        };
        let health = Arc::new(StoreHealth::default());
        let writes = open_pool(url, 1, AccessMode::Create, &health).await?;
        let migrated = match database {
            Database::Sqlite => MIGRATIONS.run(&writes).await,
            Database::Postgres => postgres::migrate(url, &MIGRATIONS).await,
        };
        migrated.map_err(|error| match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)
                if is_corruption(&error) || postgres::remedy(&error).is_some() =>
            {
                database.to_open_error(url, error)
            }
            error => OpenError::Migration(database.display_url(url), error),
        })?;
        prepare_start(&writes, database, &clock, url).await?;
        let file = match lock {
            Some((lock, file)) => Some(StoreFile::open(url, lock, file).await?),
            None => None,
        };
        let reads = open_pool(url, 4, AccessMode::Read, &health).await?;
        let parts = StoreParts { database, reads, read_timeout: Some(READ_TIMEOUT), clock, lease, health };
        Ok(start_store(url, parts, writes, file))
    }

    /// Opens the journal for reading, also while a service runs on it.
    pub async fn open_to_read(url: &str) -> Result<Store, OpenError> {
        let parts = open_existing(url).await?;
        let (sender, _) = writer::new_queue(parts.health.clone());
        Ok(parts.into_store(sender, None))
    }

    /// Opens an existing journal for writing beside the service that runs on it. Writes wait for each other, and the
    /// service polls for new work. Nothing is migrated, and no lease is touched.
    pub async fn open_alongside(url: &str) -> Result<OpenedStore, OpenError> {
        let parts = open_existing(url).await?;
        let writes = open_pool(url, 1, AccessMode::Write, &parts.health).await?;
        Ok(start_store(url, parts, writes, None))
    }
}

/// Opens an existing journal beside a service.
async fn open_existing(url: &str) -> Result<StoreParts, OpenError> {
    let database = Database::from_url(url);
    if database == Database::Sqlite {
        sqlite::check_file_exists(url)?;
    }
    let health = Arc::new(StoreHealth::default());
    let reads = open_pool(url, 1, AccessMode::Inspect, &health).await?;
    database.check_journal(url, &reads).await?;
    Ok(StoreParts { database, reads, read_timeout: None, clock: Clock::system(), lease: LEASE_TTL, health })
}

/// What a handle is made of, besides its writer.
struct StoreParts {
    database: Database,
    reads: AnyPool,
    read_timeout: Option<Duration>,
    clock: Clock,
    lease: Duration,
    health: Arc<StoreHealth>,
}

impl StoreParts {
    fn into_store(self, writer: WriteQueue, file: Option<Arc<DatabaseFileLock>>) -> Store {
        Store {
            database: self.database,
            writer,
            reads: self.reads,
            read_timeout: self.read_timeout,
            health: self.health,
            file,
            clock: self.clock,
            lease: self.lease,
            owner: uuid::Uuid::now_v7().to_string().into(),
            ids: Arc::default(),
            command_inserted: Arc::new(Notify::new()),
            closed: CancellationToken::new(),
        }
    }
}

/// The SQLite file of a service.
struct StoreFile {
    lock: Arc<DatabaseFileLock>,
    /// Checkpoints. While it is open, SQLite does not delete the log, so that its identity can be checked.
    anchor: AnyConnection,
    /// Holds the lock of the operating system.
    file: std::fs::File,
}

impl StoreFile {
    async fn open(url: &str, lock: DatabaseFileLock, file: std::fs::File) -> Result<Self, OpenError> {
        let anchor = sqlite::connect(url, AccessMode::Write).await;
        let anchor = anchor.map_err(|error| Database::Sqlite.to_open_error(url, error))?;
        lock.record_wal_id()?;
        Ok(Self { lock: Arc::new(lock), anchor, file })
    }
}

#[cfg(test)]
impl Store {
    /// A journal for one test, its running writer, and the folder that it is in.
    pub(crate) async fn open_temporary(
        clock: &Clock,
    ) -> (Self, tokio::task::JoinHandle<()>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
        let OpenedStore { store, writer } = Self::open(&url, clock.clone(), LEASE_TTL).await.unwrap();
        (store, tokio::spawn(writer), folder)
    }
}

/// Checks the SQLite file and ends the leases of earlier processes; on PostgreSQL, sets the clock.
async fn prepare_start(
    writes: &AnyPool,
    database: Database,
    clock: &Clock,
    url: &str,
) -> Result<(), OpenError> {
    let to_error = |error| database.to_open_error(url, error);
    let mut connection = writes.acquire().await.map_err(to_error)?;
    match database {
        Database::Sqlite => {
            if let Some(damage) = preflight::find_damage(&mut connection).await.map_err(to_error)? {
                return Err(OpenError::Damaged(database.display_url(url), damage));
            }
            let dry_run = preflight::dry_run(&sqlite::database_path(url), clock.now());
            dry_run.map_err(|error| match error.is_damage {
                true => OpenError::Damaged(database.display_url(url), error.reason),
                false => OpenError::File(database.display_url(url), error),
            })?;
            // This process has locked the file, so the owners of these leases have ended.
            sqlx::query(
                "UPDATE chat_queue SET lease_until = 0, lease_token = NULL, lease_owner = NULL
                 WHERE lease_token IS NOT NULL",
            )
            .execute(&mut *connection)
            .await
            .map_err(to_error)?;
            Ok(())
        }
        Database::Postgres => postgres::sync_clock(clock, &mut connection).await.map_err(to_error),
    }
}

/// Connects the handle to its writer.
fn start_store(url: &str, parts: StoreParts, writes: AnyPool, file: Option<StoreFile>) -> OpenedStore {
    let (sender, receiver) = writer::new_queue(parts.health.clone());
    let store = parts.into_store(sender, file.as_ref().map(|file| file.lock.clone()));
    let writer_ended = CancellationToken::new();
    let listening = match store.database {
        Database::Sqlite => std::future::ready(()).boxed(),
        Database::Postgres => {
            let listening = postgres::listen(url.to_owned(), store.command_inserted.clone());
            writer_ended.clone().run_until_cancelled_owned(listening).map(drop).boxed()
        }
    };
    let writing = run_store_writer(url, &store, receiver, writes, file);
    let writing = async move {
        writing.await;
        writer_ended.cancel();
    };
    OpenedStore { store, writer: join(writing, listening).map(drop).boxed() }
}

/// Runs the writer, and the checkpointer of a service on SQLite, until the store is closed; then closes all
/// connections.
fn run_store_writer(
    url: &str,
    store: &Store,
    receiver: WriteQueueReceiver,
    writes: AnyPool,
    file: Option<StoreFile>,
) -> impl Future<Output = ()> + Send + use<> {
    let (database, path) = (store.database, sqlite::database_path(url));
    // Not the handle itself: the writer ends when all handles are dropped.
    let (reads, health, clock) = (store.reads.clone(), store.health.clone(), store.clock.clone());
    let (lock, closed) = (store.file.clone(), store.closed.clone());
    async move {
        let (file, wal) = (file.map(Mutex::new).map(Arc::new), Arc::new(WalMonitor::default()));
        let backend = match database {
            Database::Sqlite => {
                Backend::Sqlite(CommandInserter::new(path, health.clone(), lock, wal.clone()))
            }
            Database::Postgres => Backend::Postgres(clock),
        };
        let state = WriterState { pool: writes.clone(), health, backend };
        let writer = writer::run_writer(receiver, state, closed.clone());
        let writing = match database {
            Database::Sqlite => run_blocking(writer, closed, file.clone()).boxed(),
            Database::Postgres => writer.boxed(),
        };
        match &file {
            Some(file) => {
                let mut file = file.lock().await;
                tokio::select! {
                    () = writing => {}
                    () = wal_checkpoint::run_checkpointer(&mut file.anchor, wal) => {}
                }
            }
            None => writing.await,
        }
        reads.close().await;
        writes.close().await;
        // The last connection to close moves the log into the file. The lock is released after that.
        if let Some(StoreFile { anchor, file, .. }) = file.and_then(Arc::into_inner).map(Mutex::into_inner) {
            let _ = anchor.close().await;
            drop(file);
        }
    }
}

/// Runs blocking work on a thread of its own, until it ends. If this future is dropped, `closed` tells the work to end;
/// it cannot be stopped at once, so `kept` is dropped only after it.
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
        // Dropped after the work, also if it panics: the runtime may have ended by then.
        drop(kept);
        let _ = ended.send(());
    });
    match started {
        Ok(_) => drop(end.await),
        Err(error) => tracing::error!(%error, "cannot start the thread of the journal"),
    }
}

async fn open_pool(
    url: &str,
    connections: u32,
    access: AccessMode,
    health: &Arc<StoreHealth>,
) -> Result<AnyPool, OpenError> {
    sqlx::any::install_default_drivers();
    let database = Database::from_url(url);
    let pool = match database {
        Database::Sqlite => sqlite::pool(url, connections, access, health.clone()).await,
        Database::Postgres => postgres::pool(url, connections, access, health.clone()).await,
    };
    pool.map_err(|error| database.to_open_error(url, error))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::clock::Timestamp;
    use crate::storage::{InsertResult, LEASE_TTL, NewCommand};

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[tokio::test]
    async fn the_file_stays_locked_until_the_writer_ends_even_if_it_was_aborted() {
        let clock = Clock::manual(NOW);
        let (store, writer, folder) = Store::open_temporary(&clock).await;
        let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
        let ((resume, resumed), (writes, writing)) = (mpsc::channel::<()>(), oneshot::channel());
        let busy = store.writer.clone();
        let blocks = move || {
            let _ = writes.send(());
            let _ = resumed.recv();
        };
        tokio::spawn(async move {
            busy.write_with_callback(|_| std::future::ready(Ok(())).boxed(), blocks).await
        });
        writing.await.unwrap();
        let waiting = store.clone();
        let command = tokio::spawn(async move { waiting.insert(NewCommand::for_test("a", NOW)).await });
        while !store.is_busy() {
            tokio::task::yield_now().await;
        }

        writer.abort();
        writer.await.unwrap_err();

        let refused = sqlite::DatabaseFileLock::lock(&url).await.map(drop);
        assert!(matches!(refused, Err(OpenError::InUse(_))), "{refused:?}");
        drop(resume);
        assert_eq!(command.await.unwrap().unwrap(), InsertResult::Inserted);
        let next = Store::open(&url, clock, LEASE_TTL).await.unwrap();
        let kept = next.store.list(None, 9).await.unwrap();
        assert_eq!(kept.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a"]);
    }

    #[tokio::test]
    async fn a_journal_with_a_migration_of_a_newer_version_is_refused() {
        let (store, writer, folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        store.close();
        writer.await.unwrap();
        let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
        let mut journal = sqlite::connect(&url, AccessMode::Write).await.unwrap();
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             SELECT 2, 'newer', success, checksum, execution_time FROM _sqlx_migrations",
        )
        .execute(&mut journal)
        .await
        .unwrap();
        journal.close().await.unwrap();

        let refused = Store::open(&url, Clock::manual(NOW), LEASE_TTL).await.map(drop);

        assert!(matches!(refused, Err(OpenError::Migration(_, _))), "{refused:?}");
    }
}
