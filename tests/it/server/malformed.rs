//! T32: requests that two servers may read in two ways (request smuggling), and other protocols. Each gets one
//! response, or its connection is closed; the request hidden in it never gets one.

use crate::support::raw_connection::{RawConnection, request};
use crate::support::{ANA, Service};

use super::SECOND;

/// The smuggled request: if it were read as one, there would be a second response.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nhost: x\r\n\r\n";

/// Sends this, and returns everything that arrives until the connection is closed.
async fn request_raw(bot: &Service, raw: &str) -> String {
    let mut connection = RawConnection::to(&bot.url).await;
    connection.send(raw.as_bytes()).await;
    match tokio::time::timeout(40 * SECOND, connection.closed()).await {
        Ok(said) => said,
        Err(_) => panic!("the connection stays open after {raw:?}"),
    }
}

fn statuses(said: &str) -> Vec<&str> {
    said.split("HTTP/1.1 ").skip(1).map(|response| &response[..3]).collect()
}

#[tokio::test]
async fn an_ambiguous_request_gets_one_response() {
    let bot = Service::start().await;
    let token = bot.sandbox.account().token.clone();
    let head = format!(
        "POST /webhooks/main HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nz-api-token: {token}\r\n"
    );
    let chunks = format!("2\r\n{{}}\r\n0\r\n\r\n{HIDDEN}");
    for (lines, body, responses) in [
        // Two lengths of different kinds: the chunks count, and nothing may follow.
        ("content-length: 2\r\ntransfer-encoding: chunked\r\n", &chunks, &["200"][..]),
        ("transfer-encoding: chunked\r\ncontent-length: 2\r\n", &chunks, &["200"]),
        ("transfer-encoding: chunked\r\ncontent-length: rubbish\r\n", &chunks, &["200"]),
        // Encodings that are not simply `chunked`.
        ("transfer-encoding: identity\r\ncontent-length: 2\r\n", &chunks, &["400"]),
        ("transfer-encoding: chunked, identity\r\n", &chunks, &["400"]),
        ("transfer-encoding: xchunked\r\n", &chunks, &["400"]),
        ("transfer-encoding : chunked\r\n", &chunks, &["400"]),
        ("transfer-encoding:\x0bchunked\r\n", &chunks, &["400"]),
        // Lengths that are no number, or two of them.
        ("content-length: +2\r\n", &chunks, &["400"]),
        ("content-length: 0x2\r\n", &chunks, &["400"]),
        ("content-length: 2, 2\r\n", &chunks, &["400"]),
        ("content-length: 2\r\ncontent-length: 3\r\n", &chunks, &["400"]),
        ("content-length: -1\r\n", &chunks, &["400"]),
        ("content-length: 18446744073709551615\r\n", &chunks, &["431"]),
        ("content-length: 9223372036854775807\r\n", &chunks, &["413"]),
        // Folded lines, and lines that end with half a line break.
        ("content-length: 2\r\n x: folded\r\n", &chunks, &["400"]),
        ("content-length: 2\r\nx: a\rtransfer-encoding: chunked\r\n", &chunks, &["400"]),
        ("content-length: 2\r\nx: a\0b\r\n", &chunks, &["400"]),
    ] {
        let said = request_raw(&bot, &format!("{head}{lines}\r\n{body}")).await;
        assert_eq!(statuses(&said), responses, "{lines:?}: {said}");
    }
    // HTTP/1.0 has no chunks.
    let old = head.replace("HTTP/1.1", "HTTP/1.0");
    let said = request_raw(&bot, &format!("{old}transfer-encoding: chunked\r\n\r\n{chunks}")).await;
    assert_eq!(said.matches("HTTP/1.").count(), 1, "{said}");
    assert!(said[9..].starts_with("400"), "{said}");
}

#[tokio::test]
async fn malformed_chunks_close_the_connection() {
    let bot = Service::start().await;
    let token = bot.sandbox.account().token.clone();
    let head = format!(
        "POST /webhooks/main HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nz-api-token: {token}\r\n\r\n"
    );
    let endless = format!("2;{}", "x".repeat(40_000));
    let trailers = format!("2\r\n{{}}\r\n0\r\n{}\r\n{HIDDEN}", "x: y\r\n".repeat(20_000));
    for chunks in [
        "0x2\r\n{}\r\n0\r\n\r\n",
        "-2\r\n{}\r\n0\r\n\r\n",
        "fffffffffffffffff\r\n{}",
        "2\r\n{}XX0\r\n\r\n",
        "2\n{}\n0\n\n",
        "2;a\nb\r\n{}\r\n0\r\n\r\n",
        "g\r\n{}",
        &endless,
        &trailers,
    ] {
        let said = request_raw(&bot, &format!("{head}{chunks}{HIDDEN}")).await;
        let found = statuses(&said);
        assert!(matches!(found[..], [] | ["400"]), "{:?}: {said}", &chunks[..chunks.len().min(30)]);
    }
    // A chunk extension is ignored.
    let mut connection = RawConnection::to(&bot.url).await;
    connection.send(format!("{head}2;a=b\r\n{{}}\r\n0\r\n\r\n{head}0\r\n\r\n").as_bytes()).await;
    let responses =
        [connection.response().await.unwrap().status, connection.response().await.unwrap().status];
    assert_eq!(responses, [200, 400]);
}

#[tokio::test]
async fn other_protocols_are_rejected_and_an_h2c_upgrade_is_ignored() {
    let bot = Service::start().await;
    for raw in [
        // HTTP/2 with prior knowledge, as far as its first frame.
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
        "GET / HTTP/2.0\r\nhost: x\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /\r\n\r\n",
        "\x16\x03\x01\x02\0\x01\0\x01\u{fc}\x03\x03\r\n\r\n",
        "GET  /  HTTP/1.1\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
    ] {
        let said = request_raw(&bot, raw).await;
        assert!(matches!(statuses(&said)[..], [] | ["400"]), "{raw:?}: {said}");
        assert!(!said.contains('\0'), "{raw:?}: a frame of HTTP/2 came back");
    }

    let command = bot.message(ANA, "/whoami").body();
    let (length, token) = (command.len().to_string(), bot.sandbox.account().token.clone());
    let headers = [
        ("content-type", "application/json"),
        ("content-length", length.as_str()),
        ("z-api-token", token.as_str()),
        ("connection", "Upgrade, HTTP2-Settings"),
        ("upgrade", "h2c"),
        ("http2-settings", "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"),
    ];
    let mut connection = RawConnection::to(&bot.url).await;
    connection.send(&request("POST", "/webhooks/main", &headers, command.as_bytes())).await;
    let response = connection.response().await.unwrap();
    assert_eq!((response.status, response.header("upgrade")), (200, None));
    assert!(response.text().contains("accepted"));
    // The connection continues as HTTP/1.1.
    connection.send(&bot.posted(ANA, "que bom")).await;
    assert_eq!(connection.response().await.unwrap().status, 200);
}

#[tokio::test]
async fn a_head_with_too_many_lines_is_rejected() {
    let bot = Service::start().await;
    let said = request_raw(&bot, &format!("POST / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(200))).await;
    assert_eq!(statuses(&said), ["431"], "{said}");
}
