//! The calls to Z-API, as the sandbox received them: method, path without credentials, status, duration.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use http::StatusCode;

/// How many calls are kept.
const MAX_CALLS: usize = 60;
/// The segments of a path before the name of a call: `/instances/{id}/token/{token}/`.
const CREDENTIAL_SEGMENTS: usize = 5;

/// The last calls.
#[derive(Clone, Debug, Default)]
pub(super) struct CallLog(Arc<Mutex<Calls>>);

#[derive(Debug, Default)]
struct Calls {
    last_id: u64,
    records: VecDeque<CallRecord>,
}

/// A call.
#[derive(Clone, Debug)]
pub(super) struct CallRecord {
    id: u64,
    /// `GET`, `POST`, …
    pub(super) method: String,
    /// What follows the credentials, with the query.
    pub(super) path: String,
    /// Its status.
    pub(super) status: CallStatus,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallStatus {
    /// It is not answered yet.
    Running,
    /// It was answered with this status, after this many milliseconds.
    Answered(StatusCode, u128),
    /// The caller closed the connection.
    Interrupted,
}

impl CallLog {
    /// Records all calls to these routes.
    pub(super) fn record_calls(&self, routes: axum::Router) -> axum::Router {
        routes.layer(middleware::from_fn_with_state(self.clone(), record_call))
    }

    /// The calls, newest first.
    pub(super) fn records(&self) -> Vec<CallRecord> {
        self.lock().records.iter().rev().cloned().collect()
    }

    /// Forgets all calls.
    pub(super) fn clear(&self) {
        self.lock().records.clear();
    }

    fn begin(&self, method: String, path: String) -> RunningCall {
        let mut calls = self.lock();
        calls.last_id += 1;
        let id = calls.last_id;
        calls.records.push_back(CallRecord { id, method, path, status: CallStatus::Running });
        if calls.records.len() > MAX_CALLS {
            calls.records.pop_front();
        }
        RunningCall { log: self.clone(), id }
    }

    fn set_status(&self, id: u64, status: CallStatus) {
        let mut calls = self.lock();
        let running = |call: &&mut CallRecord| call.id == id && call.status == CallStatus::Running;
        if let Some(call) = calls.records.iter_mut().find(running) {
            call.status = status;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call without its result: interrupted if it is dropped.
struct RunningCall {
    log: CallLog,
    id: u64,
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        self.log.set_status(self.id, CallStatus::Interrupted);
    }
}

async fn record_call(State(log): State<CallLog>, request: Request, next: Next) -> Response {
    let path = path_without_credentials(request.uri());
    let call = log.begin(request.method().to_string(), path);
    let started = Instant::now();
    let response = next.run(request).await;
    log.set_status(call.id, CallStatus::Answered(response.status(), started.elapsed().as_millis()));
    response
}

fn path_without_credentials(uri: &http::Uri) -> String {
    let path: Vec<&str> = uri.path().split('/').skip(CREDENTIAL_SEGMENTS).collect();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("/{}{query}", path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_recorded_without_its_credentials() {
        let uri = "/instances/3C67AB/token/5E7F91/communities-metadata/120363?page=1".parse().unwrap();
        assert_eq!(path_without_credentials(&uri), "/communities-metadata/120363?page=1");
    }

    #[test]
    fn the_log_is_bounded_and_a_dropped_call_was_interrupted() {
        let log = CallLog::default();
        for number in 0..MAX_CALLS + 5 {
            drop(log.begin("GET".to_owned(), format!("/{number}")));
        }
        let records = log.records();
        assert_eq!(records.len(), MAX_CALLS);
        assert_eq!((records[0].path.as_str(), records[0].status), ("/64", CallStatus::Interrupted));
    }
}
