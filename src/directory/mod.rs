//! The communities and groups of an instance, by the names that people give them.
//!
//! Both lists are read in full and cached for a minute; if a name is not found, they are read
//! again. Announcement groups carry their community's name and are no target of anything, so a
//! name never resolves to one: a group named like a community is looked up before it is offered.
//!
//! Aliases are of two kinds: those of the configuration, and those that admins set in a chat, which
//! are read for each command since another process may have written them. Permissions use the first kind
//! alone, so that no one can extend their own from a chat.

mod admin_cache;
mod name_index;
mod folding;
mod community_admins;
mod invitations;
mod cached_lists;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::time::Instant;

pub use cached_lists::{Memberships, Snapshot};
pub use community_admins::{CommunityAdmin, CommunityAdmins, ReadMembers};
pub use folding::{fold, fold_latin_char, fold_word, is_invisible, strip_control};
pub use invitations::InviteTarget;
pub use name_index::{
    MIN_SIMILARITY, NameIndex, NameMatch, NamedEntry, count_typos, disambiguate, disambiguate_by,
    is_misspelled, is_similar, similarity_of,
};

use cached_lists::CachedLists;

use crate::domain::{Chat, CommunityId, GroupId};
use crate::zapi::{ApiError, Zapi};

/// How long the lists are cached.
const LISTS_TTL: Duration = Duration::from_secs(60);
/// How many reads run at the same time.
const MAX_CONCURRENT_READS: usize = 8;

/// A community that a person named.
pub type CommunityEntry = NamedEntry<CommunityId>;
/// A group that a person named.
pub type GroupEntry = NamedEntry<GroupId>;

/// The directory of an instance: its communities, groups and aliases.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Aliases of the configuration, folded.
    config_aliases: Arc<[(String, String)]>,
    /// Aliases set in a chat, folded.
    chat_aliases: Vec<(String, String)>,
    lists: Arc<CachedLists>,
}

impl Directory {
    /// Creates a directory with the aliases of the configuration; reads nothing yet.
    pub fn new(aliases: &[(String, String)]) -> Self {
        Self { config_aliases: fold_names(aliases), chat_aliases: Vec::new(), lists: Arc::default() }
    }

    /// The same lists, with other aliases of the configuration.
    pub fn with_config_aliases(&self, aliases: &[(String, String)]) -> Self {
        Self { config_aliases: fold_names(aliases), chat_aliases: Vec::new(), lists: self.lists.clone() }
    }

    /// The same lists, with aliases that were set in a chat; those of the configuration come first.
    pub fn with_aliases(&self, kept: impl IntoIterator<Item = (String, String)>) -> Self {
        let kept = kept.into_iter().map(|(name, id)| (fold(&name), id)).collect();
        Self { config_aliases: self.config_aliases.clone(), chat_aliases: kept, lists: self.lists.clone() }
    }

    /// The lists, at most a minute old.
    pub async fn snapshot(&self, zapi: &Zapi) -> Result<Arc<Snapshot>, ApiError> {
        self.lists.read_newer_than(zapi, Instant::now().checked_sub(LISTS_TTL)).await
    }

    /// The lists, read after this moment.
    pub async fn newer_snapshot(&self, zapi: &Zapi, asked: Instant) -> Result<Arc<Snapshot>, ApiError> {
        self.lists.read_newer_than(zapi, Some(asked)).await
    }

    /// The lists as last read, and when, without a call; none if they were never read.
    pub fn last_snapshot(&self) -> Option<(Instant, Arc<Snapshot>)> {
        self.lists.last_read()
    }

    /// The community of each group as last read, and when, without a call; none if that is not known, or is read now.
    pub fn last_memberships(&self) -> Option<(Instant, Arc<Memberships>)> {
        let cached = self.lists.memberships.try_lock().ok()?;
        cached.as_ref().map(|(read_at, _, memberships)| (*read_at, memberships.clone()))
    }

    /// Marks the lists as outdated, after this process changed something.
    pub async fn invalidate(&self) {
        self.lists.invalidate();
    }

    /// The community that a person named.
    pub async fn find_community(&self, zapi: &Zapi, typed: &str) -> Result<NameMatch<CommunityId>, ApiError> {
        self.find_in_lists(zapi, typed, |snapshot, typed| {
            snapshot.communities.find(typed, CommunityId::parse(typed))
        })
        .await
    }

    /// The same for a person that sees only these communities.
    pub async fn find_community_among(
        &self,
        zapi: &Zapi,
        typed: &str,
        is_seen: impl Fn(&CommunityEntry) -> bool,
    ) -> Result<NameMatch<CommunityId>, ApiError> {
        self.find_in_lists(zapi, typed, |snapshot, typed| {
            let seen = snapshot.communities.all().filter(|entry| is_seen(entry)).cloned();
            NameIndex::new(seen.collect()).find(typed, CommunityId::parse(typed))
        })
        .await
    }

    /// Searches the lists, and newer ones if it finds nothing.
    async fn find_in_lists(
        &self,
        zapi: &Zapi,
        typed: &str,
        find: impl Fn(&Snapshot, &str) -> NameMatch<CommunityId>,
    ) -> Result<NameMatch<CommunityId>, ApiError> {
        let typed = self.expand_alias(typed);
        let requested_at = Instant::now();
        let found = find(&*self.snapshot(zapi).await?, typed);
        match found {
            NameMatch::NotFound { .. } => {
                Ok(find(&*self.lists.read_newer_than(zapi, Some(requested_at)).await?, typed))
            }
            found => Ok(found),
        }
    }

    /// The groups that a person named, one result a word. `here` are the words for this chat.
    pub async fn find_groups(
        &self,
        zapi: &Zapi,
        typed: &[String],
        chat: &Chat,
        here: &[String],
    ) -> Result<Vec<NameMatch<GroupId>>, ApiError> {
        let requested_at = Instant::now();
        let mut snapshot = self.snapshot(zapi).await?;
        let mut found: Vec<_> =
            typed.iter().map(|word| self.find_group(&snapshot, word, chat, here)).collect();
        if found.iter().any(|each| matches!(each, NameMatch::NotFound { .. })) {
            snapshot = self.lists.read_newer_than(zapi, Some(requested_at)).await?;
            found = typed.iter().map(|word| self.find_group(&snapshot, word, chat, here)).collect();
        }
        let is_id = |word: &String| GroupId::parse(self.expand_alias(word)).is_some();
        let kept = typed.iter().zip(found).map(|(word, found)| {
            let snapshot = &snapshot;
            let is_id = is_id(word);
            async move {
                // An id may be that of an announcement group; a name may not.
                if is_id { Ok(found) } else { exclude_announcements(zapi, snapshot, found).await }
            }
            .boxed()
        });
        join_bounded(kept.collect()).await.into_iter().collect()
    }

    /// All groups but announcement groups, by name; with `words`, those whose names hold them all.
    pub async fn list_groups(&self, zapi: &Zapi, words: &[String]) -> Result<Vec<GroupEntry>, ApiError> {
        let snapshot = self.snapshot(zapi).await?;
        let matching = match words {
            [pattern] if pattern.contains('*') => snapshot.groups.matching(pattern),
            words => snapshot.groups.containing_all(words),
        };
        match exclude_announcements(zapi, &snapshot, NameMatch::Many(matching)).await? {
            NameMatch::Many(groups) => Ok(groups),
            NameMatch::Exact(group) => Ok(vec![group]),
            NameMatch::Ambiguous(_) | NameMatch::NotFound { .. } => Ok(Vec::new()),
        }
    }

    /// The community of each group: at most a minute old, and read after the last move of this process. What could
    /// not be read is left out, and such a result is not cached.
    pub async fn memberships(&self, zapi: &Zapi) -> Result<Arc<Memberships>, ApiError> {
        let snapshot = self.snapshot(zapi).await?;
        let call = "communities-metadata";
        let mut cached = zapi.before_deadline(call, self.lists.memberships.lock()).await?;
        let (now, moves) = (Instant::now(), zapi.move_count());
        if let Some((read_at, after, memberships)) = &*cached
            && now.duration_since(*read_at) < LISTS_TTL
            && *after == moves
        {
            return Ok(memberships.clone());
        }
        let reads = snapshot.communities.all().map(|community| {
            async move { (community.id.clone(), zapi.community(&community.id).await) }.boxed()
        });
        let mut memberships = Memberships { by_group: HashMap::new(), is_complete: true };
        for (community, details) in join_bounded(reads.collect()).await {
            match details {
                Ok(details) => {
                    memberships.is_complete &= details.lists_groups();
                    let groups = details.groups.into_iter().map(|group| (group.id, community.clone()));
                    memberships.by_group.extend(groups);
                }
                Err(_) => memberships.is_complete = false,
            }
        }
        let memberships = Arc::new(memberships);
        *cached = memberships.is_complete.then(|| (now, moves, memberships.clone()));
        Ok(memberships)
    }

    fn find_group(
        &self,
        snapshot: &Snapshot,
        typed: &str,
        chat: &Chat,
        here: &[String],
    ) -> NameMatch<GroupId> {
        if here.contains(&fold(typed)) {
            return match chat {
                Chat::Group(id) => snapshot.groups.find(id.as_str(), Some(id.clone())).or_by_id(id),
                Chat::Direct(_) => NameMatch::NotFound { suggestions: Vec::new() },
            };
        }
        let typed = self.expand_alias(typed);
        if let Some(id) = GroupId::parse(typed) {
            // A group that the list lacks is read by its id.
            return snapshot.groups.find(typed, Some(id.clone())).or_by_id(&id);
        }
        if typed.contains('*') {
            return match snapshot.groups.matching(typed) {
                matching if matching.is_empty() => NameMatch::NotFound { suggestions: Vec::new() },
                matching => NameMatch::Many(matching),
            };
        }
        snapshot.groups.find(typed, None)
    }

    /// The id of an alias, else the word itself.
    fn expand_alias<'a>(&'a self, typed: &'a str) -> &'a str {
        self.alias(typed).unwrap_or(typed)
    }

    /// The id of an alias of the configuration. Permissions use these.
    pub fn config_alias(&self, typed: &str) -> Option<&str> {
        let folded = fold(typed);
        self.config_aliases.iter().find(|(name, _)| *name == folded).map(|(_, id)| id.as_str())
    }

    /// The id of an alias that was set in a chat.
    pub fn chat_alias(&self, typed: &str) -> Option<&str> {
        let folded = fold(typed);
        self.chat_aliases.iter().find(|(name, _)| *name == folded).map(|(_, id)| id.as_str())
    }

    /// The id of an alias of either kind.
    pub fn alias(&self, typed: &str) -> Option<&str> {
        self.config_alias(typed).or_else(|| self.chat_alias(typed))
    }

    /// The aliases of the configuration, as folded name and id.
    pub fn config_aliases(&self) -> &[(String, String)] {
        &self.config_aliases
    }

    /// The aliases that were set in a chat, as folded name and id.
    pub fn chat_aliases(&self) -> &[(String, String)] {
        &self.chat_aliases
    }
}

/// Removes the announcement groups from a match by name.
async fn exclude_announcements(
    zapi: &Zapi,
    snapshot: &Snapshot,
    found: NameMatch<GroupId>,
) -> Result<NameMatch<GroupId>, ApiError> {
    let keep = |groups| keep_ordinary_groups(zapi, snapshot, groups);
    Ok(match found {
        NameMatch::Exact(group) => match keep(vec![group]).await?.pop() {
            Some(group) => NameMatch::Exact(group),
            None => NameMatch::NotFound { suggestions: Vec::new() },
        },
        NameMatch::Ambiguous(groups) => {
            let mut groups = keep(groups).await?;
            match (groups.len(), groups.pop()) {
                (1, Some(group)) => NameMatch::Exact(group),
                (_, Some(last)) => {
                    groups.push(last);
                    NameMatch::Ambiguous(groups)
                }
                (_, None) => NameMatch::NotFound { suggestions: Vec::new() },
            }
        }
        NameMatch::Many(groups) => NameMatch::Many(keep(groups).await?),
        NameMatch::NotFound { suggestions: nearest } => {
            NameMatch::NotFound { suggestions: keep(nearest).await? }
        }
    })
}

async fn keep_ordinary_groups(
    zapi: &Zapi,
    snapshot: &Snapshot,
    groups: Vec<GroupEntry>,
) -> Result<Vec<GroupEntry>, ApiError> {
    let reads = groups.into_iter().map(|group| {
        async move {
            if !snapshot.communities.has_name(&group.name) {
                return Ok(Some(group));
            }
            match zapi.group(&group.id).await {
                Ok(details) => Ok((!details.is_announcement).then_some(group)),
                // A group that cannot be read is not offered by a name that may be a community's.
                Err(error) if error.proves_absence() => Ok(None),
                Err(error) => Err(error),
            }
        }
        .boxed()
    });
    let kept: Result<Vec<Option<GroupEntry>>, ApiError> =
        join_bounded(reads.collect()).await.into_iter().collect();
    Ok(kept?.into_iter().flatten().collect())
}

/// Runs reads eight at a time; the results keep their order.
pub async fn join_bounded<T>(reads: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    stream::iter(reads).buffered(MAX_CONCURRENT_READS).collect().await
}

fn fold_names(aliases: &[(String, String)]) -> Arc<[(String, String)]> {
    aliases.iter().map(|(name, id)| (fold(name), id.clone())).collect()
}
