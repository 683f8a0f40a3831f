//! Three replicas on one PostgreSQL: every event comes to all of them, and each second one is killed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use vincula::sandbox::World;

use crate::Outcome;
use crate::model::ChatModel;
use crate::postgres_cluster::Cluster;
use crate::random::Random;
use crate::sender::{SentCommand, WebhookSender};
use crate::service::{Deployment, Process, ServiceBinary};
use crate::summary::Summary;
use crate::upstream_recorder::RecordingSandbox;
use crate::verifier::verify;

const REPLICAS: usize = 3;
/// Orders that are given at a time.
const POSTS: usize = 12;
/// Between two kills, in milliseconds: a second, more or less.
const EVERY: (u64, u64) = (900, 1_100);
/// A killed replica's lease ends, and what waited behind it is done.
const SETTLE: Duration = Duration::from_secs(120);
/// With more open orders than this, no more are given.
const MAX_OPEN: usize = 60;

pub(crate) async fn run(
    binary: ServiceBinary,
    time: Duration,
    store: Option<String>,
    seed: u64,
) -> anyhow::Result<Outcome> {
    let cluster = if store.is_none() { Some(Cluster::start()?) } else { None };
    let store = store.or_else(|| cluster.as_ref().map(Cluster::url));
    let begun = Instant::now();
    let mut random = Random::new(seed);
    let mut killed = Random::new(seed ^ 1);
    let mut world = World::empty();
    let chats = ChatModel::create_chats(&mut world);
    let outside = Arc::new(RecordingSandbox::start(world).await?);
    let summary = Summary::new("replicas", &binary, seed);
    let site = Arc::new(Deployment::new(outside.clone(), binary, store, REPLICAS, &mut random, "")?);
    let account = outside.sandbox.account();
    let mut chats = ChatModel::new(chats, &account.id, &account.phone, seed);
    let sender = Arc::new(WebhookSender::new(site.clone(), REPLICAS));
    let mut given: Vec<SentCommand> = Vec::new();
    // All at once: their migrations must not meet.
    let starting = (0..REPLICAS).map(|replica| site.start_ready(replica));
    let mut processes: Vec<Process> = futures_util::future::try_join_all(starting).await?;
    let journal = site.journal().await?;
    let giving = async {
        while begun.elapsed() < time {
            site.settled(&journal, MAX_OPEN, SETTLE).await?;
            given.extend(sender.send_commands(&mut chats, POSTS, &mut random).await?);
        }
        anyhow::Ok(())
    };
    let killing = async {
        let mut kills = 0;
        while begun.elapsed() < time {
            tokio::time::sleep(Duration::from_millis(EVERY.0 + killed.below(EVERY.1 - EVERY.0))).await;
            let replica = killed.index(REPLICAS);
            site.kill(&mut processes[replica])?;
            processes[replica] = site.start_ready(replica).await?;
            kills += 1;
            if kills % 10 == 0 {
                crate::progress(&format!("{kills} kills, {:.0?}", begun.elapsed()));
            }
        }
        anyhow::Ok(kills)
    };
    let ((), kills) = tokio::try_join!(giving, killing)?;
    let waiting = Instant::now();
    site.settled(&journal, 0, SETTLE).await?;
    let waited = waiting.elapsed();
    let findings = verify(&site, &chats, &given, &journal).await?;
    summary.row("replicas, each getting every event", REPLICAS);
    summary.row("kill -9, one a second", kills);
    summary.load(&sender.counts);
    summary.findings(&findings, site.deaths().len());
    summary.row("from the last kill to the last reply", format!("{waited:.1?}"));
    summary.row("time", format!("{:.0?}", begun.elapsed()));
    Ok(summary.end(findings.violations))
}
