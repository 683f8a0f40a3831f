//! The claim loop: claims queues that are ready, and runs one attempt for each.
//!
//! It sleeps until a command is inserted or a delay ends, and runs many attempts concurrently in one future, which the
//! caller spawns. A panic ends one attempt, not the loop.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::Worker;
use super::attempt::Attempt;
use super::call_guard::LeaseGuard;
use super::retry_policy::{MAX_UNCONFIGURED_DELAY, deadline, next_attempt, unconfigured_delay};
use crate::storage::{Claim, CommandRecord, LeaseError, StoreUnavailable};
use crate::telemetry::LoggedCondition;

/// The most attempts at the same time.
const MAX_CONCURRENT: usize = 256;
/// How long the loop sleeps when the store is unavailable.
const STORE_RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// The loop is woken for each command; it also polls in this interval.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// What a step of the loop resulted in.
enum WorkerEvent {
    /// A queue is leased.
    Claimed(Box<Claim>),
    /// No queue is ready; the next one will be after this time.
    Idle(Option<Duration>),
    /// The journal cannot be read or written.
    StoreError(StoreUnavailable),
    /// An attempt ended.
    AttemptDone,
}

impl Worker {
    /// Runs until `shutdown`, then ends the running attempts.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut steps: FuturesUnordered<BoxFuture<'_, WorkerEvent>> = FuturesUnordered::new();
        let (mut running, mut is_claiming, mut has_claimed_all) = (0, false, false);
        let mut wake_at: Option<Instant> = None;
        let outage = LoggedCondition::default();
        loop {
            let is_open = !shutdown.is_cancelled();
            if !is_open && steps.is_empty() {
                return;
            }
            if is_open && !has_claimed_all && !is_claiming && running < MAX_CONCURRENT {
                is_claiming = true;
                // Set before the claim: a command that is inserted meanwhile may be missed, and resets it.
                has_claimed_all = true;
                steps.push(self.claim_next().boxed());
            }
            tokio::select! {
                Some(event) = steps.next() => match event {
                    WorkerEvent::Claimed(claim) => {
                        is_claiming = false;
                        has_claimed_all = false;
                        running += 1;
                        let span = command_span(&claim.command);
                        let processing = self.process_claim(*claim).instrument(span);
                        steps.push(processing.map(|()| WorkerEvent::AttemptDone).boxed());
                    }
                    WorkerEvent::Idle(wait) => {
                        is_claiming = false;
                        outage.end();
                        wake_at = Some(Instant::now() + wait.unwrap_or(POLL_INTERVAL).min(POLL_INTERVAL));
                    }
                    WorkerEvent::StoreError(error) => {
                        // The store logs when it works again.
                        if outage.begin() {
                            tracing::warn!(%error, "store unavailable, commands are waiting");
                        }
                        is_claiming = false;
                        wake_at = Some(Instant::now() + STORE_RETRY_INTERVAL);
                    }
                    WorkerEvent::AttemptDone => {
                        running -= 1;
                        has_claimed_all = false;
                    }
                },
                () = self.store.wait_for_command(), if is_open => has_claimed_all = false,
                () = sleep_until(wake_at.unwrap_or_else(Instant::now)), if wake_at.is_some() && is_open => {
                    wake_at = None;
                    has_claimed_all = false;
                }
                () = shutdown.cancelled(), if is_open => {}
            }
        }
    }

    /// The longest delay of a queue. Delivering a reply may take twice the time of its command.
    fn max_delay(&self) -> Duration {
        let longest = self.instances.values().map(|instance| instance.runtime().config.give_up_after).max();
        let longest = longest.unwrap_or_default().saturating_mul(2);
        longest.max(MAX_UNCONFIGURED_DELAY) + self.timing.max_retry_delay * 2
    }

    async fn claim_next(&self) -> WorkerEvent {
        let now = self.clock.now();
        match self.store.claim(now, self.max_delay()).await {
            Ok(Some(claim)) => WorkerEvent::Claimed(Box::new(claim)),
            Ok(None) => match self.store.next_ready().await {
                // At least a millisecond: a queue is ready only after its time has passed.
                Ok(wait) => WorkerEvent::Idle(wait.map(|wait| wait.max(Duration::from_millis(1)))),
                Err(error) => WorkerEvent::StoreError(error),
            },
            Err(error) => WorkerEvent::StoreError(error),
        }
    }

    /// Runs one attempt and handles a panic and the loss of the lease. All other results are in the journal.
    async fn process_claim(&self, claim: Claim) {
        let command = &claim.command;
        let Some(runtime) = self.instances.get(&command.instance).map(|instance| instance.runtime()) else {
            tracing::warn!("command of an unconfigured instance");
            let at = self.clock.now().plus(unconfigured_delay(command.attempts));
            let error = "its instance is not configured".to_owned();
            let _ = claim.retry(at, at, error, self.clock.now()).await;
            return;
        };
        if command.claims > 1 {
            runtime.metrics.lease_taken_over();
        }
        let after_panic = claim.clone();
        let keeper = claim.clone();
        let guard = Arc::new(LeaseGuard::new(&claim, &self.clock));
        let zapi = runtime.zapi.with_observer(guard.clone());
        let attempt = Attempt::run(self, &runtime, &zapi, claim);
        let ended = tokio::select! {
            ended = AssertUnwindSafe(attempt).catch_unwind() => ended,
            // A lost lease ends the attempt at once: its future is dropped with all calls.
            () = guard.wait_until_lost() => Ok(Err(LeaseError::Expired)),
            () = self.renew_lease(&keeper) => Ok(Err(LeaseError::Expired)),
        };
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "lease lost, command released"),
            Err(_) => {
                self.metrics.record_panic();
                tracing::error!("command panicked");
                let now = self.clock.now();
                let command = &after_panic.command;
                let deadline = deadline(command, runtime.config.give_up_after, self.started_at);
                let at = next_attempt(command, self.timing, None, deadline, now);
                // Not `retry`: the claim stays counted, so that panics come to an end.
                let _ = after_panic.record_crash(at, now).await;
            }
        }
    }

    /// Extends the lease until it is lost.
    async fn renew_lease(&self, claim: &Claim) {
        loop {
            sleep(self.store.lease() / 3).await;
            if let Err(LeaseError::Expired) = claim.renew_lease().await {
                return;
            }
        }
    }
}

/// The span of an attempt: it names the command in each line of the log.
fn command_span(command: &CommandRecord) -> tracing::Span {
    let CommandRecord { id, instance, name, .. } = command;
    tracing::error_span!("command", id, %instance, command = name)
}

#[cfg(test)]
mod tests;
