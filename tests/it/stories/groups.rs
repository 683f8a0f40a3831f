//! `/groups [words]`: the groups that the bot's number is in.

use vincula::sandbox::{Options, Standing};

use crate::support::{ANA, Service};

#[tokio::test]
async fn all_groups_are_listed_by_name_without_announcement_groups() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/groups").await;

    let names: Vec<&str> = reply.lines().skip(1).map(|line| line.split(['“', '”']).nth(1).unwrap()).collect();
    assert!(reply.starts_with("15 groups:\n"), "{reply}");
    assert_eq!(names.len(), 15);
    assert_eq!(names[..4], ["∗Promo∗ˍ", "Ação Social", "Café da Manhã", "Corrida de Domingo"]);
    assert!(!names.contains(&"Bairro Feliz"));
    assert!(reply.contains("\n• “Síndicos” 5511999999999-1623281429\n"), "{reply}");
}

#[tokio::test]
async fn words_and_patterns_narrow_the_list() {
    let bot = Service::start().await;
    let (wholesale, north, south) =
        (bot.group("Vendas Atacado"), bot.group("Vendas Norte"), bot.group("Vendas Sul"));
    let all = format!("• “Vendas Atacado” {wholesale}\n• “Vendas Norte” {north}\n• “Vendas Sul” {south}");
    let rows = [
        ("VENDAS", format!("3 groups:\n{all}")),
        ("vendas*", format!("3 groups:\n{all}")),
        ("sul vend", format!("1 group:\n• “Vendas Sul” {south}")),
        ("*sul", format!("1 group:\n• “Vendas Sul” {south}")),
        ("maes", format!("1 group:\n• “Mães do Bairro” {}", bot.group("Mães do Bairro"))),
        ("feliz", "No group matches “feliz”.".to_owned()),
        ("\"vendas n\" leste", "No group matches “vendas n leste”.".to_owned()),
    ];
    for (words, expected) in rows {
        let reply = bot.ask(ANA, &format!("/groups {words}")).await;

        assert_eq!(reply, expected, "{words}");
    }
}

#[tokio::test]
async fn a_number_in_no_group_is_told_so() {
    let bot = Service::with().empty_world().start().await;

    let reply = bot.ask(ANA, "/groups").await;

    assert_eq!(reply, "This number is in no group.");
}

#[tokio::test]
async fn a_group_that_the_bot_left_is_not_listed() {
    let bot = Service::start().await;
    let group = bot.group("Vendas Sul");
    bot.sandbox.world(|world| world.set_standing(&group, Standing::Absent));

    let reply = bot.ask(ANA, "/groups vendas").await;

    assert!(reply.starts_with("2 groups:\n"), "{reply}");
}

#[tokio::test]
async fn three_hundred_groups_come_in_messages_short_enough_for_whatsapp() {
    let bot = Service::with()
        .options(Options { page_cap: Some(40), ..Options::default() })
        .world(|world| {
            for number in 1..=300 {
                world.group(&format!("Turma {number:03} da Escola Municipal do Bairro"));
            }
        })
        .start()
        .await;

    let order = bot.give(ANA, "/groups turma").await;
    let answers = bot.answers_to(&order).await;

    let said = bot.said();
    let lines: Vec<&str> = said.iter().flat_map(|text| text.lines()).collect();
    assert_eq!((answers.len(), said.len() > 5), (1, true), "only the first message quotes the order");
    assert!(said.iter().all(|text| text.chars().count() < 4_000));
    assert_eq!((lines.len(), lines[0]), (301, "300 groups:"));
    assert!((1..=300).all(|number| lines[number].starts_with(&format!("• “Turma {number:03} da Escola"))));
}
