//! `/link <community> <groups…>`: links groups to a community.

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::engine::links::action::{LinkAction, LinkChange};
use crate::engine::links::change::change_links;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::Reply;

pub const SPEC: CommandSpec = CommandSpec {
    name: "link",
    pt: &["vincular", "juntar"],
    es: &["vincular", "enlazar"],
    args: &[ArgKind::Community, ArgKind::Groups],
    is_mutating: true,
    section: HelpSection::Groups,
};

/// Only large patterns need a confirmation.
const CHANGE: LinkChange =
    LinkChange { action: LinkAction::Link, command: SPEC.name, undone_by: "unlink", max_unconfirmed: None };

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_links(context, &CHANGE, arguments).await
}
