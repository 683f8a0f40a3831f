//! The chart of the time to reply: a bar an hour, with the median of its commands.

use std::time::Duration;

use super::display::format_duration;
use crate::clock::Timestamp;
use crate::storage::ReplyTime;

/// How far back the chart goes, in hours.
const HOURS: usize = 24;
/// The size of the drawing.
pub(super) const WIDTH: usize = 240;
pub(super) const HEIGHT: usize = 56;
const GAP: usize = 2;
/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;
/// A median of this long, in seconds, fills the height; the scale is logarithmic.
const MAX_SECONDS: f64 = 300.0;
/// A median of this long, in seconds, has no height.
const MIN_SECONDS: f64 = 0.05;

/// A bar of the chart.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// The chart of one instance.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub(super) bars: Vec<Bar>,
    /// The median of all; empty without a command.
    pub(super) median: String,
    /// 95 of 100 were faster.
    pub(super) slow: String,
    pub(super) count: usize,
}

impl Chart {
    /// When the chart begins.
    pub(super) fn begins_at(now: Timestamp) -> Timestamp {
        let hours = i64::try_from(HOURS).unwrap_or(0);
        Timestamp(now.0 - hours * HOUR_MS)
    }

    /// The chart of the times of an instance.
    pub(super) fn new(times: &[ReplyTime], instance: &str, now: Timestamp) -> Self {
        let mut hours: Vec<Vec<Duration>> = vec![Vec::new(); HOURS];
        for time in times.iter().filter(|time| time.instance == instance) {
            let age = usize::try_from((now.0 - time.finished_at.0).max(0) / HOUR_MS).unwrap_or(HOURS);
            if let Some(hour) = (HOURS - 1).checked_sub(age).and_then(|hour| hours.get_mut(hour)) {
                hour.push(time.took);
            }
        }
        let mut all: Vec<Duration> = hours.iter().flatten().copied().collect();
        let slot = WIDTH / HOURS;
        let bars = hours.iter_mut().enumerate().filter_map(|(index, hour)| {
            let height = bar_height(quantile(hour, 50)?);
            Some(Bar { x: index * slot + GAP / 2, y: HEIGHT - height, width: slot - GAP, height })
        });
        Self {
            bars: bars.collect(),
            count: all.len(),
            median: quantile(&mut all, 50).map(format_duration).unwrap_or_default(),
            slow: quantile(&mut all, 95).map(format_duration).unwrap_or_default(),
        }
    }
}

/// The time that this many of a hundred are not above; none of nothing.
fn quantile(times: &mut [Duration], percent: usize) -> Option<Duration> {
    times.sort_unstable();
    let last = times.len().checked_sub(1)?;
    times.get(last * percent / 100).copied()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a few pixels"
)]
fn bar_height(median: Duration) -> usize {
    let scale = (MAX_SECONDS / MIN_SECONDS).ln();
    let share = (median.as_secs_f64().max(MIN_SECONDS) / MIN_SECONDS).ln() / scale;
    ((share.min(1.0) * HEIGHT as f64) as usize).max(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[test]
    fn a_bar_stands_in_its_hour_and_is_higher_for_longer_times() {
        let time = |minutes: i64, seconds: u64| ReplyTime {
            instance: "main".to_owned(),
            finished_at: Timestamp(NOW.0 - minutes * 60_000),
            took: Duration::from_secs(seconds),
        };
        let other = ReplyTime { instance: "other".to_owned(), ..time(5, 900) };
        let times = [time(5, 1), time(6, 1), time(7, 200), time(70, 100), time(60 * 24, 9), other];

        let chart = Chart::new(&times, "main", NOW);

        assert_eq!((chart.bars.len(), chart.count), (2, 4));
        assert_eq!((chart.median.as_str(), chart.slow.as_str()), ("1.0 s", "1 min"));
        assert!(chart.bars[0].height > chart.bars[1].height, "{chart:?}");
        assert!(chart.bars[0].x < chart.bars[1].x && chart.bars[1].x < WIDTH);
        assert!(Chart::new(&[], "main", NOW).bars.is_empty());
    }
}
