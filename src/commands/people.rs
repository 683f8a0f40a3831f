//! `/add`, `/remove`, `/promote` and `/demote`: change the people of a community, or its admins.

use crate::command::CommandSpec;
use crate::command::handler::Command;
use crate::engine::members::change::change_members;
use crate::engine::members::plan::MemberAction;
use crate::parse::arguments::ArgKind;

const ARGS: [ArgKind; 2] = [ArgKind::Community, ArgKind::People];

/// Adds people to a community, or invites those that cannot be added.
pub const ADD: Command = Command {
    spec: &CommandSpec::mutating("add", &["adicionar", "incluir"], &["agregar", "añadir"], &ARGS),
    run: Some(|context, arguments| Box::pin(change_members(context, MemberAction::Add, arguments))),
};

/// Removes people from a community and from its groups.
pub const REMOVE: Command = Command {
    spec: &CommandSpec::mutating("remove", &["remover", "excluir"], &["quitar", "eliminar"], &ARGS),
    run: Some(|context, arguments| Box::pin(change_members(context, MemberAction::Remove, arguments))),
};

/// Makes people admins of a community.
pub const PROMOTE: Command = Command {
    spec: &CommandSpec::mutating("promote", &["promover"], &["promover", "ascender"], &ARGS),
    run: Some(|context, arguments| Box::pin(change_members(context, MemberAction::Promote, arguments))),
};

/// Turns admins of a community into members.
pub const DEMOTE: Command = Command {
    spec: &CommandSpec::mutating("demote", &["rebaixar"], &["degradar"], &ARGS),
    run: Some(|context, arguments| Box::pin(change_members(context, MemberAction::Demote, arguments))),
};
