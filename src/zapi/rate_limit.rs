//! Rate limiter: so many calls a period, with bursts of five; the rest waits.
//!
//! The state is in a [`RateLimitStore`] outside this process, so that limits hold across replicas and restarts; the order
//! within this process is decided here. Replies come before progress messages.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::{Mutex, Notify};
use tokio::time::sleep;

/// How many calls may be made at once after a pause.
const BURST: u32 = 5;
/// The highest rate: a thousand calls a second.
const MIN_INTERVAL: Duration = Duration::from_millis(1);

/// The store of rate limits.
pub trait RateLimitStore: Send + Sync {
    /// Reserves a call of this kind now and returns zero; or reserves nothing and returns how long to wait before the
    /// next attempt.
    fn reserve<'a>(
        &'a self,
        kind: &'static str,
        rate: Rate,
    ) -> BoxFuture<'a, Result<Duration, RateLimitError>>;
}

/// The store cannot be written now: the call must not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot be written now")]
pub struct RateLimitError;

/// A rate of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The average interval of calls.
    pub interval: Duration,
    /// How far a burst may run ahead of it.
    pub slack: Duration,
}

impl Rate {
    /// `count` calls a `period`.
    fn new(count: u32, period: Duration) -> Self {
        let interval = (period / count.max(1)).max(MIN_INTERVAL);
        Self { interval, slack: interval * (BURST - 1) }
    }
}

/// A store without limits, for programs that make one call.
pub struct Unlimited;

impl RateLimitStore for Unlimited {
    fn reserve<'a>(&'a self, _: &'static str, _: Rate) -> BoxFuture<'a, Result<Duration, RateLimitError>> {
        std::future::ready(Ok(Duration::ZERO)).boxed()
    }
}

/// The priority of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// A person waits for it.
    Reply,
    /// No one waits for it: it is made when no reply waits.
    Progress,
}

/// A permit for one changing call. Writes that must precede the call can run while it waits for the permit: one fsync
/// is enough for both.
#[derive(Debug)]
pub struct ChangePermit(pub(super) ());

/// A permit to send one message.
#[derive(Debug)]
pub struct SendPermit(pub(super) ());

/// A rate limiter.
pub(super) struct RateLimiter {
    kind: &'static str,
    rate: std::sync::Mutex<Rate>,
    store: Arc<dyn RateLimitStore>,
    /// Locked by the next call; others queue for it.
    queue: Mutex<()>,
    /// How many replies wait.
    waiting_replies: AtomicUsize,
    /// Notified when none waits any more.
    replies_done: Notify,
}

impl RateLimiter {
    /// `count` calls a `period`.
    pub(super) fn new(
        kind: &'static str,
        count: u32,
        period: Duration,
        store: Arc<dyn RateLimitStore>,
    ) -> Self {
        Self {
            kind,
            rate: Rate::new(count, period).into(),
            store,
            queue: Mutex::default(),
            waiting_replies: AtomicUsize::new(0),
            replies_done: Notify::new(),
        }
    }

    /// From the next call on, `count` calls a `period`.
    pub(super) fn set_rate(&self, count: u32, period: Duration) {
        *self.rate.lock().unwrap_or_else(PoisonError::into_inner) = Rate::new(count, period);
    }

    fn rate(&self) -> Rate {
        *self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the next call may be made. Replies of this process go in order of arrival, before all progress
    /// messages.
    pub(super) async fn acquire(&self, priority: Priority) -> Result<(), RateLimitError> {
        match priority {
            Priority::Reply => {
                let _waiting = WaitingReply::new(self);
                let _guard = self.queue.lock().await;
                loop {
                    match self.store.reserve(self.kind, self.rate()).await? {
                        Duration::ZERO => return Ok(()),
                        wait => sleep(wait).await,
                    }
                }
            }
            Priority::Progress => loop {
                let quiet = self.replies_done.notified();
                if self.waiting_replies.load(Ordering::SeqCst) > 0 {
                    quiet.await;
                    continue;
                }
                let guard = self.queue.lock().await;
                if self.waiting_replies.load(Ordering::SeqCst) > 0 {
                    continue;
                }
                let wait = self.store.reserve(self.kind, self.rate()).await?;
                // A reply that arrives meanwhile goes first.
                drop(guard);
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
        f.debug_struct("RateLimiter")
            .field("kind", &self.kind)
            .field("rate", &self.rate())
            .finish_non_exhaustive()
    }
}

/// Counts a waiting reply until it is dropped.
struct WaitingReply<'p>(&'p RateLimiter);

impl<'p> WaitingReply<'p> {
    fn new(limiter: &'p RateLimiter) -> Self {
        limiter.waiting_replies.fetch_add(1, Ordering::SeqCst);
        Self(limiter)
    }
}

impl Drop for WaitingReply<'_> {
    fn drop(&mut self) {
        if self.0.waiting_replies.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.replies_done.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex as Plain;

    use super::*;

    /// Grants a call only when it is told to, and counts the calls.
    #[derive(Default)]
    struct Granted {
        left: AtomicUsize,
        calls: AtomicUsize,
    }

    impl RateLimitStore for Granted {
        fn reserve<'a>(
            &'a self,
            _: &'static str,
            _: Rate,
        ) -> BoxFuture<'a, Result<Duration, RateLimitError>> {
            self.calls.fetch_add(1, Ordering::SeqCst);
            let is_granted =
                self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            let wait = if is_granted.is_ok() { Duration::ZERO } else { Duration::from_millis(1) };
            std::future::ready(Ok(wait)).boxed()
        }
    }

    impl Granted {
        /// Waits for so many more calls.
        async fn wait_for_calls(&self, times: usize) {
            let until = self.calls.load(Ordering::SeqCst) + times;
            while self.calls.load(Ordering::SeqCst) < until {
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

    fn limiter() -> (Arc<Granted>, RateLimiter) {
        let store = Arc::new(Granted::default());
        (store.clone(), RateLimiter::new("messages", 60, Duration::from_secs(60), store))
    }

    #[tokio::test]
    async fn replies_keep_their_order_and_progress_waits_for_them() {
        let (store, limiter) = limiter();
        let gone = Plain::new(Vec::new());
        let go = async |name, priority| {
            limiter.acquire(priority).await.unwrap();
            gone.lock().unwrap().push(name);
        };
        let replies = async {
            // Progress waits for its moment already when the replies come.
            store.wait_for_calls(2).await;
            tokio::join!(go("first", Priority::Reply), go("second", Priority::Reply), async {
                store.wait_for_calls(5).await;
                for _ in 0..3 {
                    store.wait_for_calls(1).await;
                    store.grant().await;
                }
            });
        };
        tokio::join!(go("progress", Priority::Progress), replies);
        assert_eq!(*gone.lock().unwrap(), ["first", "second", "progress"]);
    }

    #[tokio::test]
    async fn progress_goes_on_after_a_reply_is_cancelled() {
        let (store, limiter) = limiter();
        let cancelled = async {
            tokio::select! {
                acquired = limiter.acquire(Priority::Reply) => panic!("{acquired:?}"),
                () = store.wait_for_calls(3) => {}
            }
            store.grant().await;
        };
        let (progress, ()) = tokio::join!(limiter.acquire(Priority::Progress), cancelled);
        assert_eq!(progress, Ok(()));
    }
}
