//! Delivery of replies: in the chat of the command, with a quote, split into messages, and with a progress
//! reaction before slow ones.

use std::time::Duration;

use vincula::sandbox::{Fault, FaultResponse};

use crate::support::{ANA, ANA_LID, Service};

#[tokio::test]
async fn a_reply_goes_to_the_chat_of_the_command_and_quotes_it() {
    let bot = Service::start().await;
    let group = bot.group("Futebol");
    let commands = [
        (bot.message(ANA, "/whoami"), ANA),
        (bot.message(ANA_LID, "/whoami"), ANA_LID),
        (bot.message(ANA, "/whoami").in_group(&group), group.as_str()),
    ];
    for (command, chat) in commands {
        bot.ask_by(&command).await;

        let sent = bot.sandbox.sent().pop().unwrap();
        assert_eq!((sent.chat.as_str(), sent.quoted.as_deref()), (chat, Some(command.message_id())));
    }
    assert_eq!(bot.said().len(), 3);
}

#[tokio::test]
async fn a_reply_on_three_hundred_groups_is_split_into_messages() {
    let bot = Service::with()
        .instance("community_limit = 1000")
        .world(|world| {
            world.set_limit(300);
            for number in 1..=300 {
                world.group(&format!("Turma {number:03} da Escola do Bairro"));
            }
        })
        .start()
        .await;

    let command = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" turma* --yes"#).await;
    let quoting = bot.replies_to(&command).await;

    let said = bot.said();
    assert_eq!((quoting.len(), said.len() > 2), (1, true), "the first message alone quotes the order");
    assert!(said.iter().all(|text| text.chars().count() < 4_000));
    let report = said.join("\n");
    assert!(report.starts_with("298 of 300 groups are now in “Bairro Feliz”.\n✅ “Turma 001"), "{report}");
    assert_eq!(bot.world().groups_of(&bot.community("Bairro Feliz")).len(), 300);
}

#[tokio::test]
async fn t13_no_message_of_a_reply_begins_like_a_command() {
    let bot = Service::with()
        .instance(r#"prefixes = ["!", "“", "✅", "•"]"#)
        .instance("community_limit = 1000")
        .world(|world| {
            for number in 1..=200 {
                world.group(&format!("Turma {number:03} da Escola do Bairro"));
            }
        })
        .start()
        .await;

    let status = bot.ask(ANA, "!status").await;
    let linked = bot.ask(ANA, "✅community bairro").await;
    bot.ask(ANA, "“link bairro turma* --yes").await;
    bot.settled().await;

    assert_eq!(status.lines().next(), Some("› ✅ WhatsApp is connected."));
    assert!(linked.starts_with("› “Bairro Feliz”: 2 of 1000 groups"), "{linked}");
    assert!(bot.said().len() > 3);
    assert!(bot.said().iter().all(|text| !text.starts_with(['!', '“', '✅', '•'])), "{:#?}", bot.said());
}

#[tokio::test]
async fn commands_in_a_reply_begin_with_the_first_prefix() {
    let bot = Service::with().instance(r#"prefixes = ["!", "/"]"#).start().await;

    let usage = bot.ask(ANA, "/link").await;
    let ready_made = bot.ask(ANA, r#"!link "Bairro Feliz" lançamentos"#).await;

    assert!(usage.ends_with(r#"Or send it all at once: !link "Bairro Feliz" futebol, mães"#), "{usage}");
    assert!(ready_made.ends_with(r#"Move it: !move Lançamentos "Bairro Feliz""#), "{ready_made}");
}

#[tokio::test]
async fn a_quick_command_has_no_progress_reaction() {
    let bot = Service::start().await;

    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.settled().await;

    assert!(bot.calls_to("send-reaction").is_empty() && bot.calls_to("send-remove-reaction").is_empty());
}

#[tokio::test]
async fn a_progress_reaction_stays_across_attempts_until_the_reply() {
    let bot = Service::with()
        .timing(|timing| timing.progress_reaction_after = Duration::from_millis(10))
        .start()
        .await;
    bot.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(FaultResponse::bad_gateway()));
    let second_try = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" futebol"#).await;

    bot.within(second_try.wait_reached()).await;
    let worn: Vec<_> = bot.sandbox.reactions().into_iter().filter(|reaction| !reaction.removed).collect();
    second_try.release();
    bot.replies_to(&command).await;

    assert_eq!(worn.len(), 1);
    assert_eq!((worn[0].value.as_str(), worn[0].message_id.as_str()), ("⏳", command.as_str()));
    assert!(bot.sandbox.reactions().iter().all(|reaction| reaction.removed));
}

#[tokio::test]
async fn a_failed_progress_reaction_is_harmless() {
    let bot = Service::with()
        .timing(|timing| timing.progress_reaction_after = Duration::from_millis(1))
        .start()
        .await;
    bot.sandbox.faults().fail_always("send-rea", Fault::Replace(FaultResponse::bad_gateway()));
    bot.sandbox.faults().fail_always("send-rem", Fault::Replace(FaultResponse::Dropped));
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.within(call.wait_reached()).await;
    let asked = |view: &vincula::sandbox::View<'_>| {
        view.calls.iter().find(|call| call.path == "send-reaction").map(|_| ())
    };
    bot.within(bot.sandbox.wait_until(asked)).await;

    call.release();

    assert_eq!(bot.replies_to(&command).await, ["✅ “Futebol” is now in “Bairro Feliz”."]);
}
