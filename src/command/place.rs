//! A community or a group, as a person names it: the word may mean either.
//!
//! A whole name or an id comes before the beginning of a name; a community of which the admin may know
//! nothing is none.

use super::membership::words_for_here;
use super::question::Question;
use super::{Arguments, Context, Failure};
use crate::authorise::{may_everywhere, may_in};
use crate::directory::{CommunityEntry, Entry, Found, GroupEntry, fold, told_apart};
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
}

/// What a person may have meant.
enum Meant {
    This(Place),
    OneOf(Vec<Place>),
}

/// The place that was typed for a command; else what is answered. A choice by number gives the same
/// order again, with `after` behind the place.
pub(super) async fn find(
    context: &mut Context<'_>,
    command: &str,
    typed: &str,
    after: &str,
) -> Result<Result<Place, Reply>, Failure> {
    let options = match meant(context, typed).await? {
        Meant::This(place) => return Ok(Ok(place)),
        Meant::OneOf(options) => options,
    };
    if options.is_empty() {
        let none = Phrase::not_done("no-place").name("name", typed);
        let none = none.order("communities", "communities", &[]).order("groups", "groups", &[]);
        return Ok(Err(Reply::Said(vec![none])));
    }
    context.ask(Question {
        asked_by: context.claim.command.id.clone(),
        language: context.speech.locale.tag().to_owned(),
        command: command.to_owned(),
        before: String::new(),
        options: options.iter().map(|place| place.id().to_owned()).collect(),
        after: after.to_owned(),
        takes_several: false,
    });
    let names = told_apart(&options.iter().map(entry).collect::<Vec<_>>());
    let mut said = vec![Phrase::not_done("many-places").name("name", typed)];
    for (at, (place, name)) in options.iter().zip(names).enumerate() {
        let key = match place {
            Place::Community(_) => "option-community",
            Place::Group(_) => "option-group",
        };
        said.push(Phrase::new(key).plain("number", (at + 1).to_string()).name("name", name));
    }
    said.push(Phrase::new("choose-one"));
    Ok(Err(Reply::Said(said)))
}

async fn meant(context: &Context<'_>, typed: &str) -> Result<Meant, Failure> {
    let typed = numbered(context, typed).await?;
    let mut places: Vec<(Place, bool)> = Vec::new();
    let mut nearest = Vec::new();
    let is_whole = |name: &str| fold(name) == fold(&typed);
    let is_id = CommunityId::parse(&typed).is_some() || context.directory.is_alias(&typed);
    let may = |entry: &CommunityEntry| may_in(context.admin, &entry.id, &entry.name, context.directory);
    match context.directory.community_among(context.zapi, &typed, may).await? {
        Found::One(entry) => {
            if may(&entry) {
                let is_whole = is_id || is_whole(&entry.name);
                places.push((Place::Community(entry), is_whole));
            }
        }
        Found::Several(entries) | Found::Unclear(entries) => {
            let entries = entries.into_iter().filter(may);
            places.extend(entries.map(|entry| {
                let is_whole = is_whole(&entry.name);
                (Place::Community(entry), is_whole)
            }));
        }
        Found::Nothing { nearest: near } => {
            nearest.extend(near.into_iter().filter(may).map(Place::Community));
        }
    }
    // An id or an alias of a community means nothing else.
    if let (true, [(Place::Community(_), _)]) = (is_id, places.as_slice()) {
        return Ok(Meant::This(places.remove(0).0));
    }
    let words = [typed.clone()];
    let found = context.directory.groups(context.zapi, &words, context.chat, &words_for_here()).await?;
    for found in found {
        match found {
            Found::One(entry) => {
                let is_given = GroupId::parse(&typed).is_some()
                    || context.directory.is_alias(&typed)
                    || words_for_here().contains(&fold(&typed));
                let is_whole = is_given || is_whole(&entry.name);
                places.push((Place::Group(entry), is_whole));
            }
            Found::Several(entries) | Found::Unclear(entries) => {
                places.extend(entries.into_iter().map(|entry| {
                    let is_whole = is_whole(&entry.name);
                    (Place::Group(entry), is_whole)
                }));
            }
            Found::Nothing { nearest: near } => nearest.extend(near.into_iter().map(Place::Group)),
        }
    }
    if places.iter().any(|(_, is_whole)| *is_whole) {
        places.retain(|(_, is_whole)| *is_whole);
    }
    if places.len() == 1 {
        return Ok(Meant::This(places.remove(0).0));
    }
    let mut options: Vec<Place> = places.into_iter().map(|(place, _)| place).collect();
    if options.is_empty() {
        options = nearest;
    }
    options.truncate(MOST_CANDIDATES);
    Ok(Meant::OneOf(options))
}

/// The id behind a number of the last list; else what was typed.
async fn numbered(context: &Context<'_>, typed: &str) -> Result<String, Failure> {
    let typed = typed.to_owned();
    let arguments = Arguments { words: vec![typed.clone()], ..Arguments::default() };
    let mut groups = context.typed_groups(&arguments).await?;
    let group = groups.pop().filter(|group| *group != typed && groups.is_empty());
    if let Some(group) = group {
        return Ok(group);
    }
    Ok(context.number_as_community(&typed).await?.unwrap_or(typed))
}

fn entry(place: &Place) -> Entry<String> {
    Entry { id: place.id().to_owned(), name: place.name().to_owned() }
}

/// Whether the admin may give orders there; a group is its community's, and one of none is for those who
/// may give orders everywhere.
pub(super) fn may_at(context: &Context<'_>, community: Option<&CommunityEntry>) -> bool {
    match community {
        Some(community) => may_in(context.admin, &community.id, &community.name, context.directory),
        None => may_everywhere(context.admin),
    }
}
