//! Throughput of the webhook endpoint, compared with minimal servers.
//!
//! ```bash
//! cargo bench --bench throughput
//! cargo bench --bench throughput -- chatter --connections 64 --rounds 9
//! cargo bench --bench throughput -- chatter --against /path/to/another/vincula
//! ```
//!
//! vincula runs as a process on one core, and so does each baseline; the load comes from another core. They are
//! measured in turn, round by round. The tables show medians of the rounds, and medians of the ratios to the limit
//! within each round, so that a busy machine changes both. All scenarios take about six minutes. Progress goes to
//! stderr, tables to stdout. `VINCULA_BIN` names another binary, `VINCULA_SHOW_LOG=1` shows its log, `TMPDIR` sets the
//! disk of the journals.
//!
//! An unexpected response ends the run. While commands are accepted, the service also runs them, at its usual rate
//! (`upstream`).
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
use scenarios::{RunOptions, chatter, commands, fixed_rate, forged, mixed};
use upstream::RateLimitMode;

#[derive(Debug, Parser)]
#[command(
    name = "throughput",
    about = "Measures the throughput of the webhook endpoint, against minimal servers",
    after_help = "\
Examples:
  cargo bench --bench throughput
  cargo bench --bench throughput -- chatter --connections 64 --rounds 9
  cargo bench --bench throughput -- chatter --connections 1,16,64,256 --all
  cargo bench --bench throughput -- chatter --new-connections
  cargo bench --bench throughput -- forged
  cargo bench --bench throughput -- rate --rate 2000
  cargo bench --bench throughput -- commands --connections 1,16,64,256
  cargo bench --bench throughput -- mix"
)]
struct ThroughputArgs {
    #[command(subcommand)]
    run: Option<Scenario>,
    #[command(flatten)]
    how: RunOptions,
    /// Passed by cargo.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Clone, Debug, Subcommand)]
enum Scenario {
    /// Chatter in groups and direct chats: nearly all events.
    Chatter,
    /// Chatter with a wrong signature, and without one, against authentic chatter.
    Forged,
    /// Latency of chatter at a fixed rate.
    Rate {
        /// Requests a second.
        #[arg(long, default_value_t = 2_000)]
        rate: u32,
    },
    /// Commands of admins in a thousand chats, each in the journal before its response.
    Commands {
        /// The service runs commands as fast as it can meanwhile, not at its usual rate.
        #[arg(long)]
        unpaced: bool,
    },
    /// Chatter with 1 % commands.
    Mix,
    /// Runs one baseline until it is killed.
    #[command(hide = true)]
    Baseline { baseline: Baseline },
}

fn main() -> ExitCode {
    let call = ThroughputArgs::parse();
    let end = match call.run {
        Some(Scenario::Baseline { baseline }) => baseline::serve(baseline, |address| print(&address)),
        run => cores::pin_to_core(cores::LOAD).and_then(|()| measure(run, &call.how)),
    };
    match end {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress(&format!("throughput: {error:#}"));
            ExitCode::from(1)
        }
    }
}

fn measure(run: Option<Scenario>, how: &RunOptions) -> anyhow::Result<()> {
    match run {
        Some(Scenario::Chatter) => chatter(how),
        Some(Scenario::Forged) => forged(how),
        Some(Scenario::Rate { rate }) => fixed_rate(how, rate),
        Some(Scenario::Commands { unpaced }) => {
            commands(how, if unpaced { RateLimitMode::None } else { RateLimitMode::Default })
        }
        Some(Scenario::Mix) => mixed(how),
        Some(Scenario::Baseline { .. }) => Ok(()),
        None => {
            chatter(how)?;
            chatter(&RunOptions { new_connections: true, ..how.clone() })?;
            forged(how)?;
            fixed_rate(how, 2_000)?;
            mixed(how)?;
            commands(&RunOptions { connections: vec![1, 64], ..how.clone() }, RateLimitMode::Default)
        }
    }
}

/// Prints a row of a table.
fn print(row: &str) {
    println!("{row}");
}

/// Prints progress.
fn progress(line: &str) {
    eprintln!("{line}");
}
