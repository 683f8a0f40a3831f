//! The pages of the console on a journal of 1,000,000 commands, over HTTP, as a signed-in operator.
//!
//! ```bash
//! cargo bench --bench pages                     about three minutes
//! cargo bench --bench pages -- --rows 100000    a smaller journal
//! ```
//!
//! The release binary (`VINCULA_BIN` chooses another) runs on one core, the browser and the Z-API sandbox on another. It
//! fails if a page takes too long: by the median over the rounds of each round's p99, so that one disturbance of the
//! machine does not count.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

mod browser;
#[path = "../throughput/cores.rs"]
#[expect(dead_code, reason = "another bench uses more of it")]
mod cores;
mod fill;
mod memory;
mod service;
mod upstream;
mod visits;

use std::time::Instant;

use anyhow::Context as _;
use clap::Parser;

use browser::Browser;
use service::{ConsoleSection, Service};
use upstream::Upstream;

#[derive(Debug, Parser)]
#[command(name = "pages", about = "Measures the pages of the console on a large journal")]
struct PagesArgs {
    /// Commands in the journal.
    #[arg(long, default_value_t = 1_000_000)]
    rows: i64,
    /// Rounds of each page.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Skip the figures of memory.
    #[arg(long)]
    no_memory: bool,
    /// Passed by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let call = PagesArgs::parse();
    cores::pin_to_core(cores::LOAD)?;
    let upstream = Upstream::start()?;
    let folder = tempfile::tempdir()?;
    let journal = folder.path().join("vincula.db");
    // Creates the tables.
    drop(Service::start(folder.path(), &upstream, ConsoleSection::WithPassword)?);
    let started = Instant::now();
    fill::fill(&journal, call.rows, &upstream)?;
    let size = std::fs::metadata(&journal).context("no journal")?.len();
    eprintln!("{} commands, {} MiB, written in {:.1?}", call.rows, size >> 20, started.elapsed());

    let service = Service::start(folder.path(), &upstream, ConsoleSection::WithPassword)?;
    let (at_start, _) = service.memory_mib()?;
    let mut browser = Browser::sign_in(service.private, service::PASSWORD)?;
    browser.post("/communities/main/read")?;
    let is_fast = visits::measure_all(&mut browser, call.rounds)?;
    let (now, most) = service.memory_mib()?;
    println!(
        "\nmemory on this journal, MiB: {at_start:.1} at the start, {now:.1} after all pages, at most {most:.1}"
    );
    visits::measure_idle_clients(&service, &browser)?;
    drop(service);
    if !call.no_memory {
        memory::compare(&upstream)?;
    }
    anyhow::ensure!(is_fast, "pages are too slow");
    Ok(())
}
