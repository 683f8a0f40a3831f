//! The worker: claims lanes that are ready, and carries their orders to the end.
//!
//! It sleeps until an order is accepted or a delay is over, and works on many lanes side by side
//! in one future; whoever starts it spawns it. A panic ends one try, not the worker.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Bot;
use super::answer::{self, Unsent};
use super::failure::{self, MOST_CRASHES, next_try};
use super::run::{Means, run};
use crate::clock::{Clock, Timestamp};
use crate::command::{Failure, Timing};
use crate::reply::{Reply, quoted};
use crate::storage::{Claim, LEASE, Lost, Outcome, Store, Unavailable};
use crate::telemetry::Metrics;
use crate::zapi::{ApiError, Cause};

/// How many lanes are worked on side by side.
const SIDE_BY_SIDE: usize = 256;
/// How long the worker rests when the store has trouble.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// The worker is woken for every order; it looks by itself all the same, this often.
const POLL: Duration = Duration::from_secs(5);
/// When an order of an instance that is not configured is looked at again.
const UNCONFIGURED: Duration = Duration::from_secs(60);

/// Carries accepted orders to the end.
pub struct Worker {
    /// The journal.
    pub store: Store,
    /// The instances, by name.
    pub bots: HashMap<String, Arc<Bot>>,
    /// The time.
    pub clock: Clock,
    /// When the worker was made: what came before is no time in which an order was tried.
    pub started_at: Timestamp,
    /// How long things may take.
    pub timing: Timing,
    /// Where orders are counted.
    pub metrics: Arc<Metrics>,
}

/// An answer is worth more tries than a call: an edge's page instead of Z-API's word ends nothing.
fn may_be_sent_later(error: &ApiError) -> bool {
    error.cause.is_temporary() || error.cause == Cause::Unreadable
}

/// Why a try ended without its order being done.
enum Stop {
    /// Another worker has the lane, or the store has trouble: the lease runs out by itself.
    Journal(Lost),
    /// Try again.
    Api(ApiError),
}

/// What a step of the worker brought.
enum Event {
    /// A lane is leased.
    Claimed(Box<Claim>),
    /// No lane is ready; the next one will be after this time.
    Nothing(Option<Duration>),
    /// The journal cannot be read or written.
    Trouble(Unavailable),
    /// A try of an order is over, well or not.
    Ended,
}

impl Worker {
    /// Works until `shutdown`, then finishes what runs.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut steps: FuturesUnordered<BoxFuture<'_, Event>> = FuturesUnordered::new();
        let (mut working, mut is_claiming, mut has_looked) = (0, false, false);
        let mut wake_at: Option<Instant> = None;
        loop {
            let is_open = !shutdown.is_cancelled();
            if !is_open && steps.is_empty() {
                return;
            }
            if is_open && !has_looked && !is_claiming && working < SIDE_BY_SIDE {
                is_claiming = true;
                // From now on: what comes while it looks may not be seen, and makes it look again.
                has_looked = true;
                steps.push(self.claim().boxed());
            }
            tokio::select! {
                Some(event) = steps.next() => match event {
                    Event::Claimed(claim) => {
                        is_claiming = false;
                        has_looked = false;
                        working += 1;
                        steps.push(self.work(*claim).map(|()| Event::Ended).boxed());
                    }
                    Event::Nothing(wait) => {
                        is_claiming = false;
                        wake_at = Some(Instant::now() + wait.unwrap_or(POLL).min(POLL));
                    }
                    Event::Trouble(error) => {
                        tracing::warn!(%error, "orders wait for the journal");
                        is_claiming = false;
                        wake_at = Some(Instant::now() + STORE_PAUSE);
                    }
                    Event::Ended => {
                        working -= 1;
                        has_looked = false;
                    }
                },
                () = self.store.order_accepted(), if is_open => has_looked = false,
                () = sleep_until(wake_at.unwrap_or_else(Instant::now)), if wake_at.is_some() && is_open => {
                    wake_at = None;
                    has_looked = false;
                }
                () = shutdown.cancelled(), if is_open => {}
            }
        }
    }

    async fn claim(&self) -> Event {
        let now = self.clock.now();
        match self.store.claim(now).await {
            Ok(Some(claim)) => Event::Claimed(Box::new(claim)),
            Ok(None) => match self.store.next_ready().await {
                // At least a millisecond, since a lane is ready only when its moment is over.
                Ok(next) => Event::Nothing(next.map(|at| at.since(now).max(Duration::from_millis(1)))),
                Err(error) => Event::Trouble(error),
            },
            Err(error) => Event::Trouble(error),
        }
    }

    /// One try of an order. Nothing of it gets out but what the journal says.
    async fn work(&self, claim: Claim) {
        let command = &claim.command;
        let (id, instance) = (command.id.clone(), command.instance.clone());
        let Some(bot) = self.bots.get(&instance) else {
            tracing::warn!(id, instance, "an order waits for an instance that is not configured");
            let at = self.clock.now().plus(UNCONFIGURED);
            let _ = claim.try_again(at, "its instance is not configured".to_owned(), self.clock.now()).await;
            return;
        };
        let spare = claim.clone();
        let keeper = claim.clone();
        let tried = tokio::select! {
            tried = AssertUnwindSafe(self.carry_out(bot, claim)).catch_unwind() => tried,
            // Whoever lost the lease stops at once: the future with all its calls is dropped.
            () = self.keep_lease(&keeper) => Ok(Err(Lost::Lease)),
        };
        match tried {
            Ok(Ok(())) => {}
            Ok(Err(lost)) => tracing::warn!(id, error = %lost, "an order was left to whoever takes it next"),
            Err(_) => {
                self.metrics.panicked();
                tracing::error!(id, "an order made its worker panic");
                let now = self.clock.now();
                let at = next_try(&spare.command, self.timing, None, now);
                // Not `try_again`: the claim stays counted, so that it comes to an end.
                let _ = spare.crashed(at, now).await;
            }
        }
    }

    /// Returns when the lease is lost.
    async fn keep_lease(&self, claim: &Claim) {
        loop {
            sleep(LEASE / 3).await;
            if let Err(Lost::Lease) = claim.keep(self.clock.now()).await {
                return;
            }
        }
    }

    async fn carry_out(&self, bot: &Bot, mut claim: Claim) -> Result<(), Lost> {
        let now = self.clock.now();
        let give_up_after = bot.instance.give_up_after;
        let is_last_try = failure::is_last_try(&claim.command, give_up_after, self.started_at, now);
        // To deliver an answer there is as long again as there was to find it.
        let is_undeliverable = failure::is_last_try(&claim.command, give_up_after * 2, self.started_at, now);
        // An earlier try may have shown it: one that failed, crashed, or did not come to send its answer.
        let mut has_hourglass =
            claim.command.tries > 0 || claim.command.claims > 1 || claim.command.reply.is_some();
        if claim.command.reply.is_none() {
            let ended = match self.judge(bot, &mut claim, is_last_try, &mut has_hourglass).await {
                Ok(ended) => ended,
                Err(Stop::Journal(lost)) => return Err(lost),
                Err(Stop::Api(error)) => return self.postpone(claim, &error).await,
            };
            let messages = ended.0.messages(&bot.speech);
            let json = serde_json::to_string(&messages).unwrap_or_default();
            claim.reply(json, ended.1, self.clock.now()).await?;
        }
        let sent = answer::send(bot, &mut claim, &self.clock).await;
        let is_over = match &sent {
            Ok(()) => true,
            Err(Unsent::Api(error)) => !may_be_sent_later(error) || is_undeliverable,
            Err(Unsent::Journal(_)) => false,
        };
        if has_hourglass && is_over {
            answer::hide_hourglass(bot, &claim).await;
        }
        let outcome = claim.command.outcome.unwrap_or(Outcome::Answered);
        match sent {
            Ok(()) => self.finish(claim, outcome, None).await,
            Err(Unsent::Journal(lost)) => Err(lost),
            Err(Unsent::Api(error)) if may_be_sent_later(&error) && !is_undeliverable => {
                self.postpone(claim, &error).await
            }
            Err(Unsent::Api(error)) => {
                let cause = error.cause;
                tracing::error!(id = claim.command.id, %cause, "an answer could not be delivered");
                self.finish(claim, Outcome::Unanswered, Some(error.to_string())).await
            }
        }
    }

    /// The reply, from a run, or from what kept it from running.
    async fn judge(
        &self,
        bot: &Bot,
        claim: &mut Claim,
        is_last_try: bool,
        has_hourglass: &mut bool,
    ) -> Result<(Reply, Outcome), Stop> {
        if claim.command.claims > MOST_CRASHES && claim.command.plan.is_none() {
            return Ok((Reply::GaveUp { reason: None }, Outcome::GaveUp));
        }
        // What takes its worker down again and again is settled with what is known.
        let is_last_try = is_last_try || claim.command.claims > MOST_CRASHES;
        let means = Means { store: &self.store, clock: &self.clock, timing: self.timing, is_last_try };
        let watched = claim.clone();
        let mut run = std::pin::pin!(run(bot, claim, means));
        let ended = tokio::select! {
            ended = &mut run => ended,
            () = sleep(self.timing.hourglass) => {
                *has_hourglass = true;
                tokio::join!(run, answer::show_hourglass(bot, &watched)).0
            }
        };
        match ended {
            Ok(ended) => Ok(ended),
            Err(Failure::Journal(lost)) => Err(Stop::Journal(lost)),
            Err(Failure::Api(error)) if error.cause.is_temporary() && !is_last_try => Err(Stop::Api(error)),
            Err(Failure::Api(error)) => {
                let explained = error.explain(bot.speech.locale, quoted);
                Ok(match error.cause.is_temporary() {
                    true => (Reply::GaveUp { reason: Some(explained) }, Outcome::GaveUp),
                    false => (Reply::Api(explained), Outcome::Answered),
                })
            }
            Err(error @ Failure::NoCommunity) => {
                tracing::error!(%error, "an order could not be run");
                Ok((Reply::GaveUp { reason: None }, Outcome::GaveUp))
            }
        }
    }

    async fn postpone(&self, claim: Claim, error: &ApiError) -> Result<(), Lost> {
        let now = self.clock.now();
        let at = next_try(&claim.command, self.timing, error.retry_after, now);
        // What Z-API said may repeat what was written, and to whom: that is kept in the journal alone.
        let (call, cause) = (error.call, error.cause);
        tracing::warn!(id = claim.command.id, call, %cause, again = %at, "an order is tried again");
        claim.try_again(at, error.to_string(), now).await
    }

    async fn finish(&self, claim: Claim, outcome: Outcome, error: Option<String>) -> Result<(), Lost> {
        let command = &claim.command;
        tracing::info!(
            id = command.id,
            instance = command.instance,
            command = command.name,
            outcome = outcome.as_str(),
            "an order ended"
        );
        self.metrics.order_ended(&command.instance, outcome.as_str());
        claim.finish(outcome, error, self.clock.now()).await
    }
}

#[cfg(test)]
mod tests;
