//! What a command may use while it runs, and how it fails.

use std::time::Duration;

use serde::Serialize;

use crate::authorization::Admins;
use crate::clock::{Clock, Timestamp};
use crate::command::catalog::Catalog;
use crate::command::progress::Progress;
use crate::command::prompt::Prompt;
use crate::command::resolution::DeferredCommand;
use crate::command::spec::{CONFIRMABLE, CommandSpec};
use crate::command::undo_record::UndoRecord;
use crate::config::{Admin, Instance};
use crate::directory::{CommunityAdmins, CommunityEntry, Directory};
use crate::domain::{Chat, ConversationKey, Media, Person};
use crate::i18n;
use crate::parse::arguments::ArgKind;
use crate::parse::flags::Flags;
use crate::reply::{Localizer, Reply, ReplyLine, UsageError};
use crate::storage::{
    Claim, CommandRecord, LEASE_TTL, LeaseError, StateChange, StateEntry, StateKind, Store, StoreUnavailable,
};
use crate::zapi::{ApiError, Zapi};

/// What a command may use while it runs.
pub struct Context<'a> {
    /// All commands.
    pub catalog: &'a Catalog,
    /// The instance's configuration.
    pub instance: &'a Instance,
    /// Language and prefix of the replies.
    pub localizer: &'a Localizer,
    /// Z-API.
    pub zapi: &'a Zapi,
    /// Names of communities and groups.
    pub directory: &'a Directory,
    /// The admins of the configuration.
    pub admins: &'a Admins,
    /// The admins of communities, where they may give commands too.
    pub community_admins: Option<&'a CommunityAdmins>,
    /// The journal.
    pub store: &'a Store,
    /// The claimed command, to store the plan.
    pub claim: &'a mut Claim,
    /// The time.
    pub clock: &'a Clock,
    /// How long things may take.
    pub timing: TimingConfig,
    /// The progress of the command.
    pub progress: &'a Progress,
    /// The admin that gave the command.
    pub admin: &'a Admin,
    /// The sender, as the message has it.
    pub sender: Person,
    /// The chat of the command.
    pub chat: &'a Chat,
    /// The community that the command names, if it takes one.
    pub community: Option<CommunityEntry>,
    /// No retry follows: reply with what is known instead of returning a temporary error.
    pub is_last_attempt: bool,
    /// Cancelled: make no more changes, read back, and report.
    pub is_cancelled: bool,
    /// Set if the reply reports a failure that would have been retried before the last attempt.
    pub is_final_failure: bool,
    /// Whether it runs, or is previewed.
    pub confirmation: Confirmation,
    /// The command that this one stands for, if it is a reply to a prompt or an undo.
    pub deferred: Option<DeferredCommand>,
    /// It asks for a confirmation whatever it changes: it undoes an old change, or may be misread.
    pub must_confirm: bool,
    /// Undo only if this is still true: the community id or description text that the change left.
    pub precondition: Option<String>,
    /// The number that its preview names.
    pub counted: Option<usize>,
    /// The key of the prompt, list and undo record: the admin in this chat.
    pub conversation_key: ConversationKey,
    /// State that is stored with the reply.
    pub state_changes: Vec<StateChange>,
}

/// Whether a command runs, or is previewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Changes that cannot be undone, or that many people notice, need a confirmation.
    Required,
    /// It is confirmed, or has already started.
    Given,
    /// A dry run: it shows what it would do, and does nothing.
    DryRun,
}

/// Timeouts and intervals; tests shorten them.
#[derive(Clone, Copy, Debug)]
pub struct TimingConfig {
    /// How long a read that lags is repeated.
    pub read_back: Duration,
    /// Time limit of an attempt; the last attempt gets half. After each confirmed change at least half remains.
    pub attempt: Duration,
    /// When the progress reaction ⏳ is set.
    pub progress_reaction_after: Duration,
    /// When a message shows the progress.
    pub progress_message_after: Duration,
    /// When the admin is told that the command will be retried.
    pub retry_notice_after: Duration,
    /// The delay before the second attempt; it doubles with every attempt.
    pub min_retry_delay: Duration,
    /// The longest delay between attempts.
    pub max_retry_delay: Duration,
    /// How long no command must arrive for a burst of old ones to have ended.
    pub burst_interval: Duration,
    /// How long a worker's lease on a chat holds without a renewal.
    pub lease: Duration,
    /// How often Z-API is asked whether an instance is connected, and until when it is paid for.
    pub account_poll: Duration,
    /// How often is checked whether somebody must be told of trouble.
    pub notify_poll: Duration,
}

impl Default for TimingConfig {
    fn default() -> Self {
        Self {
            read_back: Duration::from_secs(10),
            attempt: Duration::from_secs(60),
            progress_reaction_after: Duration::from_secs(2),
            progress_message_after: Duration::from_secs(5),
            retry_notice_after: Duration::from_secs(20),
            min_retry_delay: Duration::from_millis(500),
            max_retry_delay: Duration::from_secs(60),
            burst_interval: Duration::from_secs(2),
            lease: LEASE_TTL,
            account_poll: Duration::from_secs(300),
            notify_poll: Duration::from_secs(15),
        }
    }
}

/// Why a command stops before its end.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is a reply already: a usage error, a prompt, a preview.
    #[error("the command has its reply")]
    Reply(Box<Reply>),
    /// Z-API.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The journal.
    #[error(transparent)]
    Store(#[from] LeaseError),
    /// A command that takes a community was run without one: a bug.
    #[error("the command was run without its community")]
    MissingCommunity,
    /// The command has no handler of the expected kind: a bug.
    #[error("the command has no handler")]
    NoHandler,
    /// The stored plan cannot be read: it may be of another version, and the call may have been made.
    #[error("the plan of the command cannot be read")]
    UnreadablePlan,
}

impl From<Reply> for CommandError {
    fn from(reply: Reply) -> Self {
        Self::Reply(Box::new(reply))
    }
}

impl From<ReplyLine> for CommandError {
    fn from(line: ReplyLine) -> Self {
        Reply::Lines(vec![line]).into()
    }
}

impl From<StoreUnavailable> for CommandError {
    fn from(error: StoreUnavailable) -> Self {
        Self::Store(error.into())
    }
}

impl Context<'_> {
    /// Whether this is a dry run.
    pub fn is_dry_run(&self) -> bool {
        self.confirmation == Confirmation::DryRun
    }

    /// The name of the sender.
    pub fn sender_name(&self) -> String {
        match self.claim.command.by_owner {
            true => self.owner_name(),
            false => self.admin.name.clone(),
        }
    }

    /// The name for the bot's own phone, which the configuration does not name.
    pub fn owner_name(&self) -> String {
        i18n::text(self.localizer.locale, "owner", &[])
    }

    /// Asks for confirmation again, since what was confirmed is no longer what would be done.
    pub fn require_confirmation(&mut self) {
        if self.confirmation == Confirmation::Given {
            self.confirmation = Confirmation::Required;
        }
    }

    /// Sets the number that the preview names. If another one was confirmed, asks again.
    pub fn set_counted(&mut self, count: Option<usize>) {
        let confirmed = self.deferred.as_ref().and_then(|deferred| deferred.counted);
        if confirmed.is_some() && confirmed != count {
            self.require_confirmation();
        }
        self.counted = count;
    }

    /// Ends the command with its preview: for a dry run, or with a confirmation prompt if `needs_confirmation` and none was
    /// given. `arguments` has ids in place of names, so exactly what was shown is run.
    pub fn preview_or_confirm(
        &mut self,
        command: &str,
        arguments: String,
        lines: Vec<ReplyLine>,
        needs_confirmation: bool,
    ) -> Result<(), CommandError> {
        let name = self.community.as_ref().map(|community| community.name.clone());
        self.preview_or_confirm_for((command, name.as_deref()), arguments, lines, needs_confirmation)
    }

    /// The same for a command whose first argument has this name.
    pub fn preview_or_confirm_for(
        &mut self,
        (command, name): (&str, Option<&str>),
        arguments: String,
        mut lines: Vec<ReplyLine>,
        needs_confirmation: bool,
    ) -> Result<(), CommandError> {
        debug_assert!(
            !needs_confirmation || CONFIRMABLE.contains(&command),
            "{command} asks for confirmation but is missing in CONFIRMABLE"
        );
        let last = match self.confirmation {
            Confirmation::DryRun => "dry-run",
            Confirmation::Required if needs_confirmation || self.must_confirm => {
                self.set_prompt(Prompt {
                    before: arguments,
                    shown: self.localizer.format_command(command, name.as_slice()),
                    ..Prompt::new(&self.claim.command, self.localizer.locale, command)
                });
                "confirm"
            }
            Confirmation::Required | Confirmation::Given => return Ok(()),
        };
        lines.extend([ReplyLine::from_text(""), ReplyLine::new(last)]);
        Err(Reply::Preview(lines).into())
    }

    /// Suggests a command: a yes runs it as if it were typed. `arguments` has ids in place of names,
    /// `displayed` is the same as people see it.
    pub fn suggest(&mut self, command: &'static str, arguments: String, displayed: &[&str]) -> ReplyLine {
        self.set_prompt(Prompt {
            options: vec![arguments],
            ..Prompt::new(&self.claim.command, self.localizer.locale, command)
        });
        ReplyLine::not_done("suggestion").with_command("command", command, displayed)
    }

    /// Asks for a missing argument, in a direct chat; `after` are the arguments behind it.
    pub fn ask_for(&mut self, spec: &CommandSpec, error: UsageError, after: &str) -> Reply {
        let Some(question) = spec.question(&error, self.localizer).filter(|_| self.is_direct()) else {
            return spec.usage_error_reply(error, self.localizer);
        };
        let community = self.community.as_ref();
        let id = community.map_or("", |community| community.id.as_str());
        // Groups stand before the community to which they are moved.
        let (before, after) =
            if spec.args.first() == Some(&ArgKind::Groups) { ("", id) } else { (id, after) };
        let name = community.map(|community| community.name.as_str());
        let shown = self.localizer.format_command(spec.name, name.as_slice());
        let known = Prompt { before: before.to_owned(), after: after.to_owned(), shown, ..Prompt::default() };
        self.wait_for(spec, error, known);
        question
    }

    /// In a direct chat, takes the next text as the missing part of a command; `known` has the arguments around it.
    pub fn wait_for(&mut self, spec: &CommandSpec, missing: UsageError, known: Prompt) {
        if !self.is_direct() {
            return;
        }
        let flags = Flags { dry_run: self.is_dry_run(), ..Flags::default() }.to_typed();
        let Prompt { prompted_by, language, command, .. } =
            Prompt::new(&self.claim.command, self.localizer.locale, spec.name);
        let before = format!("{flags} {}", known.before).trim().to_owned();
        self.set_prompt(Prompt { prompted_by, language, command, before, missing: Some(missing), ..known });
    }

    /// Whether the chat is a direct one with the bot: each text of it is for the bot.
    pub fn is_direct(&self) -> bool {
        matches!(self.chat, Chat::Direct(_)) && !self.claim.command.by_owner
    }

    /// Stores a prompt with the reply.
    pub fn set_prompt(&mut self, prompt: Prompt) {
        let (undone, precondition) = (self.undone(), self.precondition.clone());
        let prompt = Prompt { undone, precondition, counted: self.counted, ..prompt };
        let StateChange { kind, key, value } = prompt.to_state_change(&self.conversation_key);
        self.set_state(kind, key, value);
    }

    /// Stores how a change is undone: by this command with these arguments, or not at all.
    pub fn set_undo(&mut self, command: &str, undo_command: Option<(&str, String)>) {
        self.set_undo_if(command, undo_command, None);
    }

    /// As [`Self::set_undo`], but only while the precondition is true: later changes of others stay.
    pub fn set_undo_if(
        &mut self,
        command: &str,
        undo_command: Option<(&str, String)>,
        precondition: Option<String>,
    ) {
        let undo_command = undo_command.map(|(command, rest)| (command.to_owned(), rest));
        let command = command.to_owned();
        self.store_undo(UndoRecord { command, undo_command, precondition, ..UndoRecord::default() });
    }

    /// Stores that a change cannot be undone, and which command may help instead.
    pub fn set_not_undoable(&mut self, command: &str, alternative: &str, arguments: &[&str]) {
        let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
        let alternative = Some((alternative.to_owned(), arguments));
        let command = command.to_owned();
        self.store_undo(UndoRecord { command, alternative, ..UndoRecord::default() });
    }

    fn store_undo(&mut self, record: UndoRecord) {
        let record = match self.undone() {
            // What was undone is not offered again: a second `/undo` changes nothing.
            Some(undone) => UndoRecord { command: undone, is_undone: true, ..UndoRecord::default() },
            None => record,
        };
        let CommandRecord { id, message_id, .. } = &self.claim.command;
        let record = UndoRecord { changed_by: (id.clone(), message_id.clone()), ..record };
        let value = serde_json::to_string(&record).unwrap_or_default();
        self.set_state(StateKind::Undo, self.conversation_key.to_string(), Some(value));
    }

    /// The English name of the command whose change this one undoes.
    fn undone(&self) -> Option<String> {
        self.deferred.as_ref()?.undone.clone()
    }

    /// Whether this command undoes a change.
    pub fn is_undo(&self) -> bool {
        self.undone().is_some()
    }

    /// The file of the command's message, or of the message whose prompt led to the command.
    pub async fn media(&self) -> Result<Option<Media>, CommandError> {
        let Some(deferred) = &self.deferred else { return Ok(self.claim.command.media.clone()) };
        for id in deferred.prompting_commands.iter().rev() {
            if let Some(media) = self.store.media(id).await? {
                return Ok(Some(media));
            }
        }
        Ok(None)
    }

    /// Stores state with the reply; a later value replaces an earlier one.
    pub fn set_state(&mut self, kind: StateKind, key: String, value: Option<String>) {
        self.state_changes.retain(|change| change.kind != kind || change.key != key);
        self.state_changes.push(StateChange { kind, key, value });
    }

    /// The stored state of this kind and key.
    pub async fn get_state(&self, kind: StateKind, key: &str) -> Result<Option<StateEntry>, CommandError> {
        Ok(self.store.get_state(&self.instance.name, kind, key).await?)
    }

    /// The community that the command names, which the worker has found before.
    pub fn require_community(&self) -> Result<CommunityEntry, CommandError> {
        self.community.clone().ok_or(CommandError::MissingCommunity)
    }

    /// Stores the plan, before the first changing call.
    pub async fn store_plan(&mut self, plan: &impl Serialize) -> Result<(), LeaseError> {
        self.claim.store_plan(serde_json::to_string(plan).unwrap_or_default(), self.clock.now()).await
    }

    /// A point in time in the instance's time zone, with the year if it is not the current one.
    pub fn format_moment(&self, at: Timestamp) -> String {
        let year = |at: Timestamp| at.format_in(&self.instance.time_zone, "%Y");
        self.format_with(at, if year(at) == year(self.clock.now()) { "datetime" } else { "datetime-year" })
    }

    /// A date in the instance's time zone.
    pub fn format_day(&self, at: Timestamp) -> String {
        self.format_with(at, "datetime-day")
    }

    fn format_with(&self, at: Timestamp, form: &'static str) -> String {
        at.format_in(&self.instance.time_zone, &ReplyLine::new(form).render(self.localizer))
    }
}
