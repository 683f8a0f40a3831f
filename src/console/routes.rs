//! The pages of the console.

use axum::Router;
use axum::middleware;
use axum::routing::get;

use super::overview;
use super::state::ConsoleState;
use super::viewer::identify;
use crate::web::{PageError, asset_routes, with_page_headers};

/// Routes of the console; also answers whatever the private listener has no route for.
pub fn router(state: ConsoleState) -> Router {
    let pages = Router::new().route("/", get(overview::show)).layer(middleware::from_fn(identify));
    let routes = pages
        .merge(asset_routes())
        .method_not_allowed_fallback(async || PageError::MethodNotAllowed)
        .fallback(async || PageError::NotFound);
    with_page_headers(routes).with_state(state)
}
