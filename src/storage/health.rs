//! Health of the store: what failed last, and when it works again.
//!
//! A failed transaction marks the store as degraded, and `/readyz` reports it. While it is degraded every transaction
//! also writes a probe, because a full disk accepts transactions that change nothing. The first commit with a probe
//! (on SQLite, on both connections that write) ends the outage, so nothing has to be restarted.
//!
//! Damage is different: a damaged file stays damaged, and every command that is written to it may be lost. Open
//! commands go on as far as possible, but no new one is accepted until the next start.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::AnyConnection;
use tokio::time::Instant;

use super::error::StoreUnavailable;

/// How long a successful probe answers later pings.
const PROBE_TTL: Duration = Duration::from_secs(5);
/// How often an ongoing outage is logged.
const LOG_INTERVAL: Duration = Duration::from_secs(60);
/// Size of a probe, in bytes: more than a command takes.
const PROBE_BYTES: usize = 32 * 1024;

/// Health of the store; one for a handle and its clones.
#[derive(Debug)]
pub(super) struct StoreHealth(Mutex<HealthState>);

#[derive(Debug)]
struct HealthState {
    outage: Option<StoreUnavailable>,
    damage: Option<StoreUnavailable>,
    probed_at: Option<Instant>,
    logged_at: Option<Instant>,
    /// Connections that were opened before this are no longer used.
    min_opened_at: Instant,
    /// When the writer began its current batch.
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

    /// Records a failed transaction or read.
    pub(super) fn record_failure(&self, error: &StoreUnavailable) {
        let mut state = self.state();
        if error.is_damage && state.damage.is_none() {
            state.damage = Some(error.clone());
        }
        if !error.is_transient {
            state.min_opened_at = Instant::now();
        }
        let is_new = state.outage.as_ref().is_none_or(|known| known.reason != error.reason);
        state.outage = Some(error.clone());
        if is_new || state.logged_at.is_none_or(|at| at.elapsed() >= LOG_INTERVAL) {
            state.logged_at = Some(Instant::now());
            tracing::error!(error = error.reason, "the journal cannot be used");
        }
    }

    /// Records that a probe was committed.
    pub(super) fn record_probe(&self) {
        self.state().probed_at = Some(Instant::now());
    }

    /// Records that a probe was committed on every connection that writes, which ends an outage.
    pub(super) fn record_recovery(&self) {
        let mut state = self.state();
        state.probed_at = Some(Instant::now());
        if state.outage.take().is_some() {
            state.logged_at = None;
            tracing::info!("the journal can be written again");
        }
    }

    /// Records that the writer begins a batch.
    pub(super) fn write_started(&self) {
        self.state().write_started_at = Some(Instant::now());
    }

    /// Records that the writer ended a batch, successfully or not.
    pub(super) fn write_finished(&self) {
        self.state().write_started_at = None;
    }

    /// Whether the current batch has taken longer than `timeout`.
    pub(super) fn is_stuck(&self, timeout: Duration) -> bool {
        self.state().write_started_at.is_some_and(|at| at.elapsed() >= timeout)
    }

    /// Whether there is an outage, so that the next transaction has to write a probe.
    pub(super) fn is_degraded(&self) -> bool {
        self.state().outage.is_some()
    }

    /// The outage, if there is one.
    pub(super) fn outage(&self) -> Option<StoreUnavailable> {
        self.state().outage.clone()
    }

    /// Whether a probe was committed a short while ago.
    pub(super) fn is_recently_probed(&self) -> bool {
        let state = self.state();
        state.outage.is_none() && state.probed_at.is_some_and(|at| at.elapsed() < PROBE_TTL)
    }

    /// An error if the file is damaged.
    pub(super) fn check_undamaged(&self) -> Result<(), StoreUnavailable> {
        self.state().damage.clone().map_or(Ok(()), Err)
    }

    /// Whether a connection of this age was opened after the last failure that concerns connections.
    pub(super) fn is_connection_usable(&self, age: Duration) -> bool {
        self.state().min_opened_at.elapsed() >= age
    }
}

/// Writes a [`probe_payload`].
pub(super) const PROBE_SQL: &str =
    "INSERT INTO write_probe (id, payload) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET payload = $1";

/// A payload that differs from the stored one.
pub(super) fn probe_payload() -> String {
    uuid::Uuid::now_v7().to_string().repeat(PROBE_BYTES / 36)
}

/// Writes a probe; its commit shows that the disk accepts writes.
pub(super) async fn write_probe(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query(PROBE_SQL).bind(probe_payload()).execute(connection).await.map(drop)
}
