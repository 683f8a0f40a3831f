//! The program as a process: its output and its exit code.
//!
//! All output is searched for every secret of the configuration; see [`TestFolder::safe`].

mod check;
#[cfg(debug_assertions)]
mod crash_points;
mod demo;
mod event;
#[cfg(debug_assertions)]
mod fsync_trace;
mod hostile_env;
mod journal;
mod log;
mod journal_backup;
mod journal_list;
mod journal_refused;
mod man;
mod notify;
mod password;
mod postgres_errors;
mod reload;
mod schema;
mod restart;
mod secrets;
mod serve;
mod stalled_process;
mod store;
mod systemd;
mod who;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use vincula::lifecycle;
use vincula::sandbox::{InstanceCredentials, Options, Sandbox, SentMessage, World};

use crate::support::{ANA, postgres, receiver};

const PATH: &str = "a-path-nobody-guesses-9f2c";
const KEY: &str = "a made-up key that signs webhooks";
const STANDARD: &str = "whsec_bWFkZS11cCBzdGFuZGFyZCB3ZWJob29rcyBrZXk=";
/// Timeout of a test.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A folder with a configuration, and its Z-API sandbox.
struct TestFolder {
    folder: TempDir,
    sandbox: Sandbox,
    outside: Runtime,
    variables: Vec<(String, String)>,
}

/// Ends the line of an address that the service chose itself.
const CHOSEN: &str = " # chosen";

/// Output and exit code of a process.
#[derive(Debug)]
struct ProcessOutput {
    code: Option<i32>,
    out: String,
    err: String,
}

impl TestFolder {
    fn new() -> Self {
        let sandbox = Sandbox::new(World::small(), InstanceCredentials::generate(), Options::default());
        let outside =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = outside.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        outside.spawn(lifecycle::serve_router(listener, sandbox.router(), CancellationToken::new()));
        let place = Self { folder: tempfile::tempdir().unwrap(), sandbox, outside, variables: Vec::new() };
        place.write(&place.configuration(&url));
        place
    }

    /// All authentication schemes, and free ports.
    fn configuration(&self, base_url: &str) -> String {
        let InstanceCredentials { id, token, client_token, .. } = self.sandbox.account();
        let client_token = client_token.as_deref().unwrap();
        format!(
            r#"[server]
listen = "127.0.0.1:0"
admin_listen = "127.0.0.1:0"
public_url = "https://bot.example.com"

[store]
url = "sqlite:vincula.db"

[instances.main]
id = "{id}"
token = "{token}"
client_token = "{client_token}"
base_url = "{base_url}"

[instances.main.verify]
zapi_token = true
path_secret = "{PATH}"
hmac = {{ header = "X-Hub-Signature-256", secrets = ["{KEY}"] }}
standard_webhooks = {{ secrets = ["{STANDARD}"] }}

[instances.main.limits]
changes_per_second = 1000
messages_per_minute = 60000

[instances.main.admins.ana]
phone = "{ANA}"
name = "Ana"
"#
        )
    }

    /// Calls Z-API like another client with its credentials.
    fn put(&self, path: &str, body: &serde_json::Value) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let InstanceCredentials { id, token, client_token, .. } = self.sandbox.account();
        let toml = std::fs::read_to_string(self.file()).unwrap();
        let base_url = toml.split_once("base_url = \"").unwrap().1.split('"').next().unwrap();
        let request = reqwest::Client::new()
            .put(format!("{base_url}/instances/{id}/token/{token}/{path}"))
            .header("client-token", client_token.as_deref().unwrap())
            .json(body);
        let response = self.outside.block_on(request.send()).unwrap();
        assert!(response.status().is_success(), "{path}");
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("vincula.toml")
    }

    fn write(&self, toml: &str) {
        std::fs::write(self.file(), toml).unwrap();
    }

    /// Changes the configuration: `from` becomes `to`.
    fn change(&self, from: &str, to: &str) {
        let toml = std::fs::read_to_string(self.file()).unwrap();
        assert!(toml.contains(from), "{from} is not in {toml}");
        self.write(&toml.replace(from, to));
    }

    fn variable(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    /// The program in this folder, without this process's environment.
    fn program(&self, arguments: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_vincula"));
        program.args(arguments).current_dir(&self.folder).env_clear();
        program.envs(self.variables.iter().map(|(name, value)| (name, value)));
        program.env("TMPDIR", self.folder.path()).stdin(Stdio::null());
        program.stdout(Stdio::piped()).stderr(Stdio::piped());
        program
    }

    /// Runs the program until it exits.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> ProcessOutput {
        self.run_on("", arguments)
    }

    /// Runs the program with this stdin until it exits.
    #[track_caller]
    fn run_on(&self, input: &str, arguments: &[&str]) -> ProcessOutput {
        let mut child = self.program(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        // A process that reads nothing has closed its stdin.
        let writing = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (out, err) = (collect(out), collect(err));
        let code = wait(&mut child, arguments);
        writing.join().unwrap();
        let ran = ProcessOutput { code, out: out.join().unwrap(), err: err.join().unwrap() };
        self.safe(&ran.out);
        self.safe(&ran.err);
        ran
    }

    /// Writes an address that the service chose to the configuration.
    fn set_address(&self, key: &str, address: &str) {
        let toml = std::fs::read_to_string(self.file()).unwrap_or_default();
        let line = toml.lines().find(|line| line.starts_with(&format!("{key} = ")));
        if let Some(line) = line {
            self.write(&toml.replacen(line, &format!("{key} = \"{address}\"{CHOSEN}"), 1));
        }
    }

    /// Lets the next service choose its addresses again: another process may have taken the ports of an ended one.
    fn free_ports(&self) {
        let toml = std::fs::read_to_string(self.file()).unwrap_or_default();
        let lines = toml.lines().map(|line| match line.strip_suffix(CHOSEN) {
            Some(line) => format!("{} = \"127.0.0.1:0\"\n", line.split(' ').next().unwrap()),
            None => format!("{line}\n"),
        });
        if !toml.is_empty() {
            self.write(&lines.collect::<String>());
        }
    }

    /// Starts the service, waits until it is ready, and writes its addresses to the configuration.
    #[track_caller]
    fn serve(&self) -> Serving {
        self.serve_as(self.program(&["serve"]))
    }

    /// The same with a limit of open files.
    #[track_caller]
    fn serve_within(&self, open_files: usize) -> Serving {
        let whole = self.program(&[]);
        let mut program = Command::new("/bin/sh");
        program
            .args(["-c", &format!("ulimit -n {open_files} && exec \"$0\" serve")])
            .arg(whole.get_program());
        program
            .current_dir(&self.folder)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        self.serve_as(program)
    }

    /// The same for a service started by another command line.
    #[track_caller]
    fn serve_as(&self, mut program: Command) -> Serving {
        self.free_ports();
        let mut child = program.spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (lines, kept) = (BufReader::new(child.stderr.take().unwrap()), log.clone());
        let (ready, is_ready) = std::sync::mpsc::channel();
        let reading = std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let parsed: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
                kept.lock().unwrap().push_str(&format!("{line}\n"));
                if parsed["message"] == "ready" {
                    let text = |name: &str| parsed[name].as_str().unwrap_or_default().to_owned();
                    let _ = ready.send((text("public"), text("private")));
                }
            }
        });
        let Ok((public, private)) = is_ready.recv_timeout(TIMEOUT) else {
            let _ = child.kill();
            panic!("it did not get ready: {}", log.lock().unwrap());
        };
        self.set_address("listen", &public);
        self.set_address("admin_listen", &private);
        Serving { child, log, reading: Some(reading), public, private }
    }

    /// Posts a command with `vincula event send` and returns its id in the journal.
    #[track_caller]
    fn command_event(&self, message_id: &str, text: &str) -> String {
        let ran = self.run(&["event", "send", "--from", ANA, "--text", text, "--id", message_id]);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let response: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(response["status"], "accepted", "{response}");
        response["id"].as_str().unwrap().to_owned()
    }

    /// The bot's message that quotes this one.
    #[track_caller]
    fn reply_to(&self, message_id: &str) -> String {
        let quotes = |sent: &SentMessage| sent.quoted.as_deref() == Some(message_id);
        let wait =
            self.sandbox.wait_until(|view| view.world.sent().iter().find(|sent| quotes(sent)).cloned());
        self.within(wait).text
    }

    #[track_caller]
    fn within<T>(&self, wait: impl Future<Output = T>) -> T {
        match self.outside.block_on(async { tokio::time::timeout(TIMEOUT, wait).await }) {
            Ok(value) => value,
            Err(_) => panic!("waited too long; the calls were {:#?}", self.sandbox.calls()),
        }
    }

    fn calls_to(&self, path: &str) -> usize {
        self.sandbox.calls().iter().filter(|call| call.path.starts_with(path)).count()
    }

    /// Fails if the text contains a secret or a terminal escape.
    #[track_caller]
    fn safe(&self, text: &str) {
        let InstanceCredentials { token, client_token, .. } = self.sandbox.account();
        let bare = STANDARD.trim_start_matches("whsec_");
        let hook = [receiver::HIDDEN_PATH, receiver::SECRET.trim_start_matches("whsec_")];
        for secret in [token, client_token.as_deref().unwrap(), PATH, KEY, bare].into_iter().chain(hook) {
            assert!(!text.contains(secret), "a secret is in {text}");
            assert!(!text.contains(&hex::encode(secret)), "a secret is in {text}");
        }
        assert!(!text.contains('\u{1b}'), "colours without a terminal: {text}");
    }
}

/// Runs a test on SQLite, and on PostgreSQL if it is installed.
fn on_each_store(test: impl Fn(TestFolder)) {
    test(TestFolder::new());
    let Some(server) = postgres::shared() else { return postgres::skip_notice(module_path!()) };
    let place = TestFolder::new();
    place.change("sqlite:vincula.db", &place.outside.block_on(server.database()));
    test(place);
}

/// A running service process; killed on drop.
struct Serving {
    child: Child,
    log: Arc<Mutex<String>>,
    reading: Option<JoinHandle<()>>,
    /// `host:port` of the public listener.
    public: String,
    /// `host:port` of the private listener.
    private: String,
}

impl Serving {
    /// Sends a signal by name, such as `TERM`.
    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Whether the process is running.
    fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for the exit, and returns exit code and log.
    #[track_caller]
    fn wait_for_exit(&mut self, place: &TestFolder) -> (Option<i32>, String) {
        let code = wait(&mut self.child, &["serve"]);
        if let Some(reading) = self.reading.take() {
            reading.join().unwrap();
        }
        let log = self.log.lock().unwrap().clone();
        place.safe(&log);
        let is_json =
            |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok_and(|l| l.is_object());
        assert!(log.lines().all(|line| is_json(line) || line.starts_with("vincula: ")), "{log}");
        (code, log)
    }

    /// Stops it with SIGTERM, and returns its log.
    #[track_caller]
    fn stop(mut self, place: &TestFolder) -> String {
        self.signal("TERM");
        let (code, log) = self.wait_for_exit(place);
        assert_eq!(code, Some(0), "{log}");
        log
    }

    /// Kills it with SIGKILL.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8(bytes).unwrap()
    })
}

#[track_caller]
fn wait(child: &mut Child, arguments: &[&str]) -> Option<i32> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if started.elapsed() > TIMEOUT {
            let _ = child.kill();
            panic!("vincula {} does not end", arguments.join(" "));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
