//! The private listener: liveness, readiness, metrics.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use tokio_util::sync::CancellationToken;

use crate::monitor::Monitor;
use crate::storage::Store;
use crate::telemetry::Exposition;

/// The state that the private listener reports on.
#[derive(Clone)]
pub struct PrivateState {
    /// Must respond to a ping for the service to be ready.
    pub store: Store,
    /// Collects the metrics.
    pub monitor: Arc<Monitor>,
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

/// `GET /metrics`: all metrics, in OpenMetrics unless the client accepts only the older format.
pub(super) async fn metrics(State(state): State<PrivateState>, headers: HeaderMap) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wants_text = accepted.contains("text/plain") && !accepted.contains("openmetrics");
    let format = if wants_text { Exposition::PrometheusText } else { Exposition::OpenMetrics };
    ([(CONTENT_TYPE, format.content_type())], state.monitor.scrape(format).await).into_response()
}

fn plain_text(status: StatusCode, text: String) -> Response {
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
