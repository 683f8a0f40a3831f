//! The webhook endpoint and the disk: only commands need it.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use sqlx::Connection as _;

use super::{TARGET, assert_status, expect_problem};
use crate::support::raw_connection::{RawConnection, request};
use crate::support::{ANA, NON_ADMIN, Service, postgres};

/// Locks the file of the journal for writing, as another process would.
pub async fn hold(journal: &Path) -> sqlx::AnyConnection {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite:{}", journal.display());
    let mut other = sqlx::AnyConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    other
}

#[tokio::test]
async fn t35_while_the_journal_cannot_be_written_commands_are_sent_again_and_chatter_is_answered() {
    let bot = Service::with().on_sqlite().start().await;
    let command = bot.message(ANA, "/link Bairro futebol");
    let other = hold(&bot.journal_path()).await;

    let refused = tokio::spawn(bot.post(&command));
    let started = Instant::now();
    let mut chatted = 0;
    while !refused.is_finished() {
        assert_status(&bot.post(&bot.message(NON_ADMIN, "que bom")).await, "ignored");
        assert_status(&bot.post(&bot.message(NON_ADMIN, "/whoami")).await, "ignored");
        chatted += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let refused = refused.await.unwrap();
    expect_problem(&refused, 503);
    let again: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&again), "{again}");
    assert!(started.elapsed() < Duration::from_secs(100));
    assert!(chatted > 1, "chatter waited for the journal");
    assert_eq!(bot.sandbox.calls().len(), 0);

    drop(other);
    assert_status(&bot.post(&command).await, "accepted");
    let reply = bot.reply_to(command.message_id()).await;
    assert!(reply.text.contains("✅"), "{}", reply.text);
    assert_eq!(bot.command_count().await, 1);
}

#[tokio::test]
async fn t34_chatter_costs_no_disk() {
    let bot = Service::with().on_sqlite().start().await;
    bot.ask(ANA, "/whoami").await;
    // Its reply begins a pause.
    bot.ask(ANA, "que bom").await;
    bot.settled().await;
    let before = at_rest(&bot.journal_path()).await;

    chat(&bot).await;

    assert_eq!(files(&bot.journal_path()), before);
    assert_eq!(bot.command_count().await, 2);
}

#[tokio::test]
async fn t34_a_connection_status_event_writes_a_row_only_on_change() {
    let bot = Service::with().on_sqlite().start().await;
    let now = bot.clock.now().0;
    let word = |seconds_ago: i64| {
        bot.message(ANA, "x").with("type", "ConnectedCallback").with("momment", now - seconds_ago * 1_000)
    };
    let empty = at_rest(&bot.journal_path()).await;
    assert_status(&bot.post(&word(3_600)).await, "ignored");
    let before = at_rest(&bot.journal_path()).await;
    assert_ne!(before, empty);

    // The same event again, later ones, older ones.
    for seconds_ago in (0..200).map(|number| if number % 2 == 0 { 3_600 } else { 3_500 + number }) {
        assert_status(&bot.post(&word(seconds_ago)).await, "ignored");
    }

    assert_eq!(files(&bot.journal_path()), before);
    assert_eq!(bot.command_count().await, 0);
}

#[tokio::test]
async fn chatter_costs_no_postgresql_write() {
    let Some(server) = postgres::shared() else { return postgres::skip_notice(module_path!()) };
    let url = server.database().await;
    let bot = Service::with().store(&url).start().await;
    bot.ask(ANA, "/whoami").await;
    bot.ask(ANA, "que bom").await;
    bot.settled().await;
    let before = server.transactions(&url).await;

    chat(&bot).await;

    // Each connection reports its statistics with its next transaction that is a second after the last report.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    bot.ask(ANA, "/whoami").await;
    assert_eq!(bot.command_count().await, 3);
    let started = Instant::now();
    let mut counted = 0;
    while counted < 4 || started.elapsed() < Duration::from_secs(2) {
        assert!(started.elapsed() < Duration::from_secs(30), "not even the order was counted: {counted}");
        tokio::time::sleep(Duration::from_millis(100)).await;
        counted = server.transactions(&url).await - before;
    }
    // The command, the last notes of the first one, a poll of the worker every 5 s, and two reads for each of 200 edits
    // by an admin, of its message and of the one that it refers to; nothing for the other messages.
    assert!(counted < 800, "{counted} transactions");
}

/// Sends a thousand messages that are no commands.
async fn chat(bot: &Service) {
    let chatter: Vec<String> = [
        bot.message(ANA, "que bom"),
        bot.message(NON_ADMIN, "/link Bairro futebol"),
        bot.message(ANA, "que bom").edited(),
        bot.message(NON_ADMIN, "sim"),
        bot.message(ANA, "/whoami").with("type", "MessageStatusCallback"),
    ]
    .iter()
    .map(|event| event.body())
    .collect();
    let mut connection = RawConnection::to(&bot.url).await;
    for body in chatter.iter().cycle().take(1_000) {
        let length = body.len().to_string();
        let headers =
            [("content-type", "application/json"), ("content-length", length.as_str()), bot.token()];
        connection.send(&request("POST", TARGET, &headers, body.as_bytes())).await;
        assert_status(&connection.response().await.expect("a response"), "ignored");
    }
}

/// The files of the journal: name, size, time of the last change.
fn files(journal: &Path) -> Vec<(String, u64, SystemTime)> {
    let mut files: Vec<_> = std::fs::read_dir(journal.parent().unwrap())
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let about = entry.metadata().unwrap();
            (entry.file_name().to_string_lossy().into_owned(), about.len(), about.modified().unwrap())
        })
        .collect();
    files.sort();
    files
}

/// The files when the worker has nothing more to write.
async fn at_rest(journal: &Path) -> Vec<(String, u64, SystemTime)> {
    let mut before = files(journal);
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = files(journal);
        if now == before {
            return now;
        }
        before = now;
    }
}
