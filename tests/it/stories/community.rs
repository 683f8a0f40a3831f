//! `/community`: the current groups of a community.

use vincula::sandbox::{Fault, FaultResponse};

use crate::support::{ANA, Service};

#[tokio::test]
async fn the_groups_of_a_community_are_listed_without_its_announcement_group() {
    let bot = Service::start().await;
    let bairro = bot.community("Bairro Feliz");
    // The bot is one of the members.
    let people = bot.world().people_of(&bairro).len() + 1;

    let reply = bot.ask(ANA, "/community bairro").await;

    assert_eq!(
        reply,
        format!(
            "“Bairro Feliz”: 2 of 50 groups\n{people} people\nId: {bairro}\n\
             1. “Moradores”\n2. “Segurança da Rua”"
        )
    );
}

#[tokio::test]
async fn a_description_is_shown_on_one_quoted_line() {
    let bot = Service::start().await;
    let bairro = bot.community("Bairro Feliz");
    let text = format!("Vizinhos *unidos*\n1. “Falso”\n{}", "x".repeat(2_000));
    bot.sandbox.world(|world| world.describe(&bairro, &text)).unwrap();

    let reply = bot.ask(ANA, "/comunidade bairro").await;

    let lines: Vec<&str> = reply.lines().collect();
    assert!(lines[1].starts_with("Descrição: “Vizinhos ∗unidos∗ 1. “Falso” xxx"), "{reply}");
    assert!(lines[1].ends_with("x…”") && lines[1].chars().count() < 900, "{reply}");
    assert_eq!(lines.last(), Some(&"2. “Segurança da Rua”"), "{reply}");
}

#[tokio::test]
async fn unknown_member_counts_are_left_out() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("light-group-metadata", 1, Fault::Replace(FaultResponse::bad_gateway()));

    let reply = bot.ask(ANA, "/community bairro").await;

    assert!(reply.starts_with("“Bairro Feliz”: 2 of 50 groups\nId: "), "{reply}");
}

#[tokio::test]
async fn list_numbers_name_groups_in_the_next_command() {
    let bot = Service::start().await;
    bot.ask(ANA, "/community bairro").await;

    let reply = bot.ask(ANA, "/unlink bairro 2").await;

    assert_eq!(reply, "✅ “Segurança da Rua” is no longer in “Bairro Feliz”.");
    assert_eq!(bot.community_of("Moradores").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn a_group_linked_by_hand_shows_at_once() {
    let bot = Service::with().instance("community_limit = 100").start().await;
    let (bairro, group) = (bot.community("Bairro Feliz"), bot.group("Futebol"));
    bot.ask(ANA, r#"/community "Bairro Feliz""#).await;
    bot.sandbox.world(|world| world.link(&bairro, &group)).unwrap();

    let reply = bot.ask(ANA, r#"/community "Bairro Feliz""#).await;

    assert!(reply.starts_with("“Bairro Feliz”: 3 of 100 groups\n"), "{reply}");
    assert!(reply.contains("\n1. “Futebol”\n2. “Moradores”\n"), "{reply}");
}

#[tokio::test]
async fn a_community_without_groups_is_reported() {
    let bot = Service::with()
        .world(|world| {
            world.community("Vazia");
        })
        .start()
        .await;

    let reply = bot.ask(ANA, "/community vazia").await;

    assert!(reply.starts_with("“Vazia”: 0 of 50 groups\n1 person\nId: "), "{reply}");
    assert!(reply.ends_with("\nThere is no group in it but the announcement group."), "{reply}");
}

#[tokio::test]
async fn an_ambiguous_or_unknown_community_prompts_again() {
    let bot = Service::with()
        .world(|world| {
            world.community("Bairro Novo");
        })
        .start()
        .await;

    let unclear = bot.ask(ANA, "/community bairro").await;
    let unknown = bot.ask(ANA, "/community marketting").await;

    assert!(unclear.starts_with("“bairro” could be 1. “Bairro Feliz”, 2. “Bairro Novo”."), "{unclear}");
    assert!(
        unknown.starts_with("I don't know a community “marketting”. Did you mean “Marketing BR”?"),
        "{unknown}"
    );
}
