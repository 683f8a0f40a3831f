//! What a claim knows besides its row: since when its lease is sure, and the calls not yet noted.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::AnyConnection;
use tokio::time::Instant;

use super::lease::note;
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
    pub(super) fn is_sure(&self, now: Timestamp, lease: Duration) -> bool {
        let (instant, at) = *lock(&self.sure_since);
        let limit = lease - lease / 3;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::LEASE;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[test]
    fn a_lease_is_sure_only_while_both_clocks_say_so() {
        let short = LEASE - LEASE / 3 - Duration::from_secs(1);
        let instant = |ago| Instant::now().checked_sub(ago).unwrap();
        let at = |ago| Timestamp(NOW.0 - i64::try_from(Duration::as_millis(&ago)).unwrap());
        for (monotonic, wall, is_sure) in
            [(short, short, true), (LEASE, short, false), (short, LEASE, false), (LEASE, LEASE, false)]
        {
            let held = Held::since((instant(monotonic), at(wall)));
            assert_eq!(held.is_sure(NOW, LEASE), is_sure, "{monotonic:?} {wall:?}");
            held.confirm((instant(short), NOW));
            assert!(held.is_sure(NOW, LEASE) || monotonic == short, "{monotonic:?} {wall:?}");
        }
        // A wall clock that went back since makes no doubt by itself.
        assert!(Held::since((Instant::now(), NOW.plus(LEASE * 9))).is_sure(NOW, LEASE));
    }

    #[test]
    fn calls_are_taken_once_and_put_back_in_front() {
        let held = Held::since((Instant::now(), NOW));
        held.remember(NOW, "first".to_owned());
        let taken = held.take_calls();
        held.remember(NOW, "second".to_owned());
        held.put_back(taken);
        let details: Vec<String> = held.take_calls().into_iter().map(|call| call.detail).collect();
        assert_eq!(details, ["first", "second"]);
        assert!(held.take_calls().is_empty());
    }
}
