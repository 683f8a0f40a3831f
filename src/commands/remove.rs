//! `/remove`: removes people from a community and from its groups.

use crate::command::{CommandError, CommandSpec, Context, HelpSection};
use crate::engine::members::action::MemberAction;
use crate::engine::members::change::change_members;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::Reply;

pub const SPEC: CommandSpec = CommandSpec {
    name: "remove",
    pt: &["remover", "excluir"],
    es: &["quitar", "eliminar"],
    args: &[ArgKind::Community, ArgKind::People],
    is_mutating: true,
    section: HelpSection::People,
};

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_members(context, MemberAction::Remove, arguments).await
}
