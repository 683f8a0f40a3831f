//! `/link`, `/unlink` and `/move`: change which groups a community has.

use crate::command::CommandSpec;
use crate::command::handler::Command;
use crate::engine::links::change::change_links;
use crate::engine::links::plan::LinkAction;
use crate::parse::arguments::ArgKind;

const BEHIND_COMMUNITY: &[ArgKind] = &[ArgKind::Community, ArgKind::Groups];
const BEFORE_COMMUNITY: &[ArgKind] = &[ArgKind::Groups, ArgKind::Community];

/// Links groups to a community.
pub const LINK: Command = Command {
    spec: &CommandSpec::mutating("link", &["vincular", "juntar"], &["vincular", "enlazar"], BEHIND_COMMUNITY),
    run: Some(|context, arguments| Box::pin(change_links(context, LinkAction::Link, arguments))),
};

/// Unlinks groups from a community.
pub const UNLINK: Command = Command {
    spec: &CommandSpec::mutating("unlink", &["desvincular", "tirar"], &["desvincular"], BEHIND_COMMUNITY),
    run: Some(|context, arguments| Box::pin(change_links(context, LinkAction::Unlink, arguments))),
};

/// Unlinks groups from their communities, and links them to another one.
pub const MOVE: Command = Command {
    spec: &CommandSpec::mutating("move", &["mover", "transferir"], &["mover", "trasladar"], BEFORE_COMMUNITY),
    run: Some(|context, arguments| Box::pin(change_links(context, LinkAction::Move, arguments))),
};
