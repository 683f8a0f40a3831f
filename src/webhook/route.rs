//! `POST /webhooks/{instance}[/{secret}]`: a request is received, and answered as CONTRACT §3 says.
//!
//! Nearly every request is chatter: it is verified, looked at and answered without a lock, a disk
//! or a copy of its text. Only an order of an admin goes on to the journal.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ALLOW, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use prometheus_client::metrics::counter::Counter;

use super::Reason;
use super::courtesy::Courtesy;
use super::payload::{self, InstanceFacts, MessageRef, Reading};
use super::rate::{self, OrderRate};
use super::replay::ReplayGuard;
use super::verify::{TOLERANCE, Unverified, Verified, Verifier};
use crate::clock::{Clock, Timestamp};
use crate::command::{named, recognise};
use crate::config::Strangers;
use crate::domain::Chat;
use crate::journal::{self, Bot, Kind};
use crate::storage::Store;
use crate::telemetry::Metrics;

/// How many names that are no command are answered a chat and minute (THREATS.md, T13).
const SLIPS_A_MINUTE: u32 = 20;
/// After how many seconds a sender should try again when the journal cannot be written.
const TRY_AGAIN: &str = "5";

/// The public side of the service.
pub struct Door {
    gates: HashMap<String, Gate>,
    store: Store,
    clock: Clock,
    max_body: usize,
    replays: ReplayGuard,
    courtesy: Courtesy,
    /// Requests that name no instance.
    unknown: Counter,
}

/// One instance's way in.
struct Gate {
    bot: Arc<Bot>,
    verifier: Verifier,
    /// Orders, by admin.
    rate: OrderRate,
    /// Names that are no command, by chat.
    slips: OrderRate,
    counters: Counters,
}

struct Counters {
    accepted: Counter,
    duplicate: Counter,
    unverified: Counter,
    not_an_object: Counter,
    unavailable: Counter,
    ignored: [Counter; Reason::ALL.len()],
}

/// What becomes of a verified event.
enum Verdict {
    Accepted(String),
    Duplicate,
    Ignored(Reason),
    NotAnObject,
    Unavailable,
}

impl Door {
    /// A door for these instances.
    pub fn new(
        bots: impl Iterator<Item = Arc<Bot>>,
        store: Store,
        clock: Clock,
        max_body: usize,
        courtesy: Courtesy,
        metrics: &Metrics,
    ) -> Self {
        let gates = bots.map(|bot| (bot.instance.name.to_string(), Gate::new(bot, metrics))).collect();
        let unknown = metrics.webhooks("", "unknown_instance");
        Self { gates, store, clock, max_body, replays: ReplayGuard::default(), courtesy, unknown }
    }

    /// Answers one request.
    pub async fn receive<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        if parts.method != Method::POST {
            let mut answer = problem(StatusCode::METHOD_NOT_ALLOWED, "Webhooks are sent with POST.");
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return answer;
        }
        if !is_json(&parts.headers) || parts.headers.contains_key(CONTENT_ENCODING) {
            let detail = "A webhook is application/json without Content-Encoding.";
            return closing(problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let declared = parts.headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        if declared.is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > self.max_body)) {
            return too_large();
        }
        let body = match Limited::new(body, self.max_body).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return too_large(),
            Err(_) => return closing(problem(StatusCode::BAD_REQUEST, "The body ended too early.")),
        };
        let Some((gate, path_secret)) = self.gate(parts.uri.path()) else {
            self.unknown.inc();
            return unauthorised();
        };
        let now = self.clock.now();
        let verified =
            match gate.verifier.verify(Unverified { headers: &parts.headers, path_secret, body }, now) {
                Ok(verified) => verified,
                Err(refused) => {
                    gate.counters.unverified.inc();
                    tracing::debug!(
                        instance = %gate.bot.instance.name,
                        flaws = ?refused.flaws().collect::<Vec<_>>(),
                        "a webhook could not be verified"
                    );
                    return unauthorised();
                }
            };
        let verdict = self.judge(gate, &verified, now).await;
        gate.counters.of(&verdict).inc();
        verdict.answer()
    }

    /// The instance and the secret that a path names. Only the one spelling of a path names one.
    fn gate<'a>(&self, path: &'a str) -> Option<(&Gate, Option<&'a str>)> {
        let named = path.strip_prefix("/webhooks/")?;
        let (instance, secret) = match named.split_once('/') {
            Some((instance, secret)) => (instance, Some(secret)),
            None => (named, None),
        };
        Some((self.gates.get(instance)?, secret))
    }

    async fn judge(&self, gate: &Gate, verified: &Verified, now: Timestamp) -> Verdict {
        let message = match payload::read(verified, &InstanceFacts::from(&gate.bot.instance)) {
            Ok(Reading::Message(message)) => message,
            Ok(Reading::Ignored(reason)) => return Verdict::Ignored(reason),
            Err(_) => return Verdict::NotAnObject,
        };
        match self.order(gate, verified, &message, now).await {
            Ok(verdict) => verdict,
            Err(reason) => Verdict::Ignored(reason),
        }
    }

    /// Takes an order of an admin into the journal.
    async fn order(
        &self,
        gate: &Gate,
        verified: &Verified,
        message: &MessageRef<'_>,
        now: Timestamp,
    ) -> Result<Verdict, Reason> {
        let bot = &gate.bot;
        let order = recognise(&message.text, &bot.instance.prefixes).ok_or(Reason::NotACommand)?;
        let message = message.to_message();
        let kind = match named(&order.typed) {
            Some(spec) => Kind::Command(spec),
            None if matches!(message.chat, Chat::Group(_)) => return Err(Reason::NotACommand),
            None => Kind::Unknown,
        };
        let Some(admin) = bot.admins.find(message.sender, message.by_owner) else {
            tracing::debug!(
                instance = %bot.instance.name,
                phone = message.sender.phone.map(tracing::field::display),
                lid = message.sender.lid.map(tracing::field::display),
                "an order of somebody who is no admin was ignored; to allow it, add them under admins"
            );
            if bot.instance.strangers == Strangers::Refuse {
                self.courtesy.refuse(bot, &message, now);
            }
            return Err(Reason::NotAnAdmin);
        };
        if message.sent_at.is_some_and(|sent_at| sent_at > now.plus(TOLERANCE)) {
            return Err(Reason::FromTheFuture);
        }
        let instance = &bot.instance.name;
        if verified.webhook_id().is_some_and(|id| self.replays.seen(instance, id, now)) {
            return Ok(Verdict::Duplicate);
        }
        let (rate, whose) = match kind {
            Kind::Unknown => (&gate.slips, message.chat.address()),
            _ => (&gate.rate, admin.key.as_str()),
        };
        let taken = rate.take(whose, now);
        let kind = match taken {
            rate::Verdict::Within => kind,
            // Another bot would have a word to that, too.
            _ if matches!(kind, Kind::Unknown) => return Err(Reason::TooManyOrders),
            rate::Verdict::FirstOver => Kind::TooMany,
            rate::Verdict::Over => return Err(Reason::TooManyOrders),
        };
        let accepted = journal::accept(&self.store, bot, &admin.key, &message, kind, now).await;
        let verdict = match accepted {
            Ok(Some(id)) => Verdict::Accepted(id),
            Ok(None) => {
                rate.give_back(whose, taken);
                Verdict::Duplicate
            }
            Err(error) => {
                rate.give_back(whose, taken);
                tracing::error!(%error, instance = %instance, "an order could not be written down: 503");
                return Ok(Verdict::Unavailable);
            }
        };
        if let Some(id) = verified.webhook_id() {
            self.replays.remember(instance, id, now);
        }
        Ok(verdict)
    }
}

impl Gate {
    fn new(bot: Arc<Bot>, metrics: &Metrics) -> Self {
        let counter = |outcome| metrics.webhooks(bot.instance.name.as_str(), outcome);
        let counters = Counters {
            accepted: counter("accepted"),
            duplicate: counter("duplicate"),
            unverified: counter("unverified"),
            not_an_object: counter("not_an_object"),
            unavailable: counter("unavailable"),
            ignored: Reason::ALL.map(|reason| counter(reason.as_str())),
        };
        let rate = OrderRate::new(bot.instance.limits.orders_per_minute);
        let slips = OrderRate::new(SLIPS_A_MINUTE);
        Self { verifier: Verifier::new(&bot.instance), rate, slips, counters, bot }
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
        }
    }
}

impl Verdict {
    fn answer(&self) -> Response<Full<Bytes>> {
        match self {
            Self::Accepted(id) => json(format!(r#"{{"status":"accepted","id":"{id}"}}"#)),
            Self::Duplicate => json(r#"{"status":"duplicate"}"#),
            Self::Ignored(reason) => json(format!(r#"{{"status":"ignored","reason":"{reason}"}}"#)),
            Self::NotAnObject => problem(StatusCode::BAD_REQUEST, "The body is no JSON object."),
            Self::Unavailable => {
                let detail = "The journal cannot be written now. Send it again.";
                let mut answer = problem(StatusCode::SERVICE_UNAVAILABLE, detail);
                answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(TRY_AGAIN));
                answer
            }
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn unauthorised() -> Response<Full<Bytes>> {
    problem(StatusCode::UNAUTHORIZED, "The webhook could not be verified.")
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
    let title = status.canonical_reason().unwrap_or_default();
    let body = serde_json::json!({ "title": title, "status": status.as_u16(), "detail": detail });
    with_type(status, "application/problem+json", body.to_string().into())
}

fn with_type(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}
