//! `/groups [words]`: lists the groups that the bot's number is in.

use futures_util::future::BoxFuture;

use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::reply::Reply;

/// The command.
pub const SPEC: Spec = Spec {
    name: "groups",
    pt: &["grupos"],
    es: &["grupos"],
    args: &[Arg::Words],
    is_mutating: false,
    chapter: Chapter::Looking,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let mut groups = context.directory.list_groups(context.zapi, &arguments.words).await?;
        let unseen = context.unseen_groups().await?;
        groups.retain(|group| !unseen.contains(&group.id));
        let groups = groups.into_iter().map(|group| (group.name, group.id.to_string())).collect();
        Ok(Reply::Groups { groups, words: arguments.words.join(" ") })
    })
}
