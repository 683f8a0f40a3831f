//! `/community <community>`: shows a community and its groups, as they are now.

use futures_util::future::BoxFuture;

use super::listing::{Listed, named_lines};
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::directory::{Entry, GroupEntry, fold};
use crate::reply::{Phrase, Reply, quoted_text};

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
        let lists_groups = details.lists_groups();
        let people = match details.announcement() {
            // Everybody in the community is in its announcement group; a count is no reason to fail.
            Some(announcement) => context.zapi.participants(&announcement.id).await.ok(),
            None => None,
        };
        let mut groups: Vec<GroupEntry> = details
            .ordinary()
            .map(|group| Entry { id: group.id.clone(), name: group.name.clone() })
            .collect();
        groups.sort_by_cached_key(|group| (fold(&group.name), group.id.to_string()));
        let name = details.name.filter(|name| !name.is_empty()).unwrap_or(community.name);
        let limit = context.instance.community_limit.to_string();
        let mut head = vec![match lists_groups {
            true => {
                let count = Phrase::new("community").name("community", name).count("count", groups.len());
                count.plain("limit", limit)
            }
            false => Phrase::unsure("community-unlisted").name("community", name),
        }];
        if let Some(text) = details.description.filter(|text| !text.trim().is_empty()) {
            head.push(Phrase::new("community-about").plain("text", quoted_text(&text)));
        }
        if let Some(people) = people {
            head.push(Phrase::new("community-people").count("count", people.len()));
        }
        head.push(Phrase::new("community-id").plain("id", community.id.to_string()));
        if lists_groups && groups.is_empty() {
            head.push(Phrase::new("community-empty"));
        }
        let ids = groups.iter().map(|group| group.id.to_string()).collect();
        Ok(context.show(SPEC.name, head, named_lines(&groups), (Listed::Groups, ids)))
    })
}
