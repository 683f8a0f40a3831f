//! What a claim knows besides its row: when its lease was last confirmed, and the calls that are not recorded yet.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::AnyConnection;
use tokio::time::Instant;

use super::audit::insert_audit_event;
use crate::clock::Timestamp;

/// How long a lease holds without a renewal, unless a test shortens it.
pub const LEASE_TTL: Duration = Duration::from_secs(15);

/// A call to Z-API that was made for the command.
#[derive(Clone, Debug)]
pub(super) struct CallRecord {
    at: Timestamp,
    detail: String,
}

/// State of a lease, shared by the clones of one claim.
#[derive(Debug)]
pub(super) struct LeaseState {
    /// When the last write that extended the lease began, by both clocks: the process may be suspended while wall
    /// time goes on, and wall time may jump.
    confirmed_at: Mutex<(Instant, Timestamp)>,
    calls: Mutex<Vec<CallRecord>>,
}

impl LeaseState {
    /// A lease that was taken by a write that began at this time.
    pub(super) fn new(write_started_at: (Instant, Timestamp)) -> Self {
        Self { confirmed_at: Mutex::new(write_started_at), calls: Mutex::default() }
    }

    /// Records that a write that began at this time extended the lease.
    pub(super) fn confirm(&self, write_started_at: (Instant, Timestamp)) {
        let mut confirmed_at = lock(&self.confirmed_at);
        if write_started_at.0 > confirmed_at.0 {
            *confirmed_at = write_started_at;
        }
    }

    /// Whether at least a third of the lease is left by both clocks.
    pub(super) fn is_valid(&self, now: Timestamp, lease: Duration) -> bool {
        let (instant, at) = *lock(&self.confirmed_at);
        let limit = lease - lease / 3;
        instant.elapsed() < limit && now.since(at) < limit
    }

    /// Keeps a call for the next write.
    pub(super) fn record_call(&self, at: Timestamp, detail: String) {
        lock(&self.calls).push(CallRecord { at, detail });
    }

    /// Takes the calls that are not recorded yet.
    pub(super) fn take_calls(&self) -> Vec<CallRecord> {
        std::mem::take(&mut *lock(&self.calls))
    }

    /// Puts calls back, in front, after their write failed.
    pub(super) fn put_back(&self, calls: Vec<CallRecord>) {
        lock(&self.calls).splice(0..0, calls);
    }
}

/// Writes calls to the audit trail of a command.
pub(super) async fn insert_call_events(
    connection: &mut AnyConnection,
    command: &str,
    calls: &[CallRecord],
) -> Result<(), sqlx::Error> {
    for call in calls {
        insert_audit_event(connection, command, call.at, "api_call", Some(&call.detail)).await?;
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::LEASE_TTL;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[test]
    fn a_lease_is_valid_only_by_both_clocks() {
        let short = LEASE_TTL - LEASE_TTL / 3 - Duration::from_secs(1);
        let instant = |ago| Instant::now().checked_sub(ago).unwrap();
        let at = |ago| Timestamp(NOW.0 - i64::try_from(Duration::as_millis(&ago)).unwrap());
        for (monotonic, wall, is_valid) in [
            (short, short, true),
            (LEASE_TTL, short, false),
            (short, LEASE_TTL, false),
            (LEASE_TTL, LEASE_TTL, false),
        ] {
            let held = LeaseState::new((instant(monotonic), at(wall)));
            assert_eq!(held.is_valid(NOW, LEASE_TTL), is_valid, "{monotonic:?} {wall:?}");
            held.confirm((instant(short), NOW));
            assert!(held.is_valid(NOW, LEASE_TTL) || monotonic == short, "{monotonic:?} {wall:?}");
        }
        // A wall clock that was set back does not invalidate a lease.
        assert!(LeaseState::new((Instant::now(), NOW.plus(LEASE_TTL * 9))).is_valid(NOW, LEASE_TTL));
    }

    #[test]
    fn calls_are_taken_once_and_put_back_in_front() {
        let held = LeaseState::new((Instant::now(), NOW));
        held.record_call(NOW, "first".to_owned());
        let taken = held.take_calls();
        held.record_call(NOW, "second".to_owned());
        held.put_back(taken);
        let details: Vec<String> = held.take_calls().into_iter().map(|call| call.detail).collect();
        assert_eq!(details, ["first", "second"]);
        assert!(held.take_calls().is_empty());
    }
}
