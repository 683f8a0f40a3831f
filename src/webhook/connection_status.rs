//! What was heard of the connection: the journal remembers it, so that `/status` tells since when WhatsApp is
//! connected, or is not, after a restart and from every replica.
//!
//! Only what changes something is written. What this process heard last costs nothing when it comes again; what
//! else says nothing new costs a look into the journal, since another replica may have heard more.

use std::sync::{Mutex, PoisonError};

use crate::clock::Timestamp;
use crate::domain::InstanceName;
use crate::storage::{ConnectionReport, Store, StoreUnavailable};

/// The newest that this process heard of one instance, once the journal knows it. Nobody waits for another one's
/// event: what of two is news, the journal's statement decides.
#[derive(Debug, Default)]
pub(super) struct ConnectionStatusCache(Mutex<Option<ConnectionReport>>);

impl ConnectionStatusCache {
    /// Sees to it that the journal knows what a webhook told.
    ///
    /// # Errors
    /// The journal cannot be used: the event counts as not heard.
    pub(super) async fn update(
        &self,
        store: &Store,
        instance: &InstanceName,
        told: ConnectionReport,
        now: Timestamp,
    ) -> Result<(), StoreUnavailable> {
        let known = self.newest(now);
        if known == Some(told) {
            return Ok(());
        }
        store_if_changed(store, instance, told, now).await?;
        match known.filter(|known| known.at > told.at) {
            // It came late. If it interrupts what is known, this began anew with the newest.
            Some(known) => store_if_changed(store, instance, known, now).await,
            None => {
                let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                // Another event may have been heard meanwhile.
                if newest.is_none_or(|newest| newest.at <= told.at || !newest.is_plausible(now)) {
                    *newest = Some(told);
                }
                Ok(())
            }
        }
    }

    fn newest(&self, now: Timestamp) -> Option<ConnectionReport> {
        let newest = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        newest.filter(|known| known.is_plausible(now))
    }
}

/// Writes it down where it is news.
async fn store_if_changed(
    store: &Store,
    instance: &InstanceName,
    told: ConnectionReport,
    now: Timestamp,
) -> Result<(), StoreUnavailable> {
    if told.is_change(store.connection_report(instance, now).await?) {
        store.store_connection_report(instance, told, now).await?;
    }
    Ok(())
}
