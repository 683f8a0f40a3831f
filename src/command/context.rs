//! What a command may use while it runs, and how it fails.

use std::time::Duration;

use crate::clock::Clock;
use crate::config::{Admin, Instance};
use crate::directory::{CommunityEntry, Directory};
use crate::domain::{Chat, Person};
use crate::reply::Speech;
use crate::storage::{Claim, LEASE, Lost, Store};
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
    /// The journal, to count.
    pub store: &'a Store,
    /// The order in the journal, to write the plan.
    pub claim: &'a mut Claim,
    /// The time.
    pub clock: &'a Clock,
    /// How long things may take.
    pub timing: Timing,
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
    /// Set by a command that answers only because no further try follows.
    pub gave_up: bool,
}

/// How long things may take; tests shorten it.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long a lagging read is waited for.
    pub read_back: Duration,
    /// After how long the order gets its ⏳.
    pub hourglass: Duration,
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
            hourglass: Duration::from_secs(2),
            first_retry: Duration::from_secs(2),
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
}

impl Context<'_> {
    /// The community that the order names; whoever runs a command that takes one has found it.
    pub fn named_community(&self) -> Result<CommunityEntry, Failure> {
        self.community.clone().ok_or(Failure::NoCommunity)
    }

    /// Writes the plan down, before the first call that changes anything.
    pub async fn write_plan(&mut self, plan: String) -> Result<(), Lost> {
        self.claim.plan(plan, self.clock.now()).await
    }
}
