//! Time of the last connection change: webhooks may arrive in any order, and `/status` shows it after a
//! restart and a year later.

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
    /// Z-API's connection status event, dated this many minutes before the start.
    fn word(&self, is_connected: bool, minutes_ago: i64) -> vincula::sandbox::webhook_event::EventBuilder {
        let kind = if is_connected { "ConnectedCallback" } else { "DisconnectedCallback" };
        self.message(ANA, "x").with("type", kind).with("momment", START.0 - minutes_ago * MINUTE)
    }

    /// Reports a connection this many minutes before the start.
    async fn connected(&self, minutes_ago: i64) {
        let response = self.post(&self.word(true, minutes_ago)).await;
        assert_eq!(assert_status(&response, "ignored"), "unsupported_event");
    }

    /// Reports a disconnection.
    async fn disconnected(&self, minutes_ago: i64) {
        let response = self.post(&self.word(false, minutes_ago)).await;
        assert_eq!(assert_status(&response, "ignored"), "unsupported_event");
    }

    /// The time of the last change in the words of `/status`, if shown.
    async fn since(&self) -> Option<String> {
        let reply = self.ask(ANA, "/status").await;
        assert!(reply.starts_with("✅ WhatsApp is connected.\n"), "{reply}");
        reply.lines().nth(1).unwrap().strip_prefix("Since ").map(str::to_owned)
    }
}

/// A time this many minutes before the start, formatted like `/status`.
fn minutes_ago(minutes: i64) -> Option<String> {
    let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
    Some(format!("{}.", Timestamp(START.0 - minutes * MINUTE).format_in(&zone, "%b %-d %H:%M")))
}

#[tokio::test]
async fn the_connection_time_survives_a_crash_and_a_restart() {
    let mut bot = bot().start().await;
    bot.connected(60).await;
    assert_eq!(bot.since().await, minutes_ago(60));

    bot.crash().await;
    bot.restart().await;
    assert_eq!(bot.since().await, minutes_ago(60));
    // An event that this process did not receive does not restart the time.
    bot.connected(10).await;
    bot.stop().await;
    bot.restart().await;

    assert_eq!(bot.since().await, minutes_ago(60));
}

#[tokio::test]
async fn the_connection_time_restarts_after_an_interruption() {
    let bot = bot().start().await;
    bot.connected(60).await;

    bot.disconnected(30).await;
    // Z-API's current status overrides earlier events.
    assert_eq!(bot.since().await, None);
    bot.sandbox.faults().disconnect(ConnectionLoss::Error);
    let asked = bot.send_to_completion(ANA, "/status").await;
    bot.settled().await;
    bot.sandbox.faults().reconnect();
    let reply = bot.reply_to(&asked).await.text;
    bot.connected(10).await;

    assert!(reply.starts_with("❌ WhatsApp is not connected."), "{reply}");
    assert!(
        reply.lines().any(|line| Some(line) == minutes_ago(30).map(|at| format!("Since {at}")).as_deref()),
        "{reply}"
    );
    assert_eq!(bot.since().await, minutes_ago(10));
}

#[tokio::test]
async fn a_late_connection_event_counts_only_if_it_lies_between() {
    let bot = bot().start().await;
    bot.connected(60).await;
    bot.disconnected(90).await;
    bot.connected(80).await;
    assert_eq!(bot.since().await, minutes_ago(60));

    // It is still connected, and no disconnection is known.
    bot.connected(10).await;
    bot.connected(20).await;
    assert_eq!(bot.since().await, minutes_ago(60));
    // Now the earlier disconnection arrives.
    bot.disconnected(30).await;

    assert_eq!(bot.since().await, minutes_ago(10));
}

#[tokio::test]
async fn a_future_or_missing_connection_time_is_now() {
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
async fn t01_a_forged_connection_event_changes_nothing() {
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
async fn during_an_outage_only_status_changes_are_redelivered() {
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
async fn a_connection_time_in_the_future_is_corrected() {
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
async fn the_connection_time_outlives_retention() {
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
