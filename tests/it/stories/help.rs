//! `/help`: what the bot can do, on one screen of a phone, and how one command is written.

use crate::support::{ANA, Service};

use super::scene::{ANA_AND_RUI, RUI};

/// What a phone shows of a message without scrolling.
const COLUMNS: usize = 40;
const LINES: usize = 32;

#[tokio::test]
async fn help_shows_every_command_by_chapter_on_one_screen() {
    let bot = Service::start().await;
    let rows = [
        ("/help", "What I can do:\n*Groups*\n/link · /unlink", "More on one: /help link"),
        (
            "/ajuda",
            "O que eu sei fazer:\n*Grupos*\n/vincular · /desvincular",
            "Mais sobre cada um: /ajuda vincular",
        ),
        (
            "/ayuda",
            "Lo que sé hacer:\n*Grupos*\n/vincular · /desvincular",
            "Más sobre cada uno: /ayuda vincular",
        ),
    ];
    for (order, beginning, end) in rows {
        let reply = bot.ask(ANA, order).await;

        assert!(reply.starts_with(beginning), "{reply}");
        assert!(reply.ends_with(end), "{reply}");
        assert!(reply.lines().count() <= LINES, "{reply}");
        assert!(reply.lines().all(|line| line.chars().count() <= COLUMNS), "{reply}");
    }
}

#[tokio::test]
async fn help_on_a_command_shows_two_examples_its_other_names_and_the_marks() {
    let bot = Service::start().await;
    for order in ["/help link", "/help /link", "/help VINCULAR", "/help Enlazar"] {
        let reply = bot.ask(ANA, order).await;

        assert_eq!(
            reply,
            "Put groups into a community.\nWrite: /link <community> <groups…>\n\
             For example:\n/link \"Bairro Feliz\" futebol, mães\n/link Sales vendas* here\n\
             A group is named by its name, the beginning of its name, its id, an invite link, “here” (this \
             chat) or a pattern such as vendas*. Names with blanks go in quotes. People in the group join the \
             announcement group.\nAlso: /vincular, /juntar, /enlazar\n\
             --try only shows what would happen\n\
             --yes skips the question\n\
             ✅ done · ☑️ was so already · ❓ not sure\n\
             ⚠️ belongs elsewhere · ❌ not done",
            "{order}"
        );
    }
    let in_portuguese = bot.ask(ANA, "/ajuda grupos").await;
    assert_eq!(
        in_portuguese,
        "Lista os grupos, todos ou por palavras.\nEscreva: /grupos [palavras]\n\
         Por exemplo:\n/grupos vendas\n/grupos vendas*\n\
         Depois do grupo vem a comunidade dele. Os números valem como nomes no próximo pedido: 1 3-5. O id aparece onde os nomes são iguais, ou quando só há um grupo.\nTambém: /groups"
    );
}

#[tokio::test]
async fn the_examples_of_the_help_work() {
    let bot = Service::with().admins(&with_an_alias("sales")).start().await;
    let help = bot.ask(ANA, "/help link").await;
    let examples: Vec<&str> = help.lines().filter(|line| line.starts_with("/link ")).collect();

    let first = bot.ask(ANA, examples[0]).await;
    let second = bot.ask_by(&bot.message(ANA, examples[1]).in_group(&bot.group("Suporte"))).await;

    assert!(first.starts_with("2 of 2 groups are now in “Bairro Feliz”."), "{first}");
    assert!(second.contains("“Suporte”") && second.contains("in “Marketing BR”."), "{second}");
}

#[tokio::test]
async fn help_on_what_is_no_command_offers_the_nearest() {
    let bot = Service::start().await;

    let near = bot.ask(ANA, "/help lnik").await;
    let far = bot.ask(ANA, "/help xyzzy").await;

    assert_eq!(near, "There is no command “lnik”. Did you mean /link? Answer “yes”.");
    assert_eq!(far, "There is no command “xyzzy”. All of them: /help");
}

#[tokio::test]
async fn help_shows_what_the_admin_may_use_and_no_chapter_that_is_empty() {
    let bot = Service::with()
        .admins(
            "[instances.main.admins.ana]\nphone = \"5544999990001\"\ncommands = [\"groups\", \"alias\"]\n",
        )
        .start()
        .await;

    let reply = bot.ask(ANA, "/help").await;

    assert_eq!(
        reply,
        "What I can do:\n*Look*\n/groups\n*Orders*\n/confirm · /cancel\n*Bot*\n/whoami · /alias · /help\n\
         More on one: /help groups"
    );
}

#[tokio::test]
async fn help_needs_nothing_of_z_api_but_its_delivery() {
    let bot = Service::with().admins(ANA_AND_RUI).start().await;

    bot.ask(ANA, "/help").await;
    bot.ask(RUI, "/help link").await;

    assert!(bot.sandbox.calls().iter().all(|call| call.path == "send-text"));
}

/// Ana, and an alias for "Marketing BR".
fn with_an_alias(name: &str) -> String {
    let world = vincula::sandbox::World::playground();
    let marketing = world.community_named("Marketing BR").unwrap();
    format!(
        "[instances.main.admins.ana]\nphone = \"{ANA}\"\nname = \"Ana\"\n\
         [instances.main.aliases]\n{name} = \"{marketing}\"\n"
    )
}
