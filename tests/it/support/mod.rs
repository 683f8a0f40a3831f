//! A bot and a world: the whole service in this process, on loopback, against the sandbox.

pub mod postgres;
pub mod receiver;
pub mod raw_connection;

use std::time::Duration;

use sqlx::Connection as _;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vincula::app::{App, StartError};
use vincula::clock::Clock;
use vincula::command::context::TimingConfig;
use vincula::commands::CATALOG;
use vincula::config::{self, Config, ConfigSource};
use vincula::domain::InstanceName;
use vincula::lifecycle;
use vincula::sandbox::webhook_event::{EventBuilder, post};
use vincula::sandbox::{ApiCall, InstanceCredentials, Options, Sandbox, SentMessage, World};
use vincula::storage::{OpenError, Store};

pub use vincula::sandbox::webhook_event::Response;

/// The default admin.
pub const ANA: &str = "5544999990001";
/// Ana's lid.
pub const ANA_LID: &str = "81896604192873@lid";
/// A person without rights.
pub const NON_ADMIN: &str = "5511988887777";

/// Timeout of a test.
const TIMEOUT: Duration = Duration::from_secs(40);
/// `VINCULA_TEST_STORE=postgres` runs all stories on PostgreSQL.
const STORE: &str = "VINCULA_TEST_STORE";

/// A running service.
pub struct Service {
    pub sandbox: Sandbox,
    pub clock: Clock,
    /// Webhook URL: `http://127.0.0.1:<port>/webhooks/main`.
    pub url: String,
    /// Private listener: `http://127.0.0.1:<port>`.
    pub admin_url: String,
    pub store: Store,
    toml: String,
    timing: TimingConfig,
    folder: TempDir,
    process: Process,
    upstream: (CancellationToken, JoinHandle<()>),
}

/// Options of a service.
pub struct ServiceBuilder {
    world: World,
    account: InstanceCredentials,
    options: Options,
    clock: Clock,
    timing: TimingConfig,
    instance: String,
    admins: String,
    verify: String,
    server: String,
    limits: String,
    is_on_postgres: bool,
    store: Option<String>,
    tables: String,
}

impl Default for ServiceBuilder {
    fn default() -> Self {
        Self {
            world: World::small(),
            account: InstanceCredentials::generate(),
            options: Options::default(),
            clock: Clock::system(),
            timing: TimingConfig {
                read_back: Duration::from_millis(600),
                attempt: Duration::from_secs(60),
                progress_reaction_after: Duration::from_secs(30),
                progress_message_after: Duration::from_secs(30),
                retry_notice_after: Duration::from_secs(20),
                min_retry_delay: Duration::from_millis(20),
                max_retry_delay: Duration::from_millis(100),
                burst_interval: Duration::from_millis(200),
                // On PostgreSQL the leases of a killed process must expire first.
                lease: Duration::from_secs(2),
                account_poll: Duration::from_secs(3_600),
                notify_poll: Duration::from_millis(30),
            },
            instance: String::new(),
            admins: format!(
                "[instances.main.admins.ana]\nphone = \"{ANA}\"\nlid = \"{ANA_LID}\"\nname = \"Ana\"\n"
            ),
            verify: "[instances.main.verify]\nzapi_token = true\n".to_owned(),
            server: String::new(),
            limits: "changes_per_second = 1000\nmessages_per_minute = 60000\n".to_owned(),
            is_on_postgres: std::env::var(STORE).is_ok_and(|store| store == "postgres"),
            store: None,
            tables: String::new(),
        }
    }
}

impl ServiceBuilder {
    pub fn world(mut self, build: impl FnOnce(&mut World)) -> Self {
        build(&mut self.world);
        self
    }

    pub fn empty_world(mut self) -> Self {
        self.world = World::empty();
        self
    }

    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    pub fn account(mut self, account: InstanceCredentials) -> Self {
        self.account = account;
        self
    }

    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    pub fn timing(mut self, change: impl FnOnce(&mut TimingConfig)) -> Self {
        change(&mut self.timing);
        self
    }

    /// Adds lines to `[instances.main]`.
    pub fn instance(mut self, toml: &str) -> Self {
        self.instance.push_str(toml);
        self.instance.push('\n');
        self
    }

    /// Replaces the admins (and any other tables).
    pub fn admins(mut self, toml: &str) -> Self {
        self.admins = toml.to_owned();
        self
    }

    /// Replaces the `verify` table.
    pub fn verify(mut self, toml: &str) -> Self {
        self.verify = toml.to_owned();
        self
    }

    /// Adds lines to `[server]`.
    pub fn server(mut self, toml: &str) -> Self {
        self.server = format!("{toml}\n");
        self
    }

    /// Replaces the high rate limits of tests.
    pub fn rate_limits(mut self, toml: &str) -> Self {
        self.limits = format!("{toml}\n");
        self
    }

    /// Adds lines to `[instances.main.limits]`.
    pub fn limits(mut self, toml: &str) -> Self {
        self.limits.push_str(toml);
        self.limits.push('\n');
        self
    }

    /// Adds further tables to the configuration.
    pub fn tables(mut self, toml: &str) -> Self {
        self.tables.push_str(toml);
        self.tables.push('\n');
        self
    }

    /// Uses a journal in a file, even if the other stories use PostgreSQL.
    pub fn on_sqlite(mut self) -> Self {
        self.is_on_postgres = false;
        self
    }

    /// Uses the journal at this URL.
    pub fn store(mut self, url: &str) -> Self {
        self.store = Some(url.to_owned());
        self
    }

    pub async fn start(self) -> Service {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::new(self.world, self.account, self.options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream_url = format!("http://{}", listener.local_addr().unwrap());
        let token = CancellationToken::new();
        let upstream = tokio::spawn(lifecycle::serve_router(listener, sandbox.router(), token.clone()));
        let InstanceCredentials { id, token: instance_token, client_token, .. } = sandbox.account();
        let client_token =
            client_token.as_ref().map(|t| format!("client_token = \"{t}\"\n")).unwrap_or_default();
        let store = match self.store {
            Some(url) => url,
            None if self.is_on_postgres => {
                postgres::shared().expect("PostgreSQL is installed").schema().await
            }
            None => format!("sqlite:{}", folder.path().join("vincula.db").display()),
        };
        let toml = format!(
            "[server]\nlisten = \"127.0.0.1:1\"\nadmin_listen = \"127.0.0.1:2\"\n{}\
             [store]\nurl = \"{store}\"\n\
             [instances.main]\nid = \"{id}\"\ntoken = \"{instance_token}\"\n{client_token}\
             base_url = \"{upstream_url}\"\n{}\n{}\n\
             [instances.main.limits]\n{}{}\n{}",
            self.server, self.instance, self.verify, self.limits, self.admins, self.tables,
        );
        let running = run(&toml, self.clock.clone(), self.timing).await;
        Service {
            sandbox,
            clock: self.clock,
            url: running.url,
            admin_url: running.admin_url,
            store: running.store,
            toml,
            timing: self.timing,
            folder,
            process: running.process,
            upstream: (token, upstream),
        }
    }
}

struct Running {
    url: String,
    admin_url: String,
    store: Store,
    process: Process,
}

/// Another process of the same service, on the same journal.
pub struct Replica {
    /// Its webhook URL.
    pub url: String,
    /// Its private listener.
    pub admin_url: String,
    pub store: Store,
    process: Process,
}

impl Replica {
    /// Stops it like a crash.
    pub async fn crash(&mut self) {
        self.process.kill().await;
    }
}

/// A separate runtime stands for the process: it can be killed with all its tasks.
struct Process {
    runtime: Option<Runtime>,
    shutdown: CancellationToken,
    service: Option<JoinHandle<()>>,
}

impl Process {
    /// Drops every task at once.
    async fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            tokio::task::spawn_blocking(move || runtime.shutdown_timeout(TIMEOUT)).await.unwrap();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn load(toml: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vincula.toml");
    std::fs::write(&file, toml).unwrap();
    let source = ConfigSource { env: Vec::new(), ..ConfigSource::from_process(Some(file)) };
    match config::load(&source, &CATALOG.names()) {
        Ok(loaded) => loaded.config,
        Err(findings) => panic!("{findings:#?}"),
    }
}

async fn run(toml: &str, clock: Clock, timing: TimingConfig) -> Running {
    let toml = toml.to_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let shutdown = CancellationToken::new();
    let ending = shutdown.clone();
    let (started, starting) = tokio::sync::oneshot::channel();
    let service = runtime.spawn(async move {
        let public = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let private = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks/main", public.local_addr().unwrap());
        let admin_url = format!("http://{}", private.local_addr().unwrap());
        // A crashed service is dropped inside this process: on a busy machine its writer thread may still
        // hold the file, which a real crash would release at once.
        let app = loop {
            match App::build(load(&toml), clock.clone(), timing).await {
                Ok(app) => break app,
                Err(StartError::Store(OpenError::InUse(_))) => {
                    tokio::time::sleep(Duration::from_millis(50)).await
                }
                Err(error) => panic!("{error}"),
            }
        };
        let _ = started.send((url, admin_url, app.store.clone()));
        lifecycle::run(app, public, private, ending).await;
    });
    let (url, admin_url, store) = starting.await.unwrap();
    Running {
        url,
        admin_url,
        store,
        process: Process { runtime: Some(runtime), shutdown, service: Some(service) },
    }
}

impl Service {
    /// Starts a service with the default world and Ana as admin.
    pub async fn start() -> Self {
        Self::with().start().await
    }

    /// Starts building a service with other options.
    pub fn with() -> ServiceBuilder {
        ServiceBuilder::default()
    }

    /// A message of a person in their direct chat with the bot.
    pub fn message(&self, from: &str, text: &str) -> EventBuilder {
        let InstanceCredentials { id, phone, .. } = self.sandbox.account();
        EventBuilder::text(id, text).from(from).connected_phone(phone).sent_at(self.clock.now())
    }

    /// Posts an event like Z-API.
    #[track_caller]
    pub fn post(&self, event: &EventBuilder) -> impl Future<Output = Response> + use<> {
        self.post_to(&self.url, event)
    }

    /// Sends a message and returns the webhook response as text.
    pub async fn send(&self, from: &str, text: &str) -> String {
        self.post(&self.message(from, text)).await.text()
    }

    /// Sends a command and returns the bot's next message.
    pub async fn ask(&self, from: &str, text: &str) -> String {
        self.ask_by(&self.message(from, text)).await
    }

    /// Posts a command and returns the bot's reply to it.
    pub async fn ask_by(&self, event: &EventBuilder) -> String {
        let response = self.post(event).await.text();
        assert!(response.contains(r#""status":"accepted""#), "{response}");
        self.reply_to(event.message_id()).await.text
    }

    /// The bot's message that quotes this one.
    pub async fn reply_to(&self, message_id: &str) -> SentMessage {
        let quotes = |sent: &SentMessage| sent.quoted.as_deref() == Some(message_id);
        let wait =
            self.sandbox.wait_until(|view| view.world.sent().iter().find(|sent| quotes(sent)).cloned());
        match tokio::time::timeout(TIMEOUT, wait).await {
            Ok(sent) => sent,
            Err(_) => panic!("no reply to {message_id}; the calls were {:#?}", self.sandbox.calls()),
        }
    }

    /// Waits with the timeout of a test.
    pub async fn within<T>(&self, wait: impl Future<Output = T>) -> T {
        match tokio::time::timeout(TIMEOUT, wait).await {
            Ok(value) => value,
            Err(_) => panic!("waited too long; the calls were {:#?}", self.sandbox.calls()),
        }
    }

    /// Waits until no command is open.
    pub async fn settled(&self) {
        self.within(async {
            // On a busy machine a read may time out; try again.
            while !self
                .store
                .queue_stats(&InstanceName::parse("main").unwrap())
                .await
                .is_ok_and(|stats| stats.open == 0)
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }

    /// The name of the community of the group with this name.
    pub fn community_of(&self, group: &str) -> Option<String> {
        self.sandbox.world(|world| {
            let group = world.group_named(group)?;
            let community = world.community_of(&group)?;
            Some(world.find_community(community)?.name.clone())
        })
    }

    /// The calls whose path begins like this.
    pub fn calls_to(&self, path: &str) -> Vec<ApiCall> {
        self.sandbox.calls().into_iter().filter(|call| call.path.starts_with(path)).collect()
    }

    /// Starts another process on the same journal.
    pub async fn replica(&self) -> Replica {
        let Running { url, admin_url, store, process } =
            run(&self.toml, self.clock.clone(), self.timing).await;
        Replica { url, admin_url, store, process }
    }

    /// Posts an event to a process of this service.
    pub fn post_to(&self, url: &str, event: &EventBuilder) -> impl Future<Output = Response> + use<> {
        let (url, token, body) = (url.to_owned(), self.sandbox.account().token.clone(), event.body());
        async move { post(&url, &[("z-api-token", &token)], body.as_bytes()).await.unwrap() }
    }

    /// Stops the service like a crash: nothing is finished or released.
    pub async fn crash(&mut self) {
        self.process.kill().await;
    }

    /// Stops the service like SIGTERM, and waits for its end.
    pub async fn stop(&mut self) {
        self.process.shutdown.cancel();
        if let Some(service) = self.process.service.take() {
            self.within(service).await.unwrap();
        }
        self.process.kill().await;
    }

    /// Starts it again on the same journal.
    pub async fn restart(&mut self) {
        let running = run(&self.toml, self.clock.clone(), self.timing).await;
        (self.url, self.admin_url, self.store) = (running.url, running.admin_url, running.store);
        self.process = running.process;
    }

    /// Starts it again with a changed configuration: `from` becomes `to`.
    pub async fn restart_with(&mut self, from: &str, to: &str) {
        assert!(self.toml.contains(from), "{from} is not in {}", self.toml);
        self.toml = self.toml.replace(from, to);
        self.restart().await;
    }

    /// URL of its Z-API.
    pub fn base_url(&self) -> &str {
        let (_, rest) = self.toml.split_once("base_url = \"").unwrap();
        rest.split('"').next().unwrap()
    }

    /// Its metrics in Prometheus' text format.
    pub async fn metrics(&self) -> String {
        raw_connection::ask(&self.admin_url, &raw_connection::request("GET", "/metrics", &[], b""))
            .await
            .text()
    }

    /// The journal's URL in the configuration.
    pub fn store_url(&self) -> String {
        let (_, url) = self.toml.split_once("url = \"").unwrap();
        url.split_once('"').unwrap().0.to_owned()
    }

    /// Changes the journal beside the service.
    pub async fn execute_sql(&self, statement: &str) {
        sqlx::any::install_default_drivers();
        let mut journal = sqlx::AnyConnection::connect(&self.store_url()).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut journal).await.unwrap();
    }

    /// Texts of the commands in the journal, all of one chat, in the order in which they were accepted
    /// (`seq`, visible only to SQL).
    pub async fn accepted_ids(&self) -> Vec<String> {
        sqlx::any::install_default_drivers();
        let mut journal = sqlx::AnyConnection::connect(&self.store_url()).await.unwrap();
        let texts = sqlx::query_scalar("SELECT text FROM command ORDER BY seq");
        texts.fetch_all(&mut journal).await.unwrap()
    }

    /// Inserts this many aliases of one target into the journal, as if set in a chat.
    pub async fn store_aliases(&self, count: usize, id: &str) {
        sqlx::any::install_default_drivers();
        let mut journal = sqlx::AnyConnection::connect(&self.store_url()).await.unwrap();
        for number in 0..count {
            sqlx::query(
                "INSERT INTO chat_state (instance, kind, key, value, at) VALUES ('main', 'alias', $1, $2, 1)",
            )
            .bind(format!("alias-{number}"))
            .bind(id)
            .execute(&mut journal)
            .await
            .unwrap();
        }
        journal.close().await.unwrap();
    }

    /// Path of the journal file; only for SQLite.
    pub fn journal_path(&self) -> std::path::PathBuf {
        self.folder.path().join("vincula.db")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.upstream.0.cancel();
        self.upstream.1.abort();
    }
}
