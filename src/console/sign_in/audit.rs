//! The record of what people read and did in the console: a row in the journal, and a log line. Never the texts
//! themselves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use crate::clock::{Clock, Timestamp};
use crate::storage::{ConsoleAccess, Store};
use crate::web::PageError;

/// A page that is loaded again within this time, also by itself, is one reading.
const SAME_READING: Duration = Duration::from_secs(10 * 60);
/// Readings that are remembered; then all are dropped, and the next ones are recorded again.
const MAX_REMEMBERED: usize = 1_000;
/// How long a page waits for the record of a reading.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);
/// The longest target, in characters.
const MAX_TARGET_CHARS: usize = 200;

/// Name, role, client, page.
type Reading = [String; 4];

/// Who does something.
#[derive(Clone, Copy, Debug)]
pub(in crate::console) struct Actor<'a> {
    pub(in crate::console) name: &'a str,
    /// The word for the role.
    pub(in crate::console) role: &'static str,
    /// The address of the client.
    pub(in crate::console) client: &'a str,
}

/// Records accesses to the console.
#[derive(Clone)]
pub(in crate::console) struct AuditLog {
    store: Store,
    clock: Clock,
    /// When somebody last read a page.
    readings: Arc<Mutex<HashMap<Reading, Timestamp>>>,
}

impl std::fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuditLog")
    }
}

impl AuditLog {
    pub(in crate::console) fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, readings: Arc::default() }
    }

    /// Records an action, before it is done.
    pub(in crate::console) async fn record(
        &self,
        actor: Actor<'_>,
        action: &str,
        target: &str,
    ) -> Result<(), PageError> {
        let target: String = target.chars().take(MAX_TARGET_CHARS).collect();
        let Actor { name, role, client } = actor;
        tracing::info!(name, role, client, action, path = target, "console access");
        let access = ConsoleAccess {
            at: self.clock.now(),
            name: name.to_owned(),
            role: role.to_owned(),
            client: client.to_owned(),
            action: action.to_owned(),
            target,
        };
        self.store.insert_console_access(access).await.map_err(|_| PageError::Unavailable)
    }

    /// Records that texts of messages are shown, once in a while for each page.
    pub(in crate::console) async fn record_reading(
        &self,
        actor: Actor<'_>,
        target: &str,
    ) -> Result<(), PageError> {
        let now = self.clock.now();
        let reading = [actor.name, actor.role, actor.client, target].map(str::to_owned);
        if self.is_known(&reading, now) {
            return Ok(());
        }
        let recorded = timeout(WRITE_TIMEOUT, self.record(actor, "read_texts", target)).await;
        recorded.unwrap_or(Err(PageError::Unavailable))?;
        let mut readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        if readings.len() >= MAX_REMEMBERED {
            readings.clear();
        }
        readings.insert(reading, now);
        Ok(())
    }

    fn is_known(&self, reading: &Reading, now: Timestamp) -> bool {
        let readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        readings.get(reading).is_some_and(|at| *at <= now && now.since(*at) < SAME_READING)
    }
}
