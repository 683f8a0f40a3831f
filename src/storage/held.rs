//! What a claim knows besides its row: since when its lease is sure, and the calls not yet noted.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::AnyConnection;
use tokio::time::Instant;

use super::lease::{LEASE, note};
use crate::clock::Timestamp;

/// A call to Z-API that was made for the order.
#[derive(Clone, Debug)]
pub(super) struct CallNote {
    at: Timestamp,
    detail: String,
}

/// Shared by the clones of one claim.
#[derive(Debug)]
pub(super) struct Held {
    /// When the last write that prolonged the lease began, by both clocks: the process may stand
    /// still while wall time goes on, and wall time may jump.
    sure_since: Mutex<(Instant, Timestamp)>,
    calls: Mutex<Vec<CallNote>>,
}

impl Held {
    /// A lease that was taken by a write which began at this moment.
    pub(super) fn since(begun: (Instant, Timestamp)) -> Self {
        Self { sure_since: Mutex::new(begun), calls: Mutex::default() }
    }

    /// The lease was prolonged by a write that began at this moment.
    pub(super) fn confirm(&self, begun: (Instant, Timestamp)) {
        let mut sure_since = lock(&self.sure_since);
        if begun.0 > sure_since.0 {
            *sure_since = begun;
        }
    }

    /// A third of the lease is left at least, by either clock.
    pub(super) fn is_sure(&self, now: Timestamp) -> bool {
        let (instant, at) = *lock(&self.sure_since);
        let limit = LEASE - LEASE / 3;
        instant.elapsed() < limit && now.since(at) < limit
    }

    /// Keeps a call for the next write.
    pub(super) fn remember(&self, at: Timestamp, detail: String) {
        lock(&self.calls).push(CallNote { at, detail });
    }

    /// The calls not yet noted.
    pub(super) fn take_calls(&self) -> Vec<CallNote> {
        std::mem::take(&mut *lock(&self.calls))
    }

    /// Calls whose write failed wait for the next one.
    pub(super) fn put_back(&self, calls: Vec<CallNote>) {
        lock(&self.calls).splice(0..0, calls);
    }
}

/// Notes calls in the order's audit.
pub(super) async fn note_calls(
    connection: &mut AnyConnection,
    command: &str,
    calls: &[CallNote],
) -> Result<(), sqlx::Error> {
    for call in calls {
        note(connection, command, call.at, "called", Some(&call.detail)).await?;
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
