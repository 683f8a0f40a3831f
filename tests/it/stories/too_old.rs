//! Commands that are too old when they arrive, as after a reconnect: one reply for all of a chat.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::webhook_event::EventBuilder;

use super::fixtures::{ANA_AND_RUI, RUI};
use crate::support::{ANA, Service, ServiceBuilder};

const HOUR: i64 = 3_600_000;

fn clock() -> Clock {
    Clock::manual(Timestamp(1_764_000_000_000))
}

/// However busy the machine is, a burst arrives as one.
fn with_slow_bursts() -> ServiceBuilder {
    Service::with().clock(clock()).timing(|timing| timing.burst_interval = Duration::from_millis(1_500))
}

impl Service {
    /// A message that was sent this long ago.
    fn late(&self, from: &str, text: &str, millis: i64) -> EventBuilder {
        self.message(from, text).sent_at(Timestamp(self.clock.now().0 - millis))
    }
}

#[tokio::test]
async fn a_burst_of_old_commands_gets_one_reply_and_costs_no_allowance() {
    let bot = with_slow_bursts().limits("commands_per_minute = 2").start().await;
    let mut first = None;
    for number in 0..39 {
        let text = if number == 7 { "/link bairro futebol\n/groups" } else { "/link bairro futebol" };
        let event = bot.late(ANA, text, 3 * HOUR + 60_000);
        first.get_or_insert(bot.deliver_to_completion(&event).await);
    }
    // A fresh one waits for nobody.
    let fresh = bot.ask(ANA, "/link bairro futebol").await;
    bot.settled().await;

    assert_eq!(fresh, "✅ “Futebol” is now in “Bairro Feliz”.");
    let summary =
        "40 commands reached me up to 3 hours late, so I did nothing. Send again what you still need.";
    assert_eq!(bot.messages_quoting(&first.unwrap()), [summary]);
    assert_eq!((bot.said().len(), bot.changes()), (2, 1));
    let rows = bot.store.list(None, 100).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.outcome.as_deref() == Some("expired")).count(), 40);
}

#[tokio::test]
async fn each_chat_has_its_own_summary_and_later_old_commands_another() {
    let bot = Service::with().clock(clock()).admins(ANA_AND_RUI).start().await;
    for (from, text) in
        [(ANA, "/groups"), (RUI, "/groups"), (ANA, "/link bairro futebol"), (ANA, "/unlnik x")]
    {
        bot.deliver_to_completion(&bot.late(from, text, 49 * HOUR)).await;
    }
    bot.settled().await;
    let mut said = bot.said();
    said.sort();
    assert_eq!(
        said,
        [
            "3 commands reached me up to 2 days late, so I did nothing. Send again what you still need.",
            "This command reached me 2 days late, so I did not run it. Send it again if you still want it.",
        ]
    );

    let later = bot.ask_by(&bot.late(ANA, "/quemsou", 12 * 60_000)).await;

    assert_eq!(
        later,
        "Este comando chegou para mim com 12 minutos de atraso, então não o executei. Mande de novo se ainda quiser."
    );
}

#[tokio::test]
async fn a_burst_of_old_commands_is_counted_right_across_a_crash() {
    let mut bot = with_slow_bursts().start().await;
    let sending = bot.sandbox.faults().hold_request("send-text");
    let mut first = None;
    for _ in 0..5 {
        first.get_or_insert(bot.deliver_to_completion(&bot.late(ANA, "/groups", HOUR)).await);
    }
    bot.within(sending.wait_reached()).await;
    // One more, while the reply to the others is being sent.
    let last = bot.deliver_to_completion(&bot.late(ANA, "/groups", HOUR)).await;
    bot.crash().await;
    sending.release();
    bot.restart().await;
    bot.settled().await;

    let summary =
        "5 commands reached me up to 1 hour late, so I did nothing. Send again what you still need.";
    let replies = bot.messages_quoting(&first.unwrap());
    assert!(!replies.is_empty() && replies.iter().all(|reply| reply == summary), "{replies:?}");
    assert_eq!(bot.messages_quoting(&last).len(), 1);
}

#[tokio::test]
async fn an_old_yes_confirms_nothing_and_old_commands_close_no_prompt() {
    let bot = Service::with().clock(clock()).start().await;
    bot.ask(ANA, "/announce bairro Hi").await;
    bot.settled().await;
    bot.deliver_to_completion(&bot.late(ANA, "/groups", HOUR)).await;
    bot.deliver_to_completion(&bot.late(ANA, "yes", HOUR)).await;
    bot.settled().await;
    assert!(bot.announced("Bairro Feliz").is_empty());

    bot.clock.advance(Duration::from_secs(2));
    bot.ask(ANA, "yes").await;
    bot.settled().await;

    assert_eq!(bot.announced("Bairro Feliz"), ["Hi"]);
}
