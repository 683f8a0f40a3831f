//! Limits the connections of a listener, and chooses the one that is closed for a new one.
//!
//! The state of a connection is one atomic number that only its own task writes, so a request takes no lock. Others
//! read it only when all slots are taken: then the connection that has been idle longest is asked to close. It closes
//! only if it is still idle when it notices.
//!
//! A new connection has a grace period: its first bytes may be on their way, and many new connections would evict
//! each other.
//!
//! A connection is idle before its first byte and after each response. Bytes that arrived together with an earlier
//! request are noticed with the next read; until then the connection counts as idle, and gains nothing by that.

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

use super::timeouts::Timeouts;
use crate::config::AddressRange;
use crate::telemetry::Metrics;
use crate::webhook::client_addr::ClientAddr;

/// A connection without a byte is not evicted before this.
const NEW_CONNECTION_GRACE: Duration = Duration::from_millis(500);

/// The connection slots of one listener.
pub(super) struct ConnectionLimiter {
    max_connections: usize,
    trusted_proxies: Vec<AddressRange>,
    metrics: Arc<Metrics>,
    started_at: Instant,
    table: Mutex<SlotTable>,
    /// A new connection waits for a slot.
    has_waiters: AtomicBool,
    /// All connections shall close.
    is_shutting_down: AtomicBool,
    /// Notified, while a new connection waits: a connection closed, became idle, or was busy when asked to close.
    slot_freed: Notify,
}

#[derive(Default)]
struct SlotTable {
    next_id: u64,
    slots: HashMap<u64, Arc<Slot>>,
}

/// The slot of one connection.
pub(super) struct Slot {
    client: ClientAddr,
    /// Its [`ConnectionState`], and since how many microseconds after [`ConnectionLimiter::started_at`].
    state: AtomicU64,
    /// It shall close if it is idle.
    eviction_requested: AtomicBool,
    /// Its request took longer than allowed.
    timed_out: AtomicBool,
    waker: AtomicWaker,
}

/// Holds a slot until it is dropped.
pub(super) struct ConnectionGuard {
    limiter: Arc<ConnectionLimiter>,
    slot: Arc<Slot>,
    id: u64,
}

/// What became of a connection that wants a slot.
enum AcquireResult {
    Acquired(ConnectionGuard),
    /// The address has all slots that it may have.
    Rejected,
    /// All slots are taken.
    Full,
}

/// What a connection does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ConnectionState {
    /// No byte has arrived yet.
    New,
    /// The last response is sent, and nothing has arrived since.
    Idle,
    /// A head is arriving.
    ReadingHead,
    /// A body is arriving, or the request is handled.
    InRequest,
    /// A response is being sent.
    WritingResponse,
}

/// What a timeout ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeoutKind {
    /// The connection.
    Connection,
    /// The request, with a response.
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
    /// A limiter with `max_connections` slots. If proxies are named, every other address gets half of the slots at
    /// most.
    pub(super) fn new(
        max_connections: usize,
        trusted_proxies: Vec<AddressRange>,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        Arc::new(Self {
            max_connections,
            trusted_proxies,
            metrics,
            started_at: Instant::now(),
            table: Mutex::default(),
            has_waiters: AtomicBool::new(false),
            is_shutting_down: AtomicBool::new(false),
            slot_freed: Notify::new(),
        })
    }

    /// Waits for a slot. Returns `None` if the address has all slots that it may have, and none of them is idle.
    pub(super) async fn acquire(self: &Arc<Self>, peer: IpAddr) -> Option<ConnectionGuard> {
        let client = ClientAddr::from(peer);
        let max_slots = self.max_per_address(peer);
        loop {
            let acquired = match self.try_acquire(client, max_slots) {
                AcquireResult::Acquired(guard) => Some(guard),
                AcquireResult::Rejected => None,
                AcquireResult::Full => {
                    // Or until the grace period of a new connection is over.
                    let _ = timeout(NEW_CONNECTION_GRACE, self.slot_freed.notified()).await;
                    continue;
                }
            };
            self.has_waiters.store(false, SeqCst);
            return acquired;
        }
    }

    /// Closes all connections: idle ones at once, the others after the response to their request.
    pub(super) fn close(&self) {
        self.is_shutting_down.store(true, SeqCst);
        for slot in self.lock().slots.values() {
            slot.waker.wake();
        }
    }

    /// How many slots an address may hold. Without named proxies an address may be one client or a proxy of all.
    fn max_per_address(&self, peer: IpAddr) -> usize {
        let is_one_client = !self.trusted_proxies.is_empty()
            && !self.trusted_proxies.iter().any(|range| range.contains(peer));
        if is_one_client { (self.max_connections / 2).max(1) } else { self.max_connections }
    }

    fn try_acquire(self: &Arc<Self>, client: ClientAddr, max_slots: usize) -> AcquireResult {
        let mut table = self.lock();
        let stays = |slot: &&Arc<Slot>| slot.client == client && !slot.eviction_requested.load(SeqCst);
        if max_slots < self.max_connections
            && table.slots.values().filter(stays).count() >= max_slots
            // One of its own idle connections is replaced; it closes while this one begins.
            && !self.evict_oldest_idle(&table, |slot| slot.client == client)
        {
            self.metrics.connection_rejected();
            return AcquireResult::Rejected;
        }
        if table.slots.len() < self.max_connections {
            let id = table.next_id;
            table.next_id += 1;
            let slot = Arc::new(Slot {
                client,
                state: AtomicU64::new(self.encode_state(ConnectionState::New)),
                eviction_requested: AtomicBool::new(false),
                timed_out: AtomicBool::new(false),
                waker: AtomicWaker::new(),
            });
            table.slots.insert(id, slot.clone());
            return AcquireResult::Acquired(ConnectionGuard { limiter: self.clone(), slot, id });
        }
        // Stored before the states are read: a connection that becomes idle after that sees it, and notifies.
        self.has_waiters.store(true, SeqCst);
        if !table.slots.values().any(|slot| slot.eviction_requested.load(SeqCst)) {
            self.evict_oldest_idle(&table, |_| true);
        }
        AcquireResult::Full
    }

    fn encode_state(&self, state: ConnectionState) -> u64 {
        // An eighth of all microseconds that fit are 70,000 years.
        self.micros(Some(Instant::now())) * 8 + state as u64
    }

    /// Microseconds since the start; 0 for a time before it.
    fn micros(&self, at: Option<Instant>) -> u64 {
        let since = at.map_or(Duration::ZERO, |at| at.saturating_duration_since(self.started_at));
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX / 8)
    }

    /// Asks the longest idle connection among those that match to close. Returns whether there is one.
    fn evict_oldest_idle(&self, table: &SlotTable, matches: impl Fn(&Slot) -> bool) -> bool {
        let grace_end = self.micros(Instant::now().checked_sub(NEW_CONNECTION_GRACE));
        let stays = |slot: &Slot| matches(slot) && !slot.eviction_requested.load(SeqCst);
        let idle = table.slots.iter().filter(|(_, slot)| stays(slot));
        let idle = idle.filter_map(|(id, slot)| match slot.current_state() {
            (ConnectionState::Idle, since) => Some((since, id, slot)),
            (ConnectionState::New, since) if since < grace_end => Some((since, id, slot)),
            _ => None,
        });
        // Of those that are idle since the same microsecond, the one that was accepted first.
        let Some((.., oldest)) = idle.min_by_key(|(since, id, _)| (*since, **id)) else { return false };
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
    /// The state, and the microsecond in which it began.
    fn current_state(&self) -> (ConnectionState, u64) {
        let state = self.state.load(SeqCst);
        (STATES[(state % 8) as usize % STATES.len()], state / 8)
    }
}

impl ConnectionGuard {
    /// Bytes arrived.
    pub(super) fn on_read(&self) {
        if self.slot.current_state().0.is_idle() {
            self.set_state(ConnectionState::ReadingHead);
        }
    }

    /// A head is complete. Returns whether it arrived together with the previous request (pipelined): then the time
    /// of the request begins now, else with its first byte.
    pub(super) fn on_request(&self) -> bool {
        self.slot.timed_out.store(false, Relaxed);
        if self.slot.current_state().0 == ConnectionState::ReadingHead {
            self.set_state_keeping_time(ConnectionState::InRequest);
            return false;
        }
        self.set_state(ConnectionState::InRequest);
        true
    }

    /// The response is ready.
    pub(super) fn on_response(&self) {
        self.set_state_keeping_time(ConnectionState::WritingResponse);
    }

    /// Marks the request as timed out. Returns whether it was not before.
    pub(super) fn mark_timed_out(&self) -> bool {
        !self.slot.timed_out.swap(true, Relaxed)
    }

    /// Whether the request has timed out.
    pub(super) fn is_timed_out(&self) -> bool {
        self.slot.timed_out.load(Relaxed)
    }

    /// All bytes are sent.
    pub(super) fn on_flush(&self) {
        if self.slot.current_state().0 == ConnectionState::WritingResponse {
            self.set_idle();
        }
    }

    /// Nothing more is sent or read.
    pub(super) fn on_close(&self) {
        if !self.is_idle() {
            self.set_idle();
        }
    }

    fn set_idle(&self) {
        self.set_state(ConnectionState::Idle);
        self.limiter.notify_waiters();
    }

    /// Whether all connections shall close. Call it after [`Self::poll_evicted`], which registers the waker.
    pub(super) fn is_shutting_down(&self) -> bool {
        self.limiter.is_shutting_down.load(SeqCst)
    }

    /// Whether no byte of a request has arrived.
    pub(super) fn is_idle(&self) -> bool {
        self.slot.current_state().0.is_idle()
    }

    /// Whether its first request may be on its way: then it is served even during a shutdown.
    pub(super) fn is_in_grace(&self) -> bool {
        let (state, since) = self.slot.current_state();
        let since = self.limiter.started_at + Duration::from_micros(since);
        state == ConnectionState::New && since.elapsed() < NEW_CONNECTION_GRACE
    }

    /// When the current state times out, and what that ends. Writing a response is timed by the stream.
    pub(super) fn deadline(&self, timeouts: &Timeouts) -> Option<(Instant, TimeoutKind)> {
        let (state, since) = self.slot.current_state();
        let (timeout, kind) = match state {
            ConnectionState::New if self.is_shutting_down() => {
                (NEW_CONNECTION_GRACE, TimeoutKind::Connection)
            }
            ConnectionState::New | ConnectionState::ReadingHead => {
                (timeouts.header_read, TimeoutKind::Connection)
            }
            ConnectionState::Idle => (timeouts.keep_alive, TimeoutKind::Connection),
            ConnectionState::InRequest => (timeouts.request, TimeoutKind::Request),
            ConnectionState::WritingResponse => return None,
        };
        Some((self.limiter.started_at + Duration::from_micros(since) + timeout, kind))
    }

    /// Ready when the connection was asked to close and is idle. Call it after the connection was polled, so that it
    /// has read what has arrived.
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

    fn set_state(&self, state: ConnectionState) {
        self.slot.state.store(self.limiter.encode_state(state), SeqCst);
    }

    /// Keeps the time at which the previous state began.
    fn set_state_keeping_time(&self, state: ConnectionState) {
        let (_, since) = self.slot.current_state();
        self.slot.state.store(since * 8 + state as u64, SeqCst);
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
    struct CountingWaker(AtomicUsize);

    impl Wake for CountingWaker {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    fn limiter(max_connections: usize) -> Arc<ConnectionLimiter> {
        ConnectionLimiter::new(max_connections, Vec::new(), Arc::default())
    }

    fn acquire(limiter: &Arc<ConnectionLimiter>) -> Option<ConnectionGuard> {
        let client = ClientAddr::from(IpAddr::from([127, 0, 0, 1]));
        match limiter.try_acquire(client, limiter.max_connections) {
            AcquireResult::Acquired(guard) => Some(guard),
            AcquireResult::Rejected | AcquireResult::Full => None,
        }
    }

    #[test]
    fn a_connection_that_begins_a_request_is_not_evicted_and_another_one_is() {
        let slots = limiter(2);
        let (first, second) = (acquire(&slots).unwrap(), acquire(&slots).unwrap());
        // Both are new; then both have had a response.
        assert!(acquire(&slots).is_none() && !first.slot.eviction_requested.load(SeqCst));
        for guard in [&first, &second] {
            guard.on_response();
            guard.on_flush();
        }
        let woken = Arc::new(CountingWaker::default());
        let waker = woken.clone().into();
        let context = Context::from_waker(&waker);
        assert!(first.poll_evicted(&context).is_pending());

        assert!(acquire(&slots).is_none());
        assert_eq!(woken.0.load(SeqCst), 1, "the oldest is woken");
        // One closes already: no other is asked.
        assert!(acquire(&slots).is_none());
        assert!(second.poll_evicted(&context).is_pending());

        first.on_read();
        assert!(first.poll_evicted(&context).is_pending());
        assert!(acquire(&slots).is_none());
        assert!(second.poll_evicted(&context).is_ready());
        drop(second);
        assert!(acquire(&slots).is_some());
    }

    #[test]
    fn a_connection_is_idle_until_bytes_arrive_and_after_its_response_is_sent() {
        let slots = limiter(1);
        let guard = acquire(&slots).unwrap();
        let mut seen = vec![guard.is_idle()];
        for step in [
            ConnectionGuard::on_read,
            |guard: &ConnectionGuard| _ = guard.on_request(),
            ConnectionGuard::on_flush,
            ConnectionGuard::on_response,
            ConnectionGuard::on_flush,
        ] {
            step(&guard);
            seen.push(guard.is_idle());
        }
        // A flush before the response sends `100 Continue`.
        assert_eq!(seen, [true, false, false, false, false, true]);
    }

    #[test]
    fn at_a_shutdown_a_new_connection_may_still_send_its_first_request() {
        let slots = limiter(2);
        let (silent, sending) = (acquire(&slots).unwrap(), acquire(&slots).unwrap());
        let slack = |guard: &ConnectionGuard| {
            guard.deadline(&Timeouts::default()).unwrap().0.saturating_duration_since(Instant::now())
        };
        assert!(slack(&silent) > NEW_CONNECTION_GRACE);
        slots.close();

        sending.on_read();

        assert!(!sending.is_in_grace(), "it is closed after its response");
        assert!(slack(&silent) <= NEW_CONNECTION_GRACE);
    }

    #[test]
    fn a_timed_out_request_does_not_shorten_the_next_one() {
        let slots = limiter(1);
        let guard = acquire(&slots).unwrap();
        guard.on_read();
        guard.on_request();
        assert!(guard.mark_timed_out(), "the first time");
        assert!(!guard.mark_timed_out() && guard.is_timed_out(), "not again");

        guard.on_response();
        guard.on_flush();
        guard.on_read();
        guard.on_request();
        assert!(!guard.is_timed_out());
    }

    #[test]
    fn a_request_begins_with_its_first_byte_and_a_pipelined_one_after_the_previous_response() {
        let slots = limiter(1);
        let guard = acquire(&slots).unwrap();
        let timeouts = Timeouts::default();
        let start = |guard: &ConnectionGuard| {
            guard.deadline(&timeouts).map(|(deadline, kind)| (deadline - timeouts.request, kind)).unwrap()
        };
        guard.on_read();
        let first_byte = Instant::now();
        std::thread::sleep(Duration::from_millis(2));
        guard.on_read();
        assert!(!guard.on_request());
        assert!(start(&guard).0 <= first_byte);
        assert_eq!(start(&guard).1, TimeoutKind::Request);
        guard.on_response();
        let response_time = Instant::now() - Duration::from_micros(1);
        assert!(guard.on_request());
        assert!(start(&guard).0 >= response_time);
    }
}
