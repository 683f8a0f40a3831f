//! Invite links, and the groups that they lead to.

use futures_util::FutureExt as _;
use tokio::time::Instant;

use super::{Directory, GroupEntry, Snapshot, join_bounded};
use crate::domain::InviteLink;
use crate::zapi::{ApiError, Zapi};

/// The target of an invite link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InviteTarget {
    /// A group that the bot's number is in.
    Group(GroupEntry),
    /// A group that it is not in, by name where that is told.
    NotAMember(Option<String>),
    /// No group: the link is old, or was not copied in full.
    Expired,
}

impl Directory {
    /// The target of each of these words that is an invite link.
    pub async fn resolve_invitations(
        &self,
        zapi: &Zapi,
        typed: &[String],
    ) -> Result<Vec<Option<InviteTarget>>, ApiError> {
        let reads = typed.iter().map(|word| {
            async move {
                match InviteLink::parse(word) {
                    Some(link) => self.resolve_invitation(zapi, &link).await.map(Some),
                    None => Ok(InviteLink::looks_like_invite(word).then_some(InviteTarget::Expired)),
                }
            }
            .boxed()
        });
        join_bounded(reads.collect()).await.into_iter().collect()
    }

    async fn resolve_invitation(&self, zapi: &Zapi, link: &InviteLink) -> Result<InviteTarget, ApiError> {
        let requested_at = Instant::now();
        let group = match zapi.group_of_invitation(link.as_str()).await {
            Ok(group) => group,
            Err(error) if error.proves_absence() => return Ok(InviteTarget::Expired),
            Err(error) => return Err(error),
        };
        let known = |snapshot: &Snapshot| snapshot.groups.by_id(&group.id).cloned();
        if let Some(entry) = known(&*self.snapshot(zapi).await?) {
            return Ok(InviteTarget::Group(entry));
        }
        // The bot may have joined the group a moment ago.
        let entry = known(&*self.lists.read_newer_than(zapi, Some(requested_at)).await?);
        Ok(entry.map_or(InviteTarget::NotAMember(group.name), InviteTarget::Group))
    }
}
