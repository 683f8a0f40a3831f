//! Replay guard: recognizes signed deliveries that were accepted before.
//!
//! The journal runs a message once per `messageId`, from any sender. In addition, a delivery that is sent again with
//! its `webhook-id` within the time window is a duplicate even if the journal no longer has its message. A delivery is
//! stored only after it was accepted, so that one with a 503 can be sent again; events that are no commands are never
//! stored. It takes a lock, so it is only used for commands.
//!
//! A relay may use the id of the message, which its sender chose, as the id of the delivery. So the key includes the
//! sender: one person's id does not hide the command of another one, and a captured delivery has the same sender.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::verify::CLOCK_TOLERANCE;
use crate::clock::Timestamp;
use crate::domain::{InstanceName, Lid, Person, Phone};

/// A delivery that is dated at one end of the window verifies until the other end.
const RETENTION: Duration = Duration::from_secs(2 * CLOCK_TOLERANCE.as_secs());

/// Deliveries that are stored at most: about 4 MiB.
const CAPACITY: usize = 65_536;

type DeliveryHash = [u8; 16];

/// The deliveries that were accepted lately, of all instances; new ones replace the oldest.
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
    /// A guard that stores at most so many deliveries.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), deliveries: Mutex::default() }
    }

    /// Whether this delivery was accepted within the window.
    pub fn is_replay(
        &self,
        instance: &InstanceName,
        sender: Person,
        webhook_id: &str,
        now: Timestamp,
    ) -> bool {
        let mut deliveries = self.lock();
        deliveries.expire(now);
        deliveries.known.contains(&hash_delivery(instance, sender, webhook_id))
    }

    /// Stores an accepted delivery.
    pub fn insert(&self, instance: &InstanceName, sender: Person, webhook_id: &str, now: Timestamp) {
        let mut deliveries = self.lock();
        deliveries.expire(now);
        let hash = hash_delivery(instance, sender, webhook_id);
        if deliveries.known.insert(hash) {
            deliveries.by_age.push_back((now, hash));
        }
        while deliveries.by_age.len() > self.capacity {
            deliveries.remove_oldest();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Deliveries> {
        // No code panics while it holds the lock.
        self.deliveries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deliveries {
    fn expire(&mut self, now: Timestamp) {
        while self.by_age.front().is_some_and(|(accepted, _)| now.since(*accepted) > RETENTION) {
            self.remove_oldest();
        }
    }

    fn remove_oldest(&mut self) {
        if let Some((_, hash)) = self.by_age.pop_front() {
            self.known.remove(&hash);
        }
    }
}

/// Half a digest keeps the memory bounded: ids have up to 128 bytes, chosen by the sender.
fn hash_delivery(instance: &InstanceName, sender: Person, webhook_id: &str) -> DeliveryHash {
    let phone = sender.phone.map_or(0, Phone::as_u64).to_be_bytes();
    let lid = sender.lid.map_or(0, Lid::as_u64).to_be_bytes();
    let digest = Sha256::new().chain_update(phone).chain_update(lid);
    let digest = digest.chain_update(instance.as_str()).chain_update([0]).chain_update(webhook_id).finalize();
    let mut hash = DeliveryHash::default();
    hash.copy_from_slice(&digest[..size_of::<DeliveryHash>()]);
    hash
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
        assert!(!guard.is_replay(&main(), ana(), "msg_1", NOON));
    }

    #[test]
    fn an_accepted_delivery_is_a_duplicate_the_next_time() {
        let guard = ReplayGuard::default();
        assert!(!guard.is_replay(&main(), ana(), "msg_1", NOON));
        // It got a 503 and was not stored: it may come again.
        assert!(!guard.is_replay(&main(), ana(), "msg_1", NOON));

        guard.insert(&main(), ana(), "msg_1", NOON);

        assert!(guard.is_replay(&main(), ana(), "msg_1", NOON.plus(Duration::from_secs(299))));
        assert!(!guard.is_replay(&main(), ana(), "msg_2", NOON));
    }

    #[test]
    fn the_same_id_of_another_instance_is_another_delivery() {
        let guard = ReplayGuard::default();
        guard.insert(&main(), ana(), "msg_1", NOON);
        assert!(!guard.is_replay(&InstanceName::parse("other").unwrap(), ana(), "msg_1", NOON));
    }

    #[test]
    fn a_delivery_is_stored_for_as_long_as_it_would_verify() {
        let guard = ReplayGuard::default();
        guard.insert(&main(), ana(), "msg_1", NOON);
        assert!(guard.is_replay(&main(), ana(), "msg_1", NOON.plus(Duration::from_secs(600))));
        assert!(!guard.is_replay(&main(), ana(), "msg_1", NOON.plus(Duration::from_secs(601))));
    }

    #[test]
    fn a_new_delivery_replaces_the_oldest() {
        let guard = ReplayGuard::with_capacity(2);
        for id in ["msg_1", "msg_2", "msg_2", "msg_3"] {
            guard.insert(&main(), ana(), id, NOON);
        }
        assert!(!guard.is_replay(&main(), ana(), "msg_1", NOON));
        assert!(guard.is_replay(&main(), ana(), "msg_2", NOON));
        assert!(guard.is_replay(&main(), ana(), "msg_3", NOON));
    }

    #[test]
    fn a_clock_that_goes_back_removes_nothing() {
        let guard = ReplayGuard::default();
        guard.insert(&main(), ana(), "msg_1", NOON);
        assert!(guard.is_replay(&main(), ana(), "msg_1", Timestamp(0)));
    }
}
