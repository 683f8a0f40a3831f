//! The pages of the console.

use axum::Router;
use axum::middleware;
use axum::routing::get;

use super::overview;
use super::sign_in::{identify, sign_in_routes};
use super::state::ConsoleState;
use crate::web::{PageError, asset_routes, with_page_headers};

/// Routes of the console; also answers whatever the private listener has no route for.
pub fn router(state: ConsoleState) -> Router {
    let identify = middleware::from_fn_with_state(state.sign_in.clone(), identify);
    let pages = Router::new()
        .route("/", get(overview::show))
        // Before the layer, which then asks first who it is.
        .method_not_allowed_fallback(async || PageError::MethodNotAllowed)
        .layer(identify);
    let routes = pages
        .merge(sign_in_routes(&state.sign_in))
        .merge(asset_routes())
        .method_not_allowed_fallback(async || PageError::MethodNotAllowed)
        .fallback(async || PageError::NotFound);
    with_page_headers(routes).with_state(state)
}
