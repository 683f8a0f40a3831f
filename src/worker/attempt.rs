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
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::InstanceRuntime;
use super::call_guard::LeaseGuard;
use super::deliver::{self, DeliveryError};
use super::execute::{CommandOutcome, RunContext, execute, reply_language, update_prompts};
use super::progress::{ProgressReporter, ProgressState, report_while};
use super::retry_policy::{
    MAX_CRASHES, MAX_RECOVERY_CRASHES, MAX_UNCONFIGURED_DELAY, deadline, next_attempt, timing_of_answer,
    unconfigured_delay,
};
use crate::clock::{Clock, Timestamp};
use crate::command::context::{CommandError, TimingConfig};
use crate::command::progress::Progress;
use crate::engine::links::change::left_open;
use crate::failpoint::{self, InjectedBug, Step};
use crate::reply::{Localizer, Reply, quote};
use crate::storage::{Claim, LeaseError, Outcome, Store, StoreUnavailable};
use crate::telemetry::Metrics;
use crate::zapi::{ApiError, Zapi};

/// How many lanes are worked on side by side.
const MAX_CONCURRENT: usize = 256;
/// How long the worker rests when the store has trouble.
const STORE_RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// The worker is woken for every order; it looks by itself all the same, this often.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// How long a try waits, at the most, for the word that it goes on.
const NOTICE_TIMEOUT: Duration = Duration::from_secs(2);

/// Carries accepted orders to the end.
pub struct Worker {
    /// The journal.
    pub store: Store,
    /// The instances, by name.
    pub instances: HashMap<String, Arc<InstanceRuntime>>,
    /// The time.
    pub clock: Clock,
    /// When the worker was made: what came before is no time in which an order was tried.
    pub started_at: Timestamp,
    /// How long things may take.
    pub timing: TimingConfig,
    /// Where orders are counted.
    pub metrics: Arc<Metrics>,
}

/// Why a try ended without its order being done.
enum AttemptError {
    /// Another worker has the lane, or the store has trouble: the lease runs out by itself.
    Store(LeaseError),
    /// Try again.
    Api(ApiError),
}

/// One try of an order.
struct Attempt<'a> {
    instance: &'a InstanceRuntime,
    zapi: &'a Zapi,
    localizer: &'a Localizer,
    /// No other follows.
    is_last: bool,
    /// When the last one comes.
    last_attempt_at: Timestamp,
}

/// What the chat shows of an order that is not done yet.
struct ProgressIndicators {
    progress: ProgressState,
    /// Its admin was told that it goes on.
    is_retry_notified: bool,
}

/// What a step of the worker brought.
enum WorkerEvent {
    /// A lane is leased.
    Claimed(Box<Claim>),
    /// No lane is ready; the next one will be after this time.
    Idle(Option<Duration>),
    /// The journal cannot be read or written.
    StoreError(StoreUnavailable),
    /// A try of an order is over, well or not.
    AttemptDone,
}

impl Worker {
    /// Works until `shutdown`, then finishes what runs.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut steps: FuturesUnordered<BoxFuture<'_, WorkerEvent>> = FuturesUnordered::new();
        let (mut working, mut is_claiming, mut has_looked) = (0, false, false);
        let mut wake_at: Option<Instant> = None;
        loop {
            let is_open = !shutdown.is_cancelled();
            if !is_open && steps.is_empty() {
                return;
            }
            if is_open && !has_looked && !is_claiming && working < MAX_CONCURRENT {
                is_claiming = true;
                // From now on: what comes while it looks may not be seen, and makes it look again.
                has_looked = true;
                steps.push(self.claim_next().boxed());
            }
            tokio::select! {
                Some(event) = steps.next() => match event {
                    WorkerEvent::Claimed(claim) => {
                        is_claiming = false;
                        has_looked = false;
                        working += 1;
                        steps.push(self.process_claim(*claim).map(|()| WorkerEvent::AttemptDone).boxed());
                    }
                    WorkerEvent::Idle(wait) => {
                        is_claiming = false;
                        wake_at = Some(Instant::now() + wait.unwrap_or(POLL_INTERVAL).min(POLL_INTERVAL));
                    }
                    WorkerEvent::StoreError(error) => {
                        tracing::warn!(%error, "orders wait for the journal");
                        is_claiming = false;
                        wake_at = Some(Instant::now() + STORE_RETRY_INTERVAL);
                    }
                    WorkerEvent::AttemptDone => {
                        working -= 1;
                        has_looked = false;
                    }
                },
                () = self.store.wait_for_command(), if is_open => has_looked = false,
                () = sleep_until(wake_at.unwrap_or_else(Instant::now)), if wake_at.is_some() && is_open => {
                    wake_at = None;
                    has_looked = false;
                }
                () = shutdown.cancelled(), if is_open => {}
            }
        }
    }

    /// Nothing is put off for longer than this: an answer has twice the time of its order.
    fn max_delay(&self) -> Duration {
        let longest = self.instances.values().map(|bot| bot.instance.give_up_after).max().unwrap_or_default();
        longest.saturating_mul(2).max(MAX_UNCONFIGURED_DELAY) + self.timing.max_retry_delay * 2
    }

    async fn claim_next(&self) -> WorkerEvent {
        let now = self.clock.now();
        match self.store.claim(now, self.max_delay()).await {
            Ok(Some(claim)) => WorkerEvent::Claimed(Box::new(claim)),
            Ok(None) => match self.store.next_ready().await {
                // At least a millisecond, since a lane is ready only when its moment is over.
                Ok(wait) => WorkerEvent::Idle(wait.map(|wait| wait.max(Duration::from_millis(1)))),
                Err(error) => WorkerEvent::StoreError(error),
            },
            Err(error) => WorkerEvent::StoreError(error),
        }
    }

    /// One try of an order. Nothing of it gets out but what the journal says.
    async fn process_claim(&self, claim: Claim) {
        let command = &claim.command;
        let (id, instance) = (command.id.clone(), command.instance.clone());
        let Some(bot) = self.instances.get(&instance) else {
            tracing::warn!(id, instance, "an order waits for an instance that is not configured");
            let at = self.clock.now().plus(unconfigured_delay(command.attempts));
            let error = "its instance is not configured".to_owned();
            let _ = claim.retry(at, at, error, self.clock.now()).await;
            return;
        };
        let spare = claim.clone();
        let keeper = claim.clone();
        let watch = Arc::new(LeaseGuard::new(&claim, &self.clock));
        let zapi = bot.zapi.with_observer(watch.clone());
        let tried = tokio::select! {
            tried = AssertUnwindSafe(self.run_attempt(bot, &zapi, claim)).catch_unwind() => tried,
            // Whoever lost the lease stops at once: the future with all its calls is dropped.
            () = watch.wait_until_lost() => Ok(Err(LeaseError::Expired)),
            () = self.keep_lease(&keeper) => Ok(Err(LeaseError::Expired)),
        };
        match tried {
            Ok(Ok(())) => {}
            Ok(Err(lost)) => tracing::warn!(id, error = %lost, "an order was left to whoever takes it next"),
            Err(_) => {
                self.metrics.record_panic();
                tracing::error!(id, "an order made its worker panic");
                let now = self.clock.now();
                let deadline = deadline(&spare.command, bot.instance.give_up_after, self.started_at);
                let at = next_attempt(&spare.command, self.timing, None, deadline, now);
                // Not `try_again`: the claim stays counted, so that it comes to an end.
                let _ = spare.record_crash(at, now).await;
            }
        }
    }

    /// Returns when the lease is lost.
    async fn keep_lease(&self, claim: &Claim) {
        loop {
            sleep(self.store.lease() / 3).await;
            if let Err(LeaseError::Expired) = claim.heartbeat().await {
                return;
            }
        }
    }

    async fn run_attempt(
        &self,
        bot: &InstanceRuntime,
        zapi: &Zapi,
        mut claim: Claim,
    ) -> Result<(), LeaseError> {
        failpoint::reach(Step::Claimed);
        if failpoint::is_injected(InjectedBug::BlindRetry) {
            (claim.command.plan, claim.command.reply, claim.command.replied) = (None, None, 0);
            claim.command.reply_message_id = None;
        }
        let now = self.clock.now();
        let give_up_after = bot.instance.give_up_after;
        let last_try_at = deadline(&claim.command, give_up_after, self.started_at);
        // To deliver an answer there is as long again as there was to find it.
        let last_answer_at = deadline(&claim.command, give_up_after * 2, self.started_at);
        // An earlier try may have shown it: one that failed, crashed, or did not come to send its answer.
        let mut signs = ProgressIndicators {
            progress: ProgressState::resume(
                claim.command.attempts > 0 || claim.command.claims > 1 || claim.command.reply.is_some(),
            ),
            is_retry_notified: claim.command.is_retry_notified,
        };
        let speech = reply_language(bot, &self.store, &claim.command).await?;
        let mut turn = None;
        if claim.command.reply.is_none() {
            if let Some(again_at) = claim.command.retry_at.filter(|at| *at > now)
                && !claim.command.is_cancelled
            {
                return self.send_due_retry_notice(&speech, zapi, claim, again_at, last_try_at, signs).await;
            }
            let is_last_try = now >= last_try_at || claim.command.is_cancelled;
            let tried = Attempt {
                instance: bot,
                zapi,
                localizer: &speech,
                is_last: is_last_try,
                last_attempt_at: last_try_at,
            };
            let ended = match self.execute(tried, &mut claim, &mut signs).await {
                Ok(ended) => ended,
                Err(AttemptError::Store(lost)) => return Err(lost),
                Err(AttemptError::Api(error)) => {
                    return self.schedule_retry(&speech, zapi, claim, &error, last_try_at, signs).await;
                }
            };
            failpoint::reach(Step::Judged);
            let ended = tell_left_open(&claim, ended);
            let ended = update_prompts(&self.store, &claim.command, ended).await?;
            turn = deliver::store_reply(zapi, &mut claim, &speech, ended, &self.clock).await?;
            failpoint::reach(Step::Replied);
        }
        let has_hourglass = signs.progress.has_reaction();
        self.choose_message_to_edit(&mut claim, signs).await?;
        let is_undeliverable = now >= last_answer_at;
        if is_undeliverable && claim.command.replied == 0 {
            // An edit that nobody knows the end of is made again until now; a message of its own is its last chance.
            claim.command.reply_message_id = None;
        }
        let sent = deliver::send_reply(zapi, &mut claim, turn, &self.clock).await;
        let outcome = claim.command.outcome.unwrap_or(Outcome::Replied);
        if let Ok(Some(count)) = sent {
            if !has_hourglass {
                return self.finish_sent(&claim, count, outcome).await;
            }
            // To take the hourglass away may take its time.
            deliver::record_sent(&mut claim, count, &self.clock).await?;
        }
        let is_over = match &sent {
            Ok(_) => true,
            Err(DeliveryError::Api(error)) => !error.cause.is_temporary() || is_undeliverable,
            Err(DeliveryError::Store(_)) => false,
        };
        if has_hourglass && is_over {
            deliver::hide_progress_reaction(zapi, &claim).await;
        }
        match sent {
            Ok(_) => self.finish(claim, outcome, None).await,
            Err(DeliveryError::Store(lost)) => Err(lost),
            Err(DeliveryError::Api(error)) if error.cause.is_temporary() && !is_undeliverable => {
                let timing = timing_of_answer(self.timing, error.cause);
                let at = self.next_attempt_at(&claim, timing, &error, last_answer_at);
                claim.retry(at, at, error.to_string(), self.clock.now()).await
            }
            Err(DeliveryError::Api(error)) => {
                let cause = error.cause;
                tracing::error!(id = claim.command.id, %cause, "an answer could not be delivered");
                self.finish(claim, Outcome::ReplyFailed, Some(error.to_string())).await
            }
        }
    }

    /// The message whose place the answer takes: the one that told how far the order is, or the answer to
    /// its last version, where it was mended. Whoever was told that it goes on looks elsewhere by now, and
    /// is answered anew.
    async fn choose_message_to_edit(
        &self,
        claim: &mut Claim,
        signs: ProgressIndicators,
    ) -> Result<(), LeaseError> {
        let command = &mut claim.command;
        if command.replied > 0 {
            return Ok(());
        }
        let now = self.clock.now();
        // What was shown since then may still be edited.
        if signs.is_retry_notified || !deliver::is_editable(command.first_attempt_at, now) {
            command.reply_message_id = None;
            return Ok(());
        }
        if let Some(message) = signs.progress.into_message() {
            command.reply_message_id = Some(message);
        }
        if command.reply_message_id.is_none() && deliver::stored_messages(command).len() == 1 {
            command.reply_message_id = deliver::find_previous_reply(&self.store, command, now).await?;
        }
        Ok(())
    }

    /// The reply, from a run, or from what kept it from running.
    async fn execute(
        &self,
        tried: Attempt<'_>,
        claim: &mut Claim,
        signs: &mut ProgressIndicators,
    ) -> Result<CommandOutcome, AttemptError> {
        let Attempt {
            instance: bot,
            zapi,
            localizer: speech,
            is_last: is_last_try,
            last_attempt_at: last_try_at,
        } = tried;
        let crashes = claim.command.claims - MAX_CRASHES;
        if crashes > 0 && (claim.command.plan.is_none() || crashes > MAX_RECOVERY_CRASHES) {
            return Ok(CommandOutcome::new(Reply::Failed { reason: None }, Outcome::Failed));
        }
        // What takes its worker down again and again is settled with what is known.
        let is_last_try = is_last_try || crashes > 0;
        let progress = Progress::default();
        let (time, extension) = self.time_of_attempt(is_last_try, last_try_at);
        let limited = zapi.with_deadline(time, extension);
        let means = RunContext {
            zapi: &limited,
            localizer: speech,
            store: &self.store,
            clock: &self.clock,
            timing: self.timing,
            progress: &progress,
            is_last_attempt: is_last_try,
        };
        let watched = claim.clone();
        // A try that fails at once tells it itself, and one that is soon done need not.
        let goes_on_in =
            self.retry_notice_at(&watched).since(self.clock.now()).max(self.timing.progress_reaction_after);
        let may_go_on = !signs.is_retry_notified && !is_last_try;
        let ProgressIndicators { progress: shown, is_retry_notified: is_told } = signs;
        let (advance, after) = (progress.subscribe(), self.timing.progress_message_after);
        let teller = ProgressReporter {
            zapi,
            localizer: speech,
            claim: &watched,
            store: &self.store,
            clock: &self.clock,
            updates: advance,
            delay: after,
        };
        let mut run = std::pin::pin!(report_while(execute(bot, claim, means), teller, shown));
        let mut with_hourglass = std::pin::pin!(async {
            tokio::select! {
                ended = &mut run => ended,
                () = sleep(self.timing.progress_reaction_after) => {
                    tokio::join!(run, shown.show_reaction(zapi, &watched)).0
                }
            }
        });
        let ended = tokio::select! {
            ended = &mut with_hourglass => ended,
            () = sleep(goes_on_in), if may_go_on => {
                *is_told = true;
                let goes_on = self.retry_notice(speech, None, last_try_at);
                let mut telling = std::pin::pin!(deliver::send_notice(zapi, &watched, &goes_on, &self.clock));
                tokio::select! {
                    ended = &mut with_hourglass => {
                        // Once there is an answer, nobody waits for the word that it goes on.
                        if matches!(&ended, Err(CommandError::Api(error)) if error.cause.is_temporary()) {
                            let _ = timeout(NOTICE_TIMEOUT, telling).await;
                        }
                        ended
                    }
                    // A lease that is lost ends the run as well.
                    _ = &mut telling => with_hourglass.await,
                }
            }
        };
        match ended {
            Ok(ended) => Ok(ended),
            Err(CommandError::Store(lost)) => Err(AttemptError::Store(lost)),
            Err(CommandError::Api(error)) if error.cause.is_temporary() && !is_last_try => {
                Err(AttemptError::Api(error))
            }
            Err(CommandError::Api(error)) => {
                let explained = error.user_message(speech.locale, quote);
                Ok(match error.cause.is_temporary() {
                    true => CommandOutcome::new(Reply::Failed { reason: Some(explained) }, Outcome::Failed),
                    false => CommandOutcome::new(Reply::Api(explained), Outcome::Replied),
                })
            }
            Err(
                error @ (CommandError::MissingCommunity
                | CommandError::UnknownDeferredCommand
                | CommandError::UnreadablePlan),
            ) => {
                tracing::error!(%error, "an order could not be run");
                Ok(CommandOutcome::new(Reply::Failed { reason: None }, Outcome::Failed))
            }
        }
    }

    /// How long an attempt may go on, and how much longer after each change that it makes. One that is not the last
    /// ends when the last one is due.
    fn time_of_attempt(&self, is_last: bool, last_try_at: Timestamp) -> (Duration, Duration) {
        let half = self.timing.attempt / 2;
        let time = match is_last {
            true => half,
            false => self.timing.attempt.min(last_try_at.since(self.clock.now())),
        };
        (time, half)
    }

    /// A try failed, and another one follows: at once told to the admin, or when it is time for it.
    async fn schedule_retry(
        &self,
        speech: &Localizer,
        zapi: &Zapi,
        claim: Claim,
        error: &ApiError,
        last_try_at: Timestamp,
        signs: ProgressIndicators,
    ) -> Result<(), LeaseError> {
        let again_at = self.next_attempt_at(&claim, self.timing, error, last_try_at);
        let tell_at = self.retry_notice_at(&claim);
        let mut look_at = again_at;
        if !signs.is_retry_notified && self.clock.now() >= tell_at {
            let reason = error.user_message(speech.locale, quote);
            let goes_on = self.retry_notice(speech, Some(reason), last_try_at);
            self.notify_before(again_at, zapi, &claim, &goes_on).await?;
        } else if !signs.is_retry_notified {
            look_at = again_at.min(tell_at);
        }
        claim.retry(again_at, look_at, error.to_string(), self.clock.now()).await
    }

    /// The order waits for its next try; it was claimed to tell its admin that it goes on.
    async fn send_due_retry_notice(
        &self,
        speech: &Localizer,
        zapi: &Zapi,
        claim: Claim,
        again_at: Timestamp,
        last_try_at: Timestamp,
        signs: ProgressIndicators,
    ) -> Result<(), LeaseError> {
        if !signs.is_retry_notified && self.clock.now() >= self.retry_notice_at(&claim) {
            self.notify_before(again_at, zapi, &claim, &self.retry_notice(speech, None, last_try_at)).await?;
        }
        claim.park(again_at, self.clock.now()).await
    }

    /// Tells that the order goes on, unless answers to others keep the word waiting until the next try
    /// is due: a try waits a moment for it, no longer.
    async fn notify_before(
        &self,
        again_at: Timestamp,
        zapi: &Zapi,
        claim: &Claim,
        goes_on: &[String],
    ) -> Result<(), LeaseError> {
        let patience = again_at.since(self.clock.now()).max(NOTICE_TIMEOUT);
        timeout(patience, deliver::send_notice(zapi, claim, goes_on, &self.clock)).await.unwrap_or(Ok(()))
    }

    fn retry_notice_at(&self, claim: &Claim) -> Timestamp {
        claim.command.first_attempt_at.plus(self.timing.retry_notice_after)
    }

    fn retry_notice(
        &self,
        speech: &Localizer,
        reason: Option<String>,
        last_try_at: Timestamp,
    ) -> Vec<String> {
        let left = last_try_at.since(self.clock.now());
        Reply::Retrying { reason, minutes: left.as_secs().div_ceil(60).max(1) }.messages(speech)
    }

    fn next_attempt_at(
        &self,
        claim: &Claim,
        timing: TimingConfig,
        error: &ApiError,
        last_try_at: Timestamp,
    ) -> Timestamp {
        let at = next_attempt(&claim.command, timing, error.retry_after, last_try_at, self.clock.now());
        // What Z-API said may repeat what was written, and to whom: that is kept in the journal alone.
        let (call, cause) = (error.call, error.cause);
        tracing::warn!(id = claim.command.id, call, %cause, again = %at, "an order is tried again");
        at
    }

    async fn finish(&self, claim: Claim, outcome: Outcome, error: Option<String>) -> Result<(), LeaseError> {
        self.log_completion(&claim, outcome);
        failpoint::reach(Step::Finishing);
        let finished = claim.finish(outcome, error, self.clock.now()).await;
        failpoint::reach(Step::Finished);
        finished
    }

    /// The same for an order whose last message is out and not noted yet.
    async fn finish_sent(&self, claim: &Claim, count: usize, outcome: Outcome) -> Result<(), LeaseError> {
        self.log_completion(claim, outcome);
        let finished = deliver::record_sent_and_finish(claim, count, outcome, &self.clock).await;
        failpoint::reach(Step::Finished);
        finished
    }

    fn log_completion(&self, claim: &Claim, outcome: Outcome) {
        let command = &claim.command;
        tracing::info!(
            id = command.id,
            instance = command.instance,
            command = command.name,
            outcome = outcome.as_str(),
            "an order ended"
        );
        self.metrics.record_command(&command.instance, outcome.as_str());
    }
}

/// Whoever is told that an order goes on no more is told where it may have left groups.
fn tell_left_open(claim: &Claim, ended: CommandOutcome) -> CommandOutcome {
    let is_over = matches!(
        ended.reply,
        Reply::Failed { .. } | Reply::RightsRevoked { is_started: true } | Reply::Api(_)
    );
    let left_open = claim.command.plan.as_deref().filter(|_| is_over).map(left_open).unwrap_or_default();
    match left_open.is_empty() {
        true => ended,
        false => CommandOutcome { reply: Reply::With(Box::new(ended.reply), left_open), ..ended },
    }
}

#[cfg(test)]
mod tests;
