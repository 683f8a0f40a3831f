//! The webhook endpoint of one instance: its verifier, limits and counters.

use std::sync::Arc;

use prometheus_client::metrics::counter::Counter;

use super::command_limiter::CommandRateLimiter;
use super::connection_status::ConnectionStatusCache;
use super::ignore_reason::IgnoreReason;
use super::outcome::WebhookOutcome;
use super::talk_pause::TalkPause;
use super::verify::Verifier;
use crate::domain::InstanceName;
use crate::instance::ReloadableInstance;
use crate::telemetry::Metrics;

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
    pub(super) talk_pause: TalkPause,
    pub(super) connection_status: ConnectionStatusCache,
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
}

/// Counters of requests that were not verified.
pub(super) struct RejectionMetrics {
    pub(super) unauthorized: Counter,
    pub(super) rate_limited: Counter,
    pub(super) overloaded: Counter,
}

impl Endpoint {
    pub(super) fn new(instance: Arc<ReloadableInstance>, metrics: &Metrics) -> Self {
        Self {
            verifier: Verifier::new(&instance.runtime().config),
            command_limiter: CommandRateLimiter::default(),
            unknown_command_limiter: CommandRateLimiter::default(),
            talk_pause: TalkPause::default(),
            connection_status: ConnectionStatusCache::default(),
            metrics: EndpointMetrics::new(metrics, &instance.name),
            instance,
        }
    }

    /// The name of the instance.
    pub(super) fn name(&self) -> &InstanceName {
        &self.instance.name
    }
}

impl EndpointMetrics {
    fn new(metrics: &Metrics, instance: &InstanceName) -> Self {
        let counter = |outcome| metrics.webhooks(Some(instance), outcome);
        Self {
            accepted: counter("accepted"),
            duplicate: counter("duplicate"),
            rejected: RejectionMetrics::new(metrics, Some(instance)),
            invalid_json: counter("invalid_json"),
            store_unavailable: counter("store_unavailable"),
            ignored: IgnoreReason::ALL.map(|reason| counter(reason.as_str())),
        }
    }

    /// Counts an authenticated event.
    pub(super) fn record(&self, outcome: &WebhookOutcome) {
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
    /// The counters of an instance, or of unknown instances.
    pub(super) fn new(metrics: &Metrics, instance: Option<&InstanceName>) -> Self {
        let unauthorized = if instance.is_some() { "unauthorized" } else { "unknown_instance" };
        let [unauthorized, rate_limited, overloaded] =
            [unauthorized, "rate_limited", "overloaded"].map(|outcome| metrics.webhooks(instance, outcome));
        Self { unauthorized, rate_limited, overloaded }
    }
}
