//! Faulty responses: error pages, huge bodies, slow bodies, and connections that close. Invented: their texts and
//! sizes.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream::{self, StreamExt};
use http::{HeaderValue, StatusCode, header};

/// A response that a test scripts.
#[derive(Clone, Debug)]
pub enum FaultResponse {
    /// A status and a body.
    Whole {
        /// The status.
        status: StatusCode,
        /// The `Content-Type`.
        content_type: &'static str,
        /// The `Retry-After`: seconds or a date.
        retry_after: Option<HeaderValue>,
        /// The `Date`; hyper writes the present one where none is given.
        date: Option<HeaderValue>,
        /// The body.
        body: String,
    },
    /// No byte: the connection is closed.
    Dropped,
    /// The head and the beginning of a body, then the connection is closed.
    Cut,
    /// 200 and a JSON string of this many bytes.
    Huge(usize),
    /// 200 and a JSON body that never ends, a byte at a time.
    Drip(Duration),
}

impl FaultResponse {
    /// A JSON body.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::whole(status, "application/json", &body.to_string())
    }

    /// A plain text body.
    pub fn text(status: u16, body: &str) -> Self {
        Self::whole(status, "text/plain; charset=utf-8", body)
    }

    /// An HTML body, as a proxy sends it.
    pub fn html(status: u16, body: &str) -> Self {
        Self::whole(status, "text/html; charset=utf-8", body)
    }

    /// The error page of an edge server that cannot reach Z-API.
    pub fn bad_gateway() -> Self {
        Self::html(502, "<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>")
    }

    /// 429, with the seconds to wait, if given.
    pub fn too_many_requests(retry_after: Option<u64>) -> Self {
        Self::throttled(retry_after.map(HeaderValue::from), None)
    }

    /// 429, with the date to wait for, and the server's own date.
    pub fn too_many_requests_until(retry_after: &'static str, date: &'static str) -> Self {
        Self::throttled(Some(HeaderValue::from_static(retry_after)), Some(HeaderValue::from_static(date)))
    }

    fn throttled(retry_after: Option<HeaderValue>, date: Option<HeaderValue>) -> Self {
        let body = r#"{"error":"Too many requests"}"#.to_owned();
        let content_type = "application/json";
        Self::Whole { status: StatusCode::TOO_MANY_REQUESTS, content_type, retry_after, date, body }
    }

    /// An invalid status becomes 500.
    fn whole(status: u16, content_type: &'static str, body: &str) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::Whole { status, content_type, retry_after: None, date: None, body: body.to_owned() }
    }

    pub(super) fn into_response(self) -> Response {
        match self {
            Self::Whole { status, content_type, retry_after, date, body } => {
                let mut response = whole(status, content_type, Body::from(body));
                let headers = [(header::RETRY_AFTER, retry_after), (header::DATE, date)];
                let given = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
                response.headers_mut().extend(given);
                response
            }
            // hyper writes the head into its buffer and asks for the body before it flushes: an
            // error at once closes the connection with nothing sent.
            Self::Dropped => json(Body::from_stream(stream::once(async { broken() }))),
            Self::Cut => json(Body::from_stream(stream::unfold(0, |step| async move {
                match step {
                    0 => Some((Ok(Bytes::from_static(b"{\"success\":")), 1)),
                    _ => {
                        // Lets hyper flush its buffer.
                        tokio::task::yield_now().await;
                        Some((broken(), 2))
                    }
                }
            }))),
            Self::Huge(bytes) => json(huge(bytes)),
            Self::Drip(every) => json(Body::from_stream(stream::unfold((), move |()| async move {
                tokio::time::sleep(every).await;
                Some((Ok::<_, Infallible>(Bytes::from_static(b" ")), ()))
            }))),
        }
    }
}

fn broken() -> io::Result<Bytes> {
    Err(io::ErrorKind::ConnectionReset.into())
}

/// A valid document, so that only its size is wrong.
fn huge(bytes: usize) -> Body {
    const CHUNK: usize = 64 * 1024;
    let inner = stream::unfold(Some(bytes), |left| async move {
        let left = left?;
        let size = left.min(CHUNK);
        let rest = (left > size).then_some(left - size);
        Some((Ok::<_, Infallible>(Bytes::from(vec![b'a'; size])), rest))
    });
    let quote = || stream::once(async { Ok::<_, Infallible>(Bytes::from_static(b"\"")) });
    Body::from_stream(quote().chain(inner).chain(quote()))
}

fn json(body: Body) -> Response {
    whole(StatusCode::OK, "application/json", body)
}

fn whole(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
