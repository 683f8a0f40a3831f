//! The people of a community, changed and told truly: read who is meant, survey, plan, call, read back.
//!
//! Truth is who stands in the announcement group afterwards (ZAPI.md §3). The plan is in the journal
//! before the first call, so after a crash it still tells how everybody stood before; all calls but an
//! invitation may be repeated.

pub mod action;
pub mod change;
pub mod outcome;
pub mod person;
mod plan;
mod reconcile;
mod report;
