//! The metrics of one instance, and the log of its connection to WhatsApp.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::metrics::Metrics;
use crate::clock::Timestamp;

/// HTTP statuses with a label value of their own; a server may send any other.
const KNOWN_STATUSES: [u16; 15] = [200, 201, 204, 400, 401, 403, 404, 405, 408, 425, 429, 500, 502, 503, 504];

/// The metrics of one instance; clones are the same.
#[derive(Clone, Debug)]
pub struct InstanceMetrics(Arc<InstanceState>);

#[derive(Debug)]
struct InstanceState {
    metrics: Arc<Metrics>,
    name: String,
    connection: Mutex<Option<ReportedConnection>>,
    subscription: Mutex<Option<SubscriptionState>>,
}

/// Whether WhatsApp is connected, as was reported last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportedConnection {
    /// WhatsApp was connected.
    pub is_connected: bool,
    /// The first report that said so without another between.
    pub since: Timestamp,
    /// The last one.
    pub reported_at: Timestamp,
}

/// Until when the instance is paid for, as was reported last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionState {
    /// Until when.
    pub end: Timestamp,
    /// When that was reported.
    pub reported_at: Timestamp,
}

/// What the journal holds of one instance.
#[derive(Clone, Copy, Debug)]
pub struct QueueValues {
    /// Commands that have not ended.
    pub pending: usize,
    /// Dead letters.
    pub dead: usize,
    /// Age of the oldest pending command.
    pub oldest_age: Duration,
}

impl Default for InstanceMetrics {
    /// Metrics that nobody reads, for a client outside the service.
    fn default() -> Self {
        Self::new(Arc::default(), "")
    }
}

impl InstanceMetrics {
    /// The metrics of the instance with this name; with an empty one, of webhooks whose path names no instance.
    pub fn new(metrics: Arc<Metrics>, name: &str) -> Self {
        if !name.is_empty() {
            // Alerts watch these increase: a series that began with 1 would not.
            metrics.leases_taken_over.with(&[name]);
            for cause in ["wrong_client_token", "instance_not_found", "address_not_allowed"] {
                metrics.api_errors.with(&[name, cause]);
            }
        }
        Self(Arc::new(InstanceState {
            metrics,
            name: name.to_owned(),
            connection: Mutex::default(),
            subscription: Mutex::default(),
        }))
    }

    fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    fn name(&self) -> &str {
        &self.0.name
    }

    /// The counter of webhooks with an outcome, and a reason if they are ignored.
    pub fn webhooks(&self, outcome: &str, reason: &str) -> Counter {
        self.metrics().webhooks.with(&[self.name(), outcome, reason])
    }

    /// The Unix time of the last authentic webhook.
    pub fn last_event(&self) -> Gauge {
        self.metrics().last_event.with(&[self.name()])
    }

    /// The times from a verified webhook to its command in the journal.
    pub fn webhook_duration(&self) -> Histogram {
        self.metrics().webhook_duration.with(&[self.name()])
    }

    /// Counts a failed check of a webhook.
    pub fn verification_failed(&self, scheme: &str, failure: &str) {
        self.metrics().verification_failures.with(&[self.name(), scheme, failure]).inc();
    }

    /// Counts a command that ended, `duration` after it was accepted.
    pub fn command_completed(&self, command: &str, outcome: &str, duration: Duration) {
        self.metrics().commands.with(&[self.name(), command, outcome]).inc();
        self.metrics().command_duration.with(&[self.name()]).observe(duration.as_secs_f64());
    }

    /// Counts an attempt that failed and is retried.
    pub fn retry_scheduled(&self, cause: &str) {
        self.metrics().retries.with(&[self.name(), cause]).inc();
    }

    /// Counts a command that was started again after an attempt without an end.
    pub fn lease_taken_over(&self) {
        self.metrics().leases_taken_over.with(&[self.name()]).inc();
    }

    /// Counts a call to Z-API; without a status, no response arrived.
    pub fn call_ended(&self, call: &str, status: Option<u16>, duration: Duration) {
        let status = match status {
            None => "none".to_owned(),
            Some(status) if KNOWN_STATUSES.contains(&status) => status.to_string(),
            Some(status @ 100..600) => format!("{}xx", status / 100),
            Some(_) => "other".to_owned(),
        };
        let durations = self.metrics().call_duration.with(&[self.name(), call, &status]);
        durations.observe(duration.as_secs_f64());
    }

    /// Counts a call to Z-API that failed.
    pub fn call_failed(&self, cause: &str) {
        self.metrics().api_errors.with(&[self.name(), cause]).inc();
    }

    /// Sets whether WhatsApp is connected, unless a newer report is known. A change is logged.
    pub fn set_connected(&self, is_connected: bool, at: Timestamp) {
        let mut connection = self.0.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let known = *connection;
        if known.is_some_and(|known| known.reported_at > at) {
            return;
        }
        let same = known.filter(|known| known.is_connected == is_connected);
        let since = same.map_or(at, |known| known.since);
        *connection = Some(ReportedConnection { is_connected, since, reported_at: at });
        self.metrics().connected.with(&[self.name()]).set(is_connected.into());
        let was_connected = known.is_none_or(|known| known.is_connected);
        let instance = self.name();
        match (was_connected, is_connected) {
            (true, false) => tracing::warn!(instance, since = %at, "WhatsApp disconnected"),
            (false, true) => tracing::info!(instance, since = %at, "WhatsApp connected again"),
            _ => {}
        }
    }

    /// Whether WhatsApp is connected, if it is known.
    pub fn connection(&self) -> Option<ReportedConnection> {
        *self.0.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets until when the instance is paid for, as was reported at this time.
    pub fn set_subscription_end(&self, end: Timestamp, reported_at: Timestamp) {
        let state = SubscriptionState { end, reported_at };
        *self.0.subscription.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
        self.metrics().subscription_end.with(&[self.name()]).set(end.as_seconds());
    }

    /// Until when the instance is paid for, if it is known.
    pub fn subscription(&self) -> Option<SubscriptionState> {
        *self.0.subscription.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets what the journal holds; `None` if it cannot be read.
    pub fn set_queue(&self, values: Option<QueueValues>) {
        let Metrics { commands_pending, dead_letters, oldest_pending, .. } = self.metrics();
        let labels = &[self.name()];
        match values {
            Some(QueueValues { pending, dead, oldest_age }) => {
                commands_pending.with(labels).set(i64::try_from(pending).unwrap_or(i64::MAX));
                dead_letters.with(labels).set(i64::try_from(dead).unwrap_or(i64::MAX));
                oldest_pending.with(labels).set(oldest_age.as_secs_f64());
            }
            None => {
                commands_pending.remove(labels);
                dead_letters.remove(labels);
                oldest_pending.remove(labels);
            }
        }
    }

    /// Sets every metric once.
    #[cfg(test)]
    pub(super) fn exercise(&self) {
        let second = Duration::from_secs(1);
        self.webhooks("accepted", "").inc();
        self.last_event().set(1);
        self.webhook_duration().observe(1.0);
        self.verification_failed("zapi_token", "missing");
        self.command_completed("link", "replied", second);
        self.retry_scheduled("unreachable");
        self.lease_taken_over();
        self.call_ended("status", Some(200), second);
        self.call_failed("unreachable");
        self.set_connected(true, Timestamp(1));
        self.set_subscription_end(Timestamp(1), Timestamp(1));
        self.set_queue(Some(QueueValues { pending: 1, dead: 1, oldest_age: second }));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Exposition;
    use super::*;

    fn encode(metrics: &Metrics) -> String {
        metrics.encode(Exposition::OpenMetrics)
    }

    #[test]
    fn a_server_cannot_make_up_label_values() {
        let metrics = Arc::new(Metrics::default());
        let instance = InstanceMetrics::new(metrics.clone(), "main");
        for status in 100..1000 {
            instance.call_ended("status", Some(status), Duration::ZERO);
        }

        let text = encode(&metrics);

        let series = text.lines().filter(|line| line.starts_with("vincula_zapi_call_duration_seconds_count"));
        assert_eq!(series.count(), KNOWN_STATUSES.len() + 6, "{text}");
    }

    #[test]
    fn a_late_report_does_not_change_the_connection() {
        let metrics = Arc::new(Metrics::default());
        let instance = InstanceMetrics::new(metrics.clone(), "main");
        let connected = |value| format!("vincula_instance_connected{{zapi_instance=\"main\"}} {value}\n");
        assert!(!encode(&metrics).contains("connected{"));

        instance.set_connected(false, Timestamp(2_000));
        instance.set_connected(true, Timestamp(1_000));
        assert!(encode(&metrics).contains(&connected(0)));

        instance.set_connected(true, Timestamp(3_000));
        assert!(encode(&metrics).contains(&connected(1)));
    }
}
