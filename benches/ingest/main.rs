//! Ingest: how fast webhooks are taken in, side by side with the least that a server could do.
//!
//! ```bash
//! cargo bench --bench ingest
//! cargo bench --bench ingest -- chatter --connections 64 --rounds 9
//! ```
//!
//! The shipped program is started as a process on one core, and so is each baseline; the load comes from
//! another core. They are measured in turn, round by round, and what is printed are medians and their
//! ratios to the limit of the same run: a quiet or a busy machine changes both. Progress goes to stderr,
//! tables to stdout. `VINCULA_BIN` names another binary.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

mod baseline;
mod cores;
mod events;
mod load;
mod rounds;
mod server;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use baseline::Baseline;
use events::Kind;
use load::Shape;
use rounds::{Entry, Figures};
use server::Server;

#[derive(Debug, Parser)]
#[command(
    name = "ingest",
    about = "Measures how webhooks are taken in, against the least that a server could do",
    after_help = "\
Examples:
  cargo bench --bench ingest
  cargo bench --bench ingest -- chatter --connections 64 --rounds 9
  cargo bench --bench ingest -- chatter --connections 1,16,64,256 --all
  cargo bench --bench ingest -- chatter --new-connections
  cargo bench --bench ingest -- forged
  cargo bench --bench ingest -- pace --rate 2000"
)]
struct Call {
    #[command(subcommand)]
    run: Option<Run>,
    #[command(flatten)]
    how: How,
    /// Given by cargo.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Clone, Debug, Args)]
struct How {
    /// How often each is measured.
    #[arg(long, default_value_t = 9, global = true)]
    rounds: usize,
    /// How long a round is for each.
    #[arg(long, default_value_t = 1.0, global = true)]
    seconds: f64,
    /// How many connections, one table each.
    #[arg(long, value_delimiter = ',', default_values_t = [64], global = true)]
    connections: Vec<usize>,
    /// A connection for each request.
    #[arg(long, global = true)]
    new_connections: bool,
    /// All baselines, not only the limit.
    #[arg(long, global = true)]
    all: bool,
}

#[derive(Clone, Debug, Subcommand)]
enum Run {
    /// Talk in groups, which is nearly everything that comes.
    Chatter,
    /// Talk with a wrong signature, and with none, against genuine talk.
    Forged,
    /// Talk at a fixed rate: how late the answers are.
    Pace {
        /// Requests a second.
        #[arg(long, default_value_t = 2_000)]
        rate: u32,
    },
    /// One minimal server, until it is killed.
    #[command(hide = true)]
    Baseline { baseline: Baseline },
}

fn main() -> ExitCode {
    let call = Call::parse();
    let end = match call.run {
        Some(Run::Baseline { baseline }) => baseline::serve(baseline, |address| print(&address)),
        run => cores::stay_on(cores::LOAD).and_then(|()| measure(run, &call.how)),
    };
    match end {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress(&format!("ingest: {error:#}"));
            ExitCode::from(1)
        }
    }
}

fn measure(run: Option<Run>, how: &How) -> anyhow::Result<()> {
    match run {
        Some(Run::Chatter) => chatter(how),
        Some(Run::Forged) => forged(how),
        Some(Run::Pace { rate }) => pace(how, rate),
        Some(Run::Baseline { .. }) => Ok(()),
        None => {
            chatter(how)?;
            forged(how)?;
            pace(how, 2_000)
        }
    }
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

fn chatter(how: &How) -> anyhow::Result<()> {
    let shipped = Server::shipped()?;
    let baselines: &[Baseline] = match how.all {
        true => &[Baseline::Limit, Baseline::Hyper, Baseline::Hmac, Baseline::Bare],
        false => &[Baseline::Limit],
    };
    let baselines = baselines.iter().map(|kind| Server::baseline(*kind)).collect::<Result<Vec<_>, _>>()?;
    for &connections in &how.connections {
        title(&format!("chatter, {connections} connections, {}", how.kept()));
        let servers = std::iter::once(&shipped).chain(&baselines);
        let entries: Vec<_> = servers
            .map(|server| Entry { server, kind: Kind::Chatter, shape: how.shape(connections) })
            .collect();
        let figures = rounds::take_turns(&entries, how.rounds)?;
        let [ours, limit, ..] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        verdict("throughput against the limit", ours.per_second / limit.per_second, Bound::Least(0.90));
        verdict("CPU an event against the limit", ours.cpu / limit.cpu, Bound::Most(1.15));
        verdict("memory at the most, MiB", ours.memory.1 as f64 / 1_024.0, Bound::Most(40.0));
    }
    Ok(())
}

fn forged(how: &How) -> anyhow::Result<()> {
    let server = Server::shipped()?;
    for &connections in &how.connections {
        title(&format!("forged against genuine, {connections} connections, {}", how.kept()));
        let shape = how.shape(connections);
        let entry = |kind| Entry { server: &server, kind, shape };
        let mut figures =
            rounds::take_turns(&[Kind::Chatter, Kind::Forged, Kind::Unsigned].map(entry), how.rounds)?;
        for (figures, name) in figures.iter_mut().zip(["genuine", "forged", "unsigned"]) {
            name.clone_into(&mut figures.name);
        }
        let [genuine, forged, unsigned] = &figures[..] else { return Ok(()) };
        table(&figures, genuine);
        verdict("CPU of a wrong signature against genuine", forged.cpu / genuine.cpu, Bound::Most(1.0));
        verdict("CPU of no signature against genuine", unsigned.cpu / genuine.cpu, Bound::Most(1.0));
    }
    Ok(())
}

fn pace(how: &How, rate: u32) -> anyhow::Result<()> {
    let (shipped, limit) = (Server::shipped()?, Server::baseline(Baseline::Limit)?);
    for &connections in &how.connections {
        title(&format!("chatter at {rate}/s, {connections} connections, {}", how.kept()));
        let shape = Shape { rate: Some(rate), ..how.shape(connections) };
        let entry = |server| Entry { server, kind: Kind::Chatter, shape };
        let figures = rounds::take_turns(&[entry(&shipped), entry(&limit)], how.rounds)?;
        let [ours, limit] = &figures[..] else { return Ok(()) };
        table(&figures, limit);
        verdict("p99 against the limit", ours.p99 / limit.p99, Bound::Most(1.5));
    }
    Ok(())
}

/// What a figure must be.
enum Bound {
    Least(f64),
    Most(f64),
}

fn verdict(what: &str, value: f64, bound: Bound) {
    let (is_reached, bound) = match bound {
        Bound::Least(least) => (value >= least, format!("at least {least:.2}")),
        Bound::Most(most) => (value <= most, format!("at most {most:.2}")),
    };
    print(&format!("{}  {what}: {value:.2} ({bound})", if is_reached { "PASS" } else { "FAIL" }));
}

fn title(text: &str) {
    print(&format!("\n{text}"));
}

/// All figures, and their ratios to those of one of them.
fn table(all: &[Figures], to: &Figures) {
    print(&format!(
        "{:<10} {:>9} {:>6} {:>9} {:>6} {:>8} {:>8} {:>9} {:>9}",
        "", "events/s", "ratio", "CPU, µs", "ratio", "p50, ms", "p99, ms", "RSS, MiB", "most, MiB"
    ));
    for figures in all {
        print(&format!(
            "{:<10} {:>9.0} {:>6.2} {:>9.2} {:>6.2} {:>8.3} {:>8.3} {:>9.1} {:>9.1}",
            figures.name,
            figures.per_second,
            figures.per_second / to.per_second,
            figures.cpu,
            figures.cpu / to.cpu,
            figures.p50,
            figures.p99,
            figures.memory.0 as f64 / 1_024.0,
            figures.memory.1 as f64 / 1_024.0
        ));
    }
}

/// A row of a table.
fn print(row: &str) {
    println!("{row}");
}

/// What goes on.
fn progress(line: &str) {
    eprintln!("{line}");
}
