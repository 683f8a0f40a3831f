//! `/add <community> <people…>`: adds people to a community, or invites those that cannot be added.

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::engine::members::change::change_members;
use crate::engine::members::plan::MemberAction;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::Reply;

pub const SPEC: CommandSpec = CommandSpec::mutating(
    "add",
    Pt(&["adicionar", "incluir"]),
    Es(&["agregar", "añadir"]),
    &[ArgKind::Community, ArgKind::People],
);

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_members(context, MemberAction::Add, arguments).await
}
