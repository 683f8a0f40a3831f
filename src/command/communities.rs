//! `/communities`: lists the communities in which the admin may give orders.

use futures_util::future::BoxFuture;

use super::listing::{Listed, named_lines};
use super::{Arguments, Chapter, Context, Failure, Run, Spec};
use crate::directory::{CommunityEntry, fold};
use crate::reply::{Phrase, Reply, Shown};

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
        let is_allowed = |each: &&CommunityEntry| context.sees(&each.id, &each.name);
        let mut allowed: Vec<CommunityEntry> =
            snapshot.communities.all().filter(is_allowed).cloned().collect();
        if allowed.is_empty() {
            return Ok(Reply::Shown(Shown::told(vec![Phrase::new("no-communities")])));
        }
        allowed.sort_by_cached_key(|each| (fold(&each.name), each.id.to_string()));
        let head = Phrase::new("communities").count("count", allowed.len());
        let ids = allowed.iter().map(|each| each.id.to_string()).collect();
        Ok(context.show(SPEC.name, vec![head], named_lines(&allowed), (Listed::Communities, ids)))
    })
}
