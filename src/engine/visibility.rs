//! What the admin of a community does not see: other communities, and what is in them. What cannot be read is
//! not visible.

use std::collections::HashSet;

use futures_util::FutureExt;

use crate::authorization::may_in;
use crate::command::{CommandError, Context};
use crate::config::AdminsFrom;
use crate::directory::{CommunityEntry, NameMatch, fold, join_bounded};
use crate::domain::{CommunityId, GroupId};
use crate::parse::word_lists::in_word_list;
use crate::zapi::{ApiError, ApiErrorKind};

/// The groups that an admin may see.
pub enum VisibleGroups {
    /// All of them.
    All,
    /// All but those of communities that the admin does not see; each of these was read.
    AllBut(HashSet<GroupId>),
    /// Those of the admin's own communities: whether other groups belong to a community is not known.
    Only(HashSet<GroupId>),
}

impl VisibleGroups {
    /// Whether this group is one of them.
    pub fn contains(&self, group: &GroupId) -> bool {
        match self {
            Self::All => true,
            Self::AllBut(hidden) => !hidden.contains(group),
            Self::Only(shown) => shown.contains(group),
        }
    }

    /// Whether groups may be missing because something could not be read.
    pub fn is_incomplete(&self) -> bool {
        matches!(self, Self::Only(_))
    }
}

impl Context<'_> {
    /// Whether the admin may see a community.
    pub fn can_see(&self, id: &CommunityId, name: &str) -> bool {
        may_in(self.admin, id, name, self.directory)
    }

    /// Whether the admin may see this community.
    pub fn sees(&self, community: &CommunityEntry) -> bool {
        self.can_see(&community.id, &community.name)
    }

    /// The groups that the admin may see. For the admin of a community these are the groups of their
    /// communities, and groups of no community: that is known only if all other communities were read.
    ///
    /// # Errors
    /// A community cannot be read at the moment.
    pub async fn visible_groups(&self) -> Result<VisibleGroups, CommandError> {
        if self.admin.from == AdminsFrom::Config {
            return Ok(VisibleGroups::All);
        }
        let snapshot = self.directory.snapshot(self.zapi).await?;
        let (own, others): (Vec<_>, Vec<_>) =
            snapshot.communities.all().map(|each| &each.id).partition(|id| self.can_see(id, ""));
        // A list without one of theirs may lack others.
        let lists = |id: &String| own.iter().any(|own| own.as_str() == id);
        let is_listed = snapshot.lists_all_communities && self.admin.communities.iter().all(lists);
        if is_listed && let (hidden, true) = self.groups_of(&others).await? {
            return Ok(VisibleGroups::AllBut(hidden));
        }
        Ok(VisibleGroups::Only(self.groups_of(&own).await?.0))
    }

    /// The groups of those of these communities that could be read completely, and whether all could.
    async fn groups_of(&self, communities: &[&CommunityId]) -> Result<(HashSet<GroupId>, bool), ApiError> {
        // On the last attempt it counts as hidden, as does an unreadable response.
        let may_be_read_later = |cause: ApiErrorKind| {
            cause.is_temporary() && cause != ApiErrorKind::Unreadable && !self.is_last_attempt
        };
        let reads = communities.iter().map(|community| self.zapi.community(community).boxed());
        let (mut groups, mut is_whole) = (HashSet::new(), true);
        for read in join_bounded(reads.collect()).await {
            match read {
                // Every community has an announcement group.
                Ok(details) if details.announcement().is_some() => {
                    groups.extend(details.groups.into_iter().map(|group| group.id));
                }
                Err(error) if error.cause.affects_instance() || may_be_read_later(error.cause) => {
                    return Err(error);
                }
                Ok(_) | Err(_) => is_whole = false,
            }
        }
        Ok((groups, is_whole))
    }

    /// Retains the matches of each word that the admin may see. What is named by its whole name stays,
    /// so that the reply can say how it is; the beginning of a name reveals nothing.
    pub async fn retain_visible(
        &self,
        words: &[String],
        found: Vec<NameMatch<GroupId>>,
    ) -> Result<Vec<NameMatch<GroupId>>, CommandError> {
        let is_in_full = |word: &String, found: &NameMatch<GroupId>| match found {
            NameMatch::Exact(group) => {
                let word = fold(word);
                word == fold(&group.name) || GroupId::parse(&word).is_some() || in_word_list(&word, "here")
            }
            _ => false,
        };
        let is_everything = words.iter().zip(&found).all(|(word, found)| is_in_full(word, found));
        if self.admin.from == AdminsFrom::Config || is_everything {
            return Ok(found);
        }
        let visible = self.visible_groups().await?;
        let is_seen = |id: &GroupId| visible.contains(id);
        let seen = words.iter().zip(found).map(|(word, found)| match &found {
            NameMatch::Exact(group) if !is_in_full(word, &found) && !is_seen(&group.id) => {
                NameMatch::NotFound { suggestions: Vec::new() }
            }
            _ => found.retain(is_seen),
        });
        Ok(seen.collect())
    }
}
