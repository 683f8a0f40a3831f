//! The headers of each response to a browser, and the pages of errors.

use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use http::header::{
    ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

use super::error::PageError;
use super::language::PageLanguage;

/// Nothing from another origin, nothing inline, no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// An extension of the response where a handler panicked: the listener counts it.
#[derive(Clone, Copy, Debug)]
pub struct HandlerPanicked;

/// The headers of all responses.
fn page_headers() -> [(HeaderName, &'static str); 7] {
    [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ]
}

/// Adds the headers to each response of these routes, also to errors and where a handler panics, and makes pages of errors.
/// Only what says so itself is cached.
pub fn with_page_headers<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    routes.layer(middleware::from_fn(add_headers))
}

async fn add_headers(request: Request, next: Next) -> Response {
    let PageLanguage(locale) = PageLanguage::from_headers(request.headers());
    let wants_html = accepts_html(request.headers());
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let has_panicked = handled.is_err();
    let mut response = handled.unwrap_or_else(|_| PageError::Internal.into_response());
    let is_html = |headers: &HeaderMap| {
        headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
    };
    let status = response.status();
    if (status.is_client_error() || status.is_server_error()) && !is_html(response.headers()) {
        let allowed = response.headers().get(ALLOW).cloned();
        response = PageError::from_status(status).response(locale, wants_html);
        *response.status_mut() = status;
        if let Some(allowed) = allowed {
            response.headers_mut().insert(ALLOW, allowed);
        }
    }
    if has_panicked {
        response.extensions_mut().insert(HandlerPanicked);
    }
    let headers = response.headers_mut();
    for (name, value) in page_headers() {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"))
}
