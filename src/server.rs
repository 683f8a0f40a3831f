//! The listeners: accept, limit, time out, and never die of a panic.
//!
//! HTTP/1.1 only: an offered upgrade is ignored. A head must be there within 5 s of its first byte, a
//! request be over within 10 s of it, an answer be taken within 10 s; an idle connection is kept for
//! 60 s. When all places are taken, the connection that has been idle for the longest makes room for
//! a newcomer; where none is idle, one newcomer waits here and the others in the system's queue.

mod connection;
mod rlimit;
mod connection_limiter;
mod timeout_stream;
mod coalescing_waker;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::connection_limiter::ConnectionLimiter;
pub use self::rlimit::clamp_to_open_file_limit;
use crate::config::AddressRange;
use crate::storage::Store;
use crate::telemetry::Metrics;
use crate::webhook::handler::problem_response;

/// The most connections of the private side.
pub const PRIVATE_CONNECTIONS: usize = 64;

/// Room for the answers of a connection that are not taken yet, in bytes; none is longer but the page of
/// metrics.
const SEND_BUFFER: u32 = 64 * 1024;
/// How many connections wait to be accepted.
const BACKLOG: u32 = 1_024;

/// What every listener shares.
#[derive(Clone)]
pub struct ListenerConfig {
    /// The most connections at a time.
    pub max_connections: usize,
    /// The proxies in front. Where some are named, an address that is none of them holds half of the
    /// places at most.
    pub trusted_proxies: Vec<AddressRange>,
    /// How long is waited for what.
    pub timeouts: Timeouts,
    /// Ends the listener; requests under way are finished.
    pub shutdown: CancellationToken,
    /// Where connections run.
    pub tasks: TaskTracker,
    /// Where panics and closed connections are counted.
    pub metrics: Arc<Metrics>,
}

/// How long a listener waits for what; the default is what the service promises.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a head, from its first byte; and for the first byte of a connection.
    pub head: Duration,
    /// For a request and the work on it, from its first byte.
    pub request: Duration,
    /// For an answer to be taken, all of it.
    pub answer: Duration,
    /// For the next request of a connection.
    pub keep_alive: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let [head, request, answer, idle] = [5, 10, 10, 60].map(Duration::from_secs);
        Self { head, request, answer, keep_alive: idle }
    }
}

/// Opens a port. What is sent and not taken waits in the system, at most 64 KiB a connection: else who
/// never reads is answered some thousand requests, and has megabytes kept for it, before it is noticed.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // As `TcpListener::bind` does: a port is free again as soon as its process has ended.
    socket.set_reuseaddr(true)?;
    // Linux takes twice as much. Connections have it from their listener.
    socket.set_send_buffer_size(SEND_BUFFER / 2)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves a listener until shutdown. `answer` answers one request, which came from this address.
pub async fn serve<A, F>(listener: TcpListener, answer: A, frame: ListenerConfig)
where
    A: Fn(Request<Incoming>, IpAddr) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let seats =
        ConnectionLimiter::new(frame.max_connections, frame.trusted_proxies.clone(), frame.metrics.clone());
    frame.shutdown.run_until_cancelled(accept_loop(listener, answer, &frame, &seats)).await;
    seats.close();
}

async fn accept_loop<A, F>(
    listener: TcpListener,
    answer: A,
    frame: &ListenerConfig,
    seats: &Arc<ConnectionLimiter>,
) where
    A: Fn(Request<Incoming>, IpAddr) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok((stream, peer)) => (stream, peer.ip()),
            Err(error) => {
                // Out of descriptors, most likely: a moment lets some close.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if let Some(held) = seats.acquire(peer).await {
            frame.tasks.spawn(connection::serve_connection(
                stream,
                peer,
                answer.clone(),
                held,
                frame.clone(),
            ));
        }
    }
}

/// The private side: does it live, can it work, what did it count. `worker_ended`
/// is cancelled when it has, however it did.
pub async fn admin_handler(
    request: Request<Incoming>,
    store: Store,
    metrics: Arc<Metrics>,
    shutdown: CancellationToken,
    worker_ended: CancellationToken,
) -> Response<Full<Bytes>> {
    let plain = |status, text: String| {
        let mut answer = Response::new(Full::new(Bytes::from(text)));
        *answer.status_mut() = status;
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"));
        answer
    };
    match request.uri().path() {
        "/healthz" => plain(StatusCode::OK, "ok\n".to_owned()),
        "/readyz" if shutdown.is_cancelled() => {
            plain(StatusCode::SERVICE_UNAVAILABLE, "shutting down\n".to_owned())
        }
        "/readyz" if worker_ended.is_cancelled() => plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "the worker has ended: start the service again\n".to_owned(),
        ),
        "/readyz" => match store.ping().await {
            Ok(()) => plain(StatusCode::OK, "ready\n".to_owned()),
            Err(error) => plain(StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
        },
        "/metrics" => plain(StatusCode::OK, metrics.text()),
        _ => problem_response(StatusCode::NOT_FOUND, "There are /healthz, /readyz and /metrics."),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::time::timeout;

    use super::*;

    /// T28: who takes no answer gets no more of them than the system keeps for it.
    #[tokio::test]
    async fn little_is_kept_for_who_takes_no_answer() {
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let client = TcpSocket::new_v4().unwrap();
        client.set_recv_buffer_size(2_048).unwrap();
        let _client = client.connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();

        let mut kept = 0;
        let answer = [b'x'; 300];
        while timeout(Duration::from_millis(500), stream.write_all(&answer)).await.is_ok() {
            kept += answer.len();
            assert!(kept < 4 * SEND_BUFFER as usize, "more than {kept} bytes are kept");
        }

        assert!(kept > 16 * 1024, "only {kept} bytes are kept");
    }
}
