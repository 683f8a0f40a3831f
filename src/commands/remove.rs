//! `/remove`: removes people from a community and from its groups.

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::engine::members::action::{MemberAction, MemberChange};
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

const CHANGE: MemberChange = MemberChange {
    action: MemberAction::Remove,
    command: SPEC.name,
    // A person who is added again is not in the groups again.
    undone_by: None,
    group_command: Some("unlink"),
    is_grave: true,
    done_key: "people-removed",
    preview_key: "people-would-remove",
    already_done_key: "person-already-out",
};

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_members(context, &CHANGE, arguments).await
}
