//! `POST /webhooks/{instance}[/{secret}]`: a request is received, and answered as CONTRACT §3 says.
//!
//! Nearly every request is chatter: it is verified, looked at and answered without a lock, a disk
//! or a copy of its text. Only an order of an admin goes on to the journal, and word that WhatsApp was
//! connected or is no more (`Heard`). Where the communities' own admins may give orders, a text of at most 1,000 bytes of
//! somebody whom the configuration does not know costs a look into what is known of them, which nobody holds
//! for longer than to replace it; no call is made for it.
//!
//! What nobody has vouched for is kept cheap. A request whose headers fit no instance is refused
//! before its body is read; whether they fit is asked of all instances, and a body that was read is hashed as
//! often whichever instance is named, so that nobody learns their names by it. Failures are counted by address, and what an address loses above the limit is
//! chosen so that nobody can silence an admin who shares it: see [`WebhookHandler::handle`].
//!
//! A request takes one of the places for work when it waits for something other than its sender, and
//! that is an order, or word of the connection, waiting for the journal. Chatter waits for nothing. Slow
//! senders are held off by the listener's clocks and by [`BodyReader`], and take no place from those who are quick.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use prometheus_client::metrics::counter::Counter;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::IgnoreReason;
use super::body::{BodyError, BodyReader, SMALL_BODY};
use super::client_addr::ClientAddr;
use super::command_limiter::{self, CommandRateLimiter};
use super::connection_status::ConnectionStatusCache;
use super::failure_limiter::AuthFailureLimiter;
use super::greeting_cooldown::GreetingCooldown;
use super::intent::{self, MessageIntent};
use super::payload::{self, InstanceInfo, ParsedEvent};
use super::rejection_notice::RejectionNotifier;
use super::replay::ReplayGuard;
use super::verify::{self, Precheck, RequestMeta, TOLERANCE, Verified, Verifier, VerifyError};
use crate::clock::{Clock, Timestamp};
use crate::command::prompt;
use crate::commands::{CATALOG, confirm};
use crate::config::{AddressRange, Admin, NonAdminPolicy, ServerConfig};
use crate::domain::{Chat, Message};
use crate::failpoint::{self, Step};
use crate::parse::prefix::ParsedCommand;
use crate::storage::{
    ConnectionReport, MOST_REVISIONS, MessageVersion, Store, StoreUnavailable, base_id, version_number,
    versioned_id,
};
use crate::telemetry::Metrics;
use crate::worker::{self, EnqueueKind, InstanceRuntime};

/// How many names that are no command are answered a chat and minute (THREATS.md, T13).
const UNKNOWN_COMMANDS_PER_MINUTE: u32 = 20;
/// For how long an order that did nothing may be mended by editing its message.
const EDIT_WINDOW: Duration = Duration::from_secs(15 * 60);
/// After how many seconds a sender should try again when the journal cannot be written.
const RETRY_AFTER_SECS: u64 = 5;
const PROBLEM_JSON: &str = "application/problem+json";
/// How many orders may wait for the journal at a time, each with about 1 KB: as many as there are connections
/// by default, four transactions full, and a quarter of what the journal's queue holds.
const MAX_PENDING_COMMANDS: usize = 1_024;

/// The public side of the service.
pub struct WebhookHandler {
    /// By name.
    endpoints: Vec<Endpoint>,
    store: Store,
    clock: Clock,
    body_reader: BodyReader,
    pending: Semaphore,
    trusted_proxies: Vec<AddressRange>,
    auth_failures: AuthFailureLimiter,
    replay_guard: ReplayGuard,
    rejection_notifier: RejectionNotifier,
    /// Requests that name no instance.
    unknown_endpoint: RejectionMetrics,
    /// How often a body is hashed at most before it is refused.
    most_passes: usize,
}

/// One instance's way in.
struct Endpoint {
    instance: Arc<InstanceRuntime>,
    verifier: Verifier,
    /// Orders, by admin.
    command_limiter: CommandRateLimiter,
    /// Names that are no command, by chat.
    unknown_command_limiter: CommandRateLimiter,
    /// Who was greeted today.
    greeting_cooldown: GreetingCooldown,
    /// What was heard of the connection.
    connection_status: ConnectionStatusCache,
    metrics: EndpointMetrics,
}

struct EndpointMetrics {
    accepted: Counter,
    duplicate: Counter,
    rejected: RejectionMetrics,
    invalid_json: Counter,
    store_unavailable: Counter,
    ignored: [Counter; IgnoreReason::ALL.len()],
}

/// What is counted of requests that were not verified.
struct RejectionMetrics {
    unauthorized: Counter,
    rate_limited: Counter,
    overloaded: Counter,
}

/// The answers to what is no order: nearly all that are given.
static IGNORED_BODIES: LazyLock<[Bytes; IgnoreReason::ALL.len()]> = LazyLock::new(|| {
    IgnoreReason::ALL.map(|reason| format!(r#"{{"status":"ignored","reason":"{reason}"}}"#).into())
});

/// The answer to what could not be verified: the same for every reason, whether the body was read or not.
static UNAUTHORIZED_BODY: LazyLock<Bytes> =
    LazyLock::new(|| problem_json(StatusCode::UNAUTHORIZED, "The webhook could not be verified.").into());

/// What becomes of a verified event.
enum WebhookOutcome {
    Accepted(String),
    Duplicate,
    Ignored(IgnoreReason),
    InvalidJson,
    StoreUnavailable,
    Overloaded,
}

impl WebhookHandler {
    /// A door for these instances.
    pub fn new(
        bots: impl Iterator<Item = Arc<InstanceRuntime>>,
        store: Store,
        clock: Clock,
        server: &ServerConfig,
        rejection_notifier: RejectionNotifier,
        metrics: &Metrics,
    ) -> Self {
        let mut endpoints: Vec<_> = bots.map(|bot| Endpoint::new(bot, metrics)).collect();
        endpoints.sort_unstable_by(|one, other| one.name().cmp(other.name()));
        Self {
            most_passes: endpoints.iter().map(|gate| gate.verifier.passes()).max().unwrap_or(0),
            endpoints,
            store,
            clock,
            body_reader: BodyReader::new(server.max_body),
            pending: Semaphore::new(MAX_PENDING_COMMANDS),
            trusted_proxies: server.trusted_proxies.clone(),
            auth_failures: AuthFailureLimiter::new(Instant::now()),
            replay_guard: ReplayGuard::default(),
            rejection_notifier,
            unknown_endpoint: RejectionMetrics::new(metrics, "", "unknown_instance"),
        }
    }

    /// Answers one request.
    ///
    /// Where too many requests of its address failed, a request is still looked at if its headers
    /// prove it, or if it is small and says so; otherwise it is answered 429, unread. So an order gets
    /// through from any address, whatever else that sends.
    pub async fn handle<B>(&self, request: Request<B>, peer: IpAddr) -> Response<Full<Bytes>>
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        failpoint::reach(Step::Received);
        let (parts, body) = request.into_parts();
        let headers = &parts.headers;
        if parts.method != Method::POST {
            let mut answer = problem_response(StatusCode::METHOD_NOT_ALLOWED, "Webhooks are sent with POST.");
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return answer;
        }
        if !is_json(headers) || headers.contains_key(CONTENT_ENCODING) {
            let detail = "A webhook is application/json without Content-Encoding.";
            return with_connection_close(problem_response(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let declared = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        if declared.is_some_and(|length| self.body_reader.exceeds_limit(length)) {
            return payload_too_large();
        }
        let origin = || ClientAddr::from_request(peer, headers, &self.trusted_proxies);
        let now = self.clock.now();
        let path = parts.uri.path();
        let gate = self.find_endpoint(path);
        let outside = RequestMeta::new(headers, path_secret(path));
        let glance = gate.map(|gate| gate.verifier.precheck(&outside, now));
        let is_proven = matches!(glance, Some(Ok(Precheck::Authenticated)));
        if !is_proven {
            let fits = |gate: &Endpoint| gate.verifier.precheck(&outside, now).is_ok();
            if !matches!(glance, Some(Ok(Precheck::NeedsBody))) && !self.endpoints.iter().any(fits) {
                let answer = self.reject(gate, glance.and_then(Result::err), origin());
                // Nobody reads on for it: the connection is kept where nothing more of the request can come. Who
                // asks first whether to send a body would be told to go on by a look at it.
                let is_over = !headers.contains_key(EXPECT) && BodyReader::already_received(body, declared);
                return if is_over { answer } else { with_connection_close(answer) };
            }
            let is_small = declared.is_some_and(|length| length <= SMALL_BODY as u64);
            if !is_small && let Some(left) = self.auth_failures.retry_after(origin(), Instant::now()) {
                self.rejection_metrics(gate).rate_limited.inc();
                return with_connection_close(too_many_requests(left));
            }
        }
        let unproven = (!is_proven).then(origin);
        let body = match self.body_reader.read(body, declared, unproven).await {
            Ok(body) => body,
            Err(BodyError::TooLarge) => return payload_too_large(),
            Err(BodyError::Incomplete) => {
                return with_connection_close(problem_response(
                    StatusCode::BAD_REQUEST,
                    "The body ended too early.",
                ));
            }
            Err(BodyError::Overloaded) => {
                self.rejection_metrics(gate).overloaded.inc();
                return with_connection_close(service_unavailable(
                    "Too many large bodies are being read: this one was given up. Send it again.",
                ));
            }
        };
        let now = self.clock.now();
        let verified = match gate {
            Some(gate) => gate.verifier.verify(&outside, body.clone(), now),
            None => Err(VerifyError::default()),
        };
        let (Some(gate), Ok(verified)) = (gate, &verified) else {
            // As much work for every instance, and for none: the time tells nobody which there are.
            let done = gate.map_or(0, |gate| gate.verifier.passes());
            verify::work(&body, self.most_passes - done);
            return self.reject(gate, verified.err(), origin());
        };
        failpoint::reach(Step::Verified);
        let verdict = self.dispatch(gate, verified, now).await;
        gate.metrics.counter(&verdict).inc();
        verdict.to_response()
    }

    /// Answers what could not be verified, and counts it for its address.
    fn reject(
        &self,
        gate: Option<&Endpoint>,
        refused: Option<VerifyError>,
        origin: ClientAddr,
    ) -> Response<Full<Bytes>> {
        if let (Some(gate), Some(refused)) = (gate, refused) {
            tracing::debug!(
                instance = %gate.instance.instance.name,
                flaws = ?refused.failures().collect::<Vec<_>>(),
                "a webhook could not be verified"
            );
        }
        let refusals = self.rejection_metrics(gate);
        match self.auth_failures.record_failure(origin, Instant::now()) {
            None => {
                refusals.unauthorized.inc();
                unauthorized()
            }
            Some(left) => {
                refusals.rate_limited.inc();
                too_many_requests(left)
            }
        }
    }

    fn rejection_metrics<'a>(&'a self, gate: Option<&'a Endpoint>) -> &'a RejectionMetrics {
        gate.map_or(&self.unknown_endpoint, |gate| &gate.metrics.rejected)
    }

    /// The instance that a path names. Only the one spelling of a path names one.
    fn find_endpoint(&self, path: &str) -> Option<&Endpoint> {
        let instance = path.strip_prefix("/webhooks/")?.split('/').next()?;
        let place = self.endpoints.binary_search_by(|gate| gate.name().cmp(instance)).ok()?;
        self.endpoints.get(place)
    }

    async fn dispatch(&self, gate: &Endpoint, verified: &Verified, now: Timestamp) -> WebhookOutcome {
        let message = match payload::parse_event(verified, &InstanceInfo::from(&gate.instance.instance)) {
            Ok(ParsedEvent::Message(message)) => message,
            Ok(ParsedEvent::Connection { is_connected, at }) => {
                let at = at.filter(|at| *at <= now).unwrap_or(now);
                // On the heap, as below.
                return Box::pin(self.record_connection_status(
                    gate,
                    ConnectionReport { is_connected, at },
                    now,
                ))
                .await;
            }
            Ok(ParsedEvent::Ignored(reason)) => return WebhookOutcome::Ignored(reason),
            Err(_) => return WebhookOutcome::InvalidJson,
        };
        if let (Some(roster), Some(own)) = (&gate.instance.community_admins, message.own) {
            roster.exclude_phone(own);
        }
        let is_admin = || gate.instance.find_admin(message.sender, message.by_owner).is_some();
        let meaning = match intent::detect(&message, &gate.instance.parser, is_admin) {
            Ok(meaning) => meaning,
            Err(reason) => return WebhookOutcome::Ignored(reason),
        };
        // On the heap, since nearly no request comes so far: each would carry the room that this takes.
        let nothing = meaning.ignore_reason(&message);
        let taken = Box::pin(self.enqueue(gate, verified, (meaning, nothing), message.to_message(), now));
        taken.await.unwrap_or_else(WebhookOutcome::Ignored)
    }

    /// Sees to it that the journal knows what is told of the connection. Where it cannot be written, Z-API may
    /// send that again.
    async fn record_connection_status(
        &self,
        gate: &Endpoint,
        told: ConnectionReport,
        now: Timestamp,
    ) -> WebhookOutcome {
        let Ok(_place) = self.pending.try_acquire() else { return WebhookOutcome::Overloaded };
        let instance = gate.name();
        match gate.connection_status.update(&self.store, instance, told, now).await {
            Ok(()) => WebhookOutcome::Ignored(IgnoreReason::UnsupportedEvent),
            Err(error) => {
                tracing::error!(%error, instance, "word of the connection could not be written down: 503");
                WebhookOutcome::StoreUnavailable
            }
        }
    }

    /// Takes what an admin means into the journal.
    async fn enqueue(
        &self,
        gate: &Endpoint,
        verified: &Verified,
        (meaning, nothing): (MessageIntent, IgnoreReason),
        mut message: Message,
        now: Timestamp,
    ) -> Result<WebhookOutcome, IgnoreReason> {
        let bot = &gate.instance;
        let kind = match &meaning {
            MessageIntent::Command(order) | MessageIntent::Edit(order) => {
                match CATALOG.lookup(&order.typed) {
                    Some(spec) => EnqueueKind::Command(spec),
                    None => EnqueueKind::Unknown,
                }
            }
            MessageIntent::PromptReply => EnqueueKind::Command(&confirm::SPEC),
            MessageIntent::Greeting => EnqueueKind::Greeting,
            MessageIntent::Unprefixed => EnqueueKind::Unknown,
        };
        let is_foreign = is_foreign(&meaning, &message);
        let Some(admin) = bot.find_admin(message.sender, message.by_owner) else {
            if is_foreign {
                return Err(nothing);
            }
            tracing::debug!(
                instance = %bot.instance.name,
                phone = message.sender.phone.map(tracing::field::display),
                lid = message.sender.lid.map(tracing::field::display),
                "an order of somebody who is no admin was ignored; to allow it, add them under admins"
            );
            if bot.instance.non_admins == NonAdminPolicy::Refuse {
                self.rejection_notifier.enqueue(bot, &message, now);
            }
            return Err(IgnoreReason::NotAnAdmin);
        };
        // A misspelled answer is no new command.
        let kind = match (&kind, &meaning) {
            (EnqueueKind::Unknown, MessageIntent::Command(order) | MessageIntent::Edit(order))
                if nearly_confirms(bot, order) =>
            {
                EnqueueKind::Command(&confirm::SPEC)
            }
            _ => kind,
        };
        if message.sent_at.is_some_and(|sent_at| sent_at > now.plus(TOLERANCE)) {
            return Err(IgnoreReason::SentInFuture);
        }
        let instance = &bot.instance.name;
        let sender = message.sender;
        if verified.webhook_id().is_some_and(|id| self.replay_guard.seen(instance, sender, id, now)) {
            return Ok(WebhookOutcome::Duplicate);
        }
        let Ok(_place) = self.pending.try_acquire() else { return Ok(WebhookOutcome::Overloaded) };
        // A version of a message that came at the same moment may have taken the number of this one: it is
        // looked at again behind it. There is an end to that, since versions only become more.
        for _ in 0..=MOST_REVISIONS {
            match self.is_expected(gate, &meaning, &admin, &mut message, now).await {
                Ok(Expectation::Yes) => {}
                Ok(Expectation::No) => return Err(nothing),
                Ok(Expectation::AlreadyHandled) => return Ok(WebhookOutcome::Duplicate),
                Err(error) => {
                    tracing::error!(%error, instance = %instance, "the journal could not be asked: 503");
                    return Ok(WebhookOutcome::StoreUnavailable);
                }
            }
            let verdict = self.insert_with_rate_limit(gate, &admin, kind, &message, now).await?;
            match verdict {
                WebhookOutcome::Duplicate if matches!(meaning, MessageIntent::Edit(_)) => {}
                WebhookOutcome::StoreUnavailable => return Ok(verdict),
                _ => {
                    if let Some(id) = verified.webhook_id() {
                        self.replay_guard.insert(instance, sender, id, now);
                    }
                    return Ok(verdict);
                }
            }
        }
        Ok(WebhookOutcome::StoreUnavailable)
    }

    /// Writes an order into the journal, where it is within its limit.
    async fn insert_with_rate_limit(
        &self,
        gate: &Endpoint,
        admin: &Admin,
        kind: EnqueueKind,
        message: &Message,
        now: Timestamp,
    ) -> Result<WebhookOutcome, IgnoreReason> {
        let bot = &gate.instance;
        let (rate, whose) = match kind {
            EnqueueKind::Unknown => (&gate.unknown_command_limiter, message.chat.address()),
            _ => (&gate.command_limiter, admin.key.as_str()),
        };
        // In a chat two people may use one id.
        let counted = format!("{}\n{}", admin.key, message.id);
        let taken = rate.check(whose, &counted, now);
        let kind = match taken {
            command_limiter::RateDecision::Allowed | command_limiter::RateDecision::AlreadyCounted => kind,
            // Another bot would have a word to that, too.
            _ if matches!(kind, EnqueueKind::Unknown) => return Err(IgnoreReason::RateLimited),
            command_limiter::RateDecision::FirstExceeded => EnqueueKind::RateLimited,
            command_limiter::RateDecision::Exceeded => return Err(IgnoreReason::RateLimited),
        };
        failpoint::reach(Step::Recognised);
        let accepted = worker::enqueue(&self.store, bot, admin, message, kind, now).await;
        if matches!((kind, &accepted), (EnqueueKind::Greeting, Ok(_))) {
            gate.greeting_cooldown.record(&admin.key, now);
        }
        Ok(match accepted {
            Ok(Some(id)) => WebhookOutcome::Accepted(id),
            Ok(None) => {
                // A version of this number is there, and counts, whichever delivery came first with it.
                if version_number(&message.id) == 0 || taken != command_limiter::RateDecision::Allowed {
                    rate.refund(whose, &counted, taken);
                }
                WebhookOutcome::Duplicate
            }
            Err(error) => {
                rate.refund(whose, &counted, taken);
                let instance = &bot.instance.name;
                tracing::error!(%error, instance = %instance, "an order could not be written down: 503");
                WebhookOutcome::StoreUnavailable
            }
        })
    }

    /// Whether what is no order by itself is waited for: an answer by a question, an edit by an order that
    /// was not understood, a greeting by nobody who was greeted today. Only here an admin's word, or a
    /// sentence of theirs with a no in it, costs a look into the journal.
    async fn is_expected(
        &self,
        gate: &Endpoint,
        meaning: &MessageIntent,
        admin: &Admin,
        message: &mut Message,
        now: Timestamp,
    ) -> Result<Expectation, StoreUnavailable> {
        let instance = gate.instance.instance.name.as_str();
        match meaning {
            // Another bot's command is none of ours, but closes a question that waits.
            MessageIntent::Command(_) if !is_foreign(meaning, message) => Ok(Expectation::Yes),
            MessageIntent::Unprefixed => Ok(Expectation::Yes),
            MessageIntent::PromptReply | MessageIntent::Command(_) => {
                let place = prompt::conversation_key(&admin.key, &message.chat, message.by_owner);
                let is_open = prompt::is_prompt_pending(&self.store, instance, &place, now).await?;
                Ok(if is_open { Expectation::Yes } else { Expectation::No })
            }
            MessageIntent::Greeting => {
                let is_due = gate.greeting_cooldown.is_due(&admin.key, now);
                Ok(if is_due { Expectation::Yes } else { Expectation::No })
            }
            MessageIntent::Edit(_) => {
                let id = base_id(&message.id);
                // Only their own: what somebody else sent under this id is another message.
                let sender = worker::identity(admin, message.sender);
                let versions = self.store.message_versions(instance, id, &sender, MOST_REVISIONS + 1).await?;
                let (Some(first), Some(last)) = (versions.first(), versions.last()) else {
                    return Ok(Expectation::No);
                };
                let is_this = |version: &MessageVersion| {
                    version.text == message.text && version.sent_at == message.sent_at
                };
                // It may come once more after a later one.
                if versions.iter().any(is_this) {
                    return Ok(Expectation::AlreadyHandled);
                }
                let may_be_mended =
                    versions.iter().all(MessageVersion::is_editable) && versions.len() <= MOST_REVISIONS;
                if !may_be_mended || now.since(first.accepted_at) > EDIT_WINDOW {
                    return Ok(Expectation::No);
                }
                // One that was overtaken on its way is not what its admin wants any more.
                let is_overtaken = message.sent_at.zip(last.sent_at).is_some_and(|(sent, last)| sent < last);
                // Who was too quick says the same once more.
                let is_same = last.text == message.text && last.name != worker::RATE_LIMITED;
                if is_same || is_overtaken {
                    return Ok(Expectation::AlreadyHandled);
                }
                message.id = versioned_id(id, versions.len());
                Ok(Expectation::Yes)
            }
        }
    }
}

/// Whether an unknown command is likely a misspelled yes.
fn nearly_confirms(bot: &InstanceRuntime, order: &ParsedCommand) -> bool {
    let likely =
        CATALOG.nearest_name(&order.typed, bot.instance.locale).and_then(|name| CATALOG.lookup(name));
    likely.is_some_and(|spec| spec.name == confirm::SPEC.name)
}

/// Whether it is a command in a group that no command of ours has the name of: another bot's.
fn is_foreign(meaning: &MessageIntent, message: &Message) -> bool {
    let is_unknown =
        matches!(meaning, MessageIntent::Command(order) if CATALOG.lookup(&order.typed).is_none());
    is_unknown && matches!(message.chat, Chat::Group(_))
}

/// Whether something is waited for.
enum Expectation {
    Yes,
    No,
    /// It came before.
    AlreadyHandled,
}

impl Endpoint {
    fn new(instance: Arc<InstanceRuntime>, metrics: &Metrics) -> Self {
        let counter = |outcome| metrics.webhooks(instance.instance.name.as_str(), outcome);
        let metrics = EndpointMetrics {
            accepted: counter("accepted"),
            duplicate: counter("duplicate"),
            rejected: RejectionMetrics::new(metrics, instance.instance.name.as_str(), "unauthorized"),
            invalid_json: counter("invalid_json"),
            store_unavailable: counter("store_unavailable"),
            ignored: IgnoreReason::ALL.map(|reason| counter(reason.as_str())),
        };
        let command_limiter = CommandRateLimiter::new(instance.instance.limits.commands_per_minute);
        let unknown_command_limiter = CommandRateLimiter::new(UNKNOWN_COMMANDS_PER_MINUTE);
        Self {
            verifier: Verifier::new(&instance.instance),
            command_limiter,
            unknown_command_limiter,
            greeting_cooldown: GreetingCooldown::default(),
            connection_status: ConnectionStatusCache::default(),
            metrics,
            instance,
        }
    }
}

impl Endpoint {
    fn name(&self) -> &str {
        self.instance.instance.name.as_str()
    }
}

impl RejectionMetrics {
    fn new(metrics: &Metrics, instance: &str, unverified: &'static str) -> Self {
        let [unauthorized, rate_limited, overloaded] =
            [unverified, "rate_limited", "overloaded"].map(|outcome| metrics.webhooks(instance, outcome));
        Self { unauthorized, rate_limited, overloaded }
    }
}

impl EndpointMetrics {
    fn counter(&self, verdict: &WebhookOutcome) -> &Counter {
        match verdict {
            WebhookOutcome::Accepted(_) => &self.accepted,
            WebhookOutcome::Duplicate => &self.duplicate,
            WebhookOutcome::Ignored(reason) => &self.ignored[*reason as usize],
            WebhookOutcome::InvalidJson => &self.invalid_json,
            WebhookOutcome::StoreUnavailable => &self.store_unavailable,
            WebhookOutcome::Overloaded => &self.rejected.overloaded,
        }
    }
}

impl WebhookOutcome {
    fn to_response(&self) -> Response<Full<Bytes>> {
        match self {
            Self::Accepted(id) => json_response(format!(r#"{{"status":"accepted","id":"{id}"}}"#)),
            Self::Duplicate => json_response(r#"{"status":"duplicate"}"#),
            Self::Ignored(reason) => json_response(IGNORED_BODIES[*reason as usize].clone()),
            Self::InvalidJson => problem_response(StatusCode::BAD_REQUEST, "The body is no JSON object."),
            Self::StoreUnavailable => {
                service_unavailable("The journal cannot be written now. Send it again.")
            }
            Self::Overloaded => service_unavailable("Too many orders wait for the journal. Send it again."),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// What follows the instance in a path.
fn path_secret(path: &str) -> Option<&str> {
    path.strip_prefix("/webhooks/")?.split_once('/').map(|(_, secret)| secret)
}

fn unauthorized() -> Response<Full<Bytes>> {
    with_content_type(StatusCode::UNAUTHORIZED, PROBLEM_JSON, UNAUTHORIZED_BODY.clone())
}

/// Too much of what this address sent could not be verified.
fn too_many_requests(left: Duration) -> Response<Full<Bytes>> {
    let detail = "Too many webhooks of this address could not be verified.";
    with_retry_after(problem_response(StatusCode::TOO_MANY_REQUESTS, detail), left.as_secs() + 1)
}

/// We are to blame: the sender is to try again.
fn service_unavailable(detail: &str) -> Response<Full<Bytes>> {
    with_retry_after(problem_response(StatusCode::SERVICE_UNAVAILABLE, detail), RETRY_AFTER_SECS)
}

fn with_retry_after(mut answer: Response<Full<Bytes>>, seconds: u64) -> Response<Full<Bytes>> {
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    answer
}

fn payload_too_large() -> Response<Full<Bytes>> {
    with_connection_close(problem_response(
        StatusCode::PAYLOAD_TOO_LARGE,
        "The body is larger than max_body.",
    ))
}

/// The rest of the request is not read, so nothing else can follow on the connection.
fn with_connection_close(mut answer: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

fn json_response(body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    with_content_type(StatusCode::OK, "application/json", body.into())
}

/// An error in the form of RFC 9457.
pub fn problem_response(status: StatusCode, detail: &str) -> Response<Full<Bytes>> {
    with_content_type(status, PROBLEM_JSON, problem_json(status, detail).into())
}

fn problem_json(status: StatusCode, detail: &str) -> String {
    let title = status.canonical_reason().unwrap_or_default();
    serde_json::json!({ "title": title, "status": status.as_u16(), "detail": detail }).to_string()
}

fn with_content_type(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}
