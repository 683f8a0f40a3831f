//! How many orders a minute: of an admin, who is told once when over and then ignored; and of names
//! that are no command, in one chat, where another bot may answer each answer (THREATS.md, T13).

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
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
    /// When, and which message.
    accepted: VecDeque<(Timestamp, String)>,
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
            all.retain(|_, recent| recent.accepted.back().is_some_and(|(at, _)| now.since(*at) < MINUTE));
            if all.len() >= MEMORY {
                return Verdict::Over;
            }
        }
        let recent = all.entry(whose.to_owned()).or_default();
        while recent.accepted.front().is_some_and(|(at, _)| now.since(*at) >= MINUTE) {
            recent.accepted.pop_front();
        }
        if recent.accepted.iter().any(|(_, id)| id == message_id) {
            Verdict::Again
        } else if recent.accepted.len() < self.limit {
            recent.was_told = false;
            recent.accepted.push_back((now, message_id.to_owned()));
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
            Verdict::Within => recent.accepted.retain(|(_, id)| id != message_id),
            Verdict::FirstOver => recent.was_told = false,
            Verdict::Again | Verdict::Over => {}
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
