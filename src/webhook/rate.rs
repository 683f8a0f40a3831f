//! How many orders an admin gives a minute; who is over is told once, then ignored.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);

/// May this admin give another order?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Within,
    /// No, and they are to be told.
    FirstOver,
    /// No, and they were told.
    Over,
}

/// The orders of the last minute, by admin. Only admins get here, so the memory is bounded.
#[derive(Debug)]
pub struct OrderRate {
    limit: usize,
    recent: Mutex<HashMap<String, Recent>>,
}

#[derive(Debug, Default)]
struct Recent {
    accepted: VecDeque<Timestamp>,
    was_told: bool,
}

impl OrderRate {
    /// At most `limit` orders a minute.
    pub fn new(limit: u32) -> Self {
        Self { limit: usize::try_from(limit).unwrap_or(usize::MAX), recent: Mutex::default() }
    }

    /// Whether the admin may give another order now. It is counted at once, so that many at a time
    /// do not pass together; see [`OrderRate::give_back`].
    pub fn take(&self, admin: &str, now: Timestamp) -> Verdict {
        let mut all = self.lock();
        let recent = all.entry(admin.to_owned()).or_default();
        while recent.accepted.front().is_some_and(|at| now.since(*at) >= MINUTE) {
            recent.accepted.pop_front();
        }
        if recent.accepted.len() < self.limit {
            recent.was_told = false;
            recent.accepted.push_back(now);
            Verdict::Within
        } else if recent.was_told {
            Verdict::Over
        } else {
            recent.was_told = true;
            Verdict::FirstOver
        }
    }

    /// What was taken is not counted after all: the order was a duplicate, or not written down.
    pub fn give_back(&self, admin: &str, taken: Verdict) {
        let mut all = self.lock();
        let Some(recent) = all.get_mut(admin) else { return };
        match taken {
            Verdict::Within => drop(recent.accepted.pop_back()),
            Verdict::FirstOver => recent.was_told = false,
            Verdict::Over => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Recent>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_over_is_told_once_and_free_again_after_a_minute() {
        let rate = OrderRate::new(2);
        let at = |second: i64| Timestamp(second * 1_000);
        for second in [0, 1] {
            assert_eq!(rate.take("ana", at(second)), Verdict::Within);
        }
        assert_eq!(rate.take("ana", at(2)), Verdict::FirstOver);
        assert_eq!(rate.take("ana", at(3)), Verdict::Over);
        assert_eq!(rate.take("rui", at(3)), Verdict::Within);
        assert_eq!(rate.take("ana", at(60)), Verdict::Within);
        rate.give_back("ana", Verdict::Within);
        assert_eq!(rate.take("ana", at(60)), Verdict::Within);
    }
}
