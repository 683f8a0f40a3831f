//! Greets an admin at most once an hour. The journal also has the greetings, after a restart and for all replicas;
//! this saves a read of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

/// Time until an admin may be greeted again.
const COOLDOWN: Duration = Duration::from_secs(60 * 60);

/// The admins that were greeted, and when.
#[derive(Debug, Default)]
pub(super) struct GreetingCooldown(Mutex<HashMap<String, Timestamp>>);

impl GreetingCooldown {
    /// Whether an admin may be greeted.
    pub(super) fn is_due(&self, admin: &str, now: Timestamp) -> bool {
        let greeted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        greeted.get(admin).is_none_or(|last| *last > now || now.since(*last) >= COOLDOWN)
    }

    /// Records that a greeting is in the journal, which replies to one a day.
    pub(super) fn record(&self, admin: &str, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(admin.to_owned(), now);
    }
}
