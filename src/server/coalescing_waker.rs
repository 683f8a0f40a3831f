//! One turn of a connection, without a second one for nothing: hyper wakes its own task while that is
//! polled, whenever a request's body is dropped, and would come to the end of the queue again after each
//! answer only to find nothing to do.
//!
//! So what wakes a connection while it has its turn is taken as part of that turn: it is polled once more,
//! at once. After that it goes to the end of the queue like everybody.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicU8,
    Ordering::{AcqRel, Acquire, Relaxed},
};
use std::task::{Context, Poll, Wake, Waker};

/// The turns of one connection.
#[derive(Default)]
pub(super) struct CoalescingPoller(Option<CoalescingWaker>);

/// A waker of a task that knows whether the task is being polled, and that it was woken meanwhile.
struct CoalescingWaker {
    shared: Arc<WakeState>,
    waker: Waker,
}

struct WakeState {
    task: Waker,
    state: AtomicU8,
}

/// Nobody polls it: who rings wakes the task.
const IDLE: u8 = 0;
/// It is being polled.
const POLLING: u8 = 1;
/// It is being polled, and somebody has rung.
const NOTIFIED: u8 = 2;

impl CoalescingPoller {
    /// Polls a future, and once more where it was woken meanwhile.
    pub(super) fn poll<F: Future>(
        &mut self,
        context: &Context<'_>,
        mut future: Pin<&mut F>,
    ) -> Poll<F::Output> {
        let of_task = self.0.take().filter(|woken| woken.shared.task.will_wake(context.waker()));
        let CoalescingWaker { shared: bell, waker } =
            self.0.insert(of_task.unwrap_or_else(|| CoalescingWaker::new(context.waker())));
        let mut context = Context::from_waker(waker);
        for _ in 0..2 {
            // Who does not see it yet wakes the task, which is right as well.
            bell.state.store(POLLING, Relaxed);
            let polled = future.as_mut().poll(&mut context);
            if bell.state.swap(IDLE, AcqRel) != NOTIFIED || polled.is_ready() {
                return polled;
            }
        }
        bell.task.wake_by_ref();
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
        let rung = self.state.fetch_update(AcqRel, Acquire, |state| (state != IDLE).then_some(NOTIFIED));
        if rung.is_err() {
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

    /// How often a future was polled in one turn that wakes itself in its first so many polls, how often its
    /// task was woken by that, and how often it is once it is woken from outside.
    fn turn_of(woken_in_polls: usize) -> (usize, usize, usize) {
        let task = Arc::new(Task::default());
        let of_task = task.clone().into();
        let (polls, kept) = (Cell::new(0), Cell::new(None));
        let mut future = pin!(poll_fn(|context: &mut Context<'_>| {
            polls.set(polls.get() + 1);
            if polls.get() <= woken_in_polls {
                context.waker().wake_by_ref();
            }
            kept.set(Some(context.waker().clone()));
            Poll::<()>::Pending
        }));
        let mut turns = CoalescingPoller::default();
        assert!(turns.poll(&Context::from_waker(&of_task), future.as_mut()).is_pending());
        let by_itself = task.0.load(SeqCst);
        kept.take().unwrap().wake();
        (polls.get(), by_itself, task.0.load(SeqCst))
    }

    #[test]
    fn what_wakes_itself_is_polled_again_at_once_and_then_waits_for_its_next_turn() {
        assert_eq!(turn_of(0), (1, 0, 1));
        assert_eq!(turn_of(1), (2, 0, 1), "the second poll was its wake-up");
        assert_eq!(turn_of(2), (2, 1, 2), "it goes to the end of the queue");
        assert_eq!(turn_of(usize::MAX), (2, 1, 2), "it keeps nobody waiting");
    }

    #[test]
    fn a_future_that_moves_to_another_task_wakes_that_one() {
        let (first, second) = (Arc::new(Task::default()), Arc::new(Task::default()));
        let kept = Cell::new(None);
        let mut future = pin!(poll_fn(|context: &mut Context<'_>| {
            kept.set(Some(context.waker().clone()));
            Poll::<()>::Pending
        }));
        let mut turns = CoalescingPoller::default();
        for task in [&first, &second] {
            let of_task = task.clone().into();
            assert!(turns.poll(&Context::from_waker(&of_task), future.as_mut()).is_pending());
        }
        kept.take().unwrap().wake();
        assert_eq!((first.0.load(SeqCst), second.0.load(SeqCst)), (0, 1));
    }
}
