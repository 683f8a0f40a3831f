//! `/groups [words]`: the groups of which the bot is a member.

use vincula::sandbox::{BotRole, Fault, FaultResponse, Options};

use super::fixtures::{ANA_AND_RUI, RUI};
use crate::support::{ANA, Service, ServiceBuilder};

#[tokio::test]
async fn all_groups_are_listed_by_name_without_announcement_groups() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/groups").await;

    let names: Vec<&str> = reply.lines().skip(1).map(|line| line.split(['“', '”']).nth(1).unwrap()).collect();
    assert!(reply.starts_with("15 groups:\n"), "{reply}");
    assert_eq!(names.len(), 15);
    assert_eq!(names[..4], ["∗Promo∗ˍ", "Ação Social", "Café da Manhã", "Corrida de Domingo"]);
    assert!(!names.contains(&"Bairro Feliz"));
    assert!(reply.contains("\n6. “Lançamentos” · “Marketing BR”\n7. “Mães do Bairro”\n"), "{reply}");
}

#[tokio::test]
async fn words_and_patterns_narrow_the_list() {
    let bot = Service::start().await;
    let all = "1. “Vendas Atacado”\n2. “Vendas Norte”\n3. “Vendas Sul” · “Marketing BR”";
    let rows = [
        ("VENDAS", format!("3 groups:\n{all}")),
        ("vendas*", format!("3 groups:\n{all}")),
        ("sul vend", "1 group:\n1. “Vendas Sul” · “Marketing BR”".to_owned()),
        ("*sul", "1 group:\n1. “Vendas Sul” · “Marketing BR”".to_owned()),
        ("maes", "1 group:\n1. “Mães do Bairro” · in no community".to_owned()),
        ("feliz", "No group matches “feliz”. See them all: /groups".to_owned()),
        ("\"vendas n\" leste", "No group matches “vendas n leste”. See them all: /groups".to_owned()),
    ];
    for (words, expected) in rows {
        let reply = bot.ask(ANA, &format!("/groups {words}")).await;

        assert_eq!(reply, expected, "{words}");
    }
}

#[tokio::test]
async fn an_account_without_groups_is_reported() {
    let bot = Service::with().empty_world().start().await;

    let reply = bot.ask(ANA, "/groups").await;

    assert_eq!(reply, "This number is in no group.");
}

#[tokio::test]
async fn a_group_that_the_bot_left_is_not_listed() {
    let bot = Service::start().await;
    let group = bot.group("Vendas Sul");
    bot.sandbox.world(|world| world.set_bot_role(&group, BotRole::Absent));

    let reply = bot.ask(ANA, "/groups vendas").await;

    assert!(reply.starts_with("2 groups:\n"), "{reply}");
}

#[tokio::test]
async fn groups_of_one_name_are_distinguished_by_id() {
    let bot = Service::with().world(|world| drop(world.group("FUTEBOL"))).start().await;
    let ids = [bot.group("Futebol"), bot.group("FUTEBOL")];

    let reply = bot.ask(ANA, "/groups futebol").await;
    let linked = bot.ask(ANA, "/link bairro 2").await;

    assert_eq!(reply, format!("2 groups:\n1. “Futebol” {}\n2. “FUTEBOL” {}", ids[0], ids[1]));
    assert_eq!(linked, "✅ “FUTEBOL” is now in “Bairro Feliz”.");
    assert_eq!(bot.world().community_of(&ids[0]), None);
}

#[tokio::test]
async fn numbers_and_ranges_of_the_list_name_groups() {
    let bot = Service::start().await;
    bot.ask(ANA, "/groups vendas").await;

    let beside_a_name = bot.ask(ANA, "/link bairro 1-2, futebol").await;
    let reply = bot.ask(ANA, "/link bairro 1-2").await;

    assert_eq!(
        beside_a_name,
        "1 of 2 groups is now in “Bairro Feliz”.\n❌ I don't know a group “1-2”. A number counts only if the last list has it, and with no names beside it\n✅ “Futebol”"
    );
    assert_eq!(reply, "2 of 2 groups are now in “Bairro Feliz”.\n✅ “Vendas Atacado”\n✅ “Vendas Norte”");
}

#[tokio::test]
async fn a_group_that_was_just_linked_shows_its_community_at_once() {
    let bot = Service::start().await;
    let before = bot.ask(ANA, "/groups futebol").await;
    bot.ask(ANA, "/link bairro futebol").await;

    let after = bot.ask(ANA, "/groups futebol").await;

    assert!(before.ends_with(" · in no community"), "{before}");
    assert!(after.ends_with(" · “Bairro Feliz”"), "{after}");
}

#[tokio::test]
async fn memberships_are_read_once_a_minute() {
    let bot = Service::start().await;

    bot.ask(ANA, "/groups").await;
    bot.ask(ANA, "/groups vendas").await;

    assert_eq!(bot.calls_to("communities-metadata").len(), 2);
}

#[tokio::test]
async fn a_community_that_the_admin_may_not_see_is_not_named() {
    let bot = Service::with()
        .admins("[instances.main.admins.ana]\nphone = \"5544999990001\"\ncommunities = [\"bairro feliz\"]\n")
        .start()
        .await;

    let (all, more, one) =
        (bot.ask(ANA, "/groups").await, bot.ask(ANA, "/mais").await, bot.ask(ANA, "/groups sul").await);

    assert!(all.contains("\n6. “Lançamentos” · another community\n"), "{all}");
    assert!(all.contains("“Moradores” · “Bairro Feliz”\n") && !all.contains("Marketing"), "{all}");
    assert_eq!(more, "Não há mais nada para mostrar. Comece uma lista: /grupos");
    assert!(one.ends_with(" · another community"), "{one}");
}

#[tokio::test]
async fn an_unreadable_community_does_not_empty_the_list() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("communities-metadata", 2, Fault::Replace(FaultResponse::bad_gateway()));

    let dark = bot.ask(ANA, "/groups sul").await;
    let light = bot.ask(ANA, "/groups sul").await;

    assert!(dark.starts_with("1 group:\n❓ Not every community could be read"), "{dark}");
    assert!(!dark.contains('·') && light.ends_with(" · “Marketing BR”"), "{dark}\n{light}");
}

/// A hundred more groups.
fn many() -> ServiceBuilder {
    Service::with().options(Options { page_cap: Some(40), ..Options::default() }).world(|world| {
        for number in 1..=100 {
            world.group(&format!("Turma {number:03} da Escola Municipal do Bairro"));
        }
    })
}

#[tokio::test]
async fn a_long_list_is_shown_by_pages_whose_numbers_go_on() {
    let bot = many().start().await;

    let first = bot.ask(ANA, "/groups turma").await;
    let second = bot.ask(ANA, "/more").await;
    let third = bot.ask(ANA, "/mais").await;
    let end = bot.ask(ANA, "/más").await;

    let lines: Vec<&str> = first.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[41]), (42, "100 groups:", "… 60 more: /more"));
    let lines: Vec<&str> = second.lines().collect();
    assert_eq!((lines.len(), lines[40]), (41, "… 20 more: /more"));
    assert_eq!(lines[0], "41. “Turma 041 da Escola Municipal do Bairro”");
    let lines: Vec<&str> = third.lines().collect();
    assert_eq!((lines.len(), lines[19]), (20, "100. “Turma 100 da Escola Municipal do Bairro”"));
    assert_eq!(end, "No hay nada más que mostrar. Empieza una lista: /grupos");
}

#[tokio::test]
async fn numbers_of_every_page_name_groups() {
    let bot = many().start().await;
    bot.ask(ANA, "/groups turma").await;
    bot.ask(ANA, "/more").await;

    let reply = bot.ask(ANA, "/link bairro 3 79-80 99").await;

    let names: Vec<&str> =
        reply.lines().skip(1).map(|line| line.split(['“', '”', ' ']).nth(3).unwrap()).collect();
    assert_eq!(names, ["003", "079", "080", "099"], "{reply}");
}

#[tokio::test]
async fn showing_a_page_reactivates_its_numbers() {
    let bot = many().start().await;
    bot.ask(ANA, "/groups turma").await;
    bot.ask(ANA, "/more").await;
    bot.ask(ANA, "/communities").await;

    let gone = bot.ask(ANA, "/more").await;
    let reply = bot.ask(ANA, "/link bairro 3").await;

    assert_eq!(gone, "There is nothing more to show. Start a list: /groups");
    assert!(reply.starts_with("❌ "), "the last list is one of communities: {reply}");
}

#[tokio::test]
async fn the_next_pages_belong_to_the_reader_of_the_list() {
    let bot = many().admins(ANA_AND_RUI).start().await;
    let group = bot.group("Síndicos");
    let here = |from: &str, text: &str| bot.message(from, text).in_group(&group);
    bot.ask_by(&here(ANA, "/groups turma")).await;

    let other = bot.ask_by(&here(RUI, "/more")).await;
    let direct = bot.ask(ANA, "/more").await;
    bot.ask_by(&here(RUI, "/communities")).await;
    let own = bot.ask_by(&here(ANA, "/more")).await;
    let linked = bot.ask_by(&here(RUI, "/link bairro 80")).await;

    assert_eq!((other.as_str(), &other), ("There is nothing more to show. Start a list: /groups", &direct));
    assert!(own.starts_with("41. “Turma 041 da Escola"), "{own}");
    assert!(
        linked.contains("✅ “Turma 080 "),
        "the numbers are those of the page that the chat saw: {linked}"
    );
}

#[tokio::test]
async fn pages_survive_a_restart_and_end_with_lost_rights() {
    let mut bot = many().admins(ANA_AND_RUI).start().await;
    bot.ask(ANA, "/groups turma").await;
    bot.ask(RUI, "/groups turma").await;
    bot.stop().await;
    bot.restart_with("name = \"Rui\"", "name = \"Rui\"\ncommands = [\"more\"]").await;

    let kept = bot.ask(ANA, "/more").await;
    let barred = bot.ask(RUI, "/more").await;

    assert!(kept.starts_with("41. “Turma 041"), "{kept}");
    assert!(barred.starts_with("There is nothing more"), "{barred}");
}

#[tokio::test]
async fn changed_rights_end_a_list() {
    let mut bot = many().admins(ANA_AND_RUI).start().await;
    bot.ask(RUI, "/groups turma").await;
    bot.stop().await;
    bot.restart_with("name = \"Rui\"", "name = \"Rui\"\ncommunities = [\"Marketing BR\"]").await;

    let reply = bot.ask(RUI, "/more").await;

    assert!(reply.starts_with("There is nothing more"), "{reply}");
}

#[tokio::test]
async fn a_community_name_instead_of_groups_is_suggested() {
    let bot = Service::start().await;

    for command in ["/grupos bairro feliz", "/grupos da comunidade bairro", "/groups in Bairro Feliz"] {
        let offer = bot.ask(ANA, command).await;
        assert!(offer.starts_with("❌ ") && offer.contains(" \"Bairro Feliz\"? "), "{command}: {offer}");
        let shown = bot.ask(ANA, "sim").await;
        assert!(shown.starts_with("“Bairro Feliz”: 2 "), "{command}: {shown}");
    }
    let none = bot.ask(ANA, "/grupos xyzzy").await;
    assert_eq!(none, "Nenhum grupo combina com “xyzzy”. Veja todos: /grupos");
}
