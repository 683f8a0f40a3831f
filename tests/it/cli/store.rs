//! Trouble that only a process can have: a disk that takes nothing more, a file that may not be
//! written, a file that is damaged when the service starts.

use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Connection as _, Row as _};

use super::{ProcessOutput, Serving, TIMEOUT, TestFolder};
use crate::support::ANA;

/// The user and group that own nothing.
const NOBODY: u32 = 65534;
const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;

impl TestFolder {
    /// The program, started by another one that finds it behind its arguments.
    fn by(&self, starter: &str, arguments: &[&str]) -> Command {
        self.starting(starter, arguments, Path::new(env!("CARGO_BIN_EXE_vincula")))
    }

    /// The program as a user who may not write what it may not: root may everything.
    fn by_nobody(&self) -> Command {
        let folder = self.folder.path();
        if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
            return self.by("env", &[]);
        }
        // Nobody may not look into every place where a program is built.
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

    /// Posts an order; what the service said to it.
    fn attempt(&self, message_id: &str, text: &str) -> ProcessOutput {
        self.run(&["event", "send", "--from", ANA, "--text", text, "--id", message_id])
    }

    /// Posts an order and expects 503 in time, while chatter is answered at once.
    #[track_caller]
    fn expect_refused(&self, serving: &Serving, message_id: &str, why: &str) {
        std::thread::scope(|scope| {
            let begun = Instant::now();
            let order = scope.spawn(|| self.attempt(message_id, COMMAND));
            let chatter = self.attempt("chatter", "que bom");
            assert!(chatter.out.contains("ignored") || chatter.err.contains("ignored"), "{chatter:#?}");
            let refused = order.join().unwrap();
            assert_eq!(refused.code, Some(1), "{refused:#?}");
            assert!(format!("{}{}", refused.out, refused.err).contains("503"), "{refused:#?}");
            assert!(begun.elapsed() < Duration::from_secs(100), "503 came after {:?}", begun.elapsed());
        });
        let (status, text) = self.readiness(serving);
        assert_eq!(status, 503, "{text}");
        assert!(text.contains(why), "{text}");
    }

    fn readiness(&self, serving: &Serving) -> (u16, String) {
        let url = format!("http://{}", serving.private);
        let request = crate::support::wire::request("GET", "/readyz", &[], b"");
        let answer = self.within(async { crate::support::wire::ask(&url, &request).await });
        (answer.status, answer.text())
    }

    /// Returns when the service is ready again.
    #[track_caller]
    fn ready(&self, serving: &Serving) {
        let begun = Instant::now();
        while self.readiness(serving).0 != 200 {
            assert!(begun.elapsed() < TIMEOUT, "{}", serving.log.lock().unwrap());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// `serve` refuses to start; what it says.
    #[track_caller]
    fn refused(&self) -> String {
        let ran = self.run(&["serve"]);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        ran.err
    }
}

#[test]
fn a_full_disk_refuses_commands_until_there_is_room_and_loses_none() {
    let place = TestFolder::new();
    // A limit of the process stands for the disk's end: no file may grow beyond it.
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

/// A thread that never comes back stands for a disk that hangs.
#[cfg(debug_assertions)]
#[test]
fn a_disk_that_hangs_refuses_commands_and_keeps_no_service_from_its_end() {
    let mut place = TestFolder::new();
    place.variable("VINCULA_HANG_AT", "writing");
    let mut serving = place.serve();
    place.expect_refused(&serving, "A1", "a write does not end");
    let begun = Instant::now();
    place.expect_refused(&serving, "B1", "a write does not end");
    assert!(begun.elapsed() < Duration::from_secs(5), "known trouble is waited for: {:?}", begun.elapsed());

    let begun = Instant::now();
    serving.signal("TERM");
    let (code, log) = serving.wait_for_exit(&place);

    assert_eq!(code, Some(0), "{log}");
    assert!(begun.elapsed() < Duration::from_secs(100), "it ended after {:?}", begun.elapsed());
    assert!(log.contains("its thread is left behind"), "{log}");
    place.variables.clear();
    let serving = place.serve();
    for id in ["A1", "B1"] {
        place.command_event(id, "/whoami");
        assert!(place.reply_to(id).starts_with("You are “Ana”"));
    }
    serving.stop(&place);
}

#[test]
fn a_journal_that_may_only_be_read_refuses_commands_until_it_may_be_written() {
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
    // What is open may still be written. After any trouble the service opens the file anew.
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
fn a_damaged_page_that_the_next_command_needs_is_named_at_the_start() {
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
fn a_damaged_file_is_named_at_the_start_with_what_to_do() {
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

/// What `journal` shows of an order whose text is gone.
#[test]
fn a_command_without_its_text_still_says_who_did_what_and_how_it_ended() {
    let place = TestFolder::new();
    let serving = place.serve();
    let id = place.command_event("A1", COMMAND);
    place.reply_to("A1");
    serving.stop(&place);
    place.execute("UPDATE command SET finished_at = finished_at - 31 * 86400000; DELETE FROM maintenance");

    let serving = place.serve();
    let begun = Instant::now();
    while !place.run(&["journal", "list"]).out.contains("(text removed)") {
        assert!(begun.elapsed() < TIMEOUT, "the text stays");
    }

    let shown = place.run(&["journal", "show", &id]).out;
    for told in ["ana", "link", "done (replied)", "(text removed after 30 days)", "finished"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert!(!shown.contains("futebol") && !shown.contains("Futebol"), "{shown}");
    serving.stop(&place);
}

/// Whatever the service asks its journal is found by an index, however much is in there: the log
/// of a run names the statements, and SQLite tells how it would go about each. What writes orders down is
/// not logged; `storage/plans.rs` looks at it.
#[test]
fn no_statement_of_the_service_looks_through_the_whole_journal() {
    let mut place = TestFolder::new();
    place.variable("RUST_LOG", "vincula=info,sqlx::query=debug");
    let serving = place.serve();
    let trouble = vincula::sandbox::Fault::Replace(vincula::sandbox::FaultResponse::bad_gateway());
    place.sandbox.faults().fail_next("communities/link", 1, trouble);
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

/// The statements that a line of the log names, if they read or change rows of the journal. What is
/// done once at the start, to all that was leased, may look at all chats.
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
    /// Executes a statement on the journal of a service that is stopped.
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

    /// The first column of what a statement finds in the journal of a service that is stopped.
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

    /// How SQLite goes about a statement.
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

    /// The steps of a statement that go through a whole table or index.
    fn scans(&self, sql: &str) -> Vec<String> {
        let steps = self.plan(sql);
        let tables = ["command", "chat_queue", "audit_event", "rate_limit", "maintenance", "write_probe"];
        let is_scan = |step: &String| {
            // This index holds open orders alone.
            let is_small = step.ends_with("USING INDEX command_open");
            tables.iter().any(|table| step.starts_with(&format!("SCAN {table}"))) && !is_small
        };
        steps.into_iter().filter(is_scan).map(|step| format!("{step}: {sql}")).collect()
    }
}
