//! The incidents of the journal, and the one in memory that says that the journal cannot be used.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::incident::{Incident, IncidentKind};
use crate::storage::{Store, StoreUnavailable};

/// How often a change is attempted again that another change prevented.
const MAX_CONFLICTS: usize = 20;

/// The incidents that this process sees.
#[derive(Debug)]
pub(super) struct IncidentStore {
    store: Store,
    store_incident: Mutex<Incident>,
}

impl IncidentStore {
    pub(super) fn new(store: Store) -> Self {
        Self { store, store_incident: Incident::new("", IncidentKind::Store).into() }
    }

    fn store_incident(&self) -> MutexGuard<'_, Incident> {
        self.store_incident.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The incidents of the journal.
    pub(super) async fn stored(&self) -> Result<Vec<Incident>, StoreUnavailable> {
        Ok(self.store.incidents().await?.iter().filter_map(Incident::from_row).collect())
    }

    /// The incident about the journal.
    pub(super) fn about_store(&self) -> Incident {
        self.store_incident().clone()
    }

    /// All incidents; while the journal cannot be read, only the one that says so.
    pub(super) async fn all(&self) -> Vec<Incident> {
        let mut all = vec![self.about_store()];
        let stored = self.stored().await.unwrap_or_default();
        all.extend(stored.into_iter().filter(|incident| incident.kind != IncidentKind::Store));
        all
    }

    /// Keeps the changes of an incident, unless it was changed since it was read. Returns whether they are kept.
    pub(super) async fn save(&self, incident: &Incident) -> bool {
        if incident.kind != IncidentKind::Store {
            return self.save_to_journal(incident).await;
        }
        let mut known = self.store_incident();
        let is_current = known.version() == incident.version();
        if is_current {
            *known = incident.clone().with_next_version();
        }
        is_current
    }

    async fn save_to_journal(&self, incident: &Incident) -> bool {
        self.store.save_incident(incident.to_row()).await.unwrap_or_else(|error| {
            tracing::debug!(%error, "incident not stored");
            false
        })
    }

    /// Changes an incident as it is now. Returns whether the change still applied and is stored.
    pub(super) async fn update(&self, incident: &Incident, change: impl Fn(&mut Incident) -> bool) -> bool {
        let is_same = |other: &Incident| other.kind == incident.kind && other.instance == incident.instance;
        for _ in 0..MAX_CONFLICTS {
            let Some(mut current) = self.all().await.into_iter().find(is_same) else { return false };
            if !change(&mut current) {
                return false;
            }
            if self.save(&current).await {
                return true;
            }
        }
        false
    }

    /// Exchanges with the journal when somebody was told last that it cannot be used, so that the hour holds over a
    /// restart. `stored` are its incidents.
    pub(super) async fn sync_store_incident(&self, stored: &[Incident]) {
        let ours = self.about_store();
        let theirs = stored.iter().find(|incident| incident.kind == IncidentKind::Store);
        let last_notified_at = theirs.and_then(Incident::last_notified_at);
        if last_notified_at < ours.last_notified_at() {
            let mut row = theirs.cloned().unwrap_or_else(|| Incident::new("", IncidentKind::Store));
            if let Some(last_notified_at) = ours.last_notified_at() {
                row.set_last_notified_at(last_notified_at);
            }
            self.save_to_journal(&row).await;
        } else if let Some(last_notified_at) =
            last_notified_at.filter(|last_notified_at| ours.last_notified_at() < Some(*last_notified_at))
        {
            self.store_incident().set_last_notified_at(last_notified_at);
        }
    }
}
