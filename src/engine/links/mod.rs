//! Linking, unlinking and moving groups: what was typed, the state of each group, the calls, the report.

pub mod change;
mod moving;
pub mod plan;
mod reconcile;
mod report;
mod survey;
