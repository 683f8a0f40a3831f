//! A client that sends many requests at once takes turns with the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use vincula::server::serve;

use super::{listener, listener_config};
use crate::support::raw_connection::{RawConnection, request};

/// T28. Everything runs in one thread here, so the listener alone decides the order.
#[tokio::test]
async fn hundreds_of_pipelined_requests_do_not_delay_other_connections() {
    let (listener, url) = listener().await;
    let responses = Arc::new(AtomicUsize::new(0));
    let (many, one) = (responses.clone(), responses.clone());
    let routes = Router::new()
        .route("/many", get(async move || many.fetch_add(1, Ordering::SeqCst).to_string()))
        .route("/one", get(async move || one.load(Ordering::SeqCst).to_string()));
    tokio::spawn(serve(listener, routes, listener_config(20)));
    let (many, one) = (request("GET", "/many", &[], b""), request("GET", "/one", &[], b""));
    let (mut busy, mut modest) = (RawConnection::to(&url).await, RawConnection::to(&url).await);
    for connection in [&mut busy, &mut modest] {
        connection.send(&one).await;
        connection.response().await.expect("a response");
    }

    busy.send(&many.repeat(300)).await;
    modest.send(&one).await;
    let before: usize = modest.response().await.expect("a response").text().parse().unwrap();

    assert!(before < 10, "{before} requests of another connection came first");
    for _ in 0..300 {
        busy.response().await.expect("a response to each of them");
    }
    assert_eq!(responses.load(Ordering::SeqCst), 300);
}
