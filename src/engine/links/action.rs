//! Linking and unlinking groups.

use crate::domain::{CommunityId, GroupId};
use crate::zapi::{ApiError, ChangePermit, CommunityDetails, Zapi};

/// A change of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkAction {
    /// They are linked to the community.
    Link,
    /// They are unlinked from it.
    Unlink,
}

/// What a command does to groups.
pub struct LinkChange {
    /// The change.
    pub action: LinkAction,
    /// The command's own name.
    pub command: &'static str,
    /// The command that undoes it.
    pub undone_by: &'static str,
    /// More groups need a confirmation.
    pub max_unconfirmed: Option<usize>,
}

impl LinkAction {
    /// Whether a group is already as wanted.
    pub fn is_satisfied(self, details: &CommunityDetails, group: &GroupId) -> bool {
        details.find(group).is_some() == (self == Self::Link)
    }

    /// Waits for the permit to make the call.
    pub async fn acquire_permit(self, zapi: &Zapi) -> Result<ChangePermit, ApiError> {
        let call = match self {
            Self::Link => "communities/link",
            Self::Unlink => "communities/unlink",
        };
        zapi.acquire_change_permit(call).await
    }

    /// Makes the call. Waits for a permit where none is given.
    pub async fn call(
        self,
        zapi: &Zapi,
        community: &CommunityId,
        groups: &[GroupId],
        permit: Option<ChangePermit>,
    ) -> Result<(), ApiError> {
        let permit = match permit {
            Some(permit) => permit,
            None => self.acquire_permit(zapi).await?,
        };
        match self {
            Self::Link => zapi.link(community, groups, permit).await,
            Self::Unlink => zapi.unlink(community, groups, permit).await,
        }
    }
}
