//! `/more`: the next page of the last long list that this admin was shown in this chat.

use futures_util::future::BoxFuture;

use super::{Arguments, Chapter, Context, Failure, Run, Spec};
use crate::reply::{Phrase, Reply, Shown};

/// The command.
pub const SPEC: Spec = Spec {
    name: "more",
    pt: &["mais"],
    es: &["más"],
    args: &[],
    is_mutating: false,
    chapter: Chapter::Looking,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, _: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let nothing = || Phrase::new("more-nothing").order("groups", "groups", &[]);
        let more = context.show_more().await?;
        Ok(more.unwrap_or_else(|| Reply::Shown(Shown::told(vec![nothing()]))))
    })
}
