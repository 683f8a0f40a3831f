//! `POST /webhooks/{instance}[/{secret}]`: authenticates a request, reads its event, and responds (docs/webhooks.md).
//!
//! Nearly every request is chatter: it is verified, parsed and given a response without a write or a copy of its text. Only messages of admins that are commands, edits, deletions, expected
//! replies, wishes or talk, connection status changes, and reports on the delivery of announcements are written to the
//! journal ([`Enqueuer`]).
//!
//! Unauthenticated requests are cheap: if the headers match no instance, the body is not read. To hide which instances
//! exist, headers are checked against all of them, and every rejected body is hashed the same number of times. Failures
//! are limited per client address; see [`WebhookHandler::handle`].

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use http::request::Parts;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::body::{BodyError, BodyReader, SMALL_BODY};
use super::client_addr::{ClientAddr, PeerAddr};
use super::endpoint::{Endpoint, RejectionMetrics};
use super::enqueue::{AdmittedMessage, Enqueuer, IncomingMessage};
use super::failure_limiter::AuthFailureLimiter;
use super::intent;
use super::outcome::{
    BODY_INCOMPLETE, BODY_TOO_LARGE, TOO_MANY_LARGE_BODIES, UNAUTHORIZED, UNSUPPORTED_MEDIA_TYPE,
    WebhookOutcome, too_many_requests,
};
use super::payload::{self, InstanceInfo, ParsedEvent};
use super::request_id::{REQUEST_ID, RequestId, RequestIds};
use super::verify::{self, Credentials, Precheck, RequestMeta, Verified, VerifyError};
use crate::clock::{Clock, Timestamp};
use crate::config::{AddressRange, ServerConfig};
use crate::failpoint::{self, Step};
use crate::instance::ReloadableInstance;
use crate::problem::Problem;
use crate::storage::ConnectionReport;
use crate::telemetry::{InstanceMetrics, Metrics};

/// Handles the webhooks of all instances.
pub struct WebhookHandler {
    /// Sorted by name.
    endpoints: Vec<Endpoint>,
    clock: Clock,
    body_reader: BodyReader,
    trusted_proxies: Vec<AddressRange>,
    auth_failures: AuthFailureLimiter,
    enqueuer: Enqueuer,
    request_ids: RequestIds,
    /// Rejected requests whose path names no known instance.
    unknown_instance: RejectionMetrics,
    /// How often a rejected body is hashed: the highest number of keys of any instance.
    max_hash_passes: usize,
}

/// What became of an event.
enum Dispatched<'a> {
    /// Its outcome is known, and nothing is written.
    Done(WebhookOutcome),
    /// It is written to the journal.
    Writing(BoxFuture<'a, WebhookOutcome>),
}

/// What the head of a request says.
struct RequestHead<'e, 'r> {
    content_length: Option<u64>,
    credentials: Option<(&'e Endpoint, Credentials<'r>)>,
    precheck: Result<Precheck, VerifyError>,
}

/// The axum handler of `POST /webhooks/…`.
pub fn handle_webhook(
    State(handler): State<Arc<WebhookHandler>>,
    Extension(PeerAddr(peer)): Extension<PeerAddr>,
    request: Request,
) -> impl Future<Output = Response> + Send {
    // Not in an async function, which would hold the request several times.
    let (parts, body) = request.into_parts();
    async move { handler.handle(&parts, body, peer).await }
}

impl WebhookHandler {
    /// A handler for these instances.
    pub fn new(
        instances: impl Iterator<Item = Arc<ReloadableInstance>>,
        enqueuer: Enqueuer,
        clock: Clock,
        server: &ServerConfig,
        metrics: &Arc<Metrics>,
    ) -> Self {
        let mut endpoints: Vec<_> = instances.map(Endpoint::new).collect();
        endpoints.sort_unstable_by(|one, other| one.name().cmp(other.name()));
        let hash_passes = endpoints.iter().map(|endpoint| endpoint.verifier.hash_passes());
        Self {
            max_hash_passes: hash_passes.max().unwrap_or(0),
            endpoints,
            clock,
            body_reader: BodyReader::new(server.max_body),
            trusted_proxies: server.trusted_proxies.clone(),
            auth_failures: AuthFailureLimiter::new(Instant::now()),
            enqueuer,
            request_ids: RequestIds::default(),
            unknown_instance: RejectionMetrics::new(
                InstanceMetrics::new(metrics.clone(), ""),
                "unknown_instance",
            ),
        }
    }

    /// Handles one request.
    ///
    /// A client address above the failure limit gets 429 instead of 401. Its requests are still verified if the headers
    /// authenticate them, or if they need the body and its `Content-Length` is at most [`SMALL_BODY`]. So failed requests from an address
    /// cannot block an admin's signed command from the same address.
    pub async fn handle(&self, parts: &Parts, body: Body, peer: IpAddr) -> Response {
        failpoint::reach(Step::Received);
        let id = self.request_ids.next();
        let mut response = match self.authenticate(parts, body, peer, id).await {
            Ok((endpoint, verified, now)) => {
                failpoint::reach(Step::Verified);
                let outcome = match self.dispatch(endpoint, &verified, now, id) {
                    Dispatched::Done(outcome) => outcome,
                    Dispatched::Writing(outcome) => outcome.await,
                };
                endpoint.metrics.record(&outcome, now);
                outcome.into_response()
            }
            Err(problem) => problem.into_response(),
        };
        response.headers_mut().insert(REQUEST_ID, id.into());
        response
    }

    /// Reads and verifies a request. Returns its endpoint, the body, and the time at which it was verified.
    async fn authenticate(
        &self,
        parts: &Parts,
        body: Body,
        peer: IpAddr,
        id: RequestId,
    ) -> Result<(&Endpoint, Verified, Timestamp), Problem> {
        let headers = &parts.headers;
        let RequestHead { content_length, credentials, precheck } = self.read_head(parts)?;
        let endpoint = credentials.as_ref().map(|(endpoint, _)| *endpoint);
        let client_addr = || ClientAddr::from_request(peer, headers, &self.trusted_proxies);
        let unauthenticated_client = match precheck {
            Ok(Precheck::Authenticated) => None,
            Ok(Precheck::NeedsBody) => Some(client_addr()),
            Err(error) => {
                let problem = self.reject(endpoint, &error, client_addr(), id);
                // Keep the connection only if the whole body has arrived. With `Expect: 100-continue`, polling the
                // body would tell the client to send it.
                let is_complete =
                    !headers.contains_key(EXPECT) && BodyReader::already_received(body, content_length);
                return Err(if is_complete { problem } else { problem.close_connection() });
            }
        };
        let declares_small_body = content_length.is_some_and(|length| length <= SMALL_BODY as u64);
        if !declares_small_body
            && let Some(client) = unauthenticated_client
            && let Some(wait) = self.auth_failures.retry_after(client, Instant::now())
        {
            self.rejection_metrics(endpoint).rate_limited.inc();
            return Err(too_many_requests(wait).close_connection());
        }
        let body = self.read_body(endpoint, body, content_length, unauthenticated_client).await?;
        let now = self.clock.now();
        let verified = match credentials {
            Some((endpoint, credentials)) => {
                endpoint.verifier.verify(&credentials, body.clone(), now).map(|body| (endpoint, body))
            }
            None => Err(VerifyError::unknown_instance()),
        };
        match verified {
            Ok((endpoint, verified)) => Ok((endpoint, verified, now)),
            Err(error) => {
                // Hash the body equally often for every instance, known or unknown, so that the response time does not
                // reveal which exist.
                let passes_done = endpoint.map_or(0, |endpoint| endpoint.verifier.hash_passes());
                verify::equalize_hash_time(&body, self.max_hash_passes - passes_done);
                Err(self.reject(endpoint, &error, client_addr(), id))
            }
        }
    }

    /// Reads and checks the head of a request.
    fn read_head<'e, 'r>(&'e self, parts: &'r Parts) -> Result<RequestHead<'e, 'r>, Problem> {
        let headers = &parts.headers;
        if !is_json(headers) || headers.contains_key(CONTENT_ENCODING) {
            return Err(UNSUPPORTED_MEDIA_TYPE);
        }
        let content_length =
            headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if content_length.is_some_and(|length| self.body_reader.exceeds_limit(length)) {
            return Err(BODY_TOO_LARGE);
        }
        let path = parts.uri.path();
        let meta = RequestMeta::new(headers, path_secret(path));
        let endpoint = self.find_endpoint(path);
        let credentials = endpoint.map(|endpoint| (endpoint, endpoint.verifier.read_credentials(&meta)));
        let precheck = self.precheck(credentials.as_ref(), &meta);
        Ok(RequestHead { content_length, credentials, precheck })
    }

    /// Checks the headers and the path, before the body is read.
    fn precheck(
        &self,
        credentials: Option<&(&Endpoint, Credentials<'_>)>,
        meta: &RequestMeta<'_>,
    ) -> Result<Precheck, VerifyError> {
        let now = || self.clock.now();
        let result = match credentials {
            Some((endpoint, credentials)) => endpoint.verifier.precheck(credentials, now),
            None => Err(VerifyError::unknown_instance()),
        };
        // Try all endpoints: if another one accepts these headers, read the body, so that the response does not
        // reveal which instances exist.
        let is_accepted_by =
            |other: &Endpoint| other.verifier.precheck(&other.verifier.read_credentials(meta), now).is_ok();
        match result {
            Err(_) if self.endpoints.iter().any(is_accepted_by) => Ok(Precheck::NeedsBody),
            result => result,
        }
    }

    async fn read_body(
        &self,
        endpoint: Option<&Endpoint>,
        body: Body,
        length: Option<u64>,
        unauthenticated_client: Option<ClientAddr>,
    ) -> Result<Bytes, Problem> {
        self.body_reader.read(body, length, unauthenticated_client).await.map_err(|error| match error {
            BodyError::TooLarge => BODY_TOO_LARGE,
            BodyError::Incomplete => BODY_INCOMPLETE,
            BodyError::Overloaded => {
                self.rejection_metrics(endpoint).overloaded.inc();
                TOO_MANY_LARGE_BODIES
            }
        })
    }

    /// Counts a failed verification for its client address, and returns the response.
    fn reject(
        &self,
        endpoint: Option<&Endpoint>,
        error: &VerifyError,
        client: ClientAddr,
        id: RequestId,
    ) -> Problem {
        if let Some(endpoint) = endpoint {
            tracing::debug!(
                request = %id,
                instance = %endpoint.name(),
                failures = ?error.failures().collect::<Vec<_>>(),
                "webhook verification failed"
            );
        }
        let metrics = self.rejection_metrics(endpoint);
        metrics.record_failures(error);
        match self.auth_failures.record_failure(client, Instant::now()) {
            None => {
                metrics.unauthorized.inc();
                UNAUTHORIZED
            }
            Some(wait) => {
                metrics.rate_limited.inc();
                too_many_requests(wait)
            }
        }
    }

    fn rejection_metrics<'a>(&'a self, endpoint: Option<&'a Endpoint>) -> &'a RejectionMetrics {
        endpoint.map_or(&self.unknown_instance, |endpoint| &endpoint.metrics.rejected)
    }

    /// The endpoint of a path, which is neither normalized nor percent-decoded: only the exact path matches.
    fn find_endpoint(&self, path: &str) -> Option<&Endpoint> {
        let instance = path.strip_prefix("/webhooks/")?.split('/').next()?;
        let index =
            self.endpoints.binary_search_by(|endpoint| endpoint.name().as_str().cmp(instance)).ok()?;
        self.endpoints.get(index)
    }

    /// Reads an authenticated event, and sends what is to be stored to the journal. Not an async function,
    /// whose future would hold the event.
    fn dispatch<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        verified: &'a Verified,
        now: Timestamp,
        id: RequestId,
    ) -> Dispatched<'a> {
        let instance = &*endpoint.instance.runtime();
        let message = match payload::parse_event(verified, &InstanceInfo::from(&instance.config)) {
            Ok(ParsedEvent::Message(message)) => message,
            Ok(ParsedEvent::Connection { is_connected, at }) => {
                let at = at.filter(|at| *at <= now).unwrap_or(now);
                let report = ConnectionReport { is_connected, at };
                instance.metrics.set_connected(is_connected, at);
                let writing = self.enqueuer.record_connection_status(endpoint, report, now);
                return Dispatched::Writing(Box::pin(writing));
            }
            Ok(ParsedEvent::Delivery(report)) => {
                return Dispatched::Writing(Box::pin(self.enqueuer.record_delivery(endpoint, report, now)));
            }
            Ok(ParsedEvent::Ignored(reason)) => return Dispatched::Done(WebhookOutcome::Ignored(reason)),
            Err(_) => return Dispatched::Done(WebhookOutcome::InvalidJson),
        };
        // The event carries the bot's own number, which never counts as an admin.
        if let (Some(admins), Some(bot_phone)) = (&instance.community_admins, message.bot_phone) {
            admins.exclude_phone(bot_phone);
        }
        // Only to skip messages of non-admins early; `admit` checks every message.
        let is_admin = || instance.find_admin(message.sender, message.by_owner).is_some();
        let intent = match intent::detect(&message, &instance.parser, is_admin) {
            Ok(intent) => intent,
            Err(reason) => return Dispatched::Done(WebhookOutcome::Ignored(reason)),
        };
        let webhook_id = verified.webhook_id();
        let incoming = IncomingMessage { intent, message, webhook_id, received_at: now, request_id: id };
        match self.enqueuer.admit(endpoint, instance, incoming) {
            Ok(message) => {
                let span = tracing::error_span!("webhook", request = %id, instance = %endpoint.name());
                Dispatched::Writing(Box::pin(self.store(endpoint, message).instrument(span)))
            }
            Err(outcome) => Dispatched::Done(outcome),
        }
    }

    /// Sends a message to the journal.
    async fn store(&self, endpoint: &Endpoint, message: AdmittedMessage<'_>) -> WebhookOutcome {
        let started = Instant::now();
        let outcome = self.enqueuer.enqueue(endpoint, message).await;
        if let WebhookOutcome::Accepted(id) = &outcome {
            endpoint.metrics.accept_duration.observe(started.elapsed().as_secs_f64());
            tracing::info!(id, "command accepted");
        }
        outcome
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let value = value.to_str().unwrap_or_default().as_bytes();
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    essence.eq_ignore_ascii_case(b"application/json")
}

/// The path secret: everything after `/webhooks/{instance}/`.
fn path_secret(path: &str) -> Option<&str> {
    path.strip_prefix("/webhooks/")?.split_once('/').map(|(_, secret)| secret)
}
