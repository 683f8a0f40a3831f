//! An order that was answered with an error is mended by editing its message; one that did something never.

use std::time::Duration;

use futures_util::future::join_all;
use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{Fault, FaultResponse};

use crate::support::{ANA, Service};
use crate::webhook::assert_status;

const NOON: Timestamp = Timestamp(1_764_000_000_000);
const LINKED: &str = "1 of 1 group is now in “Bairro Feliz”.\n✅ “Futebol”";

impl Service {
    /// A later version of a message.
    fn edited(&self, message: &EventBuilder, text: &str) -> EventBuilder {
        self.message(ANA, text).with_id(message.message_id()).edited()
    }
}

#[tokio::test]
async fn a_typo_is_corrected_by_editing_it_and_its_answer_becomes_the_new_one() {
    let bot = Service::start().await;
    let order = bot.message(ANA, r#"/lnik "Bairro Feliz" futebol"#);
    bot.ask_by(&order).await;
    bot.settled().await;

    let mended = bot.edited(&order, r#"/link "Bairro Feliz futebol"#);
    assert_status(&bot.post(&mended).await, "accepted");
    bot.settled().await;
    let mended = bot.edited(&order, r#"/link "Bairro Feliz" futebol"#);
    assert_status(&bot.post(&mended).await, "accepted");
    bot.wait_for_message(LINKED).await;
    bot.settled().await;

    // One answer stands in the chat, and it is the last one.
    assert_eq!(bot.said(), [LINKED]);
    // What came before is known, also now that it did something.
    assert_status(&bot.post(&mended).await, "duplicate");
}

#[tokio::test]
async fn t14_a_command_that_did_something_is_never_run_again() {
    let bot = Service::start().await;
    let order = bot.message(ANA, r#"/link "Bairro Feliz" futebol xyzzy"#);
    bot.ask_by(&order).await;
    bot.settled().await;

    let edited = bot.edited(&order, r#"/link "Bairro Feliz" suporte"#);

    assert_eq!(assert_status(&bot.post(&edited).await, "ignored"), "edited");
    assert_eq!(bot.changes(), 1);
}

#[tokio::test]
async fn t14_the_same_edit_comes_twice_and_is_run_once() {
    let bot = Service::start().await;
    let order = bot.message(ANA, "/link bairro");
    bot.ask_by(&order).await;
    bot.settled().await;
    let mended = bot.edited(&order, "/link bairro vendas");

    let (one, other) = tokio::join!(bot.post(&mended), bot.post(&mended));
    let mut answers = [one.text(), other.text()];
    answers.sort();

    assert!(answers[0].contains("duplicate") || answers[1].contains("duplicate"), "{answers:?}");
    bot.settled().await;
    assert_eq!(bot.orders().await, 2);
}

#[tokio::test]
async fn after_a_quarter_of_an_hour_an_edit_is_no_command() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).start().await;
    let order = bot.message(ANA, "/link bairro");
    bot.ask_by(&order).await;
    bot.settled().await;
    clock.advance(Duration::from_secs(15 * 60 + 1));

    let mended = bot.edited(&order, r#"/link "Bairro Feliz" futebol"#);

    assert_eq!(assert_status(&bot.post(&mended).await, "ignored"), "edited");
}

#[tokio::test]
async fn an_edit_of_what_was_no_command_is_none() {
    let bot = Service::start().await;
    let chatter = bot.message(ANA, "link futebol");
    bot.post(&chatter).await;

    let edited = bot.edited(&chatter, r#"/link "Bairro Feliz" futebol"#);

    assert_eq!(assert_status(&bot.post(&edited).await, "ignored"), "edited");
    assert_eq!(bot.orders().await, 0);
}

#[tokio::test]
async fn an_answer_that_cannot_be_edited_is_followed_by_a_new_one() {
    let bot = Service::start().await;
    let order = bot.message(ANA, "/link bairro");
    bot.ask_by(&order).await;
    bot.settled().await;
    let refused = FaultResponse::json(400, &serde_json::json!({ "error": "Message can not be edited" }));
    bot.sandbox.faults().fail_always("send-text?edit", Fault::Replace(refused));

    bot.post(&bot.edited(&order, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.wait_for_message(LINKED).await;

    assert_eq!(bot.said().len(), 2);
}

#[tokio::test]
async fn a_corrected_command_that_is_cut_off_is_ended_and_said_once() {
    let mut bot = Service::start().await;
    let order = bot.message(ANA, "/link bairro");
    bot.ask_by(&order).await;
    bot.settled().await;
    let call = bot.sandbox.faults().hold_response("communities/link");
    bot.post(&bot.edited(&order, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    call.release();
    bot.restart().await;

    bot.wait_for_message(LINKED).await;
    bot.settled().await;
    assert_eq!((bot.said().len(), bot.changes()), (1, 1));
}

#[tokio::test]
async fn an_answer_of_several_messages_stands_together_below_the_one_before() {
    let bot = Service::with()
        .world(|world| {
            for class in 1..=30 {
                world.group(&format!("Turma {class:02} {}", "x".repeat(80)));
            }
        })
        .start()
        .await;
    let many = (1..=60).map(|at| format!("nada{at}{}", "y".repeat(80))).collect::<Vec<_>>().join(" ");
    let order = bot.message(ANA, &format!(r#"/link "Bairro Feliz" {many}"#));
    bot.ask_by(&order).await;
    bot.settled().await;
    let before = bot.said();
    assert!(before.len() > 1, "{before:?}");

    bot.post(&bot.edited(&order, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.wait_for_message(LINKED).await;
    bot.settled().await;

    // Nothing of the old answer stands below the new one.
    assert_eq!(bot.said(), [before, vec![LINKED.to_owned()]].concat());
}

#[tokio::test]
async fn nobody_corrects_the_command_of_another() {
    let bot = Service::with().admins(crate::stories::scene::ANA_AND_RUI).start().await;
    let order = bot.message(ANA, "/link bairro");
    bot.ask_by(&order).await;
    bot.settled().await;

    let theirs = bot
        .message(crate::stories::scene::RUI, r#"/link "Bairro Feliz" futebol"#)
        .with_id(order.message_id())
        .edited();

    assert_eq!(assert_status(&bot.post(&theirs).await, "ignored"), "edited");
    assert_eq!((bot.orders().await, bot.changes()), (1, 0));
}

#[tokio::test]
async fn edits_that_come_together_are_versions_one_behind_the_other() {
    let bot = Service::start().await;
    let order = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&order).await;
    bot.settled().await;
    let edits: Vec<EventBuilder> =
        (1..=9).map(|number| bot.edited(&order, &format!("/link xyzzy nada{number}"))).collect();

    // Each comes twice.
    let answers = join_all(edits.iter().chain(&edits).map(|edit| bot.post(edit))).await;

    for (one, other) in answers[..9].iter().zip(&answers[9..]) {
        let mut answers = [one.text(), other.text()];
        answers.sort();
        assert!(answers[0].contains("accepted") && answers[1].contains("duplicate"), "{answers:?}");
    }
    for edit in &edits {
        assert_status(&bot.post(edit).await, "duplicate");
    }
    let one_more = bot.edited(&order, "/link xyzzy nada");
    assert_eq!(assert_status(&bot.post(&one_more).await, "ignored"), "edited");
    bot.settled().await;
    assert_eq!(bot.orders().await, 10);
}

#[tokio::test]
async fn t14_an_edit_that_comes_again_behind_a_later_one_is_not_run_again() {
    let bot = Service::start().await;
    let order = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&order).await;
    bot.settled().await;
    let (one, other) = (bot.edited(&order, "/link xyzzy a"), bot.edited(&order, "/link xyzzy b"));
    for edit in [&one, &other] {
        assert_status(&bot.post(edit).await, "accepted");
        bot.settled().await;
    }

    for edit in [&one, &other, &one] {
        assert_status(&bot.post(edit).await, "duplicate");
    }

    assert_eq!(bot.orders().await, 3);
}

#[tokio::test]
async fn who_edits_back_to_what_was_there_before_is_answered() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).start().await;
    let order = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&order).await;
    bot.settled().await;

    for text in ["/link xyzzy a", "/link xyzzy b", "/link xyzzy a"] {
        clock.advance(Duration::from_secs(5));
        assert_status(&bot.post(&bot.edited(&order, text)).await, "accepted");
        bot.settled().await;
    }

    assert_eq!(bot.orders().await, 4);
}

#[tokio::test]
async fn t14_of_versions_that_wait_together_only_the_first_that_does_something_does_it() {
    let bot = Service::start().await;
    let order = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&order).await;
    bot.settled().await;
    let before = bot.sandbox.faults().hold_request("communities/link");
    bot.send_to_completion(ANA, r#"/link "Bairro Feliz" moradores suporte"#).await;
    bot.within(before.wait_reached()).await;
    let texts = ["xyzzy", r#""Bairro Feliz" futebol"#, r#""Bairro Feliz" vendas*"#];
    for text in texts {
        let edit = bot.edited(&order, &format!("/link {text}\u{200b} nada"));
        assert_status(&bot.post(&edit).await, "accepted");
    }

    before.release();
    bot.settled().await;

    assert_eq!(bot.changes(), 2);
    assert_eq!(bot.link_calls()[1], ["Futebol"]);
}

#[tokio::test]
async fn an_edit_waits_a_moment_until_it_is_known_what_became_of_the_version_before() {
    let bot = Service::start().await;
    let answering = bot.sandbox.faults().hold_request("send-text");
    let order = bot.message(ANA, r#"/lnik "Bairro Feliz" futebol"#);
    bot.deliver_to_completion(&order).await;
    bot.within(answering.wait_reached()).await;
    bot.deliver_to_completion(&bot.edited(&order, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.wait_for_version(order.message_id(), 1, "claimed").await;

    answering.release();
    bot.settled().await;

    assert_eq!(bot.said(), [LINKED]);
}

#[tokio::test]
async fn an_edit_of_a_command_that_is_at_work_for_long_is_not_run() {
    let bot = Service::start().await;
    let order = bot.message(ANA, "/communities");
    let read = bot.sandbox.faults().hold_request("communities?");
    bot.deliver_to_completion(&order).await;
    bot.within(read.wait_reached()).await;
    bot.deliver_to_completion(&bot.edited(&order, r#"/link "Bairro Feliz" futebol"#)).await;

    bot.wait_for_message("❌ I am still working on the first version of this message. Send a new one.").await;

    read.release();
    bot.settled().await;
    assert_eq!((bot.said().len(), bot.changes()), (2, 0));
}

/// What was done stays told, however early the edit came and however late the answer goes out.
#[tokio::test]
async fn t14_the_answer_to_what_was_done_is_not_replaced_by_that_to_an_edit_that_came_too_early() {
    let bot = Service::with().pace("changes_per_second = 1000\nmessages_per_minute = 30").start().await;
    let link = bot.sandbox.faults().hold_request("communities/link");
    // So that answers wait for their turn.
    for _ in 0..5 {
        bot.ask(ANA, "/whoami").await;
    }
    let order = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    bot.deliver_to_completion(&order).await;
    bot.within(link.wait_reached()).await;
    bot.deliver_to_completion(&bot.edited(&order, "/communities")).await;

    link.release();
    bot.settled().await;

    assert_eq!(bot.changes(), 1);
    assert!(bot.said().contains(&LINKED.to_owned()), "{:?}", bot.said());
}

#[tokio::test]
async fn an_edit_that_came_while_the_first_version_ended_otherwise_is_told_that_it_was_not_carried_out() {
    let late = "❌ The first version of this message came to its end meanwhile, so the change was not carried out. \
                Send a new one.";
    // It did something.
    let bot = Service::start().await;
    let link = bot.sandbox.faults().hold_request("communities/link");
    let order = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    bot.deliver_to_completion(&order).await;
    bot.within(link.wait_reached()).await;
    bot.deliver_to_completion(&bot.edited(&order, r#"/link "Bairro Feliz" suporte"#)).await;
    link.release();
    bot.settled().await;
    assert_eq!((bot.said(), bot.changes()), (vec![LINKED.to_owned(), late.to_owned()], 1));

    // It was given up, and may be taken up again by the operator.
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    bot.sandbox.faults().fail_always("communities", Fault::Replace(FaultResponse::bad_gateway()));
    let order = bot.message(ANA, r#"/link "Bairro Feliz" xyzzy"#);
    bot.deliver_to_completion(&order).await;
    bot.deliver_to_completion(&bot.edited(&order, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.reply_to(order.message_id()).await;
    bot.sandbox.faults().clear();
    bot.settled().await;
    assert_eq!((bot.said().len(), bot.changes()), (2, 0));
    assert_eq!(bot.said()[1], late);
}

#[tokio::test]
async fn a_message_of_more_than_a_quarter_of_an_hour_is_edited_for_no_version() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).start().await;
    let order = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&order).await;
    bot.settled().await;
    clock.advance(Duration::from_secs(14 * 60));
    bot.deliver_to_completion(&bot.edited(&order, "/link xyzzy b")).await;
    bot.settled().await;
    assert_eq!(bot.said().len(), 1);
    clock.advance(Duration::from_secs(59));
    let link = bot.sandbox.faults().hold_request("communities/link");
    bot.deliver_to_completion(&bot.edited(&order, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.within(link.wait_reached()).await;

    clock.advance(Duration::from_secs(120));
    link.release();
    bot.settled().await;

    assert_eq!(bot.said()[1..], [LINKED]);
}

#[tokio::test]
async fn who_corrects_a_command_too_soon_after_others_may_mend_it_a_minute_later() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).limits("commands_per_minute = 2").start().await;
    let order = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&order).await;
    bot.ask(ANA, "/whoami").await;
    bot.settled().await;
    bot.deliver_to_completion(&bot.edited(&order, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.settled().await;
    assert_eq!(bot.changes(), 0);

    clock.advance(Duration::from_secs(70));
    bot.deliver_to_completion(&bot.edited(&order, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.settled().await;

    assert_eq!(bot.changes(), 1);
}

#[tokio::test]
async fn an_edit_that_was_overtaken_on_its_way_is_not_run() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).start().await;
    let order = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&order).await;
    bot.settled().await;
    clock.advance(Duration::from_secs(5));
    let older = bot.edited(&order, r#"/link "Bairro Feliz" futebol"#);
    clock.advance(Duration::from_secs(5));
    bot.deliver_to_completion(&bot.edited(&order, r#"/link "Bairro Feliz" xyzzy"#)).await;
    bot.settled().await;

    assert_status(&bot.post(&older).await, "duplicate");

    bot.settled().await;
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn an_answer_that_takes_the_place_of_another_is_said_once_where_nobody_knows_whether_it_came_through() {
    let bot = Service::start().await;
    let order = bot.message(ANA, "/link bairro");
    bot.ask_by(&order).await;
    bot.settled().await;
    let vanished = FaultResponse::json(408, &serde_json::json!({}));
    bot.sandbox.faults().fail_next("send-text?edit", 1, Fault::ReplaceResponse(vanished));

    bot.deliver_to_completion(&bot.edited(&order, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.settled().await;

    assert_eq!(bot.said(), [LINKED]);
}

const ANNOUNCE: &str = "/avisar bairro Reunião sexta 19h";

impl Service {
    /// Gives an order that asks, and waits for its question.
    async fn send_prompting_command(&self, text: &str) -> EventBuilder {
        let order = self.message(ANA, text);
        self.ask_by(&order).await;
        self.settled().await;
        order
    }
}

#[tokio::test]
async fn what_only_asked_is_corrected_by_an_edit_and_the_yes_is_to_the_new_version() {
    let bot = Service::start().await;
    let order = bot.send_prompting_command(ANNOUNCE).await;

    let mended = bot.edited(&order, "/avisar bairro Reunião sábado 19h");
    assert_status(&bot.post(&mended).await, "accepted");
    bot.settled().await;

    // One question stands in the chat, and it is the new one.
    let said = bot.said();
    assert!(said.len() == 1 && said[0].contains("sábado"), "{said:?}");
    bot.ask(ANA, "sim").await;
    bot.settled().await;
    assert_eq!(bot.announced("Bairro Feliz"), ["Reunião sábado 19h"]);
}

#[tokio::test]
async fn another_community_by_an_edit_is_the_one_that_is_deactivated() {
    let bot = Service::start().await;
    let order = bot.send_prompting_command("/desativar bairro").await;

    bot.post(&bot.edited(&order, "/desativar marketing")).await;
    bot.settled().await;
    bot.ask(ANA, "sim").await;
    bot.settled().await;

    assert_eq!(bot.community_of("Moradores").as_deref(), Some("Bairro Feliz"));
    assert!(bot.sandbox.world(|world| world.community_named("Marketing BR").is_none()));
}

#[tokio::test]
async fn a_prompt_is_dropped_where_its_message_becomes_something_else() {
    for text in ["/ajuda", "/avisar", "/xyzzy"] {
        let bot = Service::start().await;
        let order = bot.send_prompting_command(ANNOUNCE).await;

        assert_status(&bot.post(&bot.edited(&order, text)).await, "accepted");
        bot.settled().await;

        assert_eq!(bot.send(ANA, "sim").await, r#"{"status":"ignored","reason":"not_a_command"}"#, "{text}");
        assert!(bot.announced("Bairro Feliz").is_empty(), "{text}");
    }
}

#[tokio::test]
async fn an_edit_in_a_group_drops_the_prompt_too() {
    let bot = Service::start().await;
    let group = bot.group("Futebol");
    let order = bot.message(ANA, "/desativar bairro").in_group(&group);
    bot.ask_by(&order).await;
    bot.settled().await;

    let edit = bot.edited(&order, "/xyzzy").in_group(&group);
    assert_status(&bot.post(&edit).await, "accepted");
    bot.settled().await;

    assert!(bot.post(&bot.message(ANA, "sim").in_group(&group)).await.text().contains("not_a_command"));
}

#[tokio::test]
async fn a_dry_run_becomes_the_command_by_an_edit() {
    let bot = Service::start().await;
    let order = bot.send_prompting_command("/link bairro futebol --try").await;

    bot.post(&bot.edited(&order, "/link bairro futebol")).await;
    bot.settled().await;

    assert_eq!(bot.said(), [LINKED]);
    let again = bot.edited(&order, "/link bairro suporte");
    assert_eq!(assert_status(&bot.post(&again).await, "ignored"), "edited");
}

#[tokio::test]
async fn t14_what_was_said_yes_to_is_not_run_again_by_an_edit_that_crosses_it() {
    let bot = Service::start().await;
    let order = bot.send_prompting_command(ANNOUNCE).await;
    let announcing = bot.sandbox.faults().hold_request("send-text");
    let yes = bot.send_to_completion(ANA, "sim").await;
    bot.within(announcing.wait_reached()).await;
    let mended = bot.edited(&order, "/avisar --sim bairro Reunião sábado 19h");
    assert_status(&bot.post(&mended).await, "accepted");

    announcing.release();
    bot.settled().await;

    assert_eq!(bot.announced("Bairro Feliz"), ["Reunião sexta 19h"]);
    assert!(bot.reply_to(&yes).await.text.contains('✅'));
    assert!(bot.said().concat().contains("❌ Esse pedido já foi confirmado"), "{:?}", bot.said());
}

#[tokio::test]
async fn a_yes_that_crosses_an_edit_is_to_neither_version() {
    let bot = Service::start().await;
    let order = bot.send_prompting_command(ANNOUNCE).await;
    let reading = bot.sandbox.faults().hold_request("communities-metadata");
    bot.post(&bot.edited(&order, "/avisar bairro Reunião sábado 19h")).await;
    bot.within(reading.wait_reached()).await;
    let yes = bot.send_to_completion(ANA, "sim").await;

    reading.release();
    bot.settled().await;

    let early = bot.reply_to(&yes).await.text;
    assert!(early.starts_with("❌ Isso veio antes da minha última pergunta"), "{early}");
    assert!(bot.announced("Bairro Feliz").is_empty());
}

#[tokio::test]
async fn t14_of_prompts_that_led_to_one_another_all_are_done_once_the_last_one_is() {
    let bot = Service::start().await;
    let order = bot.send_prompting_command("/avisr bairro Reunião sexta 19h").await;
    bot.ask(ANA, "sim").await;
    bot.settled().await;
    bot.post(&bot.edited(&order, ANNOUNCE)).await;
    bot.settled().await;
    let order = bot.send_prompting_command("/avisr bairro Reunião domingo").await;
    for _ in 0..2 {
        bot.ask(ANA, "sim").await;
        bot.settled().await;
    }

    bot.post(&bot.edited(&order, "/avisar --sim bairro Reunião segunda")).await;
    bot.settled().await;

    assert_eq!(bot.announced("Bairro Feliz"), ["Reunião domingo"]);
}

/// Both versions waited behind another order, so the question came after the edit.
#[tokio::test]
async fn a_thumb_on_an_answer_that_took_the_place_of_a_prompt_is_no_yes_to_that() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    let held = bot.sandbox.faults().hold_request("communities/link");
    bot.send_to_completion(ANA, r#"/link "Bairro Feliz" "vendas norte""#).await;
    bot.within(held.wait_reached()).await;
    let order = bot.message(ANA, r#"/unlnik "Bairro Feliz" futebol"#);
    bot.deliver_to_completion(&order).await;
    bot.deliver_to_completion(&bot.edited(&order, r#"/link "Bairro Feliz" suporte"#)).await;
    held.release();
    bot.settled().await;
    let (said, before) = (bot.said(), bot.changes());
    let answer = bot.sandbox.sent().into_iter().find(|sent| sent.text.contains("✅ “Suporte”")).unwrap();

    let account = bot.sandbox.account();
    let thumb = EventBuilder::reaction(&account.id, "👍", &answer.message_id).from(ANA);
    let thumb = thumb.connected_phone(&account.phone).sent_at(bot.clock.now());
    bot.post(&thumb).await;
    bot.settled().await;

    assert_eq!((bot.said(), bot.changes()), (said, before));
}

#[tokio::test]
async fn a_prompt_that_its_message_s_edit_overtook_is_dropped_as_well() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).start().await;
    let order = bot.message(ANA, ANNOUNCE);
    let reading = bot.sandbox.faults().hold_request("communities-metadata");
    bot.deliver_to_completion(&order).await;
    bot.within(reading.wait_reached()).await;
    bot.deliver_to_completion(&bot.edited(&order, "/ajuda")).await;
    clock.advance(Duration::from_secs(3));
    reading.release();
    bot.settled().await;
    clock.advance(Duration::from_secs(3));

    bot.send(ANA, "sim").await;
    bot.settled().await;

    assert!(bot.announced("Bairro Feliz").is_empty());
}

#[tokio::test]
async fn t14_a_yes_that_failed_is_a_yes_all_the_same() {
    let bot = Service::start().await;
    let order = bot.send_prompting_command("/desativar bairro").await;
    let refused = FaultResponse::json(403, &serde_json::json!({ "error": "not allowed" }));
    bot.sandbox.faults().fail_always("communities", Fault::Replace(refused));
    bot.ask(ANA, "sim").await;
    bot.settled().await;

    bot.post(&bot.edited(&order, "/desativar --sim marketing")).await;
    bot.settled().await;

    assert!(bot.said().concat().contains("❌ Esse pedido já foi confirmado"), "{:?}", bot.said());
}

#[tokio::test]
async fn an_edit_leaves_the_prompt_of_another_message_alone() {
    let bot = Service::start().await;
    let slip = bot.message(ANA, "/status now please");
    bot.ask_by(&slip).await;
    bot.send_prompting_command(ANNOUNCE).await;
    bot.deliver_to_completion(&bot.edited(&slip, "/status")).await;
    bot.settled().await;

    bot.ask(ANA, "sim").await;
    bot.settled().await;

    assert_eq!(bot.announced("Bairro Feliz"), ["Reunião sexta 19h"]);
}
