//! No command is lost or run twice, and the commands of a chat keep their order.

use vincula::sandbox::{ApiCall, Fault, FaultResponse};

use crate::support::{ANA, ANA_LID, NON_ADMIN, Service};

const COMMAND: &str = r#"/link "Bairro Feliz" futebol, mães"#;
const DONE: &str = "2 of 2 groups are now in “Bairro Feliz”.\n✅ “Futebol”\n✅ “Mães do Bairro”";

fn replies_to(bot: &Service, message_id: &str) -> usize {
    bot.sandbox.sent().iter().filter(|sent| sent.quoted.as_deref() == Some(message_id)).count()
}

#[tokio::test]
async fn a_command_survives_a_crash_before_its_first_call() {
    let mut bot = Service::start().await;
    let barrier = bot.sandbox.faults().hold_request("communities?");
    let event = bot.message(ANA, COMMAND);
    assert!(bot.post(&event).await.text().contains("accepted"));
    bot.within(barrier.wait_reached()).await;
    bot.crash().await;

    bot.restart().await;

    assert_eq!(bot.reply_to(event.message_id()).await.text, DONE);
    bot.settled().await;
    assert_eq!(replies_to(&bot, event.message_id()), 1);
    assert_eq!(bot.calls_to("communities/link").len(), 1);
}

#[tokio::test]
async fn after_a_crash_behind_the_call_the_icons_still_say_done() {
    let mut bot = Service::start().await;
    let barrier = bot.sandbox.faults().hold_response("communities/link");
    let event = bot.message(ANA, COMMAND);
    bot.post(&event).await;
    bot.within(barrier.wait_reached()).await;
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
    bot.crash().await;

    bot.restart().await;

    assert_eq!(bot.reply_to(event.message_id()).await.text, DONE);
    bot.settled().await;
    assert_eq!(replies_to(&bot, event.message_id()), 1);
    assert_eq!(bot.calls_to("communities/link").len(), 1, "what is done is not called for again");
}

#[tokio::test]
async fn a_crash_before_the_reply_makes_no_second_call() {
    let mut bot = Service::start().await;
    let barrier = bot.sandbox.faults().hold_request("send-text");
    let event = bot.message(ANA, COMMAND);
    bot.post(&event).await;
    bot.within(barrier.wait_reached()).await;
    bot.crash().await;

    bot.restart().await;

    assert_eq!(bot.reply_to(event.message_id()).await.text, DONE);
    bot.settled().await;
    assert_eq!(replies_to(&bot, event.message_id()), 1);
    assert_eq!(bot.calls_to("communities/link").len(), 1);
}

#[tokio::test]
async fn one_message_is_run_once_however_often_it_comes() {
    let bot = Service::start().await;
    let event = bot.message(ANA, COMMAND);

    let responses = tokio::join!(bot.post(&event), bot.post(&event), bot.post(&event), bot.post(&event));
    let responses = [responses.0.text(), responses.1.text(), responses.2.text(), responses.3.text()];

    assert_eq!(responses.iter().filter(|response| response.contains("accepted")).count(), 1, "{responses:?}");
    assert_eq!(
        responses.iter().filter(|response| response.contains("duplicate")).count(),
        3,
        "{responses:?}"
    );
    bot.reply_to(event.message_id()).await;
    bot.settled().await;
    assert_eq!(bot.post(&event).await.text(), r#"{"status":"duplicate"}"#);
    assert_eq!(replies_to(&bot, event.message_id()), 1);
    assert_eq!(bot.calls_to("communities/link").len(), 1);
}

#[tokio::test]
async fn one_message_under_number_and_lid_is_run_once() {
    let bot = Service::start().await;
    let event = bot.message(ANA, COMMAND);
    bot.post(&event).await;

    let twin = bot.message(ANA_LID, COMMAND).with_id(event.message_id());

    assert_eq!(bot.post(&twin).await.text(), r#"{"status":"duplicate"}"#);
}

#[tokio::test]
async fn another_sender_cannot_occupy_an_id() {
    let bot = Service::start().await;
    let stranger = bot.message(NON_ADMIN, COMMAND).with_id("3EB0AAAAAAAAAAAAAAAA");
    let waiting = bot.message(ANA, COMMAND).with_id("3EB0AAAAAAAAAAAAAAAA").awaiting_content();
    assert!(bot.post(&stranger).await.text().contains("not_an_admin"));
    assert!(bot.post(&waiting).await.text().contains("waiting_message"));

    let reply = bot.ask_by(&bot.message(ANA, COMMAND).with_id("3EB0AAAAAAAAAAAAAAAA")).await;

    assert_eq!(reply, DONE);
}

#[tokio::test]
async fn changes_of_a_chat_run_in_order_and_reads_do_not_wait() {
    let bot = Service::start().await;
    bot.ask(ANA, "/communities").await;
    let barrier = bot.sandbox.faults().hold_request("communities/link");
    let first = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    let second = bot.message(ANA, r#"/unlink "Bairro Feliz" futebol"#);
    bot.post(&first).await;
    bot.within(barrier.wait_reached()).await;
    bot.post(&second).await;

    let read = bot.ask(ANA, "/whoami").await;

    assert!(read.starts_with("You are “Ana”."), "{read}");
    assert!(bot.calls_to("communities/unlink").is_empty());
    barrier.release();
    assert!(bot.reply_to(second.message_id()).await.text.contains("✅ “Futebol”"));
    let changes: Vec<String> =
        bot.sandbox.calls().iter().filter(|c| c.is_change()).map(|c: &ApiCall| c.path.clone()).collect();
    assert_eq!(changes, ["communities/link", "communities/unlink"]);
}

#[tokio::test]
async fn a_retry_delays_only_its_own_chat() {
    let bot = Service::with()
        .timing(|timing| {
            (timing.min_retry_delay, timing.max_retry_delay) =
                (std::time::Duration::from_secs(600), std::time::Duration::from_secs(600))
        })
        .start()
        .await;
    bot.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(FaultResponse::bad_gateway()));
    let group = bot.sandbox.world(|world| world.group_named("Suporte").unwrap());
    bot.post(&bot.message(ANA, COMMAND)).await;
    bot.within(async {
        while bot.store.list(None, 1).await.unwrap()[0].attempts == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let behind = bot.message(ANA, r#"/link "Bairro Feliz" suporte"#);
    bot.post(&behind).await;

    let beside = bot.ask_by(&bot.message(ANA, r#"/link "Marketing BR" here"#).in_group(&group)).await;

    assert!(beside.contains("✅ “Suporte”"), "{beside}");
    assert_eq!(replies_to(&bot, behind.message_id()), 0);
}

#[tokio::test]
async fn an_endless_outage_ends_as_a_dead_letter_with_a_reply() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    bot.sandbox.faults().fail_always("communities/link", Fault::Replace(FaultResponse::bad_gateway()));

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;

    assert!(reply.contains("❓ “Futebol”: Z-API has trouble (status 502). So far"), "{reply}");
    bot.settled().await;
    let dead = bot.store.list(Some("dead"), 10).await.unwrap();
    assert_eq!((dead.len(), dead[0].outcome.as_deref()), (1, Some("failed")));
}

#[tokio::test]
async fn an_account_error_is_reported_at_once_with_a_remedy() {
    let bot = Service::start().await;
    let wrong =
        FaultResponse::json(400, &serde_json::json!({ "error": "your client-token is not configured" }));
    bot.sandbox.faults().fail_next("communities?", 1, Fault::Replace(wrong));

    let reply = bot.ask(ANA, COMMAND).await;

    assert_eq!(reply, "❌ Z-API does not accept the Client-Token. The person who runs this bot must set it.");
}

#[tokio::test]
async fn a_long_command_has_a_progress_reaction_until_its_reply() {
    let bot = Service::with()
        .timing(|timing| timing.progress_reaction_after = std::time::Duration::from_millis(10))
        .start()
        .await;
    let barrier = bot.sandbox.faults().hold_request("communities/link");
    let event = bot.message(ANA, COMMAND);
    bot.post(&event).await;

    let reaction = bot.within(bot.sandbox.next_reaction_after(0)).await;

    assert_eq!((reaction.value.as_str(), reaction.message_id.as_str()), ("⏳", event.message_id()));
    barrier.release();
    bot.reply_to(event.message_id()).await;
    bot.settled().await;
    assert!(bot.sandbox.reactions().iter().all(|reaction| reaction.removed));
}

#[tokio::test]
async fn a_running_command_finishes_at_shutdown() {
    let mut bot = Service::start().await;
    let barrier = bot.sandbox.faults().hold_request("communities/link");
    let event = bot.message(ANA, COMMAND);
    bot.post(&event).await;
    bot.within(barrier.wait_reached()).await;
    barrier.release();

    bot.stop().await;

    assert_eq!(replies_to(&bot, event.message_id()), 1);
}

#[tokio::test]
async fn a_text_with_nul_bytes_is_accepted() {
    let bot = Service::start().await;

    let command = bot.send_to_completion(ANA, "/link \"Bairro Feliz\" fute\0bol").await;

    let replies = bot.replies_to(&command).await;
    assert!(replies[0].contains("I don't know a group"), "{replies:?}");
    assert!(!bot.row(&command).await.text.contains('\0'));
}
