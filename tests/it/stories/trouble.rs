//! Trouble of Z-API: what passes is waited for; what does not is told with what to do.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{Account, Fault, Offline, Reply};

use super::scene::{ok, refusal};
use crate::support::{ANA, Service};

const ORDER: &str = r#"/link "Bairro Feliz" futebol"#;
const DONE: &str = "1 of 1 group is now in “Bairro Feliz”.\n✅ “Futebol”";

#[tokio::test]
async fn trouble_that_passes_is_waited_for_wherever_it_strikes() {
    let passing = [Reply::bad_gateway(), Reply::text(503, "busy"), Reply::too_many(None), Reply::Dropped];
    for call in
        ["communities?", "groups?", "communities-metadata", "light-group-metadata", "communities/link"]
    {
        for reply in &passing {
            let bot =
                Service::with().timing(|timing| timing.read_back = Duration::from_millis(100)).start().await;
            bot.sandbox.trouble().next(call, 2, Fault::Instead(reply.clone()));

            let order = bot.give(ANA, ORDER).await;

            assert_eq!(bot.answers_to(&order).await, [DONE], "{call} {reply:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_sent_now_is_sent_later_and_once() {
    let bot = Service::start().await;
    bot.sandbox.trouble().next("send-text", 3, Fault::Instead(Reply::bad_gateway()));

    let order = bot.give(ANA, ORDER).await;

    assert_eq!(bot.answers_to(&order).await, [DONE]);
    assert_eq!((bot.changes(), bot.row(&order).await.tries), (1, 3));
}

#[tokio::test]
async fn a_phone_that_comes_back_gets_its_order_done() {
    for form in [Offline::Error, Offline::ErrorIn200] {
        let bot = Service::start().await;
        bot.sandbox.trouble().disconnect(form);
        let order = bot.give(ANA, ORDER).await;
        bot.tried(&order, 1).await;

        bot.sandbox.trouble().reconnect();

        assert_eq!(bot.answers_to(&order).await, [DONE], "{form:?}");
    }
}

#[tokio::test]
async fn what_does_not_pass_is_told_at_once_with_what_to_do() {
    let rows = [
        (
            refusal("your client-token is not configured"),
            "❌ Z-API does not accept the Client-Token. Whoever runs this bot must set it.",
        ),
        (
            Reply::json(403, &serde_json::json!({ "error": "null not allowed" })),
            "❌ Z-API does not accept the Client-Token. Whoever runs this bot must set it.",
        ),
        (
            Reply::json(500, &serde_json::json!({ "error": "Instance not found" })),
            "❌ Z-API does not know the instance. Whoever runs this bot must check its id and token.",
        ),
        (
            refusal("[203.0.113.9] not allowed"),
            "❌ Z-API does not accept calls from this server. Whoever runs this bot must allow its address.",
        ),
        (ok(r#"{"error":"no *rights*"}"#), "❌ Z-API refused: “no ∗rights∗”."),
        (Reply::html(200, "<html>hello</html>"), "❌ Z-API gave an answer that cannot be read."),
        (Reply::Huge(2_000_000), "❌ Z-API gave an answer that cannot be read."),
    ];
    for (reply, expected) in rows {
        let bot = Service::start().await;
        bot.sandbox.trouble().always("communities?", Fault::Instead(reply));

        let order = bot.give(ANA, ORDER).await;

        assert_eq!(bot.answers_to(&order).await, [expected]);
        assert_eq!((bot.calls_to("communities").len(), bot.row(&order).await.tries), (1, 0), "{expected}");
    }
}

#[tokio::test]
async fn a_client_token_that_is_really_wrong_leaves_a_dead_letter_that_says_so() {
    let mut bot = Service::start().await;
    let token = bot.sandbox.account().client_token.clone().unwrap();
    bot.stop().await;
    bot.restart_with(&token, "F00000000000000000000000000000000S").await;

    let order = bot.give(ANA, ORDER).await;
    bot.settled().await;

    let dead = bot.store.list(Some("dead"), 10).await.unwrap();
    assert_eq!((dead.len(), bot.said().len(), bot.changes()), (1, 0, 0));
    assert_eq!(
        (dead[0].message_id.as_str(), dead[0].outcome.as_deref()),
        (order.as_str(), Some("unanswered"))
    );
    assert!(dead[0].reply.as_deref().unwrap().contains("does not accept the Client-Token"), "{dead:?}");
    assert!(dead[0].error.as_deref().unwrap().contains("the Client-Token is missing or wrong"), "{dead:?}");
}

#[tokio::test]
async fn an_account_without_a_client_token_needs_none() {
    let account = Account { client_token: None, ..Account::made_up() };
    let bot = Service::with().account(account).start().await;

    let reply = bot.ask(ANA, ORDER).await;

    assert_eq!(reply, DONE);
}

#[tokio::test]
async fn an_order_that_cannot_be_read_for_in_time_is_given_up_told_and_kept() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).instance("give_up_after = \"30m\"").start().await;
    bot.sandbox.trouble().always("communities?", Fault::Instead(Reply::bad_gateway()));
    let order = bot.give(ANA, ORDER).await;
    bot.tried(&order, 1).await;
    assert!(bot.said().is_empty());

    clock.advance(Duration::from_secs(30 * 60));

    let told = "❌ I could not finish this order and gave up: Z-API has trouble (status 502). \
        Send it again when that is mended: /status tells.";
    assert_eq!(bot.answers_to(&order).await, [told]);
    let dead = bot.store.list(Some("dead"), 10).await.unwrap();
    assert_eq!((dead.len(), dead[0].outcome.as_deref()), (1, Some("gave_up")));
    assert_eq!(
        dead[0].error.as_deref(),
        Some("Z-API communities: has trouble (status 502): 502 Bad Gateway 502")
    );
}

#[tokio::test]
async fn the_last_try_tells_what_is_so_of_each_group() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).start().await;
    bot.sandbox.trouble().always("communities/link", Fault::Instead(Reply::bad_gateway()));
    let before = bot.world();
    let order = bot.give(ANA, r#"/link "Bairro Feliz" moradores, futebol, suporte"#).await;
    bot.tried(&order, 1).await;
    let (community, group) = (bot.community("Bairro Feliz"), bot.group("Suporte"));
    bot.sandbox.world(|world| world.link(&community, &group)).unwrap();

    clock.advance(Duration::from_secs(60 * 60));

    let told = "2 of 3 groups are now in “Bairro Feliz”.\n☑️ “Moradores”: was in it already\n\
        ❌ “Futebol”: Z-API has trouble (status 502).\n✅ “Suporte”";
    assert_eq!(bot.answers_to(&order).await, [told]);
    bot.expect_true(told, &before);
    assert_eq!(bot.store.list(Some("dead"), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn after_a_dead_letter_the_next_order_of_the_chat_is_run() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    bot.sandbox.trouble().always("communities/unlink", Fault::Instead(Reply::bad_gateway()));
    let dead = bot.give(ANA, r#"/unlink "Bairro Feliz" moradores"#).await;
    let next = bot.give(ANA, ORDER).await;

    let answers = (bot.answers_to(&dead).await, bot.answers_to(&next).await);

    let told = "0 of 1 group is now out of “Bairro Feliz”.\n❌ “Moradores”: Z-API has trouble (status 502).";
    assert_eq!(answers, (vec![told.to_owned()], vec![DONE.to_owned()]));
}

#[tokio::test]
async fn z_api_is_not_called_before_the_moment_that_it_asked_for() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).start().await;
    bot.sandbox.trouble().next("communities/link", 1, Fault::Instead(Reply::too_many(Some(7))));
    let order = bot.give(ANA, ORDER).await;
    bot.tried(&order, 1).await;

    clock.advance(Duration::from_secs(6));
    bot.ask(ANA, "/whoami").await;
    let early = bot.calls_to("communities/link").len();
    clock.advance(Duration::from_secs(3));
    bot.ask(ANA, "/whoami").await;

    assert_eq!((early, bot.answers_to(&order).await), (1, vec![DONE.to_owned()]));
    assert_eq!(bot.calls_to("communities/link").len(), 2);
}
