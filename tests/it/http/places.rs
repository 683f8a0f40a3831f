//! T33: more connections than there are places, from one address or from many.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use vincula::server::{ListenerConfig, serve};

use super::{SECOND, frame, listener};
use crate::support::wire::{Wire, request};
use crate::support::{ANA, Service};

/// A connection that had its answer, and is idle since.
async fn idle(bot: &Service) -> Wire {
    let mut wire = Wire::to(&bot.url).await;
    wire.send(&bot.posted(ANA, "que bom")).await;
    assert_eq!(wire.answer_within(50 * SECOND).await.expect("a place").status, 200);
    wire
}

/// A connection whose request is coming in, and the rest of it.
async fn half_way(bot: &Service) -> (Wire, Vec<u8>) {
    let mut wire = Wire::to(&bot.url).await;
    let whole = bot.posted(ANA, "que bom");
    wire.send(&whole[..40]).await;
    (wire, whole[40..].to_vec())
}

#[tokio::test]
async fn the_connection_that_is_idle_for_the_longest_makes_room() {
    let bot = Service::with().server("max_connections = 3").start().await;
    let mut first = idle(&bot).await;
    let mut second = idle(&bot).await;
    let mut third = idle(&bot).await;
    // The first is not the oldest any more.
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
async fn a_connection_that_never_spoke_makes_room_too() {
    let bot = Service::with().server("max_connections = 2").start().await;
    let mut silent = Wire::to(&bot.url).await;
    let mut other = Wire::to(&bot.url).await;
    let newcomers = [idle(&bot).await, idle(&bot).await];
    silent.closed().await;
    other.closed().await;
    // They were asked to leave, and not closed when their time was over.
    assert_eq!(bot.metric_value("vincula_connections_evicted_total").await, 2);
    drop(newcomers);
}

#[tokio::test]
async fn where_none_is_idle_newcomers_wait_for_the_first_that_is() {
    let bot = Service::with().server("max_connections = 2").start().await;
    let (mut first, rest) = half_way(&bot).await;
    let begun = std::time::Instant::now();
    let (mut second, _) = half_way(&bot).await;
    // Both have begun, as far as the service is concerned.
    tokio::time::sleep(SECOND / 4).await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let mut wire = Wire::to(&bot.url).await;
        wire.send(&bot.posted(ANA, "que bom")).await;
        waiting.push(wire);
    }
    assert!(waiting[0].answer_within(SECOND / 3).await.is_none(), "there were places for two");

    first.send(&rest).await;
    assert_eq!(first.answer_within(20 * SECOND).await.expect("who works is let work").status, 200);

    // One after the other they get the place, and each leaves it to the next.
    for wire in &mut waiting {
        assert_eq!(wire.answer_within(40 * SECOND).await.expect("a place").status, 200);
    }
    assert!(second.answer_within(SECOND / 10).await.is_none());
    // Its head has 5 s; on a slow machine they are over by now.
    assert!(!second.is_closed() || begun.elapsed() > 4 * SECOND, "who works was sent away");
    // The private side has places of its own.
    assert_eq!(bot.private("/healthz").await.status, 200);
}

#[tokio::test]
async fn one_address_does_not_get_all_places_where_the_proxies_are_named() {
    let (listener, url) = listener().await;
    let trusted_proxies = vec!["127.0.0.9".parse().unwrap()];
    let frame = ListenerConfig { trusted_proxies, ..frame(4) };
    let metrics = frame.metrics.clone();
    let answer = async |_, _| ::http::Response::new(Full::new(Bytes::from_static(b"well")));
    tokio::spawn(serve(listener, answer, frame));
    let whole = request("GET", "/", &[], b"");
    let begun = async |address| {
        let mut wire = Wire::from(address, &url).await;
        wire.send(&whole[..9]).await;
        wire
    };
    let is_served = async |wire: &mut Wire, rest: &[u8]| {
        wire.send(rest).await;
        wire.answer_within(20 * SECOND).await.is_some_and(|answer| answer.text() == "well")
    };

    let mut greedy = [begun("127.0.0.2").await, begun("127.0.0.2").await];
    tokio::time::sleep(SECOND / 4).await;
    let mut third = Wire::from("127.0.0.2", &url).await;
    assert!(!is_served(&mut third, &whole).await, "it has half of the places already");
    assert!(third.is_closed());
    assert!(metrics.text().contains("vincula_connections_rejected_total 1"), "{}", metrics.text());
    assert!(is_served(&mut Wire::from("127.0.0.3", &url).await, &whole).await);

    // Its own idle connection makes room for its next.
    assert!(is_served(&mut greedy[0], &whole[9..]).await);
    let mut fourth = Wire::from("127.0.0.2", &url).await;
    assert!(is_served(&mut fourth, &whole).await);
    assert_eq!(greedy[0].closed().await, "");
    assert!(is_served(&mut greedy[1], &whole[9..]).await);

    // A named proxy is many senders: it may have all.
    let mut all = Vec::new();
    for _ in 0..4 {
        all.push(begun("127.0.0.9").await);
    }
    for wire in &mut all {
        assert!(is_served(wire, &whole[9..]).await);
    }
}
