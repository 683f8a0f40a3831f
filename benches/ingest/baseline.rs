//! The minimal servers that the shipped one is held against: the bench itself, started again as a process.
//!
//! Each has one thread, the least that a server can do. `limit` is the line that the figures are ratios of.

use std::convert::Infallible;
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
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde::Deserialize;
use sha2::Sha256;
use tokio::net::{TcpListener, TcpStream};

use crate::events::{HEADER, INSTANCE, SECRET};

/// What a minimal server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Baseline {
    /// axum answers 200.
    Bare,
    /// axum, and the HMAC of the body.
    Hmac,
    /// axum, the HMAC, and the eight fields that decide.
    Limit,
    /// The same without axum.
    Hyper,
}

type Key = hmac::Hmac<Sha256>;
type Answer = Response<Full<Bytes>>;

/// Serves until it is killed; says its address on stdout first.
pub(crate) fn serve(baseline: Baseline, tell: impl FnOnce(String)) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        tell(listener.local_addr()?.to_string());
        let key = Arc::new(Key::new_from_slice(SECRET.as_bytes())?);
        let router = match baseline {
            Baseline::Bare => Router::new().route("/webhooks/{instance}", post(|_: Bytes| async { "" })),
            Baseline::Hmac => {
                Router::new().route("/webhooks/{instance}", post(verified)).with_state(key.clone())
            }
            _ => Router::new().route("/webhooks/{instance}", post(decided)).with_state(key.clone()),
        };
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            match baseline {
                Baseline::Hyper => drop(tokio::spawn(serve_hyper(stream, key.clone()))),
                _ => drop(tokio::spawn(serve_axum(stream, router.clone()))),
            }
        }
    })
}

async fn serve_axum(stream: TcpStream, router: Router) {
    let service = TowerToHyperService::new(router);
    // A client that hangs up is no trouble.
    let _ =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}

async fn serve_hyper(stream: TcpStream, key: Arc<Key>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let key = key.clone();
        async move {
            let (parts, body) = request.into_parts();
            let Ok(body) = body.collect().await else { return Ok(refused()) };
            Ok::<_, Infallible>(decide(&key, &parts.headers, &body.to_bytes()))
        }
    });
    let _ =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}

async fn verified(State(key): State<Arc<Key>>, headers: HeaderMap, body: Bytes) -> Answer {
    if is_signed(&key, &headers, &body) { ignored() } else { refused() }
}

async fn decided(State(key): State<Arc<Key>>, headers: HeaderMap, body: Bytes) -> Answer {
    decide(&key, &headers, &body)
}

fn decide(key: &Key, headers: &HeaderMap, body: &[u8]) -> Answer {
    if !is_signed(key, headers, body) {
        return refused();
    }
    match serde_json::from_slice::<Event<'_>>(body) {
        Ok(event) if event.order().is_none() => ignored(),
        _ => {
            Response::builder().status(StatusCode::NOT_IMPLEMENTED).body(Full::default()).unwrap_or_default()
        }
    }
}

fn is_signed(key: &Key, headers: &HeaderMap, body: &[u8]) -> bool {
    let mut tag = [0; 32];
    let hex = headers.get(HEADER).and_then(|value| value.as_bytes().strip_prefix(b"sha256="));
    hex.is_some_and(|hex| hex::decode_to_slice(hex, &mut tag).is_ok())
        && key.clone().chain_update(body).verify_slice(&tag).is_ok()
}

/// The fields that decide.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a str>,
    #[serde(borrow)]
    instance_id: Option<&'a str>,
    #[serde(borrow)]
    pub(crate) message_id: Option<&'a str>,
    #[serde(borrow)]
    pub(crate) phone: Option<&'a str>,
    #[serde(borrow)]
    pub(crate) participant_phone: Option<&'a str>,
    from_me: Option<bool>,
    pub(crate) is_group: Option<bool>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow)]
    message: std::borrow::Cow<'a, str>,
}

impl Event<'_> {
    /// Its text, where it is an order to us.
    pub(crate) fn order(&self) -> Option<&str> {
        let is_ours = self.kind == Some("ReceivedCallback")
            && self.instance_id == Some(INSTANCE)
            && self.from_me != Some(true);
        self.text.as_ref().map(|text| text.message.as_ref()).filter(|text| is_ours && text.starts_with('/'))
    }
}

fn ignored() -> Answer {
    json(StatusCode::OK, r#"{"status":"ignored","reason":"not_a_command"}"#)
}

fn refused() -> Answer {
    json(StatusCode::UNAUTHORIZED, r#"{"status":401}"#)
}

fn json(status: StatusCode, body: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
