//! The hourglass: who waits for long sees one, whoever is answered sees none any more.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{Fault, Reply};

use super::scene::refusal;
use crate::support::{ANA, Service, Setting};

const ORDER: &str = r#"/link "Bairro Feliz" futebol"#;
const DONE: &str = "1 of 1 group is now in “Bairro Feliz”.\n✅ “Futebol”";

/// Long enough that a try which meets no trouble is done before it shows.
fn with_hourglass() -> Setting {
    Service::with().timing(|timing| {
        timing.hourglass = Duration::from_secs(1);
        timing.read_back = Duration::from_millis(50);
    })
}

#[tokio::test]
async fn an_order_that_is_soon_done_wears_no_hourglass_and_none_is_taken_away() {
    let bot = Service::start().await;

    bot.ask(ANA, ORDER).await;
    bot.settled().await;

    assert!(bot.calls_to("send-reaction").is_empty());
    assert!(bot.calls_to("send-remove-reaction").is_empty());
}

#[tokio::test]
async fn an_hourglass_of_a_try_that_failed_goes_with_the_answer_of_the_next() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = with_hourglass().clock(clock.clone()).start().await;
    let slow = bot.sandbox.trouble().hold("communities?");
    bot.sandbox.trouble().next("communities/link", 1, Fault::Instead(Reply::bad_gateway()));
    let order = bot.give(ANA, ORDER).await;
    bot.within(bot.sandbox.next_reaction_after(0)).await;
    slow.release();
    bot.tried(&order, 1).await;
    assert!(bot.sandbox.reactions().iter().all(|reaction| !reaction.removed), "it waits still");

    clock.advance(Duration::from_secs(5));
    bot.ask(ANA, "/whoami").await;

    assert_eq!(bot.answers_to(&order).await, [DONE]);
    assert!(bot.sandbox.reactions().iter().all(|reaction| reaction.removed));
}

#[tokio::test]
async fn an_hourglass_from_before_a_crash_in_the_middle_of_a_call_goes_with_the_answer() {
    let mut bot = with_hourglass().start().await;
    let call = bot.sandbox.trouble().hold("communities/link");
    let order = bot.give(ANA, ORDER).await;
    bot.within(call.reached()).await;
    bot.within(bot.sandbox.next_reaction_after(0)).await;
    bot.crash().await;

    bot.restart().await;

    assert_eq!(bot.answers_to(&order).await, [DONE]);
    assert!(bot.sandbox.reactions().iter().all(|reaction| reaction.removed));
}

#[tokio::test]
async fn an_hourglass_stays_until_the_answer_is_out() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = with_hourglass().clock(clock.clone()).start().await;
    let slow = bot.sandbox.trouble().hold("communities?");
    bot.sandbox.trouble().next("send-text", 1, Fault::Instead(Reply::bad_gateway()));
    let order = bot.give(ANA, ORDER).await;
    bot.within(bot.sandbox.next_reaction_after(0)).await;
    slow.release();
    bot.tried(&order, 1).await;

    assert!(bot.calls_to("send-remove-reaction").is_empty());
    clock.advance(Duration::from_secs(5));
    bot.ask(ANA, "/whoami").await;
    assert_eq!(bot.answers_to(&order).await, [DONE]);
    assert!(bot.sandbox.reactions().iter().all(|reaction| reaction.removed));
}

#[tokio::test]
async fn an_order_whose_answer_is_refused_wears_no_hourglass_for_ever() {
    let bot = with_hourglass().start().await;
    let slow = bot.sandbox.trouble().hold("communities?");
    bot.sandbox.trouble().always("send-text", Fault::Instead(refusal("no such chat")));
    let order = bot.give(ANA, ORDER).await;
    bot.within(bot.sandbox.next_reaction_after(0)).await;

    slow.release();

    bot.settled().await;
    assert_eq!(bot.row(&order).await.outcome.as_deref(), Some("unanswered"));
    assert!(bot.sandbox.reactions().iter().all(|reaction| reaction.removed));
}
