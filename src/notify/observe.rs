//! What is known about each possible incident now. Anything uncertain is none.

use std::time::Duration;

use tokio::time::timeout;

use super::incident::{Details, Observation, is_ahead};
use crate::clock::{Clock, Timestamp};
use crate::instance::InstanceRuntime;
use crate::storage::{Store, StoreUnavailable};

/// How long WhatsApp must be disconnected.
const MIN_DISCONNECTED: Duration = Duration::from_secs(5 * 60);
/// How long before its end a subscription is reported.
const SUBSCRIPTION_WARNING: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// After a start webhooks have this time to arrive: while the service was down, none could.
const STARTUP_GRACE: Duration = Duration::from_secs(10 * 60);
/// How long Z-API may take to confirm that WhatsApp is disconnected.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether WhatsApp has been disconnected for some minutes.
pub(super) async fn observe_connection(
    instance: &InstanceRuntime,
    store: &Store,
    now: Timestamp,
) -> Result<Observation, StoreUnavailable> {
    // Another replica may have received the event.
    if let Some(report) = store.connection_report(&instance.config.name, now).await? {
        instance.metrics.set_connected(report.is_connected, report.at);
    }
    let Some(connection) = instance.metrics.connection() else { return Ok(Observation::Unknown) };
    let (since, observed_at, details) = (connection.since, connection.reported_at, Details::default());
    Ok(match connection.is_connected {
        true => Observation::Resolved { observed_at, details },
        false if now.since(since) >= MIN_DISCONNECTED => Observation::Active { since, observed_at, details },
        false => Observation::Unknown,
    })
}

/// Asks Z-API before anybody is notified that WhatsApp is disconnected: the event of its return may have been lost while
/// the service was down. What cannot be read contradicts nothing.
pub(super) async fn is_still_disconnected(instance: &InstanceRuntime, now: Timestamp) -> bool {
    match timeout(CONFIRM_TIMEOUT, instance.zapi.connection_status()).await {
        Ok(Ok(status)) if status.is_connected => {
            instance.metrics.set_connected(true, now);
            false
        }
        _ => true,
    }
}

/// Since when webhooks can have arrived: since the start, or since the clock was set back.
#[derive(Debug)]
pub(super) struct EventWatch {
    waiting_since: Timestamp,
    looked_at: Timestamp,
}

impl EventWatch {
    pub(super) fn new(started_at: Timestamp) -> Self {
        Self { waiting_since: started_at, looked_at: started_at }
    }

    /// Since when webhooks are waited for. To be asked often.
    pub(super) fn look(&mut self, now: Timestamp) -> Timestamp {
        if is_ahead(self.looked_at, now) {
            self.waiting_since = now;
        }
        self.looked_at = now;
        self.waiting_since
    }
}

/// Whether no webhook arrived for `max_silence`. The time of the last one is shared with other replicas, and stored seldom.
pub(super) async fn observe_events(
    instance: &InstanceRuntime,
    store: &Store,
    max_silence: Duration,
    (waiting_since, now): (Timestamp, Timestamp),
) -> Result<Observation, StoreUnavailable> {
    let name = &instance.config.name;
    let received_at = Some(Timestamp(instance.metrics.last_event().get().saturating_mul(1_000)));
    let received_at = received_at.filter(|at| at.0 > 0 && !is_ahead(*at, now));
    let stored_at = store.last_event(name).await?.filter(|at| !is_ahead(*at, now));
    let is_old = |stored: Timestamp| now.since(stored) >= max_silence / 2;
    if let Some(at) = received_at
        && stored_at
            .is_none_or(|stored| stored < at && (at.since(stored) >= max_silence / 20 || is_old(stored)))
    {
        store.store_last_event(name, at, now).await?;
    }
    let last_event = received_at.max(stored_at);
    let since = last_event.unwrap_or(waiting_since);
    let has_started = now.since(waiting_since) >= STARTUP_GRACE.min(max_silence);
    let details = Details::default();
    Ok(match last_event {
        _ if now.since(since) >= max_silence && has_started => {
            Observation::Active { since, observed_at: now, details }
        }
        Some(observed_at) => Observation::Resolved { observed_at, details },
        None => Observation::Unknown,
    })
}

/// Whether there are dead letters, and how many ended after `last_seen`.
pub(super) async fn observe_dead_letters(
    instance: &InstanceRuntime,
    store: &Store,
    last_seen: Timestamp,
    now: Timestamp,
) -> Result<Observation, StoreUnavailable> {
    let name = &instance.config.name;
    let details = Details::default();
    if store.queue_stats(name).await?.dead == 0 {
        return Ok(Observation::Resolved { observed_at: now, details });
    }
    Ok(match store.dead_letters_since(name, last_seen).await? {
        None => Observation::Active { since: now, observed_at: now, details },
        Some(dead) => {
            let details = Details {
                count: dead.count,
                command: dead.first_command,
                admin: dead.first_admin,
                last_at: dead.last_at.0,
                ..details
            };
            Observation::Active { since: dead.first_at, observed_at: now, details }
        }
    })
}

/// Whether the subscription ends within a week.
pub(super) fn observe_subscription(instance: &InstanceRuntime, now: Timestamp) -> Observation {
    let Some(subscription) = instance.metrics.subscription() else { return Observation::Unknown };
    let observed_at = subscription.reported_at;
    let details = Details { paid_until: Some(subscription.end), ..Details::default() };
    match subscription.end.since(now) <= SUBSCRIPTION_WARNING {
        true => Observation::Active { since: observed_at, observed_at, details },
        false => Observation::Resolved { observed_at, details },
    }
}

/// Watches the journal: whether it can be used, and since when not.
#[derive(Debug, Default)]
pub(super) struct StoreWatch {
    failed_since: Option<Timestamp>,
    worked_at: Option<Timestamp>,
}

impl StoreWatch {
    /// How long the journal must have failed.
    const MIN_OUTAGE: Duration = Duration::from_secs(60);
    /// How often a journal that seems to work is tested.
    const PROBE_INTERVAL: Duration = Duration::from_secs(5 * 60);

    /// Whether the journal has failed for a minute.
    pub(super) async fn observe(&mut self, store: &Store, clock: &Clock) -> Observation {
        self.worked_at = self.worked_at.filter(|at| !is_ahead(*at, clock.now()));
        self.failed_since = self.failed_since.filter(|at| !is_ahead(*at, clock.now()));
        let is_tested = self.worked_at.is_some_and(|at| clock.now().since(at) < Self::PROBE_INTERVAL);
        let works = is_tested && !store.has_outage() || store.ping().await.is_ok();
        let (now, details) = (clock.now(), Details::default());
        if works {
            self.failed_since = None;
            // The time of a test, not of each look.
            self.worked_at = self.worked_at.filter(|_| is_tested).or(Some(now));
            return Observation::Resolved { observed_at: now, details };
        }
        self.worked_at = None;
        let since = *self.failed_since.get_or_insert(now);
        match now.since(since) >= Self::MIN_OUTAGE {
            true => Observation::Active { since, observed_at: now, details },
            false => Observation::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[test]
    fn after_the_clock_was_set_back_the_silence_begins_anew() {
        let mut watch = EventWatch::new(NOW);
        let later = NOW.plus(Duration::from_secs(3_600));
        assert_eq!(watch.look(later), NOW);
        let set_back = Timestamp(later.0 - 600_000);
        assert_eq!(watch.look(set_back), set_back);
        assert_eq!(watch.look(later), set_back);
    }

    #[tokio::test]
    async fn a_journal_that_fails_for_less_than_a_minute_is_no_trouble() {
        let clock = Clock::manual(NOW);
        let (store, writer, _folder) = Store::open_temporary(&clock).await;
        let mut watch = StoreWatch::default();
        let works = |at| Observation::Resolved { observed_at: at, details: Details::default() };
        assert_eq!(watch.observe(&store, &clock).await, works(NOW));
        // A test is not repeated at each look: the writer is closed, and nobody notices yet.
        store.close();
        writer.await.unwrap();
        assert_eq!(watch.observe(&store, &clock).await, works(NOW));

        clock.advance(StoreWatch::PROBE_INTERVAL);
        let since = clock.now();
        assert_eq!(watch.observe(&store, &clock).await, Observation::Unknown);
        clock.advance(Duration::from_secs(59));
        assert_eq!(watch.observe(&store, &clock).await, Observation::Unknown);
        clock.advance(Duration::from_secs(1));

        let observed_at = clock.now();
        let failed = Observation::Active { since, observed_at, details: Details::default() };
        assert_eq!(watch.observe(&store, &clock).await, failed);
    }
}
