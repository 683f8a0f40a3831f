//! `/add`: adds people to a community, or invites those that cannot be added.

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::engine::members::action::{MemberAction, MemberChange};
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

const CHANGE: MemberChange = MemberChange {
    action: MemberAction::Add,
    command: SPEC.name,
    undone_by: Some("remove"),
    group_command: Some("link"),
    is_grave: false,
    done_key: "people-added",
    preview_key: "people-would-add",
    already_done_key: "person-already-in",
};

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_members(context, &CHANGE, arguments).await
}
