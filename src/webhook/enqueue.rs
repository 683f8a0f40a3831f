//! Stores messages from admins in the journal: commands, replies to prompts, edits, wishes, talk.
//!
//! A request takes a permit while it waits for the journal. Chatter needs no permit.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::command_limiter::{CommandRateLimiter, RateDecision};
use super::endpoint::Endpoint;
use super::ignore_reason::IgnoreReason;
use super::intent::MessageIntent;
use super::outcome::WebhookOutcome;
use super::rejection_notice::RejectionNotifier;
use super::replay::ReplayGuard;
use super::talk_pause::TalkKind;
use super::verify::CLOCK_TOLERANCE;
use crate::clock::Timestamp;
use crate::command::prompt;
use crate::commands::CATALOG;
use crate::commands::confirm;
use crate::config::{Admin, NonAdminPolicy};
use crate::domain::{Chat, ConversationKey, Message};
use crate::failpoint::{self, Step};
use crate::instance::InstanceRuntime;
use crate::parse::prefix::ParsedCommand;
use crate::storage::{ConnectionReport, MAX_EDITS, MessageVersion, Store, StoreUnavailable};
use crate::worker::{self, CommandKind, NewCommandRequest};

/// How long a command that did nothing can be corrected by editing its message.
const EDIT_WINDOW: Duration = Duration::from_secs(15 * 60);
/// Requests that wait for the journal at a time, each with about 1 KB: as many as there are connections by default,
/// four full transactions, and a quarter of the journal's queue.
const MAX_PENDING_WRITES: usize = 1_024;

/// Writes commands and connection status events to the journal.
pub struct Enqueuer {
    store: Store,
    pending: Semaphore,
    replay_guard: ReplayGuard,
    rejection_notifier: RejectionNotifier,
}

/// An authenticated message that may be for the bot.
pub(super) struct IncomingMessage<'a> {
    pub(super) intent: MessageIntent,
    pub(super) message: Message,
    /// The ignore reason if the message is not expected.
    pub(super) ignore_reason: IgnoreReason,
    /// The signed id of the delivery.
    pub(super) webhook_id: Option<&'a str>,
    pub(super) received_at: Timestamp,
    /// Its reply begins a pause.
    pub(super) talk: Option<TalkKind>,
}

/// Whether a message is to be stored.
enum Expectation {
    Yes,
    No,
    /// It arrived before.
    AlreadyHandled,
}

impl IncomingMessage<'_> {
    /// The kind under which it is stored.
    fn kind(&self, instance: &InstanceRuntime) -> CommandKind {
        match &self.intent {
            MessageIntent::Command(command) | MessageIntent::Edit(command) => {
                match CATALOG.lookup(&command.typed) {
                    Some(spec) => CommandKind::Command(spec),
                    // Treat a misspelled `/confirm` as `/confirm`.
                    None if resembles_confirm(instance, command) => CommandKind::Command(&confirm::SPEC),
                    None => CommandKind::Unknown,
                }
            }
            MessageIntent::PromptReply { .. } => CommandKind::Command(&confirm::SPEC),
            MessageIntent::Wish(kind) => *kind,
            MessageIntent::Talk => CommandKind::Talk,
        }
    }

    fn conversation_key(&self, admin: &Admin) -> ConversationKey {
        self.message.chat.conversation_key(&admin.key, self.message.by_owner)
    }

    /// Whether it is an unknown command in a group, which is most likely for another bot.
    fn is_for_other_bot(&self) -> bool {
        let is_unknown = matches!(&self.intent, MessageIntent::Command(command) if CATALOG.lookup(&command.typed).is_none());
        is_unknown && matches!(self.message.chat, Chat::Group(_))
    }
}

impl Enqueuer {
    /// Writes to this journal, and replies to non-admins with this notifier.
    pub fn new(store: Store, rejection_notifier: RejectionNotifier) -> Self {
        let pending = Semaphore::new(MAX_PENDING_WRITES);
        Self { store, pending, replay_guard: ReplayGuard::default(), rejection_notifier }
    }

    /// Stores a connection status if it is a change. If the journal cannot be written, Z-API may send it again.
    pub(super) async fn record_connection_status(
        &self,
        endpoint: &Endpoint,
        report: ConnectionReport,
        now: Timestamp,
    ) -> WebhookOutcome {
        let Ok(_permit) = self.pending.try_acquire() else { return WebhookOutcome::Overloaded };
        let instance = endpoint.name();
        match endpoint.connection_status.update(&self.store, instance, report, now).await {
            // Responds like other non-messages; the status itself is stored.
            Ok(()) => WebhookOutcome::Ignored(IgnoreReason::UnsupportedEvent),
            Err(error) => {
                tracing::error!(%error, %instance, "cannot store connection status, responding 503");
                WebhookOutcome::StoreUnavailable
            }
        }
    }

    /// Writes a message to the journal if its sender is an admin and it is expected.
    ///
    /// # Errors
    /// Why it is ignored.
    pub(super) async fn enqueue(
        &self,
        endpoint: &Endpoint,
        mut event: IncomingMessage<'_>,
    ) -> Result<WebhookOutcome, IgnoreReason> {
        let instance = &endpoint.instance;
        let (sender, now) = (event.message.sender, event.received_at);
        let Some(admin) = instance.find_admin(sender, event.message.by_owner) else {
            return Err(self.reject_non_admin(instance, &event));
        };
        if event.message.sent_at.is_some_and(|sent_at| sent_at > now.plus(CLOCK_TOLERANCE)) {
            return Err(IgnoreReason::SentInFuture);
        }
        let name = &instance.config.name;
        if event.webhook_id.is_some_and(|id| self.replay_guard.is_replay(name, sender, id, now)) {
            return Ok(WebhookOutcome::Duplicate);
        }
        let Ok(_permit) = self.pending.try_acquire() else { return Ok(WebhookOutcome::Overloaded) };
        let kind = event.kind(instance);
        // A concurrent edit may take our version number. Then the insert returns `Duplicate`, and we retry with the next
        // number, at most `MAX_EDITS` times.
        for _ in 0..=MAX_EDITS {
            match self.check_expected(endpoint, &admin, &mut event).await {
                Ok(Expectation::Yes) => {}
                Ok(Expectation::No) => return Err(event.ignore_reason),
                Ok(Expectation::AlreadyHandled) => return Ok(WebhookOutcome::Duplicate),
                Err(error) => {
                    tracing::error!(%error, instance = %name, "cannot read journal, responding 503");
                    return Ok(WebhookOutcome::StoreUnavailable);
                }
            }
            let outcome = self.insert_with_rate_limit(endpoint, &admin, kind, &event).await?;
            match outcome {
                WebhookOutcome::Duplicate if matches!(event.intent, MessageIntent::Edit(_)) => {
                    // The version number is taken.
                    continue;
                }
                WebhookOutcome::StoreUnavailable => return Ok(outcome),
                _ => {
                    if let Some(id) = event.webhook_id {
                        self.replay_guard.insert(name, sender, id, now);
                    }
                    return Ok(outcome);
                }
            }
        }
        Ok(WebhookOutcome::StoreUnavailable)
    }

    /// Ignores a message of a sender who is no admin; a command gets a reply if the configuration wants that.
    fn reject_non_admin(&self, instance: &Arc<InstanceRuntime>, event: &IncomingMessage<'_>) -> IgnoreReason {
        if event.is_for_other_bot() {
            return event.ignore_reason;
        }
        let message = &event.message;
        tracing::debug!(
            instance = %instance.config.name,
            phone = message.sender.phone.map(tracing::field::display),
            lid = message.sender.lid.map(tracing::field::display),
            "command ignored, its sender is no admin; add the sender under admins to allow it"
        );
        if instance.config.non_admins == NonAdminPolicy::Refuse {
            self.rejection_notifier.notify(instance, message, event.received_at);
        }
        IgnoreReason::NotAnAdmin
    }

    /// Inserts a command into the journal, within the rate limit.
    async fn insert_with_rate_limit(
        &self,
        endpoint: &Endpoint,
        admin: &Admin,
        kind: CommandKind,
        event: &IncomingMessage<'_>,
    ) -> Result<WebhookOutcome, IgnoreReason> {
        let (message, now) = (&event.message, event.received_at);
        let instance = &endpoint.instance;
        let (limiter, key): (&CommandRateLimiter, _) = match kind {
            CommandKind::Unknown => (&endpoint.unknown_command_limiter, message.chat.id()),
            _ => (&endpoint.command_limiter, admin.key.as_str()),
        };
        // Two people in a chat may use the same message id.
        let message_key = format!("{}\n{}\n{}", admin.key, message.id, message.version);
        let decision = limiter.check(key, &message_key, now);
        let kind = match decision {
            RateDecision::Allowed | RateDecision::AlreadyCounted => kind,
            // A reply might make another bot write again.
            _ if matches!(kind, CommandKind::Unknown) => return Err(IgnoreReason::RateLimited),
            RateDecision::FirstExceeded => CommandKind::RateLimited,
            RateDecision::Exceeded => return Err(IgnoreReason::RateLimited),
        };
        failpoint::reach(Step::Recognized);
        let inserted = worker::store_command(
            &self.store,
            instance,
            NewCommandRequest { admin, message, kind, received_at: now },
        )
        .await;
        Ok(match inserted {
            Ok(Some(id)) => {
                match event.talk {
                    None => endpoint.talk_pause.end(&event.conversation_key(admin)),
                    Some(_) if matches!(kind, CommandKind::RateLimited) => {}
                    Some(talk) => endpoint.talk_pause.begin(&event.conversation_key(admin), talk, now),
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
                let instance = endpoint.name();
                tracing::error!(%error, %instance, "cannot store command, responding 503");
                WebhookOutcome::StoreUnavailable
            }
        })
    }

    /// Checks whether an admin's message is expected. Known commands and wishes are. A prompt reply needs a recent
    /// prompt, an edit needs an editable command, talk waits for the end of the pause. Sets the version of an expected
    /// edit.
    async fn check_expected(
        &self,
        endpoint: &Endpoint,
        admin: &Admin,
        event: &mut IncomingMessage<'_>,
    ) -> Result<Expectation, StoreUnavailable> {
        let key = event.conversation_key(admin);
        let talk = match &event.intent {
            MessageIntent::Edit(_) => return self.check_edit(endpoint, admin, event).await,
            MessageIntent::Command(_) if !event.is_for_other_bot() => return Ok(Expectation::Yes),
            MessageIntent::Wish(_) => return Ok(Expectation::Yes),
            // An unknown command in a group is probably for another bot. It is stored only if a prompt may be open,
            // because it closes the prompt.
            MessageIntent::Command(_) | MessageIntent::PromptReply { .. } => {
                if prompt::has_recent_prompt(&self.store, endpoint.name(), &key, event.received_at).await? {
                    return Ok(Expectation::Yes);
                }
                match event.intent {
                    MessageIntent::PromptReply { talk: Some(talk) } => talk,
                    _ => return Ok(Expectation::No),
                }
            }
            MessageIntent::Talk => TalkKind::Other,
        };
        event.talk = Some(talk);
        let is_due = endpoint.talk_pause.is_over(&key, talk, event.received_at);
        Ok(if is_due { Expectation::Yes } else { Expectation::No })
    }

    /// Whether an edit replaces a command that was not understood; sets its version if so.
    async fn check_edit(
        &self,
        endpoint: &Endpoint,
        admin: &Admin,
        event: &mut IncomingMessage<'_>,
    ) -> Result<Expectation, StoreUnavailable> {
        let message = &mut event.message;
        // Only the sender's own versions: a message of somebody else under this id is another message.
        let sender = worker::sender_identity(admin, message.sender);
        let instance = endpoint.name();
        let versions = self.store.message_versions(instance, &message.id, &sender, MAX_EDITS + 1).await?;
        let (Some(first), Some(last)) = (versions.first(), versions.last()) else {
            return Ok(Expectation::No);
        };
        let is_same =
            |version: &MessageVersion| version.text == message.text && version.sent_at == message.sent_at;
        // A version may be delivered again after a later one.
        if versions.iter().any(is_same) {
            return Ok(Expectation::AlreadyHandled);
        }
        let is_editable = versions.iter().all(MessageVersion::is_editable) && last.version < MAX_EDITS;
        if !is_editable || event.received_at.since(first.accepted_at) > EDIT_WINDOW {
            return Ok(Expectation::No);
        }
        // A newer edit is already stored.
        let is_outdated = message.sent_at.zip(last.sent_at).is_some_and(|(sent, last)| sent < last);
        // The same text may be retried if the last version was rate limited.
        let is_unchanged = last.text == message.text && last.name != worker::RATE_LIMITED;
        if is_unchanged || is_outdated {
            return Ok(Expectation::AlreadyHandled);
        }
        message.version = last.version + 1;
        Ok(Expectation::Yes)
    }
}

/// Whether an unknown command is most likely a misspelled `/confirm`.
fn resembles_confirm(instance: &InstanceRuntime, command: &ParsedCommand) -> bool {
    let nearest =
        CATALOG.nearest_name(&command.typed, instance.config.locale).and_then(|name| CATALOG.lookup(name));
    nearest.is_some_and(|spec| spec.name == confirm::SPEC.name)
}
