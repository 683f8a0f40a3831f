//! The listeners: patient with nobody, broken by nobody; and what the private side tells.

mod patience;
mod places;
mod shapes;
mod turns;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vincula::sandbox::webhook_event::Answer;
use vincula::server::{ListenerConfig, Timeouts, serve};
use vincula::telemetry::Metrics;

use crate::support::wire::{Wire, ask, request};
use crate::support::{ANA, NON_ADMIN, Service};

const SECOND: Duration = Duration::from_secs(1);

impl Service {
    /// Asks the private side.
    async fn private(&self, path: &str) -> Answer {
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

/// A listener's frame with so many places.
fn frame(max_connections: usize) -> ListenerConfig {
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
async fn who_is_slow_is_closed_and_keeps_nobody_waiting() {
    let bot = Service::start().await;
    let begun = Instant::now();

    let dribbled_head = async {
        let mut wire = Wire::to(&bot.url).await;
        let begun = Instant::now();
        let drip = async {
            let mut other = Wire::to(&bot.url).await;
            other.send(b"POST /webhooks/main HTTP/1.1\r\n").await;
            loop {
                other.send(b"x-drip: drop\r\n").await;
                match other.answer_within(SECOND / 4).await {
                    None if begun.elapsed() < 50 * SECOND && !other.is_closed() => {}
                    _ => break begun.elapsed(),
                }
            }
        };
        wire.send(b"POST /webhooks/main HT").await;
        let silent = async {
            wire.closed().await;
            begun.elapsed()
        };
        for closed in <[Duration; 2]>::from(tokio::join!(drip, silent)) {
            assert!((4 * SECOND..50 * SECOND).contains(&closed), "closed after {closed:?}");
        }
    };
    let body_without_end = async {
        let begun = Instant::now();
        let mut wire = Wire::to(&bot.url).await;
        let token = ("z-api-token", bot.sandbox.account().token.as_str());
        let headers = [("content-type", "application/json"), ("content-length", "1000"), token];
        wire.send(&request("POST", "/webhooks/main", &headers, b"{")).await;
        let answer = loop {
            wire.send(b" ").await;
            if let Some(answer) = wire.answer_within(SECOND / 2).await {
                break answer;
            }
            assert!(begun.elapsed() < 100 * SECOND, "it is still waited for");
        };
        assert!((9 * SECOND..100 * SECOND).contains(&begun.elapsed()), "{:?}", begun.elapsed());
        assert_eq!((answer.status, answer.header("connection")), (408, Some("close")));
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        wire.closed().await;
    };
    let reads_nothing = async {
        let begun = Instant::now();
        let mut wire = Wire::with_little_room(&bot.url).await;
        let many = bot.posted(ANA, "que bom").repeat(50);
        // Answers pile up until no more requests are read; then it is cut.
        let pushing = async { while wire.push(&many).await {} };
        let ended = tokio::time::timeout(100 * SECOND, pushing).await;
        assert!(ended.is_ok(), "who reads nothing keeps its place");
        assert!(begun.elapsed() > 9 * SECOND, "{:?}", begun.elapsed());
    };
    // Half of them never end their head, half never their body; each as often as it is closed.
    let crowd = async {
        let token = ("z-api-token", bot.sandbox.account().token.as_str());
        let headers = [("content-type", "application/json"), ("content-length", "1000"), token];
        let body = request("POST", "/webhooks/main", &headers, b"{");
        let head = b"POST /webhooks/main HTTP/1.1\r\nx: y";
        let one = async |bytes: &[u8]| {
            while begun.elapsed() < 8 * SECOND {
                let mut wire = Wire::to(&bot.url).await;
                wire.send(bytes).await;
                let _ = tokio::time::timeout(8 * SECOND, wire.closed()).await;
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
async fn a_head_that_is_too_long_is_refused() {
    let bot = Service::start().await;
    let mut wire = Wire::to(&bot.url).await;
    let long = "x".repeat(100 * 1024);
    wire.send(&request("POST", "/webhooks/main", &[("x-long", &long)], b"")).await;
    let said = wire.closed().await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 431 "), "{said}");
}

#[tokio::test]
async fn one_connection_carries_many_requests_each_with_its_answer() {
    let bot = Service::start().await;
    let mut wire = Wire::to(&bot.url).await;
    // One after the other, and two at once.
    for (from, text, answers) in [
        (ANA, "/whoami", "accepted"),
        (NON_ADMIN, "/whoami", "not_an_admin"),
        (ANA, "que bom", "not_a_command"),
    ] {
        wire.send(&bot.posted(from, text)).await;
        assert!(wire.answer().await.unwrap().text().contains(answers));
    }
    wire.send(&[bot.posted(ANA, "que bom"), bot.posted(NON_ADMIN, "/whoami")].concat()).await;
    assert!(wire.answer().await.unwrap().text().contains("not_a_command"));
    assert!(wire.answer().await.unwrap().text().contains("not_an_admin"));
    // What is verified and wrong ends nothing either.
    let token = ("z-api-token", bot.sandbox.account().token.as_str());
    let headers = [("content-type", "application/json"), ("content-length", "2"), token];
    wire.send(&request("POST", "/webhooks/main", &headers, b"[]")).await;
    assert_eq!(wire.answer().await.unwrap().status, 400);
    wire.send(&bot.posted(ANA, "/whoami")).await;
    assert!(wire.answer().await.unwrap().text().contains("accepted"));
    // Neither does what is not verified, where all of it is there.
    for (target, body) in [("/webhooks/x", &b""[..]), ("/webhooks/main", b"{}"), ("/webhooks/x", b"{}")] {
        let length = body.len().to_string();
        let forged = [("content-type", "application/json"), ("content-length", length.as_str())];
        wire.send(&request("POST", target, &forged, body)).await;
        let answer = wire.answer().await.unwrap();
        assert_eq!((answer.status, answer.header("connection")), (401, None), "{target}");
    }
    wire.send(&bot.posted(ANA, "/whoami")).await;
    assert!(wire.answer().await.unwrap().text().contains("accepted"));
    // Where it is not, nobody waits for the rest.
    let forged = [("content-type", "application/json"), ("content-length", "3")];
    wire.send(&request("POST", "/webhooks/x", &forged, b"{}")).await;
    let answer = wire.answer().await.unwrap();
    assert_eq!((answer.status, answer.header("connection")), (401, Some("close")));
    assert_eq!(wire.closed().await, "");
}

/// T41.
#[tokio::test]
async fn a_panic_ends_one_request_and_nothing_else() {
    let (listener, url) = listener().await;
    let frame = frame(2);
    let (metrics, shutdown) = (frame.metrics.clone(), frame.shutdown.clone());
    let answer = async |request: ::http::Request<_>, _| match request.uri().path() {
        "/panic" => panic!("made up, with a secret in it"),
        _ => ::http::Response::new(Full::new(Bytes::from_static(b"well"))),
    };
    let serving = tokio::spawn(serve(listener, answer, frame));

    let mut wire = Wire::to(&url).await;
    for _ in 0..3 {
        wire.send(&request("GET", "/panic", &[], b"")).await;
        let answer = wire.answer().await.expect("an answer, though its handler panicked");
        assert_eq!((answer.status, answer.header("content-type")), (500, Some("application/problem+json")));
        assert!(!answer.text().contains("secret"), "{}", answer.text());
    }
    assert_eq!(ask(&url, &request("GET", "/", &[], b"")).await.text(), "well");
    assert!(metrics.text().contains("vincula_panics_total 3"), "{}", metrics.text());
    shutdown.cancel();
    serving.await.unwrap();
}

#[tokio::test]
async fn the_private_side_tells_that_it_lives_and_can_work() {
    let bot = Service::with().on_sqlite().start().await;

    assert_eq!((bot.private("/healthz").await.status, bot.private("/readyz").await.status), (200, 200));
    for path in ["/nothing", "/webhooks/main", "/metrics/", "/healthz/x"] {
        assert_eq!(bot.private(path).await.status, 404, "{path}");
    }

    let other = crate::webhook::hold(&bot.journal_path()).await;
    assert_eq!(bot.private("/readyz").await.status, 503);
    assert_eq!(bot.private("/healthz").await.status, 200);
    drop(other);
    assert_eq!(bot.private("/readyz").await.status, 200);
}

#[tokio::test]
async fn the_metrics_move_and_tell_no_secret_and_no_person() {
    let bot = Service::start().await;
    let webhooks = |outcome| format!("vincula_webhooks_total{{instance=\"main\",outcome=\"{outcome}\"}}");
    assert_eq!(bot.metric_value(&webhooks("accepted")).await, 0);

    let order = bot.message(ANA, "/whoami segredo");
    bot.ask_by(&order).await;
    bot.settled().await;
    bot.post(&order).await;
    bot.send(ANA, "que bom").await;
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

    for outcome in ["accepted", "duplicate", "not_a_command", "not_an_admin", "unauthorized"] {
        assert_eq!(bot.metric_value(&webhooks(outcome)).await, 1, "{outcome}");
    }
    let unknown = "vincula_webhooks_total{instance=\"\",outcome=\"unknown_instance\"}";
    assert_eq!(bot.metric_value(unknown).await, 1);
    assert_eq!(
        bot.metric_value("vincula_commands_total{instance=\"main\",outcome=\"usage_error\"}").await,
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
