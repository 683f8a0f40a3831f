//! A receiver of notifications: records each POST, and responds as a test wants.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use vincula::lifecycle;

/// The key of the signatures.
pub const SECRET: &str = "whsec_bWFkZS11cC1rZXktb2Ytbm90aWZpY2F0aW9ucw==";
/// Part of the URL that only its owner knows.
pub const HIDDEN_PATH: &str = "made-up-hook-path-7c1d";
/// Timeout of a test.
const TIMEOUT: Duration = Duration::from_secs(40);

/// What the receiver does with a POST.
#[derive(Clone, Debug)]
pub enum Reaction {
    /// This status, with `Retry-After` if there is one.
    Status(u16, Option<&'static str>),
    /// No response.
    Hang,
    /// A redirect to this URL.
    Redirect(String),
    /// Status 200 and a body that never ends.
    Endless,
}

/// A POST.
#[derive(Clone, Debug)]
pub struct Received {
    headers: HeaderMap,
    pub body: Value,
    raw: Bytes,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}")).to_str().unwrap()
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// When it was sent, in Unix seconds.
    pub fn sent_at(&self) -> i64 {
        self.header("webhook-timestamp").parse().unwrap()
    }

    /// A field of the body.
    pub fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_else(|| panic!("no {field} in {}", self.body))
    }

    /// `disconnected started`
    pub fn summary(&self) -> String {
        format!("{} {}", self.text("kind"), self.text("state"))
    }

    /// Checks the signature with another implementation of the standard.
    pub fn verify(&self) {
        let signature = Webhook::new(SECRET).unwrap().sign(self.id(), self.sent_at(), &self.raw).unwrap();
        assert_eq!(self.header("webhook-signature"), signature, "{self:?}");
    }
}

#[derive(Debug)]
struct Inbox {
    received: watch::Sender<Vec<Received>>,
    reaction: Mutex<Reaction>,
}

/// A receiver on loopback.
pub struct Receiver {
    /// Its URL.
    pub url: String,
    inbox: Arc<Inbox>,
    shutdown: CancellationToken,
}

impl Receiver {
    pub async fn start() -> Self {
        let inbox = Arc::new(Inbox {
            received: watch::Sender::new(Vec::new()),
            reaction: Reaction::Status(200, None).into(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/{HIDDEN_PATH}", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(inbox.clone());
        let shutdown = CancellationToken::new();
        tokio::spawn(lifecycle::serve_router(listener, router, shutdown.clone()));
        Self { url, inbox, shutdown }
    }

    /// `[notify]` with this receiver.
    pub fn toml(&self) -> String {
        format!("[notify]\nurl = \"{}\"\nsecret = \"{SECRET}\"\n", self.url)
    }

    /// How it responds from now on.
    pub fn react(&self, reaction: Reaction) {
        *self.inbox.reaction.lock().unwrap() = reaction;
    }

    pub fn received(&self) -> Vec<Received> {
        self.inbox.received.borrow().clone()
    }

    /// The POSTs of a kind so far, verified.
    pub fn of_kind(&self, kind: &str) -> Vec<Received> {
        let received: Vec<_> = self.received().into_iter().filter(|post| post.body["kind"] == kind).collect();
        received.iter().for_each(Received::verify);
        received
    }

    /// Waits until there are this many POSTs of a kind, and returns the last one.
    pub async fn wait_for(&self, kind: &str, count: usize) -> Received {
        let mut received = self.inbox.received.subscribe();
        let is_there =
            |all: &Vec<Received>| all.iter().filter(|post| post.body["kind"] == kind).count() >= count;
        if tokio::time::timeout(TIMEOUT, received.wait_for(is_there)).await.is_err() {
            panic!("no {count} of {kind}: {:#?}", self.received());
        }
        let mut found = self.of_kind(kind);
        assert_eq!(found.len(), count, "{found:#?}");
        found.pop().unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

async fn receive(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, raw: Bytes) -> Response {
    let body = serde_json::from_slice(&raw).unwrap_or_default();
    inbox.received.send_modify(|all| all.push(Received { headers, body, raw }));
    let reaction = inbox.reaction.lock().unwrap().clone();
    match reaction {
        Reaction::Status(status, retry_after) => {
            let status = StatusCode::from_u16(status).unwrap();
            match retry_after {
                Some(delay) => (status, [("retry-after", delay)], "body of the receiver").into_response(),
                None => (status, "body of the receiver").into_response(),
            }
        }
        Reaction::Hang => std::future::pending().await,
        Reaction::Redirect(url) => (StatusCode::TEMPORARY_REDIRECT, [("location", url)]).into_response(),
        Reaction::Endless => {
            let block = || Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 65_536]));
            Body::from_stream(stream::repeat_with(block)).into_response()
        }
    }
}
