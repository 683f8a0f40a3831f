//! The worker, what running a command needs, and what it results in.

use std::collections::HashMap;
use std::sync::Arc;

use crate::clock::{Clock, Timestamp};
use crate::command::context::{CommandError, TimingConfig};
use crate::command::parsed_text::ParsedText;
use crate::command::progress::Progress;
use crate::command::prompt::{PROMPT_TTL, Prompt, recent_prompt};
use crate::command::resolution::{DeferredCommand, MissingPart, ResolveContext};
use crate::command::spec::CommandSpec;
use crate::config::Admin;
use crate::domain::{Chat, ConversationKey, InstanceName, Person};
use crate::instance::{InstanceRuntime, ReloadableInstance};
use crate::parse::arguments::{Arguments, TypedArguments};
use crate::reply::{Localizer, Reply, ReplyLine, UsageError};
use crate::storage::{CommandRecord, Outcome, StateChange, Store, StoreUnavailable};
use crate::telemetry::Metrics;
use crate::zapi::Zapi;

/// The command that replies to a prompt.
pub(super) const CONFIRM_COMMAND: &str = "confirm";

/// Runs the commands of the journal.
pub struct Worker {
    /// The journal.
    pub store: Store,
    /// The instances, by name.
    pub instances: HashMap<InstanceName, Arc<ReloadableInstance>>,
    /// The clock.
    pub clock: Clock,
    /// When the worker started: the time before does not count as time for attempts.
    pub started_at: Timestamp,
    /// How long things may take.
    pub timing: TimingConfig,
    /// Counts commands and panics.
    pub metrics: Arc<Metrics>,
}

/// Services for one attempt.
pub(super) struct RunContext<'a> {
    pub(super) instance: &'a InstanceRuntime,
    /// What the text of the command says.
    pub(super) parsed: &'a ParsedText,
    /// Z-API, with the lease guard and the deadline of this attempt.
    pub(super) zapi: &'a Zapi,
    /// The language of the reply.
    pub(super) localizer: &'a Localizer,
    pub(super) store: &'a Store,
    pub(super) clock: &'a Clock,
    pub(super) timing: TimingConfig,
    pub(super) progress: &'a Progress,
    pub(super) is_last_attempt: bool,
}

/// A stored command, with its admin and chat.
pub(super) struct Request<'a> {
    pub(super) run: &'a RunContext<'a>,
    pub(super) admin: &'a Admin,
    pub(super) sender: Person,
    pub(super) command: &'a CommandRecord,
    pub(super) chat: &'a Chat,
    /// The key of the admin's prompts in this chat.
    pub(super) conversation_key: &'a ConversationKey,
}

impl Request<'_> {
    /// The key of the chat's list.
    pub(super) fn list_key(&self) -> String {
        self.chat.ordering_key(&self.command.admin, self.command.by_owner).to_string()
    }

    /// A reply that offers a command, with the text of this key. `shown` are its arguments as people see them.
    pub(super) fn offer_command(
        &self,
        key: &'static str,
        spec: &CommandSpec,
        arguments: String,
        shown: &str,
    ) -> CommandOutcome {
        let command = format!("{} {shown}", self.run.localizer.format_command(spec.name, &[]));
        let command = command.trim_end();
        let line = ReplyLine::new(key).with_plain("command", command);
        let prompt = Prompt::new(self.command, self.run.localizer.locale, spec.name);
        // As an option: a yes selects this command, which may still need a confirmation.
        let prompt = Prompt { options: vec![arguments], shown: command.to_owned(), ..prompt };
        self.prompt(Reply::Lines(vec![line]), &prompt)
    }

    /// A reply that offers a command with each of these arguments: a yes, a number or a name selects one of them.
    pub(super) fn offer(
        &self,
        reply: Reply,
        spec: &CommandSpec,
        options: Vec<String>,
        names: Vec<String>,
    ) -> CommandOutcome {
        let prompt = Prompt::new(self.command, self.run.localizer.locale, spec.name);
        self.prompt(reply, &Prompt { options, names, ..prompt })
    }

    /// A reply that shows a prompt.
    pub(super) fn prompt(&self, reply: Reply, prompt: &Prompt) -> CommandOutcome {
        CommandOutcome {
            state_changes: vec![prompt.to_state_change(self.conversation_key)],
            ..CommandOutcome::usage_error(reply)
        }
    }

    /// Whether the chat is a direct one with the bot: each text of it is for the bot.
    pub(super) fn is_direct(&self) -> bool {
        matches!(self.chat, Chat::Direct(_)) && !self.command.by_owner
    }

    /// What an indirect command may use. `part`: its text as the missing part of the command of the open prompt.
    pub(super) fn resolve_context<'b>(
        &'b self,
        has_no_prefix: bool,
        part: Option<&'b MissingPart>,
    ) -> ResolveContext<'b> {
        let Self { run, command, conversation_key, .. } = self;
        let (store, instance, localizer) = (run.store, &run.instance.config.name, run.localizer);
        ResolveContext { store, instance, conversation_key, command, has_no_prefix, localizer, part }
    }

    /// The open prompt of the admin in this chat.
    pub(super) async fn recent_prompt(&self) -> Result<Option<Prompt>, StoreUnavailable> {
        let Self { run, command, .. } = self;
        let recently = (PROMPT_TTL, command.accepted_at);
        recent_prompt(run.store, &run.instance.config.name, self.conversation_key, recently).await
    }

    /// The reply to arguments that cannot be read. In a direct chat it asks for a part that is missing; `known` has the
    /// arguments around it.
    pub(super) fn misused(&self, spec: &CommandSpec, error: UsageError, known: Prompt) -> CommandOutcome {
        let localizer = self.run.localizer;
        let Some(reply) = spec.question(&error, localizer).filter(|_| self.is_direct()) else {
            return CommandOutcome::misused(spec, error, localizer);
        };
        let Prompt { before, after, shown, .. } = known;
        let prompt = Prompt::new(self.command, localizer.locale, spec.name);
        self.prompt(reply, &Prompt { before, after, shown, missing: Some(error), ..prompt })
    }
}

/// The command to run: the typed one, or the one that replaces it.
pub(super) struct ResolvedCommand {
    pub(super) spec: &'static CommandSpec,
    /// Its arguments as they are typed.
    pub(super) typed: TypedArguments,
    /// Its arguments by kind.
    pub(super) arguments: Arguments,
    /// The command that replaces the typed one, if one does.
    pub(super) deferred: Option<DeferredCommand>,
}

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
