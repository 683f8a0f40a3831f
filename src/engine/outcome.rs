//! The state of a group or a person before a command changes it, and the outcome.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::reply::ReplyLine;

/// The state of a group or a person before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PriorState {
    /// It must be changed.
    #[default]
    Pending,
    /// It was as wanted.
    AlreadyDone,
    /// A group belongs to another community, its source.
    InOtherCommunity,
    /// The community holds as many groups as it can, which is this many.
    CommunityFull(usize),
    /// No group has this name; the candidates have similar ones.
    NameNotFound,
    /// So many groups have this name or begin with it.
    Ambiguous(usize),
    /// It is not understood for another reason: the key of its text.
    Unclear(Cow<'static, str>),
    /// It cannot be changed for another reason: the key of its text.
    Impossible(Cow<'static, str>),
    /// Whether it can be changed is not known: the key of its text.
    Unknown(Cow<'static, str>),
}

impl PriorState {
    /// What cannot be changed, by the key of its text.
    pub fn impossible(key: &'static str) -> Self {
        Self::Impossible(key.into())
    }
}

/// The outcome of each item that had to be changed, by its position in the plan.
pub type ItemOutcomes = HashMap<usize, ItemOutcome>;

/// Those of these items that are done, or may be: undo includes them.
pub fn retain_maybe_done(mut items: Vec<usize>, outcomes: &ItemOutcomes) -> Vec<usize> {
    items.retain(|at| outcomes.get(at).is_some_and(ItemOutcome::may_be_done));
    items
}

/// The outcome of a group or a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemOutcome {
    /// Done now.
    Done,
    /// Z-API refused, with what it said.
    Refused(Option<String>),
    /// Z-API failed, explained in the admin's language.
    ApiError(String),
    /// The command was cancelled before.
    Cancelled,
    /// The call had no response, explained in the admin's language, and the community does not show it.
    NoResponse(String),
    /// Z-API accepted it, the community does not show it.
    NotVisible,
    /// It could not be read back.
    NotReadBack,
    /// A group belongs to another community, with its name if the admin may see it.
    InOtherCommunity(Option<String>),
    /// A group is not in the community that it was moved to.
    NotMoved {
        /// Where it is.
        place: Place,
        /// The community that it was in.
        from: String,
        /// Why it was not moved.
        reason: String,
    },
    /// A person cannot be added, and got a private invitation.
    Invited,
    /// A person is in the community, or got a private invitation: the community hides which.
    AddedOrInvited,
    /// A person may have got a private invitation: the call that sends one had no response.
    MaybeInvited,
    /// There are as many admins as there can be.
    TooManyAdmins,
}

/// Where a group is that was not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It did not leave its community.
    Stayed,
    /// It may have left its community.
    MayHaveLeft,
    /// It left its community, and is back there.
    Back,
    /// It left its community, and is in none.
    InNone,
    /// It left its community, and may be back there.
    MayBeBack,
}

impl ItemOutcome {
    /// Whether it is done, or may be: then undo includes it.
    pub fn may_be_done(&self) -> bool {
        match self {
            Self::Done | Self::NoResponse(_) | Self::NotVisible | Self::NotReadBack => true,
            Self::Invited | Self::AddedOrInvited | Self::MaybeInvited => true,
            Self::NotMoved { place, .. } => !matches!(place, Place::Stayed | Place::Back),
            _ => false,
        }
    }

    /// Whether a call may take effect after it was last read.
    pub fn may_take_effect(&self) -> bool {
        matches!(
            self,
            Self::NoResponse(_) | Self::NotVisible | Self::NotReadBack | Self::ApiError(_) | Self::Cancelled
        )
    }

    /// Its status icon.
    fn icon(&self) -> &'static str {
        match self {
            Self::Done => "✅",
            Self::InOtherCommunity(_) | Self::Invited => "⚠️",
            Self::NoResponse(_) | Self::NotVisible | Self::NotReadBack => "❓",
            Self::AddedOrInvited | Self::MaybeInvited => "❓",
            Self::NotMoved { place: Place::MayHaveLeft | Place::MayBeBack, .. } => "❓",
            _ => "❌",
        }
    }

    /// Its line, without the group or person (`noun`) and without a command.
    pub fn line(&self, noun: &str) -> ReplyLine {
        self.text(noun).with_icon(self.icon())
    }

    /// The text of the line.
    pub fn text(&self, noun: &str) -> ReplyLine {
        let text = |key| ReplyLine::new(format!("{noun}-{key}"));
        match self {
            Self::Done => text("done"),
            Self::Refused(Some(reason)) => text("rejected").name("reason", reason),
            Self::Refused(None) => text("rejected-plain"),
            Self::ApiError(reason) => text("failed").with_plain("reason", reason),
            Self::Cancelled => text("cancelled"),
            Self::NoResponse(reason) => text("not-shown-after").with_plain("reason", reason),
            Self::NotVisible => text("not-shown"),
            Self::NotReadBack => text("not-read-back"),
            Self::InOtherCommunity(Some(other)) => text("elsewhere").name("community", other),
            Self::InOtherCommunity(None) => text("elsewhere-unnamed"),
            Self::NotMoved { place, from, reason } => {
                text(place.key()).name("community", from).with_plain("reason", reason)
            }
            Self::Invited => text("invited"),
            Self::AddedOrInvited => text("in-or-invited"),
            Self::MaybeInvited => text("maybe-invited"),
            Self::TooManyAdmins => text("too-many-admins"),
        }
    }
}

impl Place {
    fn key(self) -> &'static str {
        match self {
            Self::Stayed => "stayed",
            Self::MayHaveLeft => "may-have-left",
            Self::Back => "back",
            Self::InNone => "in-none",
            Self::MayBeBack => "may-be-back",
        }
    }
}
