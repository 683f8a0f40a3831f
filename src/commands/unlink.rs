//! `/unlink <community> <groups…>`: unlinks groups from a community.

use crate::command::{CommandError, CommandSpec, Context, HelpSection};
use crate::engine::links::change::change_links;
use crate::engine::links::plan::LinkAction;
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

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_links(context, LinkAction::Unlink, arguments).await
}
