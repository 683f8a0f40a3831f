//! `/communities`: the communities in which the admin may give orders.

use vincula::sandbox::{Options, Standing};

use crate::support::{ANA, Service};

#[tokio::test]
async fn the_communities_are_listed_by_name_with_their_ids() {
    let bot = Service::start().await;
    let (bairro, marketing) = (bot.community("Bairro Feliz"), bot.community("Marketing BR"));

    let reply = bot.ask(ANA, "/communities").await;

    assert_eq!(reply, format!("2 communities:\n• “Bairro Feliz” {bairro}\n• “Marketing BR” {marketing}"));
}

#[tokio::test]
async fn a_number_in_no_community_is_told_so() {
    let bot = Service::with().empty_world().start().await;

    let reply = bot.ask(ANA, "/communities").await;

    assert_eq!(reply, "This number is in no community.");
}

#[tokio::test]
async fn an_admin_of_one_community_sees_that_one() {
    let bot = Service::with()
        .admins("[instances.main.admins.ana]\nphone = \"5544999990001\"\ncommunities = [\"marketing br\"]\n")
        .start()
        .await;
    let marketing = bot.community("Marketing BR");

    let reply = bot.ask(ANA, "/comunidades").await;

    assert_eq!(reply, format!("1 community:\n• “Marketing BR” {marketing}"));
}

#[tokio::test]
async fn a_community_that_the_bot_left_is_not_listed() {
    let bot = Service::start().await;
    let bairro = bot.community("Bairro Feliz");
    bot.sandbox.world(|world| world.set_standing(&bairro, Standing::Absent));

    let reply = bot.ask(ANA, "/communities").await;

    assert!(reply.starts_with("1 community:\n• “Marketing BR” "), "{reply}");
}

#[tokio::test]
async fn all_pages_are_read() {
    let bot = Service::with()
        .options(Options { page_cap: Some(3), ..Options::default() })
        .world(|world| {
            for number in 1..=10 {
                world.community(&format!("Escola {number:02}"));
            }
        })
        .start()
        .await;

    let reply = bot.ask(ANA, "/communities").await;

    assert!(reply.starts_with("12 communities:\n• “Bairro Feliz”"), "{reply}");
    assert!(reply.contains("• “Escola 10” "), "{reply}");
}
