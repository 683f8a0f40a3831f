//! Runs the real program as a process on a fixed port: configure, start, kill, restart.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use tokio::sync::oneshot;
use vincula::domain::InstanceName;
use vincula::failpoint::InjectedBug;
use vincula::storage::Store;

use crate::model::ADMINS;
use crate::random::Random;
use crate::upstream_recorder::RecordingSandbox;

/// Timeout of a start, on a busy machine and under strace.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// Timeout for the commands that are open at the end of a run on one process.
pub(crate) const SETTLE_TIMEOUT: Duration = Duration::from_secs(60);
/// Environment variables that only a debug build reads.
const DEBUG_VARIABLES: [&str; 3] = ["VINCULA_FAIL_AT", "VINCULA_HANG_AT", INJECTED_BUG];
/// The variable that injects a bug.
const INJECTED_BUG: &str = "VINCULA_INJECT_BUG";

/// Binary under test: the release binary, or a debug build with an injected bug.
#[derive(Clone, Debug)]
pub(crate) struct ServiceBinary {
    path: PathBuf,
    pub(crate) injected_bug: Option<InjectedBug>,
}

impl ServiceBinary {
    /// Chooses the release binary, which must contain no fail points, or for a control the debug binary,
    /// which must.
    pub(crate) fn choose(injected_bug: Option<InjectedBug>) -> anyhow::Result<Self> {
        let (variable, usual) = match injected_bug {
            None => ("VINCULA_BIN", env!("CARGO_BIN_EXE_vincula")),
            Some(_) => ("VINCULA_DEBUG_BIN", concat!(env!("CARGO_MANIFEST_DIR"), "/target/debug/vincula")),
        };
        let path = std::env::var_os(variable).map_or_else(|| PathBuf::from(usual), PathBuf::from);
        let code = std::fs::read(&path)
            .with_context(|| format!("cannot read {}; build it, or set {variable}", path.display()))?;
        for word in DEBUG_VARIABLES {
            let is_there = code.windows(word.len()).any(|bytes| bytes == word.as_bytes());
            match injected_bug {
                None if is_there => bail!("{word} is in {}: not a release build", path.display()),
                Some(_) if !is_there => bail!("{word} is not in {}: not a debug build", path.display()),
                _ => {}
            }
        }
        Ok(Self { path: std::fs::canonicalize(path)?, injected_bug })
    }

    /// Description for the summary.
    pub(crate) fn describe(&self) -> String {
        match self.injected_bug {
            None => "release, without fail points".to_owned(),
            Some(injected_bug) => format!("debug, with injected bug {}", injected_bug.name()),
        }
    }
}

/// Configuration, ports and binary of the replicas.
pub(crate) struct Deployment {
    pub(crate) folder: TempDir,
    pub(crate) upstream: Arc<RecordingSandbox>,
    pub(crate) store_url: String,
    binary: ServiceBinary,
    /// Public ports, one per replica.
    ports: Vec<u16>,
    /// When each process died, by generation.
    deaths: Mutex<HashMap<u64, Instant>>,
    generations: Mutex<u64>,
}

/// A process of the service; killed on drop.
pub(crate) struct Process {
    child: Child,
    pub(crate) generation: u64,
    log: Arc<Mutex<Vec<String>>>,
}

/// Result of a start.
pub(crate) enum StartResult {
    Ready(Process),
    /// It died before it was ready.
    Died,
}

impl Deployment {
    pub(crate) fn new(
        upstream: Arc<RecordingSandbox>,
        binary: ServiceBinary,
        store_url: Option<String>,
        replicas: usize,
        random: &mut Random,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let store_url =
            store_url.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("vincula.db").display()));
        let ports: Vec<u16> = (0..replicas).map(|_| free_port(random)).collect::<anyhow::Result<_>>()?;
        let account = upstream.sandbox.account();
        let client_token = account.client_token.as_deref().unwrap_or_default();
        let admins: String = ADMINS
            .iter()
            .map(|(key, phone)| format!("[instances.main.admins.{key}]\nphone = \"{phone}\"\n"))
            .collect();
        let toml = format!(
            r#"[server]
admin_listen = "127.0.0.1:0"
public_url = "https://bot.example.com"
[store]
url = "{store_url}"
[instances.main]
id = "{}"
token = "{}"
client_token = "{client_token}"
max_event_age = "1h"
verify = {{ zapi_token = true }}
[instances.main.limits]
commands_per_minute = 1000000
changes_per_second = 1000
messages_per_minute = 60000
{admins}"#,
            account.id, account.token
        );
        std::fs::write(folder.path().join("vincula.toml"), toml)?;
        let (deaths, generations) = (Mutex::default(), Mutex::new(0));
        Ok(Self { folder, upstream, store_url, binary, ports, deaths, generations })
    }

    /// Webhook URL of a replica.
    pub(crate) fn url(&self, replica: usize) -> String {
        format!("http://127.0.0.1:{}/webhooks/main", self.ports[replica])
    }

    /// When each process died, by generation.
    pub(crate) fn deaths(&self) -> HashMap<u64, Instant> {
        self.deaths.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts a replica, optionally under another program, and waits until it is ready or dead.
    pub(crate) async fn start(&self, replica: usize, wrapper: &[&str]) -> anyhow::Result<StartResult> {
        let generation = {
            let mut last = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
            *last += 1;
            *last
        };
        let mut words = wrapper.iter().map(Path::new).chain([self.binary.path.as_path(), Path::new("serve")]);
        let mut command = Command::new(words.next().context("nothing to start")?);
        command.args(words).current_dir(&self.folder).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::piped()).env_remove("RUST_LOG");
        command.env("VINCULA_CONFIG", self.folder.path().join("vincula.toml"));
        command.env("VINCULA__SERVER__LISTEN", format!("127.0.0.1:{}", self.ports[replica]));
        command.env("VINCULA__INSTANCES__MAIN__BASE_URL", format!("{}/g/{generation}", self.upstream.url));
        if let Some(injected_bug) = self.binary.injected_bug {
            command.env(INJECTED_BUG, injected_bug.name());
        }
        let mut child = command.spawn().context("cannot start the service")?;
        let log = Arc::new(Mutex::new(Vec::new()));
        let (ready, is_ready) = oneshot::channel();
        let (lines, kept) = (child.stderr.take().context("no stderr")?, log.clone());
        // The thread ends with the process.
        std::thread::spawn(move || {
            let mut ready = Some(ready);
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                if line.contains("\"message\":\"ready\"") {
                    let _ = ready.take().map(|ready| ready.send(()));
                }
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() < 10_000 {
                    kept.push(line);
                }
            }
        });
        let mut process = Process { child, generation, log };
        match tokio::time::timeout(START_TIMEOUT, is_ready).await {
            Ok(Ok(())) => Ok(StartResult::Ready(process)),
            Ok(Err(_)) => {
                process.child.wait()?;
                self.record_death(&process);
                if wrapper.is_empty() {
                    bail!("the service did not start: {}", process.log().join("\n"));
                }
                Ok(StartResult::Died)
            }
            Err(_) => bail!("the service is not ready after {START_TIMEOUT:?}: {}", process.log().join("\n")),
        }
    }

    /// Starts a replica, and fails if it dies.
    pub(crate) async fn start_ready(&self, replica: usize) -> anyhow::Result<Process> {
        match self.start(replica, &[]).await? {
            StartResult::Ready(process) => Ok(process),
            StartResult::Died => bail!("the service died while it started"),
        }
    }

    /// Kills the process with SIGKILL.
    pub(crate) fn kill(&self, process: &mut Process) -> anyhow::Result<()> {
        process.child.kill()?;
        process.child.wait()?;
        self.record_death(process);
        Ok(())
    }

    /// Waits for the process to exit; false after the timeout.
    pub(crate) async fn wait_for_exit(
        &self,
        process: &mut Process,
        within: Duration,
    ) -> anyhow::Result<bool> {
        let started = Instant::now();
        while started.elapsed() < within {
            if process.child.try_wait()?.is_some() {
                self.record_death(process);
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(false)
    }

    fn record_death(&self, process: &Process) {
        let mut deaths = self.deaths.lock().unwrap_or_else(PoisonError::into_inner);
        deaths.insert(process.generation, Instant::now());
    }

    /// Opens the journal for reading.
    pub(crate) async fn journal(&self) -> anyhow::Result<Store> {
        Ok(Store::open_to_read(&self.store_url).await?)
    }

    /// Waits until at most `most` commands are open.
    pub(crate) async fn settled(&self, journal: &Store, most: usize, within: Duration) -> anyhow::Result<()> {
        let started = Instant::now();
        let main = InstanceName::parse("main").context("the name of the instance")?;
        loop {
            let open = journal.queue_stats(&main).await?.open;
            if open <= most {
                return Ok(());
            }
            if started.elapsed() > within {
                bail!("{open} commands are still open after {within:?}");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Process {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The log so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Finds a free port below the ephemeral range, so that no client can hold it when the service restarts.
fn free_port(random: &mut Random) -> anyhow::Result<u16> {
    for _ in 0..1_000 {
        let port = u16::try_from(15_000 + random.below(15_000))?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port")
}
