//! Unfinished work continues after a crash or a signal: nothing is lost, nothing is reported twice.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{Fault, FaultResponse};

use super::fixtures::RUI;
use crate::support::{ANA, Service};

const COMMAND: &str = r#"/link "Bairro Feliz" moradores, futebol, mães"#;
const DONE: &str = "3 of 3 groups are now in “Bairro Feliz”.\n☑️ “Moradores”: was already in it\n\
    ✅ “Futebol”\n✅ “Mães do Bairro”";

#[tokio::test]
async fn the_plan_is_in_the_journal_before_the_first_change() {
    let bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;

    bot.within(call.wait_reached()).await;

    assert_eq!(bot.audit_events(&command).await, ["accepted", "claimed", "planned"]);
    call.release();
    assert_eq!(bot.replies_to(&command).await, [DONE]);
    let notes = bot.audit_events(&command).await;
    assert_eq!(notes, ["accepted", "claimed", "planned", "replied", "sent", "finished"]);
}

#[tokio::test]
async fn after_a_crash_before_the_call_there_is_one_more_call() {
    let mut bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;

    bot.restart().await;

    assert_eq!(bot.replies_to(&command).await, [DONE]);
    assert_eq!(bot.calls_to("communities/link").len(), 2);
}

#[tokio::test]
async fn a_crash_at_every_step_gives_one_true_reply() {
    let mut bot = Service::start().await;
    let before = bot.world();
    let command = bot.message(ANA, COMMAND);
    for step in
        ["communities?", "groups?", "communities-metadata", "light-group", "communities/link", "send-"]
    {
        let barrier = bot.sandbox.faults().hold_response(step);
        let (path, is_last) = (step.to_owned(), step == "send-");
        if is_last {
            // The reply is held before it is sent: a message that was sent and not recorded is unknown.
            bot.sandbox.faults().clear();
        }
        let barrier = if is_last { bot.sandbox.faults().hold_request(&path) } else { barrier };
        bot.post(&command).await;
        bot.within(barrier.wait_reached()).await;
        bot.crash().await;
        bot.restart().await;
    }

    let replies = bot.replies_to(command.message_id()).await;

    assert_eq!(replies, [DONE]);
    bot.expect_true(&replies[0], &before);
    assert_eq!(bot.calls_to("communities/link").len(), 1);
}

#[tokio::test]
async fn changes_by_hand_during_downtime_are_reported() {
    let mut bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    let (marketing, group) = (bot.community("Marketing BR"), bot.group("Futebol"));
    bot.sandbox.world(|world| world.link(&marketing, &group)).unwrap();

    bot.restart().await;

    let replies = bot.replies_to(&command).await;
    assert_eq!(replies.len(), 1);
    assert!(
        replies[0].starts_with("2 of 3 groups are now in “Bairro Feliz”.\n☑️ “Moradores”"),
        "{replies:?}"
    );
    assert!(replies[0].contains("\n⚠️ “Futebol”: belongs to “Marketing BR”."), "{replies:?}");
    assert!(replies[0].ends_with("\n✅ “Mães do Bairro”"), "{replies:?}");
}

#[tokio::test]
async fn all_waiting_commands_continue_in_order() {
    let mut bot = Service::start().await;
    let call = bot.sandbox.faults().hold_response("communities/link");
    let first = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.within(call.wait_reached()).await;
    let second = bot.send_to_completion(ANA, r#"/unlink "Bairro Feliz" futebol"#).await;
    let third = bot.send_to_completion(ANA, r#"/link "Marketing BR" futebol"#).await;
    bot.crash().await;

    bot.restart().await;

    assert_eq!(bot.replies_to(&first).await, ["✅ “Futebol” is now in “Bairro Feliz”."]);
    assert_eq!(bot.replies_to(&second).await, ["✅ “Futebol” is no longer in “Bairro Feliz”."]);
    assert_eq!(bot.replies_to(&third).await, ["✅ “Futebol” is now in “Marketing BR”."]);
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Marketing BR"));
}

#[tokio::test]
async fn a_redelivered_message_is_a_duplicate_after_a_restart() {
    let mut bot = Service::start().await;
    let command = bot.message(ANA, COMMAND);
    assert_eq!(bot.ask_by(&command).await, DONE);
    bot.settled().await;

    bot.crash().await;
    bot.restart().await;

    assert_eq!(bot.post(&command).await.text(), r#"{"status":"duplicate"}"#);
    assert_eq!(bot.replies_to(command.message_id()).await, [DONE]);
}

#[tokio::test]
async fn a_long_reply_continues_after_the_last_sent_message() {
    let mut bot = Service::with()
        .world(|world| {
            for number in 1..=150 {
                // Names of maximum length: a page of them takes two messages.
                world.group(&format!("Turma {number:03} da Escola Municipal {}", "x".repeat(70)));
            }
        })
        .start()
        .await;
    bot.sandbox.faults().fail_next("send-text", 1, Fault::Delay(Duration::ZERO));
    let second = bot.sandbox.faults().hold_request("send-text");
    bot.send_to_completion(ANA, "/groups turma").await;
    bot.within(second.wait_reached()).await;
    // The first message is recorded as sent before the call for the second.
    bot.crash().await;

    bot.restart().await;

    bot.settled().await;
    let said = bot.said();
    let lines: Vec<&str> = said.iter().flat_map(|text| text.lines()).collect();
    assert_eq!((said.len() >= 2, lines.len(), lines[0]), (true, 42, "150 groups:"));
    assert!((1..=40).all(|number| lines[number].contains(&format!("Turma {number:03} "))));
}

#[tokio::test]
async fn a_reading_command_survives_a_crash_too() {
    let mut bot = Service::start().await;
    let read = bot.sandbox.faults().hold_request("communities-metadata");
    let command = bot.send_to_completion(ANA, "/community bairro").await;
    bot.within(read.wait_reached()).await;
    bot.crash().await;

    bot.restart().await;

    let replies = bot.replies_to(&command).await;
    assert!(replies.len() == 1 && replies[0].starts_with("“Bairro Feliz”: 2 of 50 groups"), "{replies:?}");
}

#[tokio::test]
async fn a_progress_reaction_from_before_a_crash_is_removed() {
    let mut bot = Service::with()
        .timing(|timing| timing.progress_reaction_after = Duration::from_millis(5))
        .start()
        .await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let barrier = bot.sandbox.faults().hold_request("send-text");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(bot.sandbox.next_reaction_after(0)).await;
    call.release();
    bot.within(barrier.wait_reached()).await;
    bot.crash().await;

    bot.restart().await;

    assert_eq!(bot.replies_to(&command).await, [DONE]);
    assert!(bot.sandbox.reactions().iter().all(|reaction| reaction.removed));
}

#[tokio::test]
async fn shutdown_finishes_running_commands_and_keeps_waiting_ones() {
    let mut bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let first = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(call.wait_reached()).await;
    let second = bot.send_to_completion(ANA, r#"/unlink "Bairro Feliz" futebol"#).await;

    tokio::join!(bot.stop(), async { call.release() });

    assert_eq!(bot.said(), [DONE]);
    assert!(bot.calls_to("communities/unlink").is_empty());
    bot.restart().await;
    assert_eq!(bot.replies_to(&first).await, [DONE]);
    assert_eq!(bot.replies_to(&second).await, ["✅ “Futebol” is no longer in “Bairro Feliz”."]);
}

#[tokio::test]
async fn an_admin_added_with_the_restart_may_use_commands() {
    let mut bot = Service::start().await;
    assert!(bot.send(RUI, COMMAND).await.contains("not_an_admin"));
    bot.stop().await;

    bot.restart_with("name = \"Ana\"", &format!("[instances.main.admins.rui]\nphone = \"{RUI}\"")).await;

    assert_eq!(bot.ask(RUI, COMMAND).await, DONE);
}

#[tokio::test]
async fn a_stalled_worker_makes_no_call_after_losing_its_lease() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).start().await;
    let stuck = bot.sandbox.faults().hold_response("communities-metadata");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(stuck.wait_reached()).await;

    // By the clock the lease has expired, so the command is claimed again, as by another replica.
    clock.elapse(Duration::from_secs(20));
    bot.ask(ANA, "/whoami").await;
    assert_eq!(bot.replies_to(&command).await, [DONE]);
    let calls = bot.calls_to("light-group-metadata").len();
    stuck.release();
    bot.ask(ANA, "/groups síndicos").await;

    assert_eq!(bot.calls_to("light-group-metadata").len(), calls);
    assert_eq!((bot.changes(), bot.replies_to(&command).await.len()), (1, 1));
}

#[tokio::test]
async fn after_a_crash_there_is_no_second_retry_notice() {
    let mut bot = Service::with().timing(|timing| timing.retry_notice_after = Duration::ZERO).start().await;
    bot.sandbox.faults().fail_always("communities?", Fault::Replace(FaultResponse::bad_gateway()));
    let word = bot.sandbox.faults().hold_response("send-text");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(word.wait_reached()).await;
    bot.crash().await;

    bot.restart().await;
    let tries = bot.row(&command).await.attempts;
    bot.wait_for_attempts(&command, tries + 2).await;
    bot.sandbox.faults().clear();

    let replies = bot.replies_to(&command).await;
    assert_eq!((replies.len(), replies[1].as_str()), (2, DONE), "{replies:?}");
    assert!(replies[0].starts_with("⏳ Z-API has trouble (status 502). I'll keep trying"), "{replies:?}");
    assert_eq!(bot.audit_events(&command).await.iter().filter(|what| *what == "retry_notified").count(), 1);
}
