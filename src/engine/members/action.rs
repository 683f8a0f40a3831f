//! Adding, removing, promoting and demoting people.

use crate::domain::CommunityId;
use crate::zapi::{ApiError, ChangePermit, Participant, Zapi};

/// A change of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberAction {
    /// They are added to the community, or invited.
    Add,
    /// They are removed from it, and from its groups.
    Remove,
    /// They become its admins.
    Promote,
    /// They are its admins no longer.
    Demote,
}

/// What a command on people does, and how its replies name it.
#[derive(Clone, Copy, Debug)]
pub struct MemberChange {
    /// What it does.
    pub action: MemberAction,
    /// The English name of the command.
    pub command: &'static str,
    /// The command that undoes it.
    pub undone_by: Option<&'static str>,
    /// The command that does the same to groups.
    pub group_command: Option<&'static str>,
    /// It needs a confirmation.
    pub is_grave: bool,
    /// The key of the first line of the report.
    pub done_key: &'static str,
    /// The key of the first line of the preview.
    pub preview_key: &'static str,
    /// The key of the line for a person that needs no change.
    pub already_done_key: &'static str,
}

/// The community and the people of a call.
pub struct CallTarget<'a> {
    /// The community.
    pub community: &'a CommunityId,
    /// Their numbers or lids.
    pub people: &'a [String],
    /// People that cannot be added are invited.
    pub invites: bool,
}

impl MemberAction {
    /// Whether a person is already as wanted, as the announcement group shows them.
    pub fn is_satisfied(self, participant: Option<&Participant>) -> bool {
        match self {
            Self::Add => participant.is_some(),
            Self::Remove => participant.is_none(),
            Self::Promote => participant.is_some_and(|participant| participant.is_admin),
            // A person who has left is no admin either.
            Self::Demote => participant.is_none_or(|participant| !participant.is_admin),
        }
    }

    /// Waits for the permit to make the call.
    pub async fn acquire_permit(self, zapi: &Zapi) -> Result<ChangePermit, ApiError> {
        let call = match self {
            Self::Add => "add-participant",
            Self::Remove => "remove-participant",
            Self::Promote => "add-admin",
            Self::Demote => "remove-admin",
        };
        zapi.acquire_change_permit(call).await
    }

    /// Makes the call.
    pub async fn call(
        self,
        zapi: &Zapi,
        target: &CallTarget<'_>,
        permit: ChangePermit,
    ) -> Result<(), ApiError> {
        let CallTarget { community, people, invites } = *target;
        match self {
            Self::Add => zapi.add_people(community, people, invites, permit).await,
            Self::Remove => zapi.remove_people(community, people, permit).await,
            Self::Promote => zapi.promote(community, people, permit).await,
            Self::Demote => zapi.demote(community, people, permit).await,
        }
    }
}
