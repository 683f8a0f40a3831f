//! The real program as a process: configured, started on a port that never changes, killed, started again.

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

use crate::chats::ADMINS;
use crate::ledger::RecordingSandbox;
use crate::random::Random;

/// How long a start may take, on a busy machine and under strace.
const START: Duration = Duration::from_secs(20);
/// What only a debug build knows.
const ONLY_IN_TESTS: [&str; 3] = ["VINCULA_FAIL_AT", "VINCULA_HANG_AT", SABOTAGE];
/// The one that breaks a promise.
const SABOTAGE: &str = "VINCULA_SABOTAGE";

/// The binary of a run: the one that operators get, or a debug build that breaks a promise.
#[derive(Clone, Debug)]
pub(crate) struct ServiceBinary {
    path: PathBuf,
    pub(crate) sabotage: Option<InjectedBug>,
}

impl ServiceBinary {
    /// The release binary, which must not know how to break anything; or, for a control, the debug
    /// binary, which must.
    pub(crate) fn choose(sabotage: Option<InjectedBug>) -> anyhow::Result<Self> {
        let (variable, usual) = match sabotage {
            None => ("VINCULA_BIN", env!("CARGO_BIN_EXE_vincula")),
            Some(_) => ("VINCULA_DEBUG_BIN", concat!(env!("CARGO_MANIFEST_DIR"), "/target/debug/vincula")),
        };
        let path = std::env::var_os(variable).map_or_else(|| PathBuf::from(usual), PathBuf::from);
        let code = std::fs::read(&path)
            .with_context(|| format!("cannot read {}; build it, or set {variable}", path.display()))?;
        for word in ONLY_IN_TESTS {
            let is_there = code.windows(word.len()).any(|bytes| bytes == word.as_bytes());
            match sabotage {
                None if is_there => bail!("{word} is in {}, which operators would get", path.display()),
                Some(_) if !is_there => bail!("{word} is not in {}: no debug build", path.display()),
                _ => {}
            }
        }
        Ok(Self { path: std::fs::canonicalize(path)?, sabotage })
    }

    /// What is run, for the summary.
    pub(crate) fn describe(&self) -> String {
        match self.sabotage {
            None => "the release binary; no fail point is in it".to_owned(),
            Some(sabotage) => format!("a debug binary with {}", sabotage.name()),
        }
    }
}

/// Everything that a process is started with.
pub(crate) struct Deployment {
    pub(crate) folder: TempDir,
    pub(crate) outside: Arc<RecordingSandbox>,
    pub(crate) store_url: String,
    binary: ServiceBinary,
    /// The public ports: one a replica.
    ports: Vec<u16>,
    /// When each process died, by generation.
    deaths: Mutex<HashMap<u64, Instant>>,
    generations: Mutex<u64>,
}

/// A process of the service; killed when it is forgotten.
pub(crate) struct Process {
    child: Child,
    pub(crate) generation: u64,
    log: Arc<Mutex<Vec<String>>>,
}

/// How a start went.
pub(crate) enum StartResult {
    Ready(Process),
    /// It was dead before it was ready.
    Died,
}

impl Deployment {
    pub(crate) fn new(
        outside: Arc<RecordingSandbox>,
        binary: ServiceBinary,
        store_url: Option<String>,
        replicas: usize,
        random: &mut Random,
        extra: &str,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let store_url =
            store_url.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("vincula.db").display()));
        let ports: Vec<u16> = (0..replicas).map(|_| free_port(random)).collect::<anyhow::Result<_>>()?;
        let account = outside.sandbox.account();
        let client_token = account.client_token.as_deref().unwrap_or_default();
        let admins: String = ADMINS
            .iter()
            .map(|(key, phone)| format!("[instances.main.admins.{key}]\nphone = \"{phone}\"\n"))
            .collect();
        let toml = format!(
            r#"[server]
admin_listen = "127.0.0.1:0"
public_url = "https://bot.example.com"
{extra}
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
        Ok(Self { folder, outside, store_url, binary, ports, deaths, generations })
    }

    /// Where events of this replica go.
    pub(crate) fn url(&self, replica: usize) -> String {
        format!("http://127.0.0.1:{}/webhooks/main", self.ports[replica])
    }

    /// When each process died, by generation.
    pub(crate) fn deaths(&self) -> HashMap<u64, Instant> {
        self.deaths.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts a replica, perhaps under another program, and waits until it is ready or dead.
    pub(crate) async fn start(&self, replica: usize, under: &[&str]) -> anyhow::Result<StartResult> {
        let generation = {
            let mut last = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
            *last += 1;
            *last
        };
        let mut words = under.iter().map(Path::new).chain([self.binary.path.as_path(), Path::new("serve")]);
        let mut command = Command::new(words.next().context("nothing to start")?);
        command.args(words).current_dir(&self.folder).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::piped()).env_remove("RUST_LOG");
        command.env("VINCULA_CONFIG", self.folder.path().join("vincula.toml"));
        command.env("VINCULA__SERVER__LISTEN", format!("127.0.0.1:{}", self.ports[replica]));
        command.env("VINCULA__INSTANCES__MAIN__BASE_URL", format!("{}/g/{generation}", self.outside.url));
        if let Some(sabotage) = self.binary.sabotage {
            command.env(SABOTAGE, sabotage.name());
        }
        let mut child = command.spawn().context("cannot start the service")?;
        let log = Arc::new(Mutex::new(Vec::new()));
        let (ready, is_ready) = oneshot::channel();
        let (lines, kept) = (child.stderr.take().context("no stderr")?, log.clone());
        // Ends with the process.
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
        match tokio::time::timeout(START, is_ready).await {
            Ok(Ok(())) => Ok(StartResult::Ready(process)),
            Ok(Err(_)) => {
                process.child.wait()?;
                self.record_death(&process);
                if under.is_empty() {
                    bail!("the service did not start: {}", process.log().join("\n"));
                }
                Ok(StartResult::Died)
            }
            Err(_) => bail!("the service is not ready after {START:?}: {}", process.log().join("\n")),
        }
    }

    /// Starts a replica that must get ready.
    pub(crate) async fn start_ready(&self, replica: usize) -> anyhow::Result<Process> {
        match self.start(replica, &[]).await? {
            StartResult::Ready(process) => Ok(process),
            StartResult::Died => bail!("the service died while it started"),
        }
    }

    /// kill -9.
    pub(crate) fn kill(&self, process: &mut Process) -> anyhow::Result<()> {
        process.child.kill()?;
        process.child.wait()?;
        self.record_death(process);
        Ok(())
    }

    /// Waits until it dies by itself, at most so long; whether it did.
    pub(crate) async fn wait_for_exit(
        &self,
        process: &mut Process,
        within: Duration,
    ) -> anyhow::Result<bool> {
        let begun = Instant::now();
        while begun.elapsed() < within {
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

    /// The journal, to read it beside the service.
    pub(crate) async fn journal(&self) -> anyhow::Result<Store> {
        Ok(Store::open_to_read(&self.store_url).await?)
    }

    /// Returns when the journal holds at most so many open orders.
    pub(crate) async fn settled(&self, journal: &Store, most: usize, within: Duration) -> anyhow::Result<()> {
        let begun = Instant::now();
        let main = InstanceName::parse("main").context("the name of the instance")?;
        loop {
            let open = journal.queue_stats(&main).await?.open;
            if open <= most {
                return Ok(());
            }
            if begun.elapsed() > within {
                bail!("{open} orders are still open after {within:?}");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Process {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it logged so far.
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

/// A port below those that the system gives to clients: a client of the load could hold it when the
/// service wants it back.
fn free_port(random: &mut Random) -> anyhow::Result<u16> {
    for _ in 0..1_000 {
        let port = u16::try_from(15_000 + random.below(15_000))?;
        // Also free for whoever does not reuse addresses.
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port")
}
