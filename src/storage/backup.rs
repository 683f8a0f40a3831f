//! A copy of the journal on SQLite, made while the service runs.

use std::io;
use std::path::Path;
use std::time::Duration;

use sqlx::{AnyConnection, Connection as _};

use super::database::{Database, database_message};
use super::error::{OpenError, StoreUnavailable, is_corruption};
use super::sqlite::{self, AccessMode};
use super::{postgres, store::Store};

/// What the name of an unfinished copy begins with.
const UNFINISHED: &str = ".vincula-backup-";
/// A backup has locked its copy within this time.
const LOCK_GRACE: Duration = Duration::from_secs(60);

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupStats {
    /// Its commands.
    pub commands: i64,
    /// Its length in bytes.
    pub bytes: u64,
}

/// Why no backup was made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// PostgreSQL has its own program for that; the call of it.
    #[error(
        "the journal is on PostgreSQL, which makes backups itself:\n\n    {0}\n\nThe password goes into PGPASSWORD or ~/.pgpass."
    )]
    Postgres(String),
    /// Nothing is overwritten.
    #[error("{0} exists already, and was not overwritten: name a new file")]
    Exists(String),
    /// The file cannot be written.
    #[error("cannot write {0}")]
    File(String, #[source] io::Error),
    /// The copy cannot be made: mostly the disk of the target is full.
    #[error("cannot copy the journal to {0}: {1}. See whether there is room for it ({2} bytes at most)")]
    Copy(String, String, u64),
    /// The copy is not sound.
    #[error(
        "the copy is damaged, and was removed: {0}. Check the disk, and the journal with `sqlite3 FILE 'PRAGMA integrity_check'`"
    )]
    Damaged(String),
    /// The journal cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The journal cannot be read.
    #[error(transparent)]
    Store(#[from] StoreUnavailable),
}

impl Store {
    /// Copies the journal of a `store.url` into a new file that only its owner can read. The copy is as of one moment:
    /// it has all commands that were accepted before. It is complete, checked and on the disk once it has its name.
    pub async fn back_up(url: &str, file: &Path) -> Result<BackupStats, BackupError> {
        sqlx::any::install_default_drivers();
        let to_error = |error| BackupError::File(file.display().to_string(), error);
        if Database::from_url(url) == Database::Postgres {
            return Err(BackupError::Postgres(postgres::dump_command(url, file)));
        }
        sqlite::check_file_exists(url)?;
        if file.symlink_metadata().is_ok() {
            return Err(BackupError::Exists(file.display().to_string()));
        }
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        remove_leftovers(folder);
        // Under another name until it is complete. Temporary files have mode 0600. The lock says that it is in use.
        let copy = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder).map_err(to_error)?;
        let _ = copy.as_file().try_lock();
        let commands = copy_journal(url, copy.path(), file).await?;
        copy.as_file().sync_all().map_err(to_error)?;
        let bytes = copy.as_file().metadata().map_err(to_error)?.len();
        copy.persist_noclobber(file).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Exists(file.display().to_string()),
            _ => to_error(error.error),
        })?;
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(to_error)?;
        Ok(BackupStats { commands, bytes })
    }
}

/// Removes what backups left in a folder that were killed. What cannot be removed stays.
fn remove_leftovers(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
        let is_file = is_ours && entry.file_type().is_ok_and(|kind| kind.is_file());
        // Another backup may be about to lock it.
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let is_old = modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age >= LOCK_GRACE));
        if is_file
            && is_old
            && let Ok(file) = std::fs::File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Copies the journal into an empty file, and checks the copy; returns how many commands it has. `target` is the name
/// that the copy will have.
async fn copy_journal(url: &str, copy: &Path, target: &Path) -> Result<i64, BackupError> {
    let to_error = |error| BackupError::from(Database::Sqlite.to_open_error(url, error));
    let mut journal = sqlite::connect(url, AccessMode::Read).await.map_err(to_error)?;
    // One read of the whole journal: the service goes on writing meanwhile.
    let copied = sqlx::query("VACUUM INTO $1").bind(copy.display().to_string()).execute(&mut journal).await;
    copied.map_err(|error| match error {
        error if is_corruption(&error) => to_error(error),
        error => {
            let journal = std::fs::metadata(sqlite::database_path(url)).map_or(0, |file| file.len());
            BackupError::Copy(target.display().to_string(), database_message(&error), journal)
        }
    })?;
    journal.close().await.map_err(StoreUnavailable::from)?;
    let copy_url = format!("sqlite:{}", copy.display());
    let mut copy = sqlite::connect(&copy_url, AccessMode::Read).await.map_err(to_error)?;
    let commands = check_copy(&mut copy).await;
    copy.close().await.map_err(StoreUnavailable::from)?;
    commands
}

async fn check_copy(copy: &mut AnyConnection) -> Result<i64, BackupError> {
    let checked = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut *copy).await;
    let checked: String = checked.map_err(StoreUnavailable::from)?;
    if checked != "ok" {
        return Err(BackupError::Damaged(checked));
    }
    let commands = sqlx::query_scalar("SELECT COUNT(id) FROM command").fetch_one(&mut *copy).await;
    Ok(commands.map_err(StoreUnavailable::from)?)
}
