//! `vincula journal export`: all commands, oldest first, page by page, so that a large journal is never in
//! memory as a whole.

use std::io::{self, BufWriter, Write};

use clap::{Args, ValueEnum};

use super::filter::FilterArgs;
use super::format::{CSV_COLUMNS, to_json, to_record};
use crate::cli::common::{ConfigArg, ExitStatus, machine_output};
use crate::config::Config;
use crate::storage::{CommandRow, ListFilter, Store};

/// How many commands are in memory at a time.
const PAGE_SIZE: usize = 1_000;

#[derive(Args, Clone, Debug)]
pub(crate) struct ExportArgs {
    #[arg(long, default_value = "csv")]
    format: ExportFormat,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    pub(super) config: ConfigArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// A line a command, with a header.
    Csv,
    /// One array, a line a command.
    Json,
}

pub(super) async fn export(store: &Store, args: &ExportArgs, config: &Config) -> anyhow::Result<ExitStatus> {
    let filter = args.filter.resolve(store, config).await?;
    let pages = Pages { store, filter, page: Vec::new() };
    let out = BufWriter::new(machine_output());
    let written = match args.format {
        ExportFormat::Csv => write_csv(pages, out).await,
        ExportFormat::Json => write_json(pages, out).await,
    };
    match written {
        // The reader closed the pipe.
        Err(error) if is_broken_pipe(&error) => Ok(ExitStatus::Success),
        written => written.map(|()| ExitStatus::Success),
    }
}

async fn write_csv(mut pages: Pages<'_>, out: impl Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(CSV_COLUMNS)?;
    while let Some(rows) = pages.next_page().await? {
        for row in rows {
            csv.write_record(to_record(row))?;
        }
        csv.flush()?;
    }
    Ok(csv.flush()?)
}

async fn write_json(mut pages: Pages<'_>, mut out: impl Write) -> anyhow::Result<()> {
    let mut before = "[\n";
    while let Some(rows) = pages.next_page().await? {
        for row in rows {
            write!(out, "{before}{}", to_json(row))?;
            before = ",\n";
        }
        out.flush()?;
    }
    let end = if before == "[\n" { "[]\n" } else { "\n]\n" };
    out.write_all(end.as_bytes())?;
    Ok(out.flush()?)
}

/// The commands of a filter, page by page.
struct Pages<'a> {
    store: &'a Store,
    filter: ListFilter,
    page: Vec<CommandRow>,
}

impl Pages<'_> {
    /// The next page; `None` at the end.
    async fn next_page(&mut self) -> anyhow::Result<Option<&[CommandRow]>> {
        self.page = self.store.page(&self.filter, self.page.last(), PAGE_SIZE).await?;
        Ok(Some(&self.page[..]).filter(|page| !page.is_empty()))
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(closed)
            || cause
                .downcast_ref::<csv::Error>()
                .is_some_and(|error| matches!(error.kind(), csv::ErrorKind::Io(error) if closed(error)))
    })
}
