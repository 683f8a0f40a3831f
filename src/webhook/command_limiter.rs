//! How many orders a minute: of an admin, who is told once when over and then ignored; and of names
//! that are no command, in one chat, where another bot may answer each answer (THREATS.md, T13).

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

const WINDOW: Duration = Duration::from_secs(60);
/// How many are remembered at most; above that, new ones wait until old ones are forgotten.
const MAX_TRACKED: usize = 10_000;

/// May another order be given?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateDecision {
    /// Yes.
    Allowed,
    /// Yes: the same message is counted already. Which delivery of it came first, the journal knows.
    AlreadyCounted,
    /// No, and they are to be told.
    FirstExceeded,
    /// No, and they were told.
    Exceeded,
}

/// The orders of the last minute, by who gave them or where: an admin's key, or a chat.
#[derive(Debug)]
pub struct CommandRateLimiter {
    limit: usize,
    recent: Mutex<HashMap<String, History>>,
}

#[derive(Debug, Default)]
struct History {
    /// Which messages count, and since when.
    accepted: HashMap<Arc<str>, Timestamp>,
    /// The same, oldest first, and what was given back among them.
    by_age: VecDeque<(Timestamp, Arc<str>)>,
    is_notified: bool,
}

impl CommandRateLimiter {
    /// At most `limit` orders a minute.
    pub fn new(limit: u32) -> Self {
        Self { limit: usize::try_from(limit).unwrap_or(usize::MAX), recent: Mutex::default() }
    }

    /// Whether `whose` next order is within the limit now. It is counted at once, so that many at a
    /// time do not pass together, and once, however many deliveries of it come at a time; see
    /// [`CommandRateLimiter::refund`].
    pub fn check(&self, whose: &str, message_id: &str, now: Timestamp) -> RateDecision {
        let mut all = self.lock();
        if all.len() >= MAX_TRACKED && !all.contains_key(whose) {
            all.retain(|_, recent| recent.by_age.back().is_some_and(|(at, _)| now.since(*at) < WINDOW));
            if all.len() >= MAX_TRACKED {
                return RateDecision::Exceeded;
            }
        }
        let recent = all.entry(whose.to_owned()).or_default();
        recent.forget_before(now);
        if recent.accepted.contains_key(message_id) {
            RateDecision::AlreadyCounted
        } else if recent.accepted.len() < self.limit {
            let id: Arc<str> = message_id.into();
            recent.is_notified = false;
            recent.accepted.insert(id.clone(), now);
            recent.by_age.push_back((now, id));
            RateDecision::Allowed
        } else if recent.is_notified {
            RateDecision::Exceeded
        } else {
            recent.is_notified = true;
            RateDecision::FirstExceeded
        }
    }

    /// What was taken is not counted after all: the order was a duplicate, or not written down.
    pub fn refund(&self, whose: &str, message_id: &str, taken: RateDecision) {
        let mut all = self.lock();
        let Some(recent) = all.get_mut(whose) else { return };
        match taken {
            RateDecision::Allowed => recent.forget(message_id),
            RateDecision::FirstExceeded => recent.is_notified = false,
            RateDecision::AlreadyCounted | RateDecision::Exceeded => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, History>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl History {
    fn forget(&mut self, message_id: &str) {
        self.accepted.remove(message_id);
        // Now and then, so that it costs next to nothing: who sends duplicates without end fills no memory.
        if self.by_age.len() > 2 * self.accepted.len() + 64 {
            let Self { accepted, by_age, .. } = self;
            by_age.retain(|(at, id)| accepted.get(id) == Some(at));
        }
    }

    fn forget_before(&mut self, now: Timestamp) {
        while let Some((at, id)) = self.by_age.pop_front_if(|(at, _)| now.since(*at) >= WINDOW) {
            // Unless it was given back, and came again.
            if self.accepted.get(&id) == Some(&at) {
                self.accepted.remove(&id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_over_is_told_once_and_free_again_after_a_minute() {
        let rate = CommandRateLimiter::new(2);
        let at = |second: i64| Timestamp(second * 1_000);
        for (second, id) in [(0, "A"), (1, "B")] {
            assert_eq!(rate.check("ana", id, at(second)), RateDecision::Allowed);
        }
        assert_eq!(rate.check("ana", "C", at(2)), RateDecision::FirstExceeded);
        assert_eq!(rate.check("ana", "D", at(3)), RateDecision::Exceeded);
        assert_eq!(rate.check("rui", "D", at(3)), RateDecision::Allowed);
        assert_eq!(rate.check("ana", "E", at(60)), RateDecision::Allowed);
        rate.refund("ana", "E", RateDecision::Allowed);
        assert_eq!(rate.check("ana", "F", at(60)), RateDecision::Allowed);
    }

    #[test]
    fn deliveries_of_one_message_that_come_together_are_one_command() {
        let rate = CommandRateLimiter::new(2);
        let now = Timestamp(0);
        assert_eq!(rate.check("ana", "A", now), RateDecision::Allowed);
        for _ in 0..9 {
            assert_eq!(rate.check("ana", "A", now), RateDecision::AlreadyCounted);
            rate.refund("ana", "A", RateDecision::AlreadyCounted);
        }
        assert_eq!(rate.check("ana", "B", now), RateDecision::Allowed);
        assert_eq!(rate.check("ana", "C", now), RateDecision::FirstExceeded);
    }

    #[test]
    fn duplicates_without_end_are_not_counted_and_not_kept() {
        let rate = CommandRateLimiter::new(2);
        let at = |milli: i64| Timestamp(milli);
        assert_eq!(rate.check("ana", "A", at(0)), RateDecision::Allowed);
        for round in 0..1_000 {
            // Two at a time, the first of which is given back first.
            for id in ["B", "C"] {
                assert_ne!(rate.check("ana", id, at(round)), RateDecision::AlreadyCounted);
            }
            rate.refund("ana", "B", RateDecision::Allowed);
            rate.refund("ana", "C", RateDecision::FirstExceeded);
        }
        assert!(rate.lock()["ana"].by_age.len() < 100);
        // What was given back and came again counts from then on.
        assert_eq!(rate.check("ana", "B", at(1_000)), RateDecision::Allowed);
        assert_eq!(rate.check("ana", "D", at(60_000)), RateDecision::Allowed);
        assert_eq!(rate.check("ana", "E", at(60_999)), RateDecision::FirstExceeded);
        assert_eq!(rate.check("ana", "E", at(61_000)), RateDecision::Allowed);
    }

    #[test]
    fn t13_ten_thousand_chats_are_remembered_and_no_more() {
        let rate = CommandRateLimiter::new(1);
        let at = |second: i64| Timestamp(second * 1_000);
        for chat in 0..MAX_TRACKED {
            assert_eq!(rate.check(&chat.to_string(), "A", at(0)), RateDecision::Allowed);
        }
        assert_eq!(rate.check("one more", "A", at(59)), RateDecision::Exceeded);
        assert_eq!(rate.check("0", "B", at(59)), RateDecision::FirstExceeded);
        assert_eq!(rate.lock().len(), MAX_TRACKED);
        assert_eq!(rate.check("one more", "A", at(60)), RateDecision::Allowed);
        assert_eq!(rate.lock().len(), 1);
    }
}
