//! Backoff of reads after a change: what Z-API shows may be some seconds old (Z-API's documentation).

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::command::{CommandError, Context};
use crate::zapi::ApiError;

/// The delays between reads; the last one repeats.
const POLL_DELAYS: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(500),
    Duration::from_secs(1),
];

/// The time left for further reads.
pub struct PollBackoff {
    deadline: Instant,
    polls: usize,
}

impl PollBackoff {
    /// A backoff that starts now.
    pub fn new(time: Duration) -> Self {
        Self { deadline: Instant::now() + time, polls: 0 }
    }

    /// Waits for the next read. Returns `false`, at once, when the time is over.
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

/// Repeats a read until it finds something, or the time is over.
pub async fn poll<T, R>(time: Duration, read: impl Fn() -> R) -> Result<Option<T>, ApiError>
where
    R: Future<Output = Result<Option<T>, ApiError>>,
{
    let mut backoff = PollBackoff::new(time);
    loop {
        let found = read().await;
        if matches!(found, Ok(Some(_))) || !backoff.wait().await {
            return found;
        }
    }
}

/// Accepts that the state cannot be read. A temporary error is returned for a retry, unless this is the last attempt.
pub fn accept_unread(context: &mut Context<'_>, error: ApiError) -> Result<(), CommandError> {
    if error.cause.is_temporary() && !context.is_last_attempt {
        return Err(error.into());
    }
    context.is_final_failure = context.is_last_attempt;
    Ok(())
}
