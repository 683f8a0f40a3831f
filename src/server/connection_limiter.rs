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

use super::Timeouts;
use crate::config::AddressRange;
use crate::telemetry::Metrics;
use crate::webhook::client_addr::ClientAddr;

/// For so long a connection that has not spoken yet is let be.
const NEW_CONNECTION_GRACE: Duration = Duration::from_millis(500);

/// The places of one listener.
pub(super) struct ConnectionLimiter {
    max_connections: usize,
    trusted_proxies: Vec<AddressRange>,
    metrics: Arc<Metrics>,
    started_at: Instant,
    table: Mutex<SlotTable>,
    /// Somebody waits for a place.
    has_waiters: AtomicBool,
    /// No request is begun any more.
    is_closing: AtomicBool,
    /// While somebody waits: a connection ended, fell quiet, or did not leave when asked.
    slot_freed: Notify,
}

#[derive(Default)]
struct SlotTable {
    next_id: u64,
    slots: HashMap<u64, Arc<Slot>>,
}

/// The place of one connection.
pub(super) struct Slot {
    client: ClientAddr,
    /// What it does, and since how many microseconds after `Seats::began`.
    state: AtomicU64,
    /// It was asked to leave.
    eviction_requested: AtomicBool,
    /// Its request took longer than it may.
    timed_out: AtomicBool,
    waker: AtomicWaker,
}

/// A place while it is held.
pub(super) struct ConnectionGuard {
    limiter: Arc<ConnectionLimiter>,
    slot: Arc<Slot>,
    id: u64,
}

/// What a connection does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ConnectionState {
    /// It has not sent a byte.
    New,
    /// Its last answer is gone, and nothing came since.
    Idle,
    /// A head is coming in.
    ReadingHead,
    /// A request is coming in, or worked on.
    InRequest,
    /// An answer is on its way.
    WritingResponse,
}

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestArrival {
    /// As the only one.
    Alone,
    /// Together with the one before it.
    Pipelined,
}

/// What ends when a time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeoutKind {
    /// The connection.
    Connection,
    /// The work on its request.
    Request,
}

const STATES: [ConnectionState; 5] = [
    ConnectionState::New,
    ConnectionState::Idle,
    ConnectionState::ReadingHead,
    ConnectionState::InRequest,
    ConnectionState::WritingResponse,
];

impl ConnectionState {
    fn is_idle(self) -> bool {
        matches!(self, Self::New | Self::Idle)
    }
}

impl ConnectionLimiter {
    /// So many places. Where proxies are named, an address that is none of them gets half of them at most.
    pub(super) fn new(most: usize, trusted: Vec<AddressRange>, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self {
            max_connections: most,
            trusted_proxies: trusted,
            metrics,
            started_at: Instant::now(),
            table: Mutex::default(),
            has_waiters: AtomicBool::new(false),
            is_closing: AtomicBool::new(false),
            slot_freed: Notify::new(),
        })
    }

    /// A place for a connection from this address, as soon as there is one; nothing where its
    /// address holds its share already, and all of that is at work.
    pub(super) async fn acquire(self: &Arc<Self>, peer: IpAddr) -> Option<ConnectionGuard> {
        let origin = ClientAddr::from(peer);
        let share = self.max_per_address(peer);
        loop {
            let found = self.try_acquire(origin, share);
            if let Some(outcome) = found {
                self.has_waiters.store(false, SeqCst);
                return outcome;
            }
            // Or until somebody's grace is over.
            let _ = timeout(NEW_CONNECTION_GRACE, self.slot_freed.notified()).await;
        }
    }

    /// Every connection shall end: a quiet one at once, the others when their requests are answered.
    pub(super) fn close(&self) {
        self.is_closing.store(true, SeqCst);
        for seat in self.lock().slots.values() {
            seat.waker.wake();
        }
    }

    /// How many places an address may hold. Without named proxies nobody can tell whether an address
    /// is one sender or a proxy of all.
    fn max_per_address(&self, peer: IpAddr) -> usize {
        let is_one_sender = !self.trusted_proxies.is_empty()
            && !self.trusted_proxies.iter().any(|range| range.contains(peer));
        if is_one_sender { (self.max_connections / 2).max(1) } else { self.max_connections }
    }

    /// A place, a refusal, or nothing: it is to be waited for.
    fn try_acquire(self: &Arc<Self>, origin: ClientAddr, share: usize) -> Option<Option<ConnectionGuard>> {
        let mut taken = self.lock();
        let stays = |seat: &&Arc<Slot>| seat.client == origin && !seat.eviction_requested.load(SeqCst);
        if share < self.max_connections
            && taken.slots.values().filter(stays).count() >= share
            // Its own oldest quiet connection makes room, and is on its way out when this one begins.
            && !self.evict_oldest_idle(&taken, |seat| seat.client == origin)
        {
            self.metrics.connection_rejected();
            return Some(None);
        }
        if taken.slots.len() < self.max_connections {
            let number = taken.next_id;
            taken.next_id += 1;
            let seat = Arc::new(Slot {
                client: origin,
                state: AtomicU64::new(self.encode_state(ConnectionState::New)),
                eviction_requested: AtomicBool::new(false),
                timed_out: AtomicBool::new(false),
                waker: AtomicWaker::new(),
            });
            taken.slots.insert(number, seat.clone());
            return Some(Some(ConnectionGuard { limiter: self.clone(), slot: seat, id: number }));
        }
        // Told before looking: who falls quiet after this look sees it and wakes us.
        self.has_waiters.store(true, SeqCst);
        if !taken.slots.values().any(|seat| seat.eviction_requested.load(SeqCst)) {
            self.evict_oldest_idle(&taken, |_| true);
        }
        None
    }

    fn encode_state(&self, phase: ConnectionState) -> u64 {
        // Eight times as many microseconds as fit are 70,000 years.
        self.micros(Some(Instant::now())) * 8 + phase as u64
    }

    /// How many microseconds after the beginning this is; none for what was before it.
    fn micros(&self, at: Option<Instant>) -> u64 {
        let since = at.map_or(Duration::ZERO, |at| at.saturating_duration_since(self.started_at));
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX / 8)
    }

    /// Asks the connection that has been quiet for the longest among these to leave.
    fn evict_oldest_idle(&self, taken: &SlotTable, among: impl Fn(&Slot) -> bool) -> bool {
        let came_before = self.micros(Instant::now().checked_sub(NEW_CONNECTION_GRACE));
        let quiet = taken.slots.values().filter(|seat| among(seat) && !seat.eviction_requested.load(SeqCst));
        let quiet = quiet.filter_map(|seat| {
            let (phase, since) = seat.current_state();
            let may_go =
                phase == ConnectionState::Idle || (phase == ConnectionState::New && since < came_before);
            may_go.then_some((since, seat))
        });
        let Some((_, oldest)) = quiet.min_by_key(|(since, _)| *since) else { return false };
        oldest.eviction_requested.store(true, SeqCst);
        oldest.waker.wake();
        true
    }

    fn notify_waiters(&self) {
        if self.has_waiters.load(SeqCst) {
            self.slot_freed.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, SlotTable> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// What it does, and since how many microseconds.
    fn current_state(&self) -> (ConnectionState, u64) {
        let state = self.state.load(SeqCst);
        (STATES[(state % 8) as usize % STATES.len()], state / 8)
    }
}

impl ConnectionGuard {
    /// Bytes came.
    pub(super) fn on_read(&self) {
        if self.slot.current_state().0.is_idle() {
            self.set_state(ConnectionState::ReadingHead);
        }
    }

    /// A request's head is complete. Its time began with its first byte, or, where that came with the
    /// request before, begins now.
    pub(super) fn on_request(&self) -> RequestArrival {
        self.slot.timed_out.store(false, Relaxed);
        if self.slot.current_state().0 == ConnectionState::ReadingHead {
            self.set_state_keeping_time(ConnectionState::InRequest);
            return RequestArrival::Alone;
        }
        self.set_state(ConnectionState::InRequest);
        RequestArrival::Pipelined
    }

    /// A request has its answer.
    pub(super) fn on_response(&self) {
        self.set_state_keeping_time(ConnectionState::WritingResponse);
    }

    /// The time of its request is over; returns whether that is news.
    pub(super) fn mark_timed_out(&self) -> bool {
        !self.slot.timed_out.swap(true, Relaxed)
    }

    /// Whether the time of its request is over.
    pub(super) fn is_timed_out(&self) -> bool {
        self.slot.timed_out.load(Relaxed)
    }

    /// All that was to be sent is sent.
    pub(super) fn on_flush(&self) {
        if self.slot.current_state().0 == ConnectionState::WritingResponse {
            self.set_idle();
        }
    }

    /// Nothing more will be sent or read.
    pub(super) fn on_close(&self) {
        if !self.is_idle() {
            self.set_idle();
        }
    }

    fn set_idle(&self) {
        self.set_state(ConnectionState::Idle);
        self.limiter.notify_waiters();
    }

    /// All connections shall end; ask after [`Held::poll_leave`], which sees to it that it is asked again.
    pub(super) fn is_closing(&self) -> bool {
        self.limiter.is_closing.load(SeqCst)
    }

    /// No byte of a request is there.
    pub(super) fn is_idle(&self) -> bool {
        self.slot.current_state().0.is_idle()
    }

    /// When its time is over, should it do nothing else. An answer has a clock of its own.
    pub(super) fn deadline(&self, patience: &Timeouts) -> Option<(Instant, TimeoutKind)> {
        let (phase, since) = self.slot.current_state();
        let (time, end) = match phase {
            ConnectionState::New | ConnectionState::ReadingHead => (patience.head, TimeoutKind::Connection),
            ConnectionState::Idle => (patience.keep_alive, TimeoutKind::Connection),
            ConnectionState::InRequest => (patience.request, TimeoutKind::Request),
            ConnectionState::WritingResponse => return None,
        };
        Some((self.limiter.started_at + Duration::from_micros(since) + time, end))
    }

    /// Ready when it was asked to leave and is quiet; ask after the connection was polled, so that
    /// what has come meanwhile was read.
    pub(super) fn poll_evicted(&self, context: &Context<'_>) -> Poll<()> {
        self.slot.waker.register(context.waker());
        if !self.slot.eviction_requested.load(SeqCst) {
            return Poll::Pending;
        }
        if self.is_idle() {
            self.limiter.metrics.connection_evicted();
            return Poll::Ready(());
        }
        self.slot.eviction_requested.store(false, SeqCst);
        self.limiter.notify_waiters();
        Poll::Pending
    }

    fn set_state(&self, phase: ConnectionState) {
        self.slot.state.store(self.limiter.encode_state(phase), SeqCst);
    }

    /// The same, without a look at the clock: what it does belongs to what it did before.
    fn set_state_keeping_time(&self, phase: ConnectionState) {
        let (_, since) = self.slot.current_state();
        self.slot.state.store(since * 8 + phase as u64, SeqCst);
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.limiter.lock().slots.remove(&self.id);
        self.limiter.notify_waiters();
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

    fn limiter(most: usize) -> Arc<ConnectionLimiter> {
        ConnectionLimiter::new(most, Vec::new(), Arc::default())
    }

    fn acquire(seats: &Arc<ConnectionLimiter>) -> Option<ConnectionGuard> {
        seats.try_acquire(ClientAddr::from(IpAddr::from([127, 0, 0, 1])), seats.max_connections).flatten()
    }

    #[test]
    fn who_begins_a_request_before_it_hears_that_it_should_go_stays_and_another_is_asked() {
        let seats = limiter(2);
        let (first, second) = (acquire(&seats).unwrap(), acquire(&seats).unwrap());
        // Both have just come; then both have had an answer.
        assert!(acquire(&seats).is_none() && !first.slot.eviction_requested.load(SeqCst));
        for held in [&first, &second] {
            held.on_response();
            held.on_flush();
        }
        let woken = Arc::new(Woken::default());
        let waker = woken.clone().into();
        let context = Context::from_waker(&waker);
        assert!(first.poll_evicted(&context).is_pending());

        assert!(acquire(&seats).is_none());
        assert_eq!(woken.0.load(SeqCst), 1, "the oldest is woken");
        // One is on its way out: nobody else is asked.
        assert!(acquire(&seats).is_none());
        assert!(second.poll_evicted(&context).is_pending());

        first.on_read();
        assert!(first.poll_evicted(&context).is_pending());
        assert!(acquire(&seats).is_none());
        assert!(second.poll_evicted(&context).is_ready());
        drop(second);
        assert!(acquire(&seats).is_some());
    }

    #[test]
    fn a_connection_is_quiet_until_bytes_come_and_after_its_answer_is_gone() {
        let seats = limiter(1);
        let held = acquire(&seats).unwrap();
        let mut seen = vec![held.is_idle()];
        for step in [
            ConnectionGuard::on_read,
            |held: &ConnectionGuard| _ = held.on_request(),
            ConnectionGuard::on_flush,
            ConnectionGuard::on_response,
            ConnectionGuard::on_flush,
        ] {
            step(&held);
            seen.push(held.is_idle());
        }
        // What is flushed before there is an answer is `100 Continue`.
        assert_eq!(seen, [true, false, false, false, false, true]);
    }

    #[test]
    fn a_request_that_is_answered_at_the_last_moment_leaves_the_next_one_its_time() {
        let seats = limiter(1);
        let held = acquire(&seats).unwrap();
        held.on_read();
        held.on_request();
        assert!(held.mark_timed_out(), "it is news");
        assert!(!held.mark_timed_out() && held.is_timed_out(), "it is known");

        held.on_response();
        held.on_flush();
        held.on_read();
        held.on_request();
        assert!(!held.is_timed_out());
    }

    #[test]
    fn a_request_begins_with_its_first_byte_and_one_that_came_with_another_when_it_is_its_turn() {
        let seats = limiter(1);
        let held = acquire(&seats).unwrap();
        let patience = Timeouts::default();
        let began = |held: &ConnectionGuard| {
            held.deadline(&patience).map(|(due, end)| (due - patience.request, end)).unwrap()
        };
        held.on_read();
        let first_byte = Instant::now();
        std::thread::sleep(Duration::from_millis(2));
        held.on_read();
        assert_eq!(held.on_request(), RequestArrival::Alone);
        assert!(began(&held).0 <= first_byte);
        assert_eq!(began(&held).1, TimeoutKind::Request);
        held.on_response();
        let its_turn = Instant::now() - Duration::from_micros(1);
        assert_eq!(held.on_request(), RequestArrival::Pipelined);
        assert!(began(&held).0 >= its_turn);
    }
}
