//! T33: more connections than slots, from one address or from many.

use std::time::Duration;

use axum::Router;
use vincula::server::{ListenerConfig, serve};
use vincula::telemetry::Exposition;

use super::{SECOND, listener, listener_config};
use crate::support::raw_connection::{RawConnection, request};
use crate::support::{ANA, Service};

/// A connection that is idle after a response.
async fn idle(bot: &Service) -> RawConnection {
    let mut connection = RawConnection::to(&bot.url).await;
    connection.send(&bot.posted(ANA, "que bom")).await;
    assert_eq!(connection.response_within(50 * SECOND).await.expect("a slot").status, 200);
    connection
}

/// A connection with half a request, and the other half.
async fn half_way(bot: &Service) -> (RawConnection, Vec<u8>) {
    let mut connection = RawConnection::to(&bot.url).await;
    let whole = bot.posted(ANA, "que bom");
    connection.send(&whole[..40]).await;
    (connection, whole[40..].to_vec())
}

#[tokio::test]
async fn a_new_connection_replaces_the_longest_idle_one() {
    let bot = Service::with().server("max_connections = 3").start().await;
    let mut first = idle(&bot).await;
    let mut second = idle(&bot).await;
    let mut third = idle(&bot).await;
    // The first is not the oldest any more.
    tokio::time::sleep(Duration::from_millis(20)).await;
    first.send(&bot.posted(ANA, "que bom")).await;
    assert_eq!(first.response().await.unwrap().status, 200);

    let _fourth = idle(&bot).await;

    assert_eq!(second.closed().await, "");
    for connection in [&mut first, &mut third] {
        connection.send(&bot.posted(ANA, "que bom")).await;
        assert_eq!(connection.response().await.expect("it was not closed").status, 200);
    }
    assert_eq!(bot.metric_value("vincula_connections_evicted_total").await, 1);
}

#[tokio::test]
async fn a_connection_that_never_sent_a_byte_is_replaced_too() {
    let bot = Service::with().server("max_connections = 2").start().await;
    let mut silent = RawConnection::to(&bot.url).await;
    let mut other = RawConnection::to(&bot.url).await;
    let newcomers = [idle(&bot).await, idle(&bot).await];
    silent.closed().await;
    other.closed().await;
    // They were evicted, not closed by a timeout.
    assert_eq!(bot.metric_value("vincula_connections_evicted_total").await, 2);
    drop(newcomers);
}

#[tokio::test]
async fn if_none_is_idle_new_connections_wait() {
    let bot = Service::with().server("max_connections = 2").start().await;
    let (mut first, rest) = half_way(&bot).await;
    let started = std::time::Instant::now();
    let (mut second, _) = half_way(&bot).await;
    // Both have begun, as far as the service is concerned.
    tokio::time::sleep(SECOND / 4).await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let mut connection = RawConnection::to(&bot.url).await;
        connection.send(&bot.posted(ANA, "que bom")).await;
        waiting.push(connection);
    }
    assert!(waiting[0].response_within(SECOND / 3).await.is_none(), "there were slots for two");

    first.send(&rest).await;
    assert_eq!(first.response_within(20 * SECOND).await.expect("a busy connection is kept").status, 200);

    // They get the slot one after the other.
    for connection in &mut waiting {
        assert_eq!(connection.response_within(40 * SECOND).await.expect("a slot").status, 200);
    }
    assert!(second.response_within(SECOND / 10).await.is_none());
    // On a slow machine the 5 s of its head may be over.
    assert!(!second.is_closed() || started.elapsed() > 4 * SECOND, "a busy connection was closed");
    // The private listener has its own slots.
    assert_eq!(bot.private("/healthz").await.status, 200);
}

#[tokio::test]
async fn one_address_does_not_get_all_slots_if_proxies_are_named() {
    let (listener, url) = listener().await;
    let trusted_proxies = vec!["127.0.0.9".parse().unwrap()];
    let config = ListenerConfig { trusted_proxies, ..listener_config(4) };
    let metrics = config.metrics.clone();
    tokio::spawn(serve(listener, Router::new().fallback(async || "well"), config));
    let whole = request("GET", "/", &[], b"");
    let started = async |address| {
        let mut connection = RawConnection::from(address, &url).await;
        connection.send(&whole[..9]).await;
        connection
    };
    let is_served = async |connection: &mut RawConnection, rest: &[u8]| {
        connection.send(rest).await;
        connection.response_within(20 * SECOND).await.is_some_and(|response| response.text() == "well")
    };

    let mut greedy = [started("127.0.0.2").await, started("127.0.0.2").await];
    tokio::time::sleep(SECOND / 4).await;
    let mut third = RawConnection::from("127.0.0.2", &url).await;
    assert!(!is_served(&mut third, &whole).await, "it has half of the slots already");
    assert!(third.is_closed());
    let text = metrics.encode(Exposition::OpenMetrics);
    assert!(text.contains("vincula_connections_rejected_total 1"), "{text}");
    assert!(is_served(&mut RawConnection::from("127.0.0.3", &url).await, &whole).await);

    // Its next connection replaces its own idle one.
    assert!(is_served(&mut greedy[0], &whole[9..]).await);
    let mut fourth = RawConnection::from("127.0.0.2", &url).await;
    assert!(is_served(&mut fourth, &whole).await);
    assert_eq!(greedy[0].closed().await, "");
    assert!(is_served(&mut greedy[1], &whole[9..]).await);

    // A named proxy may have all slots.
    let mut all = Vec::new();
    for _ in 0..4 {
        all.push(started("127.0.0.9").await);
    }
    for connection in &mut all {
        assert!(is_served(connection, &whole[9..]).await);
    }
}
