//! `/link <community> <groups…>`: links groups to a community.

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::engine::links::change::change_links;
use crate::engine::links::plan::LinkAction;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::Reply;

pub const SPEC: CommandSpec = CommandSpec::mutating(
    "link",
    Pt(&["vincular", "juntar"]),
    Es(&["vincular", "enlazar"]),
    &[ArgKind::Community, ArgKind::Groups],
);

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_links(context, LinkAction::Link, arguments).await
}
