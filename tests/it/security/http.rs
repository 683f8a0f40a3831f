//! The public listener against clients that want its time, its memory, or two responses for one request.
//!
//! How long each is waited for, and how many may come, is tried at length in `server` and
//! `webhook::limits`; here stands that an admin is served meanwhile.

use std::time::{Duration, Instant};

use crate::support::raw_connection::{RawConnection, ask, request};
use crate::support::{ANA, Service};
use crate::webhook::{assert_status, expect_problem};

const SECOND: Duration = Duration::from_secs(1);
const TARGET: &str = "/webhooks/main";
const JSON: (&str, &str) = ("content-type", "application/json");

/// An admin's command gets its reply in time.
async fn expect_served(bot: &Service) {
    let started = Instant::now();
    assert!(bot.ask(ANA, "/whoami").await.contains("Ana"));
    assert!(started.elapsed() < 20 * SECOND, "an admin waited {:?}", started.elapsed());
}

#[tokio::test]
async fn t28_endless_headers_are_closed_and_admins_are_served_meanwhile() {
    let bot = Service::start().await;
    let mut slow = Vec::new();
    for head in
        ["", "P", "POST /webhooks/main HTTP/1.1\r\n", "POST /webhooks/main HTTP/1.1\r\nhost: x\r\nx: y"]
    {
        let mut connection = RawConnection::to(&bot.url).await;
        connection.send(head.as_bytes()).await;
        slow.push(connection);
    }
    let started = Instant::now();

    expect_served(&bot).await;
    for mut connection in slow {
        connection.closed().await;
    }

    assert!(started.elapsed() < 50 * SECOND, "the last was closed after {:?}", started.elapsed());
}

#[tokio::test]
async fn t29_a_body_with_a_false_length_gets_413_and_is_closed() {
    let bot = Service::start().await;
    let declared = request("POST", TARGET, &[JSON, ("content-length", "1073741824"), bot.token()], b"{}");
    let response = ask(&bot.url, &declared).await;
    expect_problem(&response, 413);
    assert_eq!(response.header("connection"), Some("close"));

    let head = request("POST", TARGET, &[JSON, ("transfer-encoding", "chunked"), bot.token()], b"");
    let mut connection = RawConnection::to(&bot.url).await;
    connection.send(&head).await;
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    // Well beyond the socket buffers of a connection (usually at most 32 MiB and 4 MiB): a client that can
    // send as much is being read.
    let mut sent = 0;
    while sent < 1024 && connection.push(chunk.as_bytes()).await {
        sent += 1;
    }
    // The response is lost if the rest of the body arrives after the close; the connection is closed in any
    // case.
    assert!(connection.response_within(SECOND).await.is_none_or(|response| response.status == 413));
    connection.closed().await;
    assert!(sent < 1024, "64 MiB were taken in");
    expect_served(&bot).await;
}

#[tokio::test]
async fn t30_json_edge_cases_are_parsed_or_rejected_without_a_panic() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/whoami").body();
    let with = |more: &str| format!("{{{more},{}", &command[1..]);
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
        ([b"\xef\xbb\xbf", command.as_bytes()].concat(), 400),
        ([command.as_bytes(), b"\0"].concat(), 400),
        (with("\"x\":\"\u{0}\"").into(), 400),
        ([b"{\"x\":\"\xff\xfe\",", &command.as_bytes()[1..]].concat(), 400),
        ([b"{\"x\":\"\xed\xa0\x80\",", &command.as_bytes()[1..]].concat(), 400),
        (command.encode_utf16().flat_map(u16::to_le_bytes).collect(), 400),
        (with("\"x\":NaN").into(), 400),
    ];
    for (body, status) in table {
        let response = bot.deliver(TARGET, &[bot.token()], &body).await;
        let begin = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        assert_eq!(response.status, status, "{begin}: {}", response.text());
    }
    assert!(
        ask(&bot.admin_url, &request("GET", "/metrics", &[], b"")).await.text().contains("panics_total 0")
    );
    expect_served(&bot).await;
}

#[tokio::test]
async fn t31_nothing_is_decompressed() {
    let bot = Service::start().await;
    let body = bot.message(ANA, "/whoami").body();
    for coding in ["gzip", "deflate", "br", "zstd", "compress", "identity", "gzip, gzip", "x", ""] {
        let response =
            bot.deliver(TARGET, &[bot.token(), ("content-encoding", coding)], body.as_bytes()).await;
        expect_problem(&response, 415);
    }
    let chunked = [JSON, ("transfer-encoding", "gzip, chunked"), bot.token()];
    let framed = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let mut connection = RawConnection::to(&bot.url).await;
    connection.send(&request("POST", TARGET, &chunked, framed.as_bytes())).await;
    // Unsupported or ignored: in no case is anything decompressed or run twice.
    let _ = connection.response_within(SECOND).await;
    assert!(bot.command_count().await <= 1);
}

#[tokio::test]
async fn t32_an_ambiguous_request_gets_no_two_responses() {
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
        let mut connection = RawConnection::to(&bot.url).await;
        connection.send(&request("POST", TARGET, &headers, format!("0\r\n\r\n{smuggled}").as_bytes())).await;
        // Not authenticated, and what follows is no separate request behind ambiguous framing.
        let first = connection.response_within(SECOND).await;
        assert!(first.is_none_or(|response| response.status >= 400), "{head:?}");
    }
    assert_eq!(bot.command_count().await, 0, "a hidden request was run");
    expect_served(&bot).await;
}

/// A proxy in front may have used the other one.
#[tokio::test]
async fn t32_a_request_without_exactly_one_host_is_rejected_by_both_listeners() {
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
            let mut connection = RawConnection::to(&bot.url).await;
            // Nothing that follows is read.
            connection.send(post(target, "1.1", hosts).repeat(2).as_bytes()).await;
            let response = connection.response().await.expect("a response");
            expect_problem(&response, 400);
            assert_eq!(response.header("connection"), Some("close"), "{hosts:?}");
            assert_eq!(connection.closed().await, "", "{hosts:?}");
        }
        let private = format!("GET /healthz HTTP/1.1\r\n{hosts}\r\n");
        expect_problem(&ask(&bot.admin_url, private.as_bytes()).await, 400);
    }
    assert_eq!(bot.command_count().await, 0);

    for (target, hosts) in
        [(TARGET, "host: bot.example.com:8443\r\n"), (&absolute, "host: other.example\r\n")]
    {
        let response = ask(&bot.url, post(target, "1.1", hosts).as_bytes()).await;
        assert_eq!(response.status, 200, "{target} {hosts:?}");
    }
    assert_eq!(bot.command_count().await, 1);
    // HTTP/1.0 needs no host; two hosts are still two.
    for (hosts, status) in [("", "200"), ("host: a\r\n", "200"), ("host: a\r\nhost: a\r\n", "400")] {
        let mut connection = RawConnection::to(&bot.url).await;
        connection.send(post(TARGET, "1.0", hosts).as_bytes()).await;
        let said = connection.closed().await;
        assert_eq!(said.get(9..12), Some(status), "{hosts:?}: {said}");
    }
}

#[tokio::test]
async fn t33_idle_connections_do_not_lock_out_admins() {
    let bot = Service::with().server("max_connections = 4").start().await;
    let mut idle = Vec::new();
    for _ in 0..4 {
        idle.push(RawConnection::to(&bot.url).await);
    }
    let started = Instant::now();

    // Beyond the limit; it waits for a slot and gets one.
    assert!(bot.ask(ANA, "/whoami").await.contains("Ana"));

    assert!(started.elapsed() < 40 * SECOND, "an admin waited {:?}", started.elapsed());
    // The private listener has its own limit.
    assert_eq!(ask(&bot.admin_url, &request("GET", "/healthz", &[], b"")).await.status, 200);
}

#[tokio::test]
async fn t34_ten_thousand_non_admins_cost_no_row_and_no_call() {
    let bot = Service::with().instance("non_admins = \"refuse\"").start().await;
    let flood = async {
        let mut connection = RawConnection::to(&bot.url).await;
        for hundred in 0..100 {
            let mut posts = Vec::new();
            for one in 0..100 {
                let from = format!("55119{:08}", hundred * 100 + one);
                let body = bot.message(&from, "/link \"Bairro Feliz\" futebol").body();
                let length = body.len().to_string();
                let headers = [JSON, ("content-length", length.as_str()), bot.token()];
                posts.extend(request("POST", TARGET, &headers, body.as_bytes()));
            }
            connection.send(&posts).await;
            for _ in 0..100 {
                let response = connection.response().await.expect("a response");
                assert_eq!(assert_status(&response, "ignored"), "not_an_admin");
            }
        }
    };
    let meanwhile = async {
        for _ in 0..5 {
            expect_served(&bot).await;
        }
    };
    tokio::join!(flood, meanwhile);

    assert_eq!((bot.command_count().await, bot.changes()), (5, 0));
    // A few get a refusal; the rest is dropped.
    assert!(bot.sandbox.sent().len() < 5 + 20, "{}", bot.sandbox.sent().len());
}
