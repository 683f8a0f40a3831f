//! `/move <groups…> <community>`: takes groups out of where they are, and puts them into a community.

use futures_util::future::BoxFuture;

use super::links::move_groups;
use super::{ArgKind, Arguments, CommandError, CommandSpec, Context, Handler, HelpSection};
use crate::reply::Reply;

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "move",
    pt: &["mover", "transferir"],
    es: &["mover", "trasladar"],
    args: &[ArgKind::Groups, ArgKind::Community],
    is_mutating: true,
    section: HelpSection::Groups,
    handler: Handler::Run(run),
};

fn run<'a>(
    context: &'a mut Context<'_>,
    arguments: &'a Arguments,
) -> BoxFuture<'a, Result<Reply, CommandError>> {
    Box::pin(move_groups::move_groups(context, arguments))
}
