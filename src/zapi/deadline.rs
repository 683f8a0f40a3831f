//! The end of one attempt at a command.
//!
//! After it no call is sent, and a reading that is under way is cut. A change that is under way is not cut: it has
//! its own time-out, and its response is worth more than the seconds. Each change that Z-API confirms moves the
//! end, and time spent waiting for a rate limit does not count: long work that gets on is never cut.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// When an attempt ends.
#[derive(Debug)]
pub(super) struct Deadline {
    at: Mutex<Instant>,
    /// The time that a confirmed change leaves at least.
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

    /// Moves the end, since a change was confirmed now.
    pub(super) fn extend(&self, now: Instant) {
        let mut at = self.lock();
        *at = (*at).max(now + self.extension);
    }

    /// Moves the end by a time that was spent waiting for a rate limit.
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
