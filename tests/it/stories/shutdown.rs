//! Retries are limited: how long a reply is attempted, and how many crashes a command may cause.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{Fault, FaultResponse};

use crate::support::{ANA, Service};

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;
const DONE: &str = "✅ “Futebol” is now in “Bairro Feliz”.";

#[tokio::test]
async fn a_reply_is_not_sent_before_retry_after() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).instance("give_up_after = \"10m\"").start().await;
    // Longer than a command is attempted, and shorter than its reply.
    bot.sandbox.faults().fail_next(
        "send-text",
        1,
        Fault::Replace(FaultResponse::too_many_requests(Some(900))),
    );
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 1).await;

    for seconds in [1, 599] {
        clock.advance(Duration::from_secs(seconds));
        bot.ask(ANA, "/whoami").await;
        assert_eq!(
            (bot.messages_quoting(&command).len(), bot.row(&command).await.attempts),
            (0, 1),
            "{seconds} s later"
        );
    }
    clock.advance(Duration::from_secs(301));
    bot.ask(ANA, "/whoami").await;

    assert_eq!(bot.replies_to(&command).await, [DONE]);
}

#[tokio::test]
async fn a_reply_has_its_own_deadline_and_ends_as_a_dead_letter() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).instance("give_up_after = \"10m\"").start().await;
    bot.sandbox.faults().fail_always("send-text", Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 1).await;

    for (minutes, tries) in [(10, 2), (9, 3)] {
        clock.advance(Duration::from_secs(minutes * 60));
        // Its own reply fails too; it wakes the worker.
        bot.send_to_completion(ANA, "/whoami").await;
        bot.wait_for_attempts(&command, tries).await;
        assert_eq!(bot.row(&command).await.state, "answering");
    }
    clock.advance(Duration::from_secs(60));
    bot.send_to_completion(ANA, "/whoami").await;

    bot.wait_for_audit_event(&command, "finished").await;
    let row = bot.row(&command).await;
    assert_eq!((row.state.as_str(), row.outcome.as_deref()), ("dead", Some("reply_failed")));
    assert_eq!((row.attempts, bot.changes()), (3, 1));
    assert_eq!(row.error.as_deref(), Some("Z-API send-text: has trouble (status 502): 502 Bad Gateway 502"));
}

#[tokio::test]
async fn twenty_crashes_before_the_plan_fail_a_command() {
    let mut bot = Service::with().on_sqlite().start().await;
    let deadly = bot.sandbox.faults().hold_request("communities?");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(deadly.wait_reached()).await;
    for _ in 1..20 {
        let deadly = bot.sandbox.faults().hold_request("communities?");
        bot.crash().await;
        bot.restart().await;
        bot.within(deadly.wait_reached()).await;
    }
    bot.crash().await;

    bot.restart().await;

    let expected = "❌ I could not finish this command and gave up: Something went wrong inside the bot; \
        the person who runs it will find the cause in the log. Send it again once that is fixed: /status shows it.";
    assert_eq!(bot.replies_to(&command).await, [expected]);
    let claims = bot.audit_events(&command).await.iter().filter(|what| *what == "claimed").count();
    assert_eq!((claims, bot.calls_to("communities").len(), bot.changes()), (21, 20, 0));
    assert_eq!(bot.row(&command).await.outcome.as_deref(), Some("failed"));
}

#[tokio::test]
async fn twenty_crashes_after_the_plan_end_with_the_current_state() {
    let settled = "❓ “Futebol”: Z-API has trouble (status 502). So far the \
        community shows no change. Check again in a minute: /community \"Bairro Feliz\"";
    for (crashes, reply, outcome, tries) in [(19, DONE, "replied", 1), (20, settled, "failed", 0)] {
        let mut bot = Service::with().on_sqlite().start().await;
        let mut deadly = bot.sandbox.faults().hold_request("communities/link");
        let command = bot.send_to_completion(ANA, COMMAND).await;
        for _ in 1..crashes {
            bot.within(deadly.wait_reached()).await;
            bot.crash().await;
            deadly = bot.sandbox.faults().hold_request("communities-metadata");
            bot.restart().await;
        }
        bot.within(deadly.wait_reached()).await;
        bot.crash().await;
        bot.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(FaultResponse::bad_gateway()));

        bot.restart().await;

        assert_eq!(bot.replies_to(&command).await, [reply], "after {crashes} crashes");
        let row = bot.row(&command).await;
        assert_eq!((row.outcome.as_deref(), row.attempts), (Some(outcome), tries), "after {crashes} crashes");
    }
}
