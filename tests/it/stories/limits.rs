//! Too many commands, too old ones, and non-admins that write again and again.

use std::time::{Duration, Instant};

use vincula::clock::{Clock, Timestamp};

use super::fixtures::{ANA_AND_RUI, RUI};
use crate::support::{ANA, NON_ADMIN, Service};

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;
const DONE: &str = "✅ “Futebol” is now in “Bairro Feliz”.";

#[tokio::test]
async fn t09_a_non_admin_is_refused_once_an_hour_if_configured() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).instance("non_admins = \"refuse\"").start().await;

    let first = bot.message(NON_ADMIN, COMMAND);
    assert!(bot.post(&first).await.text().contains("not_an_admin"));
    assert_eq!(
        bot.reply_to(first.message_id()).await.text,
        "This number only takes commands from its admins."
    );
    clock.advance(Duration::from_secs(59 * 60));
    bot.send(NON_ADMIN, "/help").await;
    bot.send(NON_ADMIN, "hello").await;
    clock.advance(Duration::from_secs(61));
    let later = bot.message(NON_ADMIN, "/help");
    bot.post(&later).await;

    bot.reply_to(later.message_id()).await;
    assert_eq!(bot.said().len(), 2);
    assert!(bot.store.list(None, 9).await.unwrap().is_empty() && bot.changes() == 0);
}

#[tokio::test]
async fn t21_a_rate_limited_sender_is_told_once_and_then_ignored_for_a_minute() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with()
        .clock(clock.clone())
        .limits("commands_per_minute = 2")
        .admins(ANA_AND_RUI)
        .start()
        .await;
    bot.ask(ANA, "/whoami").await;
    bot.ask(ANA, "/whoami").await;

    let reply = bot.ask(ANA, COMMAND).await;
    let ignored = bot.send(ANA, COMMAND).await;
    let rui = bot.ask(RUI, "/whoami").await;
    clock.advance(Duration::from_secs(61));
    let again = bot.ask(ANA, COMMAND).await;

    assert_eq!(reply, "More than 2 commands in a minute: wait a moment. What I accepted goes on.");
    assert_eq!(ignored, r#"{"status":"ignored","reason":"rate_limited"}"#);
    assert!(rui.starts_with("You are “Rui”."), "{rui}");
    assert_eq!((again.as_str(), bot.changes()), (DONE, 1));
}

#[tokio::test]
async fn the_rate_limit_of_changes_holds_across_a_restart() {
    let limits = "changes_per_second = 1\nmessages_per_minute = 60000";
    let mut bot = Service::with().rate_limits(limits).start().await;
    let started = Instant::now();
    for number in 0..5 {
        let command = if number % 2 == 0 { COMMAND } else { r#"/unlink "Bairro Feliz" futebol"# };
        bot.ask(ANA, command).await;
    }
    bot.stop().await;

    bot.restart().await;
    for command in [r#"/unlink "Bairro Feliz" futebol"#, COMMAND, r#"/unlink "Bairro Feliz" futebol"#] {
        bot.ask(ANA, command).await;
    }

    // Five at once and three at the limited rate; a new limit would let all eight go at once.
    assert_eq!(bot.changes(), 8);
    assert!(started.elapsed() >= Duration::from_millis(2_900), "{:?}", started.elapsed());
}

#[tokio::test]
async fn t05_an_old_command_is_not_run_and_its_admin_is_told() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).instance("max_event_age = \"10m\"").start().await;
    let ago = |seconds: i64| Timestamp(clock.now().0 - seconds * 1_000);
    let old = bot.message(ANA, COMMAND).sent_at(ago(11 * 60 + 5));
    let late = bot.message(ANA, COMMAND).sent_at(ago(10 * 60));

    let reply = bot.ask_by(&old).await;
    let done = bot.ask_by(&late).await;

    assert_eq!(
        reply,
        "This command reached me 11 minutes late, so I did not run it. Send it again if you still want it."
    );
    assert_eq!(done, DONE);
    assert_eq!(bot.row(old.message_id()).await.outcome.as_deref(), Some("expired"));
    assert_eq!(bot.changes(), 1);
}
