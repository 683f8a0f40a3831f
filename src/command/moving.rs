//! `/move <groups…> <community>`: takes groups out of where they are, and puts them into a community.

use futures_util::future::BoxFuture;

use super::membership::relocate;
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::reply::Reply;

/// The command.
pub const SPEC: Spec = Spec {
    name: "move",
    pt: &["mover", "transferir"],
    es: &["mover", "trasladar"],
    args: &[Arg::Groups, Arg::Community],
    is_mutating: true,
    chapter: Chapter::Groups,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(relocate::relocate(context, arguments))
}
