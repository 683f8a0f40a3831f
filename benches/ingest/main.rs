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
use scenarios::{How, chatter, forged, mix, orders, pace};
use upstream::Pace;

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
  cargo bench --bench ingest -- pace --rate 2000
  cargo bench --bench ingest -- orders --connections 1,16,64,256
  cargo bench --bench ingest -- mix"
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
    /// Orders of admins in a thousand chats, each written down before it is answered.
    Orders {
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
        Some(Run::Orders { unpaced }) => orders(how, if unpaced { Pace::None } else { Pace::Default }),
        Some(Run::Mix) => mix(how),
        Some(Run::Baseline { .. }) => Ok(()),
        None => {
            chatter(how)?;
            chatter(&How { new_connections: true, ..how.clone() })?;
            forged(how)?;
            pace(how, 2_000)?;
            mix(how)?;
            orders(&How { connections: vec![1, 64], ..how.clone() }, Pace::Default)
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
