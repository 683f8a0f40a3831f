//! Metrics and the log. The library adds `vincula_` and `_total` to the names of the counters: `webhooks` is
//! `vincula_webhooks_total`.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{fmt, registry};

use crate::domain::InstanceName;

/// Labels of a counter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    instance: String,
    outcome: &'static str,
}

impl Labels {
    fn new(instance: Option<&InstanceName>, outcome: &'static str) -> Self {
        Self { instance: instance.map(InstanceName::to_string).unwrap_or_default(), outcome }
    }
}

/// The counters of one service. No global recorder: each service, and each test, has its own.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    webhooks: Family<Labels, Counter>,
    commands: Family<Labels, Counter>,
    panics: Counter,
    evicted: Counter,
    rejected: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("vincula");
        let (webhooks, commands) = (Family::default(), Family::default());
        let [panics, evicted, rejected] = <[Counter; 3]>::default();
        registry.register("webhooks", "Webhooks received, by outcome", webhooks.clone());
        registry.register("commands", "Commands that ended, by outcome", commands.clone());
        registry.register("panics", "Panics that were caught", panics.clone());
        let help = "Idle connections closed for a new one";
        registry.register("connections_evicted", help, evicted.clone());
        let help = "Connections closed at once, since their address had too many";
        registry.register("connections_rejected", help, rejected.clone());
        Self { registry, webhooks, commands, panics, evicted, rejected }
    }
}

impl Metrics {
    /// The counter of webhooks with one outcome. Keep it: looking it up takes a lock.
    ///
    /// Without an instance, it counts webhooks of unknown instances.
    pub fn webhooks(&self, instance: Option<&InstanceName>, outcome: &'static str) -> Counter {
        self.webhooks.get_or_create_owned(&Labels::new(instance, outcome))
    }

    /// Counts a command that ended.
    pub fn record_command(&self, instance: &InstanceName, outcome: &'static str) {
        self.commands.get_or_create(&Labels::new(Some(instance), outcome)).inc();
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

    /// All counters in the text format of Prometheus.
    pub fn text(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }
}

/// `RUST_LOG` is not a log filter.
#[derive(Debug, thiserror::Error)]
#[error(
    "RUST_LOG holds `{part}`, {problem}. Write a level (error, warn, info, debug, trace) or target=level, separated by commas, such as `info,vincula=debug`"
)]
pub struct LogFilterError {
    part: String,
    problem: &'static str,
}

/// Sends the log to stderr: text for a terminal, one JSON object a line for a collector.
///
/// `RUST_LOG` chooses what is logged, in the syntax of [`EnvFilter`]; `default` applies to every target that it does
/// not name. An empty variable counts as unset, since compose files set variables to nothing.
///
/// # Errors
/// `RUST_LOG` is not a filter.
pub fn start_log(is_terminal: bool, has_colour: bool, default: LevelFilter) -> Result<(), LogFilterError> {
    let chosen = log_filter(&std::env::var("RUST_LOG").unwrap_or_default(), default)?;
    let log = fmt::layer().with_writer(std::io::stderr);
    // A second call, as tests make it, changes nothing.
    let _ = if is_terminal {
        registry().with(chosen).with(log.with_ansi(has_colour).compact()).try_init()
    } else {
        registry().with(chosen).with(log.json().flatten_event(true)).try_init()
    };
    Ok(())
}

/// The filter that `value` describes. A bare word that is no level would be a target of its own and turn everything
/// else off, so only our own targets may stand alone.
fn log_filter(value: &str, default: LevelFilter) -> Result<EnvFilter, LogFilterError> {
    let mut filter = EnvFilter::default().add_directive(default.into());
    for part in value.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let error = |problem| LogFilterError { part: part.to_owned(), problem };
        let is_level = part.parse::<LevelFilter>().is_ok();
        if !is_level && !part.contains('=') && !part.starts_with("vincula") {
            return Err(error("which is no level"));
        }
        filter = filter.add_directive(part.parse().map_err(|_| error("which is no filter"))?);
    }
    Ok(filter)
}

/// Logs panics with their location, but without their message: that may contain what a person wrote (a slice inside a
/// character prints the whole text). The message is logged at debug, with a backtrace if `RUST_BACKTRACE` is set.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(tracing::field::display);
        tracing::error!(location, "a panic");
        let text = panic.payload_as_str().unwrap_or_default();
        tracing::debug!(text, trace = %std::backtrace::Backtrace::capture(), "panic message");
    }));
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    const CHILD: &str = "VINCULA_TEST_PANICS";

    #[test]
    fn a_log_filter_with_a_mistake_is_an_error_that_names_it() {
        for good in [
            "",
            " ",
            "debug",
            "WARN",
            "off",
            "vincula=debug",
            "warn,vincula::webhook=trace",
            "vincula",
            "info,",
        ] {
            assert!(log_filter(good, LevelFilter::INFO).is_ok(), "{good}");
        }
        for (bad, part) in
            [("inof", "inof"), ("info,vincula=debgu", "vincula=debgu"), ("debug info", "debug info")]
        {
            let error = log_filter(bad, LevelFilter::INFO).unwrap_err().to_string();
            assert!(error.contains(&format!("`{part}`")), "{error}");
        }
    }

    #[test]
    fn what_a_log_filter_does_not_name_keeps_its_level() {
        let filter = log_filter("sqlx=debug", LevelFilter::INFO).unwrap();

        assert_eq!(filter.max_level_hint(), Some(LevelFilter::DEBUG));
        assert!(filter.to_string().contains("info"), "{filter}");
    }

    /// The hook is global, so this test runs itself in a second process.
    #[test]
    fn t24_t41_a_panic_tells_in_the_log_where_it_was_and_not_what_somebody_wrote() {
        if std::env::var_os(CHILD).is_some() {
            start_log(false, false, LevelFilter::INFO).unwrap();
            install_panic_hook();
            let text = "segredo é segredo".to_owned();
            assert!(std::panic::catch_unwind(|| text[..9].len()).is_err());
            return;
        }
        let this =
            "telemetry::tests::t24_t41_a_panic_tells_in_the_log_where_it_was_and_not_what_somebody_wrote";
        let child = |level: &str| {
            let ran = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", this, "--nocapture"])
                .env(CHILD, "1")
                .env("RUST_LOG", level)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            assert!(ran.status.success(), "{ran:?}");
            String::from_utf8(ran.stderr).unwrap()
        };

        let (default, detailed) = (child(""), child("debug"));

        let lines: Vec<serde_json::Value> =
            default.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
        assert_eq!(lines.len(), 1, "{default}");
        assert_eq!(lines[0]["message"], "a panic");
        assert!(
            lines[0]["location"].as_str().is_some_and(|location| location.contains("telemetry.rs:")),
            "{default}"
        );
        assert!(!default.contains("segredo"), "{default}");
        assert!(detailed.contains("segredo"), "{detailed}");
    }
}
