//! Rate limiter for commands of an admin, and for unknown commands in one chat, where another bot may react to each
//! reply (THREATS.md, T13). The first command above the limit gets a reply; the next ones are ignored.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

const WINDOW: Duration = Duration::from_secs(60);
/// Keys that are tracked at most; above that, new ones are limited until old ones expire.
const MAX_TRACKED: usize = 10_000;

/// Whether a command is within the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateDecision {
    /// Yes.
    Allowed,
    /// Yes: the message is counted already. The journal decides which delivery was the first.
    AlreadyCounted,
    /// No, and the admin is to be told.
    FirstExceeded,
    /// No, and the admin was told.
    Exceeded,
}

/// The commands of the last minute, by the key of an admin or a chat.
#[derive(Debug)]
pub struct CommandRateLimiter {
    limit: usize,
    histories: Mutex<HashMap<String, History>>,
}

#[derive(Debug, Default)]
struct History {
    /// The messages that count, and since when.
    accepted: HashMap<Arc<str>, Timestamp>,
    /// The same, oldest first, with refunded ones.
    by_age: VecDeque<(Timestamp, Arc<str>)>,
    is_notified: bool,
}

impl CommandRateLimiter {
    /// A limiter for `limit` commands a minute.
    pub fn new(limit: u32) -> Self {
        Self { limit: usize::try_from(limit).unwrap_or(usize::MAX), histories: Mutex::default() }
    }

    /// Counts a message and returns whether it is within the limit. It is counted at once, so that many at a time do
    /// not pass together, and only once, however many deliveries of it arrive; see [`CommandRateLimiter::refund`].
    pub fn check(&self, key: &str, message_id: &str, now: Timestamp) -> RateDecision {
        let mut all = self.lock();
        if all.len() >= MAX_TRACKED && !all.contains_key(key) {
            all.retain(|_, history| history.by_age.back().is_some_and(|(at, _)| now.since(*at) < WINDOW));
            if all.len() >= MAX_TRACKED {
                return RateDecision::Exceeded;
            }
        }
        let history = all.entry(key.to_owned()).or_default();
        history.expire(now);
        if history.accepted.contains_key(message_id) {
            RateDecision::AlreadyCounted
        } else if history.accepted.len() < self.limit {
            let id: Arc<str> = message_id.into();
            history.is_notified = false;
            history.accepted.insert(id.clone(), now);
            history.by_age.push_back((now, id));
            RateDecision::Allowed
        } else if history.is_notified {
            RateDecision::Exceeded
        } else {
            history.is_notified = true;
            RateDecision::FirstExceeded
        }
    }

    /// Uncounts a message that was a duplicate, or could not be stored.
    pub fn refund(&self, key: &str, message_id: &str, decision: RateDecision) {
        let mut all = self.lock();
        let Some(history) = all.get_mut(key) else { return };
        match decision {
            RateDecision::Allowed => history.remove(message_id),
            RateDecision::FirstExceeded => history.is_notified = false,
            RateDecision::AlreadyCounted | RateDecision::Exceeded => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, History>> {
        self.histories.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl History {
    fn remove(&mut self, message_id: &str) {
        self.accepted.remove(message_id);
        // Now and then, so that endless duplicates do not fill the memory.
        if self.by_age.len() > 2 * self.accepted.len() + 64 {
            let Self { accepted, by_age, .. } = self;
            by_age.retain(|(at, id)| accepted.get(id) == Some(at));
        }
    }

    fn expire(&mut self, now: Timestamp) {
        while let Some((at, id)) = self.by_age.pop_front_if(|(at, _)| now.since(*at) >= WINDOW) {
            // Unless it was refunded, and counted again.
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
    fn an_admin_over_the_limit_is_told_once_and_free_after_a_minute() {
        let limiter = CommandRateLimiter::new(2);
        let at = |second: i64| Timestamp(second * 1_000);
        for (second, id) in [(0, "A"), (1, "B")] {
            assert_eq!(limiter.check("ana", id, at(second)), RateDecision::Allowed);
        }
        assert_eq!(limiter.check("ana", "C", at(2)), RateDecision::FirstExceeded);
        assert_eq!(limiter.check("ana", "D", at(3)), RateDecision::Exceeded);
        assert_eq!(limiter.check("rui", "D", at(3)), RateDecision::Allowed);
        assert_eq!(limiter.check("ana", "E", at(60)), RateDecision::Allowed);
        limiter.refund("ana", "E", RateDecision::Allowed);
        assert_eq!(limiter.check("ana", "F", at(60)), RateDecision::Allowed);
    }

    #[test]
    fn simultaneous_deliveries_of_a_message_count_once() {
        let limiter = CommandRateLimiter::new(2);
        let now = Timestamp(0);
        assert_eq!(limiter.check("ana", "A", now), RateDecision::Allowed);
        for _ in 0..9 {
            assert_eq!(limiter.check("ana", "A", now), RateDecision::AlreadyCounted);
            limiter.refund("ana", "A", RateDecision::AlreadyCounted);
        }
        assert_eq!(limiter.check("ana", "B", now), RateDecision::Allowed);
        assert_eq!(limiter.check("ana", "C", now), RateDecision::FirstExceeded);
    }

    #[test]
    fn endless_duplicates_are_not_counted_and_not_kept() {
        let limiter = CommandRateLimiter::new(2);
        let at = |milli: i64| Timestamp(milli);
        assert_eq!(limiter.check("ana", "A", at(0)), RateDecision::Allowed);
        for round in 0..1_000 {
            // Two at a time; the first is refunded first.
            for id in ["B", "C"] {
                assert_ne!(limiter.check("ana", id, at(round)), RateDecision::AlreadyCounted);
            }
            limiter.refund("ana", "B", RateDecision::Allowed);
            limiter.refund("ana", "C", RateDecision::FirstExceeded);
        }
        assert!(limiter.lock()["ana"].by_age.len() < 100);
        // A refunded message that comes again counts from then on.
        assert_eq!(limiter.check("ana", "B", at(1_000)), RateDecision::Allowed);
        assert_eq!(limiter.check("ana", "D", at(60_000)), RateDecision::Allowed);
        assert_eq!(limiter.check("ana", "E", at(60_999)), RateDecision::FirstExceeded);
        assert_eq!(limiter.check("ana", "E", at(61_000)), RateDecision::Allowed);
    }

    #[test]
    fn t13_ten_thousand_chats_are_remembered_and_no_more() {
        let limiter = CommandRateLimiter::new(1);
        let at = |second: i64| Timestamp(second * 1_000);
        for chat in 0..MAX_TRACKED {
            assert_eq!(limiter.check(&chat.to_string(), "A", at(0)), RateDecision::Allowed);
        }
        assert_eq!(limiter.check("one more", "A", at(59)), RateDecision::Exceeded);
        assert_eq!(limiter.check("0", "B", at(59)), RateDecision::FirstExceeded);
        assert_eq!(limiter.lock().len(), MAX_TRACKED);
        assert_eq!(limiter.check("one more", "A", at(60)), RateDecision::Allowed);
        assert_eq!(limiter.lock().len(), 1);
    }
}
