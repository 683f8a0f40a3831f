//! The layer in front of all pages: finds out who asks, and refuses requests of other sites.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::{Method, StatusCode, Version};

use super::notice::Notice;
use super::paths::{SIGN_IN, SIGN_OUT};
use super::request_facts::is_by_script;
use super::return_path::sign_in_path;
use super::state::SignIn;
use crate::console::viewer::Viewer;
use crate::web::{
    PageError, PageLanguage, has_loopback_host, has_other_origin, is_cross_site, is_forwarded, is_navigation,
    is_same_origin,
};

/// Sections of the console that show no texts of messages.
const WITHOUT_TEXTS: [&str; 4] = ["/communities", "/people", "/health", "/configuration"];
/// The end of the path of a part that refreshes itself.
const LIVE: &str = "/live";

/// Adds the [`Viewer`] to a request, or answers it: with the sign-in page, or a refusal.
pub(in crate::console) async fn identify(
    State(sign_in): State<Arc<SignIn>>,
    mut request: Request,
    next: Next,
) -> Response {
    let PageLanguage(locale) = PageLanguage::from_headers(request.headers());
    if !sign_in.config.has_sign_in()
        && let Err(notice) = check_open_console(&request)
    {
        return notice.response(locale);
    }
    if !request.method().is_safe() && !is_same_origin(request.headers()) {
        return Notice::CrossOrigin.response(locale);
    }
    let facts = sign_in.request_facts(&request);
    let (viewer, session) = match sign_in.find_viewer(request.headers(), facts).await {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let Some(mut viewer) = viewer else {
        if sign_in.passwords.is_empty() {
            return Notice::NotNamed.response(locale);
        }
        return ask_to_sign_in(&request);
    };
    let path = request.uri().path();
    if request.method().is_safe() {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        if let Some(page) = page_with_texts(path).filter(|_| is_read) {
            viewer.record_reading(page).await;
        }
    } else if path != SIGN_OUT
        && let Err(error) = allow_action(&viewer, path).await
    {
        return error.into_response();
    }
    let is_use = !is_by_script(request.headers());
    request.extensions_mut().insert(viewer);
    let is_sign_out = request.uri().path() == SIGN_OUT;
    let response = next.run(request).await;
    let renewed = session.filter(|_| is_use && !is_sign_out);
    let renewed = renewed.and_then(|session| session.renewed(sign_in.limits(), sign_in.clock.now()));
    match renewed {
        Some(session) => sign_in.with_session(session, facts, response).await,
        None => response,
    }
}

/// Checks that a request to an open console, where everybody is an operator, comes from a browser on this machine, and not
/// from a page of another site. Browsers do not use HTTP/1.0, but proxies do.
fn check_open_console(request: &Request) -> Result<(), Notice> {
    let headers = request.headers();
    let is_proxied = is_forwarded(headers) || request.version() == Version::HTTP_10;
    if is_proxied || !has_loopback_host(headers) {
        return Err(Notice::WrongHost);
    }
    let is_form = !request.method().is_safe();
    if is_form && has_other_origin(headers) || is_cross_site(headers) && !is_navigation(headers) {
        return Err(Notice::CrossOrigin);
    }
    Ok(())
}

/// The page that may show texts of messages at this path: any but those that never do. A part of a page that refreshes
/// itself belongs to its page.
fn page_with_texts(path: &str) -> Option<&str> {
    let page = path.strip_suffix(LIVE).unwrap_or(path);
    let is_other = |section: &&str| {
        page.strip_prefix(*section).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if WITHOUT_TEXTS.iter().any(is_other) {
        return None;
    }
    Some(if page.is_empty() { "/" } else { page })
}

/// Checks the right to act, and records the action: the last part of its path.
async fn allow_action(viewer: &Viewer, path: &str) -> Result<(), PageError> {
    viewer.require_operator()?;
    let action = path.rsplit('/').next().unwrap_or_default();
    viewer.record(action, path).await
}

/// The answer to somebody who is not signed in.
fn ask_to_sign_in(request: &Request) -> Response {
    let (method, headers) = (request.method(), request.headers());
    if is_by_script(headers) {
        // htmx loads the whole page again, which leads to the sign-in.
        return (StatusCode::UNAUTHORIZED, [("hx-refresh", "true")], Html("")).into_response();
    }
    if *method != Method::GET {
        return Redirect::to(SIGN_IN).into_response();
    }
    if is_cross_site(headers) {
        // The cookie of a session is not sent with a link of another site. It is sent when the page loads itself again.
        return Notice::reload(request.uri()).into_response();
    }
    Redirect::to(&sign_in_path(request.uri())).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t48_every_page_but_those_without_texts_is_recorded() {
        for (path, page) in [
            ("/", Some("/")),
            ("/live", Some("/")),
            ("/commands", Some("/commands")),
            ("/commands/live", Some("/commands")),
            ("/commands/019ab1f2", Some("/commands/019ab1f2")),
            ("/a-new-page", Some("/a-new-page")),
            ("/healthy", Some("/healthy")),
            ("/health", None),
            ("/communities/main", None),
            ("/people", None),
            ("/configuration", None),
        ] {
            assert_eq!(page_with_texts(path), page, "{path}");
        }
    }
}
