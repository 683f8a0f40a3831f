//! The HTTP clients, which all instances share: each holds the system's certificates (a tenth of a
//! mebibyte, and 3 ms to read them), and the connections that are kept warm.

use std::sync::OnceLock;
use std::time::Duration;

use super::ClientError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// One client for the network and one for loopback, each made when the first instance asks for it.
#[derive(Debug, Default)]
pub struct Clients {
    network: OnceLock<reqwest::Client>,
    loopback: OnceLock<reqwest::Client>,
}

impl Clients {
    /// The client for addresses below `base_url`; no connection is opened yet.
    pub(super) fn of(&self, base_url: &str) -> Result<reqwest::Client, ClientError> {
        // Plain HTTP is for loopback alone, where no proxy belongs.
        let is_loopback = base_url.starts_with("http://");
        let place = if is_loopback { &self.loopback } else { &self.network };
        if let Some(client) = place.get() {
            return Ok(client.clone());
        }
        // Fails only when another provider is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .user_agent(concat!("vincula/", env!("CARGO_PKG_VERSION")));
        if is_loopback {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|e| ClientError(e.without_url()))?;
        Ok(place.get_or_init(|| client).clone())
    }
}
