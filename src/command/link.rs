//! `/link <community> <groups…>`: puts groups into a community.

use futures_util::future::BoxFuture;

use super::links::{self, LinkAction};
use super::{ArgKind, Arguments, CommandError, CommandSpec, Context, Handler, HelpSection};
use crate::reply::Reply;

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "link",
    pt: &["vincular", "juntar"],
    es: &["vincular", "enlazar"],
    args: &[ArgKind::Community, ArgKind::Groups],
    is_mutating: true,
    section: HelpSection::Groups,
    handler: Handler::Run(run),
};

fn run<'a>(
    context: &'a mut Context<'_>,
    arguments: &'a Arguments,
) -> BoxFuture<'a, Result<Reply, CommandError>> {
    Box::pin(links::change(context, LinkAction::Link, arguments))
}
