//! A try that failed: again later, or the end?
//!
//! | failure | then |
//! |---|---|
//! | temporary trouble of Z-API (`zapi::error`) | again, until `give_up_after` has passed since the first try |
//! | anything else Z-API says | its answer, at once |
//! | a panic, or an order that kills its worker | again, [`MOST_CRASHES`] times |

use std::time::Duration;

use crate::clock::Timestamp;
use crate::command::Timing;
use crate::storage::Stored;

/// How often an order may take its worker down before it is given up.
pub(super) const MOST_CRASHES: i64 = 20;

/// The longest `Retry-After` that is granted.
const LONGEST_WISH: Duration = Duration::from_secs(300);
/// A service that was down tries for this long at least before it gives up.
const GRACE: Duration = Duration::from_secs(120);

/// When the next try begins: delays double from try to try, each with up to a quarter of jitter.
/// Z-API's own wish (`Retry-After`) is a lower bound, up to [`LONGEST_WISH`].
pub(super) fn next_try(
    command: &Stored,
    timing: Timing,
    asked: Option<Duration>,
    now: Timestamp,
) -> Timestamp {
    let doublings = u32::try_from(command.tries.clamp(0, 16)).unwrap_or(16);
    let delay = timing.first_retry.saturating_mul(1 << doublings).min(timing.longest_retry);
    let asked = asked.unwrap_or_default().min(LONGEST_WISH);
    now.plus((delay + jitter(&command.id, command.tries, delay)).max(asked))
}

/// Up to a quarter of the delay, spread by the order's id, so that orders which failed together do
/// not come back together.
fn jitter(id: &str, tries: i64, delay: Duration) -> Duration {
    let spread = id.bytes().fold(tries.unsigned_abs(), |sum, b| sum.wrapping_mul(31).wrapping_add(b.into()));
    delay.mul_f64((spread % 1_000) as f64 / 4_000.0)
}

/// Whether the time for this order is over after this try.
pub(super) fn is_last_try(
    command: &Stored,
    give_up_after: Duration,
    started_at: Timestamp,
    now: Timestamp,
) -> bool {
    now.since(command.first_try_at) >= give_up_after && now.since(started_at) >= give_up_after.min(GRACE)
}
