//! The sandbox seen from outside: every quirk of Z-API's documentation that it promises has a test.

mod communities;
mod faults;
mod people;
mod quirks;
mod rules;
mod sending;
mod webhook_event;

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use http::{Method, Request};
use http_body_util::BodyExt;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{InstanceCredentials, Options, Sandbox, World};

/// A sandbox and a well-behaved caller.
struct Api {
    sandbox: Sandbox,
}

/// What a call came back with.
struct Got {
    status: u16,
    text: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

impl Api {
    fn new(world: World) -> Self {
        Self::with(world, Options::default())
    }

    fn with(world: World, options: Options) -> Self {
        Self { sandbox: Sandbox::new(world, InstanceCredentials::generate(), options) }
    }

    fn path(&self, path: &str) -> String {
        let InstanceCredentials { id, token, .. } = self.sandbox.account();
        format!("/instances/{id}/token/{token}/{path}")
    }

    /// A request as it should be; tests spoil it.
    fn request(&self, method: Method, path: &str, body: &Value) -> Request<Body> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method.clone();
        *request.uri_mut() = self.path(path).parse().unwrap();
        let client_token = self.sandbox.account().client_token.clone().unwrap();
        request.headers_mut().insert("client-token", client_token.parse().unwrap());
        if method != Method::GET {
            request.headers_mut().insert("content-type", "application/json".parse().unwrap());
            *request.body_mut() = Body::from(body.to_string());
        }
        request
    }

    async fn raw(&self, request: Request<Body>) -> Response {
        TowerToHyperService::new(self.sandbox.router()).call(request).await.unwrap()
    }

    async fn send(&self, request: Request<Body>) -> Got {
        let response = self.raw(request).await;
        let status = response.status().as_u16();
        let body: Bytes = response.into_body().collect().await.unwrap().to_bytes();
        Got { status, text: String::from_utf8(body.to_vec()).unwrap() }
    }

    async fn get(&self, path: &str) -> Got {
        self.send(self.request(Method::GET, path, &Value::Null)).await
    }

    async fn post(&self, path: &str, body: Value) -> Got {
        self.send(self.request(Method::POST, path, &body)).await
    }

    async fn put(&self, path: &str, body: Value) -> Got {
        self.send(self.request(Method::PUT, path, &body)).await
    }

    async fn link(&self, community: &str, groups: &[&str]) -> Got {
        self.post("communities/link", json!({ "communityId": community, "groupsPhones": groups })).await
    }

    async fn unlink(&self, community: &str, groups: &[&str]) -> Got {
        self.post("communities/unlink", json!({ "communityId": community, "groupsPhones": groups })).await
    }

    fn community_of(&self, group: &str) -> Option<String> {
        self.sandbox.world(|world| world.community_of(group).map(str::to_owned))
    }

    /// The bytes that a bare socket gets for a link call, until the connection ends.
    async fn wire(&self, community: &str, groups: &[&str]) -> Vec<u8> {
        let mut stream = TcpStream::connect(serve(self.sandbox.router()).await).await.unwrap();
        let body = json!({ "communityId": community, "groupsPhones": groups }).to_string();
        let client_token = self.sandbox.account().client_token.clone().unwrap();
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: z\r\nclient-token: {client_token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.path("communities/link"),
            body.len(),
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // A reset is as good an end as any.
        let _ = within(stream.read_to_end(&mut bytes)).await;
        bytes
    }
}

/// Serves a router on loopback until the runtime ends.
async fn serve(router: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(router.clone());
            let connection =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
    address
}

/// What should come soon, or the test fails instead of hanging.
async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(10), future).await.expect("it never came")
}
