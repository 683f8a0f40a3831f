//! How long an order takes where Z-API takes no time: from the webhook to the call, and to the reply.
//!
//! ```bash
//! cargo bench --bench latency
//! cargo bench --bench latency -- --rounds 50 --store sqlite
//! ```
//!
//! The shipped binary (`VINCULA_BIN` names another one) works against the sandbox in this process,
//! which answers at once. Orders come one after the other, each on a connection of its own, as Z-API
//! sends them. Limits are so high that no call waits for its turn, but in the last table, which shows
//! what the default ones do. PostgreSQL is started by the bench, where it is installed, with `fsync` on.
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

/// Between two orders: the last one is ended by then.
const GAP: Duration = Duration::from_millis(15);
/// An order is ended and noted by then, and nothing more is written.
const SETTLED: Duration = Duration::from_millis(60);
/// How often the service is started anew for its first order.
const STARTS: usize = 10;
/// Orders whose writes are counted, of each kind.
const COUNTED: usize = 10;
/// Orders under the default limits.
const PACED: usize = 8;

#[derive(Debug, Parser)]
#[command(
    name = "turnaround",
    about = "Measures the stages of an order against a Z-API that takes no time",
    after_help = "Examples:\n  cargo bench --bench latency\n  cargo bench --bench latency -- --rounds 50 --store sqlite"
)]
struct LatencyArgs {
    /// Orders of each kind.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// The journal; by default SQLite, and PostgreSQL where it is installed.
    #[arg(long)]
    store: Option<StoreKind>,
    /// Leave out the starts and the default limits.
    #[arg(long)]
    warm: bool,
    /// Given by cargo.
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
    let outside = RecordingSandbox::start().await?;
    let mut service = Service::start(&outside, url.as_deref(), RateLimitMode::Unlimited).await?;
    let mut timed: BTreeMap<CommandKind, Vec<TimedCommand>> = BTreeMap::new();
    for round in 0..call.rounds + 1 {
        for kind in CommandKind::ALL {
            let order = SentCommand::new(kind);
            let once = order.send(&outside, &service.url).await?;
            // The first of each opens connections, and fills the directory.
            if round > 0 {
                timed.entry(kind).or_default().push(once);
            }
            tokio::time::sleep(GAP).await;
        }
    }
    println!("\n{database}, {} orders of each kind, all connections and the directory warm", call.rounds);
    for (kind, timed) in &timed {
        report::print_stages(*kind, timed);
    }

    println!(
        "\n{database}, transactions that wrote, an order (median of {COUNTED}), and what the journal notes"
    );
    let journal = service.journal().await?;
    let writes = WriteCounter::new(&service.store_url);
    let mut counted: BTreeMap<CommandKind, (Vec<u64>, Vec<String>)> = BTreeMap::new();
    for _ in 0..COUNTED {
        for kind in CommandKind::ALL {
            let before = writes.count().await?;
            let once = SentCommand::new(kind).send(&outside, &service.url).await?;
            tokio::time::sleep(SETTLED).await;
            let (counts, notes) = counted.entry(kind).or_default();
            counts.extend(writes.since(before).await?);
            *notes = journal.audit_events(&once.id).await?.into_iter().map(|note| note.event).collect();
        }
    }
    for (kind, (counts, notes)) in counted {
        report::print_writes(kind, counts, &notes);
    }
    if call.warm {
        return Ok(());
    }

    let mut first = Vec::new();
    for _ in 0..STARTS {
        service.stop().await?;
        service =
            Service::start_on(&outside, &service.store_url, service.folder, RateLimitMode::Unlimited).await?;
        first.push(SentCommand::new(CommandKind::Link).send(&outside, &service.url).await?);
        tokio::time::sleep(GAP).await;
        SentCommand::new(CommandKind::Unlink).send(&outside, &service.url).await?;
        tokio::time::sleep(GAP).await;
    }
    println!("\n{database}, the first order after a start: no connection, nothing known ({STARTS} starts)");
    report::print_stages(CommandKind::Link, &first);

    service.stop().await?;
    service = Service::start_on(&outside, &service.store_url, service.folder, RateLimitMode::Default).await?;
    println!(
        "\n{database}, the default limits (1 change a second, 30 messages a minute, bursts of 5): \
         webhook → reply of {PACED} orders"
    );
    let mut paced = Vec::new();
    for turn in 0..PACED {
        let kind = if turn % 2 == 0 { CommandKind::Link } else { CommandKind::Unlink };
        paced.push(SentCommand::new(kind).send(&outside, &service.url).await?.reply());
        tokio::time::sleep(GAP).await;
    }
    report::print_rate_limited(&paced);
    service.stop().await
}
