//! The result of an authenticated event, and all responses of the webhook endpoint.

use std::sync::LazyLock;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

use super::ignore_reason::IgnoreReason;
use crate::problem::Problem;

/// When a client should send a request again that we could not handle.
const RETRY_AFTER_SECS: u64 = 5;

pub(super) const UNAUTHORIZED: Problem =
    Problem::new(StatusCode::UNAUTHORIZED, "The webhook could not be verified.");
pub(super) const UNSUPPORTED_MEDIA_TYPE: Problem = Problem::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "A webhook is application/json without Content-Encoding.",
)
.close_connection();
pub(super) const BODY_TOO_LARGE: Problem =
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than max_body.").close_connection();
pub(super) const BODY_INCOMPLETE: Problem =
    Problem::new(StatusCode::BAD_REQUEST, "The body ended too early.").close_connection();
pub(super) const TOO_MANY_LARGE_BODIES: Problem = Problem::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "Too many large bodies arrive at once, and this one was dropped. Send it again.",
)
.retry_after(RETRY_AFTER_SECS)
.close_connection();
const INVALID_JSON: Problem = Problem::new(StatusCode::BAD_REQUEST, "The body is no JSON object.");
const STORE_UNAVAILABLE: Problem =
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The journal cannot be written now. Send it again.")
        .retry_after(RETRY_AFTER_SECS);
const OVERLOADED: Problem =
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Too many commands wait for the journal. Send it again.")
        .retry_after(RETRY_AFTER_SECS);

/// The bodies of nearly all responses.
static IGNORED_BODIES: LazyLock<[Bytes; IgnoreReason::ALL.len()]> = LazyLock::new(|| {
    IgnoreReason::ALL.map(|reason| format!(r#"{{"status":"ignored","reason":"{reason}"}}"#).into())
});

/// The result of an authenticated event.
pub(super) enum WebhookOutcome {
    /// The command is in the journal under this id.
    Accepted(String),
    /// The message is in the journal already.
    Duplicate,
    /// It is no command to us.
    Ignored(IgnoreReason),
    /// The body is no JSON object.
    InvalidJson,
    /// The journal cannot be read or written.
    StoreUnavailable,
    /// Too many commands wait for the journal.
    Overloaded,
}

impl IntoResponse for WebhookOutcome {
    fn into_response(self) -> Response {
        match self {
            Self::Accepted(id) => json_response(format!(r#"{{"status":"accepted","id":"{id}"}}"#)),
            Self::Duplicate => json_response(r#"{"status":"duplicate"}"#),
            Self::Ignored(reason) => json_response(IGNORED_BODIES[reason as usize].clone()),
            Self::InvalidJson => INVALID_JSON.into_response(),
            Self::StoreUnavailable => STORE_UNAVAILABLE.into_response(),
            Self::Overloaded => OVERLOADED.into_response(),
        }
    }
}

/// The response to a client address with too many unverified requests, for the time that it has to wait.
pub(super) fn too_many_requests(wait: Duration) -> Problem {
    const DETAIL: &str = "Too many webhooks of this address could not be verified.";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, DETAIL).retry_after(wait.as_secs() + 1)
}

fn json_response(body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(body.into().into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
