//! Opening the journal: one process a file, WAL with `synchronous=FULL`, migrated.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, AnyPool, Connection as _};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Store, writer};

static MIGRATIONS: Migrator = sqlx::migrate!("src/storage/migrations");

/// Why the journal could not be opened, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process works on the same file.
    #[error(
        "another vincula works on {} already: one process a file. End it, or give this one its own store.url",
        .0.display()
    )]
    InUse(PathBuf),
    /// There is no journal to read.
    #[error("there is no journal at {}: check store.url, or start `vincula serve` first", .0.display())]
    Missing(PathBuf),
    /// The file cannot be made or written.
    #[error("cannot write {0:?}: {1}. Its folder must exist, and both be writable")]
    Folder(PathBuf, #[source] io::Error),
    /// The database refused.
    #[error("cannot open the journal {0:?}: {1}. If the file is damaged, move it away and restore a backup")]
    Database(PathBuf, #[source] sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("cannot bring the journal {0:?} up to date: {1}. Was it written by a newer vincula?")]
    Migration(PathBuf, #[source] MigrateError),
}

/// An open journal, and the writer that must run for writes to happen.
pub struct Opened<W> {
    /// The handle.
    pub store: Store,
    /// Ends when the store is closed or all handles are gone; whoever opens spawns it.
    pub writer: W,
}

impl Store {
    /// Opens (and makes) the journal of a `sqlite:<path>` URL for working on it.
    pub async fn open(url: &str) -> Result<Opened<impl Future<Output = ()> + Send + use<>>, OpenError> {
        let path = path_of(url);
        let lock = lock(&path)?;
        let failed = |error| OpenError::Database(path.clone(), error);
        let pool = pool(&path, 1, "rwc").await.map_err(failed)?;
        MIGRATIONS.run(&pool).await.map_err(|e| OpenError::Migration(path.clone(), e))?;
        // The file is ours alone, so whoever held a lease is dead.
        sqlx::query("UPDATE lane SET lease_until = 0, lease_token = NULL WHERE lease_token IS NOT NULL")
            .execute(&pool)
            .await
            .map_err(failed)?;
        let reads = self::pool(&path, 4, "ro").await.map_err(failed)?;
        let (sender, receiver) = writer::queue();
        let closed = CancellationToken::new();
        let store = Store {
            writer: sender,
            reads: reads.clone(),
            accepted: Arc::new(Notify::new()),
            closed: closed.clone(),
        };
        let writer = async move {
            writer::run(receiver, pool.clone(), closed).await;
            reads.close().await;
            pool.close().await;
            drop(lock);
        };
        Ok(Opened { store, writer })
    }

    /// Opens a journal that is there for amending it, also while a service works on it: a write waits
    /// for the service's, and the service looks for new work by itself.
    pub async fn open_to_amend(
        url: &str,
    ) -> Result<Opened<impl Future<Output = ()> + Send + use<>>, OpenError> {
        let path = path_of(url);
        if !path.exists() {
            return Err(OpenError::Missing(path));
        }
        let failed = |error| OpenError::Database(path.clone(), error);
        let pool = pool(&path, 1, "rw").await.map_err(failed)?;
        let (sender, receiver) = writer::queue();
        let closed = CancellationToken::new();
        let store = Store {
            writer: sender,
            reads: pool.clone(),
            accepted: Arc::new(Notify::new()),
            closed: closed.clone(),
        };
        let writer = async move {
            writer::run(receiver, pool.clone(), closed).await;
            pool.close().await;
        };
        Ok(Opened { store, writer })
    }

    /// Opens the journal for reading, also while a service works on it.
    pub async fn open_to_read(url: &str) -> Result<Store, OpenError> {
        let path = path_of(url);
        if !path.exists() {
            return Err(OpenError::Missing(path));
        }
        let reads = pool(&path, 1, "ro").await.map_err(|e| OpenError::Database(path, e))?;
        let (writer, _) = writer::queue();
        Ok(Store { writer, reads, accepted: Arc::new(Notify::new()), closed: CancellationToken::new() })
    }
}

fn path_of(url: &str) -> PathBuf {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    PathBuf::from(path.strip_prefix("//").unwrap_or(path))
}

/// Makes the file if it is not there, and holds it locked until dropped: the file itself, so that
/// no other path to it finds it free. The system lets go when the process dies, however it does.
/// SQLite's own locks are of another kind, and not touched.
fn lock(path: &Path) -> Result<File, OpenError> {
    let folder = |error| OpenError::Folder(path.to_owned(), error);
    // What people wrote is nobody else's business on this machine.
    let file = File::options().create(true).truncate(false).read(true).write(true).mode(0o600).open(path);
    let file = file.map_err(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(folder(error)),
    }
}

async fn pool(path: &Path, connections: u32, mode: &str) -> Result<AnyPool, sqlx::Error> {
    sqlx::any::install_default_drivers();
    let is_writer = mode != "ro";
    // `%`, `?` and `#` mean something in a URL, and may stand in a path.
    let encoded = path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    let url = format!("sqlite:{encoded}?mode={mode}");
    // A pool waits and tells of the wait; one connection tells at once what is wrong.
    let mut first = AnyConnection::connect(&url).await?;
    prepare(&mut first, is_writer).await?;
    first.close().await?;
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(move |connection, _| Box::pin(prepare(connection, is_writer)))
        .connect(&url)
        .await
}

/// An order that was answered must survive a power cut, so every connection that writes is made
/// `synchronous=FULL`, and asked whether it is.
async fn prepare(connection: &mut AnyConnection, is_writer: bool) -> Result<(), sqlx::Error> {
    // An order that waits behind another one's wait is still answered 503 in time (10 s a request).
    sqlx::query("PRAGMA busy_timeout = 2000").execute(&mut *connection).await?;
    if !is_writer {
        return Ok(());
    }
    sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await?;
    sqlx::query("PRAGMA synchronous = FULL").execute(&mut *connection).await?;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
    if synchronous < 2 || mode != "wal" {
        return Err(sqlx::Error::Configuration(
            format!("the store is not durable here (journal_mode {mode}, synchronous {synchronous})").into(),
        ));
    }
    Ok(())
}
