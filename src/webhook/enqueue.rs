//! Stores messages from admins in the journal: commands, replies to prompts, edits, wishes, talk.
//!
//! A request takes a permit while it waits for the journal. Chatter needs no permit.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::admin_message::{AdminMessage, Expectation, MessageContext};
use super::command_limiter::{CommandRateLimiter, RateDecision};
use super::endpoint::{Endpoint, UNKNOWN_COMMANDS_PER_MINUTE};
use super::expectation::check_expected;
use super::ignore_reason::IgnoreReason;
use super::intent::{MessageIntent, has_only_unknown_commands};
use super::message_parts::{MessagePart, message_parts};
use super::outcome::WebhookOutcome;
use super::payload::{ChatRef, MessageRef};
use super::refused::RefusedCounter;
use super::rejection_notice::RejectionNotifier;
use super::replay::ReplayGuard;
use super::request_id::RequestId;
use super::store_command::{NewCommandRequest, store_command, store_delivery};
use super::talk_kind::read_talk_kind;
use super::verify::CLOCK_TOLERANCE;
use crate::clock::Timestamp;
use crate::command::kind::CommandKind;
use crate::command::talk_pause::TalkKind;
use crate::config::{Admin, NonAdminPolicy};
use crate::domain::{ConversationKey, DeliveryReport, Person};
use crate::failpoint::{self, Step};
use crate::instance::InstanceRuntime;
use crate::storage::{ConnectionReport, MAX_EDITS, Store, StoreUnavailable};
use crate::telemetry::LoggedCondition;

/// Requests that wait for the journal at a time, each with about 1 KB: as many as there are connections by default,
/// four full transactions, and a quarter of the journal's queue.
const MAX_PENDING_WRITES: usize = 1_024;

/// Writes commands, connection status events and delivery reports to the journal.
pub struct Enqueuer {
    store: Store,
    pending: Semaphore,
    replay_guard: ReplayGuard,
    rejection_notifier: RejectionNotifier,
    /// The last write or read of the journal failed.
    outage: LoggedCondition,
    refused: Arc<RefusedCounter>,
}

/// An authenticated message that may be for the bot.
pub(super) struct IncomingMessage<'a> {
    pub(super) intent: MessageIntent,
    pub(super) message: MessageRef<'a>,
    /// The signed id of the delivery.
    pub(super) webhook_id: Option<&'a str>,
    pub(super) received_at: Timestamp,
    pub(super) request_id: RequestId,
}

/// A message of an admin that may be stored.
pub(super) struct AdmittedMessage<'a> {
    admin: Arc<Admin>,
    event: AdminMessage<'a>,
    _permit: SemaphorePermit<'a>,
}

impl Enqueuer {
    /// Writes to this journal, replies to non-admins with this notifier, and counts what it refuses.
    pub fn new(store: Store, rejection_notifier: RejectionNotifier, refused: Arc<RefusedCounter>) -> Self {
        let pending = Semaphore::new(MAX_PENDING_WRITES);
        Self {
            store,
            pending,
            replay_guard: ReplayGuard::default(),
            rejection_notifier,
            outage: LoggedCondition::default(),
            refused,
        }
    }

    /// Stores a connection status if it is a change. If the journal cannot be written, Z-API may send it again.
    pub(super) async fn record_connection_status(
        &self,
        endpoint: &Endpoint,
        report: ConnectionReport,
        now: Timestamp,
    ) -> WebhookOutcome {
        let update = endpoint.connection_status.update(&self.store, endpoint.name(), report, now);
        self.record_event(endpoint, update).await
    }

    /// Stores a report on the delivery of an announcement.
    pub(super) async fn record_delivery(
        &self,
        endpoint: &Endpoint,
        report: DeliveryReport,
        now: Timestamp,
    ) -> WebhookOutcome {
        self.record_event(endpoint, store_delivery(&self.store, endpoint.name(), &report, now)).await
    }

    /// Stores an event that is no message. The response is that of events that are ignored.
    async fn record_event(
        &self,
        endpoint: &Endpoint,
        write: impl Future<Output = Result<(), StoreUnavailable>>,
    ) -> WebhookOutcome {
        let Ok(_permit) = self.pending.try_acquire() else { return WebhookOutcome::Overloaded };
        match write.await {
            Ok(()) => WebhookOutcome::Ignored(IgnoreReason::UnsupportedEvent),
            Err(error) => self.store_unavailable(endpoint, &error),
        }
    }

    /// The outcome of an event that cannot be stored; the first of an outage is logged.
    fn store_unavailable(&self, endpoint: &Endpoint, error: &StoreUnavailable) -> WebhookOutcome {
        if self.outage.begin() {
            tracing::error!(%error, instance = %endpoint.name(), "commands cannot be stored, responding 503");
        }
        WebhookOutcome::StoreUnavailable
    }

    /// The outcome of an ignored event; a refused command is counted.
    fn ignore(
        &self,
        endpoint: &Endpoint,
        sender: Person,
        reason: IgnoreReason,
        now: Timestamp,
    ) -> WebhookOutcome {
        self.refused.record(endpoint.name(), sender, reason, now);
        WebhookOutcome::Ignored(reason)
    }

    /// Checks what needs no journal: the sender is an admin, the message is new, and talk in a direct chat comes after
    /// the pause. Only then its texts are copied.
    ///
    /// # Errors
    /// The response to a message that is not stored.
    pub(super) fn admit<'a>(
        &'a self,
        endpoint: &Endpoint,
        instance: &Arc<InstanceRuntime>,
        event: IncomingMessage<'a>,
    ) -> Result<AdmittedMessage<'a>, WebhookOutcome> {
        let IncomingMessage { intent, message, webhook_id, received_at: now, request_id } = &event;
        let (sender, now) = (message.sender, *now);
        let ignore = |reason| self.ignore(endpoint, sender, reason, now);
        let Some(admin) = instance.find_admin(sender, message.by_owner) else {
            return Err(ignore(self.reject_non_admin(instance, &event)));
        };
        if message.sent_at.is_some_and(|sent_at| sent_at > now.plus(CLOCK_TOLERANCE)) {
            if endpoint.clock_skew.begin() {
                tracing::warn!(request = %request_id, instance = %endpoint.name(), "a message is from the future and ignored: check the clock of this machine");
            }
            return Err(ignore(IgnoreReason::SentInFuture));
        }
        if endpoint.clock_skew.end() {
            tracing::info!(request = %request_id, instance = %endpoint.name(), "messages are not from the future any more");
        }
        if webhook_id.is_some_and(|id| self.replay_guard.is_replay(endpoint.name(), sender, id, now)) {
            return Err(WebhookOutcome::Duplicate);
        }
        let ignore_reason = intent.reason_if_unexpected(message);
        let is_due = || {
            // Talk is in direct chats only.
            let key = ConversationKey::direct(&admin.key);
            let is_over = |kind| endpoint.instance.talk_pause.is_over(&key, kind, now);
            is_over(TalkKind::Other)
                || match read_talk_kind(&message.text, instance, &admin) {
                    Some(TalkKind::Other) => false,
                    kind => kind.is_none_or(is_over),
                }
        };
        if matches!(intent, MessageIntent::Talk) && !is_due() {
            return Err(WebhookOutcome::Ignored(ignore_reason));
        }
        let Ok(permit) = self.pending.try_acquire() else { return Err(WebhookOutcome::Overloaded) };
        let event = AdminMessage {
            ignore_reason,
            is_edit: message.is_edit,
            message: message.to_message(),
            webhook_id: *webhook_id,
            received_at: now,
            talk: None,
            intent: event.intent,
        };
        Ok(AdmittedMessage { admin, event, _permit: permit })
    }

    /// Writes a message to the journal if it is expected.
    pub(super) async fn enqueue(&self, endpoint: &Endpoint, message: AdmittedMessage<'_>) -> WebhookOutcome {
        let (sender, now) = (message.event.message.sender, message.event.received_at);
        let enqueued = self.enqueue_or_ignore(endpoint, message).await;
        enqueued.unwrap_or_else(|reason| self.ignore(endpoint, sender, reason, now))
    }

    /// # Errors
    /// Why the message is ignored.
    async fn enqueue_or_ignore(
        &self,
        endpoint: &Endpoint,
        message: AdmittedMessage<'_>,
    ) -> Result<WebhookOutcome, IgnoreReason> {
        let AdmittedMessage { admin, mut event, _permit } = message;
        let context = MessageContext { store: &self.store, endpoint, admin: &admin };
        // A concurrent edit may take our version number. Then the insert returns `Duplicate`, and we retry with the next
        // number, at most `MAX_EDITS` times.
        let intent = event.intent.clone();
        let is_version = event.is_edit && !matches!(intent, MessageIntent::Deletion { .. });
        for _ in 0..=MAX_EDITS {
            event.intent = intent.clone();
            match check_expected(context, &mut event).await {
                Ok(Expectation::Yes) => {}
                Ok(Expectation::No | Expectation::AfterPause(_)) => return Err(event.ignore_reason),
                Ok(Expectation::AlreadyHandled) => return Ok(WebhookOutcome::Duplicate),
                Err(error) => return Ok(self.store_unavailable(endpoint, &error)),
            }
            let outcome = self.insert_with_rate_limit(endpoint, &admin, &event).await?;
            match outcome {
                // The version number is taken.
                WebhookOutcome::Duplicate if is_version => {}
                WebhookOutcome::StoreUnavailable => return Ok(outcome),
                _ => {
                    if let Some(id) = event.webhook_id {
                        self.replay_guard.insert(
                            endpoint.name(),
                            event.message.sender,
                            id,
                            event.received_at,
                        );
                    }
                    return Ok(outcome);
                }
            }
        }
        Ok(WebhookOutcome::StoreUnavailable)
    }

    /// Ignores a message of a sender who is no admin; a command gets a reply if the configuration wants that.
    fn reject_non_admin(&self, instance: &Arc<InstanceRuntime>, event: &IncomingMessage<'_>) -> IgnoreReason {
        let IncomingMessage { intent, message, .. } = event;
        let is_in_group = matches!(message.chat, ChatRef::Group(_));
        let is_command = matches!(intent, MessageIntent::Command);
        if is_in_group && is_command && has_only_unknown_commands(&message.text, &instance.parser) {
            return intent.reason_if_unexpected(message);
        }
        tracing::debug!(
            request = %event.request_id,
            instance = %instance.config.name,
            phone = message.sender.phone.map(tracing::field::display),
            lid = message.sender.lid.map(tracing::field::display),
            "command ignored, its sender is no admin; add the sender under admins to allow it"
        );
        if instance.config.non_admins == NonAdminPolicy::Refuse {
            self.rejection_notifier.notify(instance, &message.to_message(), event.received_at);
        }
        IgnoreReason::NotAnAdmin
    }

    /// Inserts the commands of a message into the journal, within the rate limit.
    async fn insert_with_rate_limit(
        &self,
        endpoint: &Endpoint,
        admin: &Admin,
        event: &AdminMessage<'_>,
    ) -> Result<WebhookOutcome, IgnoreReason> {
        let (message, now) = (&event.message, event.received_at);
        let instance = &*endpoint.instance.runtime();
        let mut parts = message_parts(event, instance);
        let is_unknown = parts.iter().all(|part| matches!(part.kind, CommandKind::Unknown));
        let (limiter, key, limit): (&CommandRateLimiter, _, _) = match is_unknown {
            true => (&endpoint.unknown_command_limiter, message.chat.id(), UNKNOWN_COMMANDS_PER_MINUTE),
            false => {
                (&endpoint.command_limiter, admin.key.as_str(), instance.config.limits.commands_per_minute)
            }
        };
        // Two people in a chat may use the same message id.
        let message_key = format!("{}\n{}\n{}", admin.key, message.id, message.version);
        // What runs nothing costs no allowance, and its replies are few.
        let is_free = |part: &MessagePart| matches!(part.kind, CommandKind::TooOld | CommandKind::Deletion);
        let count = parts.iter().filter(|part| !is_free(part)).count();
        let decision = limiter.check(key, (&message_key, count), limit, now);
        match decision {
            _ if count == 0 => {}
            RateDecision::Allowed | RateDecision::AlreadyCounted => {}
            // A reply might make another bot write again.
            _ if is_unknown => return Err(IgnoreReason::RateLimited),
            RateDecision::FirstExceeded => {
                parts = vec![MessagePart::parse(instance, Some(CommandKind::RateLimited), &message.text)];
            }
            RateDecision::Exceeded => return Err(IgnoreReason::RateLimited),
        }
        let is_limited = parts.iter().all(|part| matches!(part.kind, CommandKind::RateLimited));
        failpoint::reach(Step::Recognized);
        let request = NewCommandRequest { admin, message, parts: &parts, received_at: now };
        let inserted = store_command(&self.store, instance, request).await;
        Ok(match inserted {
            Ok(Some(id)) => {
                if self.outage.end() {
                    tracing::info!("commands can be stored again");
                }
                let (pause, key) = (&endpoint.instance.talk_pause, event.conversation_key(admin));
                match event.talk {
                    None => pause.end(&key),
                    Some(_) if is_limited => {}
                    Some(talk) => pause.begin(&key, talk, now),
                }
                WebhookOutcome::Accepted(id)
            }
            Ok(None) => {
                // Refund the duplicate. Exception: an edit counted here keeps its count, because its version is stored,
                // whichever delivery stored it.
                if message.version == 0 || decision != RateDecision::Allowed {
                    limiter.refund(key, &message_key, decision);
                }
                WebhookOutcome::Duplicate
            }
            Err(error) => {
                limiter.refund(key, &message_key, decision);
                self.store_unavailable(endpoint, &error)
            }
        })
    }
}
