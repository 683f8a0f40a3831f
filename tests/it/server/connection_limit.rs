//! T33: more connections than slots, from one address or many.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use vincula::server::{ListenerConfig, serve};

use super::{SECOND, frame, listener};
use crate::support::raw_connection::{RawConnection, request};
use crate::support::{ANA, Service};

/// An idle connection after a response.
async fn idle(bot: &Service) -> RawConnection {
    let mut wire = RawConnection::to(&bot.url).await;
    wire.send(&bot.posted(ANA, "que bom")).await;
    assert_eq!(wire.answer_within(50 * SECOND).await.expect("a place").status, 200);
    wire
}

/// A connection with half a request, and the rest of it.
async fn half_way(bot: &Service) -> (RawConnection, Vec<u8>) {
    let mut wire = RawConnection::to(&bot.url).await;
    let whole = bot.posted(ANA, "que bom");
    wire.send(&whole[..40]).await;
    (wire, whole[40..].to_vec())
}

#[tokio::test]
async fn the_longest_idle_connection_is_evicted() {
    let bot = Service::with().server("max_connections = 3").start().await;
    let mut first = idle(&bot).await;
    let mut second = idle(&bot).await;
    let mut third = idle(&bot).await;
    // The first is no longer the oldest.
    tokio::time::sleep(Duration::from_millis(20)).await;
    first.send(&bot.posted(ANA, "que bom")).await;
    assert_eq!(first.answer().await.unwrap().status, 200);

    let _fourth = idle(&bot).await;

    assert_eq!(second.closed().await, "");
    for wire in [&mut first, &mut third] {
        wire.send(&bot.posted(ANA, "que bom")).await;
        assert_eq!(wire.answer().await.expect("it was not asked to leave").status, 200);
    }
    assert_eq!(bot.metric_value("vincula_connections_evicted_total").await, 1);
}

#[tokio::test]
async fn a_connection_without_a_request_is_evicted_too() {
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
async fn without_an_idle_connection_new_ones_wait() {
    let bot = Service::with().server("max_connections = 2").start().await;
    let (mut first, rest) = half_way(&bot).await;
    let begun = std::time::Instant::now();
    let (mut second, _) = half_way(&bot).await;
    // Both are in a request, as far as the service knows.
    tokio::time::sleep(SECOND / 4).await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let mut wire = RawConnection::to(&bot.url).await;
        wire.send(&bot.posted(ANA, "que bom")).await;
        waiting.push(wire);
    }
    assert!(waiting[0].answer_within(SECOND / 3).await.is_none(), "there were places for two");

    first.send(&rest).await;
    assert_eq!(first.answer_within(20 * SECOND).await.expect("who works is let work").status, 200);

    // They get the slot in turn.
    for wire in &mut waiting {
        assert_eq!(wire.answer_within(40 * SECOND).await.expect("a place").status, 200);
    }
    assert!(second.answer_within(SECOND / 10).await.is_none());
    // Its headers have 5 s, which are over by now on a slow machine.
    assert!(!second.is_closed() || begun.elapsed() > 4 * SECOND, "who works was sent away");
    // The private listener has its own slots.
    assert_eq!(bot.private("/healthz").await.status, 200);
}

#[tokio::test]
async fn one_address_cannot_take_all_slots_when_proxies_are_configured() {
    let (listener, url) = listener().await;
    let trusted_proxies = vec!["127.0.0.9".parse().unwrap()];
    let frame = ListenerConfig { trusted_proxies, ..frame(4) };
    let metrics = frame.metrics.clone();
    let answer = async |_, _| ::http::Response::new(Full::new(Bytes::from_static(b"well")));
    tokio::spawn(serve(listener, answer, frame));
    let whole = request("GET", "/", &[], b"");
    let begun = async |address| {
        let mut wire = RawConnection::from(address, &url).await;
        wire.send(&whole[..9]).await;
        wire
    };
    let is_served = async |wire: &mut RawConnection, rest: &[u8]| {
        wire.send(rest).await;
        wire.answer_within(20 * SECOND).await.is_some_and(|answer| answer.text() == "well")
    };

    let mut greedy = [begun("127.0.0.2").await, begun("127.0.0.2").await];
    tokio::time::sleep(SECOND / 4).await;
    let mut third = RawConnection::from("127.0.0.2", &url).await;
    assert!(!is_served(&mut third, &whole).await, "it has half of the places already");
    assert!(third.is_closed());
    assert!(metrics.text().contains("vincula_connections_rejected_total 1"), "{}", metrics.text());
    assert!(is_served(&mut RawConnection::from("127.0.0.3", &url).await, &whole).await);

    // Its own idle connection is evicted for its next one.
    assert!(is_served(&mut greedy[0], &whole[9..]).await);
    let mut fourth = RawConnection::from("127.0.0.2", &url).await;
    assert!(is_served(&mut fourth, &whole).await);
    assert_eq!(greedy[0].closed().await, "");
    assert!(is_served(&mut greedy[1], &whole[9..]).await);

    // A trusted proxy stands for many senders: it may have all slots.
    let mut all = Vec::new();
    for _ in 0..4 {
        all.push(begun("127.0.0.9").await);
    }
    for wire in &mut all {
        assert!(is_served(wire, &whole[9..]).await);
    }
}
