//! Parts of pages that htmx refreshes. A part that did not change is not sent, so that focus and selection stay.

use askama::Template;
use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;
use sha2::{Digest as _, Sha256};

use crate::web::PageError;

/// Digits of a digest: enough to see a change.
const DIGEST_DIGITS: usize = 16;

/// A part of a page that is refreshed from an address.
pub(super) struct LivePart {
    html: String,
    digest: String,
    url: String,
}

#[derive(Template)]
#[template(path = "console/live.html")]
struct LiveTemplate<'a> {
    url: &'a str,
    html: &'a str,
}

impl LivePart {
    /// Renders a part; `url` is where it is refreshed from, with a query or without.
    pub(super) fn new(content: &impl Template, url: &str) -> Result<Self, PageError> {
        let html = content.render().map_err(|_| PageError::Internal)?;
        let mut digest = base16ct::lower::encode_string(&Sha256::digest(&html));
        digest.truncate(DIGEST_DIGITS);
        let separator = if url.contains('?') { '&' } else { '?' };
        Ok(Self { url: format!("{url}{separator}seen={digest}"), html, digest })
    }

    /// The HTML for a page.
    pub(super) fn html(&self) -> Result<String, PageError> {
        let template = LiveTemplate { url: &self.url, html: &self.html };
        template.render().map_err(|_| PageError::Internal)
    }

    /// The response to a refresh of a part that shows `seen`.
    pub(super) fn response(&self, seen: &str) -> Result<Response, PageError> {
        if self.digest == seen {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        Ok(Html(self.html()?).into_response())
    }
}
