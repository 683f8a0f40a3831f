//! Changes of the people of a community: parse, plan, call, read back, report.
//!
//! The participants of the announcement group afterwards are the truth (Z-API's documentation). The plan is stored
//! before the first call, so after a crash it still says what was so before. All calls but an invitation may
//! be repeated.

pub mod action;
pub mod change;
pub mod outcome;
pub mod person;
mod plan;
mod reconcile;
mod report;
