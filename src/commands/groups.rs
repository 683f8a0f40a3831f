//! `/groups [words]`: lists the groups that the bot's number is in, and the community of each.

use crate::authorization::may_in;
use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::directory::{CommunityEntry, GroupEntry, NameMatch, fold};
use crate::engine::listing::{ListKind, NumberedList, format_names};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::names::strip_courtesy;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, quote};

pub const SPEC: CommandSpec =
    CommandSpec::non_mutating("groups", Pt(&["grupos"]), Es(&["grupos"]), &[ArgKind::Words]);

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let visible = context.visible_groups().await?;
    let typed = arguments.words();
    // A full stop at the end is not searched for, nor courtesy.
    let plain = |word: &String| word.trim_end_matches(['.', '!', '?']).to_owned();
    let words: Vec<String> = arguments.keywords().iter().map(plain).filter(|word| !word.is_empty()).collect();
    // The groups that are in no community: `sem comunidade`.
    let is_without = in_word_list(&words.join(" "), "without-community");
    let searched = if is_without || words.is_empty() { &[] } else { typed.as_slice() };
    let mut groups = context.directory.list_groups(context.zapi, searched).await?;
    if groups.is_empty() && words != typed && !words.is_empty() {
        groups = context.directory.list_groups(context.zapi, &words).await?;
    }
    groups.retain(|group| visible.contains(&group.id));
    if is_without {
        let memberships = context.directory.memberships(context.zapi).await?;
        groups.retain(|group| memberships.community_of(&group.id).is_none());
    }
    if groups.is_empty() {
        if let Some(community) = find_community(context, &words).await? {
            let offer = context.suggest("community", community.id.to_string(), &[&community.name]);
            return Ok(Reply::Lines(vec![offer]));
        }
        let none = match typed.join(" ") {
            words if words.is_empty() => ReplyLine::new("groups-none"),
            words => {
                ReplyLine::new("groups-none-of").name("name", words).with_command("command", SPEC.name, &[])
            }
        };
        let missing = visible.is_incomplete().then(|| ReplyLine::unknown("groups-missing"));
        return Ok(Reply::Report(std::iter::once(none).chain(missing).collect()));
    }
    groups.sort_by_cached_key(|group| (fold(&group.name), group.id.to_string()));
    let (places, is_whole) = group_communities(context, &groups).await?;
    let lines = format_names(&groups).into_iter().zip(places);
    // To name a group is to ask where it is.
    let nowhere =
        (is_whole && !searched.is_empty() && groups.len() == 1).then(|| ReplyLine::new("groups-nowhere"));
    let nowhere = nowhere.map(|line| line.render(context.localizer));
    let lines = lines.map(|(name, place)| match place.or_else(|| nowhere.clone()) {
        Some(place) => format!("{name} · {place}"),
        None => name,
    });
    let lines = lines.collect();
    let mut head = vec![ReplyLine::new("groups").with_count("count", groups.len())];
    if visible.is_incomplete() {
        head.push(ReplyLine::unknown("groups-missing"));
    } else if !is_whole {
        head.push(ReplyLine::unknown("groups-unread"));
    }
    context.show_list(SPEC.name, head, lines, Some(NumberedList::new(ListKind::Groups, &groups))).await
}

/// The community of a name that no group has.
async fn find_community(
    context: &Context<'_>,
    words: &[String],
) -> Result<Option<CommunityEntry>, CommandError> {
    let words = words.join(" ");
    let typed = strip_courtesy(&words);
    if typed.is_empty() {
        return Ok(None);
    }
    let sees = |entry: &CommunityEntry| context.sees(entry);
    Ok(match context.directory.find_community_among(context.zapi, typed, sees).await? {
        NameMatch::Exact(entry) => Some(entry),
        _ => None,
    })
}

/// The community of each group, with its name if the admin may see it; and whether all could be read.
async fn group_communities(
    context: &Context<'_>,
    groups: &[GroupEntry],
) -> Result<(Vec<Option<String>>, bool), CommandError> {
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let memberships = context.directory.memberships(context.zapi).await?;
    let elsewhere = ReplyLine::new("groups-elsewhere").render(context.localizer);
    let place = |group: &GroupEntry| {
        let id = memberships.community_of(&group.id)?;
        let name = snapshot.communities.by_id(id).map(|entry| entry.name.as_str()).unwrap_or_default();
        let is_shown = !name.is_empty() && may_in(context.admin, id, name, context.directory);
        Some(if is_shown { quote(name) } else { elsewhere.clone() })
    };
    Ok((groups.iter().map(place).collect(), memberships.is_complete))
}
