//! Where Z-API's name leads: looked up by the system, and believed for a minute, so that a new connection need
//! not wait for it. Where the system cannot tell any more, what it told last is tried.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::Instant;

/// How long an answer is believed.
const BELIEVED: Duration = Duration::from_secs(60);

/// What is known of names.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(Arc<Mutex<HashMap<String, Known>>>);

#[derive(Clone, Debug)]
struct Known {
    addresses: Vec<SocketAddr>,
    since: Instant,
}

impl Names {
    async fn resolve<F>(&self, name: &str, look_up: F, now: Instant) -> io::Result<Vec<SocketAddr>>
    where
        F: Future<Output = io::Result<Vec<SocketAddr>>>,
    {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(Known { addresses, .. }) =
            known.as_ref().filter(|known| now.duration_since(known.since) < BELIEVED)
        {
            return Ok(addresses.clone());
        }
        match (look_up.await, known) {
            (Ok(addresses), _) if !addresses.is_empty() => {
                let fresh = Known { addresses: addresses.clone(), since: now };
                self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), fresh);
                Ok(addresses)
            }
            (_, Some(known)) => Ok(known.addresses),
            (told, None) => told,
        }
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
        assert_eq!(names.resolve("api.example.com", told(2), late).await.unwrap(), [address(2)]);
    }

    #[tokio::test]
    async fn the_system_is_asked() {
        let resolved = Resolve::resolve(&Names::default(), "localhost".parse().unwrap()).await.unwrap();
        assert!(resolved.map(|address| address.ip()).all(|ip| ip.is_loopback()));
    }
}
