//! `vincula journal export`: all commands, oldest first, page by page, so that a large journal is never in
//! memory as a whole.

use std::io::{self, BufWriter, Write};

use clap::{Args, ValueEnum};

use super::format::{CSV_COLUMNS, StateFilter, to_json, to_record};
use crate::cli::common::{ExitStatus, machine_output};
use crate::clock::Timestamp;
use crate::storage::{CommandRow, ListFilter, Store};

/// How many commands are in memory at a time.
const PAGE_SIZE: usize = 1_000;

#[derive(Args, Clone, Debug)]
pub(crate) struct ExportArgs {
    #[arg(long, default_value = "csv")]
    format: ExportFormat,
    /// Only commands in this state.
    #[arg(long)]
    state: Option<StateFilter>,
    /// Only commands of this instance.
    #[arg(long)]
    instance: Option<String>,
    /// Only commands accepted then or later: 2026-01-31 or 2026-01-31T08:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = parse_timestamp)]
    since: Option<Timestamp>,
    /// Only commands accepted before.
    #[arg(long, value_name = "TIME", value_parser = parse_timestamp)]
    until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// A line a command, with a header.
    Csv,
    /// One array, a line a command.
    Json,
}

pub(super) async fn export(store: &Store, options: &ExportArgs) -> anyhow::Result<ExitStatus> {
    let out = BufWriter::new(machine_output());
    let written = match options.format {
        ExportFormat::Csv => write_csv(store, options, out).await,
        ExportFormat::Json => write_json(store, options, out).await,
    };
    match written {
        // The reader closed the pipe.
        Err(error) if is_broken_pipe(&error) => Ok(ExitStatus::Success),
        written => written.map(|()| ExitStatus::Success),
    }
}

async fn write_csv(store: &Store, options: &ExportArgs, out: impl Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(CSV_COLUMNS)?;
    let mut pages = Pages::new(store, options);
    while let Some(rows) = pages.next_page().await? {
        for row in rows {
            csv.write_record(to_record(row))?;
        }
        csv.flush()?;
    }
    Ok(csv.flush()?)
}

async fn write_json(store: &Store, options: &ExportArgs, mut out: impl Write) -> anyhow::Result<()> {
    let mut before = "[\n";
    let mut pages = Pages::new(store, options);
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

impl<'a> Pages<'a> {
    fn new(store: &'a Store, options: &ExportArgs) -> Self {
        let all = ListFilter::default();
        let filter = ListFilter {
            state: options.state.map(StateFilter::as_str).unwrap_or_default(),
            instance: options.instance.clone().unwrap_or_default(),
            since: options.since.unwrap_or(all.since),
            until: options.until.unwrap_or(all.until),
        };
        Self { store, filter, page: Vec::new() }
    }

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

/// Parses a day (its beginning in UTC) or a time.
fn parse_timestamp(text: &str) -> Result<Timestamp, String> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok();
    let moment = text.parse::<jiff::Timestamp>().ok().or_else(|| Some(day()?.timestamp()));
    let moment = moment.ok_or("write a day, 2026-01-31, or a time, 2026-01-31T08:00:00Z")?;
    Ok(Timestamp(moment.as_millisecond()))
}
