//! `/unlink <community> <groups…>`: takes groups out of a community.

use futures_util::future::BoxFuture;

use super::links::{self, LinkAction};
use super::{ArgKind, Arguments, CommandError, CommandSpec, Context, Handler, HelpSection};
use crate::reply::Reply;

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "unlink",
    pt: &["desvincular", "tirar"],
    es: &["desvincular"],
    args: &[ArgKind::Community, ArgKind::Groups],
    is_mutating: true,
    section: HelpSection::Groups,
    handler: Handler::Run(run),
};

fn run<'a>(
    context: &'a mut Context<'_>,
    arguments: &'a Arguments,
) -> BoxFuture<'a, Result<Reply, CommandError>> {
    Box::pin(links::change(context, LinkAction::Unlink, arguments))
}
