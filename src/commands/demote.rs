//! `/demote`: turns admins of a community into members.

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::engine::members::action::{MemberAction, MemberChange};
use crate::engine::members::change::change_members;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::Reply;

pub const SPEC: CommandSpec = CommandSpec {
    name: "demote",
    pt: &["rebaixar"],
    es: &["degradar"],
    args: &[ArgKind::Community, ArgKind::People],
    is_mutating: true,
    section: HelpSection::People,
};

const CHANGE: MemberChange = MemberChange {
    action: MemberAction::Demote,
    command: SPEC.name,
    undone_by: Some("promote"),
    group_command: None,
    is_grave: false,
    done_key: "people-demoted",
    preview_key: "people-would-demote",
    already_done_key: "person-already-no-admin",
};

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_members(context, &CHANGE, arguments).await
}
