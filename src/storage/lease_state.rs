//! What a claim knows besides its row: since when its lease is sure, and the calls not yet noted.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::AnyConnection;
use tokio::time::Instant;

use super::claim_writes::insert_audit_event;
use crate::clock::Timestamp;

/// A call to Z-API that was made for the order.
#[derive(Clone, Debug)]
pub(super) struct CallRecord {
    at: Timestamp,
    detail: String,
}

/// Shared by the clones of one claim.
#[derive(Debug)]
pub(super) struct LeaseState {
    /// When the last write that prolonged the lease began, by both clocks: the process may stand
    /// still while wall time goes on, and wall time may jump.
    confirmed_at: Mutex<(Instant, Timestamp)>,
    calls: Mutex<Vec<CallRecord>>,
}

impl LeaseState {
    /// A lease that was taken by a write which began at this moment.
    pub(super) fn new(begun: (Instant, Timestamp)) -> Self {
        Self { confirmed_at: Mutex::new(begun), calls: Mutex::default() }
    }

    /// The lease was prolonged by a write that began at this moment.
    pub(super) fn confirm(&self, begun: (Instant, Timestamp)) {
        let mut sure_since = lock(&self.confirmed_at);
        if begun.0 > sure_since.0 {
            *sure_since = begun;
        }
    }

    /// A third of the lease is left at least, by either clock.
    pub(super) fn is_valid(&self, now: Timestamp, lease: Duration) -> bool {
        let (instant, at) = *lock(&self.confirmed_at);
        let limit = lease - lease / 3;
        instant.elapsed() < limit && now.since(at) < limit
    }

    /// Keeps a call for the next write.
    pub(super) fn record_call(&self, at: Timestamp, detail: String) {
        lock(&self.calls).push(CallRecord { at, detail });
    }

    /// The calls not yet noted.
    pub(super) fn take_calls(&self) -> Vec<CallRecord> {
        std::mem::take(&mut *lock(&self.calls))
    }

    /// Calls whose write failed wait for the next one.
    pub(super) fn put_back(&self, calls: Vec<CallRecord>) {
        lock(&self.calls).splice(0..0, calls);
    }
}

/// Notes calls in the order's audit.
pub(super) async fn insert_call_events(
    connection: &mut AnyConnection,
    command: &str,
    calls: &[CallRecord],
) -> Result<(), sqlx::Error> {
    for call in calls {
        insert_audit_event(connection, command, call.at, "called", Some(&call.detail)).await?;
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
    fn a_lease_is_sure_only_while_both_clocks_say_so() {
        let short = LEASE_TTL - LEASE_TTL / 3 - Duration::from_secs(1);
        let instant = |ago| Instant::now().checked_sub(ago).unwrap();
        let at = |ago| Timestamp(NOW.0 - i64::try_from(Duration::as_millis(&ago)).unwrap());
        for (monotonic, wall, is_sure) in [
            (short, short, true),
            (LEASE_TTL, short, false),
            (short, LEASE_TTL, false),
            (LEASE_TTL, LEASE_TTL, false),
        ] {
            let held = LeaseState::new((instant(monotonic), at(wall)));
            assert_eq!(held.is_valid(NOW, LEASE_TTL), is_sure, "{monotonic:?} {wall:?}");
            held.confirm((instant(short), NOW));
            assert!(held.is_valid(NOW, LEASE_TTL) || monotonic == short, "{monotonic:?} {wall:?}");
        }
        // A wall clock that went back since makes no doubt by itself.
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
