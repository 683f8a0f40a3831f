//! The metrics of one service. No global recorder: each service, and each test, has its own.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeMetric;
use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};

use super::metric_spec::{self as spec, MetricSpec};
use super::process::ProcessCollector;

/// Upper bounds of the buckets, in seconds: one fsync, or a queue before it.
const WEBHOOK_BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// A few calls; minutes if they are retried.
const COMMAND_BUCKETS: [f64; 11] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0];
/// One call over the internet, up to its timeout.
const CALL_BUCKETS: [f64; 9] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

type LabelSet = Vec<(&'static str, String)>;
pub(super) type FloatGauge = Gauge<f64, AtomicU64>;

/// A metric with labels.
#[derive(Debug)]
pub(super) struct Labelled<M: 'static> {
    spec: &'static MetricSpec,
    family: Family<LabelSet, M, fn() -> M>,
}

impl<M: Metric + Clone> Labelled<M> {
    fn register(registry: &mut Registry, spec: &'static MetricSpec, new: fn() -> M) -> Self
    where
        Family<LabelSet, M, fn() -> M>: EncodeMetric,
    {
        let family = Family::new_with_constructor(new);
        registry.register(spec.base_name(), spec.help, family.clone());
        Self { spec, family }
    }

    /// The metric with these values of its labels. It takes a lock: hot paths keep the result.
    pub(super) fn with(&self, values: &[&str]) -> M {
        self.family.get_or_create_owned(&self.label_set(values))
    }

    /// Removes the metric with these values, since it is not known any more.
    pub(super) fn remove(&self, values: &[&str]) {
        self.family.remove(&self.label_set(values));
    }

    fn label_set(&self, values: &[&str]) -> LabelSet {
        debug_assert_eq!(self.spec.labels.len(), values.len(), "{}", self.spec.name);
        let pairs = self.spec.labels.iter().zip(values).filter(|(_, value)| !value.is_empty());
        pairs.map(|(label, value)| (*label, (*value).to_owned())).collect()
    }
}

/// A format of `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposition {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// The older text format of Prometheus, for collectors that ask for it.
    PrometheusText,
}

impl Exposition {
    /// The value of `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::PrometheusText => prometheus_text::CONTENT_TYPE,
        }
    }
}

/// The metrics of one service.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    pub(super) webhooks: Labelled<Counter>,
    pub(super) verification_failures: Labelled<Counter>,
    pub(super) last_event: Labelled<Gauge>,
    pub(super) webhook_duration: Labelled<Histogram>,
    pub(super) commands: Labelled<Counter>,
    pub(super) command_duration: Labelled<Histogram>,
    pub(super) retries: Labelled<Counter>,
    pub(super) leases_taken_over: Labelled<Counter>,
    pub(super) commands_pending: Labelled<Gauge>,
    pub(super) oldest_pending: Labelled<FloatGauge>,
    pub(super) dead_letters: Labelled<Gauge>,
    pub(super) call_duration: Labelled<Histogram>,
    pub(super) api_errors: Labelled<Counter>,
    pub(super) connected: Labelled<Gauge>,
    pub(super) subscription_end: Labelled<Gauge>,
    store_up: Gauge,
    panics: Counter,
    evicted: Counter,
    rejected: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let registered = &mut registry;
        let metrics = Self {
            webhooks: Labelled::register(registered, &spec::WEBHOOKS, Counter::default),
            verification_failures: Labelled::register(
                registered,
                &spec::VERIFICATION_FAILURES,
                Counter::default,
            ),
            last_event: Labelled::register(registered, &spec::LAST_EVENT, Gauge::default),
            webhook_duration: Labelled::register(registered, &spec::WEBHOOK_DURATION, || {
                Histogram::new(WEBHOOK_BUCKETS)
            }),
            commands: Labelled::register(registered, &spec::COMMANDS, Counter::default),
            command_duration: Labelled::register(registered, &spec::COMMAND_DURATION, || {
                Histogram::new(COMMAND_BUCKETS)
            }),
            retries: Labelled::register(registered, &spec::RETRIES, Counter::default),
            leases_taken_over: Labelled::register(registered, &spec::LEASES_TAKEN_OVER, Counter::default),
            commands_pending: Labelled::register(registered, &spec::COMMANDS_PENDING, Gauge::default),
            oldest_pending: Labelled::register(registered, &spec::OLDEST_PENDING, FloatGauge::default),
            dead_letters: Labelled::register(registered, &spec::DEAD_LETTERS, Gauge::default),
            call_duration: Labelled::register(registered, &spec::CALL_DURATION, || {
                Histogram::new(CALL_BUCKETS)
            }),
            api_errors: Labelled::register(registered, &spec::API_ERRORS, Counter::default),
            connected: Labelled::register(registered, &spec::CONNECTED, Gauge::default),
            subscription_end: Labelled::register(registered, &spec::SUBSCRIPTION_END, Gauge::default),
            store_up: register(registered, &spec::STORE_UP),
            panics: register(registered, &spec::PANICS),
            evicted: register(registered, &spec::EVICTED),
            rejected: register(registered, &spec::REJECTED),
            registry: Registry::default(),
        };
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registered.register(spec::BUILD.base_name(), spec::BUILD.help, build);
        registered.register_collector(Box::new(ProcessCollector::new()));
        Self { registry, ..metrics }
    }
}

/// Registers a metric without labels.
fn register<M: Metric + Clone + Default>(registry: &mut Registry, spec: &MetricSpec) -> M {
    let metric = M::default();
    registry.register(spec.base_name(), spec.help, metric.clone());
    metric
}

impl Metrics {
    /// Sets whether the journal can be read and written.
    pub fn set_store_up(&self, is_up: bool) {
        self.store_up.set(is_up.into());
    }

    /// Counts a panic that was caught.
    pub fn record_panic(&self) {
        self.panics.inc();
    }

    /// Counts an idle connection that was closed for a new one.
    pub fn connection_evicted(&self) {
        self.evicted.inc();
    }

    /// Counts a connection that was closed at once, since its address had too many.
    pub fn connection_rejected(&self) {
        self.rejected.inc();
    }

    /// All metrics in a format.
    pub fn encode(&self, format: Exposition) -> String {
        let mut encoded = String::new();
        let result = match format {
            Exposition::OpenMetrics => text::encode(&mut encoded, &self.registry),
            Exposition::PrometheusText => prometheus_text::encode(&mut encoded, &self.registry),
        };
        // Writing to a string does not fail.
        if result.is_ok() { encoded } else { String::new() }
    }
}
