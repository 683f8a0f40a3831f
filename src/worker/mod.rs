//! The worker: stores commands in the journal, claims them, runs each to its end, and retries what fails.

mod attempt;
mod call_guard;
mod claim_loop;
mod context;
mod deletion;
mod deliver;
mod delivery;
mod edits;
mod execute;
mod language;
mod progress;
mod prompts;
mod resolve;
mod resolve_community;
pub mod retention;
mod retry_notice;
mod retry_policy;
mod store_command;
mod suggest;
mod talk;
mod too_old;
mod wish;

pub use context::Worker;
pub use delivery::store_delivery;
pub use edits::{EditDecision, decide_edit};
pub use store_command::{
    CommandKind, DELETION_VERSION, DELIVERY_VERSION, MAX_COMMANDS, MessagePart, NewCommandRequest,
    sender_identity, store_command,
};
