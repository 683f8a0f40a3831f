//! The state behind the API: world, recorded calls, webhooks, and waiting for changes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::credentials::{InstanceCredentials, Webhooks};
use super::faults::FaultInjector;
use super::messages::{ChatUpdate, Reaction, SentMessage};
use super::read_lag::Snapshots;
use super::request::ApiCall;
use super::world::World;

/// A Z-API sandbox with one instance. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Sandbox(pub(super) Arc<SharedState>);

#[derive(Debug)]
pub(super) struct SharedState {
    pub(super) account: InstanceCredentials,
    pub(super) options: Options,
    pub(super) faults: FaultInjector,
    pub(super) changed: watch::Sender<()>,
    pub(super) state: Mutex<SandboxState>,
}

/// The state that calls change.
#[derive(Debug)]
pub(super) struct SandboxState {
    pub(super) world: World,
    pub(super) calls: Vec<ApiCall>,
    pub(super) webhooks: Webhooks,
    pub(super) snapshots: Snapshots,
}

/// Differences between servers of the same API.
#[derive(Clone, Debug)]
pub struct Options {
    /// The most entries of a page; `None`: as many as requested.
    pub page_cap: Option<usize>,
    /// Pages past the end repeat the last one instead of being empty.
    pub repeats_last_page: bool,
    /// The delay between two deliveries.
    pub send_delay: Duration,
    /// How many messages can wait.
    pub queue_limit: usize,
    /// The status of a call without the Client-Token that it needs; undocumented.
    pub missing_client_token: StatusCode,
    /// People in a group have a `lid` beside their number. No page documents it; compatible servers show it.
    pub shows_lids: bool,
    /// The most calls, messages and reactions that are kept of each; `None`: all.
    pub max_history: Option<usize>,
}

impl Default for Options {
    /// Whole pages, messages delivered at once, a queue of 1,000, no lids beside numbers (Z-API docs).
    fn default() -> Self {
        Self {
            page_cap: None,
            repeats_last_page: false,
            send_delay: Duration::ZERO,
            queue_limit: 1_000,
            missing_client_token: StatusCode::FORBIDDEN,
            shows_lids: false,
            max_history: None,
        }
    }
}

/// The state that a waiting test sees.
#[derive(Debug)]
pub struct View<'a> {
    /// Communities, groups, messages, reactions.
    pub world: &'a World,
    /// The calls so far.
    pub calls: &'a [ApiCall],
}

impl Sandbox {
    /// Creates a sandbox with this world and these credentials.
    pub fn new(world: World, account: InstanceCredentials, options: Options) -> Self {
        let changed = watch::Sender::new(());
        let faults = FaultInjector::new(changed.clone());
        let state = SandboxState {
            world,
            calls: Vec::new(),
            webhooks: Webhooks::default(),
            snapshots: Snapshots::default(),
        };
        Self(Arc::new(SharedState { account, options, faults, changed, state: Mutex::new(state) }))
    }

    /// The credentials that it accepts.
    pub fn account(&self) -> &InstanceCredentials {
        &self.0.account
    }

    /// The faults.
    pub fn faults(&self) -> &FaultInjector {
        &self.0.faults
    }

    /// The calls so far, oldest first.
    pub fn calls(&self) -> Vec<ApiCall> {
        self.state().calls.clone()
    }

    /// The webhook URLs of the instance.
    pub fn webhooks(&self) -> Webhooks {
        self.state().webhooks.clone()
    }

    /// Notified of every change.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }

    /// Begins again with this world: no calls, no messages, no faults. Chat updates are numbered on.
    pub fn reset(&self, world: World) {
        self.faults().reset();
        {
            let mut state = self.state();
            let updates = state.world.chats.last_update();
            state.world = world;
            state.world.chats.number_updates_from(updates);
            state.calls.clear();
            state.snapshots = Snapshots::default();
        }
        self.notify();
    }

    /// Reads the world, or changes it as if done by hand. `look` must not call the sandbox.
    pub fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        let seen = look(&mut self.state().world);
        self.notify();
        seen
    }

    /// Reads the world, without a notice to those who wait for changes. `look` must not call the sandbox.
    pub fn world_snapshot<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.state().world)
    }

    /// The delivered messages of the bot, oldest first.
    pub fn sent(&self) -> Vec<SentMessage> {
        self.state().world.sent().to_vec()
    }

    /// The bot's reactions, oldest first, with those that were removed.
    pub fn reactions(&self) -> Vec<Reaction> {
        self.state().world.reactions().to_vec()
    }

    /// Waits for the first message after the first `n`.
    pub async fn next_sent_after(&self, n: usize) -> SentMessage {
        self.wait_until(|view| view.world.sent().get(n).cloned()).await
    }

    /// The chat updates after the first `n`, with edits, oldest first; only the last ones are kept.
    pub fn updates_after(&self, n: usize) -> Vec<ChatUpdate> {
        self.state().world.updates_after(n).cloned().collect()
    }

    /// Waits for the first chat update after the first `n`.
    pub async fn next_update_after(&self, n: usize) -> ChatUpdate {
        self.wait_until(|view| view.world.updates_after(n).next().cloned()).await
    }

    /// Waits for the first reaction after the first `n`.
    pub async fn next_reaction_after(&self, n: usize) -> Reaction {
        self.wait_until(|view| view.world.reactions().get(n).cloned()).await
    }

    /// Waits until `look` returns a value. It must not call the sandbox.
    pub async fn wait_until<T>(&self, mut look: impl FnMut(&View<'_>) -> Option<T>) -> T {
        let mut changed = self.0.changed.subscribe();
        loop {
            changed.borrow_and_update();
            let next_due = {
                let state = self.state();
                if let Some(found) = look(&View { world: &state.world, calls: &state.calls }) {
                    return found;
                }
                state.world.chats.next_due().filter(|_| self.is_online())
            };
            // `changed` fails only without a sender, and `self` is one.
            match next_due {
                Some(due) => tokio::select! { _ = changed.changed() => {}, () = sleep_until(due) => {} },
                None => drop(changed.changed().await),
            }
        }
    }

    pub(super) fn is_online(&self) -> bool {
        self.faults().active_faults().connection_loss.is_none()
    }

    /// Locks the state, after delivering messages that are due.
    pub(super) fn state(&self) -> MutexGuard<'_, SandboxState> {
        let is_online = self.is_online();
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if is_online {
            state.world.chats.deliver_due(Instant::now());
        }
        if let Some(most) = self.0.options.max_history {
            let excess = state.calls.len().saturating_sub(most);
            state.calls.drain(..excess);
            state.world.chats.trim(most);
        }
        state
    }

    /// Wakes waiting tests.
    pub(super) fn notify(&self) {
        self.0.changed.send_replace(());
    }
}
