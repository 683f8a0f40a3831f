//! What several commands share.

pub mod aliases;
pub mod api_change;
pub mod audience;
pub mod free_text;
pub mod group_words;
pub mod links;
pub mod listing;
pub mod members;
pub mod outcome;
pub mod read_back;
pub mod reconcile;
pub mod report;
pub mod rights;
pub mod target;
pub mod visibility;
pub mod whole_groups;
