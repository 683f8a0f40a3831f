//! Who is admin of which community, by WhatsApp's own word: those who may give orders in it where the
//! configuration says `admins_from = "community"`.
//!
//! It is read in the background, and looked up without asking anybody: no message of a stranger
//! makes a call. A reading is believed for five minutes; what is older, or could not be read, is
//! unknown, and unknown is no. A person is told by number or lid: the lids of listed numbers are asked for. Where a
//! list shows both, the two are one person in every other list too.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::Mutex;

use super::{CommunityEntry, Entry, side_by_side};
use crate::clock::{Clock, Timestamp};
use crate::domain::{CommunityId, GroupId, Lid, Person, Phone};
use crate::zapi::{ApiError, Zapi};

/// How long a reading is believed.
const BELIEVED: Duration = Duration::from_secs(5 * 60);
/// From one reading to the next, at most: it leaves a minute for one that fails.
const PERIOD: Duration = Duration::from_secs(4 * 60);
/// What was read less long ago is not read again.
const RECENT: Duration = Duration::from_secs(60);
/// How soon a reading that failed is tried again; the pause doubles from try to try.
const SOON: Duration = Duration::from_secs(15);

/// Somebody who is admin of communities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointed {
    /// Their number, their lid, or both, as far as the lists show it.
    pub person: Person,
    /// Where they are admin.
    pub communities: Vec<CommunityEntry>,
}

/// The admins of an instance's communities.
#[derive(Debug)]
pub struct Roster {
    clock: Clock,
    /// Replaced as a whole, so that a look waits for no reading.
    known: RwLock<Arc<Known>>,
    /// The bot's own number, 0 where it is not known yet: it is an admin of its communities, and no order
    /// is its own.
    own: AtomicU64,
    /// Held while it is read.
    reading: Mutex<Reading>,
}

/// What the readings are made with.
#[derive(Debug, Default)]
struct Reading {
    /// The announcement group of each community, which never changes.
    announcements: HashMap<CommunityId, GroupId>,
    /// The lids of admins whose number alone is listed.
    lids: HashMap<Phone, Lid>,
    /// When the last reading ended, and how.
    last: Option<(Timestamp, Result<(), ApiError>)>,
}

/// The admins of a community, as they were read.
#[derive(Clone, Debug)]
struct Staff {
    community: CommunityEntry,
    admins: Vec<Person>,
    /// By the steady clock, which no correction makes older or younger.
    read_at: Timestamp,
}

/// All that was read.
#[derive(Debug, Default)]
struct Known {
    staffs: Vec<Staff>,
    /// When the list of communities was read; never, or some community of it was not: nothing.
    whole_at: Option<Timestamp>,
    /// Each person, and the places of their communities in `staffs`.
    people: Vec<(Person, Vec<usize>)>,
    by_phone: HashMap<Phone, usize>,
    by_lid: HashMap<Lid, usize>,
}

impl Roster {
    /// A roster of which nothing is read yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, known: RwLock::default(), own: AtomicU64::new(0), reading: Mutex::default() }
    }

    /// The admin of communities that this person is, as far as is known; nobody is asked. A number and a
    /// lid that point at two people are nobody's.
    pub fn find(&self, sender: Person) -> Option<Appointed> {
        let known = self.known();
        let (person, places) = known.people.get(known.place_of(sender)?)?;
        if self.is_own(*person) || self.is_own(sender) {
            return None;
        }
        let now = self.clock.steady();
        let staffs = places.iter().filter_map(|place| known.staffs.get(*place));
        let communities: Vec<_> =
            staffs.filter(|staff| staff.is_believed(now)).map(|staff| staff.community.clone()).collect();
        (!communities.is_empty()).then_some(Appointed { person: *person, communities })
    }

    /// The bot's own number is no admin's, whatever the lists say.
    pub fn leave_out(&self, own: Phone) {
        if self.own.load(Ordering::Relaxed) != own.as_u64() {
            self.own.store(own.as_u64(), Ordering::Relaxed);
        }
    }

    fn is_own(&self, person: Person) -> bool {
        person.phone.is_some_and(|phone| phone.as_u64() == self.own.load(Ordering::Relaxed))
    }

    /// Whether all communities are known as of now: whoever is not found is none of their admins.
    pub fn is_whole(&self) -> bool {
        let (known, now) = (self.known(), self.clock.steady());
        let is_listed = known.whole_at.is_some_and(|at| now.since(at) <= BELIEVED);
        is_listed && known.staffs.iter().all(|staff| staff.is_believed(now))
    }

    /// The admins of a community without the bot, read now where they are not known; nothing where its
    /// announcement group, which lists them, is not shown.
    pub async fn admins_of(
        &self,
        zapi: &Zapi,
        community: &CommunityEntry,
    ) -> Result<Option<Vec<Person>>, ApiError> {
        let (known, now) = (self.known(), self.clock.steady());
        let admins = match known.staff_of(&community.id).filter(|staff| staff.is_believed(now)) {
            Some(staff) => staff.admins.clone(),
            None => match self.staff(zapi, community.clone(), None).await? {
                Some((_, staff)) => staff.admins,
                None => return Ok(None),
            },
        };
        let merged = admins.into_iter().map(|admin| known.merged(admin));
        Ok(Some(merged.filter(|admin| !self.is_own(*admin)).collect()))
    }

    /// Reads it again and again, as long as it is polled.
    pub async fn keep(&self, zapi: &Zapi) {
        let mut soon = SOON;
        loop {
            let began = self.clock.steady();
            let next = match self.read(zapi).await {
                Ok(()) => {
                    soon = SOON;
                    began.plus(sooner(PERIOD))
                }
                Err(error) => {
                    tracing::debug!(%error, "the communities' admins could not be read");
                    let next = self.clock.steady().plus(sooner(soon));
                    soon = PERIOD.min(soon * 2);
                    next
                }
            };
            self.clock.until(next).await;
        }
    }

    /// Reads the communities' admins, but for those that were read a moment ago; callers that come
    /// meanwhile share the reading. What cannot be read now stays as old as it is.
    pub async fn read(&self, zapi: &Zapi) -> Result<(), ApiError> {
        let asked = self.clock.steady();
        let mut reading = self.reading.lock().await;
        if let Some((ended, result)) = &reading.last
            && *ended > asked
        {
            return result.clone();
        }
        let Reading { announcements, lids, .. } = &mut *reading;
        let result = self.read_all(zapi, announcements, lids).await;
        reading.last = Some((self.clock.steady(), result.clone()));
        result
    }

    async fn read_all(
        &self,
        zapi: &Zapi,
        announcements: &mut HashMap<CommunityId, GroupId>,
        lids: &mut HashMap<Phone, Lid>,
    ) -> Result<(), ApiError> {
        let began = self.clock.steady();
        let listed = zapi.communities().await?;
        let known = self.known();
        let groups = &*announcements;
        let reads = listed.into_iter().map(|listed| {
            let community = Entry { id: listed.id, name: listed.name };
            let old = known.staff_of(&community.id).cloned();
            async move {
                match old.filter(|old| began.since(old.read_at) < RECENT) {
                    Some(old) => (community, Ok(Some((None, old)))),
                    None => {
                        let announcement = groups.get(&community.id);
                        let read = self.staff(zapi, community.clone(), announcement).await;
                        (community, read.map(|read| read.map(|(group, staff)| (Some(group), staff))))
                    }
                }
            }
            .boxed()
        });
        let (mut staffs, mut failure) = (Vec::new(), None);
        for (community, read) in side_by_side(reads.collect()).await {
            match read {
                // Its announcement group is not shown: then nobody is known to be its admin.
                Ok(None) => staffs.push(Staff { community, admins: Vec::new(), read_at: began }),
                Ok(Some((group, staff))) => {
                    announcements.extend(group.map(|group| (community.id.clone(), group)));
                    staffs.push(Staff { community, ..staff });
                }
                Err(error) => {
                    announcements.remove(&community.id);
                    let old = known.staff_of(&community.id);
                    if error.cause.is_temporary() || error.cause.concerns_all() {
                        staffs.extend(old.map(|old| Staff { community, ..old.clone() }));
                        failure = Some(error);
                    } else {
                        // It is not shown to the bot: then nobody is known to be its admin.
                        tracing::debug!(%error, "a community's admins are not shown");
                        staffs.push(Staff { community, admins: Vec::new(), read_at: began });
                    }
                }
            }
        }
        look_up_lids(zapi, &mut staffs, lids).await;
        let whole_at = failure.is_none().then_some(began);
        let known = Arc::new(Known::new(staffs, whole_at));
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        failure.map_or(Ok(()), Err)
    }

    /// The admins of a community as they are now, and its announcement group, which lists them; nothing where
    /// that group is not shown.
    async fn staff(
        &self,
        zapi: &Zapi,
        community: CommunityEntry,
        announcement: Option<&GroupId>,
    ) -> Result<Option<(GroupId, Staff)>, ApiError> {
        let read_at = self.clock.steady();
        let group = match announcement {
            Some(group) => group.clone(),
            None => {
                let details = zapi.community(&community.id).await?;
                let Some(group) = details.announcement() else { return Ok(None) };
                group.id.clone()
            }
        };
        let people = zapi.participants(&group).await?;
        let admins = people.iter().filter(|person| person.is_admin);
        let admins = admins.map(|admin| Person { phone: admin.phone, lid: admin.lid }).collect();
        Ok(Some((group, Staff { community, admins, read_at })))
    }

    fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Puts a lid beside each number that is listed alone, as lists are (no page of Z-API documents a lid in them): an
/// admin's message may show the lid alone. Where lids cannot be asked for now, the next reading asks again.
async fn look_up_lids(zapi: &Zapi, staffs: &mut [Staff], lids: &mut HashMap<Phone, Lid>) {
    /// How many numbers one call asks for.
    const AT_ONCE: usize = 200;
    let listed = staffs.iter().flat_map(|staff| &staff.admins).filter(|admin| admin.lid.is_none());
    let unknown: HashSet<Phone> = listed.filter_map(|admin| admin.phone).collect();
    let unknown: Vec<Phone> = unknown.into_iter().filter(|phone| !lids.contains_key(phone)).collect();
    for phones in unknown.chunks(AT_ONCE) {
        match zapi.phone_exists(phones).await {
            Ok(known) => lids.extend(known.iter().filter_map(|known| Some((known.asked, known.lid?)))),
            Err(error) => {
                tracing::debug!(%error, "the lids of the communities' admins could not be read");
                break;
            }
        }
    }
    for admin in staffs.iter_mut().flat_map(|staff| &mut staff.admins).filter(|admin| admin.lid.is_none()) {
        admin.lid = admin.phone.and_then(|phone| lids.get(&phone).copied());
    }
}

impl Staff {
    fn is_believed(&self, now: Timestamp) -> bool {
        now.since(self.read_at) <= BELIEVED
    }
}

impl Known {
    fn new(staffs: Vec<Staff>, whole_at: Option<Timestamp>) -> Self {
        let mut known = Self { staffs: Vec::new(), whole_at, ..Self::default() };
        let admins =
            || staffs.iter().enumerate().flat_map(|(at, staff)| staff.admins.iter().map(move |a| (at, *a)));
        // A lid that is shown beside two numbers is nobody's.
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
        Self { staffs, ..known }
    }

    fn place_of(&self, person: Person) -> Option<usize> {
        let phone = person.phone.and_then(|phone| self.by_phone.get(&phone));
        let lid = person.lid.and_then(|lid| self.by_lid.get(&lid));
        match (phone, lid) {
            (Some(one), Some(other)) if one != other => None,
            (Some(at), _) | (None, Some(at)) => Some(*at),
            (None, None) => None,
        }
    }

    /// The person with all that any list shows of them.
    fn merged(&self, person: Person) -> Person {
        self.place_of(person).and_then(|place| self.people.get(place)).map_or(person, |(merged, _)| *merged)
    }

    fn staff_of(&self, community: &CommunityId) -> Option<&Staff> {
        self.staffs.iter().find(|staff| staff.community.id == *community)
    }
}

/// A little sooner than that, so that the readings of many instances and replicas do not stay together.
fn sooner(pause: Duration) -> Duration {
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

    /// A roster that was read just now.
    fn roster(clock: &Clock, admins: &[&[Person]]) -> Roster {
        let read_at = clock.steady();
        let staff = |(nth, admins): (usize, &&[Person])| Staff {
            community: Entry {
                id: CommunityId::parse(&format!("12036318605392576{nth}")).unwrap(),
                name: nth.to_string(),
            },
            admins: admins.to_vec(),
            read_at,
        };
        let known = Known::new(admins.iter().enumerate().map(staff).collect(), Some(read_at));
        Roster { known: RwLock::new(Arc::new(known)), ..Roster::new(clock.clone()) }
    }

    fn names(found: Option<Appointed>) -> Vec<String> {
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
        let roster = roster(&Clock::manual(Timestamp(0)), &lists);

        for seen in [person(BRUNO, None), person(None, BRUNO_LID), person(BRUNO, BRUNO_LID)] {
            let found = roster.find(seen);
            assert_eq!(found.as_ref().map(|found| found.person), Some(person(BRUNO, BRUNO_LID)), "{seen:?}");
            assert_eq!(names(found), ["0", "1", "2"], "{seen:?}");
        }
        // Nothing shows that this number and this lid are one person's.
        assert_eq!(names(roster.find(person(CARLA, None))), ["2"]);
        assert_eq!(names(roster.find(person(None, CARLA_LID))), ["0"]);
    }

    #[test]
    fn t11_a_number_and_a_lid_of_two_admins_are_nobodys() {
        let lists: [&[Person]; 2] =
            [&[person(BRUNO, BRUNO_LID), person(CARLA, CARLA_LID)], &[person(CARLA, BRUNO_LID)]];
        let roster = |lists: &[&[Person]]| roster(&Clock::manual(Timestamp(0)), lists);

        assert_eq!(roster(&lists[..1]).find(person(BRUNO, CARLA_LID)), None);
        assert_eq!(roster(&lists).find(person(None, BRUNO_LID)), None, "it is shown beside two numbers");
        assert_eq!(names(roster(&lists).find(person(BRUNO, None))), ["0"]);
        assert_eq!(roster(&lists).find(person(None, Some("5544999990002@lid"))), None);
        assert_eq!(roster(&lists).find(Person::default()), None);
    }

    #[test]
    fn t42_what_was_read_more_than_five_minutes_ago_is_unknown() {
        let clock = Clock::manual(Timestamp(0));
        let roster = roster(&clock, &[&[person(BRUNO, None)]]);

        clock.pass(BELIEVED - Duration::from_secs(30));
        assert_eq!(names(roster.find(person(BRUNO, None))), ["0"]);
        assert!(roster.is_whole());
        clock.pass(Duration::from_secs(31));
        assert_eq!(roster.find(person(BRUNO, None)), None);
        assert!(!roster.is_whole());
    }
}
