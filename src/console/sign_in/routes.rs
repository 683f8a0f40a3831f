//! The routes of the sign-in.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};

use super::identify::identify;
use super::notice::Notice;
use super::pages;
use super::paths::{SIGN_IN, SIGN_OUT};
use super::state::SignIn;
use crate::web::{PageLanguage, is_same_origin};

/// The most bytes of a form.
const MAX_FORM: usize = 8 * 1024;

/// Routes of the sign-in form, and of signing out.
pub(in crate::console) fn sign_in_routes<S: Clone + Send + Sync + 'static>(
    sign_in: &Arc<SignIn>,
) -> Router<S> {
    let add_facts = middleware::from_fn_with_state(sign_in.clone(), add_facts);
    let form = Router::new()
        .route(SIGN_IN, get(pages::show_form).post(pages::sign_in_with_password))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(add_facts.clone());
    let session = Router::new()
        .route(SIGN_OUT, post(pages::sign_out))
        .layer(add_facts)
        .layer(middleware::from_fn_with_state(sign_in.clone(), identify));
    form.merge(session).with_state(sign_in.clone())
}

/// Adds the [`RequestFacts`](super::request_facts::RequestFacts); a form of another site signs nobody in.
async fn add_facts(State(sign_in): State<Arc<SignIn>>, mut request: Request, next: Next) -> Response {
    let PageLanguage(locale) = PageLanguage::from_headers(request.headers());
    if !request.method().is_safe() && !is_same_origin(request.headers()) {
        return Notice::CrossOrigin.response(locale);
    }
    if !sign_in.config.has_sign_in() {
        return Redirect::to("/").into_response();
    }
    if sign_in.passwords.is_empty() && request.uri().path() == SIGN_IN {
        return Notice::NotNamed.response(locale);
    }
    let facts = sign_in.request_facts(&request);
    request.extensions_mut().insert(facts);
    next.run(request).await
}
