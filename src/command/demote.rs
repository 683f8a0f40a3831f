//! `/demote`: makes admins of a community plain members.

use futures_util::future::BoxFuture;

use super::people::{Act, change};
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::reply::Reply;

/// The command.
pub const SPEC: Spec = Spec {
    name: "demote",
    pt: &["rebaixar"],
    es: &["degradar"],
    args: &[Arg::Community, Arg::People],
    is_mutating: true,
    chapter: Chapter::People,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(change(context, Act::Demote, arguments))
}
