//! `/add`, `/remove`, `/promote` and `/demote`: change the people of a community, or its admins.

use crate::command::handler::Command;
use crate::command::{CommandSpec, HelpSection};
use crate::engine::members::change::change_members;
use crate::engine::members::plan::MemberAction;
use crate::parse::arguments::ArgKind;

/// Adds people to a community, or invites those that cannot be added.
pub const ADD: Command = Command {
    spec: &spec("add", &["adicionar", "incluir"], &["agregar", "añadir"]),
    run: Some(|context, arguments| Box::pin(change_members(context, MemberAction::Add, arguments))),
};

/// Removes people from a community and from its groups.
pub const REMOVE: Command = Command {
    spec: &spec("remove", &["remover", "excluir"], &["quitar", "eliminar"]),
    run: Some(|context, arguments| Box::pin(change_members(context, MemberAction::Remove, arguments))),
};

/// Makes people admins of a community.
pub const PROMOTE: Command = Command {
    spec: &spec("promote", &["promover"], &["promover", "ascender"]),
    run: Some(|context, arguments| Box::pin(change_members(context, MemberAction::Promote, arguments))),
};

/// Turns admins of a community into members.
pub const DEMOTE: Command = Command {
    spec: &spec("demote", &["rebaixar"], &["degradar"]),
    run: Some(|context, arguments| Box::pin(change_members(context, MemberAction::Demote, arguments))),
};

const fn spec(name: &'static str, pt: &'static [&'static str], es: &'static [&'static str]) -> CommandSpec {
    let args = &[ArgKind::Community, ArgKind::People];
    CommandSpec { name, pt, es, args, is_mutating: true, section: HelpSection::People }
}
