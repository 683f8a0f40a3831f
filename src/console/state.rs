//! What the pages of the console read.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::sign_in::SignIn;
use crate::clock::{Clock, Timestamp};
use crate::config::{EffectiveConfig, Instance};
use crate::instance::{InstanceRuntime, ReloadableInstance};
use crate::monitor::Monitor;
use crate::storage::{CommandDetails, Store};
use crate::web::PageError;

/// How many pages are made at a time, so that commands never wait for the console's reads.
const MAX_CONCURRENT_PAGES: usize = 2;
/// The longest id of a command.
const MAX_ID_LEN: usize = 64;
/// How long a page waits for its turn.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// What the pages of the console read.
#[derive(Clone)]
pub struct ConsoleState {
    /// The journal.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// When the service started.
    pub started_at: Timestamp,
    /// The instances, in the order of their names.
    pub instances: Arc<[Arc<ReloadableInstance>]>,
    /// The configuration as it holds.
    pub effective: EffectiveConfig,
    /// Reads the metrics.
    pub monitor: Arc<Monitor>,
    /// A page takes one of these while it is made.
    pub turns: Arc<Semaphore>,
    /// Who may look at them.
    pub sign_in: Arc<SignIn>,
}

impl ConsoleState {
    /// The turns of [`ConsoleState::turns`].
    pub fn new_turns() -> Arc<Semaphore> {
        Arc::new(Semaphore::new(MAX_CONCURRENT_PAGES))
    }

    /// The names of the instances: nothing of others is shown.
    pub(super) fn instance_names(&self) -> Vec<String> {
        self.instances.iter().map(|instance| instance.name.to_string()).collect()
    }

    /// The runtimes that hold now.
    pub(super) fn runtimes(&self) -> Vec<Arc<InstanceRuntime>> {
        self.instances.iter().map(|instance| instance.runtime().clone()).collect()
    }

    /// The command with this id, if it is of an instance of this service.
    ///
    /// # Errors
    /// There is none; that of an instance which is not configured here counts as none.
    pub(super) async fn find_command(&self, id: &str) -> Result<CommandDetails, PageError> {
        // What is no id is not looked up: PostgreSQL takes no NUL.
        let is_id = id.len() <= MAX_ID_LEN && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !is_id {
            return Err(PageError::NotFound);
        }
        let found = self.store.command_details(id).await?;
        let is_ours = |found: &CommandDetails| {
            self.instances.iter().any(|instance| instance.name.as_str() == found.row.instance)
        };
        found.filter(is_ours).ok_or(PageError::NotFound)
    }

    /// The configurations of the instances.
    pub(super) fn configs(&self) -> Vec<Instance> {
        self.runtimes().iter().map(|runtime| runtime.config.clone()).collect()
    }
}

/// Makes a page when it has its turn.
pub(super) async fn take_turn(State(state): State<ConsoleState>, request: Request, next: Next) -> Response {
    match timeout(MAX_WAIT, state.turns.acquire()).await {
        Ok(Ok(_turn)) => next.run(request).await,
        _ => PageError::Unavailable.into_response(),
    }
}
