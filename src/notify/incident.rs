//! An incident: when it starts and is resolved, and which messages are due. No I/O; the journal keeps it as JSON.
//!
//! In an hour, messages go out about one incident of a kind and an instance: when it starts, and as soon as it is resolved.
//! If more start within that hour, the one that is still there when the hour is over is reported. The second message goes
//! to each channel to which the first was delivered.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::storage::{IncidentRow, MAX_CLOCK_SKEW};

/// Between two messages that an incident of the same kind and instance started.
const MIN_INTERVAL: Duration = Duration::from_secs(60 * 60);
/// How long the message that an incident is resolved is worth sending.
const RESOLVED_MESSAGE_TTL: Duration = Duration::from_secs(60 * 60);
/// The delay before the second POST; it doubles with each. Longer than a POST takes, so that no replica begins another
/// one meanwhile.
const MIN_RETRY_DELAY: Duration = Duration::from_secs(15);
/// The same for a WhatsApp message, which may wait for its permit: longer than `whatsapp::PREPARE_TIMEOUT`.
const MIN_PHONE_RETRY_DELAY: Duration = Duration::from_secs(2 * 60);
/// The longest delay between two attempts.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(10 * 60);
/// Whether a time was written before the clock was set back: it counts as unset.
pub(super) fn is_ahead(at: Timestamp, now: Timestamp) -> bool {
    at > now.plus(MAX_CLOCK_SKEW)
}

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IncidentKind {
    /// WhatsApp is not connected.
    Disconnected,
    /// No webhook arrives.
    NoEvent,
    /// There are dead letters.
    DeadLetter,
    /// The journal cannot be read or written.
    Store,
    /// The subscription ends soon.
    Subscription,
}

impl IncidentKind {
    const ALL: [Self; 5] =
        [Self::Disconnected, Self::NoEvent, Self::DeadLetter, Self::Store, Self::Subscription];

    /// Its word in the journal, the POST and the log.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::NoEvent => "no_event",
            Self::DeadLetter => "dead_letter",
            Self::Store => "store",
            Self::Subscription => "subscription",
        }
    }
}

/// A notification channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    Url,
    Phone,
}

impl Channel {
    /// Its word in the log.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Phone => "phone",
        }
    }
}

/// The channels that are configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Channels {
    pub(super) url: bool,
    pub(super) phone: bool,
}

/// What the message says beyond kind and times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Details {
    /// How many dead letters are new.
    pub(super) count: usize,
    /// The English name of the first dead letter.
    pub(super) command: String,
    /// The key of its admin.
    pub(super) admin: String,
    /// When the last dead letter ended: later ones are news.
    pub(super) last_at: i64,
    /// Until when the instance is paid for.
    pub(super) paid_until: Option<Timestamp>,
}

/// What is known about a possible incident now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Observation {
    /// Nothing that counts.
    Unknown,
    /// It is there since a moment, as was observed at a moment.
    Active { since: Timestamp, observed_at: Timestamp, details: Details },
    /// It is not there, as was observed at a moment.
    Resolved { observed_at: Timestamp, details: Details },
}

/// Deliveries on one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Delivery {
    /// When the next attempt is due; none if there is nothing to deliver.
    due: Option<Timestamp>,
    attempts: u32,
    /// The message that it started was delivered.
    is_notified: bool,
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Incident {
    /// The name of the instance; empty for the whole service.
    pub(super) instance: String,
    pub(super) kind: IncidentKind,
    version: i64,
    state: IncidentState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct IncidentState {
    /// The id of the message that it started, or about its news.
    id: String,
    /// When the message about its start, its news or its end became due.
    at: Timestamp,
    since: Timestamp,
    ended_at: Option<Timestamp>,
    /// When the last message that it started became due, or was delivered if that was later. Cleared when the incident
    /// is resolved and that message was delivered to nobody.
    last_notified_at: Option<Timestamp>,
    details: Details,
    url: Delivery,
    phone: Delivery,
}

impl Incident {
    /// An incident that has not occurred yet.
    pub(super) fn new(instance: &str, kind: IncidentKind) -> Self {
        let state = IncidentState {
            id: String::new(),
            at: Timestamp(0),
            since: Timestamp(0),
            ended_at: Some(Timestamp(0)),
            last_notified_at: None,
            details: Details::default(),
            url: Delivery::default(),
            phone: Delivery::default(),
        };
        Self { instance: instance.to_owned(), kind, version: 0, state }
    }

    /// Reads a row of the journal; one that cannot be read counts as not occurred yet.
    pub(super) fn from_row(row: &IncidentRow) -> Option<Self> {
        let kind = IncidentKind::ALL.into_iter().find(|kind| kind.as_str() == row.kind)?;
        let mut incident = Self::new(&row.instance, kind);
        incident.version = row.version;
        if let Ok(state) = serde_json::from_str(&row.value) {
            incident.state = state;
        }
        Some(incident)
    }

    pub(super) fn to_row(&self) -> IncidentRow {
        IncidentRow {
            instance: self.instance.clone(),
            kind: self.kind.as_str().to_owned(),
            version: self.version,
            value: serde_json::to_string(&self.state).unwrap_or_default(),
        }
    }

    pub(super) fn version(&self) -> i64 {
        self.version
    }

    /// The same with the version that it has once it is stored.
    pub(super) fn with_next_version(mut self) -> Self {
        self.version += 1;
        self
    }

    pub(super) fn is_active(&self) -> bool {
        self.state.ended_at.is_none()
    }

    /// When it started.
    pub(super) fn since(&self) -> Timestamp {
        self.state.since
    }

    /// When it was resolved.
    pub(super) fn ended_at(&self) -> Option<Timestamp> {
        self.state.ended_at
    }

    /// When the message that is due became due.
    pub(super) fn message_at(&self) -> Timestamp {
        self.state.at
    }

    pub(super) fn details(&self) -> &Details {
        &self.state.details
    }

    /// When people were last notified that it started.
    pub(super) fn last_notified_at(&self) -> Option<Timestamp> {
        self.state.last_notified_at
    }

    /// Adopts the time at which another process, or an earlier one, sent such a message.
    pub(super) fn set_last_notified_at(&mut self, last_notified_at: Timestamp) {
        self.state.last_notified_at = self.state.last_notified_at.max(Some(last_notified_at));
    }

    /// The id of the message that is due: the same for each attempt.
    pub(super) fn message_id(&self) -> String {
        let state = if self.is_active() { "started" } else { "resolved" };
        format!("msg_{}_{state}", self.state.id)
    }

    /// The last dead letter that was reported, while there are some.
    pub(super) fn last_seen(&self) -> Timestamp {
        Timestamp(if self.is_active() { self.state.details.last_at } else { 0 })
    }

    /// Applies what is known now. Returns whether something changed, which makes a message due.
    pub(super) fn observe(&mut self, observation: Observation, channels: Channels, now: Timestamp) -> bool {
        let is_hour_over = self.state.last_notified_at.is_none_or(|last_notified_at| {
            now.since(last_notified_at) >= MIN_INTERVAL || is_ahead(last_notified_at, now)
        });
        match (observation, self.state.ended_at) {
            (Observation::Active { since, observed_at, details }, Some(ended_at))
                // Another replica may know more: what was observed before the end is outdated.
                if (observed_at > ended_at || is_ahead(ended_at, now)) && is_hour_over =>
            {
                self.state.since = since;
                self.schedule_message(details, channels, now);
                true
            }
            (Observation::Active { details, .. }, None)
                if details.last_at > self.state.details.last_at && is_hour_over =>
            {
                self.schedule_message(details, channels, now);
                true
            }
            (Observation::Resolved { observed_at, details }, None)
                if observed_at > self.state.since || is_ahead(self.state.since, now) =>
            {
                self.end(observed_at, details, now);
                true
            }
            _ => false,
        }
    }

    /// Makes the message that it started, or about news, due.
    fn schedule_message(&mut self, details: Details, channels: Channels, now: Timestamp) {
        let is_news = self.is_active();
        let state = &mut self.state;
        state.id = uuid::Uuid::now_v7().simple().to_string();
        state.at = now;
        state.ended_at = None;
        state.last_notified_at = Some(now);
        state.details = details;
        for (delivery, is_configured) in [(&mut state.url, channels.url), (&mut state.phone, channels.phone)]
        {
            let due = is_configured.then_some(now);
            *delivery = Delivery { due, attempts: 0, is_notified: is_news && delivery.is_notified };
        }
    }

    fn end(&mut self, ended_at: Timestamp, details: Details, now: Timestamp) {
        let state = &mut self.state;
        state.at = now;
        state.ended_at = Some(ended_at);
        if details != Details::default() {
            state.details = details;
        }
        for delivery in [&mut state.url, &mut state.phone] {
            delivery.due = delivery.is_notified.then_some(now);
            delivery.attempts = 0;
        }
        if !state.url.is_notified && !state.phone.is_notified {
            // Nobody was notified: the next incident need not wait.
            state.last_notified_at = None;
        }
    }

    fn delivery(&mut self, channel: Channel) -> &mut Delivery {
        match channel {
            Channel::Url => &mut self.state.url,
            Channel::Phone => &mut self.state.phone,
        }
    }

    /// Begins an attempt to deliver, if one is due: the next one is due after a delay, unless this one succeeds. The
    /// end of an incident is given up after an hour; then nothing is left to deliver.
    pub(super) fn begin_attempt(&mut self, channel: Channel, now: Timestamp) -> Option<Attempt> {
        let is_outdated =
            self.state.ended_at.is_some_and(|ended_at| now.since(ended_at) > RESOLVED_MESSAGE_TTL);
        let mut attempt =
            Attempt { id: self.state.id.clone(), is_begin: self.is_active(), number: 0, was_notified: false };
        let delivery = self.delivery(channel);
        let due = delivery.due?;
        // A time that far ahead was written before the clock was set back.
        if due > now && due <= now.plus(MAX_RETRY_DELAY + MAX_RETRY_DELAY) {
            return None;
        }
        if is_outdated {
            delivery.due = None;
            return None;
        }
        let min_delay = match channel {
            Channel::Url => MIN_RETRY_DELAY,
            Channel::Phone => MIN_PHONE_RETRY_DELAY,
        };
        let delay = min_delay.saturating_mul(1 << delivery.attempts.min(16)).min(MAX_RETRY_DELAY);
        delivery.due = Some(now.plus(delay));
        delivery.attempts = delivery.attempts.saturating_add(1);
        (attempt.number, attempt.was_notified) = (delivery.attempts, delivery.is_notified);
        Some(attempt)
    }

    /// Marks the WhatsApp message as delivered before the call, so that a crash cannot send it twice. False if this attempt
    /// is no longer the current one: another replica began the next, or the incident changed.
    pub(super) fn mark_as_sending(&mut self, attempt: &Attempt, now: Timestamp) -> bool {
        let is_current = self.state.id == attempt.id && self.state.phone.attempts == attempt.number;
        is_current && self.record_delivered(Channel::Phone, attempt, now)
    }

    /// Records that the message was delivered. If the incident was over meanwhile, its end is due.
    pub(super) fn record_delivered(&mut self, channel: Channel, attempt: &Attempt, now: Timestamp) -> bool {
        if self.state.id != attempt.id {
            return false;
        }
        let is_over = !self.is_active();
        if attempt.is_begin {
            self.state.last_notified_at = self.state.last_notified_at.max(Some(now));
        }
        let delivery = self.delivery(channel);
        delivery.is_notified = true;
        delivery.due = (attempt.is_begin && is_over).then_some(now);
        delivery.attempts = 0;
        true
    }

    /// Records that the message cannot be delivered: it is not attempted again.
    pub(super) fn record_refused(&mut self, channel: Channel, attempt: &Attempt) -> bool {
        let is_current = self.state.id == attempt.id && self.is_active() == attempt.is_begin;
        if is_current {
            self.delivery(channel).due = None;
        }
        is_current
    }

    /// Sets the time of the next attempt, at most the longest delay from now.
    pub(super) fn postpone_attempt(
        &mut self,
        channel: Channel,
        attempt: &Attempt,
        delay: Duration,
        now: Timestamp,
    ) -> bool {
        let is_current = self.state.id == attempt.id && self.is_active() == attempt.is_begin;
        if is_current {
            let due = now.plus(delay.min(MAX_RETRY_DELAY));
            let delivery = self.delivery(channel);
            delivery.due = delivery.due.max(Some(due));
        }
        is_current
    }

    /// Takes back [`Self::record_delivered`]: certainly nothing was sent. An earlier message still counts.
    pub(super) fn record_unsent(&mut self, channel: Channel, attempt: &Attempt, now: Timestamp) -> bool {
        if self.state.id != attempt.id {
            return false;
        }
        let is_current = self.is_active() == attempt.is_begin;
        let delivery = self.delivery(channel);
        delivery.is_notified = attempt.was_notified;
        if is_current {
            delivery.due = Some(now.plus(MIN_RETRY_DELAY));
        } else if !attempt.was_notified {
            // It was resolved meanwhile, and nobody knows that it started.
            delivery.due = None;
        }
        true
    }
}

/// An attempt to deliver a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    id: String,
    /// Its message says that the incident started, not that it is resolved.
    pub(super) is_begin: bool,
    /// The number of this attempt for its message, from 1.
    number: u32,
    /// An earlier message was delivered.
    was_notified: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);
    const BOTH: Channels = Channels { url: true, phone: true };
    const MINUTE: Duration = Duration::from_secs(60);

    fn active(since: Timestamp) -> Observation {
        Observation::Active { since, observed_at: since, details: Details::default() }
    }

    fn over(observed_at: Timestamp) -> Observation {
        Observation::Resolved { observed_at, details: Details::default() }
    }

    /// Delivers what is due on a channel; returns whether it was the begin.
    fn deliver(incident: &mut Incident, channel: Channel, now: Timestamp) -> Option<bool> {
        let attempt = incident.begin_attempt(channel, now)?;
        incident.record_delivered(channel, &attempt, now);
        Some(attempt.is_begin)
    }

    #[test]
    fn flapping_costs_one_incident_an_hour() {
        let mut incident = Incident::new("main", IncidentKind::Disconnected);
        let mut told = Vec::new();
        for minute in 0..240 {
            let now = NOW.plus(MINUTE * minute);
            let observation = if minute % 10 < 7 { active(now) } else { over(now) };
            incident.observe(observation, BOTH, now);
            told.extend(deliver(&mut incident, Channel::Url, now).map(|is_begin| (minute, is_begin)));
        }
        let begins: Vec<u32> = told.iter().filter(|(_, begin)| *begin).map(|(minute, _)| *minute).collect();
        assert_eq!(begins, [0, 60, 120, 180]);
        assert_eq!(told.len(), 8, "{told:?}");
    }

    #[test]
    fn what_is_still_there_when_the_hour_is_over_is_told() {
        let mut incident = Incident::new("main", IncidentKind::Disconnected);
        let at = |minute| NOW.plus(MINUTE * minute);
        assert!(incident.observe(active(at(0)), BOTH, at(0)));
        deliver(&mut incident, Channel::Url, at(0));
        assert!(incident.observe(over(at(10)), BOTH, at(10)));
        for minute in 20..60 {
            assert!(!incident.observe(active(at(20)), BOTH, at(minute)), "{minute}");
        }
        assert!(incident.observe(active(at(20)), BOTH, at(60)));
        assert_eq!(incident.since(), at(20));
    }

    #[test]
    fn the_end_is_told_only_where_the_begin_was() {
        let mut incident = Incident::new("main", IncidentKind::Disconnected);
        let at = |minute| NOW.plus(MINUTE * minute);
        incident.observe(active(at(0)), BOTH, at(0));
        assert_eq!(deliver(&mut incident, Channel::Phone, at(0)), Some(true));
        assert!(incident.begin_attempt(Channel::Url, at(0)).is_some(), "it fails");

        incident.observe(over(at(5)), BOTH, at(5));

        assert_eq!(deliver(&mut incident, Channel::Phone, at(5)), Some(false));
        assert_eq!(deliver(&mut incident, Channel::Url, at(30)), None);
        // Nobody was told of this one: the next need not wait for an hour.
        let mut unheard = Incident::new("main", IncidentKind::Disconnected);
        unheard.observe(active(at(0)), BOTH, at(0));
        unheard.observe(over(at(5)), BOTH, at(5));
        assert!(unheard.observe(active(at(6)), BOTH, at(6)));
    }

    #[test]
    fn an_end_during_a_delivery_is_told_after_it() {
        let mut incident = Incident::new("main", IncidentKind::Disconnected);
        incident.observe(active(NOW), BOTH, NOW);
        let later = NOW.plus(MINUTE);
        let attempt = incident.begin_attempt(Channel::Url, NOW).unwrap();
        incident.observe(over(later), BOTH, later);
        assert_eq!(incident.begin_attempt(Channel::Url, later), None);

        incident.record_delivered(Channel::Url, &attempt, later);

        assert_eq!(deliver(&mut incident, Channel::Url, later), Some(false));
    }

    #[test]
    fn attempts_wait_longer_and_longer_and_keep_their_id() {
        let mut incident = Incident::new("main", IncidentKind::Disconnected);
        incident.observe(active(NOW), BOTH, NOW);
        let (mut now, mut delays, id) = (NOW, Vec::new(), incident.message_id());
        let mut last = NOW;
        while delays.len() < 8 {
            if incident.begin_attempt(Channel::Url, now).is_some() {
                delays.push(now.since(last).as_secs());
                last = now;
            }
            now = now.plus(Duration::from_secs(1));
            assert_eq!(incident.message_id(), id);
        }
        assert_eq!(delays, [0, 15, 30, 60, 120, 240, 480, 600]);
    }

    #[test]
    fn what_another_replica_observed_before_the_end_begins_nothing() {
        let mut incident = Incident::new("main", IncidentKind::Disconnected);
        let at = |minute| NOW.plus(MINUTE * minute);
        incident.observe(active(at(0)), BOTH, at(0));
        // Observed before the begin: outdated as well.
        let stale = over(Timestamp(NOW.0 - 1));
        assert!(!incident.observe(stale, BOTH, at(1)));
        incident.observe(over(at(2)), BOTH, at(2));

        assert!(!incident.observe(active(at(1)), BOTH, at(3)));
    }

    #[test]
    fn trouble_and_its_end_are_told_after_the_clock_was_set_back() {
        let mut incident = Incident::new("main", IncidentKind::Disconnected);
        let before = NOW.plus(MINUTE * 60 * 24);
        incident.observe(active(before), BOTH, before);
        deliver(&mut incident, Channel::Url, before);

        assert!(incident.observe(over(NOW), BOTH, NOW), "its end");
        assert_eq!(deliver(&mut incident, Channel::Url, NOW), Some(false));

        let mut ended = Incident::new("main", IncidentKind::Disconnected);
        ended.observe(active(before), BOTH, before);
        ended.observe(over(before.plus(MINUTE)), BOTH, before.plus(MINUTE));
        assert!(ended.observe(active(NOW), BOTH, NOW), "the next");
    }

    #[test]
    fn an_attempt_that_lasted_too_long_sends_nothing_once_another_began() {
        let mut incident = Incident::new("main", IncidentKind::Disconnected);
        incident.observe(active(NOW), BOTH, NOW);
        let first = incident.begin_attempt(Channel::Phone, NOW).unwrap();
        let prepared_at = NOW.plus(super::super::whatsapp::PREPARE_TIMEOUT);
        assert_eq!(incident.begin_attempt(Channel::Phone, prepared_at.plus(MINUTE / 4)), None, "claimed");
        let later = NOW.plus(MINUTE * 3);
        let second = incident.begin_attempt(Channel::Phone, later).unwrap();

        assert!(!incident.mark_as_sending(&first, later));
        assert!(incident.mark_as_sending(&second, later));
        assert!(!incident.mark_as_sending(&first, later));
    }

    #[test]
    fn the_end_is_told_when_only_the_news_could_not_be_sent() {
        let mut incident = Incident::new("main", IncidentKind::DeadLetter);
        let at = |minute| NOW.plus(MINUTE * minute);
        incident.observe(active(at(0)), BOTH, at(0));
        deliver(&mut incident, Channel::Phone, at(0));
        let details = Details { count: 1, last_at: at(61).0, ..Details::default() };
        incident.observe(Observation::Active { since: at(61), observed_at: at(61), details }, BOTH, at(61));
        let news = incident.begin_attempt(Channel::Phone, at(61)).unwrap();
        assert!(incident.mark_as_sending(&news, at(61)));
        incident.record_unsent(Channel::Phone, &news, at(61));
        incident.record_refused(Channel::Phone, &news);

        incident.observe(over(at(70)), BOTH, at(70));

        assert_eq!(deliver(&mut incident, Channel::Phone, at(70)), Some(false));
    }

    #[test]
    fn news_of_an_incident_are_told_after_an_hour() {
        let mut incident = Incident::new("main", IncidentKind::DeadLetter);
        let at = |minute| NOW.plus(MINUTE * minute);
        let dead = |minute| {
            let details = Details { count: 1, last_at: at(minute).0, ..Details::default() };
            Observation::Active { since: at(0), observed_at: at(minute), details }
        };
        assert!(incident.observe(dead(0), BOTH, at(0)));
        let id = incident.message_id();
        deliver(&mut incident, Channel::Url, at(0));
        assert!(!incident.observe(dead(0), BOTH, at(120)), "nothing is new");
        assert!(incident.observe(dead(121), BOTH, at(121)));
        assert_ne!(incident.message_id(), id);
        assert!(!incident.observe(dead(122), BOTH, at(122)));
    }

    #[test]
    fn an_incident_survives_the_journal_and_a_broken_row_counts_as_none() {
        let mut incident = Incident::new("main", IncidentKind::Subscription);
        incident.observe(active(NOW), BOTH, NOW);
        assert_eq!(Incident::from_row(&incident.to_row()), Some(incident.clone()));
        let broken = IncidentRow { value: "{}".to_owned(), version: 3, ..incident.to_row() };
        assert!(!Incident::from_row(&broken).unwrap().is_active());
        assert_eq!(Incident::from_row(&IncidentRow { kind: "x".to_owned(), ..broken }), None);
    }
}
