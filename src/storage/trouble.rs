//! Trouble of the store: what went wrong, what whoever runs the service can do, and when it is over.
//!
//! The last transaction that failed leaves a mark, and `/readyz` shows it. While it is there every
//! transaction writes something of its own first ([`prove`]): a full disk lets through what changes
//! nothing. The first one that is committed, on SQLite on both connections that are written on, takes the mark
//! away, so nobody has to start anything again.
//!
//! Damage is another thing: a damaged file does not heal, and every order that is written into it may
//! be lost. What is open goes on as far as it can, but no order is accepted until the next start.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::AnyConnection;
use tokio::time::Instant;

use super::Unavailable;

/// How long a proof that the store can be written holds, for those who only ask.
const PROOF: Duration = Duration::from_secs(5);
/// How often trouble that lasts is logged.
const REMINDER: Duration = Duration::from_secs(60);
/// How much is written to prove it, in bytes: more than an order takes.
const ROOM: usize = 32 * 1024;

/// What is known of the store's state; one for a handle and its clones.
#[derive(Debug)]
pub(super) struct Health(Mutex<State>);

#[derive(Debug)]
struct State {
    trouble: Option<Unavailable>,
    damage: Option<Unavailable>,
    proved_at: Option<Instant>,
    logged_at: Option<Instant>,
    /// Connections that were opened before are not used any more.
    renewed_at: Instant,
    /// When the writer began with what it is writing.
    begun_at: Option<Instant>,
}

impl Default for Health {
    fn default() -> Self {
        Self(Mutex::new(State {
            trouble: None,
            damage: None,
            proved_at: None,
            logged_at: None,
            renewed_at: Instant::now(),
            begun_at: None,
        }))
    }
}

impl Health {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A transaction could not be made, or a read.
    pub(super) fn failed(&self, trouble: &Unavailable) {
        let mut state = self.state();
        if trouble.is_damage && state.damage.is_none() {
            state.damage = Some(trouble.clone());
        }
        if !trouble.is_passing {
            state.renewed_at = Instant::now();
        }
        let is_new = state.trouble.as_ref().is_none_or(|known| known.why != trouble.why);
        state.trouble = Some(trouble.clone());
        if is_new || state.logged_at.is_none_or(|at| at.elapsed() >= REMINDER) {
            state.logged_at = Some(Instant::now());
            tracing::error!(error = trouble.why, "the journal cannot be used");
        }
    }

    /// What was written for certain is committed.
    pub(super) fn proved(&self) {
        self.state().proved_at = Some(Instant::now());
    }

    /// Something was committed for certain wherever it is written, so trouble is over.
    pub(super) fn recovered(&self) {
        let mut state = self.state();
        state.proved_at = Some(Instant::now());
        if state.trouble.take().is_some() {
            state.logged_at = None;
            tracing::info!("the journal can be written again");
        }
    }

    /// The writer begins to write.
    pub(super) fn begun(&self) {
        self.state().begun_at = Some(Instant::now());
    }

    /// The writer has written, well or not.
    pub(super) fn rested(&self) {
        self.state().begun_at = None;
    }

    /// The writer has been writing for longer than anybody waits.
    pub(super) fn is_stuck(&self, patience: Duration) -> bool {
        self.state().begun_at.is_some_and(|at| at.elapsed() >= patience)
    }

    /// The next transaction has to show that the store can be written.
    pub(super) fn is_in_trouble(&self) -> bool {
        self.state().trouble.is_some()
    }

    /// What the trouble is, if there is any.
    pub(super) fn trouble(&self) -> Option<Unavailable> {
        self.state().trouble.clone()
    }

    /// Not long ago the store was written.
    pub(super) fn is_proved(&self) -> bool {
        let state = self.state();
        state.trouble.is_none() && state.proved_at.is_some_and(|at| at.elapsed() < PROOF)
    }

    /// An error where the file is damaged: nothing new may be trusted to it.
    pub(super) fn expect_sound(&self) -> Result<(), Unavailable> {
        self.state().damage.clone().map_or(Ok(()), Err)
    }

    /// A connection of this age may still be used: the store has had no trouble since it was opened.
    pub(super) fn trusts(&self, age: Duration) -> bool {
        self.state().renewed_at.elapsed() >= age
    }
}

/// Writes a [`room`], for the commit to show that the disk takes it.
pub(super) const PROVE: &str =
    "INSERT INTO proof (id, room) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET room = $1";

/// Something to write that does not stand there already.
pub(super) fn room() -> String {
    uuid::Uuid::now_v7().to_string().repeat(ROOM / 36)
}

/// Writes something, for the commit to show that the disk takes it.
pub(super) async fn prove(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query(PROVE).bind(room()).execute(connection).await.map(drop)
}

/// What SQLite says of a file that is damaged, or is none of its own.
pub(super) fn is_damage(error: &sqlx::Error) -> bool {
    sqlite_code(error).is_some_and(means_damage)
}

fn means_damage(code: i32) -> bool {
    matches!(code, 11 | 26)
}

impl From<sqlx::Error> for Unavailable {
    fn from(error: sqlx::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&sqlx::Error> for Unavailable {
    fn from(error: &sqlx::Error) -> Self {
        match (error, sqlite_code(error)) {
            (sqlx::Error::Database(said), Some(code)) => Self::of_sqlite(code, said.message()),
            (sqlx::Error::PoolTimedOut, _) => Self::lasting("it does not answer"),
            _ => Self::lasting(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for Unavailable {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, Some(said)) => {
                Self::of_sqlite(failure.extended_code & 0xff, said)
            }
            rusqlite::Error::SqliteFailure(failure, None) => {
                Self::of_sqlite(failure.extended_code & 0xff, &error.to_string())
            }
            _ => Self::lasting(error.to_string()),
        }
    }
}

impl Unavailable {
    /// Trouble with this primary result code of SQLite, and what it said.
    fn of_sqlite(code: i32, said: &str) -> Self {
        let why = advice(code).map_or_else(|| said.to_owned(), |advice| format!("{said}: {advice}"));
        Self { why, is_damage: means_damage(code), is_passing: matches!(code, 5 | 6) }
    }

    /// Trouble after which the connections are opened anew.
    pub(super) fn lasting(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_damage: false, is_passing: false }
    }
}

/// SQLite's primary result code; none of another database's error.
fn sqlite_code(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?;
    // PostgreSQL's codes have five characters, and SQLite's extended ones four at most.
    let code: i32 = code.parse().ok().filter(|_| code.len() < 5)?;
    Some(code & 0xff)
}

/// What to do about a primary result code (SQLite docs, "Result and Error Codes").
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
