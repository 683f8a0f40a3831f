//! Identity of senders and instances: decided by authenticated data, not by look-alikes.

use std::time::Duration;

use futures_util::future::join;
use serde_json::{Value, json};
use vincula::clock::{Clock, Timestamp};

use crate::support::{ANA, ANA_LID, NON_ADMIN, Service};
use crate::webhook::assert_status;

const NOON: Timestamp = Timestamp(1_764_000_000_000);
const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;

const SECOND_ID: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const SECOND_TOKEN: &str = "BBBBBBBBBBBBBBBBBBBBBBBB";

#[tokio::test]
async fn t08_the_route_decides_the_instance_and_the_body_cannot_change_it() {
    let second = format!(
        "[instances.main.admins.ana]\nphone = \"{ANA}\"\nname = \"Ana\"\n\
         [instances.second]\nid = \"{SECOND_ID}\"\ntoken = \"{SECOND_TOKEN}\"\nbase_url = \"http://127.0.0.1:9\"\n\
         [instances.second.verify]\nzapi_token = true\n\
         [instances.second.admins.eve]\nphone = \"{NON_ADMIN}\"\n"
    );
    let bot = Service::with().admins(&second).start().await;
    let main = bot.sandbox.account().id.clone();
    let own = ("z-api-token", SECOND_TOKEN);
    let to_second = "/webhooks/second";

    // The admin of the second instance writes to the first, with either name.
    for name in [main.as_str(), SECOND_ID] {
        let command = bot.message(NON_ADMIN, COMMAND).with("instanceId", name);
        let response = bot.deliver("/webhooks/main", &[own], command.body().as_bytes()).await;
        assert_eq!(response.status, 401);
        let response = bot.deliver(to_second, &[bot.token()], command.body().as_bytes()).await;
        assert_eq!(response.status, 401);
    }
    let other = bot.message(NON_ADMIN, COMMAND);
    let response = bot.deliver(to_second, &[own], other.body().as_bytes()).await;
    assert_eq!(assert_status(&response, "ignored"), "other_instance");
    let other = bot.message(ANA, COMMAND).with("instanceId", SECOND_ID);
    assert_eq!(assert_status(&bot.post(&other).await, "ignored"), "other_instance");
    // A body that names both belongs to the instance of its endpoint, and to its admins.
    let both = |from| bot.message(from, COMMAND).with_duplicate_field("instanceId", SECOND_ID);
    assert_eq!(assert_status(&bot.post(&both(NON_ADMIN)).await, "ignored"), "not_an_admin");
    let response = bot.deliver(to_second, &[own], both(ANA).body().as_bytes()).await;
    assert_eq!(assert_status(&response, "ignored"), "not_an_admin");

    assert_eq!((bot.command_count().await, bot.sandbox.calls().len()), (0, 0));
    assert!(bot.ask_by(&both(ANA)).await.contains("✅ “Futebol”"));
}

#[tokio::test]
async fn t11_a_number_with_other_digits_matches_nobody() {
    let bot = Service::start().await;
    let group = bot.group("Futebol");
    for who in [
        "+5544999990001",
        "55 44 99999-0001",
        "５５４４９９９９９０００１",
        "5544999990001 ",
        "\u{200e}5544999990001",
        "05544999990001",
        "005544999990001",
        "5544999990001@c.us",
        "5544999990001@s.whatsapp.net",
        "5544999990001@LID",
        "5544999990001.0",
        "5.544999990001e12",
        "5544999990001\0",
        "5544999990001;5511988887777",
    ] {
        for event in [bot.message(who, COMMAND), bot.message(who, COMMAND).in_group(&group)] {
            let reason = assert_status(&bot.post(&event).await, "ignored");
            assert!(
                ["no_sender", "not_an_admin", "unclear_chat"].contains(&reason.as_str()),
                "{who}: {reason}"
            );
        }
    }
    assert_eq!((bot.command_count().await, bot.sandbox.calls().len()), (0, 0));
}

#[tokio::test]
async fn t10_in_a_group_no_other_field_sets_the_author() {
    let bot = Service::start().await;
    let group = bot.group("Futebol");
    let lid = "81896604192873@lid";
    let nobodys = bot.message(NON_ADMIN, COMMAND).in_group(&group).without_field("participantPhone");
    for event in [
        bot.message(NON_ADMIN, COMMAND).in_group(&group).with("senderLid", lid),
        bot.message(NON_ADMIN, COMMAND).in_group(&group).with("chatLid", lid),
        bot.message(NON_ADMIN, COMMAND).in_group(&group).with("connectedPhone", ANA),
        bot.message(NON_ADMIN, COMMAND).in_group(&group).with("senderName", ANA),
        nobodys.clone().with("chatLid", lid),
        nobodys.clone().with("senderLid", lid),
        nobodys.with("phone", format!("{ANA}-1623281429")),
        // A direct chat with another participant is neither direct nor a group.
        bot.message(ANA, COMMAND).with("participantPhone", NON_ADMIN),
    ] {
        let reason = assert_status(&bot.post(&event).await, "ignored");
        assert!(["not_an_admin", "no_sender"].contains(&reason.as_str()), "{reason}: {}", event.body());
    }
    assert_eq!((bot.command_count().await, bot.sandbox.calls().len()), (0, 0));
}

#[tokio::test]
async fn t12_the_bots_own_messages_are_no_commands_even_with_owner_commands() {
    let bot = Service::with().instance("owner_commands = true").start().await;
    let said = |event: vincula::sandbox::webhook_event::EventBuilder| event.with("type", "ReceivedCallback");

    for echo in [
        said(bot.message(ANA, COMMAND).from_api()),
        said(bot.message(ANA, COMMAND).from_api()).with("fromMe", false),
        said(bot.message(ANA, COMMAND).from_me()).with("fromApi", "true"),
        said(bot.message(ANA, COMMAND).from_me()).with("fromApi", "perhaps"),
        said(bot.message(ANA, COMMAND)).with("fromMe", "perhaps"),
        // Only an explicit `fromApi: false` makes it the owner's; without it, it may be the bot's.
        said(bot.message(ANA, COMMAND).from_me()).without_field("fromApi"),
        said(bot.message(ANA, COMMAND).from_me()).with("fromApi", Value::Null),
        said(bot.message(ANA, COMMAND).from_me()).with("fromApi", json!([])),
        said(bot.message(ANA, COMMAND).from_me()).with("fromApi", ""),
        said(bot.message(ANA, COMMAND).from_me()).with("fromApi", " null "),
    ] {
        assert_eq!(assert_status(&bot.post(&echo).await, "ignored"), "from_me", "{}", echo.body());
    }
    assert_eq!((bot.command_count().await, bot.sandbox.calls().len()), (0, 0));

    for no in [json!(false), json!("false"), json!(0)] {
        let typed = bot.message(ANA, "/whoami").from_me().with("fromApi", no);
        assert!(bot.ask_by(&typed).await.starts_with("You are “owner”."));
    }
}

/// Eve may only use `/help`.
const EVE: &str = "5544999990009";
const TWO_ADMINS: &str = "[instances.main.admins.ana]\nphone = \"5544999990001\"\nlid = \"81896604192873@lid\"\nname = \"Ana\"\n\
                          [instances.main.admins.eve]\nphone = \"5544999990009\"\nname = \"Eve\"\ncommands = [\"help\"]\n";

/// Message ids are chosen by the sending phones.
#[tokio::test]
async fn t17_an_id_that_another_admin_used_hides_no_command() {
    let bot = Service::with().admins(TWO_ADMINS).start().await;
    let of = |from, text| bot.message(from, text).with_id("3EB0C0FFEE");
    let (hers, command) = (of(EVE, "/help"), of(ANA, COMMAND));

    assert_status(&bot.post(&hers).await, "accepted");
    assert_status(&bot.post(&command).await, "accepted");
    bot.settled().await;

    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
    // All are known by now, Ana under either identity.
    for known in [hers, command, of("", COMMAND).lid(ANA_LID).without_field("phone").with("phone", ANA_LID)] {
        assert_status(&bot.post(&known).await, "duplicate");
    }
    assert_eq!((bot.command_count().await, bot.changes()), (2, 1));
}

#[tokio::test]
async fn t17_an_id_that_another_admin_used_in_the_same_chat_hides_no_unknown_command() {
    let bot = Service::with().admins(TWO_ADMINS).start().await;
    let group = bot.group("Futebol");
    let of = |from, text| bot.message(from, text).in_group(&group).with_id("3EB0C0FFEE");

    for command in [of(EVE, "/help"), of(ANA, "/whoami")] {
        assert_status(&bot.post(&command).await, "accepted");
    }
    bot.settled().await;

    assert!(bot.said().iter().any(|text| text.contains("You are “Ana”")), "{:?}", bot.said());
}

#[tokio::test]
async fn t17_nobody_edits_what_somebody_else_sent_under_the_same_id() {
    let bot = Service::with().admins(TWO_ADMINS).start().await;
    let of = |from, text| bot.message(from, text).with_id("3EB0C0FFEE");
    let mistaken = r#"/link "Bairro Felis" futebol"#;

    assert_status(&bot.post(&of(ANA, mistaken)).await, "accepted");
    bot.settled().await;
    // What Eve sends or edits under its id is a message of Eve, and neither corrects it nor keeps Ana from correcting
    // it.
    let edit = of(EVE, "/help link").edited();
    assert_status(&bot.post(&edit).await, "accepted");
    assert_status(&bot.post(&of(EVE, "/help")).await, "duplicate");
    bot.settled().await;
    let fixed = of(ANA, COMMAND).edited();
    assert_status(&bot.post(&fixed).await, "accepted");
    bot.settled().await;

    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
    assert_eq!((bot.command_count().await, bot.changes()), (3, 1));
}

/// For example when a number and a lid turn out to be one person: the key changes, the sender does not.
#[tokio::test]
async fn t17_a_message_stays_known_when_its_admins_key_changes() {
    let mut bot = Service::with().admins(TWO_ADMINS).start().await;
    let command = bot.message(ANA, COMMAND);
    bot.ask_by(&command).await;
    bot.stop().await;
    bot.restart_with("admins.ana]", "admins.anna]").await;

    let lid = bot.message("", COMMAND).with_id(command.message_id()).lid(ANA_LID);
    for known in [&command, &lid.without_field("phone").with("phone", ANA_LID)] {
        assert_status(&bot.post(known).await, "duplicate");
    }

    bot.settled().await;
    assert_eq!((bot.command_count().await, bot.changes()), (1, 1));
}

#[tokio::test]
async fn t13_a_reply_loop_ends_after_twenty_replies_a_minute() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).limits("commands_per_minute = 100").start().await;
    // Another bot takes the reply for a command of its own, and says that it is unknown.
    let mut word = "/olá".to_owned();
    for _ in 0..20 {
        let reply = bot.ask(ANA, &word).await;
        assert!(!reply.starts_with('/'), "{reply}");
        word = format!("/{}", reply.split_whitespace().next().unwrap());
    }
    for _ in 0..30 {
        let response = bot.post(&bot.message(ANA, &word)).await;
        assert_eq!(assert_status(&response, "ignored"), "rate_limited");
    }
    bot.settled().await;
    assert_eq!((bot.command_count().await, bot.sandbox.sent().len()), (20, 20));

    // Others in the chat are still served, and after a minute it may try again.
    assert!(bot.ask(ANA, "/whoami").await.contains("Ana"));
    clock.advance(Duration::from_secs(60));
    assert!(bot.ask(ANA, &word).await.contains("There is no command"));
}

#[tokio::test]
async fn t23_a_repeated_command_finds_what_the_first_did() {
    let bot = Service::start().await;
    let (first, second) = (bot.message(ANA, COMMAND), bot.message(ANA, COMMAND));

    let (one, other) = join(bot.ask_by(&first), bot.ask_by(&second)).await;

    let mut replies = [one, other];
    replies.sort_by_key(|reply| reply.contains("☑️"));
    assert_eq!(replies[0], "✅ “Futebol” is now in “Bairro Feliz”.");
    assert_eq!(replies[1], "☑️ “Futebol” was already in “Bairro Feliz”.");
    assert_eq!(bot.changes(), 1);
}
