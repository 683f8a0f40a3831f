//! `/link <community> <groups…>`: puts groups into a community.

use futures_util::future::BoxFuture;

use super::membership::{self, Direction};
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::reply::Reply;

/// The command.
pub const SPEC: Spec = Spec {
    name: "link",
    pt: &["vincular", "juntar"],
    es: &["vincular", "enlazar"],
    args: &[Arg::Community, Arg::Groups],
    is_mutating: true,
    chapter: Chapter::Groups,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(membership::change(context, Direction::Link, arguments))
}
