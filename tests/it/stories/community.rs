//! `/community`: the groups of a community, as they are now.

use crate::support::{ANA, Service};

#[tokio::test]
async fn the_groups_of_a_community_are_listed_without_its_announcement_group() {
    let bot = Service::start().await;
    let (people, street) = (bot.group("Moradores"), bot.group("Segurança da Rua"));

    let reply = bot.ask(ANA, "/community bairro").await;

    assert_eq!(
        reply,
        format!("“Bairro Feliz”: 2 groups of 50\n• “Moradores” {people}\n• “Segurança da Rua” {street}")
    );
}

#[tokio::test]
async fn what_somebody_linked_by_hand_shows_at_once() {
    let bot = Service::with().instance("community_limit = 100").start().await;
    let (bairro, group) = (bot.community("Bairro Feliz"), bot.group("Futebol"));
    bot.ask(ANA, r#"/community "Bairro Feliz""#).await;
    bot.sandbox.world(|world| world.link(&bairro, &group)).unwrap();

    let reply = bot.ask(ANA, r#"/community "Bairro Feliz""#).await;

    assert!(reply.starts_with(&format!("“Bairro Feliz”: 3 groups of 100\n• “Futebol” {group}\n")), "{reply}");
}

#[tokio::test]
async fn a_community_without_groups_is_told_so() {
    let bot = Service::with()
        .world(|world| {
            world.community("Vazia");
        })
        .start()
        .await;

    let reply = bot.ask(ANA, "/community vazia").await;

    assert_eq!(reply, "“Vazia”: 0 groups of 50\nThere is no group in it but the announcement group.");
}

#[tokio::test]
async fn a_community_that_is_unclear_or_unknown_is_asked_for_again() {
    let bot = Service::with()
        .world(|world| {
            world.community("Bairro Novo");
        })
        .start()
        .await;

    let unclear = bot.ask(ANA, "/community bairro").await;
    let unknown = bot.ask(ANA, "/community marketting").await;

    assert!(unclear.starts_with("“bairro” could be “Bairro Feliz”, “Bairro Novo”."), "{unclear}");
    assert_eq!(unknown, "There is no community “marketting”. Did you mean “Marketing BR”?");
}
