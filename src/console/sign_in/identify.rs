//! The layer in front of all pages: finds out who asks, and refuses requests of other sites.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::{Method, StatusCode};

use super::notice::Notice;
use super::paths::{SIGN_IN, SIGN_OUT};
use super::request_facts::{has_loopback_host, is_by_script, is_cross_site, is_same_origin};
use super::return_path::sign_in_path;
use super::state::SignIn;
use crate::console::viewer::Viewer;
use crate::web::{PageError, PageLanguage};

/// Adds the [`Viewer`] to a request, or answers it: with the sign-in page, or a refusal.
pub(in crate::console) async fn identify(
    State(sign_in): State<Arc<SignIn>>,
    mut request: Request,
    next: Next,
) -> Response {
    let PageLanguage(locale) = PageLanguage::from_headers(request.headers());
    if !sign_in.config.has_sign_in() && !has_loopback_host(request.headers()) {
        return Notice::WrongHost.response(locale);
    }
    if !request.method().is_safe() && !is_same_origin(request.headers()) {
        return Notice::CrossOrigin.response(locale);
    }
    let facts = sign_in.request_facts(&request);
    let (viewer, session) = match sign_in.find_viewer(request.headers(), facts).await {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let Some(viewer) = viewer else {
        if sign_in.passwords.is_empty() {
            return Notice::NotNamed.response(locale);
        }
        return ask_to_sign_in(&request);
    };
    if !request.method().is_safe()
        && request.uri().path() != SIGN_OUT
        && let Err(error) = allow_action(&viewer, request.uri().path()).await
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
