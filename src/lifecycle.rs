//! Starts, runs and drains a service: the only place that spawns tasks.

use std::io;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::console;
use crate::server::{self, ListenerConfig, MAX_PRIVATE_CONNECTIONS, PrivateState, Timeouts};
use crate::storage::Store;

/// How long running requests and commands may take to finish after a signal.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long after a signal the process waits for the journal, so that it ends by itself even if the disk hangs
/// (`deploy/compose.yaml` allows 15 s). Accepted commands are in the journal, whenever the process ends.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(14);

/// Socket events that a thread takes at a time. A thread with more tasks than fit in its queue (256) moves half of them
/// to a queue that it rarely reads, and goes on with the others: of 1,000 busy connections a quarter was served, and
/// the rest starved. It polls for events after each 61 tasks. With fewer than half as many events at a time, woken
/// tasks are done before more are woken, and connections wait in the system's queue, which is fair.
const MAX_IO_EVENTS_PER_TICK: usize = 32;

/// Builds the runtime of a service.
///
/// # Errors
/// The system provides no thread, or no epoll.
pub fn runtime() -> io::Result<Runtime> {
    runtime_builder().build()
}

fn runtime_builder() -> Builder {
    let mut builder = Builder::new_multi_thread();
    builder.enable_all().max_io_events_per_tick(MAX_IO_EVENTS_PER_TICK);
    builder
}

/// Runs a service until `shutdown`, then drains it: no new connection or command; running ones are finished for up to
/// 10 s, and the rest goes back to the journal. It returns after 14 s in any case.
pub async fn run(app: App, public: TcpListener, private: TcpListener, shutdown: CancellationToken) {
    let App { server, webhook_handler, worker, store, writer, monitor, notifier, metrics, .. } = app;
    let tasks = TaskTracker::new();
    let listener_config = |max_connections, trusted_proxies| ListenerConfig {
        max_connections,
        trusted_proxies,
        timeouts: Timeouts::default(),
        shutdown: shutdown.clone(),
        tasks: tasks.clone(),
        metrics: metrics.clone(),
    };
    let writer = tokio::spawn(writer);
    let rejection_notices = tokio::spawn(app.rejection_notices);
    let monitoring = monitor.clone().run().boxed();
    let notifying = notifier.run().boxed();
    let until_shutdown = [app.maintenance, app.admin_refresh, monitoring, notifying].map(tokio::spawn);
    let worker_ended = CancellationToken::new();
    let max_connections = server::clamp_to_open_file_limit(server.max_connections);
    let public_routes = server::public_routes(webhook_handler);
    let config = listener_config(max_connections, server.trusted_proxies);
    tasks.spawn(server::serve(public, public_routes, config));
    let private_state = PrivateState {
        store: store.clone(),
        monitor,
        shutdown: shutdown.clone(),
        worker_ended: worker_ended.clone(),
    };
    let private_routes = server::private_routes(private_state, console::router(app.console));
    let config = listener_config(MAX_PRIVATE_CONNECTIONS, Vec::new());
    tasks.spawn(server::serve(private, private_routes, config));
    // Cancels when it is dropped with the future of the worker, also by a panic.
    let worker_guard = worker_ended.drop_guard();
    let worker = worker.run(shutdown.clone());
    let worker = tasks.spawn(async move {
        let _guard = worker_guard;
        worker.await;
    });
    tasks.close();
    shutdown.cancelled().await;
    let deadline = Instant::now() + SHUTDOWN_TIMEOUT;
    until_shutdown.iter().for_each(JoinHandle::abort);
    if tokio::time::timeout(DRAIN_TIMEOUT, tasks.wait()).await.is_err() {
        tracing::warn!("some commands are still running, they continue after the next start");
        worker.abort();
        let _ = worker.await;
        release_leases(&store, deadline).await;
    }
    rejection_notices.abort();
    let _ = timeout_at(deadline, app.refused.write()).await;
    store.close();
    if timeout_at(deadline, writer).await.is_err() {
        tracing::warn!("journal did not close in time, its thread is abandoned");
    }
}

/// Hands running commands back to the journal.
async fn release_leases(store: &Store, deadline: Instant) {
    let error = match timeout_at(deadline, store.release_all()).await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the journal does not respond".to_owned(),
    };
    tracing::warn!(error, "leases not released, running commands continue when they expire");
}

/// Serves the routes of the sandbox, for `demo` and the tests.
pub async fn serve_router(listener: TcpListener, router: axum::Router, shutdown: CancellationToken) {
    use hyper_util::rt::TokioIo;
    use hyper_util::service::TowerToHyperService;
    loop {
        let stream = tokio::select! {
            () = shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        if let Ok((stream, _)) = stream {
            let service = TowerToHyperService::new(router.clone());
            let connection =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            let shutdown = shutdown.clone();
            tokio::spawn(async move {
                tokio::select! {
                    _ = connection => {}
                    () = shutdown.cancelled() => {}
                }
            });
        }
    }
}

/// Returns a token that is cancelled by SIGTERM or SIGINT; a second signal ends the process at once.
pub fn shutdown_on_signal() -> io::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let token = CancellationToken::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        for is_first in [true, false] {
            tokio::select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
            if is_first {
                tracing::info!(
                    "shutting down after running commands, a second signal ends the process at once"
                );
                cancelled.cancel();
            }
        }
        std::process::exit(1);
    });
    Ok(token)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;

    use axum::Router;
    use bytes::Bytes;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::task::{LocalSet, spawn_local};

    use super::*;

    const CONNECTIONS: usize = 400;
    /// Responses, of all connections.
    const RESPONSES: usize = 20 * CONNECTIONS;

    /// Each connection sends its next request as soon as it has a response, faster than the service responds. The
    /// longer queue interval makes up for handlers that are slower than real ones.
    #[test]
    fn more_busy_connections_than_the_queue_of_a_thread_holds_are_all_served() {
        let service = runtime_builder().worker_threads(1).global_queue_interval(127).build().unwrap();
        let (address, shutdown) = service.block_on(async {
            let listener = server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
            let address = listener.local_addr().unwrap();
            let shutdown = CancellationToken::new();
            let config = ListenerConfig {
                max_connections: server::clamp_to_open_file_limit(CONNECTIONS * 2),
                trusted_proxies: Vec::new(),
                timeouts: Timeouts::default(),
                shutdown: shutdown.clone(),
                tasks: TaskTracker::new(),
                metrics: Arc::default(),
            };
            let routes = Router::new().fallback(async |_body: Bytes| {
                std::thread::sleep(Duration::from_micros(50));
                "ok"
            });
            tokio::spawn(server::serve(listener, routes, config));
            (address, shutdown)
        });

        let served: &[Cell<usize>] = Box::leak(vec![Cell::new(0); CONNECTIONS].into_boxed_slice());
        let all: &Cell<usize> = Box::leak(Box::default());
        let load = Builder::new_current_thread().enable_all().build().unwrap();
        LocalSet::new().block_on(&load, async {
            let client = |count: &'static Cell<usize>| async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                let mut response = [0; 1_024];
                while all.get() < RESPONSES {
                    stream
                        .write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\ntalk")
                        .await
                        .unwrap();
                    assert_ne!(stream.read(&mut response).await.unwrap(), 0, "the connection was closed");
                    count.set(count.get() + 1);
                    all.set(all.get() + 1);
                }
            };
            let clients: Vec<_> = served.iter().map(|count| spawn_local(client(count))).collect();
            for client in clients {
                client.await.unwrap();
            }
        });
        shutdown.cancel();

        let (least, most) = (served.iter().min().unwrap().get(), served.iter().max().unwrap().get());
        eprintln!("{least} to {most} responses");
        assert!(least * 2 >= most, "{least} to {most} responses");
    }
}
