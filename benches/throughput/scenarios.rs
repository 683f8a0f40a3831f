//! The scenarios: what is compared, and the bounds of the figures.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::baseline::Baseline;
use crate::events::EventKind;
use crate::load::LoadShape;
use crate::rounds::{Entry, Figures, median, ratio, run_interleaved, run_sittings};
use crate::server::{Server, SigningKeys};
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
    /// Another build of vincula, to be measured in the same rounds.
    #[arg(long, global = true)]
    pub(crate) against: Vec<PathBuf>,
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

/// Chatter in groups, in direct chats, of admins, and with two keys.
///
/// # Errors
/// A server cannot be started, or responds with something unexpected.
pub(crate) fn chatter(how: &RunOptions) -> anyhow::Result<()> {
    for &connections in &how.connections {
        for (label, kind, keys) in [
            ("groups", EventKind::Chatter, SigningKeys::One),
            ("direct messages", EventKind::DirectChatter, SigningKeys::One),
            ("direct messages of admins", EventKind::AdminTalk, SigningKeys::One),
            ("groups, two keys", EventKind::Chatter, SigningKeys::Two),
        ] {
            title(&format!("chatter in {label}, {connections} connections, {}", how.connection_label()));
            chatter_of(
                how,
                Load { kind, keys, shape: how.shape(connections), rate_limits: RateLimitMode::Default },
            )?;
        }
    }
    Ok(())
}

fn chatter_of(how: &RunOptions, load: Load) -> anyhow::Result<()> {
    let baselines: &[Baseline] = match (how.all, load.keys) {
        (_, SigningKeys::Two) => &[Baseline::TwoKeys],
        (true, _) => &[Baseline::Limit, Baseline::Hyper, Baseline::Hmac, Baseline::Bare],
        (false, _) => &[Baseline::Limit],
    };
    let figures = compare(how, load, baselines)?;
    let [ours, limit, ..] = &figures[..] else { return Ok(()) };
    table(&figures, limit);
    let rate = ratio(&ours.per_second, &limit.per_second);
    print_verdict("throughput against the limit", rate, Bound::AtLeast(0.90));
    print_verdict("CPU an event against the limit", ratio(&ours.cpu, &limit.cpu), Bound::AtMost(1.15));
    print_verdict("memory at the most, MiB", ours.memory.1 as f64 / 1_024.0, Bound::AtMost(40.0));
    Ok(())
}

/// What the servers of a comparison get.
#[derive(Clone, Copy)]
struct Load {
    kind: EventKind,
    keys: SigningKeys,
    shape: LoadShape,
    rate_limits: RateLimitMode,
}

impl Load {
    fn new(kind: EventKind, shape: LoadShape) -> Self {
        Self { kind, keys: SigningKeys::One, shape, rate_limits: RateLimitMode::Default }
    }
}

/// The build to measure: `VINCULA_BIN`, else the one of this bench.
fn binary() -> PathBuf {
    std::env::var_os("VINCULA_BIN").map_or_else(|| env!("CARGO_BIN_EXE_vincula").into(), PathBuf::from)
}

/// Measures vincula, these baselines, and the builds of `--against`, in this order.
fn compare(how: &RunOptions, load: Load, baselines: &[Baseline]) -> anyhow::Result<Vec<Figures>> {
    run_sittings(how.rounds, |rounds| {
        let upstream = Upstream::start(load.rate_limits)?;
        let mut servers = vec![Server::start_binary("vincula", &binary(), load.keys, &upstream)?];
        for baseline in baselines {
            servers.push(Server::start_baseline(*baseline)?);
        }
        for (index, path) in how.against.iter().enumerate() {
            servers.push(Server::start_binary(&format!("against-{index}"), path, load.keys, &upstream)?);
        }
        let entries: Vec<_> =
            servers.iter().map(|server| Entry::new(server, load.kind, load.shape)).collect();
        run_interleaved(&entries, rounds)
    })
}

/// Chatter with a wrong signature, and without one, against authentic chatter.
///
/// # Errors
/// A server cannot be started, or responds with something unexpected.
pub(crate) fn forged(how: &RunOptions) -> anyhow::Result<()> {
    for &connections in &how.connections {
        title(&format!("forged against authentic, {connections} connections, {}", how.connection_label()));
        let figures = run_sittings(how.rounds, |rounds| {
            let upstream = Upstream::start(RateLimitMode::Default)?;
            let server = Server::start_binary("vincula", &binary(), SigningKeys::One, &upstream)?;
            let shape = how.shape(connections);
            let entry = |(name, kind)| Entry { name, server: &server, kind, shape };
            let kinds = [
                ("authentic", EventKind::Chatter),
                ("forged", EventKind::Forged),
                ("unsigned", EventKind::Unsigned),
            ];
            run_interleaved(&kinds.map(entry), rounds)
        })?;
        let [authentic, forged, unsigned] = &figures[..] else { return Ok(()) };
        table(&figures, authentic);
        let cpu = |of: &Figures| ratio(&of.cpu, &authentic.cpu);
        print_verdict("CPU of a wrong signature against authentic", cpu(forged), Bound::AtMost(1.0));
        print_verdict("CPU of no signature against authentic", cpu(unsigned), Bound::AtMost(1.0));
    }
    Ok(())
}

/// Chatter at a fixed rate.
///
/// # Errors
/// A server cannot be started, or responds with something unexpected.
pub(crate) fn fixed_rate(how: &RunOptions, rate: u32) -> anyhow::Result<()> {
    for &connections in &how.connections {
        title(&format!("chatter at {rate}/s, {connections} connections, {}", how.connection_label()));
        let shape = how.shape(connections);
        // Longer, since the late ones are few.
        let shape = LoadShape { rate: Some(rate), time: shape.time * 3, ..shape };
        let figures = compare(how, Load::new(EventKind::Chatter, shape), &[Baseline::Limit])?;
        let [ours, limit, ..] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        print_verdict("p99 against the limit", ratio(&ours.p99, &limit.p99), Bound::AtMost(1.5));
    }
    Ok(())
}

/// Commands, each in the journal before its response. Each sitting begins with empty journals.
///
/// # Errors
/// A server cannot be started, or responds with something unexpected.
pub(crate) fn commands(how: &RunOptions, rate_limits: RateLimitMode) -> anyhow::Result<()> {
    for &connections in &how.connections {
        let working = if rate_limits == RateLimitMode::None { ", run meanwhile" } else { "" };
        title(&format!("commands, {connections} connections, {}{working}", how.connection_label()));
        let baselines = [Baseline::CommandLimit, Baseline::SameStatements, Baseline::OneByOne];
        let load = Load { rate_limits, ..Load::new(EventKind::Commands, how.shape(connections)) };
        let figures = compare(how, load, &baselines)?;
        let [ours, limit, same, single, ..] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        let rate = |to: &Figures| ratio(&ours.per_second, &to.per_second);
        if connections == 1 {
            print_verdict("p50 against one transaction", ratio(&ours.p50, &single.p50), Bound::AtMost(1.3));
        } else {
            print_verdict("throughput against the command limit", rate(limit), Bound::AtLeast(0.5));
            print_verdict("throughput against one transaction a command", rate(single), Bound::AtLeast(2.5));
            print_verdict("throughput against the same statements", rate(same), Bound::AtLeast(0.8));
            print_verdict("p50, ms", median(ours.p50.clone()), Bound::AtMost(4.0));
            print_verdict("p99, ms", median(ours.p99.clone()), Bound::AtMost(15.0));
        }
    }
    Ok(())
}

/// Chatter with 1 % commands.
///
/// # Errors
/// A server cannot be started, or responds with something unexpected.
pub(crate) fn mixed(how: &RunOptions) -> anyhow::Result<()> {
    for &connections in &how.connections {
        title(&format!("chatter with 1 % commands, {connections} connections, {}", how.connection_label()));
        let shape = how.shape(connections);
        let figures = compare(how, Load::new(EventKind::Mix, shape), &[Baseline::CommandLimit])?;
        let [_, limit, ..] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
    }
    Ok(())
}
