//! `/metrics`, the alerts and the dashboard: what an operator sees of webhooks, commands, Z-API and the store.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use vincula::sandbox::webhook_event::Response;
use vincula::sandbox::{Fault, FaultResponse};
use vincula::storage::ListFilter;

use crate::support::raw_connection::{ask, request};
use crate::support::{ANA, NON_ADMIN, Service};

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl Service {
    async fn scrape(&self, accept: &str) -> Response {
        ask(&self.admin_url, &request("GET", "/metrics", &[("accept", accept)], b"")).await
    }

    /// Scrapes until a line is there.
    async fn wait_for_metric(&self, line: &str) {
        let started = Instant::now();
        loop {
            let text = self.metrics().await;
            if text.lines().any(|found| found == line) {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "{line} is not in {text}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A service with a value for every metric.
async fn busy_service() -> Service {
    let bot = Service::with().timing(|timing| timing.account_poll = Duration::from_secs(1)).start().await;
    bot.sandbox.faults().fail_next("communities?", 1, Fault::Replace(FaultResponse::bad_gateway()));
    bot.ask(ANA, "/communities").await;
    bot.settled().await;
    bot.deliver("/webhooks/main", &[], b"{}").await;
    bot.send(NON_ADMIN, "que bom").await;
    bot.wait_for_metric("vincula_instance_connected{zapi_instance=\"main\"} 1").await;
    bot
}

#[tokio::test]
async fn each_step_is_measured() {
    let bot = busy_service().await;

    let text = bot.metrics().await;

    for line in [
        "vincula_webhooks_total{zapi_instance=\"main\",outcome=\"ignored\",reason=\"not_a_command\"} 1",
        "vincula_verification_failures_total{zapi_instance=\"main\",scheme=\"zapi_token\",failure=\"missing\"} 1",
        "vincula_webhook_accept_duration_seconds_count{zapi_instance=\"main\"} 1",
        "vincula_commands_total{zapi_instance=\"main\",command=\"communities\",outcome=\"replied\"} 1",
        "vincula_command_duration_seconds_count{zapi_instance=\"main\"} 1",
        "vincula_retries_total{zapi_instance=\"main\",cause=\"server_error\"} 1",
        "vincula_zapi_errors_total{zapi_instance=\"main\",cause=\"server_error\"} 1",
        "vincula_zapi_call_duration_seconds_count{zapi_instance=\"main\",call=\"communities\",status=\"502\"} 1",
        "vincula_zapi_call_duration_seconds_count{zapi_instance=\"main\",call=\"send-text\",status=\"200\"} 1",
        "vincula_commands_pending{zapi_instance=\"main\"} 0",
        "vincula_oldest_pending_age_seconds{zapi_instance=\"main\"} 0.0",
        "vincula_dead_letters{zapi_instance=\"main\"} 0",
        "vincula_subscription_end_timestamp_seconds{zapi_instance=\"main\"} 1893456000",
        "vincula_store_up 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in {text}");
    }
    let value = |name: &str| -> f64 {
        let line =
            text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}: {text}"));
        line.trim().parse().unwrap()
    };
    assert!(value("process_resident_memory_bytes ") > 1_000_000.0);
    assert!(value("process_cpu_seconds_total ") > 0.0);
    assert!((5.0..=value("process_max_fds ")).contains(&value("process_open_fds ")));
    assert!(value("vincula_last_event_timestamp_seconds{zapi_instance=\"main\"} ") > 1_700_000_000.0);
    assert!(text.contains(concat!("vincula_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1")));
}

#[tokio::test]
async fn the_format_is_what_the_client_accepts() {
    let bot = Service::start().await;
    let prometheus =
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
    for accept in [prometheus, "*/*", "text/html,*/*;q=0.8", "application/json"] {
        let response = bot.scrape(accept).await;
        assert_eq!(response.header("content-type"), Some(OPENMETRICS), "{accept}");
        assert!(response.text().ends_with("\n# EOF\n"), "{accept}");
    }

    let response = bot.scrape("text/plain; version=0.0.4").await;

    assert_eq!(response.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert!(response.text().contains("# TYPE vincula_panics_total counter\n"), "{}", response.text());
}

/// Each sample belongs to the family before it, and no family appears twice.
#[tokio::test]
async fn each_sample_belongs_to_a_described_family() {
    let bot = busy_service().await;
    let (mut families, mut family) = (BTreeSet::new(), String::new());

    for line in bot.metrics().await.lines() {
        if let Some(described) = line.strip_prefix("# TYPE ") {
            family = described.split(' ').next().unwrap().to_owned();
            assert!(families.insert(family.clone()), "{family} is described twice");
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            let suffix = name.strip_prefix(&family).unwrap_or_else(|| panic!("{line} stands below {family}"));
            assert!(["", "_total", "_info", "_sum", "_count", "_bucket"].contains(&suffix), "{line}");
        }
    }
}

#[tokio::test]
async fn waiting_commands_and_dead_letters_are_counted() {
    let bot = Service::with().instance("give_up_after = \"10s\"").start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    bot.send(ANA, "/link \"Bairro Feliz\" futebol").await;
    bot.within(call.wait_reached()).await;

    bot.wait_for_metric("vincula_commands_pending{zapi_instance=\"main\"} 1").await;
    let text = bot.metrics().await;
    assert!(!text.contains("vincula_oldest_pending_age_seconds{zapi_instance=\"main\"} 0.0\n"), "{text}");

    call.release();
    bot.settled().await;
    bot.sandbox.faults().fail_always("send-text", Fault::Replace(FaultResponse::text(400, "no")));
    bot.send(ANA, "/status").await;
    bot.settled().await;
    bot.wait_for_metric("vincula_dead_letters{zapi_instance=\"main\"} 1").await;
}

#[tokio::test]
async fn a_lost_connection_is_seen_from_its_event_and_from_a_poll() {
    let bot = Service::start().await;
    let event = |kind: &str| bot.message(ANA, "").with("type", kind).with("momment", bot.clock.now().0);
    let connected = |value| format!("vincula_instance_connected{{zapi_instance=\"main\"}} {value}");

    bot.post(&event("DisconnectedCallback").with("disconnected", true)).await;
    bot.wait_for_metric(&connected(0)).await;
    bot.clock.advance(Duration::from_secs(1));
    bot.post(&event("ConnectedCallback").with("connected", true)).await;
    bot.wait_for_metric(&connected(1)).await;

    let polling =
        Service::with().timing(|timing| timing.account_poll = Duration::from_millis(500)).start().await;
    polling.wait_for_metric(&connected(1)).await;
    polling.sandbox.faults().fail_always(
        "me",
        Fault::Replace(FaultResponse::text(200, r#"{"id":"x","connected":"false","due":1893456000}"#)),
    );
    polling.wait_for_metric(&connected(0)).await;
}

#[tokio::test]
async fn a_scrape_works_and_says_so_when_the_store_is_down() {
    let bot = Service::with().on_sqlite().start().await;
    bot.wait_for_metric("vincula_store_up 1").await;
    let lock = crate::webhook::hold(&bot.journal_path()).await;
    assert!(bot.send(ANA, "/status").await.contains("\"status\":503"));

    bot.wait_for_metric("vincula_store_up 0").await;

    let text = bot.metrics().await;
    assert!(!text.contains("vincula_commands_pending{"), "an old value is shown as current: {text}");
    assert!(text.contains("outcome=\"store_unavailable\"} 1"), "{text}");
    drop(lock);
    bot.wait_for_metric("vincula_store_up 1").await;
    bot.wait_for_metric("vincula_commands_pending{zapi_instance=\"main\"} 0").await;
}

#[tokio::test]
async fn a_command_of_a_crashed_process_is_counted_when_it_is_started_again() {
    let mut bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    bot.send(ANA, "/link \"Bairro Feliz\" futebol").await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    call.release();

    bot.restart().await;

    bot.wait_for_metric("vincula_leases_taken_over_total{zapi_instance=\"main\"} 1").await;
    bot.settled().await;
}

#[tokio::test]
async fn every_webhook_has_a_request_id_of_its_own() {
    let bot = Service::start().await;
    let mut ids = BTreeSet::new();
    for response in [
        bot.post(&bot.message(ANA, "/whoami")).await,
        bot.post(&bot.message(NON_ADMIN, "que bom")).await,
        bot.deliver("/webhooks/main", &[], b"{}").await,
        bot.deliver("/webhooks/main", &[bot.token()], b"[]").await,
    ] {
        let id = response.header("x-request-id").unwrap_or_else(|| panic!("{}", response.text())).to_owned();
        assert!(id.len() == 16 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{id}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), 4);
    assert_eq!(bot.store.page(&ListFilter::default(), None, 10).await.unwrap().len(), 1);
}

/// The names of metrics in a text, as a query has them.
fn metric_names(text: &str) -> BTreeSet<String> {
    let name = regex::Regex::new(r"\b(?:vincula|process)_[a-z_]+\b").unwrap();
    name.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

#[tokio::test]
async fn rules_and_dashboard_use_only_metrics_that_are_scraped() {
    let bot = busy_service().await;
    let samples = bot.scrape("text/plain").await.text();
    let samples = samples.lines().map(|line| line.split(['{', ' ']).next().unwrap_or_default());
    // Series of what has not happened yet, with their descriptions.
    let described = bot.scrape("text/plain").await.text();
    let described = described.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let scraped: BTreeSet<&str> = samples.chain(described).collect();
    let dashboard: serde_json::Value = serde_json::from_str(&read("deploy/grafana-dashboard.json")).unwrap();
    let queries: Vec<&str> = dashboard["panels"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|panel| panel["targets"].as_array().into_iter().flatten())
        .map(|target| target["expr"].as_str().unwrap())
        .collect();
    assert!(queries.len() > 20, "{queries:#?}");

    for (file, text) in [("rules", read("deploy/prometheus-rules.yaml")), ("dashboard", queries.join("\n"))] {
        let used = metric_names(&text);
        assert!(used.len() > 10, "{file}: {used:?}");
        let unknown: Vec<&String> = used.iter().filter(|name| !scraped.contains(name.as_str())).collect();
        assert!(unknown.is_empty(), "{file}: {unknown:?}");
    }
}

#[test]
fn every_alert_has_a_paragraph_on_what_to_do() {
    let (rules, page) = (read("deploy/prometheus-rules.yaml"), read("docs/operations.md"));
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 10, "{alerts:?}");

    for alert in &alerts {
        let (_, paragraph) =
            page.split_once(&format!("\n#### {alert}\n\n")).unwrap_or_else(|| panic!("{alert}"));
        assert!(paragraph.split("\n\n").next().unwrap().len() > 60, "{alert}");
        assert!(
            rules.contains(&format!("runbook: docs/operations.md#{}\n", alert.to_lowercase())),
            "{alert}"
        );
    }
    let documented = page.lines().filter(|line| line.starts_with("#### Vincula")).count();
    assert_eq!(documented, alerts.len(), "a paragraph of an alert that does not exist");
}
