//! `vincula journal refused`: how many events had no effect because of their sender or their time.

use clap::Args;
use serde_json::json;

use super::error::to_cli_error;
use super::format::OutputFormat;
use super::times::TimeRangeArgs;
use crate::cli::common::{CliUsageError, ConfigArg, ExitStatus, print_output};
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::domain::Person;
use crate::journal::{KnownNames, Zones};
use crate::storage::{HOUR_MS, RefusedRow, Store};

#[derive(Args, Debug)]
pub(crate) struct RefusedArgs {
    #[command(flatten)]
    times: TimeRangeArgs,
    /// Only events of this person: a number, a lid, or an admin of the configuration.
    #[arg(long, value_name = "PHONE")]
    from: Option<String>,
    /// Only events of this instance.
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
    #[arg(long, default_value = "table")]
    format: OutputFormat,
    #[command(flatten)]
    pub(super) config: ConfigArg,
}

pub(super) async fn refused(
    store: &Store,
    args: &RefusedArgs,
    config: &Config,
) -> anyhow::Result<ExitStatus> {
    let names = KnownNames { store, instances: &config.instances, reads_recorded: true };
    let instances = names.find_instance(args.instance.as_deref()).await.map_err(to_cli_error)?;
    let zones = Zones(&config.instances);
    let (since, until) = args.times.resolve(&zones, args.instance.as_deref(), Clock::system().now())?;
    let people = args.from.as_deref().map(|typed| find_people(&names, typed)).transpose()?;
    // An hour that began before may have events of this time.
    let since = Timestamp(since.0.saturating_sub(HOUR_MS - 1));
    let mut rows = store.refused((since, until), people.as_deref()).await?;
    rows.retain(|row| instances.is_empty() || instances.contains(&row.instance));
    match args.format {
        OutputFormat::Table if rows.is_empty() => eprintln!(
            "No refused event. They are counted by the hour and kept for a week; those of the last minute are not here yet."
        ),
        OutputFormat::Table => print_output(&format_rows(&rows, &zones))?,
        OutputFormat::Json => {
            print_output(&format!("{:#}\n", json!(rows.iter().map(to_json).collect::<Vec<_>>())))?;
        }
        OutputFormat::Csv => print_output(&to_csv(&rows)?)?,
    }
    Ok(ExitStatus::Success)
}

fn find_people(names: &KnownNames<'_>, typed: &str) -> Result<Vec<Person>, CliUsageError> {
    let people = names.find_people(typed);
    match people.is_empty() {
        true => Err(CliUsageError(format!(
            "--from {typed:?} is no number (digits, country first), no lid, and no admin of the configuration"
        ))),
        false => Ok(people),
    }
}

fn format_rows(rows: &[RefusedRow], zones: &Zones<'_>) -> String {
    let mut text = String::from("hour          last   instance      count  sender            reason\n");
    for row in rows {
        let (hour, last) = ("%d %b %H:%M", "%H:%M");
        text.push_str(&format!(
            "{}  {}  {:12}  {:>5}  {:16}  {}\n",
            zones.format(row.hour, &row.instance, hour),
            zones.format(row.last_at, &row.instance, last),
            row.instance,
            row.count,
            if row.sender.is_empty() { "(others)" } else { &row.sender },
            describe(&row.reason),
        ));
    }
    text
}

/// What a reason means.
fn describe(reason: &str) -> &str {
    match reason {
        "not_an_admin" => "no admin",
        "rate_limited" => "too many commands",
        "sent_in_future" => "sent in the future",
        reason => reason,
    }
}

fn to_json(row: &RefusedRow) -> serde_json::Value {
    json!({
        "hour": row.hour.to_string(), "last_at": row.last_at.to_string(), "instance": row.instance,
        "sender": row.sender, "reason": row.reason, "count": row.count,
    })
}

fn to_csv(rows: &[RefusedRow]) -> anyhow::Result<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["hour", "last_at", "instance", "sender", "reason", "count"])?;
    for row in rows {
        let (hour, last_at, count) = (row.hour.to_string(), row.last_at.to_string(), row.count.to_string());
        csv.write_record([&hour, &last_at, &row.instance, &row.sender, &row.reason, &count])?;
    }
    Ok(String::from_utf8(csv.into_inner()?)?)
}
