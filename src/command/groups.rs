//! `/groups [words]`: lists the groups that the bot's number is in, and the community of each.

use futures_util::future::BoxFuture;

use super::args::behind_small_words;
use super::listing::{Listed, named_lines};
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::authorise::may_in;
use crate::directory::{CommunityEntry, Found, GroupEntry, fold};
use crate::reply::{Phrase, Reply, Shown, quoted};

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
        let visible = context.visible_groups().await?;
        let mut groups = context.directory.list_groups(context.zapi, &arguments.words).await?;
        groups.retain(|group| visible.contains(&group.id));
        // Who ends a sentence does not look for its full stop.
        let plain = |word: &String| word.trim_end_matches(['.', '!', '?']).to_owned();
        let words: Vec<String> = arguments.words.iter().map(plain).filter(|word| !word.is_empty()).collect();
        if groups.is_empty() && words != arguments.words && !words.is_empty() {
            groups = context.directory.list_groups(context.zapi, &words).await?;
            groups.retain(|group| visible.contains(&group.id));
        }
        if groups.is_empty() {
            if let Some(community) = community(context, &words).await? {
                let offer = context.offer("community", community.id.to_string(), &[&community.name]);
                return Ok(Reply::Said(vec![offer]));
            }
            let none = match arguments.words.join(" ") {
                words if words.is_empty() => Phrase::new("groups-none"),
                words => Phrase::new("groups-none-of").name("name", words).order("order", SPEC.name, &[]),
            };
            let missing = visible.is_incomplete().then(|| Phrase::unsure("groups-missing"));
            return Ok(Reply::Shown(Shown::told([Some(none), missing].into_iter().flatten().collect())));
        }
        groups.sort_by_cached_key(|group| (fold(&group.name), group.id.to_string()));
        let (places, is_whole) = places(context, &groups).await?;
        let lines = named_lines(&groups).into_iter().zip(places);
        let lines = lines.map(|(name, place)| match place {
            Some(place) => format!("{name} · {place}"),
            None => name,
        });
        let lines = lines.collect();
        let mut head = vec![Phrase::new("groups").count("count", groups.len())];
        if visible.is_incomplete() {
            head.push(Phrase::unsure("groups-missing"));
        } else if !is_whole {
            head.push(Phrase::unsure("groups-unread"));
        }
        let ids = groups.iter().map(|group| group.id.to_string()).collect();
        Ok(context.show(SPEC.name, head, lines, (Listed::Groups, ids)))
    })
}

/// The community that words name which no group has.
async fn community(context: &Context<'_>, words: &[String]) -> Result<Option<CommunityEntry>, Failure> {
    let typed = behind_small_words(words).unwrap_or(words).join(" ");
    if typed.is_empty() {
        return Ok(None);
    }
    let sees = |entry: &CommunityEntry| context.sees(&entry.id, &entry.name);
    Ok(match context.directory.community_among(context.zapi, &typed, sees).await? {
        Found::One(entry) if sees(&entry) => Some(entry),
        _ => None,
    })
}

/// The community of each group, by name where the admin may see it; and whether all could be read.
async fn places(
    context: &Context<'_>,
    groups: &[GroupEntry],
) -> Result<(Vec<Option<String>>, bool), Failure> {
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let memberships = context.directory.memberships(context.zapi).await?;
    let elsewhere = Phrase::new("groups-elsewhere").say(context.speech);
    let place = |group: &GroupEntry| {
        let id = memberships.of(&group.id)?;
        let name = snapshot.communities.by_id(id).map(|entry| entry.name.as_str()).unwrap_or_default();
        let is_shown = !name.is_empty() && may_in(context.admin, id, name, context.directory);
        Some(if is_shown { quoted(name) } else { elsewhere.clone() })
    };
    Ok((groups.iter().map(place).collect(), memberships.is_whole))
}
