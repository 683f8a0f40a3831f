//! Spaces calls out: so many a period, in bursts of five; the rest waits its turn.
//!
//! The moments are booked in a [`Ledger`] outside this process, so that they hold across replicas and
//! restarts; who of this process is next is decided here. Answers come before progress.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::{Mutex, Notify};
use tokio::time::sleep;

/// How many may go at once after a quiet time.
const BURST: u32 = 5;
/// The finest pace: a thousand calls a second.
const MIN_INTERVAL: Duration = Duration::from_millis(1);

/// Where the moments of paced calls are booked.
pub trait RateLimitStore: Send + Sync {
    /// Books a call of this kind now and returns zero; or returns how long to wait before asking
    /// again, with nothing booked.
    fn reserve<'a>(
        &'a self,
        kind: &'static str,
        rate: Rate,
    ) -> BoxFuture<'a, Result<Duration, RateLimitError>>;
}

/// The ledger cannot be written now: the call must not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot be written now")]
pub struct RateLimitError;

/// How dense calls may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Between two calls, in the long run.
    pub interval: Duration,
    /// How far ahead of that a burst may run.
    pub slack: Duration,
}

/// A ledger that lets every call go: for who makes one call and ends.
pub struct Unlimited;

impl RateLimitStore for Unlimited {
    fn reserve<'a>(&'a self, _: &'static str, _: Rate) -> BoxFuture<'a, Result<Duration, RateLimitError>> {
        std::future::ready(Ok(Duration::ZERO)).boxed()
    }
}

/// Whom a call keeps waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// A person waits for what it brings.
    Answer,
    /// Nobody does: it goes when no answer waits.
    Progress,
}

/// The moment of a changing call, booked; the call spends it. Who must write something down before
/// the call does so while it waits for its turn: both are on the disk then, by one fsync.
#[derive(Debug)]
pub struct ChangePermit(pub(super) ());

/// The moment of a message, booked; sending spends it.
#[derive(Debug)]
pub struct SendPermit(pub(super) ());

/// A rate that callers wait for.
pub(super) struct RateLimiter {
    kind: &'static str,
    rate: Rate,
    ledger: Arc<dyn RateLimitStore>,
    /// Whoever holds it is next; others queue behind it.
    turn: Mutex<()>,
    /// How many answers wait or are being booked.
    answers: AtomicUsize,
    /// Rung when none does any more.
    replies_done: Notify,
}

impl RateLimiter {
    /// `count` calls a `period`.
    pub(super) fn new(
        kind: &'static str,
        count: u32,
        period: Duration,
        ledger: Arc<dyn RateLimitStore>,
    ) -> Self {
        let interval = (period / count.max(1)).max(MIN_INTERVAL);
        Self {
            kind,
            rate: Rate { interval, slack: interval * (BURST - 1) },
            ledger,
            turn: Mutex::default(),
            answers: AtomicUsize::new(0),
            replies_done: Notify::new(),
        }
    }

    /// Returns when the next call may go. Answers of this process go in the order in which they
    /// came, and before all progress.
    pub(super) async fn turn(&self, urgency: Urgency) -> Result<(), RateLimitError> {
        match urgency {
            Urgency::Answer => {
                let _waiting = WaitingReply::new(self);
                let _turn = self.turn.lock().await;
                loop {
                    match self.ledger.reserve(self.kind, self.rate).await? {
                        Duration::ZERO => return Ok(()),
                        wait => sleep(wait).await,
                    }
                }
            }
            Urgency::Progress => loop {
                let quiet = self.replies_done.notified();
                if self.answers.load(Ordering::SeqCst) > 0 {
                    quiet.await;
                    continue;
                }
                let turn = self.turn.lock().await;
                if self.answers.load(Ordering::SeqCst) > 0 {
                    continue;
                }
                let wait = self.ledger.reserve(self.kind, self.rate).await?;
                // An answer that comes meanwhile has the next moment.
                drop(turn);
                match wait {
                    Duration::ZERO => return Ok(()),
                    wait => sleep(wait).await,
                }
            },
        }
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("kind", &self.kind).field("rate", &self.rate).finish_non_exhaustive()
    }
}

/// An answer that waits; however its waiting ends.
struct WaitingReply<'p>(&'p RateLimiter);

impl<'p> WaitingReply<'p> {
    fn new(pace: &'p RateLimiter) -> Self {
        pace.answers.fetch_add(1, Ordering::SeqCst);
        Self(pace)
    }
}

impl Drop for WaitingReply<'_> {
    fn drop(&mut self) {
        if self.0.answers.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.replies_done.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex as Plain;

    use super::*;

    /// Grants a call only when it is told to, and counts how often it was asked.
    #[derive(Default)]
    struct Granted {
        left: AtomicUsize,
        asked: AtomicUsize,
    }

    impl RateLimitStore for Granted {
        fn reserve<'a>(
            &'a self,
            _: &'static str,
            _: Rate,
        ) -> BoxFuture<'a, Result<Duration, RateLimitError>> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let is_granted =
                self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            let wait = if is_granted.is_ok() { Duration::ZERO } else { Duration::from_millis(1) };
            std::future::ready(Ok(wait)).boxed()
        }
    }

    impl Granted {
        /// Returns when it was asked so many times more.
        async fn asked(&self, times: usize) {
            let until = self.asked.load(Ordering::SeqCst) + times;
            while self.asked.load(Ordering::SeqCst) < until {
                sleep(Duration::from_millis(1)).await;
            }
        }

        async fn grant(&self) {
            self.left.store(1, Ordering::SeqCst);
            while self.left.load(Ordering::SeqCst) > 0 {
                sleep(Duration::from_millis(1)).await;
            }
        }
    }

    fn pace() -> (Arc<Granted>, RateLimiter) {
        let ledger = Arc::new(Granted::default());
        (ledger.clone(), RateLimiter::new("messages", 60, Duration::from_secs(60), ledger))
    }

    #[tokio::test]
    async fn answers_go_in_their_order_and_progress_when_none_waits() {
        let (ledger, pace) = pace();
        let gone = Plain::new(Vec::new());
        let go = async |name, urgency| {
            pace.turn(urgency).await.unwrap();
            gone.lock().unwrap().push(name);
        };
        let answers = async {
            // Progress waits for its moment already when the answers come.
            ledger.asked(2).await;
            tokio::join!(go("first", Urgency::Answer), go("second", Urgency::Answer), async {
                ledger.asked(5).await;
                for _ in 0..3 {
                    ledger.asked(1).await;
                    ledger.grant().await;
                }
            });
        };
        tokio::join!(go("progress", Urgency::Progress), answers);
        assert_eq!(*gone.lock().unwrap(), ["first", "second", "progress"]);
    }

    #[tokio::test]
    async fn an_answer_that_is_failed_lets_progress_go() {
        let (ledger, pace) = pace();
        let given_up = async {
            tokio::select! {
                answered = pace.turn(Urgency::Answer) => panic!("{answered:?}"),
                () = ledger.asked(3) => {}
            }
            ledger.grant().await;
        };
        let (progress, ()) = tokio::join!(pace.turn(Urgency::Progress), given_up);
        assert_eq!(progress, Ok(()));
    }
}
