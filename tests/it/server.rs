//! The listeners: timeouts, limits, panics; and the responses of the private listener.

mod connection_limit;
mod fairness;
mod malformed;
mod timeouts;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vincula::sandbox::webhook_event::Response;
use vincula::server::{ListenerConfig, Timeouts, serve};
use vincula::telemetry::{Exposition, Metrics};

use crate::support::raw_connection::{RawConnection, ask, request};
use crate::support::{ANA, NON_ADMIN, Service};

const SECOND: Duration = Duration::from_secs(1);

impl Service {
    /// Sends a GET to the private listener.
    async fn private(&self, path: &str) -> Response {
        ask(&self.admin_url, &request("GET", path, &[], b"")).await
    }

    /// The value of a counter, by the beginning of its line.
    pub async fn metric_value(&self, line: &str) -> u64 {
        let text = self.private("/metrics").await.text();
        let found = text.lines().find_map(|l| l.strip_prefix(line)?.trim().parse().ok());
        found.unwrap_or_default()
    }

    /// A POST of a message, whole.
    fn posted(&self, from: &str, text: &str) -> Vec<u8> {
        let body = self.message(from, text).body();
        let headers = [
            ("content-type", "application/json"),
            ("content-length", &body.len().to_string()),
            ("z-api-token", &self.sandbox.account().token),
        ];
        request("POST", "/webhooks/main", &headers, body.as_bytes())
    }
}

/// A free port, and its URL.
async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// The configuration of a listener with so many connection slots.
fn listener_config(max_connections: usize) -> ListenerConfig {
    ListenerConfig {
        max_connections,
        trusted_proxies: Vec::new(),
        timeouts: Timeouts::default(),
        shutdown: CancellationToken::new(),
        tasks: TaskTracker::new(),
        metrics: Arc::new(Metrics::default()),
    }
}

/// T28. These take the seconds that they promise, so they take them side by side.
#[tokio::test]
async fn slow_clients_are_closed_and_delay_nobody() {
    let bot = Service::start().await;
    let started = Instant::now();

    let dribbled_head = async {
        let mut connection = RawConnection::to(&bot.url).await;
        let started = Instant::now();
        let drip = async {
            let mut other = RawConnection::to(&bot.url).await;
            other.send(b"POST /webhooks/main HTTP/1.1\r\n").await;
            loop {
                other.send(b"x-drip: drop\r\n").await;
                match other.response_within(SECOND / 4).await {
                    None if started.elapsed() < 50 * SECOND && !other.is_closed() => {}
                    _ => break started.elapsed(),
                }
            }
        };
        connection.send(b"POST /webhooks/main HT").await;
        let silent = async {
            connection.closed().await;
            started.elapsed()
        };
        for closed in <[Duration; 2]>::from(tokio::join!(drip, silent)) {
            assert!((4 * SECOND..50 * SECOND).contains(&closed), "closed after {closed:?}");
        }
    };
    let body_without_end = async {
        let started = Instant::now();
        let mut connection = RawConnection::to(&bot.url).await;
        let token = ("z-api-token", bot.sandbox.account().token.as_str());
        let headers = [("content-type", "application/json"), ("content-length", "1000"), token];
        connection.send(&request("POST", "/webhooks/main", &headers, b"{")).await;
        let response = loop {
            connection.send(b" ").await;
            if let Some(response) = connection.response_within(SECOND / 2).await {
                break response;
            }
            assert!(started.elapsed() < 100 * SECOND, "it is still waited for");
        };
        assert!((9 * SECOND..100 * SECOND).contains(&started.elapsed()), "{:?}", started.elapsed());
        assert_eq!((response.status, response.header("connection")), (408, Some("close")));
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
        connection.closed().await;
    };
    let reads_nothing = async {
        let started = Instant::now();
        let mut connection = RawConnection::with_little_room(&bot.url).await;
        let many = request("GET", "/nothing-here", &[], b"").repeat(50);
        // Responses pile up until no more requests are read; then the connection is closed.
        let pushing = async { while connection.push(&many).await {} };
        let ended = tokio::time::timeout(100 * SECOND, pushing).await;
        assert!(ended.is_ok(), "a client that reads nothing keeps its slot");
        assert!(started.elapsed() > 9 * SECOND, "{:?}", started.elapsed());
    };
    // Half of them never end their head, half never their body; each connects again when it is closed.
    let crowd = async {
        let token = ("z-api-token", bot.sandbox.account().token.as_str());
        let headers = [("content-type", "application/json"), ("content-length", "1000"), token];
        let body = request("POST", "/webhooks/main", &headers, b"{");
        let head = b"POST /webhooks/main HTTP/1.1\r\nx: y";
        let one = async |bytes: &[u8]| {
            while started.elapsed() < 8 * SECOND {
                let mut connection = RawConnection::to(&bot.url).await;
                connection.send(bytes).await;
                let _ = tokio::time::timeout(8 * SECOND, connection.closed()).await;
            }
        };
        let all = (0..300).map(|n| one(if n % 2 == 0 { head.as_slice() } else { &body }));
        futures_util::future::join_all(all).await;
    };
    let meanwhile = async {
        for _ in 0..4 {
            let asked = Instant::now();
            assert!(bot.ask(ANA, "/whoami").await.contains("Ana"));
            assert!(asked.elapsed() < 20 * SECOND, "an admin waited {:?}", asked.elapsed());
            sleep(2 * SECOND).await;
        }
    };
    tokio::join!(dribbled_head, body_without_end, reads_nothing, crowd, meanwhile);
}

#[tokio::test]
async fn a_head_that_is_too_long_is_rejected() {
    let bot = Service::start().await;
    let mut connection = RawConnection::to(&bot.url).await;
    let long = "x".repeat(100 * 1024);
    connection.send(&request("POST", "/webhooks/main", &[("x-long", &long)], b"")).await;
    let said = connection.closed().await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 431 "), "{said}");
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let bot = Service::start().await;
    let mut connection = RawConnection::to(&bot.url).await;
    // One after the other, and two at once.
    for (from, text, responses) in [
        (ANA, "/whoami", "accepted"),
        (NON_ADMIN, "/whoami", "not_an_admin"),
        (NON_ADMIN, "que bom", "not_a_command"),
    ] {
        connection.send(&bot.posted(from, text)).await;
        assert!(connection.response().await.unwrap().text().contains(responses));
    }
    connection.send(&[bot.posted(NON_ADMIN, "que bom"), bot.posted(NON_ADMIN, "/whoami")].concat()).await;
    assert!(connection.response().await.unwrap().text().contains("not_a_command"));
    assert!(connection.response().await.unwrap().text().contains("not_an_admin"));
    // An authentic request with a wrong body does not close it either.
    let token = ("z-api-token", bot.sandbox.account().token.as_str());
    let headers = [("content-type", "application/json"), ("content-length", "2"), token];
    connection.send(&request("POST", "/webhooks/main", &headers, b"[]")).await;
    assert_eq!(connection.response().await.unwrap().status, 400);
    connection.send(&bot.posted(ANA, "/whoami")).await;
    assert!(connection.response().await.unwrap().text().contains("accepted"));
    // Neither does an unverified request that has arrived completely.
    for (target, body) in [("/webhooks/x", &b""[..]), ("/webhooks/main", b"{}"), ("/webhooks/x", b"{}")] {
        let length = body.len().to_string();
        let forged = [("content-type", "application/json"), ("content-length", length.as_str())];
        connection.send(&request("POST", target, &forged, body)).await;
        let response = connection.response().await.unwrap();
        assert_eq!((response.status, response.header("connection")), (401, None), "{target}");
    }
    connection.send(&bot.posted(ANA, "/whoami")).await;
    assert!(connection.response().await.unwrap().text().contains("accepted"));
    // An incomplete one does: its rest is not waited for.
    let forged = [("content-type", "application/json"), ("content-length", "3")];
    connection.send(&request("POST", "/webhooks/x", &forged, b"{}")).await;
    let response = connection.response().await.unwrap();
    assert_eq!((response.status, response.header("connection")), (401, Some("close")));
    assert_eq!(connection.closed().await, "");
}

/// T41.
#[tokio::test]
async fn a_panic_ends_one_request_and_nothing_else() {
    let (listener, url) = listener().await;
    let config = listener_config(2);
    let (metrics, shutdown) = (config.metrics.clone(), config.shutdown.clone());
    let panics = async || -> &str { panic!("made up, with a secret in it") };
    let routes = Router::new().route("/panic", get(panics)).fallback(async || "well");
    let serving = tokio::spawn(serve(listener, routes, config));

    let mut connection = RawConnection::to(&url).await;
    for _ in 0..3 {
        connection.send(&request("GET", "/panic", &[], b"")).await;
        let response = connection.response().await.expect("a response, though its handler panicked");
        assert_eq!(
            (response.status, response.header("content-type")),
            (500, Some("application/problem+json"))
        );
        assert!(!response.text().contains("secret"), "{}", response.text());
    }
    assert_eq!(ask(&url, &request("GET", "/", &[], b"")).await.text(), "well");
    let text = metrics.encode(Exposition::OpenMetrics);
    assert!(text.contains("vincula_panics_total 3"), "{text}");
    shutdown.cancel();
    serving.await.unwrap();
}

#[tokio::test]
async fn the_private_side_reports_health_and_readiness() {
    let bot = Service::with().on_sqlite().start().await;

    assert_eq!((bot.private("/healthz").await.status, bot.private("/readyz").await.status), (200, 200));
    for path in ["/nothing", "/webhooks/main", "/metrics/", "/healthz/x"] {
        assert_eq!(bot.private(path).await.status, 404, "{path}");
    }
    let post = ask(&bot.admin_url, &request("POST", "/healthz", &[("content-length", "0")], b"")).await;
    assert_eq!((post.status, post.header("allow")), (405, Some("GET,HEAD")));
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(ask(&bot.url, &request("GET", path, &[], b"")).await.status, 404, "public {path}");
    }

    let other = crate::webhook::hold(&bot.journal_path()).await;
    assert_eq!(bot.private("/readyz").await.status, 503);
    assert_eq!(bot.private("/healthz").await.status, 200);
    drop(other);
    assert_eq!(bot.private("/readyz").await.status, 200);
}

#[tokio::test]
async fn metrics_count_outcomes_and_contain_no_secret_and_no_person() {
    let bot = Service::start().await;
    let webhooks =
        |outcome| format!("vincula_webhooks_total{{zapi_instance=\"main\",outcome=\"{outcome}\"}}");
    assert_eq!(bot.metric_value(&webhooks("accepted")).await, 0);

    let command = bot.message(ANA, "/whoami segredo");
    bot.ask_by(&command).await;
    bot.settled().await;
    bot.post(&command).await;
    bot.send(NON_ADMIN, "que bom").await;
    bot.send(NON_ADMIN, "/whoami").await;
    ask(
        &bot.url,
        &request(
            "POST",
            "/webhooks/main",
            &[("content-type", "application/json"), ("content-length", "0")],
            b"",
        ),
    )
    .await;
    ask(
        &bot.url,
        &request(
            "POST",
            "/webhooks/x",
            &[("content-type", "application/json"), ("content-length", "0")],
            b"",
        ),
    )
    .await;

    for outcome in ["accepted", "duplicate", "unauthorized"] {
        assert_eq!(bot.metric_value(&webhooks(outcome)).await, 1, "{outcome}");
    }
    for reason in ["not_a_command", "not_an_admin"] {
        let ignored = format!(
            "vincula_webhooks_total{{zapi_instance=\"main\",outcome=\"ignored\",reason=\"{reason}\"}}"
        );
        assert_eq!(bot.metric_value(&ignored).await, 1, "{reason}");
    }
    let unknown = "vincula_webhooks_total{outcome=\"unknown_instance\"}";
    assert_eq!(bot.metric_value(unknown).await, 1);
    assert_eq!(
        bot.metric_value(
            "vincula_commands_total{zapi_instance=\"main\",command=\"whoami\",outcome=\"usage_error\"}"
        )
        .await,
        1
    );
    let text = bot.private("/metrics").await.text();
    let account = bot.sandbox.account();
    for secret in
        [&account.token, account.client_token.as_ref().unwrap(), &account.id, ANA, NON_ADMIN, "segredo"]
    {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    assert!(text.ends_with("# EOF\n"), "{text}");
}
