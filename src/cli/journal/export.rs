//! `vincula journal export`: all orders, oldest first, page by page: a journal of any size is
//! never in memory as a whole.

use std::io::{self, BufWriter, Write};

use clap::{Args, ValueEnum};

use super::{COLUMNS, State, as_json, record};
use crate::cli::End;
use crate::clock::Timestamp;
use crate::storage::{Row, Selection, Store};

/// How many orders are in memory at a time.
const PAGE: usize = 1_000;

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct Options {
    #[arg(long, default_value = "csv")]
    format: Form,
    /// Only orders of this state.
    #[arg(long)]
    state: Option<State>,
    /// Only orders of this instance.
    #[arg(long)]
    instance: Option<String>,
    /// Only orders accepted then or later: 2026-01-31 or 2026-01-31T08:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
    /// Only orders accepted before.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A line an order, with a head.
    Csv,
    /// One array, a line an order.
    Json,
}

pub(super) async fn export(store: &Store, options: &Options) -> anyhow::Result<End> {
    let out = BufWriter::new(super::super::machine_output());
    let written = match options.format {
        Form::Csv => csv(store, options, out).await,
        Form::Json => json(store, options, out).await,
    };
    match written {
        // Whoever reads it has had enough.
        Err(error) if is_closed(&error) => Ok(End::Well),
        written => written.map(|()| End::Well),
    }
}

async fn csv(store: &Store, options: &Options, out: impl Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS)?;
    let mut pages = Pages::of(store, options);
    while let Some(rows) = pages.next().await? {
        for row in rows {
            csv.write_record(record(row))?;
        }
        csv.flush()?;
    }
    Ok(csv.flush()?)
}

async fn json(store: &Store, options: &Options, mut out: impl Write) -> anyhow::Result<()> {
    let mut before = "[\n";
    let mut pages = Pages::of(store, options);
    while let Some(rows) = pages.next().await? {
        for row in rows {
            write!(out, "{before}{}", as_json(row))?;
            before = ",\n";
        }
        out.flush()?;
    }
    let end = if before == "[\n" { "[]\n" } else { "\n]\n" };
    out.write_all(end.as_bytes())?;
    Ok(out.flush()?)
}

/// The orders of a selection, page by page.
struct Pages<'a> {
    store: &'a Store,
    selection: Selection,
    page: Vec<Row>,
}

impl<'a> Pages<'a> {
    fn of(store: &'a Store, options: &Options) -> Self {
        let all = Selection::default();
        let selection = Selection {
            state: options.state.map(State::word).unwrap_or_default(),
            instance: options.instance.clone().unwrap_or_default(),
            since: options.since.unwrap_or(all.since),
            until: options.until.unwrap_or(all.until),
        };
        Self { store, selection, page: Vec::new() }
    }

    /// The next page; none where there is nothing more.
    async fn next(&mut self) -> anyhow::Result<Option<&[Row]>> {
        self.page = self.store.page(&self.selection, self.page.last(), PAGE).await?;
        Ok(Some(&self.page[..]).filter(|page| !page.is_empty()))
    }
}

fn is_closed(error: &anyhow::Error) -> bool {
    let closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(closed)
            || cause
                .downcast_ref::<csv::Error>()
                .is_some_and(|error| matches!(error.kind(), csv::ErrorKind::Io(error) if closed(error)))
    })
}

/// A day (its beginning in UTC) or a moment.
fn moment(text: &str) -> Result<Timestamp, String> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok();
    let moment = text.parse::<jiff::Timestamp>().ok().or_else(|| Some(day()?.timestamp()));
    let moment = moment.ok_or("write a day, 2026-01-31, or a moment, 2026-01-31T08:00:00Z")?;
    Ok(Timestamp(moment.as_millisecond()))
}
