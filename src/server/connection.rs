//! One connection, from its first byte to its end: its requests one after the other, and its clock.

use std::convert::Infallible;
use std::future::{Future, poll_fn, ready};
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{self, Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::Either;
use http::header::{CONNECTION, HOST};
use http::uri::Authority;
use http::{HeaderValue, Request, Response, StatusCode, Version};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep_until};

use super::coalescing_waker::CoalescingPoller;
use super::connection_limiter::{ConnectionGuard, RequestArrival, TimeoutKind};
use super::timeout_stream::TimeoutStream;
use super::{ListenerConfig, Timeouts};
use crate::failpoint::{self, Step};
use crate::telemetry::Metrics;
use crate::webhook::handler::problem_response;

/// The most bytes of a request's head.
const MAX_HEADER_BYTES: usize = 16 * 1024;

/// Answers the requests of a connection until either side ends it, its time is over, or its place
/// is wanted while it is idle.
pub(super) async fn serve_connection<A, F>(
    stream: TcpStream,
    peer: IpAddr,
    answer: A,
    held: ConnectionGuard,
    frame: ListenerConfig,
) where
    A: Fn(Request<Incoming>, IpAddr) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let _ = stream.set_nodelay(true);
    let ListenerConfig { timeouts: patience, metrics, .. } = frame;
    let held = Arc::new(held);
    let place = held.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let came = place.on_request();
        let (place, metrics) = (place.clone(), metrics.clone());
        let answering = match has_valid_host(&request) {
            true => Either::Left(answer(request, peer)),
            false => Either::Right(ready(bad_host())),
        };
        async move {
            // Who sends a hundred requests at once takes turns with all others, request by request.
            if came == RequestArrival::Pipelined {
                yield_now().await;
            }
            let answered = catch_panic_and_timeout(answering, &place, &metrics).await;
            place.on_response();
            Ok::<_, Infallible>(answered)
        }
    });
    let connection = http1::Builder::new()
        // Its one timer would close an idle connection as soon as a slow head.
        .header_read_timeout(None)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(TimeoutStream::new(stream, held.clone(), patience.answer)), service);
    let mut connection = pin!(connection);
    let mut is_ending = false;
    let mut turns = CoalescingPoller::default();
    let mut alarm = pin!(sleep_until(Instant::now() + patience.head));
    poll_fn(|context| {
        // First of all what has come is read: who looks idle may not be so any more.
        if turns.poll(context, connection.as_mut()).is_ready() || held.poll_evicted(context).is_ready() {
            return Poll::Ready(());
        }
        if !is_ending && held.is_closing() {
            is_ending = true;
            connection.as_mut().graceful_shutdown();
            if held.is_idle() || turns.poll(context, connection.as_mut()).is_ready() {
                return Poll::Ready(());
            }
        }
        poll_deadline(alarm.as_mut(), context, &held, &patience)
    })
    .await;
    failpoint::reach(Step::Answered);
}

/// Whether a request names its host as RFC 9112 (3.2) and RFC 9110 (4.2.1) ask: in HTTP/1.1 once, and never twice, not
/// empty, and as nothing but a host and a port. One that names two may be read in two ways, here and by a proxy in
/// front.
fn has_valid_host<B>(request: &Request<B>) -> bool {
    let mut values = request.headers().get_all(HOST).iter();
    match (values.next(), values.next()) {
        (None, _) => request.version() < Version::HTTP_11,
        (Some(host), None) => {
            let authority = Authority::try_from(host.as_bytes());
            authority.is_ok_and(|authority| !authority.host().is_empty() && !authority.as_str().contains('@'))
        }
        (Some(_), Some(_)) => false,
    }
}

fn bad_host() -> Response<Full<Bytes>> {
    let mut answer = problem_response(StatusCode::BAD_REQUEST, "A request names its host, once.");
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// Ready when a connection's time is over. The alarm is set anew only where it would ring too late;
/// where it rings too early it is set again, so a busy connection seldom touches it, or the time.
fn poll_deadline(
    mut alarm: Pin<&mut Sleep>,
    context: &mut Context<'_>,
    held: &ConnectionGuard,
    patience: &Timeouts,
) -> Poll<()> {
    while let Some((due, end)) = held.deadline(patience) {
        if alarm.is_elapsed() || due < alarm.deadline() {
            if due > Instant::now() {
                alarm.as_mut().reset(due);
            } else if end == TimeoutKind::Connection {
                return Poll::Ready(());
            } else {
                // Its request is polled once more, and answers that it took too long.
                if held.mark_timed_out() {
                    context.waker().wake_by_ref();
                }
                return Poll::Pending;
            }
        }
        task::ready!(alarm.as_mut().poll(context));
    }
    Poll::Pending
}

/// An answer in time, whatever happens on the way to it. The clock is the connection's: a timer of its
/// own would cost a request more than all that is done for it.
async fn catch_panic_and_timeout(
    answer: impl Future<Output = Response<Full<Bytes>>>,
    held: &ConnectionGuard,
    metrics: &Metrics,
) -> Response<Full<Bytes>> {
    let mut answer = pin!(AssertUnwindSafe(answer).catch_unwind());
    let answered = poll_fn(|context| match answer.as_mut().poll(context) {
        Poll::Ready(answered) => Poll::Ready(Some(answered)),
        Poll::Pending if held.is_timed_out() => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    });
    match answered.await {
        Some(Ok(answer)) => answer,
        Some(Err(_)) => {
            metrics.record_panic();
            tracing::error!("a request made its handler panic");
            problem_response(StatusCode::INTERNAL_SERVER_ERROR, "Something broke; the log tells more.")
        }
        None => {
            let mut answer = problem_response(StatusCode::REQUEST_TIMEOUT, "The request took too long.");
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            answer
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_once_and_is_a_host() {
        let rows: [(&[&str], bool); 13] = [
            (&["bot.example.com"], true),
            (&["bot.example.com:8443"], true),
            (&["bot_1.example.com"], true),
            (&["127.0.0.1:80"], true),
            (&["[::1]:80"], true),
            (&[], false),
            (&[""], false),
            (&[":80"], false),
            (&["a", "a"], false),
            (&["a", "b"], false),
            (&["a/b"], false),
            (&["user@a"], false),
            (&["a b"], false),
        ];
        for (hosts, is_valid) in rows {
            let request = |version| {
                let request = Request::builder().uri("/webhooks/main").version(version);
                hosts.iter().fold(request, |request, host| request.header(HOST, *host)).body(()).unwrap()
            };
            assert_eq!(has_valid_host(&request(Version::HTTP_11)), is_valid, "{hosts:?}");
            let is_valid = is_valid || hosts.is_empty();
            assert_eq!(has_valid_host(&request(Version::HTTP_10)), is_valid, "{hosts:?} in HTTP/1.0");
        }
    }
}
