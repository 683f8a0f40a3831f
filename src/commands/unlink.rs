//! `/unlink <community> <groups…>`: unlinks groups from a community.

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::engine::links::change::change_links;
use crate::engine::links::plan::LinkAction;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::Reply;

pub const SPEC: CommandSpec = CommandSpec::mutating(
    "unlink",
    Pt(&["desvincular", "tirar"]),
    Es(&["desvincular"]),
    &[ArgKind::Community, ArgKind::Groups],
);

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    change_links(context, LinkAction::Unlink, arguments).await
}
