//! Since when WhatsApp is connected, or is not: what webhooks told, in whatever order they came, as `/status`
//! knows it after a restart and a year later.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::domain::InstanceName;
use vincula::sandbox::ConnectionLoss;
use vincula::storage::StateKind;

use crate::support::{ANA, Service, ServiceBuilder};
use crate::webhook::{assert_status, expect_problem, hold};

/// 2025-11-24, noon in UTC: nine in the morning in São Paulo.
const START: Timestamp = Timestamp(1_763_985_600_000);
const MINUTE: i64 = 60_000;

fn bot() -> ServiceBuilder {
    Service::with().clock(Clock::manual(START))
}

impl Service {
    /// What Z-API tells of the connection, of a moment so many minutes before the start.
    fn word(&self, is_connected: bool, minutes_ago: i64) -> vincula::sandbox::webhook_event::EventBuilder {
        let kind = if is_connected { "ConnectedCallback" } else { "DisconnectedCallback" };
        self.message(ANA, "x").with("type", kind).with("momment", START.0 - minutes_ago * MINUTE)
    }

    /// Z-API tells that WhatsApp was connected so many minutes before the start.
    async fn connected(&self, minutes_ago: i64) {
        let answer = self.post(&self.word(true, minutes_ago)).await;
        assert_eq!(assert_status(&answer, "ignored"), "unsupported_event");
    }

    /// The same of its end.
    async fn disconnected(&self, minutes_ago: i64) {
        let answer = self.post(&self.word(false, minutes_ago)).await;
        assert_eq!(assert_status(&answer, "ignored"), "unsupported_event");
    }

    /// Since when, in the words of `/status`, if it says so.
    async fn since(&self) -> Option<String> {
        let reply = self.ask(ANA, "/status").await;
        assert!(reply.starts_with("✅ WhatsApp is connected.\n"), "{reply}");
        reply.lines().nth(1).unwrap().strip_prefix("Since ").map(str::to_owned)
    }
}

/// As `/status` writes a moment so many minutes before the start.
fn minutes_ago(minutes: i64) -> Option<String> {
    let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
    Some(format!("{}.", Timestamp(START.0 - minutes * MINUTE).format_in(&zone, "%b %-d %H:%M")))
}

#[tokio::test]
async fn it_is_known_after_a_crash_and_after_a_restart() {
    let mut bot = bot().start().await;
    bot.connected(60).await;
    assert_eq!(bot.since().await, minutes_ago(60));

    bot.crash().await;
    bot.restart().await;
    assert_eq!(bot.since().await, minutes_ago(60));
    // What this process has not heard itself it does not begin anew.
    bot.connected(10).await;
    bot.stop().await;
    bot.restart().await;

    assert_eq!(bot.since().await, minutes_ago(60));
}

#[tokio::test]
async fn it_begins_anew_after_an_interruption_that_is_told_as_such_while_it_lasts() {
    let bot = bot().start().await;
    bot.connected(60).await;

    bot.disconnected(30).await;
    // What Z-API says now counts more than what it told.
    assert_eq!(bot.since().await, None);
    bot.sandbox.faults().disconnect(ConnectionLoss::Error);
    let asked = bot.send_to_completion(ANA, "/status").await;
    bot.settled().await;
    bot.sandbox.faults().reconnect();
    let told = bot.reply_to(&asked).await.text;
    bot.connected(10).await;

    assert!(told.starts_with("❌ WhatsApp is not connected."), "{told}");
    assert!(
        told.lines().any(|line| Some(line) == minutes_ago(30).map(|at| format!("Since {at}")).as_deref()),
        "{told}"
    );
    assert_eq!(bot.since().await, minutes_ago(10));
}

#[tokio::test]
async fn what_comes_late_changes_nothing_unless_it_lies_between() {
    let bot = bot().start().await;
    bot.connected(60).await;
    bot.disconnected(90).await;
    bot.connected(80).await;
    assert_eq!(bot.since().await, minutes_ago(60));

    // It is connected still, and nobody knows of an end.
    bot.connected(10).await;
    bot.connected(20).await;
    assert_eq!(bot.since().await, minutes_ago(60));
    // Now the end is told that came before.
    bot.disconnected(30).await;

    assert_eq!(bot.since().await, minutes_ago(10));
}

#[tokio::test]
async fn a_moment_of_the_future_or_none_is_now() {
    let bot = bot().start().await;
    bot.connected(-60 * 24).await;
    assert_eq!(bot.since().await, minutes_ago(0));
    bot.clock.advance(Duration::from_secs(120));

    bot.post(&bot.word(false, 0).with("momment", "soon").with("moment", serde_json::Value::Null)).await;
    bot.clock.advance(Duration::from_secs(180));
    bot.connected(-5).await;

    assert_eq!(bot.since().await, minutes_ago(-5));
}

#[tokio::test]
async fn t01_a_forged_word_of_the_connection_changes_nothing() {
    let bot = bot().start().await;
    bot.connected(60).await;
    for forged in [bot.word(false, 30), bot.word(true, 10)] {
        let body = forged.body();
        let refused =
            bot.deliver("/webhooks/main", &[("z-api-token", "0123456789ABCDEF01234567")], body.as_bytes());
        assert_eq!(refused.await.status, 401);
    }
    let other = bot.post(&bot.word(false, 20).with("instanceId", "0".repeat(32))).await;
    assert_eq!(assert_status(&other, "ignored"), "other_instance");

    assert_eq!(bot.since().await, minutes_ago(60));
}

#[tokio::test]
async fn while_the_journal_cannot_be_written_only_what_changes_something_is_sent_again() {
    let bot = bot().on_sqlite().start().await;
    bot.connected(60).await;
    bot.settled().await;
    let other = hold(&bot.journal_path()).await;

    let news = bot.word(false, 30);
    let refused = bot.post(&news).await;
    bot.connected(60).await;
    bot.connected(50).await;
    drop(other);

    expect_problem(&refused, 503);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(bot.since().await, minutes_ago(60), "nothing was kept of it");
    assert_status(&bot.post(&news).await, "ignored");
    assert_eq!(bot.since().await, None, "and it was not taken for heard");
}

#[tokio::test]
async fn what_a_clock_that_went_ahead_made_of_it_is_over_when_the_clock_is_right() {
    let mut bot = bot().start().await;
    let wrong = Duration::from_secs(86_400);
    bot.clock.advance(wrong);
    bot.connected(-60 * 24).await;
    bot.crash().await;

    bot.clock = Clock::manual(START);
    bot.restart().await;
    assert_eq!(bot.since().await, None);
    bot.connected(5).await;

    assert_eq!(bot.since().await, minutes_ago(5));
}

#[tokio::test]
async fn it_is_known_a_year_later_though_all_that_was_shown_in_that_time_is_forgotten() {
    let mut bot = bot().instance("max_event_age = \"1h\"").start().await;
    bot.connected(60).await;
    bot.ask(ANA, "/groups").await;
    bot.settled().await;
    let lists = async |bot: &Service| {
        bot.store.list_state(&InstanceName::parse("main").unwrap(), StateKind::List).await.unwrap().len()
    };
    assert_eq!(lists(&bot).await, 1);

    bot.stop().await;
    bot.clock.advance(Duration::from_secs(365 * 86_400));
    bot.restart().await;
    bot.within(async {
        while lists(&bot).await > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;

    assert_eq!(bot.since().await.as_deref(), Some("Nov 24 2025 08:00."));
}
