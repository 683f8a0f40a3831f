//! `/move <groups…> <community>`: unlinks groups from their communities, and links them to another one.

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::engine::links::change::change_links;
use crate::engine::links::plan::LinkAction;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::Reply;

pub const SPEC: CommandSpec = CommandSpec::mutating(
    "move",
    Pt(&["mover", "transferir"]),
    Es(&["mover", "trasladar"]),
    &[ArgKind::Groups, ArgKind::Community],
);

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_links(context, LinkAction::Move, arguments).await
}
