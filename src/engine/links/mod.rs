//! Linking and unlinking: plan, call, read back, report.
//!
//! The response of a call is only a hint; what `communities-metadata` shows afterwards is the truth (Z-API
//! docs, communities/link-groups). The plan is stored before the first call, so after a crash it still says
//! what was so before.

pub mod action;
pub mod change;
pub mod plan;
pub mod reconcile;
