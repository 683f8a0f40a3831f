//! Growth: what becomes of throughput, p99 and memory as an installation grows.
//!
//! ```bash
//! cargo bench --bench scaling                   draws docs/scaling-*.svg: some minutes
//! cargo bench --bench scaling -- --only rows    one axis alone
//! cargo bench --bench scaling -- --figures      the figures of one large installation
//! ```
//!
//! The shipped program runs as a process on one core, the load comes from another one. Of what is not on
//! the axis there is one instance, one admin, no past, and 64 connections. `VINCULA_BIN` names another binary.
//!
//! What counts as an order is one that was accepted. Those that were sent away with 503 are printed beside them,
//! and are in no curve.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

mod chart;
#[path = "../throughput/cores.rs"]
#[expect(dead_code, reason = "the other bench uses more of it")]
mod cores;
mod events;
#[path = "../store_throughput/fill.rs"]
#[expect(clippy::unwrap_used, reason = "it stops where it stands")]
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
/// More than are accepted in one measurement.
const COMMANDS: usize = 60_000;

#[derive(Debug, Parser)]
#[command(name = "growth", about = "Draws how the service behaves as an installation grows")]
struct GrowthArgs {
    /// One axis alone.
    #[arg(long)]
    only: Option<ScalingAxis>,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// Prints the figures of one large installation, and draws nothing.
    #[arg(long)]
    figures: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What grows.
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
            Self::Rows => "orders in the journal",
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

/// What was measured at one size.
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
    let call = GrowthArgs::parse();
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
        "orders/s",
        "p99, ms",
        "503/s",
        "start, ms",
        "rest, MiB",
        "most, MiB"
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
            title: "answers a second",
            curves: vec![
                ("chatter", curve(|point| point.chatter.per_second())),
                ("orders", curve(|point| point.commands.per_second())),
            ],
        },
        Panel {
            title: "99 of 100 answered within, ms",
            curves: vec![
                ("chatter", curve(|point| point.chatter.within(0.99))),
                ("orders", curve(|point| point.commands.within(0.99))),
            ],
        },
        Panel {
            title: "memory, MiB",
            curves: vec![
                ("at rest", curve(|point| point.memory_idle)),
                ("at most", curve(|point| point.memory_peak)),
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
    let (at_rest, _) = service.memory_mib()?;
    let shape = LoadShape { connections, keep_alive: true, rate: None, time };
    let chatter = load::put(service.address, shape, &Requests::chatter(5_000, 0, size))?;
    let orders = load::put(service.address, shape, &Requests::commands(COMMANDS, size))?;
    let wrong = chatter.took.len() - chatter.ignored + orders.took.len() - orders.accepted + chatter.shed;
    anyhow::ensure!(wrong == 0, "{wrong} answers are wrong: {chatter:?} {orders:?}");
    let (_, at_most) = service.memory_mib()?;
    Ok(Point {
        size: step as f64,
        chatter,
        commands: orders,
        start: service.start,
        memory_idle: at_rest,
        memory_peak: at_most,
    })
}

/// Makes the journal, with its past.
fn prepare(folder: &Path, size: Size) -> anyhow::Result<()> {
    if size.rows == 0 {
        return Ok(());
    }
    drop(Service::start(folder, BASE)?);
    let begun = Instant::now();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(fill::fill(&format!("sqlite:{}", folder.join("vincula.db").display()), size.rows));
    eprintln!("{} orders written within {:.1?}", size.rows, begun.elapsed());
    Ok(())
}

/// One installation with 1,000,000 orders in the journal, and 100,000 people who talk to it.
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
    row("start to ready, 1,000,000 orders, median of 11", format!("{:.0} ms", starts[5].as_secs_f64() * 1e3));
    let service = Service::start(folder.path(), size)?;
    let time = Duration::from_secs(20);
    let people = Requests::chatter(PEOPLE, 10, size);
    let shape = LoadShape { connections: CONNECTIONS, keep_alive: true, rate: None, time };
    let outcome = load::put(service.address, shape, &people.once())?;
    anyhow::ensure!(outcome.ran_dry && outcome.ignored == PEOPLE, "not all were heard: {outcome:?}");
    let (now, most) = service.memory_mib()?;
    row(
        "memory, 1,000,000 orders, 100,000 people seen (VmRSS)",
        format!("{now:.1} MiB, at most {most:.1} MiB"),
    );
    drop(service);
    let folder = tempfile::tempdir()?;
    let service = Service::start(folder.path(), BASE)?;
    let shape = LoadShape { time: Duration::from_secs(5), ..shape };
    let outcome = load::put(service.address, shape, &Requests::chatter(5_000, 0, BASE))?;
    let (_, most) = service.memory_mib()?;
    row(
        "memory at most, full load of chatter (VmHWM)",
        format!("{most:.1} MiB at {:.0} requests/s", outcome.per_second()),
    );
    Ok(())
}
