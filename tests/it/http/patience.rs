//! How long a connection may do what: the same clocks as the service's, only shorter.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use vincula::http::{Patience, serve};

use super::{frame, listener};
use crate::support::wire::{Wire, request};

const TENTH: Duration = Duration::from_millis(100);
const SHORT: Patience = Patience {
    head: Duration::from_millis(400),
    request: Duration::from_millis(1_200),
    answer: TENTH,
    idle: Duration::from_millis(2_500),
};

/// A listener with these clocks that answers a request after all of its body has come.
async fn listening(patience: Patience) -> String {
    let (listener, url) = listener().await;
    let answer = async |request: ::http::Request<hyper::body::Incoming>| {
        let _ = request.into_body().collect().await;
        ::http::Response::new(Full::new(Bytes::from_static(b"well")))
    };
    let frame = vincula::http::Frame { patience, ..frame(20) };
    tokio::spawn(serve(listener, answer, frame));
    url
}

/// How long it takes until the connection is closed, and what it said by then.
async fn closed_after(wire: &mut Wire) -> (Duration, String) {
    let begun = Instant::now();
    let said = tokio::time::timeout(80 * TENTH, wire.closed()).await.expect("it is closed some time");
    (begun.elapsed(), said)
}

#[track_caller]
fn expect_about(elapsed: Duration, tenths: u32) {
    let about = tenths.saturating_sub(1) * TENTH..(tenths + 8) * TENTH;
    assert!(about.contains(&elapsed), "{elapsed:?} is not about {tenths} tenths of a second");
}

#[tokio::test]
async fn an_idle_connection_is_kept_for_longer_than_a_slow_head() {
    let url = listening(SHORT).await;
    let whole = request("GET", "/", &[], b"");

    let never_speaks = async {
        let mut wire = Wire::to(&url).await;
        expect_about(closed_after(&mut wire).await.0, 4);
    };
    let idle = async {
        let mut wire = Wire::to(&url).await;
        // As often as it likes, and each time past the time for a head.
        for _ in 0..3 {
            wire.send(&whole).await;
            assert_eq!(wire.answer_within(10 * TENTH).await.expect("it is kept").text(), "well");
            tokio::time::sleep(9 * TENTH).await;
        }
        wire.send(&whole).await;
        assert_eq!(wire.answer().await.unwrap().text(), "well");
        expect_about(closed_after(&mut wire).await.0, 25);
    };
    let slow_head_after_an_answer = async {
        let mut wire = Wire::to(&url).await;
        wire.send(&whole).await;
        assert_eq!(wire.answer().await.unwrap().text(), "well");
        tokio::time::sleep(9 * TENTH).await;
        wire.send(&whole[..9]).await;
        let (elapsed, said) = closed_after(&mut wire).await;
        expect_about(elapsed, 4);
        assert_eq!(said, "");
    };
    tokio::join!(never_speaks, idle, slow_head_after_an_answer);
}

/// The seconds of the head count: head and body share the time of one request.
#[tokio::test]
async fn a_request_has_its_time_from_its_first_byte() {
    let url = listening(SHORT).await;
    let mut wire = Wire::to(&url).await;
    let head = request("POST", "/", &[("content-length", "9")], b"");
    let begun = Instant::now();
    wire.send(&head[..20]).await;
    tokio::time::sleep(3 * TENTH).await;
    wire.send(&head[20..]).await;

    let answer = wire.answer_within(40 * TENTH).await.expect("an answer");

    assert_eq!((answer.status, answer.header("connection")), (408, Some("close")));
    expect_about(begun.elapsed(), 12);
    assert!(begun.elapsed() < 15 * TENTH, "the body was given a time of its own: {:?}", begun.elapsed());
}
