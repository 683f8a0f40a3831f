//! The pages of the console.

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};

use super::sign_in::{identify, sign_in_routes};
use super::state::{ConsoleState, take_turn};
use super::{actions, command, commands, communities, configuration, health, overview, people};
use crate::web::{PageError, asset_routes, with_page_headers};

/// Routes of the console; also answers whatever the private listener has no route for.
pub fn router(state: ConsoleState) -> Router {
    let identify = middleware::from_fn_with_state(state.sign_in.clone(), identify);
    let pages = Router::new()
        .route("/", get(overview::show))
        .route("/live", get(overview::refresh))
        .route("/commands", get(commands::show))
        .route("/commands/live", get(commands::refresh))
        .route("/commands/{id}", get(command::show))
        .route("/commands/{id}/retry", post(actions::retry))
        .route("/commands/{id}/drop", post(actions::drop_dead_letter))
        .route("/commands/{id}/cancel", post(actions::cancel))
        .route("/communities", get(communities::show))
        .route("/people", get(people::show))
        .route("/health", get(health::show))
        .route("/configuration", get(configuration::show))
        // Before the layers, which then ask first who it is.
        .method_not_allowed_fallback(async || PageError::MethodNotAllowed)
        .layer(middleware::from_fn_with_state(state.clone(), take_turn))
        // Takes no turn, since it waits for Z-API.
        .route("/communities/{instance}/read", post(communities::read))
        // Outermost: who may not see a page takes no turn.
        .layer(identify);
    let routes = pages
        .merge(sign_in_routes(&state.sign_in))
        .merge(asset_routes())
        .method_not_allowed_fallback(async || PageError::MethodNotAllowed)
        .fallback(async || PageError::NotFound);
    with_page_headers(routes).with_state(state)
}
