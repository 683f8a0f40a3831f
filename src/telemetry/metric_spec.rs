//! The table of metrics: what `/metrics` registers, and the table in docs/operations.md.

/// The type of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetricKind {
    Counter,
    Gauge,
    Histogram,
    Info,
}

/// A metric: its name, labels and meaning.
#[derive(Debug)]
pub struct MetricSpec {
    /// Its name in a query; a histogram has `_bucket`, `_sum` and `_count` behind it.
    pub name: &'static str,
    pub(super) kind: MetricKind,
    /// Names of its labels. A label without a value is left out.
    pub(super) labels: &'static [&'static str],
    /// What it measures, without a full stop.
    pub(super) help: &'static str,
}

impl MetricKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Info => "info",
        }
    }
}

impl MetricSpec {
    const fn new(
        kind: MetricKind,
        name: &'static str,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self { name, kind, labels, help }
    }

    /// The name under which it is registered: the library adds the suffixes of counters and infos.
    pub(super) fn base_name(&self) -> &'static str {
        let suffix = match self.kind {
            MetricKind::Counter => "_total",
            MetricKind::Info => "_info",
            MetricKind::Gauge | MetricKind::Histogram => "",
        };
        self.name.strip_suffix(suffix).unwrap_or(self.name)
    }
}

/// Not `instance`: Prometheus gives that label to each target.
const INSTANCE: &[&str] = &["zapi_instance"];

pub(super) const WEBHOOKS: MetricSpec = MetricSpec::new(
    MetricKind::Counter,
    "vincula_webhooks_total",
    &["zapi_instance", "outcome", "reason"],
    "Webhooks, by outcome; those that are ignored, by reason",
);
pub(super) const VERIFICATION_FAILURES: MetricSpec = MetricSpec::new(
    MetricKind::Counter,
    "vincula_verification_failures_total",
    &["zapi_instance", "scheme", "failure"],
    "Failed checks of webhooks; one webhook may fail several",
);
pub(super) const LAST_EVENT: MetricSpec = MetricSpec::new(
    MetricKind::Gauge,
    "vincula_last_event_timestamp_seconds",
    INSTANCE,
    "When the last authentic webhook arrived, in Unix time; 0 before the first",
);
pub(super) const WEBHOOK_DURATION: MetricSpec = MetricSpec::new(
    MetricKind::Histogram,
    "vincula_webhook_accept_duration_seconds",
    INSTANCE,
    "From a verified webhook to its command in the journal",
);
pub(super) const COMMANDS: MetricSpec = MetricSpec::new(
    MetricKind::Counter,
    "vincula_commands_total",
    &["zapi_instance", "command", "outcome"],
    "Commands that ended",
);
pub(super) const COMMAND_DURATION: MetricSpec = MetricSpec::new(
    MetricKind::Histogram,
    "vincula_command_duration_seconds",
    INSTANCE,
    "From an accepted command to its reply",
);
pub(super) const RETRIES: MetricSpec = MetricSpec::new(
    MetricKind::Counter,
    "vincula_retries_total",
    &["zapi_instance", "cause"],
    "Attempts of commands and replies that failed and are retried",
);
pub(super) const LEASES_TAKEN_OVER: MetricSpec = MetricSpec::new(
    MetricKind::Counter,
    "vincula_leases_taken_over_total",
    INSTANCE,
    "Commands that were started again after an attempt without an end: a crash, a panic, a lost lease",
);
pub(super) const COMMANDS_PENDING: MetricSpec = MetricSpec::new(
    MetricKind::Gauge,
    "vincula_commands_pending",
    INSTANCE,
    "Commands that wait, run, or whose reply is being sent; absent while the store cannot be read",
);
pub(super) const OLDEST_PENDING: MetricSpec = MetricSpec::new(
    MetricKind::Gauge,
    "vincula_oldest_pending_age_seconds",
    INSTANCE,
    "Age of the oldest pending command; 0 if none is, absent while the store cannot be read",
);
pub(super) const DEAD_LETTERS: MetricSpec = MetricSpec::new(
    MetricKind::Gauge,
    "vincula_dead_letters",
    INSTANCE,
    "Dead letters in the journal; absent while the store cannot be read",
);
pub(super) const CALL_DURATION: MetricSpec = MetricSpec::new(
    MetricKind::Histogram,
    "vincula_zapi_call_duration_seconds",
    &["zapi_instance", "call", "status"],
    "Calls to Z-API, by endpoint and HTTP status; `none` without a response",
);
pub(super) const API_ERRORS: MetricSpec = MetricSpec::new(
    MetricKind::Counter,
    "vincula_zapi_errors_total",
    &["zapi_instance", "cause"],
    "Calls to Z-API that failed; Z-API reports some errors with status 200",
);
pub(super) const CONNECTED: MetricSpec = MetricSpec::new(
    MetricKind::Gauge,
    "vincula_instance_connected",
    INSTANCE,
    "1 if the instance is connected to WhatsApp, 0 if not; absent until known",
);
pub(super) const SUBSCRIPTION_END: MetricSpec = MetricSpec::new(
    MetricKind::Gauge,
    "vincula_subscription_end_timestamp_seconds",
    INSTANCE,
    "Until when the instance is paid for at Z-API, in Unix time; absent until known",
);
pub(super) const STORE_UP: MetricSpec = MetricSpec::new(
    MetricKind::Gauge,
    "vincula_store_up",
    &[],
    "1 if the journal can be read and written, 0 if not",
);
pub(super) const PANICS: MetricSpec =
    MetricSpec::new(MetricKind::Counter, "vincula_panics_total", &[], "Panics that were caught");
pub(super) const EVICTED: MetricSpec = MetricSpec::new(
    MetricKind::Counter,
    "vincula_connections_evicted_total",
    &[],
    "Idle connections closed for a new one: all slots of the listener or of one address were taken",
);
pub(super) const REJECTED: MetricSpec = MetricSpec::new(
    MetricKind::Counter,
    "vincula_connections_rejected_total",
    &[],
    "Connections closed at once: with trusted_proxies, another address had half of max_connections and none was idle",
);
pub(super) const BUILD: MetricSpec =
    MetricSpec::new(MetricKind::Info, "vincula_build_info", &["version"], "Version of the program");
pub(super) const CPU: MetricSpec = MetricSpec::new(
    MetricKind::Counter,
    "process_cpu_seconds_total",
    &[],
    "CPU time of the process, user and system",
);
pub(super) const RESIDENT_MEMORY: MetricSpec = MetricSpec::new(
    MetricKind::Gauge,
    "process_resident_memory_bytes",
    &[],
    "Resident memory of the process",
);
pub(super) const VIRTUAL_MEMORY: MetricSpec =
    MetricSpec::new(MetricKind::Gauge, "process_virtual_memory_bytes", &[], "Virtual memory of the process");
pub(super) const OPEN_FDS: MetricSpec =
    MetricSpec::new(MetricKind::Gauge, "process_open_fds", &[], "Open file descriptors");
pub(super) const MAX_FDS: MetricSpec =
    MetricSpec::new(MetricKind::Gauge, "process_max_fds", &[], "Limit of open file descriptors");
pub(super) const THREADS: MetricSpec =
    MetricSpec::new(MetricKind::Gauge, "process_threads", &[], "Threads of the process");
pub(super) const START_TIME: MetricSpec = MetricSpec::new(
    MetricKind::Gauge,
    "process_start_time_seconds",
    &[],
    "When the process started, in Unix time",
);

/// All metrics, in the order of the documentation.
const ALL: [&MetricSpec; 27] = [
    &WEBHOOKS,
    &VERIFICATION_FAILURES,
    &LAST_EVENT,
    &WEBHOOK_DURATION,
    &COMMANDS,
    &COMMAND_DURATION,
    &RETRIES,
    &LEASES_TAKEN_OVER,
    &COMMANDS_PENDING,
    &OLDEST_PENDING,
    &DEAD_LETTERS,
    &CALL_DURATION,
    &API_ERRORS,
    &CONNECTED,
    &SUBSCRIPTION_END,
    &STORE_UP,
    &PANICS,
    &EVICTED,
    &REJECTED,
    &BUILD,
    &CPU,
    &RESIDENT_MEMORY,
    &VIRTUAL_MEMORY,
    &OPEN_FDS,
    &MAX_FDS,
    &THREADS,
    &START_TIME,
];

/// The table of docs/operations.md.
pub fn markdown() -> String {
    let row = |spec: &&MetricSpec| {
        let labels: Vec<String> = spec.labels.iter().map(|label| format!("`{label}`")).collect();
        let MetricSpec { name, kind, help, .. } = spec;
        format!("| `{name}` | {} | {} | {help} |\n", kind.as_str(), labels.join(", "))
    };
    let rows: String = ALL.iter().map(row).collect();
    format!("| metric | type | labels | meaning |\n|---|---|---|---|\n{rows}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{Exposition, InstanceMetrics, Metrics};
    use super::*;

    #[test]
    fn the_table_is_what_is_registered() {
        let metrics = std::sync::Arc::new(Metrics::default());
        InstanceMetrics::new(metrics.clone(), "main").exercise();

        let text = metrics.encode(Exposition::OpenMetrics);

        let registered: BTreeSet<(String, String)> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
            .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
            .collect();
        let table: BTreeSet<(String, String)> =
            ALL.iter().map(|spec| (spec.base_name().to_owned(), spec.kind.as_str().to_owned())).collect();
        assert_eq!(registered, table, "{text}");
    }

    #[test]
    fn names_follow_the_conventions() {
        for spec in ALL {
            let has_total = spec.name.ends_with("_total");
            assert_eq!(has_total, spec.kind == MetricKind::Counter, "{}", spec.name);
            assert!(spec.name.starts_with("vincula_") || spec.name.starts_with("process_"), "{}", spec.name);
            assert!(!spec.help.ends_with('.') && !spec.help.contains('|'), "{}", spec.name);
        }
    }
}
