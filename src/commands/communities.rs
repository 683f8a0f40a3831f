//! `/communities`: lists the communities in which the admin has rights.

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::directory::{CommunityEntry, fold};
use crate::engine::listing::{ListKind, NumberedList, format_names};
use crate::parse::arguments::Arguments;
use crate::reply::{Reply, ReplyLine};

pub const SPEC: CommandSpec =
    CommandSpec::non_mutating("communities", Pt(&["comunidades"]), Es(&["comunidades"]), &[]);

pub async fn run(context: &mut Context<'_>, _: &Arguments) -> Result<Reply, CommandError> {
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let allowed = snapshot.communities.all().filter(|community| context.sees(community));
    let mut allowed: Vec<CommunityEntry> = allowed.cloned().collect();
    if allowed.is_empty() {
        return Ok(Reply::Report(vec![ReplyLine::new("no-communities")]));
    }
    allowed.sort_by_cached_key(|each| (fold(&each.name), each.id.to_string()));
    let head = ReplyLine::new("communities").with_count("count", allowed.len());
    let numbers = NumberedList::new(ListKind::Communities, &allowed);
    context.show_list(SPEC.name, vec![head], format_names(&allowed), Some(numbers)).await
}
