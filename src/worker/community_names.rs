//! The communities that an admin may name, and how a text names one.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::timeout;

use super::request::Request;
use crate::authorization::may_in;
use crate::config::{Admin, AdminsFrom};
use crate::directory::{
    CommunityEntry, Directory, GroupEntry, NameIndex, Snapshot, disambiguate, join_bounded,
};
use crate::domain::{CommunityId, GroupId};
use crate::engine::group_words::GroupNames;
use crate::engine::listing::{NumberedList, load_list};
use crate::engine::target::Target;
use crate::parse::names::Fit;
use crate::parse::numbers::parse_range;
use crate::reply::{Localizer, MAX_CANDIDATES, Reply, escape_markup, typed};
use crate::storage::{StateKind, StoreUnavailable};

/// How long a text waits for the names.
pub(super) const NAMES_TIMEOUT: Duration = Duration::from_secs(2);

/// The names of communities as an admin may use them. Communities that the admin may not use are found only by their
/// whole name or id; to a community admin they do not exist, and neither do their announcement groups.
pub(super) struct CommunityNames<'a> {
    pub(super) snapshot: Arc<Snapshot>,
    /// The lists with the groups that the beginning of a name may mean: to a community admin, those of their communities
    /// that could be read.
    pub(super) visible: Arc<Snapshot>,
    directory: Directory,
    admin: &'a Admin,
    pub(super) allowed: NameIndex<CommunityId>,
    /// The stored list that numbers refer to.
    pub(super) list: Option<NumberedList>,
}

impl<'a> CommunityNames<'a> {
    pub(super) fn new(
        snapshot: Arc<Snapshot>,
        directory: &Directory,
        admin: &'a Admin,
        list: Option<NumberedList>,
    ) -> Self {
        let is_allowed = |entry: &&CommunityEntry| may_in(admin, &entry.id, &entry.name, directory);
        let allowed = NameIndex::new(snapshot.communities.all().filter(is_allowed).cloned().collect());
        let visible = match admin.from {
            AdminsFrom::Config => snapshot.clone(),
            AdminsFrom::Community => Arc::new(snapshot.with_groups(|_| false)),
        };
        Self { snapshot, visible, directory: directory.clone(), admin, allowed, list }
    }

    /// The names for a message, with the aliases of the chat and the list that was shown last before it.
    pub(super) async fn load(
        request: &Request<'a>,
        snapshot: Arc<Snapshot>,
    ) -> Result<Self, StoreUnavailable> {
        let Request { run, admin, command, .. } = request;
        let list = load_list(run.store, (command, None), &request.list_key()).await?;
        let aliases = run.store.list_state(&run.instance.config.name, StateKind::Alias).await?;
        let aliases = aliases.into_iter().map(|alias| (alias.key, alias.value));
        let mut names = Self::new(snapshot, &run.instance.directory.with_aliases(aliases), admin, list);
        if admin.from == AdminsFrom::Community {
            let reads = names.allowed.all().map(|community| run.zapi.community(&community.id).boxed());
            let read = timeout(NAMES_TIMEOUT, join_bounded(reads.collect())).await.unwrap_or_default();
            let own: HashSet<GroupId> =
                read.into_iter().flatten().flat_map(|details| details.groups).map(|group| group.id).collect();
            names.visible = Arc::new(names.snapshot.with_groups(|group| own.contains(&group.id)));
        }
        Ok(names)
    }

    /// The same names, where a number is none.
    pub(super) fn without_list(self) -> Self {
        Self { list: None, ..self }
    }

    /// The reply to a name that no community has, with the known ones if they are few.
    pub(super) fn unknown_community(&self, typed: &str) -> Reply {
        let available: Vec<CommunityEntry> = self.allowed.all().cloned().collect();
        let available = if available.len() <= MAX_CANDIDATES { disambiguate(&available) } else { Vec::new() };
        Reply::unknown_community(typed, available)
    }

    /// The groups that a text names, and whether by their whole name. The beginning of a name means only visible groups.
    pub(super) fn find_groups(&self, text: &str) -> (Vec<&GroupEntry>, bool) {
        if let Some(id) = self.directory.alias(text) {
            let group = GroupId::parse(id).and_then(|id| self.visible.groups.by_id(&id));
            return (group.into_iter().collect(), group.is_some());
        }
        self.group_names().find(text)
    }

    fn group_names(&self) -> GroupNames<'_> {
        GroupNames { all: &self.snapshot, visible: &self.visible }
    }

    /// How a text fits the names of groups.
    pub(super) fn group_fit(&self, text: &str) -> Fit {
        match self.directory.alias(text) {
            Some(_) if self.find_groups(text).1 => Fit::Whole,
            Some(_) => Fit::None,
            None => self.group_names().fit(text),
        }
    }

    /// The communities that a text may name, and how it fits.
    pub(super) fn find(&self, text: &str) -> (Vec<CommunityEntry>, Fit) {
        let known = match self.admin.from {
            AdminsFrom::Config => &self.snapshot.communities,
            AdminsFrom::Community => &self.allowed,
        };
        let alias = self.directory.alias(text);
        let number = || {
            let list = self.list.as_ref().filter(|_| parse_range(text).is_some())?;
            list.community_by_number(text).filter(|_| !self.snapshot.communities.has_name(text))
        };
        let known = if alias.is_some() { &self.allowed } else { known };
        let id = alias.map(str::to_owned).or_else(number);
        if let Some(id) = CommunityId::parse(id.as_deref().unwrap_or(text)) {
            let entry: Vec<_> = known.by_id(&id).cloned().into_iter().collect();
            let fit = if entry.is_empty() { Fit::None } else { Fit::Whole };
            return (entry, fit);
        }
        let (mut whole, is_whole) = known.matches(text);
        if is_whole && whole.len() > 1 {
            whole.retain(|entry| self.allowed.by_id(&entry.id).is_some());
        }
        let (found, is_whole) = if is_whole { (whole, true) } else { self.allowed.matches(text) };
        let fit = match found.len() {
            0 => Fit::None,
            1 if is_whole => Fit::Whole,
            1 => Fit::Beginning,
            _ => Fit::Ambiguous,
        };
        (found.into_iter().cloned().collect(), fit)
    }

    /// The ids of these numbers, if the list shows groups; none where a group has such a name. A community admin sees no
    /// names of groups that they did not type.
    pub(super) fn listed_groups(&self, numbers: RangeInclusive<usize>) -> Option<String> {
        let list = self.list.as_ref().filter(|_| self.admin.from == AdminsFrom::Config)?;
        let id = |number: usize| {
            let number = number.to_string();
            list.group_by_number(&number).filter(|_| !self.snapshot.groups.has_name(&number))
        };
        Some(numbers.map(id).collect::<Option<Vec<_>>>()?.join(" "))
    }

    /// Arguments as the admin may see them: names in place of ids.
    pub(super) fn show(&self, arguments: &str) -> String {
        self.name_ids(arguments, self.admin.from == AdminsFrom::Config)
    }

    /// The command that undoes a change of this admin, whose reply had the names of its groups. None if the admin sees its
    /// community no more.
    pub(super) fn show_undo(
        &self,
        (command, arguments): &(String, String),
        localizer: &Localizer,
    ) -> Option<String> {
        let is_seen = |word: &str| match Target::from_id(word, &self.snapshot) {
            Some(Target::Community(entry)) => self.allowed.by_id(&entry.id).is_some(),
            _ => true,
        };
        let is_seen = self.admin.from == AdminsFrom::Config || arguments.split(' ').all(is_seen);
        let command = localizer.format_command(command, &[]);
        is_seen.then(|| format!("{command} {}", self.name_ids(arguments, true)))
    }

    fn name_ids(&self, arguments: &str, names_groups: bool) -> String {
        let name = |word: &str| match Target::from_id(word, &self.snapshot)? {
            Target::Group(_) if !names_groups => None,
            target => Some(typed(target.name())),
        };
        let words = arguments.split(' ').filter(|word| !word.is_empty());
        let shown: Vec<_> = words.map(|word| name(word).unwrap_or_else(|| escape_markup(word))).collect();
        shown.join(" ")
    }
}
