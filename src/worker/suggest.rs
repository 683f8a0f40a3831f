//! Suggested commands. The reply shows the whole command; a yes runs it, and nothing is run without one.

use super::context::{CommandOutcome, Request};
use crate::command::spec::CommandSpec;
use crate::reply::{Localizer, Reply, ReplyLine};

/// A suggested command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Suggestion {
    command: &'static str,
    /// Its arguments, with the id of the community.
    arguments: String,
    /// The whole command, as people see it.
    display: String,
}

impl Suggestion {
    /// Shown with other arguments than it is run with: a name in place of an id.
    pub(super) fn new(spec: &CommandSpec, arguments: String, shown: &str, localizer: &Localizer) -> Self {
        let display = format!("{} {shown}", localizer.format_command(spec.name, &[]));
        Self { command: spec.name, arguments, display: display.trim_end().to_owned() }
    }

    /// The reply that offers the command; a yes runs it.
    pub(super) fn into_prompt(self, request: &Request<'_>) -> CommandOutcome {
        // As an option: a yes chooses this command, but does not confirm it yet.
        let locale = request.run.localizer.locale;
        let prompt = request.new_prompt(locale, self.command, vec![self.arguments]);
        let line = ReplyLine::new("suggestion").with_plain("command", self.display);
        CommandOutcome {
            state_changes: vec![prompt.to_state_change(request.conversation_key)],
            ..CommandOutcome::usage_error(Reply::Lines(vec![line]))
        }
    }
}
