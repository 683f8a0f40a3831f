//! `/unlink <community> <groups…>`: unlinks groups from a community.

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::engine::links::action::{LinkAction, LinkChange};
use crate::engine::links::change::change_links;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::Reply;

pub const SPEC: CommandSpec = CommandSpec {
    name: "unlink",
    pt: &["desvincular", "tirar"],
    es: &["desvincular"],
    args: &[ArgKind::Community, ArgKind::Groups],
    is_mutating: true,
    section: HelpSection::Groups,
};

const CHANGE: LinkChange = LinkChange {
    action: LinkAction::Unlink,
    command: SPEC.name,
    undone_by: "link",
    max_unconfirmed: Some(3),
};

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_links(context, &CHANGE, arguments).await
}
