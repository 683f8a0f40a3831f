//! One connection, from its first byte to its end: its requests one after the other, and its clock.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use super::seats::Held;
use super::socket::Socket;
use super::{Frame, Patience};
use crate::failpoint::{self, Step};
use crate::telemetry::Metrics;
use crate::webhook::origin::Peer;
use crate::webhook::route::problem;

/// The most bytes of a request's head.
const LARGEST_HEAD: usize = 16 * 1024;

/// Answers the requests of a connection until either side ends it, its time is over, or its place
/// is wanted while it is idle.
pub(super) async fn serve<A, F>(stream: TcpStream, peer: IpAddr, answer: A, held: Held, frame: Frame)
where
    A: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let _ = stream.set_nodelay(true);
    let Frame { patience, metrics, .. } = frame;
    let held = Arc::new(held);
    let place = held.clone();
    let has_asked = AtomicBool::new(false);
    let service = service_fn(move |mut request: Request<Incoming>| {
        let is_first = !has_asked.swap(true, Ordering::Relaxed);
        let until = place.called() + patience.request;
        request.extensions_mut().insert(Peer(peer));
        let (answer, place, metrics) = (answer.clone(), place.clone(), metrics.clone());
        let answering = async move {
            // Who sends a hundred requests at once takes turns with all others, request by request.
            if !is_first {
                yield_now().await;
            }
            answer(request).await
        };
        async move {
            let answered = guarded(answering, until, &metrics).await;
            place.answered();
            Ok::<_, Infallible>(answered)
        }
    });
    let connection = http1::Builder::new()
        // Its one timer would close an idle connection as soon as a slow head.
        .header_read_timeout(None)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(Socket::new(stream, held.clone(), patience.answer)), service);
    let mut connection = pin!(connection);
    let mut told_to_end = pin!(frame.shutdown.cancelled());
    let mut is_ending = false;
    let mut alarm = pin!(sleep_until(Instant::now() + patience.head));
    poll_fn(|context| {
        // First of all what has come is read: who looks idle may not be so any more.
        if connection.as_mut().poll(context).is_ready() || held.poll_leave(context).is_ready() {
            return Poll::Ready(());
        }
        if !is_ending && told_to_end.as_mut().poll(context).is_ready() {
            is_ending = true;
            connection.as_mut().graceful_shutdown();
            if held.is_quiet() || connection.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
        }
        poll_over(alarm.as_mut(), context, &held, &patience)
    })
    .await;
    failpoint::reach(Step::Answered);
}

/// Ready when a connection's time is over. The alarm is set anew only where it would ring too late;
/// where it rings too early it is set again, so a busy connection seldom touches it.
fn poll_over(
    mut alarm: Pin<&mut Sleep>,
    context: &mut Context<'_>,
    held: &Held,
    patience: &Patience,
) -> Poll<()> {
    while let Some(due) = held.due(patience) {
        if due <= Instant::now() {
            return Poll::Ready(());
        }
        if alarm.is_elapsed() || due < alarm.deadline() {
            alarm.as_mut().reset(due);
        }
        ready!(alarm.as_mut().poll(context));
    }
    Poll::Pending
}

/// An answer in time, whatever happens on the way to it.
async fn guarded(
    answer: impl Future<Output = Response<Full<Bytes>>>,
    until: Instant,
    metrics: &Metrics,
) -> Response<Full<Bytes>> {
    match timeout_at(until, AssertUnwindSafe(answer).catch_unwind()).await {
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
