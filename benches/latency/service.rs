//! Runs the release binary as a process with its own journal.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use tokio::sync::oneshot;
use vincula::storage::Store;

use crate::upstream::RecordingSandbox;

const START_TIMEOUT: Duration = Duration::from_secs(20);
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(15);

/// Rate limits of the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RateLimitMode {
    /// No call waits.
    Unlimited,
    Default,
}

/// A running service; killed on drop.
pub(crate) struct Service {
    child: Running,
    pub(crate) folder: TempDir,
    pub(crate) store_url: String,
    /// Webhook URL.
    pub(crate) url: String,
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Service {
    /// Starts the service with a new journal: on SQLite, or on the PostgreSQL of this URL.
    pub(crate) async fn start(
        upstream: &RecordingSandbox,
        store: Option<&str>,
        limits: RateLimitMode,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let sqlite_url = || format!("sqlite:{}", folder.path().join("vincula.db").display());
        let store_url = store.map_or_else(sqlite_url, str::to_owned);
        Self::start_on(upstream, &store_url, folder, limits).await
    }

    /// Starts the service with an existing journal.
    pub(crate) async fn start_on(
        upstream: &RecordingSandbox,
        store_url: &str,
        folder: TempDir,
        limits: RateLimitMode,
    ) -> anyhow::Result<Self> {
        let account = upstream.sandbox.account();
        let limits = match limits {
            RateLimitMode::Unlimited => {
                "commands_per_minute = 1000000\nchanges_per_second = 1000\nmessages_per_minute = 60000\n"
            }
            RateLimitMode::Default => "",
        };
        let toml = format!(
            "[server]\nadmin_listen = \"127.0.0.1:0\"\npublic_url = \"https://bot.example.com\"\n\
             [store]\nurl = \"{store_url}\"\n\
             [instances.main]\nid = \"{}\"\ntoken = \"{}\"\nclient_token = \"{}\"\nbase_url = \"{}\"\n\
             verify = {{ zapi_token = true }}\n\
             [instances.main.limits]\n{limits}\
             [instances.main.admins.ana]\nphone = \"5544999990001\"\n",
            account.id,
            account.token,
            account.client_token.as_deref().unwrap_or_default(),
            upstream.url,
        );
        std::fs::write(folder.path().join("vincula.toml"), toml)?;
        let binary = std::env::var_os("VINCULA_BIN")
            .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_vincula")), PathBuf::from);
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(std::fs::canonicalize(binary)?);
        command.arg("serve").current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::piped()).env_remove("RUST_LOG");
        command.env("VINCULA_CONFIG", folder.path().join("vincula.toml"));
        command.env("VINCULA__SERVER__LISTEN", address.to_string());
        let mut child = Running(command.spawn().context("cannot start the service")?);
        let (ready, is_ready) = oneshot::channel();
        let lines = child.0.stderr.take().context("no stderr")?;
        // The thread ends with the process.
        std::thread::spawn(move || {
            let mut ready = Some(ready);
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                if line.contains("\"message\":\"ready\"") {
                    let _ = ready.take().map(|ready| ready.send(()));
                } else if !line.contains("\"level\":\"INFO\"") {
                    eprintln!("{line}");
                }
            }
        });
        if tokio::time::timeout(START_TIMEOUT, is_ready).await.is_err() {
            bail!("the service is not ready after {START_TIMEOUT:?}");
        }
        let url = format!("http://{address}/webhooks/main");
        Ok(Self { child, folder, store_url: store_url.to_owned(), url })
    }

    /// Opens the journal for reading.
    pub(crate) async fn journal(&self) -> anyhow::Result<Store> {
        Ok(Store::open_to_read(&self.store_url).await?)
    }

    /// Stops it with SIGTERM.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        let id = self.child.0.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status()?;
        let ended = async {
            while self.child.0.try_wait()?.is_none() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(SHUTDOWN_TIMEOUT, ended).await.context("the service does not end")?
    }
}
