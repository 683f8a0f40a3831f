//! Z-API outages: temporary ones are retried, permanent ones reported with a remedy.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{ConnectionLoss, Fault, FaultResponse, InstanceCredentials};

use super::fixtures::{ok, refusal};
use crate::support::{ANA, Service};

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;
const DONE: &str = "✅ “Futebol” is now in “Bairro Feliz”.";

#[tokio::test]
async fn a_temporary_outage_is_retried_at_every_step() {
    // Every retryable row of the table in src/zapi/error.rs, except a failed connection.
    let mut passing = vec![
        FaultResponse::bad_gateway(),
        FaultResponse::too_many_requests(None),
        FaultResponse::Dropped,
        FaultResponse::Cut,
    ];
    passing.extend([408, 425, 500, 501, 503, 504, 520].map(|status| FaultResponse::text(status, "busy")));
    passing.extend([refusal("You need to be connected"), ok(r#"{"error":"You need to be connected"}"#)]);
    for call in
        ["communities?", "groups?", "communities-metadata", "light-group-metadata", "communities/link"]
    {
        // The read of one group behaves like the read of a list.
        let few = if call.starts_with("communities") { passing.len() } else { 4 };
        for reply in &passing[..few] {
            let bot =
                Service::with().timing(|timing| timing.read_back = Duration::from_millis(100)).start().await;
            bot.sandbox.faults().fail_next(call, 2, Fault::Replace(reply.clone()));

            let command = bot.send_to_completion(ANA, COMMAND).await;

            assert_eq!(bot.replies_to(&command).await, [DONE], "{call} {reply:?}");
        }
    }
}

/// Starts it again with an unreachable Z-API; returns that URL and the real one.
async fn cut_off(bot: &mut Service) -> (String, String) {
    bot.stop().await;
    let base_url = bot.base_url().to_owned();
    // Nobody listens on a port that was just released.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = format!("http://{nobody}");
    bot.restart_with(&base_url, &nobody).await;
    (nobody, base_url)
}

#[tokio::test]
async fn an_unreachable_z_api_is_retried() {
    let mut bot = Service::start().await;
    let (nobody, base_url) = cut_off(&mut bot).await;
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 2).await;
    assert!(bot.row(&command).await.error.unwrap().contains("cannot be reached"));
    bot.stop().await;

    bot.restart_with(&nobody, &base_url).await;

    assert_eq!(bot.replies_to(&command).await, [DONE]);
}

#[tokio::test]
async fn a_failed_retry_notice_is_sent_when_z_api_is_back() {
    let mut bot = Service::with().timing(|timing| timing.retry_notice_after = Duration::ZERO).start().await;
    let (nobody, base_url) = cut_off(&mut bot).await;
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 2).await;
    bot.stop().await;
    bot.sandbox.faults().fail_always("communities?", Fault::Replace(FaultResponse::bad_gateway()));

    bot.restart_with(&nobody, &base_url).await;

    let reply = bot.reply_to(&command).await.text;
    assert!(reply.contains("I'll keep trying"), "{reply}");
    bot.sandbox.faults().clear();
    assert_eq!(bot.replies_to(&command).await, [reply.as_str(), DONE]);
}

#[tokio::test]
async fn an_undeliverable_reply_is_sent_later_and_once() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("send-text", 3, Fault::Replace(FaultResponse::bad_gateway()));

    let command = bot.send_to_completion(ANA, COMMAND).await;

    assert_eq!(bot.replies_to(&command).await, [DONE]);
    assert_eq!((bot.changes(), bot.row(&command).await.attempts), (1, 3));
}

#[tokio::test]
async fn a_reconnected_phone_continues_its_command() {
    for form in [ConnectionLoss::Error, ConnectionLoss::ErrorIn200] {
        let bot = Service::start().await;
        bot.sandbox.faults().disconnect(form);
        let command = bot.send_to_completion(ANA, COMMAND).await;
        bot.wait_for_attempts(&command, 1).await;

        bot.sandbox.faults().reconnect();

        assert_eq!(bot.replies_to(&command).await, [DONE], "{form:?}");
    }
}

#[tokio::test]
async fn a_permanent_error_is_reported_at_once_with_a_remedy() {
    let rows = [
        (
            refusal("your client-token is not configured"),
            "❌ Z-API does not accept the Client-Token. The person who runs this bot must set it.",
        ),
        (
            FaultResponse::json(403, &serde_json::json!({ "error": "null not allowed" })),
            "❌ Z-API does not accept the Client-Token. The person who runs this bot must set it.",
        ),
        (
            FaultResponse::json(500, &serde_json::json!({ "error": "Instance not found" })),
            "❌ Z-API does not know the instance. The person who runs this bot must check its id and token.",
        ),
        (
            refusal("[203.0.113.9] not allowed"),
            "❌ Z-API does not accept calls from this server. The person who runs this bot must allow its address.",
        ),
        (ok(r#"{"error":"no *rights*"}"#), "❌ Z-API refused: “no ∗rights∗”."),
    ];
    let other = [400, 401, 403, 404, 405, 409, 410, 415, 422].map(|status| {
        (FaultResponse::json(status, &serde_json::json!({ "error": "no" })), "❌ Z-API refused: “no”.")
    });
    for (reply, expected) in rows.into_iter().chain(other) {
        let bot = Service::start().await;
        bot.sandbox.faults().fail_always("communities?", Fault::Replace(reply));

        let command = bot.send_to_completion(ANA, COMMAND).await;

        assert_eq!(bot.replies_to(&command).await, [expected]);
        assert_eq!(
            (bot.calls_to("communities").len(), bot.row(&command).await.attempts),
            (1, 0),
            "{expected}"
        );
    }
}

#[tokio::test]
async fn a_wrong_client_token_ends_as_a_dead_letter() {
    let mut bot = Service::start().await;
    let token = bot.sandbox.account().client_token.clone().unwrap();
    bot.stop().await;
    bot.restart_with(&token, "F00000000000000000000000000000000S").await;

    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.settled().await;

    let dead = bot.store.list(Some("dead"), 10).await.unwrap();
    assert_eq!((dead.len(), bot.said().len(), bot.changes()), (1, 0, 0));
    assert_eq!(
        (dead[0].message_id.as_str(), dead[0].outcome.as_deref()),
        (command.as_str(), Some("reply_failed"))
    );
    assert!(dead[0].reply.as_deref().unwrap().contains("does not accept the Client-Token"), "{dead:?}");
    assert!(dead[0].error.as_deref().unwrap().contains("the Client-Token is missing or wrong"), "{dead:?}");
}

#[tokio::test]
async fn an_account_without_a_client_token_needs_none() {
    let account = InstanceCredentials { client_token: None, ..InstanceCredentials::generate() };
    let bot = Service::with().account(account).start().await;

    let reply = bot.ask(ANA, COMMAND).await;

    assert_eq!(reply, DONE);
}

#[tokio::test]
async fn a_command_that_cannot_read_in_time_fails_with_a_reply() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).instance("give_up_after = \"30m\"").start().await;
    bot.sandbox.faults().fail_always("communities?", Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 1).await;
    assert!(bot.said().is_empty());

    clock.advance(Duration::from_secs(30 * 60));

    let expected = "❌ I could not finish this command and gave up: Z-API has trouble (status 502). \
        Send it again once that is fixed: /status shows it.";
    assert_eq!(bot.replies_to(&command).await, [expected]);
    let dead = bot.store.list(Some("dead"), 10).await.unwrap();
    assert_eq!((dead.len(), dead[0].outcome.as_deref()), (1, Some("failed")));
    assert_eq!(
        dead[0].error.as_deref(),
        Some("Z-API communities: has trouble (status 502): 502 Bad Gateway 502")
    );
}

#[tokio::test]
async fn the_last_attempt_reports_each_group() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).start().await;
    bot.sandbox.faults().fail_always("communities/link", Fault::Replace(FaultResponse::bad_gateway()));
    let before = bot.world();
    let command = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" moradores, futebol, suporte"#).await;
    bot.wait_for_attempts(&command, 1).await;
    let (community, group) = (bot.community("Bairro Feliz"), bot.group("Suporte"));
    bot.sandbox.world(|world| world.link(&community, &group)).unwrap();

    clock.advance(Duration::from_secs(60 * 60));

    let expected = "2 of 3 groups are now in “Bairro Feliz”.\n☑️ “Moradores”: was already in it\n\
        ❓ “Futebol”: Z-API has trouble (status 502). So far the community shows no change. Check again in a minute: \
        /community \"Bairro Feliz\"\n✅ “Suporte”";
    assert_eq!(bot.replies_to(&command).await, [expected]);
    bot.expect_true(expected, &before);
    assert_eq!(bot.store.list(Some("dead"), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn after_a_dead_letter_the_next_command_of_the_chat_is_run() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    bot.sandbox.faults().fail_always("communities/unlink", Fault::Replace(FaultResponse::bad_gateway()));
    let dead = bot.send_to_completion(ANA, r#"/unlink "Bairro Feliz" moradores"#).await;
    let next = bot.send_to_completion(ANA, COMMAND).await;

    let replies = (bot.replies_to(&dead).await, bot.replies_to(&next).await);

    let expected = "❓ “Moradores”: Z-API has trouble (status 502). So far \
        the community shows no change. Check again in a minute: /community \"Bairro Feliz\"";
    assert_eq!(replies, (vec![expected.to_owned()], vec![DONE.to_owned()]));
}

#[tokio::test]
async fn retry_after_is_respected() {
    let (date, later) = ("Mon, 24 Nov 2025 16:00:00 GMT", "Mon, 24 Nov 2025 16:00:07 GMT");
    for wish in
        [FaultResponse::too_many_requests(Some(7)), FaultResponse::too_many_requests_until(later, date)]
    {
        let clock = Clock::manual(Timestamp(1_764_000_000_000));
        let bot = Service::with().clock(clock.clone()).start().await;
        bot.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(wish));
        let command = bot.send_to_completion(ANA, COMMAND).await;
        bot.wait_for_attempts(&command, 1).await;

        clock.advance(Duration::from_secs(6));
        bot.ask(ANA, "/whoami").await;
        let early = bot.calls_to("communities/link").len();
        clock.advance(Duration::from_secs(3));
        bot.ask(ANA, "/whoami").await;

        assert_eq!((early, bot.replies_to(&command).await), (1, vec![DONE.to_owned()]));
        assert_eq!(bot.calls_to("communities/link").len(), 2);
    }
}

#[tokio::test]
async fn a_long_retry_after_does_not_extend_the_deadline() {
    let (date, later) = ("Mon, 24 Nov 2025 16:00:00 GMT", "Tue, 25 Nov 2025 16:00:00 GMT");
    for wish in [
        FaultResponse::too_many_requests(Some(u64::MAX)),
        FaultResponse::too_many_requests_until(later, date),
    ] {
        let clock = Clock::manual(Timestamp(1_764_000_000_000));
        let bot = Service::with().clock(clock.clone()).instance("give_up_after = \"10m\"").start().await;
        bot.sandbox.faults().fail_always("communities?", Fault::Replace(wish));
        let command = bot.send_to_completion(ANA, COMMAND).await;
        bot.wait_for_attempts(&command, 1).await;

        clock.advance(Duration::from_secs(600));
        bot.ask(ANA, "/whoami").await;

        let expected = "❌ I could not finish this command and gave up: Z-API asks to slow down. \
            Send it again once that is fixed: /status shows it.";
        assert_eq!(bot.replies_to(&command).await, [expected]);
        assert_eq!(bot.row(&command).await.outcome.as_deref(), Some("failed"));
    }
}

#[tokio::test]
async fn each_attempt_starts_with_a_read() {
    for (verb, command, done) in [
        ("link", COMMAND, DONE),
        ("unlink", r#"/unlink "Bairro Feliz" moradores"#, "✅ “Moradores” is no longer in “Bairro Feliz”."),
    ] {
        let clock = Clock::manual(Timestamp(1_764_000_000_000));
        let bot = Service::with().clock(clock.clone()).start().await;
        let call = format!("communities/{verb}");
        bot.sandbox.faults().fail_next(&call, 1, Fault::Replace(FaultResponse::bad_gateway()));
        let given = bot.send_to_completion(ANA, command).await;
        bot.wait_for_attempts(&given, 1).await;
        let before = bot.sandbox.calls().len();
        let (community, futebol, moradores) =
            (bot.community("Bairro Feliz"), bot.group("Futebol"), bot.group("Moradores"));
        match verb {
            "link" => bot.sandbox.world(|world| world.link(&community, &futebol)).unwrap(),
            _ => bot.sandbox.world(|world| world.unlink(&community, &moradores)).unwrap(),
        };

        clock.advance(Duration::from_secs(5));
        bot.ask(ANA, "/whoami").await;

        assert_eq!(bot.replies_to(&given).await, [done]);
        let second = &bot.sandbox.calls()[before..];
        let read = second.iter().find(|call| !call.path.starts_with("send-")).unwrap();
        assert!(read.path.starts_with("communities-metadata"), "{verb}: {second:#?}");
        assert_eq!(bot.calls_to(&call).len(), 1, "what somebody did by hand is not called for");
    }
}

#[tokio::test]
async fn a_command_that_keeps_panicking_fails_and_others_continue() {
    // Such a late time does not exist, so reading back panics.
    let bot = Service::with().timing(|timing| timing.read_back = Duration::MAX).start().await;
    bot.sandbox.faults().fail_always("communities/link", Fault::Replace(ok(r#"{"success":true}"#)));

    let poison = bot.send_to_completion(ANA, COMMAND).await;
    bot.ask(ANA, "/whoami").await;
    let behind = bot.send_to_completion(ANA, r#"/unlink "Marketing BR" futebol"#).await;

    let expected = "❌ I could not finish this command and gave up: Something went wrong inside the bot; \
        the person who runs it will find the cause in the log. Send it again once that is fixed: /status shows it.";
    assert_eq!(bot.replies_to(&poison).await, [expected]);
    assert!(bot.replies_to(&behind).await[0].contains("☑️ “Futebol”"));
    assert_eq!(bot.row(&poison).await.outcome.as_deref(), Some("failed"));
    let crashes = bot.audit_events(&poison).await.iter().filter(|what| *what == "crashed").count();
    assert_eq!(crashes, 23);
    assert!(bot.metrics().await.contains("vincula_panics_total 23"), "{}", bot.metrics().await);
}

#[tokio::test]
async fn the_journal_records_each_call_with_its_result_and_no_secret() {
    let bot = Service::start().await;
    let token = bot.sandbox.account().token.clone();
    bot.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(FaultResponse::text(502, &token)));

    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.settled().await;

    let calls = bot.recorded_calls(&command).await;
    let made: Vec<&str> = calls.iter().filter_map(|call| Some(call.split_once(": ")?.0)).collect();
    let asked: Vec<String> =
        bot.sandbox.calls().iter().map(|call| call.path.split('/').next().unwrap().to_owned()).collect();
    assert_eq!(made.len(), asked.len(), "{made:?} {asked:?}");
    assert!(calls.contains(&"communities/link: has trouble (status 502): …".to_owned()), "{calls:?}");
    assert!(calls.contains(&"communities/link: done".to_owned()), "{calls:?}");
    assert!(calls.contains(&"send-text: done".to_owned()), "{calls:?}");
    assert!(!format!("{calls:?}").contains(&token));
}

#[tokio::test]
async fn a_reply_respects_retry_after() {
    let bot = Service::with().instance("give_up_after = \"30m\"").start().await;
    // A day exceeds the deadline of a reply; it is attempted again at the end of its hour.
    bot.sandbox
        .faults()
        .fail_always("send-text", Fault::Replace(FaultResponse::too_many_requests(Some(86_400))));
    let first = bot.send_to_completion(ANA, "/whoami").await;
    bot.wait_for_attempts(&first, 1).await;

    for _ in 0..3 {
        let next = bot.send_to_completion(ANA, "/whoami").await;
        bot.wait_for_attempts(&next, 1).await;
    }

    assert_eq!((bot.row(&first).await.attempts, bot.calls_to("send-text").len()), (1, 4));
}
