//! `vincula serve`: the service.

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;

use super::common::{ConfigArg, ExitStatus, start_log};
use crate::app::App;
use crate::clock::Clock;
use crate::command::context::TimingConfig;
use crate::config::Config;
use crate::server::listen;
use crate::telemetry::LogFormat;
use crate::{lifecycle, telemetry};

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
    start_log(args.log_format, LevelFilter::INFO)?;
    telemetry::install_panic_hook();
    let runtime = lifecycle::runtime()?;
    runtime.block_on(run(config))?;
    // Connections that did not end in time are closed.
    runtime.shutdown_background();
    Ok(ExitStatus::Success)
}

async fn run(config: Config) -> anyhow::Result<()> {
    let shutdown = lifecycle::shutdown_on_signal()?;
    let instances: Vec<_> = config.instances.iter().map(|instance| instance.name.to_string()).collect();
    let instances = instances.join(",");
    let app = App::build(config, Clock::system(), TimingConfig::default()).await?;
    let public = bind(app.server.listen, "server.listen")?;
    let private = bind(app.server.admin_listen, "server.admin_listen")?;
    tracing::info!(
        public = %public.local_addr()?,
        private = %private.local_addr()?,
        instances,
        "ready"
    );
    lifecycle::run(app, public, private, shutdown).await;
    tracing::info!("ended");
    Ok(())
}

fn bind(address: std::net::SocketAddr, key: &str) -> anyhow::Result<TcpListener> {
    listen(address)
        .with_context(|| format!("cannot listen on {address} ({key}): is something else running there?"))
}
