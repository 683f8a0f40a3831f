//! Polls a connection without scheduling its task for nothing: hyper wakes its own task from inside of `poll` whenever
//! a request body is dropped, so that the task would run once more after each response without anything to do.
//!
//! A connection that is woken while it is polled is polled once more at once. If it is woken again, it goes to the end
//! of the scheduler's queue like any other task.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicU8,
    Ordering::{AcqRel, Acquire, Relaxed},
};
use std::task::{Context, Poll, Wake, Waker};

/// Polls one connection.
#[derive(Default)]
pub(super) struct CoalescingPoller(Option<CoalescingWaker>);

/// A waker that does not wake the task while it is polled, but notes it.
struct CoalescingWaker {
    shared: Arc<WakeState>,
    waker: Waker,
}

struct WakeState {
    task: Waker,
    state: AtomicU8,
}

/// Not polled now: waking wakes the task.
const IDLE: u8 = 0;
/// Polled now.
const POLLING: u8 = 1;
/// Polled now, and woken meanwhile.
const NOTIFIED: u8 = 2;

impl CoalescingPoller {
    /// Polls a future, and once more if it was woken meanwhile.
    pub(super) fn poll<F: Future>(
        &mut self,
        context: &Context<'_>,
        mut future: Pin<&mut F>,
    ) -> Poll<F::Output> {
        let same_task = self.0.take().filter(|waker| waker.shared.task.will_wake(context.waker()));
        let CoalescingWaker { shared, waker } =
            self.0.insert(same_task.unwrap_or_else(|| CoalescingWaker::new(context.waker())));
        let mut context = Context::from_waker(waker);
        for _ in 0..2 {
            // A thread that does not see it yet wakes the task, which is correct as well.
            shared.state.store(POLLING, Relaxed);
            let polled = future.as_mut().poll(&mut context);
            if shared.state.swap(IDLE, AcqRel) != NOTIFIED || polled.is_ready() {
                return polled;
            }
        }
        shared.task.wake_by_ref();
        Poll::Pending
    }
}

impl CoalescingWaker {
    fn new(task: &Waker) -> Self {
        let shared = Arc::new(WakeState { task: task.clone(), state: AtomicU8::new(IDLE) });
        Self { waker: shared.clone().into(), shared }
    }
}

impl Wake for WakeState {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let noted = self.state.fetch_update(AcqRel, Acquire, |state| (state != IDLE).then_some(NOTIFIED));
        if noted.is_err() {
            self.task.wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    #[derive(Default)]
    struct Task(AtomicUsize);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    /// For a future that wakes itself in its first polls: how often it was polled, how often its task was woken by
    /// that, and how often after one more wake-up from outside.
    fn poll_self_waking(woken_in_polls: usize) -> (usize, usize, usize) {
        let task = Arc::new(Task::default());
        let waker = task.clone().into();
        let (polls, kept) = (Cell::new(0), Cell::new(None));
        let mut future = pin!(poll_fn(|context: &mut Context<'_>| {
            polls.set(polls.get() + 1);
            if polls.get() <= woken_in_polls {
                context.waker().wake_by_ref();
            }
            kept.set(Some(context.waker().clone()));
            Poll::<()>::Pending
        }));
        let mut poller = CoalescingPoller::default();
        assert!(poller.poll(&Context::from_waker(&waker), future.as_mut()).is_pending());
        let by_itself = task.0.load(SeqCst);
        kept.take().unwrap().wake();
        (polls.get(), by_itself, task.0.load(SeqCst))
    }

    #[test]
    fn a_future_that_wakes_itself_is_polled_once_more_and_then_scheduled() {
        assert_eq!(poll_self_waking(0), (1, 0, 1));
        assert_eq!(poll_self_waking(1), (2, 0, 1), "the second poll was its wake-up");
        assert_eq!(poll_self_waking(2), (2, 1, 2), "it is scheduled");
        assert_eq!(poll_self_waking(usize::MAX), (2, 1, 2), "other tasks run meanwhile");
    }

    #[test]
    fn a_future_that_moves_to_another_task_wakes_that_one() {
        let (first, second) = (Arc::new(Task::default()), Arc::new(Task::default()));
        let kept = Cell::new(None);
        let mut future = pin!(poll_fn(|context: &mut Context<'_>| {
            kept.set(Some(context.waker().clone()));
            Poll::<()>::Pending
        }));
        let mut poller = CoalescingPoller::default();
        for task in [&first, &second] {
            let waker = task.clone().into();
            assert!(poller.poll(&Context::from_waker(&waker), future.as_mut()).is_pending());
        }
        kept.take().unwrap().wake();
        assert_eq!((first.0.load(SeqCst), second.0.load(SeqCst)), (0, 1));
    }
}
