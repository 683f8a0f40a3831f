//! The plan: what was typed, and the state of each group before the first change.

use std::collections::HashMap;

use futures_util::FutureExt;
use serde::{Deserialize, Serialize};

use crate::command::context::{CommandError, Context};
use crate::config::{Admin, AdminsFrom};
use crate::directory::{
    CommunityEntry, GroupEntry, InviteTarget, NameMatch, NamedEntry, disambiguate, disambiguate_by, fold,
    join_bounded,
};
use crate::domain::{Chat, CommunityId, GroupId, InviteLink};
use crate::engine::links::action::LinkAction;
use crate::parse::numbers::MAX_OPTIONS;
use crate::parse::word_lists::here_words;
use crate::reply::{GroupLine, GroupOutcome, GroupReport, MAX_CANDIDATES, ReplyLine};
use crate::zapi::{ApiError, ApiErrorKind, CommunityDetails, GroupDetails};

/// The outcome of each group that had to be changed.
pub type Outcomes = HashMap<GroupId, GroupOutcome>;

/// What is stored before the first call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkPlan {
    community: String,
    name: String,
    items: Vec<PlanItem>,
}

/// A group of the plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct PlanItem {
    /// Its name, else what was typed.
    name: String,
    /// Its id, if it was found.
    id: Option<String>,
    prior: PriorState,
    /// The ids of the candidates, where the name is ambiguous.
    #[serde(default)]
    choices: Vec<String>,
    /// The other community that it belongs to.
    #[serde(default)]
    source: Option<SourceCommunity>,
    /// Why linking to the target failed. If set, the group is linked back to its source community.
    #[serde(default)]
    link_back_reason: Option<String>,
}

/// The community that a group belongs to before a move.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SourceCommunity {
    id: String,
    /// Its name, if the admin may see it.
    name: Option<String>,
}

/// The state of a group before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum PriorState {
    /// It must be changed.
    Pending,
    AlreadyDone,
    InOtherCommunity(Option<String>),
    Announcement,
    IsCommunity,
    LastGroup,
    /// The community holds as many groups as it can, which is this many.
    CommunityFull(usize),
    Gone,
    /// No group has this name; similar names.
    NameNotFound(Vec<String>),
    /// No group matches the pattern.
    PatternNotFound,
    Ambiguous(Vec<String>),
    NotInChat,
    /// An invitation to a group that the bot's number is not in.
    BotNotMember,
    /// An expired or incomplete invitation link.
    ExpiredInvite,
    /// The sender is an admin of a community, but not of this group.
    NotAdmin,
}

impl PlanItem {
    /// An item without id, candidates or source.
    fn new(name: String, prior: PriorState) -> Self {
        Self { name, id: None, prior, choices: Vec::new(), source: None, link_back_reason: None }
    }
}

/// The plan of an earlier attempt, if there was one.
pub fn load_stored(context: &Context<'_>) -> Option<LinkPlan> {
    serde_json::from_str(context.claim.command.plan.as_deref()?).ok()
}

/// Parses the community (id, and name when stored) from a stored plan of any command with the fields `community` and
/// `name`.
pub fn parse_community(plan: &str) -> Option<CommunityEntry> {
    #[derive(Deserialize)]
    struct StoredPlan {
        community: String,
        name: String,
    }
    let stored: StoredPlan = serde_json::from_str(plan).ok()?;
    Some(NamedEntry { id: CommunityId::parse(&stored.community)?, name: stored.name })
}

impl LinkPlan {
    /// The parsed id of the community.
    pub fn community_id(&self) -> Option<CommunityId> {
        CommunityId::parse(&self.community)
    }

    /// The groups that must be changed.
    pub fn pending(&self) -> Vec<GroupId> {
        let pending = self.items.iter().filter(|item| item.prior == PriorState::Pending);
        pending.filter_map(|item| GroupId::parse(item.id.as_deref()?)).collect()
    }

    /// Something must be changed.
    pub fn has_pending(&self) -> bool {
        self.items.iter().any(|item| item.prior == PriorState::Pending)
    }

    /// A plan for some groups only.
    pub fn from_groups(community: &CommunityId, name: &str, groups: &[GroupId]) -> Self {
        let item = |id: &GroupId| PlanItem {
            id: Some(id.to_string()),
            ..PlanItem::new(id.to_string(), PriorState::Pending)
        };
        let items = groups.iter().map(item).collect();
        Self { community: community.to_string(), name: name.to_owned(), items }
    }

    /// The id of the community, as stored.
    pub fn raw_community_id(&self) -> &str {
        &self.community
    }

    /// The name of the community.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Turns it into a move: groups of other communities are changed too, if `may_leave` allows it.
    pub fn into_move(
        mut self,
        details: &CommunityDetails,
        limit: usize,
        may_leave: impl Fn(&CommunityId, &str) -> bool,
    ) -> Self {
        for item in &mut self.items {
            let source = item.source.as_ref();
            let source =
                source.and_then(|source| Some((CommunityId::parse(&source.id)?, source.name.as_deref())));
            let may_move = source.is_some_and(|(id, name)| may_leave(&id, name.unwrap_or_default()));
            match item.prior {
                PriorState::InOtherCommunity(_) if may_move => item.prior = PriorState::Pending,
                PriorState::InOtherCommunity(_) => {}
                _ => item.source = None,
            }
        }
        reject_beyond_limit(details, limit, &mut self.items);
        self
    }

    /// Records that a group is linked back to its source community, and why.
    pub fn set_link_back(&mut self, group: &GroupId, reason: String) {
        let has_id = |item: &&mut PlanItem| item.id.as_deref() == Some(group.as_str());
        if let Some(item) = self.items.iter_mut().find(has_id) {
            item.link_back_reason = Some(reason);
        }
    }

    /// Why a group is linked back to its source community, if it is.
    pub fn link_back_reason(&self, group: &GroupId) -> Option<&str> {
        let item = self.items.iter().find(|item| item.id.as_deref() == Some(group.as_str()))?;
        item.link_back_reason.as_deref()
    }

    /// The communities that groups leave, each with its name and these groups.
    pub fn source_communities(&self) -> Vec<(CommunityId, String, Vec<GroupId>)> {
        let mut sources: Vec<(CommunityId, String, Vec<GroupId>)> = Vec::new();
        for item in self.items.iter().filter(|item| item.prior == PriorState::Pending) {
            let source = item.source.as_ref();
            let source = source.and_then(|source| Some((CommunityId::parse(&source.id)?, &source.name)));
            let (Some((id, name)), Some(group)) = (source, item.id.as_deref().and_then(GroupId::parse))
            else {
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

    /// A line for each group that may have been unlinked from its community and not linked to another.
    pub fn lines_for_unlinked_groups(&self) -> Vec<ReplyLine> {
        let line = |(source, from_name, group): (&CommunityId, &str, &GroupId)| {
            let has_id = |item: &&PlanItem| item.id.as_deref() == Some(group.as_str());
            let name = self.items.iter().find(has_id).map_or(group.as_str(), |item| item.name.as_str());
            ReplyLine::unknown("moved-maybe-unlinked")
                .name("name", name)
                .name("community", from_name)
                .name("target", &self.name)
                .with_command("command", "link", &[source.as_str(), group.as_str()])
        };
        let sources = self.source_communities();
        let groups = sources.iter().flat_map(|(source, name, groups)| {
            groups.iter().map(move |group| (source, name.as_str(), group))
        });
        groups.map(line).collect()
    }

    /// Keeps a group where it is: its community would be empty.
    pub fn keep_in_place(&mut self, group: &GroupId) {
        let has_id = |item: &&mut PlanItem| item.id.as_deref() == Some(group.as_str());
        if let Some(item) = self.items.iter_mut().find(has_id) {
            item.prior = PriorState::LastGroup;
        }
    }

    /// The ids of all candidates, in the order of their numbers.
    pub fn choices(&self) -> Vec<String> {
        let choices = self.items.iter().flat_map(|item| item.choices.iter().cloned());
        choices.take(MAX_OPTIONS).collect()
    }

    /// The report, from the state before and the outcome of each group.
    pub fn report(self, action: LinkAction, mut outcomes: Outcomes) -> GroupReport {
        self.build_report(action, true, |id, _| outcomes.remove(id).unwrap_or(GroupOutcome::NotReadBack))
    }

    /// The preview; `has_numbers` if a candidate can be chosen by number.
    pub fn preview(&self, action: LinkAction, has_numbers: bool) -> GroupReport {
        self.clone().build_report(action, has_numbers, |_, source| {
            source.map_or(GroupOutcome::WouldChange, GroupOutcome::WouldMove)
        })
    }

    fn build_report(
        self,
        action: LinkAction,
        has_numbers: bool,
        mut outcome_of: impl FnMut(&GroupId, Option<String>) -> GroupOutcome,
    ) -> GroupReport {
        let mut next = 1;
        let lines = self.items.into_iter().map(|item| {
            let fits = has_numbers && next + item.choices.len() <= MAX_OPTIONS + 1;
            let first = if fits && !item.choices.is_empty() { next } else { 0 };
            next += item.choices.len();
            let outcome = match item.prior {
                PriorState::Pending => {
                    let id = item.id.as_deref().and_then(GroupId::parse);
                    let source = item.source.map(|source| source.name.unwrap_or(source.id));
                    id.map_or(GroupOutcome::NotReadBack, |id| outcome_of(&id, source))
                }
                PriorState::AlreadyDone => GroupOutcome::AlreadyDone,
                PriorState::InOtherCommunity(community) => GroupOutcome::InOtherCommunity(community),
                PriorState::Announcement => GroupOutcome::Announcement,
                PriorState::IsCommunity => GroupOutcome::IsCommunity,
                PriorState::LastGroup => GroupOutcome::LastGroup,
                PriorState::CommunityFull(limit) => GroupOutcome::CommunityFull(limit),
                PriorState::Gone => GroupOutcome::Gone,
                PriorState::NameNotFound(nearest) => {
                    GroupOutcome::NameNotFound { suggestions: nearest, first_number: first }
                }
                PriorState::PatternNotFound => GroupOutcome::PatternNotFound,
                PriorState::Ambiguous(candidates) => {
                    GroupOutcome::Ambiguous { candidates, first_number: first }
                }
                PriorState::NotInChat => GroupOutcome::NotInChat,
                PriorState::BotNotMember => GroupOutcome::BotNotMember,
                PriorState::ExpiredInvite => GroupOutcome::ExpiredInvite,
                PriorState::NotAdmin => GroupOutcome::NotAdmin,
            };
            GroupLine { name: item.name, outcome }
        });
        GroupReport {
            is_link: action == LinkAction::Link,
            community: self.name,
            lines: lines.collect(),
            people: None,
        }
    }
}

/// Finds the groups and reads their state; nothing is changed. `is_undo`: true for `/undo`. The sender unlinked these
/// groups, so group-admin rights are not checked again.
pub async fn build_plan(
    context: &Context<'_>,
    action: LinkAction,
    community: CommunityEntry,
    typed: &[String],
    is_undo: bool,
) -> Result<(LinkPlan, CommunityDetails), CommandError> {
    let here_words = here_words();
    let lookups = resolve_invitations(context, typed).await?;
    let words = lookups.iter().filter_map(|lookup| match lookup {
        Lookup::Word(word) => Some(word.clone()),
        Lookup::NotFound(_) => None,
    });
    let words: Vec<String> = words.collect();
    let (found, details) = tokio::join!(
        context.directory.find_groups(context.zapi, &words, context.chat, &here_words),
        context.zapi.community(&community.id)
    );
    let details = details?;
    let mut found = context.retain_visible(&words, found?).await?.into_iter();
    let mut seen = Vec::new();
    let mut items = Vec::new();
    let mut groups_to_read = Vec::new();
    for (lookup, typed) in lookups.into_iter().zip(typed) {
        let word = match lookup {
            Lookup::Word(word) => word,
            Lookup::NotFound(item) => {
                items.push(item);
                continue;
            }
        };
        let Some(found) = found.next() else { continue };
        let groups = match matched_groups(context, &word, found).await? {
            Ok(groups) => groups,
            Err(item) => {
                items.push(*item);
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
            items.push(PlanItem { id, ..PlanItem::new(name, PriorState::Pending) });
            groups_to_read.push(GroupToRead { item_index: items.len() - 1, group, is_by_id });
        }
    }
    let states = read_states(context, action, &community.id, &details, &groups_to_read).await?;
    for (GroupToRead { item_index, group, is_by_id }, state) in groups_to_read.iter().zip(states) {
        let CurrentState { prior, name, source, is_visible } = state;
        let item = &mut items[*item_index];
        item.prior = prior;
        item.source = source;
        if let Some(name) = name {
            item.name = name;
        }
        if *is_by_id && !is_visible && context.admin.from == AdminsFrom::Community {
            item.name = group.id.to_string();
        }
    }
    if action == LinkAction::Link && context.admin.from == AdminsFrom::Community && !is_undo {
        reject_unowned_groups(context, &mut items).await?;
    }
    apply_limits(context, action, &details, &mut items);
    let name = details.name.clone().filter(|name| !name.is_empty()).unwrap_or(community.name);
    Ok((LinkPlan { community: community.id.to_string(), name, items }, details))
}

/// A group of the plan whose state is read.
struct GroupToRead {
    item_index: usize,
    group: GroupEntry,
    /// A group given by id or list number: its name is hidden unless the admin may see it. An invitation link shows the
    /// name anyway.
    is_by_id: bool,
}

/// Keeps the last ordinary group of a community in place, and takes no more groups than a community can hold.
fn apply_limits(
    context: &Context<'_>,
    action: LinkAction,
    details: &CommunityDetails,
    items: &mut [PlanItem],
) {
    let pending = items.iter().filter(|item| item.prior == PriorState::Pending).count();
    let ordinary = details.ordinary().count();
    match action {
        LinkAction::Link => reject_beyond_limit(details, context.instance.community_limit, items),
        // At least one ordinary group must stay linked: the one named last.
        LinkAction::Unlink if details.lists_groups() && pending > 0 && pending >= ordinary => {
            if let Some(last) = items.iter_mut().rfind(|item| item.prior == PriorState::Pending) {
                last.prior = PriorState::LastGroup;
            }
        }
        LinkAction::Unlink => {}
    }
}

/// Rejects the groups that a community has no room for: those named last.
fn reject_beyond_limit(details: &CommunityDetails, limit: usize, items: &mut [PlanItem]) {
    let free = limit.saturating_sub(details.ordinary().count());
    for item in items.iter_mut().filter(|item| item.prior == PriorState::Pending).skip(free) {
        item.prior = PriorState::CommunityFull(limit);
    }
}

/// The groups of a word, or the item of a word that names none or is ambiguous.
async fn matched_groups(
    context: &Context<'_>,
    word: &str,
    found: NameMatch<GroupId>,
) -> Result<Result<Vec<GroupEntry>, Box<PlanItem>>, CommandError> {
    let item = |prior, candidates: &[GroupEntry]| {
        let choices = choices(candidates);
        Box::new(PlanItem { choices, ..PlanItem::new(word.to_owned(), prior) })
    };
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let sees = |entry: &CommunityEntry| context.can_see(&entry.id, &entry.name);
    let is_listed_community = |group: &GroupEntry| {
        let id = CommunityId::parse(group.id.as_str());
        id.is_some_and(|id| snapshot.communities.by_id(&id).is_some_and(sees))
    };
    let has_name = snapshot.communities.matches(word);
    let is_community = has_name.1 && has_name.0.into_iter().any(sees);
    Ok(Err(match found {
        NameMatch::Exact(group) if is_listed_community(&group) => item(PriorState::IsCommunity, &[]),
        NameMatch::Exact(group) => return Ok(Ok(vec![group])),
        NameMatch::NotFound { .. } if is_community => item(PriorState::IsCommunity, &[]),
        NameMatch::Many(groups) if !groups.is_empty() => return Ok(Ok(groups)),
        NameMatch::Many(_) => item(PriorState::PatternNotFound, &[]),
        NameMatch::Ambiguous(groups) => {
            item(PriorState::Ambiguous(tell_groups_apart(context, &groups).await?), &groups)
        }
        NameMatch::NotFound { .. } if is_here(context, word) => item(PriorState::NotInChat, &[]),
        NameMatch::NotFound { .. } if word.contains('*') => item(PriorState::PatternNotFound, &[]),
        NameMatch::NotFound { suggestions } => {
            item(PriorState::NameNotFound(tell_groups_apart(context, &suggestions).await?), &suggestions)
        }
    }))
}

/// The names of groups; where two are alike, with their communities, else with the last digits of their ids.
async fn tell_groups_apart(
    context: &Context<'_>,
    groups: &[GroupEntry],
) -> Result<Vec<String>, CommandError> {
    let has_twin =
        |group: &GroupEntry| groups.iter().filter(|other| fold(&other.name) == fold(&group.name)).count() > 1;
    if !groups.iter().any(has_twin) {
        return Ok(disambiguate(groups));
    }
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let memberships = context.directory.memberships(context.zapi).await?;
    let describe = |group: &GroupId| match memberships.community_of(group) {
        Some(id) => {
            let community =
                snapshot.communities.by_id(id).filter(|entry| context.can_see(&entry.id, &entry.name));
            community.map(|community| community.name.clone()).filter(|name| !name.is_empty())
        }
        None => memberships.is_complete.then(|| ReplyLine::new("in-no-community").render(context.localizer)),
    };
    Ok(disambiguate_by(groups, describe))
}

/// Whether a word is `here`, outside a group.
fn is_here(context: &Context<'_>, word: &str) -> bool {
    matches!(context.chat, Chat::Direct(_)) && here_words().contains(&fold(word))
}

/// A typed word after invitation links are resolved.
enum Lookup {
    /// The groups of this name.
    Word(String),
    /// An invitation link that is expired, or to a group that the bot is not in.
    NotFound(PlanItem),
}

/// Resolves invitation links: replaces them with the ids of their groups.
async fn resolve_invitations(context: &Context<'_>, typed: &[String]) -> Result<Vec<Lookup>, ApiError> {
    let invited = context.directory.resolve_invitations(context.zapi, typed).await?;
    let lookups = typed.iter().zip(invited).map(|(word, invited)| match invited {
        None => Lookup::Word(word.clone()),
        Some(InviteTarget::Group(group)) => Lookup::Word(group.id.to_string()),
        Some(InviteTarget::NotAMember(name)) => {
            Lookup::NotFound(PlanItem::new(name.unwrap_or_else(|| word.clone()), PriorState::BotNotMember))
        }
        Some(InviteTarget::Expired) => {
            Lookup::NotFound(PlanItem::new(word.clone(), PriorState::ExpiredInvite))
        }
    });
    Ok(lookups.collect())
}

/// The ids of the candidates.
fn choices(groups: &[GroupEntry]) -> Vec<String> {
    groups.iter().take(MAX_CANDIDATES).map(|group| group.id.to_string()).collect()
}

/// Rejects groups that the sender is not an admin of. WhatsApp lets only admins of a group add it to a community, and
/// the bot is admin of many groups: an admin of a community must not do more through the bot.
async fn reject_unowned_groups(context: &Context<'_>, items: &mut [PlanItem]) -> Result<(), ApiError> {
    let reads = items.iter().enumerate().filter_map(|(at, item)| {
        let has_visible_source = || item.source.as_ref().is_some_and(|source| source.name.is_some());
        let may_come = match item.prior {
            PriorState::Pending => true,
            // A move may take it from another community of the sender.
            PriorState::InOtherCommunity(_) => has_visible_source(),
            _ => false,
        };
        let group = GroupId::parse(item.id.as_deref()?).filter(|_| may_come)?;
        Some(async move { is_group_admin(context, &group).await.map(|is_theirs| (at, is_theirs)) }.boxed())
    });
    for read in join_bounded(reads.collect()).await {
        if let (at, false) = read? {
            items[at].prior = PriorState::NotAdmin;
            items[at].source = None;
        }
    }
    Ok(())
}

/// Whether the admin is an admin of a group, by number or lid; unknown means no.
async fn is_group_admin(context: &Context<'_>, group: &GroupId) -> Result<bool, ApiError> {
    let people = match context.zapi.participants(group).await {
        Ok(people) => people,
        Err(error) if error.cause.is_temporary() || error.cause.affects_instance() => return Err(error),
        Err(_) => return Ok(false),
    };
    let Admin { phone, lid, .. } = context.admin;
    let mut matching_participants = people
        .iter()
        .filter(|person| phone.is_some() && person.phone == *phone || lid.is_some() && person.lid == *lid)
        .peekable();
    // If number and lid match two entries, both must be admins.
    Ok(matching_participants.peek().is_some() && matching_participants.all(|person| person.is_admin))
}

/// The current state of a group.
struct CurrentState {
    prior: PriorState,
    /// Its name, if the list had none.
    name: Option<String>,
    /// The other community that it belongs to.
    source: Option<SourceCommunity>,
    /// Whether the group is in no community, or in one that the admin can see. False if that could not be read.
    is_visible: bool,
}

/// Reads the state of each group.
async fn read_states(
    context: &Context<'_>,
    action: LinkAction,
    community: &CommunityId,
    details: &CommunityDetails,
    groups: &[GroupToRead],
) -> Result<Vec<CurrentState>, ApiError> {
    let reads =
        groups.iter().map(|read| read_state(context, action, community, details, &read.group).boxed());
    join_bounded(reads.collect()).await.into_iter().collect()
}

async fn read_state(
    context: &Context<'_>,
    action: LinkAction,
    community: &CommunityId,
    details: &CommunityDetails,
    group: &NamedEntry<GroupId>,
) -> Result<CurrentState, ApiError> {
    let visible_state =
        |prior, name: Option<String>| CurrentState { prior, name, source: None, is_visible: true };
    let unverified_state = |prior| CurrentState { is_visible: false, ..visible_state(prior, None) };
    if let Some(member) = details.find(&group.id) {
        let name = group.name.is_empty().then(|| member.name.clone()).filter(|name| !name.is_empty());
        let prior = match action {
            _ if member.is_announcement => PriorState::Announcement,
            LinkAction::Link => PriorState::AlreadyDone,
            LinkAction::Unlink => PriorState::Pending,
        };
        return Ok(visible_state(prior, name));
    }
    let outside = match action {
        LinkAction::Link => PriorState::Pending,
        LinkAction::Unlink => PriorState::AlreadyDone,
    };
    match context.zapi.group(&group.id).await {
        Ok(found) => {
            let name = found.name.clone().filter(|_| group.name.is_empty());
            let elsewhere = find_other_community(context, community, &found).await?;
            let is_visible = elsewhere.as_ref().is_none_or(|(_, name)| name.is_some());
            if found.is_announcement {
                return Ok(CurrentState { is_visible, ..visible_state(PriorState::Announcement, name) });
            }
            Ok(match elsewhere {
                Some((id, other)) => {
                    let source = Some(SourceCommunity { id: id.to_string(), name: other.clone() });
                    CurrentState { prior: PriorState::InOtherCommunity(other), name, source, is_visible }
                }
                // The group names this community but the community's list lacks it: the list may be stale, so trust the
                // group.
                None if found.community.is_some() && action == LinkAction::Link => {
                    visible_state(PriorState::AlreadyDone, name)
                }
                None if found.community.is_some() => visible_state(PriorState::Pending, name),
                None => visible_state(outside, name),
            })
        }
        Err(error) if error.proves_absence() => Ok(unverified_state(PriorState::Gone)),
        // The community does not list the group, so a link call may be made. For an unlink this is no proof that the
        // group is already out, so the error is returned.
        Err(error) if error.cause == ApiErrorKind::Unreadable && action == LinkAction::Link => {
            Ok(unverified_state(outside))
        }
        Err(error) => Err(error),
    }
}

/// The other community that a group belongs to, if any, and its name if that is known and the admin sees it.
pub async fn find_other_community(
    context: &Context<'_>,
    community: &CommunityId,
    group: &GroupDetails,
) -> Result<Option<(CommunityId, Option<String>)>, ApiError> {
    match &group.community {
        Some(other) if other != community => {
            let snapshot = context.directory.snapshot(context.zapi).await?;
            let name =
                snapshot.communities.by_id(other).filter(|entry| context.can_see(&entry.id, &entry.name));
            Ok(Some((other.clone(), name.map(|entry| entry.name.clone()))))
        }
        _ => Ok(None),
    }
}
