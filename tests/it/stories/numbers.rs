//! Numbers of the last list shown in a chat as names: limits of their meaning.

use super::fixtures::{ANA_AND_RUI, RUI};
use crate::support::{ANA, Service};

#[tokio::test]
async fn a_number_out_of_range_is_reported_and_the_others_are_done() {
    let bot = Service::start().await;
    bot.ask(ANA, "/groups vendas").await;

    let one = bot.ask(ANA, "/link bairro 1 4").await;
    let several = bot.ask(ANA, "/vincular bairro 2-4").await;
    let community = bot.ask(ANA, "/community 3").await;
    let place = bot.ask(ANA, "/invite 4").await;

    assert_eq!(
        one,
        "1 of 2 groups is now in “Bairro Feliz”.\n✅ “Vendas Atacado”\n❌ I don't know a group “4”. A number counts only if the last list has it, and with no names beside it"
    );
    assert_eq!(several, "❌ Não conheço nenhum grupo “2-4”\nVeja os grupos que existem: /grupos");
    assert!(community.starts_with("I don't know a community “3”."), "{community}");
    assert!(place.starts_with("❌ I don't know a community or group “4”."), "{place}");
    assert_eq!(bot.community_of("Vendas Norte"), None);
}

#[tokio::test]
async fn a_name_that_is_a_number_wins_over_the_list() {
    let bot = Service::with()
        .world(|world| {
            let two = world.community("2");
            world.linked_group(&two, "Vizinhos");
            world.group("3");
        })
        .start()
        .await;
    let (two, three) = (bot.community("2"), bot.group("3"));
    bot.ask(ANA, "/communities").await;

    let shown = bot.ask(ANA, "/community 2").await;
    bot.ask(ANA, "/communities").await;
    let past = bot.ask(ANA, "/history 2").await;
    let link = bot.ask(ANA, "/invite 2").await;
    bot.ask(ANA, "/groups vendas").await;
    let linked = bot.ask(ANA, "/link bairro 3").await;
    let alias = bot.ask(ANA, "/alias tres = 3").await;

    assert!(shown.starts_with("“2”: 1 of 50 groups") && shown.contains(&two), "{shown}");
    assert!(past.starts_with("Last commands in “2”:"), "{past}");
    let of = |bot: &Service, id: &str| {
        bot.world().groups().iter().find(|group| group.community.as_deref() == Some(id)).cloned().unwrap()
    };
    assert!(link.contains(&of(&bot, &two).invitation), "{link}");
    assert_eq!(linked, "✅ “3” is now in “Bairro Feliz”.");
    assert_eq!(bot.world().community_of(&three), Some(bot.community("Bairro Feliz").as_str()));
    assert_eq!(alias, "✅ “tres” now stands for “3” (group).");
}

#[tokio::test]
async fn list_numbers_refer_only_to_their_own_kind() {
    let bot = Service::start().await;

    bot.ask(ANA, "/communities").await;
    let group = bot.ask(ANA, "/link bairro 2").await;
    bot.ask(ANA, "/groups").await;
    let community = bot.ask(ANA, "/community 2").await;
    let past = bot.ask(ANA, "/history 2").await;

    assert_eq!(group, "❌ I don't know a group “2”\nSee which groups there are: /groups");
    assert!(community.starts_with("I don't know a community “2”."), "{community}");
    assert!(past.starts_with("❌ I don't know a community or admin “2”."), "{past}");
}

#[tokio::test]
async fn list_numbers_refer_to_the_list_of_their_own_chat() {
    let bot = Service::with().admins(ANA_AND_RUI).start().await;
    let group = bot.group("Suporte");
    bot.ask(ANA, "/groups vendas").await;
    bot.ask_by(&bot.message(ANA, "/groups café").in_group(&group)).await;

    let elsewhere = bot.ask(RUI, "/link bairro 1").await;
    let here = bot.ask_by(&bot.message(RUI, "/link bairro 1").in_group(&group)).await;
    let own = bot.ask(ANA, "/link bairro 1").await;

    assert!(elsewhere.starts_with("❌ I don't know a group “1”\n"), "{elsewhere}");
    assert!(here.starts_with("✅ “Café da Manhã” "), "{here}");
    assert!(own.starts_with("✅ “Vendas Atacado” "), "{own}");
}

#[tokio::test]
async fn a_quoted_list_and_a_corrected_command_are_found_again() {
    let bot = Service::start().await;
    bot.ask(ANA, "/groups vendas").await;
    let list = bot.sandbox.sent().pop().unwrap().message_id;
    bot.ask(ANA, "/groups futebol").await;

    let linked = bot.ask_by(&bot.message(ANA, "/link bairro 2").replying_to(&list)).await;
    let offer = bot.ask(ANA, "oops, I meant suporte").await;

    assert_eq!(linked, "✅ “Vendas Norte” is now in “Bairro Feliz”.");
    assert_eq!(
        offer,
        "Do you want /link \"Bairro Feliz\" Suporte? Answer “yes”.\n\
         What I did before still stands. To take it back: /unlink \"Bairro Feliz\" \"Vendas Norte\""
    );
}

#[tokio::test]
async fn the_numbers_of_a_quoted_list_are_known_until_five_later_lists_were_shown() {
    let bot = Service::start().await;
    bot.ask(ANA, "/groups vendas").await;
    let list = bot.sandbox.sent().pop().unwrap().message_id;
    for _ in 0..4 {
        bot.ask(ANA, "/groups").await;
    }

    let known = bot.ask_by(&bot.message(ANA, "/link bairro 2 --try").replying_to(&list)).await;
    bot.ask(ANA, "/groups").await;
    let forgotten = bot.ask_by(&bot.message(ANA, "/link bairro 2 --try").replying_to(&list)).await;

    assert!(known.starts_with("➡️ “Vendas Norte” "), "{known}");
    assert!(forgotten.starts_with("❌ I don't know a group “2”"), "{forgotten}");
}
