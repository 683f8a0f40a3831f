//! `/whoami`: the bot's knowledge of the sender.

use crate::support::{ANA, ANA_LID, Service};

#[tokio::test]
async fn whoami_shows_number_chat_and_rights() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/whoami").await;

    assert_eq!(
        reply,
        "You are “Ana”.\nNumber: 5544999990001\nThis chat: 5544999990001\nCommands: all\nCommunities: all"
    );
}

#[tokio::test]
async fn whoami_shows_lid_and_group() {
    let bot = Service::with()
        .admins(
            "[instances.main.admins.a]\nlid = \"81896604192873@lid\"\nname = \"Ana *Lima*\"\n\
             commands = [\"link\", \"groups\"]\ncommunities = [\"Bairro Feliz\"]\n",
        )
        .start()
        .await;
    let group = bot.group("Futebol");
    let command = bot.message(ANA, "/whoami").lid(ANA_LID).in_group(&group);

    let reply = bot.ask_by(&command).await;

    assert_eq!(
        reply,
        format!(
            "You are “Ana ∗Lima∗”.\nNumber: 5544999990001\nLid: {ANA_LID}\nThis chat: {group}\n\
             Commands: link, groups\nCommunities: Bairro Feliz"
        )
    );
}

#[tokio::test]
async fn whoami_works_for_every_admin() {
    let bot = Service::with()
        .admins("[instances.main.admins.ana]\nphone = \"5544999990001\"\ncommands = [\"link\"]\n")
        .start()
        .await;

    let reply = bot.ask(ANA, "/WhoAmI").await;

    assert!(reply.starts_with("You are “ana”.\n") && reply.contains("Commands: link\n"), "{reply}");
}
