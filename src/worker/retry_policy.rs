//! Retry policy: whether and when a failed attempt is followed by another one. retry_notice.rs applies it.
//!
//! | failure | then |
//! |---|---|
//! | temporary, by the table in `zapi::error` | retry until `give_up_after` has passed since the first attempt; then the admin is told |
//! | any other error of Z-API | it is the reply, at once |
//! | the reply cannot be sent | retry for the same time again |
//! | Z-API's response to the reply cannot be read, or names no message | the same, but delays double without a limit: if each was sent, the chat gets a dozen at most |
//! | a panic, or a command that kills its worker | retry, [`MAX_CRASHES`] times |
//! | its instance is not configured (any more) | checked again, less and less often, at last each hour |
//! | it is cancelled | what was done is read back, and reported |

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::command::context::TimingConfig;
use crate::storage::CommandRecord;
use crate::zapi::ApiErrorKind;

/// How often a command may crash its worker before it is ended with what is known.
pub(super) const MAX_CRASHES: i64 = 20;
/// How often that may crash, before the command is failed without reading back.
pub(super) const MAX_RECOVERY_CRASHES: i64 = 3;

/// The longest delay of a command whose instance is not configured.
pub(super) const MAX_UNCONFIGURED_DELAY: Duration = Duration::from_secs(3_600);
/// After a downtime a command is retried for at least this long.
const DOWNTIME_GRACE: Duration = Duration::from_secs(120);

/// When the next attempt is due. Delays double, each with up to a quarter of jitter; before the `deadline` at
/// least `retry_after` of Z-API, and at most until the deadline, at which the last attempt is due.
pub(super) fn next_attempt(
    command: &CommandRecord,
    timing: TimingConfig,
    retry_after: Option<Duration>,
    deadline: Timestamp,
    now: Timestamp,
) -> Timestamp {
    let doublings = u32::try_from(command.attempts.clamp(0, 16)).unwrap_or(16);
    let delay = timing.min_retry_delay.saturating_mul(1 << doublings).min(timing.max_retry_delay);
    let delay = delay.saturating_add(jitter(&command.id, command.attempts, delay));
    let at = now.plus(delay.max(retry_after.unwrap_or_default()));
    if deadline > now { at.min(deadline) } else { now.plus(delay) }
}

/// The timing of retries to send a reply. If the response cannot be read, each call may have sent a message, so delays
/// grow without a limit.
pub(super) fn timing_of_reply(timing: TimingConfig, cause: ApiErrorKind) -> TimingConfig {
    match cause {
        ApiErrorKind::Unreadable => TimingConfig { max_retry_delay: Duration::MAX, ..timing },
        _ => timing,
    }
}

/// Up to a quarter of the delay, by the id of the command, so that commands that failed together are not retried
/// together.
fn jitter(id: &str, attempts: i64, delay: Duration) -> Duration {
    // Ids of commands that came together differ in few characters.
    let mut hasher = DefaultHasher::new();
    (id, attempts).hash(&mut hasher);
    delay.mul_f64((hasher.finish() % 1_000) as f64 / 4_000.0)
}

/// The delay of a command whose instance is not configured. It grows by a minute each time, since each check is
/// recorded, and there may be no end.
pub(super) fn unconfigured_delay(attempts: i64) -> Duration {
    let minutes = u32::try_from(attempts.clamp(0, 59) + 1).unwrap_or(1);
    (Duration::from_secs(60) * minutes).min(MAX_UNCONFIGURED_DELAY)
}

/// When the last attempt is due.
pub(super) fn deadline(command: &CommandRecord, give_up_after: Duration, started_at: Timestamp) -> Timestamp {
    command.first_attempt_at.plus(give_up_after).max(started_at.plus(give_up_after.min(DOWNTIME_GRACE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn with_attempts(attempts: i64) -> CommandRecord {
        CommandRecord { attempts, ..CommandRecord::for_test("0190", Timestamp(0)) }
    }

    #[test]
    fn delays_double_up_to_the_longest_with_a_quarter_of_jitter() {
        let timing = TimingConfig::default();
        let now = Timestamp(1_000);
        for (attempts, half_seconds) in
            [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 64), (7, 120), (40, 120), (-1, 1)]
        {
            let delay =
                next_attempt(&with_attempts(attempts), timing, None, now.plus(60 * MINUTE), now).since(now);
            let least = Duration::from_millis(500) * half_seconds;
            assert!(delay >= least && delay <= least + least / 4, "{attempts} attempts: {delay:?}");
        }
    }

    #[test]
    fn t47_an_unconfirmed_reply_is_sent_at_most_a_dozen_times_an_hour() {
        let timing = timing_of_reply(TimingConfig::default(), ApiErrorKind::Unreadable);
        let (mut now, deadline) = (Timestamp(1_000), Timestamp(1_000).plus(60 * MINUTE));
        let mut attempts = 0;
        while now < deadline {
            now = next_attempt(&with_attempts(attempts), timing, None, deadline, now);
            attempts += 1;
        }
        assert!((10..=13).contains(&attempts), "{attempts}");
    }

    #[test]
    fn commands_that_failed_together_are_not_retried_together() {
        let (timing, now) = (TimingConfig::default(), Timestamp(1_000));
        let commands = (0..50).map(|number| CommandRecord::for_test(&format!("0190-{number}"), now));
        let next = |command| next_attempt(&command, timing, None, now.plus(60 * MINUTE), now);
        let times: std::collections::BTreeSet<Timestamp> = commands.map(next).collect();
        assert!(times.len() >= 25, "{times:?}");
    }

    #[test]
    fn retry_after_is_kept_up_to_the_deadline_and_no_attempt_is_in_the_past() {
        let timing = TimingConfig::default();
        let (now, deadline) = (Timestamp(10_000), Timestamp(10_000).plus(30 * MINUTE));
        let next = |asked, deadline| next_attempt(&with_attempts(0), timing, asked, deadline, now);
        assert_eq!(next(Some(10 * MINUTE), deadline), now.plus(10 * MINUTE));
        for asked in [Some(31 * MINUTE), Some(Duration::MAX)] {
            assert_eq!(next(asked, deadline), deadline);
        }
        assert!(next(Some(Duration::ZERO), deadline) >= now.plus(timing.min_retry_delay));
        // The reply of a last attempt cannot be sent, or the clock went on meanwhile.
        for over in [Timestamp(5), now] {
            let late = next(Some(Duration::MAX), over);
            assert!(late > now && late <= now.plus(timing.min_retry_delay * 2), "{over}: {late}");
        }
        assert!(
            next_attempt(&with_attempts(0), timing, None, Timestamp(i64::MAX), Timestamp(i64::MAX)) >= now
        );
    }

    #[test]
    fn a_command_of_an_unconfigured_instance_is_checked_less_and_less() {
        let waits = [-1, 0, 1, 58, 59, 60, i64::MAX].map(unconfigured_delay);
        assert_eq!(waits, [1, 1, 2, 59, 60, 60, 60].map(|minutes| MINUTE * minutes));
    }

    #[test]
    fn after_a_downtime_commands_are_retried_for_two_minutes_at_least() {
        let command = with_attempts(3);
        assert_eq!(deadline(&command, 30 * MINUTE, Timestamp(0)), Timestamp(0).plus(30 * MINUTE));
        let started_at = Timestamp(0).plus(600 * MINUTE);
        assert_eq!(deadline(&command, 30 * MINUTE, started_at), started_at.plus(DOWNTIME_GRACE));
        assert_eq!(deadline(&command, MINUTE, started_at), started_at.plus(MINUTE));
    }
}
