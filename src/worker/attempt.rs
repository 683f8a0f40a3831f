//! One attempt: runs a claimed command, stores its reply, and delivers it.

use std::time::Duration;

use super::Worker;
use super::command_outcome::CommandOutcome;
use super::deliver::{self, DeliveryError};
use super::edits::{find_previous_reply, is_editable};
use super::execute::execute;
use super::language::reply_language;
use super::open_prompt::update_prompts;
use super::progress::{Indicators, ProgressReporter};
use super::request::RunContext;
use super::retry_policy::{MAX_CRASHES, MAX_RECOVERY_CRASHES, deadline, timing_of_reply};
use super::too_old::wait_for_burst;
use crate::clock::Timestamp;
use crate::command::context::CommandError;
use crate::command::parsed_text::ParsedText;
use crate::command::progress::Progress;
use crate::command::prompt;
use crate::engine::links::change::lines_for_unlinked_groups;
use crate::failpoint::{self, InjectedBug, Step};
use crate::instance::InstanceRuntime;
use crate::reply::{Localizer, Reply, ReplyLine, quote};
use crate::storage::{Claim, LeaseError, Outcome, StateChange, StateKind};
use crate::zapi::{ApiError, SendPermit, Zapi};

/// One attempt of a command.
pub(super) struct Attempt<'a> {
    pub(super) worker: &'a Worker,
    pub(super) instance: &'a InstanceRuntime,
    pub(super) parsed: &'a ParsedText,
    pub(super) zapi: &'a Zapi,
    pub(super) localizer: &'a Localizer,
    /// From this time on, an attempt is the last one.
    pub(super) attempt_deadline: Timestamp,
}

/// The start of an attempt, and the deadline of the delivery of its reply.
#[derive(Clone, Copy)]
struct DeliveryTimes {
    started_at: Timestamp,
    deadline: Timestamp,
}

/// Why an attempt ended without a reply.
enum AttemptError {
    /// The lease is lost, or the store is unavailable: the lease expires by itself.
    Store(LeaseError),
    /// A temporary Z-API error: the attempt is retried.
    Api(ApiError),
}

impl Attempt<'_> {
    /// Runs one attempt of the command of a claim.
    pub(super) async fn run(
        worker: &Worker,
        instance: &InstanceRuntime,
        zapi: &Zapi,
        mut claim: Claim,
    ) -> Result<(), LeaseError> {
        failpoint::reach(Step::Claimed);
        if failpoint::is_injected(InjectedBug::BlindRetry) {
            (claim.command.plan, claim.command.reply, claim.command.sent_messages) = (None, None, 0);
            claim.command.reply_message_id = None;
        }
        let now = worker.clock.now();
        let give_up_after = instance.config.give_up_after;
        let parsed = ParsedText::from_stored(claim.command.parsed.as_deref(), instance.config.locale);
        let localizer = reply_language(instance, &worker.store, &claim.command, &parsed).await?;
        let attempt = Attempt {
            worker,
            instance,
            parsed: &parsed,
            zapi,
            localizer: &localizer,
            attempt_deadline: deadline(&claim.command, give_up_after, worker.started_at),
        };
        let mut indicators = Indicators::resume(&claim.command);
        let mut permit = None;
        if claim.command.reply.is_none() {
            let is_cancelled = claim.command.is_cancelled();
            // Claimed before its retry is due, only to send the retry notice.
            if let Some(retry_at) = claim.command.retry_at.filter(|at| *at > now && !is_cancelled) {
                return attempt.send_due_retry_notice(claim, retry_at, indicators.is_retry_notified()).await;
            }
            let is_last = now >= attempt.attempt_deadline || is_cancelled;
            wait_for_burst(worker, &claim.command).await?;
            let outcome = match attempt.execute(&mut claim, &indicators, is_last).await {
                Ok(outcome) => outcome,
                Err(AttemptError::Store(error)) => return Err(error),
                Err(AttemptError::Api(error)) => {
                    return attempt.schedule_retry(claim, &error, indicators.is_retry_notified()).await;
                }
            };
            failpoint::reach(Step::ReplyBuilt);
            let outcome = append_groups_without_community(&claim, outcome);
            let outcome = close_photo_request(&claim, outcome);
            let outcome = update_prompts(&worker.store, &claim.command, outcome).await?;
            let awaits_words = outcome.state_changes.iter().any(prompt::awaits_words);
            permit = deliver::store_reply(zapi, &mut claim, &localizer, outcome, &worker.clock).await?;
            failpoint::reach(Step::ReplyStored);
            if let Some(instance) = worker.instances.get(&claim.command.instance).filter(|_| awaits_words) {
                instance.talk_pause.end(&claim.command.conversation_key());
            }
        }
        // Delivery gets another `give_up_after`: its deadline is twice as far from the first attempt.
        let delivery_deadline = deadline(&claim.command, give_up_after * 2, worker.started_at);
        let times = DeliveryTimes { started_at: now, deadline: delivery_deadline };
        attempt.deliver(claim, permit, indicators, times).await
    }

    /// Sends the stored reply and ends the command.
    async fn deliver(
        &self,
        mut claim: Claim,
        permit: Option<SendPermit>,
        mut indicators: Indicators,
        times: DeliveryTimes,
    ) -> Result<(), LeaseError> {
        let clock = &self.worker.clock;
        let has_reaction = indicators.has_reaction();
        self.choose_message_to_edit(&mut claim, indicators).await?;
        let is_last_delivery = times.started_at >= times.deadline;
        if is_last_delivery && claim.command.sent_messages == 0 {
            // Earlier deliveries retried the edit because its result was unknown. The last delivery sends a new message.
            claim.command.reply_message_id = None;
        }
        let sent = deliver::send_reply(self.zapi, &mut claim, permit, clock).await;
        let outcome = claim.command.outcome.unwrap_or(Outcome::Replied);
        if let Ok(Some(count)) = sent {
            if !has_reaction {
                self.log_completion(&claim, outcome);
                let recorded = deliver::record_sent(&mut claim, count, Some(outcome), clock).await;
                failpoint::reach(Step::Finished);
                return recorded;
            }
            // Removing the reaction may take long. Record the message first, or a crash would send it again.
            deliver::record_sent(&mut claim, count, None, clock).await?;
        }
        let is_final = match &sent {
            Ok(_) => true,
            Err(DeliveryError::Api(error)) => !error.cause.is_temporary() || is_last_delivery,
            Err(DeliveryError::Store(_)) => false,
        };
        if has_reaction && is_final {
            deliver::set_progress_reaction(self.zapi, &claim, false).await;
        }
        match sent {
            Ok(_) => self.finish(claim, outcome, None).await,
            Err(DeliveryError::Store(error)) => Err(error),
            Err(DeliveryError::Api(error)) if error.cause.is_temporary() && !is_last_delivery => {
                let timing = timing_of_reply(self.worker.timing, error.cause);
                let at = self.next_attempt_at(&claim, timing, &error, times.deadline);
                claim.retry(at, at, error.to_string(), clock.now()).await
            }
            Err(DeliveryError::Api(error)) => {
                let cause = error.cause;
                tracing::warn!(%cause, "reply not delivered");
                self.finish(claim, Outcome::ReplyFailed, Some(error.to_string())).await
            }
        }
    }

    /// Chooses the message that the reply replaces: the progress message, or the reply to an earlier version of an edited
    /// command. After a retry notice, newer messages may follow it, and the reply is a new message.
    async fn choose_message_to_edit(
        &self,
        claim: &mut Claim,
        mut indicators: Indicators,
    ) -> Result<(), LeaseError> {
        let command = &mut claim.command;
        if command.sent_messages > 0 {
            return Ok(());
        }
        let now = self.worker.clock.now();
        // The progress message was sent after the first attempt started, so it is editable if that time is.
        if indicators.is_retry_notified() || !is_editable(command.first_attempt_at, now) {
            command.reply_message_id = None;
            return Ok(());
        }
        if let Some(message) = indicators.into_message() {
            command.reply_message_id = Some(message);
        }
        if command.reply_message_id.is_none() && deliver::stored_messages(command).len() == 1 {
            command.reply_message_id = find_previous_reply(&self.worker.store, command, now).await?;
        }
        Ok(())
    }

    /// Runs the command, or ends it if it crashed the worker too often.
    async fn execute(
        &self,
        claim: &mut Claim,
        indicators: &Indicators,
        is_last: bool,
    ) -> Result<CommandOutcome, AttemptError> {
        // 1 for the first attempt after MAX_CRASHES crashes.
        let recovery_attempt = claim.command.claims - MAX_CRASHES;
        if recovery_attempt > 0 && (claim.command.plan.is_none() || recovery_attempt > MAX_RECOVERY_CRASHES) {
            return Ok(CommandOutcome::new(Reply::failed(None), Outcome::Failed));
        }
        // After MAX_CRASHES every attempt is treated as the last one: it reports what it finds instead of scheduling a
        // retry.
        let is_last = is_last || recovery_attempt > 0;
        let failed = |reason| CommandOutcome::new(Reply::failed(reason), Outcome::Failed);
        match self.execute_with_indicators(claim, indicators, is_last).await {
            Ok(outcome) => Ok(outcome),
            Err(CommandError::Store(error)) => Err(AttemptError::Store(error)),
            Err(CommandError::Api(error)) if error.cause.is_temporary() && !is_last => {
                Err(AttemptError::Api(error))
            }
            Err(CommandError::Api(error)) => {
                let message = error.user_message(self.localizer.locale, quote);
                Ok(match error.cause.is_temporary() {
                    true => failed(Some(message)),
                    false => {
                        let line = ReplyLine::from_text(message).with_icon("❌");
                        CommandOutcome::new(Reply::Lines(vec![line]), Outcome::Replied)
                    }
                })
            }
            Err(
                error @ (CommandError::Reply(_)
                | CommandError::MissingCommunity
                | CommandError::NoHandler
                | CommandError::UnreadablePlan),
            ) => {
                tracing::error!(%error, "command failed");
                Ok(failed(None))
            }
        }
    }

    /// Runs the command, and meanwhile shows the progress reaction, the progress message and the retry notice.
    async fn execute_with_indicators(
        &self,
        claim: &mut Claim,
        indicators: &Indicators,
        is_last: bool,
    ) -> Result<CommandOutcome, CommandError> {
        let Worker { store, clock, timing, .. } = self.worker;
        let progress = Progress::default();
        let (time, extension) = self.time_limits(is_last);
        let zapi = self.zapi.with_deadline(time, extension);
        let run = RunContext {
            instance: self.instance,
            parsed: self.parsed,
            zapi: &zapi,
            localizer: self.localizer,
            store,
            clock,
            timing: *timing,
            progress: &progress,
            is_last_attempt: is_last,
        };
        let observed = claim.clone();
        // A short attempt ends before the delay.
        let notice_delay =
            self.retry_notice_at(&observed).since(clock.now()).max(timing.progress_reaction_after);
        let notice = || self.retry_notice(None);
        let may_notify = !observed.command.is_retry_notified && !is_last;
        let reporter = ProgressReporter {
            zapi: self.zapi,
            localizer: self.localizer,
            claim: &observed,
            store,
            clock,
            timing: *timing,
            updates: progress.subscribe(),
            indicators,
            retry_notice: may_notify.then_some((notice_delay, &notice)),
        };
        reporter.report_while(execute(claim, &run)).await
    }

    /// Returns the time limit of the attempt, and the minimum time left after a confirmed change. All attempts except
    /// the last end by `attempt_deadline`; the last one gets half of the usual time.
    fn time_limits(&self, is_last: bool) -> (Duration, Duration) {
        let Worker { clock, timing, .. } = self.worker;
        let half = timing.attempt / 2;
        let time = match is_last {
            true => half,
            false => timing.attempt.min(self.attempt_deadline.since(clock.now())),
        };
        (time, half)
    }

    /// Ends the command.
    async fn finish(&self, claim: Claim, outcome: Outcome, error: Option<String>) -> Result<(), LeaseError> {
        self.log_completion(&claim, outcome);
        failpoint::reach(Step::Finishing);
        let result = claim.finish(outcome, error, self.worker.clock.now()).await;
        failpoint::reach(Step::Finished);
        result
    }

    fn log_completion(&self, claim: &Claim, outcome: Outcome) {
        let command = &claim.command;
        tracing::info!(outcome = outcome.as_str(), "command completed");
        if outcome.is_dead_letter() {
            tracing::error!(
                "dead letter: `vincula journal show` tells why, `vincula journal retry` runs it again"
            );
        }
        let duration = self.worker.clock.now().since(command.accepted_at);
        self.instance.metrics.command_completed(&command.name, outcome.as_str(), duration);
    }
}

/// Adds the groups that a command may have left without a community, where it ends without a report on them.
fn append_groups_without_community(claim: &Claim, outcome: CommandOutcome) -> CommandOutcome {
    let has_report = matches!(outcome.reply, Reply::GroupReport { .. });
    let plan = claim.command.plan.as_deref().filter(|_| !has_report);
    let lines = plan.map(lines_for_unlinked_groups).unwrap_or_default();
    CommandOutcome { reply: outcome.reply.with_lines(lines), ..outcome }
}

/// Closes the `/photo` that waits for a picture, at any other command of its conversation.
fn close_photo_request(claim: &Claim, mut outcome: CommandOutcome) -> CommandOutcome {
    let is_command = !outcome.keeps_prompt && outcome.outcome != Outcome::Expired;
    if is_command && outcome.state_changes.iter().all(|change| change.kind != StateKind::PhotoRequest) {
        let (kind, key) = (StateKind::PhotoRequest, claim.command.conversation_key().to_string());
        outcome.state_changes.push(StateChange { kind, key, value: None });
    }
    outcome
}
