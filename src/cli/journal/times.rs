//! Times on the command line. A time without a zone is in the time zone of the instance; what it was taken for is said
//! on stderr.

use clap::Args;
use jiff::tz::TimeZone;

use super::error::to_cli_error;
use crate::cli::common::CliUsageError;
use crate::clock::Timestamp;
use crate::journal::{Moment, TimeArg, Zones, parse_time};

/// The beginning and the end of a list.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TimeRangeArgs {
    /// Not before this time: 14:00, 2026-01-31, "2026-01-31 14:00", 90m, "2h ago", or RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    since: Option<TimeArg>,
    /// Before this time.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    until: Option<TimeArg>,
}

impl TimeRangeArgs {
    /// The moments that are meant; says on stderr which, for times without a zone.
    pub(super) fn resolve(
        &self,
        zones: &Zones<'_>,
        instance: Option<&str>,
        now: Timestamp,
    ) -> anyhow::Result<(Timestamp, Timestamp)> {
        let needs_zone = |time: &Option<TimeArg>| !matches!(time, None | Some(TimeArg::Exact(_)));
        let zone = match needs_zone(&self.since) || needs_zone(&self.until) {
            true => zones.zone_of_times(instance).map_err(to_cli_error)?,
            false => TimeZone::UTC,
        };
        let now = jiff::Timestamp::from_millisecond(now.0)?.to_zoned_datetime(zone);
        let since = self.since.map(|time| time.resolve(&now, None)).transpose()?;
        let start = since.as_ref().map(|since| since.at);
        let until = self.until.map(|time| time.resolve(&now, start)).transpose()?;
        for (word, moment) in [("since", &since), ("until", &until)] {
            if let Some(note) = moment.as_ref().and_then(|moment| moment.note.as_ref()) {
                eprintln!("vincula: {word} {note}");
            }
        }
        let at = |moment: Option<Moment>| moment.map(|moment| Timestamp(moment.at.as_millisecond()));
        let range = (at(since).unwrap_or(Timestamp(i64::MIN)), at(until).unwrap_or(Timestamp(i64::MAX)));
        if range.0 >= range.1 {
            return Err(CliUsageError("--until is not after --since".to_owned()).into());
        }
        Ok(range)
    }
}
