//! Watches what no request reports: the journal and, at Z-API, the connection and subscription of each instance.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout};

use crate::clock::Clock;
use crate::instance::InstanceRuntime;
use crate::storage::{Store, StoreUnavailable};
use crate::telemetry::{Exposition, Metrics, QueueValues};

/// How old the values of the journal may be, so that many scrapes cost as much as one.
const MAX_STORE_AGE: Duration = Duration::from_secs(1);
/// How long a scrape waits for new values of the journal; then it returns the last ones.
const MAX_SCRAPE_WAIT: Duration = Duration::from_millis(40);
/// The first question to Z-API follows the start sooner than the others follow each other.
const FIRST_POLL_FACTOR: u32 = 20;

/// Keeps the metrics current that are read, not counted.
pub struct Monitor {
    store: Store,
    clock: Clock,
    instances: Vec<Arc<InstanceRuntime>>,
    metrics: Arc<Metrics>,
    /// How often Z-API is asked.
    account_poll: Duration,
    refresh_requested: Notify,
    refreshed_at: watch::Sender<Option<Instant>>,
}

impl Monitor {
    /// A monitor of these instances; [`Monitor::run`] must be spawned.
    pub fn new(
        store: Store,
        clock: Clock,
        instances: Vec<Arc<InstanceRuntime>>,
        metrics: Arc<Metrics>,
        account_poll: Duration,
    ) -> Self {
        let refreshed_at = watch::Sender::new(None);
        Self {
            store,
            clock,
            instances,
            metrics,
            account_poll,
            refresh_requested: Notify::new(),
            refreshed_at,
        }
    }

    /// Runs forever.
    pub async fn run(self: Arc<Self>) {
        let polls = join_all(self.instances.iter().map(|instance| self.poll_account(instance)));
        tokio::join!(self.refresh_on_request(), polls);
    }

    /// All metrics. Values of the journal are up to a second old, or older if it does not respond.
    pub async fn scrape(&self, format: Exposition) -> String {
        let mut refreshed_at = self.refreshed_at.subscribe();
        let is_fresh = refreshed_at.borrow_and_update().is_some_and(|at| at.elapsed() < MAX_STORE_AGE);
        if !is_fresh {
            self.refresh_requested.notify_one();
            let _ = timeout(MAX_SCRAPE_WAIT, refreshed_at.changed()).await;
        }
        self.metrics.encode(format)
    }

    /// Reads the journal when a scrape asks for it: without one, it costs nothing.
    async fn refresh_on_request(&self) {
        loop {
            self.refresh_requested.notified().await;
            let refreshes = self.instances.iter().map(|instance| self.refresh_from_store(instance));
            let is_up = try_join_all(refreshes).await.is_ok() && !self.store.has_outage();
            self.metrics.set_store_up(is_up);
            if !is_up {
                // Old values would look like current ones.
                self.instances.iter().for_each(|instance| instance.metrics.set_queue(None));
            }
            self.refreshed_at.send_replace(Some(Instant::now()));
        }
    }

    async fn refresh_from_store(&self, instance: &InstanceRuntime) -> Result<(), StoreUnavailable> {
        let (name, now) = (&instance.config.name, self.clock.now());
        let stats = self.store.queue_stats(name).await?;
        let oldest_age = stats.oldest_open.map(|at| now.since(at)).unwrap_or_default();
        instance.metrics.set_queue(Some(QueueValues { pending: stats.open, dead: stats.dead, oldest_age }));
        // Another replica may have received the event.
        if let Some(report) = self.store.connection_report(name, now).await? {
            instance.metrics.set_connected(report.is_connected, report.at);
        }
        Ok(())
    }

    /// Asks Z-API about an instance, forever. Failures are counted and logged as those of every call.
    async fn poll_account(&self, instance: &InstanceRuntime) {
        sleep(self.account_poll / FIRST_POLL_FACTOR).await;
        loop {
            let asked_at = self.clock.now();
            if let Ok(account) = instance.zapi.account().await {
                if let Some(is_connected) = account.is_connected {
                    instance.metrics.set_connected(is_connected, asked_at);
                }
                if let Some(due) = account.due {
                    instance.metrics.set_subscription_end(due, asked_at);
                }
            }
            sleep(self.account_poll).await;
        }
    }
}
