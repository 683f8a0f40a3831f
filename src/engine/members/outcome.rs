//! What became of the people of a command.

use std::collections::HashMap;

/// What became of those who had to be changed, by their place in the plan.
pub type MemberOutcomes = HashMap<usize, MemberOutcome>;

/// What became of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberOutcome {
    /// Done now.
    Done,
    /// They cannot be added, and got a private invitation.
    Invited,
    /// They are in it, or got a private invitation: the community hides which.
    AddedOrInvited,
    /// They may have got a private invitation: the call that sends one had no answer.
    MaybeInvited,
    /// There are as many admins as there can be.
    Full,
    /// Z-API refused, with what it said.
    Refused(Option<String>),
    /// Z-API cannot be used, explained in the person's language.
    ApiError(String),
    /// The order was cancelled before.
    Cancelled,
    /// The call had no answer, explained in the person's language, and the community does not show it.
    NoResponse(String),
    /// Z-API said yes, the community does not show it.
    NotVisible,
    /// It could not be read back.
    NotReadBack,
}

impl MemberOutcome {
    /// It is done, or may be: who takes the order back takes this back, where it is so by then.
    pub fn may_be_done(&self) -> bool {
        use MemberOutcome::*;
        matches!(
            self,
            Done | Invited | AddedOrInvited | MaybeInvited | NoResponse(_) | NotVisible | NotReadBack
        )
    }
}
