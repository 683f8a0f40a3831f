//! A try that failed: again later, or the end?
//!
//! | failure | then |
//! |---|---|
//! | what `zapi::error`'s table calls temporary | again, until `give_up_after` has passed since the first try; then its admin is told |
//! | anything else Z-API says | its answer, at once |
//! | the answer cannot be sent | again, for as long once more |
//! | Z-API's word on the answer cannot be read, or names no message | the same, but each delay is twice the last one without an end: if it was sent all the same, the chat gets a dozen of them at the most |
//! | a panic, or an order that kills its worker | again, [`MOST_CRASHES`] times |
//! | its instance is not configured (any more) | looked at again and again, an hour apart in the end |
//! | an order to cancel it | one last look at what is so, and its answer |

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::command::context::TimingConfig;
use crate::storage::CommandRecord;
use crate::zapi::ApiErrorKind;

/// How often an order may take its worker down before it is settled with what is known.
pub(super) const MAX_CRASHES: i64 = 20;
/// And how often settling may, before it is given up unseen.
pub(super) const MAX_RECOVERY_CRASHES: i64 = 3;

/// The longest that an order of an instance that is not configured waits to be looked at.
pub(super) const MAX_UNCONFIGURED_DELAY: Duration = Duration::from_secs(3_600);
/// A service that was down tries for this long at least before it gives up.
const DOWNTIME_GRACE: Duration = Duration::from_secs(120);

/// When the next try begins: delays double from try to try, each with up to a quarter of jitter.
/// Z-API's own wish (`Retry-After`) is a lower bound. No wish and no delay reach beyond the
/// `deadline`, at which the last try comes.
pub(super) fn next_attempt(
    command: &CommandRecord,
    timing: TimingConfig,
    asked: Option<Duration>,
    deadline: Timestamp,
    now: Timestamp,
) -> Timestamp {
    let doublings = u32::try_from(command.attempts.clamp(0, 16)).unwrap_or(16);
    let delay = timing.min_retry_delay.saturating_mul(1 << doublings).min(timing.max_retry_delay);
    let delay = delay.saturating_add(jitter(&command.id, command.attempts, delay));
    let wish = now.plus(delay.max(asked.unwrap_or_default()));
    if deadline > now { wish.min(deadline) } else { now.plus(delay) }
}

/// The delays between the tries to send an answer. A call that fails for a while is made as often as any other;
/// one that is answered with something else may be done each time.
pub(super) fn timing_of_answer(timing: TimingConfig, cause: ApiErrorKind) -> TimingConfig {
    match cause {
        ApiErrorKind::Unreadable => TimingConfig { max_retry_delay: Duration::MAX, ..timing },
        _ => timing,
    }
}

/// Up to a quarter of the delay, spread by the order's id, so that orders which failed together do
/// not come back together.
fn jitter(id: &str, tries: i64, delay: Duration) -> Duration {
    // Ids of orders that came together differ in few characters.
    let mut hasher = DefaultHasher::new();
    (id, tries).hash(&mut hasher);
    delay.mul_f64((hasher.finish() % 1_000) as f64 / 4_000.0)
}

/// How long an order of an instance that is not configured waits: a minute more from look to look,
/// since each is noted, and it may wait for ever.
pub(super) fn unconfigured_delay(tries: i64) -> Duration {
    let minutes = u32::try_from(tries.clamp(0, 59) + 1).unwrap_or(1);
    (Duration::from_secs(60) * minutes).min(MAX_UNCONFIGURED_DELAY)
}

/// From when on a try is the last one.
pub(super) fn deadline(command: &CommandRecord, give_up_after: Duration, started_at: Timestamp) -> Timestamp {
    command.first_attempt_at.plus(give_up_after).max(started_at.plus(give_up_after.min(DOWNTIME_GRACE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn tried(tries: i64) -> CommandRecord {
        CommandRecord { attempts: tries, ..CommandRecord::for_test("0190", Timestamp(0)) }
    }

    #[test]
    fn delays_double_up_to_the_longest_with_a_quarter_of_jitter() {
        let timing = TimingConfig::default();
        let now = Timestamp(1_000);
        for (tries, half_seconds) in
            [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 64), (7, 120), (40, 120), (-1, 1)]
        {
            let delay = next_attempt(&tried(tries), timing, None, now.plus(60 * MINUTE), now).since(now);
            let least = Duration::from_millis(500) * half_seconds;
            assert!(delay >= least && delay <= least + least / 4, "{tries} tries: {delay:?}");
        }
    }

    #[test]
    fn t47_an_answer_that_may_have_been_sent_each_time_is_sent_a_dozen_times_an_hour_at_the_most() {
        let timing = timing_of_answer(TimingConfig::default(), ApiErrorKind::Unreadable);
        let (mut now, deadline) = (Timestamp(1_000), Timestamp(1_000).plus(60 * MINUTE));
        let mut tries = 0;
        while now < deadline {
            now = next_attempt(&tried(tries), timing, None, deadline, now);
            tries += 1;
        }
        assert!((10..=13).contains(&tries), "{tries}");
    }

    #[test]
    fn commands_that_failed_together_do_not_come_back_together() {
        let (timing, now) = (TimingConfig::default(), Timestamp(1_000));
        let orders = (0..50).map(|number| CommandRecord::for_test(&format!("0190-{number}"), now));
        let next = |order| next_attempt(&order, timing, None, now.plus(60 * MINUTE), now);
        let moments: std::collections::BTreeSet<Timestamp> = orders.map(next).collect();
        assert!(moments.len() >= 25, "{moments:?}");
    }

    #[test]
    fn a_wish_is_granted_up_to_the_deadline_and_nothing_lies_in_the_past() {
        let timing = TimingConfig::default();
        let (now, deadline) = (Timestamp(10_000), Timestamp(10_000).plus(30 * MINUTE));
        let next = |asked, deadline| next_attempt(&tried(0), timing, asked, deadline, now);
        assert_eq!(next(Some(10 * MINUTE), deadline), now.plus(10 * MINUTE));
        for asked in [Some(31 * MINUTE), Some(Duration::MAX)] {
            assert_eq!(next(asked, deadline), deadline);
        }
        assert!(next(Some(Duration::ZERO), deadline) >= now.plus(timing.min_retry_delay));
        // The answer of a last try that cannot be sent, or a clock that went on meanwhile.
        for over in [Timestamp(5), now] {
            let late = next(Some(Duration::MAX), over);
            assert!(late > now && late <= now.plus(timing.min_retry_delay * 2), "{over}: {late}");
        }
        assert!(next_attempt(&tried(0), timing, None, Timestamp(i64::MAX), Timestamp(i64::MAX)) >= now);
    }

    #[test]
    fn a_command_of_no_instance_is_looked_at_less_and_less() {
        let waits = [-1, 0, 1, 58, 59, 60, i64::MAX].map(unconfigured_delay);
        assert_eq!(waits, [1, 1, 2, 59, 60, 60, 60].map(|minutes| MINUTE * minutes));
    }

    #[test]
    fn a_service_that_was_down_has_two_minutes_at_least() {
        let order = tried(3);
        assert_eq!(deadline(&order, 30 * MINUTE, Timestamp(0)), Timestamp(0).plus(30 * MINUTE));
        let started_at = Timestamp(0).plus(600 * MINUTE);
        assert_eq!(deadline(&order, 30 * MINUTE, started_at), started_at.plus(DOWNTIME_GRACE));
        assert_eq!(deadline(&order, MINUTE, started_at), started_at.plus(MINUTE));
    }
}
