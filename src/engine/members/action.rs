//! Adding, removing, promoting and demoting: what is done to people.

use crate::domain::CommunityId;
use crate::zapi::{ApiError, ChangePermit, Participant, Zapi};

/// What is done to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberAction {
    /// They are let into the community, or invited.
    Add,
    /// They are taken out of it, and of its groups.
    Remove,
    /// They are made its admins.
    Promote,
    /// They are its admins no longer.
    Demote,
}

impl MemberAction {
    /// The English name of the command.
    pub fn command_name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Promote => "promote",
            Self::Demote => "demote",
        }
    }

    /// The command that takes it back.
    pub fn opposite(self) -> Option<&'static str> {
        match self {
            // Who is let in again is not in the groups again; and who came may have been greeted.
            Self::Add | Self::Remove => None,
            Self::Promote => Some("demote"),
            Self::Demote => Some("promote"),
        }
    }

    /// The first line of what was done.
    pub fn done_key(self) -> &'static str {
        match self {
            Self::Add => "people-added",
            Self::Remove => "people-removed",
            Self::Promote => "people-promoted",
            Self::Demote => "people-demoted",
        }
    }

    /// The first line of what would be done.
    pub fn preview_key(self) -> &'static str {
        match self {
            Self::Add => "people-would-add",
            Self::Remove => "people-would-remove",
            Self::Promote => "people-would-promote",
            Self::Demote => "people-would-demote",
        }
    }

    /// The line of somebody with whom it was so already.
    pub fn already_done_key(self) -> &'static str {
        match self {
            Self::Add => "person-was-in",
            Self::Remove => "person-was-out",
            Self::Promote => "person-was-admin",
            Self::Demote => "person-was-no-admin",
        }
    }

    /// Whether somebody is as they shall be, by how the announcement group shows them, if it does.
    pub fn is_satisfied(self, participant: Option<&Participant>) -> bool {
        match self {
            Self::Add => participant.is_some(),
            Self::Remove => participant.is_none(),
            Self::Promote => participant.is_some_and(|participant| participant.is_admin),
            // Who has left meanwhile is no admin either.
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

    /// Makes the call; where its turn was not taken before, it waits for it. Whoever cannot be added is
    /// invited where `invites` says so.
    pub async fn call(
        self,
        zapi: &Zapi,
        community: &CommunityId,
        people: &[String],
        invites: bool,
        turn: Option<ChangePermit>,
    ) -> Result<(), ApiError> {
        let turn = match turn {
            Some(turn) => turn,
            None => self.acquire_permit(zapi).await?,
        };
        match self {
            Self::Add => zapi.add_people(community, people, invites, turn).await,
            Self::Remove => zapi.remove_people(community, people, turn).await,
            Self::Promote => zapi.promote(community, people, turn).await,
            Self::Demote => zapi.demote(community, people, turn).await,
        }
    }
}
