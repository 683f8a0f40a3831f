//! How long a lagging read is looked at again: what Z-API shows may be some seconds old (ZAPI.md §3).

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How soon it is looked at again, from look to look; the last of them for ever.
const POLL_DELAYS: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(500),
    Duration::from_secs(1),
];

/// How long a call without an answer is looked after before it is made again.
const CALLING_AGAIN: Duration = Duration::from_secs(1);

/// The time that is left to look again.
pub struct PollBackoff {
    deadline: Instant,
    polls: usize,
}

impl PollBackoff {
    /// For a change that is called for again at once where it does not show, which does no harm: a read that
    /// lags is not worth waiting for.
    pub fn before_calling_again(time: Duration) -> Self {
        Self::new(time.min(CALLING_AGAIN))
    }

    /// From now on.
    pub fn new(time: Duration) -> Self {
        Self { deadline: Instant::now() + time, polls: 0 }
    }

    /// Waits until the next look is due; `false`, at once, where there is none any more.
    pub async fn wait(&mut self) -> bool {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        sleep(left.min(POLL_DELAYS[self.polls.min(POLL_DELAYS.len() - 1)])).await;
        self.polls += 1;
        true
    }
}
