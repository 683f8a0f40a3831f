//! Where Z-API's name leads: looked up by the system, and believed for a minute, so that a new connection need
//! not wait for it. Where the system cannot tell any more, or says nothing, what it told last is tried.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::Instant;

/// How long an answer is believed.
const BELIEVED: Duration = Duration::from_secs(60);
/// How long one is believed again where there was no newer one.
const BELIEVED_AGAIN: Duration = Duration::from_secs(10);
/// How long a newer answer is waited for: what is left of the time to connect is for the address.
const PATIENCE: Duration = Duration::from_secs(1);
/// An answer so old may lead nowhere by now: a newer one is waited for [`PATIENCE_WITH_OLD`] times as long.
const OLD: Duration = Duration::from_secs(15 * 60);
const PATIENCE_WITH_OLD: u32 = 4;

/// What is known of names.
#[derive(Clone, Debug)]
pub(super) struct Names {
    known: Arc<Mutex<HashMap<String, Known>>>,
    patience: Duration,
}

#[derive(Clone, Debug)]
struct Known {
    addresses: Vec<SocketAddr>,
    /// When the system told them.
    told_at: Instant,
    /// Until when they are believed.
    until: Instant,
}

impl Default for Names {
    fn default() -> Self {
        Self { known: Arc::default(), patience: PATIENCE }
    }
}

impl Names {
    /// Where a name leads. `look_up` asks the system, for as long as the caller waits where nothing is known.
    async fn resolve<F>(&self, name: &str, look_up: F, now: Instant) -> io::Result<Vec<SocketAddr>>
    where
        F: Future<Output = io::Result<Vec<SocketAddr>>>,
    {
        let known = self.known().get(name).cloned();
        let fresh = |addresses| Known { addresses, told_at: now, until: now + BELIEVED };
        let Some(known) = known else {
            let told = look_up.await?;
            if !told.is_empty() {
                self.believe(name, fresh(told.clone()));
            }
            return Ok(told);
        };
        if now < known.until {
            return Ok(known.addresses);
        }
        let is_old = now.saturating_duration_since(known.told_at) > OLD;
        let patience = if is_old { self.patience * PATIENCE_WITH_OLD } else { self.patience };
        let believed = match tokio::time::timeout(patience, look_up).await {
            Ok(Ok(told)) if !told.is_empty() => fresh(told),
            _ => Known { until: now + BELIEVED_AGAIN, ..known },
        };
        self.believe(name, believed.clone());
        Ok(believed.addresses)
    }

    fn believe(&self, name: &str, answer: Known) {
        let mut known = self.known();
        // Whoever asked at the same time may have had a better answer.
        if known.get(name).is_none_or(|known| known.until < answer.until) {
            known.insert(name.to_owned(), answer);
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Resolve for Names {
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
        let (names, begun) = (Names::default(), Instant::now());
        let told = |last| async move { Ok(vec![address(last)]) };
        let silent = || async { Err(io::Error::other("no name server")) };
        let (early, late) = (begun + BELIEVED - Duration::from_secs(1), begun + BELIEVED);

        assert!(names.resolve("api.example.com", silent(), begun).await.is_err());
        assert_eq!(names.resolve("api.example.com", told(1), begun).await.unwrap(), [address(1)]);
        assert_eq!(names.resolve("api.example.com", told(2), early).await.unwrap(), [address(1)]);
        assert_eq!(names.resolve("other.example.com", told(3), early).await.unwrap(), [address(3)]);
        assert_eq!(names.resolve("api.example.com", silent(), late).await.unwrap(), [address(1)]);
        let later = late + BELIEVED_AGAIN;
        assert_eq!(names.resolve("api.example.com", told(2), later).await.unwrap(), [address(2)]);
    }

    #[tokio::test]
    async fn a_name_server_that_says_nothing_is_not_waited_for_where_an_answer_is_known() {
        let names = Names { patience: Duration::from_millis(20), ..Names::default() };
        let (begun, told) = (Instant::now(), |last| async move { Ok(vec![address(last)]) });
        names.resolve("api.example.com", told(1), begun).await.unwrap();
        let late = begun + BELIEVED;

        let waiting = names.resolve("api.example.com", std::future::pending(), late);
        let tried = tokio::time::timeout(Duration::from_secs(5), waiting).await;
        assert_eq!(tried.expect("what is known is tried").unwrap(), [address(1)]);

        let asked = async { unreachable!("the next connection asks nobody, and waits for nobody") };
        let soon = late + BELIEVED_AGAIN - Duration::from_secs(1);
        assert_eq!(names.resolve("api.example.com", asked, soon).await.unwrap(), [address(1)]);
        let again = late + BELIEVED_AGAIN;
        assert_eq!(names.resolve("api.example.com", told(2), again).await.unwrap(), [address(2)]);
    }

    #[tokio::test]
    async fn an_old_answer_gives_way_to_a_slow_name_server() {
        let names = Names { patience: Duration::from_millis(100), ..Names::default() };
        let (begun, told) = (Instant::now(), |last| async move { Ok(vec![address(last)]) });
        names.resolve("api.example.com", told(1), begun).await.unwrap();
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            Ok(vec![address(2)])
        };

        let soon = names.resolve("api.example.com", slow(), begun + BELIEVED).await.unwrap();
        let later = names.resolve("api.example.com", slow(), begun + OLD + BELIEVED).await.unwrap();

        assert_eq!((soon, later), (vec![address(1)], vec![address(2)]));
    }

    #[tokio::test]
    async fn the_system_is_asked() {
        let resolved = Resolve::resolve(&Names::default(), "localhost".parse().unwrap()).await.unwrap();
        assert!(resolved.map(|address| address.ip()).all(|ip| ip.is_loopback()));
    }
}
