//! Composition: a configuration becomes a service, ready to be started by `lifecycle`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use secrecy::ExposeSecret;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::command::context::TimingConfig;
use crate::config::{Config, ServerConfig};
use crate::storage::{OpenError, OpenedStore, RetentionPolicy, Store};
use crate::telemetry::Metrics;
use crate::webhook::{WebhookHandler, rejection_notice};
use crate::worker::{InstanceRuntime, Worker, retention};
use crate::zapi::{ClientError, HttpClients};

/// Between the first readings of two instances.
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

/// A service that is composed, but not started.
pub struct App {
    /// Limits of the listeners.
    pub server: ServerConfig,
    /// The public side.
    pub webhook_handler: Arc<WebhookHandler>,
    /// Carries orders to the end.
    pub worker: Worker,
    /// The journal.
    pub store: Store,
    /// Writes the journal; must run.
    pub writer: BoxFuture<'static, ()>,
    /// Sends refusals to strangers; must run.
    pub rejection_notices: BoxFuture<'static, ()>,
    /// Takes from the journal what is kept no longer; must run.
    pub retention: BoxFuture<'static, ()>,
    /// Knows the admins of communities, where these may give orders; must run.
    pub admin_refresh: BoxFuture<'static, ()>,
    /// The counters.
    pub metrics: Arc<Metrics>,
}

impl App {
    /// Opens the journal and composes the service; no port is opened yet.
    pub async fn build(config: Config, clock: Clock, timing: TimingConfig) -> Result<Self, StartError> {
        let OpenedStore { store, writer } =
            Store::open(config.store.url.expose_secret(), clock.clone(), timing.lease).await?;
        let metrics = Arc::new(Metrics::default());
        let (mut bots, mut connections) = (HashMap::new(), HttpClients::default());
        for instance in config.instances {
            let bot = InstanceRuntime::new(instance, &store, &mut connections, &clock)?;
            bots.insert(bot.instance.name.to_string(), Arc::new(bot));
        }
        let (courtesy, refusals) = rejection_notice::new_rejection_notifier();
        let door = WebhookHandler::new(
            bots.values().cloned(),
            store.clone(),
            clock.clone(),
            &config.server,
            courtesy,
            &metrics,
        );
        let kept = RetentionPolicy { rows: config.store.retention, texts: config.store.text_retention };
        let rosters = refresh_admins(bots.values().cloned().collect()).boxed();
        let retention = retention::trim_forever(store.clone(), clock.clone(), kept).boxed();
        let worker = Worker {
            store: store.clone(),
            instances: bots,
            started_at: clock.now(),
            clock,
            timing,
            metrics: metrics.clone(),
        };
        Ok(Self {
            server: config.server,
            webhook_handler: Arc::new(door),
            worker,
            store,
            writer,
            rejection_notices: refusals.boxed(),
            retention,
            admin_refresh: rosters,
            metrics,
        })
    }
}

/// Reads who is admin of the communities of all instances, again and again.
async fn refresh_admins(bots: Vec<Arc<InstanceRuntime>>) {
    let keep = |(nth, bot): (u32, &'_ Arc<InstanceRuntime>)| {
        let bot = bot.clone();
        async move {
            if let Some(roster) = &bot.community_admins {
                // Many instances do not begin all at once.
                sleep(REFRESH_STAGGER * nth).await;
                roster.refresh_forever(&bot.zapi).await;
            }
        }
    };
    join_all((0..).zip(&bots).map(keep)).await;
}
