//! The log: its format, its filter, and what it says about panics.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing_subscriber::filter::{Directive, EnvFilter, LevelFilter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Registry, fmt, registry, reload};

use crate::config::{LOG_FILTER_HELP, LogFilterError, parse_directives};

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for a person.
    Text,
    /// One JSON object a line, for a collector.
    Json,
}

/// A condition that is logged once when it begins, and once when it ends.
#[derive(Debug, Default)]
pub struct LoggedCondition(AtomicBool);

impl LoggedCondition {
    /// Records that it holds. Returns whether it did not hold before.
    pub fn begin(&self) -> bool {
        !self.0.swap(true, Ordering::Relaxed)
    }

    /// Records that it does not hold. Returns whether it held before.
    pub fn end(&self) -> bool {
        self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Relaxed)
    }
}

/// `RUST_LOG` is not a log filter.
#[derive(Debug, thiserror::Error)]
#[error("RUST_LOG {0}. {LOG_FILTER_HELP}")]
pub struct RustLogError(#[from] LogFilterError);

/// The filter of the running log.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Sends the log to stderr.
///
/// `RUST_LOG` chooses what is logged, in the syntax of [`EnvFilter`], or else `filter`; `default` applies to every target
/// that neither names. An empty variable counts as unset, since compose files set variables to nothing.
///
/// # Errors
/// `RUST_LOG` is not a filter.
pub fn start_log(
    format: LogFormat,
    has_colour: bool,
    default: LevelFilter,
    filter: &str,
) -> Result<(), RustLogError> {
    let (filter, handle) = reload::Layer::new(choose_filter(default, filter)?);
    let log = fmt::layer().with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => registry().with(filter).with(log.with_ansi(has_colour).compact()).try_init(),
        LogFormat::Json => {
            registry().with(filter).with(log.json().flatten_event(true).with_span_list(false)).try_init()
        }
    };
    // A second call, as tests make it, changes nothing.
    if started.is_ok() {
        let _ = FILTER.set(handle);
    }
    Ok(())
}

/// Replaces the filter of the running log, unless `RUST_LOG` is set. Returns whether `filter` holds.
///
/// # Errors
/// `RUST_LOG` is not a filter.
pub fn set_log_filter(default: LevelFilter, filter: &str) -> Result<bool, RustLogError> {
    let filter = choose_filter(default, filter)?;
    if let Some(handle) = FILTER.get() {
        // Fails only if the log has ended.
        let _ = handle.reload(filter);
    }
    Ok(rust_log().is_none())
}

/// The filter of `RUST_LOG`, if it is set.
fn rust_log() -> Option<String> {
    std::env::var("RUST_LOG").ok().filter(|filter| !filter.trim().is_empty())
}

/// The filter of `RUST_LOG`, or else of the configuration.
fn choose_filter(default: LevelFilter, configured: &str) -> Result<EnvFilter, RustLogError> {
    let variable = rust_log();
    Ok(build_filter(default, parse_directives(variable.as_deref().unwrap_or(configured))?))
}

fn build_filter(default: LevelFilter, directives: Vec<Directive>) -> EnvFilter {
    let filter = EnvFilter::default().add_directive(default.into());
    directives.into_iter().fold(filter, EnvFilter::add_directive)
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
    fn what_a_log_filter_does_not_name_keeps_its_level() {
        let filter = build_filter(LevelFilter::INFO, parse_directives("sqlx=debug").unwrap());

        assert_eq!(filter.max_level_hint(), Some(LevelFilter::DEBUG));
        assert!(filter.to_string().contains("info"), "{filter}");
    }

    /// The hook is global, so this test runs itself in a second process.
    #[test]
    fn t24_t41_a_panic_tells_in_the_log_where_it_was_and_not_what_somebody_wrote() {
        if std::env::var_os(CHILD).is_some() {
            start_log(LogFormat::Json, false, LevelFilter::INFO, "").unwrap();
            install_panic_hook();
            let text = "segredo é segredo".to_owned();
            assert!(std::panic::catch_unwind(|| text[..9].len()).is_err());
            return;
        }
        let this = "telemetry::log::tests::t24_t41_a_panic_tells_in_the_log_where_it_was_and_not_what_somebody_wrote";
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
            lines[0]["location"].as_str().is_some_and(|location| location.contains("log.rs:")),
            "{default}"
        );
        assert!(!default.contains("segredo"), "{default}");
        assert!(detailed.contains("segredo"), "{detailed}");
    }
}
