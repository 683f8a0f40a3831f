//! `vincula event send`: signs and posts one test event, as Z-API or a relay would.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::Context as _;
use clap::Subcommand;
use secrecy::ExposeSecret;

use super::common::{ConfigArg, ExitStatus, block_on, print_line};
use super::webhook::select_instances;
use crate::clock::Clock;
use crate::domain::{GroupId, Phone};
use crate::sandbox::webhook_event::{EventBuilder, post};
use crate::webhook::sign::{signature_headers, webhook_path};

#[derive(Debug, Subcommand)]
pub(super) enum EventCommand {
    /// Sign and post one message event to a running service.
    #[command(after_help = "\
Examples:
  vincula event send --from 5544999999999 --text '/communities'
  vincula event send --from 5544999999999 --group 120363019502650977-group --text '/link Sales here'")]
    Send(SendArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct SendArgs {
    /// The text of the message.
    #[arg(long)]
    text: String,
    /// The sender's number, country first.
    #[arg(long, value_name = "PHONE")]
    from: String,
    /// The group of the message [default: a direct chat]
    #[arg(long, value_name = "ID")]
    group: Option<String>,
    /// The instance's name in the configuration [default: the only one]
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
    /// The URL of the service [default: http:// and server.listen]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The message's id: the same id is executed once [default: a new one]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    config: ConfigArg,
}

pub(super) fn event(EventCommand::Send(send): &EventCommand) -> anyhow::Result<ExitStatus> {
    let Some(config) = send.config.load() else { return Ok(ExitStatus::InvalidConfig) };
    let Some(instances) = select_instances(&config, send.instance.as_deref()) else {
        return Ok(ExitStatus::InvalidConfig);
    };
    let [instance] = instances[..] else {
        eprintln!("vincula: there are several instances: choose one with --instance");
        return Ok(ExitStatus::InvalidConfig);
    };
    let phone = Phone::from_typed(&send.from).context("--from is no number: digits, country first")?;
    let mut event = EventBuilder::text(&instance.id, &send.text).from(&phone.to_string());
    if let Some(group) = &send.group {
        let group =
            GroupId::parse(group).context("--group is no group id, such as 120363019502650977-group")?;
        event = event.in_group(group.as_str());
    }
    if let Some(id) = &send.id {
        event = event.with_id(id);
    }
    let body = event.body();
    let base =
        send.url.clone().unwrap_or_else(|| format!("http://{}", reachable_address(config.server.listen)));
    let url = format!("{}{}", base.trim_end_matches('/'), webhook_path(instance).expose_secret());
    let delivery = format!("msg_{}", uuid::Uuid::now_v7().simple());
    let headers = signature_headers(instance, &delivery, Clock::system().now(), body.as_bytes());
    let headers: Vec<(&str, &str)> =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let response = block_on(async {
        // The URL may hold the path's secret, so errors name the base alone.
        post(&url, &headers, body.as_bytes()).await.with_context(|| format!("{base} does not respond"))
    })?;
    print_line(response.text().trim_end());
    let status = serde_json::from_str::<serde_json::Value>(&response.text()).unwrap_or_default();
    let is_taken = matches!(status["status"].as_str(), Some("accepted" | "duplicate"));
    Ok(if response.status == 200 && is_taken { ExitStatus::Success } else { ExitStatus::Failure })
}

/// The address to connect to a listener of this machine.
pub(super) fn reachable_address(mut listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    listen
}
