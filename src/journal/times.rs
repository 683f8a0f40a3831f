//! Times as people type them: `14:00`, `2026-01-31`, `2026-01-31 14:00`, `2h ago`, or RFC 3339.
//!
//! A time without a zone is in the time zone of the instance.

use jiff::civil::{DateTime, Time};
use jiff::{SignedDuration, Span, SpanRelativeTo, ZonedDateTime};

/// A time as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeArg {
    /// With its zone.
    Exact(jiff::Timestamp),
    /// A day and time of a calendar.
    Local(DateTime),
    /// A time of day.
    TimeOfDay(Time),
    /// So long ago.
    Ago(SignedDuration),
}

/// A moment, and how the time that was typed was understood; none if it had a zone.
pub struct Moment {
    /// The moment.
    pub at: jiff::Timestamp,
    /// How it was understood.
    pub note: Option<String>,
}

/// Parses a time.
///
/// # Errors
/// It is written in another way; the text says how to write it.
pub fn parse_time(text: &str) -> Result<TimeArg, String> {
    let text = text.trim();
    let exact = || text.parse().ok().map(TimeArg::Exact);
    let time_of_day = || parse_time_of_day(text).map(TimeArg::TimeOfDay);
    let local = || text.parse().ok().map(TimeArg::Local);
    let parsed = exact().or_else(local).or_else(time_of_day).or_else(|| parse_duration_ago(text));
    parsed.ok_or_else(|| {
        "write a time of day (14:00), a date (2026-01-31), both (\"2026-01-31 14:00\"), how long ago (90m, \"2h ago\"), \
         or RFC 3339 (2026-01-31T14:00:00-03:00)"
            .to_owned()
    })
}

/// Parses `9:00`, `14:00:30`. Any number is a time of day to jiff: `14`, `1400`.
fn parse_time_of_day(text: &str) -> Option<Time> {
    match text.find(':')? {
        1 => format!("0{text}").parse().ok(),
        _ => text.parse().ok(),
    }
}

/// Parses `90m`, `2h ago`, `3 days`.
fn parse_duration_ago(text: &str) -> Option<TimeArg> {
    let span: Span = text.parse().ok()?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Some(TimeArg::Ago(duration.abs()))
}

impl TimeArg {
    /// The moment that is meant. A time of day is the first one after `start`; without a start, the last one that has
    /// passed.
    ///
    /// # Errors
    /// The calendar does not have it.
    pub fn resolve(self, now: &ZonedDateTime, start: Option<jiff::Timestamp>) -> Result<Moment, jiff::Error> {
        let zone = now.time_zone();
        let in_zone = |local: DateTime| local.to_zoned_datetime(zone.clone());
        let (moment, remark) = match self {
            Self::Exact(at) => return Ok(Moment { at, note: None }),
            Self::Ago(duration) => (now.checked_sub(duration)?, ""),
            Self::Local(local) => (in_zone(local)?, ""),
            Self::TimeOfDay(time) => {
                let from = start.map_or_else(|| now.clone(), |start| start.to_zoned_datetime(zone.clone()));
                let same_day = in_zone(from.date().to_datetime(time))?;
                match start {
                    Some(_) if same_day > from => (same_day, ""),
                    Some(_) => (in_zone(from.date().tomorrow()?.to_datetime(time))?, ""),
                    None if same_day <= from => (same_day, " (today)"),
                    None => (
                        in_zone(from.date().yesterday()?.to_datetime(time))?,
                        " (yesterday: that time of today is still to come)",
                    ),
                }
            }
        };
        let shown = moment.strftime("%Y-%m-%d %H:%M:%S %:z");
        let zone = zone.iana_name().map(|name| format!(" {name}")).unwrap_or_default();
        Ok(Moment { at: moment.timestamp(), note: Some(format!("{shown}{zone}{remark}")) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 12:30 in São Paulo.
    fn now() -> ZonedDateTime {
        "2026-11-29T12:30:00-03:00[America/Sao_Paulo]".parse().unwrap()
    }

    fn resolve(text: &str, start: Option<&str>) -> (String, Option<String>) {
        let start = start.map(|start| start.parse().unwrap());
        let moment = parse_time(text).unwrap().resolve(&now(), start).unwrap();
        (moment.at.to_string(), moment.note)
    }

    #[test]
    fn each_way_to_write_a_time_is_read_in_the_zone() {
        for (text, expected) in [
            ("2026-11-28T08:00:00Z", "2026-11-28T08:00:00Z"),
            ("2026-11-28 08:00-05", "2026-11-28T13:00:00Z"),
            ("2026-11-28T08:00:00", "2026-11-28T11:00:00Z"),
            ("2026-11-28 08:00", "2026-11-28T11:00:00Z"),
            ("2026-11-28", "2026-11-28T03:00:00Z"),
            ("09:00", "2026-11-29T12:00:00Z"),
            ("9:00", "2026-11-29T12:00:00Z"),
            ("14:00", "2026-11-28T17:00:00Z"),
            ("14:00:30", "2026-11-28T17:00:30Z"),
            ("90m", "2026-11-29T14:00:00Z"),
            ("2h ago", "2026-11-29T13:30:00Z"),
            ("2 hours ago", "2026-11-29T13:30:00Z"),
            ("1d", "2026-11-28T15:30:00Z"),
            ("1h30m", "2026-11-29T14:00:00Z"),
        ] {
            assert_eq!(resolve(text, None).0, expected, "{text}");
        }
        for wrong in ["", "yesterday", "14", "1400", "25:00", "2026-13-01", "soon", "h"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_was_understood_is_said_unless_the_time_has_a_zone() {
        assert_eq!(resolve("2026-11-28T08:00:00Z", None).1, None);
        for (text, expected) in [
            ("09:00", "2026-11-29 09:00:00 -03:00 America/Sao_Paulo (today)"),
            (
                "14:00",
                "2026-11-28 14:00:00 -03:00 America/Sao_Paulo (yesterday: that time of today is still to come)",
            ),
            ("2026-11-28", "2026-11-28 00:00:00 -03:00 America/Sao_Paulo"),
            ("90m", "2026-11-29 11:00:00 -03:00 America/Sao_Paulo"),
        ] {
            assert_eq!(resolve(text, None).1.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn the_time_of_day_of_an_end_is_the_first_one_after_the_beginning() {
        for (start, text, expected) in [
            ("2026-11-20T09:00:00-03:00", "14:00", "2026-11-20T17:00:00Z"),
            ("2026-11-20T22:00:00-03:00", "02:00", "2026-11-21T05:00:00Z"),
            ("2026-11-29T09:00:00-03:00", "14:00", "2026-11-29T17:00:00Z"),
        ] {
            assert_eq!(resolve(text, Some(start)).0, expected, "{start} {text}");
        }
    }
}
