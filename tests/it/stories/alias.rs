//! `/alias`: a short name for a community or group, set in a chat and valid everywhere.

use vincula::sandbox::World;

use crate::support::{ANA, Service};

use super::fixtures::{ANA_AND_RUI, RUI};

#[tokio::test]
async fn an_alias_works_wherever_a_community_or_group_is_named() {
    let bot = Service::with().admins(ANA_AND_RUI).start().await;

    let community = bot.ask(ANA, r#"/alias bf = "Bairro Feliz""#).await;
    let group = bot.ask(ANA, "/alias bola = futebol").await;
    // For every sender and chat.
    let linked = bot.ask(RUI, "/link BF bola").await;
    let shown = bot.ask_by(&bot.message(RUI, "/community bf").in_group(&bot.group("Suporte"))).await;

    assert_eq!(community, "✅ “bf” now stands for “Bairro Feliz” (community).");
    assert_eq!(group, "✅ “bola” now stands for “Futebol” (group).");
    assert_eq!(linked, "✅ “Futebol” is now in “Bairro Feliz”.");
    assert!(shown.starts_with("“Bairro Feliz”: 3 of 50 groups"), "{shown}");
    assert_eq!(bot.calls_to("communities/link").len(), 1);
}

#[tokio::test]
async fn an_alias_is_created_in_three_languages_from_any_name() {
    let bot = Service::start().await;
    let (community, group) = (bot.community("Bairro Feliz"), bot.group("Futebol"));
    let link = bot.world().find_group(&group).unwrap().invitation.clone();
    bot.ask(ANA, "/groups futebol").await;
    let rows = [
        ("/apelido bf = bairro".to_owned(), "✅ Agora “bf” é “Bairro Feliz” (comunidade)."),
        (format!("/apodo feliz = {community}"), "✅ Ahora “feliz” es “Bairro Feliz” (comunidad)."),
        (format!("/apelido a = {group}"), "✅ Agora “a” é “Futebol” (grupo)."),
        (format!("/apelido b {link}?mode=ac_t"), "✅ Agora “b” é “Futebol” (grupo)."),
        ("/alias d: futeb".to_owned(), "✅ “d” now stands for “Futebol” (group)."),
        ("/alias e -> bf".to_owned(), "✅ “e” now stands for “Bairro Feliz” (community)."),
    ];
    for (command, expected) in &rows {
        assert_eq!(bot.ask(ANA, command).await, *expected, "{command}");
    }
    let here = bot.ask_by(&bot.message(ANA, "/apodo f = aquí").in_group(&group)).await;
    assert_eq!(here, "✅ Ahora “f” es “Futebol” (grupo).");
}

#[tokio::test]
async fn aliases_are_listed_with_those_of_the_configuration() {
    let bot = Service::with().admins(&with_sales("[\"*\"]")).start().await;

    let before = bot.ask(ANA, "/aliases").await;
    bot.ask(ANA, "/alias bola = futebol").await;
    let listed = bot.ask(ANA, "/aliases").await;
    let one = bot.ask(ANA, "/alias BOLA").await;
    let none = bot.ask(ANA, "/apelido xyz").await;

    assert_eq!(
        before,
        "1 short name:\n🔒 “sales” = “Marketing BR” (community)\n🔒 set in the configuration\n\
         Add one: /alias bf = \"Bairro Feliz\""
    );
    assert_eq!(
        listed,
        "2 short names:\n• “bola” = “Futebol” (group)\n🔒 “sales” = “Marketing BR” (community)\n\
         🔒 set in the configuration\nAdd one: /alias bf = \"Bairro Feliz\""
    );
    assert_eq!(one, "“bola” = “Futebol” (group)");
    assert_eq!(
        none,
        "❌ Escreva o apelido, “=” e a comunidade ou o grupo: /apelido bf = \"Bairro Feliz\". \
         Os que já existem: /apelidos"
    );
}

#[tokio::test]
async fn a_configured_alias_is_not_changed_from_a_chat() {
    let bot = Service::with().admins(&with_sales("[\"*\"]")).start().await;

    let set = bot.ask(ANA, "/alias SALES = bairro").await;
    let removed = bot.ask(ANA, "/alias remove sales").await;
    let shown = bot.ask(ANA, "/community sales").await;

    let fixed = "is set in the configuration. The person who runs this bot can change it there.";
    assert_eq!(set, format!("❌ “SALES” {fixed}"));
    assert_eq!(removed, format!("❌ “sales” {fixed}"));
    assert!(shown.starts_with("“Marketing BR”"), "{shown}");
}

#[tokio::test]
async fn a_removed_alias_is_not_found() {
    let bot = Service::start().await;
    bot.ask(ANA, "/alias bola = futebol").await;

    let removed = bot.ask(ANA, "/apelido remover bola").await;
    let again = bot.ask(ANA, "/apodo quitar bola").await;
    let link = bot.ask(ANA, r#"/link "Bairro Feliz" bola"#).await;

    assert_eq!(removed, "✅ “bola” não é mais o apelido de “Futebol”.");
    assert_eq!(again, "❌ No existe el apodo “bola”. Míralos todos: /apodos");
    assert!(link.contains("❌ I don't know a group “bola”"), "{link}");
}

#[tokio::test]
async fn undo_removes_or_restores_an_alias() {
    let bot = Service::start().await;

    bot.ask(ANA, "/alias bola = futebol").await;
    let changed = bot.ask(ANA, "/alias bola = suporte").await;
    let back = bot.ask(ANA, "/undo").await;
    bot.ask(ANA, "/alias remove bola").await;
    let restored = bot.ask(ANA, "/undo").await;
    bot.ask(ANA, "/alias novo = suporte").await;
    let gone = bot.ask(ANA, "/undo").await;
    let same = bot.ask(ANA, "/alias bola = futebol").await;

    assert_eq!(changed, "✅ “bola” now stands for “Suporte” (group).\nBefore, it stood for “Futebol”.");
    assert_eq!(back, "✅ “bola” now stands for “Futebol” (group).\nBefore, it stood for “Suporte”.");
    assert_eq!(restored, "✅ “bola” now stands for “Futebol” (group).");
    assert_eq!(gone, "✅ “novo” no longer stands for “Suporte”.");
    assert_eq!(same, "☑️ “bola” already stands for “Futebol”.");
}

#[tokio::test]
async fn a_dry_run_changes_no_alias() {
    let bot = Service::start().await;
    let trial = "\n\nThis was a trial: nothing was changed. Without --try it is done.";

    let set = bot.ask(ANA, "/alias bola = futebol --try").await;
    bot.ask(ANA, "/alias bola = futebol").await;
    let removed = bot.ask(ANA, "/alias remove bola --try").await;
    let listed = bot.ask(ANA, "/aliases").await;

    assert_eq!(set, format!("➡️ “bola” would stand for “Futebol” (group).{trial}"));
    assert_eq!(removed, format!("➡️ “bola” would no longer stand for “Futebol”.{trial}"));
    assert!(listed.contains("• “bola” = “Futebol” (group)"), "{listed}");
}

#[tokio::test]
async fn reserved_words_cannot_be_aliases() {
    let bot = Service::with().limits("commands_per_minute = 1000").start().await;
    let long = "x".repeat(41);
    let rows = [
        ("2", "❌ “2” is a number or an id. Choose a word."),
        ("120363186053925765", "❌ “120363186053925765” is a number or an id. Choose a word."),
        ("here", "❌ “here” already means something else in a command. Choose another word."),
        ("aqui", "❌ “aqui” already means something else in a command. Choose another word."),
        ("bola*", "❌ “bola∗” is more than one word. Write: /alias bola = futebol"),
        ("\"a bola\"", "❌ “a bola” is more than one word. Write: /alias a-bola = futebol"),
    ];
    for (short, expected) in rows {
        assert_eq!(bot.ask(ANA, &format!("/alias {short} = futebol")).await, expected, "{short}");
    }
    let too_long = bot.ask(ANA, &format!("/alias {long} = futebol")).await;
    assert_eq!(too_long, format!("❌ “{long}” is too long: a short name has 40 characters at most."));
    assert!(bot.ask(ANA, "/aliases").await.starts_with("There are no short names yet."));
}

#[tokio::test]
async fn each_typo_gets_a_suggestion() {
    let bot = Service::start().await;

    let turned = bot.ask(ANA, r#"/alias "Bairro Feliz" = bf"#).await;
    let done = bot.ask(ANA, "yes").await;
    let unclear = bot.ask(ANA, "/alias v = vendas").await;
    let chosen = bot.ask(ANA, "2").await;
    let near = bot.ask(ANA, "/alias x = futebbol").await;
    let nothing = bot.ask(ANA, "/alias x = qwertz").await;
    let open = bot.ask(ANA, r#"/alias x = "futebol"#).await;

    assert_eq!(
        turned,
        "❌ The alias comes before the “=”, and “Bairro Feliz” is a name already. Did you mean \
         /alias bf = \"Bairro Feliz\"? Answer “yes”."
    );
    assert_eq!(done, "✅ “bf” now stands for “Bairro Feliz” (community).");
    assert_eq!(
        unclear,
        "❌ “vendas” could be:\n1. “Vendas Atacado” (group)\n2. “Vendas Norte” (group)\n\
         3. “Vendas Sul” (group)\nAnswer with the number you mean."
    );
    assert_eq!(chosen, "✅ “v” now stands for “Vendas Norte” (group).");
    assert!(near.contains("1. “Futebol” (group)"), "{near}");
    assert_eq!(nothing, "❌ I don't know a community or group “qwertz”. See: /communities, /groups");
    assert!(open.contains("The quote \" is not closed."), "{open}");
}

#[tokio::test]
async fn an_alias_takes_no_name_that_something_else_has() {
    let bot = Service::start().await;

    let group = bot.ask(ANA, "/alias suporte = futebol").await;
    let first_word = bot.ask(ANA, r#"/alias bairro = "Marketing BR""#).await;
    let own = bot.ask(ANA, "/alias futebol = futebol").await;
    let own_first_word = bot.ask(ANA, r#"/alias marketing = "Marketing BR""#).await;
    let command = bot.ask(ANA, "/apelido vincular = futebol").await;
    let word = bot.ask(ANA, "/apodo todos = futebol").await;
    let linked = bot.ask(ANA, r#"/link "Bairro Feliz" suporte"#).await;

    assert_eq!(group, "❌ “suporte” is already the name of “Suporte”. Choose another word.");
    assert_eq!(first_word, "❌ “bairro” is already the name of “Bairro Feliz”. Choose another word.");
    assert_eq!(own, "✅ “futebol” now stands for “Futebol” (group).");
    assert_eq!(own_first_word, "✅ “marketing” now stands for “Marketing BR” (community).");
    assert_eq!(command, "❌ “vincular” é um comando. Escolha outra palavra.");
    assert_eq!(word, "❌ “todos” ya significa otra cosa. Elige otra palabra.");
    assert_eq!(linked, "✅ “Suporte” is now in “Bairro Feliz”.");
}

#[tokio::test]
async fn an_alias_grants_no_rights() {
    // Ana may use commands in the configured “sales”, if an alias of that name existed.
    let bot = Service::with()
        .admins(&format!(
            "{ANA_AND_RUI}\ncommands = [\"*\"]\n[instances.main.admins.eva]\nphone = \"5531966660003\"\n\
             communities = [\"sales\"]\n"
        ))
        .start()
        .await;
    let eva = "5531966660003";

    let made = bot.ask(ANA, r#"/alias sales = "Bairro Feliz""#).await;
    let link = bot.ask(eva, "/link sales futebol").await;
    let own = bot.ask(eva, "/alias mine = bairro").await;
    let listed = bot.ask(eva, "/aliases").await;
    let seen = bot.ask(eva, "/communities").await;

    assert!(made.starts_with("✅"), "{made}");
    assert!(
        link.starts_with("You may not use /link in") || link.starts_with("I don't know a community"),
        "{link}"
    );
    assert!(own.starts_with("❌ I don't know a community or group “bairro”."), "{own}");
    assert!(listed.starts_with("There are no short names yet."), "{listed}");
    assert!(!seen.contains("Bairro"), "{seen}");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn an_alias_is_not_redirected_without_rights_in_its_community() {
    let bot = Service::with().admins(&with_sales("[\"sales\"]")).start().await;

    bot.ask(RUI, "/alias bf = bairro").await;
    let turned = bot.ask(ANA, "/alias bf = sales").await;
    let removed = bot.ask(ANA, "/alias remove bf").await;
    let allowed = bot.ask(ANA, "/alias mkt = sales").await;
    let shown = bot.ask(RUI, "/community bf").await;

    assert_eq!(turned, "You may not use /alias here. The person who runs this bot can allow it.");
    assert_eq!(removed, turned);
    assert_eq!(allowed, "✅ “mkt” now stands for “Marketing BR” (community).");
    assert!(shown.starts_with("“Bairro Feliz”"), "{shown}");
}

#[tokio::test]
async fn a_restart_keeps_an_alias() {
    let mut bot = Service::start().await;
    bot.ask(ANA, "/alias bola = futebol").await;

    bot.stop().await;
    bot.restart().await;
    let linked = bot.ask(ANA, r#"/link "Bairro Feliz" bola"#).await;

    assert_eq!(linked, "✅ “Futebol” is now in “Bairro Feliz”.");
}

/// Ana, in these communities, and Rui in all; “sales” is “Marketing BR”.
fn with_sales(communities: &str) -> String {
    let marketing = World::small().community_named("Marketing BR").unwrap();
    format!(
        "[instances.main.admins.ana]\nphone = \"{ANA}\"\nname = \"Ana\"\ncommunities = {communities}\n\
         [instances.main.admins.rui]\nphone = \"{RUI}\"\nname = \"Rui\"\n\
         [instances.main.aliases]\nsales = \"{marketing}\"\n"
    )
}

#[tokio::test]
async fn t43_an_alias_cannot_take_the_name_of_a_forbidden_community() {
    let zoe = "5531966660003";
    let limited =
        format!("[instances.main.admins.zoe]\nphone = \"{zoe}\"\ncommunities = [\"Bairro Feliz\"]\n");
    let bot = Service::with()
        .admins(&format!("{ANA_AND_RUI}\n{limited}"))
        .world(|world| {
            world.community("Praia");
        })
        .start()
        .await;

    let taken = bot.ask(zoe, r#"/alias praia = "Bairro Feliz""#).await;
    let anas = bot.ask(ANA, r#"/link praia futebol"#).await;
    let hers = bot.ask(ANA, r#"/alias praia = "Bairro Feliz""#).await;

    assert_eq!(taken, "❌ “praia” already means something else in a command. Choose another word.");
    assert_eq!(anas, "✅ “Futebol” is now in “Praia”.");
    assert_eq!(hers, "❌ “praia” is already the name of “Praia”. Choose another word.");
}

#[tokio::test]
async fn an_alias_of_a_forbidden_community_reveals_nothing() {
    let bot = Service::with().admins(&with_sales("[\"sales\"]")).start().await;
    bot.ask(RUI, "/alias bf = bairro").await;

    let reply = bot.ask(ANA, "/alias bf").await;
    let known = bot.ask(ANA, "/alias sales").await;

    assert!(reply.starts_with("❌ Write a short name") && !reply.contains("“Bairro Feliz”"), "{reply}");
    assert_eq!(known, "“sales” = “Marketing BR” (community)");
}

#[tokio::test]
async fn an_alias_of_a_deleted_target_is_listed_without_its_id_and_stays_dead() {
    let bot = Service::with().world(|world| drop(world.community("Praia"))).start().await;
    bot.ask(ANA, "/alias p = praia").await;
    bot.ask(ANA, "/deactivate --yes praia").await;

    let listed = bot.ask(ANA, "/aliases").await;
    let removed = bot.ask(ANA, "/alias remove p").await;
    let undone = bot.ask(ANA, "/undo").await;

    assert!(listed.contains("\n• “p” was a community or group that is gone\n"), "{listed}");
    assert_eq!(removed, "✅ “p” no longer stands for a community or group that is gone.");
    assert_eq!(undone, "❌ The last change was /alias, and that cannot be taken back.");
}

#[tokio::test]
async fn a_configured_alias_replaces_one_from_a_chat() {
    let mut bot = Service::start().await;
    let (bairro, marketing) = (bot.community("Bairro Feliz"), bot.community("Marketing BR"));
    bot.ask(ANA, "/alias x = bairro").await;
    bot.stop().await;
    let alias = format!("[instances.main.aliases]\nx = \"{marketing}\"\n[instances.main.limits]");
    bot.restart_with("[instances.main.limits]", &alias).await;

    let listed = bot.ask(ANA, "/aliases").await;
    let shown = bot.ask(ANA, "/community x").await;
    let shown_in_bairro = shown.contains(&bairro);

    assert!(listed.starts_with("1 short name:\n🔒 “x” = “Marketing BR” (community)\n"), "{listed}");
    assert!(shown.starts_with("“Marketing BR”") && !shown_in_bairro, "{shown}");
}

#[tokio::test]
async fn the_number_of_aliases_is_limited() {
    let bot = Service::start().await;
    let bairro = bot.community("Bairro Feliz");
    bot.store_aliases(299, &bairro).await;

    let last = bot.ask(ANA, "/alias um = bairro").await;
    let many = bot.ask(ANA, "/alias outro = bairro").await;
    let turned = bot.ask(ANA, "/alias um = futebol").await;

    assert!(last.starts_with("✅"), "{last}");
    assert_eq!(many, "❌ There are 300 short names already. Remove one first: /aliases");
    assert!(turned.starts_with("✅ “um” now stands for “Futebol”"), "{turned}");
}

#[tokio::test]
async fn undo_keeps_a_later_alias_of_another_admin() {
    let bot = Service::with().admins(ANA_AND_RUI).start().await;

    bot.ask(ANA, "/alias bola = futebol").await;
    bot.ask(RUI, "/alias bola = suporte").await;
    let kept = bot.ask(ANA, "/undo").await;
    bot.ask(ANA, "/alias remove bola").await;
    bot.ask(RUI, "/alias bola = moradores").await;
    let stays = bot.ask(ANA, "/desfazer").await;

    assert_eq!(
        kept,
        "❌ Not undone: somebody has changed the short name “bola” since.\n“bola” = “Suporte” (group)\n\
         This may help: /alias remove bola"
    );
    assert_eq!(
        stays,
        "❌ Não desfiz: alguém mudou o apelido “bola” depois.\n“bola” = “Moradores” (grupo)\n\
         Isto pode ajudar: /apelido bola = Suporte"
    );
    assert_eq!(bot.ask(ANA, "/alias bola").await, "“bola” = “Moradores” (group)");
}
