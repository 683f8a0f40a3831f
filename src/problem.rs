//! Error responses in the form of RFC 9457 (`application/problem+json`), for both listeners.

use axum::response::{IntoResponse, Response};
use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

/// An error response.
#[derive(Clone, Copy, Debug)]
pub struct Problem {
    status: StatusCode,
    detail: &'static str,
    retry_after_seconds: Option<u64>,
    closes_connection: bool,
}

/// The body of the response.
#[derive(Serialize)]
struct ProblemBody {
    title: &'static str,
    status: u16,
    detail: &'static str,
}

impl Problem {
    /// A problem with this status; `detail` is one sentence for the client's developer.
    pub const fn new(status: StatusCode, detail: &'static str) -> Self {
        Self { status, detail, retry_after_seconds: None, closes_connection: false }
    }

    /// Adds `Retry-After`.
    #[must_use]
    pub const fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after_seconds: Some(seconds), ..self }
    }

    /// Adds `Connection: close`, where the rest of the request is not read.
    #[must_use]
    pub const fn close_connection(self) -> Self {
        Self { closes_connection: true, ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { status, detail, .. } = self;
        let title = status.canonical_reason().unwrap_or_default();
        let body = serde_json::to_vec(&ProblemBody { title, status: status.as_u16(), detail });
        // Three plain fields always serialize.
        let mut response = Response::new(body.unwrap_or_default().into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if self.closes_connection {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
