//! Start, run, drain: the only place that spawns.

use std::io;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::server::{self, ListenerConfig, PRIVATE_CONNECTIONS, Timeouts};

/// How long what runs may take to finish after a signal.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long after a signal the journal is waited for: a process whose disk hangs ends all the same, and of
/// itself (`deploy/compose.yaml` grants 15 s). What is accepted by then is in the journal, whenever it ends.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(14);

/// How many sockets a thread hears of at a time. A thread that has more tasks than fit in its queue (256)
/// sends half of them to a queue that it seldom looks at, and goes on with the others: with 1,000 busy
/// connections a quarter of them was served, and the rest starved. It looks for news after each 61 tasks.
/// With fewer than half as many, what is woken is done before there is more of it, and who waits does so in
/// the system's queue, which is fair.
const MAX_IO_EVENTS_PER_TICK: usize = 32;

/// Where a service runs.
///
/// # Errors
/// Where the system gives no thread, or nothing to wait for sockets with.
pub fn runtime() -> io::Result<Runtime> {
    runtime_builder().build()
}

fn runtime_builder() -> Builder {
    let mut builder = Builder::new_multi_thread();
    builder.enable_all().max_io_events_per_tick(MAX_IO_EVENTS_PER_TICK);
    builder
}

/// Runs a service until `shutdown`, then drains it: no new connection or order, what runs is
/// finished for up to 10 s, the rest is handed back to the journal; after 14 s it is over in any case.
pub async fn run(app: App, public: TcpListener, private: TcpListener, shutdown: CancellationToken) {
    let App {
        server,
        webhook_handler: door,
        worker,
        store,
        writer,
        rejection_notices: courtesy,
        retention,
        admin_refresh: rosters,
        metrics,
    } = app;
    let tasks = TaskTracker::new();
    let frame = |max_connections, trusted_proxies| ListenerConfig {
        max_connections,
        trusted_proxies,
        timeouts: Timeouts::default(),
        shutdown: shutdown.clone(),
        tasks: tasks.clone(),
        metrics: metrics.clone(),
    };
    let writer = tokio::spawn(writer);
    let courtesy = tokio::spawn(courtesy);
    let places = server::clamp_to_open_file_limit(server.max_connections);
    let retention = tokio::spawn(retention);
    let rosters = tokio::spawn(rosters);
    let answer = move |request, peer| {
        let door = door.clone();
        async move { door.handle(request, peer).await }
    };
    tasks.spawn(server::serve(public, answer, frame(places, server.trusted_proxies)));
    let (counted, ending) = (metrics.clone(), shutdown.clone());
    let asked = store.clone();
    let worker_ended = CancellationToken::new();
    // Dropped with the worker's future, also when a panic ends it.
    let guard = worker_ended.clone().drop_guard();
    let admin = move |request, _| {
        server::admin_handler(request, asked.clone(), counted.clone(), ending.clone(), worker_ended.clone())
    };
    tasks.spawn(server::serve(private, admin, frame(PRIVATE_CONNECTIONS, Vec::new())));
    let working = worker.run(shutdown.clone());
    let working = tasks.spawn(async move {
        let _guard = guard;
        working.await;
    });
    tasks.close();
    shutdown.cancelled().await;
    let end = Instant::now() + SHUTDOWN_TIMEOUT;
    retention.abort();
    rosters.abort();
    if tokio::time::timeout(DRAIN_TIMEOUT, tasks.wait()).await.is_err() {
        tracing::warn!("some orders were still running; they go on after the next start");
        working.abort();
        let _ = working.await;
        let told = "what was running goes on when its leases are over";
        match timeout_at(end, store.release_all()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "{told}"),
            Err(_) => tracing::warn!(error = "the journal does not answer", "{told}"),
        }
    }
    courtesy.abort();
    store.close();
    if timeout_at(end, writer).await.is_err() {
        tracing::warn!("the journal did not end in time: its thread is left behind");
    }
}

/// Serves a router of the sandbox; for `demo` and the tests.
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

/// Cancels a token at SIGTERM or SIGINT; a second signal ends the process at once.
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
                tracing::info!("ending: what runs is finished first; a second signal ends at once");
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

    use bytes::Bytes;
    use http_body_util::Full;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::task::{LocalSet, spawn_local};

    use super::*;

    const CONNECTIONS: usize = 400;
    /// Answers, of all connections.
    const ANSWERS: usize = 20 * CONNECTIONS;

    /// Each sends its next request as soon as it has its answer, and they are quicker than the service. Work as
    /// slow as here would make its thread look at the other queue more often than it does when it is quick.
    #[test]
    fn more_busy_connections_than_a_thread_has_places_for_are_all_served() {
        let service = runtime_builder().worker_threads(1).global_queue_interval(127).build().unwrap();
        let (address, shutdown) = service.block_on(async {
            let listener = server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
            let address = listener.local_addr().unwrap();
            let shutdown = CancellationToken::new();
            let frame = ListenerConfig {
                max_connections: server::clamp_to_open_file_limit(CONNECTIONS * 2),
                trusted_proxies: Vec::new(),
                timeouts: Timeouts::default(),
                shutdown: shutdown.clone(),
                tasks: TaskTracker::new(),
                metrics: Arc::default(),
            };
            let answer = |request: ::http::Request<hyper::body::Incoming>, _| async {
                let body = request.into_body();
                drop(http_body_util::BodyExt::collect(body).await);
                std::thread::sleep(Duration::from_micros(50));
                ::http::Response::new(Full::new(Bytes::from_static(b"well")))
            };
            tokio::spawn(server::serve(listener, answer, frame));
            (address, shutdown)
        });

        let served: &[Cell<usize>] = Box::leak(vec![Cell::new(0); CONNECTIONS].into_boxed_slice());
        let all: &Cell<usize> = Box::leak(Box::default());
        let load = Builder::new_current_thread().enable_all().build().unwrap();
        LocalSet::new().block_on(&load, async {
            let talk = |mine: &'static Cell<usize>| async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                let mut answer = [0; 1_024];
                while all.get() < ANSWERS {
                    stream
                        .write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\ntalk")
                        .await
                        .unwrap();
                    assert_ne!(stream.read(&mut answer).await.unwrap(), 0, "it hung up");
                    mine.set(mine.get() + 1);
                    all.set(all.get() + 1);
                }
            };
            let talking: Vec<_> = served.iter().map(|mine| spawn_local(talk(mine))).collect();
            for one in talking {
                one.await.unwrap();
            }
        });
        shutdown.cancel();

        let (least, most) = (served.iter().min().unwrap().get(), served.iter().max().unwrap().get());
        eprintln!("{least} to {most}");
        assert!(least * 2 >= most, "{least} to {most} answers");
    }
}
