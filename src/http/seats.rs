//! The places of a listener: who holds one, what it does there and since when, and who leaves first.
//!
//! What a connection does stands in one number, written by its own task alone, so a request takes no
//! lock. Others look at it only when all places are taken: then the connection that has been quiet
//! for the longest is asked to leave. It goes only if it is still quiet when it hears of it.
//!
//! Who has just come is not asked at once: its first bytes may be on their way, and a crowd of
//! newcomers would push each other out.
//!
//! A connection is quiet while no byte of a request is there: it has sent none yet, or its last
//! answer is gone. Bytes that came together with an earlier request are seen no sooner than the
//! next ones; until then their connection counts as quiet, and gains nothing by it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use super::Patience;
use crate::config::AddressRange;
use crate::telemetry::Metrics;
use crate::webhook::origin::Origin;

/// For so long a connection that has not spoken yet is let be.
const GRACE: Duration = Duration::from_millis(500);

/// The places of one listener.
pub(super) struct Seats {
    most: usize,
    trusted: Vec<AddressRange>,
    metrics: Arc<Metrics>,
    began: Instant,
    taken: Mutex<Taken>,
    /// Somebody waits for a place.
    awaited: AtomicBool,
    /// No request is begun any more.
    is_ending: AtomicBool,
    /// While somebody waits: a connection ended, fell quiet, or did not leave when asked.
    changed: Notify,
}

#[derive(Default)]
struct Taken {
    next: u64,
    seats: HashMap<u64, Arc<Seat>>,
}

/// The place of one connection.
pub(super) struct Seat {
    origin: Origin,
    /// What it does, and since how many microseconds after `Seats::began`.
    state: AtomicU64,
    /// It was asked to leave.
    asked: AtomicBool,
    /// Its request took longer than it may.
    late: AtomicBool,
    woken: AtomicWaker,
}

/// A place while it is held.
pub(super) struct Held {
    seats: Arc<Seats>,
    seat: Arc<Seat>,
    number: u64,
}

/// What a connection does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// It has not sent a byte.
    Fresh,
    /// Its last answer is gone, and nothing came since.
    Idle,
    /// A head is coming in.
    Head,
    /// A request is coming in, or worked on.
    Request,
    /// An answer is on its way.
    Answer,
}

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// As the only one.
    Alone,
    /// Together with the one before it.
    WithAnother,
}

/// What ends when a time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The connection.
    OfConnection,
    /// The work on its request.
    OfRequest,
}

const PHASES: [Phase; 5] = [Phase::Fresh, Phase::Idle, Phase::Head, Phase::Request, Phase::Answer];

impl Phase {
    fn is_quiet(self) -> bool {
        matches!(self, Self::Fresh | Self::Idle)
    }
}

impl Seats {
    /// So many places. Where proxies are named, an address that is none of them gets half of them at most.
    pub(super) fn new(most: usize, trusted: Vec<AddressRange>, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self {
            most,
            trusted,
            metrics,
            began: Instant::now(),
            taken: Mutex::default(),
            awaited: AtomicBool::new(false),
            is_ending: AtomicBool::new(false),
            changed: Notify::new(),
        })
    }

    /// A place for a connection from this address, as soon as there is one; nothing where its
    /// address holds its share already, and all of that is at work.
    pub(super) async fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Held> {
        let origin = Origin::from(peer);
        let share = self.share_of(peer);
        loop {
            let found = self.take_now(origin, share);
            if let Some(outcome) = found {
                self.awaited.store(false, SeqCst);
                return outcome;
            }
            // Or until somebody's grace is over.
            let _ = timeout(GRACE, self.changed.notified()).await;
        }
    }

    /// Every connection shall end: a quiet one at once, the others when their requests are answered.
    pub(super) fn end(&self) {
        self.is_ending.store(true, SeqCst);
        for seat in self.lock().seats.values() {
            seat.woken.wake();
        }
    }

    /// How many places an address may hold. Without named proxies nobody can tell whether an address
    /// is one sender or a proxy of all.
    fn share_of(&self, peer: IpAddr) -> usize {
        let is_one_sender =
            !self.trusted.is_empty() && !self.trusted.iter().any(|range| range.contains(peer));
        if is_one_sender { (self.most / 2).max(1) } else { self.most }
    }

    /// A place, a refusal, or nothing: it is to be waited for.
    fn take_now(self: &Arc<Self>, origin: Origin, share: usize) -> Option<Option<Held>> {
        let mut taken = self.lock();
        let stays = |seat: &&Arc<Seat>| seat.origin == origin && !seat.asked.load(SeqCst);
        if share < self.most
            && taken.seats.values().filter(stays).count() >= share
            // Its own oldest quiet connection makes room, and is on its way out when this one begins.
            && !self.ask_oldest(&taken, |seat| seat.origin == origin)
        {
            self.metrics.connection_turned_away();
            return Some(None);
        }
        if taken.seats.len() < self.most {
            let number = taken.next;
            taken.next += 1;
            let seat = Arc::new(Seat {
                origin,
                state: AtomicU64::new(self.state(Phase::Fresh)),
                asked: AtomicBool::new(false),
                late: AtomicBool::new(false),
                woken: AtomicWaker::new(),
            });
            taken.seats.insert(number, seat.clone());
            return Some(Some(Held { seats: self.clone(), seat, number }));
        }
        // Told before looking: who falls quiet after this look sees it and wakes us.
        self.awaited.store(true, SeqCst);
        if !taken.seats.values().any(|seat| seat.asked.load(SeqCst)) {
            self.ask_oldest(&taken, |_| true);
        }
        None
    }

    fn state(&self, phase: Phase) -> u64 {
        // Eight times as many microseconds as fit are 70,000 years.
        self.micros(Some(Instant::now())) * 8 + phase as u64
    }

    /// How many microseconds after the beginning this is; none for what was before it.
    fn micros(&self, at: Option<Instant>) -> u64 {
        let since = at.map_or(Duration::ZERO, |at| at.saturating_duration_since(self.began));
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX / 8)
    }

    /// Asks the connection that has been quiet for the longest among these to leave.
    fn ask_oldest(&self, taken: &Taken, among: impl Fn(&Seat) -> bool) -> bool {
        let came_before = self.micros(Instant::now().checked_sub(GRACE));
        let quiet = taken.seats.values().filter(|seat| among(seat) && !seat.asked.load(SeqCst));
        let quiet = quiet.filter_map(|seat| {
            let (phase, since) = seat.now();
            let may_go = phase == Phase::Idle || (phase == Phase::Fresh && since < came_before);
            may_go.then_some((since, seat))
        });
        let Some((_, oldest)) = quiet.min_by_key(|(since, _)| *since) else { return false };
        oldest.asked.store(true, SeqCst);
        oldest.woken.wake();
        true
    }

    fn tell_waiting(&self) {
        if self.awaited.load(SeqCst) {
            self.changed.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// What it does, and since how many microseconds.
    fn now(&self) -> (Phase, u64) {
        let state = self.state.load(SeqCst);
        (PHASES[(state % 8) as usize % PHASES.len()], state / 8)
    }
}

impl Held {
    /// Bytes came.
    pub(super) fn heard(&self) {
        if self.seat.now().0.is_quiet() {
            self.enter(Phase::Head);
        }
    }

    /// A request's head is complete. Its time began with its first byte, or, where that came with the
    /// request before, begins now.
    pub(super) fn called(&self) -> Came {
        self.seat.late.store(false, Relaxed);
        if self.seat.now().0 == Phase::Head {
            self.go_on(Phase::Request);
            return Came::Alone;
        }
        self.enter(Phase::Request);
        Came::WithAnother
    }

    /// A request has its answer.
    pub(super) fn answered(&self) {
        self.go_on(Phase::Answer);
    }

    /// The time of its request is over; returns whether that is news.
    pub(super) fn be_late(&self) -> bool {
        !self.seat.late.swap(true, Relaxed)
    }

    /// Whether the time of its request is over.
    pub(super) fn is_late(&self) -> bool {
        self.seat.late.load(Relaxed)
    }

    /// All that was to be sent is sent.
    pub(super) fn flushed(&self) {
        if self.seat.now().0 == Phase::Answer {
            self.fall_quiet();
        }
    }

    /// Nothing more will be sent or read.
    pub(super) fn leaving(&self) {
        if !self.is_quiet() {
            self.fall_quiet();
        }
    }

    fn fall_quiet(&self) {
        self.enter(Phase::Idle);
        self.seats.tell_waiting();
    }

    /// All connections shall end; ask after [`Held::poll_leave`], which sees to it that it is asked again.
    pub(super) fn is_ending(&self) -> bool {
        self.seats.is_ending.load(SeqCst)
    }

    /// No byte of a request is there.
    pub(super) fn is_quiet(&self) -> bool {
        self.seat.now().0.is_quiet()
    }

    /// When its time is over, should it do nothing else. An answer has a clock of its own.
    pub(super) fn due(&self, patience: &Patience) -> Option<(Instant, End)> {
        let (phase, since) = self.seat.now();
        let (time, end) = match phase {
            Phase::Fresh | Phase::Head => (patience.head, End::OfConnection),
            Phase::Idle => (patience.idle, End::OfConnection),
            Phase::Request => (patience.request, End::OfRequest),
            Phase::Answer => return None,
        };
        Some((self.seats.began + Duration::from_micros(since) + time, end))
    }

    /// Ready when it was asked to leave and is quiet; ask after the connection was polled, so that
    /// what has come meanwhile was read.
    pub(super) fn poll_leave(&self, context: &Context<'_>) -> Poll<()> {
        self.seat.woken.register(context.waker());
        if !self.seat.asked.load(SeqCst) {
            return Poll::Pending;
        }
        if self.is_quiet() {
            self.seats.metrics.connection_made_room();
            return Poll::Ready(());
        }
        self.seat.asked.store(false, SeqCst);
        self.seats.tell_waiting();
        Poll::Pending
    }

    fn enter(&self, phase: Phase) {
        self.seat.state.store(self.seats.state(phase), SeqCst);
    }

    /// The same, without a look at the clock: what it does belongs to what it did before.
    fn go_on(&self, phase: Phase) {
        let (_, since) = self.seat.now();
        self.seat.state.store(since * 8 + phase as u64, SeqCst);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.seats.lock().seats.remove(&self.number);
        self.seats.tell_waiting();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    fn seats(most: usize) -> Arc<Seats> {
        Seats::new(most, Vec::new(), Arc::default())
    }

    fn take(seats: &Arc<Seats>) -> Option<Held> {
        seats.take_now(Origin::from(IpAddr::from([127, 0, 0, 1])), seats.most).flatten()
    }

    #[test]
    fn who_begins_a_request_before_it_hears_that_it_should_go_stays_and_another_is_asked() {
        let seats = seats(2);
        let (first, second) = (take(&seats).unwrap(), take(&seats).unwrap());
        // Both have just come; then both have had an answer.
        assert!(take(&seats).is_none() && !first.seat.asked.load(SeqCst));
        for held in [&first, &second] {
            held.answered();
            held.flushed();
        }
        let woken = Arc::new(Woken::default());
        let waker = woken.clone().into();
        let context = Context::from_waker(&waker);
        assert!(first.poll_leave(&context).is_pending());

        assert!(take(&seats).is_none());
        assert_eq!(woken.0.load(SeqCst), 1, "the oldest is woken");
        // One is on its way out: nobody else is asked.
        assert!(take(&seats).is_none());
        assert!(second.poll_leave(&context).is_pending());

        first.heard();
        assert!(first.poll_leave(&context).is_pending());
        assert!(take(&seats).is_none());
        assert!(second.poll_leave(&context).is_ready());
        drop(second);
        assert!(take(&seats).is_some());
    }

    #[test]
    fn a_connection_is_quiet_until_bytes_come_and_after_its_answer_is_gone() {
        let seats = seats(1);
        let held = take(&seats).unwrap();
        let mut seen = vec![held.is_quiet()];
        for step in
            [Held::heard, |held: &Held| _ = held.called(), Held::flushed, Held::answered, Held::flushed]
        {
            step(&held);
            seen.push(held.is_quiet());
        }
        // What is flushed before there is an answer is `100 Continue`.
        assert_eq!(seen, [true, false, false, false, false, true]);
    }

    #[test]
    fn a_request_begins_with_its_first_byte_and_one_that_came_with_another_when_it_is_its_turn() {
        let seats = seats(1);
        let held = take(&seats).unwrap();
        let patience = Patience::default();
        let began =
            |held: &Held| held.due(&patience).map(|(due, end)| (due - patience.request, end)).unwrap();
        held.heard();
        let first_byte = Instant::now();
        std::thread::sleep(Duration::from_millis(2));
        held.heard();
        assert_eq!(held.called(), Came::Alone);
        assert!(began(&held).0 <= first_byte);
        assert_eq!(began(&held).1, End::OfRequest);
        held.answered();
        let its_turn = Instant::now() - Duration::from_micros(1);
        assert_eq!(held.called(), Came::WithAnother);
        assert!(began(&held).0 >= its_turn);
    }
}
