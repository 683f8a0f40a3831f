//! A community or a group, as a person names it: the word may mean either.
//!
//! A whole name or an id comes before the beginning of a name; a community of which the admin may know
//! nothing is none.

use super::args::Flags;
use super::membership::words_for_here;
use super::question::Question;
use super::{Context, Failure};
use crate::authorise::may_everywhere;
use crate::directory::{CommunityEntry, Entry, Found, GroupEntry, Invited, Snapshot, fold, told_apart};
use crate::domain::{CommunityId, GroupId};
use crate::reply::{MOST_CANDIDATES, Phrase, Reply};

/// A community or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Community(CommunityEntry),
    Group(GroupEntry),
}

impl Place {
    /// Its id, which names it again.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Community(entry) => entry.id.as_str(),
            Self::Group(entry) => entry.id.as_str(),
        }
    }

    /// Its name, else its id.
    pub(super) fn name(&self) -> &str {
        let name = match self {
            Self::Community(entry) => &entry.name,
            Self::Group(entry) => &entry.name,
        };
        if name.is_empty() { self.id() } else { name }
    }

    /// The catalogue's key for what it is.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Community(_) => "kind-community",
            Self::Group(_) => "kind-group",
        }
    }

    /// What is behind an id, as far as the lists have it.
    pub(super) fn of(id: &str, snapshot: &Snapshot) -> Option<Self> {
        let community = CommunityId::parse(id).and_then(|id| snapshot.communities.by_id(&id));
        if let Some(entry) = community {
            return Some(Self::Community(entry.clone()));
        }
        let group = snapshot.groups.by_id(&GroupId::parse(id)?)?;
        Some(Self::Group(group.clone()))
    }

    /// Whether this admin may know of it.
    pub(super) fn is_shown(&self, context: &Context<'_>) -> bool {
        match self {
            Self::Community(entry) => context.sees(&entry.id, &entry.name),
            Self::Group(_) => true,
        }
    }
}

/// What a person may have meant.
pub(super) enum Meant {
    One(Place),
    Several(Vec<Place>),
    /// Nothing; these are the nearest.
    Nothing(Vec<Place>),
    /// Nothing here: an invitation that leads to no group of the bot.
    Outside(Phrase),
}

/// The place that was typed for a command; else what is answered. A choice by number gives the same
/// order again, with `after` behind the place.
pub(super) async fn find(
    context: &mut Context<'_>,
    command: &str,
    typed: &str,
    after: &str,
) -> Result<Result<Place, Reply>, Failure> {
    Ok(match meant(context, typed).await? {
        Meant::One(place) => Ok(place),
        Meant::Several(options) | Meant::Nothing(options) => {
            Err(which(context, command, typed, options, ("", after)))
        }
        Meant::Outside(why) => Err(Reply::Said(vec![why])),
    })
}

/// Says that it is not clear what is meant, and lets a number say it where that is possible: `command` is
/// given again with it, between these words.
pub(super) fn which(
    context: &mut Context<'_>,
    command: &str,
    typed: &str,
    mut options: Vec<Place>,
    (before, after): (&str, &str),
) -> Reply {
    if options.is_empty() {
        let none = Phrase::not_done("no-place").name("name", typed);
        let none = none.order("communities", "communities", &[]).order("groups", "groups", &[]);
        return Reply::Said(vec![none]);
    }
    options.truncate(MOST_CANDIDATES);
    // A trial stays one.
    let trial = Flags { trial: context.is_trial(), ..Flags::default() };
    context.ask(Question {
        asked_by: context.claim.command.id.clone(),
        language: context.speech.locale.tag().to_owned(),
        command: command.to_owned(),
        before: format!("{} {before}", trial.typed()).trim().to_owned(),
        options: options.iter().map(|place| place.id().to_owned()).collect(),
        after: after.to_owned(),
        takes_several: false,
        askers: Vec::new(),
        is_undo: false,
        only_if: None,
    });
    let names = told_apart(&options.iter().map(entry).collect::<Vec<_>>());
    let mut said = vec![Phrase::not_done("many-places").name("name", typed)];
    for (at, (place, name)) in options.iter().zip(names).enumerate() {
        let option = Phrase::new("place-option").plain("number", (at + 1).to_string());
        said.push(option.name("name", name).text("kind", place.kind()));
    }
    said.push(Phrase::new("choose-one"));
    Reply::Said(said)
}

/// What is named, by any naming; communities that the admin may not use are none.
pub(super) async fn meant(context: &Context<'_>, wanted: &str) -> Result<Meant, Failure> {
    let zapi = context.zapi;
    let typed = context.numbered(wanted).await?.unwrap_or_else(|| wanted.to_owned());
    let outside =
        |name: &str, reason| Phrase::not_done("place-because").name("name", name).text("reason", reason);
    match context.directory.invitations(zapi, std::slice::from_ref(&typed)).await?.pop() {
        Some(Some(Invited::Group(group))) => return Ok(Meant::One(Place::Group(group))),
        Some(Some(Invited::Outside(name))) => {
            return Ok(Meant::Outside(outside(name.as_deref().unwrap_or(wanted), "outside-invitation")));
        }
        Some(Some(Invited::Nowhere)) => return Ok(Meant::Outside(outside(wanted, "dead-invitation"))),
        _ => {}
    }
    let here = words_for_here();
    let is_alias = context.directory.is_alias(&typed);
    let sees = |entry: &CommunityEntry| context.sees(&entry.id, &entry.name);
    let (communities, mut nearest) = match context.directory.community_among(zapi, &typed, sees).await? {
        Found::One(entry) => (vec![entry], Vec::new()),
        Found::Several(entries) | Found::Unclear(entries) => (entries, Vec::new()),
        Found::Nothing { nearest } => (Vec::new(), nearest.into_iter().map(Place::Community).collect()),
    };
    let mut places: Vec<Place> = communities.into_iter().map(Place::Community).collect();
    // An id or an alias of a community means nothing else.
    if let (true, [_]) = (is_alias || CommunityId::parse(&typed).is_some(), places.as_slice()) {
        return Ok(Meant::One(places.remove(0)));
    }
    let words = std::slice::from_ref(&typed);
    let groups = context.directory.groups(zapi, words, context.chat, &here).await?;
    let mut is_given = false;
    for groups in context.seen(words, groups).await? {
        match groups {
            Found::One(entry) => {
                is_given = is_alias || GroupId::parse(&typed).is_some() || here.contains(&fold(&typed));
                places.push(Place::Group(entry));
            }
            Found::Several(entries) | Found::Unclear(entries) => {
                places.extend(entries.into_iter().map(Place::Group));
            }
            Found::Nothing { nearest: near } => nearest.extend(near.into_iter().map(Place::Group)),
        }
    }
    let is_whole =
        |place: &Place| fold(place.name()) == fold(&typed) || (is_given && matches!(place, Place::Group(_)));
    if places.iter().any(is_whole) {
        places.retain(is_whole);
    }
    Ok(match places.len() {
        0 => Meant::Nothing(nearest),
        1 => Meant::One(places.remove(0)),
        _ => Meant::Several(places),
    })
}

fn entry(place: &Place) -> Entry<String> {
    Entry { id: place.id().to_owned(), name: place.name().to_owned() }
}

/// Whether the admin may give orders there; a group is its community's, and one of none is for those who
/// may give orders everywhere.
pub(super) fn may_at(context: &Context<'_>, community: Option<&CommunityEntry>) -> bool {
    match community {
        Some(community) => context.sees(&community.id, &community.name),
        None => may_everywhere(context.admin),
    }
}
