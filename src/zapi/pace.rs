//! Spaces calls out: so many a period, in bursts of five, the rest waits its turn.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How many may go at once after a quiet time.
const BURST: u32 = 5;

/// A rate that callers wait for (the generic cell rate algorithm: one moment is all its state).
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// `count` calls a `period`.
    pub(super) fn new(count: u32, period: Duration) -> Self {
        Self { interval: period / count.max(1), next: Mutex::new(None) }
    }

    /// Returns when the next call may go; callers are served in the order in which they came.
    pub(super) async fn turn(&self) {
        tokio::time::sleep_until(self.book(Instant::now())).await;
    }

    fn book(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let due = next.unwrap_or(now).max(now);
        *next = Some(due + self.interval);
        let slack = self.interval * (BURST - 1);
        due.checked_sub(slack).map_or(now, |go| go.max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_go_at_once_and_the_rest_in_step() {
        let pace = Pace::new(1, Duration::from_secs(1));
        let now = Instant::now();
        let waits: Vec<u64> = (0..8).map(|_| (pace.book(now) - now).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 3]);
        let later = now + Duration::from_secs(60);
        assert_eq!(pace.book(later), later);
    }
}
