//! Suggested commands. The reply shows the whole command; a yes runs it, and nothing is run without one.

use super::context::{CommandOutcome, Request};
use crate::command::spec::CommandSpec;
use crate::reply::{Localizer, Reply, ReplyLine};

/// A suggested command.
pub(super) struct Suggestion {
    pub(super) spec: &'static CommandSpec,
    /// Its arguments, with the id of the community.
    pub(super) arguments: String,
    /// The whole command, as people see it.
    display: String,
    /// The translation key of the reply.
    key: &'static str,
}

impl Suggestion {
    /// For a command that cannot be run as it is typed. Shown with other arguments than it is run with: a name in place
    /// of an id.
    pub(super) fn new(
        spec: &'static CommandSpec,
        arguments: String,
        shown: &str,
        localizer: &Localizer,
    ) -> Self {
        let display = format!("{} {shown}", localizer.format_command(spec.name, &[]));
        Self { spec, arguments, display: display.trim_end().to_owned(), key: "suggestion" }
    }

    /// For a wish in plain words.
    pub(super) fn from_wish(
        spec: &'static CommandSpec,
        arguments: String,
        shown: &str,
        localizer: &Localizer,
    ) -> Self {
        Self { key: "wish-offer", ..Self::new(spec, arguments, shown, localizer) }
    }

    /// The reply that offers the command; a yes runs it.
    pub(super) fn into_prompt(self, request: &Request<'_>) -> CommandOutcome {
        // As an option: a yes chooses this command, but does not confirm it yet.
        let locale = request.run.localizer.locale;
        let prompt = request.new_prompt(locale, self.spec.name, vec![self.arguments]);
        let line = ReplyLine::new(self.key).with_plain("command", self.display);
        CommandOutcome {
            state_changes: vec![prompt.to_state_change(request.conversation_key)],
            ..CommandOutcome::usage_error(Reply::Lines(vec![line]))
        }
    }
}
