//! The hourglass, and the word that it goes on: who waits for long sees one and is told once; whoever is
//! answered sees none any more.

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

#[tokio::test]
async fn whoever_was_told_that_it_goes_on_is_not_told_again_by_a_try_that_hangs() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let soon = Duration::from_millis(200);
    let setting = Service::with().clock(clock.clone());
    let bot = setting.timing(|timing| (timing.goes_on, timing.hourglass) = (soon, soon)).start().await;
    let first = bot.sandbox.trouble().hold("communities?");
    bot.sandbox.trouble().next("communities/link", 1, Fault::Instead(Reply::bad_gateway()));
    let second = bot.sandbox.trouble().hold("communities/link");
    let order = bot.give(ANA, ORDER).await;
    bot.noted(&order, "told").await;
    first.release();
    bot.tried(&order, 1).await;
    let worn = bot.calls_to("send-reaction").len();

    clock.advance(Duration::from_secs(5));
    bot.ask(ANA, "/whoami").await;
    bot.within(second.reached()).await;
    // The word would come together with the hourglass.
    bot.within(async {
        while bot.calls_to("send-reaction").len() == worn {
            tokio::task::yield_now().await;
        }
    })
    .await;
    second.release();

    let answers = bot.answers_to(&order).await;
    assert_eq!((answers.len(), answers[1].as_str()), (2, DONE), "{answers:?}");
    assert_eq!(bot.notes(&order).await.iter().filter(|what| *what == "told").count(), 1);
}

#[tokio::test]
async fn after_a_crash_in_the_middle_of_the_word_that_it_goes_on_it_is_not_said_again() {
    let mut bot = Service::with().timing(|timing| timing.goes_on = Duration::from_millis(300)).start().await;
    bot.sandbox.trouble().always("communities?", Fault::Instead(Reply::too_many(Some(600))));
    let word = bot.sandbox.trouble().hold_answer("send-text");
    let order = bot.give(ANA, ORDER).await;
    bot.within(word.reached()).await;
    let claims = |notes: Vec<String>| notes.iter().filter(|what| *what == "claimed").count();
    let before = claims(bot.notes(&order).await);
    bot.crash().await;

    bot.restart().await;
    bot.within(async {
        while claims(bot.notes(&order).await) == before {
            tokio::task::yield_now().await;
        }
    })
    .await;
    bot.ask(ANA, "/cancel").await;

    let answers = bot.answers_to(&order).await;
    assert_eq!((answers.len(), answers[1].as_str()), (2, "Cancelled. Nothing was changed."), "{answers:?}");
    assert!(answers[0].starts_with("⏳ "), "{answers:?}");
}
