//! The kinds of stored commands, and their stored names.

use crate::command::spec::CommandSpec;

/// Kinds of commands, as far as the webhook can tell.
#[derive(Clone, Copy)]
pub enum CommandKind {
    /// A known command.
    Command(&'static CommandSpec),
    /// A command with a name that does not exist.
    Unknown,
    /// A text of a direct chat that asks for a command in plain words.
    Wish {
        /// It may change something, so it keeps its place in the chat's queue.
        is_mutating: bool,
    },
    /// Any other text of a direct chat.
    Talk,
    /// A message beyond the rate limit: its admin is told, and nothing is run.
    RateLimited,
    /// A message of more than [`MAX_COMMANDS`] commands: its admin is told, and nothing is run.
    TooMany,
    /// A command that was too old when it arrived: its admin is told, and nothing is run.
    TooOld,
    /// An edit of a message of several commands, or to several: its admin is told, and nothing is run.
    EditOfSeveral,
    /// The sender deleted the message: what has not begun is cancelled.
    Deletion,
}

/// The most commands of a message.
pub const MAX_COMMANDS: usize = 20;

/// The stored name of [`CommandKind::RateLimited`].
pub const RATE_LIMITED: &str = "rate_limited";
/// The stored name of [`CommandKind::TooMany`].
pub const TOO_MANY: &str = "too_many";
/// The stored name of [`CommandKind::TooOld`].
pub const TOO_OLD: &str = "too_old";
/// The stored name of [`CommandKind::EditOfSeveral`].
pub const EDIT_OF_SEVERAL: &str = "edit_of_several";
/// The stored name of [`CommandKind::Deletion`].
pub const DELETION: &str = "deletion";
/// The stored name of a report on the delivery of an announcement.
pub const DELIVERY: &str = "delivery";

impl CommandKind {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Command(spec) => spec.name,
            Self::Unknown => "unknown",
            Self::Wish { .. } => "wish",
            Self::Talk => "talk",
            Self::RateLimited => RATE_LIMITED,
            Self::TooMany => TOO_MANY,
            Self::TooOld => TOO_OLD,
            Self::EditOfSeveral => EDIT_OF_SEVERAL,
            Self::Deletion => DELETION,
        }
    }

    /// Whether it may change something.
    pub fn is_mutating(self) -> bool {
        match self {
            Self::Command(spec) => spec.is_mutating,
            Self::Wish { is_mutating } => is_mutating,
            _ => false,
        }
    }
}
