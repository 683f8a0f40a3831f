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

use super::StoreUnavailable;

/// How long a proof that the store can be written holds, for those who only ask.
const PROBE_TTL: Duration = Duration::from_secs(5);
/// How often trouble that lasts is logged.
const LOG_INTERVAL: Duration = Duration::from_secs(60);
/// How much is written to prove it, in bytes: more than an order takes.
const PROBE_BYTES: usize = 32 * 1024;

/// What is known of the store's state; one for a handle and its clones.
#[derive(Debug)]
pub(super) struct StoreHealth(Mutex<HealthState>);

#[derive(Debug)]
struct HealthState {
    outage: Option<StoreUnavailable>,
    damage: Option<StoreUnavailable>,
    probed_at: Option<Instant>,
    logged_at: Option<Instant>,
    /// Connections that were opened before are not used any more.
    min_opened_at: Instant,
    /// When the writer began with what it is writing.
    write_started_at: Option<Instant>,
}

impl Default for StoreHealth {
    fn default() -> Self {
        Self(Mutex::new(HealthState {
            outage: None,
            damage: None,
            probed_at: None,
            logged_at: None,
            min_opened_at: Instant::now(),
            write_started_at: None,
        }))
    }
}

impl StoreHealth {
    fn state(&self) -> MutexGuard<'_, HealthState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A transaction could not be made, or a read.
    pub(super) fn record_failure(&self, trouble: &StoreUnavailable) {
        let mut state = self.state();
        if trouble.is_damage && state.damage.is_none() {
            state.damage = Some(trouble.clone());
        }
        if !trouble.is_transient {
            state.min_opened_at = Instant::now();
        }
        let is_new = state.outage.as_ref().is_none_or(|known| known.why != trouble.why);
        state.outage = Some(trouble.clone());
        if is_new || state.logged_at.is_none_or(|at| at.elapsed() >= LOG_INTERVAL) {
            state.logged_at = Some(Instant::now());
            tracing::error!(error = trouble.why, "the journal cannot be used");
        }
    }

    /// What was written for certain is committed.
    pub(super) fn record_probe(&self) {
        self.state().probed_at = Some(Instant::now());
    }

    /// Something was committed for certain wherever it is written, so trouble is over.
    pub(super) fn record_recovery(&self) {
        let mut state = self.state();
        state.probed_at = Some(Instant::now());
        if state.outage.take().is_some() {
            state.logged_at = None;
            tracing::info!("the journal can be written again");
        }
    }

    /// The writer begins to write.
    pub(super) fn write_started(&self) {
        self.state().write_started_at = Some(Instant::now());
    }

    /// The writer has written, well or not.
    pub(super) fn write_finished(&self) {
        self.state().write_started_at = None;
    }

    /// The writer has been writing for longer than anybody waits.
    pub(super) fn is_stuck(&self, patience: Duration) -> bool {
        self.state().write_started_at.is_some_and(|at| at.elapsed() >= patience)
    }

    /// The next transaction has to show that the store can be written.
    pub(super) fn is_degraded(&self) -> bool {
        self.state().outage.is_some()
    }

    /// What the trouble is, if there is any.
    pub(super) fn outage(&self) -> Option<StoreUnavailable> {
        self.state().outage.clone()
    }

    /// Not long ago the store was written.
    pub(super) fn is_recently_probed(&self) -> bool {
        let state = self.state();
        state.outage.is_none() && state.probed_at.is_some_and(|at| at.elapsed() < PROBE_TTL)
    }

    /// An error where the file is damaged: nothing new may be trusted to it.
    pub(super) fn check_undamaged(&self) -> Result<(), StoreUnavailable> {
        self.state().damage.clone().map_or(Ok(()), Err)
    }

    /// A connection of this age may still be used: the store has had no trouble since it was opened.
    pub(super) fn is_connection_usable(&self, age: Duration) -> bool {
        self.state().min_opened_at.elapsed() >= age
    }
}

/// Writes a [`room`], for the commit to show that the disk takes it.
pub(super) const PROBE_SQL: &str =
    "INSERT INTO proof (id, room) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET room = $1";

/// Something to write that does not stand there already.
pub(super) fn probe_payload() -> String {
    uuid::Uuid::now_v7().to_string().repeat(PROBE_BYTES / 36)
}

/// Writes something, for the commit to show that the disk takes it.
pub(super) async fn write_probe(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query(PROBE_SQL).bind(probe_payload()).execute(connection).await.map(drop)
}

/// What SQLite says of a file that is damaged, or is none of its own.
pub(super) fn is_corruption(error: &sqlx::Error) -> bool {
    sqlite_code(error).is_some_and(is_corruption_code)
}

fn is_corruption_code(code: i32) -> bool {
    matches!(code, 11 | 26)
}

impl From<sqlx::Error> for StoreUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&sqlx::Error> for StoreUnavailable {
    fn from(error: &sqlx::Error) -> Self {
        match (error, sqlite_code(error)) {
            (sqlx::Error::Database(said), Some(code)) => Self::from_sqlite_code(code, said.message()),
            (sqlx::Error::PoolTimedOut, _) => Self::persistent("it does not answer"),
            _ => Self::persistent(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for StoreUnavailable {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, Some(said)) => {
                Self::from_sqlite_code(failure.extended_code & 0xff, said)
            }
            rusqlite::Error::SqliteFailure(failure, None) => {
                Self::from_sqlite_code(failure.extended_code & 0xff, &error.to_string())
            }
            _ => Self::persistent(error.to_string()),
        }
    }
}

impl StoreUnavailable {
    /// Trouble with this primary result code of SQLite, and what it said.
    fn from_sqlite_code(code: i32, said: &str) -> Self {
        let why = advice(code).map_or_else(|| said.to_owned(), |advice| format!("{said}: {advice}"));
        Self { why, is_damage: is_corruption_code(code), is_transient: matches!(code, 5 | 6) }
    }

    /// Trouble after which the connections are opened anew.
    pub(super) fn persistent(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_damage: false, is_transient: false }
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
