//! `vincula health`: does the service on this machine live?

use std::time::Duration;

use anyhow::Context as _;

use super::common::{ConfigArg, ExitStatus, block_on};
use super::event::reachable_address;

pub(super) fn health(config: &ConfigArg) -> anyhow::Result<ExitStatus> {
    let Some(config) = config.load() else { return Ok(ExitStatus::InvalidConfig) };
    let address = reachable_address(config.server.admin_listen);
    block_on(async {
        let client = reqwest_client()?;
        let answer = client.get(format!("http://{address}/healthz")).send().await;
        let answer = answer.with_context(|| format!("nothing answers on {address}"))?;
        Ok(if answer.status().is_success() { ExitStatus::Success } else { ExitStatus::Failure })
    })
}

fn reqwest_client() -> anyhow::Result<reqwest::Client> {
    // Fails only when a provider is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?)
}
