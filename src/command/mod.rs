//! What a command is, and what it may use while it runs.

pub mod catalog;
pub mod consent;
pub mod context;
pub mod handler;
pub mod kind;
pub mod parsed_text;
pub mod progress;
pub mod prompt;
pub mod resolution;
pub mod spec;
pub mod talk_pause;
pub mod undo_record;
pub mod wish;

pub use context::{CommandError, Confirmation, Context};
pub use prompt::Prompt;
pub use spec::{CommandSpec, Es, Pt};
