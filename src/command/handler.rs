//! How a command is run.

use futures_util::future::BoxFuture;

use crate::command::context::{CommandError, Context};
use crate::command::spec::CommandSpec;
use crate::parse::arguments::Arguments;
use crate::reply::Reply;

/// Runs a command and returns its reply.
pub type Run = for<'a> fn(&'a mut Context<'_>, &'a Arguments) -> BoxFuture<'a, Result<Reply, CommandError>>;

/// A command: what it is, and how it is run.
pub struct Command {
    /// What it is.
    pub spec: &'static CommandSpec,
    /// How it is run; none if it stands for another command, which is run in its place.
    pub run: Option<Run>,
}
