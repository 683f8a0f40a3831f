//! How groups are linked and unlinked, and where they are afterwards.

use crate::command::progress::MIN_ITEMS_FOR_PROGRESS;
use crate::command::{CommandError, Context};
use crate::domain::{CommunityId, GroupId};
use crate::engine::links::plan::{LinkAction, LinkPlan, SourceCommunity};
use crate::engine::outcome::ItemOutcome;
use crate::engine::reconcile::ItemChange;
use crate::zapi::{ApiError, ChangePermit, CommunityDetails, GroupDetails};

/// Links groups of a plan to a community, or unlinks them from it.
pub struct GroupChange<'a> {
    action: LinkAction,
    community: &'a CommunityId,
    plan: &'a LinkPlan,
    /// The groups that the community did not list when it was first read.
    pub unlisted: Option<Vec<usize>>,
}

impl<'a> GroupChange<'a> {
    /// A change of groups of this community, which is not read yet.
    pub fn new(action: LinkAction, community: &'a CommunityId, plan: &'a LinkPlan) -> Self {
        Self { action, community, plan, unlisted: None }
    }

    /// Whether a group is as wanted. When unlinking, a group that was missing from the first read of the community is
    /// checked with its own read, because the list may lag. If the community lists no groups, each group is read.
    async fn is_satisfied(&self, context: &Context<'_>, details: &CommunityDetails, at: usize) -> bool {
        let Some(group) = &self.plan.items[at].id else { return true };
        let is_link = self.action.links();
        if !details.lists_groups() {
            let is_in = self.is_in_community(context, group).await;
            return is_in.is_ok_and(|is_in| is_in == is_link);
        }
        let is_satisfied = details.find(group).is_some() == is_link;
        let is_unlisted = self.unlisted.as_ref().is_some_and(|unlisted| unlisted.contains(&at));
        if is_satisfied && !is_link && is_unlisted {
            return !matches!(self.is_in_community(context, group).await, Ok(true));
        }
        is_satisfied
    }

    async fn is_in_community(&self, context: &Context<'_>, group: &GroupId) -> Result<bool, ApiError> {
        let group = context.zapi.group(group).await?;
        Ok(group.community.as_ref() == Some(self.community))
    }
}

impl ItemChange for GroupChange<'_> {
    const CHUNK: Option<usize> = Some(MIN_ITEMS_FOR_PROGRESS);

    // One group of which Z-API always fails must not keep the others from being changed.
    const STOPS_AT_TEMPORARY_ERROR: bool = false;

    fn call_name(&self) -> &'static str {
        self.action.call_name()
    }

    async fn call(
        &mut self,
        context: &mut Context<'_>,
        groups: &[usize],
        permit: ChangePermit,
    ) -> Result<Result<(), ApiError>, CommandError> {
        let groups = self.plan.ids(groups);
        Ok(match self.action.links() {
            true => context.zapi.link(self.community, &groups, permit).await,
            false => context.zapi.unlink(self.community, &groups, permit).await,
        })
    }

    async fn find_pending(
        &mut self,
        context: &Context<'_>,
        groups: Vec<usize>,
    ) -> Result<Vec<usize>, ApiError> {
        let details = context.zapi.community(self.community).await?;
        self.unlisted.get_or_insert_with(|| self.plan.find_unlisted(&details, &groups));
        let mut pending = Vec::new();
        for at in groups {
            if !self.is_satisfied(context, &details, at).await {
                pending.push(at);
            }
        }
        Ok(pending)
    }

    /// The group may belong to another community.
    async fn find_known_outcome(&self, context: &Context<'_>, at: usize) -> Option<ItemOutcome> {
        let group = self.plan.items[at].id.as_ref().filter(|_| self.action.links())?;
        let details = context.zapi.group(group).await.ok()?;
        let other = find_other_community(context, self.community, &details).await.ok()??;
        Some(ItemOutcome::InOtherCommunity(other.name))
    }
}

/// The other community that a group belongs to, if any.
pub async fn find_other_community(
    context: &Context<'_>,
    community: &CommunityId,
    group: &GroupDetails,
) -> Result<Option<SourceCommunity>, ApiError> {
    let Some(id) = group.community.as_ref().filter(|other| *other != community) else { return Ok(None) };
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let entry = snapshot.communities.by_id(id).filter(|entry| context.sees(entry));
    Ok(Some(SourceCommunity { id: id.clone(), name: entry.map(|entry| entry.name.clone()) }))
}
