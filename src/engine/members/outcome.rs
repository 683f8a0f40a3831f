//! The outcome of each person.

use std::collections::HashMap;

/// The outcomes, by position in the plan.
pub type MemberOutcomes = HashMap<usize, MemberOutcome>;

/// The outcome of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberOutcome {
    /// Done now.
    Done,
    /// They cannot be added, and got a private invitation.
    Invited,
    /// They are in it, or got a private invitation: the community hides which.
    AddedOrInvited,
    /// They may have got a private invitation: the call that sends one had no response.
    MaybeInvited,
    /// There are as many admins as there can be.
    Full,
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
}

impl MemberOutcome {
    /// Whether it is done, or may be: then undo includes it.
    pub fn may_be_done(&self) -> bool {
        use MemberOutcome::*;
        matches!(
            self,
            Done | Invited | AddedOrInvited | MaybeInvited | NoResponse(_) | NotVisible | NotReadBack
        )
    }
}
