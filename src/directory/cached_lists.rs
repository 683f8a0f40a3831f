//! The cached lists of communities and groups; concurrent callers share one read.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::name_index::{NameIndex, NamedEntry};
use crate::domain::{CommunityId, GroupId};
use crate::zapi::{ApiError, ApiErrorKind, Zapi};

/// The lists of an instance.
#[derive(Debug, Default)]
pub(super) struct CachedLists {
    cached: std::sync::Mutex<Cached>,
    /// When and how the last read failed; locked during a read.
    failed: Mutex<Option<(Instant, ApiError)>>,
    /// The community of each group, when that was read, and after how many moves; locked during a read.
    pub(super) memberships: Mutex<Option<(Instant, usize, Arc<Memberships>)>>,
}

/// The lists that were read last; using them does not wait for a read.
#[derive(Debug, Default)]
struct Cached {
    /// When the read began, and its result.
    lists: Option<(Instant, Arc<Snapshot>)>,
    /// Lists read before this moment are outdated: this process changed them.
    changed_at: Option<Instant>,
}

/// The community of each group.
#[derive(Debug, Default)]
pub struct Memberships {
    pub(super) by_group: HashMap<GroupId, CommunityId>,
    /// Whether every community could be read.
    pub is_complete: bool,
}

impl Memberships {
    /// The community of a group, where that is known.
    pub fn community_of(&self, group: &GroupId) -> Option<&CommunityId> {
        self.by_group.get(group)
    }
}

/// Both lists, read at one time.
#[derive(Debug)]
pub struct Snapshot {
    /// The communities, by name.
    pub communities: NameIndex<CommunityId>,
    /// Whether every entry of the list of communities could be read.
    pub lists_all_communities: bool,
    /// The groups, by name; announcement groups may be among them.
    pub groups: NameIndex<GroupId>,
}

impl Snapshot {
    /// The same lists with only these groups.
    pub fn with_groups(&self, is_kept: impl Fn(&NamedEntry<GroupId>) -> bool) -> Self {
        Self {
            communities: self.communities.clone(),
            lists_all_communities: self.lists_all_communities,
            groups: NameIndex::new(self.groups.all().filter(|group| is_kept(group)).cloned().collect()),
        }
    }
}

impl CachedLists {
    /// The lists, read after `moment`; concurrent callers share one read, and none waits for it longer
    /// than its own attempt lasts.
    pub(super) async fn read_newer_than(
        &self,
        zapi: &Zapi,
        moment: Option<Instant>,
    ) -> Result<Arc<Snapshot>, ApiError> {
        if let Some(snapshot) = self.known_since(moment) {
            return Ok(snapshot);
        }
        let requested_at = Instant::now();
        let mut failed = zapi.before_deadline("communities", self.failed.lock()).await?;
        if let Some((failed_at, error)) = &*failed
            && *failed_at > requested_at
            && error.cause != ApiErrorKind::DeadlineExceeded
        {
            // Callers that waited for this read share its failure, but not the end of another
            // caller's attempt.
            return Err(error.clone());
        }
        if let Some(snapshot) = self.known_since(moment) {
            return Ok(snapshot);
        }
        let read = self.read(zapi).await;
        if let Err(error) = &read {
            *failed = Some((Instant::now(), error.clone()));
        }
        read
    }

    fn known_since(&self, moment: Option<Instant>) -> Option<Arc<Snapshot>> {
        let cached = self.cached();
        let since = moment.max(cached.changed_at);
        let (read_at, snapshot) = cached.lists.as_ref()?;
        since.is_none_or(|since| *read_at > since).then(|| snapshot.clone())
    }

    async fn read(&self, zapi: &Zapi) -> Result<Arc<Snapshot>, ApiError> {
        let started = Instant::now();
        let (communities, groups) = tokio::join!(zapi.list_communities(), zapi.groups());
        let (communities, lists_all_communities) = communities?;
        let communities = communities.into_iter().map(|each| NamedEntry { id: each.id, name: each.name });
        let groups = groups?.into_iter().map(|each| NamedEntry { id: each.id, name: each.name });
        let snapshot = Arc::new(Snapshot {
            communities: NameIndex::new(communities.collect()),
            lists_all_communities,
            groups: NameIndex::new(groups.collect()),
        });
        self.cached().lists = Some((started, snapshot.clone()));
        Ok(snapshot)
    }

    /// The lists that were read last, and when, however old.
    pub(super) fn last_read(&self) -> Option<(Instant, Arc<Snapshot>)> {
        self.cached().lists.clone()
    }

    pub(super) fn invalidate(&self) {
        self.cached().changed_at = Some(Instant::now());
    }

    fn cached(&self) -> MutexGuard<'_, Cached> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
