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

impl LinkAction {
    /// The English name of the command.
    pub fn command_name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Unlink => "unlink",
        }
    }

    /// What a command that changes groups does in the end.
    pub fn from_command(command: &str) -> Self {
        if command == Self::Unlink.command_name() { Self::Unlink } else { Self::Link }
    }

    /// The change that undoes it.
    pub fn opposite(self) -> Self {
        match self {
            Self::Link => Self::Unlink,
            Self::Unlink => Self::Link,
        }
    }

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
        turn: Option<ChangePermit>,
    ) -> Result<(), ApiError> {
        let turn = match turn {
            Some(turn) => turn,
            None => self.acquire_permit(zapi).await?,
        };
        match self {
            Self::Link => zapi.link(community, groups, turn).await,
            Self::Unlink => zapi.unlink(community, groups, turn).await,
        }
    }
}
