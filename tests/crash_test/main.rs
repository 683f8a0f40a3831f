//! Crash tests: kill, starve and flood the real program, then verify its guarantees.
//!
//! ```bash
//! cargo test --release --test crash_test -- kill --rounds 500
//! cargo test --release --test crash_test -- kill --control blind-retry
//! ```
//!
//! Prints progress to stderr and a table to stdout. Exits with 1 if a guarantee was violated, or, with
//! `--control`, if an injected bug was not detected. Controls run a debug binary with a bug on purpose
//! (`src/failpoint.rs`). `VINCULA_BIN` and `VINCULA_DEBUG_BIN` choose other binaries. docs/RELIABILITY.md
//! describes the scenarios.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

mod verifier_selftest;
mod model;
mod postgres_cluster;
mod fsync_trace;
mod verifier;
mod kill;
mod upstream_recorder;
mod sender;
mod slowloris;
mod random;
mod replicas;
mod service;
mod setup;
mod summary;
mod sweep;
mod trace;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use vincula::failpoint::InjectedBug;

use service::ServiceBinary;
use slowloris::SlowlorisOptions;
use summary::Outcome;

#[derive(Debug, Parser)]
#[command(name = "crash_test", about = "Kills, starves and floods vincula, then verifies its guarantees")]
struct CrashTestArgs {
    #[command(subcommand)]
    run: Option<Scenario>,
    /// Passed by cargo.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum Scenario {
    /// `kill -9` at random moments under load.
    Kill {
        #[arg(long, default_value_t = 500)]
        rounds: usize,
        #[arg(long)]
        seed: Option<u64>,
        /// Inject this bug, and check that it is detected.
        #[arg(long)]
        control: Option<NegativeControl>,
    },
    /// `kill -9` at every Nth fsync, write, send and receive; needs strace.
    Sweep {
        #[arg(long, default_value_t = 60)]
        points: usize,
        #[arg(long)]
        seed: Option<u64>,
        #[arg(long)]
        control: Option<NegativeControl>,
    },
    /// Check that the log is synced before the response; needs strace.
    Trace {
        /// Respond before the commit, and check that it is detected.
        #[arg(long)]
        control: bool,
    },
    /// Three replicas on one PostgreSQL, one of them killed every second.
    Replicas {
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// An empty database, `postgres://…`. Default: start a temporary PostgreSQL.
        #[arg(long)]
        store: Option<String>,
        #[arg(long)]
        seed: Option<u64>,
        #[arg(long)]
        control: Option<NegativeControl>,
    },
    /// Falsify the evidence of a good run one fact at a time, and check that the verifier detects it.
    Verify,
    /// Hold slow connections, and check that commands still get replies.
    Slowloris {
        #[arg(long, default_value_t = 500)]
        connections: usize,
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Clients that read no response send without pause, so that the two cores are the bottleneck.
        #[arg(long)]
        flood: bool,
        /// Stop the service for two seconds and allow it 1 MiB, and check that both are detected.
        #[arg(long)]
        control: bool,
    },
}

/// A bug to inject.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum NegativeControl {
    BlindRetry,
    RespondBeforeCommit,
}

impl NegativeControl {
    fn injected_bug(self) -> InjectedBug {
        match self {
            Self::BlindRetry => InjectedBug::BlindRetry,
            Self::RespondBeforeCommit => InjectedBug::RespondBeforeCommit,
        }
    }
}

fn main() -> ExitCode {
    let call = CrashTestArgs::parse();
    let Some(run) = call.run else {
        progress("a sub-command is needed, see `cargo test --release --test crash_test -- --help`");
        return ExitCode::SUCCESS;
    };
    match start(run) {
        Ok(Outcome::Passed) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        Err(error) => {
            progress(&format!("crash_test: {error:#}"));
            ExitCode::from(1)
        }
    }
}

fn start(run: Scenario) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let choose = |control: Option<NegativeControl>| {
            ServiceBinary::choose(control.map(NegativeControl::injected_bug))
        };
        match run {
            Scenario::Kill { rounds, seed, control } => {
                kill::run(choose(control)?, rounds, seed_or_time(seed)).await
            }
            Scenario::Sweep { points, seed, control } => {
                sweep::run(choose(control)?, points, seed_or_time(seed)).await
            }
            Scenario::Trace { control } => {
                trace::run(choose(control.then_some(NegativeControl::RespondBeforeCommit))?, 1).await
            }
            Scenario::Replicas { seconds, store, seed, control } => {
                let time = Duration::from_secs(seconds);
                replicas::run(choose(control)?, time, store, seed_or_time(seed)).await
            }
            Scenario::Verify => verifier_selftest::run(choose(None)?, 7).await,
            Scenario::Slowloris { connections, seconds, flood, control } => {
                let options = SlowlorisOptions {
                    connections,
                    time: Duration::from_secs(seconds),
                    max_memory_kib: if control { 1 } else { 100 } * 1024,
                    is_paused: control,
                    is_flood: flood,
                };
                slowloris::run(choose(None)?, options, 1).await
            }
        }
    })
}

fn seed_or_time(seed: Option<u64>) -> u64 {
    seed.unwrap_or_else(|| {
        u64::from(std::process::id()) ^ vincula::clock::Clock::system().now().0.unsigned_abs()
    })
}

/// Prints a row of the table.
fn print(row: &str) {
    println!("{row}");
}

/// Prints progress.
fn progress(line: &str) {
    eprintln!("{line}");
}
