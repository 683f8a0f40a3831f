//! The plan of a link, an unlink or a move: the groups that were typed, and their state before the first change.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::directory::{CommunityEntry, NamedEntry};
use crate::domain::{CommunityId, GroupId};
use crate::parse::numbers::MAX_OPTIONS;
use crate::reply::ReplyLine;
use crate::zapi::CommunityDetails;

/// A change of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkAction {
    /// They are linked to the community.
    Link,
    /// They are unlinked from it.
    Unlink,
    /// They are unlinked from their communities, and linked to the community.
    Move,
}

/// What is stored before the first call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkPlan {
    /// What is done to the groups.
    pub action: LinkAction,
    /// The community.
    pub community: CommunityId,
    /// Its name.
    pub name: String,
    /// The groups.
    pub items: Vec<PlanItem>,
}

/// A group of the plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlanItem {
    /// Its name, else what was typed.
    pub name: String,
    /// Its id, if it was found.
    pub id: Option<GroupId>,
    /// Its state before.
    pub prior: PriorState,
    /// The ids of the candidates, where the name is ambiguous.
    pub choices: Vec<GroupId>,
    /// The other community that it belongs to.
    pub source: Option<SourceCommunity>,
    /// Why linking to the target failed. If set, the group is linked back to its source community.
    pub link_back_reason: Option<String>,
}

/// The community that a group belongs to before a move.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SourceCommunity {
    /// The community.
    pub id: CommunityId,
    /// Its name, if the admin may see it.
    pub name: Option<String>,
}

/// The state of a group before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PriorState {
    /// It must be changed.
    Pending,
    /// It was as wanted.
    AlreadyDone,
    /// It belongs to another community, its source.
    InOtherCommunity,
    /// The community holds as many groups as it can, which is this many.
    CommunityFull(usize),
    /// No group has this name; similar names.
    NameNotFound(Vec<String>),
    /// Several groups have this name or begin with it.
    Ambiguous(Vec<String>),
    /// It is not understood for another reason: the key of its text.
    Unclear(Cow<'static, str>),
    /// It cannot be changed for another reason: the key of its text.
    Impossible(Cow<'static, str>),
}

impl LinkAction {
    /// The English name of its command.
    pub fn command(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Unlink => "unlink",
            Self::Move => "move",
        }
    }

    /// Whether the groups are in the community afterwards.
    pub fn links(self) -> bool {
        self != Self::Unlink
    }

    /// The name of its call in errors.
    pub fn call_name(self) -> &'static str {
        if self.links() { "communities/link" } else { "communities/unlink" }
    }

    /// The state of a group that is in the community, or in none.
    pub fn prior_state(self, is_in: bool) -> PriorState {
        if is_in == self.links() { PriorState::AlreadyDone } else { PriorState::Pending }
    }
}

impl PlanItem {
    /// An item without id, candidates or source.
    pub fn new(name: impl Into<String>, prior: PriorState) -> Self {
        let name = name.into();
        Self { name, id: None, prior, choices: Vec::new(), source: None, link_back_reason: None }
    }

    /// Whether it must be changed.
    pub fn is_pending(&self) -> bool {
        self.prior == PriorState::Pending
    }

    /// Whether it was not understood.
    fn is_unclear(&self) -> bool {
        let prior = &self.prior;
        matches!(prior, PriorState::NameNotFound(_) | PriorState::Ambiguous(_) | PriorState::Unclear(_))
    }
}

impl SourceCommunity {
    /// Its name, else its id.
    pub fn display_name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.id.as_str())
    }
}

impl LinkPlan {
    /// The groups that must be changed.
    pub fn pending(&self) -> Vec<GroupId> {
        self.items.iter().filter(|item| item.is_pending()).filter_map(|item| item.id.clone()).collect()
    }

    /// Whether some group was not understood, and nothing was done to the others.
    pub fn is_usage_error(&self) -> bool {
        let was_so = |item: &PlanItem| item.prior == PriorState::AlreadyDone;
        self.items.iter().all(|item| item.is_unclear() || was_so(item)) && !self.items.iter().all(was_so)
    }

    /// The ids of all candidates, in the order of their numbers.
    pub fn choices(&self) -> Vec<String> {
        let choices = self.items.iter().flat_map(|item| item.choices.iter().map(GroupId::to_string));
        choices.take(MAX_OPTIONS).collect()
    }

    /// The names of the candidates, as they are shown.
    pub fn choice_names(&self) -> Vec<String> {
        let names = self.items.iter().flat_map(|item| match &item.prior {
            PriorState::NameNotFound(names) | PriorState::Ambiguous(names) => {
                &names[..names.len().min(item.choices.len())]
            }
            _ => &[],
        });
        names.take(MAX_OPTIONS).cloned().collect()
    }

    /// Changes groups of other communities too, which `may_leave` allows.
    pub fn move_from(&mut self, may_leave: impl Fn(&SourceCommunity) -> bool) {
        for item in self.items.iter_mut().filter(|item| item.prior == PriorState::InOtherCommunity) {
            if item.source.as_ref().is_some_and(&may_leave) {
                item.prior = PriorState::Pending;
            }
        }
    }

    /// Rejects the groups that a community has no room for: those named last.
    pub fn reject_beyond_limit(&mut self, details: &CommunityDetails, limit: usize) {
        let free = limit.saturating_sub(details.ordinary().count());
        for item in self.items.iter_mut().filter(|item| item.is_pending()).skip(free) {
            item.prior = PriorState::CommunityFull(limit);
        }
    }

    /// Keeps the last of these groups where it is, if its community would have no ordinary group left.
    pub fn keep_last_group(&mut self, details: &CommunityDetails, groups: &[GroupId]) {
        // Where the groups are not listed, which one is the last is not known: WhatsApp refuses to unlink it.
        let is_emptied = details.lists_groups() && groups.len() >= details.ordinary().count();
        if let Some(item) = groups.last().filter(|_| is_emptied).and_then(|last| self.item_mut(last)) {
            item.prior = PriorState::Impossible("group-last".into());
        }
    }

    /// Records that a group is linked back to its source community, and why.
    pub fn set_link_back(&mut self, group: &GroupId, reason: String) {
        if let Some(item) = self.item_mut(group) {
            item.link_back_reason = Some(reason);
        }
    }

    /// Why a group is linked back to its source community, if it is.
    pub fn link_back_reason(&self, group: &GroupId) -> Option<&str> {
        let item = self.items.iter().find(|item| item.id.as_ref() == Some(group))?;
        item.link_back_reason.as_deref()
    }

    fn item_mut(&mut self, group: &GroupId) -> Option<&mut PlanItem> {
        self.items.iter_mut().find(|item| item.id.as_ref() == Some(group))
    }

    /// The groups that leave a community, with this community.
    pub fn leaving(&self) -> impl Iterator<Item = (&PlanItem, &GroupId, &SourceCommunity)> {
        let pending = self.items.iter().filter(|item| item.is_pending());
        pending.filter_map(|item| Some((item, item.id.as_ref()?, item.source.as_ref()?)))
    }

    /// The communities that groups leave, each with these groups.
    pub fn source_communities(&self) -> Vec<(CommunityEntry, Vec<GroupId>)> {
        let mut sources: Vec<(CommunityEntry, Vec<GroupId>)> = Vec::new();
        for (_, group, source) in self.leaving() {
            match sources.iter_mut().find(|(known, _)| known.id == source.id) {
                Some((_, groups)) => groups.push(group.clone()),
                None => {
                    let community =
                        NamedEntry { id: source.id.clone(), name: source.display_name().to_owned() };
                    sources.push((community, vec![group.clone()]));
                }
            }
        }
        sources
    }

    /// A line for each group that may have been unlinked from its community and not linked to another.
    pub fn lines_for_unlinked_groups(&self) -> Vec<ReplyLine> {
        let line = |(item, group, source): (&PlanItem, &GroupId, &SourceCommunity)| {
            ReplyLine::unknown("moved-maybe-unlinked")
                .name("name", &item.name)
                .name("community", source.display_name())
                .name("target", &self.name)
                .with_command("command", "link", &[source.id.as_str(), group.as_str()])
        };
        self.leaving().map(line).collect()
    }
    /// The arguments of its command for some groups, with ids in place of names.
    pub fn arguments(&self, groups: &[GroupId]) -> String {
        match self.action {
            LinkAction::Link | LinkAction::Unlink => community_first(&self.community, groups),
            LinkAction::Move => community_last(groups, &self.community),
        }
    }

    /// The command that undoes the change of these groups, and its arguments. A move from one community is undone by a
    /// move back; groups of no community are unlinked; a mixture cannot be undone by one command.
    pub fn undo_command(&self, groups: &[GroupId]) -> Option<(&'static str, String)> {
        let undone_by = match self.action {
            LinkAction::Link => "unlink",
            LinkAction::Unlink => "link",
            LinkAction::Move => {
                let leaving: Vec<_> = self.leaving().collect();
                let source_of = |group: &GroupId| {
                    leaving.iter().find(|(_, moved, _)| *moved == group).map(|(.., source)| &source.id)
                };
                let source = source_of(groups.first()?);
                if groups.iter().any(|group| source_of(group) != source) {
                    return None;
                }
                if let Some(source) = source {
                    return Some(("move", community_last(groups, source)));
                }
                "unlink"
            }
        };
        Some((undone_by, community_first(&self.community, groups)))
    }
}

fn community_first(community: &CommunityId, groups: &[GroupId]) -> String {
    let groups = groups.iter().map(GroupId::as_str);
    std::iter::once(community.as_str()).chain(groups).collect::<Vec<_>>().join(" ")
}

fn community_last(groups: &[GroupId], community: &CommunityId) -> String {
    groups.iter().map(GroupId::as_str).chain([community.as_str()]).collect::<Vec<_>>().join(" ")
}
