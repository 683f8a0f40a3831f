//! The scenarios: what is measured against what, and what the figures must be.

use std::time::Duration;

use clap::Args;

use crate::baseline::Baseline;
use crate::events::Kind;
use crate::load::Shape;
use crate::rounds::{Entry, Figures, in_sittings, median, ratio, take_turns};
use crate::server::Server;
use crate::tables::{Bound, table, title, verdict};
use crate::upstream::{Pace, Upstream};

/// How a scenario is measured.
#[derive(Clone, Debug, Args)]
pub(crate) struct How {
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

impl How {
    fn shape(&self, connections: usize) -> Shape {
        let time = Duration::from_secs_f64(self.seconds);
        Shape { connections, keep_alive: !self.new_connections, rate: None, time }
    }

    fn kept(&self) -> &'static str {
        if self.new_connections { "a new connection each" } else { "keep-alive" }
    }
}

/// Talk in groups.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn chatter(how: &How) -> anyhow::Result<()> {
    let baselines: &[Baseline] = match how.all {
        true => &[Baseline::Limit, Baseline::Hyper, Baseline::Hmac, Baseline::Bare],
        false => &[Baseline::Limit],
    };
    for &connections in &how.connections {
        title(&format!("chatter, {connections} connections, {}", how.kept()));
        let figures = beside(how, Kind::Chatter, how.shape(connections), Pace::Default, baselines)?;
        let [ours, limit, ..] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        let rate = ratio(&ours.per_second, &limit.per_second);
        verdict("throughput against the limit", rate, Bound::Least(0.90));
        verdict("CPU an event against the limit", ratio(&ours.cpu, &limit.cpu), Bound::Most(1.15));
        verdict("memory at the most, MiB", ours.memory.1 as f64 / 1_024.0, Bound::Most(40.0));
    }
    Ok(())
}

/// The shipped program beside baselines, in this order.
fn beside(
    how: &How,
    kind: Kind,
    shape: Shape,
    pace: Pace,
    baselines: &[Baseline],
) -> anyhow::Result<Vec<Figures>> {
    in_sittings(how.rounds, |rounds| {
        let upstream = Upstream::open(pace)?;
        let mut servers = vec![Server::shipped(&upstream)?];
        for baseline in baselines {
            servers.push(Server::baseline(*baseline)?);
        }
        let entries: Vec<_> = servers.iter().map(|server| Entry::of(server, kind, shape)).collect();
        take_turns(&entries, rounds)
    })
}

/// Talk with a wrong signature, and with none, against genuine talk.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn forged(how: &How) -> anyhow::Result<()> {
    for &connections in &how.connections {
        title(&format!("forged against genuine, {connections} connections, {}", how.kept()));
        let figures = in_sittings(how.rounds, |rounds| {
            let upstream = Upstream::open(Pace::Default)?;
            let server = Server::shipped(&upstream)?;
            let shape = how.shape(connections);
            let entry = |(name, kind)| Entry { name, server: &server, kind, shape };
            let kinds = [("genuine", Kind::Chatter), ("forged", Kind::Forged), ("unsigned", Kind::Unsigned)];
            take_turns(&kinds.map(entry), rounds)
        })?;
        let [genuine, forged, unsigned] = &figures[..] else { return Ok(()) };
        table(&figures, genuine);
        let cpu = |of: &Figures| ratio(&of.cpu, &genuine.cpu);
        verdict("CPU of a wrong signature against genuine", cpu(forged), Bound::Most(1.0));
        verdict("CPU of no signature against genuine", cpu(unsigned), Bound::Most(1.0));
    }
    Ok(())
}

/// Talk at a fixed rate.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn pace(how: &How, rate: u32) -> anyhow::Result<()> {
    for &connections in &how.connections {
        title(&format!("chatter at {rate}/s, {connections} connections, {}", how.kept()));
        let shape = how.shape(connections);
        // Longer, since the late ones are few.
        let shape = Shape { rate: Some(rate), time: shape.time * 3, ..shape };
        let figures = beside(how, Kind::Chatter, shape, Pace::Default, &[Baseline::Limit])?;
        let [ours, limit] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        verdict("p99 against the limit", ratio(&ours.p99, &limit.p99), Bound::Most(1.5));
    }
    Ok(())
}

/// Orders, each written down before it is answered. Each sitting begins on empty journals.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn orders(how: &How, pace: Pace) -> anyhow::Result<()> {
    for &connections in &how.connections {
        let working = if pace == Pace::None { ", carried out meanwhile" } else { "" };
        title(&format!("orders, {connections} connections, {}{working}", how.kept()));
        let baselines = [Baseline::OrderLimit, Baseline::SameStatements, Baseline::OneByOne];
        let figures = beside(how, Kind::Orders, how.shape(connections), pace, &baselines)?;
        let [ours, limit, same, single] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        let rate = |to: &Figures| ratio(&ours.per_second, &to.per_second);
        if connections == 1 {
            verdict("p50 against one transaction", ratio(&ours.p50, &single.p50), Bound::Most(1.3));
        } else {
            verdict("throughput against the order limit", rate(limit), Bound::Least(0.5));
            verdict("throughput against one transaction an order", rate(single), Bound::Least(2.5));
            verdict("throughput against the same statements", rate(same), Bound::Least(0.8));
            verdict("p50, ms", median(ours.p50.clone()), Bound::Most(4.0));
            verdict("p99, ms", median(ours.p99.clone()), Bound::Most(15.0));
        }
    }
    Ok(())
}

/// Talk, and one order among a hundred.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn mix(how: &How) -> anyhow::Result<()> {
    for &connections in &how.connections {
        title(&format!("chatter with 1 % orders, {connections} connections, {}", how.kept()));
        let shape = how.shape(connections);
        let figures = beside(how, Kind::Mix, shape, Pace::Default, &[Baseline::OrderLimit])?;
        let [_, limit] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
    }
    Ok(())
}
