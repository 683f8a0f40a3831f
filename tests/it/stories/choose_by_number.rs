//! An ambiguous name prompts with numbers, and a bare number selects.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{Fault, FaultResponse};

use crate::support::{ANA, Service};

#[tokio::test]
async fn a_number_selects_the_group() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" vendas futebbol"#).await;

    let chosen = bot.ask(ANA, "2 e 4").await;

    assert_eq!(chosen, "2 of 2 groups are now in “Bairro Feliz”.\n✅ “Vendas Norte”\n✅ “Futebol”");
    bot.settled().await;
    // No prompt waits for a number any more.
    assert_eq!(bot.ask(ANA, "2").await, "❌ Nothing is waiting for an answer here.");
}

#[tokio::test]
async fn a_single_suggestion_needs_only_a_yes() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/vincular "Bairro Feliz" fuebol"#).await;

    assert_eq!(bot.ask(ANA, "sim").await, "✅ “Futebol” agora está em “Bairro Feliz”.");
}

#[tokio::test]
async fn a_number_out_of_range_prompts_again() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" vendas"#).await;

    assert_eq!(bot.ask(ANA, "7").await, "Answer with a number from 1 to 3, or “no”.");
    assert_eq!(bot.ask(ANA, "sim").await, "Answer with a number from 1 to 3, or “no”.");
    assert_eq!(bot.ask(ANA, "3").await.chars().next(), Some('⚠'));
}

#[tokio::test]
async fn a_number_selects_the_community_and_keeps_the_arguments() {
    let bot = Service::with()
        .world(|world| {
            let novo = world.community("Bairro Novo");
            world.linked_group(&novo, "Praça");
        })
        .start()
        .await;
    bot.ask(ANA, r#"/link bairro futebol "mães do bairro""#).await;

    let chosen = bot.ask(ANA, "2").await;

    assert_eq!(chosen, "2 of 2 groups are now in “Bairro Novo”.\n✅ “Futebol”\n✅ “Mães do Bairro”");
}

#[tokio::test]
async fn the_numbers_of_a_dry_run_lead_to_a_dry_run() {
    let bot = Service::with()
        .world(|world| {
            world.community("Bairro Novo");
        })
        .start()
        .await;
    bot.ask(ANA, "/link bairro futebol --try").await;

    assert!(bot.ask(ANA, "1").await.contains("This was a trial"), "still a trial");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn an_answer_without_a_prompt_gets_one_reply_in_three_minutes_and_none_in_a_group() {
    const NOTHING: &str = "❌ Nothing is waiting for an answer here.";
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).start().await;
    let group = bot.group("Futebol");

    let rows =
        [("2", NOTHING), ("sim", NOTHING), ("não", NOTHING), ("👍", "All right! 👍"), ("1 3-5", NOTHING)];
    for (text, reply) in rows {
        let in_group = bot.post(&bot.message(ANA, text).in_group(&group)).await.text();
        assert_eq!(in_group, r#"{"status":"ignored","reason":"not_a_command"}"#, "{text}");
        assert_eq!(bot.ask(ANA, text).await, reply, "{text}");
        assert_eq!(bot.send(ANA, text).await, r#"{"status":"ignored","reason":"not_a_command"}"#, "{text}");
        clock.advance(Duration::from_secs(180));
    }
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn numbers_never_refer_to_a_list_shown_after_they_were_typed() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).start().await;
    bot.ask(ANA, "/groups futebol").await;
    bot.settled().await;
    bot.sandbox.faults().fail_next("communities-metadata", 1, Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" 1"#).await;
    bot.wait_for_attempts(&command, 1).await;
    clock.advance(Duration::from_millis(1));
    bot.ask(ANA, "/groups suporte").await;

    clock.advance(Duration::from_secs(5));
    bot.ask(ANA, "/whoami").await;

    let reply = bot.reply_to(&command).await.text;
    assert!(reply.contains("❌ I don't know a group “1”"), "{reply}");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_community_number_never_refers_to_a_later_list() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).start().await;
    bot.ask(ANA, "/communities").await;
    bot.settled().await;
    bot.sandbox.faults().fail_next("communities-metadata", 1, Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.send_to_completion(ANA, "/link 1 futebol").await;
    bot.wait_for_attempts(&command, 1).await;
    clock.advance(Duration::from_millis(1));
    bot.ask(ANA, "/communities").await;

    clock.advance(Duration::from_secs(5));
    bot.ask(ANA, "/whoami").await;

    let reply = bot.reply_to(&command).await.text;
    assert!(reply.starts_with("I don't know a community “1”."), "{reply}");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_number_never_refers_to_a_prompt_above_a_newer_list() {
    let rows = [("/groups vovó", "“Receitas da Vovó”"), ("/communities", "“Bairro Feliz”")];
    for (list, named) in rows {
        let bot = Service::start().await;
        bot.ask(ANA, "/link bairro vendas").await;
        bot.ask(ANA, list).await;
        bot.settled().await;

        let reply = bot.ask(ANA, "1").await;

        assert!(reply.starts_with(&format!("What do you want to do with {named}?")), "{list}: {reply}");
        assert_eq!(bot.changes(), 0, "{list}");
    }
}

#[tokio::test]
async fn a_list_closes_the_open_prompt() {
    let bot = Service::start().await;
    bot.ask(ANA, "/deactivate bairro").await;
    bot.ask(ANA, "/groups vovó").await;

    assert_eq!(bot.ask(ANA, "yes").await, "❌ Nothing is waiting for an answer here.");
    assert_eq!(bot.changes(), 0);
}
