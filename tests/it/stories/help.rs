//! `/help`: what the bot can do, on one phone screen, and the usage of one command.

use vincula::commands::CATALOG;
use vincula::domain::Locale;
use vincula::sandbox::World;

use crate::support::{ANA, Service, ServiceBuilder};

use super::fixtures::{ANA_AND_RUI, RUI};

/// Lines that a phone shows without scrolling.
const COLUMNS: usize = 40;
const LINES: usize = 32;

#[tokio::test]
async fn help_shows_every_command_by_section_on_one_screen() {
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
    for (command, beginning, end) in rows {
        let reply = bot.ask(ANA, command).await;

        assert!(reply.starts_with(beginning), "{reply}");
        assert!(reply.ends_with(end), "{reply}");
        assert!(reply.lines().count() <= LINES, "{reply}");
        assert!(reply.lines().all(|line| line.chars().count() <= COLUMNS), "{reply}");
    }
}

#[tokio::test]
async fn help_on_a_command_shows_two_examples_its_other_names_and_the_marks() {
    let bot = Service::start().await;
    for command in ["/help link", "/help /link", "/help VINCULAR", "/help Enlazar"] {
        let reply = bot.ask(ANA, command).await;

        assert_eq!(
            reply,
            "Put groups into a community.\nWrite: /link <community> <groups…>\n\
             For example:\n/link \"Bairro Feliz\" futebol, mães\n/link Sales vendas* here\n\
             You can write a group’s name, the beginning of its name, its id, an invite link, “here” (this \
             chat) or a pattern such as vendas*. Names with commas go in quotes. People in the group join the \
             announcement group.\nAlso: /vincular, /juntar, /enlazar\n\
             --try only shows what would happen\n\
             --yes skips the question\n\
             ✅ done · ☑️ already so · ❓ not sure\n\
             ⚠️ belongs elsewhere · ❌ not done",
            "{command}"
        );
    }
    let in_portuguese = bot.ask(ANA, "/ajuda grupos").await;
    assert_eq!(
        in_portuguese,
        "Lista os grupos, todos ou por palavras.\nEscreva: /grupos [palavras]\n\
         Por exemplo:\n/grupos vendas\n/grupos vendas*\n\
         Depois do grupo vem a comunidade dele. Os números valem como nomes no próximo comando: 1 3-5. O id aparece onde os nomes são iguais, ou quando só há um grupo.\nTambém: /groups"
    );
}

#[tokio::test]
async fn help_on_an_indirect_command_shows_no_dry_run_or_yes_flag() {
    let bot = Service::start().await;

    for command in ["/help undo", "/help confirm", "/help cancel", "/help groups"] {
        let reply = bot.ask(ANA, command).await;

        assert!(!reply.contains("\n--"), "{reply}");
    }
}

#[tokio::test]
async fn help_on_a_command_shows_only_its_flags_and_icons() {
    let bot = Service::with().instance("locale = \"pt-BR\"").start().await;
    let rows = [
        ("vincular", true, false, true),
        ("adicionar", false, false, true),
        ("criar", true, true, false),
        ("avisar", true, true, false),
        ("descrever", true, true, false),
        ("foto", false, false, false),
        ("promover", false, false, false),
        ("configurar", false, false, false),
        ("apelido", false, false, false),
    ];
    for (name, asks, has_text, may_warn) in rows {
        let reply = bot.ask(ANA, &format!("/ajuda {name}")).await;

        assert!(reply.contains("\n--testar só mostra"), "{reply}");
        assert_eq!(reply.contains("\n--sim faz sem perguntar"), asks, "{reply}");
        let first = format!("\nIsso vai antes do texto: /{name} --testar …\n");
        assert_eq!(reply.contains(&first), has_text, "{reply}");
        assert_eq!(reply.contains("⚠️"), may_warn, "{reply}");
        assert_eq!(reply.contains("⚠️ é de outra"), name == "vincular", "{reply}");
    }
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
async fn help_on_an_unknown_command_suggests_the_nearest() {
    let bot = Service::start().await;

    let near = bot.ask(ANA, "/help lnik").await;
    let far = bot.ask(ANA, "/help xyzzy").await;

    assert_eq!(near, "There is no command “lnik”. Did you mean /link? Answer “yes”.");
    assert_eq!(far, "There is no command “xyzzy”. All of them: /help");
}

#[tokio::test]
async fn help_shows_permitted_commands_and_no_empty_section() {
    let bot = Service::with()
        .admins(
            "[instances.main.admins.ana]\nphone = \"5544999990001\"\ncommands = [\"groups\", \"alias\"]\n",
        )
        .start()
        .await;

    let reply = bot.ask(ANA, "/help").await;

    assert_eq!(
        reply,
        "What I can do:\n*Look*\n/groups\n*Commands*\n/confirm · /cancel\n*Bot*\n/whoami · /alias · /help\n\
         More on one: /help groups"
    );
}

#[tokio::test]
async fn help_calls_z_api_only_to_send_the_reply() {
    let bot = Service::with().admins(ANA_AND_RUI).start().await;

    bot.ask(ANA, "/help").await;
    bot.ask(RUI, "/help link").await;

    assert!(bot.sandbox.calls().iter().all(|call| call.path == "send-text"));
}

/// Preconditions of the examples of a command.
fn before(command: &str, is_first: bool) -> &'static [&'static str] {
    match command {
        "unlink" => &["/link bairro futebol", "/link sales suporte"],
        "describe" => &["/describe sales Hello"],
        "more" => &["/groups"],
        "confirm" if is_first => &["/deactivate bairro"],
        "confirm" => &["/alias v = ven"],
        "undo" => &["/link bairro futebol"],
        "cancel" => &["/deactivate bairro"],
        "alias" if !is_first => &["/alias bf = bairro"],
        _ => &[],
    }
}

/// The call that an example makes; none for prompts and reads.
fn call_of(command: &str) -> Option<&'static str> {
    Some(match command {
        "link" | "move" => "communities/link",
        "unlink" | "undo" => "communities/unlink",
        "create" => "communities",
        "describe" => "update-community-description",
        "photo" => "update-community-photo",
        "settings" => "communities/settings",
        "add" => "add-participant",
        "promote" => "add-admin",
        "demote" => "remove-admin",
        _ => return None,
    })
}

/// A world in which the names of the examples exist: for Spanish the groups have Spanish names.
fn of_the_examples(command: &str) -> ServiceBuilder {
    let mut world = World::empty();
    let (bairro, sales) = (world.community("Bairro Feliz"), world.community("Marketing BR"));
    for name in ["Moradores", "Segurança"] {
        world.linked_group(&bairro, name);
    }
    for name in ["Lançamentos", "Vendas Sul", "Ventas Sur", "Catálogo"] {
        world.linked_group(&sales, name);
    }
    for name in ["Futebol", "Mães do Bairro", "Suporte", "Vendas Norte", "Vendas Atacado", "Ventas Norte"] {
        world.group(name);
    }
    if command == "more" {
        for class in 0..90 {
            world.group(&format!("Turma {class:02}"));
        }
    }
    for (phone, lid) in [("5544999990001", "81896604192873@lid"), ("5544999990002", "81896604192874@lid")] {
        world.person(phone, Some(lid), "Bruno");
        for community in [&bairro, &sales] {
            match command {
                "remove" | "promote" => world.join(community, phone, false, false),
                "demote" => world.join(community, phone, true, false),
                _ => {}
            }
        }
    }
    let aliases = ["sales", "vendas", "ventas"].map(|name| format!("{name} = \"{sales}\"\n")).concat();
    Service::with().limits("commands_per_minute = 1000").world(|own| *own = world).admins(&format!(
        "[instances.main.admins.ana]\nphone = \"{RUI}\"\nname = \"Ana\"\n\
         [instances.main.aliases]\n{aliases}"
    ))
}

/// Reads the help on each command, and sends its examples.
async fn each_example_does_what_it_says(language: usize) {
    let mut astray = Vec::new();
    let locale = format!("locale = \"{}\"", ["en", "pt-BR", "es"][language]);
    let guide = of_the_examples("help").instance(&locale).start().await;
    for spec in CATALOG.specs() {
        let name = spec.name_in(Locale::ALL[language]);
        let command = format!("/{name}");
        let help = guide.ask(RUI, &format!("/{} {name}", ["help", "ajuda", "ayuda"][language])).await;
        let is_example = |line: &&str| {
            *line == command || line.strip_prefix(&command).is_some_and(|rest| rest.starts_with(' '))
        };
        let mut examples: Vec<&str> = help.lines().filter(is_example).collect();
        if spec.args.is_empty() {
            // Only its usage can be shown.
            examples.push(&command);
        } else {
            assert_eq!(examples.len(), 2, "{help}");
        }
        for (nth, example) in examples.into_iter().enumerate() {
            let bot = of_the_examples(spec.name).instance(&locale).start().await;
            let group = bot.group("Suporte");
            for command in before(spec.name, nth == 0) {
                bot.ask_by(&bot.message(RUI, command).in_group(&group)).await;
                bot.settled().await;
            }
            let calls = |path: &str| {
                let calls = bot.sandbox.calls().into_iter();
                calls.filter(|call| call.is_change() && call.path.starts_with(path)).count()
            };
            let call = call_of(spec.name).filter(|_| !example.contains("--"));
            let called = call.map(calls);
            let event = match (spec.name, example.contains("https://")) {
                ("photo", false) => bot.picture(RUI, example, "https://pictures.example/a.jpeg"),
                _ => bot.message(RUI, example),
            }
            .in_group(&group);
            let reply = bot.ask_by(&event).await;
            bot.settled().await;

            let outcome = bot.row(event.message_id()).await.outcome;
            // The help on a command explains the icons.
            let is_well = spec.name == "help" || !["❌", "❓", "⚠️"].iter().any(|mark| reply.contains(mark));
            let is_understood = matches!(outcome.as_deref(), Some("replied" | "previewed"));
            if !is_well || !is_understood || call.map(calls) != called.map(|n| n + 1) {
                astray.push(format!("{example}: {outcome:?} {reply}"));
            }
        }
    }
    assert!(astray.is_empty(), "{}", astray.join("\n\n"));
}

#[tokio::test]
async fn each_example_of_the_english_help_does_what_it_says() {
    each_example_does_what_it_says(0).await;
}

#[tokio::test]
async fn each_example_of_the_portuguese_help_does_what_it_says() {
    each_example_does_what_it_says(1).await;
}

#[tokio::test]
async fn each_example_of_the_spanish_help_does_what_it_says() {
    each_example_does_what_it_says(2).await;
}

/// Ana, and an alias for "Marketing BR".
fn with_an_alias(name: &str) -> String {
    let world = vincula::sandbox::World::small();
    let marketing = world.community_named("Marketing BR").unwrap();
    format!(
        "[instances.main.admins.ana]\nphone = \"{ANA}\"\nname = \"Ana\"\n\
         [instances.main.aliases]\n{name} = \"{marketing}\"\n"
    )
}

#[tokio::test]
async fn a_text_that_says_nothing_known_offers_no_list_that_its_admin_may_not_use() {
    let bot = Service::with()
        .admins("[instances.main.admins.ana]\nphone = \"5544999990001\"\ncommands = [\"link\"]\n")
        .start()
        .await;

    let reply = bot.ask(ANA, "blorg zyx").await;

    assert_eq!(reply, "I didn’t get that. All I can do: /help");
}
