//! `/community <community>`: shows the groups of a community, as they are now.

use futures_util::future::BoxFuture;

use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::reply::Reply;

/// The command.
pub const SPEC: Spec = Spec {
    name: "community",
    pt: &["comunidade"],
    es: &["comunidad"],
    args: &[Arg::Community],
    is_mutating: false,
    chapter: Chapter::Looking,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, _: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let community = context.named_community()?;
        let details = context.zapi.community(&community.id).await?;
        let mut groups: Vec<(String, String)> =
            details.ordinary().map(|group| (group.name.clone(), group.id.to_string())).collect();
        groups.sort_by_cached_key(|(name, id)| (crate::directory::fold(name), id.clone()));
        let name = details.name.unwrap_or(community.name);
        Ok(Reply::Community { name, groups, limit: context.instance.community_limit })
    })
}
