//! How a command is run.

use futures_util::future::BoxFuture;

use crate::command::context::{CommandError, Context};
use crate::command::resolution::{Resolution, ResolveContext};
use crate::command::spec::CommandSpec;
use crate::parse::arguments::Arguments;
use crate::reply::Reply;
use crate::storage::LeaseError;

/// Runs a command and returns its reply.
pub type Run = for<'a> fn(&'a mut Context<'_>, &'a Arguments) -> BoxFuture<'a, Result<Reply, CommandError>>;

/// Finds the command that replaces an indirect one.
pub type Resolve =
    for<'a> fn(&'a ResolveContext<'_>, &'a Arguments) -> BoxFuture<'a, Result<Resolution, LeaseError>>;

/// A command: what it is, and how it is run.
pub struct Command {
    /// What it is.
    pub spec: &'static CommandSpec,
    /// How it is run.
    pub handler: Handler,
}

/// How a command is run.
#[derive(Clone, Copy)]
pub enum Handler {
    /// By itself.
    Run(Run),
    /// Replaced by another, earlier command.
    Resolve(Resolve),
}
