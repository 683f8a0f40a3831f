//! A message of several lines with a prefix is several commands, run in order, each with its reply.

use std::time::Duration;

use futures_util::future::join_all;
use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{Fault, FaultResponse};

use crate::stories::cancel::with_long_retries;
use crate::support::{ANA, NON_ADMIN, Service};
use crate::webhook::assert_status;

const LINKED: &str = "✅ “Futebol” is now in “Bairro Feliz”.";
const UNLINKED: &str = "✅ “Futebol” is no longer in “Bairro Feliz”.";
const BOTH: &str = "/link bairro futebol\n/unlink bairro futebol";

impl Service {
    /// Sends a message and returns all replies, once every command has ended.
    async fn ask_all(&self, text: &str) -> Vec<String> {
        let command = self.send_to_completion(ANA, text).await;
        self.replies_to(&command).await
    }
}

#[tokio::test]
async fn commands_of_a_message_run_in_order_and_each_has_its_reply() {
    let bot = Service::start().await;

    let replies = bot
        .ask_all(&format!("Bom dia!\n\n{BOTH}\n/link bairro\n1 - suporte\n2 - síndicos\n/groups suporte"))
        .await;

    assert_eq!(replies[..2], [LINKED, UNLINKED]);
    assert_eq!(replies[2], "2 of 2 groups are now in “Bairro Feliz”.\n✅ “Suporte”\n✅ “Síndicos”");
    // A list in the message shows what the commands before it changed.
    assert!(replies[3].contains("Bairro Feliz"), "{}", replies[3]);
    assert_eq!((replies.len(), bot.changes()), (4, 3));
}

#[tokio::test]
async fn a_mistake_in_one_line_does_not_stop_the_others() {
    let bot = Service::start().await;

    let replies = bot.ask_all("/link bairro futebol\n/lnik bairro suporte\n/link xyzzy mães\n/whoami").await;

    assert_eq!(replies[0], LINKED);
    assert!(replies[1].contains("Did you mean /link bairro suporte?"), "{}", replies[1]);
    assert!(replies[2].starts_with("I don't know a community “xyzzy”."), "{}", replies[2]);
    assert!(replies[3].starts_with("You are “Ana”."), "{}", replies[3]);
}

#[tokio::test]
async fn several_commands_in_one_line_are_none() {
    let bot = Service::start().await;

    let replies = bot.ask_all("/link bairro futebol; /unlink bairro moradores\n/link bairro suporte").await;

    assert!(replies[0].starts_with("❌ One command a line"), "{}", replies[0]);
    assert!(replies[1].contains("✅ “Suporte”"), "{}", replies[1]);
    assert_eq!(bot.changes(), 1);
}

#[tokio::test]
async fn a_text_ends_where_a_line_begins_with_a_known_command() {
    let bot = Service::start().await;

    let replies = bot.ask_all("/describe bairro Novo\n/home/ana e /link\n/dev\n/link bairro futebol").await;

    assert_eq!(replies[1], LINKED);
    let text = bot.sandbox.world(|world| {
        let id = world.community_named("Bairro Feliz").unwrap();
        world.find_community(&id).unwrap().description.clone()
    });
    assert_eq!(text.trim_end(), "Novo\n/home/ana e /link\n/dev");
}

#[tokio::test]
async fn a_prompt_of_one_command_is_closed_by_the_next() {
    let bot = Service::start().await;

    let replies = bot.ask_all("/announce bairro Hi\n/link bairro futebol\n/groups").await;
    let announced = bot.ask(ANA, "yes").await;

    let closed = format!("{LINKED}\nMy earlier question no longer counts.");
    assert!(replies[0].contains("Shall I?") && replies[1] == closed, "{replies:#?}");
    assert!(!replies[2].contains("no longer counts"), "{replies:#?}");
    assert_eq!(announced, "❌ Nothing is waiting for an answer here.");
    assert!(bot.announced("Bairro Feliz").is_empty());
}

#[tokio::test]
async fn undo_takes_back_the_last_command_of_a_message() {
    let bot = Service::start().await;
    bot.ask_all("/link bairro futebol\n/link bairro suporte").await;

    assert_eq!(bot.ask(ANA, "/undo").await, "✅ “Suporte” is no longer in “Bairro Feliz”.");
}

#[tokio::test]
async fn t14_a_message_of_several_commands_that_comes_again_is_run_once() {
    let mut bot = Service::start().await;
    let message = bot.message(ANA, BOTH);

    let answers = join_all((0..5).map(|_| bot.post(&message))).await;
    bot.settled().await;
    bot.crash().await;
    bot.restart().await;
    assert_status(&bot.post(&message).await, "duplicate");

    let accepted = answers.iter().filter(|answer| answer.text().contains("accepted")).count();
    assert_eq!(accepted, 1, "{answers:#?}");
    assert_eq!(bot.replies_to(message.message_id()).await, [LINKED, UNLINKED]);
    assert_eq!((bot.command_count().await, bot.changes()), (2, 2));
}

#[tokio::test]
async fn a_crash_between_two_commands_of_a_message_loses_and_repeats_none() {
    let mut bot = Service::start().await;
    let call = bot.sandbox.faults().hold_response("communities/unlink");
    let message = bot.send_to_completion(ANA, &format!("{BOTH}\n/link bairro suporte")).await;
    bot.within(call.wait_reached()).await;

    bot.crash().await;
    call.release();
    bot.restart().await;

    let replies = bot.replies_to(&message).await;
    assert_eq!(replies[..2], [LINKED, UNLINKED]);
    assert!(replies[2].contains("✅ “Suporte”"), "{}", replies[2]);
    assert_eq!((replies.len(), bot.changes()), (3, 3));
}

/// In order also while one waits; only reading messages wait for nobody.
#[tokio::test]
async fn later_commands_of_a_message_wait_for_a_retry_and_reads_of_another_do_not() {
    let bot = with_long_retries().start().await;
    bot.sandbox.faults().fail_always("communities?", Fault::Replace(FaultResponse::bad_gateway()));
    let message = bot.send_to_completion(ANA, "/link bairro futebol\n/whoami").await;
    bot.wait_for_attempts(&message, 1).await;

    let other = bot.send_to_completion(ANA, "/whoami\n/language").await;
    bot.reply_to(&other).await;
    bot.within(async {
        while bot.messages_quoting(&other).len() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;

    assert!(bot.messages_quoting(&other)[1].starts_with("This chat is set to"));
    assert!(bot.messages_quoting(&message).iter().all(|text| !text.starts_with("You are")));
    bot.sandbox.faults().clear();
    let cancelled = bot.ask(ANA, "/cancel").await;
    assert!(cancelled.starts_with("Cancelled “/link bairro futebol"), "{cancelled}");
    assert!(bot.replies_to(&message).await[1].starts_with("You are “Ana”."));
}

#[tokio::test]
async fn t21_each_command_of_a_message_counts_and_twenty_are_the_most() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).limits("commands_per_minute = 20").start().await;
    let many = |count: usize| vec!["/whoami"; count].join("\n");

    let too_many = bot.ask_all(&many(21)).await;
    assert_eq!(
        too_many,
        ["❌ That is more than 20 commands in one message, so I did nothing. Send them in smaller portions."]
    );
    assert_eq!(bot.ask_all(&many(19)).await.len(), 19);
    // The allowance is used up.
    assert!(bot.ask(ANA, "/whoami\n/whoami").await.starts_with("More than 20 commands in a minute"));
    assert_eq!(bot.send(ANA, "/whoami").await, r#"{"status":"ignored","reason":"rate_limited"}"#);
    clock.advance(Duration::from_secs(61));
    assert_eq!(bot.ask_all(&many(20)).await.len(), 20);
}

#[tokio::test]
async fn an_edit_of_several_commands_is_not_run() {
    const ANEW: &str = "❌ I don't rerun edited messages with several commands. Send what is still missing as a new message.";
    let bot = Service::start().await;
    for (first, edited) in [
        ("/link xyzzy\n/whoami", "/link bairro futebol\n/whoami"),
        ("/link xyzzy\n/whoami", "/link bairro futebol"),
        ("/link xyzzy", "/link bairro futebol\n/whoami"),
    ] {
        let message = bot.message(ANA, first);
        bot.deliver_to_completion(&message).await;
        bot.settled().await;
        let edit = bot.message(ANA, edited).with_id(message.message_id()).edited();

        bot.deliver_to_completion(&edit).await;
        bot.settled().await;
        assert_status(&bot.post(&edit).await, "duplicate");

        assert_eq!(bot.said().last().unwrap(), ANEW, "{first}");
    }
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn several_lines_of_others_and_of_other_bots_are_none() {
    let bot = Service::start().await;
    let in_group = |text: &str| -> EventBuilder { bot.message(ANA, text).in_group(&bot.group("Futebol")) };

    assert!(bot.send(NON_ADMIN, BOTH).await.contains("not_an_admin"));
    assert_eq!(assert_status(&bot.post(&in_group("/ban x\n/mute y")).await, "ignored"), "not_a_command");
    let mixed = in_group("/ban x\n/whoami");
    bot.deliver_to_completion(&mixed).await;

    let replies = bot.replies_to(mixed.message_id()).await;
    assert!(replies.len() == 1 && replies[0].starts_with("You are “Ana”."), "{replies:?}");
}
