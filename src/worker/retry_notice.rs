//! Schedules the next attempt of a failed command, and tells its admin once that it is retried.

use std::time::Duration;

use tokio::time::timeout;

use super::attempt::Attempt;
use super::deliver::{self, NOTICE_TIMEOUT};
use super::retry_policy::next_attempt;
use crate::clock::Timestamp;
use crate::command::context::TimingConfig;
use crate::reply::{Reply, ReplyLine, quote};
use crate::storage::{Claim, LeaseError};
use crate::zapi::ApiError;

impl Attempt<'_> {
    /// Ends a failed attempt: schedules the next one, and sends the retry notice if it is due.
    pub(super) async fn schedule_retry(
        &self,
        claim: Claim,
        error: &ApiError,
        is_notified: bool,
    ) -> Result<(), LeaseError> {
        let clock = &self.worker.clock;
        let retry_at = self.next_attempt_at(&claim, self.worker.timing, error, self.attempt_deadline);
        let notice_at = self.retry_notice_at(&claim);
        let mut ready_at = retry_at;
        if !is_notified && clock.now() >= notice_at {
            let reason = error.user_message(self.localizer.locale, quote);
            self.notify_before(retry_at, &claim, &self.retry_notice(Some(reason))).await?;
        } else if !is_notified {
            ready_at = retry_at.min(notice_at);
        }
        claim.retry(retry_at, ready_at, error.to_string(), clock.now()).await
    }

    /// Sends the retry notice of a command that waits for its next attempt, and releases the command again.
    pub(super) async fn send_due_retry_notice(
        &self,
        claim: Claim,
        retry_at: Timestamp,
        is_notified: bool,
    ) -> Result<(), LeaseError> {
        let clock = &self.worker.clock;
        if !is_notified && clock.now() >= self.retry_notice_at(&claim) {
            self.notify_before(retry_at, &claim, &self.retry_notice(None)).await?;
        }
        claim.park(retry_at, clock.now()).await
    }

    /// Sends the retry notice, unless it waits for other messages until the next attempt is due.
    async fn notify_before(
        &self,
        retry_at: Timestamp,
        claim: &Claim,
        notice: &str,
    ) -> Result<(), LeaseError> {
        let clock = &self.worker.clock;
        let limit = retry_at.since(clock.now()).max(NOTICE_TIMEOUT);
        timeout(limit, deliver::send_notice(self.zapi, claim, notice, clock)).await.unwrap_or(Ok(()))
    }

    /// When the retry notice of the command is due.
    pub(super) fn retry_notice_at(&self, claim: &Claim) -> Timestamp {
        claim.command.first_attempt_at.plus(self.worker.timing.retry_notice_after)
    }

    /// The text of the retry notice, which is short.
    pub(super) fn retry_notice(&self, reason: Option<String>) -> String {
        let left = self.attempt_deadline.since(self.worker.clock.now());
        let line = ReplyLine::new("retrying")
            .with_icon("⏳")
            .with_reason(reason, "api-partly-failed")
            .with_duration("time", round_up(left))
            .with_command("cancel", "cancel", &[]);
        Reply::Lines(vec![line]).messages(self.localizer).concat()
    }

    /// When the next attempt is due, up to `deadline`.
    pub(super) fn next_attempt_at(
        &self,
        claim: &Claim,
        timing: TimingConfig,
        error: &ApiError,
        deadline: Timestamp,
    ) -> Timestamp {
        let now = self.worker.clock.now();
        let at = next_attempt(&claim.command, timing, error.retry_after, deadline, now);
        // The message of Z-API may repeat the text and the recipient: it is stored in the journal, not logged.
        let (call, cause) = (error.call, error.cause);
        tracing::warn!(call, %cause, again = %at, "command retry scheduled");
        self.instance.metrics.retry_scheduled(cause.as_str());
        at
    }
}

/// Rounded up to whole minutes, from an hour on to whole hours.
fn round_up(time: Duration) -> Duration {
    let minutes = time.as_secs().div_ceil(60).max(1);
    Duration::from_secs(60 * if minutes > 60 { minutes.next_multiple_of(60) } else { minutes })
}
