//! Ways to name a community and its groups in a command.

use vincula::sandbox::Options;

use crate::support::{ANA, Service};

#[tokio::test]
async fn a_group_is_named_in_each_of_its_spellings() {
    let bot = Service::with()
        .admins(
            "[instances.main.admins.ana]\nphone = \"5544999990001\"\n\
             [instances.main.aliases]\nbola = \"5511999999999-1623281430\"\nBOTA = \"120363000000000001\"\n",
        )
        .world(|world| {
            world.group_with_id("120363000000000001-group", "Botafogo da Praia");
            world.group_with_id("5511999999999-1623281430", "Água d'Oeste");
        })
        .start()
        .await;
    let rows = [
        ("Botafogo da Praia", "\"Botafogo da Praia\""),
        ("Botafogo da Praia", "“Botafogo da Praia”"),
        ("Botafogo da Praia", "„botafogo  DA\u{a0}praia“"),
        ("Botafogo da Praia", "‘Botafogo da Praia’,"),
        ("Botafogo da Praia", "«Ｂotafogo da Praia»"),
        ("Botafogo da Praia", "botaf"),
        ("Botafogo da Praia", "Bota\u{200b}fo\u{200e}"),
        ("Botafogo da Praia", "bo*praia"),
        ("Botafogo da Praia", "120363000000000001"),
        ("Botafogo da Praia", "120363000000000001-group"),
        ("Botafogo da Praia", "120363000000000001@g.us"),
        ("Botafogo da Praia", "\u{202a}120363000000000001\u{202c}"),
        ("Botafogo da Praia", "bota"),
        ("Água d'Oeste", "bola"),
        ("Água d'Oeste", "BÓLA"),
        ("Água d'Oeste", "água"),
        ("Água d'Oeste", "A\u{301}GUA"),
        ("Água d'Oeste", "\"agua d’oeste\""),
        ("Água d'Oeste", "5511999999999-1623281430"),
        ("Água d'Oeste", "5511999999999-1623281430@g.us"),
    ];
    for (name, typed) in rows {
        let reply = bot.ask(ANA, &format!("/link \"Bairro Feliz\" {typed}")).await;

        assert_eq!(reply, format!("✅ “{name}” is now in “Bairro Feliz”."), "{typed}");
        let (community, group) = (bot.community("Bairro Feliz"), bot.group(name));
        bot.sandbox.world(|world| world.unlink(&community, &group)).unwrap();
    }
}

#[tokio::test]
async fn a_community_is_named_in_each_of_its_spellings() {
    let bot = Service::with()
        .admins(
            "[instances.main.admins.ana]\nphone = \"5544999990001\"\n\
             [instances.main.aliases]\ncasa = \"120363186053900037\"\n",
        )
        .start()
        .await;
    let id = bot.community("Bairro Feliz");
    assert_eq!(id, "120363186053900037");
    let spellings = ["'bairro feliz'", "“BAIRRO  Felíz”", "bairro", "b", "casa", &id];
    let ids = [format!("{id}@g.us"), format!("{id}-group"), format!("{id},")];
    for typed in spellings.into_iter().chain(ids.iter().map(String::as_str)) {
        let reply = bot.ask(ANA, &format!("/link {typed} moradores")).await;

        let expected = "☑️ “Moradores” was already in “Bairro Feliz”.";
        assert_eq!(reply, expected, "{typed}");
    }
}

#[tokio::test]
async fn groups_are_split_at_commas_semicolons_blanks_and_new_lines() {
    let bot = Service::start().await;

    let reply =
        bot.ask(ANA, "/link\n\"Bairro Feliz\"\nfutebol,suporte; “Mães do Bairro”\r\n\nreceitas").await;

    assert_eq!(
        reply,
        "4 of 4 groups are now in “Bairro Feliz”.\n✅ “Futebol”\n✅ “Suporte”\n✅ “Mães do Bairro”\n\
         ✅ “Receitas da Vovó”"
    );
}

#[tokio::test]
async fn here_is_the_group_in_which_the_command_is_written() {
    let bot = Service::start().await;
    for (word, name) in [("here", "Futebol"), ("aqui", "Suporte"), ("AQUÍ", "Síndicos")] {
        let group = bot.group(name);
        let command = bot.message(ANA, &format!("/link \"Bairro Feliz\" {word}")).in_group(&group);

        let reply = bot.ask_by(&command).await;

        assert_eq!(reply, format!("✅ “{name}” is now in “Bairro Feliz”."));
        assert_eq!(bot.reply_to(command.message_id()).await.chat, group);
    }
}

#[tokio::test]
async fn here_is_nowhere_in_a_direct_chat() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/link \"Bairro Feliz\" here futebol").await;

    assert_eq!(
        reply,
        "1 of 2 groups is now in “Bairro Feliz”.\n\
         ❌ “here” is this chat, and this chat is not a group\n✅ “Futebol”"
    );
}

#[tokio::test]
async fn a_pattern_matches_all_fitting_groups() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/link \"Bairro Feliz\" vendas* *xyzzy*").await;

    assert_eq!(
        reply,
        "2 of 4 groups are now in “Bairro Feliz”.\n✅ “Vendas Atacado”\n✅ “Vendas Norte”\n\
         ⚠️ “Vendas Sul”: belongs to “Marketing BR”. Move it: /move \"Vendas Sul\" \"Bairro Feliz\"\n❌ No group matches “∗xyzzy∗”"
    );
    assert_eq!(bot.link_calls(), [["Vendas Atacado", "Vendas Norte"]]);
}

#[tokio::test]
async fn t21_a_bare_star_is_not_every_group() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/link \"Bairro Feliz\" *").await;

    assert_eq!(
        reply,
        "❌ “∗” alone would be every group, and I don't do that at \
         once. Add a part of the name: sales*"
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_name_or_a_pattern_never_means_an_announcement_group() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/link \"Bairro Feliz\" \"marketing br\" market*").await;

    assert_eq!(
        reply,
        "None of the 2 groups is now in “Bairro Feliz”.\n❌ “marketing br”: is a community, and this needs a group\n\
         ❌ No group matches “market∗”"
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn an_ordinary_group_may_be_called_like_a_community() {
    let bot = Service::with()
        .world(|world| {
            world.group("Marketing BR");
        })
        .start()
        .await;

    let reply = bot.ask(ANA, "/link \"Bairro Feliz\" \"marketing br\"").await;

    assert_eq!(reply, "✅ “Marketing BR” is now in “Bairro Feliz”.");
}

#[tokio::test]
async fn two_groups_of_one_name_are_told_apart_by_community() {
    let bot = Service::with()
        .world(|world| {
            world.group_with_id("120363000000000001-group", "Time");
            world.group_with_id("120363000000000002-group", "time");
            let marketing = world.community_named("Marketing BR").unwrap();
            world.link(&marketing, "120363000000000002-group").unwrap();
        })
        .start()
        .await;

    let unclear = bot.ask(ANA, "/link \"Bairro Feliz\" time").await;
    let clear = bot.ask(ANA, "/link \"Bairro Feliz\" 120363000000000001-group").await;

    assert_eq!(
        unclear,
        "❌ “time” could be 1. “Time (no community)”, \
         2. “time (Marketing BR)”\nAnswer with the number you mean (several: 1 3)."
    );
    assert_eq!(clear, "✅ “Time” is now in “Bairro Feliz”.\nMy earlier question no longer counts.");
}

#[tokio::test]
async fn five_candidates_are_named_and_the_rest_counted() {
    let bot = Service::with()
        .world(|world| {
            for team in 1..=8 {
                world.group(&format!("Time {team}"));
            }
        })
        .start()
        .await;

    let reply = bot.ask(ANA, "/link \"Bairro Feliz\" time").await;

    assert_eq!(
        reply,
        "❌ “time” could be 1. “Time 1”, 2. “Time 2”, \
         3. “Time 3”, 4. “Time 4”, 5. “Time 5” and 3 more: write more of the name\n\
         Answer with the number you mean (several: 1 3)."
    );
}

#[tokio::test]
async fn a_just_created_group_is_found() {
    let bot = Service::start().await;
    bot.ask(ANA, "/link \"Bairro Feliz\" futebol").await;
    bot.sandbox.world(|world| world.group("Novíssimo"));

    let reply = bot.ask(ANA, "/link \"Bairro Feliz\" novissimo").await;

    assert_eq!(reply, "✅ “Novíssimo” is now in “Bairro Feliz”.");
}

#[tokio::test]
async fn lists_are_read_to_their_end_whatever_a_page_holds() {
    for (page_cap, repeats_last_page) in [(Some(7), false), (Some(15), true), (Some(1), true), (None, true)] {
        let bot = Service::with()
            .options(Options { page_cap, repeats_last_page, ..Options::default() })
            .world(|world| {
                for number in 1..=103 {
                    world.group(&format!("Turma {number:03}"));
                }
            })
            .start()
            .await;

        let reply = bot.ask(ANA, "/link \"Bairro Feliz\" \"turma 001\" \"turma 103\"").await;

        assert_eq!(
            reply, "2 of 2 groups are now in “Bairro Feliz”.\n✅ “Turma 001”\n✅ “Turma 103”",
            "{page_cap:?} {repeats_last_page}"
        );
    }
}
