//! Rights: commands of admins per community; everybody else gets no reply.

use vincula::sandbox::webhook_event::EventBuilder;

use super::fixtures::RUI;
use crate::support::{ANA, ANA_LID, NON_ADMIN, Service};

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;
const DONE: &str = "✅ “Futebol” is now in “Bairro Feliz”.";
const NOBODY: &str = r#"{"status":"ignored","reason":"not_an_admin"}"#;

/// Ana may use `/link` and lists, in one community.
const ANA_OF_ONE: &str = "[instances.main.admins.ana]\nphone = \"5544999990001\"\n\
    commands = [\"link\", \"community\"]\ncommunities = [\"Bairro Feliz\"]\n";

/// Checks that the event has no effect: no row, no call, no message.
async fn expect_silence(bot: &Service, event: &EventBuilder, response: &str) {
    assert_eq!(bot.post(event).await.text(), response, "{}", event.body());
    assert!(bot.store.list(None, 9).await.unwrap().is_empty());
    assert!(bot.sandbox.calls().is_empty(), "{:?}", bot.sandbox.calls());
}

#[tokio::test]
async fn t09_non_admins_get_no_reply_and_leave_no_row() {
    let bot = Service::start().await;
    let group = bot.group("Futebol");
    for text in [COMMAND, "/help", "/whoami", "/lnik", "/status"] {
        expect_silence(&bot, &bot.message(NON_ADMIN, text), NOBODY).await;
    }
    for text in [COMMAND, "/help"] {
        expect_silence(&bot, &bot.message(NON_ADMIN, text).in_group(&group), NOBODY).await;
    }
}

#[tokio::test]
async fn t10_in_a_group_the_author_is_the_participant() {
    let bot = Service::start().await;
    let group = bot.group("Futebol");
    let by_number = bot.message(ANA, "/whoami").in_group(&group);
    let by_lid =
        bot.message(NON_ADMIN, "/whoami").without_field("participantPhone").lid(ANA_LID).in_group(&group);
    let by_lid_in_the_numbers_place = bot.message(ANA_LID, "/whoami").in_group(&group);

    for command in [by_number, by_lid, by_lid_in_the_numbers_place] {
        assert!(bot.ask_by(&command).await.starts_with("You are “Ana”."), "{}", command.body());
        assert_eq!(bot.reply_to(command.message_id()).await.chat, group);
    }
}

#[tokio::test]
async fn t10_a_group_created_by_an_admin_grants_no_rights() {
    let bot = Service::start().await;
    let anas_group = format!("{ANA}-1623281429");
    let command = bot.message(NON_ADMIN, COMMAND).in_group(&anas_group);

    expect_silence(&bot, &command, NOBODY).await;
    let nobody = command.clone().without_field("participantPhone").without_field("participantLid");
    expect_silence(&bot, &nobody, r#"{"status":"ignored","reason":"no_sender"}"#).await;
    let disguised = bot.message(NON_ADMIN, COMMAND).in_group(ANA);
    expect_silence(&bot, &disguised, r#"{"status":"ignored","reason":"unclear_chat"}"#).await;
}

#[tokio::test]
async fn t11_a_brazilian_number_is_the_same_without_its_ninth_digit() {
    let bot = Service::start().await;
    let twin = "554499990001";

    let reply = bot.ask(twin, COMMAND).await;

    assert_eq!(reply, DONE);
    assert_eq!(bot.sandbox.sent()[0].chat, twin);
}

#[tokio::test]
async fn t11_an_admin_is_known_by_the_lid_alone() {
    let bot = Service::start().await;
    let command = bot.message(ANA_LID, COMMAND);

    let reply = bot.ask_by(&command).await;

    assert_eq!(reply, DONE);
    assert_eq!(bot.sandbox.sent()[0].chat, ANA_LID);
}

#[tokio::test]
async fn t11_an_identity_that_only_resembles_an_admin_is_none() {
    let bot = Service::start().await;
    let group = bot.group("Futebol");
    let lid_with_her_digits = format!("{ANA}@lid");

    for who in [lid_with_her_digits.as_str(), "4499990001", "55449999900010", "81896604192873"] {
        let response = bot.post(&bot.message(who, COMMAND)).await.text();
        assert!(response.contains("ignored"), "{who}: {response}");
        let response = bot.post(&bot.message(who, COMMAND).in_group(&group)).await.text();
        // Groups also show lids without their suffix, recognisable by too many digits for a number.
        let is_her_bare_lid = who == "81896604192873";
        assert_eq!(response.contains("accepted"), is_her_bare_lid, "{who}: {response}");
    }
}

#[tokio::test]
async fn an_admin_may_do_what_the_configuration_allows() {
    let bot = Service::with().admins(ANA_OF_ONE).start().await;

    let allowed = bot.ask(ANA, COMMAND).await;
    let command = bot.ask(ANA, r#"/unlink "Bairro Feliz" futebol"#).await;
    let place = bot.ask(ANA, r#"/link "Marketing BR" suporte"#).await;
    let read = bot.ask(ANA, r#"/community "Marketing BR""#).await;
    let typo = bot.ask(ANA, "/unlink").await;

    assert_eq!(allowed, DONE);
    assert_eq!(command, "You may not use /unlink here. The person who runs this bot can allow it.");
    assert_eq!(place, "You may not use /link in “Marketing BR”. The person who runs this bot can allow it.");
    assert_eq!(
        read,
        "You may not use /community in “Marketing BR”. The person who runs this bot can allow it."
    );
    assert_eq!(typo, command, "who may not is not taught the usage");
    assert_eq!(bot.changes(), 1);
    assert_eq!(bot.store.list(None, 1).await.unwrap()[0].outcome.as_deref(), Some("denied"));
}

#[tokio::test]
async fn forbidden_communities_are_not_suggested() {
    let bot = Service::with()
        .world(|world| {
            world.community("Bairro Novo");
            world.community("Marketing CL");
        })
        .admins(ANA_OF_ONE)
        .start()
        .await;

    let some = bot.ask(ANA, "/community bairro").await;
    let none = bot.ask(ANA, "/community marketing").await;
    let near = bot.ask(ANA, "/community marketingg").await;

    assert!(some.starts_with("“Bairro Feliz”: 2 of 50 groups"), "{some}");
    assert_eq!(none, "I don't know a community “marketing”. The ones I know: “Bairro Feliz”");
    assert_eq!(near, "I don't know a community “marketingg”. The ones I know: “Bairro Feliz”");
}

#[tokio::test]
async fn t22_an_admin_removed_while_the_command_waited_changes_nothing() {
    let mut bot = Service::start().await;
    let read = bot.sandbox.faults().hold_request("communities?");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(read.wait_reached()).await;
    bot.crash().await;

    bot.restart_with(
        &format!("phone = \"{ANA}\"\nlid = \"{ANA_LID}\""),
        &format!("phone = \"{RUI}\"\nlid = \"10000000000001@lid\""),
    )
    .await;

    let expected = ["You are no longer an admin of this bot, so the command was not run."];
    assert_eq!(bot.replies_to(&command).await, expected);
    assert_eq!((bot.changes(), bot.row(&command).await.outcome.as_deref()), (0, Some("denied")));
}

#[tokio::test]
async fn t22_rights_revoked_while_the_command_waited_are_denied() {
    let mut bot = Service::start().await;
    let read = bot.sandbox.faults().hold_request("communities?");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(read.wait_reached()).await;
    bot.crash().await;

    bot.restart_with("name = \"Ana\"", "communities = [\"Marketing BR\"]").await;

    let expected = ["You may not use /link in “Bairro Feliz”. The person who runs this bot can allow it."];
    assert_eq!(bot.replies_to(&command).await, expected);
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn t12_commands_typed_on_the_bots_phone_count_if_configured() {
    let plain = Service::start().await;
    let owners = Service::with().instance("owner_commands = true").start().await;

    expect_silence(
        &plain,
        &plain.message(NON_ADMIN, COMMAND).from_me(),
        r#"{"status":"ignored","reason":"from_me"}"#,
    )
    .await;
    let echo = owners.message(NON_ADMIN, COMMAND).from_api();
    expect_silence(&owners, &echo, r#"{"status":"ignored","reason":"from_me"}"#).await;
    let reply = owners.ask_by(&owners.message(NON_ADMIN, COMMAND).from_me()).await;

    assert_eq!(reply, DONE);
    assert_eq!(owners.sandbox.sent()[0].chat, NON_ADMIN, "the reply goes to the chat of the command");
    assert_eq!(owners.send(NON_ADMIN, COMMAND).await, NOBODY, "the partner is no owner");
}
