//! The scenarios: what is measured against what, and what the figures must be.

use std::time::Duration;

use clap::Args;

use crate::baseline::Baseline;
use crate::events::EventKind;
use crate::load::LoadShape;
use crate::rounds::{Entry, Figures, median, ratio, run_interleaved, run_sittings};
use crate::server::Server;
use crate::tables::{Bound, print_verdict, table, title};
use crate::upstream::{RateLimitMode, Upstream};

/// How a scenario is measured.
#[derive(Clone, Debug, Args)]
pub(crate) struct RunOptions {
    /// How often each is measured.
    #[arg(long, default_value_t = 9, global = true)]
    pub(crate) rounds: usize,
    /// How long a round is for each.
    #[arg(long, default_value_t = 1.0, global = true)]
    pub(crate) seconds: f64,
    /// How many connections, one table each.
    #[arg(long, value_delimiter = ',', default_values_t = [64], global = true)]
    pub(crate) connections: Vec<usize>,
    /// A connection for each request.
    #[arg(long, global = true)]
    pub(crate) new_connections: bool,
    /// All baselines, not only the limit.
    #[arg(long, global = true)]
    pub(crate) all: bool,
}

impl RunOptions {
    fn shape(&self, connections: usize) -> LoadShape {
        let time = Duration::from_secs_f64(self.seconds);
        LoadShape { connections, keep_alive: !self.new_connections, rate: None, time }
    }

    fn connection_label(&self) -> &'static str {
        if self.new_connections { "a new connection each" } else { "keep-alive" }
    }
}

/// Talk in groups.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn chatter(how: &RunOptions) -> anyhow::Result<()> {
    let baselines: &[Baseline] = match how.all {
        true => &[Baseline::Limit, Baseline::Hyper, Baseline::Hmac, Baseline::Bare],
        false => &[Baseline::Limit],
    };
    for &connections in &how.connections {
        title(&format!("chatter, {connections} connections, {}", how.connection_label()));
        let figures =
            beside(how, EventKind::Chatter, how.shape(connections), RateLimitMode::Default, baselines)?;
        let [ours, limit, ..] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        let rate = ratio(&ours.per_second, &limit.per_second);
        print_verdict("throughput against the limit", rate, Bound::AtLeast(0.90));
        print_verdict("CPU an event against the limit", ratio(&ours.cpu, &limit.cpu), Bound::AtMost(1.15));
        print_verdict("memory at the most, MiB", ours.memory.1 as f64 / 1_024.0, Bound::AtMost(40.0));
    }
    Ok(())
}

/// The shipped program beside baselines, in this order.
fn beside(
    how: &RunOptions,
    kind: EventKind,
    shape: LoadShape,
    pace: RateLimitMode,
    baselines: &[Baseline],
) -> anyhow::Result<Vec<Figures>> {
    run_sittings(how.rounds, |rounds| {
        let upstream = Upstream::start(pace)?;
        let mut servers = vec![Server::start_binary(&upstream)?];
        for baseline in baselines {
            servers.push(Server::start_baseline(*baseline)?);
        }
        let entries: Vec<_> = servers.iter().map(|server| Entry::new(server, kind, shape)).collect();
        run_interleaved(&entries, rounds)
    })
}

/// Talk with a wrong signature, and with none, against genuine talk.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn forged(how: &RunOptions) -> anyhow::Result<()> {
    for &connections in &how.connections {
        title(&format!("forged against genuine, {connections} connections, {}", how.connection_label()));
        let figures = run_sittings(how.rounds, |rounds| {
            let upstream = Upstream::start(RateLimitMode::Default)?;
            let server = Server::start_binary(&upstream)?;
            let shape = how.shape(connections);
            let entry = |(name, kind)| Entry { name, server: &server, kind, shape };
            let kinds = [
                ("genuine", EventKind::Chatter),
                ("forged", EventKind::Forged),
                ("unsigned", EventKind::Unsigned),
            ];
            run_interleaved(&kinds.map(entry), rounds)
        })?;
        let [genuine, forged, unsigned] = &figures[..] else { return Ok(()) };
        table(&figures, genuine);
        let cpu = |of: &Figures| ratio(&of.cpu, &genuine.cpu);
        print_verdict("CPU of a wrong signature against genuine", cpu(forged), Bound::AtMost(1.0));
        print_verdict("CPU of no signature against genuine", cpu(unsigned), Bound::AtMost(1.0));
    }
    Ok(())
}

/// Talk at a fixed rate.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn pace(how: &RunOptions, rate: u32) -> anyhow::Result<()> {
    for &connections in &how.connections {
        title(&format!("chatter at {rate}/s, {connections} connections, {}", how.connection_label()));
        let shape = how.shape(connections);
        // Longer, since the late ones are few.
        let shape = LoadShape { rate: Some(rate), time: shape.time * 3, ..shape };
        let figures = beside(how, EventKind::Chatter, shape, RateLimitMode::Default, &[Baseline::Limit])?;
        let [ours, limit] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        print_verdict("p99 against the limit", ratio(&ours.p99, &limit.p99), Bound::AtMost(1.5));
    }
    Ok(())
}

/// Orders, each written down before it is answered. Each sitting begins on empty journals.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn orders(how: &RunOptions, pace: RateLimitMode) -> anyhow::Result<()> {
    for &connections in &how.connections {
        let working = if pace == RateLimitMode::None { ", carried out meanwhile" } else { "" };
        title(&format!("orders, {connections} connections, {}{working}", how.connection_label()));
        let baselines = [Baseline::CommandLimit, Baseline::SameStatements, Baseline::OneByOne];
        let figures = beside(how, EventKind::Commands, how.shape(connections), pace, &baselines)?;
        let [ours, limit, same, single] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        let rate = |to: &Figures| ratio(&ours.per_second, &to.per_second);
        if connections == 1 {
            print_verdict("p50 against one transaction", ratio(&ours.p50, &single.p50), Bound::AtMost(1.3));
        } else {
            print_verdict("throughput against the order limit", rate(limit), Bound::AtLeast(0.5));
            print_verdict("throughput against one transaction an order", rate(single), Bound::AtLeast(2.5));
            print_verdict("throughput against the same statements", rate(same), Bound::AtLeast(0.8));
            print_verdict("p50, ms", median(ours.p50.clone()), Bound::AtMost(4.0));
            print_verdict("p99, ms", median(ours.p99.clone()), Bound::AtMost(15.0));
        }
    }
    Ok(())
}

/// Talk, and one order among a hundred.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn mixed(how: &RunOptions) -> anyhow::Result<()> {
    for &connections in &how.connections {
        title(&format!("chatter with 1 % orders, {connections} connections, {}", how.connection_label()));
        let shape = how.shape(connections);
        let figures = beside(how, EventKind::Mix, shape, RateLimitMode::Default, &[Baseline::CommandLimit])?;
        let [_, limit] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
    }
    Ok(())
}
