//! DNS cache: addresses are cached for a minute, so that a new connection does not wait for a look-up. If a look-up
//! fails or is slow, the last known addresses are used.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::Instant;

/// How long addresses are valid.
const ADDRESS_TTL: Duration = Duration::from_secs(60);
/// How long stale addresses are valid again after a failed look-up.
const STALE_TTL: Duration = Duration::from_secs(10);
/// The timeout of a look-up when addresses are known: the rest of the time to connect is for the connection.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(1);
/// Addresses that are older may be wrong: the timeout is then [`STALE_TIMEOUT_FACTOR`] times as long.
const MAX_STALE_AGE: Duration = Duration::from_secs(15 * 60);
const STALE_TIMEOUT_FACTOR: u32 = 4;

/// The cache.
#[derive(Clone, Debug)]
pub(super) struct DnsCache {
    entries: Arc<Mutex<HashMap<String, CachedAddresses>>>,
    timeout: Duration,
}

#[derive(Clone, Debug)]
struct CachedAddresses {
    addresses: Vec<SocketAddr>,
    /// When they were looked up.
    resolved_at: Instant,
    /// Until when they are valid.
    expires_at: Instant,
}

impl Default for DnsCache {
    fn default() -> Self {
        Self { entries: Arc::default(), timeout: RESOLVE_TIMEOUT }
    }
}

impl DnsCache {
    /// Resolves a name. `look_up` asks the system; without cached addresses it has no timeout of its own.
    async fn resolve<F>(&self, name: &str, look_up: F, now: Instant) -> io::Result<Vec<SocketAddr>>
    where
        F: Future<Output = io::Result<Vec<SocketAddr>>>,
    {
        let known = self.entries().get(name).cloned();
        let fresh =
            |addresses| CachedAddresses { addresses, resolved_at: now, expires_at: now + ADDRESS_TTL };
        let Some(known) = known else {
            let found = look_up.await?;
            if !found.is_empty() {
                self.store(name, fresh(found.clone()));
            }
            return Ok(found);
        };
        if now < known.expires_at {
            return Ok(known.addresses);
        }
        let is_old = now.saturating_duration_since(known.resolved_at) > MAX_STALE_AGE;
        let timeout = if is_old { self.timeout * STALE_TIMEOUT_FACTOR } else { self.timeout };
        let entry = match tokio::time::timeout(timeout, look_up).await {
            Ok(Ok(found)) if !found.is_empty() => fresh(found),
            _ => CachedAddresses { expires_at: now + STALE_TTL, ..known },
        };
        self.store(name, entry.clone());
        Ok(entry.addresses)
    }

    fn store(&self, name: &str, entry: CachedAddresses) {
        let mut known = self.entries();
        // A concurrent look-up may have a newer result.
        if known.get(name).is_none_or(|known| known.expires_at < entry.expires_at) {
            known.insert(name.to_owned(), entry);
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, CachedAddresses>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Resolve for DnsCache {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let name = name.as_str();
            // The port is the URL's.
            let look_up = async { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) };
            let addresses = Self::resolve(&names, name, look_up, Instant::now()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, last], 0))
    }

    #[tokio::test]
    async fn a_name_is_looked_up_once_a_minute_and_believed_longer_where_nobody_can_tell() {
        let (names, started) = (DnsCache::default(), Instant::now());
        let told = |last| async move { Ok(vec![address(last)]) };
        let silent = || async { Err(io::Error::other("no name server")) };
        let (early, late) = (started + ADDRESS_TTL - Duration::from_secs(1), started + ADDRESS_TTL);

        assert!(names.resolve("api.example.com", silent(), started).await.is_err());
        assert_eq!(names.resolve("api.example.com", told(1), started).await.unwrap(), [address(1)]);
        assert_eq!(names.resolve("api.example.com", told(2), early).await.unwrap(), [address(1)]);
        assert_eq!(names.resolve("other.example.com", told(3), early).await.unwrap(), [address(3)]);
        assert_eq!(names.resolve("api.example.com", silent(), late).await.unwrap(), [address(1)]);
        let later = late + STALE_TTL;
        assert_eq!(names.resolve("api.example.com", told(2), later).await.unwrap(), [address(2)]);
    }

    #[tokio::test]
    async fn a_name_server_that_says_nothing_is_not_waited_for_where_an_answer_is_known() {
        let names = DnsCache { timeout: Duration::from_millis(20), ..DnsCache::default() };
        let (started, told) = (Instant::now(), |last| async move { Ok(vec![address(last)]) });
        names.resolve("api.example.com", told(1), started).await.unwrap();
        let late = started + ADDRESS_TTL;

        let waiting = names.resolve("api.example.com", std::future::pending(), late);
        let tried = tokio::time::timeout(Duration::from_secs(5), waiting).await;
        assert_eq!(tried.expect("what is known is tried").unwrap(), [address(1)]);

        let asked = async { unreachable!("the next connection asks nobody, and waits for nobody") };
        let soon = late + STALE_TTL - Duration::from_secs(1);
        assert_eq!(names.resolve("api.example.com", asked, soon).await.unwrap(), [address(1)]);
        let again = late + STALE_TTL;
        assert_eq!(names.resolve("api.example.com", told(2), again).await.unwrap(), [address(2)]);
    }

    #[tokio::test]
    async fn an_old_answer_gives_way_to_a_slow_name_server() {
        let names = DnsCache { timeout: Duration::from_millis(100), ..DnsCache::default() };
        let (started, told) = (Instant::now(), |last| async move { Ok(vec![address(last)]) });
        names.resolve("api.example.com", told(1), started).await.unwrap();
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            Ok(vec![address(2)])
        };

        let soon = names.resolve("api.example.com", slow(), started + ADDRESS_TTL).await.unwrap();
        let later =
            names.resolve("api.example.com", slow(), started + MAX_STALE_AGE + ADDRESS_TTL).await.unwrap();

        assert_eq!((soon, later), (vec![address(1)], vec![address(2)]));
    }

    #[tokio::test]
    async fn the_system_is_asked() {
        let resolved = Resolve::resolve(&DnsCache::default(), "localhost".parse().unwrap()).await.unwrap();
        assert!(resolved.map(|address| address.ip()).all(|ip| ip.is_loopback()));
    }
}
