//! What was heard of the connection: the journal remembers it, so that `/status` tells since when WhatsApp is
//! connected, or is not, after a restart and from every replica.
//!
//! Only what changes something is written. What this process heard last costs nothing when it comes again; what
//! else says nothing new costs a look into the journal, since another replica may have heard more.

use tokio::sync::Mutex;

use crate::clock::Timestamp;
use crate::storage::{Store, Told, Unavailable};

/// The newest that this process heard of one instance, once the journal knows it. One event at a time
/// is looked at.
#[derive(Debug, Default)]
pub(super) struct Heard(Mutex<Option<Told>>);

impl Heard {
    /// Sees to it that the journal knows what a webhook told.
    ///
    /// # Errors
    /// The journal cannot be used: the event counts as not heard.
    pub(super) async fn keep(
        &self,
        store: &Store,
        instance: &str,
        told: Told,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        let mut newest = self.0.lock().await;
        let known = newest.filter(|known| known.is_believed(now));
        if known == Some(told) {
            return Ok(());
        }
        settle(store, instance, told, now).await?;
        match known.filter(|known| known.at > told.at) {
            // It came late. If it interrupts what is known, this began anew with the newest.
            Some(known) => settle(store, instance, known, now).await,
            None => {
                *newest = Some(told);
                Ok(())
            }
        }
    }
}

/// Writes it down where it is news.
async fn settle(store: &Store, instance: &str, told: Told, now: Timestamp) -> Result<(), Unavailable> {
    if told.is_news(store.connection(instance, now).await?) {
        store.tell(instance, told, now).await?;
    }
    Ok(())
}
