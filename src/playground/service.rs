//! The service of the demo, on a runtime of its own, so that it can be killed like a process.
//!
//! Its ports stay open meanwhile, as with the socket unit of systemd: what is sent to them waits.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::{App, StartError};
use crate::clock::Clock;
use crate::command::context::TimingConfig;
use crate::commands::CATALOG;
use crate::config::{self, Config, ConfigSource};
use crate::instance::ReloadableInstance;
use crate::lifecycle;
use crate::storage::{OpenError, Store};
use crate::zapi::ApiError;

/// How long the tasks of a killed service may take to end.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a start waits for the store of a killed service, and the pause between.
const MAX_STORE_ATTEMPTS: usize = 100;
const STORE_INTERVAL: Duration = Duration::from_millis(50);

/// Why the service of the demo does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The system.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The configuration of the demo: a bug.
    #[error("the demo's own configuration: {0}")]
    Config(String),
    /// The service.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The first call to the sandbox.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// It ended before it was started.
    #[error("the service ended")]
    Ended,
}

/// A service that can be killed and started again on the same ports and store.
pub struct DemoService {
    /// The listeners, opened once.
    public: StdListener,
    private: StdListener,
    /// The configuration file.
    pub config_file: PathBuf,
    timing: TimingConfig,
    running: Mutex<Option<RunningService>>,
    store: StdMutex<Option<Store>>,
}

struct RunningService {
    runtime: Option<Runtime>,
    shutdown: CancellationToken,
    service: JoinHandle<()>,
}

impl RunningService {
    /// Drops every task at once.
    async fn kill(mut self) {
        if let Some(runtime) = self.runtime.take() {
            let _ = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(KILL_TIMEOUT)).await;
        }
    }
}

impl Drop for RunningService {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl DemoService {
    /// A service with these listeners and this configuration file; not started.
    ///
    /// # Errors
    /// A listener cannot be used.
    pub fn new(
        public: TcpListener,
        private: TcpListener,
        config_file: PathBuf,
        timing: TimingConfig,
    ) -> io::Result<Self> {
        Ok(Self {
            public: public.into_std()?,
            private: private.into_std()?,
            config_file,
            timing,
            running: Mutex::default(),
            store: StdMutex::default(),
        })
    }

    /// The address for webhooks.
    ///
    /// # Errors
    /// The listener has none.
    pub fn public_address(&self) -> io::Result<SocketAddr> {
        self.public.local_addr()
    }

    /// The store of the running service; none before the first start.
    pub fn store(&self) -> Option<Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts it. With `needs_admins`, it returns only when the admins of communities are known.
    ///
    /// # Errors
    /// It cannot start.
    pub async fn start(&self, needs_admins: bool) -> Result<(), ServiceError> {
        let mut running = self.running.lock().await;
        *running = Some(self.launch(needs_admins).await?);
        Ok(())
    }

    /// Kills it, without a chance to finish anything, and starts it again; `between` runs while it is dead.
    ///
    /// # Errors
    /// It cannot start.
    pub(super) async fn kill_and_restart(&self, between: impl FnOnce()) -> Result<(), ServiceError> {
        let mut running = self.running.lock().await;
        if let Some(running) = running.take() {
            running.kill().await;
        }
        between();
        *running = Some(self.launch(false).await?);
        Ok(())
    }

    /// Stops it like SIGTERM.
    pub async fn stop(&self) {
        let Some(mut running) = self.running.lock().await.take() else { return };
        running.shutdown.cancel();
        let _ = (&mut running.service).await;
        running.kill().await;
    }

    async fn launch(&self, needs_admins: bool) -> Result<RunningService, ServiceError> {
        let timing = self.timing;
        let config_file = self.config_file.clone();
        let (public, private) = (self.public.try_clone()?, self.private.try_clone()?);
        let runtime = lifecycle::runtime()?;
        let shutdown = CancellationToken::new();
        let ending = shutdown.clone();
        let (started, starting) = oneshot::channel();
        let service = runtime.spawn(async move {
            let prepared = async {
                let app = build_app(config_file, timing).await?;
                Ok((app, TcpListener::from_std(public)?, TcpListener::from_std(private)?))
            };
            let (app, public, private) = match prepared.await {
                Ok(prepared) => prepared,
                Err(error) => return drop(started.send(Err(error))),
            };
            let instances: Vec<_> = app.worker.instances.values().cloned().collect();
            let store = app.store.clone();
            let report = async move {
                let admins = if needs_admins { refresh_admins(&instances).await } else { Ok(()) };
                drop(started.send(admins.map(|()| store)));
            };
            tokio::join!(lifecycle::run(app, public, private, ending), report);
        });
        let running = RunningService { runtime: Some(runtime), shutdown, service };
        let store = starting.await.unwrap_or(Err(ServiceError::Ended))?;
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = Some(store);
        Ok(running)
    }
}

/// Builds the service. The writer thread of a killed one may still hold the store, which a real crash releases at once.
async fn build_app(config_file: PathBuf, timing: TimingConfig) -> Result<App, ServiceError> {
    let mut attempts = 0;
    loop {
        match App::build(load_config(config_file.clone())?, Clock::system(), timing).await {
            Err(StartError::Store(OpenError::InUse(_))) if attempts < MAX_STORE_ATTEMPTS => attempts += 1,
            result => return Ok(result?),
        }
        tokio::time::sleep(STORE_INTERVAL).await;
    }
}

/// Reads the configuration like any service, but without the environment.
fn load_config(file: PathBuf) -> Result<Config, ServiceError> {
    let source = ConfigSource { env: Vec::new(), ..ConfigSource::from_process(Some(file)) };
    let loaded = config::load(&source, &CATALOG.names());
    let first = |findings: Vec<config::Diagnostic>| findings.first().map(ToString::to_string);
    Ok(loaded.map_err(|findings| ServiceError::Config(first(findings).unwrap_or_default()))?.config)
}

/// Reads the admins of all communities.
async fn refresh_admins(instances: &[Arc<ReloadableInstance>]) -> Result<(), ServiceError> {
    for instance in instances {
        let instance = instance.runtime().clone();
        if let Some(admins) = &instance.community_admins {
            admins.refresh(&instance.zapi).await?;
        }
    }
    Ok(())
}
