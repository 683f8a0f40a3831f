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
pub(super) struct Turns(Option<Woken>);

/// A waker of a task that knows whether the task is being polled, and that it was woken meanwhile.
struct Woken {
    bell: Arc<Bell>,
    waker: Waker,
}

struct Bell {
    task: Waker,
    state: AtomicU8,
}

/// Nobody polls it: who rings wakes the task.
const AT_REST: u8 = 0;
/// It is being polled.
const AT_WORK: u8 = 1;
/// It is being polled, and somebody has rung.
const RUNG: u8 = 2;

impl Turns {
    /// Polls a future, and once more where it was woken meanwhile.
    pub(super) fn poll<F: Future>(
        &mut self,
        context: &Context<'_>,
        mut future: Pin<&mut F>,
    ) -> Poll<F::Output> {
        let of_task = self.0.take().filter(|woken| woken.bell.task.will_wake(context.waker()));
        let Woken { bell, waker } = self.0.insert(of_task.unwrap_or_else(|| Woken::of(context.waker())));
        let mut context = Context::from_waker(waker);
        for _ in 0..2 {
            // Who does not see it yet wakes the task, which is right as well.
            bell.state.store(AT_WORK, Relaxed);
            let polled = future.as_mut().poll(&mut context);
            if bell.state.swap(AT_REST, AcqRel) != RUNG || polled.is_ready() {
                return polled;
            }
        }
        bell.task.wake_by_ref();
        Poll::Pending
    }
}

impl Woken {
    fn of(task: &Waker) -> Self {
        let bell = Arc::new(Bell { task: task.clone(), state: AtomicU8::new(AT_REST) });
        Self { waker: bell.clone().into(), bell }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let rung = self.state.fetch_update(AcqRel, Acquire, |state| (state != AT_REST).then_some(RUNG));
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
        let mut turns = Turns::default();
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
        let mut turns = Turns::default();
        for task in [&first, &second] {
            let of_task = task.clone().into();
            assert!(turns.poll(&Context::from_waker(&of_task), future.as_mut()).is_pending());
        }
        kept.take().unwrap().wake();
        assert_eq!((first.0.load(SeqCst), second.0.load(SeqCst)), (0, 1));
    }
}
