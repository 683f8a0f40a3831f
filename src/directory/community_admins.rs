//! The admins of each community, as WhatsApp lists them: with `admins_from = "community"` they may send commands
//! in that community.
//!
//! The lists are read in the background, and looked up without a call: messages of non-admins cause no calls.
//! A list expires after five minutes; where it is expired or could not be read, access is denied. A person is known
//! by number or lid: the lids of listed numbers are requested. Where a list shows both, the two are one person in
//! every other list too.
//!
//! Before a change, the admins of its community are read again ([`CommunityAdmins::confirm`]). A list that was
//! read before the bot changed people of the community, in this process or another one, is expired: it lets a message
//! into the journal, but decides nothing else.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError, RwLock};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{Mutex, Notify};

use super::admin_cache::{ADMINS_TTL, AdminCache, AdminList};
use super::{CommunityEntry, NamedEntry, join_bounded};
use crate::clock::{Clock, Timestamp};
use crate::domain::{CommunityId, GroupId, Lid, Person, Phone};
use crate::zapi::{ApiError, Participant, Zapi};

/// The interval of refreshes; it leaves a minute for one that fails.
const REFRESH_INTERVAL: Duration = Duration::from_secs(4 * 60);
/// A list that is younger is not read again.
const MIN_REFRESH_INTERVAL: Duration = Duration::from_secs(60);
/// The delay before the first retry; it doubles with each attempt.
const RETRY_INTERVAL: Duration = Duration::from_secs(15);

/// An admin of communities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommunityAdmin {
    /// Their number, their lid, or both, as far as the lists show it.
    pub person: Person,
    /// The communities where they are admin.
    pub communities: Vec<CommunityEntry>,
}

/// The people of a community as read.
pub struct ReadMembers<'a> {
    /// The community.
    pub community: &'a CommunityEntry,
    /// Its announcement group, which has all of its people.
    pub announcement: &'a GroupId,
    /// Its people.
    pub people: &'a [Participant],
    /// The number of the read, from [`CommunityAdmins::begin_reading`].
    pub number: u64,
}

/// The admins of an instance's communities.
#[derive(Debug)]
pub struct CommunityAdmins {
    clock: Clock,
    /// Replaced as a whole, so that a look-up does not wait for a read.
    cache: RwLock<Arc<AdminCache>>,
    /// Locked during a replacement, so that none overwrites another.
    replacing: StdMutex<()>,
    /// Numbers the reads in the order in which they begin.
    readings: AtomicU64,
    /// The last change of the people of each community that this process knows of, by the command's id.
    changes: StdMutex<HashMap<CommunityId, String>>,
    /// The lids of admins whose number alone is listed.
    lids: StdMutex<HashMap<Phone, Lid>>,
    /// Notified when something has expired: the next refresh starts at once.
    expired: Notify,
    /// The bot's own number, 0 where it is not known yet: it is an admin of its communities, but sends no
    /// commands.
    own_phone: AtomicU64,
    /// Locked while it is read.
    refresh_state: Mutex<RefreshState>,
}

/// When and how the last read of all communities ended.
type RefreshState = Option<(Timestamp, Result<(), ApiError>)>;

impl CommunityAdmins {
    /// Creates an empty cache.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            cache: RwLock::default(),
            replacing: StdMutex::default(),
            readings: AtomicU64::new(0),
            changes: StdMutex::default(),
            lids: StdMutex::default(),
            expired: Notify::new(),
            own_phone: AtomicU64::new(0),
            refresh_state: Mutex::default(),
        }
    }

    /// Finds a person among the admins, without a call. A number and a lid of two different people match no one.
    /// Expired lists count: they let a message into the journal, where it is checked again before it runs.
    pub fn find(&self, sender: Person) -> Option<CommunityAdmin> {
        let (known, now) = (self.cache(), self.clock.monotonic());
        self.find_in(&known, sender, |list| list.is_fresh(now))
    }

    /// The same without expired lists: decides what a person may see.
    pub fn find_current(&self, sender: Person) -> Option<CommunityAdmin> {
        let (known, now) = (self.cache(), self.clock.monotonic());
        self.find_in(&known, sender, |list| known.is_current(list, now))
    }

    fn find_in(
        &self,
        known: &AdminCache,
        sender: Person,
        counts: impl Fn(&AdminList) -> bool,
    ) -> Option<CommunityAdmin> {
        let (person, places) = known.people.get(known.index_of(sender)?)?;
        if self.is_own(*person) || self.is_own(sender) {
            return None;
        }
        let lists = places.iter().filter_map(|place| known.lists.get(*place));
        let communities: Vec<_> =
            lists.filter(|list| counts(list)).map(|list| list.community.clone()).collect();
        (!communities.is_empty()).then_some(CommunityAdmin { person: *person, communities })
    }

    /// Excludes the bot's own number, which never counts as an admin.
    pub fn exclude_phone(&self, own: Phone) {
        if self.own_phone.load(Ordering::Relaxed) != own.as_u64() {
            self.own_phone.store(own.as_u64(), Ordering::Relaxed);
        }
    }

    fn is_own(&self, person: Person) -> bool {
        person.phone.is_some_and(|phone| phone.as_u64() == self.own_phone.load(Ordering::Relaxed))
    }

    /// Whether the lists of all communities are valid, so that a person that is not found is no admin.
    pub fn is_complete(&self) -> bool {
        let (known, now) = (self.cache(), self.clock.monotonic());
        let is_listed = known.complete_at.is_some_and(|at| now.since(at) <= ADMINS_TTL);
        is_listed && known.lists.iter().all(|list| known.is_current(list, now))
    }

    /// The admins of a community as last read without the bot, and how long ago, without a call.
    pub fn last_admins(&self, community: &CommunityId) -> Option<(Duration, Vec<Person>)> {
        let known = self.cache();
        let list = known.list_for(community)?;
        let admins = list.admins.iter().map(|admin| known.merge(*admin));
        let age = self.clock.monotonic().since(list.read_at);
        Some((age, admins.filter(|admin| !self.is_own(*admin)).collect()))
    }

    /// The admins of a community without the bot, read now if they are not known; `None` where its announcement
    /// group, which lists them, cannot be seen.
    pub async fn list_admins(
        &self,
        zapi: &Zapi,
        community: &CommunityEntry,
    ) -> Result<Option<Vec<Person>>, ApiError> {
        let (known, now) = (self.cache(), self.clock.monotonic());
        let admins = match known.list_for(&community.id).filter(|list| known.is_current(list, now)) {
            Some(list) => list.admins.clone(),
            None => match self.read_admin_list(zapi, community.clone(), None).await? {
                Some(list) => list.admins,
                None => return Ok(None),
            },
        };
        let merged = admins.into_iter().map(|admin| known.merge(admin));
        Ok(Some(merged.filter(|admin| !self.is_own(*admin)).collect()))
    }

    /// Reads the admins of these communities, and finds the person among them. Of other communities, valid lists
    /// count.
    ///
    /// # Errors
    /// A community cannot be read for now. One that the bot cannot see has no admins.
    pub async fn confirm(
        &self,
        zapi: &Zapi,
        sender: Person,
        communities: Vec<CommunityEntry>,
    ) -> Result<Option<CommunityAdmin>, ApiError> {
        let known = self.cache();
        let reads = communities.into_iter().map(|community| {
            let announcement = known.list_for(&community.id).and_then(|list| list.announcement.clone());
            self.staff_or_nobody(zapi, community, announcement).boxed()
        });
        let (mut lists, mut failure) = (Vec::new(), None);
        for (_, read) in join_bounded(reads.collect()).await {
            match read {
                Ok(list) => lists.push(list),
                Err(error) => failure = Some(error),
            }
        }
        if sender.phone.is_none() {
            // Lists show numbers, and this person shows none.
            self.look_up_admin_lids(zapi, &mut lists).await;
        }
        let known = self.replace(|known| {
            let others = known.lists.iter().filter(|old| !lists.iter().any(|new| new.is_newer_than(old)));
            let others: Vec<AdminList> = others.cloned().collect();
            lists.retain(|new| !others.iter().any(|other| other.community.id == new.community.id));
            AdminCache::new([others, lists].concat(), known.complete_at, known.expired.clone())
        });
        if let Some(error) = failure {
            return Err(error);
        }
        let now = self.clock.monotonic();
        Ok(self.find_in(&known, sender, |list| known.is_current(list, now)))
    }

    /// The number of a read that begins now.
    pub fn begin_reading(&self) -> u64 {
        self.readings.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Stores the people of a community, as read after the bot changed them for the command of this id.
    pub fn store_read(&self, read: &ReadMembers<'_>, command: &str) {
        let ReadMembers { community, announcement, people, number } = *read;
        self.note_change(&community.id, command);
        let mut list = AdminList {
            community: community.clone(),
            announcement: Some(announcement.clone()),
            admins: admins_among(people),
            read_at: self.clock.monotonic(),
            number,
        };
        self.add_known_lids(&mut list);
        self.replace(|known| {
            let mut expired = known.expired.clone();
            let last = expired.entry(community.id.clone()).or_default();
            *last = number.saturating_sub(1).max(*last);
            // A read that began later saw the change, too.
            let kept =
                known.lists.iter().filter(|old| old.community.id != community.id || old.number > number);
            let mut lists: Vec<AdminList> = kept.cloned().collect();
            if !lists.iter().any(|kept| kept.community.id == community.id) {
                lists.push(list);
            }
            AdminCache::new(lists, known.complete_at, expired)
        });
    }

    /// Expires the list of a community whose people the bot changed, or may have, for the command of this id.
    pub fn expire(&self, community: &CommunityId, command: &str) {
        self.note_change(community, command);
        let number = self.begin_reading();
        self.replace(|known| {
            let mut expired = known.expired.clone();
            expired.insert(community.clone(), number);
            AdminCache::new(known.lists.clone(), known.complete_at, expired)
        });
    }

    /// Expires lists that are older than changes of other processes: the last one of each community, by the
    /// command's id.
    pub fn expire_before(&self, changes: impl IntoIterator<Item = (CommunityId, String)>) {
        for (community, command) in changes {
            let is_known = {
                let known = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
                known.get(&community) == Some(&command)
            };
            if !is_known {
                self.expire(&community, &command);
                self.expired.notify_one();
            }
        }
    }

    fn note_change(&self, community: &CommunityId, command: &str) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.insert(community.clone(), command.to_owned());
    }

    /// Refreshes the lists as long as it is polled.
    pub async fn refresh_forever(&self, zapi: &Zapi) {
        let mut soon = RETRY_INTERVAL;
        loop {
            let began = self.clock.monotonic();
            let next = match self.refresh(zapi).await {
                Ok(()) => {
                    soon = RETRY_INTERVAL;
                    began.plus(with_jitter(REFRESH_INTERVAL))
                }
                Err(error) => {
                    tracing::debug!(%error, "cannot read the admins of communities");
                    let next = self.clock.monotonic().plus(with_jitter(soon));
                    soon = REFRESH_INTERVAL.min(soon * 2);
                    next
                }
            };
            tokio::select! {
                () = self.clock.sleep_until(next) => {}
                () = self.expired.notified() => {}
            }
        }
    }

    /// Reads the admins of all communities whose list is not fresh; concurrent callers share the read. A list that
    /// cannot be read stays as it is.
    pub async fn refresh(&self, zapi: &Zapi) -> Result<(), ApiError> {
        let requested_at = self.clock.monotonic();
        let mut reading = self.refresh_state.lock().await;
        if let Some((ended, result)) = &*reading
            && *ended > requested_at
            // Lists that expired meanwhile are read once more.
            && (result.is_err() || self.is_complete())
        {
            return result.clone();
        }
        let result = self.refresh_all(zapi).await;
        *reading = Some((self.clock.monotonic(), result.clone()));
        result
    }

    async fn refresh_all(&self, zapi: &Zapi) -> Result<(), ApiError> {
        let began = self.clock.monotonic();
        let listed = zapi.communities().await?;
        let known = self.cache();
        let is_recent =
            |old: &AdminList| began.since(old.read_at) < MIN_REFRESH_INTERVAL && known.is_current(old, began);
        let reads = listed.into_iter().map(|listed| {
            let community = NamedEntry { id: listed.id, name: listed.name };
            let old = known.list_for(&community.id);
            let announcement = old.and_then(|old| old.announcement.clone());
            let recent = old.filter(|old| is_recent(old)).cloned();
            async move {
                match recent {
                    Some(recent) => (community.clone(), Ok(AdminList { community, ..recent })),
                    None => self.staff_or_nobody(zapi, community, announcement).await,
                }
            }
            .boxed()
        });
        let (mut fresh, mut unread, mut failure) = (Vec::new(), Vec::new(), None);
        for (community, read) in join_bounded(reads.collect()).await {
            match read {
                Ok(list) => fresh.push(AdminList { community, ..list }),
                Err(error) => {
                    failure = Some(error);
                    unread.push(community);
                }
            }
        }
        self.look_up_admin_lids(zapi, &mut fresh).await;
        let fresh = fresh.into_iter().map(|list| (list.community.clone(), Some(list)));
        let reads = fresh.chain(unread.into_iter().map(|community| (community, None)));
        self.replace(|known| {
            let mut lists = Vec::new();
            for (community, read) in reads {
                let old = known.list_for(&community.id);
                // A command may have read it meanwhile.
                let newest = match (read, old) {
                    (Some(read), Some(old)) if !read.is_newer_than(old) => Some(old.clone()),
                    (Some(read), _) => Some(read),
                    (None, old) => old.cloned(),
                };
                lists.extend(newest.map(|newest| AdminList { community, ..newest }));
            }
            AdminCache::new(lists, failure.is_none().then_some(began), known.expired.clone())
        });
        failure.map_or(Ok(()), Err)
    }

    /// Reads the admins of a community; none where the bot cannot see it.
    ///
    /// # Errors
    /// It cannot be read for now.
    async fn staff_or_nobody(
        &self,
        zapi: &Zapi,
        community: CommunityEntry,
        announcement: Option<GroupId>,
    ) -> (CommunityEntry, Result<AdminList, ApiError>) {
        let (read_at, number) = (self.clock.monotonic(), self.begin_reading());
        let mut read = self.read_admin_list(zapi, community.clone(), announcement.clone()).await;
        if announcement.is_some() && matches!(&read, Err(error) if !may_be_read_later(error)) {
            // Its announcement group may have changed.
            read = self.read_admin_list(zapi, community.clone(), None).await;
        }
        let empty = || AdminList {
            community: community.clone(),
            announcement: None,
            admins: Vec::new(),
            read_at,
            number,
        };
        let read = match read {
            Ok(list) => Ok(list.unwrap_or_else(empty)),
            Err(error) if !may_be_read_later(&error) => {
                tracing::debug!(%error, "cannot see the admins of a community");
                Ok(empty())
            }
            Err(error) => Err(error),
        };
        (community, read)
    }

    /// Reads the admins of a community from its announcement group; `None` where the bot cannot see that group.
    async fn read_admin_list(
        &self,
        zapi: &Zapi,
        community: CommunityEntry,
        announcement: Option<GroupId>,
    ) -> Result<Option<AdminList>, ApiError> {
        let (read_at, number) = (self.clock.monotonic(), self.begin_reading());
        let announcement = match announcement {
            Some(group) => group,
            None => {
                let details = zapi.community(&community.id).await?;
                let Some(group) = details.announcement() else { return Ok(None) };
                group.id.clone()
            }
        };
        let admins = admins_among(&zapi.participants(&announcement).await?);
        let mut list = AdminList { community, announcement: Some(announcement), admins, read_at, number };
        self.add_known_lids(&mut list);
        Ok(Some(list))
    }

    /// Adds a lid to each number that is listed alone (Z-API documents no lid in lists): an admin's message may show
    /// the lid alone. Where lids cannot be read now, the next read tries again.
    async fn look_up_admin_lids(&self, zapi: &Zapi, lists: &mut [AdminList]) {
        /// How many numbers one call looks up.
        const BATCH_SIZE: usize = 200;
        let listed = lists.iter().flat_map(|list| &list.admins).filter(|admin| admin.lid.is_none());
        let unknown: HashSet<Phone> = listed.filter_map(|admin| admin.phone).collect();
        let unknown: Vec<Phone> = unknown.into_iter().collect();
        for phones in unknown.chunks(BATCH_SIZE) {
            match zapi.look_up_phones(phones).await {
                Ok(known) => {
                    let found = known.iter().filter_map(|known| Some((known.requested, known.lid?)));
                    self.lids.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
                }
                Err(error) => {
                    tracing::debug!(%error, "cannot read the lids of admins");
                    break;
                }
            }
        }
        lists.iter_mut().for_each(|list| self.add_known_lids(list));
    }

    fn add_known_lids(&self, list: &mut AdminList) {
        let lids = self.lids.lock().unwrap_or_else(PoisonError::into_inner);
        for admin in list.admins.iter_mut().filter(|admin| admin.lid.is_none()) {
            admin.lid = admin.phone.and_then(|phone| lids.get(&phone).copied());
        }
    }

    fn cache(&self) -> Arc<AdminCache> {
        self.cache.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the lists; look-ups do not wait for it.
    fn replace(&self, make: impl FnOnce(&AdminCache) -> AdminCache) -> Arc<AdminCache> {
        let _replacing = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let known = Arc::new(make(&self.cache()));
        *self.cache.write().unwrap_or_else(PoisonError::into_inner) = known.clone();
        known
    }
}

/// Whether a later read may succeed: the old list is kept until then.
fn may_be_read_later(error: &ApiError) -> bool {
    error.cause.is_temporary() || error.cause.affects_instance()
}

/// The admins among these people.
fn admins_among(people: &[Participant]) -> Vec<Person> {
    let admins = people.iter().filter(|person| person.is_admin);
    admins.map(|admin| Person { phone: admin.phone, lid: admin.lid }).collect()
}

/// Shortens the interval at random, so that the reads of many instances and replicas spread out.
fn with_jitter(pause: Duration) -> Duration {
    let eighth = u64::try_from(pause.as_millis() / 8).unwrap_or(u64::MAX);
    pause.saturating_sub(Duration::from_millis(RandomState::new().hash_one(()) % eighth.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(phone: Option<&str>, lid: Option<&str>) -> Person {
        Person { phone: phone.and_then(Phone::parse), lid: lid.and_then(Lid::parse) }
    }

    const BRUNO: Option<&str> = Some("5544999990002");
    const BRUNO_LID: Option<&str> = Some("81896604192874@lid");
    const CARLA: Option<&str> = Some("5544999990003");
    const CARLA_LID: Option<&str> = Some("81896604192875@lid");

    /// A cache that was read just now.
    fn cache(clock: &Clock, admins: &[&[Person]]) -> CommunityAdmins {
        let read_at = clock.monotonic();
        let list = |(nth, admins): (usize, &&[Person])| AdminList {
            community: NamedEntry {
                id: CommunityId::parse(&format!("12036318605392576{nth}")).unwrap(),
                name: nth.to_string(),
            },
            announcement: None,
            admins: admins.to_vec(),
            read_at,
            number: 1,
        };
        let lists = admins.iter().enumerate().map(list).collect();
        let known = AdminCache::new(lists, Some(read_at), HashMap::new());
        CommunityAdmins { cache: RwLock::new(Arc::new(known)), ..CommunityAdmins::new(clock.clone()) }
    }

    fn names(found: Option<CommunityAdmin>) -> Vec<String> {
        found.into_iter().flat_map(|found| found.communities).map(|community| community.name).collect()
    }

    #[test]
    fn a_number_and_a_lid_that_one_list_shows_together_are_one_person_in_all() {
        let lists: [&[Person]; 4] = [
            &[person(None, BRUNO_LID), person(None, CARLA_LID)],
            &[person(BRUNO, BRUNO_LID)],
            &[person(BRUNO, None), person(CARLA, None)],
            &[],
        ];
        let cache = cache(&Clock::manual(Timestamp(0)), &lists);

        for seen in [person(BRUNO, None), person(None, BRUNO_LID), person(BRUNO, BRUNO_LID)] {
            let found = cache.find(seen);
            assert_eq!(found.as_ref().map(|found| found.person), Some(person(BRUNO, BRUNO_LID)), "{seen:?}");
            assert_eq!(names(found), ["0", "1", "2"], "{seen:?}");
        }
        // Nothing shows that this number and this lid are one person's.
        assert_eq!(names(cache.find(person(CARLA, None))), ["2"]);
        assert_eq!(names(cache.find(person(None, CARLA_LID))), ["0"]);
    }

    #[test]
    fn t11_a_number_and_a_lid_of_two_admins_are_nobodys() {
        let lists: [&[Person]; 2] =
            [&[person(BRUNO, BRUNO_LID), person(CARLA, CARLA_LID)], &[person(CARLA, BRUNO_LID)]];
        let cache = |lists: &[&[Person]]| cache(&Clock::manual(Timestamp(0)), lists);

        assert_eq!(cache(&lists[..1]).find(person(BRUNO, CARLA_LID)), None);
        assert_eq!(cache(&lists).find(person(None, BRUNO_LID)), None, "it is shown beside two numbers");
        assert_eq!(names(cache(&lists).find(person(BRUNO, None))), ["0"]);
        assert_eq!(cache(&lists).find(person(None, Some("5544999990002@lid"))), None);
        assert_eq!(cache(&lists).find(Person::default()), None);
    }

    #[test]
    fn t42_what_was_read_more_than_five_minutes_ago_is_unknown() {
        let clock = Clock::manual(Timestamp(0));
        let cache = cache(&clock, &[&[person(BRUNO, None)]]);

        clock.elapse(ADMINS_TTL - Duration::from_secs(30));
        assert_eq!(names(cache.find(person(BRUNO, None))), ["0"]);
        assert!(cache.is_complete());
        clock.elapse(Duration::from_secs(31));
        assert_eq!(cache.find(person(BRUNO, None)), None);
        assert!(!cache.is_complete());
    }
}
