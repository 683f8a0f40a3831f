//! `/remove`: takes people out of a community and of its groups.

use futures_util::future::BoxFuture;

use super::members::{MemberAction, change_members};
use super::{ArgKind, Arguments, CommandError, CommandSpec, Context, Handler, HelpSection};
use crate::reply::Reply;

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "remove",
    pt: &["remover", "excluir"],
    es: &["quitar", "eliminar"],
    args: &[ArgKind::Community, ArgKind::People],
    is_mutating: true,
    section: HelpSection::People,
    handler: Handler::Run(run),
};

fn run<'a>(
    context: &'a mut Context<'_>,
    arguments: &'a Arguments,
) -> BoxFuture<'a, Result<Reply, CommandError>> {
    Box::pin(change_members(context, MemberAction::Remove, arguments))
}
