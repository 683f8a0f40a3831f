//! Progress reactions and retry notices: a long wait shows a ⏳ and one notice; the reply removes the ⏳.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{Fault, FaultResponse};

use super::fixtures::refusal;
use crate::support::{ANA, Service, ServiceBuilder};

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;
const DONE: &str = "✅ “Futebol” is now in “Bairro Feliz”.";

/// Long enough that an undisturbed attempt finishes before it shows.
fn with_progress_reaction() -> ServiceBuilder {
    Service::with().timing(|timing| {
        timing.progress_reaction_after = Duration::from_secs(1);
        timing.read_back = Duration::from_millis(50);
    })
}

#[tokio::test]
async fn the_progress_reaction_of_a_failed_attempt_is_removed_with_the_reply() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = with_progress_reaction().clock(clock.clone()).start().await;
    let slow = bot.sandbox.faults().hold_request("communities?");
    bot.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(bot.sandbox.next_reaction_after(0)).await;
    slow.release();
    bot.wait_for_attempts(&command, 1).await;
    assert!(bot.sandbox.reactions().iter().all(|reaction| !reaction.removed), "it waits still");

    clock.advance(Duration::from_secs(5));
    bot.ask(ANA, "/whoami").await;

    assert_eq!(bot.replies_to(&command).await, [DONE]);
    assert!(bot.sandbox.reactions().iter().all(|reaction| reaction.removed));
}

#[tokio::test]
async fn a_progress_reaction_from_before_a_crash_is_removed_with_the_reply() {
    let mut bot = with_progress_reaction().start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(call.wait_reached()).await;
    bot.within(bot.sandbox.next_reaction_after(0)).await;
    bot.crash().await;

    bot.restart().await;

    assert_eq!(bot.replies_to(&command).await, [DONE]);
    assert!(bot.sandbox.reactions().iter().all(|reaction| reaction.removed));
}

#[tokio::test]
async fn a_progress_reaction_stays_until_the_reply_is_sent() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = with_progress_reaction().clock(clock.clone()).start().await;
    let slow = bot.sandbox.faults().hold_request("communities?");
    bot.sandbox.faults().fail_next("send-text", 1, Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(bot.sandbox.next_reaction_after(0)).await;
    slow.release();
    bot.wait_for_attempts(&command, 1).await;

    assert!(bot.calls_to("send-remove-reaction").is_empty());
    clock.advance(Duration::from_secs(5));
    bot.ask(ANA, "/whoami").await;
    assert_eq!(bot.replies_to(&command).await, [DONE]);
    assert!(bot.sandbox.reactions().iter().all(|reaction| reaction.removed));
}

#[tokio::test]
async fn a_refused_reply_removes_the_progress_reaction() {
    let bot = with_progress_reaction().start().await;
    let slow = bot.sandbox.faults().hold_request("communities?");
    bot.sandbox.faults().fail_always("send-text", Fault::Replace(refusal("no such chat")));
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(bot.sandbox.next_reaction_after(0)).await;

    slow.release();

    bot.settled().await;
    assert_eq!(bot.row(&command).await.outcome.as_deref(), Some("reply_failed"));
    assert!(bot.sandbox.reactions().iter().all(|reaction| reaction.removed));
}

#[tokio::test]
async fn a_retry_notice_is_not_repeated_by_a_hanging_attempt() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let soon = Duration::from_millis(200);
    let setting = Service::with().clock(clock.clone());
    let bot = setting
        .timing(|timing| (timing.retry_notice_after, timing.progress_reaction_after) = (soon, soon))
        .start()
        .await;
    let first = bot.sandbox.faults().hold_request("communities?");
    bot.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(FaultResponse::bad_gateway()));
    let second = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_audit_event(&command, "retry_notified").await;
    first.release();
    bot.wait_for_attempts(&command, 1).await;
    let worn = bot.calls_to("send-reaction").len();

    clock.advance(Duration::from_secs(5));
    bot.ask(ANA, "/whoami").await;
    bot.within(second.wait_reached()).await;
    // The notice would come together with the reaction.
    bot.within(async {
        while bot.calls_to("send-reaction").len() == worn {
            tokio::task::yield_now().await;
        }
    })
    .await;
    second.release();

    let replies = bot.replies_to(&command).await;
    assert_eq!((replies.len(), replies[1].as_str()), (2, DONE), "{replies:?}");
    assert_eq!(bot.audit_events(&command).await.iter().filter(|what| *what == "retry_notified").count(), 1);
}

#[tokio::test]
async fn after_a_crash_a_retry_notice_is_not_repeated() {
    let mut bot =
        Service::with().timing(|timing| timing.retry_notice_after = Duration::from_millis(300)).start().await;
    bot.sandbox
        .faults()
        .fail_always("communities?", Fault::Replace(FaultResponse::too_many_requests(Some(600))));
    let word = bot.sandbox.faults().hold_response("send-text");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(word.wait_reached()).await;
    let claims = |notes: Vec<String>| notes.iter().filter(|what| *what == "claimed").count();
    let before = claims(bot.audit_events(&command).await);
    bot.crash().await;

    bot.restart().await;
    bot.within(async {
        while claims(bot.audit_events(&command).await) == before {
            tokio::task::yield_now().await;
        }
    })
    .await;
    bot.ask(ANA, "/cancel").await;

    let replies = bot.replies_to(&command).await;
    assert_eq!((replies.len(), replies[1].as_str()), (2, "Cancelled. Nothing was changed."), "{replies:?}");
    assert!(replies[0].starts_with("⏳ "), "{replies:?}");
}
