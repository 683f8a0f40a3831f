//! Whatever Z-API responds, each status icon shows the state of the world.

use std::time::Duration;

use serde_json::json;
use vincula::sandbox::{BotRole, Fault, FaultResponse, PartialFailure, ReadLag};

use crate::support::{ANA, Service};

const COMMAND: &str = r#"/link "Bairro Feliz" futebol, mães, suporte"#;

/// A bot that gives up soon on changes that do not show, without lagging reads.
async fn with_short_read_back() -> Service {
    Service::with().timing(|timing| timing.read_back = Duration::from_millis(150)).start().await
}

#[tokio::test]
async fn t27_the_reply_is_the_same_whatever_the_call_answers() {
    let refused = || FaultResponse::json(400, &json!({ "error": "not authorized" }));
    let responses = [
        Fault::ReplaceResponse(FaultResponse::json(200, &json!({ "success": true }))),
        Fault::ReplaceResponse(FaultResponse::json(
            200,
            &json!({ "success": true, "groups": [], "x": null }),
        )),
        Fault::ReplaceResponse(FaultResponse::json(200, &json!({ "success": false }))),
        Fault::ReplaceResponse(FaultResponse::json(200, &json!({ "error": "oops" }))),
        Fault::ReplaceResponse(refused()),
        Fault::ReplaceResponse(FaultResponse::bad_gateway()),
        Fault::ReplaceResponse(FaultResponse::html(200, "<html><b>done?</b></html>")),
        Fault::ReplaceResponse(FaultResponse::too_many_requests(None)),
        Fault::ReplaceResponse(FaultResponse::Dropped),
        Fault::ReplaceResponse(FaultResponse::Cut),
        Fault::ReplaceResponse(FaultResponse::Huge(2_000_000)),
    ];
    for response in responses {
        let bot = Service::start().await;
        bot.sandbox.faults().fail_next("communities/link", 1, response.clone());

        let reply = bot.ask(ANA, COMMAND).await;

        let all_done =
            "3 of 3 groups are now in “Bairro Feliz”.\n✅ “Futebol”\n✅ “Mães do Bairro”\n✅ “Suporte”";
        assert_eq!(reply, all_done, "{response:?}");
        assert_eq!(bot.calls_to("communities/link").len(), 1, "{response:?}");
    }
}

#[tokio::test]
async fn a_failed_call_is_retried_if_that_may_help() {
    for nothing in
        [FaultResponse::bad_gateway(), FaultResponse::too_many_requests(None), FaultResponse::Dropped]
    {
        let bot = with_short_read_back().await;
        bot.sandbox.faults().fail_next("communities/link", 2, Fault::Replace(nothing));
        let before = bot.world();

        let reply = bot.ask(ANA, COMMAND).await;

        assert!(reply.starts_with("3 of 3"), "{reply}");
        bot.expect_true(&reply, &before);
    }
}

#[tokio::test]
async fn a_refusal_for_all_groups_is_reported_for_each() {
    let bot = with_short_read_back().await;
    let refusal = FaultResponse::json(400, &json!({ "error": "you are not an admin" }));
    bot.sandbox.faults().fail_always("communities/link", Fault::Replace(refusal));

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol, suporte"#).await;

    assert_eq!(
        reply,
        "None of the 2 groups is now in “Bairro Feliz”.\n\
         ❌ “Futebol”: Z-API refused: “you are not an admin”\n\
         ❌ “Suporte”: Z-API refused: “you are not an admin”"
    );
}

#[tokio::test]
async fn a_confirmed_change_that_never_shows_is_unknown() {
    let bot = with_short_read_back().await;
    bot.sandbox.faults().fail_always(
        "communities/link",
        Fault::Replace(FaultResponse::json(200, &json!({ "success": true }))),
    );

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;

    assert!(reply.starts_with("❓ “Futebol”: "), "{reply}");
    assert!(reply.contains(r#"/community "Bairro Feliz""#), "{reply}");
}

#[tokio::test]
async fn one_failing_group_does_not_affect_the_others() {
    for form in
        [PartialFailure::Success, PartialFailure::Details, PartialFailure::Failure, PartialFailure::Error]
    {
        for stops_at_first in [false, true] {
            let bot = with_short_read_back().await;
            bot.sandbox.faults().set_partial(form);
            bot.sandbox.faults().set_stops_at_first(stops_at_first);
            // The second group is linked elsewhere between the read and the call.
            let barrier = bot.sandbox.faults().hold_request("communities/link");
            let event = bot.message(ANA, COMMAND);
            let before = bot.world();
            bot.post(&event).await;
            bot.within(barrier.wait_reached()).await;
            bot.sandbox.world(|world| {
                let (marketing, mothers) = (
                    world.community_named("Marketing BR").unwrap(),
                    world.group_named("Mães do Bairro").unwrap(),
                );
                world.link(&marketing, &mothers).unwrap();
            });
            barrier.release();

            let reply = bot.reply_to(event.message_id()).await.text;

            bot.expect_true(&reply, &before);
            assert!(reply.contains("⚠️ “Mães do Bairro”: belongs to “Marketing BR”"), "{form:?}: {reply}");
            assert!(reply.starts_with("2 of 3"), "{form:?} {stops_at_first}: {reply}");
        }
    }
}

#[tokio::test]
async fn a_lagging_read_is_retried() {
    for lag in [ReadLag::Reads(2), ReadLag::For(Duration::from_millis(150))] {
        let bot = Service::start().await;
        bot.sandbox.faults().set_lag(Some(lag));

        let reply = bot.ask(ANA, COMMAND).await;

        assert!(reply.starts_with("3 of 3"), "{reply}");
        assert_eq!(bot.calls_to("communities/link").len(), 1);
    }
}

#[tokio::test]
async fn failed_reads_are_retried_and_the_call_is_made_once() {
    let bot = Service::start().await;
    let barrier = bot.sandbox.faults().hold_response("communities/link");
    let event = bot.message(ANA, COMMAND);
    bot.post(&event).await;
    bot.within(barrier.wait_reached()).await;
    bot.sandbox.faults().fail_next("communities-metadata", 3, Fault::Replace(FaultResponse::bad_gateway()));
    barrier.release();

    let reply = bot.reply_to(event.message_id()).await.text;

    assert!(reply.starts_with("3 of 3"), "{reply}");
    assert_eq!(bot.calls_to("communities/link").len(), 1);
}

#[tokio::test]
async fn an_outcome_that_cannot_be_read_back_is_unknown() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    let barrier = bot.sandbox.faults().hold_response("communities/link");
    let event = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    bot.post(&event).await;
    bot.within(barrier.wait_reached()).await;
    bot.sandbox.faults().fail_always("communities-metadata", Fault::Replace(FaultResponse::bad_gateway()));
    barrier.release();

    let reply = bot.reply_to(event.message_id()).await.text;

    assert!(reply.starts_with("❓ “Futebol”: "), "{reply}");
    bot.settled().await;
    assert_eq!(bot.store.list(Some("dead"), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_nonsensical_read_back_is_unknown() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    let barrier = bot.sandbox.faults().hold_response("communities/link");
    let command = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.within(barrier.wait_reached()).await;
    bot.sandbox
        .faults()
        .fail_always("communities-metadata", Fault::Replace(FaultResponse::html(200, "<b>later</b>")));
    barrier.release();

    let expected = "❓ “Futebol”: I could not check the result. Check \
        again in a minute: /community \"Bairro Feliz\"";
    assert_eq!(bot.replies_to(&command).await, [expected]);
    assert_eq!(bot.row(&command).await.outcome.as_deref(), Some("failed"));
}

#[tokio::test]
async fn changes_of_a_failed_attempt_are_reported_as_done_now() {
    let bot = with_short_read_back().await;
    let barrier = bot.sandbox.faults().hold_response("communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(barrier.wait_reached()).await;
    bot.sandbox.faults().fail_always("communities-metadata", Fault::Replace(FaultResponse::bad_gateway()));
    barrier.release();

    bot.wait_for_attempts(&command, 1).await;
    bot.sandbox.faults().clear();

    let done = "3 of 3 groups are now in “Bairro Feliz”.\n✅ “Futebol”\n✅ “Mães do Bairro”\n✅ “Suporte”";
    assert_eq!(bot.replies_to(&command).await, [done]);
    assert_eq!(bot.calls_to("communities/link").len(), 1);
}

#[tokio::test]
async fn every_group_gets_its_own_icon() {
    for form in
        [PartialFailure::Success, PartialFailure::Details, PartialFailure::Failure, PartialFailure::Error]
    {
        for stops_at_first in [false, true] {
            let bot = with_short_read_back().await;
            let member = bot.group("Suporte");
            bot.sandbox.world(|world| world.set_bot_role(&member, BotRole::Member));
            bot.sandbox.faults().set_partial(form);
            bot.sandbox.faults().set_stops_at_first(stops_at_first);
            let before = bot.world();

            let command = r#"/link "Bairro Feliz" moradores suporte futebol lançamentos mães"#;
            let reply = bot.ask(ANA, command).await;

            bot.expect_true(&reply, &before);
            let marks: Vec<&str> =
                reply.lines().skip(1).map(|line| line.split(' ').next().unwrap()).collect();
            // If Z-API reports success, a refusal cannot be known.
            let refused =
                if matches!(form, PartialFailure::Success | PartialFailure::Details) { "❓" } else { "❌" };
            assert_eq!(marks, ["☑️", refused, "✅", "⚠️", "✅"], "{form:?} {stops_at_first}\n{reply}");
        }
    }
}

#[tokio::test]
async fn unlinking_is_reported_truthfully() {
    let responses = [
        Fault::ReplaceResponse(FaultResponse::json(200, &json!({ "success": false }))),
        Fault::ReplaceResponse(FaultResponse::json(400, &json!({ "error": "x" }))),
        Fault::ReplaceResponse(FaultResponse::Dropped),
        Fault::Replace(FaultResponse::bad_gateway()),
    ];
    for response in responses {
        let bot = Service::start().await;
        bot.sandbox.faults().fail_next("communities/unlink", 1, response);

        let reply = bot.ask(ANA, r#"/unlink "Bairro Feliz" moradores, futebol, "vendas sul""#).await;

        assert_eq!(
            reply,
            "1 of 3 groups is no longer in “Bairro Feliz”.\n✅ “Moradores”\n☑️ “Futebol”: was not in it\n\
             ⚠️ “Vendas Sul”: belongs to “Marketing BR”, not to this community"
        );
        assert_eq!(bot.community_of("Moradores"), None);
    }
}
