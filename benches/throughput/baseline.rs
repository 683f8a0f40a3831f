//! Baselines: minimal servers to compare with. Each is this program, started again as a process.
//!
//! They have one thread, no timeouts and no limits. `limit` is the one that ratios are against.

use std::borrow::Cow;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use hmac::{KeyInit as _, Mac as _};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde::Deserialize;
use sha2::Sha256;
use tokio::net::{TcpListener, TcpStream};
use vincula::clock::Clock;

use crate::committing::{CommitMode, Committer};
use crate::events::{HEADER, INSTANCE, NEWER_SECRET, SECRET};
use crate::statements::{InsertRow, Workload};

/// What a baseline does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Baseline {
    /// axum responds 200.
    Bare,
    /// axum, and the HMAC of the body.
    Hmac,
    /// axum, the HMAC, and a parser of the eight relevant fields.
    Limit,
    /// The same with two keys.
    TwoKeys,
    /// The same without axum.
    Hyper,
    /// The limit, and group commit with one insert per command.
    CommandLimit,
    /// The limit, and one transaction per command.
    OneByOne,
    /// The limit, and group commit of the statements of vincula.
    SameStatements,
}

/// The keys, and what writes commands; baselines for chatter have none.
#[derive(Clone)]
struct BaselineState {
    keys: Keys,
    committer: Option<Committer>,
}

type Keys = Arc<[hmac::Hmac<Sha256>]>;
type HttpResponse = Response<Full<Bytes>>;

/// Serves until it is killed; writes its address to stdout first.
pub(crate) fn serve(baseline: Baseline, tell: impl FnOnce(String)) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        tell(listener.local_addr()?.to_string());
        let secrets: &[&str] =
            if baseline == Baseline::TwoKeys { &[NEWER_SECRET, SECRET] } else { &[SECRET] };
        let keys = secrets.iter().map(|secret| hmac::Hmac::new_from_slice(secret.as_bytes()));
        let keys: Keys = keys.collect::<Result<_, _>>()?;
        let committer =
            baseline.commit_mode().map(|mode| Committer::start(Path::new("."), mode)).transpose()?;
        let state = BaselineState { keys: keys.clone(), committer };
        let router = match baseline {
            Baseline::Bare => Router::new().route("/webhooks/{instance}", post(|_: Bytes| async { "" })),
            Baseline::Hmac => {
                Router::new().route("/webhooks/{instance}", post(handle_verified)).with_state(keys.clone())
            }
            _ => Router::new().route("/webhooks/{instance}", post(handle_decided)).with_state(state),
        };
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            match baseline {
                Baseline::Hyper => drop(tokio::spawn(serve_hyper(stream, keys.clone()))),
                _ => drop(tokio::spawn(serve_axum(stream, router.clone()))),
            }
        }
    })
}

impl Baseline {
    /// How it writes commands, if it does.
    fn commit_mode(self) -> Option<CommitMode> {
        match self {
            Self::Bare | Self::Hmac | Self::Limit | Self::TwoKeys | Self::Hyper => None,
            Self::CommandLimit => Some(CommitMode { work: Workload::Insert, max_batch: 256 }),
            Self::OneByOne => Some(CommitMode { work: Workload::Insert, max_batch: 1 }),
            Self::SameStatements => Some(CommitMode { work: Workload::InsertAndWake, max_batch: 256 }),
        }
    }
}

async fn serve_axum(stream: TcpStream, router: Router) {
    let service = TowerToHyperService::new(router);
    // The client may close the connection.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn serve_hyper(stream: TcpStream, keys: Keys) {
    let service = service_fn(move |request: Request<Incoming>| {
        let keys = keys.clone();
        async move {
            let (parts, body) = request.into_parts();
            let Ok(body) = body.collect().await else { return Ok(rejected_response()) };
            Ok::<_, Infallible>(match decide(&keys, &parts.headers, &body.to_bytes()) {
                Decision::Respond(response) => response,
                Decision::Command(_) => json(StatusCode::NOT_IMPLEMENTED, r#"{"status":501}"#),
            })
        }
    });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn handle_verified(State(keys): State<Keys>, headers: HeaderMap, body: Bytes) -> HttpResponse {
    if is_signed(&keys, &headers, &body) { ignored_response() } else { rejected_response() }
}

async fn handle_decided(State(state): State<BaselineState>, headers: HeaderMap, body: Bytes) -> HttpResponse {
    let command = match decide(&state.keys, &headers, &body) {
        Decision::Command(command) => command,
        Decision::Respond(response) => return response,
    };
    match state.committer {
        Some(committer) => match committer.commit(command).await {
            Some(true) => json(StatusCode::OK, r#"{"status":"accepted"}"#),
            Some(false) => json(StatusCode::OK, r#"{"status":"duplicate"}"#),
            None => json(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":503}"#),
        },
        None => json(StatusCode::NOT_IMPLEMENTED, r#"{"status":501}"#),
    }
}

/// What a request is.
enum Decision {
    Command(InsertRow),
    Respond(HttpResponse),
}

fn decide(keys: &Keys, headers: &HeaderMap, body: &[u8]) -> Decision {
    if !is_signed(keys, headers, body) {
        return Decision::Respond(rejected_response());
    }
    match serde_json::from_slice::<Event<'_>>(body) {
        Ok(event) => event.to_row().map_or_else(|| Decision::Respond(ignored_response()), Decision::Command),
        Err(_) => Decision::Respond(json(StatusCode::BAD_REQUEST, r#"{"status":400}"#)),
    }
}

fn is_signed(keys: &Keys, headers: &HeaderMap, body: &[u8]) -> bool {
    let mut tag = [0; 32];
    let hex = headers.get(HEADER).and_then(|value| value.as_bytes().strip_prefix(b"sha256="));
    hex.is_some_and(|hex| hex::decode_to_slice(hex, &mut tag).is_ok())
        && keys.iter().any(|key| key.clone().chain_update(body).verify_slice(&tag).is_ok())
}

/// The relevant fields, borrowed. The text may contain escapes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a str>,
    #[serde(borrow)]
    instance_id: Option<&'a str>,
    #[serde(borrow)]
    message_id: Option<&'a str>,
    #[serde(borrow)]
    phone: Option<&'a str>,
    #[serde(borrow)]
    participant_phone: Option<&'a str>,
    from_me: Option<bool>,
    is_group: Option<bool>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow)]
    message: Cow<'a, str>,
}

impl Event<'_> {
    /// The command in the event, if it has one for us.
    fn to_row(&self) -> Option<InsertRow> {
        let is_ours = self.kind == Some("ReceivedCallback")
            && self.instance_id == Some(INSTANCE)
            && self.from_me != Some(true);
        let text = &self.text.as_ref().filter(|_| is_ours)?.message;
        if !text.starts_with('/') {
            return None;
        }
        let sender = if self.is_group == Some(true) { self.participant_phone } else { self.phone };
        Some(InsertRow {
            message_id: self.message_id?.to_owned(),
            chat: self.phone?.to_owned(),
            phone: sender?.to_owned(),
            text: text.clone().into_owned(),
            accepted_at: Clock::system().now().0,
        })
    }
}

fn ignored_response() -> HttpResponse {
    json(StatusCode::OK, r#"{"status":"ignored","reason":"not_a_command"}"#)
}

fn rejected_response() -> HttpResponse {
    json(StatusCode::UNAUTHORIZED, r#"{"status":401}"#)
}

fn json(status: StatusCode, body: &'static str) -> HttpResponse {
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
