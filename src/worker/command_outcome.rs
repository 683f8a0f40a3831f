//! What a command results in: its reply, how it ends, the state that is stored with it.

use crate::command::context::CommandError;
use crate::command::spec::CommandSpec;
use crate::reply::{Localizer, Reply, UsageError};
use crate::storage::{Outcome, StateChange};

/// Result of a command: its reply, how it ends once that is sent, and the state that is stored with it.
pub(super) struct CommandOutcome {
    pub(super) reply: Reply,
    pub(super) outcome: Outcome,
    pub(super) state_changes: Vec<StateChange>,
    /// An open prompt stays open, unless the state changes close it: the message was no command.
    pub(super) keeps_prompt: bool,
}

impl CommandOutcome {
    /// A reply without state changes.
    pub(super) fn new(reply: Reply, outcome: Outcome) -> Self {
        Self { reply, outcome, state_changes: Vec::new(), keeps_prompt: false }
    }

    /// The reply to a message that is no command. It may be edited into one.
    pub(super) fn talk(reply: Reply, state_changes: Vec<StateChange>) -> Self {
        Self { state_changes, keeps_prompt: true, ..Self::usage_error(reply) }
    }

    /// The reply to arguments that cannot be read.
    pub(super) fn misused(spec: &CommandSpec, error: UsageError, localizer: &Localizer) -> Self {
        Self::usage_error(spec.usage_error_reply(error, localizer))
    }

    pub(super) fn usage_error(reply: Reply) -> Self {
        Self::new(reply, Outcome::UsageError)
    }
}

/// Why a command is not run to its end: there is a reply already, or an error.
pub(super) enum EarlyExit {
    Reply(Box<CommandOutcome>),
    Error(CommandError),
}

impl From<CommandOutcome> for EarlyExit {
    fn from(outcome: CommandOutcome) -> Self {
        Self::Reply(Box::new(outcome))
    }
}

impl<E: Into<CommandError>> From<E> for EarlyExit {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}
