//! Who said hello lately: a second hello costs the journal nothing.
//!
//! The journal remembers as well, for a restart and for replicas; this is what a busy day is spared.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

/// For how long an admin is not greeted again from here.
const COOLDOWN: Duration = Duration::from_secs(60 * 60);

/// The admins that said hello, and when.
#[derive(Debug, Default)]
pub(super) struct GreetingCooldown(Mutex<HashMap<String, Timestamp>>);

impl GreetingCooldown {
    /// Whether a hello is worth an answer.
    pub(super) fn is_due(&self, admin: &str, now: Timestamp) -> bool {
        let greeted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        greeted.get(admin).is_none_or(|last| *last > now || now.since(*last) >= COOLDOWN)
    }

    /// A hello is in the journal, which answers one a day.
    pub(super) fn record(&self, admin: &str, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(admin.to_owned(), now);
    }
}
