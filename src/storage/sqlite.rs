//! The journal on SQLite: one process a file, WAL with `synchronous=FULL`.
//!
//! SQLite works on the file that it has opened, wherever that is by now. An order that is written
//! into a file which was moved away or deleted is gone with the next start, so whoever says
//! `accepted` looks first whether the path still leads to that file ([`Held`]).

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _};
use tokio::time::Instant;

use super::StoreUnavailable;
use super::health::StoreHealth;
use super::open::{AccessMode, OpenError};

/// How long the lock of another process is waited for.
const LOCK_RELEASE_WAIT: Duration = Duration::from_millis(500);
/// How long a connection waits for another one's lock: an order that waits behind another one's wait is
/// still answered 503 in time (10 s a request).
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) fn database_path(url: &str) -> PathBuf {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    PathBuf::from(path.strip_prefix("//").unwrap_or(path))
}

/// An error where there is no file.
pub(super) fn check_file_exists(url: &str) -> Result<(), OpenError> {
    let path = database_path(url);
    if path.exists() { Ok(()) } else { Err(OpenError::Missing(path.display().to_string())) }
}

/// The file that is open, and its write-ahead log: known again.
#[derive(Debug)]
pub(super) struct DatabaseFileLock {
    path: PathBuf,
    file_id: FileId,
    wal_id: OnceLock<FileId>,
}

/// What a path leads to: device and inode.
type FileId = (u64, u64);

impl DatabaseFileLock {
    /// Makes the file if it is not there, and holds it locked until the lock is dropped: the file
    /// itself, so that no other path to it finds it free. The system lets go when the process dies,
    /// however it does. SQLite's own locks are of another kind, and not touched.
    pub(super) async fn lock(url: &str) -> Result<(Self, File), OpenError> {
        let path = database_path(url);
        let folder = |error| OpenError::Folder(path.display().to_string(), error);
        // What people wrote is nobody else's business on this machine.
        let file =
            File::options().create(true).truncate(false).read(true).write(true).mode(0o600).open(&path);
        let file = file.map_err(folder)?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                // Whoever has just ended may have a child that is about to be another program.
                Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_RELEASE_WAIT => {
                    tokio::time::sleep(LOCK_RELEASE_WAIT / 10).await;
                }
                Err(TryLockError::WouldBlock) => return Err(OpenError::InUse(path.display().to_string())),
                Err(TryLockError::Error(error)) => return Err(folder(error)),
            }
        }
        let identity = file_id(&path).map_err(folder)?;
        Ok((Self { path, file_id: identity, wal_id: OnceLock::new() }, file))
    }

    /// Knows the log again from now on. A connection has it open, and one always must: the last one
    /// to close deletes it.
    pub(super) fn record_wal_id(&self) -> Result<(), OpenError> {
        let identity = file_id(&wal_path(&self.path))
            .map_err(|error| OpenError::Folder(wal_path(&self.path).display().to_string(), error))?;
        let _ = self.wal_id.set(identity);
        Ok(())
    }

    /// An error where the path leads to another file than the one that is open, or to none; else the
    /// log's length in bytes.
    pub(super) fn check_in_place(&self) -> Result<u64, StoreUnavailable> {
        check_file_id(&self.path, self.file_id).map_err(|what| {
            StoreUnavailable::transient(format!(
                "{}: {what} while the service ran. Put it back where it was, or start the service again \
                 to go on with what is there",
                self.path.display()
            ))
        })?;
        let (Some(identity), log) = (self.wal_id.get(), wal_path(&self.path)) else { return Ok(0) };
        check_file_id(&log, *identity).map_err(|what| {
            StoreUnavailable::transient(format!(
                "{}: {what} while the service ran. End the service with SIGTERM, which saves what stood in \
                 it, and start it again",
                log.display()
            ))
        })
    }
}

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

fn file_id(path: &Path) -> io::Result<FileId> {
    let about = std::fs::metadata(path)?;
    Ok((about.dev(), about.ino()))
}

fn wal_path(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    PathBuf::from(log)
}

/// One connection, prepared.
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
    // A pool waits and tells of the wait; one connection tells at once what is wrong.
    connect(url, access).await?.close().await?;
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(4))
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .before_acquire(move |_, about| {
            let is_trusted = health.is_connection_usable(about.age);
            Box::pin(async move { Ok(is_trusted) })
        })
        .after_connect(move |connection, _| Box::pin(prepare(connection, access)))
        .connect(&url_with_access(url, access))
        .await
}

/// Opens a transaction that writes. It is closed by [`commit`], or with its connection: the driver's
/// own transactions would be a way to its thread and back more.
pub(super) async fn begin(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("BEGIN IMMEDIATE").execute(connection).await.map(drop)
}

/// Returns after the fsync.
pub(super) async fn commit(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("COMMIT").execute(connection).await.map(drop)
}

/// An error where the file is none of ours, or its beginning cannot be read.
pub(super) async fn check_readable(pool: &AnyPool) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT 1 FROM command LIMIT 1").fetch_optional(pool).await.map(drop)
}

fn url_with_access(url: &str, access: AccessMode) -> String {
    let mode = match access {
        AccessMode::Read => "ro",
        AccessMode::Write => "rw",
        AccessMode::Create => "rwc",
    };
    // `%`, `?` and `#` mean something in a URL, and may stand in a path.
    let path = database_path(url);
    let encoded = path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite:{encoded}?mode={mode}")
}

/// An order that was answered must survive a power cut, so every connection that writes is made
/// `synchronous=FULL`, and asked whether it is.
async fn prepare(connection: &mut AnyConnection, access: AccessMode) -> Result<(), sqlx::Error> {
    let patience = format!("PRAGMA busy_timeout = {}", BUSY_TIMEOUT.as_millis());
    sqlx::query(AssertSqlSafe(patience)).execute(&mut *connection).await?;
    if access == AccessMode::Read {
        return Ok(());
    }
    sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await?;
    sqlx::query("PRAGMA synchronous = FULL").execute(&mut *connection).await?;
    if access == AccessMode::Create {
        // The service's own: it checkpoints beside its commits.
        sqlx::query("PRAGMA wal_autocheckpoint = 0").execute(&mut *connection).await?;
    }
    let synchronous = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
    check_durable(&mode, synchronous).map_err(|trouble| sqlx::Error::Configuration(trouble.why.into()))
}

/// An error where a commit on a connection in this state is not on the disk.
pub(super) fn check_durable(mode: &str, synchronous: i64) -> Result<(), StoreUnavailable> {
    if synchronous < 2 || mode != "wal" {
        let why = format!("the store is not durable here (journal_mode {mode}, synchronous {synchronous})");
        return Err(StoreUnavailable::persistent(why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pool on a journal of its own, with `count` connections that write.
    async fn writers(folder: &tempfile::TempDir, count: u32) -> AnyPool {
        sqlx::any::install_default_drivers();
        let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
        pool(&url, count, AccessMode::Create, Arc::default()).await.unwrap()
    }

    #[tokio::test]
    async fn every_connection_that_writes_syncs_each_commit() {
        let folder = tempfile::tempdir().unwrap();
        let pool = writers(&folder, 3).await;

        // Held together, so that each is another one; then one is lost, and replaced.
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
    fn a_connection_that_would_not_sync_is_refused() {
        assert!(check_durable("wal", 2).is_ok());
        // Without a sync of each commit, WAL loses acknowledged orders in a power cut.
        for (mode, synchronous, told) in
            [("wal", 1, "synchronous 1"), ("wal", 0, "synchronous 0"), ("delete", 2, "journal_mode delete")]
        {
            let refused = check_durable(mode, synchronous).unwrap_err().to_string();
            assert!(refused.contains("not durable here") && refused.contains(told), "{refused}");
        }
    }
}
