//! `/promote`: makes people admins of a community.

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::engine::members::action::{MemberAction, MemberChange};
use crate::engine::members::change::change_members;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::Reply;

pub const SPEC: CommandSpec = CommandSpec {
    name: "promote",
    pt: &["promover"],
    es: &["promover", "ascender"],
    args: &[ArgKind::Community, ArgKind::People],
    is_mutating: true,
    section: HelpSection::People,
};

const CHANGE: MemberChange = MemberChange {
    action: MemberAction::Promote,
    command: SPEC.name,
    undone_by: Some("demote"),
    group_command: None,
    is_grave: false,
    done_key: "people-promoted",
    preview_key: "people-would-promote",
    already_done_key: "person-already-admin",
};

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_members(context, &CHANGE, arguments).await
}
