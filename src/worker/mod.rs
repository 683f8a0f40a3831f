//! The worker: claims the commands of the journal, runs each to its end, and retries what fails.

mod argument_finder;
mod attempt;
mod call_guard;
mod claim_loop;
mod command_outcome;
mod community_names;
mod correction;
mod deletion;
mod deliver;
mod delivery_report;
mod edits;
mod execute;
mod language;
mod menu;
mod missing_part;
mod open_prompt;
mod progress;
mod request;
mod resolve;
mod resolve_community;
pub mod retention;
mod retry_notice;
mod retry_policy;
mod sentence;
mod subjects;
mod talk;
mod too_old;
mod undo_part;
mod wish;

use std::collections::HashMap;
use std::sync::Arc;

use crate::clock::{Clock, Timestamp};
use crate::command::context::TimingConfig;
use crate::domain::InstanceName;
use crate::instance::ReloadableInstance;
use crate::storage::Store;
use crate::telemetry::Metrics;

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
