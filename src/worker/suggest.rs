//! Suggested commands. The reply shows the whole command; a yes runs it, and nothing is run without one.

use super::context::{CommandOutcome, Request};
use crate::command::spec::CommandSpec;
use crate::reply::{Reply, ReplyLine};

/// A suggested command.
pub(super) struct Suggestion {
    pub(super) spec: &'static CommandSpec,
    /// Its arguments, with the id of the community.
    pub(super) arguments: String,
    /// Its arguments as people see them, with a name in place of an id.
    pub(super) shown: String,
}

impl Suggestion {
    /// The reply that offers the command, with the text of this key.
    pub(super) fn into_outcome(self, key: &'static str, request: &Request<'_>) -> CommandOutcome {
        let command = request.run.localizer.format_command(self.spec.name, &[]);
        let command = format!("{command} {}", self.shown.trim());
        let line = ReplyLine::new(key).with_plain("command", command.trim_end());
        // As an option: a yes chooses this command, but does not confirm it yet.
        request.offer(Reply::Lines(vec![line]), self.spec, vec![self.arguments], Vec::new())
    }
}
