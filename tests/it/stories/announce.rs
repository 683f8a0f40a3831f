//! `/announce`: a text goes to the announcement group as typed, after a yes, at most once.

use std::time::Duration;

use serde_json::json;
use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{Fault, FaultResponse};

use super::describe::ANA_OF_MARKETING;
use super::fixtures::{ANA_AND_RUI, RUI, refusal};
use crate::support::{ANA, Service};

const COMMAND: &str = "/announce \"Bairro Feliz\" Oi";
const PROMPT: &str = "➡️ The announcement group of “Bairro Feliz” (10 people) would get this:\n> Oi\n\n\
    Shall I? Answer “yes” or 👍 within 5 minutes; “no” cancels.";
const DONE: &str = "✅ On its way to the announcement group of “Bairro Feliz”.";
const UNSURE: &str = "❓ It may have been sent, so I won't send it again. Check the announcement group of “Bairro Feliz” first.";

impl Service {
    /// The messages in a community's announcement group.
    pub fn announced(&self, community: &str) -> Vec<String> {
        let world = self.world();
        let group = &world.announcement_of(&self.community(community)).unwrap().id;
        let sent = self.sandbox.sent().into_iter().filter(|sent| sent.chat == *group);
        sent.map(|sent| sent.text).collect()
    }

    /// A 👍 of a person on the bot's last message.
    fn thumb_on_last(&self, from: &str) -> EventBuilder {
        let last = self.sandbox.sent().pop().unwrap();
        let account = self.sandbox.account();
        let thumb = EventBuilder::reaction(&account.id, "👍🏽", &last.message_id);
        thumb.from(from).connected_phone(&account.phone).sent_at(self.clock.now())
    }
}

#[tokio::test]
async fn a_text_is_shown_with_how_many_people_get_it_and_sent_exactly_after_a_yes() {
    let bot = Service::start().await;
    let text =
        "*Reunião*  na sexta, 19h\n\n- levem “cadeiras” 👨\u{200d}👩\u{200d}👧\ne /link não é comando -- ok?";

    let asked = bot.ask(ANA, &format!("/announce \"Bairro Feliz\" {text}")).await;

    let quoted: Vec<String> = text.split('\n').map(|line| format!("> {line}")).collect();
    assert_eq!(asked, PROMPT.replace("> Oi", &quoted.join("\n")));
    assert!(bot.announced("Bairro Feliz").is_empty());
    assert_eq!(bot.ask(ANA, "sim").await, DONE);
    assert_eq!(bot.announced("Bairro Feliz"), [text]);
    let call = bot
        .calls_to("send-text")
        .into_iter()
        .find(|call| call.body.as_ref().is_some_and(|body| body["message"] == text));
    let body = call.unwrap().body.unwrap();
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["message", "phone"]);
}

#[tokio::test]
async fn a_thumb_on_the_prompt_is_a_yes_and_a_second_one_sends_nothing() {
    let bot = Service::with().admins(ANA_AND_RUI).start().await;
    bot.ask(ANA, COMMAND).await;
    let thumb = bot.thumb_on_last(ANA);
    let by_rui = thumb.clone().from(RUI).with_id("3EB0THUMBRUI");
    bot.post(&by_rui).await;
    bot.settled().await;
    assert!(bot.announced("Bairro Feliz").is_empty(), "it is Ana's question");

    for event in [thumb.clone(), thumb.clone(), thumb.with_id("3EB0THUMBAGAIN")] {
        bot.post(&event).await;
        bot.settled().await;
    }

    assert_eq!(bot.announced("Bairro Feliz"), ["Oi"]);
}

#[tokio::test]
async fn a_no_sends_nothing_and_the_yes_flag_skips_the_prompt() {
    let bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    assert_eq!(bot.ask(ANA, "não").await, "All right, I did nothing.");
    assert!(bot.announced("Bairro Feliz").is_empty());

    assert_eq!(
        bot.ask(ANA, "/avisar --sim bairro Oi de novo").await,
        "✅ A caminho do grupo de avisos de “Bairro Feliz”."
    );
    assert_eq!(bot.ask(ANA, "/announce \"Bairro Feliz\" --yes Tchau").await, DONE);
    assert_eq!(bot.announced("Bairro Feliz"), ["Oi de novo", "Tchau"]);
}

#[tokio::test]
async fn a_dry_run_sends_nothing_and_asks_nothing() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/announce --try \"Bairro Feliz\" Oi").await;

    assert!(reply.ends_with("This was a trial: nothing was changed. Without --try it is done."), "{reply}");
    bot.post(&bot.message(ANA, "sim")).await;
    bot.settled().await;
    assert!(bot.announced("Bairro Feliz").is_empty());
}

#[tokio::test]
async fn the_prompt_is_in_the_language_of_the_name_else_of_the_instance() {
    let rows = [
        (
            "en",
            "/announce",
            "➡️ The announcement group of “Bairro Feliz” (10 people) would get this:\n> Oi\n",
        ),
        ("pt-BR", "/avisar", "➡️ O grupo de avisos de “Bairro Feliz” (10 pessoas) receberia isto:\n> Oi\n"),
        ("es", "/anunciar", "➡️ El grupo de avisos de “Bairro Feliz” (10 personas) recibiría esto:\n> Oi\n"),
    ];
    for (locale, command, expected) in rows {
        let bot = Service::with().instance(&format!("locale = \"{locale}\"")).start().await;

        let asked = bot.ask(ANA, &format!("{command} \"Bairro Feliz\": Oi")).await;

        assert!(asked.starts_with(expected), "{asked}");
    }
}

#[tokio::test]
async fn without_a_text_it_asks_for_the_text() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/announce Bairro Feliz").await;

    assert!(reply.starts_with("What is the text? Send only that, or answer “no”.\n"), "{reply}");
    assert!(bot.ask(ANA, "yes").await.starts_with("What is the text?"));
}

#[tokio::test]
async fn a_possibly_sent_announcement_is_not_repeated() {
    let bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    bot.sandbox.faults().fail_next("send-text", 1, Fault::ReplaceResponse(FaultResponse::bad_gateway()));

    assert_eq!(bot.ask(ANA, "sim").await, UNSURE);

    assert_eq!(bot.announced("Bairro Feliz"), ["Oi"]);
    let undone = bot.ask(ANA, "/undo").await;
    assert!(
        undone.starts_with("❌ The last change was /announce, and that cannot be taken back.\n"),
        "{undone}"
    );
}

#[tokio::test]
async fn after_a_crash_in_the_call_it_is_not_sent_again() {
    let mut bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    let call = bot.sandbox.faults().hold_response("send-text");
    let yes = bot.send_to_completion(ANA, "sim").await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    call.release();
    bot.restart().await;

    assert_eq!(bot.replies_to(&yes).await, [UNSURE]);
    assert_eq!(bot.announced("Bairro Feliz"), ["Oi"]);
    let sends = bot.calls_to("send-text").into_iter();
    let announced = sends.filter(|call| call.body.as_ref().is_some_and(|body| body["message"] == "Oi"));
    assert_eq!(announced.count(), 1);
}

#[tokio::test]
async fn a_cancelled_command_says_that_it_may_have_been_sent_before() {
    let mut bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    let call = bot.sandbox.faults().hold_response("send-text");
    let yes = bot.send_to_completion(ANA, "sim").await;
    bot.within(call.wait_reached()).await;
    bot.ask(ANA, "/cancel").await;
    bot.crash().await;
    bot.restart().await;

    assert_eq!(bot.replies_to(&yes).await, [UNSURE]);
    assert_eq!(bot.announced("Bairro Feliz"), ["Oi"]);
}

#[tokio::test]
async fn a_long_text_is_shown_whole_and_sent_as_one_message() {
    let bot = Service::start().await;
    let text = vec!["é".repeat(79); 50].join("\n");

    bot.send_to_completion(ANA, &format!("/announce \"Bairro Feliz\" {text}")).await;
    bot.settled().await;
    assert_eq!(bot.said().concat().matches("> é").count(), 50);
    assert_eq!(bot.ask(ANA, "sim").await, DONE);

    assert_eq!(bot.announced("Bairro Feliz"), [text]);
}

#[tokio::test]
async fn an_unknown_member_count_is_left_out() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_always("light-group-metadata", Fault::Replace(refusal("Group not found")));

    let asked = bot.ask(ANA, COMMAND).await;

    let would = "➡️ The announcement group of “Bairro Feliz” would get this:\n> Oi\n";
    assert!(asked.starts_with(would), "{asked}");
    assert_eq!(bot.ask(ANA, "sim").await, DONE);
}

#[tokio::test]
async fn a_refused_announcement_is_reported_as_not_sent() {
    let bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    bot.sandbox.faults().fail_next("send-text", 1, Fault::Replace(refusal("The queue is full")));

    assert_eq!(bot.ask(ANA, "sim").await, "❌ Not done: Z-API refused: “The queue is full”.");
    assert!(bot.announced("Bairro Feliz").is_empty());
}

#[tokio::test]
async fn the_prompt_survives_a_restart() {
    let mut bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    bot.settled().await;
    bot.crash().await;
    bot.restart().await;

    assert_eq!(bot.ask(ANA, "yes").await, DONE);
    assert_eq!(bot.announced("Bairro Feliz"), ["Oi"]);
}

#[tokio::test]
async fn an_admin_of_other_communities_announces_nothing_there() {
    let bot = Service::with().admins(ANA_OF_MARKETING).start().await;
    let community = bot.community("Bairro Feliz");

    let reply = bot.ask(ANA, &format!("/announce --yes {community} Oi")).await;

    assert!(reply.starts_with("You may not use /announce in "), "{reply}");
    assert!(bot.announced("Bairro Feliz").is_empty());
}

#[tokio::test]
async fn a_text_over_the_limit_is_not_sent() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, &format!("/announce --yes \"Bairro Feliz\" {}", "é".repeat(4_001))).await;

    assert_eq!(reply, "❌ That is 4001 characters, and the limit is 4000. Shorten it and send it again.");
    assert!(bot.announced("Bairro Feliz").is_empty());
}

#[tokio::test]
async fn a_busy_z_api_delays_an_announcement_and_sends_it_once() {
    let bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    bot.sandbox.faults().fail_next("send-text", 2, Fault::Replace(FaultResponse::too_many_requests(None)));

    let yes = bot.send_to_completion(ANA, "sim").await;

    assert_eq!(bot.replies_to(&yes).await, [DONE]);
    assert_eq!(bot.announced("Bairro Feliz"), ["Oi"]);
    assert_eq!(bot.row(&yes).await.attempts, 2);
}

#[tokio::test]
async fn a_permanently_busy_z_api_is_reported_as_not_sent() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).start().await;
    bot.sandbox.faults().fail_next("send-text", 2, Fault::Replace(FaultResponse::too_many_requests(None)));
    let command = bot.send_to_completion(ANA, "/announce --yes \"Bairro Feliz\" Oi").await;
    bot.wait_for_attempts(&command, 1).await;

    // Its last attempt.
    clock.advance(Duration::from_secs(31 * 60));

    let replies = bot.replies_to(&command).await;
    assert!(replies.len() == 1 && replies[0].starts_with("❌ Not done: "), "{replies:?}");
    assert!(bot.announced("Bairro Feliz").is_empty());
}

#[tokio::test]
async fn a_timeout_is_reported_as_possibly_sent() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next(
        "send-text",
        1,
        Fault::ReplaceResponse(FaultResponse::text(408, "Timed Out")),
    );

    assert_eq!(bot.ask(ANA, "/announce --yes \"Bairro Feliz\" Oi").await, UNSURE);

    assert_eq!(bot.announced("Bairro Feliz"), ["Oi"]);
}

#[tokio::test]
async fn a_file_goes_out_with_the_text_of_its_caption_after_a_yes() {
    const URL: &str = "https://files.example/a?b=1";
    let bot = Service::with().instance("locale = \"pt-BR\"").start().await;
    let id = bot.sandbox.account().id.clone();
    let group = bot.world().announcement_of(&bot.community("Bairro Feliz")).unwrap().id.clone();
    let caption = "/avisar bairro Festa!";
    let rows = [
        (EventBuilder::picture(&id, caption, URL), "a foto", "send-image", "image", None),
        (EventBuilder::video(&id, caption, URL), "o vídeo", "send-video", "video", None),
        (
            EventBuilder::document(&id, caption, "Tabela 2026.PDF", URL),
            "o documento",
            "send-document/pdf",
            "document",
            Some("Tabela 2026.PDF"),
        ),
    ];
    for (event, kind, call, field, file_name) in rows {
        let asked = bot.ask_by(&bot.sent_by(ANA, event)).await;
        assert!(asked.contains(&format!("> Festa!\n📎 Com {kind} da sua mensagem.\n")), "{asked}");
        assert!(bot.calls_to(call).is_empty());

        let done = bot.ask(ANA, "sim").await;

        assert_eq!(done, "✅ A caminho do grupo de avisos de “Bairro Feliz”.");
        let calls = bot.calls_to(call);
        let mut expected = json!({ "phone": group, field: URL, "caption": "Festa!" });
        if let Some(name) = file_name {
            expected["fileName"] = name.into();
        }
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].body.as_ref().unwrap(), &expected);
    }
    assert_eq!(bot.announced("Bairro Feliz"), ["Festa!"; 3]);
}

#[tokio::test]
async fn where_z_api_has_no_file_only_the_text_goes_and_the_reply_says_so() {
    let bot = Service::start().await;
    let id = bot.sandbox.account().id.clone();
    let lost =
        "⚠️ Only the text: Z-API could not fetch the picture. Send it again with the command to include it.";

    let asked = bot.ask_by(&bot.sent_by(ANA, EventBuilder::lost_picture(&id, COMMAND))).await;
    let done = bot.ask(ANA, "sim").await;

    assert!(asked.contains(&format!("> Oi\n{lost}\n")), "{asked}");
    assert_eq!(done, format!("{DONE}\n{lost}"));
    assert_eq!(bot.announced("Bairro Feliz"), ["Oi"]);
}

#[tokio::test]
async fn after_a_crash_in_the_call_a_file_is_not_sent_again() {
    let mut bot = Service::start().await;
    bot.ask_by(&bot.picture(ANA, COMMAND, "https://files.example/a")).await;
    let call = bot.sandbox.faults().hold_response("send-image");
    let yes = bot.send_to_completion(ANA, "sim").await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    call.release();
    bot.restart().await;

    assert_eq!(bot.replies_to(&yes).await, [UNSURE]);
    assert_eq!((bot.announced("Bairro Feliz"), bot.calls_to("send-image").len()), (vec!["Oi".to_owned()], 1));
}
