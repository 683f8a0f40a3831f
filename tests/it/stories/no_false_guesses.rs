//! No false guesses: stop words, names within names, and misspelled dry runs.

use vincula::sandbox::{Fault, World};

use super::fixtures::refusal;
use crate::support::{ANA, Service};

/// Names that begin with each stop word of three languages.
fn small_names(world: &mut World) {
    for name in ["Esportes", "Yoga", "Andar a Pé", "Natação", "Parque", "Do Mato", "Grupo de Jovens"] {
        world.group(name);
    }
}

/// The names of the groups that changed their community.
fn moved(before: &World, after: &World) -> Vec<String> {
    let is_moved = |id: &str| before.community_of(id) != after.community_of(id);
    let mut names: Vec<String> =
        after.groups().iter().filter(|group| is_moved(&group.id)).map(|group| group.name.clone()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn stop_words_beside_and_between_names_are_no_groups() {
    let rows: [(&str, &[&str]); 16] = [
        ("/mover suporte a bairro", &["Suporte"]),
        ("/mover moradores para a comunidade marketing", &["Moradores"]),
        ("/mover moradores para o \"marketing br\"", &["Moradores"]),
        ("/vincular bairro futebol, a suporte", &["Futebol", "Suporte"]),
        ("/vincular bairro futebol e suporte", &["Futebol", "Suporte"]),
        ("/vincular bairro futebol + suporte", &["Futebol", "Suporte"]),
        ("/vincular bairro grupo suporte", &["Suporte"]),
        ("/vincular bairro os grupos futebol, e suporte", &["Futebol", "Suporte"]),
        ("/vincular bairro grupo de jovens e suporte", &["Grupo de Jovens", "Suporte"]),
        ("/enlazar bairro futebol y suporte", &["Futebol", "Suporte"]),
        ("/link bairro futebol and the group suporte", &["Futebol", "Suporte"]),
        ("/link bairro futebol & suporte", &["Futebol", "Suporte"]),
        // With several words, or in quotes, it is an ordinary name.
        ("/vincular bairro receitas da vovó e mães do bairro", &["Mães do Bairro", "Receitas da Vovó"]),
        ("/vincular bairro andar a pé, suporte", &["Andar a Pé", "Suporte"]),
        ("/vincular bairro \"y\"", &["Yoga"]),
        ("/vincular bairro\n- y\n- futebol", &["Futebol", "Yoga"]),
    ];
    for (command, expected) in rows {
        let bot = Service::with().world(small_names).start().await;
        let before = bot.world();

        let said = bot.ask(ANA, command).await;

        assert_eq!(moved(&before, &bot.world()), expected, "{command}: {said}");
        assert!(!said.contains('❌'), "{command}: {said}");
    }
}

#[tokio::test]
async fn a_stop_word_alone_prompts_unless_it_is_a_name() {
    let bot = Service::with().world(small_names).start().await;

    let none = bot.ask(ANA, "/vincular bairro a").await;
    let none_either = bot.ask(ANA, "/mover a o bairro").await;
    let changes = bot.changes();
    bot.sandbox.world(|world| world.group("E"));
    bot.ask(ANA, "/vincular bairro xyzzy").await;
    let whole = bot.ask(ANA, "/vincular bairro futebol e suporte").await;

    assert!(none.starts_with("Quais grupos? Responda"), "{none}");
    assert!(none_either.starts_with("Quais grupos? Responda"), "{none_either}");
    assert_eq!(changes, 0);
    assert!(whole.ends_with("✅ “Futebol”\n✅ “E”\n✅ “Suporte”"), "{whole}");
}

#[tokio::test]
async fn list_numbers_may_be_joined_by_a_word() {
    for command in ["/vincular bairro 5 e 6", "/vincular bairro 5 a 6", "/vincular bairro grupos 5, 6"] {
        let bot = Service::start().await;
        bot.ask(ANA, "/grupos").await;
        let before = bot.world();

        let said = bot.ask(ANA, command).await;

        assert!(!said.contains('❌'), "{command}: {said}");
        assert_eq!(moved(&before, &bot.world()), ["Futebol"], "{command}: {said}");
    }
}

#[tokio::test]
async fn the_community_of_a_move_may_have_several_words() {
    let rows: [(&str, &str, &[&str]); 7] = [
        ("/mover futebol suporte técnico", "Suporte Técnico", &["Futebol"]),
        ("/mover \"vendas sul\" bairro feliz", "Bairro Feliz", &["Vendas Sul"]),
        ("/mover vendas norte bairro feliz", "Bairro Feliz", &["Vendas Norte"]),
        (
            "/mover vendas norte, futebol para a comunidade bairro feliz",
            "Bairro Feliz",
            &["Futebol", "Vendas Norte"],
        ),
        // As before: the last word, if no longer ending is a name.
        ("/mover futebol suporte bairro", "Bairro Feliz", &["Futebol", "Suporte"]),
        ("/mover futebol suporte, técnico", "", &[]),
        ("/mover suporte técnico", "", &[]),
    ];
    for (command, community, expected) in rows {
        let bot = Service::with()
            .world(|world| {
                world.community("Suporte Técnico");
                world.community("Feliz Idade");
            })
            .start()
            .await;
        let before = bot.world();

        let said = bot.ask(ANA, command).await;

        assert_eq!(moved(&before, &bot.world()), expected, "{command}: {said}");
        for group in expected {
            assert_eq!(bot.community_of(group).as_deref(), Some(community), "{command}: {said}");
        }
    }
}

#[tokio::test]
async fn a_misspelled_community_leaves_none_of_its_words_among_the_groups() {
    let rows: [(&str, &[&str]); 3] = [
        ("/mover futebol suporte tecnicoo", &["Futebol"]),
        ("/vincular suport técnico futebol receitas da vovo", &["Futebol", "Receitas da Vovó"]),
        ("/vincular suport futebol", &["Futebol"]),
    ];
    for (command, expected) in rows {
        let bot = Service::with().world(|world| drop(world.community("Suporte Técnico"))).start().await;
        let before = bot.world();

        let asked = bot.ask(ANA, command).await;
        let said = match asked.contains("dizer “Suporte Técnico”? Responda “sim”") {
            true => bot.ask(ANA, "1").await,
            false => asked,
        };

        assert_eq!(moved(&before, &bot.world()), expected, "{command}: {said}");
        assert!(!said.contains('❌'), "{command}: {said}");
    }
}

#[tokio::test]
async fn the_longest_matching_name_wins() {
    let bot = Service::with().world(|world| drop(world.community("Bairro"))).start().await;

    let described = bot.ask(ANA, "/descrever bairro feliz Nova descrição").await;
    let added = bot.ask(ANA, "/adicionar bairro feliz 44 99999-0005").await;
    let linked = bot.ask(ANA, "/vincular bairro feliz futebol").await;
    let short = bot.ask(ANA, "/descrever bairro Aqui é o bairro").await;
    let changes = bot.changes();
    let no_text = bot.ask(ANA, "/descrever bairro feliz").await;
    let nobody = bot.ask(ANA, "/adicionar bairro feliz").await;
    let nothing = bot.ask(ANA, "/vincular bairro feliz").await;

    assert_eq!(bot.changes(), changes, "{no_text}\n{nobody}\n{nothing}");
    assert!(no_text.starts_with("Qual é o texto?"), "{no_text}");
    assert!(nobody.starts_with("Qual é o número da pessoa?"), "{nobody}");
    assert!(nothing.starts_with("Quais grupos?"), "{nothing}");
    assert!(described.starts_with("✅ “Bairro Feliz” está"), "{described}");
    assert!(added.starts_with("✅ +55 44 99999-0005 agora está em “Bairro Feliz”."), "{added}");
    assert_eq!(linked, "✅ “Futebol” agora está em “Bairro Feliz”.");
    assert!(short.starts_with("✅ “Bairro” está"), "{short}");
}

#[tokio::test]
async fn a_misspelled_dry_run_does_nothing() {
    let commands = [
        "/vincular bairro futebol -testar",
        "/vincular bairro futebol – testar",
        "/vincular bairro futebol -- testar",
        "/vincular bairro futebol - testar",
        "/vincular bairro futebol --Testar.",
        "/vincular bairro futebol (--testar)",
        "/vincular bairro futebol --simular",
        "/vincular bairro\n- futebol\n– testar",
        "/link bairro futebol --dry",
        "/enlazar bairro futebol --simulación!",
        "/mover futebol bairro -testar",
        "/criar Só Teste -testar",
        "/criar Só Teste -- testar",
        "/descrever bairro Aqui mora gente boa (—testar)",
        "/adicionar bairro 44 99999-0005 -testar",
        "/adicionar bairro 44 99999-0005, -- testar",
        "/remover bairro 44 99999-0002 --sim -testar",
    ];
    for command in commands {
        let bot = Service::start().await;

        let said = bot.ask(ANA, command).await;

        let ends = ["Foi um teste: nada mudou.", "This was a trial", "Fue una prueba"];
        assert!(ends.iter().any(|end| said.contains(end)) && !said.contains('❌'), "{command}: {said}");
        assert_eq!(bot.changes(), 0, "{command}: {said}");
    }
}

#[tokio::test]
async fn a_dry_run_stays_a_dry_run_after_a_prompt() {
    let rows = [
        ("/apelido vs = Vendas Sull --testar", "1"),
        ("/vinclar bairro futebol -testar", "sim"),
        ("/vincular bairo futebol - testar", "1"),
        ("/foto bairo https://example.com/a.jpg -- testar", "1"),
        ("/adicionar bairo 44 99999-0005 -testar", "1"),
    ];
    for (typo, fix) in rows {
        let bot = Service::start().await;

        bot.ask(ANA, typo).await;
        let said = bot.ask(ANA, fix).await;

        assert!(said.contains("Foi um teste: nada mudou.") && said.contains("➡️"), "{typo}: {said}");
        assert_eq!(bot.changes(), 0, "{typo}: {said}");
        assert!(!bot.ask(ANA, "/apelidos").await.contains("Vendas Sul"));
    }
}

#[tokio::test]
async fn an_unknown_flag_rejects_the_command() {
    let bot = Service::start().await;

    for command in [
        "/vincular bairro futebol --tetsar",
        "/vincular --foo bairro futebol",
        "/adicionar bairro 44 99999-0005 --nada",
        "/descrever —tetsar bairro Oi",
        "/desfazer --xyz",
    ] {
        let said = bot.ask(ANA, command).await;
        let names_both = said.contains("--testar") && said.contains("--sim");
        assert!(said.starts_with("Não conheço “") && names_both, "{command}: {said}");
    }
    assert_eq!(bot.changes(), 0);
    // Free text is taken literally, and a quoted name too.
    assert!(bot.ask(ANA, "/descrever bairro --nada-- é tudo").await.contains("✅"));
    assert!(
        bot.ask(ANA, "/vincular bairro \"--nada\" futebol").await.contains("❌ Não conheço nenhum grupo")
    );
}

#[tokio::test]
async fn a_dry_run_of_undo_reverts_nothing() {
    let bot = Service::start().await;
    for (command, tried, undone) in [
        ("/vincular bairro futebol", "➡️ “Futebol” sairia de “Bairro Feliz”.", "✅ “Futebol”"),
        ("/descrever bairro Aqui mora gente", "➡️", "✅"),
    ] {
        bot.ask(ANA, command).await;
        let changes = bot.changes();

        let shown = bot.ask(ANA, "/desfazer --testar").await;
        assert!(shown.starts_with(tried) && shown.contains("Foi um teste"), "{shown}");
        assert_eq!(bot.changes(), changes);

        let back = bot.ask(ANA, "/desfazer").await;
        assert!(back.contains(undone), "{back}");
        assert_eq!(bot.changes(), changes + 1);
    }
}

#[tokio::test]
async fn a_yes_with_dry_run_confirms_nothing_and_keeps_the_prompt() {
    let bot = Service::start().await;
    bot.ask(ANA, "/remover bairro 44 99999-0002").await;

    let tried = bot.ask(ANA, "/confirmar --testar").await;
    let changes = bot.changes();
    let done = bot.ask(ANA, "sim").await;

    assert!(tried.starts_with("❌ Assim não fiz nada, e a pergunta continua"), "{tried}");
    assert_eq!(changes, 0);
    assert!(done.contains("✅ +55 44 99999-0002"), "{done}");
}

#[tokio::test]
async fn a_community_beginning_with_a_stop_word_prompts() {
    let bot = Service::with()
        .world(|world| {
            world.community("Paraíso");
            world.community("Amigos");
        })
        .start()
        .await;

    let asked = bot.ask(ANA, "/vincular para futebol").await;
    let changes = bot.changes();
    let done = bot.ask(ANA, "/descrever a comunidade bairro Oi gente").await;

    assert!(asked.starts_with("Qual comunidade?"), "{asked}");
    assert_eq!(changes, 0);
    assert!(done.starts_with("✅ “Bairro Feliz” está"), "{done}");
    assert_eq!(bot.description("Bairro Feliz"), "Oi gente");
}

#[tokio::test]
async fn an_unknown_word_in_place_of_the_community_is_reported() {
    let bot = Service::start().await;

    for command in ["/foto https://example.com/a.jpg", "/adicionar 44 99999-0005", "/promover 44 99999-0005"]
    {
        let said = bot.ask(ANA, command).await;
        assert!(said.starts_with("Qual comunidade?"), "{command}: {said}");
    }
    bot.ask(ANA, "/comunidades").await;
    let numbered = bot.ask(ANA, "/adicionar 1 44 99999-0005").await;
    assert!(numbered.starts_with("✅ +55 44 99999-0005 agora está em “Bairro Feliz”."), "{numbered}");
}

#[tokio::test]
async fn the_reset_word_may_be_part_of_a_name_and_of_either_gender() {
    let bot = Service::with().world(|world| drop(world.community("Bairro Novo"))).start().await;

    let shown = bot.ask(ANA, "/convite bairro novo").await;
    let anew = bot.ask(ANA, "/invitación \"bairro feliz\" nueva").await;
    let whole = bot.ask(ANA, "/convite bairro novo nova").await;

    assert!(
        shown.contains("“Bairro Novo”") && shown.contains("https://") && !shown.contains("➡️"),
        "{shown}"
    );
    assert!(anew.starts_with("➡️ “Bairro Feliz”"), "{anew}");
    assert!(whole.starts_with("➡️ “Bairro Novo”"), "{whole}");
}

#[tokio::test]
async fn a_suggested_command_has_no_extra_words() {
    for (typo, offered) in [
        (
            "/vincular grupo Corrida de Domingo na comunidade Bairro Feliz",
            "\"Bairro Feliz\" \"Corrida de Domingo\"?",
        ),
        ("/promover 44 99999-0002 a admin do bairro feliz", "\"Bairro Feliz\" 44 99999-0002?"),
        ("/promover o 44 99999-0002 como admin no bairro", "\"Bairro Feliz\" 44 99999-0002?"),
    ] {
        let bot = Service::start().await;
        let asked = bot.ask(ANA, typo).await;
        let said = bot.ask(ANA, "sim").await;
        assert!(asked.contains(offered) && !said.contains('❌'), "{typo}: {asked}\n{said}");
    }
}

#[tokio::test]
async fn a_command_without_changes_may_be_corrected_by_an_edit() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/vincular bairro moradores xyzzy");
    bot.ask_by(&command).await;
    bot.settled().await;

    bot.post(&bot.message(ANA, "/vincular bairro moradores futebol").with_id(command.message_id()).edited())
        .await;
    bot.settled().await;

    assert!(bot.said().concat().contains("✅ “Futebol”"));
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn excluded_groups_are_not_taken() {
    let bot = Service::start().await;

    for command in [
        "/vincular bairro todos os grupos menos futebol",
        "/desvincular bairro todos, exceto moradores",
        "/mover vendas* não lançamentos bairro",
        "/unlink bairro everything but moradores",
    ] {
        let said = bot.ask(ANA, command).await;
        assert!(said.starts_with("Com “") || said.starts_with("With “but”"), "{command}: {said}");
    }
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn excluded_people_are_not_taken() {
    let bot = Service::start().await;

    for command in [
        "/promover bairro todos menos 44 99999-0003",
        "/remover bairro todos, exceto 44 99999-0003 —sim",
        "/demote bairro everybody but 44 99999-0002",
        "/agregar bairro todos salvo 44 99999-0005",
    ] {
        let said = bot.ask(ANA, command).await;
        assert!(
            ["Com “", "With “", "Con “"].iter().any(|begin| said.starts_with(begin)),
            "{command}: {said}"
        );
    }
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_dry_run_flag_after_an_unquoted_name_does_nothing() {
    for command in [
        "/descrever Bairro Feliz --teste nova",
        "/descrever Bairro Feliz -teste nova",
        "/descrever Bairro Feliz: --teste nova",
        "/descrever Bairro Feliz : --teste nova",
        "/descrever \"Bairro Feliz\": --teste nova",
        "/descrever bairro feliz - --teste nova",
        "/descrever Bairro Feliz\n--teste\nnova",
        "/describe Bairro Feliz --try new",
        "/avisar Bairro Feliz --teste nova",
        "/avisar Bairro Feliz --sim --teste nova",
    ] {
        let bot = Service::start().await;

        let said = bot.ask(ANA, command).await;
        let yes = bot.send(ANA, "sim").await;
        bot.settled().await;

        let ends = ["Foi um teste: nada mudou.", "This was a trial"];
        assert!(ends.iter().any(|end| said.contains(end)), "{command}: {said}");
        assert!(said.contains("> nova\n") || said.contains("> new\n"), "{command}: {said}");
        assert_eq!((bot.changes(), bot.announced("Bairro Feliz").len()), (0, 0), "{command}: {yes}");
        assert_eq!(bot.description("Bairro Feliz"), "", "{command}: {yes}");
    }
}

#[tokio::test]
async fn a_dry_run_after_two_words_prompts_for_the_community() {
    let bot = Service::start().await;

    bot.ask(ANA, "/descrever Bairo Feliz --teste nova").await;
    let said = bot.ask(ANA, "1").await;

    assert!(said.contains("> nova\n") && said.contains("Foi um teste: nada mudou."), "{said}");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_yes_flag_after_an_unquoted_name_counts() {
    let bot = Service::start().await;

    let said = bot.ask(ANA, "/avisar Bairro Feliz --sim oi").await;
    let none = bot.ask(ANA, "/descrever Bairro Feliz --sim").await;

    assert!(said.starts_with("✅"), "{said}");
    assert_eq!(bot.announced("Bairro Feliz"), ["oi"]);
    assert!(none.starts_with("Qual é o texto?"), "{none}");
    assert_eq!(bot.description("Bairro Feliz"), "");
}

#[tokio::test]
async fn an_announcement_is_sent_exactly_as_shown() {
    for text in [
        "\"--teste\" oi",
        "--nada oi",
        "- teste de som",
        "Amanhã – teste geral",
        "-",
        "oi --sim",
        "= igual",
        ": --nada",
    ] {
        let bot = Service::start().await;

        let shown = bot.ask(ANA, &format!("/avisar Bairro Feliz {text}")).await;
        let said = bot.ask(ANA, "sim").await;

        let sent = bot.announced("Bairro Feliz");
        assert_eq!(sent.len(), 1, "{text}: {shown}\n{said}");
        assert!(shown.contains(&format!("\n> {}\n", sent[0])), "{text}: {shown}\n{sent:?}");
    }
}

#[tokio::test]
async fn a_dry_run_flag_with_formatting_does_nothing() {
    for command in [
        "/vincular bairro futebol *--teste*",
        "/vincular bairro futebol _—teste_",
        "/vincular bairro futebol ~--teste~",
        "/vincular bairro *--teste* futebol",
        "/vincular bairro\n- futebol\n- --teste",
        "/vincular bairro futebol\n- --teste",
        "/vincular bairro\n• futebol\n• --teste",
        "/vincular bairro\n* futebol\n* *--teste*",
        "/vincular bairro futebol --teste🙏",
        "/adicionar bairro 44 99999-0005 *--teste*",
        "/descrever Bairro Feliz nova *--teste*",
        "/descrever Bairro Feliz *--teste* nova",
        "/descrever Bairro Feliz nova --teste 🙏",
        "/descrever Bairro Feliz nova --teste🙏",
        "/descrever Bairro Feliz nova -- teste 🙏",
        "/descrever Bairro Feliz nova --testar por favor",
        "/descrever Bairro Feliz nova -- testar por favor",
        "/descrever \"Bairro Feliz\" nova —testar, por favor",
        "/descrever bairro - --teste",
    ] {
        let bot = Service::with()
            .world(|world| {
                let bairro = world.community_named("Bairro Feliz").unwrap();
                world.describe(&bairro, "Antes").unwrap();
            })
            .start()
            .await;

        let said = bot.ask(ANA, command).await;

        assert!(said.contains("Foi um teste: nada mudou.") && !said.contains('❌'), "{command}: {said}");
        assert_eq!(bot.changes(), 0, "{command}: {said}");
        assert_eq!(bot.description("Bairro Feliz"), "Antes", "{command}: {said}");
    }
}

#[tokio::test]
async fn a_text_that_mentions_a_dry_run_is_no_dry_run() {
    let bot = Service::start().await;

    for text in
        ["nova (teste)", "Ensaio – teste geral", "Use --teste para ver o que mudaria", "um - teste - dois"]
    {
        let said = bot.ask(ANA, &format!("/descrever \"Bairro Feliz\" {text}")).await;
        assert_eq!(bot.description("Bairro Feliz"), text, "{said}");
    }
    bot.sandbox.world(|world| {
        let bairro = world.community_named("Bairro Feliz").unwrap();
        world.describe(&bairro, "Use antes --teste 🙏").unwrap();
    });
    bot.ask(ANA, "/descrever \"Bairro Feliz\" Outra").await;
    let undone = bot.ask(ANA, "/desfazer").await;

    assert!(undone.contains('❌') && !undone.contains("Foi um teste"), "{undone}");
}

#[tokio::test]
async fn a_text_keeps_its_first_character_unless_it_is_a_separator() {
    let rows = [
        ("\"Bairro Feliz\"\n- só um item", "- só um item"),
        ("Bairro Feliz\n- só um item", "- só um item"),
        ("Bairro Feliz:\n- só um item", "- só um item"),
        ("bairro\n: item", ": item"),
        ("Bairro Feliz --sim\n- só um item", "- só um item"),
        ("Bairro Feliz = igual", "= igual"),
        ("\"Bairro Feliz\" = igual", "= igual"),
        ("Bairro Feliz - Oi", "Oi"),
        ("Bairro Feliz | Oi", "Oi"),
        ("\"Bairro Feliz\": Oi", "Oi"),
        ("\"Bairro Feliz\", Oi", "Oi"),
        ("\"Bairro Feliz\":\n- só um item", "- só um item"),
    ];
    for (rest, expected) in rows {
        let bot = Service::start().await;

        let said = bot.ask(ANA, &format!("/descrever {rest}")).await;

        assert_eq!(bot.description("Bairro Feliz"), expected, "{rest}: {said}");
    }
}

#[tokio::test]
async fn exclusions_may_have_punctuation_and_any_language() {
    for (language, command) in [
        ("pt-BR", "/desvincular Bairro Feliz\nExceto:\n- moradores"),
        ("pt-BR", "/desvincular Bairro Feliz todos exceto: moradores"),
        ("pt-BR", "/desvincular Bairro Feliz todos (menos moradores)"),
        ("pt-BR", "/promover Bairro Feliz (não) 44 99999-0003"),
        ("pt-BR", "/promover Bairro Feliz 44 99999-0003 exceto: 44 99999-0002"),
        ("pt-BR", "/vincular Bairro Feliz futebol sem suporte"),
        ("pt-BR", "/vincular Bairro Feliz futebol\nFora: suporte"),
        ("es", "/desvincular Bairro Feliz no moradores"),
        ("es", "/enlazar Bairro Feliz vendas* no suporte"),
        ("es", "/enlazar Bairro Feliz futebol, pero no suporte"),
        ("es", "/enlazar Bairro Feliz futebol sin suporte"),
        ("es", "/agregar Bairro Feliz no 44 99999-0005"),
        ("en", "/link Bairro Feliz futebol, no suporte"),
        ("en", "/link Bairro Feliz futebol, don’t suporte"),
        ("en", "/link Bairro Feliz futebol without suporte"),
        // None of these begins a name either.
        ("pt-BR", "/vincular Bairro Feliz com"),
        ("pt-BR", "/vincular Bairro Feliz futebol com suporte"),
        ("es", "/enlazar Bairro Feliz futebol, solo suporte"),
        // Bullets of a pasted list.
        ("pt-BR", "/vincular Bairro Feliz\n✅ futebol\n❌ suporte"),
        ("pt-BR", "/vincular Bairro Feliz\n✅ futebol\n🚫suporte"),
        ("pt-BR", "/promover Bairro Feliz\n✅ 44 99999-0003\n❌ 44 99999-0002"),
    ] {
        let setting = Service::with().world(|world| {
            for name in ["Síndicos", "Comida", "Sem Teto"] {
                world.group(name);
            }
        });
        let bot = setting.instance(&format!("locale = \"{language}\"\n")).start().await;

        let said = bot.ask(ANA, command).await;

        let begins = [
            "Não sei o que fazer com “",
            "No sé qué hacer con “",
            "I don't know what to do with “",
            "Com “",
            "Con “",
            "With “",
        ];
        assert!(begins.iter().any(|begin| said.starts_with(begin)), "{command}: {said}");
        assert_eq!(bot.changes(), 0, "{command}: {said}");
    }
}

#[tokio::test]
async fn an_exclusion_word_may_be_a_stop_word_or_part_of_a_name() {
    for (command, linked) in [
        ("/vincular bairro futebol no suporte", "✅ “Suporte”"),
        ("/vincular bairro meninas sem limites", "✅ “Meninas sem Limites”"),
        ("/vincular bairro sem", "✅ “Sem”"),
        ("/vincular bairro ❌ antigos", "✅ “❌ Antigos”"),
    ] {
        let setting = Service::with().world(|world| {
            for name in ["Meninas sem Limites", "Sem", "❌ Antigos"] {
                world.group(name);
            }
        });
        let bot = setting.instance("locale = \"pt-BR\"\n").start().await;

        let said = bot.ask(ANA, command).await;

        assert!(said.contains(linked) && !said.starts_with("Não sei"), "{command}: {said}");
    }
}

#[tokio::test]
async fn a_beginning_before_another_whole_name_is_asked_about() {
    for (command, first, done) in [
        ("/descrever por favor Bairro Feliz oi", "", "✅ “Bairro Feliz” está"),
        (
            "/descrever minha comunidade Bairro Feliz oi",
            "1. “Bairro Feliz”, 2. “Minha Rua”",
            "✅ “Bairro Feliz” está",
        ),
        ("/descrever minha comunidade: Bairro Feliz: oi", "1. “Bairro Feliz”", "✅ “Bairro Feliz” está"),
        (
            "/vincular minha bairro feliz futebol",
            "1. “Bairro Feliz”",
            "✅ “Futebol” agora está em “Bairro Feliz”.",
        ),
        ("/vincular --testar minha bairro feliz futebol", "1. “Bairro Feliz”", "Foi um teste"),
        ("/promover nova bairro feliz 44 99999-0003", "1. “Bairro Feliz”", "✅ +55 44 99999-0003"),
    ] {
        let setting = Service::with().world(|world| {
            for name in ["Portaria", "Minha Rua", "Nova Era"] {
                world.community(name);
            }
        });
        let bot = setting.start().await;

        let mut said = bot.ask(ANA, command).await;
        if !first.is_empty() {
            assert!(said.contains(first) && bot.changes() == 0, "{command}: {said}");
            said = bot.ask(ANA, "1").await;
        }

        assert!(said.contains(done), "{command}: {said}");
    }
}

#[tokio::test]
async fn a_prefix_match_is_used_if_no_other_community_is_named() {
    let bot = Service::with().world(|world| drop(world.community("Minha Rua"))).start().await;

    let text = bot.ask(ANA, "/descrever minha Tudo sobre a rua do bairro feliz e das outras").await;
    let groups = bot.ask(ANA, "/vincular bairro futebol").await;

    assert!(text.starts_with("✅ “Minha Rua” está"), "{text}");
    assert!(groups.contains("✅ “Futebol”"), "{groups}");
}

#[tokio::test]
async fn words_that_are_neither_name_nor_courtesy_stop_a_change() {
    let commands = [
        "/vincular bairro futebol em vez de suporte",
        "/vincular bairro futebol no lugar de suporte",
        "/link bairro futebol instead of suporte",
        "/link bairro futebol rather than suporte",
        "/enlazar bairro futebol en vez de suporte",
        "/vincular bairro futebol, suporte fica",
        "/vincular bairro futebol; suporte sai",
        "/vincular bairro futebol, deixa suporte",
        "/vincular bairro futebol ou suporte",
        "/link bairro futebol or suporte",
        "/enlazar bairro futebol o suporte",
        "/vincular bairro futebol, depois suporte no marketing",
        "/vincular bairro futebol e no marketing suporte",
        "/vincular bairro futebol -> marketing suporte",
        "/vincular bairro futebol, no marketing, suporte",
        "/mover vendas sul bairro, segurança marketing",
        "/mover vendas sul bairro feliz, segurança marketing",
        "/vincular bairro futebol e eu tiro suporte",
        "/vincular bairro futebol e vc tira suporte",
        "/vincular bairro futebol e gostaria de tirar suporte",
        "/vincular bairro futebol (tirar suporte)",
        "/vincular bairro futebol → tirar suporte",
        "/vincular bairro futebol antes de tirar suporte",
        "/vincular bairro futebol e o suporte tira",
        "/vincular bairro futebol e suporte sair",
        "/link bairro futebol and get rid of suporte",
        "/link bairro futebol and then I unlink suporte",
        "/enlazar bairro futebol y luego saco suporte",
        "/enlazar bairro futebol y hay que sacar suporte",
        "/promover bairro 44 99999-0003 em vez de 44 99999-0002",
        "/rebaixar bairro 44 99999-0002 promover 44 99999-0003",
        "/rebaixar bairro 44 99999-0002 só amanhã",
        "/promover bairro 44 99999-0003 quando ele voltar",
        "/descrever aqui é o marketing",
        "/descrever bairro Feliz e unido",
        "/criar Festa e vincular futebol",
    ];
    for command in commands {
        let bot = Service::start().await;
        let said = bot.ask(ANA, command).await;
        assert_eq!(bot.changes(), 0, "{command}: {said}");
    }
    let bot = Service::start().await;
    let said = bot.ask(ANA, "/vincular bairro futebol em vez de suporte").await;
    assert!(said.starts_with("Com “em vez de” não sei quais são"), "{said}");
    // A name of its own that is not known keeps no other one from being done.
    let said = bot.ask(ANA, "/vincular bairro futebol, xyzzy").await;
    assert!(said.contains("✅ “Futebol”") && said.contains("❌"), "{said}");
}

#[tokio::test]
async fn a_number_beside_a_word_is_no_list_number() {
    for command in ["/vincular bairro os 2", "/vincular bairro 2 grupos", "/vincular bairro 1 grupo"] {
        let bot = Service::start().await;
        bot.ask(ANA, "/grupos").await;
        let said = bot.ask(ANA, command).await;
        assert!(bot.changes() == 0 && said.contains('❌'), "{command}: {said}");
    }
}

#[tokio::test]
async fn a_choice_of_a_community_loses_no_groups() {
    let bot = Service::start().await;

    let said = bot.ask(ANA, "/mover moradores marketing e segurança").await;
    bot.ask(ANA, "1").await;

    assert_eq!(bot.changes(), 0, "{said}");
}

#[tokio::test]
async fn a_menu_offers_no_change_while_a_community_cannot_be_read() {
    let bot = Service::start().await;
    let path = format!("communities-metadata/{}", bot.community("Marketing BR"));
    bot.sandbox.faults().fail_always(&path, Fault::Replace(refusal("No such community")));

    let unread = bot.ask(ANA, "lançamentos bairro").await;
    let readable = Service::start().await.ask(ANA, "lançamentos bairro").await;

    assert!(!unread.contains("/link") && unread.contains("/groups"), "{unread}");
    assert!(readable.contains("/move"), "{readable}");
}
