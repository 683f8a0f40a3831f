//! Latency of a command with an instant Z-API: from the webhook to the first call and to the reply.
//!
//! ```bash
//! cargo bench --bench latency
//! cargo bench --bench latency -- --rounds 50 --store sqlite
//! ```
//!
//! Runs the release binary (`VINCULA_BIN` chooses another) against the sandbox in this process, which
//! responds at once. Commands come one after the other, each on its own connection, as from Z-API. Rate
//! limits are off, except for the last table, which shows the default ones. If PostgreSQL is installed, the
//! bench starts a server with `fsync` on.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

#[path = "../../tests/crash_test/postgres_cluster.rs"]
mod postgres_cluster;
mod commands;
mod upstream;
mod service;
mod report;
mod write_counter;

use std::collections::BTreeMap;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use commands::{CommandKind, SentCommand, TimedCommand};
use service::{RateLimitMode, Service};
use upstream::RecordingSandbox;
use write_counter::WriteCounter;

/// Delay between two commands, long enough to finish the first.
const COMMAND_INTERVAL: Duration = Duration::from_millis(15);
/// Delay after which a command is finished and no longer writes.
const SETTLE_DELAY: Duration = Duration::from_millis(60);
/// Number of restarts that measure the first command.
const STARTS: usize = 10;
/// Commands of each kind whose writes are counted.
const COUNTED: usize = 10;
/// Commands under the default rate limits.
const RATE_LIMITED: usize = 8;

#[derive(Debug, Parser)]
#[command(
    name = "latency",
    about = "Measures the stages of a command with an instant Z-API",
    after_help = "Examples:\n  cargo bench --bench latency\n  cargo bench --bench latency -- --rounds 50 --store sqlite"
)]
struct LatencyArgs {
    /// Commands of each kind.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// Store; by default SQLite, and PostgreSQL if it is installed.
    #[arg(long)]
    store: Option<StoreKind>,
    /// Skip the restarts and the default rate limits.
    #[arg(long)]
    warm: bool,
    /// Passed by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StoreKind {
    Sqlite,
    Postgres,
}

fn main() -> anyhow::Result<()> {
    let call = LatencyArgs::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        if call.store != Some(StoreKind::Postgres) {
            measure("SQLite", None, &call).await?;
        }
        if call.store == Some(StoreKind::Sqlite) {
            return Ok(());
        }
        match postgres_cluster::Cluster::start() {
            Ok(cluster) => measure("PostgreSQL", Some(cluster.url()), &call).await,
            Err(error) if call.store.is_none() => {
                eprintln!("NOT RUN on PostgreSQL: {error:#}");
                Ok(())
            }
            Err(error) => Err(error),
        }
    })
}

async fn measure(database: &str, url: Option<String>, call: &LatencyArgs) -> anyhow::Result<()> {
    let upstream = RecordingSandbox::start().await?;
    let mut service = Service::start(&upstream, url.as_deref(), RateLimitMode::Unlimited).await?;
    let mut timed: BTreeMap<CommandKind, Vec<TimedCommand>> = BTreeMap::new();
    for round in 0..call.rounds + 1 {
        for kind in CommandKind::ALL {
            let once = SentCommand::new(kind).send(&upstream, &service.url).await?;
            // The first of each kind opens connections and fills the caches.
            if round > 0 {
                timed.entry(kind).or_default().push(once);
            }
            tokio::time::sleep(COMMAND_INTERVAL).await;
        }
    }
    println!("\n{database}, {} commands of each kind, connections and caches warm", call.rounds);
    for (kind, timed) in &timed {
        report::print_stages(*kind, timed);
    }

    println!("\n{database}, write transactions per command (median of {COUNTED}), and its audit events");
    let journal = service.journal().await?;
    let writes = WriteCounter::new(&service.store_url);
    let mut counted: BTreeMap<CommandKind, (Vec<u64>, Vec<String>)> = BTreeMap::new();
    for _ in 0..COUNTED {
        for kind in CommandKind::ALL {
            let before = writes.count().await?;
            let once = SentCommand::new(kind).send(&upstream, &service.url).await?;
            tokio::time::sleep(SETTLE_DELAY).await;
            let (counts, events) = counted.entry(kind).or_default();
            counts.extend(writes.since(before).await?);
            *events = journal.audit_events(&once.id).await?.into_iter().map(|event| event.event).collect();
        }
    }
    for (kind, (counts, events)) in counted {
        report::print_writes(kind, counts, &events);
    }
    if call.warm {
        return Ok(());
    }

    let mut first = Vec::new();
    for _ in 0..STARTS {
        service.stop().await?;
        service = Service::start_on(&upstream, &service.store_url, service.folder, RateLimitMode::Unlimited)
            .await?;
        first.push(SentCommand::new(CommandKind::Link).send(&upstream, &service.url).await?);
        tokio::time::sleep(COMMAND_INTERVAL).await;
        SentCommand::new(CommandKind::Unlink).send(&upstream, &service.url).await?;
        tokio::time::sleep(COMMAND_INTERVAL).await;
    }
    println!("\n{database}, the first command after a start, nothing cached ({STARTS} starts)");
    report::print_stages(CommandKind::Link, &first);

    service.stop().await?;
    service =
        Service::start_on(&upstream, &service.store_url, service.folder, RateLimitMode::Default).await?;
    println!(
        "\n{database}, default rate limits (1 change a second, 30 messages a minute, bursts of 5): \
         webhook → reply of {RATE_LIMITED} commands"
    );
    let mut rate_limited = Vec::new();
    for turn in 0..RATE_LIMITED {
        let kind = if turn % 2 == 0 { CommandKind::Link } else { CommandKind::Unlink };
        rate_limited.push(SentCommand::new(kind).send(&upstream, &service.url).await?.reply());
        tokio::time::sleep(COMMAND_INTERVAL).await;
    }
    report::print_rate_limited(&rate_limited);
    service.stop().await
}
