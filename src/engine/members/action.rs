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
        self.names().0
    }

    /// The name of its call in errors.
    pub fn call_name(self) -> &'static str {
        self.names().1
    }

    /// The command that undoes it. A person who was removed and is added again is not in the groups again.
    pub fn undone_by(self) -> Option<&'static str> {
        self.names().2
    }

    /// Its command, its call, and the command that undoes it.
    fn names(self) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            Self::Add => ("add", "add-participant", Some("remove")),
            Self::Remove => ("remove", "remove-participant", None),
            Self::Promote => ("promote", "add-admin", Some("demote")),
            Self::Demote => ("demote", "remove-admin", Some("promote")),
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
