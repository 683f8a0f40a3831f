//! A stored command with what an attempt to run it may use, and the prompts of its replies.

use super::command_outcome::CommandOutcome;
use crate::clock::{Clock, Timestamp};
use crate::command::context::TimingConfig;
use crate::command::parsed_text::ParsedText;
use crate::command::progress::Progress;
use crate::command::prompt::{PROMPT_TTL, Prompt, recent_prompt};
use crate::command::resolution::ResolveContext;
use crate::command::spec::CommandSpec;
use crate::command::undo_record::{UndoRecord, load_undo};
use crate::config::Admin;
use crate::domain::{Chat, ConversationKey, Person};
use crate::instance::InstanceRuntime;
use crate::parse::flags::without_yes;
use crate::reply::{Localizer, Reply, ReplyLine, UsageError};
use crate::storage::{CommandRecord, Store, StoreUnavailable};
use crate::zapi::Zapi;

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

    /// What an indirect command may use.
    pub(super) fn resolve_context(&self, has_no_prefix: bool) -> ResolveContext<'_> {
        let Self { run, command, conversation_key, .. } = self;
        let (store, instance, localizer) = (run.store, &run.instance.config.name, run.localizer);
        let (part, names_other) = (None, false);
        ResolveContext {
            store,
            instance,
            conversation_key,
            command,
            has_no_prefix,
            localizer,
            part,
            names_other,
        }
    }

    /// How the last change of the admin in this chat is undone, and when it was made.
    pub(super) async fn last_undo(&self) -> Result<Option<(Timestamp, UndoRecord)>, StoreUnavailable> {
        load_undo(self.run.store, &self.run.instance.config.name, self.conversation_key).await
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
        let reply = match spec.is_verbatim() && !after.is_empty() {
            true => {
                Reply::UsageError(vec![ReplyLine::new("ask-community-text").name("text", after.as_str())])
            }
            false => reply,
        };
        let prompt = Prompt::new(self.command, localizer.locale, spec.name);
        // A yes that was typed before the part is none to the part.
        let (before, after) = (without_yes(&before), without_yes(&after));
        self.prompt(reply, &Prompt { before, after, shown, missing: Some(error), ..prompt })
    }
}
