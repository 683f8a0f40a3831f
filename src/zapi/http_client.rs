//! HTTP connections to Z-API and the timeout of each call: one pool for all instances of a process, kept open between
//! commands.
//!
//! An idle connection is kept for longer than the usual pause between two commands. If the server closed it earlier, the
//! call was not sent and uses a new connection. A call that was sent and got no response is never repeated here
//! ([`super::ApiErrorKind::NoResponse`]).

use std::time::Duration;

/// Timeout of a new connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Timeout of one call, from its connection to the end of its response.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// How long an idle connection is kept. TCP keep-alive detects dead ones.
const IDLE_TIMEOUT: Duration = Duration::from_secs(300);
/// How many idle connections are kept for one server: as many as concurrent reads.
const MAX_IDLE: usize = 8;

/// A client could not be created: the TLS provider or the system's certificates are missing.
#[derive(Debug, thiserror::Error)]
#[error("no HTTPS client: {0}")]
pub struct ClientError(pub(super) reqwest::Error);

/// The connection pools; an instance uses one of them.
#[derive(Debug, Default)]
pub struct HttpClients {
    https: Option<reqwest::Client>,
    /// Plain HTTP is for loopback alone, where no proxy belongs.
    loopback: Option<reqwest::Client>,
}

impl HttpClients {
    /// The pool for a `base_url`; no connection is opened yet.
    pub(super) fn client_for(&mut self, base_url: &str) -> Result<reqwest::Client, ClientError> {
        let is_loopback = base_url.starts_with("http://");
        let place = if is_loopback { &mut self.loopback } else { &mut self.https };
        if let Some(pool) = place {
            return Ok(pool.clone());
        }
        Ok(place.insert(build_client(is_loopback)?).clone())
    }
}

fn build_client(is_loopback: bool) -> Result<reqwest::Client, ClientError> {
    // Fails only when another provider is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(CALL_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(MAX_IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .user_agent(concat!("vincula/", env!("CARGO_PKG_VERSION")));
    if is_loopback {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| ClientError(error.without_url()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::json;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::super::ApiErrorKind;
    use super::super::tests::client;
    use super::*;

    /// What a server does with a request on a connection that served one before.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Second {
        Answered,
        /// It closed the connection after the first response.
        Closed,
        /// It reads the request and closes the connection.
        Dropped,
    }

    /// A server of bare sockets, and how many connections and requests it saw.
    #[derive(Default)]
    struct Server {
        connections: AtomicUsize,
        requests: AtomicUsize,
        closed: tokio::sync::Notify,
    }

    impl Server {
        async fn open(second: Second) -> (Arc<Self>, String) {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let server = Arc::new(Self::default());
            let at_work = server.clone();
            tokio::spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    at_work.connections.fetch_add(1, Ordering::SeqCst);
                    let server = at_work.clone();
                    tokio::spawn(async move {
                        let mut bytes = [0; 8192];
                        for nth in 1.. {
                            let mut request = Vec::new();
                            while !request.ends_with(b"{}") {
                                match stream.read(&mut bytes).await {
                                    Ok(0) | Err(_) => return,
                                    Ok(count) => request.extend_from_slice(&bytes[..count]),
                                }
                            }
                            server.requests.fetch_add(1, Ordering::SeqCst);
                            if nth > 1 && second == Second::Dropped {
                                return;
                            }
                            let response = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                            stream.write_all(response).await.unwrap();
                            if second == Second::Closed {
                                drop(stream);
                                server.closed.notify_one();
                                return;
                            }
                        }
                    });
                }
            });
            (server, url)
        }

        fn counts(&self) -> (usize, usize) {
            (self.connections.load(Ordering::SeqCst), self.requests.load(Ordering::SeqCst))
        }
    }

    #[tokio::test]
    async fn instances_share_a_connection_that_stays_open() {
        let (server, url) = Server::open(Second::Answered).await;
        let mut connections = HttpClients::default();
        let (one, other) = (client(&url, None, &mut connections), client(&url, None, &mut connections));

        for zapi in [&one, &other, &one] {
            zapi.post("send-text", &json!({})).await.unwrap();
        }

        assert_eq!(server.counts(), (1, 3));
    }

    #[tokio::test]
    async fn a_connection_that_the_server_closed_meanwhile_costs_no_call() {
        let (server, url) = Server::open(Second::Closed).await;
        let zapi = client(&url, None, &mut HttpClients::default());

        for _ in 0..20 {
            zapi.post("send-text", &json!({})).await.unwrap();
            server.closed.notified().await;
        }

        assert_eq!(server.counts(), (20, 20));
    }

    #[tokio::test]
    async fn a_call_without_a_response_on_an_old_connection_is_not_repeated() {
        let (server, url) = Server::open(Second::Dropped).await;
        let zapi = client(&url, None, &mut HttpClients::default());
        zapi.post("send-text", &json!({})).await.unwrap();

        let lost = zapi.post("send-text", &json!({})).await.unwrap_err();

        assert_eq!((lost.cause, server.counts()), (ApiErrorKind::NoResponse, (1, 2)));
    }
}
