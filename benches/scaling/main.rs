//! Scaling: throughput, p99 and memory as an installation grows.
//!
//! ```bash
//! cargo bench --bench scaling                   draws docs/scaling-*.svg: some minutes
//! cargo bench --bench scaling -- --only rows    one axis alone
//! cargo bench --bench scaling -- --figures      the figures of one large installation
//! ```
//!
//! The release binary (`VINCULA_BIN` chooses another) runs on one core, the load on another. Off the axis there is
//! one instance, one admin, an empty history, and 64 connections.
//!
//! Only accepted commands count. Those rejected with 503 are printed next to them, and are in no curve.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

mod chart;
#[path = "../throughput/cores.rs"]
#[expect(dead_code, reason = "the other bench uses more of it")]
mod cores;
mod events;
#[path = "../store_throughput/fill.rs"]
#[expect(clippy::unwrap_used, reason = "a bench stops at the first error")]
mod fill;
#[path = "../throughput/load.rs"]
mod load;
mod service;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::{Parser, ValueEnum};

use chart::Panel;
use events::Requests;
use load::{LoadShape, Outcome};
use service::{Service, Size};

const BASE: Size = Size { instances: 1, admins: 1, rows: 0 };
const CONNECTIONS: usize = 64;
/// More than one measurement can accept.
const COMMANDS: usize = 60_000;

#[derive(Debug, Parser)]
#[command(name = "scaling", about = "Charts throughput, latency and memory as an installation grows")]
struct ScalingArgs {
    /// Measure only this axis.
    #[arg(long)]
    only: Option<ScalingAxis>,
    /// Seconds per measurement.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// Print the figures of one large installation, without charts.
    #[arg(long)]
    figures: bool,
    /// Passed by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The growing quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ScalingAxis {
    Connections,
    Rows,
    Instances,
    Admins,
}

impl ScalingAxis {
    fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Rows => "commands in the journal",
            Self::Instances => "instances",
            Self::Admins => "admins of an instance",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Rows => "rows",
            Self::Instances => "instances",
            Self::Admins => "admins",
        }
    }

    fn steps(self) -> &'static [usize] {
        match self {
            Self::Connections => &[1, 4, 16, 64, 256, 1_000],
            Self::Rows => &[0, 1_000, 10_000, 100_000, 1_000_000],
            Self::Instances => &[1, 10, 100, 1_000],
            Self::Admins => &[1, 10, 100, 1_000, 10_000],
        }
    }
}

/// Measurements at one size.
struct Point {
    size: f64,
    chatter: Outcome,
    commands: Outcome,
    start: Duration,
    /// MiB.
    memory_idle: f64,
    memory_peak: f64,
}

fn main() -> anyhow::Result<()> {
    let call = ScalingArgs::parse();
    cores::pin_to_core(cores::LOAD)?;
    if call.figures {
        return figures();
    }
    let time = Duration::from_secs_f64(call.seconds);
    for axis in ScalingAxis::value_variants() {
        if call.only.is_none_or(|only| only == *axis) {
            draw(*axis, time)?;
        }
    }
    Ok(())
}

fn draw(axis: ScalingAxis, time: Duration) -> anyhow::Result<()> {
    let mut points = Vec::new();
    println!(
        "{:>22} {:>10} {:>8} {:>9} {:>8} {:>6} {:>9} {:>9} {:>9}",
        axis.name(),
        "chatter/s",
        "p99, ms",
        "commands/s",
        "p99, ms",
        "503/s",
        "start, ms",
        "idle, MiB",
        "peak, MiB"
    );
    for step in axis.steps() {
        let (mut size, mut connections) = (BASE, CONNECTIONS);
        match axis {
            ScalingAxis::Connections => connections = *step,
            ScalingAxis::Rows => size.rows = *step,
            ScalingAxis::Instances => size.instances = *step,
            ScalingAxis::Admins => size.admins = *step,
        }
        let point = measure(*step, size, connections, time)?;
        println!(
            "{step:>22} {:>10.0} {:>8.2} {:>9.0} {:>8.2} {:>6.0} {:>9.0} {:>9.1} {:>9.1}",
            point.chatter.per_second(),
            point.chatter.within(0.99),
            point.commands.per_second(),
            point.commands.within(0.99),
            point.commands.shed as f64 / point.commands.elapsed.as_secs_f64(),
            point.start.as_secs_f64() * 1e3,
            point.memory_idle,
            point.memory_peak
        );
        points.push(point);
    }
    let curve = |value: fn(&Point) -> f64| points.iter().map(|point| (point.size, value(point))).collect();
    let panels = [
        Panel {
            title: "responses per second",
            curves: vec![
                ("chatter", curve(|point| point.chatter.per_second())),
                ("commands", curve(|point| point.commands.per_second())),
            ],
        },
        Panel {
            title: "p99 of the response, ms",
            curves: vec![
                ("chatter", curve(|point| point.chatter.within(0.99))),
                ("commands", curve(|point| point.commands.within(0.99))),
            ],
        },
        Panel {
            title: "memory, MiB",
            curves: vec![
                ("idle", curve(|point| point.memory_idle)),
                ("peak", curve(|point| point.memory_peak)),
            ],
        },
        Panel {
            title: "start to ready, ms",
            curves: vec![("start", curve(|point| point.start.as_secs_f64() * 1e3))],
        },
    ];
    let path = format!("{}/docs/scaling-{}.svg", env!("CARGO_MANIFEST_DIR"), axis.file());
    std::fs::write(&path, chart::svg(axis.name(), &panels)).with_context(|| path.clone())?;
    Ok(())
}

fn measure(step: usize, size: Size, connections: usize, time: Duration) -> anyhow::Result<Point> {
    let folder = tempfile::tempdir()?;
    prepare(folder.path(), size)?;
    let service = Service::start(folder.path(), size)?;
    std::thread::sleep(Duration::from_secs(1));
    let (memory_idle, _) = service.memory_mib()?;
    let shape = LoadShape { connections, keep_alive: true, rate: None, time };
    let chatter = load::put(service.address, shape, &Requests::chatter(5_000, 0, size))?;
    let commands = load::put(service.address, shape, &Requests::commands(COMMANDS, size))?;
    let wrong = chatter.took.len() - chatter.ignored + commands.took.len() - commands.accepted + chatter.shed;
    anyhow::ensure!(wrong == 0, "{wrong} responses are wrong: {chatter:?} {commands:?}");
    let (_, memory_peak) = service.memory_mib()?;
    Ok(Point { size: step as f64, chatter, commands, start: service.start, memory_idle, memory_peak })
}

/// Creates the journal with its history.
fn prepare(folder: &Path, size: Size) -> anyhow::Result<()> {
    if size.rows == 0 {
        return Ok(());
    }
    drop(Service::start(folder, BASE)?);
    let started = Instant::now();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(fill::fill(&format!("sqlite:{}", folder.join("vincula.db").display()), size.rows));
    eprintln!("{} commands written in {:.1?}", size.rows, started.elapsed());
    Ok(())
}

/// Prints figures of one installation with 1,000,000 commands in the journal and 100,000 senders.
fn figures() -> anyhow::Result<()> {
    const ROWS: usize = 1_000_000;
    const PEOPLE: usize = 100_000;
    let row = |name: &str, value: String| println!("{name:<58} {value}");
    let folder = tempfile::tempdir()?;
    let size = Size { rows: ROWS, ..BASE };
    prepare(folder.path(), size)?;
    let mut starts = Vec::new();
    for _ in 0..11 {
        starts.push(Service::start(folder.path(), size)?.start);
    }
    starts.sort_unstable();
    row(
        "start to ready, 1,000,000 commands, median of 11",
        format!("{:.0} ms", starts[5].as_secs_f64() * 1e3),
    );
    let service = Service::start(folder.path(), size)?;
    let time = Duration::from_secs(20);
    let people = Requests::chatter(PEOPLE, 10, size);
    let shape = LoadShape { connections: CONNECTIONS, keep_alive: true, rate: None, time };
    let outcome = load::put(service.address, shape, &people.once())?;
    anyhow::ensure!(outcome.ran_dry && outcome.ignored == PEOPLE, "not all were processed: {outcome:?}");
    let (now, most) = service.memory_mib()?;
    row(
        "memory, 1,000,000 commands, 100,000 senders (VmRSS)",
        format!("{now:.1} MiB, at most {most:.1} MiB"),
    );
    drop(service);
    let folder = tempfile::tempdir()?;
    let service = Service::start(folder.path(), BASE)?;
    let shape = LoadShape { time: Duration::from_secs(5), ..shape };
    let outcome = load::put(service.address, shape, &Requests::chatter(5_000, 0, BASE))?;
    let (_, most) = service.memory_mib()?;
    row(
        "peak memory, full load of chatter (VmHWM)",
        format!("{most:.1} MiB at {:.0} requests/s", outcome.per_second()),
    );
    Ok(())
}
