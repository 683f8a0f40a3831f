//! What a sentence is about: the communities and groups that its names mean.

use super::argument_finder::ArgumentFinder;
use super::sentence::{Kind, Mention, Sentence};
use crate::authorization::may_everywhere;
use crate::directory::CommunityEntry;
use crate::domain::GroupId;
use crate::reply::{quote, typed};

/// The communities and groups of a sentence that its admin may see.
#[derive(Default)]
pub(super) struct Subjects {
    pub(super) communities: Vec<CommunityEntry>,
    pub(super) groups: Vec<GroupSubject>,
}

/// A group, or words with which the names of several groups begin.
pub(super) struct GroupSubject {
    /// What was typed; its whole name only for admins who may see all groups.
    pub(super) name: String,
    /// Its id, if it is only one group.
    pub(super) id: Option<GroupId>,
    /// It as an argument of a command.
    pub(super) argument: String,
}

impl Subjects {
    /// The subjects of a sentence.
    pub(super) fn new(finder: &ArgumentFinder<'_>, sentence: &Sentence) -> Self {
        let mut subjects = Self::default();
        for mention in &sentence.mentions {
            subjects.add(finder, mention);
        }
        subjects
    }

    fn add(&mut self, finder: &ArgumentFinder<'_>, Mention { name, kind, .. }: &Mention) {
        let text = name.text.as_str();
        let (mut communities, fit) = finder.names.find(text);
        communities.retain(|entry| finder.names.allowed.by_id(&entry.id).is_some());
        let is_community = *kind != Kind::Group && fit >= finder.group_fit(text);
        if is_community && !communities.is_empty() {
            communities.retain(|entry| self.communities.iter().all(|other| other.id != entry.id));
            self.communities.extend(communities);
            return;
        }
        let mut groups = finder.names.find_groups(text).0;
        groups.retain(|group| !finder.names.snapshot.communities.has_name(&group.name));
        let (name, argument) = (text.to_owned(), typed(text));
        let group = match groups.as_slice() {
            [] => return,
            [group] if may_everywhere(finder.request.admin) => GroupSubject {
                name: group.name.clone(),
                id: Some(group.id.clone()),
                argument: group.id.to_string(),
            },
            [group] => GroupSubject { name, id: Some(group.id.clone()), argument },
            _ => GroupSubject { name, id: None, argument },
        };
        if self.groups.iter().all(|other| other.argument != group.argument) {
            self.groups.push(group);
        }
    }

    /// The names, in quotes.
    pub(super) fn shown(&self) -> Vec<String> {
        let groups = self.groups.iter().map(|group| quote(&group.name));
        groups.chain(self.communities.iter().map(|entry| quote(&entry.name))).collect()
    }

    /// The ids of the groups; none where no group is named, or a word means several.
    pub(super) fn group_ids(&self) -> Option<Vec<&GroupId>> {
        let ids: Option<Vec<_>> = self.groups.iter().map(|group| group.id.as_ref()).collect();
        ids.filter(|ids| !ids.is_empty())
    }

    /// The groups as arguments.
    pub(super) fn group_arguments(&self) -> String {
        self.groups.iter().map(|group| group.argument.as_str()).collect::<Vec<_>>().join(" ")
    }
}
