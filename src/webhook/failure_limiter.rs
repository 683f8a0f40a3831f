//! Rate limiter for failed verifications, per client address.
//!
//! An address above the limit must not lose anything that an admin needs, since it may be an unnamed proxy in front of
//! Z-API. So it gets 429 instead of 401, and its large bodies are no longer read before they are verified. Requests
//! that their headers authenticate, and small ones, are handled as usual: see `handler`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::client_addr::ClientAddr;

/// Failures of one address in a minute, before it is limited.
pub const MAX_FAILURES_PER_MINUTE: u32 = 300;
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses that are tracked, about 1 MiB; then all are dropped. One that goes on is limited again after as many
/// failures.
const MAX_TRACKED: usize = 16_384;

/// The failures of this window, by address.
#[derive(Debug)]
pub struct AuthFailureLimiter {
    window: Mutex<Window>,
    /// Whether an address may be over the limit: while none is, a check takes no lock.
    has_exceeded: AtomicBool,
}

#[derive(Debug)]
struct Window {
    started_at: Instant,
    failures: HashMap<ClientAddr, u32>,
}

impl AuthFailureLimiter {
    /// A limiter without failures.
    pub fn new(now: Instant) -> Self {
        let window = Window { started_at: now, failures: HashMap::new() };
        Self { window: Mutex::new(window), has_exceeded: AtomicBool::new(false) }
    }

    /// How long this address has to wait, if it is over the limit.
    pub fn retry_after(&self, client: ClientAddr, now: Instant) -> Option<Duration> {
        if !self.has_exceeded.load(Relaxed) {
            return None;
        }
        self.current_window(now).retry_after(client, now)
    }

    /// Counts a failure. Returns how long this address has to wait, if it was over the limit before.
    pub fn record_failure(&self, client: ClientAddr, now: Instant) -> Option<Duration> {
        let mut window = self.current_window(now);
        let over = window.retry_after(client, now);
        if window.failures.len() >= MAX_TRACKED && !window.failures.contains_key(&client) {
            window.failures.clear();
        }
        let failed = window.failures.entry(client).or_default();
        *failed = failed.saturating_add(1);
        if *failed >= MAX_FAILURES_PER_MINUTE {
            self.has_exceeded.store(true, Relaxed);
        }
        over
    }

    /// The current window; a new one if the last has ended.
    fn current_window(&self, now: Instant) -> MutexGuard<'_, Window> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(window.started_at) >= WINDOW {
            *window = Window { started_at: now, failures: HashMap::new() };
            self.has_exceeded.store(false, Relaxed);
        }
        window
    }
}

impl Window {
    fn retry_after(&self, client: ClientAddr, now: Instant) -> Option<Duration> {
        let is_over = self.failures.get(&client).is_some_and(|failed| *failed >= MAX_FAILURES_PER_MINUTE);
        is_over.then(|| WINDOW.saturating_sub(now.saturating_duration_since(self.started_at)))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn client(number: u32) -> ClientAddr {
        ClientAddr::from(std::net::IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    #[test]
    fn an_address_is_limited_after_its_failures_and_free_after_the_minute() {
        let start = Instant::now();
        let at = |second: u64| start + Duration::from_secs(second);
        let limiter = AuthFailureLimiter::new(start);
        for _ in 0..MAX_FAILURES_PER_MINUTE {
            assert_eq!(limiter.retry_after(client(1), at(20)), None);
            assert_eq!(limiter.record_failure(client(1), at(20)), None);
        }

        assert_eq!(limiter.retry_after(client(1), at(20)), Some(Duration::from_secs(40)));
        assert_eq!(limiter.record_failure(client(1), at(59)), Some(Duration::from_secs(1)));
        assert_eq!(limiter.retry_after(client(2), at(20)), None);
        assert_eq!(limiter.retry_after(client(1), at(60)), None);
    }

    #[test]
    fn a_hundred_thousand_addresses_are_not_all_tracked() {
        let start = Instant::now();
        let limiter = AuthFailureLimiter::new(start);
        for number in 0..100_000 {
            limiter.record_failure(client(number), start);
            assert!(limiter.current_window(start).failures.len() <= MAX_TRACKED);
        }
        // One that goes on is limited nevertheless.
        for _ in 0..MAX_FAILURES_PER_MINUTE {
            limiter.record_failure(client(7), start);
        }
        assert!(limiter.retry_after(client(7), start).is_some());
    }
}
