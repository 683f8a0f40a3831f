//! The two databases that can hold the journal, and what differs between them.

use sqlx::{AnyConnection, AnyPool};

use super::error::{OpenError, StoreUnavailable, is_corruption};
use super::{postgres, sqlite};

/// The database that holds the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    /// The database of a `store.url`.
    pub(super) fn from_url(url: &str) -> Self {
        if url.starts_with("postgres") { Self::Postgres } else { Self::Sqlite }
    }

    /// A `store.url` without user and password, for messages.
    pub(super) fn display_url(self, url: &str) -> String {
        match self {
            Self::Sqlite => sqlite::database_path(url).display().to_string(),
            Self::Postgres => postgres::display_url(url),
        }
    }

    /// Tells the workers of all processes, once this transaction is committed, to look for commands. On SQLite there
    /// is only this process, which is told by [`Store::wait_for_command`](super::Store::wait_for_command).
    pub(super) async fn notify_workers(self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite => Ok(()),
            Self::Postgres => postgres::notify(connection).await,
        }
    }

    /// An error where the database holds no journal, or the file cannot be read as one.
    pub(super) async fn check_journal(self, url: &str, reads: &AnyPool) -> Result<(), OpenError> {
        let to_error = |error| self.to_open_error(url, error);
        match self {
            Self::Sqlite => sqlite::check_readable(reads).await.map_err(to_error),
            Self::Postgres if postgres::has_journal(reads).await.map_err(to_error)? => Ok(()),
            Self::Postgres => Err(OpenError::Missing(self.display_url(url))),
        }
    }

    pub(super) fn to_open_error(self, url: &str, error: sqlx::Error) -> OpenError {
        match self {
            Self::Sqlite if is_corruption(&error) => {
                OpenError::Damaged(self.display_url(url), database_message(&error))
            }
            Self::Sqlite => OpenError::File(self.display_url(url), StoreUnavailable::from(error)),
            Self::Postgres => {
                let remedy = postgres::remedy(&error).unwrap_or(postgres::CHECK_SERVER);
                OpenError::Server(self.display_url(url), database_message(&error), remedy)
            }
        }
    }
}

/// The message of the database or of the system, without the additions of the driver.
pub(super) fn database_message(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}
