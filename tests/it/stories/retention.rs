//! Retention: texts are deleted after a month, commands after three, open ones never.

use std::time::Duration;

use sqlx::Connection as _;
use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{Fault, World};
use vincula::storage::RequeueResult;

use super::fixtures::{RUI, refusal};
use crate::support::{ANA, Service, ServiceBuilder};

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// 2025-11-24, noon.
const START: Timestamp = Timestamp(1_763_985_600_000);

fn bot() -> ServiceBuilder {
    Service::with().clock(Clock::manual(START)).instance("max_event_age = \"1h\"")
}

impl Service {
    /// Restarts the service this many days later.
    async fn days_later(&mut self, days: u32) {
        self.stop().await;
        self.clock.advance(DAY * days);
        self.restart().await;
    }

    /// Waits until the journal holds this many commands with a text, and this many in total.
    async fn keeps(&self, with_text: usize, commands: usize) {
        let mut found = (0, 0);
        let is_so = async {
            loop {
                let rows = self.store.list(None, 1_000).await.unwrap();
                found = (rows.iter().filter(|row| !row.text.is_empty()).count(), rows.len());
                if found == (with_text, commands) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let is_so = tokio::time::timeout(Duration::from_secs(10), is_so).await.is_ok();
        assert!(is_so, "{found:?} instead of {:?}", (with_text, commands));
    }

    async fn known(&self, command: &EventBuilder) -> bool {
        let response = self.post(command).await.text();
        assert!(response.contains("duplicate") || response.contains("accepted"), "{response}");
        response.contains("duplicate")
    }
}

#[tokio::test]
async fn texts_are_deleted_after_a_month_and_commands_after_three() {
    let mut bot = bot().start().await;
    let old = bot.message(ANA, COMMAND);
    bot.ask_by(&old).await;
    bot.settled().await;

    bot.days_later(29).await;
    let young = bot.message(ANA, "/whoami");
    bot.ask_by(&young).await;
    bot.settled().await;
    bot.keeps(2, 2).await;

    bot.days_later(2).await;
    bot.keeps(1, 2).await;
    let row = bot.row(old.message_id()).await;
    assert_eq!((row.text.as_str(), row.reply), ("", None));
    assert_eq!(
        (row.admin.as_str(), row.name.as_str(), row.outcome.as_deref()),
        ("ana", "link", Some("replied"))
    );
    assert!(bot.audit_events(old.message_id()).await.contains(&"finished".to_owned()));
    assert!(bot.known(&old).await);

    bot.days_later(60).await;
    bot.keeps(0, 1).await;
    assert!(bot.store.audit_events(&row.id).await.unwrap().is_empty(), "notes go with their order");
    assert!(bot.known(&young).await);
}

#[tokio::test]
async fn a_short_retention_still_detects_duplicates_of_two_days() {
    let mut bot = bot().start().await;
    bot.stop().await;
    bot.restart_with("[store]\n", "[store]\nretention = \"48h\"\ntext_retention = \"1h\"\n").await;
    let command = bot.message(ANA, COMMAND);
    bot.ask_by(&command).await;
    bot.settled().await;

    bot.stop().await;
    bot.clock.advance(2 * DAY - Duration::from_secs(1));
    bot.restart().await;
    bot.keeps(0, 1).await;
    assert!(bot.known(&command).await);

    bot.days_later(1).await;
    bot.keeps(0, 0).await;
    // It counts as new again, but is far too old by then.
    assert!(!bot.known(&command).await);
}

#[tokio::test]
async fn open_commands_are_kept_and_dead_letters_expire() {
    let mut bot = bot().instance("give_up_after = \"365d\"").start().await;
    bot.sandbox
        .faults()
        .fail_always("communities/link", Fault::Replace(vincula::sandbox::FaultResponse::bad_gateway()));
    let open = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&open, 1).await;
    bot.ask(ANA, "/whoami").await;
    bot.days_later(50).await;
    bot.ask(ANA, "/whoami").await;

    bot.days_later(41).await;
    bot.keeps(1, 2).await;
    let row = bot.row(&open).await;
    assert_eq!((row.text.as_str(), row.finished_at), (COMMAND, None));

    bot.stop().await;
    bot.restart_with("give_up_after = \"365d\"", "give_up_after = \"1s\"").await;
    bot.clock.advance(Duration::from_secs(2));
    bot.settled().await;
    assert_eq!(bot.row(&open).await.state, "dead");
    bot.days_later(31).await;
    bot.keeps(0, 2).await;
    assert_eq!(bot.row(&open).await.outcome.as_deref(), Some("failed"));
    bot.days_later(60).await;
    bot.keeps(0, 0).await;
}

#[tokio::test]
async fn a_dead_letter_without_its_text_is_not_retried() {
    let mut bot = bot().start().await;
    bot.sandbox.faults().fail_next("send-text", 2, Fault::Replace(refusal("no such chat")));
    let unanswered = bot.send_to_completion(ANA, COMMAND).await;
    bot.settled().await;
    assert_eq!(bot.row(&unanswered).await.outcome.as_deref(), Some("reply_failed"));
    bot.days_later(31).await;
    bot.keeps(0, 1).await;

    let requeued = bot.store.requeue(bot.row(&unanswered).await.id).await.unwrap();

    assert_eq!((requeued, bot.row(&unanswered).await.state.as_str()), (RequeueResult::TextTrimmed, "dead"));
    bot.settled().await;
    assert!(bot.messages_quoting(&unanswered).is_empty(), "{:?}", bot.messages_quoting(&unanswered));
}

#[tokio::test]
async fn chat_state_expires_with_the_texts_and_settings_stay() {
    let classes = |world: &mut World| {
        for class in 1..=50 {
            world.group(&format!("Turma {class:02}"));
        }
    };
    let mut bot = bot().world(classes).start().await;
    for command in
        ["oi", "/alias bf = bairro", "/settings bf add-groups all", "/language es", COMMAND, "/groups"]
    {
        bot.ask(ANA, command).await;
        bot.settled().await;
    }
    bot.ask(ANA, "/link bairo futebol").await;
    bot.settled().await;
    let all = ["alias", "greeting", "language", "list", "page", "prompt", "setting", "undo"];
    assert_eq!(bot.state_entries().await, all);

    bot.days_later(29).await;
    bot.keeps(7, 7).await;
    assert_eq!(bot.state_entries().await, all);
    bot.days_later(2).await;

    bot.within(async {
        while bot.state_entries().await != ["alias", "language", "setting"] {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_chat_is_kept_while_it_has_commands() {
    let admins = format!("{}[instances.main.admins.rui]\nphone = \"{RUI}\"\n", ana());
    let mut bot = bot().admins(&admins).start().await;
    bot.ask(ANA, COMMAND).await;
    bot.ask(RUI, COMMAND).await;
    bot.settled().await;

    bot.days_later(60).await;
    bot.ask(ANA, COMMAND).await;
    bot.settled().await;
    bot.days_later(31).await;
    bot.keeps(0, 1).await;

    bot.within(async {
        while bot.chat_queues().await.len() > 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert_eq!(bot.chat_queues().await, ["@ana"]);
    bot.days_later(60).await;
    bot.within(async { while !bot.chat_queues().await.is_empty() {} }).await;
}

fn ana() -> String {
    format!("[instances.main.admins.ana]\nphone = \"{ANA}\"\n")
}

impl Service {
    /// The chats in the journal.
    async fn chat_queues(&self) -> Vec<String> {
        sqlx::any::install_default_drivers();
        let mut journal = sqlx::AnyConnection::connect(&self.store_url()).await.unwrap();
        let lanes = sqlx::query_scalar("SELECT ordering_key FROM chat_queue ORDER BY ordering_key")
            .fetch_all(&mut journal)
            .await;
        journal.close().await.unwrap();
        lanes.unwrap()
    }

    /// The kinds of stored chat state.
    async fn state_entries(&self) -> Vec<String> {
        sqlx::any::install_default_drivers();
        let mut journal = sqlx::AnyConnection::connect(&self.store_url()).await.unwrap();
        let kinds = sqlx::query_scalar("SELECT DISTINCT kind FROM chat_state ORDER BY kind");
        let kinds = kinds.fetch_all(&mut journal).await;
        journal.close().await.unwrap();
        kinds.unwrap()
    }
}
