//! Accepts connections and serves each in a task.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::Connection;
use super::connection_limiter::ConnectionLimiter;
use super::timeouts::Timeouts;
use crate::config::AddressRange;
use crate::telemetry::{LoggedCondition, Metrics};

/// Send buffer of a connection, in bytes.
const SEND_BUFFER: u32 = 64 * 1024;
/// The same on the private listener, whose pages are longer. What does not fit waits until the client has acknowledged
/// the rest, which on loopback takes 40 ms.
const PRIVATE_SEND_BUFFER: u32 = 512 * 1024;
/// Connections that wait to be accepted.
const BACKLOG: u32 = 1_024;
/// Pause after an error of `accept`, so that some descriptors are closed meanwhile.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// Limits and shared state of a listener.
#[derive(Clone)]
pub struct ListenerConfig {
    /// Most connections at a time.
    pub max_connections: usize,
    /// The proxies in front. If any are named, every other address gets half of the slots at most.
    pub trusted_proxies: Vec<AddressRange>,
    /// Timeouts of a connection.
    pub timeouts: Timeouts,
    /// Ends the listener; running requests are finished.
    pub shutdown: CancellationToken,
    /// Runs the connections.
    pub tasks: TaskTracker,
    /// Counts panics and closed connections.
    pub metrics: Arc<Metrics>,
}

/// Opens a port. The send buffer of each connection is small: otherwise a client that never reads gets
/// some thousand responses, and megabytes of memory, before it is noticed.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    open_port(address, SEND_BUFFER)
}

/// Opens the port of the private listener.
pub fn listen_private(address: SocketAddr) -> io::Result<TcpListener> {
    open_port(address, PRIVATE_SEND_BUFFER)
}

fn open_port(address: SocketAddr, send_buffer: u32) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // As in `TcpListener::bind`: a port is free again as soon as its process has ended.
    socket.set_reuseaddr(true)?;
    // Linux doubles the value. Connections inherit it from their listener.
    socket.set_send_buffer_size(send_buffer / 2)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves routes until shutdown. Requests carry their [`PeerAddr`](crate::webhook::client_addr::PeerAddr).
pub async fn serve(listener: TcpListener, routes: Router, config: ListenerConfig) {
    let ListenerConfig { max_connections, trusted_proxies, metrics, .. } = &config;
    let limiter = ConnectionLimiter::new(*max_connections, trusted_proxies.clone(), metrics.clone());
    config.shutdown.run_until_cancelled(accept_loop(&listener, &routes, &config, &limiter)).await;
    limiter.close();
}

async fn accept_loop(
    listener: &TcpListener,
    routes: &Router,
    config: &ListenerConfig,
    limiter: &Arc<ConnectionLimiter>,
) {
    let is_failing = LoggedCondition::default();
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok((stream, peer)) => (stream, peer.ip()),
            Err(error) => {
                if is_failing.begin() {
                    tracing::warn!(%error, "connections cannot be accepted");
                }
                tokio::time::sleep(ACCEPT_BACKOFF).await;
                continue;
            }
        };
        if is_failing.end() {
            tracing::info!("connections can be accepted again");
        }
        if let Some(guard) = limiter.acquire(peer).await {
            let connection = Connection {
                stream,
                peer,
                guard: Arc::new(guard),
                timeouts: config.timeouts,
                metrics: config.metrics.clone(),
            };
            config.tasks.spawn(connection.serve(routes.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::time::timeout;

    use super::*;

    /// T28: a client that reads nothing gets no more than the system keeps for it.
    #[tokio::test]
    async fn a_client_that_reads_nothing_takes_little_memory() {
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let client = TcpSocket::new_v4().unwrap();
        client.set_recv_buffer_size(2_048).unwrap();
        let _client = client.connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();

        let mut kept = 0;
        let response = [b'x'; 300];
        while timeout(Duration::from_millis(500), stream.write_all(&response)).await.is_ok() {
            kept += response.len();
            assert!(kept < 4 * SEND_BUFFER as usize, "more than {kept} bytes are kept");
        }

        assert!(kept > 16 * 1024, "only {kept} bytes are kept");
    }
}
