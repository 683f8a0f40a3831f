//! The connection status of an instance: stored in the journal, so that `/status` reports since when WhatsApp is
//! connected or disconnected, also after a restart and from every replica.
//!
//! Only changes are stored. A repetition of the last report costs nothing; any other report that changes nothing costs
//! a read of the journal, since another replica may have received more.

use std::sync::{Mutex, PoisonError};

use crate::clock::Timestamp;
use crate::domain::InstanceName;
use crate::storage::{ConnectionReport, Store, StoreUnavailable};

/// The newest report on one instance that this process has stored. Simultaneous events do not wait for each other: the
/// statement of the journal decides which of them is a change.
#[derive(Debug, Default)]
pub(super) struct ConnectionStatusCache(Mutex<Option<ConnectionReport>>);

impl ConnectionStatusCache {
    /// Stores a report if it is a change.
    ///
    /// # Errors
    /// The journal cannot be used: the report counts as not received.
    pub(super) async fn update(
        &self,
        store: &Store,
        instance: &InstanceName,
        report: ConnectionReport,
        now: Timestamp,
    ) -> Result<(), StoreUnavailable> {
        let known = self.newest(now);
        if known == Some(report) {
            return Ok(());
        }
        store_if_changed(store, instance, report, now).await?;
        match known.filter(|known| known.at > report.at) {
            // It is late. If it is a change before the newest report, that one is a change once more.
            Some(known) => store_if_changed(store, instance, known, now).await,
            None => {
                let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                // Another event may have been received meanwhile.
                if newest.is_none_or(|newest| newest.at <= report.at || !newest.is_plausible(now)) {
                    *newest = Some(report);
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

/// Stores a report if it is a change.
async fn store_if_changed(
    store: &Store,
    instance: &InstanceName,
    report: ConnectionReport,
    now: Timestamp,
) -> Result<(), StoreUnavailable> {
    if report.is_change(store.connection_report(instance, now).await?) {
        store.store_connection_report(instance, report, now).await?;
    }
    Ok(())
}
