//! The journal on SQLite: one process per file, WAL with `synchronous=FULL`.
//!
//! SQLite keeps working on the file that it has opened, even when that was moved or deleted. A command that is written
//! to such a file is lost at the next start, so before and after each insert the path is checked to lead to the open
//! file ([`DatabaseFileLock::check_in_place`]).

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _};
use tokio::time::Instant;

use super::error::{OpenError, StoreUnavailable};
use super::health::StoreHealth;

/// How long to wait for the lock of another process.
const LOCK_RELEASE_WAIT: Duration = Duration::from_millis(500);
/// How long a connection waits for the lock of another one. A command that waits behind another one that waits still
/// gets its 503 within the 10 s of a request.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// What a connection may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccessMode {
    /// Read, within the time that the service allows.
    Read,
    /// Read for an operator, however long it takes.
    Inspect,
    /// Write to an existing journal.
    Write,
    /// Write, and create the journal if it is missing.
    Create,
}

/// The path in a `sqlite:` URL.
pub(super) fn database_path(url: &str) -> PathBuf {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    PathBuf::from(path.strip_prefix("//").unwrap_or(path))
}

/// An error if there is no file.
pub(super) fn check_file_exists(url: &str) -> Result<(), OpenError> {
    let path = database_path(url);
    if path.exists() { Ok(()) } else { Err(OpenError::Missing(path.display().to_string())) }
}

/// Identity of the locked file and of its write-ahead log.
#[derive(Debug)]
pub(super) struct DatabaseFileLock {
    path: PathBuf,
    file_id: FileId,
    wal_id: OnceLock<FileId>,
}

/// Device and inode of a file.
type FileId = (u64, u64);

impl DatabaseFileLock {
    /// Creates the file if it is missing and locks it until the returned [`File`] is dropped. The file itself is
    /// locked, so that the lock holds for every path to it. The system releases the lock when the process dies.
    /// SQLite's own locks are of another kind and not affected.
    pub(super) async fn lock(url: &str) -> Result<(Self, File), OpenError> {
        let path = database_path(url);
        let to_error = |error| OpenError::Folder(path.display().to_string(), error);
        // Other users of the machine must not read what people wrote.
        let file =
            File::options().create(true).truncate(false).read(true).write(true).mode(0o600).open(&path);
        let file = file.map_err(to_error)?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                // The lock of a process that has just ended may be held by its child until that calls exec.
                Err(TryLockError::WouldBlock) if started.elapsed() < LOCK_RELEASE_WAIT => {
                    tokio::time::sleep(LOCK_RELEASE_WAIT / 10).await;
                }
                Err(TryLockError::WouldBlock) => return Err(OpenError::InUse(path.display().to_string())),
                Err(TryLockError::Error(error)) => return Err(to_error(error)),
            }
        }
        let file_id = read_file_id(&path).map_err(to_error)?;
        Ok((Self { path, file_id, wal_id: OnceLock::new() }, file))
    }

    /// Stores the identity of the log. A connection must be open from then on: the last one to close deletes the log.
    pub(super) fn record_wal_id(&self) -> Result<(), OpenError> {
        let wal_id = read_file_id(&wal_path(&self.path))
            .map_err(|error| OpenError::Folder(wal_path(&self.path).display().to_string(), error))?;
        let _ = self.wal_id.set(wal_id);
        Ok(())
    }

    /// The length of the log in bytes; an error if the path does not lead to the open file any more.
    pub(super) fn check_in_place(&self) -> Result<u64, StoreUnavailable> {
        check_file_id(&self.path, self.file_id).map_err(|what| {
            StoreUnavailable::transient(format!(
                "{}: {what} while the service ran. Put it back where it was, or start the service again \
                 to go on with what is there",
                self.path.display()
            ))
        })?;
        let (Some(wal_id), wal) = (self.wal_id.get(), wal_path(&self.path)) else { return Ok(0) };
        check_file_id(&wal, *wal_id).map_err(|what| {
            StoreUnavailable::transient(format!(
                "{}: {what} while the service ran. End the service with SIGTERM, which saves what stood in \
                 it, and start it again",
                wal.display()
            ))
        })
    }
}

/// The length of the file at a path, if it is the expected one.
fn check_file_id(path: &Path, expected: FileId) -> Result<u64, String> {
    match std::fs::metadata(path) {
        Ok(about) if (about.dev(), about.ino()) == expected => Ok(about.len()),
        Ok(_) => Err("the file was replaced".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err("the file was deleted or moved away".to_owned())
        }
        Err(error) => Err(format!("the file cannot be looked at ({error})")),
    }
}

fn read_file_id(path: &Path) -> io::Result<FileId> {
    let about = std::fs::metadata(path)?;
    Ok((about.dev(), about.ino()))
}

fn wal_path(path: &Path) -> PathBuf {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    PathBuf::from(wal)
}

/// Opens one connection.
pub(super) async fn connect(url: &str, access: AccessMode) -> Result<AnyConnection, sqlx::Error> {
    let mut connection = AnyConnection::connect(&url_with_access(url, access)).await?;
    prepare(&mut connection, access).await?;
    Ok(connection)
}

pub(super) async fn pool(
    url: &str,
    connections: u32,
    access: AccessMode,
    health: Arc<StoreHealth>,
) -> Result<AnyPool, sqlx::Error> {
    // A pool waits and reports a timeout; a single connection reports at once what is wrong.
    connect(url, access).await?.close().await?;
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(4))
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .before_acquire(move |_, about| {
            let is_usable = health.is_connection_usable(about.age);
            Box::pin(async move { Ok(is_usable) })
        })
        .after_connect(move |connection, _| Box::pin(prepare(connection, access)))
        .connect(&url_with_access(url, access))
        .await
}

/// Begins a transaction that writes. It ends with [`commit`], or with its connection: sqlx's own transactions would
/// cost another round trip to the driver's thread.
pub(super) async fn begin(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("BEGIN IMMEDIATE").execute(connection).await.map(drop)
}

/// Commits; returns after the fsync.
pub(super) async fn commit(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("COMMIT").execute(connection).await.map(drop)
}

/// An error if the file is no journal, or its beginning cannot be read.
pub(super) async fn check_readable(pool: &AnyPool) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT 1 FROM command LIMIT 1").fetch_optional(pool).await.map(drop)
}

fn url_with_access(url: &str, access: AccessMode) -> String {
    let mode = match access {
        AccessMode::Read | AccessMode::Inspect => "ro",
        AccessMode::Write => "rw",
        AccessMode::Create => "rwc",
    };
    // `%`, `?` and `#` are special in a URL, and may be in a path.
    let path = database_path(url);
    let encoded = path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite:{encoded}?mode={mode}")
}

/// Sets up a connection. An accepted command must survive a power cut, so each connection that writes gets
/// `synchronous=FULL`, and is checked to have it.
async fn prepare(connection: &mut AnyConnection, access: AccessMode) -> Result<(), sqlx::Error> {
    let busy_timeout = format!("PRAGMA busy_timeout = {}", BUSY_TIMEOUT.as_millis());
    sqlx::query(AssertSqlSafe(busy_timeout)).execute(&mut *connection).await?;
    if matches!(access, AccessMode::Read | AccessMode::Inspect) {
        return Ok(());
    }
    sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await?;
    sqlx::query("PRAGMA synchronous = FULL").execute(&mut *connection).await?;
    if access == AccessMode::Create {
        // The service checkpoints beside its commits.
        sqlx::query("PRAGMA wal_autocheckpoint = 0").execute(&mut *connection).await?;
    }
    let synchronous = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
    check_durable(&mode, synchronous).map_err(|error| sqlx::Error::Configuration(error.reason.into()))
}

/// An error if commits on a connection with these settings are not durable.
pub(super) fn check_durable(mode: &str, synchronous: i64) -> Result<(), StoreUnavailable> {
    if synchronous < 2 || mode != "wal" {
        let reason =
            format!("the store is not durable here (journal_mode {mode}, synchronous {synchronous})");
        return Err(StoreUnavailable::persistent(reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pool on a new journal, with `count` connections that write.
    async fn writers(folder: &tempfile::TempDir, count: u32) -> AnyPool {
        sqlx::any::install_default_drivers();
        let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
        pool(&url, count, AccessMode::Create, Arc::default()).await.unwrap()
    }

    #[tokio::test]
    async fn every_connection_that_writes_syncs_each_commit() {
        let folder = tempfile::tempdir().unwrap();
        let pool = writers(&folder, 3).await;

        // Acquired together, so that all differ; then one is closed and replaced.
        let mut held = vec![pool.acquire().await.unwrap(), pool.acquire().await.unwrap()];
        held.push(pool.acquire().await.unwrap());
        held.pop().unwrap().detach().close_hard().await.unwrap();
        held.push(pool.acquire().await.unwrap());

        for mut connection in held {
            let synchronous: i64 =
                sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await.unwrap();
            assert_eq!(synchronous, 2);
        }
    }

    #[test]
    fn settings_that_do_not_sync_are_refused() {
        assert!(check_durable("wal", 2).is_ok());
        // Without a sync of each commit, WAL loses acknowledged commands in a power cut.
        for (mode, synchronous, expected) in
            [("wal", 1, "synchronous 1"), ("wal", 0, "synchronous 0"), ("delete", 2, "journal_mode delete")]
        {
            let refused = check_durable(mode, synchronous).unwrap_err().to_string();
            assert!(refused.contains("not durable here") && refused.contains(expected), "{refused}");
        }
    }
}
