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

use super::Bot;
use super::answer::{self, Unsent};
use super::failure::{
    MOST_CRASHES, MOST_SETTLING_CRASHES, MOST_UNCONFIGURED, deadline, next_try, timing_of_answer,
    unconfigured,
};
use super::progress::{Shown, Teller, shown_while};
use super::run::{Ended, Means, run, speech, with_questions};
use super::watch::Watch;
use crate::clock::{Clock, Timestamp};
use crate::command::progress::Progress;
use crate::command::{Failure, Timing, left_open};
use crate::failpoint::{self, Sabotage, Step};
use crate::reply::{Reply, Speech, quoted};
use crate::storage::{Claim, Lost, Outcome, Store, Unavailable};
use crate::telemetry::Metrics;
use crate::zapi::{ApiError, Zapi};

/// How many lanes are worked on side by side.
const SIDE_BY_SIDE: usize = 256;
/// How long the worker rests when the store has trouble.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// The worker is woken for every order; it looks by itself all the same, this often.
const POLL: Duration = Duration::from_secs(5);
/// How long a try waits, at the most, for the word that it goes on.
const WORD: Duration = Duration::from_secs(2);

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

/// Why a try ended without its order being done.
enum Stop {
    /// Another worker has the lane, or the store has trouble: the lease runs out by itself.
    Journal(Lost),
    /// Try again.
    Api(ApiError),
}

/// One try of an order.
struct Try<'a> {
    bot: &'a Bot,
    zapi: &'a Zapi,
    speech: &'a Speech,
    /// No other follows.
    is_last: bool,
    /// When the last one comes.
    last_at: Timestamp,
}

/// What the chat shows of an order that is not done yet.
struct Signs {
    shown: Shown,
    /// Its admin was told that it goes on.
    is_told: bool,
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

    /// Nothing is put off for longer than this: an answer has twice the time of its order.
    fn horizon(&self) -> Duration {
        let longest = self.bots.values().map(|bot| bot.instance.give_up_after).max().unwrap_or_default();
        longest.saturating_mul(2).max(MOST_UNCONFIGURED) + self.timing.longest_retry * 2
    }

    async fn claim(&self) -> Event {
        let now = self.clock.now();
        match self.store.claim(now, self.horizon()).await {
            Ok(Some(claim)) => Event::Claimed(Box::new(claim)),
            Ok(None) => match self.store.next_ready().await {
                // At least a millisecond, since a lane is ready only when its moment is over.
                Ok(wait) => Event::Nothing(wait.map(|wait| wait.max(Duration::from_millis(1)))),
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
            let at = self.clock.now().plus(unconfigured(command.tries));
            let error = "its instance is not configured".to_owned();
            let _ = claim.try_again(at, at, error, self.clock.now()).await;
            return;
        };
        let spare = claim.clone();
        let keeper = claim.clone();
        let watch = Arc::new(Watch::over(&claim, &self.clock));
        let zapi = bot.zapi.witnessed(watch.clone());
        let tried = tokio::select! {
            tried = AssertUnwindSafe(self.carry_out(bot, &zapi, claim)).catch_unwind() => tried,
            // Whoever lost the lease stops at once: the future with all its calls is dropped.
            () = watch.lost() => Ok(Err(Lost::Lease)),
            () = self.keep_lease(&keeper) => Ok(Err(Lost::Lease)),
        };
        match tried {
            Ok(Ok(())) => {}
            Ok(Err(lost)) => tracing::warn!(id, error = %lost, "an order was left to whoever takes it next"),
            Err(_) => {
                self.metrics.panicked();
                tracing::error!(id, "an order made its worker panic");
                let now = self.clock.now();
                let deadline = deadline(&spare.command, bot.instance.give_up_after, self.started_at);
                let at = next_try(&spare.command, self.timing, None, deadline, now);
                // Not `try_again`: the claim stays counted, so that it comes to an end.
                let _ = spare.crashed(at, now).await;
            }
        }
    }

    /// Returns when the lease is lost.
    async fn keep_lease(&self, claim: &Claim) {
        loop {
            sleep(self.store.lease() / 3).await;
            if let Err(Lost::Lease) = claim.keep().await {
                return;
            }
        }
    }

    async fn carry_out(&self, bot: &Bot, zapi: &Zapi, mut claim: Claim) -> Result<(), Lost> {
        failpoint::reach(Step::Claimed);
        if failpoint::is_sabotaged(Sabotage::BlindRetry) {
            (claim.command.plan, claim.command.reply, claim.command.replied) = (None, None, 0);
            claim.command.answer_id = None;
        }
        let now = self.clock.now();
        let give_up_after = bot.instance.give_up_after;
        let last_try_at = deadline(&claim.command, give_up_after, self.started_at);
        // To deliver an answer there is as long again as there was to find it.
        let last_answer_at = deadline(&claim.command, give_up_after * 2, self.started_at);
        // An earlier try may have shown it: one that failed, crashed, or did not come to send its answer.
        let mut signs = Signs {
            shown: Shown::before(
                claim.command.tries > 0 || claim.command.claims > 1 || claim.command.reply.is_some(),
            ),
            is_told: claim.command.is_told,
        };
        let speech = speech(bot, &self.store, &claim.command).await?;
        let mut turn = None;
        if claim.command.reply.is_none() {
            if let Some(again_at) = claim.command.again_at.filter(|at| *at > now)
                && !claim.command.is_cancelled
            {
                return self.look_at(&speech, zapi, claim, again_at, last_try_at, signs).await;
            }
            let is_last_try = now >= last_try_at || claim.command.is_cancelled;
            let tried = Try { bot, zapi, speech: &speech, is_last: is_last_try, last_at: last_try_at };
            let ended = match self.judge(tried, &mut claim, &mut signs).await {
                Ok(ended) => ended,
                Err(Stop::Journal(lost)) => return Err(lost),
                Err(Stop::Api(error)) => {
                    return self.go_on(&speech, zapi, claim, &error, last_try_at, signs).await;
                }
            };
            failpoint::reach(Step::Judged);
            let ended = tell_left_open(&claim, ended);
            let ended = with_questions(&self.store, &claim.command, ended).await?;
            turn = answer::write_down(zapi, &mut claim, &speech, ended, &self.clock).await?;
            failpoint::reach(Step::Replied);
        }
        let has_hourglass = signs.shown.has_hourglass();
        self.find_answer_to_edit(&mut claim, signs).await?;
        let is_undeliverable = now >= last_answer_at;
        if is_undeliverable && claim.command.replied == 0 {
            // An edit that nobody knows the end of is made again until now; a message of its own is its last chance.
            claim.command.answer_id = None;
        }
        let sent = answer::send(zapi, &mut claim, turn, &self.clock).await;
        let outcome = claim.command.outcome.unwrap_or(Outcome::Answered);
        if let Ok(Some(count)) = sent {
            if !has_hourglass {
                return self.finish_sent(&claim, count, outcome).await;
            }
            // To take the hourglass away may take its time.
            answer::note(&mut claim, count, &self.clock).await?;
        }
        let is_over = match &sent {
            Ok(_) => true,
            Err(Unsent::Api(error)) => !error.cause.is_temporary() || is_undeliverable,
            Err(Unsent::Journal(_)) => false,
        };
        if has_hourglass && is_over {
            answer::hide_hourglass(zapi, &claim).await;
        }
        match sent {
            Ok(_) => self.finish(claim, outcome, None).await,
            Err(Unsent::Journal(lost)) => Err(lost),
            Err(Unsent::Api(error)) if error.cause.is_temporary() && !is_undeliverable => {
                let timing = timing_of_answer(self.timing, error.cause);
                let at = self.postponed(&claim, timing, &error, last_answer_at);
                claim.try_again(at, at, error.to_string(), self.clock.now()).await
            }
            Err(Unsent::Api(error)) => {
                let cause = error.cause;
                tracing::error!(id = claim.command.id, %cause, "an answer could not be delivered");
                self.finish(claim, Outcome::Unanswered, Some(error.to_string())).await
            }
        }
    }

    /// The message whose place the answer takes: the one that told how far the order is, or the answer to
    /// its last version, where it was mended. Whoever was told that it goes on looks elsewhere by now, and
    /// is answered anew.
    async fn find_answer_to_edit(&self, claim: &mut Claim, signs: Signs) -> Result<(), Lost> {
        let command = &mut claim.command;
        if command.replied > 0 {
            return Ok(());
        }
        let now = self.clock.now();
        // What was shown since then may still be edited.
        if signs.is_told || !answer::is_editable(command.first_try_at, now) {
            command.answer_id = None;
            return Ok(());
        }
        if let Some(message) = signs.shown.into_message() {
            command.answer_id = Some(message);
        }
        if command.answer_id.is_none() && answer::messages(command).len() == 1 {
            command.answer_id = answer::of_last_version(&self.store, command, now).await?;
        }
        Ok(())
    }

    /// The reply, from a run, or from what kept it from running.
    async fn judge(&self, tried: Try<'_>, claim: &mut Claim, signs: &mut Signs) -> Result<Ended, Stop> {
        let Try { bot, zapi, speech, is_last: is_last_try, last_at: last_try_at } = tried;
        let crashes = claim.command.claims - MOST_CRASHES;
        if crashes > 0 && (claim.command.plan.is_none() || crashes > MOST_SETTLING_CRASHES) {
            return Ok(Ended::with(Reply::GaveUp { reason: None }, Outcome::GaveUp));
        }
        // What takes its worker down again and again is settled with what is known.
        let is_last_try = is_last_try || crashes > 0;
        let progress = Progress::default();
        let (time, extension) = self.time_of_attempt(is_last_try, last_try_at);
        let limited = zapi.with_deadline(time, extension);
        let means = Means {
            zapi: &limited,
            speech,
            store: &self.store,
            clock: &self.clock,
            timing: self.timing,
            progress: &progress,
            is_last_try,
        };
        let watched = claim.clone();
        // A try that fails at once tells it itself, and one that is soon done need not.
        let goes_on_in = self.goes_on_at(&watched).since(self.clock.now()).max(self.timing.hourglass);
        let may_go_on = !signs.is_told && !is_last_try;
        let Signs { shown, is_told } = signs;
        let (advance, after) = (progress.watch(), self.timing.progress);
        let teller =
            Teller { zapi, speech, claim: &watched, store: &self.store, clock: &self.clock, advance, after };
        let mut run = std::pin::pin!(shown_while(run(bot, claim, means), teller, shown));
        let mut with_hourglass = std::pin::pin!(async {
            tokio::select! {
                ended = &mut run => ended,
                () = sleep(self.timing.hourglass) => {
                    tokio::join!(run, shown.show_hourglass(zapi, &watched)).0
                }
            }
        });
        let ended = tokio::select! {
            ended = &mut with_hourglass => ended,
            () = sleep(goes_on_in), if may_go_on => {
                *is_told = true;
                let goes_on = self.goes_on(speech, None, last_try_at);
                let mut telling = std::pin::pin!(answer::tell(zapi, &watched, &goes_on, &self.clock));
                tokio::select! {
                    ended = &mut with_hourglass => {
                        // Once there is an answer, nobody waits for the word that it goes on.
                        if matches!(&ended, Err(Failure::Api(error)) if error.cause.is_temporary()) {
                            let _ = timeout(WORD, telling).await;
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
            Err(Failure::Journal(lost)) => Err(Stop::Journal(lost)),
            Err(Failure::Api(error)) if error.cause.is_temporary() && !is_last_try => Err(Stop::Api(error)),
            Err(Failure::Api(error)) => {
                let explained = error.explain(speech.locale, quoted);
                Ok(match error.cause.is_temporary() {
                    true => Ended::with(Reply::GaveUp { reason: Some(explained) }, Outcome::GaveUp),
                    false => Ended::with(Reply::Api(explained), Outcome::Answered),
                })
            }
            Err(error @ (Failure::NoCommunity | Failure::NoOrder | Failure::NoPlan)) => {
                tracing::error!(%error, "an order could not be run");
                Ok(Ended::with(Reply::GaveUp { reason: None }, Outcome::GaveUp))
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
    async fn go_on(
        &self,
        speech: &Speech,
        zapi: &Zapi,
        claim: Claim,
        error: &ApiError,
        last_try_at: Timestamp,
        signs: Signs,
    ) -> Result<(), Lost> {
        let again_at = self.postponed(&claim, self.timing, error, last_try_at);
        let tell_at = self.goes_on_at(&claim);
        let mut look_at = again_at;
        if !signs.is_told && self.clock.now() >= tell_at {
            let reason = error.explain(speech.locale, quoted);
            let goes_on = self.goes_on(speech, Some(reason), last_try_at);
            self.tell_before(again_at, zapi, &claim, &goes_on).await?;
        } else if !signs.is_told {
            look_at = again_at.min(tell_at);
        }
        claim.try_again(again_at, look_at, error.to_string(), self.clock.now()).await
    }

    /// The order waits for its next try; it was claimed to tell its admin that it goes on.
    async fn look_at(
        &self,
        speech: &Speech,
        zapi: &Zapi,
        claim: Claim,
        again_at: Timestamp,
        last_try_at: Timestamp,
        signs: Signs,
    ) -> Result<(), Lost> {
        if !signs.is_told && self.clock.now() >= self.goes_on_at(&claim) {
            self.tell_before(again_at, zapi, &claim, &self.goes_on(speech, None, last_try_at)).await?;
        }
        claim.wait_on(again_at, self.clock.now()).await
    }

    /// Tells that the order goes on, unless answers to others keep the word waiting until the next try
    /// is due: a try waits a moment for it, no longer.
    async fn tell_before(
        &self,
        again_at: Timestamp,
        zapi: &Zapi,
        claim: &Claim,
        goes_on: &[String],
    ) -> Result<(), Lost> {
        let patience = again_at.since(self.clock.now()).max(WORD);
        timeout(patience, answer::tell(zapi, claim, goes_on, &self.clock)).await.unwrap_or(Ok(()))
    }

    fn goes_on_at(&self, claim: &Claim) -> Timestamp {
        claim.command.first_try_at.plus(self.timing.goes_on)
    }

    fn goes_on(&self, speech: &Speech, reason: Option<String>, last_try_at: Timestamp) -> Vec<String> {
        let left = last_try_at.since(self.clock.now());
        Reply::GoesOn { reason, minutes: left.as_secs().div_ceil(60).max(1) }.messages(speech)
    }

    fn postponed(
        &self,
        claim: &Claim,
        timing: Timing,
        error: &ApiError,
        last_try_at: Timestamp,
    ) -> Timestamp {
        let at = next_try(&claim.command, timing, error.retry_after, last_try_at, self.clock.now());
        // What Z-API said may repeat what was written, and to whom: that is kept in the journal alone.
        let (call, cause) = (error.call, error.cause);
        tracing::warn!(id = claim.command.id, call, %cause, again = %at, "an order is tried again");
        at
    }

    async fn finish(&self, claim: Claim, outcome: Outcome, error: Option<String>) -> Result<(), Lost> {
        self.tell_end(&claim, outcome);
        failpoint::reach(Step::Finishing);
        let finished = claim.finish(outcome, error, self.clock.now()).await;
        failpoint::reach(Step::Finished);
        finished
    }

    /// The same for an order whose last message is out and not noted yet.
    async fn finish_sent(&self, claim: &Claim, count: usize, outcome: Outcome) -> Result<(), Lost> {
        self.tell_end(claim, outcome);
        let finished = answer::note_and_finish(claim, count, outcome, &self.clock).await;
        failpoint::reach(Step::Finished);
        finished
    }

    fn tell_end(&self, claim: &Claim, outcome: Outcome) {
        let command = &claim.command;
        tracing::info!(
            id = command.id,
            instance = command.instance,
            command = command.name,
            outcome = outcome.as_str(),
            "an order ended"
        );
        self.metrics.order_ended(&command.instance, outcome.as_str());
    }
}

/// Whoever is told that an order goes on no more is told where it may have left groups.
fn tell_left_open(claim: &Claim, ended: Ended) -> Ended {
    let is_over =
        matches!(ended.reply, Reply::GaveUp { .. } | Reply::NoLonger { is_begun: true } | Reply::Api(_));
    let left_open = claim.command.plan.as_deref().filter(|_| is_over).map(left_open).unwrap_or_default();
    match left_open.is_empty() {
        true => ended,
        false => Ended { reply: Reply::With(Box::new(ended.reply), left_open), ..ended },
    }
}

#[cfg(test)]
mod tests;
