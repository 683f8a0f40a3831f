//! The listeners: accept, limit, time out, and never die of a panic.
//!
//! HTTP/1.1 only: an offered upgrade is ignored. A header must be there within 5 s, a request be
//! over within 10 s, an answer be taken within 10 s; above the connection limit new connections wait
//! in the system's queue.

mod stall;

use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::stall::Impatient;
use crate::failpoint::{self, Step};
use crate::storage::Store;
use crate::telemetry::Metrics;
use crate::webhook::route::problem;

const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes of a request's head.
const LARGEST_HEAD: usize = 32 * 1024;

/// What every listener shares.
#[derive(Clone)]
pub struct Frame {
    /// The most connections at a time.
    pub max_connections: usize,
    /// Ends the listener; requests under way are finished.
    pub shutdown: CancellationToken,
    /// Where connections run.
    pub tasks: TaskTracker,
    /// Where panics are counted.
    pub metrics: Arc<Metrics>,
}

/// Serves a listener until shutdown. `answer` answers one request.
pub async fn serve<A, F>(listener: TcpListener, answer: A, frame: Frame)
where
    A: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(frame.max_connections));
    loop {
        let accepted = async {
            let place = places.clone().acquire_owned().await.ok();
            (listener.accept().await, place)
        };
        let (stream, place) = tokio::select! {
            () = frame.shutdown.cancelled() => return,
            (accepted, place) = accepted => match accepted {
                Ok((stream, _)) => (stream, place),
                Err(error) => {
                    // Out of descriptors, most likely: a moment lets some close.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let connection = connection(stream, answer.clone(), frame.clone());
        frame.tasks.spawn(async move {
            connection.await;
            drop(place);
        });
    }
}

async fn connection<A, F>(stream: TcpStream, answer: A, frame: Frame)
where
    A: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let _ = stream.set_nodelay(true);
    let metrics = frame.metrics.clone();
    let service = service_fn(move |request| {
        let answered = guarded(answer(request), metrics.clone());
        async move { Ok::<_, Infallible>(answered.await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(Impatient::new(stream, ANSWER_TIMEOUT)), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        () = frame.shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
    failpoint::reach(Step::Answered);
}

/// An answer in time, whatever happens on the way to it.
async fn guarded(
    answer: impl Future<Output = Response<Full<Bytes>>>,
    metrics: Arc<Metrics>,
) -> Response<Full<Bytes>> {
    match tokio::time::timeout(REQUEST_TIMEOUT, AssertUnwindSafe(answer).catch_unwind()).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => {
            metrics.panicked();
            tracing::error!("a request made its handler panic");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "Something broke; the log tells more.")
        }
        Err(_) => {
            let mut answer = problem(StatusCode::REQUEST_TIMEOUT, "The request took too long.");
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            answer
        }
    }
}

/// The private side: does it live, can it work, what did it count. `worker_ended`
/// is cancelled when it has, however it did.
pub async fn admin(
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
        _ => problem(StatusCode::NOT_FOUND, "There are /healthz, /readyz and /metrics."),
    }
}
