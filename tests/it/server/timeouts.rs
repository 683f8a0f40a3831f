//! The timeouts of a connection, shorter than those of the service.

use std::time::{Duration, Instant};

use axum::Router;
use bytes::Bytes;
use vincula::server::{ListenerConfig, Timeouts, serve};

use super::{listener, listener_config};
use crate::support::raw_connection::{RawConnection, request};

const TENTH: Duration = Duration::from_millis(100);
const SHORT: Timeouts = Timeouts {
    header_read: Duration::from_millis(400),
    request: Duration::from_millis(12_000),
    write: Duration::from_millis(12_000),
    keep_alive: Duration::from_millis(12_000),
};

/// A listener with these timeouts that responds after the whole body.
async fn listening(timeouts: Timeouts) -> String {
    serving(ListenerConfig { timeouts, ..listener_config(20) }).await
}

async fn serving(config: ListenerConfig) -> String {
    let (listener, url) = listener().await;
    let routes = Router::new().fallback(async |_body: Bytes| "well");
    tokio::spawn(serve(listener, routes, config));
    url
}

/// How long it takes until the connection is closed, and what arrives until then.
async fn closed_after(connection: &mut RawConnection) -> (Duration, String) {
    let started = Instant::now();
    let said = tokio::time::timeout(600 * TENTH, connection.closed()).await.expect("it is closed");
    (started.elapsed(), said)
}

/// It took the timeout of a head: longer on a slow machine, but shorter than the other timeouts.
#[track_caller]
fn expect_head(elapsed: Duration) {
    assert!((3 * TENTH..100 * TENTH).contains(&elapsed), "{elapsed:?}");
}

#[tokio::test]
async fn the_keep_alive_timeout_is_longer_than_the_header_timeout() {
    let url = listening(SHORT).await;
    let whole = request("GET", "/", &[], b"");

    let silent = async {
        let mut connection = RawConnection::to(&url).await;
        expect_head(closed_after(&mut connection).await.0);
    };
    let idle = async {
        let mut connection = RawConnection::to(&url).await;
        // Several times, and each time for longer than the timeout of a head.
        for _ in 0..3 {
            connection.send(&whole).await;
            assert_eq!(connection.response_within(100 * TENTH).await.expect("it is kept").text(), "well");
            tokio::time::sleep(9 * TENTH).await;
        }
        connection.send(&whole).await;
        assert_eq!(connection.response().await.unwrap().text(), "well");
        assert!(closed_after(&mut connection).await.0 > 115 * TENTH, "it was not kept");
    };
    let slow_head_after_a_response = async {
        let mut connection = RawConnection::to(&url).await;
        connection.send(&whole).await;
        assert_eq!(connection.response().await.unwrap().text(), "well");
        tokio::time::sleep(9 * TENTH).await;
        connection.send(&whole[..9]).await;
        let (elapsed, said) = closed_after(&mut connection).await;
        expect_head(elapsed);
        assert_eq!(said, "");
    };
    tokio::join!(silent, idle, slow_head_after_a_response);
}

/// Head and body share the timeout of a request.
#[tokio::test]
async fn the_timeout_of_a_request_begins_with_its_first_byte() {
    let [head, request_time] = [40, 50].map(|tenths| tenths * TENTH);
    let url = listening(Timeouts { header_read: head, request: request_time, ..SHORT }).await;
    let mut connection = RawConnection::to(&url).await;
    let head = request("POST", "/", &[("content-length", "9")], b"");
    let started = Instant::now();
    connection.send(&head[..20]).await;
    tokio::time::sleep(30 * TENTH).await;
    connection.send(&head[20..]).await;

    let response = connection.response_within(400 * TENTH).await.expect("a response");

    assert_eq!((response.status, response.header("connection")), (408, Some("close")));
    assert!(started.elapsed() > 49 * TENTH, "{:?}", started.elapsed());
    assert!(started.elapsed() < 80 * TENTH, "the body had a timeout of its own: {:?}", started.elapsed());
}

#[tokio::test]
async fn at_shutdown_idle_connections_are_closed_and_busy_ones_finish() {
    let config = listener_config(20);
    let (shutdown, tasks) = (config.shutdown.clone(), config.tasks.clone());
    let url = serving(config).await;
    let whole = request("GET", "/", &[], b"");
    let mut fresh = RawConnection::to(&url).await;
    let mut idle = RawConnection::to(&url).await;
    idle.send(&whole).await;
    assert_eq!(idle.response().await.unwrap().text(), "well");
    let mut busy = RawConnection::to(&url).await;
    busy.send(&request("POST", "/", &[("content-length", "9")], b"1234")).await;
    tokio::time::sleep(2 * TENTH).await;

    shutdown.cancel();
    for connection in [&mut fresh, &mut idle] {
        let (elapsed, said) = closed_after(connection).await;
        assert!(elapsed < 100 * TENTH && said.is_empty(), "{elapsed:?} {said}");
    }
    assert!(tokio::net::TcpStream::connect(crate::support::raw_connection::authority(&url)).await.is_err());
    busy.send(b"56789").await;

    assert_eq!(busy.response().await.expect("its response").text(), "well");
    busy.closed().await;
    drop(busy);
    tasks.close();
    tokio::time::timeout(100 * TENTH, tasks.wait()).await.expect("nothing runs any more");
}
