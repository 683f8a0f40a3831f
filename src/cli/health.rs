//! `vincula health`: checks that the service on this machine is running.

use std::time::Duration;

use anyhow::Context as _;

use super::common::{ConfigArg, ExitStatus, block_on};
use super::event::reachable_address;

pub(super) fn health(config: &ConfigArg) -> anyhow::Result<ExitStatus> {
    let Some(config) = config.load() else { return Ok(ExitStatus::InvalidConfig) };
    let address = reachable_address(config.server.admin_listen);
    block_on(async {
        let client = reqwest_client()?;
        let response = client.get(format!("http://{address}/healthz")).send().await;
        let response = response.with_context(|| format!("nothing responds on {address}"))?;
        let (status, body) = (response.status(), response.text().await.unwrap_or_default());
        anyhow::ensure!(
            status.is_success() && body.trim() == "ok",
            "something else than vincula responds on {address} (server.admin_listen), with status {status}"
        );
        Ok(ExitStatus::Success)
    })
}

fn reqwest_client() -> anyhow::Result<reqwest::Client> {
    // Fails only when a provider is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?)
}
