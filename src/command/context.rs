//! What a command may use while it runs, and how it fails.

use std::time::Duration;

use super::progress::Progress;
use super::question::Question;
use super::undo::Undo;
use crate::authorise::Admins;
use crate::clock::Clock;
use crate::config::{Admin, Instance};
use crate::directory::{CommunityEntry, Directory, Roster};
use crate::domain::{Chat, Person};
use crate::i18n;
use crate::reply::{Phrase, Reply, Speech};
use crate::storage::{Claim, LEASE, Lost, Memory, MemoryKind, Remembered, Store};
use crate::zapi::{ApiError, Zapi};

/// Everything a command may use.
pub struct Context<'a> {
    /// The instance's configuration.
    pub instance: &'a Instance,
    /// How to speak.
    pub speech: &'a Speech,
    /// Z-API.
    pub zapi: &'a Zapi,
    /// Names.
    pub directory: &'a Directory,
    /// Who may give orders, by the configuration.
    pub admins: &'a Admins,
    /// The communities' own admins, where they may give orders too.
    pub roster: Option<&'a Roster>,
    /// The journal, to count.
    pub store: &'a Store,
    /// The order in the journal, to write the plan.
    pub claim: &'a mut Claim,
    /// The time.
    pub clock: &'a Clock,
    /// How long things may take.
    pub timing: Timing,
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
    pub is_last_try: bool,
    /// It was cancelled: nothing more is changed, and what is so is the answer.
    pub is_cancelled: bool,
    /// Set by a command that answers only because no further try follows.
    pub gave_up: bool,
    /// Whether it is done, or shown first.
    pub consent: Consent,
    /// It takes a change back.
    pub is_undo: bool,
    /// What must be so still for that.
    pub only_if: Option<String>,
    /// Whose question, list and undo it is: the admin's in this chat.
    pub place: String,
    /// What is remembered with the answer.
    pub memories: Vec<Memory>,
}

/// The commands that may ask first: what they do cannot be undone, or many people notice.
pub(super) const ASKING: [&str; 9] =
    ["link", "unlink", "move", "create", "describe", "invite", "announce", "remove", "deactivate"];

/// Whether an order is done, or shown first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// What cannot be undone, or many people notice, is asked about first.
    Due,
    /// It was said yes to, or begun before.
    Given,
    /// It is a trial: it shows what it would do, and does nothing.
    Trial,
}

/// How long things may take; tests shorten it.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long a lagging read is waited for.
    pub read_back: Duration,
    /// How long an attempt may go on without a confirmed change; the last one, and what follows a confirmed
    /// change, half of it.
    pub attempt: Duration,
    /// After how long the order gets its ⏳.
    pub hourglass: Duration,
    /// After how long a message tells how far it is.
    pub progress: Duration,
    /// After how long in vain the admin is told that the order goes on.
    pub goes_on: Duration,
    /// The delay before the second try; it doubles from try to try.
    pub first_retry: Duration,
    /// The longest delay between tries.
    pub longest_retry: Duration,
    /// How long a worker's lease on a chat holds without a heartbeat.
    pub lease: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            read_back: Duration::from_secs(10),
            attempt: Duration::from_secs(60),
            hourglass: Duration::from_secs(2),
            progress: Duration::from_secs(5),
            goes_on: Duration::from_secs(20),
            first_retry: Duration::from_millis(500),
            longest_retry: Duration::from_secs(60),
            lease: LEASE,
        }
    }
}

/// Why a command has no answer yet. A person's mistake is no failure: it is a reply.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Z-API.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] Lost),
    /// A command that takes a community was run without one: our own fault.
    #[error("the command was run without its community")]
    NoCommunity,
    /// An order stands for another one that cannot be run: our own fault.
    #[error("what the order stands for cannot be run")]
    NoOrder,
    /// What was written down before the order changed something cannot be read: it may be of another
    /// version, and the call may have been made.
    #[error("the plan of the order cannot be read")]
    NoPlan,
}

impl Context<'_> {
    /// It shows what it would do, and does nothing.
    pub fn is_trial(&self) -> bool {
        self.consent == Consent::Trial
    }

    /// What whoever gave the order is called.
    pub fn own_name(&self) -> String {
        match self.claim.command.by_owner {
            true => self.owner(),
            false => self.admin.name.clone(),
        }
    }

    /// What whoever types on the bot's own phone is called: nobody gave them a name.
    pub fn owner(&self) -> String {
        i18n::text(self.speech.locale, "owner", &[])
    }

    /// What was said yes to is no longer what would be done: it is asked about once more.
    pub fn ask_again(&mut self) {
        if self.consent == Consent::Given {
            self.consent = Consent::Due;
        }
    }

    /// Asks whether this order shall be done as it is shown, where a yes is still due. `rest` are its
    /// words, with ids in the place of names, so that what was shown is what is done.
    ///
    /// Returns the answer to give instead of doing it: for a trial, or the question.
    pub fn shown_first(
        &mut self,
        command: &str,
        rest: String,
        about: Reply,
        is_grave: bool,
    ) -> Option<Reply> {
        debug_assert!(!is_grave || ASKING.contains(&command), "the help on {command} is silent on --yes");
        match self.consent {
            Consent::Trial => Some(Reply::Trial(Box::new(about))),
            Consent::Due if is_grave => {
                self.ask(Question {
                    asked_by: self.claim.command.id.clone(),
                    language: self.speech.locale.tag().to_owned(),
                    command: command.to_owned(),
                    before: rest,
                    options: Vec::new(),
                    after: String::new(),
                    takes_several: false,
                    askers: Vec::new(),
                    is_undo: false,
                    only_if: None,
                });
                Some(Reply::Asked(Box::new(about)))
            }
            Consent::Due | Consent::Given => None,
        }
    }

    /// Offers the order that was likely meant: a yes carries it out as if it were typed. `rest` are its words
    /// with ids in the place of names, `shown` the same as people see them.
    pub fn offer(&mut self, command: &'static str, rest: String, shown: &[&str]) -> Phrase {
        self.ask(Question {
            asked_by: self.claim.command.id.clone(),
            language: self.speech.locale.tag().to_owned(),
            command: command.to_owned(),
            before: String::new(),
            options: vec![rest],
            after: String::new(),
            takes_several: false,
            askers: Vec::new(),
            is_undo: false,
            only_if: None,
        });
        Phrase::not_done("meant-order").order("order", command, shown)
    }

    /// Remembers a question with the answer that asks it.
    pub fn ask(&mut self, question: Question) {
        let question = Question { is_undo: self.is_undo, only_if: self.only_if.clone(), ..question };
        let Memory { kind, place, value } = question.asked(&self.place);
        self.remember(kind, place, value);
    }

    /// Remembers how what was changed is taken back: by this command with these words, or not at all.
    pub fn can_be_undone(&mut self, of: &str, by: Option<(&str, String)>) {
        self.can_be_undone_if(of, by, None);
    }

    /// The same where it is taken back only if this is so still: what somebody changed since stays.
    pub fn can_be_undone_if(&mut self, of: &str, by: Option<(&str, String)>, only_if: Option<String>) {
        let by = by.map(|(command, rest)| (command.to_owned(), rest));
        self.remember_undo(&Undo { of: of.to_owned(), by, only_if, instead: None });
    }

    /// Remembers that what was changed cannot be taken back, and which order may help instead.
    pub fn cannot_be_undone(&mut self, of: &str, command: &str, words: &[&str]) {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let instead = Some((command.to_owned(), words));
        self.remember_undo(&Undo { of: of.to_owned(), by: None, only_if: None, instead });
    }

    fn remember_undo(&mut self, undo: &Undo) {
        let value = serde_json::to_string(undo).unwrap_or_default();
        self.remember(MemoryKind::Undo, self.place.clone(), Some(value));
    }

    /// Remembers something with the answer; a later value takes the place of an earlier one.
    pub fn remember(&mut self, kind: MemoryKind, place: String, value: Option<String>) {
        self.memories.retain(|memory| memory.kind != kind || memory.place != place);
        self.memories.push(Memory { kind, place, value });
    }

    /// What is remembered of this kind and place.
    pub async fn recall(&self, kind: MemoryKind, place: &str) -> Result<Option<Remembered>, Failure> {
        Ok(self.store.recall(self.instance.name.as_str(), kind, place).await.map_err(Lost::Store)?)
    }

    /// The community that the order names; whoever runs a command that takes one has found it.
    pub fn named_community(&self) -> Result<CommunityEntry, Failure> {
        self.community.clone().ok_or(Failure::NoCommunity)
    }

    /// Writes the plan down, before the first call that changes anything.
    pub async fn write_plan(&mut self, plan: String) -> Result<(), Lost> {
        self.claim.plan(plan, self.clock.now()).await
    }
}
