//! The public listener, row by row of docs/webhooks.md: requests and their responses.

mod accepted;
mod enqueue;
mod ignored;
mod limits;
mod overload;
mod rejected;
mod schemes;

pub use enqueue::hold;

use serde_json::Value;
use vincula::sandbox::webhook_event::Response;

use crate::support::Service;
use crate::support::raw_connection::{ask, request};

/// Where the stories' webhooks go.
const TARGET: &str = "/webhooks/main";

impl Service {
    /// A POST of JSON with these further headers, to any target, on a connection of its own.
    pub async fn deliver(&self, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let length = body.len().to_string();
        let mut all = vec![("content-type", "application/json"), ("content-length", length.as_str())];
        all.extend_from_slice(headers);
        ask(&self.url, &request("POST", target, &all, body)).await
    }

    /// The header that proves where a webhook comes from.
    pub fn token(&self) -> (&str, &str) {
        ("z-api-token", &self.sandbox.account().token)
    }

    /// How many commands the journal has.
    pub async fn command_count(&self) -> usize {
        self.store.list(None, usize::MAX).await.unwrap().len()
    }
}

/// The response is an error of RFC 9457 with this status.
#[track_caller]
pub fn expect_problem(response: &Response, status: u16) {
    assert_eq!(response.status, status, "{}", response.text());
    assert_eq!(response.header("content-type"), Some("application/problem+json"));
    let problem: Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(problem["status"], status);
    assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{problem}");
    assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
}

/// The response is 200 with this status; its id or reason is returned.
#[track_caller]
pub fn assert_status(response: &Response, status: &str) -> String {
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(response.header("content-type"), Some("application/json"));
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(body["status"], status, "{body}");
    let more = if status == "accepted" { &body["id"] } else { &body["reason"] };
    more.as_str().unwrap_or_default().to_owned()
}
