//! The plan: what was asked, and how each group stood before the first change.

use futures_util::FutureExt;
use serde::{Deserialize, Serialize};

use super::super::question::MOST_OPTIONS;
use super::super::{Context, Failure};
use super::Direction;
use super::settle::Settled;
use crate::config::{Admin, AdminsFrom};
use crate::directory::{CommunityEntry, Entry, Found, GroupEntry, Invited, fold, side_by_side, told_apart};
use crate::domain::{Chat, CommunityId, GroupId, InviteLink, Locale};
use crate::reply::{Fate, Line, MOST_CANDIDATES, Phrase, Report};
use crate::zapi::{ApiError, Cause, CommunityDetails, GroupDetails};

/// What is written to the journal before the first call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    community: String,
    name: String,
    items: Vec<Item>,
    over_limit: Option<(usize, usize)>,
}

/// A group that was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Item {
    /// Its name, else what was typed.
    name: String,
    /// Its id, if it was found.
    id: Option<String>,
    before: Before,
    /// The ids of the groups that may be meant, where that is unclear.
    #[serde(default)]
    choices: Vec<String>,
    /// The other community that it belongs to, and its name where that is known.
    #[serde(default)]
    from: Option<(String, Option<String>)>,
    /// Why it was not linked, and goes back to the community that it left.
    #[serde(default)]
    back: Option<String>,
}

/// How a group stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Before {
    /// It must be changed.
    Todo,
    WasSo,
    Elsewhere(Option<String>),
    Announcement,
    MustStay,
    Gone,
    Unknown(Vec<String>),
    NoMatch,
    Unclear(Vec<String>),
    NotHere,
    /// An invitation to a group that the bot's number is not in.
    Outside,
    /// An invitation that leads nowhere.
    Nowhere,
    /// The admin of a community is no admin of it.
    NotTheirs,
}

impl Item {
    /// A word that stands for no group.
    fn unfound(name: String, before: Before) -> Self {
        Self { name, id: None, before, choices: Vec::new(), from: None, back: None }
    }
}

/// The plan of an earlier try, if there was one.
pub(super) fn stored(context: &Context<'_>) -> Option<Plan> {
    serde_json::from_str(context.claim.command.plan.as_deref()?).ok()
}

/// The community of a plan, with the name that it had; of any command's plan that has both.
pub(super) fn community(plan: &str) -> Option<CommunityEntry> {
    #[derive(Deserialize)]
    struct Begun {
        community: String,
        name: String,
    }
    let begun: Begun = serde_json::from_str(plan).ok()?;
    Some(Entry { id: CommunityId::parse(&begun.community)?, name: begun.name })
}

impl Plan {
    /// The community.
    pub(super) fn community(&self) -> Option<CommunityId> {
        CommunityId::parse(&self.community)
    }

    /// The groups that must be changed.
    pub(super) fn todo(&self) -> Vec<GroupId> {
        let todo = self.items.iter().filter(|item| item.before == Before::Todo);
        todo.filter_map(|item| GroupId::parse(item.id.as_deref()?)).collect()
    }

    /// Something must be changed.
    pub(super) fn has_work(&self) -> bool {
        self.items.iter().any(|item| item.before == Before::Todo)
    }

    /// A plan of some groups alone.
    pub(super) fn of(community: &CommunityId, name: &str, groups: &[GroupId]) -> Self {
        let item = |id: &GroupId| Item {
            name: id.to_string(),
            id: Some(id.to_string()),
            before: Before::Todo,
            choices: Vec::new(),
            from: None,
            back: None,
        };
        let items = groups.iter().map(item).collect();
        Self { community: community.to_string(), name: name.to_owned(), items, over_limit: None }
    }

    /// The id of the community, as it is written.
    pub(super) fn community_id(&self) -> &str {
        &self.community
    }

    /// The name of the community.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Makes a move of it: groups of other communities are changed too, where `may_leave` lets them.
    pub(super) fn into_move(
        mut self,
        details: &CommunityDetails,
        limit: usize,
        may_leave: impl Fn(&CommunityId, &str) -> bool,
    ) -> Self {
        for item in &mut self.items {
            let from = item.from.as_ref();
            let from = from.and_then(|(id, name)| Some((CommunityId::parse(id)?, name.as_deref())));
            let may_move = from.is_some_and(|(id, name)| may_leave(&id, name.unwrap_or_default()));
            match item.before {
                Before::Elsewhere(_) if may_move => item.before = Before::Todo,
                Before::Elsewhere(_) => {}
                _ => item.from = None,
            }
        }
        self.over_limit = over_limit(details, self.todo().len(), limit);
        self
    }

    /// Notes that a group goes back to the community that it left, and why.
    pub(super) fn note_back(&mut self, group: &GroupId, reason: String) {
        let is_it = |item: &&mut Item| item.id.as_deref() == Some(group.as_str());
        if let Some(item) = self.items.iter_mut().find(is_it) {
            item.back = Some(reason);
        }
    }

    /// Why a group goes back, if it does.
    pub(super) fn reason_to_go_back(&self, group: &GroupId) -> Option<&str> {
        let item = self.items.iter().find(|item| item.id.as_deref() == Some(group.as_str()))?;
        item.back.as_deref()
    }

    /// The communities that groups shall leave, each with its name and these groups.
    pub(super) fn sources(&self) -> Vec<(CommunityId, String, Vec<GroupId>)> {
        let mut sources: Vec<(CommunityId, String, Vec<GroupId>)> = Vec::new();
        for item in self.items.iter().filter(|item| item.before == Before::Todo) {
            let from = item.from.as_ref().and_then(|(id, name)| Some((CommunityId::parse(id)?, name)));
            let (Some((id, name)), Some(group)) = (from, item.id.as_deref().and_then(GroupId::parse)) else {
                continue;
            };
            match sources.iter_mut().find(|(known, ..)| *known == id) {
                Some((.., groups)) => groups.push(group),
                None => {
                    let name = name.clone().unwrap_or_else(|| id.to_string());
                    sources.push((id, name, vec![group]));
                }
            }
        }
        sources
    }

    /// A line for each group that may have left its community and be in none.
    pub(super) fn left_open(&self) -> Vec<Phrase> {
        let line = |(from, from_name, group): (&CommunityId, &str, &GroupId)| {
            let is_it = |item: &&Item| item.id.as_deref() == Some(group.as_str());
            let name = self.items.iter().find(is_it).map_or(group.as_str(), |item| item.name.as_str());
            Phrase::unsure("moved-perhaps-astray")
                .name("name", name)
                .name("community", from_name)
                .name("target", &self.name)
                .order("order", "link", &[from.as_str(), group.as_str()])
        };
        let sources = self.sources();
        let groups = sources
            .iter()
            .flat_map(|(from, name, groups)| groups.iter().map(move |group| (from, name.as_str(), group)));
        groups.map(line).collect()
    }

    /// A group that must not leave where it is: its community would be empty.
    pub(super) fn keep(&mut self, group: &GroupId) {
        let is_it = |item: &&mut Item| item.id.as_deref() == Some(group.as_str());
        if let Some(item) = self.items.iter_mut().find(is_it) {
            item.before = Before::MustStay;
        }
    }

    /// The ids of all that may be meant where it is unclear, in the order of their numbers.
    pub(super) fn choices(&self) -> Vec<String> {
        let choices = self.items.iter().flat_map(|item| item.choices.iter().cloned());
        choices.take(MOST_OPTIONS).collect()
    }

    /// The answer, from how the groups stood and what became of those that had to be changed.
    pub(super) fn report(self, direction: Direction, mut settled: Settled) -> Report {
        self.told(direction, true, |id, _| settled.remove(id).unwrap_or(Fate::NotRead))
    }

    /// The answer before anything is changed; `has_numbers` where a number answers it.
    pub(super) fn preview(&self, direction: Direction, has_numbers: bool) -> Report {
        self.clone().told(direction, has_numbers, |_, from| from.map_or(Fate::Would, Fate::WouldMove))
    }

    fn told(
        self,
        direction: Direction,
        has_numbers: bool,
        mut fate_of: impl FnMut(&GroupId, Option<String>) -> Fate,
    ) -> Report {
        let mut next = 1;
        let lines = self.items.into_iter().map(|item| {
            let fits = has_numbers && next + item.choices.len() <= MOST_OPTIONS + 1;
            let first = if fits && !item.choices.is_empty() { next } else { 0 };
            next += item.choices.len();
            let fate = match item.before {
                Before::Todo => {
                    let id = item.id.as_deref().and_then(GroupId::parse);
                    let from = item.from.map(|(id, name)| name.unwrap_or(id));
                    id.map_or(Fate::NotRead, |id| fate_of(&id, from))
                }
                Before::WasSo => Fate::WasSo,
                Before::Elsewhere(community) => Fate::Elsewhere(community),
                Before::Announcement => Fate::Announcement,
                Before::MustStay => Fate::MustStay,
                Before::Gone => Fate::Gone,
                Before::Unknown(nearest) => Fate::Unknown { nearest, first },
                Before::NoMatch => Fate::NoMatch,
                Before::Unclear(candidates) => Fate::Unclear { candidates, first },
                Before::NotHere => Fate::NotHere,
                Before::Outside => Fate::Outside,
                Before::Nowhere => Fate::Nowhere,
                Before::NotTheirs => Fate::NotTheirs,
            };
            Line { name: item.name, fate }
        });
        Report {
            is_link: direction == Direction::Link,
            community: self.name,
            lines: lines.collect(),
            over_limit: self.over_limit,
            people: None,
        }
    }
}

/// Finds the groups and reads how they stand; nothing is changed. `is_back` where they were taken out by
/// the same admin, who puts them back.
pub(super) async fn survey(
    context: &Context<'_>,
    direction: Direction,
    community: CommunityEntry,
    typed: &[String],
    is_back: bool,
) -> Result<(Plan, CommunityDetails), Failure> {
    let here = words_for_here();
    let asked = without_invitations(context, typed).await?;
    let words = asked.iter().filter_map(|asked| match asked {
        Asked::Word(word) => Some(word.clone()),
        Asked::Nothing(_) => None,
    });
    let words: Vec<String> = words.collect();
    let (found, details) = tokio::join!(
        context.directory.groups(context.zapi, &words, context.chat, &here),
        context.zapi.community(&community.id)
    );
    let details = details?;
    let mut found = context.seen(&words, found?).await?.into_iter();
    let mut seen = Vec::new();
    let mut items = Vec::new();
    let mut open: Vec<(usize, GroupEntry)> = Vec::new();
    // An id or a number tells no name, while a link says on every phone what it leads to.
    let mut by_id = Vec::new();
    for (asked, typed) in asked.into_iter().zip(typed) {
        let word = match asked {
            Asked::Word(word) => word,
            Asked::Nothing(item) => {
                items.push(item);
                continue;
            }
        };
        let Some(found) = found.next() else { continue };
        let unclear = |before| Item::unfound(word.clone(), before);
        let groups = match found {
            Found::One(group) => vec![group],
            Found::Several(groups) if groups.is_empty() => {
                items.push(unclear(Before::NoMatch));
                continue;
            }
            Found::Several(groups) => groups,
            Found::Unclear(groups) => {
                let choices = choices(&groups);
                items.push(Item { choices, ..unclear(Before::Unclear(told_apart(&groups))) });
                continue;
            }
            Found::Nothing { nearest } => {
                let is_here = here.contains(&fold(&word)) && matches!(context.chat, Chat::Direct(_));
                items.push(match nearest {
                    _ if is_here => unclear(Before::NotHere),
                    _ if word.contains('*') => unclear(Before::NoMatch),
                    nearest => {
                        let choices = choices(&nearest);
                        Item { choices, ..unclear(Before::Unknown(told_apart(&nearest))) }
                    }
                });
                continue;
            }
        };
        let is_by_id = GroupId::parse(&word).is_some() && InviteLink::parse(typed).is_none();
        for group in groups {
            // A group that is named twice is one group.
            if seen.contains(&group.id) {
                continue;
            }
            seen.push(group.id.clone());
            let name = if group.name.is_empty() { group.id.to_string() } else { group.name.clone() };
            let id = Some(group.id.to_string());
            items.push(Item { id, ..Item::unfound(name, Before::Todo) });
            open.push((items.len() - 1, group));
            by_id.push(is_by_id);
        }
    }
    let stands = standings(context, direction, &community.id, &details, &open).await?;
    for (((at, group), is_by_id), standing) in open.iter().zip(by_id).zip(stands) {
        let Standing { before, name, from, is_visible } = standing;
        items[*at].before = before;
        items[*at].from = from;
        if let Some(name) = name {
            items[*at].name = name;
        }
        if is_by_id && !is_visible && context.admin.from == AdminsFrom::Community {
            items[*at].name = group.id.to_string();
        }
    }
    if direction == Direction::Link && context.admin.from == AdminsFrom::Community && !is_back {
        keep_to_theirs(context, &mut items).await?;
    }
    let todo = items.iter().filter(|item| item.before == Before::Todo).count();
    let ordinary = details.ordinary().count();
    let mut over_limit = None;
    match direction {
        Direction::Link => over_limit = self::over_limit(&details, todo, context.instance.community_limit),
        // At least one ordinary group must stay linked: the one that was named last.
        Direction::Unlink if details.lists_groups() && todo > 0 && todo >= ordinary => {
            if let Some(last) = items.iter_mut().rfind(|item| item.before == Before::Todo) {
                last.before = Before::MustStay;
            }
        }
        Direction::Unlink => {}
    }
    let name = details.name.clone().filter(|name| !name.is_empty()).unwrap_or(community.name);
    Ok((Plan { community: community.id.to_string(), name, items, over_limit }, details))
}

/// What a word asks for, once invitations are followed.
enum Asked {
    /// What this names.
    Word(String),
    /// Nothing here: an invitation that leads to no group of the bot.
    Nothing(Item),
}

/// The words with ids in the place of invitations, and what is told of those that lead to no group here.
async fn without_invitations(context: &Context<'_>, typed: &[String]) -> Result<Vec<Asked>, ApiError> {
    let invited = context.directory.invitations(context.zapi, typed).await?;
    let asked = typed.iter().zip(invited).map(|(word, invited)| match invited {
        None => Asked::Word(word.clone()),
        Some(Invited::Group(group)) => Asked::Word(group.id.to_string()),
        Some(Invited::Outside(name)) => {
            Asked::Nothing(Item::unfound(name.unwrap_or_else(|| word.clone()), Before::Outside))
        }
        Some(Invited::Nowhere) => Asked::Nothing(Item::unfound(word.clone(), Before::Nowhere)),
    });
    Ok(asked.collect())
}

/// How many groups the community would hold with so many more, and can hold, where that is too many.
fn over_limit(details: &CommunityDetails, more: usize, limit: usize) -> Option<(usize, usize)> {
    let count = details.ordinary().count() + more;
    (more > 0 && count > limit).then_some((count, limit))
}

/// The ids of what is offered.
fn choices(groups: &[GroupEntry]) -> Vec<String> {
    groups.iter().take(MOST_CANDIDATES).map(|group| group.id.to_string()).collect()
}

/// WhatsApp lets the admins of a group alone put it into a community, and the bot's number is one of many:
/// whoever commands as the admin of a community does no more through it.
async fn keep_to_theirs(context: &Context<'_>, items: &mut [Item]) -> Result<(), ApiError> {
    let reads = items.iter().enumerate().filter_map(|(at, item)| {
        let is_seen = || item.from.as_ref().is_some_and(|(_, name)| name.is_some());
        let may_come = match item.before {
            Before::Todo => true,
            // A move may take it out of another community of theirs.
            Before::Elsewhere(_) => is_seen(),
            _ => false,
        };
        let group = GroupId::parse(item.id.as_deref()?).filter(|_| may_come)?;
        Some(async move { is_theirs(context, &group).await.map(|is_theirs| (at, is_theirs)) }.boxed())
    });
    for read in side_by_side(reads.collect()).await {
        if let (at, false) = read? {
            items[at].before = Before::NotTheirs;
            items[at].from = None;
        }
    }
    Ok(())
}

/// Whether the admin is an admin of a group, by number or lid; unknown is no.
async fn is_theirs(context: &Context<'_>, group: &GroupId) -> Result<bool, ApiError> {
    let people = match context.zapi.participants(group).await {
        Ok(people) => people,
        Err(error) if error.cause.is_temporary() || error.cause.concerns_all() => return Err(error),
        Err(_) => return Ok(false),
    };
    let Admin { phone, lid, .. } = context.admin;
    let mut theirs = people
        .iter()
        .filter(|person| phone.is_some() && person.phone == *phone || lid.is_some() && person.lid == *lid)
        .peekable();
    // Number and lid of two people are nobody's.
    Ok(theirs.peek().is_some() && theirs.all(|person| person.is_admin))
}

/// How a group stands.
struct Standing {
    before: Before,
    /// Its name, where the list lacked it.
    name: Option<String>,
    /// The other community that it belongs to.
    from: Option<(String, Option<String>)>,
    /// It is known to be in no community that the admin does not see.
    is_visible: bool,
}

/// How each group stands.
async fn standings(
    context: &Context<'_>,
    direction: Direction,
    community: &CommunityId,
    details: &CommunityDetails,
    groups: &[(usize, GroupEntry)],
) -> Result<Vec<Standing>, ApiError> {
    let reads =
        groups.iter().map(|(_, group)| standing(context, direction, community, details, group).boxed());
    side_by_side(reads.collect()).await.into_iter().collect()
}

async fn standing(
    context: &Context<'_>,
    direction: Direction,
    community: &CommunityId,
    details: &CommunityDetails,
    group: &Entry<GroupId>,
) -> Result<Standing, ApiError> {
    let here = |before, name: Option<String>| Standing { before, name, from: None, is_visible: true };
    let unread = |before| Standing { is_visible: false, ..here(before, None) };
    if let Some(member) = details.find(&group.id) {
        let name = group.name.is_empty().then(|| member.name.clone()).filter(|name| !name.is_empty());
        let before = match direction {
            _ if member.is_announcement => Before::Announcement,
            Direction::Link => Before::WasSo,
            Direction::Unlink => Before::Todo,
        };
        return Ok(here(before, name));
    }
    let outside = match direction {
        Direction::Link => Before::Todo,
        Direction::Unlink => Before::WasSo,
    };
    match context.zapi.group(&group.id).await {
        Ok(found) => {
            let name = found.name.clone().filter(|_| group.name.is_empty());
            let elsewhere = elsewhere(context, community, &found).await?;
            let is_visible = elsewhere.as_ref().is_none_or(|(_, name)| name.is_some());
            if found.is_announcement {
                return Ok(Standing { is_visible, ..here(Before::Announcement, name) });
            }
            Ok(match elsewhere {
                Some((id, other)) => {
                    let from = Some((id.to_string(), other.clone()));
                    Standing { before: Before::Elsewhere(other), name, from, is_visible }
                }
                // The group knows already what the community's metadata does not show yet.
                None if found.community.is_some() && direction == Direction::Link => {
                    here(Before::WasSo, name)
                }
                None if found.community.is_some() => here(Before::Todo, name),
                None => here(outside, name),
            })
        }
        Err(error) if error.proves_absence() => Ok(unread(Before::Gone)),
        // The community's own metadata is enough to call, but no proof that nothing is to be done.
        Err(error) if error.cause == Cause::Unreadable && direction == Direction::Link => Ok(unread(outside)),
        Err(error) => Err(error),
    }
}

/// The other community that a group belongs to, if it belongs to another, and its name where it is known and
/// the admin sees it.
pub(super) async fn elsewhere(
    context: &Context<'_>,
    community: &CommunityId,
    group: &GroupDetails,
) -> Result<Option<(CommunityId, Option<String>)>, ApiError> {
    match &group.community {
        Some(other) if other != community => {
            let snapshot = context.directory.snapshot(context.zapi).await?;
            let name = snapshot.communities.by_id(other).filter(|entry| context.sees(&entry.id, &entry.name));
            Ok(Some((other.clone(), name.map(|entry| entry.name.clone()))))
        }
        _ => Ok(None),
    }
}

/// `here`, in every language.
pub fn words_for_here() -> Vec<String> {
    Locale::ALL.iter().map(|locale| fold(&crate::i18n::text(*locale, "here", &[]))).collect()
}
