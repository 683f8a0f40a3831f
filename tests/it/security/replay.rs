//! Old, edited and announced messages: nothing runs twice, and nothing occupies an id.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};

use crate::support::{ANA, Service};
use crate::webhook::assert_status;

const NOON: Timestamp = Timestamp(1_764_000_000_000);
const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;

#[tokio::test]
async fn t04_a_captured_webhook_does_nothing_later() {
    let bot = Service::with().clock(Clock::manual(NOON)).start().await;
    let caught = bot.message(ANA, COMMAND);
    bot.ask_by(&caught).await;

    for later in [1, 299, 301, 86_400, 47 * 3_600] {
        bot.clock.advance(Duration::from_secs(later));
        assert_status(&bot.post(&caught).await, "duplicate");
    }

    bot.settled().await;
    assert_eq!((bot.calls_to("communities/link").len(), bot.sandbox.sent().len()), (1, 1));
}

#[tokio::test]
async fn t05_an_event_of_last_year_is_expired_and_reported_once() {
    let bot = Service::with().clock(Clock::manual(NOON)).start().await;
    let old = bot.message(ANA, COMMAND).sent_at(Timestamp(NOON.0 - 365 * 86_400_000));

    let reply = bot.ask_by(&old).await;
    assert_status(&bot.post(&old).await, "duplicate");
    bot.settled().await;

    assert!(reply.contains("so I did not run it"), "{reply}");
    assert_eq!((bot.changes(), bot.sandbox.sent().len()), (0, 1));
    assert_eq!(bot.row(old.message_id()).await.outcome.as_deref(), Some("expired"));
}

#[tokio::test]
async fn t05_an_event_of_tomorrow_is_not_kept_until_it_is_valid() {
    let bot = Service::with().clock(Clock::manual(NOON)).start().await;
    let early = |millis: i64| bot.message(ANA, COMMAND).sent_at(Timestamp(NOON.0 + millis));

    for millis in [300_001, 86_400_000, i64::MAX - NOON.0] {
        assert_eq!(assert_status(&bot.post(&early(millis)).await, "ignored"), "sent_in_future");
    }
    assert_status(&bot.post(&early(300_000)).await, "accepted");
    assert_eq!(bot.command_count().await, 1);
}

#[tokio::test]
async fn t14_an_edit_of_a_finished_command_changes_nothing() {
    let bot = Service::start().await;
    let command = bot.message(ANA, COMMAND);
    bot.ask_by(&command).await;

    let id = command.message_id();
    for text in [COMMAND, r#"/unlink "Bairro Feliz" futebol"#] {
        for edit in [
            bot.message(ANA, text).with_id(id).edited(),
            bot.message(ANA, text).replying_to(id).edited(),
            bot.message(ANA, text).with_id(id).with("isEdit", "true"),
            bot.message(ANA, text).with_id(id).with("isEdit", 1),
            bot.message(ANA, text).with("isEdit", "perhaps"),
        ] {
            let response = bot.post(&edit).await;
            // What may be an edit gets no reply.
            if edit.body().contains("perhaps") {
                assert_eq!(assert_status(&response, "ignored"), "edited", "{}", edit.body());
            }
        }
        // An edit without its flag still has the id of the finished command.
        let hidden = bot.message(ANA, text).with_id(id);
        assert_status(&bot.post(&hidden).await, "duplicate");
    }

    bot.settled().await;
    assert_eq!(bot.changes(), 1);
    assert!(
        bot.said()[1..].iter().all(|text| text.contains("already dealt with the earlier text")),
        "{:?}",
        bot.said()
    );
}

#[tokio::test]
async fn t16_an_announced_message_runs_when_its_text_arrives() {
    let bot = Service::start().await;
    let announced = bot.message(ANA, "").with_id("3EB0A1").awaiting_content();
    let whole = bot.message(ANA, COMMAND).with_id("3EB0A1");

    for _ in 0..3 {
        assert_eq!(assert_status(&bot.post(&announced).await, "ignored"), "waiting_message");
    }
    let reply = bot.ask_by(&whole).await;
    assert_eq!(assert_status(&bot.post(&announced).await, "ignored"), "waiting_message");

    assert_eq!(reply, "✅ “Futebol” is now in “Bairro Feliz”.");
    assert_eq!((bot.command_count().await, bot.changes()), (1, 1));
}
