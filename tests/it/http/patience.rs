//! How long a connection may do what: the same clocks as the service's, only shorter.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use vincula::http::{Frame, Patience, serve};

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
    serving(Frame { patience, ..frame(20) }).await
}

async fn serving(frame: Frame) -> String {
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
        assert!(elapsed < 5 * TENTH && said.is_empty(), "{elapsed:?} {said}");
    }
    assert!(tokio::net::TcpStream::connect(crate::support::wire::authority(&url)).await.is_err());
    at_work.send(b"56789").await;

    assert_eq!(at_work.answer().await.expect("its answer").text(), "well");
    at_work.closed().await;
    drop(at_work);
    tasks.close();
    tokio::time::timeout(10 * TENTH, tasks.wait()).await.expect("nothing runs any more");
}
