//! Ingest: how fast webhooks are taken in, side by side with the least that a server could do.
//!
//! ```bash
//! cargo bench --bench throughput
//! cargo bench --bench throughput -- chatter --connections 64 --rounds 9
//! ```
//!
//! The shipped program is started as a process on one core, and so is each baseline; the load comes from
//! another core. They are measured in turn, round by round, and what is printed are medians of the rounds,
//! and medians of the ratios to the limit within each: a quiet or a busy machine changes both. All of it
//! takes about five minutes. Progress goes to stderr, tables to stdout. `VINCULA_BIN` names another binary,
//! `VINCULA_SHOW_LOG=1` shows its log, `TMPDIR` says on which disk the journals are.
//!
//! A server that answers otherwise than the scenario expects ends the run: a fast wrong answer is no figure.
//! While orders are accepted the service also works on them, at its usual pace (`upstream`).
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

mod baseline;
mod committing;
mod cores;
mod disk;
mod events;
mod load;
mod rounds;
mod scenarios;
mod server;
mod statements;
mod tables;
mod upstream;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use baseline::Baseline;
use scenarios::{RunOptions, chatter, forged, mixed, orders, pace};
use upstream::RateLimitMode;

#[derive(Debug, Parser)]
#[command(
    name = "ingest",
    about = "Measures how webhooks are taken in, against the least that a server could do",
    after_help = "\
Examples:
  cargo bench --bench throughput
  cargo bench --bench throughput -- chatter --connections 64 --rounds 9
  cargo bench --bench throughput -- chatter --connections 1,16,64,256 --all
  cargo bench --bench throughput -- chatter --new-connections
  cargo bench --bench throughput -- forged
  cargo bench --bench throughput -- pace --rate 2000
  cargo bench --bench throughput -- orders --connections 1,16,64,256
  cargo bench --bench throughput -- mix"
)]
struct IngestArgs {
    #[command(subcommand)]
    run: Option<Scenario>,
    #[command(flatten)]
    how: RunOptions,
    /// Given by cargo.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Clone, Debug, Subcommand)]
enum Scenario {
    /// Talk in groups, which is nearly everything that comes.
    Chatter,
    /// Talk with a wrong signature, and with none, against genuine talk.
    Forged,
    /// Talk at a fixed rate: how late the answers are.
    Rate {
        /// Requests a second.
        #[arg(long, default_value_t = 2_000)]
        rate: u32,
    },
    /// Orders of admins in a thousand chats, each written down before it is answered.
    Commands {
        /// The service carries orders out as fast as it can meanwhile, not at its usual pace.
        #[arg(long)]
        unpaced: bool,
    },
    /// Talk, and one order among a hundred.
    Mix,
    /// One minimal server, until it is killed.
    #[command(hide = true)]
    Baseline { baseline: Baseline },
}

fn main() -> ExitCode {
    let call = IngestArgs::parse();
    let end = match call.run {
        Some(Scenario::Baseline { baseline }) => baseline::serve(baseline, |address| print(&address)),
        run => cores::pin_to_core(cores::LOAD).and_then(|()| measure(run, &call.how)),
    };
    match end {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress(&format!("ingest: {error:#}"));
            ExitCode::from(1)
        }
    }
}

fn measure(run: Option<Scenario>, how: &RunOptions) -> anyhow::Result<()> {
    match run {
        Some(Scenario::Chatter) => chatter(how),
        Some(Scenario::Forged) => forged(how),
        Some(Scenario::Rate { rate }) => pace(how, rate),
        Some(Scenario::Commands { unpaced }) => {
            orders(how, if unpaced { RateLimitMode::None } else { RateLimitMode::Default })
        }
        Some(Scenario::Mix) => mixed(how),
        Some(Scenario::Baseline { .. }) => Ok(()),
        None => {
            chatter(how)?;
            chatter(&RunOptions { new_connections: true, ..how.clone() })?;
            forged(how)?;
            pace(how, 2_000)?;
            mixed(how)?;
            orders(&RunOptions { connections: vec![1, 64], ..how.clone() }, RateLimitMode::Default)
        }
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
