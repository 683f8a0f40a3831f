//! Scripted faults: what goes wrong, at which calls, how often.
//!
//! A fault is bound to the beginning of a call's path with its query, without credentials:
//! `communities/link`, `groups?page=2`, `communities?` (the list alone), or nothing for all
//! calls. A method before it narrows it: `POST communities`, `DELETE communities/`. A message that is
//! edited is `send-text?edit`, one to a chat `send-text?phone=…`, a link `communities/link?communityId=…`. Of several that fit, the one set first
//! strikes until it is used up.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Method;
use tokio::sync::watch;

use super::lag::Lag;
use super::replies::Reply;

/// The faults of one sandbox.
#[derive(Debug)]
pub struct Trouble {
    script: Mutex<Script>,
    /// Rung at every change, so that waiting tests look again.
    bell: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Script {
    rules: Vec<Rule>,
    weather: Weather,
}

#[derive(Debug)]
struct Rule {
    path: String,
    /// Nothing: until cleared.
    left: Option<usize>,
    fault: Fault,
}

/// What holds for all calls until it is changed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weather {
    pub(super) partial: Partial,
    pub(super) stops_at_first: bool,
    pub(super) lag: Option<Lag>,
    pub(super) offline: Option<Offline>,
}

/// What happens to a call.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is not done, and answered so.
    Instead(Reply),
    /// It is done, and answered so.
    Afterwards(Reply),
    /// It is done and answered, this much later.
    Delay(Duration),
    /// It is done and answered once the gate is open.
    Hold(Gate),
    /// It is done, and answered once the gate is open.
    HoldAnswer(Gate),
}

/// What a link or unlink call answers when some of its groups were refused: the undocumented
/// part (ZAPI.md, Linking). The others are changed all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Partial {
    /// 200 `{"success":true}`, as if all were well.
    #[default]
    Success,
    /// 200 `{"success":true}` and further fields that name the refused.
    Details,
    /// 200 `{"success":false}`.
    Failure,
    /// 400 with an error.
    Error,
}

/// What calls answer while the phone is not connected. Messages are queued all the same. Invented: which of the two
/// forms a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offline {
    /// 400 with an error that asks to connect.
    Error,
    /// The same text with 200.
    ErrorIn200,
}

impl Trouble {
    pub(super) fn new(bell: watch::Sender<()>) -> Self {
        Self { script: Mutex::default(), bell }
    }

    /// The next `times` calls whose path begins so meet this fault.
    pub fn next(&self, path: &str, times: usize, fault: Fault) {
        self.add(path, Some(times), fault);
    }

    /// All calls whose path begins so meet this fault, until [`Trouble::clear`].
    pub fn always(&self, path: &str, fault: Fault) {
        self.add(path, None, fault);
    }

    /// Holds the next call whose path begins so, before it is done.
    pub fn hold(&self, path: &str) -> Gate {
        let gate = Gate::closed();
        self.next(path, 1, Fault::Hold(gate.clone()));
        gate
    }

    /// Holds the answer to the next call whose path begins so; the call is done.
    pub fn hold_answer(&self, path: &str) -> Gate {
        let gate = Gate::closed();
        self.next(path, 1, Fault::HoldAnswer(gate.clone()));
        gate
    }

    /// Forgets all faults; lag, the form of partial links and the connection stay as they are.
    pub fn clear(&self) {
        self.lock().rules.clear();
    }

    /// How partly refused links and unlinks are answered from now on.
    pub fn set_partial(&self, form: Partial) {
        self.lock().weather.partial = form;
    }

    /// Whether a link call ends at the first refused group, those before it changed.
    pub fn set_stops_at_first(&self, stops: bool) {
        self.lock().weather.stops_at_first = stops;
    }

    /// How long reads lag behind the changes made from now on; nothing: not at all.
    pub fn set_lag(&self, lag: Option<Lag>) {
        self.lock().weather.lag = lag;
    }

    /// Disconnects the phone.
    pub fn disconnect(&self, form: Offline) {
        self.lock().weather.offline = Some(form);
    }

    /// Connects the phone again: what was queued goes out.
    pub fn reconnect(&self) {
        self.lock().weather.offline = None;
        self.bell.send_replace(());
    }

    pub(super) fn weather(&self) -> Weather {
        self.lock().weather
    }

    /// The fault that this call meets; uses it up.
    pub(super) fn strike(&self, method: &Method, target: &str) -> Option<Fault> {
        let mut script = self.lock();
        let fits = |rule: &Rule| match rule.path.split_once(' ') {
            Some((only, path)) => method.as_str() == only && target.starts_with(path),
            None => target.starts_with(&rule.path),
        };
        let rule = script.rules.iter_mut().find(|rule| rule.left != Some(0) && fits(rule))?;
        rule.left = rule.left.map(|left| left - 1);
        let fault = rule.fault.clone();
        script.rules.retain(|rule| rule.left != Some(0));
        Some(fault)
    }

    fn add(&self, path: &str, left: Option<usize>, fault: Fault) {
        self.lock().rules.push(Rule { path: path.to_owned(), left, fault });
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds calls until a test lets them go. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate(watch::Sender<GateState>);

#[derive(Clone, Copy, Debug, Default)]
struct GateState {
    reached: bool,
    open: bool,
}

impl Gate {
    /// A gate that is closed.
    pub fn closed() -> Self {
        Self(watch::Sender::new(GateState::default()))
    }

    /// Waits until a call stands at the gate; at once if one has.
    pub async fn reached(&self) {
        self.until(|state| state.reached).await;
    }

    /// Opens the gate for good.
    pub fn release(&self) {
        self.0.send_modify(|state| state.open = true);
    }

    pub(super) async fn pass(&self) {
        self.0.send_modify(|state| state.reached = true);
        self.until(|state| state.open).await;
    }

    async fn until(&self, holds: impl FnMut(&GateState) -> bool) {
        // An error means that the sender is gone; it is `self`.
        let _ = self.0.subscribe().wait_for(holds).await;
    }
}
