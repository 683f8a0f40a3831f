//! The public listener against clients that want its time, its memory, or two answers for one request.
//!
//! How long each is waited for, and how many may come, is tried at length in `server` and
//! `webhook::limits`; here stands that an admin is served meanwhile.

use std::time::{Duration, Instant};

use crate::support::wire::{Wire, ask, request};
use crate::support::{ANA, Service};
use crate::webhook::{assert_status, expect_problem};

const SECOND: Duration = Duration::from_secs(1);
const TARGET: &str = "/webhooks/main";
const JSON: (&str, &str) = ("content-type", "application/json");

/// An admin's order is answered in time.
async fn expect_served(bot: &Service) {
    let begun = Instant::now();
    assert!(bot.ask(ANA, "/whoami").await.contains("Ana"));
    assert!(begun.elapsed() < 20 * SECOND, "an admin waited {:?}", begun.elapsed());
}

#[tokio::test]
async fn t28_who_never_ends_the_head_is_closed_and_admins_are_served_meanwhile() {
    let bot = Service::start().await;
    let mut slow = Vec::new();
    for head in
        ["", "P", "POST /webhooks/main HTTP/1.1\r\n", "POST /webhooks/main HTTP/1.1\r\nhost: x\r\nx: y"]
    {
        let mut wire = Wire::to(&bot.url).await;
        wire.send(head.as_bytes()).await;
        slow.push(wire);
    }
    let begun = Instant::now();

    expect_served(&bot).await;
    for mut wire in slow {
        wire.closed().await;
    }

    assert!(begun.elapsed() < 50 * SECOND, "the last was closed after {:?}", begun.elapsed());
}

#[tokio::test]
async fn t29_a_body_that_lies_about_its_length_gets_413_and_the_door() {
    let bot = Service::start().await;
    let declared = request("POST", TARGET, &[JSON, ("content-length", "1073741824"), bot.token()], b"{}");
    let answer = ask(&bot.url, &declared).await;
    expect_problem(&answer, 413);
    assert_eq!(answer.header("connection"), Some("close"));

    let head = request("POST", TARGET, &[JSON, ("transfer-encoding", "chunked"), bot.token()], b"");
    let mut wire = Wire::to(&bot.url).await;
    wire.send(&head).await;
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    // Well beyond what the system keeps for a connection (32 MiB and 4 MiB are its usual bounds): who
    // can push as much is being read.
    let mut sent = 0;
    while sent < 1024 && wire.push(chunk.as_bytes()).await {
        sent += 1;
    }
    // The answer is lost where the rest of the body comes after the door is shut; the door is shut.
    assert!(wire.answer_within(SECOND).await.is_none_or(|answer| answer.status == 413));
    wire.closed().await;
    assert!(sent < 1024, "64 MiB were taken in");
    expect_served(&bot).await;
}

#[tokio::test]
async fn t30_a_body_at_the_edge_of_json_is_read_or_refused_and_never_died_of() {
    let bot = Service::start().await;
    let order = bot.message(ANA, "/whoami").body();
    let with = |more: &str| format!("{{{more},{}", &order[1..]);
    let deep = |levels: usize| format!("\"x\":{}{}", "[".repeat(levels), "]".repeat(levels));
    let table: Vec<(Vec<u8>, u16)> = vec![
        (with(&deep(127)).into(), 200),
        (with(&deep(128)).into(), 400),
        (with(&"\"x\":{".repeat(20_000)).into(), 400),
        (with(&format!("\"x\":{}", "9".repeat(100_000))).into(), 200),
        (with("\"x\":1e999999999").into(), 200),
        (with("\"momment\":-1e400,\"momment\":99999999999999999999").into(), 200),
        (with("\"phone\":\"x\",".repeat(5_000).trim_end_matches(',')).into(), 200),
        (with(r#""\ud800":"\udc00\ud800""#).into(), 200),
        (with(r#""x":"\u0000\uffff""#).into(), 200),
        ([b"\xef\xbb\xbf", order.as_bytes()].concat(), 400),
        ([order.as_bytes(), b"\0"].concat(), 400),
        (with("\"x\":\"\u{0}\"").into(), 400),
        ([b"{\"x\":\"\xff\xfe\",", &order.as_bytes()[1..]].concat(), 400),
        ([b"{\"x\":\"\xed\xa0\x80\",", &order.as_bytes()[1..]].concat(), 400),
        (order.encode_utf16().flat_map(u16::to_le_bytes).collect(), 400),
        (with("\"x\":NaN").into(), 400),
    ];
    for (body, status) in table {
        let answer = bot.deliver(TARGET, &[bot.token()], &body).await;
        let begin = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        assert_eq!(answer.status, status, "{begin}: {}", answer.text());
    }
    assert!(
        ask(&bot.admin_url, &request("GET", "/metrics", &[], b"")).await.text().contains("panics_total 0")
    );
    expect_served(&bot).await;
}

#[tokio::test]
async fn t31_nothing_is_unpacked() {
    let bot = Service::start().await;
    let body = bot.message(ANA, "/whoami").body();
    for coding in ["gzip", "deflate", "br", "zstd", "compress", "identity", "gzip, gzip", "x", ""] {
        let answer = bot.deliver(TARGET, &[bot.token(), ("content-encoding", coding)], body.as_bytes()).await;
        expect_problem(&answer, 415);
    }
    let chunked = [JSON, ("transfer-encoding", "gzip, chunked"), bot.token()];
    let framed = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let mut wire = Wire::to(&bot.url).await;
    wire.send(&request("POST", TARGET, &chunked, framed.as_bytes())).await;
    // Unknown to this server or passed over: in no case is anything unpacked or run twice.
    let _ = wire.answer_within(SECOND).await;
    assert!(bot.orders().await <= 1);
}

#[tokio::test]
async fn t32_what_can_be_read_as_two_requests_gets_no_two_answers() {
    let bot = Service::start().await;
    let hidden = bot.message(ANA, "/whoami").body();
    let token = bot.token().1.to_owned();
    let smuggled = format!(
        "POST /webhooks/main HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nz-api-token: {token}\r\n\
         content-length: {}\r\n\r\n{hidden}",
        hidden.len()
    );
    let length = (smuggled.len() + 5).to_string();
    let heads: Vec<Vec<(&str, &str)>> = vec![
        vec![("content-length", &length), ("transfer-encoding", "chunked")],
        vec![("transfer-encoding", "chunked"), ("content-length", &length)],
        vec![("content-length", &length), ("transfer-encoding", "xchunked")],
        vec![
            ("content-length", &length),
            ("transfer-encoding", "chunked"),
            ("transfer-encoding", "identity"),
        ],
        vec![("content-length", "0"), ("content-length", &length)],
        vec![("content-length", "+0")],
        vec![("content-length", "0x0")],
        vec![("transfer-encoding ", "chunked")],
        vec![("transfer-encoding", "\u{b}chunked")],
    ];
    for head in heads {
        let mut headers = vec![JSON];
        headers.extend(&head);
        let mut wire = Wire::to(&bot.url).await;
        wire.send(&request("POST", TARGET, &headers, format!("0\r\n\r\n{smuggled}").as_bytes())).await;
        // Unproven, and whatever follows is no request of its own behind a doubtful frame.
        let first = wire.answer_within(SECOND).await;
        assert!(first.is_none_or(|answer| answer.status >= 400), "{head:?}");
    }
    assert_eq!(bot.orders().await, 0, "a hidden request was run");
    expect_served(&bot).await;
}

/// A proxy in front may have gone by the other one.
#[tokio::test]
async fn t32_a_request_that_names_no_host_or_two_is_refused_on_both_sides() {
    let bot = Service::start().await;
    let body = bot.message(ANA, "/whoami").body();
    let token = bot.token().1.to_owned();
    let post = |target: &str, version: &str, hosts: &str| {
        format!(
            "POST {target} HTTP/{version}\r\n{hosts}content-type: application/json\r\nz-api-token: {token}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let absolute = format!("http://bot.example.com{TARGET}");
    let refused = [
        "",
        "host: a\r\nhost: a\r\n",
        "host: a\r\nHost: b\r\n",
        "host: \r\n",
        "host:\r\n",
        "host: a/b\r\n",
        "host: user@a\r\n",
        "host: a b\r\n",
        "host: a,b c\r\n",
    ];
    for hosts in refused {
        for target in [TARGET, "/", absolute.as_str()] {
            let mut wire = Wire::to(&bot.url).await;
            // Nothing that follows is read.
            wire.send(post(target, "1.1", hosts).repeat(2).as_bytes()).await;
            let answer = wire.answer().await.expect("an answer");
            expect_problem(&answer, 400);
            assert_eq!(answer.header("connection"), Some("close"), "{hosts:?}");
            assert_eq!(wire.closed().await, "", "{hosts:?}");
        }
        let private = format!("GET /healthz HTTP/1.1\r\n{hosts}\r\n");
        expect_problem(&ask(&bot.admin_url, private.as_bytes()).await, 400);
    }
    assert_eq!(bot.orders().await, 0);

    for (target, hosts) in
        [(TARGET, "host: bot.example.com:8443\r\n"), (&absolute, "host: other.example\r\n")]
    {
        let answer = ask(&bot.url, post(target, "1.1", hosts).as_bytes()).await;
        assert_eq!(answer.status, 200, "{target} {hosts:?}");
    }
    assert_eq!(bot.orders().await, 1);
    // HTTP/1.0 has no host to name; two are two.
    for (hosts, status) in [("", "200"), ("host: a\r\n", "200"), ("host: a\r\nhost: a\r\n", "400")] {
        let mut wire = Wire::to(&bot.url).await;
        wire.send(post(TARGET, "1.0", hosts).as_bytes()).await;
        let said = wire.closed().await;
        assert_eq!(said.get(9..12), Some(status), "{hosts:?}: {said}");
    }
}

#[tokio::test]
async fn t33_connections_that_ask_nothing_take_no_admins_place_for_long() {
    let bot = Service::with().server("max_connections = 4").start().await;
    let mut idle = Vec::new();
    for _ in 0..4 {
        idle.push(Wire::to(&bot.url).await);
    }
    let begun = Instant::now();

    // From outside of the limit; it waits for a place, and gets one.
    assert!(bot.ask(ANA, "/whoami").await.contains("Ana"));

    assert!(begun.elapsed() < 40 * SECOND, "an admin waited {:?}", begun.elapsed());
    // The private side counts by itself.
    assert_eq!(ask(&bot.admin_url, &request("GET", "/healthz", &[], b"")).await.status, 200);
}

#[tokio::test]
async fn t34_ten_thousand_non_admins_cost_no_row_no_call_and_keep_no_admin_waiting() {
    let bot = Service::with().instance("non_admins = \"refuse\"").start().await;
    let flood = async {
        let mut wire = Wire::to(&bot.url).await;
        for hundred in 0..100 {
            let mut posts = Vec::new();
            for one in 0..100 {
                let from = format!("55119{:08}", hundred * 100 + one);
                let body = bot.message(&from, "/link \"Bairro Feliz\" futebol").body();
                let length = body.len().to_string();
                let headers = [JSON, ("content-length", length.as_str()), bot.token()];
                posts.extend(request("POST", TARGET, &headers, body.as_bytes()));
            }
            wire.send(&posts).await;
            for _ in 0..100 {
                let answer = wire.answer().await.expect("an answer");
                assert_eq!(assert_status(&answer, "ignored"), "not_an_admin");
            }
        }
    };
    let meanwhile = async {
        for _ in 0..5 {
            expect_served(&bot).await;
        }
    };
    tokio::join!(flood, meanwhile);

    assert_eq!((bot.orders().await, bot.changes()), (5, 0));
    // A few are refused in words; what is too much is dropped.
    assert!(bot.sandbox.sent().len() < 5 + 20, "{}", bot.sandbox.sent().len());
}
