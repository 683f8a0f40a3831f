//! How the service is: findings, store, versions, metrics worth a look.

use askama::Template;
use axum::extract::State;

use super::display::{Display, When, format_duration};
use super::findings::{Finding, list_findings, read_statuses};
use super::nav::Nav;
use super::state::ConsoleState;
use super::viewer::Viewer;
use crate::telemetry::Exposition;
use crate::web::{Page, PageLanguage, PageResult, render};

/// The metrics that are shown, summed over their labels, and the keys of their names.
const METRICS: [(&str, &str); 8] = [
    ("vincula_webhooks_total", "console-metric-webhooks"),
    ("vincula_commands_total", "console-metric-commands"),
    ("vincula_retries_total", "console-metric-retries"),
    ("vincula_zapi_errors_total", "console-metric-api-errors"),
    ("vincula_verification_failures_total", "console-metric-verification-failures"),
    ("vincula_leases_taken_over_total", "console-metric-takeovers"),
    ("vincula_panics_total", "console-metric-panics"),
    ("process_resident_memory_bytes", "console-metric-memory"),
];

struct MetricRow {
    key: &'static str,
    value: String,
}

#[derive(Template)]
#[template(path = "console/health.html")]
struct HealthTemplate {
    page: Page,
    nav: Nav,
    findings: Vec<Finding>,
    is_store_up: bool,
    store_error: String,
    database: &'static str,
    version: &'static str,
    uptime: String,
    started: When,
    metrics: Vec<MetricRow>,
}

/// `GET /health`
pub(super) async fn show(
    State(state): State<ConsoleState>,
    PageLanguage(locale): PageLanguage,
    viewer: Viewer,
) -> PageResult {
    let (runtimes, now) = (state.runtimes(), state.clock.now());
    let display = Display { runtimes: &runtimes, locale, now };
    let ping = state.store.ping().await;
    // Without the journal, the rest is still worth a look.
    let statuses = read_statuses(&state).await.unwrap_or_default();
    let metrics = state.monitor.scrape(Exposition::PrometheusText).await;
    render(&HealthTemplate {
        page: Page::new(locale, "console-health"),
        nav: Nav::new("health", viewer),
        findings: list_findings(&state, &statuses, &display),
        is_store_up: ping.is_ok(),
        store_error: ping.err().map(|error| error.to_string()).unwrap_or_default(),
        database: state.store.database_name(),
        version: env!("CARGO_PKG_VERSION"),
        uptime: format_duration(now.since(state.started_at)),
        started: display.when(state.started_at, ""),
        metrics: METRICS.iter().filter_map(|(name, key)| read_metric(&metrics, name, key)).collect(),
    })
}

/// The sum of a metric over its labels; none if it has no value yet.
fn read_metric(exposition: &str, name: &str, key: &'static str) -> Option<MetricRow> {
    let lines = exposition.lines().filter_map(|line| line.strip_prefix(name));
    let lines = lines.filter(|rest| rest.starts_with(['{', ' ']));
    let values: Vec<f64> = lines.filter_map(|rest| rest.rsplit(' ').next()?.parse().ok()).collect();
    if values.is_empty() {
        return None;
    }
    let sum: f64 = values.iter().sum();
    let value = match name.ends_with("_bytes") {
        true => format!("{:.1} MiB", sum / (1024.0 * 1024.0)),
        false => format!("{sum:.0}"),
    };
    Some(MetricRow { key, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_summed_over_their_labels() {
        let text = "# HELP x y\nx_total{a=\"1\"} 2\nx_total{a=\"b c\"} 3\nx_total_other 9\n";
        assert_eq!(read_metric(text, "x_total", "").unwrap().value, "5");
        assert!(read_metric(text, "y_total", "").is_none());
        assert_eq!(read_metric("m_bytes 1572864\n", "m_bytes", "").unwrap().value, "1.5 MiB");
    }

    #[test]
    fn each_metric_is_documented() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md");
        let documented = std::fs::read_to_string(path).unwrap();
        for (name, _) in METRICS {
            assert!(documented.contains(&format!("`{name}`")), "{name}");
        }
    }
}
