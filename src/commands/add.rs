//! `/add`: adds people to a community, or invites those that cannot be added.

use crate::command::{CommandError, CommandSpec, Context, HelpSection};
use crate::engine::members::action::MemberAction;
use crate::engine::members::change::change_members;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::Reply;

pub const SPEC: CommandSpec = CommandSpec {
    name: "add",
    pt: &["adicionar", "incluir"],
    es: &["agregar", "añadir"],
    args: &[ArgKind::Community, ArgKind::People],
    is_mutating: true,
    section: HelpSection::People,
};

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_members(context, MemberAction::Add, arguments).await
}
