//! What is shown to requests that are refused, instead of a page.

use askama::Template;
use axum::response::Response;
use http::{StatusCode, Uri};

use super::return_path::safe_return_path;
use crate::domain::Locale;
use crate::web::{PageResult, message_page, render};

/// What is shown instead of a page.
#[derive(Clone, Copy)]
pub(super) enum Notice {
    /// The console is open, and the browser was told another name than one of loopback.
    WrongHost,
    /// A page of another site sent the request.
    CrossOrigin,
    /// Only a proxy can name people, and this request has no name.
    NotNamed,
    /// The proxy that signs people in must sign them out.
    SignedInByProxy,
}

#[derive(Template)]
#[template(path = "console/reload.html")]
struct ReloadTemplate<'a> {
    path: &'a str,
}

impl Notice {
    pub(super) fn response(self, locale: Locale) -> Response {
        let (status, title, help) = match self {
            Self::WrongHost => {
                (StatusCode::MISDIRECTED_REQUEST, "console-wrong-host", "console-wrong-host-help")
            }
            Self::CrossOrigin => (StatusCode::FORBIDDEN, "console-cross-origin", "console-cross-origin-help"),
            Self::NotNamed => (StatusCode::FORBIDDEN, "console-not-named", "console-not-named-help"),
            Self::SignedInByProxy => {
                (StatusCode::CONFLICT, "console-signed-in-by-proxy", "console-signed-in-by-proxy-help")
            }
        };
        message_page(status, locale, (title, help))
    }

    /// A page that loads itself again.
    pub(super) fn reload(uri: &Uri) -> PageResult {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        render(&ReloadTemplate { path: safe_return_path(path) })
    }
}
