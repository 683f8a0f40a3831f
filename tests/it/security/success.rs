//! T47: Z-API responds with nothing, with HTML, or with half a document. Success needs proof, and safe calls
//! are repeated.

use std::time::Duration;

use vincula::command::context::TimingConfig;
use vincula::sandbox::{Fault, FaultResponse, ReadLag};

use crate::stories::fixtures::{ok, refusal};
use crate::support::{ANA, Service};

const BRUNO: &str = "5544999990002";
const CARLA: &str = "5544999990003";
const DAVI: &str = "5544999990004";

/// Commands whose call may be repeated: the call, the command, and whether the effect can be read.
const REPEATABLE: [(&str, &str, bool); 12] = [
    ("communities/link", r#"/link "Bairro Feliz" futebol"#, true),
    ("communities/unlink", r#"/unlink "Bairro Feliz" moradores"#, true),
    ("update-community-description", r#"/describe "Bairro Feliz" Oi"#, true),
    ("update-community-photo", r#"/photo "Bairro Feliz" https://pictures.example/1"#, false),
    ("communities/settings", r#"/settings "Bairro Feliz" add-groups all"#, false),
    ("add-admin", r#"/promote "Bairro Feliz" 5544999990003"#, true),
    ("remove-admin", r#"/demote "Bairro Feliz" 5544999990002"#, true),
    ("remove-participant", r#"/remove "Bairro Feliz" 5544999990003 --yes"#, true),
    ("add-participant", r#"/add "Bairro Feliz" 5544999990005, 5544999990006"#, true),
    ("redefine-invitation-link", r#"/invite "Bairro Feliz" reset --yes"#, true),
    ("DELETE communities/", r#"/deactivate "Bairro Feliz" --yes"#, true),
    ("communities/link", r#"/link "Bairro Feliz" futebol, suporte"#, true),
];

/// Responses that mean neither success nor failure.
fn empty_responses() -> Vec<FaultResponse> {
    let texts = ["", "{}", "null", "[]", "{\"success\":", "7"].map(|body| FaultResponse::text(200, body));
    let others = [
        FaultResponse::text(204, ""),
        FaultResponse::html(200, "<html>ok</html>"),
        FaultResponse::json(302, &serde_json::json!({})),
        FaultResponse::Huge(2_000_000),
    ];
    texts.into_iter().chain(others).collect()
}

/// A bot without lagging reads.
async fn without_lag() -> Service {
    let world = |world: &mut vincula::sandbox::World| {
        world.person("5544999990006", Some("81896604192879@lid"), "Fabi");
    };
    let timing = |timing: &mut TimingConfig| timing.read_back = Duration::from_millis(60);
    Service::with().world(world).timing(timing).start().await
}

fn is_done(reply: &str) -> bool {
    reply.contains('✅') && !reply.contains('❓') && !reply.contains('❌')
}

/// Number of calls that begin like this; a method may precede the path.
fn calls(bot: &Service, call: &str) -> usize {
    let (method, path) = call.split_once(' ').unwrap_or(("", call));
    let calls = bot.calls_to(path).into_iter();
    calls.filter(|call| method.is_empty() || call.method.as_str() == method).count()
}

#[tokio::test]
async fn t47_a_call_with_an_empty_response_is_repeated_until_done() {
    for (call, command, _) in REPEATABLE {
        let bot = without_lag().await;
        let responses = empty_responses();
        let count = responses.len();
        responses
            .into_iter()
            .for_each(|reply| bot.sandbox.faults().fail_next(call, 1, Fault::Replace(reply)));

        let given = bot.send_to_completion(ANA, command).await;
        let replies = bot.replies_to(&given).await;

        assert!(replies.len() == 1 && is_done(&replies[0]), "{command}: {replies:#?}");
        assert!(calls(&bot, call) > count, "{command}: {}", calls(&bot, call));
        assert_eq!(bot.row(&given).await.outcome.as_deref(), Some("replied"), "{command}");
    }
}

#[tokio::test]
async fn t47_a_change_with_an_empty_response_is_read_back_and_made_once() {
    for (call, command, can_be_read) in REPEATABLE {
        for reply in [FaultResponse::text(200, "{}"), FaultResponse::html(200, "<html>ok</html>")] {
            let bot = without_lag().await;
            bot.sandbox.faults().fail_next(call, 1, Fault::ReplaceResponse(reply));

            let reply = bot.ask(ANA, command).await;

            assert!(is_done(&reply), "{command}: {reply}");
            assert_eq!(calls(&bot, call), if can_be_read { 1 } else { 2 }, "{command}");
        }
    }
}

#[tokio::test]
async fn t47_an_unconfirmed_change_is_never_reported_as_done() {
    for (call, command, _) in REPEATABLE {
        let timing = |timing: &mut TimingConfig| timing.read_back = Duration::from_millis(60);
        let bot = Service::with().timing(timing).instance("give_up_after = \"1s\"").start().await;
        bot.sandbox.faults().fail_always(call, Fault::Replace(FaultResponse::text(200, "{}")));

        let given = bot.send_to_completion(ANA, command).await;
        let replies = bot.replies_to(&given).await;

        assert!(replies.len() == 1 && !replies[0].contains('✅'), "{command}: {replies:#?}");
        assert!(replies[0].contains('❓') || replies[0].contains("no WhatsApp"), "{command}: {replies:#?}");
        assert_eq!(bot.row(&given).await.outcome.as_deref(), Some("failed"), "{command}");
    }
}

#[tokio::test]
async fn t47_a_refused_change_that_shows_is_reported_as_done() {
    let create = ("POST communities", "/create Bairro Novo", true);
    let one = |(.., can_be_read): &&(&str, &str, bool)| *can_be_read;
    for (call, command, _) in REPEATABLE.iter().filter(one).chain([&create]) {
        for said in [refusal("no"), ok(r#"{"success":false}"#), ok(r#"{"error":"oops"}"#)] {
            let bot = without_lag().await;
            bot.sandbox.faults().fail_next(call, 1, Fault::ReplaceResponse(said.clone()));

            let reply = bot.ask(ANA, command).await;

            assert!(is_done(&reply), "{command} {said:?}: {reply}");
            assert_eq!(calls(&bot, call), 1, "{command} {said:?}");
        }
    }
}

#[tokio::test]
async fn t47_a_refusal_is_contradicted_by_a_late_read() {
    let bot = Service::start().await;
    bot.sandbox.faults().set_lag(Some(ReadLag::For(Duration::from_millis(200))));
    bot.sandbox.faults().fail_next("update-community-description", 1, Fault::ReplaceResponse(refusal("no")));

    let reply = bot.ask(ANA, r#"/describe "Bairro Feliz" Oi"#).await;

    assert!(is_done(&reply), "{reply}");
}

#[tokio::test]
async fn t47_a_refusal_without_a_change_is_reported() {
    for (call, command, _) in REPEATABLE.iter().chain([&("POST communities", "/create Bairro Novo", true)]) {
        let bot = without_lag().await;
        bot.sandbox.faults().fail_always(call, Fault::Replace(refusal("you may not")));

        let reply = bot.ask(ANA, command).await;

        assert!(reply.contains('❌') && !reply.contains('✅') && !reply.contains('❓'), "{command}: {reply}");
        assert!(reply.contains("“you may not”"), "{command}: {reply}");
    }
}

#[tokio::test]
async fn t47_a_possibly_set_photo_is_not_reported_as_refused() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next(
        "update-community-photo",
        1,
        Fault::ReplaceResponse(FaultResponse::Dropped),
    );
    bot.sandbox.faults().fail_next("update-community-photo", 1, Fault::Replace(refusal("it is the same")));

    let reply = bot.ask(ANA, r#"/photo "Bairro Feliz" https://pictures.example/1"#).await;

    assert_eq!(reply, "❓ I can't tell whether it was done: Z-API refused: “it is the same”.");
}

#[tokio::test]
async fn t47_unrepeatable_calls_are_made_once_whatever_the_response() {
    for reply in empty_responses() {
        for fault in [Fault::Replace(reply.clone()), Fault::ReplaceResponse(reply.clone())] {
            let bot = without_lag().await;
            bot.sandbox.faults().fail_next("POST communities", 1, fault.clone());
            let made = bot.ask(ANA, "/create Bairro Novo").await;
            let is_made = bot.world().community_named("Bairro Novo").is_some();
            assert!(made.starts_with(if is_made { "✅" } else { "❓" }), "{fault:?}: {made}");
            assert_eq!(calls(&bot, "POST communities"), 1, "{fault:?}");

            bot.settled().await;
            bot.sandbox.faults().fail_next("send-text", 1, fault.clone());
            let announced = bot.ask(ANA, r#"/announce --yes "Bairro Feliz" Oi"#).await;
            assert!(announced.starts_with("❓ It may have been sent"), "{fault:?}: {announced}");
            let sends = bot.calls_to("send-text").into_iter();
            let sends = sends.filter(|call| call.body.as_ref().is_some_and(|body| body["message"] == "Oi"));
            assert_eq!(sends.count(), 1, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn t47_an_add_without_a_response_is_not_reported_as_invited() {
    for reply in empty_responses() {
        for fault in [Fault::Replace(reply.clone()), Fault::ReplaceResponse(reply.clone())] {
            let bot = without_lag().await;
            bot.sandbox.faults().fail_next("add-participant", 1, fault.clone());

            let reply = bot.ask(ANA, &format!(r#"/add "Bairro Feliz" {DAVI}"#)).await;

            assert!(reply.starts_with("❓ ") && !reply.contains("so they got"), "{fault:?}: {reply}");
            let asked = bot.calls_to("add-participant");
            let invites: Vec<_> =
                asked.iter().map(|call| &call.body.as_ref().unwrap()["autoInvite"]).collect();
            assert_eq!(invites, [true, false], "{fault:?}");
        }
    }
}

#[tokio::test]
async fn t47_a_message_response_without_an_id_means_not_sent() {
    for reply in empty_responses() {
        let bot = Service::start().await;
        bot.sandbox.faults().fail_next("send-text", 2, Fault::Replace(reply.clone()));

        let command = bot.send_to_completion(ANA, "/whoami").await;

        assert_eq!(bot.replies_to(&command).await.len(), 1, "{reply:?}");
        let row = bot.row(&command).await;
        assert_eq!((row.attempts, row.outcome.as_deref()), (2, Some("replied")), "{reply:?}");
    }
}

#[tokio::test]
async fn t47_one_failing_group_does_not_block_the_others() {
    let bot = Service::start().await;
    // The call for all, then the one for the first alone.
    bot.sandbox.faults().fail_next("communities/link", 2, Fault::Replace(FaultResponse::text(200, "{}")));

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol, suporte"#).await;

    assert!(is_done(&reply), "{reply}");
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (futebol, suporte) = (names(&["Futebol"]), names(&["Suporte"]));
    assert_eq!(bot.link_calls(), [names(&["Futebol", "Suporte"]), futebol.clone(), suporte, futebol]);
}

#[tokio::test]
async fn t47_after_a_dropped_connection_the_next_call_does_not_wait_for_lagging_reads() {
    for (call, command) in [
        ("communities/link", r#"/link "Bairro Feliz" futebol"#.to_owned()),
        ("add-admin", format!(r#"/promote "Bairro Feliz" {CARLA}"#)),
        ("remove-admin", format!(r#"/demote "Bairro Feliz" {BRUNO}"#)),
        ("update-community-description", r#"/describe "Bairro Feliz" Oi"#.to_owned()),
    ] {
        let bot = Service::with().timing(|timing| *timing = TimingConfig::default()).start().await;
        bot.sandbox.faults().fail_next(call, 2, Fault::Replace(FaultResponse::Dropped));

        let reply = bot.ask(ANA, &command).await;

        assert!(is_done(&reply), "{command}: {reply}");
        assert_eq!(calls(&bot, call), 3, "{command}");
        // Waiting for ten seconds would be a dozen reads after each call.
        let reads = bot.calls_to("communities-metadata").len() + bot.calls_to("light-group-metadata").len();
        assert!(reads <= 16, "{command}: {reads} readings");
    }
}

#[tokio::test]
async fn t47_a_change_without_a_response_that_shows_late_is_reported_as_done() {
    for (call, command, _) in REPEATABLE.iter().filter(|(.., can_be_read)| *can_be_read) {
        let bot = Service::with().timing(|timing| timing.read_back = Duration::from_secs(4)).start().await;
        bot.sandbox.faults().set_lag(Some(ReadLag::For(Duration::from_millis(1_300))));
        bot.sandbox.faults().fail_next(call, 1, Fault::ReplaceResponse(FaultResponse::Dropped));

        let given = bot.send_to_completion(ANA, command).await;
        let replies = bot.replies_to(&given).await;

        assert!(replies.len() == 1 && is_done(&replies[0]), "{command}: {replies:#?}");
    }
}
