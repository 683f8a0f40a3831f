//! How many orders a minute: of an admin, who is told once when over and then ignored; and of names
//! that are no command, in one chat, where another bot may answer each answer (THREATS.md, T13).

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);
/// How many are remembered at most; above that, new ones wait until old ones are forgotten.
const MEMORY: usize = 10_000;

/// May another order be given?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Within,
    /// Yes: the same message is counted already. Which delivery of it came first, the journal knows.
    Again,
    /// No, and they are to be told.
    FirstOver,
    /// No, and they were told.
    Over,
}

/// The orders of the last minute, by who gave them or where: an admin's key, or a chat.
#[derive(Debug)]
pub struct OrderRate {
    limit: usize,
    recent: Mutex<HashMap<String, Recent>>,
}

#[derive(Debug, Default)]
struct Recent {
    /// Which messages count, and since when.
    accepted: HashMap<Arc<str>, Timestamp>,
    /// The same, oldest first, and what was given back among them.
    by_age: VecDeque<(Timestamp, Arc<str>)>,
    was_told: bool,
}

impl OrderRate {
    /// At most `limit` orders a minute.
    pub fn new(limit: u32) -> Self {
        Self { limit: usize::try_from(limit).unwrap_or(usize::MAX), recent: Mutex::default() }
    }

    /// Whether `whose` next order is within the limit now. It is counted at once, so that many at a
    /// time do not pass together, and once, however many deliveries of it come at a time; see
    /// [`OrderRate::give_back`].
    pub fn take(&self, whose: &str, message_id: &str, now: Timestamp) -> Verdict {
        let mut all = self.lock();
        if all.len() >= MEMORY && !all.contains_key(whose) {
            all.retain(|_, recent| recent.by_age.back().is_some_and(|(at, _)| now.since(*at) < MINUTE));
            if all.len() >= MEMORY {
                return Verdict::Over;
            }
        }
        let recent = all.entry(whose.to_owned()).or_default();
        recent.forget_before(now);
        if recent.accepted.contains_key(message_id) {
            Verdict::Again
        } else if recent.accepted.len() < self.limit {
            let id: Arc<str> = message_id.into();
            recent.was_told = false;
            recent.accepted.insert(id.clone(), now);
            recent.by_age.push_back((now, id));
            Verdict::Within
        } else if recent.was_told {
            Verdict::Over
        } else {
            recent.was_told = true;
            Verdict::FirstOver
        }
    }

    /// What was taken is not counted after all: the order was a duplicate, or not written down.
    pub fn give_back(&self, whose: &str, message_id: &str, taken: Verdict) {
        let mut all = self.lock();
        let Some(recent) = all.get_mut(whose) else { return };
        match taken {
            Verdict::Within => recent.forget(message_id),
            Verdict::FirstOver => recent.was_told = false,
            Verdict::Again | Verdict::Over => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Recent>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent {
    fn forget(&mut self, message_id: &str) {
        self.accepted.remove(message_id);
        // Now and then, so that it costs next to nothing: who sends duplicates without end fills no memory.
        if self.by_age.len() > 2 * self.accepted.len() + 64 {
            let Self { accepted, by_age, .. } = self;
            by_age.retain(|(at, id)| accepted.get(id) == Some(at));
        }
    }

    fn forget_before(&mut self, now: Timestamp) {
        while let Some((at, id)) = self.by_age.pop_front_if(|(at, _)| now.since(*at) >= MINUTE) {
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
        let rate = OrderRate::new(2);
        let at = |second: i64| Timestamp(second * 1_000);
        for (second, id) in [(0, "A"), (1, "B")] {
            assert_eq!(rate.take("ana", id, at(second)), Verdict::Within);
        }
        assert_eq!(rate.take("ana", "C", at(2)), Verdict::FirstOver);
        assert_eq!(rate.take("ana", "D", at(3)), Verdict::Over);
        assert_eq!(rate.take("rui", "D", at(3)), Verdict::Within);
        assert_eq!(rate.take("ana", "E", at(60)), Verdict::Within);
        rate.give_back("ana", "E", Verdict::Within);
        assert_eq!(rate.take("ana", "F", at(60)), Verdict::Within);
    }

    #[test]
    fn deliveries_of_one_message_that_come_together_are_one_order() {
        let rate = OrderRate::new(2);
        let now = Timestamp(0);
        assert_eq!(rate.take("ana", "A", now), Verdict::Within);
        for _ in 0..9 {
            assert_eq!(rate.take("ana", "A", now), Verdict::Again);
            rate.give_back("ana", "A", Verdict::Again);
        }
        assert_eq!(rate.take("ana", "B", now), Verdict::Within);
        assert_eq!(rate.take("ana", "C", now), Verdict::FirstOver);
    }

    #[test]
    fn duplicates_without_end_are_not_counted_and_not_kept() {
        let rate = OrderRate::new(2);
        let at = |milli: i64| Timestamp(milli);
        assert_eq!(rate.take("ana", "A", at(0)), Verdict::Within);
        for round in 0..1_000 {
            // Two at a time, the first of which is given back first.
            for id in ["B", "C"] {
                assert_ne!(rate.take("ana", id, at(round)), Verdict::Again);
            }
            rate.give_back("ana", "B", Verdict::Within);
            rate.give_back("ana", "C", Verdict::FirstOver);
        }
        assert!(rate.lock()["ana"].by_age.len() < 100);
        // What was given back and came again counts from then on.
        assert_eq!(rate.take("ana", "B", at(1_000)), Verdict::Within);
        assert_eq!(rate.take("ana", "D", at(60_000)), Verdict::Within);
        assert_eq!(rate.take("ana", "E", at(60_999)), Verdict::FirstOver);
        assert_eq!(rate.take("ana", "E", at(61_000)), Verdict::Within);
    }

    #[test]
    fn t13_ten_thousand_chats_are_remembered_and_no_more() {
        let rate = OrderRate::new(1);
        let at = |second: i64| Timestamp(second * 1_000);
        for chat in 0..MEMORY {
            assert_eq!(rate.take(&chat.to_string(), "A", at(0)), Verdict::Within);
        }
        assert_eq!(rate.take("one more", "A", at(59)), Verdict::Over);
        assert_eq!(rate.take("0", "B", at(59)), Verdict::FirstOver);
        assert_eq!(rate.lock().len(), MEMORY);
        assert_eq!(rate.take("one more", "A", at(60)), Verdict::Within);
        assert_eq!(rate.lock().len(), 1);
    }
}
