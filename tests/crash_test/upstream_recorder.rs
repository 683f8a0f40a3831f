//! Z-API sandbox that records each call and the process that made it.
//!
//! Each process is started with its own `base_url`, `/g/<generation>`, so a call names its process even if
//! that died meanwhile. The sandbox runs in the harness and survives.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::Response;
use http::{Request, StatusCode};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use vincula::lifecycle;
use vincula::sandbox::{InstanceCredentials, Options, Sandbox, World};

use crate::random::Random;

const MAX_BODY: usize = 1024 * 1024;

/// A changing call.
#[derive(Clone, Debug)]
pub(crate) struct RecordedChange {
    pub(crate) generation: u64,
    pub(crate) at: Instant,
    pub(crate) is_link: bool,
    pub(crate) community: String,
    pub(crate) groups: Vec<String>,
}

/// A message sent by the bot.
#[derive(Clone, Debug)]
pub(crate) struct SentMessage {
    pub(crate) generation: u64,
    pub(crate) at: Instant,
    pub(crate) chat: String,
    pub(crate) quoted: Option<String>,
    pub(crate) text: String,
}

/// All that was recorded, in the command in which it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    pub(crate) changes: Vec<RecordedChange>,
    pub(crate) sent_messages: Vec<SentMessage>,
    /// Number of all calls.
    pub(crate) calls: usize,
}

/// The sandbox and its records.
pub(crate) struct RecordingSandbox {
    pub(crate) sandbox: Sandbox,
    pub(crate) url: String,
    records: Arc<Mutex<Records>>,
    shutdown: CancellationToken,
}

#[derive(Clone)]
struct RecorderState {
    records: Arc<Mutex<Records>>,
    router: Router,
    turn: Arc<AtomicU64>,
}

impl RecorderState {
    /// Latency of a request or response: up to 2 ms.
    fn latency(&self) -> Duration {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        Duration::from_micros(Random::new(turn).below(2_000))
    }
}

impl RecordingSandbox {
    pub(crate) async fn start(world: World) -> anyhow::Result<Self> {
        let sandbox = Sandbox::new(world, InstanceCredentials::generate(), Options::default());
        let records = Arc::new(Mutex::new(Records::default()));
        let passage =
            RecorderState { records: records.clone(), router: sandbox.router(), turn: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot open a port")?;
        let url = format!("http://{}", listener.local_addr()?);
        let shutdown = CancellationToken::new();
        let router = Router::new().fallback(forward).with_state(passage);
        tokio::spawn(lifecycle::serve_router(listener, router, shutdown.clone()));
        Ok(Self { sandbox, url, records, shutdown })
    }

    pub(crate) fn records(&self) -> Records {
        lock(&self.records).clone()
    }

    /// When the bot first replied to this message.
    pub(crate) fn replied_at(&self, message_id: &str) -> Option<Instant> {
        let records = lock(&self.records);
        records
            .sent_messages
            .iter()
            .rev()
            .find(|said| said.quoted.as_deref() == Some(message_id))
            .map(|said| said.at)
    }
}

impl Drop for RecordingSandbox {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

fn lock(records: &Mutex<Records>) -> MutexGuard<'_, Records> {
    records.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn forward(State(passage): State<RecorderState>, request: Request<Body>) -> Response {
    let refused = |status| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        response
    };
    let (mut parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map(|target| target.as_str().to_owned()).unwrap_or_default();
    let named = target.strip_prefix("/g/").and_then(|target| target.split_once('/'));
    let Some((generation, rest)) =
        named.and_then(|(generation, rest)| Some((generation.parse().ok()?, rest)))
    else {
        return refused(StatusCode::NOT_FOUND);
    };
    // Ignore a request whose sender died while sending it.
    let Ok(body) = to_bytes(body, MAX_BODY).await else { return refused(StatusCode::BAD_REQUEST) };
    let Ok(uri) = format!("/{rest}").parse() else { return refused(StatusCode::BAD_REQUEST) };
    parts.uri = uri;
    let path = parts.uri.path().to_owned();
    let request = Request::from_parts(parts, Body::from(body.clone()));
    tokio::time::sleep(passage.latency()).await;
    // If the sender has died by now, the call is not executed and not recorded.
    let result = TowerToHyperService::new(passage.router.clone()).call(request).await;
    record_call(&passage.records, generation, &path, &body);
    tokio::time::sleep(passage.latency()).await;
    result.unwrap_or_else(|never| match never {})
}

fn record_call(records: &Mutex<Records>, generation: u64, path: &str, body: &[u8]) {
    let at = Instant::now();
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let mut records = lock(records);
    records.calls += 1;
    let is_link = path.ends_with("/communities/link");
    if is_link || path.ends_with("/communities/unlink") {
        let groups = body["groupsPhones"].as_array().cloned().unwrap_or_default();
        records.changes.push(RecordedChange {
            generation,
            at,
            is_link,
            community: text("communityId").unwrap_or_default(),
            groups: groups.iter().filter_map(|group| Some(group.as_str()?.to_owned())).collect(),
        });
    } else if path.ends_with("/send-text") {
        records.sent_messages.push(SentMessage {
            generation,
            at,
            chat: text("phone").unwrap_or_default(),
            quoted: text("messageId"),
            text: text("message").unwrap_or_default(),
        });
    }
}
