//! Whatever Z-API answers, each mark says what is so in the world.

use std::time::Duration;

use serde_json::json;
use vincula::sandbox::{Fault, Lag, Partial, Reply, Standing};

use crate::support::{ANA, Service};

const ORDER: &str = r#"/link "Bairro Feliz" futebol, mães, suporte"#;

/// A bot that gives up soon what does not show, where nothing lags.
async fn without_patience() -> Service {
    Service::with().timing(|timing| timing.read_back = Duration::from_millis(150)).start().await
}

#[tokio::test]
async fn t27_the_reply_is_the_same_whatever_the_call_answers() {
    let refused = || Reply::json(400, &json!({ "error": "not authorized" }));
    let answers = [
        Fault::Afterwards(Reply::json(200, &json!({ "success": true }))),
        Fault::Afterwards(Reply::json(200, &json!({ "success": true, "groups": [], "x": null }))),
        Fault::Afterwards(Reply::json(200, &json!({ "success": false }))),
        Fault::Afterwards(Reply::json(200, &json!({ "error": "oops" }))),
        Fault::Afterwards(refused()),
        Fault::Afterwards(Reply::bad_gateway()),
        Fault::Afterwards(Reply::html(200, "<html><b>done?</b></html>")),
        Fault::Afterwards(Reply::too_many(None)),
        Fault::Afterwards(Reply::Dropped),
        Fault::Afterwards(Reply::Cut),
        Fault::Afterwards(Reply::Huge(2_000_000)),
    ];
    for answer in answers {
        let bot = Service::start().await;
        bot.sandbox.trouble().next("communities/link", 1, answer.clone());

        let reply = bot.ask(ANA, ORDER).await;

        let all_done =
            "3 of 3 groups are now in “Bairro Feliz”.\n✅ “Futebol”\n✅ “Mães do Bairro”\n✅ “Suporte”";
        assert_eq!(reply, all_done, "{answer:?}");
        assert_eq!(bot.calls_to("communities/link").len(), 1, "{answer:?}");
    }
}

#[tokio::test]
async fn a_call_that_was_not_done_is_tried_again_where_that_may_help() {
    for nothing in [Reply::bad_gateway(), Reply::too_many(None), Reply::Dropped] {
        let bot = without_patience().await;
        bot.sandbox.trouble().next("communities/link", 2, Fault::Instead(nothing));
        let before = bot.world();

        let reply = bot.ask(ANA, ORDER).await;

        assert!(reply.starts_with("3 of 3"), "{reply}");
        bot.expect_true(&reply, &before);
    }
}

#[tokio::test]
async fn a_call_that_is_refused_for_all_is_told_for_each() {
    let bot = without_patience().await;
    let refusal = Reply::json(400, &json!({ "error": "you are not an admin" }));
    bot.sandbox.trouble().always("communities/link", Fault::Instead(refusal));

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol, suporte"#).await;

    assert_eq!(
        reply,
        "0 of 2 groups are now in “Bairro Feliz”.\n\
         ❌ “Futebol”: Z-API refused: “you are not an admin”\n\
         ❌ “Suporte”: Z-API refused: “you are not an admin”"
    );
}

#[tokio::test]
async fn a_yes_that_never_shows_is_a_question() {
    let bot = without_patience().await;
    bot.sandbox
        .trouble()
        .always("communities/link", Fault::Instead(Reply::json(200, &json!({ "success": true }))));

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;

    assert!(reply.starts_with("0 of 1 group is now in “Bairro Feliz”.\n❓ “Futebol”: "), "{reply}");
    assert!(reply.contains(r#"/community "Bairro Feliz""#), "{reply}");
}

#[tokio::test]
async fn one_group_that_fails_does_not_speak_for_the_others() {
    for form in [Partial::Success, Partial::Details, Partial::Failure, Partial::Error] {
        for stops_at_first in [false, true] {
            let bot = without_patience().await;
            bot.sandbox.trouble().set_partial(form);
            bot.sandbox.trouble().set_stops_at_first(stops_at_first);
            // The second group goes elsewhere between the reading and the call.
            let gate = bot.sandbox.trouble().hold("communities/link");
            let event = bot.message(ANA, ORDER);
            let before = bot.world();
            bot.post(&event).await;
            bot.within(gate.reached()).await;
            bot.sandbox.world(|world| {
                let (marketing, mothers) = (
                    world.community_named("Marketing BR").unwrap(),
                    world.group_named("Mães do Bairro").unwrap(),
                );
                world.link(&marketing, &mothers).unwrap();
            });
            gate.release();

            let reply = bot.reply_to(event.message_id()).await.text;

            bot.expect_true(&reply, &before);
            assert!(reply.contains("⚠️ “Mães do Bairro”: belongs to “Marketing BR”"), "{form:?}: {reply}");
            assert!(reply.starts_with("2 of 3"), "{form:?} {stops_at_first}: {reply}");
        }
    }
}

#[tokio::test]
async fn a_read_that_lags_is_waited_for() {
    for lag in [Lag::Reads(2), Lag::For(Duration::from_millis(150))] {
        let bot = Service::start().await;
        bot.sandbox.trouble().set_lag(Some(lag));

        let reply = bot.ask(ANA, ORDER).await;

        assert!(reply.starts_with("3 of 3"), "{reply}");
        assert_eq!(bot.calls_to("communities/link").len(), 1);
    }
}

#[tokio::test]
async fn reads_that_fail_are_waited_for_and_the_call_is_made_once() {
    let bot = Service::start().await;
    let gate = bot.sandbox.trouble().hold_answer("communities/link");
    let event = bot.message(ANA, ORDER);
    bot.post(&event).await;
    bot.within(gate.reached()).await;
    bot.sandbox.trouble().next("communities-metadata", 3, Fault::Instead(Reply::bad_gateway()));
    gate.release();

    let reply = bot.reply_to(event.message_id()).await.text;

    assert!(reply.starts_with("3 of 3"), "{reply}");
    assert_eq!(bot.calls_to("communities/link").len(), 1);
}

#[tokio::test]
async fn an_outcome_that_cannot_be_read_back_is_a_question_at_the_end() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    let gate = bot.sandbox.trouble().hold_answer("communities/link");
    let event = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    bot.post(&event).await;
    bot.within(gate.reached()).await;
    bot.sandbox.trouble().always("communities-metadata", Fault::Instead(Reply::bad_gateway()));
    gate.release();

    let reply = bot.reply_to(event.message_id()).await.text;

    assert!(reply.contains("\n❓ “Futebol”: "), "{reply}");
    bot.settled().await;
    assert_eq!(bot.store.list(Some("dead"), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_read_back_that_makes_no_sense_is_a_question_at_the_end() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    let gate = bot.sandbox.trouble().hold_answer("communities/link");
    let order = bot.give(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.within(gate.reached()).await;
    bot.sandbox.trouble().always("communities-metadata", Fault::Instead(Reply::html(200, "<b>later</b>")));
    gate.release();

    let told = "0 of 1 group is now in “Bairro Feliz”.\n❓ “Futebol”: the outcome could not be read back. Look \
        again in a minute: /community \"Bairro Feliz\"";
    assert_eq!(bot.answers_to(&order).await, [told]);
    assert_eq!(bot.row(&order).await.outcome.as_deref(), Some("gave_up"));
}

#[tokio::test]
async fn what_a_failed_try_did_is_told_as_done_now_not_as_done_before() {
    let bot = without_patience().await;
    let gate = bot.sandbox.trouble().hold_answer("communities/link");
    let order = bot.give(ANA, ORDER).await;
    bot.within(gate.reached()).await;
    bot.sandbox.trouble().always("communities-metadata", Fault::Instead(Reply::bad_gateway()));
    gate.release();

    bot.tried(&order, 1).await;
    bot.sandbox.trouble().clear();

    let done = "3 of 3 groups are now in “Bairro Feliz”.\n✅ “Futebol”\n✅ “Mães do Bairro”\n✅ “Suporte”";
    assert_eq!(bot.answers_to(&order).await, [done]);
    assert_eq!(bot.calls_to("communities/link").len(), 1);
}

#[tokio::test]
async fn every_kind_of_group_in_one_order_gets_the_mark_of_its_own() {
    for form in [Partial::Success, Partial::Details, Partial::Failure, Partial::Error] {
        for stops_at_first in [false, true] {
            let bot = without_patience().await;
            let member = bot.group("Suporte");
            bot.sandbox.world(|world| world.set_standing(&member, Standing::Member));
            bot.sandbox.trouble().set_partial(form);
            bot.sandbox.trouble().set_stops_at_first(stops_at_first);
            let before = bot.world();

            let order = r#"/link "Bairro Feliz" moradores suporte futebol lançamentos mães"#;
            let reply = bot.ask(ANA, order).await;

            bot.expect_true(&reply, &before);
            let marks: Vec<&str> =
                reply.lines().skip(1).map(|line| line.split(' ').next().unwrap()).collect();
            // Where Z-API says that all went well, nobody can know that it refused.
            let refused = if matches!(form, Partial::Success | Partial::Details) { "❓" } else { "❌" };
            assert_eq!(marks, ["☑️", refused, "✅", "⚠️", "✅"], "{form:?} {stops_at_first}\n{reply}");
        }
    }
}

#[tokio::test]
async fn unlinking_is_told_as_truly() {
    let answers = [
        Fault::Afterwards(Reply::json(200, &json!({ "success": false }))),
        Fault::Afterwards(Reply::json(400, &json!({ "error": "x" }))),
        Fault::Afterwards(Reply::Dropped),
        Fault::Instead(Reply::bad_gateway()),
    ];
    for answer in answers {
        let bot = Service::start().await;
        bot.sandbox.trouble().next("communities/unlink", 1, answer);

        let reply = bot.ask(ANA, r#"/unlink "Bairro Feliz" moradores, futebol, "vendas sul""#).await;

        assert_eq!(
            reply,
            "2 of 3 groups are now out of “Bairro Feliz”.\n✅ “Moradores”\n☑️ “Futebol”: was not in it\n\
             ⚠️ “Vendas Sul”: belongs to “Marketing BR”, not to this community"
        );
        assert_eq!(bot.community_of("Moradores"), None);
    }
}
