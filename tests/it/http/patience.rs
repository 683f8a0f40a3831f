//! How long a connection may do what: the same clocks as the service's, only shorter.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use vincula::server::{ListenerConfig, Timeouts, serve};

use super::{frame, listener};
use crate::support::wire::{Wire, request};

const TENTH: Duration = Duration::from_millis(100);
const SHORT: Timeouts = Timeouts {
    head: Duration::from_millis(400),
    request: Duration::from_millis(12_000),
    answer: Duration::from_millis(12_000),
    keep_alive: Duration::from_millis(12_000),
};

/// A listener with these clocks that answers a request after all of its body has come.
async fn listening(patience: Timeouts) -> String {
    serving(ListenerConfig { timeouts: patience, ..frame(20) }).await
}

async fn serving(frame: ListenerConfig) -> String {
    let (listener, url) = listener().await;
    let answer = async |request: ::http::Request<hyper::body::Incoming>, _| {
        let _ = request.into_body().collect().await;
        ::http::Response::new(Full::new(Bytes::from_static(b"well")))
    };
    tokio::spawn(serve(listener, answer, frame));
    url
}

/// How long it takes until the connection is closed, and what it said by then.
async fn closed_after(wire: &mut Wire) -> (Duration, String) {
    let begun = Instant::now();
    let said = tokio::time::timeout(600 * TENTH, wire.closed()).await.expect("it is closed some time");
    (begun.elapsed(), said)
}

/// It took the time of a head: a slow machine makes that longer, but not as long as other times are.
#[track_caller]
fn expect_head(elapsed: Duration) {
    assert!((3 * TENTH..100 * TENTH).contains(&elapsed), "{elapsed:?}");
}

#[tokio::test]
async fn an_idle_connection_is_kept_for_longer_than_a_slow_head() {
    let url = listening(SHORT).await;
    let whole = request("GET", "/", &[], b"");

    let never_speaks = async {
        let mut wire = Wire::to(&url).await;
        expect_head(closed_after(&mut wire).await.0);
    };
    let idle = async {
        let mut wire = Wire::to(&url).await;
        // As often as it likes, and each time past the time for a head.
        for _ in 0..3 {
            wire.send(&whole).await;
            assert_eq!(wire.answer_within(100 * TENTH).await.expect("it is kept").text(), "well");
            tokio::time::sleep(9 * TENTH).await;
        }
        wire.send(&whole).await;
        assert_eq!(wire.answer().await.unwrap().text(), "well");
        assert!(closed_after(&mut wire).await.0 > 115 * TENTH, "it was not kept");
    };
    let slow_head_after_an_answer = async {
        let mut wire = Wire::to(&url).await;
        wire.send(&whole).await;
        assert_eq!(wire.answer().await.unwrap().text(), "well");
        tokio::time::sleep(9 * TENTH).await;
        wire.send(&whole[..9]).await;
        let (elapsed, said) = closed_after(&mut wire).await;
        expect_head(elapsed);
        assert_eq!(said, "");
    };
    tokio::join!(never_speaks, idle, slow_head_after_an_answer);
}

/// The seconds of the head count: head and body share the time of one request.
#[tokio::test]
async fn a_request_has_its_time_from_its_first_byte() {
    let [head, request_time] = [40, 50].map(|tenths| tenths * TENTH);
    let url = listening(Timeouts { head, request: request_time, ..SHORT }).await;
    let mut wire = Wire::to(&url).await;
    let head = request("POST", "/", &[("content-length", "9")], b"");
    let begun = Instant::now();
    wire.send(&head[..20]).await;
    tokio::time::sleep(30 * TENTH).await;
    wire.send(&head[20..]).await;

    let answer = wire.answer_within(400 * TENTH).await.expect("an answer");

    assert_eq!((answer.status, answer.header("connection")), (408, Some("close")));
    assert!(begun.elapsed() > 49 * TENTH, "{:?}", begun.elapsed());
    assert!(begun.elapsed() < 80 * TENTH, "the body was given a time of its own: {:?}", begun.elapsed());
}

#[tokio::test]
async fn at_the_end_who_is_idle_is_closed_and_who_works_is_let_finish() {
    let frame = frame(20);
    let (shutdown, tasks) = (frame.shutdown.clone(), frame.tasks.clone());
    let url = serving(frame).await;
    let whole = request("GET", "/", &[], b"");
    let mut fresh = Wire::to(&url).await;
    let mut idle = Wire::to(&url).await;
    idle.send(&whole).await;
    assert_eq!(idle.answer().await.unwrap().text(), "well");
    let mut at_work = Wire::to(&url).await;
    at_work.send(&request("POST", "/", &[("content-length", "9")], b"1234")).await;
    tokio::time::sleep(2 * TENTH).await;

    shutdown.cancel();
    for wire in [&mut fresh, &mut idle] {
        let (elapsed, said) = closed_after(wire).await;
        assert!(elapsed < 100 * TENTH && said.is_empty(), "{elapsed:?} {said}");
    }
    assert!(tokio::net::TcpStream::connect(crate::support::wire::authority(&url)).await.is_err());
    at_work.send(b"56789").await;

    assert_eq!(at_work.answer().await.expect("its answer").text(), "well");
    at_work.closed().await;
    drop(at_work);
    tasks.close();
    tokio::time::timeout(100 * TENTH, tasks.wait()).await.expect("nothing runs any more");
}
