//! The journal on SQLite: one process a file, WAL with `synchronous=FULL`.

use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, Connection as _};

use super::open::{Access, OpenError};

pub(super) fn path_of(url: &str) -> PathBuf {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    PathBuf::from(path.strip_prefix("//").unwrap_or(path))
}

/// An error where there is no file.
pub(super) fn expect_file(url: &str) -> Result<(), OpenError> {
    let path = path_of(url);
    if path.exists() { Ok(()) } else { Err(OpenError::Missing(path.display().to_string())) }
}

/// Makes the file if it is not there, and holds it locked until dropped: the file itself, so that
/// no other path to it finds it free. The system lets go when the process dies, however it does.
/// SQLite's own locks are of another kind, and not touched.
pub(super) fn lock(url: &str) -> Result<File, OpenError> {
    let path = path_of(url);
    let folder = |error| OpenError::Folder(path.display().to_string(), error);
    // What people wrote is nobody else's business on this machine.
    let file = File::options().create(true).truncate(false).read(true).write(true).mode(0o600).open(&path);
    let file = file.map_err(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.display().to_string())),
        Err(TryLockError::Error(error)) => Err(folder(error)),
    }
}

pub(super) async fn pool(url: &str, connections: u32, access: Access) -> Result<AnyPool, sqlx::Error> {
    let is_writer = access != Access::Read;
    let mode = match access {
        Access::Read => "ro",
        Access::Write => "rw",
        Access::Make => "rwc",
    };
    // `%`, `?` and `#` mean something in a URL, and may stand in a path.
    let path = path_of(url);
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
    expect_durable(connection).await
}

/// An error where a commit on this connection is not on the disk.
async fn expect_durable(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
    if synchronous < 2 || mode != "wal" {
        return Err(sqlx::Error::Configuration(
            format!("the store is not durable here (journal_mode {mode}, synchronous {synchronous})").into(),
        ));
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
        pool(&url, count, Access::Make).await.unwrap()
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

    #[tokio::test]
    async fn a_connection_that_would_not_sync_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let pool = writers(&folder, 1).await;
        let mut connection = pool.acquire().await.unwrap();
        assert!(expect_durable(&mut connection).await.is_ok());

        // Without a sync of each commit, WAL loses acknowledged orders in a power cut.
        for (spoil, told) in [
            ("PRAGMA synchronous = NORMAL", "synchronous 1"),
            ("PRAGMA synchronous = OFF", "synchronous 0"),
            ("PRAGMA journal_mode = DELETE", "journal_mode delete"),
        ] {
            sqlx::query(spoil).execute(&mut *connection).await.unwrap();
            let refused = expect_durable(&mut connection).await.unwrap_err().to_string();
            assert!(refused.contains("not durable here") && refused.contains(told), "{refused}");
        }
    }
}
