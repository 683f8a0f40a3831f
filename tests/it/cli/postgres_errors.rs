//! PostgreSQL that refuses: each cause has its own sentence and remedy. Poolers in between.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::Connection as _;

use super::{TIMEOUT, TestFolder};
use crate::support::postgres::{self, Server};

/// Runs SQL as the owner of the server.
fn execute(place: &TestFolder, url: &str, sql: String) {
    let run = async {
        let mut connection = sqlx::postgres::PgConnection::connect(url).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    };
    place.within(run);
}

/// A folder whose journal is in this database.
fn folder_on(url: &str) -> TestFolder {
    let place = TestFolder::new();
    place.change("sqlite:vincula.db", url);
    place
}

/// The database's name in a URL of the test server.
fn database_name(url: &str) -> &str {
    url.trim_start_matches("postgres:///").split('?').next().unwrap()
}

#[test]
fn a_missing_right_or_database_is_told_with_its_remedy() {
    let Some(server) = postgres::shared() else { return postgres::skip_notice(module_path!()) };
    let place = TestFolder::new();
    let url = place.within(server.database());
    let name = database_name(&url).to_owned();
    let user = format!("poor_{name}");
    execute(&place, &url, format!("CREATE ROLE {user} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC"));
    let rows = [
        (
            url.replace("user=vincula", &format!("user={user}")),
            "permission denied",
            "GRANT CREATE, USAGE ON SCHEMA public",
        ),
        (url.replace(&name, "nowhere"), "does not exist", "Create the database"),
        (url.replace("user=vincula", "user=nobody_at_all"), "does not exist", "Check user and password"),
        ("postgres://vincula@127.0.0.1:9/vincula".to_owned(), "refused", "Check that the server runs"),
    ];
    for (url, reason, remedy) in rows {
        let ran = folder_on(&url).run(&["serve"]);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.err.contains(reason) && ran.err.contains(remedy), "{url}: {}", ran.err);
        assert_eq!(ran.err.matches(reason).count(), 1, "the reason is told once: {}", ran.err);
    }
    assert!(folder_on(&url).serve().is_running());
}

/// PgBouncer in front of a server, on a socket in the server's folder; killed on drop.
struct Pooler {
    child: Child,
    port: u16,
}

impl Pooler {
    /// Starts it, or returns `None` if it is not installed.
    fn start(server: &Server, port: u16, settings: &str) -> Option<Self> {
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];
        let program = program.iter().find(|program| std::fs::exists(program).is_ok_and(|exists| exists))?;
        let folder = server.folder.display();
        let users = server.folder.join(format!("users-{port}"));
        let file = server.folder.join(format!("pgbouncer-{port}.ini"));
        std::fs::write(&users, "\"vincula\" \"\"\n").unwrap();
        let text = format!(
            "[databases]\n* = host={folder} user=vincula\n[pgbouncer]\nlisten_addr =\nlisten_port = {port}\n\
             unix_socket_dir = {folder}\nauth_type = trust\nauth_file = {}\n{settings}\n",
            users.display()
        );
        std::fs::write(&file, text).unwrap();
        for path in [&users, &file] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
        }
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|me| {
            use std::os::unix::fs::MetadataExt as _;
            me.uid() == 0
        });
        let mut command = Command::new(if is_root { "setpriv" } else { *program });
        if is_root {
            command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", *program]);
        }
        let child = command.arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let socket = server.folder.join(format!(".s.PGSQL.{port}"));
        let started = Instant::now();
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            assert!(started.elapsed() < TIMEOUT, "PgBouncer does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self { child, port })
    }

    fn url(&self, url: &str) -> String {
        format!("{url}&port={}", self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_pooler_that_keeps_sessions_works_and_another_one_is_named() {
    let Some(server) = Server::start() else { return postgres::skip_notice(module_path!()) };
    let place = TestFolder::new();
    let url = place.within(server.database());
    let ignore = "ignore_startup_parameters = extra_float_digits";
    let start = |port, settings: &str| Pooler::start(&server, port, settings);
    let Some(strict) = start(6001, "pool_mode = session") else {
        return postgres::skip_notice("cli::postgres (PgBouncer)");
    };

    let ran = folder_on(&strict.url(&url)).run(&["serve"]);
    assert!(ran.err.contains(ignore), "{}", ran.err);

    let transactions = start(6002, &format!("pool_mode = transaction\n{ignore}")).unwrap();
    let ran = folder_on(&transactions.url(&url)).run(&["serve"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.err.contains("pool_mode = session"), "{}", ran.err);

    let sessions = start(6003, &format!("pool_mode = session\n{ignore}")).unwrap();
    let place = folder_on(&sessions.url(&url));
    let serving = place.serve();
    place.command_event("A1", "/whoami");
    assert!(place.reply_to("A1").contains("Ana"));
    serving.stop(&place);
}
