//! The deadline of one attempt at a command.
//!
//! After it no call is sent, and reads that are running are cancelled. A change that is running is not: it has its own
//! timeout, and its response matters. Each change that Z-API confirms moves the deadline, and time spent waiting for a
//! rate limit does not count, so that long commands that make progress are not cancelled.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The deadline of an attempt.
#[derive(Debug)]
pub(super) struct Deadline {
    at: Mutex<Instant>,
    /// The least time left after a confirmed change.
    extension: Duration,
}

impl Deadline {
    pub(super) fn new(now: Instant, time: Duration, extension: Duration) -> Self {
        Self { at: Mutex::new(now + time), extension }
    }

    pub(super) fn at(&self) -> Instant {
        *self.lock()
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.at() <= now
    }

    /// Moves the deadline after a confirmed change.
    pub(super) fn extend(&self, now: Instant) {
        let mut at = self.lock();
        *at = (*at).max(now + self.extension);
    }

    /// Moves the deadline by the time spent waiting for a rate limit.
    pub(super) fn postpone(&self, waited: Duration) {
        *self.lock() += waited;
    }

    fn lock(&self) -> MutexGuard<'_, Instant> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_confirmed_change_and_a_wait_move_the_end_and_nothing_else_does() {
        let start = Instant::now();
        let deadline = Deadline::new(start, 60 * SECOND, 30 * SECOND);

        deadline.extend(start + 10 * SECOND);
        assert_eq!(deadline.at(), start + 60 * SECOND, "more than the extension is left");
        deadline.extend(start + 50 * SECOND);
        assert_eq!(deadline.at(), start + 80 * SECOND);

        deadline.postpone(5 * SECOND);
        assert!(!deadline.is_over(start + 84 * SECOND));
        assert!(deadline.is_over(start + 85 * SECOND));
    }
}
