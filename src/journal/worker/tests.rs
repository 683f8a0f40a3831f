//! What a story cannot see: an order that is accepted while the worker looks for orders, and a worker
//! that rests.

use super::*;
use crate::clock::Timestamp;
use crate::storage::{Accepted, LEASE, NewCommand, Opened};

fn order() -> NewCommand {
    NewCommand {
        id: "0190".to_owned(),
        instance: "gone".to_owned(),
        lane: "5544999990001".to_owned(),
        message_id: "3EB0".to_owned(),
        chat: "5544999990001".to_owned(),
        admin: "ana".to_owned(),
        phone: None,
        lid: None,
        by_owner: false,
        name: "help".to_owned(),
        text: "/help".to_owned(),
        sent_at: None,
        accepted_at: Timestamp(1_764_000_000_000),
    }
}

/// A worker that knows no instance.
fn worker(store: &Store) -> Worker {
    Worker {
        store: store.clone(),
        bots: HashMap::new(),
        started_at: Clock::system().now(),
        clock: Clock::system(),
        timing: Timing::default(),
        metrics: Arc::default(),
    }
}

/// Polls a new worker so many times with pauses between, accepts an order while it is not polled,
/// and tells whether it finds the order then.
async fn is_found(polls: usize) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vincula.db");
    let Opened { store, writer } =
        Store::open(&format!("sqlite:{}", path.display()), Clock::system(), LEASE).await.unwrap();
    let writer = tokio::spawn(writer);
    let mut working = std::pin::pin!(worker(&store).run(CancellationToken::new()));
    for _ in 0..polls {
        assert!(futures_util::poll!(&mut working).is_pending());
        sleep(Duration::from_millis(3)).await;
    }
    assert_eq!(store.accept(order()).await.unwrap(), Accepted::New);
    let tried = async {
        // The order is of no configured instance, so a try of it ends at once.
        while store.list(None, 1).await.unwrap()[0].tries == 0 {
            sleep(Duration::from_millis(1)).await;
        }
    };
    let found = tokio::select! {
        () = tried => true,
        () = &mut working => false,
        () = sleep(Duration::from_secs(5)) => false,
    };
    writer.abort();
    found
}

#[tokio::test]
async fn an_order_that_is_accepted_while_the_worker_looks_is_found() {
    // Which step of the look it falls into depends on the polls; which of two news comes first, on chance.
    for polls in 0..8 {
        let tries = futures_util::future::join_all((0..8).map(|_| is_found(polls))).await;
        assert_eq!(tries, [true; 8], "after {polls} polls");
    }
}

#[tokio::test]
async fn a_worker_with_nothing_to_do_rests() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vincula.db");
    let Opened { store, writer } =
        Store::open(&format!("sqlite:{}", path.display()), Clock::system(), LEASE).await.unwrap();
    let writer = tokio::spawn(writer);
    let mut working = std::pin::pin!(worker(&store).run(CancellationToken::new()));
    let mut polls = 0;
    let counted = std::future::poll_fn(|context| {
        polls += 1;
        working.as_mut().poll(context)
    });

    let ended = tokio::time::timeout(Duration::from_secs(1), counted).await;

    // One look takes a few of them; who looks again and again takes hundreds.
    assert!(ended.is_err() && polls < 30, "{polls} polls in a second");
    writer.abort();
}
