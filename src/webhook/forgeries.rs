//! Who sends what cannot be verified, again and again: counted by address, so that it stays cheap.
//!
//! What an address loses above the limit must be nothing that an admin needs, since it may be a
//! proxy that nobody named, with Z-API behind it. So it loses the right to have large bodies read before
//! they are verified, and hears 429 in place of 401. What its headers prove, and what is small, is
//! looked at as ever: see `route`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::origin::Origin;

/// How many requests of one address may fail verification in a minute.
pub const MOST_A_MINUTE: u32 = 300;
const MINUTE: Duration = Duration::from_secs(60);
/// The most addresses that are remembered, about 1 MiB; then all are forgotten. Who goes on
/// is known again after as many failures.
const CAPACITY: usize = 16_384;

/// The failures of this minute, by address.
#[derive(Debug)]
pub struct Forgeries {
    minute: Mutex<Minute>,
    /// Somebody may be over the limit: while nobody is, asking takes no lock.
    is_anybody_over: AtomicBool,
}

#[derive(Debug)]
struct Minute {
    began: Instant,
    failed: HashMap<Origin, u32>,
}

impl Forgeries {
    /// Nobody has failed yet.
    pub fn new(now: Instant) -> Self {
        let minute = Minute { began: now, failed: HashMap::new() };
        Self { minute: Mutex::new(minute), is_anybody_over: AtomicBool::new(false) }
    }

    /// How long this address is over the limit, if it is.
    pub fn over(&self, origin: Origin, now: Instant) -> Option<Duration> {
        if !self.is_anybody_over.load(Relaxed) {
            return None;
        }
        self.minute(now).over(origin, now)
    }

    /// A request of this address failed; returns how long it is over the limit, if it was before.
    pub fn count(&self, origin: Origin, now: Instant) -> Option<Duration> {
        let mut minute = self.minute(now);
        let over = minute.over(origin, now);
        if minute.failed.len() >= CAPACITY && !minute.failed.contains_key(&origin) {
            minute.failed.clear();
        }
        let failed = minute.failed.entry(origin).or_default();
        *failed = failed.saturating_add(1);
        if *failed >= MOST_A_MINUTE {
            self.is_anybody_over.store(true, Relaxed);
        }
        over
    }

    /// This minute: a new one, where the last is over.
    fn minute(&self, now: Instant) -> MutexGuard<'_, Minute> {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(minute.began) >= MINUTE {
            *minute = Minute { began: now, failed: HashMap::new() };
            self.is_anybody_over.store(false, Relaxed);
        }
        minute
    }
}

impl Minute {
    fn over(&self, origin: Origin, now: Instant) -> Option<Duration> {
        let is_over = self.failed.get(&origin).is_some_and(|failed| *failed >= MOST_A_MINUTE);
        is_over.then(|| MINUTE.saturating_sub(now.saturating_duration_since(self.began)))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn origin(number: u32) -> Origin {
        Origin::from(std::net::IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    #[test]
    fn an_address_is_over_after_its_limit_and_free_again_after_the_minute() {
        let began = Instant::now();
        let at = |second: u64| began + Duration::from_secs(second);
        let forgeries = Forgeries::new(began);
        for _ in 0..MOST_A_MINUTE {
            assert_eq!(forgeries.over(origin(1), at(20)), None);
            assert_eq!(forgeries.count(origin(1), at(20)), None);
        }

        assert_eq!(forgeries.over(origin(1), at(20)), Some(Duration::from_secs(40)));
        assert_eq!(forgeries.count(origin(1), at(59)), Some(Duration::from_secs(1)));
        assert_eq!(forgeries.over(origin(2), at(20)), None);
        assert_eq!(forgeries.over(origin(1), at(60)), None);
    }

    #[test]
    fn a_hundred_thousand_addresses_are_not_all_remembered() {
        let began = Instant::now();
        let forgeries = Forgeries::new(began);
        for number in 0..100_000 {
            forgeries.count(origin(number), began);
            assert!(forgeries.minute(began).failed.len() <= CAPACITY);
        }
        // In their midst, who goes on is found out.
        for _ in 0..MOST_A_MINUTE {
            forgeries.count(origin(7), began);
        }
        assert!(forgeries.over(origin(7), began).is_some());
    }
}
