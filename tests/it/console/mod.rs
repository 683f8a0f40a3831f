//! The console, over HTTP, through the real service.

mod actions;
mod base;
mod hostile;
mod pages;
mod search;
mod sign_in;

use crate::support::Service;
use crate::support::raw_connection::{ask, authority};
use vincula::sandbox::webhook_event::Response;

/// What a browser asks with.
const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// Gets a page, as a browser that prefers English.
async fn get(bot: &Service, path: &str) -> Response {
    get_with(bot, path, &[("accept-language", "en")]).await
}

/// Gets a page with more headers.
async fn get_with(bot: &Service, path: &str, headers: &[(&str, &str)]) -> Response {
    let host = authority(&bot.admin_url);
    let mut request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: {BROWSER}\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    ask(&bot.admin_url, request.as_bytes()).await
}

/// Posts an empty form, as a browser does.
async fn post(bot: &Service, path: &str) -> Response {
    let host = authority(&bot.admin_url);
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\naccept: {BROWSER}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 0\r\n\r\n"
    );
    ask(&bot.admin_url, request.as_bytes()).await
}

/// Checks the headers that each response to a browser has.
fn expect_page_headers(response: &Response, what: &str) {
    let policy = response.header("content-security-policy").unwrap_or_default();
    for rule in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(rule), "{what}: {rule} is missing in {policy:?}");
    }
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(response.header(name), Some(value), "{what}: {name}");
    }
    assert!(response.header("cache-control").is_some(), "{what}: cache-control");
}
