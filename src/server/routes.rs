//! The routes of both listeners.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use http::StatusCode;

use super::private::{self, PrivateState};
use crate::problem::Problem;
use crate::webhook::{WebhookHandler, handler};

/// Routes of the public listener.
pub fn public_routes(webhooks: Arc<WebhookHandler>) -> Router {
    Router::new()
        .route("/webhooks/{*endpoint}", post(handler::handle_webhook))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .with_state(webhooks)
}

/// Routes of the private listener: its own, and those of the console, which answers all other paths.
pub fn private_routes(state: PrivateState, console: Router) -> Router {
    Router::new()
        .route("/healthz", get(private::healthz))
        .route("/readyz", get(private::readyz))
        .route("/metrics", get(private::metrics))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(state)
        .merge(console)
}

async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "The Allow header lists the methods of this path.")
}

async fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "There is nothing at this path.")
}
