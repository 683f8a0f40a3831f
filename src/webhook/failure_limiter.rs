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

use super::client_addr::ClientAddr;

/// How many requests of one address may fail verification in a minute.
pub const MAX_FAILURES_PER_MINUTE: u32 = 300;
const WINDOW: Duration = Duration::from_secs(60);
/// The most addresses that are remembered, about 1 MiB; then all are forgotten. Who goes on
/// is known again after as many failures.
const MAX_TRACKED: usize = 16_384;

/// The failures of this minute, by address.
#[derive(Debug)]
pub struct AuthFailureLimiter {
    window: Mutex<Window>,
    /// Somebody may be over the limit: while nobody is, asking takes no lock.
    has_exceeded: AtomicBool,
}

#[derive(Debug)]
struct Window {
    started_at: Instant,
    failures: HashMap<ClientAddr, u32>,
}

impl AuthFailureLimiter {
    /// Nobody has failed yet.
    pub fn new(now: Instant) -> Self {
        let minute = Window { started_at: now, failures: HashMap::new() };
        Self { window: Mutex::new(minute), has_exceeded: AtomicBool::new(false) }
    }

    /// How long this address is over the limit, if it is.
    pub fn retry_after(&self, origin: ClientAddr, now: Instant) -> Option<Duration> {
        if !self.has_exceeded.load(Relaxed) {
            return None;
        }
        self.current_window(now).retry_after(origin, now)
    }

    /// A request of this address failed; returns how long it is over the limit, if it was before.
    pub fn record_failure(&self, origin: ClientAddr, now: Instant) -> Option<Duration> {
        let mut minute = self.current_window(now);
        let over = minute.retry_after(origin, now);
        if minute.failures.len() >= MAX_TRACKED && !minute.failures.contains_key(&origin) {
            minute.failures.clear();
        }
        let failed = minute.failures.entry(origin).or_default();
        *failed = failed.saturating_add(1);
        if *failed >= MAX_FAILURES_PER_MINUTE {
            self.has_exceeded.store(true, Relaxed);
        }
        over
    }

    /// This minute: a new one, where the last is over.
    fn current_window(&self, now: Instant) -> MutexGuard<'_, Window> {
        let mut minute = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(minute.started_at) >= WINDOW {
            *minute = Window { started_at: now, failures: HashMap::new() };
            self.has_exceeded.store(false, Relaxed);
        }
        minute
    }
}

impl Window {
    fn retry_after(&self, origin: ClientAddr, now: Instant) -> Option<Duration> {
        let is_over = self.failures.get(&origin).is_some_and(|failed| *failed >= MAX_FAILURES_PER_MINUTE);
        is_over.then(|| WINDOW.saturating_sub(now.saturating_duration_since(self.started_at)))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn origin(number: u32) -> ClientAddr {
        ClientAddr::from(std::net::IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    #[test]
    fn an_address_is_over_after_its_limit_and_free_again_after_the_minute() {
        let began = Instant::now();
        let at = |second: u64| began + Duration::from_secs(second);
        let forgeries = AuthFailureLimiter::new(began);
        for _ in 0..MAX_FAILURES_PER_MINUTE {
            assert_eq!(forgeries.retry_after(origin(1), at(20)), None);
            assert_eq!(forgeries.record_failure(origin(1), at(20)), None);
        }

        assert_eq!(forgeries.retry_after(origin(1), at(20)), Some(Duration::from_secs(40)));
        assert_eq!(forgeries.record_failure(origin(1), at(59)), Some(Duration::from_secs(1)));
        assert_eq!(forgeries.retry_after(origin(2), at(20)), None);
        assert_eq!(forgeries.retry_after(origin(1), at(60)), None);
    }

    #[test]
    fn a_hundred_thousand_addresses_are_not_all_remembered() {
        let began = Instant::now();
        let forgeries = AuthFailureLimiter::new(began);
        for number in 0..100_000 {
            forgeries.record_failure(origin(number), began);
            assert!(forgeries.current_window(began).failures.len() <= MAX_TRACKED);
        }
        // In their midst, who goes on is found out.
        for _ in 0..MAX_FAILURES_PER_MINUTE {
            forgeries.record_failure(origin(7), began);
        }
        assert!(forgeries.retry_after(origin(7), began).is_some());
    }
}
