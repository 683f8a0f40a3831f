//! Linking and unlinking, told truly: survey, plan, call, read back, attribute.
//!
//! The answer of a call is a hint; what `communities-metadata` shows afterwards is the truth
//! (Z-API docs, communities/link-groups). The plan is in the journal before the first call, so
//! after a crash it still tells what was so before.

pub mod action;
pub mod change;
pub mod plan;
pub mod reconcile;
