//! The plan of a change of people: the people that were typed, and their state before the first change.

use serde::{Deserialize, Serialize};

use crate::domain::{CommunityId, GroupId, Lid, Phone};
use crate::engine::outcome::PriorState;
use crate::zapi::{Participant, PhoneInfo};

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

/// What is stored before the first call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberPlan {
    /// What is done to the people.
    pub action: MemberAction,
    /// The community.
    pub community: CommunityId,
    /// Its name.
    pub name: String,
    /// The announcement group, which has all people of the community.
    pub group: GroupId,
    /// The people.
    pub items: Vec<MemberItem>,
}

/// A person that was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberItem {
    /// What was typed.
    pub typed: String,
    /// Their name, where that is known.
    pub name: Option<String>,
    /// Their number, where that is known.
    pub phone: Option<Phone>,
    /// Their lid, where that is known.
    pub lid: Option<Lid>,
    /// Their id in API calls: the number as WhatsApp writes it, or the lid that was typed.
    pub call_id: String,
    /// Their state before.
    pub prior: PriorState,
    /// Their private invitation.
    pub invitation: Invitation,
}

/// What is known of the private invitation of a person that cannot be added. Nobody may get two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Invitation {
    /// None was sent.
    #[default]
    NotSent,
    /// A call that may send one was about to be made; its result is not known.
    Requesting,
    /// A call for this person alone was accepted: if they are not in the community after it, they were invited.
    Requested,
    /// Z-API rejected the call for this person alone, with this text. They may have been invited all the same, so it is
    /// not repeated.
    Refused(Option<String>),
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

impl MemberPlan {
    /// The positions of the people that must be changed.
    pub fn pending(&self) -> Vec<usize> {
        (0..self.items.len()).filter(|at| self.items[*at].prior == PriorState::Pending).collect()
    }

    /// The arguments of a command for exactly these people.
    pub fn arguments(&self, people: &[usize]) -> String {
        let people = people.iter().filter_map(|at| self.items[*at].to_argument());
        std::iter::once(self.community.to_string()).chain(people).collect::<Vec<_>>().join(" ")
    }

    /// Adds lids that were not known before.
    pub fn add_phone_info(&mut self, known: &[PhoneInfo]) {
        for item in self.items.iter_mut().filter(|item| item.lid.is_none()) {
            let Some(phone) = item.phone else { continue };
            let known = known.iter().find(|known| known.requested == phone || known.phone == Some(phone));
            item.lid = known.and_then(|known| known.lid);
        }
    }
}

impl MemberItem {
    /// Whether they are this participant.
    pub fn is_participant(&self, participant: &Participant) -> bool {
        self.is_person(participant.phone, participant.lid)
    }

    /// Whether they are the person of this number or lid.
    pub fn is_person(&self, phone: Option<Phone>, lid: Option<Lid>) -> bool {
        (self.phone.is_some() && self.phone == phone) || (self.lid.is_some() && self.lid == lid)
    }

    /// Whether they may be a participant although they are not visible. A person with only a known number cannot be
    /// told from participants that show only a lid, and the other way round. The bot is a participant, mostly without a
    /// lid.
    pub fn may_be_hidden(&self, present: &[Participant]) -> bool {
        match (self.phone, self.lid) {
            (Some(_), None) => present.iter().any(|participant| participant.phone.is_none()),
            (None, Some(_)) => present.iter().filter(|participant| participant.lid.is_none()).count() > 1,
            _ => false,
        }
    }

    /// As an argument. A number of this length is parsed as it is.
    pub fn to_argument(&self) -> Option<String> {
        let phone = self.phone.map(|phone| phone.to_string());
        let phone =
            phone.map(|phone| if matches!(phone.len(), 12 | 13) { phone } else { format!("+{phone}") });
        phone.or_else(|| self.lid.map(|lid| lid.to_string()))
    }
}
