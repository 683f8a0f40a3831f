//! Errors of the store.

use sqlx::migrate::MigrateError;

/// The journal cannot be written or read now.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the journal cannot be used now: {reason}")]
pub struct StoreUnavailable {
    pub(super) reason: String,
    /// The file is damaged. It stays so until an operator replaces it.
    pub(super) is_damage: bool,
    /// The open connections are still usable.
    pub(super) is_transient: bool,
}

impl StoreUnavailable {
    /// Whether a retry may succeed; a damaged file stays damaged.
    pub fn is_retryable(&self) -> bool {
        !self.is_damage
    }

    /// An outage that does not concern the connections.
    pub(super) fn transient(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_damage: false, is_transient: true }
    }

    /// An outage after which connections are opened anew.
    pub(super) fn persistent(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_damage: false, is_transient: false }
    }

    /// An error with this primary result code of SQLite, and its message.
    fn from_sqlite_code(code: i32, message: &str) -> Self {
        let reason = advice(code).map_or_else(|| message.to_owned(), |advice| format!("{message}: {advice}"));
        Self { reason, is_damage: is_corruption_code(code), is_transient: matches!(code, 5 | 6) }
    }
}

/// Why a write of a worker was not made.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Another worker has the queue. The attempt stops without any further call or write.
    #[error("the lease is lost")]
    Expired,
    /// The store is unavailable.
    #[error(transparent)]
    Store(#[from] StoreUnavailable),
}

/// Why the journal could not be opened, and what to do. The first field is a path, or a server and database without
/// user and password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has locked the file.
    #[error(
        "another vincula works on {0} already: one process a file. End it, or give this one its own store.url"
    )]
    InUse(String),
    /// There is no journal to read.
    #[error("there is no journal at {0}: check store.url, or start `vincula serve` first")]
    Missing(String),
    /// The file cannot be created or written.
    #[error("cannot write {0}: {1}. Its folder must exist, and both be writable")]
    Folder(String, #[source] std::io::Error),
    /// SQLite cannot open the file.
    #[error("cannot open the journal {0}: {1}")]
    File(String, #[source] StoreUnavailable),
    /// The file is damaged, or is no SQLite database.
    #[error(
        "the journal {0} is damaged: {1}. Move it away together with {0}-wal and {0}-shm, and restore a \
         backup; or start without one: then the commands that were open are lost, and messages that come \
         again are new"
    )]
    Damaged(String, String),
    /// PostgreSQL cannot be reached, or refuses: where it is, why, and what to do.
    #[error("cannot open the journal {0}: {1}. {2}")]
    Server(String, String, &'static str),
    /// The migrations could not be applied.
    #[error("cannot bring the journal {0} up to date: {1}. Was it written by a newer vincula?")]
    Migration(String, MigrateError),
}

impl From<sqlx::Error> for StoreUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&sqlx::Error> for StoreUnavailable {
    fn from(error: &sqlx::Error) -> Self {
        match (error, sqlite_code(error)) {
            (sqlx::Error::Database(database), Some(code)) => Self::from_sqlite_code(code, database.message()),
            (sqlx::Error::PoolTimedOut, _) => Self::persistent("it does not answer"),
            _ => Self::persistent(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for StoreUnavailable {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, Some(message)) => {
                Self::from_sqlite_code(failure.extended_code & 0xff, message)
            }
            rusqlite::Error::SqliteFailure(failure, None) => {
                Self::from_sqlite_code(failure.extended_code & 0xff, &error.to_string())
            }
            _ => Self::persistent(error.to_string()),
        }
    }
}

/// Whether SQLite says that the file is damaged, or is not a database.
pub(super) fn is_corruption(error: &sqlx::Error) -> bool {
    sqlite_code(error).is_some_and(is_corruption_code)
}

fn is_corruption_code(code: i32) -> bool {
    matches!(code, 11 | 26)
}

/// SQLite's primary result code; none for errors of PostgreSQL.
fn sqlite_code(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?;
    // PostgreSQL's codes have five characters, and SQLite's extended ones four at most.
    let code: i32 = code.parse().ok().filter(|_| code.len() < 5)?;
    Some(code & 0xff)
}

/// What an operator can do about a primary result code (SQLite docs, "Result and Error Codes").
fn advice(code: i32) -> Option<&'static str> {
    Some(match code {
        5 | 6 => "another process holds it, or a write that has not ended; it is tried again",
        8 => "see who may write the file and its folder, and whether the disk is mounted read-only",
        10 => "the disk fails or has reached a limit; the system's log tells more",
        11 | 26 => {
            "it is damaged. Stop the service, move the file away together with its -wal and -shm, and \
             restore a backup"
        }
        13 => "the disk is full: make room",
        14 => "see whether the file and its folder are there, and who may write them",
        _ => return None,
    })
}
