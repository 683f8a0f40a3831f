//! `/promote`: makes people admins of a community.

use futures_util::future::BoxFuture;

use super::members::{MemberAction, change_members};
use super::{ArgKind, Arguments, CommandError, CommandSpec, Context, Handler, HelpSection};
use crate::reply::Reply;

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "promote",
    pt: &["promover"],
    es: &["promover", "ascender"],
    args: &[ArgKind::Community, ArgKind::People],
    is_mutating: true,
    section: HelpSection::People,
    handler: Handler::Run(run),
};

fn run<'a>(
    context: &'a mut Context<'_>,
    arguments: &'a Arguments,
) -> BoxFuture<'a, Result<Reply, CommandError>> {
    Box::pin(change_members(context, MemberAction::Promote, arguments))
}
