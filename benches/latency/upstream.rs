//! The sandbox, recording when each call arrived.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context as _;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use vincula::lifecycle;
use vincula::sandbox::{InstanceCredentials, Options, Sandbox, World};

/// The community of the commands.
pub(crate) const COMMUNITY: &str = "Bairro";
/// Number of groups to link.
pub(crate) const GROUPS: usize = 10;

/// A recorded call.
#[derive(Clone, Debug)]
pub(crate) struct RecordedCall {
    /// Name, without ids.
    pub(crate) call: String,
    pub(crate) at: Instant,
}

/// An instant Z-API.
pub(crate) struct RecordingSandbox {
    pub(crate) sandbox: Sandbox,
    pub(crate) url: String,
    calls: Arc<Mutex<Vec<RecordedCall>>>,
    shutdown: CancellationToken,
}

/// The name of one of the groups.
pub(crate) fn group(number: usize) -> String {
    format!("Turma {number:02}")
}

impl RecordingSandbox {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let mut world = World::empty();
        let community = world.community(COMMUNITY);
        // Always stays, so that the others may be unlinked.
        world.linked_group(&community, "Mural");
        for number in 0..GROUPS {
            world.group(&group(number));
        }
        let sandbox = Sandbox::new(world, InstanceCredentials::generate(), Options::default());
        let calls = Arc::new(Mutex::new(Vec::new()));
        let router = sandbox.router().layer(from_fn_with_state(calls.clone(), record_call));
        let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot open a port")?;
        let url = format!("http://{}", listener.local_addr()?);
        let shutdown = CancellationToken::new();
        tokio::spawn(lifecycle::serve_router(listener, router, shutdown.clone()));
        Ok(Self { sandbox, url, calls, shutdown })
    }

    /// Returns and clears the recorded calls.
    pub(crate) fn take_calls(&self) -> Vec<RecordedCall> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for RecordingSandbox {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

async fn record_call(
    State(calls): State<Arc<Mutex<Vec<RecordedCall>>>>,
    request: Request,
    next: Next,
) -> Response {
    let at = Instant::now();
    // `/instances/{id}/token/{token}/{call}`
    let mut words = request.uri().path().split('/').skip(5);
    let call = match (words.next().unwrap_or_default(), words.next()) {
        ("communities", Some(verb)) => format!("communities/{verb}"),
        (call, _) => call.to_owned(),
    };
    calls.lock().unwrap_or_else(PoisonError::into_inner).push(RecordedCall { call, at });
    next.run(request).await
}
