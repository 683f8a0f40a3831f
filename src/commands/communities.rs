//! `/communities`: lists the communities in which the admin has rights.

use crate::command::{CommandError, CommandSpec, Context, HelpSection};
use crate::directory::{CommunityEntry, fold};
use crate::engine::listing::ListKind;
use crate::parse::arguments::Arguments;
use crate::reply::{Reply, ReplyLine};

pub const SPEC: CommandSpec = CommandSpec {
    name: "communities",
    pt: &["comunidades"],
    es: &["comunidades"],
    args: &[],
    is_mutating: false,
    section: HelpSection::Lookup,
};

pub async fn run(context: &mut Context<'_>, _: &Arguments) -> Result<Reply, CommandError> {
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let allowed = snapshot.communities.all().filter(|community| context.sees(community));
    let mut allowed: Vec<CommunityEntry> = allowed.cloned().collect();
    if allowed.is_empty() {
        return Ok(Reply::Report(vec![ReplyLine::new("no-communities")]));
    }
    allowed.sort_by_cached_key(|each| (fold(&each.name), each.id.to_string()));
    let head = ReplyLine::new("communities").with_count("count", allowed.len());
    context.show_entries(SPEC.name, vec![head], ListKind::Communities, &allowed).await
}
