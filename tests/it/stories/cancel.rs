//! `/cancel`: cancels a waiting command and reports the state.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{Fault, FaultResponse};

use super::fixtures::{ANA_AND_RUI, RUI};
use crate::support::{ANA, ANA_LID, Service, ServiceBuilder};

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;
const STOPPED: &str = "Cancelled “/link \"Bairro Feliz\" futebol”. I'll tell you how it went.";
const UNCHANGED: &str = "Cancelled. Nothing was changed.";
const NOTHING_WAITS: &str = "No command is waiting in this chat.";

/// A command that failed once waits for ten minutes.
pub fn with_long_retries() -> ServiceBuilder {
    Service::with().timing(|timing| {
        timing.read_back = Duration::from_millis(50);
        timing.min_retry_delay = Duration::from_secs(600);
        timing.max_retry_delay = Duration::from_secs(600);
        timing.retry_notice_after = Duration::from_secs(600);
    })
}

/// Number of reads of the list of communities.
fn reads(bot: &Service) -> usize {
    bot.sandbox.calls().iter().filter(|call| call.path == "communities").count()
}

fn with_outage(bot: &Service, call: &str) {
    bot.sandbox.faults().fail_always(call, Fault::Replace(FaultResponse::bad_gateway()));
}

#[tokio::test]
async fn a_command_waiting_for_a_retry_is_cancelled_without_further_calls() {
    let bot = with_long_retries().start().await;
    with_outage(&bot, "communities?");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 1).await;
    bot.sandbox.faults().clear();

    let reply = bot.ask(ANA, "/cancel").await;

    assert_eq!(reply, STOPPED);
    assert_eq!(bot.replies_to(&command).await, [UNCHANGED]);
    let row = bot.row(&command).await;
    assert_eq!((row.state.as_str(), row.outcome.as_deref()), ("done", Some("cancelled")));
    assert_eq!((reads(&bot), bot.changes()), (1, 0));
    let status = bot.ask(ANA, "/status").await;
    assert_eq!(status, "✅ WhatsApp is connected.\nNothing is waiting.");
}

#[tokio::test]
async fn a_cancelled_command_that_had_started_reports_the_state() {
    let bot = with_long_retries().start().await;
    // The first group was linked before the connection broke; the other two are unknown.
    with_outage(&bot, "communities/link");
    let before = bot.world();
    let command = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" moradores, futebol, suporte"#).await;
    bot.wait_for_attempts(&command, 1).await;
    let (community, group) = (bot.community("Bairro Feliz"), bot.group("Suporte"));
    bot.sandbox.world(|world| world.link(&community, &group)).unwrap();
    bot.sandbox.faults().clear();

    bot.ask(ANA, "/cancelar").await;

    let expected = "2 of 3 groups are now in “Bairro Feliz”.\n☑️ “Moradores”: was already in it\n\
        ❌ “Futebol”: not done: the command was cancelled\n✅ “Suporte”";
    assert_eq!(bot.replies_to(&command).await, [expected]);
    bot.expect_true(expected, &before);
    assert_eq!((bot.changes(), bot.row(&command).await.outcome.as_deref()), (1, Some("cancelled")));
}

#[tokio::test]
async fn a_cancelled_command_does_not_invent_an_unreadable_state() {
    let bot = with_long_retries().start().await;
    with_outage(&bot, "communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 1).await;
    with_outage(&bot, "communities-metadata");

    bot.ask(ANA, "/cancel").await;

    let replies = bot.replies_to(&command).await;
    assert!(replies.len() == 1 && replies[0].starts_with("❓ “Futebol”: I could not check"), "{replies:?}");
    assert_eq!(bot.row(&command).await.outcome.as_deref(), Some("cancelled"));
}

#[tokio::test]
async fn a_running_call_is_not_interrupted_and_not_retried() {
    let bot = with_long_retries().start().await;
    let at_work = "“/link \"Bairro Feliz\" futebol” is running right now. \
        If it fails, I won't try again.";
    let call = bot.sandbox.faults().hold_response("communities/link");
    let well = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(call.wait_reached()).await;
    assert_eq!(bot.ask(ANA, "/cancel").await, at_work);
    call.release();
    assert_eq!(
        bot.replies_to(&well).await,
        ["✅ “Futebol” is now in “Bairro Feliz”."],
        "it was done before it could be stopped, and says so"
    );
    assert_eq!(bot.row(&well).await.outcome.as_deref(), Some("replied"));
    bot.ask(ANA, r#"/unlink "Bairro Feliz" futebol"#).await;

    let read = bot.sandbox.faults().hold_request("light-group-metadata");
    with_outage(&bot, "communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(read.wait_reached()).await;
    assert_eq!(bot.ask(ANA, "/cancel").await, at_work);
    read.release();

    assert_eq!(bot.replies_to(&command).await, ["❌ “Futebol”: not done: the command was cancelled"]);
    assert_eq!(bot.calls_to("communities/link").len(), 2, "the try that ran, and none after it");
}

#[tokio::test]
async fn cancel_stops_one_command_or_all_of_them() {
    let bot = with_long_retries().start().await;
    with_outage(&bot, "communities?");
    let first = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&first, 1).await;
    let second = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" mães"#).await;
    let third = bot.send_to_completion(ANA, r#"/unlink "Bairro Feliz" moradores"#).await;
    bot.sandbox.faults().clear();
    with_outage(&bot, "groups?");

    assert_eq!(bot.ask(ANA, "/cancel").await, STOPPED);
    bot.wait_for_attempts(&second, 1).await;
    assert_eq!(bot.row(&third).await.state, "waiting");
    let rest = bot.ask(ANA, "/cancel tudo").await;

    assert_eq!(
        rest,
        "Cancelled “/link \"Bairro Feliz\" mães”. I'll tell you how it went.\n\
         Cancelled “/unlink \"Bairro Feliz\" moradores”. I'll tell you how it went."
    );
    for command in [first, second, third] {
        assert_eq!(bot.replies_to(&command).await, [UNCHANGED]);
    }
    assert_eq!((bot.ask(ANA, "/cancel").await.as_str(), bot.changes()), (NOTHING_WAITS, 0));
}

#[tokio::test]
async fn a_reading_command_is_cancelled_from_number_or_lid() {
    let bot = with_long_retries().start().await;
    with_outage(&bot, "communities?");
    let command = bot.send_to_completion(ANA, "/communities").await;
    bot.wait_for_attempts(&command, 1).await;

    let reply = bot.ask(ANA_LID, "/cancel all").await;

    assert_eq!(reply, "Cancelled “/communities”. I'll tell you how it went.");
    assert_eq!(bot.replies_to(&command).await, [UNCHANGED]);
}

#[tokio::test]
async fn cancel_needs_the_rights_of_the_command_and_its_chat() {
    let may_read = ANA_AND_RUI.replace("name = \"Rui\"", "name = \"Rui\"\ncommands = [\"groups\"]");
    let bot = with_long_retries().admins(&may_read).start().await;
    with_outage(&bot, "communities?");
    let group = bot.group("Suporte");
    let command =
        bot.deliver_to_completion(&bot.message(ANA, r#"/link "Bairro Feliz" here"#).in_group(&group)).await;
    bot.wait_for_attempts(&command, 1).await;

    let in_the_group = bot.ask_by(&bot.message(RUI, "/cancel").in_group(&group)).await;
    let elsewhere = (bot.ask(RUI, "/cancel").await, bot.ask(ANA, "/cancel all").await);

    assert_eq!(in_the_group, "You may not use /link here. The person who runs this bot can allow it.");
    assert_eq!(elsewhere, (NOTHING_WAITS.to_owned(), NOTHING_WAITS.to_owned()));
    assert_eq!(bot.row(&command).await.state, "waiting");
}

#[tokio::test]
async fn an_admin_with_the_same_rights_cancels_a_command_in_the_group() {
    let may_link = ANA_AND_RUI.replace("name = \"Rui\"", "name = \"Rui\"\ncommands = [\"link\"]");
    let bot = with_long_retries().admins(&may_link).start().await;
    with_outage(&bot, "communities?");
    let group = bot.group("Suporte");
    let command =
        bot.deliver_to_completion(&bot.message(ANA, r#"/link "Bairro Feliz" here"#).in_group(&group)).await;
    bot.wait_for_attempts(&command, 1).await;

    let reply = bot.ask_by(&bot.message(RUI, "/cancel").in_group(&group)).await;

    assert_eq!(reply, "Cancelled “/link \"Bairro Feliz\" here”. I'll tell you how it went.");
    assert_eq!(bot.replies_to(&command).await, [UNCHANGED]);
}

#[tokio::test]
async fn an_unknown_argument_is_reported_and_cancels_nothing() {
    let bot = with_long_retries().start().await;
    with_outage(&bot, "communities?");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 1).await;

    let reply = bot.ask(ANA, "/cancel futebol").await;

    assert_eq!(reply, "I don't know what to do with “futebol”. Write: /cancel [all]\nFor example: /cancel");
    assert_eq!(bot.row(&command).await.state, "waiting");
}

#[tokio::test]
async fn a_retry_notice_is_sent_once() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let mut bot = Service::with().clock(clock.clone()).instance("give_up_after = \"30m\"").start().await;
    with_outage(&bot, "communities?");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 1).await;
    clock.advance(Duration::from_secs(19));
    bot.ask(ANA, "/whoami").await;
    bot.wait_for_attempts(&command, 2).await;
    assert_eq!(bot.messages_quoting(&command), [""; 0]);

    clock.advance(Duration::from_secs(1));
    bot.ask(ANA, "/whoami").await;
    bot.within(async {
        while bot.messages_quoting(&command).is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    for _ in 0..3 {
        let tries = bot.row(&command).await.attempts;
        bot.crash().await;
        bot.restart().await;
        clock.advance(Duration::from_secs(60));
        bot.ask(ANA, "/whoami").await;
        bot.wait_for_attempts(&command, tries + 1).await;
    }

    let messages = bot.messages_quoting(&command);
    assert_eq!(messages.len(), 1, "{messages:?}");
    let (reason, rest) = messages[0].split_once(" I'll keep").unwrap();
    assert!(
        reason == "⏳ Z-API has trouble (status 502)." || reason == "⏳ Z-API has trouble.",
        "{messages:?}"
    );
    assert_eq!(rest, " trying for up to 30 minutes. /cancel stops it.");
    bot.sandbox.faults().clear();
    clock.advance(Duration::from_secs(60));
    bot.ask(ANA, "/whoami").await;
    assert_eq!(bot.replies_to(&command).await.last().unwrap(), "✅ “Futebol” is now in “Bairro Feliz”.");
}

#[tokio::test]
async fn a_retry_notice_comes_in_time_without_early_calls() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).start().await;
    bot.sandbox
        .faults()
        .fail_always("communities?", Fault::Replace(FaultResponse::too_many_requests(Some(600))));
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 1).await;

    clock.advance(Duration::from_secs(20));
    bot.ask(ANA, "/whoami").await;

    bot.wait_for_audit_event(&command, "retry_notified").await;
    let reply = bot.reply_to(&command).await.text;
    assert_eq!(reply, "⏳ Z-API has trouble. I'll keep trying for up to 30 minutes. /cancel stops it.");
    assert_eq!((reads(&bot), bot.row(&command).await.attempts), (1, 1));
    clock.advance(Duration::from_secs(590));
    bot.ask(ANA, "/whoami").await;
    bot.wait_for_attempts(&command, 2).await;
    assert_eq!(bot.messages_quoting(&command).len(), 1);
}

#[tokio::test]
async fn a_hanging_attempt_does_not_delay_the_retry_notice() {
    let soon = Duration::from_millis(200);
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let setting = Service::with().clock(clock.clone());
    let bot = setting
        .timing(|timing| (timing.retry_notice_after, timing.progress_reaction_after) = (soon, soon))
        .start()
        .await;
    bot.sandbox.faults().fail_next("communities?", 1, Fault::Replace(FaultResponse::bad_gateway()));
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 1).await;
    // The next attempt starts before its notice is due, and hangs until then.
    clock.advance(soon / 2);
    bot.ask(ANA, "/whoami").await;
    bot.within(call.wait_reached()).await;

    let reply = bot.reply_to(&command).await.text;

    assert_eq!(reply, "⏳ Z-API has trouble. I'll keep trying for up to 30 minutes. /cancel stops it.");
    call.release();
    assert_eq!(bot.replies_to(&command).await[1], "✅ “Futebol” is now in “Bairro Feliz”.");
}

#[tokio::test]
async fn t43_an_admin_of_one_community_cancels_no_command_of_others() {
    let limited = ANA_AND_RUI.replace("name = \"Rui\"", "name = \"Rui\"\ncommunities = [\"Bairro Feliz\"]");
    let bot = Service::with().admins(&limited).start().await;
    let group = bot.group("Moradores");
    let held = bot.sandbox.faults().hold_request("communities/link");
    let anas =
        bot.deliver_to_completion(&bot.message(ANA, "/link \"Marketing BR\" futebol").in_group(&group)).await;
    bot.within(held.wait_reached()).await;

    let reply = bot.ask_by(&bot.message(RUI, "/cancel").in_group(&group)).await;
    held.release();

    assert!(reply.starts_with("You may not use /link here."), "{reply}");
    assert!(bot.replies_to(&anas).await[0].contains("✅ “Futebol”"));
    assert_eq!(bot.row(&anas).await.outcome.as_deref(), Some("replied"));
}
