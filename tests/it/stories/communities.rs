//! `/communities`: the communities in which the admin may use commands.

use vincula::sandbox::{BotRole, Options, World};

use crate::support::{ANA, Service};

#[tokio::test]
async fn the_communities_are_listed_by_name_with_numbers() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/communities").await;

    assert_eq!(reply, "2 communities:\n1. “Bairro Feliz”\n2. “Marketing BR”");
}

#[tokio::test]
async fn communities_of_one_name_are_distinguished_by_id() {
    let bot = Service::with().world(|world| drop(world.community("bairro  feliz"))).start().await;
    let mut ids: Vec<String> = bot
        .world()
        .communities()
        .iter()
        .filter(|each| each.name != "Marketing BR")
        .map(|each| each.id.clone())
        .collect();
    ids.sort();

    let reply = bot.ask(ANA, "/communities").await;

    let lines: Vec<&str> = reply.lines().collect();
    assert_eq!((lines.len(), lines[3]), (4, "3. “Marketing BR”"), "{reply}");
    assert_eq!(lines[1], format!("1. “Bairro Feliz” {}", ids[0]));
    assert_eq!(lines[2], format!("2. “bairro feliz” {}", ids[1]));
}

#[tokio::test]
async fn a_number_of_the_list_names_a_community() {
    let bot = Service::start().await;
    bot.ask(ANA, "/communities").await;

    let reply = bot.ask(ANA, "/community 2").await;
    // The chat has seen a list of groups since.
    let outdated = bot.ask(ANA, "/community 1").await;

    assert!(reply.starts_with("“Marketing BR”: 2 of 50 groups\n"), "{reply}");
    assert!(outdated.starts_with("I don't know a community “1”."), "{outdated}");
}

#[tokio::test]
async fn an_account_without_communities_is_reported() {
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

    let reply = bot.ask(ANA, "/comunidades").await;

    assert_eq!(reply, "1 comunidade:\n1. “Marketing BR”");
}

#[tokio::test]
async fn a_community_that_the_bot_left_is_not_listed() {
    let bot = Service::start().await;
    let bairro = bot.community("Bairro Feliz");
    bot.sandbox.world(|world| world.set_bot_role(&bairro, BotRole::Absent));

    let reply = bot.ask(ANA, "/communities").await;

    assert!(reply.starts_with("1 community:\n1. “Marketing BR”"), "{reply}");
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

    assert!(reply.starts_with("12 communities:\n1. “Bairro Feliz”"), "{reply}");
    assert!(reply.contains("\n11. “Escola 10”\n"), "{reply}");
}

#[tokio::test]
async fn t43_a_prefix_or_alias_reveals_no_forbidden_community() {
    let limited = format!(
        "[instances.main.admins.ana]\nphone = \"{ANA}\"\ncommunities = [\"Bairro Feliz\"]\n\
         [instances.main.aliases]\nmk = \"{}\"\n",
        World::small().community_named("Marketing BR").unwrap()
    );
    let bot = Service::with().admins(&limited).start().await;

    for typed in ["m", "mark", "mk", "marketingg"] {
        for command in
            [format!("/community {typed}"), format!("/link {typed} futebol"), format!("/who {typed}")]
        {
            let reply = bot.ask(ANA, &command).await;
            assert!(reply.starts_with(&format!("I don't know a community “{typed}”")), "{command}: {reply}");
            assert!(!reply.contains("Marketing BR"), "{command}: {reply}");
        }
    }
    let named = bot.ask(ANA, r#"/link "marketing br" futebol"#).await;
    assert_eq!(named, "You may not use /link in “Marketing BR”. The person who runs this bot can allow it.");
}
