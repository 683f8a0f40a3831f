//! Counts of refused events, for `vincula journal refused`: commands that had no effect because of their sender or their
//! time.
//!
//! They are gathered in memory and written at most once a minute, and when the service stops: a webhook of a stranger
//! waits for no disk. Counts that cannot be written are kept for the next write; a crash loses those of a minute.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::ignore_reason::IgnoreReason;
use crate::clock::{Clock, Timestamp};
use crate::domain::{InstanceName, Person};
use crate::storage::{HOUR_MS, RefusedCount, Store};

/// How long counts wait for others before they are written.
const WRITE_INTERVAL: Duration = Duration::from_secs(60);
/// Senders that are counted one by one in an hour; the others are counted together.
const MAX_TRACKED: usize = 2_000;

/// Counts refused events.
#[derive(Debug)]
pub struct RefusedCounter {
    store: Store,
    clock: Clock,
    counts: Mutex<HashMap<RefusedKey, NewCount>>,
    recorded: Notify,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct RefusedKey {
    instance: InstanceName,
    sender: Option<Person>,
    reason: IgnoreReason,
    /// The beginning of the hour.
    hour: Timestamp,
}

/// What was counted since the last write. Entries stay until the hour is over: [`MAX_TRACKED`] holds for each hour.
#[derive(Clone, Copy, Debug)]
struct NewCount {
    count: i64,
    last_at: Timestamp,
}

impl RefusedCounter {
    /// A counter that writes to this journal.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, counts: Mutex::default(), recorded: Notify::new() }
    }

    /// Counts an event that was ignored, if it was a command.
    pub(super) fn record(
        &self,
        instance: &InstanceName,
        sender: Person,
        reason: IgnoreReason,
        now: Timestamp,
    ) {
        if !matches!(
            reason,
            IgnoreReason::NotAnAdmin | IgnoreReason::RateLimited | IgnoreReason::SentInFuture
        ) {
            return;
        }
        let hour = hour_of(now);
        // As it is stored: by the number alone, else by the lid.
        let sender = Person { lid: sender.lid.filter(|_| sender.phone.is_none()), ..sender };
        let mut key = RefusedKey {
            instance: instance.clone(),
            sender: Some(sender).filter(|sender| !sender.is_unknown()),
            reason,
            hour,
        };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MAX_TRACKED && !counts.contains_key(&key) {
            key.sender = None;
        }
        let entry = counts.entry(key).or_insert(NewCount { count: 0, last_at: now });
        entry.count += 1;
        entry.last_at = now;
        drop(counts);
        self.recorded.notify_one();
    }

    /// Takes what was counted since the last call.
    fn take(&self, now: Timestamp) -> Vec<RefusedCount> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = counts.iter().filter(|(_, new)| new.count > 0).map(|(key, new)| RefusedCount {
            instance: key.instance.clone(),
            sender: key.sender,
            reason: key.reason.as_str(),
            hour: key.hour,
            count: new.count,
            last_at: new.last_at,
        });
        let taken = taken.collect();
        counts.retain(|key, _| key.hour == hour_of(now));
        counts.values_mut().for_each(|new| new.count = 0);
        taken
    }

    /// Takes counts back that were not written, and has the next write follow.
    fn restore(&self, unwritten: Vec<RefusedCount>) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for RefusedCount { instance, sender, reason, hour, count, last_at } in unwritten {
            let Some(reason) = IgnoreReason::ALL.into_iter().find(|known| known.as_str() == reason) else {
                continue;
            };
            let key = RefusedKey { instance, sender, reason, hour };
            let entry = counts.entry(key).or_insert(NewCount { count: 0, last_at });
            entry.count += count;
            entry.last_at = entry.last_at.max(last_at);
        }
        drop(counts);
        self.recorded.notify_one();
    }

    /// Writes what was counted since the last call to the journal. What cannot be written is kept for the next call. (A
    /// write that timed out may be committed later; then it counts twice.)
    pub async fn write(&self) {
        let mut counts = self.take(self.clock.now());
        if let Err(error) = self.store.add_refused(&mut counts).await {
            tracing::debug!(%error, "counts of refused events not written");
            self.restore(counts);
        }
    }

    /// Writes the counts at most once a minute, and only when events come; never returns.
    pub async fn write_forever(self: Arc<Self>) {
        loop {
            self.recorded.notified().await;
            tokio::time::sleep(WRITE_INTERVAL).await;
            self.write().await;
        }
    }
}

fn hour_of(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - at.0.rem_euclid(HOUR_MS))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::domain::{Lid, Phone};

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    fn record(counter: &RefusedCounter, number: usize, now: Timestamp) {
        let phone = Phone::parse(&format!("5511{}", 900_000_000 + number));
        let instance = InstanceName::parse("main").unwrap();
        counter.record(&instance, Person { phone, lid: None }, IgnoreReason::NotAnAdmin, now);
    }

    async fn counter() -> (RefusedCounter, impl Sized) {
        let clock = Clock::manual(NOW);
        let (store, writer, folder) = Store::open_temporary(&clock).await;
        (RefusedCounter::new(store, clock), (writer, folder))
    }

    #[tokio::test]
    async fn senders_beyond_the_limit_of_an_hour_are_counted_together() {
        let (counter, _kept) = counter().await;
        for _ in 0..2 {
            (0..MAX_TRACKED + 500).for_each(|number| record(&counter, number, NOW));
        }
        let taken = counter.take(NOW);

        assert_eq!(taken.len(), MAX_TRACKED + 1);
        assert_eq!(
            taken.iter().map(|count| count.count).sum::<i64>(),
            2 * (i64::try_from(MAX_TRACKED).unwrap() + 500)
        );
        let others = taken.iter().find(|count| count.sender.is_none()).unwrap();
        assert_eq!(others.count, 1_000);

        record(&counter, MAX_TRACKED + 600, NOW);
        assert_eq!(counter.take(NOW)[0].sender, None, "the limit is one of the hour");
        let later = Timestamp(NOW.0 + HOUR_MS);
        assert!(counter.take(later).is_empty());
        record(&counter, MAX_TRACKED + 600, later);
        assert!(counter.take(later)[0].sender.is_some());
    }

    /// One statement of PostgreSQL cannot change a row twice.
    #[tokio::test]
    async fn a_sender_with_and_without_a_lid_is_one() {
        let (counter, _kept) = counter().await;
        let (instance, phone) = (InstanceName::parse("main").unwrap(), Phone::parse("5511988887777"));
        for lid in [None, Lid::parse("81896604192873@lid")] {
            counter.record(&instance, Person { phone, lid }, IgnoreReason::NotAnAdmin, NOW);
        }

        let taken = counter.take(NOW);

        assert_eq!(taken.iter().map(|count| count.count).collect::<Vec<_>>(), [2]);
    }

    #[tokio::test]
    async fn counts_that_cannot_be_written_are_kept() {
        let clock = Clock::manual(NOW);
        let (store, writer, _folder) = Store::open_temporary(&clock).await;
        let counter = RefusedCounter::new(store.clone(), clock.clone());
        store.close();
        writer.await.unwrap();
        record(&counter, 1, NOW);
        clock.advance(Duration::from_secs(3_600));

        counter.write().await;

        record(&counter, 1, clock.now());
        let mut taken = counter.take(clock.now());
        taken.sort_by_key(|count| count.hour);
        let taken: Vec<_> = taken.iter().map(|count| (count.hour, count.count)).collect();
        assert_eq!(taken, [(hour_of(NOW), 1), (hour_of(clock.now()), 1)]);
        assert!(
            counter.recorded.notified().now_or_never().is_some(),
            "the next write need not wait for an event"
        );
    }

    #[tokio::test]
    async fn senders_that_are_unknown_are_counted_together() {
        let (counter, _kept) = counter().await;
        let instance = InstanceName::parse("main").unwrap();
        for _ in 0..2 {
            counter.record(&instance, Person::default(), IgnoreReason::NotAnAdmin, NOW);
        }
        counter.write().await;

        let rows = counter.store.refused((Timestamp(0), Timestamp(i64::MAX)), None).await.unwrap();
        assert_eq!(rows.iter().map(|row| (row.sender.as_str(), row.count)).collect::<Vec<_>>(), [("", 2)]);
    }

    #[tokio::test]
    async fn talk_is_not_counted() {
        let (counter, _kept) = counter().await;
        let instance = InstanceName::parse("main").unwrap();
        counter.record(&instance, Person::default(), IgnoreReason::NotACommand, NOW);
        assert!(counter.take(NOW).is_empty());
    }
}
