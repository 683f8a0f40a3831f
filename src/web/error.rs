//! Errors of pages. [`with_page_headers`](super::with_page_headers) turns each into a page in the language of the
//! browser, or into a problem response for a client that does not ask for HTML.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;

use super::page::Page;
use crate::domain::Locale;
use crate::problem::Problem;
use crate::storage::StoreUnavailable;

/// The response of a handler of a page.
pub type PageResult = Result<Response, PageError>;

/// Why a page is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageError {
    /// The request makes no sense.
    BadRequest,
    /// The viewer may not do this.
    Forbidden,
    /// There is nothing at this address.
    NotFound,
    /// The address has no such method.
    MethodNotAllowed,
    /// The journal cannot be read or written now.
    Unavailable,
    /// A bug.
    Internal,
}

impl PageError {
    /// The error for a status that a handler or axum chose.
    pub(super) fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            status if status.is_client_error() => Self::BadRequest,
            _ => Self::Internal,
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The keys of the title and of the sentence below it.
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::BadRequest => ("web-bad-request", "web-bad-request-help"),
            Self::Forbidden => ("web-forbidden", "web-forbidden-help"),
            Self::NotFound => ("web-not-found", "web-not-found-help"),
            Self::MethodNotAllowed => ("web-method-not-allowed", "web-method-not-allowed-help"),
            Self::Unavailable => ("web-unavailable", "web-unavailable-help"),
            Self::Internal => ("web-internal", "web-internal-help"),
        }
    }

    fn detail(self) -> &'static str {
        match self {
            Self::BadRequest => "The request cannot be understood.",
            Self::Forbidden => "This is for operators.",
            Self::NotFound => "There is nothing at this path.",
            Self::MethodNotAllowed => "The Allow header lists the methods of this path.",
            Self::Unavailable => "The journal cannot be used now.",
            Self::Internal => "The request failed; the log has the details.",
        }
    }

    /// The page of this error, or its problem response.
    pub(super) fn response(self, locale: Locale, wants_html: bool) -> Response {
        let (title, help) = self.keys();
        match wants_html {
            true => message_page(self.status(), locale, (title, help)),
            false => Problem::new(self.status(), self.detail()).into_response(),
        }
    }
}

impl From<StoreUnavailable> for PageError {
    fn from(error: StoreUnavailable) -> Self {
        tracing::debug!(%error, "page not shown");
        Self::Unavailable
    }
}

impl IntoResponse for PageError {
    /// The bare status: `with_page_headers` knows the language.
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}

/// A page that says what is wrong and what to do, by the keys of both.
pub fn message_page(status: StatusCode, locale: Locale, (title, help): (&str, &'static str)) -> Response {
    match (ErrorTemplate { page: Page::new(locale, title), help }).render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => status.into_response(),
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorTemplate {
    page: Page,
    help: &'static str,
}
