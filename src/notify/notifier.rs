//! The notifier: watches for incidents, and delivers the messages that are due.

use std::sync::Arc;

use arc_swap::ArcSwap;
use futures_util::future::join_all;
use tokio::sync::{Mutex, Notify};
use tokio::time::{sleep, timeout};

use super::incident::{Attempt, Channel, Channels, Incident, IncidentKind, Observation};
use super::incident_store::IncidentStore;
use super::message::{json_body, render_text};
use super::observe::{
    EventWatch, StoreWatch, is_still_disconnected, observe_connection, observe_dead_letters, observe_events,
    observe_subscription,
};
use super::post::{NotifyClientError, PostClient, PostError};
use super::whatsapp::{PREPARE_TIMEOUT, acquire_permit, find_connected, send};
use crate::clock::{Clock, Timestamp};
use crate::command::context::TimingConfig;
use crate::config::NotifyConfig;
use crate::instance::{InstanceRuntime, ReloadableInstance};
use crate::storage::{Store, StoreUnavailable};
use crate::telemetry::LoggedCondition;
use crate::zapi::{SendPermit, Zapi};

/// What is configured, and the client for it.
#[derive(Debug)]
struct Settings {
    config: NotifyConfig,
    post: Option<PostClient>,
}

impl Settings {
    fn new(config: NotifyConfig) -> Result<Self, NotifyClientError> {
        Ok(Self { post: PostClient::new(&config)?, config })
    }

    fn channels(&self) -> Channels {
        Channels { url: self.config.url.is_some(), phone: self.config.phone.is_some() }
    }

    fn has_channel(&self) -> bool {
        self.channels() != Channels { url: false, phone: false }
    }
}

/// Notifies the operator of incidents.
#[derive(Debug)]
pub struct Notifier {
    store: Store,
    clock: Clock,
    timing: TimingConfig,
    /// In the order of their names.
    instances: Vec<Arc<ReloadableInstance>>,
    incidents: IncidentStore,
    settings: ArcSwap<Settings>,
    store_watch: Mutex<StoreWatch>,
    event_watch: Mutex<EventWatch>,
    url_due: Notify,
    phone_due: Notify,
    url_outage: LoggedCondition,
    phone_outage: LoggedCondition,
}

impl Notifier {
    /// A notifier of these instances; [`Notifier::run`] must be spawned.
    pub fn new(
        config: NotifyConfig,
        store: Store,
        clock: Clock,
        timing: TimingConfig,
        mut instances: Vec<Arc<ReloadableInstance>>,
    ) -> Result<Self, NotifyClientError> {
        instances.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(Self {
            timing,
            instances,
            incidents: IncidentStore::new(store.clone()),
            settings: ArcSwap::from_pointee(Settings::new(config)?),
            store_watch: Mutex::default(),
            event_watch: EventWatch::new(clock.now()).into(),
            url_due: Notify::new(),
            phone_due: Notify::new(),
            url_outage: LoggedCondition::default(),
            phone_outage: LoggedCondition::default(),
            store,
            clock,
        })
    }

    /// The configuration that holds now.
    pub fn config(&self) -> NotifyConfig {
        self.settings.load().config.clone()
    }

    /// Replaces the configuration. What is due is delivered to the new URL and number.
    pub fn reload(&self, config: NotifyConfig) -> Result<(), NotifyClientError> {
        self.settings.store(Arc::new(Settings::new(config)?));
        Ok(())
    }

    /// Runs forever.
    pub async fn run(self: Arc<Self>) {
        tokio::join!(
            self.watch_forever(),
            self.deliver_forever(Channel::Url, &self.url_due),
            self.deliver_forever(Channel::Phone, &self.phone_due),
        );
    }

    async fn watch_forever(&self) {
        loop {
            let settings = self.settings.load_full();
            if settings.has_channel()
                && let Err(error) = self.watch(&settings).await
            {
                tracing::debug!(%error, "incidents not updated");
            }
            sleep(self.timing.notify_poll).await;
        }
    }

    /// Compares what is known with the incidents, and changes them.
    async fn watch(&self, settings: &Settings) -> Result<(), StoreUnavailable> {
        let observation = self.store_watch.lock().await.observe(&self.store, &self.clock).await;
        self.apply(self.incidents.about_store(), observation, settings, None).await;
        let stored = self.incidents.stored().await?;
        self.incidents.sync_store_incident(&stored).await;
        let waiting_since = self.event_watch.lock().await.look(self.clock.now());
        let looks = self
            .instances
            .iter()
            .map(|instance| self.watch_instance(instance, &stored, settings, waiting_since));
        join_all(looks).await.into_iter().collect()
    }

    async fn watch_instance(
        &self,
        instance: &ReloadableInstance,
        stored: &[Incident],
        settings: &Settings,
        waiting_since: Timestamp,
    ) -> Result<(), StoreUnavailable> {
        let instance = &*instance.runtime().clone();
        let (store, now) = (&self.store, self.clock.now());
        let name = instance.config.name.as_str();
        let find = |kind| {
            let is_it = |incident: &&Incident| incident.kind == kind && incident.instance == name;
            stored.iter().find(is_it).cloned().unwrap_or_else(|| Incident::new(name, kind))
        };
        let observation = observe_connection(instance, store, now).await?;
        self.apply(find(IncidentKind::Disconnected), observation, settings, Some(instance)).await;
        if let Some(max_silence) = settings.config.no_event_after {
            let observation = observe_events(instance, store, max_silence, (waiting_since, now)).await?;
            self.apply(find(IncidentKind::NoEvent), observation, settings, None).await;
        }
        let known = find(IncidentKind::DeadLetter);
        let observation = observe_dead_letters(instance, store, known.last_seen(), now).await?;
        self.apply(known, observation, settings, None).await;
        let observation = observe_subscription(instance, now);
        self.apply(find(IncidentKind::Subscription), observation, settings, None).await;
        Ok(())
    }

    /// Applies an observation to an incident. The start of `disconnected` is confirmed by Z-API before.
    async fn apply(
        &self,
        mut incident: Incident,
        observation: Observation,
        settings: &Settings,
        disconnected: Option<&InstanceRuntime>,
    ) {
        let now = self.clock.now();
        if !incident.observe(observation, settings.channels(), now) {
            return;
        }
        if incident.is_active()
            && let Some(instance) = disconnected
            && !is_still_disconnected(instance, now).await
        {
            return;
        }
        if self.incidents.save(&incident).await {
            self.url_due.notify_one();
            self.phone_due.notify_one();
        }
    }

    async fn deliver_forever(&self, channel: Channel, due: &Notify) {
        loop {
            // Wakes when a message becomes due, and for repetitions.
            let _ = timeout(self.timing.notify_poll, due.notified()).await;
            let settings = self.settings.load_full();
            let is_configured = match channel {
                Channel::Url => settings.channels().url,
                Channel::Phone => settings.channels().phone,
            };
            if is_configured {
                let incidents = self.incidents.all().await.into_iter().filter(|it| self.is_own(it));
                join_all(incidents.map(|it| self.deliver(it, channel, &settings))).await;
            }
        }
    }

    /// Whether this process has its instance: another service may use the same database.
    fn is_own(&self, incident: &Incident) -> bool {
        incident.kind == IncidentKind::Store
            || self.instances.iter().any(|instance| instance.name.as_str() == incident.instance)
    }

    /// Delivers the message about an incident, if one is due.
    async fn deliver(&self, incident: Incident, channel: Channel, settings: &Settings) {
        let mut claimed = incident.clone();
        let attempt = claimed.begin_attempt(channel, self.clock.now());
        if claimed == incident || !self.incidents.save(&claimed).await {
            // Nothing is due, or another replica was first.
            return;
        }
        let Some(attempt) = attempt else { return };
        match channel {
            Channel::Url => self.post(&claimed, &attempt, settings).await,
            Channel::Phone => self.send_whatsapp(&claimed, &attempt, settings).await,
        }
    }

    async fn post(&self, incident: &Incident, attempt: &Attempt, settings: &Settings) {
        let (Some(post), now) = (&settings.post, self.clock.now()) else { return };
        let Some(text) = self.render(incident, settings, now) else { return };
        let body = json_body(incident, &text);
        let posted = post.post(&incident.message_id(), &body, now).await;
        let now = self.clock.now();
        match posted {
            Ok(()) => {
                if self.url_outage.end() {
                    tracing::info!("notifications are accepted again");
                }
                log_delivery(incident, Channel::Url);
                let delivered = |it: &mut Incident| it.record_delivered(Channel::Url, attempt, now);
                self.incidents.update(incident, delivered).await;
            }
            Err(PostError::Temporary(cause, delay)) => {
                if self.url_outage.begin() {
                    tracing::warn!(cause, "notification not delivered to notify.url, it is repeated");
                }
                if let Some(delay) = delay {
                    let retry = |it: &mut Incident| it.postpone_attempt(Channel::Url, attempt, delay, now);
                    self.incidents.update(incident, retry).await;
                }
            }
            Err(PostError::Refused(status)) => {
                tracing::warn!(
                    status,
                    "notification refused by notify.url and not repeated: compare the URL with that of the receiver"
                );
                let refused = |it: &mut Incident| it.record_refused(Channel::Url, attempt);
                self.incidents.update(incident, refused).await;
            }
        }
    }

    async fn send_whatsapp(&self, incident: &Incident, attempt: &Attempt, settings: &Settings) {
        let Some(phone) = settings.config.phone else { return };
        let senders = self.senders(incident, settings);
        // Shorter than the claim, so that no replica begins another attempt meanwhile.
        let prepared = timeout(PREPARE_TIMEOUT, self.prepare(&senders, incident)).await;
        let Ok(Some((zapi, permit))) = prepared else { return };
        let now = self.clock.now();
        let Some(text) = self.render(incident, settings, now) else { return };
        // Before it is sent, so that it is sent once.
        let delivered = |it: &mut Incident| it.mark_as_sending(attempt, now);
        if !self.incidents.update(incident, delivered).await {
            return;
        }
        let error = match send(zapi, phone, &text, permit).await {
            Ok(()) => return log_delivery(incident, Channel::Phone),
            Err(error) => error,
        };
        let cause = error.cause.as_str();
        let is_unsent = error.cause.is_surely_not_applied();
        if !is_unsent {
            return tracing::warn!(cause, "the WhatsApp message to the owner may not have been sent");
        }
        let is_temporary = error.cause.is_temporary();
        let unsent = |it: &mut Incident| {
            let is_changed = it.record_unsent(Channel::Phone, attempt, now);
            if !is_temporary {
                it.record_refused(Channel::Phone, attempt);
            }
            is_changed
        };
        self.incidents.update(incident, unsent).await;
        if is_temporary {
            tracing::debug!(cause, "WhatsApp message to the owner not sent, it is repeated");
        } else {
            tracing::warn!(cause, "WhatsApp message to the owner refused: check notify.phone");
        }
    }

    /// Finds a connected instance, and waits until it may send.
    async fn prepare<'a>(
        &self,
        senders: &'a [Arc<InstanceRuntime>],
        incident: &Incident,
    ) -> Option<(&'a Zapi, SendPermit)> {
        let Some(zapi) = find_connected(senders.iter().map(|instance| &instance.zapi)).await else {
            if self.phone_outage.begin() {
                tracing::warn!(
                    "the owner cannot be told by WhatsApp now: no instance that could send it is connected"
                );
            }
            return None;
        };
        self.phone_outage.end();
        let is_store_down = incident.kind == IncidentKind::Store && incident.is_active();
        Some((zapi, acquire_permit(zapi, is_store_down).await?))
    }

    /// The instances that may send the message about an incident, the configured one first. One that is reported as
    /// disconnected is left out.
    fn senders(&self, incident: &Incident, settings: &Settings) -> Vec<Arc<InstanceRuntime>> {
        let is_disconnected = |name: &str| {
            incident.kind == IncidentKind::Disconnected && incident.is_active() && incident.instance == name
        };
        let mut senders: Vec<_> = self.instances.iter().map(|instance| instance.runtime().clone()).collect();
        senders.retain(|instance| !is_disconnected(instance.config.name.as_str()));
        let is_configured = |instance: &Arc<InstanceRuntime>| {
            Some(&instance.config.name) == settings.config.instance.as_ref()
        };
        // Stable: the others keep their order.
        senders.sort_by_key(|instance| !is_configured(instance));
        senders
    }

    /// The text about an incident, in the language of its instance, else of that which sends the messages.
    fn render(&self, incident: &Incident, settings: &Settings, now: Timestamp) -> Option<String> {
        let is_own = |it: &&Arc<ReloadableInstance>| it.name.as_str() == incident.instance;
        let is_sender = |it: &&Arc<ReloadableInstance>| Some(&it.name) == settings.config.instance.as_ref();
        let instances = &self.instances;
        let instance = instances.iter().find(is_own).or_else(|| instances.iter().find(is_sender));
        let instance = instance.or_else(|| instances.first())?;
        Some(render_text(incident, &instance.runtime(), now))
    }
}

fn log_delivery(incident: &Incident, channel: Channel) {
    let Incident { instance, kind, .. } = incident;
    let (kind, channel) = (kind.as_str(), channel.as_str());
    let is_over = !incident.is_active();
    tracing::info!(kind, channel, instance, is_over, "operator notified");
}
