//! Changes of the people of a community: what was typed, the state of each person, the calls, the report.
//!
//! The participants of the announcement group are the truth (Z-API's documentation). All calls but an invitation may be
//! repeated.

pub mod change;
pub mod person;
pub mod plan;
mod reconcile;
mod report;
mod survey;
