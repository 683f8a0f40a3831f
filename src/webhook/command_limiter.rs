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
#[derive(Debug, Default)]
pub struct CommandRateLimiter {
    histories: Mutex<HashMap<String, History>>,
}

#[derive(Debug, Default)]
struct History {
    /// The messages that count: since when, and their number of commands.
    accepted: HashMap<Arc<str>, (Timestamp, usize)>,
    /// The sum of these numbers.
    commands: usize,
    /// The same, oldest first, with refunded ones.
    by_age: VecDeque<(Timestamp, Arc<str>)>,
    is_notified: bool,
}

impl CommandRateLimiter {
    /// Counts the commands of a message and returns whether all are within the limit of commands a minute. They are
    /// counted at once, so that many at a time do not pass together, and only once, however many deliveries of the
    /// message arrive; see [`CommandRateLimiter::refund`].
    pub fn check(
        &self,
        key: &str,
        (message_id, count): (&str, usize),
        limit: u32,
        now: Timestamp,
    ) -> RateDecision {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
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
        } else if history.commands + count <= limit {
            let id: Arc<str> = message_id.into();
            history.is_notified = false;
            history.accepted.insert(id.clone(), (now, count));
            history.commands += count;
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
        let removed = self.accepted.remove(message_id);
        self.commands -= removed.map_or(0, |(_, count)| count);
        // Now and then, so that endless duplicates do not fill the memory.
        if self.by_age.len() > 2 * self.accepted.len() + 64 {
            let Self { accepted, by_age, .. } = self;
            by_age.retain(|(at, id)| accepted.get(id).is_some_and(|(since, _)| since == at));
        }
    }

    fn expire(&mut self, now: Timestamp) {
        while let Some((at, id)) = self.by_age.pop_front_if(|(at, _)| now.since(*at) >= WINDOW) {
            // Unless it was refunded, and counted again.
            if let Some((_, count)) = self.accepted.get(&id).filter(|(since, _)| *since == at) {
                self.commands -= count;
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
        let limiter = CommandRateLimiter::default();
        let at = |second: i64| Timestamp(second * 1_000);
        for (second, id) in [(0, "A"), (1, "B")] {
            assert_eq!(limiter.check("ana", (id, 1), 2, at(second)), RateDecision::Allowed);
        }
        assert_eq!(limiter.check("ana", ("C", 1), 2, at(2)), RateDecision::FirstExceeded);
        assert_eq!(limiter.check("ana", ("D", 1), 2, at(3)), RateDecision::Exceeded);
        assert_eq!(limiter.check("rui", ("D", 1), 2, at(3)), RateDecision::Allowed);
        assert_eq!(limiter.check("ana", ("E", 1), 2, at(60)), RateDecision::Allowed);
        limiter.refund("ana", "E", RateDecision::Allowed);
        assert_eq!(limiter.check("ana", ("F", 1), 2, at(60)), RateDecision::Allowed);
    }

    #[test]
    fn each_command_of_a_message_counts() {
        let limiter = CommandRateLimiter::default();
        let at = |second: i64| Timestamp(second * 1_000);
        assert_eq!(limiter.check("ana", ("A", 2), 3, at(0)), RateDecision::Allowed);
        assert_eq!(limiter.check("ana", ("B", 2), 3, at(1)), RateDecision::FirstExceeded);
        assert_eq!(limiter.check("ana", ("C", 1), 3, at(2)), RateDecision::Allowed);
        limiter.refund("ana", "A", RateDecision::Allowed);
        assert_eq!(limiter.check("ana", ("B", 2), 3, at(3)), RateDecision::Allowed);
        assert_eq!(limiter.check("ana", ("D", 3), 3, at(62)), RateDecision::FirstExceeded);
        assert_eq!(limiter.check("ana", ("D", 3), 3, at(63)), RateDecision::Allowed);
    }

    #[test]
    fn simultaneous_deliveries_of_a_message_count_once() {
        let limiter = CommandRateLimiter::default();
        let now = Timestamp(0);
        assert_eq!(limiter.check("ana", ("A", 1), 2, now), RateDecision::Allowed);
        for _ in 0..9 {
            assert_eq!(limiter.check("ana", ("A", 1), 2, now), RateDecision::AlreadyCounted);
            limiter.refund("ana", "A", RateDecision::AlreadyCounted);
        }
        assert_eq!(limiter.check("ana", ("B", 1), 2, now), RateDecision::Allowed);
        assert_eq!(limiter.check("ana", ("C", 1), 2, now), RateDecision::FirstExceeded);
    }

    #[test]
    fn endless_duplicates_are_not_counted_and_not_kept() {
        let limiter = CommandRateLimiter::default();
        let at = |milli: i64| Timestamp(milli);
        assert_eq!(limiter.check("ana", ("A", 1), 2, at(0)), RateDecision::Allowed);
        for round in 0..1_000 {
            // Two at a time; the first is refunded first.
            for id in ["B", "C"] {
                assert_ne!(limiter.check("ana", (id, 1), 2, at(round)), RateDecision::AlreadyCounted);
            }
            limiter.refund("ana", "B", RateDecision::Allowed);
            limiter.refund("ana", "C", RateDecision::FirstExceeded);
        }
        assert!(limiter.lock()["ana"].by_age.len() < 100);
        // A refunded message that comes again counts from then on.
        assert_eq!(limiter.check("ana", ("B", 1), 2, at(1_000)), RateDecision::Allowed);
        assert_eq!(limiter.check("ana", ("D", 1), 2, at(60_000)), RateDecision::Allowed);
        assert_eq!(limiter.check("ana", ("E", 1), 2, at(60_999)), RateDecision::FirstExceeded);
        assert_eq!(limiter.check("ana", ("E", 1), 2, at(61_000)), RateDecision::Allowed);
    }

    #[test]
    fn t13_ten_thousand_chats_are_remembered_and_no_more() {
        let limiter = CommandRateLimiter::default();
        let at = |second: i64| Timestamp(second * 1_000);
        for chat in 0..MAX_TRACKED {
            assert_eq!(limiter.check(&chat.to_string(), ("A", 1), 1, at(0)), RateDecision::Allowed);
        }
        assert_eq!(limiter.check("one more", ("A", 1), 1, at(59)), RateDecision::Exceeded);
        assert_eq!(limiter.check("0", ("B", 1), 1, at(59)), RateDecision::FirstExceeded);
        assert_eq!(limiter.lock().len(), MAX_TRACKED);
        assert_eq!(limiter.check("one more", ("A", 1), 1, at(60)), RateDecision::Allowed);
        assert_eq!(limiter.lock().len(), 1);
    }
}
