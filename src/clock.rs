//! The clock: the only caller of `now`.
//!
//! Wall time ([`Clock::now`]) is for time windows and for people; durations inside the process
//! are tokio's monotonic ones; leases are measured by [`Clock::monotonic`], which no correction of this
//! machine's clock moves. Replicas that share a database share its clock: opening the journal sets the clock to
//! the database's time ([`Clock::sync_to_database`]), and from then on this machine's wall time is not read any
//! more. Tests pass a manual [`Clock`].

use jiff::tz::TimeZone;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

/// A moment in Unix milliseconds, as Z-API's `momment` and the journal's columns have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Parses a Unix time of Z-API, in seconds or milliseconds: the size decides. Negative numbers are invalid.
    pub fn of_unix(number: i64) -> Option<Self> {
        /// This many milliseconds end in 1973, this many seconds in 5138.
        const SECONDS_BELOW: i64 = 100_000_000_000;
        match number {
            ..=0 => None,
            1..SECONDS_BELOW => Some(Self(number * 1000)),
            _ => Some(Self(number)),
        }
    }

    /// This moment and `later`, without overflow.
    pub fn plus(self, later: Duration) -> Self {
        let millis = i64::try_from(later.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// The duration from `earlier` to this moment; zero where the clock went back.
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }

    /// The day in a time zone: `2026-11-25`.
    pub fn date_in(self, zone: &TimeZone) -> String {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        moment.to_zoned_datetime(zone.clone()).date().to_string()
    }

    /// Formats the moment in a time zone, in a format of `strftime`: `%d/%m %H:%M`.
    pub fn format_in(self, zone: &TimeZone, form: &str) -> String {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        jiff::fmt::strtime::format(form, &moment.to_zoned_datetime(zone.clone())).unwrap_or_default()
    }

    /// Whole Unix seconds, as signature headers have them.
    pub fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC; a moment outside the calendar is shown as its number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => write!(f, "{moment:.3}"),
            Err(_) => write!(f, "{}", self.0),
        }
    }
}

/// The clock of the system, of a database, or of a test. Clones are one clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<ClockState>);

#[derive(Debug)]
struct ClockState {
    manual: Option<AtomicI64>,
    /// What [`ClockState::started_at`] was, as Unix milliseconds of the monotonic time.
    origin: AtomicI64,
    started_at: Instant,
    /// How far a manual clock was advanced.
    manual_elapsed: AtomicI64,
    /// Both times are a database's.
    is_synced: AtomicBool,
    /// Notified when a manual clock's monotonic time was advanced.
    advanced: Notify,
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::new(None)
    }

    /// A manual clock that stays at `start` until it is advanced.
    pub fn manual(start: Timestamp) -> Self {
        Self::new(Some(AtomicI64::new(start.0)))
    }

    fn new(manual: Option<AtomicI64>) -> Self {
        let (origin, follows) = (AtomicI64::new(system_now()), AtomicBool::new(false));
        let (skipped, moved) = (AtomicI64::new(0), Notify::new());
        Self(Arc::new(ClockState {
            manual,
            origin,
            started_at: Instant::now(),
            manual_elapsed: skipped,
            is_synced: follows,
            advanced: moved,
        }))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        match &self.0.manual {
            Some(millis) => Timestamp(millis.load(Ordering::SeqCst)),
            None if self.0.is_synced.load(Ordering::Relaxed) => self.monotonic(),
            None => Timestamp(system_now()),
        }
    }

    /// The monotonic time, which no correction of this machine's clock moves. It also advances by itself with a
    /// manual clock. For leases and rate limits, which are compared with nothing else.
    pub fn monotonic(&self) -> Timestamp {
        let skipped = self.0.manual_elapsed.load(Ordering::Relaxed);
        Timestamp(
            self.0.origin.load(Ordering::Relaxed).saturating_add(self.elapsed()).saturating_add(skipped),
        )
    }

    /// Sets the clock to the time of the database that all replicas share. A manual clock's wall time stays.
    pub fn sync_to_database(&self, shared: Timestamp) {
        self.0.origin.store(shared.0.saturating_sub(self.elapsed()), Ordering::Relaxed);
        self.0.is_synced.store(true, Ordering::Relaxed);
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.0.started_at.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Advances the wall time of a manual clock; has no effect on others.
    pub fn advance(&self, by: Duration) {
        if let Some(millis) = &self.0.manual {
            millis.store(self.now().plus(by).0, Ordering::SeqCst);
        }
    }

    /// Advances both times of a manual clock, so that leases end; has no effect on others.
    pub fn elapse(&self, time: Duration) {
        if self.0.manual.is_some() {
            self.advance(time);
            self.0.manual_elapsed.fetch_add(Timestamp(0).plus(time).0, Ordering::Relaxed);
            self.0.advanced.notify_waiters();
        }
    }

    /// Waits until the monotonic time is `moment`.
    pub async fn sleep_until(&self, moment: Timestamp) {
        loop {
            let mut moved = std::pin::pin!(self.0.advanced.notified());
            // Registers before the check, so that an advance between check and wait is noticed.
            moved.as_mut().enable();
            let left = moment.since(self.monotonic());
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                () = moved => {}
            }
        }
    }

    /// Sets the wall time of a manual clock, backwards too, as a correction of the system clock does.
    pub fn set(&self, to: Timestamp) {
        if let Some(millis) = &self.0.manual {
            millis.store(to.0, Ordering::SeqCst);
        }
    }
}

/// The system's wall time in Unix milliseconds.
fn system_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(Timestamp(1_000));
        assert_eq!(clock.now(), Timestamp(1_000));
        clock.advance(Duration::from_secs(2));
        assert_eq!(clock.now(), Timestamp(3_000));
    }

    #[tokio::test]
    async fn a_wait_for_a_steady_moment_ends_where_a_manual_clock_passes_it() {
        let clock = Clock::manual(Timestamp(0));
        let hour = Duration::from_secs(3_600);
        let waiting = clock.sleep_until(clock.monotonic().plus(hour));

        tokio::join!(waiting, async {
            tokio::task::yield_now().await;
            clock.elapse(hour / 2);
            tokio::task::yield_now().await;
            clock.elapse(hour);
        });
    }

    #[test]
    fn a_clock_that_follows_another_tells_its_time_from_then_on() {
        let clock = Clock::system();
        let twin = clock.clone();
        clock.sync_to_database(Timestamp(5_000));
        let now = twin.now();
        assert!((5_000..65_000).contains(&now.0), "{now:?}");
        assert!(twin.monotonic() >= now);

        let manual = Clock::manual(Timestamp(1));
        manual.sync_to_database(Timestamp(5_000));
        assert_eq!(manual.now(), Timestamp(1));
        assert!(manual.monotonic() >= Timestamp(5_000));
    }

    #[test]
    fn a_clock_that_went_back_makes_no_negative_duration() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), Duration::ZERO);
        assert_eq!(Timestamp(i64::MAX).plus(Duration::from_secs(1)), Timestamp(i64::MAX));
    }

    #[test]
    fn a_moment_is_shown_as_people_write_it() {
        assert_eq!(Timestamp(1_764_000_000_123).to_string(), "2025-11-24T16:00:00.123Z");
    }
}
