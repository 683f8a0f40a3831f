//! Progress of a slow command: a progress reaction, and one message that is edited and becomes the reply.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{Fault, FaultResponse};

use crate::support::{ANA, Service, ServiceBuilder};

fn classes(count: usize) -> ServiceBuilder {
    Service::with().world(move |world| {
        world.set_limit(100);
        for class in 1..=count {
            world.group(&format!("Turma {class:02}"));
        }
    })
}

#[tokio::test]
async fn a_command_on_many_groups_shows_progress_and_replies_in_the_same_message() {
    let bot = classes(25).start().await;
    let first = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.message(ANA, r#"/link "Bairro Feliz" turma* --yes"#);
    bot.post(&command).await;
    bot.within(first.wait_reached()).await;

    assert_eq!(bot.reply_to(command.message_id()).await.text, "⏳ 0 of 25…");
    assert_eq!(bot.within(bot.sandbox.next_reaction_after(0)).await.value, "⏳");
    let second = bot.sandbox.faults().hold_request("communities/link");
    first.release();
    bot.within(second.wait_reached()).await;
    bot.wait_for_message("⏳ 10 of 25…").await;
    second.release();

    bot.settled().await;
    let said = bot.said();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("25 of 25 groups are now in “Bairro Feliz”."), "{}", said[0]);
    assert!(bot.sandbox.reactions().iter().all(|reaction| reaction.removed));
    let called: Vec<usize> = bot.link_calls().iter().map(Vec::len).collect();
    assert_eq!(called, [10, 10, 5]);
}

#[tokio::test]
async fn a_slow_command_shows_progress() {
    let bot = Service::with()
        .timing(|timing| timing.progress_message_after = Duration::from_millis(50))
        .start()
        .await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.message(ANA, r#"/vincular "Bairro Feliz" futebol"#);
    bot.post(&command).await;
    bot.within(call.wait_reached()).await;

    assert!(bot.reply_to(command.message_id()).await.text.starts_with("⏳ "));
    call.release();

    bot.wait_for_message("✅ “Futebol” agora está em “Bairro Feliz”.").await;
    bot.settled().await;
    assert_eq!(bot.said().len(), 1);
}

#[tokio::test]
async fn if_editing_fails_the_reply_is_a_second_message() {
    let bot = classes(11).start().await;
    let refused = FaultResponse::json(400, &serde_json::json!({ "error": "Message can not be edited" }));
    bot.sandbox.faults().fail_always("send-text?edit", Fault::Replace(refused));
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.message(ANA, r#"/link "Bairro Feliz" turma* --yes"#);
    bot.post(&command).await;
    bot.within(call.wait_reached()).await;
    bot.reply_to(command.message_id()).await;
    call.release();

    bot.settled().await;
    let said = bot.said();
    assert_eq!((said.len(), said[0].as_str()), (2, "⏳ 0 of 11…"));
    assert!(said[1].starts_with("11 of 11 groups are now in “Bairro Feliz”."), "{}", said[1]);
}

#[tokio::test]
async fn after_a_crash_the_progress_message_becomes_the_reply() {
    let mut bot = classes(11).start().await;
    let call = bot.sandbox.faults().hold_response("communities/link");
    let command = bot.message(ANA, r#"/link "Bairro Feliz" turma* --yes"#);
    bot.post(&command).await;
    bot.within(call.wait_reached()).await;
    bot.reply_to(command.message_id()).await;
    let id = bot.row(command.message_id()).await.id;
    bot.within(async {
        while bot.store.reply_messages(&id).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    bot.crash().await;
    call.release();
    bot.restart().await;

    bot.settled().await;
    let said = bot.said();
    assert!(said.len() == 1 && said[0].starts_with("11 of 11 groups are now in"), "{said:?}");
}

#[tokio::test]
async fn changes_before_an_outage_are_reported_as_done() {
    let bot = classes(25).start().await;
    let first = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.message(ANA, r#"/link "Bairro Feliz" turma* --yes"#);
    bot.post(&command).await;
    bot.within(first.wait_reached()).await;
    let barred = FaultResponse::json(403, &serde_json::json!({ "error": "Client-Token not allowed" }));
    bot.sandbox.faults().fail_always("communities/link", Fault::Replace(barred));
    first.release();

    bot.settled().await;
    let said = bot.said();
    assert!(said[0].starts_with("10 of 25 groups are now in “Bairro Feliz”.\n✅ “Turma 01”"), "{said:?}");
    assert!(said[0].contains("\n❌ “Turma 11”") && !said[0].contains('❓'), "{said:?}");
}

#[tokio::test]
async fn groups_without_a_call_are_not_reported_as_done() {
    // The only attempt is the last one.
    let bot = classes(25).instance("give_up_after = \"1s\"").start().await;
    let first = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.message(ANA, r#"/link "Bairro Feliz" turma* --yes"#);
    bot.post(&command).await;
    bot.within(first.wait_reached()).await;
    bot.sandbox.faults().fail_always("communities/link", Fault::Replace(FaultResponse::bad_gateway()));
    first.release();

    bot.settled().await;
    let said = bot.said();
    let last = said.last().unwrap();
    assert!(last.starts_with("10 of 25 groups are now in") && last.contains("\n❌ “Turma 25”"), "{said:?}");
    // Groups whose calls failed may still appear.
    assert_eq!((last.matches('❓').count(), last.matches('❌').count()), (10, 5), "{last}");
}

#[tokio::test]
async fn a_progress_message_too_old_to_edit_is_followed_by_the_reply() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let mut bot = classes(11).clock(clock.clone()).start().await;
    let call = bot.sandbox.faults().hold_response("communities/link");
    let command = bot.message(ANA, r#"/link "Bairro Feliz" turma* --yes"#);
    bot.post(&command).await;
    bot.within(call.wait_reached()).await;
    bot.reply_to(command.message_id()).await;
    let id = bot.row(command.message_id()).await.id;
    bot.within(async {
        while bot.store.reply_messages(&id).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    bot.crash().await;
    call.release();
    clock.advance(Duration::from_secs(15 * 60 + 1));
    bot.restart().await;

    bot.settled().await;
    let said = bot.said();
    assert!(said.len() == 2 && said[1].starts_with("11 of 11 groups are now in"), "{said:?}");
}

#[tokio::test]
async fn the_progress_of_a_corrected_command_replaces_the_old_reply() {
    let bot = classes(11).start().await;
    let command = bot.message(ANA, r#"/link bairo turma* --yes"#);
    bot.ask_by(&command).await;
    bot.settled().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let edit =
        bot.message(ANA, r#"/link "Bairro Feliz" turma* --yes"#).with_id(command.message_id()).edited();
    bot.deliver_to_completion(&edit).await;
    bot.within(call.wait_reached()).await;

    bot.wait_for_message("⏳ 0 of 11…").await;
    assert_eq!(bot.said(), ["⏳ 0 of 11…"]);
    call.release();

    bot.settled().await;
    let said = bot.said();
    assert!(said.len() == 1 && said[0].starts_with("11 of 11 groups are now in"), "{said:?}");
}

#[tokio::test]
async fn if_the_old_reply_cannot_be_edited_progress_follows_below() {
    let bot = classes(11).start().await;
    let command = bot.message(ANA, r#"/link bairo turma* --yes"#);
    bot.ask_by(&command).await;
    bot.settled().await;
    let refused = FaultResponse::json(400, &serde_json::json!({ "error": "Message can not be edited" }));
    bot.sandbox.faults().fail_next("send-text?edit", 1, Fault::Replace(refused));
    let call = bot.sandbox.faults().hold_request("communities/link");
    let edit =
        bot.message(ANA, r#"/link "Bairro Feliz" turma* --yes"#).with_id(command.message_id()).edited();
    bot.deliver_to_completion(&edit).await;
    bot.within(call.wait_reached()).await;
    bot.wait_for_message("⏳ 0 of 11…").await;
    call.release();

    bot.settled().await;
    let said = bot.said();
    assert!(said.len() == 2 && said[1].starts_with("11 of 11 groups are now in"), "{said:?}");
}

#[tokio::test]
async fn after_a_crash_before_the_message_was_recorded_the_reply_is_a_new_message() {
    let mut bot = classes(11).start().await;
    let seen = bot.sandbox.faults().hold_response("send-text");
    let call = bot.sandbox.faults().hold_response("communities/link");
    let command = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" turma* --yes"#).await;
    bot.within(seen.wait_reached()).await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    bot.restart().await;

    let replies = bot.replies_to(&command).await;

    // The id of the first message is lost, so it stays unchanged.
    assert_eq!((replies.len(), replies[0].as_str()), (2, "⏳ 0 of 11…"));
    assert!(replies[1].starts_with("11 of 11 groups are now in"), "{replies:?}");
}
