//! Who sends many requests at once is answered in turns with everybody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http_body_util::Full;
use vincula::server::serve;

use super::{frame, listener};
use crate::support::wire::{Wire, request};

/// T28. Everything runs in one thread here, so what runs first is what the listener puts first.
#[tokio::test]
async fn hundreds_of_requests_in_one_piece_keep_nobody_else_waiting() {
    let (listener, url) = listener().await;
    let answered = Arc::new(AtomicUsize::new(0));
    let counted = answered.clone();
    let answer = move |request: ::http::Request<hyper::body::Incoming>, _| {
        let counted = counted.clone();
        async move {
            let before = match request.uri().path() {
                "/many" => counted.fetch_add(1, Ordering::SeqCst),
                _ => counted.load(Ordering::SeqCst),
            };
            ::http::Response::new(Full::new(Bytes::from(before.to_string())))
        }
    };
    tokio::spawn(serve(listener, answer, frame(20)));
    let (many, one) = (request("GET", "/many", &[], b""), request("GET", "/one", &[], b""));
    let (mut busy, mut modest) = (Wire::to(&url).await, Wire::to(&url).await);
    for wire in [&mut busy, &mut modest] {
        wire.send(&one).await;
        wire.answer().await.expect("an answer");
    }

    busy.send(&many.repeat(300)).await;
    modest.send(&one).await;
    let before: usize = modest.answer().await.expect("an answer").text().parse().unwrap();

    assert!(before < 10, "{before} requests of another connection were answered first");
    for _ in 0..300 {
        busy.answer().await.expect("an answer to each of them");
    }
    assert_eq!(answered.load(Ordering::SeqCst), 300);
}
