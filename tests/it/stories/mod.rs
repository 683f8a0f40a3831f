//! One file a command: what a person says, and what they and the groups see of it.

mod journal;
mod link;
mod truth;
