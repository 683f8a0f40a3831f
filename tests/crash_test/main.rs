//! The ordeal: the real program is killed, starved and flooded, and held to what it promises.
//!
//! ```bash
//! cargo test --release --test crash_test -- kill --rounds 500
//! cargo test --release --test crash_test -- kill --control blind-retry
//! ```
//!
//! Progress goes to stderr, a table to stdout. The exit code is 1 where a promise was broken, and, in a
//! run with `--control`, where a broken promise was not noticed. Controls run a debug binary that
//! breaks a promise on purpose (`src/failpoint.rs`). `VINCULA_BIN` and `VINCULA_DEBUG_BIN` name other
//! binaries. docs/RELIABILITY.md tells what each run shows.
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

#[derive(Debug, Parser)]
#[command(name = "ordeal", about = "Kills, starves and floods vincula, and holds it to what it promises")]
struct CrashTestArgs {
    #[command(subcommand)]
    run: Option<Scenario>,
    /// Given by cargo.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum Scenario {
    /// kill -9 at a random moment under load.
    Kill {
        #[arg(long, default_value_t = 500)]
        rounds: usize,
        #[arg(long)]
        seed: Option<u64>,
        /// Break this promise, and be sure that it is noticed.
        #[arg(long)]
        control: Option<NegativeControl>,
    },
    /// kill -9 at every Nth fsync, write, send and receive; needs strace.
    Sweep {
        #[arg(long, default_value_t = 60)]
        points: usize,
        #[arg(long)]
        seed: Option<u64>,
        #[arg(long)]
        control: Option<NegativeControl>,
    },
    /// The sync of the log comes before the answer; needs strace.
    Trace {
        /// Answer before the commit, and be sure that it is noticed.
        #[arg(long)]
        control: bool,
    },
    /// Three replicas on one PostgreSQL, one of them killed each second.
    Replicas {
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// An empty database, `postgres://…`; without it, the run starts a PostgreSQL of its own.
        #[arg(long)]
        store: Option<String>,
        #[arg(long)]
        seed: Option<u64>,
        #[arg(long)]
        control: Option<NegativeControl>,
    },
    /// Each check of the runs is seen failing, on facts that are falsified one at a time.
    Judge,
    /// Slow connections are held; orders are answered all the same.
    Slowloris {
        #[arg(long, default_value_t = 500)]
        connections: usize,
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Who takes no answer asks without end: it is the two cores that are short then.
        #[arg(long)]
        flood: bool,
        /// Hold the service still for two seconds and allow it 1 MiB, and be sure that both are noticed.
        #[arg(long)]
        control: bool,
    },
}

/// A promise to break.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum NegativeControl {
    BlindRetry,
    AnswerBeforeCommit,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
}

impl NegativeControl {
    fn injected_bug(self) -> InjectedBug {
        match self {
            Self::BlindRetry => InjectedBug::BlindRetry,
            Self::AnswerBeforeCommit => InjectedBug::RespondBeforeCommit,
        }
    }
}

fn main() -> ExitCode {
    let call = CrashTestArgs::parse();
    let Some(run) = call.run else {
        progress("which run? See `cargo test --release --test crash_test -- --help`");
        return ExitCode::SUCCESS;
    };
    match start(run) {
        Ok(Outcome::Passed) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        Err(error) => {
            progress(&format!("ordeal: {error:#}"));
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
                trace::run(choose(control.then_some(NegativeControl::AnswerBeforeCommit))?, 1).await
            }
            Scenario::Replicas { seconds, store, seed, control } => {
                let time = Duration::from_secs(seconds);
                replicas::run(choose(control)?, time, store, seed_or_time(seed)).await
            }
            Scenario::Judge => verifier_selftest::run(choose(None)?, 7).await,
            Scenario::Slowloris { connections, seconds, flood, control } => {
                let memory = if control { 1 } else { 100 } * 1024;
                let limits = slowloris::SlowlorisOptions {
                    max_memory_kib: memory,
                    is_paused: control,
                    is_flood: flood,
                };
                slowloris::run(choose(None)?, connections, Duration::from_secs(seconds), limits, 1).await
            }
        }
    })
}

fn seed_or_time(seed: Option<u64>) -> u64 {
    seed.unwrap_or_else(|| {
        u64::from(std::process::id()) ^ vincula::clock::Clock::system().now().0.unsigned_abs()
    })
}

/// A row of the table.
fn print(row: &str) {
    println!("{row}");
}

/// What goes on.
fn progress(line: &str) {
    eprintln!("{line}");
}
