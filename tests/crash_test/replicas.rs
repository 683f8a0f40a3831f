//! Three replicas on one PostgreSQL: every event goes to all of them, and every second one is killed.

use std::time::{Duration, Instant};

use crate::postgres_cluster::Cluster;
use crate::random::Random;
use crate::sender::SentCommand;
use crate::service::{Process, ServiceBinary};
use crate::setup::TestSetup;
use crate::summary::{Outcome, Summary};
use crate::verifier::verify;

const REPLICAS: usize = 3;
/// Commands per batch.
const BATCH_SIZE: usize = 12;
/// Range of the delay between two kills, in milliseconds.
const KILL_INTERVAL_MS: (u64, u64) = (900, 1_100);
/// Timeout for open commands: the leases of killed replicas expire first.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(120);
/// The next batch waits while more commands than this are open.
const MAX_OPEN: usize = 60;

pub(crate) async fn run(
    binary: ServiceBinary,
    time: Duration,
    store: Option<String>,
    seed: u64,
) -> anyhow::Result<Outcome> {
    let cluster = if store.is_none() { Some(Cluster::start()?) } else { None };
    let store = store.or_else(|| cluster.as_ref().map(Cluster::url));
    let started = Instant::now();
    let mut kill_random = Random::new(seed ^ 1);
    let summary = Summary::new("replicas", &binary, seed);
    let TestSetup { deployment, mut chats, sender, mut random, .. } =
        TestSetup::with_replicas(binary, store, REPLICAS, seed).await?;
    let mut sent: Vec<SentCommand> = Vec::new();
    // Start all at once, to test concurrent migrations.
    let starting = (0..REPLICAS).map(|replica| deployment.start_ready(replica));
    let mut processes: Vec<Process> = futures_util::future::try_join_all(starting).await?;
    let journal = deployment.journal().await?;
    let sending = async {
        while started.elapsed() < time {
            deployment.settled(&journal, MAX_OPEN, SETTLE_TIMEOUT).await?;
            sent.extend(sender.send_commands(&mut chats, BATCH_SIZE, &mut random).await?);
        }
        anyhow::Ok(())
    };
    let killing = async {
        let mut kills = 0;
        while started.elapsed() < time {
            tokio::time::sleep(Duration::from_millis(
                KILL_INTERVAL_MS.0 + kill_random.below(KILL_INTERVAL_MS.1 - KILL_INTERVAL_MS.0),
            ))
            .await;
            let replica = kill_random.index(REPLICAS);
            deployment.kill(&mut processes[replica])?;
            processes[replica] = deployment.start_ready(replica).await?;
            kills += 1;
            if kills % 10 == 0 {
                crate::progress(&format!("{kills} kills, {:.0?}", started.elapsed()));
            }
        }
        anyhow::Ok(kills)
    };
    let ((), kills) = tokio::try_join!(sending, killing)?;
    let waiting = Instant::now();
    deployment.settled(&journal, 0, SETTLE_TIMEOUT).await?;
    let waited = waiting.elapsed();
    let findings = verify(&deployment, &chats, &sent, &journal).await?;
    summary.row("replicas, each receiving every event", REPLICAS);
    summary.row("kills, one a second", kills);
    summary.load(&sender.counts);
    summary.findings(&findings, deployment.deaths().len());
    summary.row("from the last kill to the last reply", format!("{waited:.1?}"));
    summary.row("time", format!("{:.0?}", started.elapsed()));
    Ok(summary.end(findings.violations))
}
