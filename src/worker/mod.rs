//! The worker: claims the commands of the journal, runs each to its end, and retries what fails.

mod argument_finder;
mod attempt;
mod call_guard;
mod claim_loop;
mod community_names;
mod context;
mod correction;
mod deletion;
mod deliver;
mod delivery_report;
mod edits;
mod execute;
mod incomplete_wish;
mod language;
mod menu;
mod missing_part;
mod open_prompt;
mod progress;
mod regret;
mod resolve;
mod resolve_community;
pub mod retention;
mod retry_notice;
mod retry_policy;
mod talk;
mod too_old;
mod undo_part;
mod wish;

pub use context::Worker;
