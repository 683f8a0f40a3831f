//! The admins of communities as they were read, and an index of them by number and lid. No I/O.

use std::collections::HashMap;
use std::time::Duration;

use super::CommunityEntry;
use crate::clock::Timestamp;
use crate::domain::{CommunityId, GroupId, Lid, Person, Phone};

/// How long a list is valid.
pub(super) const ADMINS_TTL: Duration = Duration::from_secs(5 * 60);

/// The admins of a community as of a read.
#[derive(Clone, Debug)]
pub(super) struct AdminList {
    pub(super) community: CommunityEntry,
    /// The announcement group that lists them, which hardly ever changes.
    pub(super) announcement: Option<GroupId>,
    pub(super) admins: Vec<Person>,
    /// When it was read, in monotonic time.
    pub(super) read_at: Timestamp,
    /// The number of the read.
    pub(super) number: u64,
}

/// All lists.
#[derive(Debug, Default)]
pub(super) struct AdminCache {
    pub(super) lists: Vec<AdminList>,
    /// When the list of communities was read; `None` if never, or if a community of it could not be read.
    pub(super) complete_at: Option<Timestamp>,
    /// For each community whose people the bot changed: reads up to this number are expired.
    pub(super) expired: HashMap<CommunityId, u64>,
    /// Each person, and the places of their communities in `lists`.
    pub(super) people: Vec<(Person, Vec<usize>)>,
    by_phone: HashMap<Phone, usize>,
    by_lid: HashMap<Lid, usize>,
}

impl AdminList {
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.read_at) <= ADMINS_TTL
    }

    /// Whether it is a later read of the same community.
    pub(super) fn is_newer_than(&self, old: &Self) -> bool {
        self.community.id == old.community.id && self.number > old.number
    }
}

impl AdminCache {
    pub(super) fn new(
        lists: Vec<AdminList>,
        whole_at: Option<Timestamp>,
        expired: HashMap<CommunityId, u64>,
    ) -> Self {
        let mut known = Self { complete_at: whole_at, expired, ..Self::default() };
        let admins =
            || lists.iter().enumerate().flat_map(|(at, list)| list.admins.iter().map(move |a| (at, *a)));
        // A lid that is shown beside two numbers belongs to no one.
        let mut phones: HashMap<Lid, Option<Phone>> = HashMap::new();
        for (_, admin) in admins() {
            if let (Some(phone), Some(lid)) = (admin.phone, admin.lid) {
                let shown = phones.entry(lid).or_insert(Some(phone));
                *shown = shown.filter(|shown| *shown == phone);
            }
        }
        for (community, admin) in admins() {
            let beside = admin.lid.map(|lid| phones.get(&lid).copied());
            let lid = admin.lid.filter(|_| beside != Some(Some(None)));
            let phone = admin.phone.or_else(|| beside.flatten().flatten());
            let place = match (phone, lid) {
                (Some(phone), _) => known.by_phone.get(&phone).copied(),
                (None, Some(lid)) => known.by_lid.get(&lid).copied(),
                (None, None) => continue,
            };
            let place = place.unwrap_or_else(|| {
                known.people.push((Person { phone, lid }, Vec::new()));
                known.people.len() - 1
            });
            known.by_phone.extend(phone.map(|phone| (phone, place)));
            known.by_lid.extend(lid.map(|lid| (lid, place)));
            let (person, communities) = &mut known.people[place];
            person.lid = person.lid.or(lid);
            if !communities.contains(&community) {
                communities.push(community);
            }
        }
        Self { lists, ..known }
    }

    pub(super) fn index_of(&self, person: Person) -> Option<usize> {
        let phone = person.phone.and_then(|phone| self.by_phone.get(&phone));
        let lid = person.lid.and_then(|lid| self.by_lid.get(&lid));
        match (phone, lid) {
            (Some(one), Some(other)) if one != other => None,
            (Some(at), _) | (None, Some(at)) => Some(*at),
            (None, None) => None,
        }
    }

    /// The person with the number and lid that any list shows of them.
    pub(super) fn merge(&self, person: Person) -> Person {
        self.index_of(person).and_then(|place| self.people.get(place)).map_or(person, |(merged, _)| *merged)
    }

    /// Whether a list is young enough, and was read after the last change by the bot.
    pub(super) fn is_current(&self, list: &AdminList, now: Timestamp) -> bool {
        let expired = self.expired.get(&list.community.id).copied().unwrap_or_default();
        list.is_fresh(now) && list.number > expired
    }

    pub(super) fn list_for(&self, community: &CommunityId) -> Option<&AdminList> {
        self.lists.iter().find(|list| list.community.id == *community)
    }
}
