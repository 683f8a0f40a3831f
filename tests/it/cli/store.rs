//! Store outages that need a process: a full or hanging disk, a read-only file, a file damaged at start.

use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Connection as _, Row as _};

use super::{ProcessOutput, Serving, TIMEOUT, TestFolder};
use crate::support::{ANA, NON_ADMIN};

/// User and group `nobody`.
const NOBODY: u32 = 65534;
const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;

impl TestFolder {
    /// The program, started by another one that gets it as arguments.
    fn by(&self, starter: &str, arguments: &[&str]) -> Command {
        self.starting(starter, arguments, Path::new(env!("CARGO_BIN_EXE_vincula")))
    }

    /// The program as an ordinary user, since root ignores permissions.
    fn by_nobody(&self) -> Command {
        let folder = self.folder.path();
        if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
            return self.by("env", &[]);
        }
        // User `nobody` may not be able to read the build folder.
        let program = folder.join("vincula");
        std::fs::copy(env!("CARGO_BIN_EXE_vincula"), &program).unwrap();
        for path in [folder.to_owned(), self.file()] {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let id = NOBODY.to_string();
        self.starting("setpriv", &["--reuid", &id, "--regid", &id, "--clear-groups"], &program)
    }

    fn starting(&self, starter: &str, arguments: &[&str], program: &Path) -> Command {
        let mut command = Command::new(starter);
        command.args(arguments).arg(program).current_dir(&self.folder).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if starter != "sh" {
            command.arg("serve");
        }
        command
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("vincula.db")
    }

    /// Posts a command and returns the response.
    fn attempt(&self, message_id: &str, text: &str) -> ProcessOutput {
        self.run(&["event", "send", "--from", ANA, "--text", text, "--id", message_id])
    }

    /// Posts a command and expects 503 in time, while chatter gets its response at once.
    #[track_caller]
    fn expect_refused(&self, serving: &Serving, message_id: &str, why: &str) {
        std::thread::scope(|scope| {
            let started = Instant::now();
            let command = scope.spawn(|| self.attempt(message_id, COMMAND));
            let chatter =
                self.run(&["event", "send", "--from", NON_ADMIN, "--text", "que bom", "--id", "chatter"]);
            assert!(chatter.out.contains("ignored") || chatter.err.contains("ignored"), "{chatter:#?}");
            let refused = command.join().unwrap();
            assert_eq!(refused.code, Some(1), "{refused:#?}");
            assert!(format!("{}{}", refused.out, refused.err).contains("503"), "{refused:#?}");
            assert!(started.elapsed() < Duration::from_secs(100), "503 came after {:?}", started.elapsed());
        });
        let (status, text) = self.readiness(serving);
        assert_eq!(status, 503, "{text}");
        assert!(text.contains(why), "{text}");
    }

    fn readiness(&self, serving: &Serving) -> (u16, String) {
        let url = format!("http://{}", serving.private);
        let request = crate::support::raw_connection::request("GET", "/readyz", &[], b"");
        let response = self.within(async { crate::support::raw_connection::ask(&url, &request).await });
        (response.status, response.text())
    }

    /// Waits until the service is ready again.
    #[track_caller]
    fn ready(&self, serving: &Serving) {
        let started = Instant::now();
        while self.readiness(serving).0 != 200 {
            assert!(started.elapsed() < TIMEOUT, "{}", serving.log.lock().unwrap());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Expects that `serve` fails to start, and returns its output.
    #[track_caller]
    fn refused(&self) -> String {
        let ran = self.run(&["serve"]);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        ran.err
    }
}

#[test]
fn a_full_disk_rejects_commands_until_there_is_space_and_loses_none() {
    let place = TestFolder::new();
    // A file size limit of the process stands for a full disk.
    let limited = "trap '' XFSZ; ulimit -S -f 2000; exec \"$0\" serve";
    let serving = place.serve_as(place.by("sh", &["-c", limited]));
    let mut accepted = Vec::new();
    for number in 1.. {
        let id = format!("A{number}");
        if place.attempt(&id, "/whoami").code != Some(0) {
            break;
        }
        accepted.push(id);
        assert!(number < 30, "the limit is not reached");
    }
    place.expect_refused(&serving, "B1", "the disk");

    let (pid, limit) = (serving.child.id().to_string(), "--fsize=unlimited:unlimited");
    assert!(Command::new("prlimit").args(["--pid", &pid, limit]).status().unwrap().success());
    place.ready(&serving);
    place.command_event("B1", COMMAND);

    assert!(place.reply_to("B1").contains("✅ “Futebol”"));
    for id in &accepted {
        assert!(place.reply_to(id).starts_with("You are “Ana”"), "{id}");
    }
    let log = serving.stop(&place);
    assert!(log.contains("the journal cannot be used") && log.contains("can be written again"), "{log}");
    for id in &accepted {
        let sent = place.sandbox.sent();
        let replies = sent.iter().filter(|sent| sent.quoted.as_deref() == Some(id)).count();
        assert_eq!(replies, 1, "{id}");
    }
}

/// A thread that blocks for ever stands for a hanging disk.
#[cfg(debug_assertions)]
#[test]
fn a_hanging_disk_rejects_commands_and_does_not_block_shutdown() {
    let mut place = TestFolder::new();
    place.variable("VINCULA_HANG_AT", "writing");
    let mut serving = place.serve();
    place.expect_refused(&serving, "A1", "a write does not end");
    let started = Instant::now();
    place.expect_refused(&serving, "B1", "a write does not end");
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "a known outage is waited for: {:?}",
        started.elapsed()
    );

    let started = Instant::now();
    serving.signal("TERM");
    let (code, log) = serving.wait_for_exit(&place);

    assert_eq!(code, Some(0), "{log}");
    assert!(started.elapsed() < Duration::from_secs(100), "it ended after {:?}", started.elapsed());
    assert!(log.contains("its thread is abandoned"), "{log}");
    place.variables.clear();
    let serving = place.serve();
    for id in ["A1", "B1"] {
        place.command_event(id, "/whoami");
        assert!(place.reply_to(id).starts_with("You are “Ana”"));
    }
    serving.stop(&place);
}

#[test]
fn a_read_only_journal_rejects_commands_until_it_is_writable() {
    let place = TestFolder::new();
    let serving = place.serve_as(place.by_nobody());
    place.command_event("A1", "/whoami");
    place.reply_to("A1");
    let rights = |mode| {
        for file in ["vincula.db", "vincula.db-wal", "vincula.db-shm"] {
            let file = place.folder.path().join(file);
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };

    rights(0o444);
    // An open file stays writable. After an outage the service reopens it.
    let held = place.within(crate::webhook::hold(&place.journal()));
    place.expect_refused(&serving, "B1", "cannot be used now");
    drop(held);
    place.expect_refused(&serving, "B1", "who may write the file");

    rights(0o644);
    place.ready(&serving);
    place.command_event("B1", COMMAND);
    assert!(place.reply_to("B1").contains("✅ “Futebol”"));
    serving.stop(&place);
}

#[test]
fn a_damaged_page_needed_by_commands_is_reported_at_start() {
    for name in [
        "command",
        "audit_event",
        "rate_limit",
        "write_probe",
        "audit_event_command",
        "command_finished",
        "command_text",
        "command_dead",
        "command_cancelled",
        "command_outcome",
    ] {
        let place = TestFolder::new();
        let serving = place.serve();
        place.command_event("A1", COMMAND);
        place.reply_to("A1");
        serving.stop(&place);
        let pages = place.query(&format!("SELECT rootpage FROM sqlite_schema WHERE name = '{name}'"));
        let damage = "head -c 4096 /dev/urandom | dd of=\"$1\" conv=notrunc bs=4096 seek=$(($2 - 1))";
        let mut shell = Command::new("sh");
        shell.args(["-c", damage, "sh"]).arg(place.journal()).arg(pages[0].to_string());
        assert!(shell.output().unwrap().status.success());

        let said = place.refused();

        assert!(
            said.contains("vincula.db is damaged") && said.contains("restore a backup"),
            "{name}: {said}"
        );
    }
}

#[test]
fn a_damaged_file_is_reported_at_start_with_a_remedy() {
    let damages: [(&str, &str); 4] = [
        ("its first page", "head -c 4096 /dev/urandom | dd of=\"$1\" conv=notrunc"),
        ("all but its first page", "head -c 400000 /dev/urandom | dd of=\"$1\" conv=notrunc bs=4096 seek=1"),
        ("its end", "truncate -s -8192 \"$1\""),
        ("no database at all", "echo 'not a database, but long enough to be read as one' > \"$1\""),
    ];
    for (what, damage) in damages {
        let place = TestFolder::new();
        let serving = place.serve();
        place.command_event("A1", COMMAND);
        place.reply_to("A1");
        serving.stop(&place);
        let ran = Command::new("sh").args(["-c", damage, "sh"]).arg(place.journal()).output().unwrap();
        assert!(ran.status.success(), "{ran:?}");

        let said = place.refused();

        for part in ["vincula.db is damaged", "Move it away", "vincula.db-wal", "restore a backup"] {
            assert!(said.contains(part), "{what}: {part} is not in {said}");
        }
        let checked = place.run(&["check", "--offline"]);
        assert!(checked.code == Some(1) || what.contains("end") || what.contains("all but"), "{checked:#?}");
    }
}

/// What `journal` shows of a command whose text was trimmed.
#[test]
fn a_command_without_text_still_has_sender_name_and_outcome() {
    let place = TestFolder::new();
    let serving = place.serve();
    let id = place.command_event("A1", COMMAND);
    place.reply_to("A1");
    serving.stop(&place);
    place.execute("UPDATE command SET finished_at = finished_at - 31 * 86400000; DELETE FROM maintenance");

    let serving = place.serve();
    let started = Instant::now();
    while !place.run(&["journal", "list"]).out.contains("(text removed)") {
        assert!(started.elapsed() < TIMEOUT, "the text stays");
    }

    let shown = place.run(&["journal", "show", &id]).out;
    for expected in ["ana", "link", "done (replied)", "(text removed after 30 days)", "finished"] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    assert!(!shown.contains("futebol") && !shown.contains("Futebol"), "{shown}");
    serving.stop(&place);
}

/// Every statement on the journal uses an index: the log of a run names the statements, and SQLite explains
/// each. Inserts are not logged; the query plan test of `storage` covers them.
#[test]
fn no_statement_scans_the_whole_journal() {
    let mut place = TestFolder::new();
    place.variable("RUST_LOG", "vincula=info,sqlx::query=debug");
    let serving = place.serve();
    let fault = vincula::sandbox::Fault::Replace(vincula::sandbox::FaultResponse::bad_gateway());
    place.sandbox.faults().fail_next("communities/link", 1, fault);
    for (id, text) in [("A1", COMMAND), ("A2", "/status"), ("A3", "/whoami")] {
        place.command_event(id, text);
        place.reply_to(id);
    }
    assert_eq!(place.readiness(&serving).0, 200);
    let log = serving.stop(&place);

    let statements: BTreeSet<String> = log.lines().flat_map(statements).collect();
    for known in [
        "UPDATE command SET claims",
        "UPDATE chat_queue SET lease_token = $1",
        "DELETE FROM audit_event",
        "MIN(CASE",
    ] {
        assert!(statements.iter().any(|sql| sql.contains(known)), "{known} is not in {statements:#?}");
    }
    let scans: Vec<String> = statements.iter().flat_map(|sql| place.scans(sql)).collect();
    assert!(scans.is_empty(), "{}", scans.join("\n"));
    for (part, step) in [
        ("ready_at <= $4", "chat_queue_ready (ready_at<?)"),
        ("ORDER BY seq LIMIT 1", "command_open (instance=? AND ordering_key=?)"),
        ("MIN(CASE", "chat_queue_ready (ready_at<?)"),
        ("state = 'dead')", "command_dead (instance=?)"),
        ("state = 'dead')", "command_open (instance=?)"),
        ("DELETE FROM audit_event", "audit_event_command (command=?)"),
        ("DELETE FROM command", "command_finished (finished_at<?)"),
        ("SET text = ''", "command_text (finished_at<?)"),
        ("DELETE FROM chat_queue WHERE (", "chat_queue_ready (ready_at=? AND idle_since<?)"),
    ] {
        let sql = statements.iter().find(|sql| sql.contains(part)).unwrap_or_else(|| panic!("no {part}"));
        let plan = place.plan(sql).join("\n");
        assert!(plan.contains(step), "{sql}\n{plan}");
    }
}

/// The statements in a log line that read or change rows of the journal. The one that runs once at start, for
/// all leases, may scan all chats.
fn statements(line: &str) -> Vec<String> {
    let line: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let whole = line["db.statement"].as_str().filter(|sql| !sql.is_empty()).or(line["summary"].as_str());
    let is_ours = |sql: &&str| {
        ["SELECT", "INSERT", "UPDATE", "DELETE"].iter().any(|verb| sql.starts_with(verb))
            && !["_sqlx_migrations", "sqlite_master", "WHERE lease_token IS NOT NULL"]
                .iter()
                .any(|part| sql.contains(part))
    };
    whole.unwrap_or_default().split(';').map(str::trim).filter(is_ours).map(str::to_owned).collect()
}

impl TestFolder {
    /// Executes a statement on the journal of a stopped service.
    fn execute(&self, sql: &str) {
        let url = format!("sqlite:{}", self.journal().display());
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        self.within(async {
            sqlx::any::install_default_drivers();
            let mut journal = sqlx::AnyConnection::connect(&url).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut journal).await.unwrap();
            journal.close().await.unwrap();
        });
    }

    /// The first column of a query on the journal of a stopped service.
    fn query(&self, sql: &str) -> Vec<i64> {
        let url = format!("sqlite:{}", self.journal().display());
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        self.within(async {
            sqlx::any::install_default_drivers();
            let mut journal = sqlx::AnyConnection::connect(&url).await.unwrap();
            let found = sqlx::query_scalar(sql).fetch_all(&mut journal).await.unwrap();
            journal.close().await.unwrap();
            found
        })
    }

    /// SQLite's query plan of a statement.
    fn plan(&self, sql: &str) -> Vec<String> {
        let url = format!("sqlite:{}", self.journal().display());
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        self.within(async {
            sqlx::any::install_default_drivers();
            let mut journal = sqlx::AnyConnection::connect(&url).await.unwrap();
            let steps = sqlx::query(explain).fetch_all(&mut journal).await.unwrap();
            steps.iter().map(|step| step.get::<String, _>("detail")).collect::<Vec<_>>()
        })
    }

    /// The steps of a plan that scan a whole table or index.
    fn scans(&self, sql: &str) -> Vec<String> {
        let steps = self.plan(sql);
        let tables = ["command", "chat_queue", "audit_event", "rate_limit", "maintenance", "write_probe"];
        let is_scan = |step: &String| {
            // This index holds only open commands.
            let is_small = step.ends_with("USING INDEX command_open");
            tables.iter().any(|table| step.starts_with(&format!("SCAN {table}"))) && !is_small
        };
        steps.into_iter().filter(is_scan).map(|step| format!("{step}: {sql}")).collect()
    }
}
