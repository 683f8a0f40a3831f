//! Changes of one chat run one after the other; chats run in parallel; reads do not wait.

use vincula::sandbox::World;

use super::fixtures::{ANA_AND_RUI, RUI};
use crate::support::{ANA, ANA_LID, Service};

const FIRST: &str = r#"/link "Bairro Feliz" futebol"#;
const SECOND: &str = r#"/link "Bairro Feliz" suporte"#;

#[tokio::test]
async fn the_second_command_of_a_chat_starts_after_the_reply_to_the_first() {
    let bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let first = bot.send_to_completion(ANA, FIRST).await;
    bot.within(call.wait_reached()).await;
    let second = bot.send_to_completion(ANA, SECOND).await;

    // A later, independent command gets its reply: by now the second command would have started.
    bot.ask(ANA, "/whoami").await;

    assert_eq!(bot.audit_events(&second).await, ["accepted"]);
    call.release();
    bot.settled().await;
    let quoted: Vec<_> = bot.sandbox.sent().into_iter().filter_map(|sent| sent.quoted).skip(1).collect();
    assert_eq!(quoted, [first, second]);
}

#[tokio::test]
async fn a_direct_chat_is_one_chat_under_number_variant_and_lid() {
    let bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    bot.send_to_completion(ANA, FIRST).await;
    bot.within(call.wait_reached()).await;
    let by_twin = bot.send_to_completion("554499990001", SECOND).await;
    let by_lid = bot.send_to_completion(ANA_LID, SECOND).await;

    bot.ask(ANA, "/whoami").await;

    assert_eq!(bot.audit_events(&by_twin).await, ["accepted"]);
    assert_eq!(bot.audit_events(&by_lid).await, ["accepted"]);
    call.release();
    bot.settled().await;
    assert_eq!(bot.link_calls(), [["Futebol"], ["Suporte"]]);
}

#[tokio::test]
async fn reading_commands_reply_while_a_change_of_their_chat_hangs() {
    let bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, FIRST).await;
    bot.within(call.wait_reached()).await;
    for read in ["/communities", "/community bairro", "/groups", "/help", "/whoami", "/status", "/xyzzy"] {
        assert!(!bot.ask(ANA, read).await.is_empty());
    }

    assert_eq!(bot.said().len(), 7);
    call.release();
    assert_eq!(bot.replies_to(&command).await.len(), 1);
}

#[tokio::test]
async fn chats_of_two_admins_run_side_by_side() {
    let bot = Service::with().admins(ANA_AND_RUI).start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let held = bot.send_to_completion(ANA, FIRST).await;
    bot.within(call.wait_reached()).await;

    let beside = bot.ask(RUI, SECOND).await;

    assert_eq!(beside, "✅ “Suporte” is now in “Bairro Feliz”.");
    assert_eq!(bot.row(&held).await.state, "waiting");
    call.release();
    assert_eq!(bot.replies_to(&held).await, ["✅ “Futebol” is now in “Bairro Feliz”."]);
}

#[tokio::test]
async fn t23_two_admins_in_one_group_wait_for_each_other() {
    let bot = Service::with().admins(ANA_AND_RUI).start().await;
    let group = bot.group("Síndicos");
    let call = bot.sandbox.faults().hold_request("communities/link");
    bot.deliver_to_completion(&bot.message(ANA, FIRST).in_group(&group)).await;
    bot.within(call.wait_reached()).await;
    let same = bot.deliver_to_completion(&bot.message(RUI, FIRST).in_group(&group)).await;

    bot.ask(ANA, "/whoami").await;

    assert_eq!(bot.audit_events(&same).await, ["accepted"]);
    call.release();
    let expected = ["☑️ “Futebol” was already in “Bairro Feliz”."];
    assert_eq!(bot.replies_to(&same).await, expected);
}

#[tokio::test]
async fn twenty_commands_that_arrive_together_are_each_run_once() {
    let bot = Service::with()
        .world(|world| {
            for number in 1..=20 {
                world.group(&format!("Turma {number:02}"));
            }
        })
        .start()
        .await;
    let command = |number| bot.message(ANA, &format!("/link \"Bairro Feliz\" \"turma {number:02}\""));
    let commands: Vec<_> = (1..=20).map(command).collect();

    let twice = commands.iter().chain(&commands).map(|command| bot.post(command));
    let responses = futures_util::future::join_all(twice).await;

    let accepted = responses.iter().filter(|response| response.text().contains("accepted")).count();
    assert_eq!((accepted, responses.len()), (20, 40));
    bot.settled().await;
    let mut asked = bot.link_calls().concat();
    asked.sort();
    assert_eq!(asked, (1..=20).map(|number| format!("Turma {number:02}")).collect::<Vec<_>>());
    assert_eq!(bot.said().len(), 20);
}

#[tokio::test]
async fn commands_that_arrive_together_run_in_the_order_in_which_the_journal_took_them() {
    let classes = |world: &mut World| {
        for number in 1..=30 {
            world.group(&format!("Turma {number:02}"));
        }
    };
    let bot = Service::with().world(classes).start().await;
    let command = |number| bot.message(ANA, &format!("/link \"Bairro Feliz\" \"Turma {number:02}\""));
    let commands: Vec<_> = (1..=30).map(command).collect();

    futures_util::future::join_all(commands.iter().map(|command| bot.post(command))).await;

    bot.settled().await;
    let run = bot.link_calls().concat();
    let text = |group: &String| format!("/link \"Bairro Feliz\" \"{group}\"");
    assert_eq!(run.iter().map(text).collect::<Vec<_>>(), bot.accepted_ids().await);
}
