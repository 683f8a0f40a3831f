//! `/community <community>`: shows a community and its groups, as they are now.

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::directory::{GroupEntry, NamedEntry, fold};
use crate::engine::listing::{ListKind, NumberedList, format_names};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::{Reply, ReplyLine, quote_text};

pub const SPEC: CommandSpec =
    CommandSpec::non_mutating("community", Pt(&["comunidade"]), Es(&["comunidad"]), &[ArgKind::Community]);

pub async fn run(context: &mut Context<'_>, _: &Arguments) -> Result<Reply, CommandError> {
    let community = context.require_community()?;
    let details = context.zapi.community(&community.id).await?;
    let lists_groups = details.lists_groups();
    let people = match details.announcement() {
        // All members are in the announcement group; a count is no reason to fail.
        Some(announcement) => context.zapi.participants(&announcement.id).await.ok(),
        None => None,
    };
    let mut groups: Vec<GroupEntry> = details
        .ordinary()
        .map(|group| NamedEntry { id: group.id.clone(), name: group.name.clone() })
        .collect();
    groups.sort_by_cached_key(|group| (fold(&group.name), group.id.to_string()));
    let name = details.name_or(community.name);
    let limit = context.instance.community_limit.to_string();
    let mut head = vec![match lists_groups {
        true => {
            let count = ReplyLine::new("community").name("community", name).with_count("count", groups.len());
            count.with_plain("limit", limit)
        }
        false => ReplyLine::unknown("community-unlisted").name("community", name),
    }];
    if let Some(text) = details.description.filter(|text| !text.trim().is_empty()) {
        head.push(ReplyLine::new("community-about").with_plain("text", quote_text(&text)));
    }
    if let Some(people) = people {
        head.push(ReplyLine::new("community-people").with_count("count", people.len()));
    }
    head.push(ReplyLine::new("community-id").with_plain("id", community.id.to_string()));
    if lists_groups && groups.is_empty() {
        head.push(ReplyLine::new("community-empty"));
    }
    let numbers = NumberedList::new(ListKind::Groups, &groups).in_community(&community.id);
    context.show_list(SPEC.name, head, format_names(&groups), Some(numbers)).await
}
