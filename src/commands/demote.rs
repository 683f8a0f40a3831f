//! `/demote <community> <people…>`: turns admins of a community into members.

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::engine::members::change::change_members;
use crate::engine::members::plan::MemberAction;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::Reply;

pub const SPEC: CommandSpec = CommandSpec::mutating(
    "demote",
    Pt(&["rebaixar"]),
    Es(&["degradar"]),
    &[ArgKind::Community, ArgKind::People],
);

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_members(context, MemberAction::Demote, arguments).await
}
