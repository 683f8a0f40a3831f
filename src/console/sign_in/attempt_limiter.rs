//! Rate limiter for sign-ins: per client address, and in all.
//!
//! An attempt counts when it begins, so that many at once are no way around. One with a right password is taken back; the
//! wrong ones before it are not, or somebody with one password could guess the other. Sessions are not affected by any limit.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::webhook::client_addr::ClientAddr;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Attempts of one address in a minute and in an hour.
const MAX_PER_CLIENT: [(Duration, u32); 2] = [(MINUTE, 5), (HOUR, 20)];
/// Attempts of all addresses in a minute. In an hour these are as many as the table of addresses has rows at most.
const MAX_IN_ALL: (Duration, u32) = (MINUTE, 60);

/// Counts attempts to sign in.
#[derive(Debug, Default)]
pub(super) struct AttemptLimiter(Mutex<Attempts>);

#[derive(Debug, Default)]
struct Attempts {
    by_client: HashMap<ClientAddr, [Window; 2]>,
    in_all: Window,
}

/// A count since the first attempt of a span of time.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    started_at: Option<Timestamp>,
    count: u32,
}

impl Window {
    /// How long to wait for the next attempt; zero if it may begin now.
    fn wait(&self, now: Timestamp, (length, max): (Duration, u32)) -> Duration {
        let elapsed = self.started_at.map(|start| now.since(start));
        match elapsed {
            Some(elapsed) if elapsed < length && self.count >= max => length - elapsed,
            _ => Duration::ZERO,
        }
    }

    fn count(&mut self, now: Timestamp, length: Duration) {
        match self.started_at {
            Some(start) if now.since(start) < length => self.count += 1,
            _ => *self = Self { started_at: Some(now), count: 1 },
        }
    }
}

impl AttemptLimiter {
    /// Counts an attempt, or returns how long this client has to wait.
    pub(super) fn begin(&self, client: ClientAddr, now: Timestamp) -> Result<(), Duration> {
        let mut attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Attempts { by_client, in_all } = &mut *attempts;
        by_client.retain(|_, [_, hour]| hour.started_at.is_some_and(|start| now.since(start) < HOUR));
        let windows = by_client.get(&client).copied().unwrap_or_default();
        let waits = windows.iter().zip(MAX_PER_CLIENT).map(|(window, limit)| window.wait(now, limit));
        let wait = waits.chain([in_all.wait(now, MAX_IN_ALL)]).max().unwrap_or_default();
        if !wait.is_zero() {
            return Err(wait);
        }
        let windows = by_client.entry(client).or_default();
        for (window, (length, _)) in windows.iter_mut().zip(MAX_PER_CLIENT) {
            window.count(now, length);
        }
        in_all.count(now, MAX_IN_ALL.0);
        Ok(())
    }

    /// Takes one attempt of this client back: its password was right.
    pub(super) fn forgive(&self, client: ClientAddr) {
        let mut attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for window in attempts.by_client.get_mut(&client).into_iter().flatten() {
            window.count = window.count.saturating_sub(1);
        }
        attempts.in_all.count = attempts.in_all.count.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn client(number: u32) -> ClientAddr {
        IpAddr::V4(Ipv4Addr::from_bits(number)).into()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp(1_764_000_000_000 + second * 1_000)
    }

    #[test]
    fn t38_an_address_has_five_attempts_a_minute_and_twenty_an_hour() {
        let limiter = AttemptLimiter::default();
        for minute in 0..4 {
            for _ in 0..5 {
                assert_eq!(limiter.begin(client(1), at(minute * 60)), Ok(()));
            }
            if minute < 3 {
                assert_eq!(limiter.begin(client(1), at(minute * 60 + 20)), Err(Duration::from_secs(40)));
            }
            assert_eq!(limiter.begin(client(2 + minute as u32), at(minute * 60)), Ok(()));
        }
        assert_eq!(limiter.begin(client(1), at(600)), Err(Duration::from_secs(3_000)));
        assert_eq!(limiter.begin(client(1), at(3_600)), Ok(()));
    }

    #[test]
    fn t38_a_right_password_takes_back_only_its_own_attempt() {
        let limiter = AttemptLimiter::default();
        for _ in 0..4 {
            assert_eq!(limiter.begin(client(1), at(0)), Ok(()));
            assert_eq!(limiter.begin(client(1), at(0)), Ok(()));
            limiter.forgive(client(1));
        }
        assert_eq!(limiter.begin(client(1), at(0)), Ok(()));
        assert_eq!(limiter.begin(client(1), at(0)), Err(Duration::from_secs(60)));
    }

    #[test]
    fn a_right_password_takes_its_attempt_back() {
        let limiter = AttemptLimiter::default();
        for _ in 0..100 {
            for number in 1..=2 {
                assert_eq!(limiter.begin(client(number), at(0)), Ok(()));
                limiter.forgive(client(number));
            }
        }
    }

    #[test]
    fn t38_many_addresses_have_sixty_attempts_a_minute_and_bounded_memory() {
        let limiter = AttemptLimiter::default();
        let begun = (0..100_000).filter(|number| limiter.begin(client(*number), at(0)).is_ok()).count();
        assert_eq!(begun, 60);
        assert_eq!(limiter.begin(client(7_777_777), at(50)), Err(Duration::from_secs(10)));
        assert_eq!(limiter.begin(client(7_777_777), at(60)), Ok(()));
        assert!(limiter.begin(client(7), at(3_700)).is_ok());
        assert!(limiter.0.lock().unwrap().by_client.len() <= 2);
    }
}
