//! Adding, removing, promoting and demoting people.

use serde::{Deserialize, Serialize};

use crate::zapi::Participant;

/// A change of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

impl MemberAction {
    /// The English name of its command, and the beginning of the keys of its texts.
    pub fn command(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Promote => "promote",
            Self::Demote => "demote",
        }
    }

    /// The name of its call in errors.
    pub fn call_name(self) -> &'static str {
        match self {
            Self::Add => "add-participant",
            Self::Remove => "remove-participant",
            Self::Promote => "add-admin",
            Self::Demote => "remove-admin",
        }
    }

    /// The command that undoes it. A person who was removed and is added again is not in the groups again.
    pub fn undone_by(self) -> Option<&'static str> {
        match self {
            Self::Add => Some("remove"),
            Self::Remove => None,
            Self::Promote => Some("demote"),
            Self::Demote => Some("promote"),
        }
    }

    /// The command that does the same to groups.
    pub fn group_command(self) -> Option<&'static str> {
        match self {
            Self::Add => Some("link"),
            Self::Remove => Some("unlink"),
            Self::Promote | Self::Demote => None,
        }
    }

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
}
