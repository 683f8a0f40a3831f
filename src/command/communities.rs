//! `/communities`: lists the communities in which the admin may give orders.

use futures_util::future::BoxFuture;

use super::{Arguments, Chapter, Context, Failure, Run, Spec};
use crate::reply::Reply;

/// The command.
pub const SPEC: Spec = Spec {
    name: "communities",
    pt: &["comunidades"],
    es: &["comunidades"],
    args: &[],
    is_mutating: false,
    chapter: Chapter::Looking,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, _: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let snapshot = context.directory.snapshot(context.zapi).await?;
        let allowed = snapshot.communities.all().filter(|each| context.sees(&each.id, &each.name));
        Ok(Reply::Communities(allowed.map(|each| (each.name.clone(), each.id.to_string())).collect()))
    })
}
