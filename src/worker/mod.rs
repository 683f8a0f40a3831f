//! The worker: stores commands in the journal, claims them, runs each to its end, and retries what fails.

mod attempt;
mod call_guard;
mod claim_loop;
mod context;
mod deliver;
mod edits;
mod enqueue;
mod execute;
mod language;
mod progress;
mod prompts;
mod resolve;
mod resolve_community;
pub mod retention;
mod retry_notice;
mod retry_policy;
mod suggest;

pub use context::Worker;
pub use enqueue::{EnqueueKind, Incoming, RATE_LIMITED, enqueue, identity};
