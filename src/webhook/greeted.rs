//! Who said hello lately: a second hello costs the journal nothing.
//!
//! The journal remembers as well, for a restart and for replicas; this is what a busy day is spared.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

/// For how long an admin is not greeted again from here.
const PAUSE: Duration = Duration::from_secs(60 * 60);

/// The admins that said hello, and when.
#[derive(Debug, Default)]
pub(super) struct Greeted(Mutex<HashMap<String, Timestamp>>);

impl Greeted {
    /// Whether this hello is worth an answer.
    pub(super) fn take(&self, admin: &str, now: Timestamp) -> bool {
        let mut greeted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match greeted.get(admin) {
            Some(last) if *last <= now && now.since(*last) < PAUSE => false,
            _ => {
                greeted.insert(admin.to_owned(), now);
                true
            }
        }
    }

    /// This hello is not answered after all: the next one may be.
    pub(super) fn give_back(&self, admin: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(admin);
    }
}
