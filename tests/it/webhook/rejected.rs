//! 401: the same response for every reason, so that it does not tell the reason; and 404.

use super::{TARGET, assert_status, expect_problem};
use crate::support::raw_connection::{ask, authority, request};
use crate::support::{ANA, Service};

const HEADER: &str = "z-api-token";
const PATH: &str = "a-path-nobody-guesses-9f2c";

/// A target, headers and a body.
type Attempt = (String, Vec<(&'static str, String)>, String);

/// The parts of a response that could tell something: all but the date and the id of the request.
fn seen(response: &vincula::sandbox::webhook_event::Response) -> (u16, Vec<(String, String)>, String) {
    let headers = response
        .headers
        .iter()
        .filter(|(name, _)| name != "date" && name != "x-request-id")
        .cloned()
        .collect();
    (response.status, headers, response.text())
}

#[tokio::test]
async fn t01_t07_every_authentication_failure_gets_the_same_response() {
    let bot = Service::with()
        .verify(&format!("[instances.main.verify]\nzapi_token = true\npath_secret = \"{PATH}\"\n"))
        .start()
        .await;
    let token = bot.token().1;
    let command = bot.message(ANA, "/whoami").body();
    let right = format!("{TARGET}/{PATH}");
    let here = authority(&bot.url);
    let proven_by = |headers: Vec<(&'static str, String)>| (right.clone(), headers, command.clone());
    let sent_to = |target| (target, vec![(HEADER, token.to_owned())], command.clone());

    let mut table: Vec<Attempt> = vec![
        proven_by(vec![]),
        proven_by(vec![(HEADER, String::new())]),
        proven_by(vec![(HEADER, token[1..].to_owned())]),
        proven_by(vec![(HEADER, format!("{token}0"))]),
        proven_by(vec![(HEADER, format!("\"{token}\""))]),
        proven_by(vec![(HEADER, token.to_lowercase())]),
        proven_by(vec![(HEADER, token.to_owned()), (HEADER, token.to_owned())]),
        proven_by(vec![("authorization", format!("Bearer {token}"))]),
        proven_by(vec![("client-token", token.to_owned())]),
    ];
    for target in [
        format!("/webhooks/nobody/{PATH}"),
        format!("/webhooks//{PATH}"),
        TARGET.to_owned(),
        format!("{TARGET}/"),
        format!("{TARGET}/wrong-path-wrong-path-99"),
        format!("{TARGET}/{}", PATH.to_uppercase()),
        format!("{TARGET}/{}", &PATH[1..]),
        format!("{right}/"),
        format!("{right}/x"),
        format!("{right}%00"),
        format!("/webhooks//main/{PATH}"),
        format!("/webhooks/main//{PATH}"),
        format!("/webhooks/./main/{PATH}"),
        format!("/webhooks/x/../main/{PATH}"),
        format!("/webhooks/main/%2e/{PATH}"),
        format!("/webhooks/%6dain/{PATH}"),
        format!("/webhooks/main%2f{PATH}"),
        format!("/webhooks/main/%61{}", &PATH[1..]),
        format!("/webhooks/MAIN/{PATH}"),
        format!("/webhooks/main;v=1/{PATH}"),
        format!("http://{here}{TARGET}"),
        format!("{TARGET}?{PATH}"),
    ] {
        table.push(sent_to(target));
    }
    // Nothing is parsed before it is verified: a body that is no JSON gets the same response.
    for body in ["", "{", "[]", "\u{0}", "<html>"] {
        table.push((right.clone(), vec![], body.to_owned()));
        table.push(("/webhooks/nobody".to_owned(), vec![], body.to_owned()));
    }

    let first = bot.deliver(&right, &[], command.as_bytes()).await;
    expect_problem(&first, 401);
    for (target, headers, body) in &table {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let response = bot.deliver(target, &headers, body.as_bytes()).await;
        assert_eq!(seen(&response), seen(&first), "{target} {headers:?} {body}");
    }
    assert_eq!((bot.command_count().await, bot.sandbox.calls().len()), (0, 0));
    let text = format!("{:?}", seen(&first));
    assert!(!text.contains("main") && !text.contains("token"), "{text}");

    // With all proofs the same endpoint accepts it, whatever the query is.
    assert_status(
        &bot.deliver(&format!("{right}?a=b"), &[bot.token()], command.as_bytes()).await,
        "accepted",
    );
}

/// Also with a valid token.
#[tokio::test]
async fn paths_outside_of_the_webhooks_are_not_found() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/whoami").body();
    let here = authority(&bot.url);
    for target in [
        "/",
        "/healthz",
        "/metrics",
        "/webhooks",
        "/webhooks/",
        "//webhooks/main",
        "/Webhooks/main",
        &format!("http://{here}//webhooks/main"),
    ] {
        expect_problem(&bot.deliver(target, &[bot.token()], command.as_bytes()).await, 404);
        expect_problem(&ask(&bot.url, &request("GET", target, &[], b"")).await, 404);
    }
    assert_eq!(bot.command_count().await, 0);
}

#[tokio::test]
async fn t07_a_path_longer_than_configured_is_rejected() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/whoami").body();
    for target in ["/webhooks/main/", "/webhooks/main/x", "/webhooks/main//"] {
        expect_problem(&bot.deliver(target, &[bot.token()], command.as_bytes()).await, 401);
    }
    assert_status(&bot.deliver(TARGET, &[bot.token()], command.as_bytes()).await, "accepted");
}

#[tokio::test]
async fn t01_a_header_that_is_not_text_is_rejected_without_a_panic() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/whoami").body();
    let length = command.len().to_string();
    let head =
        request("POST", TARGET, &[("content-type", "application/json"), ("content-length", &length)], b"");
    let head = &head[..head.len() - 2];
    let raw = [head, b"z-api-token: \xff\xfe\x80\r\n\r\n", command.as_bytes()].concat();
    expect_problem(&ask(&bot.url, &raw).await, 401);
}
