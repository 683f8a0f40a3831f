//! Stores messages from admins in the journal: commands, replies to prompts, edits, wishes, talk.
//!
//! A request takes a permit while it waits for the journal. Chatter needs no permit.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::command_limiter::{CommandRateLimiter, RateDecision};
use super::endpoint::{Endpoint, UNKNOWN_COMMANDS_PER_MINUTE};
use super::ignore_reason::IgnoreReason;
use super::intent::MessageIntent;
use super::message_version::{EditDecision, decide_edit};
use super::outcome::WebhookOutcome;
use super::payload::{ChatRef, MessageRef};
use super::refused::RefusedCounter;
use super::rejection_notice::RejectionNotifier;
use super::replay::ReplayGuard;
use super::request_id::RequestId;
use super::store_command::{MessagePart, NewCommandRequest, store_command, store_delivery};
use super::talk_kind::{may_correct, read_talk_kind};
use super::verify::CLOCK_TOLERANCE;
use crate::clock::Timestamp;
use crate::command::kind::{CommandKind, MAX_COMMANDS};
use crate::command::parsed_text::{ParsedRequest, ParsedText};
use crate::command::prompt::{self, Prompt};
use crate::command::talk_pause::TalkKind;
use crate::command::wish::Wish;
use crate::commands::CATALOG;
use crate::commands::photo::Caption;
use crate::commands::{confirm, photo};
use crate::config::{Admin, NonAdminPolicy};
use crate::domain::{Chat, ConversationKey, DeliveryReport, Locale, Message, Person};
use crate::failpoint::{self, Step};
use crate::instance::InstanceRuntime;
use crate::parse::arguments::parse;
use crate::parse::command_lines::has_no_above;
use crate::parse::hesitation::is_doubtful_number;
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::word_lists::{in_word_list, is_stop_word};
use crate::storage::{
    ConnectionReport, DELETION_VERSION, DELIVERY_VERSION, MAX_EDITS, MessageVersion, SenderIdentity,
    StateEntry, StateKind, Store, StoreUnavailable,
};
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

/// A message of an admin.
struct AdminMessage<'a> {
    intent: MessageIntent,
    message: Message,
    /// It is a new version of a message that was sent before.
    is_edit: bool,
    /// The ignore reason if the message is not expected.
    ignore_reason: IgnoreReason,
    webhook_id: Option<&'a str>,
    received_at: Timestamp,
    /// Its reply begins a pause.
    talk: Option<TalkKind>,
}

/// A message of an admin that may be stored.
pub(super) struct AdmittedMessage<'a> {
    admin: Arc<Admin>,
    event: AdminMessage<'a>,
    _permit: SemaphorePermit<'a>,
}

/// Whether a message is to be stored.
enum Expectation {
    Yes,
    No,
    /// It arrived before.
    AlreadyHandled,
}

impl AdminMessage<'_> {
    /// Its commands, as they are stored.
    fn parts(&self, instance: &InstanceRuntime) -> Vec<MessagePart> {
        let text = self.message.text.as_str();
        let is_too_old = self
            .message
            .sent_at
            .is_some_and(|sent_at| self.received_at.since(sent_at) > instance.config.max_event_age);
        let kind = match &self.intent {
            MessageIntent::Command => {
                let texts = self.split(instance);
                if is_too_old || texts.len() <= MAX_COMMANDS {
                    let kind = is_too_old.then_some(CommandKind::TooOld);
                    let part = |text| match instance.parser.parse(text) {
                        None if !is_too_old => reply_part(text),
                        _ => parse_part(instance, kind, text),
                    };
                    return texts.into_iter().map(part).collect();
                }
                CommandKind::TooMany
            }
            MessageIntent::Deletion { is_edit: true } => CommandKind::Deletion,
            // Only an edit has a text.
            MessageIntent::Deletion { is_edit: false } => {
                return vec![parse_part(instance, Some(CommandKind::Deletion), "")];
            }
            MessageIntent::Talk => CommandKind::Talk,
            _ if is_too_old => CommandKind::TooOld,
            MessageIntent::Edit => return vec![parse_part(instance, None, text)],
            MessageIntent::EditOfSeveral => CommandKind::EditOfSeveral,
            MessageIntent::PromptReply { .. } => {
                return vec![reply_part(text)];
            }
            MessageIntent::Photo => CommandKind::Command(&photo::SPEC),
            MessageIntent::Wish(kind) => *kind,
        };
        vec![parse_part(instance, Some(kind), text)]
    }

    /// Whether it stands in a direct chat with the bot.
    fn is_direct(&self) -> bool {
        matches!(self.message.chat, Chat::Direct(_)) && !self.message.by_owner
    }

    fn conversation_key(&self, admin: &Admin) -> ConversationKey {
        self.message.chat.conversation_key(&admin.key, self.message.by_owner)
    }

    /// The texts of its commands; one more than the most if there are more.
    fn split(&self, instance: &InstanceRuntime) -> Vec<&str> {
        CATALOG.split_commands(&self.message.text, &instance.parser, MAX_COMMANDS + 1)
    }

    /// Reads a wish while a prompt is open.
    fn read_wish_beside(&mut self, prompt: &Prompt) {
        if prompt.missing.is_some() {
            // As the missing part of a command it may change something.
            self.intent = MessageIntent::Wish(CommandKind::Wish { is_mutating: true });
        } else if may_answer(&self.message.text, prompt) {
            self.intent = MessageIntent::PromptReply { talk: None };
        }
    }

    /// Whether it may be a reply to a prompt. A menu waits for nothing: a remark is only talk, but `ok` and `1?` get a
    /// reply while it is open.
    fn may_reply_to(&self, prompt: &Prompt, is_open: bool) -> bool {
        let text = &self.message.text;
        let is_remark = matches!(self.intent, MessageIntent::PromptReply { talk: Some(TalkKind::Other) });
        let agrees = || {
            let reply = parse_reply(text, true, PromptFacts::default());
            reply == Some(ParsedReply::Acknowledgement { is_agreement: true })
        };
        !prompt.is_menu() || !is_remark || is_open && (is_doubtful_number(text) || agrees())
    }

    /// Whether it is for this bot, and has a no above its commands.
    fn has_no_above_command(&self, instance: &InstanceRuntime) -> bool {
        has_no_above(&self.message.text, &instance.parser) && !self.is_for_other_bot(instance)
    }

    /// Whether it is for another bot.
    fn is_for_other_bot(&self, instance: &InstanceRuntime) -> bool {
        let is_in_group = matches!(self.message.chat, Chat::Group(_));
        is_in_group && has_only_unknown_commands(instance, &self.intent, &self.message.text)
    }
}

/// Whether a wish without names may be an answer to a prompt: `continua`, or the verb of its command.
fn may_answer(text: &str, prompt: &Prompt) -> bool {
    let is_small = |word: &str| is_stop_word(word) || in_word_list(word, "wish-pronouns");
    let wish = CATALOG.parse_wish(text).filter(|wish| wish.rest.split_whitespace().all(is_small));
    let is_more = |wish: &Wish| wish.spec.name == "more" && !prompt.is_in_passing;
    let is_verb = |wish: &Wish| is_more(wish) || wish.spec.name == prompt.command;
    // `grupos` alone asks for all groups, whatever groups a menu is about.
    let is_whole = |wish: &Wish| wish.spec.is_read_only() && parse(wish.spec.args, false, "").is_ok();
    wish.as_ref().is_some_and(is_verb)
        || prompt.is_menu() && prompt.named_option(text).is_some() && !wish.as_ref().is_some_and(is_whole)
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
        // Talk is in direct chats only.
        let is_over =
            |kind| endpoint.instance.talk_pause.is_over(&ConversationKey::direct(&admin.key), kind, now);
        let is_due = || {
            is_over(TalkKind::Other) || read_talk_kind(&message.text, instance, &admin).is_none_or(&is_over)
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
        let name = endpoint.name();
        let (sender, now) = (event.message.sender, event.received_at);
        // A concurrent edit may take our version number. Then the insert returns `Duplicate`, and we retry with the next
        // number, at most `MAX_EDITS` times.
        let intent = event.intent.clone();
        let is_version = event.is_edit && !matches!(intent, MessageIntent::Deletion { .. });
        for _ in 0..=MAX_EDITS {
            event.intent = intent.clone();
            match self.check_expected(endpoint, &admin, &mut event).await {
                Ok(Expectation::Yes) => {}
                Ok(Expectation::No) => return Err(event.ignore_reason),
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
        let IncomingMessage { intent, message, .. } = event;
        let is_in_group = matches!(message.chat, ChatRef::Group(_));
        if is_in_group && has_only_unknown_commands(instance, intent, &message.text) {
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
        let mut parts = event.parts(instance);
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
                parts = vec![parse_part(instance, Some(CommandKind::RateLimited), &message.text)];
            }
            RateDecision::Exceeded => return Err(IgnoreReason::RateLimited),
        }
        failpoint::reach(Step::Recognized);
        let request = NewCommandRequest { admin, message, parts: &parts, received_at: now };
        let inserted = store_command(&self.store, instance, request).await;
        Ok(match inserted {
            Ok(Some(id)) => {
                if self.outage.end() {
                    tracing::info!("commands can be stored again");
                }
                match event.talk {
                    None => endpoint.instance.talk_pause.end(&event.conversation_key(admin)),
                    Some(_)
                        if matches!(
                            parts.as_slice(),
                            [MessagePart { kind: CommandKind::RateLimited, .. }]
                        ) => {}
                    Some(talk) => {
                        endpoint.instance.talk_pause.begin(&event.conversation_key(admin), talk, now)
                    }
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

    /// Checks whether an admin's message is expected. Known commands and wishes are. A prompt reply needs a recent
    /// prompt, an edit needs an editable command, talk waits for the end of the pause. Sets the version of an expected
    /// edit.
    async fn check_expected(
        &self,
        endpoint: &Endpoint,
        admin: &Admin,
        event: &mut AdminMessage<'_>,
    ) -> Result<Expectation, StoreUnavailable> {
        let key = event.conversation_key(admin);
        let now = event.received_at;
        let recent_prompt = |within| prompt::recent_prompt(&self.store, endpoint.name(), &key, (within, now));
        if matches!(event.intent, MessageIntent::Edit | MessageIntent::Wish(_)) && event.is_edit {
            match self.check_edit(endpoint, admin, event).await? {
                None => {}
                Some(expectation) => return Ok(expectation),
            }
        }
        if let MessageIntent::Deletion { is_edit } = event.intent
            && let Some(expectation) = self.check_taken_back(endpoint, admin, event, is_edit).await?
        {
            return Ok(expectation);
        }
        let talk = match &event.intent {
            // Decided above.
            MessageIntent::Deletion { .. } => return Ok(Expectation::No),
            MessageIntent::Photo => {
                if self.is_requested_photo(endpoint, &key, event).await? {
                    return Ok(Expectation::Yes);
                }
                if !event.is_direct() {
                    return Ok(Expectation::No);
                }
                event.intent = MessageIntent::Talk;
                if recent_prompt(prompt::PROMPT_TTL).await?.is_some_and(|prompt| !prompt.is_menu()) {
                    return Ok(Expectation::Yes);
                }
                TalkKind::Other
            }
            // What is above the command refuses it, unless it answers a prompt.
            MessageIntent::Command
                if event.has_no_above_command(&endpoint.instance.runtime())
                    && recent_prompt(prompt::PROMPT_TTL).await?.is_none()
                    && self.photo_request(endpoint, &key, now).await?.is_none() =>
            {
                event.intent = MessageIntent::PromptReply { talk: None };
                return Ok(Expectation::Yes);
            }
            MessageIntent::Command if !event.is_for_other_bot(&endpoint.instance.runtime()) => {
                return Ok(Expectation::Yes);
            }
            MessageIntent::Edit | MessageIntent::EditOfSeveral => return Ok(Expectation::Yes),
            MessageIntent::Wish(_) => {
                let open = recent_prompt(prompt::PROMPT_TTL).await?;
                open.iter().for_each(|prompt| event.read_wish_beside(prompt));
                return Ok(Expectation::Yes);
            }
            // An unknown command in a group is probably for another bot. It is stored only if a prompt may be open,
            // because it closes the prompt.
            MessageIntent::Command | MessageIntent::PromptReply { .. } => {
                if self.may_be_reply(endpoint, &key, event).await? {
                    return Ok(Expectation::Yes);
                }
                match event.intent {
                    // A no also ends the wait of `/photo`.
                    MessageIntent::PromptReply { talk: Some(TalkKind::PromptReply) }
                        if self.photo_request(endpoint, &key, event.received_at).await?.is_some() =>
                    {
                        return Ok(Expectation::Yes);
                    }
                    MessageIntent::PromptReply { talk: Some(talk) } => talk,
                    _ if self.reacts_to_question(endpoint, admin, event).await? => TalkKind::PromptReply,
                    _ => return Ok(Expectation::No),
                }
            }
            MessageIntent::Talk => match recent_prompt(prompt::PROMPT_TTL).await? {
                // It may be meant as a reply, so no pause begins. The prompt has ended the pause before.
                Some(prompt) if !prompt.is_menu() => {
                    if prompt.missing.is_some() || prompt.named_option(&event.message.text).is_some() {
                        event.intent = MessageIntent::PromptReply { talk: None };
                    }
                    return Ok(Expectation::Yes);
                }
                _ => TalkKind::Other,
            },
        };
        let text_kind = || read_talk_kind(&event.message.text, &endpoint.instance.runtime(), admin);
        let talk = if talk == TalkKind::Other { text_kind() } else { Some(talk) };
        let Some(talk) = talk else { return Ok(Expectation::Yes) };
        event.talk = Some(talk);
        let is_due = endpoint.instance.talk_pause.is_over(&key, talk, event.received_at);
        Ok(if is_due { Expectation::Yes } else { Expectation::No })
    }

    /// Whether a message may be a reply to the last prompt.
    async fn may_be_reply(
        &self,
        endpoint: &Endpoint,
        key: &ConversationKey,
        event: &AdminMessage<'_>,
    ) -> Result<bool, StoreUnavailable> {
        let now = event.received_at;
        let recent_prompt = |within| prompt::recent_prompt(&self.store, endpoint.name(), key, (within, now));
        let Some(prompt) = recent_prompt(prompt::LATE_REPLY_NOTICE_WINDOW).await? else { return Ok(false) };
        let is_open = prompt.is_menu() && recent_prompt(prompt::PROMPT_TTL).await?.is_some();
        Ok(event.may_reply_to(&prompt, is_open))
    }

    /// Whether a message is a reaction to a reply that may have asked something, in a direct chat.
    async fn reacts_to_question(
        &self,
        endpoint: &Endpoint,
        admin: &Admin,
        event: &AdminMessage<'_>,
    ) -> Result<bool, StoreUnavailable> {
        let message = &event.message;
        let is_reaction = event.is_direct() && !message.text.contains(char::is_alphanumeric);
        let Some(quoted) = message.quoted.as_deref().filter(|_| is_reaction) else { return Ok(false) };
        let sender = (endpoint.name(), admin.key.as_str(), message.chat.id(), false);
        let asked = self.store.quoted_command(sender, (quoted, event.received_at)).await?;
        Ok(asked.is_some_and(|asked| asked.may_ask()))
    }

    /// The `/photo` that waits for a picture in this conversation.
    async fn photo_request(
        &self,
        endpoint: &Endpoint,
        key: &ConversationKey,
        now: Timestamp,
    ) -> Result<Option<StateEntry>, StoreUnavailable> {
        let request = self.store.get_state(endpoint.name(), StateKind::PhotoRequest, key.as_str()).await?;
        Ok(request.filter(|request| prompt::is_in_time(request.at, now)))
    }

    /// Whether `/photo` waits for a picture of this admin in this chat; the command that waits becomes its caption,
    /// unless the caption says something else.
    async fn is_requested_photo(
        &self,
        endpoint: &Endpoint,
        key: &ConversationKey,
        event: &mut AdminMessage<'_>,
    ) -> Result<bool, StoreUnavailable> {
        let request = self.photo_request(endpoint, key, event.received_at).await?;
        let Some(request) = request else { return Ok(false) };
        let is_picture = event.message.media.as_ref().is_some_and(|media| media.is_picture());
        let locale = endpoint.instance.runtime().config.locale;
        match Caption::read(&event.message.text, locale) {
            Caption::Refusal => event.intent = MessageIntent::PromptReply { talk: None },
            // The worker asks whether the picture is meant.
            Caption::Other if is_picture && event.is_direct() => event.intent = MessageIntent::Talk,
            Caption::Consent | Caption::Other => event.message.text = request.value,
        }
        Ok(true)
    }

    /// Whether a deletion is of a command that has not begun, or of an open prompt, and came after the last edit; sets its
    /// version if so. An edit that takes a command back may also correct a reply.
    async fn check_deletion(
        &self,
        endpoint: &Endpoint,
        admin: &Admin,
        event: &mut AdminMessage<'_>,
        is_edit: bool,
    ) -> Result<Expectation, StoreUnavailable> {
        let message = &mut event.message;
        let sender = SenderIdentity::new(admin, message.sender);
        let instance = endpoint.name();
        let versions = self.store.message_versions(instance, &message.id, &sender, MAX_EDITS + 1).await?;
        let Some(last) = versions.last() else { return Ok(Expectation::No) };
        if message.sent_at.zip(last.sent_at).is_some_and(|(deleted, edited)| deleted < edited) {
            return Ok(Expectation::No);
        }
        let key = message.chat.conversation_key(&admin.key, message.by_owner);
        let stored = self.store.get_state(instance, StateKind::Prompt, key.as_str()).await?;
        let prompt = stored.as_ref().and_then(Prompt::from_state);
        let is_of_message = |prompt: &Prompt| versions.iter().any(|version| prompt.is_of(&version.id));
        if versions.iter().any(|version| version.is_waiting) || prompt.as_ref().is_some_and(is_of_message) {
            message.version = DELETION_VERSION + last.version;
            return Ok(Expectation::Yes);
        }
        let is_open =
            prompt.and(stored).is_some_and(|stored| prompt::is_in_time(stored.at, event.received_at));
        if is_edit {
            self.check_reply_edit(endpoint, admin, event, is_open).await
        } else {
            Ok(Expectation::No)
        }
    }

    /// Whether an edit is of a reply to a prompt that is open, or is another reply after one that ended it; sets its
    /// version if so.
    async fn check_reply_edit(
        &self,
        endpoint: &Endpoint,
        admin: &Admin,
        event: &mut AdminMessage<'_>,
        is_open: bool,
    ) -> Result<Expectation, StoreUnavailable> {
        let versions = match self.set_edit_version(endpoint, admin, (event, &[])).await? {
            Ok(versions) => versions,
            Err(unexpected) => return Ok(unexpected),
        };
        let is_reply = |version: &MessageVersion| version.name == confirm::SPEC.name;
        let is_talk = |version: &MessageVersion| version.name == CommandKind::Talk.name();
        // It was answered: the reply says so.
        let is_late = || versions.iter().any(|version| is_reply(version) && !version.is_editable());
        if !versions.iter().all(|version| is_reply(version) || is_talk(version)) || !(is_open || is_late()) {
            return Ok(Expectation::No);
        }
        event.intent = MessageIntent::PromptReply { talk: None };
        Ok(Expectation::Yes)
    }

    /// Whether a deletion, or an edit that takes something back, is expected. None if it makes a correction of what was
    /// talk, or got no reply: it is like a new message, and its version and intent are set.
    async fn check_taken_back(
        &self,
        endpoint: &Endpoint,
        admin: &Admin,
        event: &mut AdminMessage<'_>,
        is_edit: bool,
    ) -> Result<Option<Expectation>, StoreUnavailable> {
        let expectation = self.check_deletion(endpoint, admin, event, is_edit).await?;
        if !is_edit || !matches!(expectation, Expectation::No) {
            return Ok(Some(expectation));
        }
        let is_talk = |version: &MessageVersion| version.name == CommandKind::Talk.name();
        let has_changed = |version: &MessageVersion| {
            let spec = CATALOG.lookup(&version.name);
            spec.is_some_and(|spec| spec.is_mutating) && version.is_finished && !version.is_editable()
        };
        let Ok(versions) = self.set_edit_version(endpoint, admin, (event, &[])).await? else {
            return Ok(Some(expectation));
        };
        let may_correct = || event.message.media.is_none() && may_correct(&event.message.text);
        if versions.iter().all(is_talk) && may_correct() {
            event.intent = MessageIntent::Talk;
            return Ok(None);
        }
        if versions.iter().any(has_changed) {
            // What was done stays: the reply says so.
            event.intent = MessageIntent::Talk;
            return Ok(Some(Expectation::Yes));
        }
        Ok(Some(expectation))
    }

    /// Sets the version of an edit to these commands; returns the earlier versions of its message, or why it is not
    /// expected.
    async fn set_edit_version(
        &self,
        endpoint: &Endpoint,
        admin: &Admin,
        (event, commands): (&mut AdminMessage<'_>, &[&str]),
    ) -> Result<Result<Vec<MessageVersion>, Expectation>, StoreUnavailable> {
        let message = &mut event.message;
        // Only the sender's own versions: a message of somebody else under this id is another message.
        let sender = SenderIdentity::new(admin, message.sender);
        let instance = endpoint.name();
        let mut versions =
            self.store.message_versions(instance, &message.id, &sender, DELIVERY_VERSION).await?;
        // Nothing documents whether the event of an edit has the id of its message or refers to it.
        if let (true, Some(quoted)) = (versions.is_empty(), &message.quoted) {
            versions = self.store.message_versions(instance, quoted, &sender, DELIVERY_VERSION).await?;
            if !versions.is_empty() {
                message.id = message.quoted.take().unwrap_or_default();
            }
        }
        let deletions = versions.split_off(versions.partition_point(|each| each.version < DELETION_VERSION));
        let last_version = versions.last().map_or(0, |last| last.version);
        let is_deleted = deletions.iter().any(|each| each.version == DELETION_VERSION + last_version);
        match decide_edit((&versions, is_deleted), (message, commands), event.received_at) {
            EditDecision::Unexpected => return Ok(Err(Expectation::No)),
            EditDecision::AlreadyHandled => return Ok(Err(Expectation::AlreadyHandled)),
            EditDecision::Version(version) => message.version = version,
        }
        Ok(Ok(versions))
    }

    /// Whether an edit to a command or a wish is of a recent message; sets its version if so. The worker decides whether
    /// it may be run. None if no version of the message is stored: it is like a new message.
    async fn check_edit(
        &self,
        endpoint: &Endpoint,
        admin: &Admin,
        event: &mut AdminMessage<'_>,
    ) -> Result<Option<Expectation>, StoreUnavailable> {
        let text = event.message.text.clone();
        let commands = CATALOG.split_commands(&text, &endpoint.instance.runtime().parser, MAX_COMMANDS + 1);
        if let [command] = commands.as_slice() {
            // Without courtesy before it.
            event.message.text = (*command).to_owned();
        }
        let versions = match self.set_edit_version(endpoint, admin, (event, &commands)).await? {
            Ok(versions) => versions,
            Err(unexpected) => return Ok(Some(unexpected)),
        };
        let is_wish = matches!(event.intent, MessageIntent::Wish(_));
        if versions.is_empty() {
            if !is_wish {
                event.message.text = text;
                // The id may be new, so the first text, or another edit, would run once more: it is asked for anew.
                let may_have_other_id = event.message.quoted.is_some();
                let is_known = !has_only_unknown_commands(
                    &endpoint.instance.runtime(),
                    &MessageIntent::Command,
                    &event.message.text,
                );
                event.intent = match may_have_other_id && is_known {
                    true => MessageIntent::EditOfSeveral,
                    false => MessageIntent::Command,
                };
            }
            return Ok(None);
        }
        // What has not begun is taken back.
        if is_wish && versions.iter().any(|version| version.is_waiting) {
            event.intent = MessageIntent::Deletion { is_edit: true };
            return Ok(None);
        }
        let message = &mut event.message;
        if commands.len() > 1 || versions.iter().any(|version| version.part > 0) {
            event.intent = MessageIntent::EditOfSeveral;
        }
        // Nothing documents whether the edit of a caption comes with the address of its file.
        if message.media.as_ref().is_none_or(|media| media.url.is_none()) {
            let last = versions.last().and_then(|last| last.media.clone());
            message.media = last.or(message.media.take());
        }
        Ok(Some(Expectation::Yes))
    }
}

/// Whether a message has only unknown commands: in a group they are most likely for another bot.
fn has_only_unknown_commands(instance: &InstanceRuntime, intent: &MessageIntent, text: &str) -> bool {
    let is_known = |text: &&str| {
        instance.parser.parse(text).is_some_and(|command| CATALOG.lookup(&command.typed).is_some())
    };
    let commands = || CATALOG.split_commands(text, &instance.parser, MAX_COMMANDS + 1);
    matches!(intent, MessageIntent::Command) && !commands().iter().any(is_known)
}

/// A command of a message. Without a kind it is that of its name.
fn parse_part(instance: &InstanceRuntime, kind: Option<CommandKind>, text: &str) -> MessagePart {
    let locale = instance.config.locale;
    let parsed = ParsedText::parse(text, &CATALOG, &instance.parser, locale);
    let kind = kind.unwrap_or_else(|| command_kind(&parsed, locale));
    MessagePart { kind, text: text.to_owned(), parsed: Some(parsed) }
}

/// A reply to a prompt.
fn reply_part(text: &str) -> MessagePart {
    MessagePart { kind: CommandKind::Command(&confirm::SPEC), text: text.to_owned(), parsed: None }
}

/// The kind of a text that is written like a command. A misspelled `/confirm` is one.
fn command_kind(parsed: &ParsedText, locale: Locale) -> CommandKind {
    let ParsedRequest::Command(command) = &parsed.request else { return CommandKind::Unknown };
    let nearest = || CATALOG.lookup(CATALOG.nearest_name(&command.typed, locale)?);
    let spec = CATALOG.lookup(&command.typed);
    spec.or_else(|| nearest().filter(|spec| spec.is_confirmation()))
        .map_or(CommandKind::Unknown, CommandKind::Command)
}
