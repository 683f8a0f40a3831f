//! What operators do with a command: retry, drop, cancel. The same as `vincula journal` does.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::state::ConsoleState;
use super::viewer::Viewer;
use crate::storage::{CommandDetails, RequeueResult};
use crate::web::PageError;

/// `POST /commands/{id}/retry`
pub(super) async fn retry(
    State(state): State<ConsoleState>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let command = find(&state, &viewer, &id).await?;
    let result = match state.store.requeue(command.row.id.clone()).await? {
        RequeueResult::Run => "retried",
        RequeueResult::SendReply => "resent",
        RequeueResult::NotDead => "not-dead",
        RequeueResult::TextTrimmed => "trimmed",
    };
    Ok(done(&viewer, &command, result))
}

/// `POST /commands/{id}/drop`
pub(super) async fn drop_dead_letter(
    State(state): State<ConsoleState>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let command = find(&state, &viewer, &id).await?;
    let is_dropped = state.store.drop_dead_letter(command.row.id.clone()).await?;
    Ok(done(&viewer, &command, if is_dropped { "dropped" } else { "not-dead" }))
}

/// `POST /commands/{id}/cancel`
pub(super) async fn cancel(
    State(state): State<ConsoleState>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let command = find(&state, &viewer, &id).await?;
    let now = state.clock.now();
    // A new id each time: a command cancels only once.
    let by = format!("console-{}", state.store.new_id(now));
    let cancelled = state.store.cancel(vec![command.row.id.clone()], 1, by, now).await?;
    let result = match cancelled.first() {
        Some(cancelled) if cancelled.is_running => "cancelled-running",
        Some(_) => "cancelled",
        None => "not-waiting",
    };
    Ok(done(&viewer, &command, result))
}

async fn find(state: &ConsoleState, viewer: &Viewer, id: &str) -> Result<CommandDetails, PageError> {
    viewer.require_operator()?;
    state.find_command(id).await
}

/// Logs what was done, and shows the command.
fn done(viewer: &Viewer, command: &CommandDetails, result: &'static str) -> Response {
    let (command, viewer) = (command.row.id.as_str(), viewer.name.as_str());
    tracing::info!(command, viewer, result, "console action");
    Redirect::to(&format!("/commands/{command}?done={result}")).into_response()
}
