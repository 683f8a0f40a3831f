//! Requests that are rejected unread: other methods and paths, too many bytes, no JSON.

use super::{TARGET, assert_status, expect_problem};
use crate::support::raw_connection::{RawConnection, ask, request};
use crate::support::{ANA, Service};

#[tokio::test]
async fn only_post_is_accepted() {
    let bot = Service::start().await;
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
        for target in [TARGET, "/webhooks/nobody"] {
            let mut connection = RawConnection::to(&bot.url).await;
            connection.send(&request(method, target, &[bot.token(), ("connection", "close")], b"")).await;
            let said = connection.closed().await;
            assert!(said.starts_with("HTTP/1.1 405 "), "{method} {target}: {said}");
            assert!(said.contains("\r\nallow: POST\r\n"), "{method} {target}: {said}");
        }
    }
    expect_problem(&ask(&bot.url, &request("GET", TARGET, &[], b"")).await, 405);
}

/// T29.
#[tokio::test]
async fn a_body_over_the_limit_is_rejected_before_it_is_read() {
    let bot = Service::with().server("max_body = \"2KiB\"").start().await;
    let json = ("content-type", "application/json");

    // Declared: not a byte of the body is sent.
    for length in ["2049", "99999999999999999999"] {
        let declared = request("POST", TARGET, &[json, ("content-length", length), bot.token()], b"");
        let response = ask(&bot.url, &declared).await;
        if length.len() < 20 {
            expect_problem(&response, 413);
            assert_eq!(response.header("connection"), Some("close"));
        } else {
            assert!(response.status >= 400, "{response:?}");
        }
    }
    // Chunked, without an end.
    let chunk = format!("800\r\n{}\r\n", " ".repeat(0x800));
    let head = request("POST", TARGET, &[json, ("transfer-encoding", "chunked"), bot.token()], b"");
    let mut connection = RawConnection::to(&bot.url).await;
    connection.send(&[&head, chunk.as_bytes(), chunk.as_bytes()].concat()).await;
    let response = connection.response().await.unwrap();
    expect_problem(&response, 413);
    assert_eq!(response.header("connection"), Some("close"));
    assert_eq!(connection.closed().await, "");
    // A body of exactly the limit is accepted.
    let command = bot.message(ANA, "/whoami").body();
    let full = format!("{command}{}", " ".repeat(2_048 - command.len()));
    assert_status(&bot.deliver(TARGET, &[bot.token()], full.as_bytes()).await, "accepted");
    expect_problem(&bot.deliver(TARGET, &[bot.token()], format!("{full} ").as_bytes()).await, 413);
}

#[tokio::test]
async fn a_chunked_body_is_reassembled() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/whoami").body();
    let headers = [("content-type", "application/json"), ("transfer-encoding", "chunked"), bot.token()];
    let chunks: String = command
        .as_bytes()
        .chunks(7)
        .map(|chunk| format!("{:x}\r\n{}\r\n", chunk.len(), String::from_utf8_lossy(chunk)))
        .collect();

    let response =
        ask(&bot.url, &request("POST", TARGET, &headers, format!("{chunks}0\r\n\r\n").as_bytes())).await;

    assert_status(&response, "accepted");
}

/// T31 with what a `Content-Encoding` would hide.
#[tokio::test]
async fn only_uncompressed_json_is_accepted() {
    let bot = Service::start().await;
    let body = bot.message(ANA, "/whoami").body();
    let length = body.len().to_string();
    let send = async |headers: &[(&str, &str)]| {
        let all = [&[("content-length", length.as_str()), bot.token()], headers].concat();
        ask(&bot.url, &request("POST", TARGET, &all, body.as_bytes())).await
    };
    let json = ("content-type", "application/json");
    for headers in [
        &[][..],
        &[("content-type", "text/plain")],
        &[("content-type", "application/x-www-form-urlencoded")],
        &[("content-type", "application/jsonp")],
        &[("content-type", "text/plain; application/json")],
        &[json, json],
        &[json, ("content-encoding", "gzip")],
        &[json, ("content-encoding", "identity")],
    ] {
        expect_problem(&send(headers).await, 415);
    }
    assert_eq!(bot.command_count().await, 0);
    for kind in ["application/json; charset=utf-8", "Application/JSON"] {
        assert_eq!(send(&[("content-type", kind)]).await.status, 200, "{kind}");
    }
}

#[tokio::test]
async fn an_ambiguous_request_is_rejected() {
    let bot = Service::start().await;
    let json = ("content-type", "application/json");
    let body = bot.message(ANA, "/whoami").body();
    for lengths in [["5", "6"], ["-1", "5"], ["5x", "5"]] {
        let headers = [json, ("content-length", lengths[0]), ("content-length", lengths[1]), bot.token()];
        let mut connection = RawConnection::to(&bot.url).await;
        connection.send(&request("POST", TARGET, &headers, body.as_bytes())).await;
        let said = connection.closed().await;
        assert!(said.starts_with("HTTP/1.1 400 ") && said.matches("HTTP/1.1").count() == 1, "{said}");
    }
    assert_eq!(bot.command_count().await, 0);
}
