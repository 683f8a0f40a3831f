//! What a command may use while it runs, and how it fails.

use std::time::Duration;

use crate::authorization::Admins;
use crate::clock::{Clock, Timestamp};
use crate::command::catalog::Catalog;
use crate::command::progress::Progress;
use crate::command::prompt::Prompt;
use crate::command::spec::CONFIRMABLE;
use crate::command::undo_record::UndoRecord;
use crate::config::{Admin, Instance};
use crate::directory::{CommunityAdmins, CommunityEntry, Directory};
use crate::domain::{Chat, Person};
use crate::i18n;
use crate::parse::prefix::CommandParser;
use crate::reply::{Localizer, Reply, ReplyLine};
use crate::storage::{Claim, LEASE_TTL, LeaseError, MemoryKind, StateChange, StateEntry, Store};
use crate::zapi::{ApiError, Zapi};

/// Everything a command may use.
pub struct Context<'a> {
    /// All commands.
    pub catalog: &'a Catalog,
    /// Recognises commands by the prefixes of the instance.
    pub parser: &'a CommandParser,
    /// The instance's configuration.
    pub instance: &'a Instance,
    /// How to speak.
    pub localizer: &'a Localizer,
    /// Z-API.
    pub zapi: &'a Zapi,
    /// Names.
    pub directory: &'a Directory,
    /// Who may give orders, by the configuration.
    pub admins: &'a Admins,
    /// The communities' own admins, where they may give orders too.
    pub community_admins: Option<&'a CommunityAdmins>,
    /// The journal, to count.
    pub store: &'a Store,
    /// The order in the journal, to write the plan.
    pub claim: &'a mut Claim,
    /// The time.
    pub clock: &'a Clock,
    /// How long things may take.
    pub timing: TimingConfig,
    /// How far the order is.
    pub progress: &'a Progress,
    /// Who gave the order.
    pub admin: &'a Admin,
    /// How they were seen.
    pub sender: Person,
    /// Where they gave it.
    pub chat: &'a Chat,
    /// The community that the order names, if the command takes one.
    pub community: Option<CommunityEntry>,
    /// No further try follows: whatever is known is the answer.
    pub is_last_attempt: bool,
    /// It was cancelled: nothing more is changed, and what is so is the answer.
    pub is_cancelled: bool,
    /// Set by a command that answers only because no further try follows.
    pub is_final_failure: bool,
    /// Whether it is done, or shown first.
    pub confirmation: Confirmation,
    /// It takes a change back.
    pub is_undo: bool,
    /// What must be so still for that.
    pub only_if: Option<String>,
    /// Whose question, list and undo it is: the admin's in this chat.
    pub conversation_key: String,
    /// What is remembered with the answer.
    pub state_changes: Vec<StateChange>,
}

/// Whether an order is done, or shown first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// What cannot be undone, or many people notice, is asked about first.
    Required,
    /// It was said yes to, or begun before.
    Given,
    /// It is a trial: it shows what it would do, and does nothing.
    DryRun,
}

/// How long things may take; tests shorten it.
#[derive(Clone, Copy, Debug)]
pub struct TimingConfig {
    /// How long a lagging read is waited for.
    pub read_back: Duration,
    /// How long an attempt may go on without a confirmed change; the last one, and what follows a confirmed
    /// change, half of it.
    pub attempt: Duration,
    /// After how long the order gets its ⏳.
    pub progress_reaction_after: Duration,
    /// After how long a message tells how far it is.
    pub progress_message_after: Duration,
    /// After how long in vain the admin is told that the order goes on.
    pub retry_notice_after: Duration,
    /// The delay before the second try; it doubles from try to try.
    pub min_retry_delay: Duration,
    /// The longest delay between tries.
    pub max_retry_delay: Duration,
    /// How long a worker's lease on a chat holds without a heartbeat.
    pub lease: Duration,
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
            lease: LEASE_TTL,
        }
    }
}

/// Why a command has no answer yet. A person's mistake is no failure: it is a reply.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Z-API.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The journal.
    #[error(transparent)]
    Store(#[from] LeaseError),
    /// A command that takes a community was run without one: our own fault.
    #[error("the command was run without its community")]
    MissingCommunity,
    /// An order stands for another one that cannot be run: our own fault.
    #[error("what the order stands for cannot be run")]
    UnknownDeferredCommand,
    /// What was written down before the order changed something cannot be read: it may be of another
    /// version, and the call may have been made.
    #[error("the plan of the order cannot be read")]
    UnreadablePlan,
}

impl Context<'_> {
    /// It shows what it would do, and does nothing.
    pub fn is_dry_run(&self) -> bool {
        self.confirmation == Confirmation::DryRun
    }

    /// What whoever gave the order is called.
    pub fn sender_name(&self) -> String {
        match self.claim.command.by_owner {
            true => self.owner_name(),
            false => self.admin.name.clone(),
        }
    }

    /// What whoever types on the bot's own phone is called: nobody gave them a name.
    pub fn owner_name(&self) -> String {
        i18n::text(self.localizer.locale, "owner", &[])
    }

    /// What was said yes to is no longer what would be done: it is asked about once more.
    pub fn require_confirmation(&mut self) {
        if self.confirmation == Confirmation::Given {
            self.confirmation = Confirmation::Required;
        }
    }

    /// Asks whether this order shall be done as it is shown, where a yes is still due. `rest` are its
    /// words, with ids in the place of names, so that what was shown is what is done.
    ///
    /// Returns the answer to give instead of doing it: for a trial, or the question.
    pub fn preview_or_confirm(
        &mut self,
        command: &str,
        rest: String,
        about: Reply,
        is_grave: bool,
    ) -> Option<Reply> {
        debug_assert!(
            !is_grave || CONFIRMABLE.contains(&command),
            "the help on {command} is silent on --yes"
        );
        match self.confirmation {
            Confirmation::DryRun => Some(Reply::DryRun(Box::new(about))),
            Confirmation::Required if is_grave => {
                self.ask(Prompt {
                    asked_by: self.claim.command.id.clone(),
                    language: self.localizer.locale.tag().to_owned(),
                    command: command.to_owned(),
                    before: rest,
                    options: Vec::new(),
                    after: String::new(),
                    takes_several: false,
                    askers: Vec::new(),
                    is_undo: false,
                    only_if: None,
                });
                Some(Reply::Confirm(Box::new(about)))
            }
            Confirmation::Required | Confirmation::Given => None,
        }
    }

    /// Offers the order that was likely meant: a yes carries it out as if it were typed. `rest` are its words
    /// with ids in the place of names, `shown` the same as people see them.
    pub fn suggest(&mut self, command: &'static str, rest: String, shown: &[&str]) -> ReplyLine {
        self.ask(Prompt {
            asked_by: self.claim.command.id.clone(),
            language: self.localizer.locale.tag().to_owned(),
            command: command.to_owned(),
            before: String::new(),
            options: vec![rest],
            after: String::new(),
            takes_several: false,
            askers: Vec::new(),
            is_undo: false,
            only_if: None,
        });
        ReplyLine::not_done("meant-order").order("order", command, shown)
    }

    /// Remembers a question with the answer that asks it.
    pub fn ask(&mut self, question: Prompt) {
        let question = Prompt { is_undo: self.is_undo, only_if: self.only_if.clone(), ..question };
        let StateChange { kind, key: place, value } = question.asked(&self.conversation_key);
        self.set_state(kind, place, value);
    }

    /// Remembers how what was changed is taken back: by this command with these words, or not at all.
    pub fn set_undo(&mut self, of: &str, by: Option<(&str, String)>) {
        self.set_undo_if(of, by, None);
    }

    /// The same where it is taken back only if this is so still: what somebody changed since stays.
    pub fn set_undo_if(&mut self, of: &str, by: Option<(&str, String)>, only_if: Option<String>) {
        let by = by.map(|(command, rest)| (command.to_owned(), rest));
        self.store_undo(&UndoRecord { of: of.to_owned(), by, only_if, instead: None });
    }

    /// Remembers that what was changed cannot be taken back, and which order may help instead.
    pub fn set_not_undoable(&mut self, of: &str, command: &str, words: &[&str]) {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let instead = Some((command.to_owned(), words));
        self.store_undo(&UndoRecord { of: of.to_owned(), by: None, only_if: None, instead });
    }

    fn store_undo(&mut self, undo: &UndoRecord) {
        let value = serde_json::to_string(undo).unwrap_or_default();
        self.set_state(MemoryKind::Undo, self.conversation_key.clone(), Some(value));
    }

    /// Remembers something with the answer; a later value takes the place of an earlier one.
    pub fn set_state(&mut self, kind: MemoryKind, place: String, value: Option<String>) {
        self.state_changes.retain(|memory| memory.kind != kind || memory.key != place);
        self.state_changes.push(StateChange { kind, key: place, value });
    }

    /// What is remembered of this kind and place.
    pub async fn get_state(&self, kind: MemoryKind, place: &str) -> Result<Option<StateEntry>, CommandError> {
        Ok(self.store.get_state(self.instance.name.as_str(), kind, place).await.map_err(LeaseError::Store)?)
    }

    /// The community that the order names; whoever runs a command that takes one has found it.
    pub fn require_community(&self) -> Result<CommunityEntry, CommandError> {
        self.community.clone().ok_or(CommandError::MissingCommunity)
    }

    /// Writes the plan down, before the first call that changes anything.
    pub async fn store_plan(&mut self, plan: String) -> Result<(), LeaseError> {
        self.claim.store_plan(plan, self.clock.now()).await
    }

    /// A moment by the instance's clock on the wall, with the year where that is another one.
    pub fn format_moment(&self, at: Timestamp) -> String {
        let year = |at: Timestamp| at.format_in(&self.instance.time_zone, "%Y");
        self.format_with(at, if year(at) == year(self.clock.now()) { "moment" } else { "moment-year" })
    }

    /// The day of a moment, with its year.
    pub fn format_day(&self, at: Timestamp) -> String {
        self.format_with(at, "moment-day")
    }

    fn format_with(&self, at: Timestamp, form: &'static str) -> String {
        at.format_in(&self.instance.time_zone, &ReplyLine::new(form).render(self.localizer))
    }
}
