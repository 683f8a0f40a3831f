//! Store outages, seen from outside: no command is accepted that may be lost, other senders notice nothing,
//! `/readyz` reports the outage, and everything continues automatically when the store is back.
//!
//! `docs/RELIABILITY.md` has the table; `cli/store.rs` the outages that need a process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use vincula::sandbox::webhook_event::EventBuilder;

use crate::support::raw_connection::{ask, request};
use crate::support::{ANA, NON_ADMIN, Service, postgres};
use crate::webhook::hold;

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;
const DONE: &str = "✅ “Futebol” is now in “Bairro Feliz”.";

impl Service {
    /// Status and text of `/readyz`.
    async fn readiness(&self) -> (u16, String) {
        let response = ask(&self.admin_url, &request("GET", "/readyz", &[], b"")).await;
        (response.status, response.text())
    }

    /// Posts a command and expects 503 with `Retry-After` within `most`. Meanwhile chatter gets a response at
    /// once, and `/readyz` fails.
    async fn expect_refused(&self, command: &EventBuilder, most: Duration) {
        let started = Instant::now();
        let refused = self.post(command);
        let chatter = async {
            let asked = Instant::now();
            for event in [self.message(NON_ADMIN, "que bom"), self.message(NON_ADMIN, COMMAND)] {
                let answer = self.post(&event).await.text();
                assert!(answer.contains("ignored"), "{answer}");
            }
            assert!(asked.elapsed() < Duration::from_secs(1), "chatter waited for {:?}", asked.elapsed());
        };
        let (response, ()) = tokio::join!(refused, chatter);
        assert_eq!(response.status, 503, "{}", response.text());
        let again: u64 = response.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&again), "{again}");
        assert!(started.elapsed() < most, "503 came after {:?}", started.elapsed());
    }

    /// Checks that it is not ready for this reason.
    async fn expect_unready(&self, why: &str) {
        let (status, text) = self.readiness().await;
        assert_eq!(status, 503, "{text}");
        assert!(text.contains(why), "{text}");
    }

    /// Waits until it is ready again without a restart.
    async fn ready(&self) {
        self.within(async {
            while self.readiness().await.0 != 200 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
        .await;
    }

    /// The journal's write-ahead log.
    fn log(&self) -> PathBuf {
        let mut log = self.journal_path().into_os_string();
        log.push("-wal");
        PathBuf::from(log)
    }
}

/// In its own process: a process that closes an SQLite file releases all its locks on it.
#[track_caller]
fn run(program: &str, arguments: &[&str]) {
    let ran = Command::new(program).args(arguments).output().unwrap();
    assert!(ran.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// Overwrites a file with noise from this byte on.
fn damage(file: &Path, from: u64) {
    let length = std::fs::metadata(file).unwrap().len() - from;
    let (path, seek, count) = (file.display().to_string(), from.to_string(), length.to_string());
    let noise =
        "head -c \"$3\" /dev/urandom | dd of=\"$1\" bs=4096 seek=\"$2\" oflag=seek_bytes conv=notrunc";
    run("sh", &["-c", noise, "sh", &path, &seek, &count]);
}

/// A connection to the file of a stopped service.
async fn beside(journal: &Path) -> sqlx::AnyConnection {
    sqlx::any::install_default_drivers();
    sqlx::AnyConnection::connect(&format!("sqlite:{}", journal.display())).await.unwrap()
}

#[tokio::test]
async fn while_another_process_locks_the_file_commands_are_redelivered() {
    let bot = Service::with().on_sqlite().start().await;
    let command = bot.message(ANA, COMMAND);
    let other = hold(&bot.journal_path()).await;

    bot.expect_refused(&command, Duration::from_secs(60)).await;
    bot.expect_unready("another process holds it").await;

    drop(other);
    bot.ready().await;
    assert_eq!(bot.ask_by(&command).await, DONE);
}

#[tokio::test]
async fn a_command_is_not_written_into_a_folder_that_was_moved_away() {
    let bot = Service::with().on_sqlite().start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let old = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(call.wait_reached()).await;
    let (here, command) = (bot.journal_path().parent().unwrap().to_owned(), bot.message(ANA, "/whoami"));
    let away = here.with_extension("away");

    std::fs::rename(&here, &away).unwrap();
    bot.expect_refused(&command, Duration::from_secs(1)).await;
    bot.expect_unready("deleted or moved away").await;
    call.release();

    std::fs::rename(&away, &here).unwrap();
    bot.ready().await;
    assert!(bot.ask_by(&command).await.starts_with("You are “Ana”"));
    assert_eq!(bot.replies_to(&old).await, [DONE]);
}

#[tokio::test]
async fn a_command_is_not_written_into_a_file_that_was_replaced() {
    let mut bot = Service::with().on_sqlite().start().await;
    let first = bot.message(ANA, COMMAND);
    assert_eq!(bot.ask_by(&first).await, DONE);
    bot.settled().await;
    let (journal, second) = (bot.journal_path().display().to_string(), bot.message(ANA, "/whoami"));

    run(
        "sh",
        &["-c", "cp \"$1\" \"$1.copy\" && mv \"$1\" \"$1.ours\" && mv \"$1.copy\" \"$1\"", "sh", &journal],
    );
    bot.expect_refused(&second, Duration::from_secs(1)).await;
    bot.expect_unready("replaced").await;

    run("mv", &[&format!("{journal}.ours"), &journal]);
    bot.ready().await;
    assert!(bot.ask_by(&second).await.starts_with("You are “Ana”"));
    bot.stop().await;
    bot.restart().await;
    for command in [first, second] {
        assert!(bot.post(&command).await.text().contains("duplicate"), "an accepted command was lost");
    }
}

#[tokio::test]
async fn a_command_is_not_written_into_a_file_that_was_deleted() {
    let mut bot = Service::with().on_sqlite().start().await;
    let command = bot.message(ANA, COMMAND);

    std::fs::remove_file(bot.journal_path()).unwrap();
    bot.expect_refused(&command, Duration::from_secs(1)).await;
    bot.expect_unready("deleted or moved away").await;

    bot.stop().await;
    bot.restart().await;
    assert_eq!(bot.ask_by(&command).await, DONE);
}

#[tokio::test]
async fn a_clean_shutdown_saves_the_content_of_a_deleted_log() {
    let mut bot = Service::with().on_sqlite().start().await;
    let first = bot.message(ANA, COMMAND);
    assert_eq!(bot.ask_by(&first).await, DONE);
    bot.settled().await;
    assert!(std::fs::metadata(bot.log()).unwrap().len() > 0, "the order stands in the log");

    std::fs::remove_file(bot.log()).unwrap();
    bot.expect_refused(&bot.message(ANA, "/whoami"), Duration::from_secs(1)).await;
    bot.expect_unready("SIGTERM").await;

    bot.stop().await;
    bot.restart().await;
    assert!(bot.post(&first).await.text().contains("duplicate"), "an accepted command was lost");
}

#[tokio::test]
async fn a_page_damaged_at_run_time_stops_accepting_with_a_remedy() {
    let mut bot = Service::with().on_sqlite().start().await;
    let known = bot.message(ANA, "/whoami").with_id("made-up-02500");
    bot.stop().await;
    let mut journal = beside(&bot.journal_path()).await;
    sqlx::raw_sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
         INSERT INTO command (id, instance, ordering_key, seq, message_id, chat, admin, by_owner, name, text,
             accepted_at, state, outcome, finished_at)
         SELECT 'made-up-' || i, 'main', '@ana', i, printf('made-up-%05d', i), '5544999990001', 'ana', 0,
             'whoami', '/whoami', 1764000000000 + i, 'done', 'replied', 9764000000000 + i FROM n",
    )
    .execute(&mut journal)
    .await
    .unwrap();
    journal.close().await.unwrap();
    bot.restart().await;

    damage(&bot.journal_path(), 4096);
    bot.expect_refused(&known, Duration::from_secs(1)).await;

    bot.expect_unready("restore a backup").await;
    bot.expect_refused(&bot.message(ANA, COMMAND), Duration::from_secs(1)).await;
    bot.expect_unready("damaged").await;
}

#[tokio::test]
async fn while_a_replica_blocks_the_writer_commands_are_redelivered() {
    let Some(server) = postgres::shared() else {
        return postgres::skip_notice(module_path!());
    };
    let url = server.database().await;
    let bot = Service::with().store(&url).start().await;
    let command = bot.message(ANA, COMMAND);
    let mut other = sqlx::postgres::PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("SELECT pg_advisory_lock(x'76696e63756c61'::bigint)").execute(&mut other).await.unwrap();

    bot.expect_refused(&command, Duration::from_secs(100)).await;
    bot.expect_unready("cannot be used now").await;

    other.close().await.unwrap();
    bot.ready().await;
    assert_eq!(bot.ask_by(&command).await, DONE);
}

#[tokio::test]
async fn postgresql_may_restart_under_the_running_service() {
    let Some(server) = postgres::Server::start() else {
        return postgres::skip_notice(module_path!());
    };
    let bot = Service::with().store(&server.database().await).start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let old = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(call.wait_reached()).await;
    let command = bot.message(ANA, "/whoami");

    server.kill();
    bot.expect_refused(&command, Duration::from_secs(100)).await;
    bot.expect_unready("cannot be used now").await;
    call.release();
    // The worker polls every 5 s: by then it has noticed the outage too.
    tokio::time::sleep(Duration::from_secs(6)).await;

    server.restart();
    bot.ready().await;
    assert!(bot.ask_by(&command).await.starts_with("You are “Ana”"));
    assert_eq!(bot.replies_to(&old).await, [DONE]);
    assert_eq!(bot.calls_to("communities/link").len(), 1, "what is done is not called for again");
}

#[tokio::test]
async fn a_reply_sent_during_a_store_outage_is_sent_once() {
    let bot = Service::with().on_sqlite().start().await;
    let barrier = bot.sandbox.faults().hold_response("send-text");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(barrier.wait_reached()).await;
    let other = hold(&bot.journal_path()).await;
    barrier.release();
    bot.expect_refused(&bot.message(ANA, "/whoami"), Duration::from_secs(60)).await;

    drop(other);
    bot.ready().await;
    bot.settled().await;

    assert_eq!(bot.messages_quoting(&command), [DONE]);
}
