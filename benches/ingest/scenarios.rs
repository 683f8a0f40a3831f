//! The scenarios: what is measured against what, and what the figures must be.

use std::time::Duration;

use clap::Args;

use crate::baseline::Baseline;
use crate::events::Kind;
use crate::load::Shape;
use crate::rounds::{self, Entry, Figures};
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
    let upstream = Upstream::open(Pace::Default)?;
    let shipped = Server::shipped(&upstream)?;
    let baselines: &[Baseline] = match how.all {
        true => &[Baseline::Limit, Baseline::Hyper, Baseline::Hmac, Baseline::Bare],
        false => &[Baseline::Limit],
    };
    let baselines = baselines.iter().map(|kind| Server::baseline(*kind)).collect::<Result<Vec<_>, _>>()?;
    for &connections in &how.connections {
        title(&format!("chatter, {connections} connections, {}", how.kept()));
        let servers = std::iter::once(&shipped).chain(&baselines);
        let entries: Vec<_> =
            servers.map(|server| Entry::of(server, Kind::Chatter, how.shape(connections))).collect();
        let figures = rounds::take_turns(&entries, how.rounds)?;
        let [ours, limit, ..] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        verdict("throughput against the limit", ours.per_second / limit.per_second, Bound::Least(0.90));
        verdict("CPU an event against the limit", ours.cpu / limit.cpu, Bound::Most(1.15));
        verdict("memory at the most, MiB", ours.memory.1 as f64 / 1_024.0, Bound::Most(40.0));
    }
    Ok(())
}

/// Talk with a wrong signature, and with none, against genuine talk.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn forged(how: &How) -> anyhow::Result<()> {
    let upstream = Upstream::open(Pace::Default)?;
    let server = Server::shipped(&upstream)?;
    for &connections in &how.connections {
        title(&format!("forged against genuine, {connections} connections, {}", how.kept()));
        let shape = how.shape(connections);
        let entry = |(name, kind)| Entry { name, server: &server, kind, shape };
        let kinds = [("genuine", Kind::Chatter), ("forged", Kind::Forged), ("unsigned", Kind::Unsigned)];
        let figures = rounds::take_turns(&kinds.map(entry), how.rounds)?;
        let [genuine, forged, unsigned] = &figures[..] else { return Ok(()) };
        table(&figures, genuine);
        verdict("CPU of a wrong signature against genuine", forged.cpu / genuine.cpu, Bound::Most(1.0));
        verdict("CPU of no signature against genuine", unsigned.cpu / genuine.cpu, Bound::Most(1.0));
    }
    Ok(())
}

/// Talk at a fixed rate.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn pace(how: &How, rate: u32) -> anyhow::Result<()> {
    let upstream = Upstream::open(Pace::Default)?;
    let (shipped, limit) = (Server::shipped(&upstream)?, Server::baseline(Baseline::Limit)?);
    for &connections in &how.connections {
        title(&format!("chatter at {rate}/s, {connections} connections, {}", how.kept()));
        let shape = how.shape(connections);
        // Longer, since the late ones are few.
        let shape = Shape { rate: Some(rate), time: shape.time * 3, ..shape };
        let entry = |server| Entry::of(server, Kind::Chatter, shape);
        let figures = rounds::take_turns(&[entry(&shipped), entry(&limit)], how.rounds)?;
        let [ours, limit] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        verdict("p99 against the limit", ours.p99 / limit.p99, Bound::Most(1.5));
    }
    Ok(())
}

/// Orders, each written down before it is answered.
///
/// # Errors
/// Where a server cannot be started, or does not answer as it must.
pub(crate) fn orders(how: &How, pace: Pace) -> anyhow::Result<()> {
    for &connections in &how.connections {
        // Anew, since what was written down stays: each table begins on empty journals.
        let upstream = Upstream::open(pace)?;
        let mut servers = vec![Server::shipped(&upstream)?];
        for baseline in [Baseline::OrderLimit, Baseline::SameStatements, Baseline::OneByOne] {
            servers.push(Server::baseline(baseline)?);
        }
        let working = if pace == Pace::None { ", carried out meanwhile" } else { "" };
        title(&format!("orders, {connections} connections, {}{working}", how.kept()));
        let entry = |server| Entry::of(server, Kind::Orders, how.shape(connections));
        let figures = rounds::take_turns(&servers.iter().map(entry).collect::<Vec<_>>(), how.rounds)?;
        let [ours, limit, same, single] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        let rate = |to: &Figures| ours.per_second / to.per_second;
        if connections == 1 {
            verdict("p50 against one transaction", ours.p50 / single.p50, Bound::Most(1.3));
        } else {
            verdict("throughput against the order limit", rate(limit), Bound::Least(0.5));
            verdict("throughput against one transaction an order", rate(single), Bound::Least(2.5));
            verdict("throughput against the same statements", rate(same), Bound::Least(0.8));
            verdict("p50, ms", ours.p50, Bound::Most(4.0));
            verdict("p99, ms", ours.p99, Bound::Most(15.0));
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
        let upstream = Upstream::open(Pace::Default)?;
        let servers = [Server::shipped(&upstream)?, Server::baseline(Baseline::OrderLimit)?];
        title(&format!("chatter with 1 % orders, {connections} connections, {}", how.kept()));
        let entry = |server| Entry::of(server, Kind::Mix, how.shape(connections));
        let figures = rounds::take_turns(&servers.each_ref().map(entry), how.rounds)?;
        let [_, limit] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
    }
    Ok(())
}
