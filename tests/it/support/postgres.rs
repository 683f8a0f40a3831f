//! Temporary PostgreSQL: one server per test process, one database per test.
//!
//! Uses the `initdb` and `postgres` of Debian's package (or of `PATH`), as an ordinary user, on a socket in a
//! temporary folder. Stops when this process ends, even if it crashes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use sqlx::Connection as _;

/// User `nobody`: the server refuses to run as root.
const NOBODY: &str = "65534";
/// Starts the server, and stops it when its stdin is closed. Each line of input starts (`s`) or kills (`k`)
/// the server.
const KEEPER: &str = r#"
start() { "$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync="$3" -c max_connections=400 \
    -c shared_buffers=32MB -c log_min_messages=panic >>"$2/log" 2>&1 & pid=$!; }
"$1/initdb" -D "$2/data" -U vincula --auth=trust --no-sync -E UTF8 --locale=C >"$2/log" 2>&1 || exit 1
start "$1" "$2" "$3"
while read -r word; do
    case $word in
        k) kill -QUIT "$pid"; wait "$pid" ;;
        s) start "$1" "$2" "$3" ;;
    esac
done
kill -QUIT "$pid"; wait "$pid"
rm -rf "$2"
"#;

/// A running server.
pub struct Server {
    /// Folder of its programs.
    pub programs: PathBuf,
    /// Folder of its socket.
    pub folder: PathBuf,
    keeper: Mutex<Child>,
}

/// The shared server, or `None` if PostgreSQL is not installed.
pub fn shared() -> Option<&'static Server> {
    static SHARED: OnceLock<Option<Server>> = OnceLock::new();
    SHARED.get_or_init(Server::start).as_ref()
}

/// Reports a skipped test on the real stderr, which the test runner does not capture.
pub fn skip_notice(module: &str) {
    let thread = std::thread::current();
    let test = thread.name().filter(|name| *name != "main").unwrap_or(module);
    let line = format!("NOT RUN, since PostgreSQL (initdb) or PgBouncer is not installed: {test}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}

impl Server {
    /// Starts a server, or returns `None` if PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        Self::with_fsync("off")
    }

    /// The same with `fsync` `on`, for measurements, or `off`.
    pub fn with_fsync(fsync: &str) -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("vincula-pg-").tempdir().unwrap().keep();
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|me| {
            use std::os::unix::fs::MetadataExt as _;
            me.uid() == 0
        });
        let mut keeper = if is_root {
            std::os::unix::fs::chown(&folder, Some(65534), Some(65534)).unwrap();
            let mut keeper = Command::new("setpriv");
            keeper.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "sh"]);
            keeper
        } else {
            Command::new("sh")
        };
        keeper.args(["-c", KEEPER, "keeper"]).arg(&programs).arg(&folder).arg(fsync).current_dir(&folder);
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Self { programs, folder, keeper: Mutex::new(keeper.spawn().unwrap()) };
        server.wait_until_up();
        Some(server)
    }

    /// URL of a new schema in a shared database, which is fast to create. Its tests share the writer lock and
    /// wake each other's workers.
    pub async fn schema(&self) -> String {
        let name = self.create("SCHEMA").await;
        format!("{}&options[search_path]={name}", self.url("postgres"))
    }

    /// URL of a new database.
    pub async fn database(&self) -> String {
        self.url(&self.create("DATABASE").await)
    }

    /// Number of transactions in the database of this URL; the statistics lag by seconds.
    pub async fn transactions(&self, url: &str) -> i64 {
        let name = url.trim_start_matches("postgres:///").split('?').next().unwrap();
        let mut connection = sqlx::postgres::PgConnection::connect(&self.url("postgres")).await.unwrap();
        let count = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = $1";
        sqlx::query_scalar(count).bind(name).fetch_one(&mut connection).await.unwrap()
    }

    async fn create(&self, what: &str) -> String {
        let name = format!("t{}", uuid::Uuid::now_v7().simple());
        let mut connection = sqlx::postgres::PgConnection::connect(&self.url("postgres")).await.unwrap();
        let create = sqlx::AssertSqlSafe(format!("CREATE {what} {name}"));
        sqlx::raw_sql(create).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        name
    }

    /// Kills the server like a crash.
    pub fn kill(&self) {
        self.log("k");
        let started = Instant::now();
        while self.is_up() {
            assert!(started.elapsed() < Duration::from_secs(20), "PostgreSQL does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Starts the server again after [`Server::kill`].
    pub fn restart(&self) {
        self.log("s");
        self.wait_until_up();
    }

    fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=vincula", self.folder.display())
    }

    fn log(&self, word: &str) {
        let mut keeper = self.keeper.lock().unwrap();
        writeln!(keeper.stdin.as_mut().unwrap(), "{word}").unwrap();
    }

    fn is_up(&self) -> bool {
        let mut asking = Command::new(self.programs.join("pg_isready"));
        asking.args(["--quiet", "--host"]).arg(&self.folder).status().unwrap().success()
    }

    fn wait_until_up(&self) {
        let started = Instant::now();
        while !self.is_up() {
            let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(started.elapsed() < Duration::from_secs(60), "PostgreSQL does not start: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut keeper = self.keeper.lock().unwrap();
        drop(keeper.stdin.take());
        let _ = keeper.wait();
    }
}

/// Folder of `initdb` and `postgres`: the newest of Debian's packages, else from `PATH`.
fn programs() -> Option<PathBuf> {
    let version = |folder: &Path| -> Option<u32> { folder.file_name()?.to_str()?.parse().ok() };
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest =
        debian.map(|entry| entry.path()).filter(|path| version(path) >= Some(12)).max_by_key(|p| version(p));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let elsewhere = std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    newest.map(|path| path.join("bin")).filter(|bin| bin.join("initdb").exists()).or(elsewhere)
}
