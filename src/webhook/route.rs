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
//! chosen so that nobody can silence an admin who shares it: see [`Door::receive`].
//!
//! A request takes one of the places for work when it waits for something other than its sender, and
//! that is an order, or word of the connection, waiting for the journal. Chatter waits for nothing. Slow
//! senders are held off by the listener's clocks and by [`Bodies`], and take no place from those who are quick.

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

use super::Reason;
use super::body::{Bodies, SMALL, Unread};
use super::courtesy::Courtesy;
use super::forgeries::Forgeries;
use super::greeted::Greeted;
use super::heard::Heard;
use super::meaning::{self, Meaning};
use super::origin::Origin;
use super::payload::{self, InstanceFacts, Reading};
use super::rate::{self, OrderRate};
use super::replay::ReplayGuard;
use super::verify::{self, Glance, Outside, Refused, TOLERANCE, Verified, Verifier};
use crate::clock::{Clock, Timestamp};
use crate::command::{Order, confirm, named, nearest, question};
use crate::config::{AddressRange, Admin, NonAdminPolicy, Server};
use crate::domain::{Chat, Message};
use crate::failpoint::{self, Step};
use crate::journal::{self, Bot, Kind};
use crate::storage::{MOST_REVISIONS, Revision, Store, Told, Unavailable, message_of, number_of, revision};
use crate::telemetry::Metrics;

/// How many names that are no command are answered a chat and minute (THREATS.md, T13).
const SLIPS_A_MINUTE: u32 = 20;
/// For how long an order that did nothing may be mended by editing its message.
const MENDABLE: Duration = Duration::from_secs(15 * 60);
/// After how many seconds a sender should try again when the journal cannot be written.
const TRY_AGAIN: u64 = 5;
const PROBLEM: &str = "application/problem+json";
/// How many orders may wait for the journal at a time, each with about 1 KB: as many as there are connections
/// by default, four transactions full, and a quarter of what the journal's queue holds.
const MOST_AT_WORK: usize = 1_024;

/// The public side of the service.
pub struct Door {
    /// By name.
    gates: Vec<Gate>,
    store: Store,
    clock: Clock,
    bodies: Bodies,
    at_work: Semaphore,
    trusted_proxies: Vec<AddressRange>,
    forgeries: Forgeries,
    replays: ReplayGuard,
    courtesy: Courtesy,
    /// Requests that name no instance.
    unknown: Refusals,
    /// How often a body is hashed at most before it is refused.
    most_passes: usize,
}

/// One instance's way in.
struct Gate {
    bot: Arc<Bot>,
    verifier: Verifier,
    /// Orders, by admin.
    rate: OrderRate,
    /// Names that are no command, by chat.
    slips: OrderRate,
    /// Who was greeted today.
    greeted: Greeted,
    /// What was heard of the connection.
    heard: Heard,
    counters: Counters,
}

struct Counters {
    accepted: Counter,
    duplicate: Counter,
    refused: Refusals,
    not_an_object: Counter,
    unavailable: Counter,
    ignored: [Counter; Reason::ALL.len()],
}

/// What is counted of requests that were not verified.
struct Refusals {
    unverified: Counter,
    limited: Counter,
    busy: Counter,
}

/// The answers to what is no order: nearly all that are given.
static IGNORED: LazyLock<[Bytes; Reason::ALL.len()]> = LazyLock::new(|| {
    Reason::ALL.map(|reason| format!(r#"{{"status":"ignored","reason":"{reason}"}}"#).into())
});

/// The answer to what could not be verified: the same for every reason, whether the body was read or not.
static UNVERIFIED: LazyLock<Bytes> =
    LazyLock::new(|| described(StatusCode::UNAUTHORIZED, "The webhook could not be verified.").into());

/// What becomes of a verified event.
enum Verdict {
    Accepted(String),
    Duplicate,
    Ignored(Reason),
    NotAnObject,
    Unavailable,
    Busy,
}

impl Door {
    /// A door for these instances.
    pub fn new(
        bots: impl Iterator<Item = Arc<Bot>>,
        store: Store,
        clock: Clock,
        server: &Server,
        courtesy: Courtesy,
        metrics: &Metrics,
    ) -> Self {
        let mut gates: Vec<_> = bots.map(|bot| Gate::new(bot, metrics)).collect();
        gates.sort_unstable_by(|one, other| one.name().cmp(other.name()));
        Self {
            most_passes: gates.iter().map(|gate| gate.verifier.passes()).max().unwrap_or(0),
            gates,
            store,
            clock,
            bodies: Bodies::new(server.max_body),
            at_work: Semaphore::new(MOST_AT_WORK),
            trusted_proxies: server.trusted_proxies.clone(),
            forgeries: Forgeries::new(Instant::now()),
            replays: ReplayGuard::default(),
            courtesy,
            unknown: Refusals::new(metrics, "", "unknown_instance"),
        }
    }

    /// Answers one request.
    ///
    /// Where too many requests of its address failed, a request is still looked at if its headers
    /// prove it, or if it is small and says so; otherwise it is answered 429, unread. So an order gets
    /// through from any address, whatever else that sends.
    pub async fn receive<B>(&self, request: Request<B>, peer: IpAddr) -> Response<Full<Bytes>>
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        failpoint::reach(Step::Received);
        let (parts, body) = request.into_parts();
        let headers = &parts.headers;
        if parts.method != Method::POST {
            let mut answer = problem(StatusCode::METHOD_NOT_ALLOWED, "Webhooks are sent with POST.");
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return answer;
        }
        if !is_json(headers) || headers.contains_key(CONTENT_ENCODING) {
            let detail = "A webhook is application/json without Content-Encoding.";
            return closing(problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let declared = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        if declared.is_some_and(|length| self.bodies.are_exceeded_by(length)) {
            return too_large();
        }
        let origin = || Origin::of(peer, headers, &self.trusted_proxies);
        let now = self.clock.now();
        let path = parts.uri.path();
        let gate = self.gate(path);
        let outside = Outside::of(headers, path_secret(path));
        let glance = gate.map(|gate| gate.verifier.glance(&outside, now));
        let is_proven = matches!(glance, Some(Ok(Glance::Proven)));
        if !is_proven {
            let fits = |gate: &Gate| gate.verifier.glance(&outside, now).is_ok();
            if !matches!(glance, Some(Ok(Glance::Open))) && !self.gates.iter().any(fits) {
                let answer = self.refuse(gate, glance.and_then(Result::err), origin());
                // Nobody reads on for it: the connection is kept where nothing more of the request can come. Who
                // asks first whether to send a body would be told to go on by a look at it.
                let is_over = !headers.contains_key(EXPECT) && Bodies::is_there(body, declared);
                return if is_over { answer } else { closing(answer) };
            }
            let is_small = declared.is_some_and(|length| length <= SMALL as u64);
            if !is_small && let Some(left) = self.forgeries.over(origin(), Instant::now()) {
                self.refusals(gate).limited.inc();
                return closing(limited(left));
            }
        }
        let unproven = (!is_proven).then(origin);
        let body = match self.bodies.read(body, declared, unproven).await {
            Ok(body) => body,
            Err(Unread::TooLarge) => return too_large(),
            Err(Unread::Broken) => {
                return closing(problem(StatusCode::BAD_REQUEST, "The body ended too early."));
            }
            Err(Unread::Crowded) => {
                self.refusals(gate).busy.inc();
                return closing(later(
                    "Too many large bodies are being read: this one was given up. Send it again.",
                ));
            }
        };
        let now = self.clock.now();
        let verified = match gate {
            Some(gate) => gate.verifier.verify(&outside, body.clone(), now),
            None => Err(Refused::default()),
        };
        let (Some(gate), Ok(verified)) = (gate, &verified) else {
            // As much work for every instance, and for none: the time tells nobody which there are.
            let done = gate.map_or(0, |gate| gate.verifier.passes());
            verify::work(&body, self.most_passes - done);
            return self.refuse(gate, verified.err(), origin());
        };
        failpoint::reach(Step::Verified);
        let verdict = self.judge(gate, verified, now).await;
        gate.counters.of(&verdict).inc();
        verdict.answer()
    }

    /// Answers what could not be verified, and counts it for its address.
    fn refuse(&self, gate: Option<&Gate>, refused: Option<Refused>, origin: Origin) -> Response<Full<Bytes>> {
        if let (Some(gate), Some(refused)) = (gate, refused) {
            tracing::debug!(
                instance = %gate.bot.instance.name,
                flaws = ?refused.flaws().collect::<Vec<_>>(),
                "a webhook could not be verified"
            );
        }
        let refusals = self.refusals(gate);
        match self.forgeries.count(origin, Instant::now()) {
            None => {
                refusals.unverified.inc();
                unauthorised()
            }
            Some(left) => {
                refusals.limited.inc();
                limited(left)
            }
        }
    }

    fn refusals<'a>(&'a self, gate: Option<&'a Gate>) -> &'a Refusals {
        gate.map_or(&self.unknown, |gate| &gate.counters.refused)
    }

    /// The instance that a path names. Only the one spelling of a path names one.
    fn gate(&self, path: &str) -> Option<&Gate> {
        let instance = path.strip_prefix("/webhooks/")?.split('/').next()?;
        let place = self.gates.binary_search_by(|gate| gate.name().cmp(instance)).ok()?;
        self.gates.get(place)
    }

    async fn judge(&self, gate: &Gate, verified: &Verified, now: Timestamp) -> Verdict {
        let message = match payload::read(verified, &InstanceFacts::from(&gate.bot.instance)) {
            Ok(Reading::Message(message)) => message,
            Ok(Reading::Connection { is_connected, at }) => {
                let at = at.filter(|at| *at <= now).unwrap_or(now);
                // On the heap, as below.
                return Box::pin(self.hear(gate, Told { is_connected, at }, now)).await;
            }
            Ok(Reading::Ignored(reason)) => return Verdict::Ignored(reason),
            Err(_) => return Verdict::NotAnObject,
        };
        if let (Some(roster), Some(own)) = (&gate.bot.roster, message.own) {
            roster.leave_out(own);
        }
        let is_admin = || gate.bot.admin(message.sender, message.by_owner).is_some();
        let meaning = match meaning::of(&message, &gate.bot.instance.prefixes, is_admin) {
            Ok(meaning) => meaning,
            Err(reason) => return Verdict::Ignored(reason),
        };
        // On the heap, since nearly no request comes so far: each would carry the room that this takes.
        let nothing = meaning.is_nothing(&message);
        let taken = Box::pin(self.take(gate, verified, (meaning, nothing), message.to_message(), now));
        taken.await.unwrap_or_else(Verdict::Ignored)
    }

    /// Sees to it that the journal knows what is told of the connection. Where it cannot be written, Z-API may
    /// send that again.
    async fn hear(&self, gate: &Gate, told: Told, now: Timestamp) -> Verdict {
        let Ok(_place) = self.at_work.try_acquire() else { return Verdict::Busy };
        let instance = gate.name();
        match gate.heard.keep(&self.store, instance, told, now).await {
            Ok(()) => Verdict::Ignored(Reason::UnsupportedEvent),
            Err(error) => {
                tracing::error!(%error, instance, "word of the connection could not be written down: 503");
                Verdict::Unavailable
            }
        }
    }

    /// Takes what an admin means into the journal.
    async fn take(
        &self,
        gate: &Gate,
        verified: &Verified,
        (meaning, nothing): (Meaning, Reason),
        mut message: Message,
        now: Timestamp,
    ) -> Result<Verdict, Reason> {
        let bot = &gate.bot;
        let kind = match &meaning {
            Meaning::Order(order) | Meaning::Edit(order) => match named(&order.typed) {
                Some(spec) => Kind::Command(spec),
                None => Kind::Unknown,
            },
            Meaning::Answer => Kind::Command(&confirm::SPEC),
            Meaning::Greeting => Kind::Greeting,
            Meaning::Unprefixed => Kind::Unknown,
        };
        let is_foreign = is_foreign(&meaning, &message);
        let Some(admin) = bot.admin(message.sender, message.by_owner) else {
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
                self.courtesy.refuse(bot, &message, now);
            }
            return Err(Reason::NotAnAdmin);
        };
        // A misspelled answer is no new command.
        let kind = match (&kind, &meaning) {
            (Kind::Unknown, Meaning::Order(order) | Meaning::Edit(order)) if nearly_confirms(bot, order) => {
                Kind::Command(&confirm::SPEC)
            }
            _ => kind,
        };
        if message.sent_at.is_some_and(|sent_at| sent_at > now.plus(TOLERANCE)) {
            return Err(Reason::FromTheFuture);
        }
        let instance = &bot.instance.name;
        let sender = message.sender;
        if verified.webhook_id().is_some_and(|id| self.replays.seen(instance, sender, id, now)) {
            return Ok(Verdict::Duplicate);
        }
        let Ok(_place) = self.at_work.try_acquire() else { return Ok(Verdict::Busy) };
        // A version of a message that came at the same moment may have taken the number of this one: it is
        // looked at again behind it. There is an end to that, since versions only become more.
        for _ in 0..=MOST_REVISIONS {
            match self.is_awaited(gate, &meaning, &admin, &mut message, now).await {
                Ok(Awaited::Yes) => {}
                Ok(Awaited::No) => return Err(nothing),
                Ok(Awaited::Again) => return Ok(Verdict::Duplicate),
                Err(error) => {
                    tracing::error!(%error, instance = %instance, "the journal could not be asked: 503");
                    return Ok(Verdict::Unavailable);
                }
            }
            let verdict = self.write_down(gate, &admin, kind, &message, now).await?;
            match verdict {
                Verdict::Duplicate if matches!(meaning, Meaning::Edit(_)) => {}
                Verdict::Unavailable => return Ok(verdict),
                _ => {
                    if let Some(id) = verified.webhook_id() {
                        self.replays.remember(instance, sender, id, now);
                    }
                    return Ok(verdict);
                }
            }
        }
        Ok(Verdict::Unavailable)
    }

    /// Writes an order into the journal, where it is within its limit.
    async fn write_down(
        &self,
        gate: &Gate,
        admin: &Admin,
        kind: Kind,
        message: &Message,
        now: Timestamp,
    ) -> Result<Verdict, Reason> {
        let bot = &gate.bot;
        let (rate, whose) = match kind {
            Kind::Unknown => (&gate.slips, message.chat.address()),
            _ => (&gate.rate, admin.key.as_str()),
        };
        // In a chat two people may use one id.
        let counted = format!("{}\n{}", admin.key, message.id);
        let taken = rate.take(whose, &counted, now);
        let kind = match taken {
            rate::Verdict::Within | rate::Verdict::Again => kind,
            // Another bot would have a word to that, too.
            _ if matches!(kind, Kind::Unknown) => return Err(Reason::TooManyOrders),
            rate::Verdict::FirstOver => Kind::TooMany,
            rate::Verdict::Over => return Err(Reason::TooManyOrders),
        };
        failpoint::reach(Step::Recognised);
        let accepted = journal::accept(&self.store, bot, admin, message, kind, now).await;
        if matches!((kind, &accepted), (Kind::Greeting, Ok(_))) {
            gate.greeted.note(&admin.key, now);
        }
        Ok(match accepted {
            Ok(Some(id)) => Verdict::Accepted(id),
            Ok(None) => {
                // A version of this number is there, and counts, whichever delivery came first with it.
                if number_of(&message.id) == 0 || taken != rate::Verdict::Within {
                    rate.give_back(whose, &counted, taken);
                }
                Verdict::Duplicate
            }
            Err(error) => {
                rate.give_back(whose, &counted, taken);
                let instance = &bot.instance.name;
                tracing::error!(%error, instance = %instance, "an order could not be written down: 503");
                Verdict::Unavailable
            }
        })
    }

    /// Whether what is no order by itself is waited for: an answer by a question, an edit by an order that
    /// was not understood, a greeting by nobody who was greeted today. Only here an admin's word, or a
    /// sentence of theirs with a no in it, costs a look into the journal.
    async fn is_awaited(
        &self,
        gate: &Gate,
        meaning: &Meaning,
        admin: &Admin,
        message: &mut Message,
        now: Timestamp,
    ) -> Result<Awaited, Unavailable> {
        let instance = gate.bot.instance.name.as_str();
        match meaning {
            // Another bot's command is none of ours, but closes a question that waits.
            Meaning::Order(_) if !is_foreign(meaning, message) => Ok(Awaited::Yes),
            Meaning::Unprefixed => Ok(Awaited::Yes),
            Meaning::Answer | Meaning::Order(_) => {
                let place = question::place(&admin.key, &message.chat, message.by_owner);
                let is_open = question::is_open(&self.store, instance, &place, now).await?;
                Ok(if is_open { Awaited::Yes } else { Awaited::No })
            }
            Meaning::Greeting => {
                let is_due = gate.greeted.is_due(&admin.key, now);
                Ok(if is_due { Awaited::Yes } else { Awaited::No })
            }
            Meaning::Edit(_) => {
                let id = message_of(&message.id);
                // Only their own: what somebody else sent under this id is another message.
                let sender = journal::identity(admin, message.sender);
                let versions = self.store.revisions(instance, id, &sender, MOST_REVISIONS + 1).await?;
                let (Some(first), Some(last)) = (versions.first(), versions.last()) else {
                    return Ok(Awaited::No);
                };
                let is_this =
                    |version: &Revision| version.text == message.text && version.sent_at == message.sent_at;
                // It may come once more after a later one.
                if versions.iter().any(is_this) {
                    return Ok(Awaited::Again);
                }
                let may_be_mended =
                    versions.iter().all(Revision::may_be_mended) && versions.len() <= MOST_REVISIONS;
                if !may_be_mended || now.since(first.accepted_at) > MENDABLE {
                    return Ok(Awaited::No);
                }
                // One that was overtaken on its way is not what its admin wants any more.
                let is_overtaken = message.sent_at.zip(last.sent_at).is_some_and(|(sent, last)| sent < last);
                // Who was too quick says the same once more.
                let is_same = last.text == message.text && last.name != journal::TOO_MANY;
                if is_same || is_overtaken {
                    return Ok(Awaited::Again);
                }
                message.id = revision(id, versions.len());
                Ok(Awaited::Yes)
            }
        }
    }
}

/// Whether an unknown command is likely a misspelled yes.
fn nearly_confirms(bot: &Bot, order: &Order) -> bool {
    let likely = nearest(&order.typed, bot.instance.locale).and_then(named);
    likely.is_some_and(|spec| spec.name == confirm::SPEC.name)
}

/// Whether it is a command in a group that no command of ours has the name of: another bot's.
fn is_foreign(meaning: &Meaning, message: &Message) -> bool {
    let is_unknown = matches!(meaning, Meaning::Order(order) if named(&order.typed).is_none());
    is_unknown && matches!(message.chat, Chat::Group(_))
}

/// Whether something is waited for.
enum Awaited {
    Yes,
    No,
    /// It came before.
    Again,
}

impl Gate {
    fn new(bot: Arc<Bot>, metrics: &Metrics) -> Self {
        let counter = |outcome| metrics.webhooks(bot.instance.name.as_str(), outcome);
        let counters = Counters {
            accepted: counter("accepted"),
            duplicate: counter("duplicate"),
            refused: Refusals::new(metrics, bot.instance.name.as_str(), "unauthorized"),
            not_an_object: counter("invalid_json"),
            unavailable: counter("store_unavailable"),
            ignored: Reason::ALL.map(|reason| counter(reason.as_str())),
        };
        let rate = OrderRate::new(bot.instance.limits.commands_per_minute);
        let slips = OrderRate::new(SLIPS_A_MINUTE);
        Self {
            verifier: Verifier::new(&bot.instance),
            rate,
            slips,
            greeted: Greeted::default(),
            heard: Heard::default(),
            counters,
            bot,
        }
    }
}

impl Gate {
    fn name(&self) -> &str {
        self.bot.instance.name.as_str()
    }
}

impl Refusals {
    fn new(metrics: &Metrics, instance: &str, unverified: &'static str) -> Self {
        let [unverified, limited, busy] =
            [unverified, "rate_limited", "overloaded"].map(|outcome| metrics.webhooks(instance, outcome));
        Self { unverified, limited, busy }
    }
}

impl Counters {
    fn of(&self, verdict: &Verdict) -> &Counter {
        match verdict {
            Verdict::Accepted(_) => &self.accepted,
            Verdict::Duplicate => &self.duplicate,
            Verdict::Ignored(reason) => &self.ignored[*reason as usize],
            Verdict::NotAnObject => &self.not_an_object,
            Verdict::Unavailable => &self.unavailable,
            Verdict::Busy => &self.refused.busy,
        }
    }
}

impl Verdict {
    fn answer(&self) -> Response<Full<Bytes>> {
        match self {
            Self::Accepted(id) => json(format!(r#"{{"status":"accepted","id":"{id}"}}"#)),
            Self::Duplicate => json(r#"{"status":"duplicate"}"#),
            Self::Ignored(reason) => json(IGNORED[*reason as usize].clone()),
            Self::NotAnObject => problem(StatusCode::BAD_REQUEST, "The body is no JSON object."),
            Self::Unavailable => later("The journal cannot be written now. Send it again."),
            Self::Busy => later("Too many orders wait for the journal. Send it again."),
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

fn unauthorised() -> Response<Full<Bytes>> {
    with_type(StatusCode::UNAUTHORIZED, PROBLEM, UNVERIFIED.clone())
}

/// Too much of what this address sent could not be verified.
fn limited(left: Duration) -> Response<Full<Bytes>> {
    let detail = "Too many webhooks of this address could not be verified.";
    retry_after(problem(StatusCode::TOO_MANY_REQUESTS, detail), left.as_secs() + 1)
}

/// We are to blame: the sender is to try again.
fn later(detail: &str) -> Response<Full<Bytes>> {
    retry_after(problem(StatusCode::SERVICE_UNAVAILABLE, detail), TRY_AGAIN)
}

fn retry_after(mut answer: Response<Full<Bytes>>, seconds: u64) -> Response<Full<Bytes>> {
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    answer
}

fn too_large() -> Response<Full<Bytes>> {
    closing(problem(StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than max_body."))
}

/// The rest of the request is not read, so nothing else can follow on the connection.
fn closing(mut answer: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

fn json(body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    with_type(StatusCode::OK, "application/json", body.into())
}

/// An error in the form of RFC 9457.
pub fn problem(status: StatusCode, detail: &str) -> Response<Full<Bytes>> {
    with_type(status, PROBLEM, described(status, detail).into())
}

fn described(status: StatusCode, detail: &str) -> String {
    let title = status.canonical_reason().unwrap_or_default();
    serde_json::json!({ "title": title, "status": status.as_u16(), "detail": detail }).to_string()
}

fn with_type(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}
