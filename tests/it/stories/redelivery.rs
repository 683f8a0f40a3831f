//! Dead letters retried by an operator: with a new deadline and true status icons.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{Fault, FaultResponse};
use vincula::storage::RequeueResult;

use super::fixtures::refusal;
use crate::support::{ANA, Service};

#[tokio::test]
async fn a_retried_dead_letter_has_a_new_deadline_and_its_plan() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).instance("give_up_after = \"10m\"").start().await;
    let before = bot.world();
    // The call succeeds without a response, and nothing can be read any more.
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" moradores, futebol"#).await;
    bot.within(call.wait_reached()).await;
    bot.sandbox.faults().fail_always("communities-metadata", Fault::Replace(FaultResponse::bad_gateway()));
    call.release();
    bot.wait_for_attempts(&command, 1).await;
    clock.advance(Duration::from_secs(600));
    bot.ask(ANA, "/whoami").await;
    bot.settled().await;
    let row = bot.row(&command).await;
    assert_eq!((row.state.as_str(), row.outcome.as_deref()), ("dead", Some("failed")));
    assert!(
        bot.messages_quoting(&command)[0].contains("❓ “Futebol”"),
        "{:?}",
        bot.messages_quoting(&command)
    );

    assert_eq!(bot.store.requeue(row.id).await.unwrap(), RequeueResult::Run);
    bot.wait_for_attempts(&command, 1).await;
    clock.advance(Duration::from_secs(590));
    bot.sandbox.faults().clear();
    bot.ask(ANA, "/whoami").await;

    let expected =
        "2 of 2 groups are now in “Bairro Feliz”.\n☑️ “Moradores”: was already in it\n✅ “Futebol”";
    assert_eq!(bot.replies_to(&command).await.last().map(String::as_str), Some(expected));
    bot.expect_true(expected, &before);
    assert_eq!((bot.changes(), bot.row(&command).await.outcome.as_deref()), (1, Some("replied")));
}

#[tokio::test]
async fn a_resent_reply_is_the_stored_one() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("send-text", 2, Fault::Replace(refusal("no such chat")));
    let command = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.settled().await;
    let row = bot.row(&command).await;
    assert_eq!(row.outcome.as_deref(), Some("reply_failed"));

    let requeued = bot.store.requeue(row.id.clone()).await.unwrap();

    assert_eq!(requeued, RequeueResult::SendReply);
    assert_eq!(bot.replies_to(&command).await, ["✅ “Futebol” is now in “Bairro Feliz”."]);
    assert_eq!((bot.changes(), bot.row(&command).await.outcome.as_deref()), (1, Some("replied")));
    assert_eq!(bot.store.requeue(row.id).await.unwrap(), RequeueResult::NotDead);
}

#[tokio::test]
async fn a_retried_command_runs_after_those_waiting_in_its_chat() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    bot.sandbox.faults().fail_always("communities?", Fault::Replace(FaultResponse::bad_gateway()));
    let dead = bot.send_to_completion(ANA, r#"/unlink "Bairro Feliz" futebol"#).await;
    bot.settled().await;
    bot.sandbox.faults().clear();
    let call = bot.sandbox.faults().hold_request("communities/link");
    let running = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.within(call.wait_reached()).await;
    let behind = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" suporte"#).await;

    let id = bot.row(&dead).await.id;
    assert_eq!(bot.store.requeue(id).await.unwrap(), RequeueResult::Run);
    call.release();

    bot.settled().await;
    for command in [&running, &behind] {
        assert!(bot.messages_quoting(command)[0].contains("✅"), "{:?}", bot.messages_quoting(command));
    }
    assert!(bot.messages_quoting(&dead)[1].contains("✅ “Futebol”"), "{:?}", bot.messages_quoting(&dead));
    let calls = bot.sandbox.calls();
    let changes: Vec<&str> =
        calls.iter().filter(|call| call.is_change()).map(|call| call.path.as_str()).collect();
    assert_eq!(changes, ["communities/link", "communities/link", "communities/unlink"]);
}
