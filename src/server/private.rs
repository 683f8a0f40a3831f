//! The private listener: liveness, readiness, metrics.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use tokio_util::sync::CancellationToken;

use crate::storage::Store;
use crate::telemetry::Metrics;

/// The state that the private listener reports on.
#[derive(Clone)]
pub struct PrivateState {
    /// Must respond to a ping for the service to be ready.
    pub store: Store,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// Cancelled when the service shuts down.
    pub shutdown: CancellationToken,
    /// Cancelled when the worker has ended, also by a panic.
    pub worker_ended: CancellationToken,
}

/// `GET /healthz`: the process serves requests.
pub(super) async fn healthz() -> Response {
    plain_text(StatusCode::OK, "ok\n".to_owned())
}

/// `GET /readyz`: the worker runs and the journal can be used.
pub(super) async fn readyz(State(state): State<PrivateState>) -> Response {
    let not_ready = |reason| plain_text(StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n"));
    if state.shutdown.is_cancelled() {
        return not_ready("shutting down".to_owned());
    }
    if state.worker_ended.is_cancelled() {
        return not_ready("the worker has ended: start the service again".to_owned());
    }
    match state.store.ping().await {
        Ok(()) => plain_text(StatusCode::OK, "ready\n".to_owned()),
        Err(error) => not_ready(error.to_string()),
    }
}

/// `GET /metrics`: all counters.
pub(super) async fn metrics(State(state): State<PrivateState>) -> Response {
    plain_text(StatusCode::OK, state.metrics.text())
}

fn plain_text(status: StatusCode, text: String) -> Response {
    (status, [(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
