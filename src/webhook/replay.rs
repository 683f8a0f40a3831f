//! Which signed deliveries were accepted already: a captured one brings nothing when sent again.
//!
//! The journal runs a WhatsApp message once by its `messageId`, whoever delivers it. This guard
//! adds one thing: a delivery that is sent again under its `webhook-id` inside the time window is a
//! duplicate even where the journal no longer knows its message. A delivery is remembered only
//! after it was accepted, so that one answered 503 can be sent again; what is no order is never
//! remembered, since it did nothing. Ask it only about orders: it holds a lock.
//!
//! A relay may take a message's id, which its sender chose, for the delivery's: so a delivery is known by its
//! sender as well, and one person's id hides nobody else's order. What was captured names the same sender.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::verify::TOLERANCE;
use crate::clock::Timestamp;
use crate::domain::{InstanceName, Lid, Person, Phone};

/// A delivery stamped at the far end of the window verifies until the near end has passed it.
const RETENTION: Duration = Duration::from_secs(2 * TOLERANCE.as_secs());

/// The most deliveries that are remembered: about 4 MiB.
const CAPACITY: usize = 65_536;

type DeliveryHash = [u8; 16];

/// The `webhook-id`s that were accepted lately, of all instances; the oldest make room for new ones.
#[derive(Debug)]
pub struct ReplayGuard {
    capacity: usize,
    deliveries: Mutex<Deliveries>,
}

#[derive(Debug, Default)]
struct Deliveries {
    known: HashSet<DeliveryHash>,
    by_age: VecDeque<(Timestamp, DeliveryHash)>,
}

impl Default for ReplayGuard {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl ReplayGuard {
    /// A guard that remembers at most so many deliveries.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), deliveries: Mutex::default() }
    }

    /// Whether this delivery was accepted within the window.
    pub fn seen(&self, instance: &InstanceName, sender: Person, webhook_id: &str, now: Timestamp) -> bool {
        let mut deliveries = self.lock();
        deliveries.forget_before(now);
        deliveries.known.contains(&hash_delivery(instance, sender, webhook_id))
    }

    /// This delivery was accepted: the same once more is a duplicate.
    pub fn insert(&self, instance: &InstanceName, sender: Person, webhook_id: &str, now: Timestamp) {
        let mut deliveries = self.lock();
        deliveries.forget_before(now);
        let mark = hash_delivery(instance, sender, webhook_id);
        if deliveries.known.insert(mark) {
            deliveries.by_age.push_back((now, mark));
        }
        while deliveries.by_age.len() > self.capacity {
            deliveries.forget_oldest();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Deliveries> {
        // Nothing here panics half-way, so what a poisoned lock guards is whole.
        self.deliveries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deliveries {
    fn forget_before(&mut self, now: Timestamp) {
        while self.by_age.front().is_some_and(|(accepted, _)| now.since(*accepted) > RETENTION) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, mark)) = self.by_age.pop_front() {
            self.known.remove(&mark);
        }
    }
}

/// Ids are up to 128 bytes and chosen by the sender: half a digest keeps the memory bounded.
fn hash_delivery(instance: &InstanceName, sender: Person, webhook_id: &str) -> DeliveryHash {
    let phone = sender.phone.map_or(0, Phone::as_u64).to_be_bytes();
    let lid = sender.lid.map_or(0, Lid::as_u64).to_be_bytes();
    let digest = Sha256::new().chain_update(phone).chain_update(lid);
    let digest = digest.chain_update(instance.as_str()).chain_update([0]).chain_update(webhook_id).finalize();
    let mut mark = DeliveryHash::default();
    mark.copy_from_slice(&digest[..size_of::<DeliveryHash>()]);
    mark
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_764_000_000_000);

    fn main() -> InstanceName {
        InstanceName::parse("main").unwrap()
    }

    fn ana() -> Person {
        Person { phone: Phone::parse("5544999990001"), lid: None }
    }

    #[test]
    fn t17_the_same_id_of_another_sender_is_another_delivery() {
        let guard = ReplayGuard::default();
        guard.insert(&main(), Person { phone: Phone::parse("5544999990002"), lid: None }, "msg_1", NOON);
        assert!(!guard.seen(&main(), ana(), "msg_1", NOON));
    }

    #[test]
    fn a_delivery_is_a_duplicate_once_it_was_accepted() {
        let guard = ReplayGuard::default();
        assert!(!guard.seen(&main(), ana(), "msg_1", NOON));
        // It was answered 503, so nobody remembered it: it may come again.
        assert!(!guard.seen(&main(), ana(), "msg_1", NOON));

        guard.insert(&main(), ana(), "msg_1", NOON);

        assert!(guard.seen(&main(), ana(), "msg_1", NOON.plus(Duration::from_secs(299))));
        assert!(!guard.seen(&main(), ana(), "msg_2", NOON));
    }

    #[test]
    fn the_same_id_of_another_instance_is_another_delivery() {
        let guard = ReplayGuard::default();
        guard.insert(&main(), ana(), "msg_1", NOON);
        assert!(!guard.seen(&InstanceName::parse("other").unwrap(), ana(), "msg_1", NOON));
    }

    #[test]
    fn a_delivery_is_remembered_for_as_long_as_it_would_verify() {
        let guard = ReplayGuard::default();
        guard.insert(&main(), ana(), "msg_1", NOON);
        assert!(guard.seen(&main(), ana(), "msg_1", NOON.plus(Duration::from_secs(600))));
        assert!(!guard.seen(&main(), ana(), "msg_1", NOON.plus(Duration::from_secs(601))));
    }

    #[test]
    fn the_oldest_delivery_makes_room() {
        let guard = ReplayGuard::with_capacity(2);
        for id in ["msg_1", "msg_2", "msg_2", "msg_3"] {
            guard.insert(&main(), ana(), id, NOON);
        }
        assert!(!guard.seen(&main(), ana(), "msg_1", NOON));
        assert!(guard.seen(&main(), ana(), "msg_2", NOON));
        assert!(guard.seen(&main(), ana(), "msg_3", NOON));
    }

    #[test]
    fn a_clock_that_goes_back_forgets_nothing() {
        let guard = ReplayGuard::default();
        guard.insert(&main(), ana(), "msg_1", NOON);
        assert!(guard.seen(&main(), ana(), "msg_1", Timestamp(0)));
    }
}
