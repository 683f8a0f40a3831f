//! The plan of a link, an unlink or a move: the groups that were typed, and their state before the first change.

use serde::{Deserialize, Serialize};

use crate::directory::{CommunityEntry, GroupEntry, NamedEntry};
use crate::domain::{CommunityId, GroupId};
use crate::engine::outcome::PriorState;
use crate::parse::numbers::MAX_OPTIONS;
use crate::reply::{ReplyLine, typed};
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
    /// Those that the community did not list, if it was read just now.
    #[serde(skip)]
    pub unlisted: Option<Vec<usize>>,
}

/// A group of the plan.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PlanItem {
    /// Its name, else what was typed.
    pub name: String,
    /// Its id, if it was found.
    pub id: Option<GroupId>,
    /// Its state before.
    pub prior: PriorState,
    /// It was typed as an id or list number: its name is hidden unless the admin may see it. An invitation link shows the
    /// name anyway.
    #[serde(skip)]
    pub is_by_id: bool,
    /// The candidates, where the name is not found or ambiguous: their ids and shown names.
    pub choices: Vec<(GroupId, String)>,
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
        Self { name: name.into(), prior, ..Self::default() }
    }

    /// A group whose state is not read yet.
    pub fn from_group(group: GroupEntry) -> Self {
        Self { id: Some(group.id), ..Self::new(group.name, PriorState::Pending) }
    }

    /// Whether it must be changed.
    pub fn is_pending(&self) -> bool {
        self.prior == PriorState::Pending
    }

    /// Whether it was not understood.
    fn is_unclear(&self) -> bool {
        let prior = &self.prior;
        matches!(prior, PriorState::NameNotFound | PriorState::Ambiguous(_) | PriorState::Unclear(_))
    }
}

impl SourceCommunity {
    /// Its name, else its id.
    pub fn display_name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.id.as_str())
    }
}

impl LinkPlan {
    /// The positions of the groups that must be changed.
    pub fn pending(&self) -> Vec<usize> {
        (0..self.items.len()).filter(|at| self.items[*at].is_pending()).collect()
    }

    /// The ids of some groups.
    pub fn ids(&self, items: &[usize]) -> Vec<GroupId> {
        items.iter().filter_map(|at| self.items[*at].id.clone()).collect()
    }

    /// Those of these groups that their community does not list.
    pub fn find_unlisted(&self, details: &CommunityDetails, groups: &[usize]) -> Vec<usize> {
        let is_listed = |at: &usize| self.items[*at].id.as_ref().is_some_and(|id| details.find(id).is_some());
        groups.iter().copied().filter(|at| !is_listed(at)).collect()
    }

    /// Whether some group was not understood, and nothing was done to the others.
    pub fn is_usage_error(&self) -> bool {
        let was_so = |item: &PlanItem| item.prior == PriorState::AlreadyDone;
        self.items.iter().all(|item| item.is_unclear() || was_so(item)) && !self.items.iter().all(was_so)
    }

    /// The ids and the shown names of all candidates, in the order of their numbers.
    pub fn choices(&self) -> (Vec<String>, Vec<String>) {
        let choices = self.items.iter().flat_map(|item| &item.choices);
        choices.take(MAX_OPTIONS).map(|(id, name)| (id.to_string(), name.clone())).unzip()
    }

    /// What was typed for each item with candidates, in quotes, and how many these are.
    pub fn unclear_words(&self) -> Vec<(String, usize)> {
        let unclear = self.items.iter().filter(|item| !item.choices.is_empty());
        let quoted = |name: &str| format!("\"{}\"", typed(name).trim_matches('"'));
        unclear.map(|item| (quoted(&item.name), item.choices.len())).collect()
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
    pub fn keep_last_group(&mut self, details: &CommunityDetails, groups: &[usize]) {
        // Where the groups are not listed, which one is the last is not known: WhatsApp refuses to unlink it.
        let is_emptied = details.lists_groups() && groups.len() >= details.ordinary().count();
        if let Some(last) = groups.last().filter(|_| is_emptied) {
            self.items[*last].prior = PriorState::impossible("group-last");
        }
    }

    /// The groups that leave a community, with this community.
    pub fn leaving(&self) -> impl Iterator<Item = (usize, &SourceCommunity)> {
        let pending = self.items.iter().enumerate().filter(|(_, item)| item.is_pending());
        pending.filter_map(|(at, item)| Some((at, item.source.as_ref()?)))
    }

    /// The communities that groups leave, each with these groups.
    pub fn source_communities(&self) -> Vec<(CommunityEntry, Vec<usize>)> {
        let mut sources: Vec<(CommunityEntry, Vec<usize>)> = Vec::new();
        for (at, source) in self.leaving() {
            match sources.iter_mut().find(|(known, _)| known.id == source.id) {
                Some((_, groups)) => groups.push(at),
                None => {
                    let name = source.display_name().to_owned();
                    sources.push((NamedEntry { id: source.id.clone(), name }, vec![at]));
                }
            }
        }
        sources
    }

    /// A line for each group that may have been unlinked from its community and not linked to another.
    pub fn lines_for_unlinked_groups(&self) -> Vec<ReplyLine> {
        let line = |(at, source): (usize, &SourceCommunity)| {
            let item = &self.items[at];
            let group = item.id.as_ref().map(GroupId::as_str).unwrap_or_default();
            ReplyLine::unknown("moved-maybe-unlinked")
                .name("name", &item.name)
                .name("community", source.display_name())
                .name("target", &self.name)
                .with_command("command", "link", &[source.id.as_str(), group])
        };
        self.leaving().map(line).collect()
    }

    /// The arguments of its command for some groups, with ids in place of names.
    pub fn arguments(&self, groups: &[usize]) -> String {
        join_arguments(&self.community, &self.ids(groups), self.action == LinkAction::Move)
    }

    /// The command that undoes the change of these groups, and its arguments. A move from one community is undone by a
    /// move back; groups of no community are unlinked; a mixture cannot be undone by one command.
    pub fn undo_command(&self, groups: &[usize]) -> Option<(&'static str, String)> {
        let source = |at: &usize| self.items[*at].source.as_ref().map(|source| &source.id);
        let first = groups.first().and_then(source);
        let (command, community) = match (self.action, first) {
            (LinkAction::Link, _) => ("unlink", &self.community),
            (LinkAction::Unlink, _) => ("link", &self.community),
            (LinkAction::Move, _) if groups.iter().any(|at| source(at) != first) => return None,
            (LinkAction::Move, None) => ("unlink", &self.community),
            (LinkAction::Move, Some(source)) => ("move", source),
        };
        Some((command, join_arguments(community, &self.ids(groups), command == "move")))
    }
}

/// The arguments of a command on these groups.
fn join_arguments(community: &CommunityId, groups: &[GroupId], is_move: bool) -> String {
    let mut words: Vec<&str> = groups.iter().map(GroupId::as_str).collect();
    words.insert(if is_move { words.len() } else { 0 }, community.as_str());
    words.join(" ")
}
