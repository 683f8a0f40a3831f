//! `vincula serve`: the service.

use std::io;
use std::net::SocketAddr;

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::LevelFilter;

use super::common::{ConfigArg, ExitStatus, start_log};
use crate::app::App;
use crate::clock::Clock;
use crate::command::context::TimingConfig;
use crate::config::Config;
use crate::reload::{ReloadReport, Reloader};
use crate::server::{listen, listen_private};
use crate::telemetry::LogFormat;
use crate::{lifecycle, systemd, telemetry};

/// The level of targets that no filter names.
const DEFAULT_LEVEL: LevelFilter = LevelFilter::INFO;

#[derive(Args, Debug)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    config: ConfigArg,
    /// Format of the log on stderr [default: text on a terminal, else json]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
}

pub(super) fn serve(args: &ServeArgs) -> anyhow::Result<ExitStatus> {
    let Some(config) = args.config.load() else { return Ok(ExitStatus::InvalidConfig) };
    start_log(args.log_format, DEFAULT_LEVEL, &config.server.log_filter)?;
    telemetry::install_panic_hook();
    let runtime = lifecycle::runtime()?;
    runtime.block_on(run(config, &args.config))?;
    // Connections that did not end in time are closed.
    runtime.shutdown_background();
    Ok(ExitStatus::Success)
}

async fn run(config: Config, config_arg: &ConfigArg) -> anyhow::Result<()> {
    let shutdown = lifecycle::shutdown_on_signal()?;
    let instances: Vec<_> = config.instances.iter().map(|instance| instance.name.to_string()).collect();
    let instances = instances.join(",");
    let mut reload_signals = signal(SignalKind::hangup())?;
    let app = App::build(config.clone(), Clock::system(), TimingConfig::default()).await?;
    let reloader = Reloader::new(&config, app.worker.instances.clone(), app.notifier.clone());
    let public = match systemd::take_public_listener().context("cannot use the socket that systemd passed")? {
        Some(listener) => {
            let is_open = config.instances.iter().any(|instance| instance.verify.is_none());
            anyhow::ensure!(
                !is_open || listener.local_addr()?.ip().to_canonical().is_loopback(),
                "verify is \"none\", but systemd passed a socket that other machines can reach: anybody could send commands"
            );
            tracing::info!(listen = %app.server.listen, "using the socket of systemd, not server.listen");
            listener
        }
        None => open_port(listen, app.server.listen, "server.listen")?,
    };
    let private = open_port(listen_private, app.server.admin_listen, "server.admin_listen")?;
    tracing::info!(
        public = %public.local_addr()?,
        private = %private.local_addr()?,
        instances,
        "ready"
    );
    systemd::notify_ready();
    let reload = async {
        while reload_signals.recv().await.is_some() {
            reload(config_arg, &reloader);
        }
    };
    let tell_stopping = async {
        shutdown.cancelled().await;
        systemd::notify_stopping();
    };
    tokio::select! {
        () = lifecycle::run(app, public, private, shutdown.clone()) => {}
        _ = async { tokio::join!(reload, tell_stopping, systemd::feed_watchdog()) } => {}
    }
    tracing::info!("ended");
    Ok(())
}

/// Reads the configuration again (SIGHUP). One with a mistake changes nothing.
fn reload(config_arg: &ConfigArg, reloader: &Reloader) {
    systemd::notify_reloading();
    let loaded = match config_arg.read() {
        Ok(loaded) => loaded,
        Err(errors) => {
            for error in &errors {
                tracing::error!(%error, "configuration not reloaded, the old one holds");
            }
            return systemd::notify_reloaded("configuration not reloaded, see the log");
        }
    };
    for warning in &loaded.warnings {
        tracing::warn!(%warning, "configuration");
    }
    let is_filter_set = telemetry::set_log_filter(DEFAULT_LEVEL, &loaded.config.server.log_filter);
    if let Err(error) = &is_filter_set {
        tracing::error!(%error, "log filter not reloaded");
    }
    let ReloadReport { changed, needs_restart } =
        reloader.apply(loaded.config, is_filter_set.unwrap_or(false));
    let (changed, keys) = (changed.join("; "), needs_restart.join(", "));
    tracing::info!(changed, "configuration reloaded");
    if !keys.is_empty() {
        tracing::warn!(keys, "some changes hold only after a restart");
    }
    systemd::notify_reloaded("configuration reloaded");
}

fn open_port(
    open: fn(SocketAddr) -> io::Result<TcpListener>,
    address: SocketAddr,
    key: &str,
) -> anyhow::Result<TcpListener> {
    open(address).map_err(|error| {
        let remedy = listen_remedy(error.kind());
        anyhow::Error::new(error).context(format!("cannot listen on {address} ({key}): {remedy}"))
    })
}

/// What to do about a port that cannot be opened.
fn listen_remedy(error: io::ErrorKind) -> &'static str {
    match error {
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 need root. Choose another one, and let the proxy in front take 80 and 443"
        }
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
        _ => "is something else running there?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_cannot_be_opened_has_a_remedy() {
        assert!(listen_remedy(io::ErrorKind::PermissionDenied).contains("below 1024"));
        let error = open_port(listen, "192.0.2.1:0".parse().unwrap(), "server.listen");
        let error = error.map(drop).unwrap_err().to_string();
        assert!(error.contains("server.listen") && error.contains("does not have that address"), "{error}");
    }
}
