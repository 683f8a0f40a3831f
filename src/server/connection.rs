//! One connection: serves its requests one after the other, and enforces its timeouts.

use std::convert::Infallible;
use std::future::{Future, poll_fn, ready};
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{self, Context, Poll};

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt;
use futures_util::future::Either;
use http::header::HOST;
use http::uri::Authority;
use http::{Request, StatusCode, Version};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep_until};

use super::coalescing_waker::CoalescingPoller;
use super::connection_limiter::{ConnectionGuard, TimeoutKind};
use super::timeout_stream::TimeoutStream;
use super::timeouts::Timeouts;
use crate::failpoint::{self, Step};
use crate::problem::Problem;
use crate::telemetry::Metrics;
use crate::web::HandlerPanicked;
use crate::webhook::client_addr::PeerAddr;

/// Maximum size of a request head, in bytes.
const MAX_HEADER_BYTES: usize = 16 * 1024;

const BAD_HOST: Problem =
    Problem::new(StatusCode::BAD_REQUEST, "A request must have exactly one valid Host header.")
        .close_connection();
const PANICKED: Problem =
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "The request failed; the log has the details.");
const TIMED_OUT: Problem =
    Problem::new(StatusCode::REQUEST_TIMEOUT, "The request took too long.").close_connection();

/// An accepted connection.
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) peer: IpAddr,
    pub(super) guard: Arc<ConnectionGuard>,
    pub(super) timeouts: Timeouts,
    pub(super) metrics: Arc<Metrics>,
}

impl Connection {
    /// Serves requests until either side closes, a timeout expires, or the connection is evicted while idle.
    pub(super) async fn serve(self, routes: Router) {
        let Self { stream, peer, guard, timeouts, metrics } = self;
        let _ = stream.set_nodelay(true);
        let (routes, request_guard) = (TowerToHyperService::new(routes), guard.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            let is_pipelined = request_guard.on_request();
            let (request_guard, metrics) = (request_guard.clone(), metrics.clone());
            let response = if has_valid_host(&request) {
                request.extensions_mut().insert(PeerAddr(peer));
                Either::Left(routes.call(request))
            } else {
                Either::Right(ready(Ok(BAD_HOST.into_response())))
            };
            async move {
                // Yield after each pipelined request, so that one client cannot starve the others.
                if is_pipelined {
                    yield_now().await;
                }
                let response = catch_panic_and_timeout(response, &request_guard, &metrics).await;
                request_guard.on_response();
                Ok::<_, Infallible>(response)
            }
        });
        let connection = http1::Builder::new()
            // Disabled: hyper has one timeout for idle connections and slow headers; ours are 60 s and 5 s.
            .header_read_timeout(None)
            .max_buf_size(MAX_HEADER_BYTES)
            .serve_connection(
                TokioIo::new(TimeoutStream::new(stream, guard.clone(), timeouts.write)),
                service,
            );
        let mut connection = pin!(connection);
        let mut shutdown_started = false;
        let mut poller = CoalescingPoller::default();
        let mut timer = pin!(sleep_until(Instant::now() + timeouts.header_read));
        poll_fn(|context| {
            // Reads what has arrived first: the connection may not be idle any more.
            if poller.poll(context, connection.as_mut()).is_ready() || guard.poll_evicted(context).is_ready()
            {
                return Poll::Ready(());
            }
            if !shutdown_started && guard.is_shutting_down() && !guard.is_in_grace() {
                shutdown_started = true;
                connection.as_mut().graceful_shutdown();
                if guard.is_idle() || poller.poll(context, connection.as_mut()).is_ready() {
                    return Poll::Ready(());
                }
            }
            poll_deadline(timer.as_mut(), context, &guard, &timeouts)
        })
        .await;
        failpoint::reach(Step::ConnectionClosed);
    }
}

/// Whether the Host header is valid (RFC 9112 3.2, RFC 9110 4.2.1): only host and port, not empty, exactly once; HTTP/1.0
/// may omit it. A proxy may choose another of two Host headers than we do.
fn has_valid_host<B>(request: &Request<B>) -> bool {
    let mut values = request.headers().get_all(HOST).iter();
    match (values.next(), values.next()) {
        (None, _) => request.version() < Version::HTTP_11,
        (Some(host), None) => {
            let host = host.as_bytes();
            // Most names and addresses have only these.
            let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
            if !host.is_empty() && host.iter().all(is_plain) {
                return true;
            }
            !host.starts_with(b":") && !host.contains(&b'@') && Authority::try_from(host).is_ok()
        }
        (Some(_), Some(_)) => false,
    }
}

/// Ready when a timeout must close the connection. The timer is reset only if the deadline moved earlier or the timer
/// fired too early, so a busy connection rarely touches it.
fn poll_deadline(
    mut timer: Pin<&mut Sleep>,
    context: &mut Context<'_>,
    guard: &ConnectionGuard,
    timeouts: &Timeouts,
) -> Poll<()> {
    while let Some((deadline, kind)) = guard.deadline(timeouts) {
        if timer.is_elapsed() || deadline < timer.deadline() {
            if deadline > Instant::now() {
                timer.as_mut().reset(deadline);
            } else if kind == TimeoutKind::Connection {
                return Poll::Ready(());
            } else {
                // The request is polled once more, and responds with 408.
                if guard.mark_timed_out() {
                    context.waker().wake_by_ref();
                }
                return Poll::Pending;
            }
        }
        task::ready!(timer.as_mut().poll(context));
    }
    Poll::Pending
}

/// Turns a panic into 500 and a timeout into 408. A timer per request would be too expensive, so [`poll_deadline`] sets
/// the timed-out flag.
async fn catch_panic_and_timeout(
    response: impl Future<Output = Result<Response, Infallible>>,
    guard: &ConnectionGuard,
    metrics: &Metrics,
) -> Response {
    let mut response = pin!(AssertUnwindSafe(response).catch_unwind());
    let response = poll_fn(|context| match response.as_mut().poll(context) {
        Poll::Ready(response) => Poll::Ready(Some(response)),
        Poll::Pending if guard.is_timed_out() => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    });
    match response.await {
        Some(Ok(Ok(response))) => {
            // A page of the console, which has the page's headers.
            if response.extensions().get::<HandlerPanicked>().is_some() {
                record_panic(metrics);
            }
            response
        }
        Some(Err(_)) => {
            record_panic(metrics);
            PANICKED.into_response()
        }
        None => TIMED_OUT.into_response(),
    }
}

fn record_panic(metrics: &Metrics) {
    metrics.record_panic();
    tracing::error!("request handler panicked");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_exactly_one_valid_host_header() {
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
