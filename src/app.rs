//! Composition: a configuration becomes a service, ready to be started by `lifecycle`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use secrecy::ExposeSecret;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::command::Timing;
use crate::config::{Config, Server};
use crate::journal::{Bot, Worker, retention};
use crate::storage::{Kept, OpenError, Opened, Store};
use crate::telemetry::Metrics;
use crate::webhook::{Door, courtesy};
use crate::zapi::{ClientError, Connections};

/// Between the first readings of two instances.
const BETWEEN_ROSTERS: Duration = Duration::from_millis(25);

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// The HTTPS client.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// A service that is composed, but not started.
pub struct App {
    /// Limits of the listeners.
    pub server: Server,
    /// The public side.
    pub door: Arc<Door>,
    /// Carries orders to the end.
    pub worker: Worker,
    /// The journal.
    pub store: Store,
    /// Writes the journal; must run.
    pub writer: BoxFuture<'static, ()>,
    /// Sends refusals to strangers; must run.
    pub courtesy: BoxFuture<'static, ()>,
    /// Takes from the journal what is kept no longer; must run.
    pub retention: BoxFuture<'static, ()>,
    /// Knows the admins of communities, where these may give orders; must run.
    pub rosters: BoxFuture<'static, ()>,
    /// The counters.
    pub metrics: Arc<Metrics>,
}

impl App {
    /// Opens the journal and composes the service; no port is opened yet.
    pub async fn compose(config: Config, clock: Clock, timing: Timing) -> Result<Self, StartError> {
        let Opened { store, writer } =
            Store::open(config.store.url.expose_secret(), clock.clone(), timing.lease).await?;
        let metrics = Arc::new(Metrics::default());
        let (mut bots, mut connections) = (HashMap::new(), Connections::default());
        for instance in config.instances {
            let bot = Bot::new(instance, &store, &mut connections, &clock)?;
            bots.insert(bot.instance.name.to_string(), Arc::new(bot));
        }
        let (courtesy, refusals) = courtesy::courtesy();
        let door = Door::new(
            bots.values().cloned(),
            store.clone(),
            clock.clone(),
            &config.server,
            courtesy,
            &metrics,
        );
        let kept = Kept { rows: config.store.retention, texts: config.store.text_retention };
        let rosters = rosters(bots.values().cloned().collect()).boxed();
        let retention = retention::trim(store.clone(), clock.clone(), kept).boxed();
        let worker = Worker {
            store: store.clone(),
            bots,
            started_at: clock.now(),
            clock,
            timing,
            metrics: metrics.clone(),
        };
        Ok(Self {
            server: config.server,
            door: Arc::new(door),
            worker,
            store,
            writer,
            courtesy: refusals.boxed(),
            retention,
            rosters,
            metrics,
        })
    }
}

/// Reads who is admin of the communities of all instances, again and again.
async fn rosters(bots: Vec<Arc<Bot>>) {
    let keep = |(nth, bot): (u32, &'_ Arc<Bot>)| {
        let bot = bot.clone();
        async move {
            if let Some(roster) = &bot.roster {
                // Many instances do not begin all at once.
                sleep(BETWEEN_ROSTERS * nth).await;
                roster.keep(&bot.zapi).await;
            }
        }
    };
    join_all((0..).zip(&bots).map(keep)).await;
}
