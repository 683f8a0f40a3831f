//! Builds a service from a configuration; `lifecycle` starts it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join, join_all};
use secrecy::ExposeSecret;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::command::context::TimingConfig;
use crate::config::{Config, ServerConfig};
use crate::console::{ConsoleState, SignIn};
use crate::instance::{InstanceRuntime, ReloadableInstance};
use crate::monitor::Monitor;
use crate::storage::{OpenError, OpenedStore, RetentionPolicy, Store};
use crate::telemetry::{InstanceMetrics, Metrics};
use crate::webhook::{Enqueuer, RefusedCounter, WebhookHandler, rejection_notice};
use crate::worker::{Worker, retention};
use crate::zapi::{ClientError, HttpClients};

/// Delay between the first refreshes of two instances.
const REFRESH_STAGGER: Duration = Duration::from_millis(25);

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The journal.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The HTTPS client.
    #[error(transparent)]
    HttpClient(#[from] ClientError),
}

/// A service that is built, but not started.
pub struct App {
    /// Limits of the listeners.
    pub server: ServerConfig,
    /// Handles the webhooks.
    pub webhook_handler: Arc<WebhookHandler>,
    /// Runs the commands.
    pub worker: Worker,
    /// The journal.
    pub store: Store,
    /// Writes the journal; must be spawned.
    pub writer: BoxFuture<'static, ()>,
    /// Replies to non-admins; must be spawned.
    pub rejection_notices: BoxFuture<'static, ()>,
    /// Deletes old rows of the journal, and writes the counts of refused events; must be spawned.
    pub maintenance: BoxFuture<'static, ()>,
    /// Counts refused events; to be written before the journal is closed.
    pub refused: Arc<RefusedCounter>,
    /// Refreshes the admins of communities, where these may send commands; must be spawned.
    pub admin_refresh: BoxFuture<'static, ()>,
    /// Keeps metrics current; its [`Monitor::run`] must be spawned.
    pub monitor: Arc<Monitor>,
    /// What the console shows.
    pub console: ConsoleState,
    /// The metrics.
    pub metrics: Arc<Metrics>,
}

impl App {
    /// Opens the journal and builds the service; no port is opened yet.
    pub async fn build(config: Config, clock: Clock, timing: TimingConfig) -> Result<Self, StartError> {
        let OpenedStore { store, writer } =
            Store::open(config.store.url.expose_secret(), clock.clone(), timing.lease).await?;
        let metrics = Arc::new(Metrics::default());
        let (mut instances, mut clients) = (HashMap::new(), HttpClients::default());
        for instance in config.instances {
            let instance_metrics = InstanceMetrics::new(metrics.clone(), instance.name.as_str());
            let runtime = InstanceRuntime::new(instance, &store, &mut clients, &clock, instance_metrics)?;
            instances.insert(runtime.config.name.clone(), Arc::new(ReloadableInstance::new(runtime)));
        }
        let (rejection_notifier, rejection_notices) = rejection_notice::new_rejection_notifier();
        let refused = Arc::new(RefusedCounter::new(store.clone(), clock.clone()));
        let webhook_handler = WebhookHandler::new(
            instances.values().cloned(),
            Enqueuer::new(store.clone(), rejection_notifier, refused.clone()),
            clock.clone(),
            &config.server,
            &metrics,
        );
        let policy = RetentionPolicy { rows: config.store.retention, texts: config.store.text_retention };
        let admin_refresh = refresh_admins(instances.values().cloned().collect()).boxed();
        let monitor = Monitor::new(
            store.clone(),
            clock.clone(),
            instances.values().map(|instance| instance.runtime().clone()).collect(),
            metrics.clone(),
            timing.account_poll,
        );
        let retention = retention::trim_forever(store.clone(), clock.clone(), policy);
        let maintenance = join(retention, refused.clone().write_forever()).map(drop).boxed();
        let mut by_name: Vec<_> = instances.values().cloned().collect();
        by_name.sort_by(|one, other| one.name.as_str().cmp(other.name.as_str()));
        let monitor = Arc::new(monitor);
        let console = ConsoleState {
            store: store.clone(),
            clock: clock.clone(),
            started_at: clock.now(),
            instances: by_name.into(),
            effective: config.effective,
            monitor: monitor.clone(),
            turns: ConsoleState::new_turns(),
            sign_in: Arc::new(SignIn::new(config.console, store.clone(), clock.clone())),
        };
        let worker = Worker {
            store: store.clone(),
            instances,
            started_at: clock.now(),
            clock,
            timing,
            metrics: metrics.clone(),
        };
        Ok(Self {
            server: config.server,
            webhook_handler: Arc::new(webhook_handler),
            worker,
            store,
            writer,
            rejection_notices: rejection_notices.boxed(),
            maintenance,
            refused,
            admin_refresh,
            monitor,
            console,
            metrics,
        })
    }
}

/// Refreshes the community admins of all instances, forever.
async fn refresh_admins(instances: Vec<Arc<ReloadableInstance>>) {
    let refresh = |(index, instance): (u32, Arc<ReloadableInstance>)| async move {
        let instance = instance.runtime().clone();
        if let Some(admins) = &instance.community_admins {
            sleep(REFRESH_STAGGER * index).await;
            admins.refresh_forever(&instance.zapi).await;
        }
    };
    join_all((0..).zip(instances).map(refresh)).await;
}
