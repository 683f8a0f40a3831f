//! The webhook endpoint of one instance: its verifier, limits and counters.

use std::sync::Arc;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::command_limiter::CommandRateLimiter;
use super::connection_status::ConnectionStatusCache;
use super::ignore_reason::IgnoreReason;
use super::outcome::WebhookOutcome;
use super::verify::{Verifier, VerifyError};
use crate::clock::Timestamp;
use crate::domain::InstanceName;
use crate::instance::ReloadableInstance;
use crate::telemetry::{InstanceMetrics, LoggedCondition};

/// Replies to unknown commands in one chat and minute (THREATS.md, T13).
pub(super) const UNKNOWN_COMMANDS_PER_MINUTE: u32 = 20;

/// The endpoint of one instance.
pub(super) struct Endpoint {
    pub(super) instance: Arc<ReloadableInstance>,
    pub(super) verifier: Verifier,
    /// Commands, by admin.
    pub(super) command_limiter: CommandRateLimiter,
    /// Unknown commands, by chat.
    pub(super) unknown_command_limiter: CommandRateLimiter,
    pub(super) connection_status: ConnectionStatusCache,
    /// The last message of an admin was from the future.
    pub(super) clock_skew: LoggedCondition,
    pub(super) metrics: EndpointMetrics,
}

/// Counters of an endpoint, by outcome.
pub(super) struct EndpointMetrics {
    accepted: Counter,
    duplicate: Counter,
    pub(super) rejected: RejectionMetrics,
    invalid_json: Counter,
    store_unavailable: Counter,
    ignored: [Counter; IgnoreReason::ALL.len()],
    last_event: Gauge,
    /// From a verified webhook to its command in the journal.
    pub(super) accept_duration: Histogram,
}

/// Counters of requests that were not verified.
pub(super) struct RejectionMetrics {
    pub(super) unauthorized: Counter,
    pub(super) rate_limited: Counter,
    pub(super) overloaded: Counter,
    metrics: InstanceMetrics,
}

impl Endpoint {
    pub(super) fn new(instance: Arc<ReloadableInstance>) -> Self {
        Self {
            verifier: Verifier::new(&instance.runtime().config),
            command_limiter: CommandRateLimiter::default(),
            unknown_command_limiter: CommandRateLimiter::default(),
            connection_status: ConnectionStatusCache::default(),
            clock_skew: LoggedCondition::default(),
            metrics: EndpointMetrics::new(&instance.runtime().metrics),
            instance,
        }
    }

    /// The name of the instance.
    pub(super) fn name(&self) -> &InstanceName {
        &self.instance.name
    }
}

impl EndpointMetrics {
    fn new(metrics: &InstanceMetrics) -> Self {
        let counter = |outcome| metrics.webhooks(outcome, "");
        Self {
            accepted: counter("accepted"),
            duplicate: counter("duplicate"),
            rejected: RejectionMetrics::new(metrics.clone(), "unauthorized"),
            invalid_json: counter("invalid_json"),
            store_unavailable: counter("store_unavailable"),
            ignored: IgnoreReason::ALL.map(|reason| metrics.webhooks("ignored", reason.as_str())),
            last_event: metrics.last_event(),
            accept_duration: metrics.webhook_duration(),
        }
    }

    /// Counts an authentic event that was received at this time.
    pub(super) fn record(&self, outcome: &WebhookOutcome, received_at: Timestamp) {
        self.last_event.set(received_at.as_seconds());
        let counter = match outcome {
            WebhookOutcome::Accepted(_) => &self.accepted,
            WebhookOutcome::Duplicate => &self.duplicate,
            WebhookOutcome::Ignored(reason) => &self.ignored[*reason as usize],
            WebhookOutcome::InvalidJson => &self.invalid_json,
            WebhookOutcome::StoreUnavailable => &self.store_unavailable,
            WebhookOutcome::Overloaded => &self.rejected.overloaded,
        };
        counter.inc();
    }
}

impl RejectionMetrics {
    /// The counters of an instance, or of unknown instances; `unauthorized` is the outcome of a failed verification.
    pub(super) fn new(metrics: InstanceMetrics, unauthorized: &str) -> Self {
        let [unauthorized, rate_limited, overloaded] =
            [unauthorized, "rate_limited", "overloaded"].map(|outcome| metrics.webhooks(outcome, ""));
        Self { unauthorized, rate_limited, overloaded, metrics }
    }

    /// Counts what failed. Requests of unknown instances count too: as many locks, so that the response time does not
    /// reveal which instances exist.
    pub(super) fn record_failures(&self, error: &VerifyError) {
        let mut failures = error.failures().peekable();
        if failures.peek().is_none() {
            self.metrics.verification_failed("path", "unknown_instance");
        }
        for (scheme, failure) in failures {
            self.metrics.verification_failed(scheme.as_str(), failure.as_str());
        }
    }
}
