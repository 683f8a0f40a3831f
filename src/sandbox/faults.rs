//! Scripted faults: what goes wrong, for which calls, how often. This file stores them; routes.rs applies them.
//!
//! A fault is bound to the beginning of a call's path with its query, without credentials:
//! `communities/link`, `groups?page=2`, `communities?` (the list alone), or nothing for all
//! calls. A method before it narrows it: `POST communities`, `DELETE communities/`. A message that is
//! edited is `send-text?edit`, one to a chat `send-text?phone=…`, a link `communities/link?communityId=…`. Of several that match, the one set first
//! is used until it is used up.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Method;
use tokio::sync::watch;

use super::fault_responses::FaultResponse;
use super::read_lag::ReadLag;

/// The faults of one sandbox.
#[derive(Debug)]
pub struct FaultInjector {
    script: Mutex<FaultScript>,
    /// Notified of every change, so that waiting tests check again.
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct FaultScript {
    rules: Vec<FaultRule>,
    active: ActiveFaults,
}

#[derive(Debug)]
struct FaultRule {
    path: String,
    /// It waits for a call whose path begins so.
    trigger: Option<String>,
    /// Nothing: until cleared.
    remaining: Option<usize>,
    fault: Fault,
}

/// Faults of all calls until they are changed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ActiveFaults {
    pub(super) partial_failure: PartialFailure,
    pub(super) stops_at_first: bool,
    pub(super) lag: Option<ReadLag>,
    pub(super) connection_loss: Option<ConnectionLoss>,
}

/// The fault of a call.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is not run, and this is the response.
    Replace(FaultResponse),
    /// It is run, and this is the response.
    ReplaceResponse(FaultResponse),
    /// It is run this much later.
    Delay(Duration),
    /// It is run once the barrier is released.
    HoldRequest(CallBarrier),
    /// It is run, and the response is sent once the barrier is released.
    HoldResponse(CallBarrier),
}

/// The response to a link or unlink call of which some groups were refused: not documented (Z-API's documentation). The
/// other groups are changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PartialFailure {
    /// 200 `{"success":true}`, as if nothing was refused.
    #[default]
    Success,
    /// 200 `{"success":true}` and further fields that name the refused.
    Details,
    /// 200 `{"success":false}`.
    Failure,
    /// 400 with an error.
    Error,
}

/// The response to calls while the phone is not connected. Messages are queued nevertheless. Invented: which of the
/// two forms a call has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionLoss {
    /// 400 with an error that asks to connect.
    Error,
    /// The same text with 200.
    ErrorIn200,
}

impl FaultInjector {
    pub(super) fn new(changed: watch::Sender<()>) -> Self {
        Self { script: Mutex::default(), changed }
    }

    /// Sets the fault of the next `times` calls whose path begins so.
    pub fn fail_next(&self, path: &str, times: usize, fault: Fault) {
        self.add_rule(path, Some(times), fault);
    }

    /// After a call whose path begins with `trigger`, the next `times` calls whose path begins with `path` meet this
    /// fault.
    pub fn fail_after(&self, trigger: &str, path: &str, times: usize, fault: Fault) {
        let (path, trigger) = (path.to_owned(), Some(trigger.to_owned()));
        self.lock().rules.push(FaultRule { path, trigger, remaining: Some(times), fault });
    }

    /// Sets the fault of all calls whose path begins so, until [`FaultInjector::clear`].
    pub fn fail_always(&self, path: &str, fault: Fault) {
        self.add_rule(path, None, fault);
    }

    /// Holds the next call whose path begins so, before it runs.
    pub fn hold_request(&self, path: &str) -> CallBarrier {
        let barrier = CallBarrier::closed();
        self.fail_next(path, 1, Fault::HoldRequest(barrier.clone()));
        barrier
    }

    /// Holds the response to the next call whose path begins so; the call runs.
    pub fn hold_response(&self, path: &str) -> CallBarrier {
        let barrier = CallBarrier::closed();
        self.fail_next(path, 1, Fault::HoldResponse(barrier.clone()));
        barrier
    }

    /// Removes all faults of calls; lag, the form of partial links and the connection stay as they are.
    pub fn clear(&self) {
        self.lock().rules.clear();
    }

    /// Removes all faults, also those of the connection and the lag.
    pub(super) fn reset(&self) {
        *self.lock() = FaultScript::default();
    }

    /// Sets the response to partly refused links and unlinks.
    pub fn set_partial(&self, form: PartialFailure) {
        self.lock().active.partial_failure = form;
    }

    /// Sets whether a link call ends at the first refused group; those before it are changed.
    pub fn set_stops_at_first(&self, stops: bool) {
        self.lock().active.stops_at_first = stops;
    }

    /// Sets how long reads lag behind the changes made from now on; `None`: not at all.
    pub fn set_lag(&self, lag: Option<ReadLag>) {
        self.lock().active.lag = lag;
    }

    /// Disconnects the phone.
    pub fn disconnect(&self, form: ConnectionLoss) {
        self.lock().active.connection_loss = Some(form);
    }

    /// Connects the phone again: queued messages are delivered.
    pub fn reconnect(&self) {
        self.lock().active.connection_loss = None;
        self.changed.send_replace(());
    }

    pub(super) fn active_faults(&self) -> ActiveFaults {
        self.lock().active
    }

    /// Takes the fault for a call.
    pub(super) fn take_fault(&self, method: &Method, target: &str) -> Option<Fault> {
        let mut script = self.lock();
        let fits = |path: &str| match path.split_once(' ') {
            Some((only, path)) => method.as_str() == only && target.starts_with(path),
            None => target.starts_with(path),
        };
        for rule in &mut script.rules {
            rule.trigger = rule.trigger.take().filter(|trigger| !fits(trigger));
        }
        let is_met =
            |rule: &FaultRule| rule.trigger.is_none() && rule.remaining != Some(0) && fits(&rule.path);
        let rule = script.rules.iter_mut().find(|rule| is_met(rule))?;
        rule.remaining = rule.remaining.map(|left| left - 1);
        let fault = rule.fault.clone();
        script.rules.retain(|rule| rule.remaining != Some(0));
        Some(fault)
    }

    fn add_rule(&self, path: &str, left: Option<usize>, fault: Fault) {
        self.lock().rules.push(FaultRule { path: path.to_owned(), trigger: None, remaining: left, fault });
    }

    fn lock(&self) -> MutexGuard<'_, FaultScript> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds calls until a test releases them. Clones are the same barrier.
#[derive(Clone, Debug)]
pub struct CallBarrier(watch::Sender<BarrierState>);

#[derive(Clone, Copy, Debug, Default)]
struct BarrierState {
    is_reached: bool,
    is_open: bool,
}

impl CallBarrier {
    /// Creates a barrier that holds.
    pub fn closed() -> Self {
        Self(watch::Sender::new(BarrierState::default()))
    }

    /// Waits until a call reaches the barrier; returns at once if one has.
    pub async fn wait_reached(&self) {
        self.wait_until(|state| state.is_reached).await;
    }

    /// Releases the barrier for good.
    pub fn release(&self) {
        self.0.send_modify(|state| state.is_open = true);
    }

    pub(super) async fn wait(&self) {
        self.0.send_modify(|state| state.is_reached = true);
        self.wait_until(|state| state.is_open).await;
    }

    async fn wait_until(&self, holds: impl FnMut(&BarrierState) -> bool) {
        // An error means that the sender is gone; it is `self`.
        let _ = self.0.subscribe().wait_for(holds).await;
    }
}
