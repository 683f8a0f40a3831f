//! Editing a message corrects a command that ended with an error, never one that changed something.

use std::time::Duration;

use futures_util::future::join_all;
use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{Fault, FaultResponse};

use crate::support::{ANA, Service};
use crate::webhook::assert_status;

const NOON: Timestamp = Timestamp(1_764_000_000_000);
const LATE: &str = "❌ I have already dealt with the earlier text of this message; send what you want now as a new message.\n\
     To take back what was done: /undo";
const LINKED: &str = "✅ “Futebol” is now in “Bairro Feliz”.";

impl Service {
    /// A later version of a message.
    fn edited(&self, message: &EventBuilder, text: &str) -> EventBuilder {
        self.message(ANA, text).with_id(message.message_id()).edited()
    }
}

#[tokio::test]
async fn editing_a_typo_runs_it_again_and_edits_the_reply() {
    let bot = Service::start().await;
    let command = bot.message(ANA, r#"/lnik "Bairro Feliz" futebol"#);
    bot.ask_by(&command).await;
    bot.settled().await;

    let edit = bot.edited(&command, r#"/link "Bairro Feliz futebol"#);
    assert_status(&bot.post(&edit).await, "accepted");
    bot.settled().await;
    let edit = bot.edited(&command, r#"/link "Bairro Feliz" futebol"#);
    assert_status(&bot.post(&edit).await, "accepted");
    bot.wait_for_message(LINKED).await;
    bot.settled().await;

    // The chat has one reply, the last one.
    assert_eq!(bot.said(), [LINKED]);
    // Earlier versions are known, even after the command changed something.
    assert_status(&bot.post(&edit).await, "duplicate");
}

#[tokio::test]
async fn t14_a_command_that_did_something_is_never_run_again() {
    let bot = Service::start().await;
    let command = bot.message(ANA, r#"/link "Bairro Feliz" futebol, xyzzy"#);
    bot.ask_by(&command).await;
    bot.settled().await;

    bot.deliver_to_completion(&bot.edited(&command, r#"/link "Bairro Feliz" suporte"#)).await;
    bot.settled().await;

    assert_eq!((bot.said()[1].as_str(), bot.changes()), (LATE, 1));
}

#[tokio::test]
async fn t14_the_same_edit_comes_twice_and_is_run_once() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/link bairro");
    bot.ask_by(&command).await;
    bot.settled().await;
    let edit = bot.edited(&command, "/link bairro vendas");

    let (one, other) = tokio::join!(bot.post(&edit), bot.post(&edit));
    let mut responses = [one.text(), other.text()];
    responses.sort();

    assert!(responses[0].contains("duplicate") || responses[1].contains("duplicate"), "{responses:?}");
    bot.settled().await;
    assert_eq!(bot.command_count().await, 2);
}

#[tokio::test]
async fn after_a_quarter_of_an_hour_an_edit_is_no_command() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).start().await;
    let command = bot.message(ANA, "/link bairro");
    bot.ask_by(&command).await;
    bot.settled().await;
    clock.advance(Duration::from_secs(15 * 60 + 1));

    let edit = bot.edited(&command, r#"/link "Bairro Feliz" futebol"#);

    assert_eq!(assert_status(&bot.post(&edit).await, "ignored"), "edited");
}

#[tokio::test]
async fn an_edit_of_talk_is_the_command_that_it_becomes() {
    let bot = Service::start().await;
    let chatter = bot.message(ANA, "link futebol");
    bot.post(&chatter).await;

    let edited = bot.edited(&chatter, r#"/link "Bairro Feliz" futebol"#);

    bot.settled().await;
    bot.deliver_to_completion(&edited).await;
    bot.settled().await;
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn a_reply_that_cannot_be_edited_is_followed_by_a_new_one() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/link bairro");
    bot.ask_by(&command).await;
    bot.settled().await;
    let refused = FaultResponse::json(400, &serde_json::json!({ "error": "Message can not be edited" }));
    bot.sandbox.faults().fail_always("send-text?edit", Fault::Replace(refused));

    bot.post(&bot.edited(&command, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.wait_for_message(LINKED).await;

    assert_eq!(bot.said().len(), 2);
}

#[tokio::test]
async fn an_interrupted_correction_finishes_with_one_reply() {
    let mut bot = Service::start().await;
    let command = bot.message(ANA, "/link bairro");
    bot.ask_by(&command).await;
    bot.settled().await;
    let call = bot.sandbox.faults().hold_response("communities/link");
    bot.post(&bot.edited(&command, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    call.release();
    bot.restart().await;

    bot.wait_for_message(LINKED).await;
    bot.settled().await;
    assert_eq!((bot.said().len(), bot.changes()), (1, 1));
}

#[tokio::test]
async fn a_reply_of_several_messages_follows_the_old_one() {
    let bot = Service::with()
        .world(|world| {
            for class in 1..=30 {
                world.group(&format!("Turma {class:02} {}", "x".repeat(80)));
            }
        })
        .start()
        .await;
    let many = (1..=60).map(|at| format!("nada{at}{}", "y".repeat(80))).collect::<Vec<_>>().join(", ");
    let command = bot.message(ANA, &format!(r#"/link "Bairro Feliz" {many}"#));
    bot.ask_by(&command).await;
    bot.settled().await;
    let before = bot.said();
    assert!(before.len() > 1, "{before:?}");

    bot.post(&bot.edited(&command, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.wait_for_message(LINKED).await;
    bot.settled().await;

    // No part of the old reply is below the new one.
    assert_eq!(bot.said(), [before, vec![LINKED.to_owned()]].concat());
}

#[tokio::test]
async fn only_the_author_can_correct_a_command() {
    let bot = Service::with().admins(crate::stories::fixtures::ANA_AND_RUI).start().await;
    let command = bot.message(ANA, "/link bairro");
    bot.ask_by(&command).await;
    bot.settled().await;

    let theirs = bot
        .message(crate::stories::fixtures::RUI, r#"/link "Bairro Feliz" suporte"#)
        .with_id(command.message_id())
        .edited();
    bot.deliver_to_completion(&theirs).await;
    bot.settled().await;

    // That was a message of Rui; Ana's can still be corrected.
    assert_status(&bot.post(&bot.edited(&command, r#"/link "Bairro Feliz" futebol"#)).await, "accepted");
    bot.settled().await;
    assert_eq!((bot.command_count().await, bot.changes()), (3, 2));
}

#[tokio::test]
async fn t14_talk_that_is_edited_to_a_command_is_run_once() {
    let bot = Service::start().await;
    bot.post(&bot.message(ANA, "kkkk")).await;
    bot.settled().await;
    let talk = bot.message(ANA, "que dia lindo");
    assert_status(&bot.post(&talk).await, "ignored");

    let edit = bot.edited(&talk, r#"/link "Bairro Feliz" suporte"#);
    let (one, other) = tokio::join!(bot.post(&edit), bot.post(&edit));
    bot.settled().await;

    let mut responses = [one.text(), other.text()];
    responses.sort();
    assert!(responses[0].contains("accepted") && responses[1].contains("duplicate"), "{responses:?}");
    for again in [&edit, &talk] {
        assert_status(&bot.post(again).await, "duplicate");
    }
    assert_eq!(bot.changes(), 1);
    bot.deliver_to_completion(&bot.edited(&talk, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.settled().await;
    assert_eq!((bot.said().pop().as_deref(), bot.changes()), (Some(LATE), 1));
}

#[tokio::test]
async fn t14_a_message_that_comes_behind_its_edit_is_not_run() {
    let bot = Service::start().await;
    let rows = [
        (r#"/link "Bairro Feliz" futebol"#, r#"/link "Bairro Feliz" suporte"#),
        ("/whoami\n/status", r#"/link "Bairro Feliz" futebol"#),
        ("/whoami", "/whoami\n/status"),
        ("sim", "put futebol into bairro feliz"),
    ];
    for (first, edited) in rows {
        let message = bot.message(ANA, first);
        let edit = bot.edited(&message, edited);

        assert_status(&bot.post(&edit).await, "accepted");
        assert_status(&bot.post(&message).await, "duplicate");
        bot.settled().await;
        let count = bot.command_count().await;
        for late in [&message, &edit, &message] {
            assert_status(&bot.post(late).await, "duplicate");
        }

        assert_eq!(bot.command_count().await, count, "{first}");
    }
    assert_eq!(bot.changes(), 2);
}

/// Its first text, or another edit, would come under yet another id.
#[tokio::test]
async fn t14_an_edit_that_refers_to_a_message_which_is_not_stored_is_asked_for_anew() {
    let bot = Service::start().await;
    let first = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    let edits = ["futebol", "futebol, suporte"].map(|groups| {
        let edit = bot.message(ANA, &format!(r#"/link "Bairro Feliz" {groups}"#)).edited();
        edit.with("referenceMessageId", first.message_id())
    });

    for edit in &edits {
        bot.deliver_to_completion(edit).await;
    }
    bot.settled().await;

    assert_eq!(bot.changes(), 0);
    let anew = "❌ I did not see the first text of this message. Send what you want as a new message.";
    assert_eq!(bot.said(), [anew, anew]);
    bot.deliver_to_completion(&first).await;
    bot.settled().await;
    assert_eq!(bot.changes(), 1);
}

#[tokio::test]
async fn concurrent_edits_become_ordered_versions() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&command).await;
    bot.settled().await;
    // Sent in the same millisecond: an edit that arrives after a later one is outdated, and no new version.
    let sent_at = bot.clock.now().0;
    let edit = |number| bot.edited(&command, &format!("/link xyzzy nada{number}")).with("momment", sent_at);
    let edits: Vec<EventBuilder> = (1..=9).map(edit).collect();

    // Each is delivered twice.
    let responses = join_all(edits.iter().chain(&edits).map(|edit| bot.post(edit))).await;

    for (one, other) in responses[..9].iter().zip(&responses[9..]) {
        let mut responses = [one.text(), other.text()];
        responses.sort();
        assert!(responses[0].contains("accepted") && responses[1].contains("duplicate"), "{responses:?}");
    }
    for edit in &edits {
        assert_status(&bot.post(edit).await, "duplicate");
    }
    let one_more = bot.edited(&command, "/link xyzzy nada");
    assert_eq!(assert_status(&bot.post(&one_more).await, "ignored"), "edited");
    bot.settled().await;
    assert_eq!(bot.command_count().await, 10);
}

#[tokio::test]
async fn t14_an_edit_that_comes_again_behind_a_later_one_is_not_run_again() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&command).await;
    bot.settled().await;
    let (one, other) = (bot.edited(&command, "/link xyzzy a"), bot.edited(&command, "/link xyzzy b"));
    for edit in [&one, &other] {
        assert_status(&bot.post(edit).await, "accepted");
        bot.settled().await;
    }

    for edit in [&one, &other, &one] {
        assert_status(&bot.post(edit).await, "duplicate");
    }

    assert_eq!(bot.command_count().await, 3);
}

#[tokio::test]
async fn editing_back_to_an_earlier_text_gets_a_reply() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).start().await;
    let command = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&command).await;
    bot.settled().await;

    for text in ["/link xyzzy a", "/link xyzzy b", "/link xyzzy a"] {
        clock.advance(Duration::from_secs(5));
        assert_status(&bot.post(&bot.edited(&command, text)).await, "accepted");
        bot.settled().await;
    }

    assert_eq!(bot.command_count().await, 4);
}

#[tokio::test]
async fn t14_of_versions_that_wait_together_only_the_first_that_does_something_does_it() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&command).await;
    bot.settled().await;
    let before = bot.sandbox.faults().hold_request("communities/link");
    bot.send_to_completion(ANA, r#"/link "Bairro Feliz" moradores suporte"#).await;
    bot.within(before.wait_reached()).await;
    let texts = ["xyzzy", r#""Bairro Feliz" futebol"#, r#""Bairro Feliz" vendas*"#];
    for text in texts {
        let edit = bot.edited(&command, &format!("/link {text}\u{200b}, nada"));
        assert_status(&bot.post(&edit).await, "accepted");
    }

    before.release();
    bot.settled().await;

    assert_eq!(bot.changes(), 2);
    assert_eq!(bot.link_calls()[1], ["Futebol"]);
}

/// The text as it was first sent is run: the edit may arrive at any time after it.
#[tokio::test]
async fn t14_of_a_waiting_command_and_its_edit_only_the_first_is_run() {
    let bot = Service::start().await;
    let before = bot.sandbox.faults().hold_request("communities/link");
    bot.send_to_completion(ANA, r#"/link "Bairro Feliz" suporte"#).await;
    bot.within(before.wait_reached()).await;
    let command = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    bot.post(&command).await;
    assert_status(&bot.post(&bot.edited(&command, r#"/link "Bairro Feliz" vendas*"#)).await, "accepted");

    before.release();
    bot.settled().await;

    assert_eq!(bot.link_calls(), [["Suporte"], ["Futebol"]]);
    assert_eq!(bot.said().last().map(String::as_str), Some(LATE));
}

#[tokio::test]
async fn an_edit_waits_for_the_result_of_the_version_before() {
    let bot = Service::start().await;
    let barrier = bot.sandbox.faults().hold_request("send-text");
    let command = bot.message(ANA, r#"/lnik "Bairro Feliz" futebol"#);
    bot.deliver_to_completion(&command).await;
    bot.within(barrier.wait_reached()).await;
    bot.deliver_to_completion(&bot.edited(&command, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.wait_for_version(command.message_id(), 1, "claimed").await;

    barrier.release();
    bot.settled().await;

    assert_eq!(bot.said(), [LINKED]);
}

#[tokio::test]
async fn an_edit_of_a_long_running_command_is_not_run() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/communities");
    let read = bot.sandbox.faults().hold_request("communities?");
    bot.deliver_to_completion(&command).await;
    bot.within(read.wait_reached()).await;
    bot.deliver_to_completion(&bot.edited(&command, r#"/link "Bairro Feliz" futebol"#)).await;

    bot.wait_for_message("❌ I am still working on the first version of this message. Send a new one.").await;

    read.release();
    bot.settled().await;
    assert_eq!((bot.said().len(), bot.changes()), (2, 0));
}

/// A finished change stays reported, however early the edit and however late the reply.
#[tokio::test]
async fn t14_the_reply_to_a_finished_change_is_not_replaced_by_an_early_edit() {
    let bot =
        Service::with().rate_limits("changes_per_second = 1000\nmessages_per_minute = 30").start().await;
    let link = bot.sandbox.faults().hold_request("communities/link");
    // Makes replies wait for the rate limit.
    for _ in 0..5 {
        bot.ask(ANA, "/whoami").await;
    }
    let command = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    bot.deliver_to_completion(&command).await;
    bot.within(link.wait_reached()).await;
    bot.deliver_to_completion(&bot.edited(&command, "/communities")).await;

    link.release();
    bot.settled().await;

    assert_eq!(bot.changes(), 1);
    assert!(bot.said().contains(&LINKED.to_owned()), "{:?}", bot.said());
}

#[tokio::test]
async fn an_edit_during_a_successful_version_is_reported_as_not_run() {
    // It changed something.
    let bot = Service::start().await;
    let link = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    bot.deliver_to_completion(&command).await;
    bot.within(link.wait_reached()).await;
    bot.deliver_to_completion(&bot.edited(&command, r#"/link "Bairro Feliz" suporte"#)).await;
    link.release();
    bot.settled().await;
    assert_eq!((bot.said(), bot.changes()), (vec![LINKED.to_owned(), LATE.to_owned()], 1));

    // It failed, and the operator may retry it.
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    bot.sandbox.faults().fail_always("communities", Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.message(ANA, r#"/link "Bairro Feliz" xyzzy"#);
    bot.deliver_to_completion(&command).await;
    bot.deliver_to_completion(&bot.edited(&command, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.reply_to(command.message_id()).await;
    bot.sandbox.faults().clear();
    bot.settled().await;
    assert_eq!((bot.said().len(), bot.changes()), (2, 0));
    assert_eq!(Some(bot.said()[1].as_str()), LATE.lines().next());
}

#[tokio::test]
async fn a_message_older_than_fifteen_minutes_is_not_edited() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).start().await;
    let command = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&command).await;
    bot.settled().await;
    clock.advance(Duration::from_secs(14 * 60));
    bot.deliver_to_completion(&bot.edited(&command, "/link xyzzy b")).await;
    bot.settled().await;
    assert_eq!(bot.said().len(), 1);
    clock.advance(Duration::from_secs(59));
    let link = bot.sandbox.faults().hold_request("communities/link");
    bot.deliver_to_completion(&bot.edited(&command, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.within(link.wait_reached()).await;

    clock.advance(Duration::from_secs(120));
    link.release();
    bot.settled().await;

    assert_eq!(bot.said()[1..], [LINKED]);
}

#[tokio::test]
async fn a_rate_limited_correction_may_be_repeated_a_minute_later() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).limits("commands_per_minute = 2").start().await;
    let command = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&command).await;
    bot.ask(ANA, "/whoami").await;
    bot.settled().await;
    bot.deliver_to_completion(&bot.edited(&command, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.settled().await;
    assert_eq!(bot.changes(), 0);

    clock.advance(Duration::from_secs(70));
    bot.deliver_to_completion(&bot.edited(&command, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.settled().await;

    assert_eq!(bot.changes(), 1);
}

#[tokio::test]
async fn an_overtaken_edit_is_not_run() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).start().await;
    let command = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&command).await;
    bot.settled().await;
    clock.advance(Duration::from_secs(5));
    let older = bot.edited(&command, r#"/link "Bairro Feliz" futebol"#);
    clock.advance(Duration::from_secs(5));
    bot.deliver_to_completion(&bot.edited(&command, r#"/link "Bairro Feliz" xyzzy"#)).await;
    bot.settled().await;

    assert_status(&bot.post(&older).await, "duplicate");

    bot.settled().await;
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_reply_edit_without_a_response_is_sent_once() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/link bairro");
    bot.ask_by(&command).await;
    bot.settled().await;
    let vanished = FaultResponse::json(408, &serde_json::json!({}));
    bot.sandbox.faults().fail_next("send-text?edit", 1, Fault::ReplaceResponse(vanished));

    bot.deliver_to_completion(&bot.edited(&command, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.settled().await;

    assert_eq!(bot.said(), [LINKED]);
}

const ANNOUNCE: &str = "/avisar bairro Reunião sexta 19h";

impl Service {
    /// Sends a command that prompts, and waits for its prompt.
    async fn send_prompting_command(&self, text: &str) -> EventBuilder {
        let command = self.message(ANA, text);
        self.ask_by(&command).await;
        self.settled().await;
        command
    }
}

#[tokio::test]
async fn a_prompt_is_corrected_by_an_edit_and_the_yes_confirms_the_new_version() {
    let bot = Service::start().await;
    let command = bot.send_prompting_command(ANNOUNCE).await;

    let edit = bot.edited(&command, "/avisar bairro Reunião sábado 19h");
    assert_status(&bot.post(&edit).await, "accepted");
    bot.settled().await;

    // The chat has one prompt, the new one.
    let said = bot.said();
    assert!(said.len() == 1 && said[0].contains("sábado"), "{said:?}");
    bot.ask(ANA, "sim").await;
    bot.settled().await;
    assert_eq!(bot.announced("Bairro Feliz"), ["Reunião sábado 19h"]);
}

#[tokio::test]
async fn editing_the_community_deactivates_the_new_one() {
    let bot = Service::start().await;
    let command = bot.send_prompting_command("/desativar bairro").await;

    bot.post(&bot.edited(&command, "/desativar marketing")).await;
    bot.settled().await;
    bot.ask(ANA, "sim").await;
    bot.settled().await;

    assert_eq!(bot.community_of("Moradores").as_deref(), Some("Bairro Feliz"));
    assert!(bot.sandbox.world(|world| world.community_named("Marketing BR").is_none()));
}

#[tokio::test]
async fn editing_the_message_closes_its_prompt() {
    const NOTHING: &str = "❌ Nothing is waiting for an answer here.";
    // The edit asks for its missing part, which a yes is not.
    let missing = "Qual comunidade? Responda com o nome, ou “não”.";
    for (text, reply) in [("/ajuda", NOTHING), ("/avisar", missing), ("/xyzzy", NOTHING)] {
        let bot = Service::start().await;
        let command = bot.send_prompting_command(ANNOUNCE).await;

        assert_status(&bot.post(&bot.edited(&command, text)).await, "accepted");
        bot.settled().await;

        assert_eq!(bot.ask(ANA, "sim").await, reply, "{text}");
        assert!(bot.announced("Bairro Feliz").is_empty(), "{text}");
    }
}

#[tokio::test]
async fn an_edit_in_a_group_closes_the_prompt_too() {
    let bot = Service::start().await;
    let group = bot.group("Futebol");
    let command = bot.message(ANA, "/desativar bairro").in_group(&group);
    bot.ask_by(&command).await;
    bot.settled().await;

    let edit = bot.edited(&command, "/xyzzy").in_group(&group);
    assert_status(&bot.post(&edit).await, "accepted");
    bot.settled().await;

    assert!(bot.post(&bot.message(ANA, "sim").in_group(&group)).await.text().contains("not_a_command"));
}

#[tokio::test]
async fn a_dry_run_becomes_the_command_by_an_edit() {
    let bot = Service::start().await;
    let command = bot.send_prompting_command("/link bairro futebol --try").await;

    bot.post(&bot.edited(&command, "/link bairro futebol")).await;
    bot.settled().await;

    assert_eq!(bot.said(), [LINKED]);
    bot.deliver_to_completion(&bot.edited(&command, "/link bairro suporte")).await;
    bot.settled().await;
    assert_eq!(bot.said(), [LINKED, LATE]);
}

#[tokio::test]
async fn t14_a_confirmed_command_is_not_run_again_by_a_crossing_edit() {
    let bot = Service::start().await;
    let command = bot.send_prompting_command(ANNOUNCE).await;
    let announcing = bot.sandbox.faults().hold_request("send-text");
    let yes = bot.send_to_completion(ANA, "sim").await;
    bot.within(announcing.wait_reached()).await;
    let edit = bot.edited(&command, "/avisar --sim bairro Reunião sábado 19h");
    assert_status(&bot.post(&edit).await, "accepted");

    announcing.release();
    bot.settled().await;

    assert_eq!(bot.announced("Bairro Feliz"), ["Reunião sexta 19h"]);
    assert!(bot.reply_to(&yes).await.text.contains('✅'));
    assert!(bot.said().concat().contains("❌ Esse comando já foi confirmado"), "{:?}", bot.said());
}

#[tokio::test]
async fn a_yes_that_crosses_an_edit_confirms_neither_version() {
    let bot = Service::start().await;
    let command = bot.send_prompting_command(ANNOUNCE).await;
    let reading = bot.sandbox.faults().hold_request("communities-metadata");
    bot.post(&bot.edited(&command, "/avisar bairro Reunião sábado 19h")).await;
    bot.within(reading.wait_reached()).await;
    let yes = bot.send_to_completion(ANA, "sim").await;

    reading.release();
    bot.settled().await;

    let early = bot.reply_to(&yes).await.text;
    assert!(early.starts_with("❌ Isso veio antes da minha última pergunta"), "{early}");
    assert!(bot.announced("Bairro Feliz").is_empty());
}

#[tokio::test]
async fn t14_chained_prompts_are_all_done_once_the_last_is_confirmed() {
    let bot = Service::start().await;
    let command = bot.send_prompting_command("/avisr bairro Reunião sexta 19h").await;
    bot.ask(ANA, "sim").await;
    bot.settled().await;
    bot.post(&bot.edited(&command, ANNOUNCE)).await;
    bot.settled().await;
    let command = bot.send_prompting_command("/avisr bairro Reunião domingo").await;
    for _ in 0..2 {
        bot.ask(ANA, "sim").await;
        bot.settled().await;
    }

    bot.post(&bot.edited(&command, "/avisar --sim bairro Reunião segunda")).await;
    bot.settled().await;

    assert_eq!(bot.announced("Bairro Feliz"), ["Reunião domingo"]);
}

/// Both versions waited behind another command, so the prompt came after the edit.
#[tokio::test]
async fn a_thumb_on_a_reply_that_replaced_a_prompt_does_not_confirm() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    let held = bot.sandbox.faults().hold_request("communities/link");
    bot.send_to_completion(ANA, r#"/link "Bairro Feliz" "vendas norte""#).await;
    bot.within(held.wait_reached()).await;
    let command = bot.message(ANA, r#"/unlnik "Bairro Feliz" futebol"#);
    bot.deliver_to_completion(&command).await;
    bot.deliver_to_completion(&bot.edited(&command, r#"/link "Bairro Feliz" suporte"#)).await;
    held.release();
    bot.settled().await;
    let (said, before) = (bot.said(), bot.changes());
    let reply = bot.sandbox.sent().into_iter().find(|sent| sent.text.contains("✅ “Suporte”")).unwrap();

    let account = bot.sandbox.account();
    let thumb = EventBuilder::reaction(&account.id, "👍", &reply.message_id).from(ANA);
    let thumb = thumb.connected_phone(&account.phone).sent_at(bot.clock.now());
    bot.post(&thumb).await;
    bot.settled().await;

    assert_eq!((bot.said(), bot.changes()), (said, before));
}

#[tokio::test]
async fn a_prompt_overtaken_by_an_edit_is_closed() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).start().await;
    let command = bot.message(ANA, ANNOUNCE);
    let reading = bot.sandbox.faults().hold_request("communities-metadata");
    bot.deliver_to_completion(&command).await;
    bot.within(reading.wait_reached()).await;
    bot.deliver_to_completion(&bot.edited(&command, "/ajuda")).await;
    clock.advance(Duration::from_secs(3));
    reading.release();
    bot.settled().await;
    clock.advance(Duration::from_secs(3));

    bot.send(ANA, "sim").await;
    bot.settled().await;

    assert!(bot.announced("Bairro Feliz").is_empty());
}

#[tokio::test]
async fn t14_a_failed_yes_still_counts_as_a_yes() {
    let bot = Service::start().await;
    let command = bot.send_prompting_command("/desativar bairro").await;
    let refused = FaultResponse::json(403, &serde_json::json!({ "error": "not allowed" }));
    bot.sandbox.faults().fail_always("communities", Fault::Replace(refused));
    bot.ask(ANA, "sim").await;
    bot.settled().await;

    bot.post(&bot.edited(&command, "/desativar --sim marketing")).await;
    bot.settled().await;

    assert!(bot.said().concat().contains("❌ Esse comando já foi confirmado"), "{:?}", bot.said());
}

#[tokio::test]
async fn an_edit_leaves_the_prompt_of_another_message_alone() {
    let bot = Service::start().await;
    let typo = bot.message(ANA, "/status now please");
    bot.ask_by(&typo).await;
    bot.send_prompting_command(ANNOUNCE).await;
    bot.deliver_to_completion(&bot.edited(&typo, "/status")).await;
    bot.settled().await;

    bot.ask(ANA, "sim").await;
    bot.settled().await;

    assert_eq!(bot.announced("Bairro Feliz"), ["Reunião sexta 19h"]);
}
