//! Start, run, drain: the only place that spawns.

use std::io;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::http::{self, Frame, PRIVATE_CONNECTIONS, Patience};

/// How long what runs may take to finish after a signal.
const DRAIN: Duration = Duration::from_secs(10);

/// Runs a service until `shutdown`, then drains it: no new connection or order, what runs is
/// finished for up to 10 s, the rest is handed back to the journal.
pub async fn run(app: App, public: TcpListener, private: TcpListener, shutdown: CancellationToken) {
    let App { server, door, worker, store, writer, courtesy, retention, metrics } = app;
    let tasks = TaskTracker::new();
    let frame = |max_connections, trusted_proxies| Frame {
        max_connections,
        trusted_proxies,
        patience: Patience::default(),
        shutdown: shutdown.clone(),
        tasks: tasks.clone(),
        metrics: metrics.clone(),
    };
    let writer = tokio::spawn(writer);
    let courtesy = tokio::spawn(courtesy);
    let places = http::affordable(server.max_connections);
    let retention = tokio::spawn(retention);
    let answer = move |request, peer| {
        let door = door.clone();
        async move { door.receive(request, peer).await }
    };
    tasks.spawn(http::serve(public, answer, frame(places, server.trusted_proxies)));
    let (counted, ending) = (metrics.clone(), shutdown.clone());
    let asked = store.clone();
    let worker_ended = CancellationToken::new();
    // Dropped with the worker's future, also when a panic ends it.
    let guard = worker_ended.clone().drop_guard();
    let admin = move |request, _| {
        http::admin(request, asked.clone(), counted.clone(), ending.clone(), worker_ended.clone())
    };
    tasks.spawn(http::serve(private, admin, frame(PRIVATE_CONNECTIONS, Vec::new())));
    let working = worker.run(shutdown.clone());
    let working = tasks.spawn(async move {
        let _guard = guard;
        working.await;
    });
    tasks.close();
    shutdown.cancelled().await;
    retention.abort();
    if tokio::time::timeout(DRAIN, tasks.wait()).await.is_err() {
        tracing::warn!("some orders were still running; they go on after the next start");
        working.abort();
        let _ = working.await;
        if let Err(error) = store.hand_back().await {
            tracing::warn!(%error, "what was running goes on when its leases are over");
        }
    }
    courtesy.abort();
    store.close();
    let _ = tokio::time::timeout(DRAIN, writer).await;
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
pub fn on_signal() -> io::Result<CancellationToken> {
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
