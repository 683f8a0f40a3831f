//! Rules for every changing command of the catalog: a dry run changes nothing, and widely visible changes
//! prompt first.

use vincula::command::spec::CommandSpec;
use vincula::commands::CATALOG;
use vincula::sandbox::{ApiCall, Community, Group, World};

use crate::support::{ANA, Service, ServiceBuilder};

/// The commands that change something directly, each with arguments that do so in [`world`].
const CHANGING: &[(&str, &str)] = &[
    ("link", "bairro futebol"),
    ("unlink", "bairro moradores"),
    ("move", "\"vendas sul\" bairro"),
    ("create", "Bairro Novo"),
    ("describe", "bairro Vizinho ajuda vizinho"),
    ("photo", "bairro https://example.com/a.jpg"),
    ("settings", "bairro add-groups all"),
    ("invite", "bairro reset"),
    ("announce", "bairro Reunião hoje"),
    ("deactivate", "bairro"),
    ("add", "bairro 44 99999-0005"),
    ("remove", "bairro 44 99999-0002"),
    ("promote", "bairro 44 99999-0003"),
    ("demote", "bairro 44 99999-0002"),
    ("alias", "bola = futebol"),
];

/// Commands that prompt first.
const GRAVE: &[(&str, &str)] = &[
    ("deactivate", "bairro"),
    ("announce", "bairro Reunião hoje"),
    ("remove", "bairro 44 99999-0002"),
    ("unlink", "bairro rua*"),
    ("move", "rua* marketing"),
    ("link", "marketing turma*"),
    ("move", "turma* marketing"),
    ("invite", "bairro reset"),
    ("invite", "futebol reset"),
    ("create", "Bairro Feliz"),
];

/// The default world with four more groups of a community, and eleven without one.
fn world() -> ServiceBuilder {
    Service::with().limits("commands_per_minute = 1000").world(|world: &mut World| {
        let bairro = world.community_named("Bairro Feliz").unwrap();
        for street in 1..=4 {
            world.linked_group(&bairro, &format!("Rua {street}"));
        }
        for class in 1..=11 {
            world.group(&format!("Turma {class:02}"));
        }
    })
}

/// Calls to Z-API except reads and messages to Ana.
fn changing_calls(bot: &Service) -> Vec<ApiCall> {
    let is_reply = |call: &ApiCall| {
        call.path == "send-text" && call.body.as_ref().is_some_and(|body| body["phone"] == ANA)
    };
    let is_progress = |call: &ApiCall| call.path.starts_with("send-") && call.path.contains("reaction");
    let is_change = |call: &ApiCall| call.is_change() || call.path.starts_with("send-");
    let calls = bot.sandbox.calls().into_iter();
    calls.filter(|call| is_change(call) && !is_reply(call) && !is_progress(call)).collect()
}

fn named(name: &str) -> &'static CommandSpec {
    CATALOG.specs().iter().copied().find(|spec| spec.name == name).unwrap()
}

/// Names of a command in the three languages, with a word of the same language.
fn in_languages(spec: &CommandSpec, words: [&'static str; 3]) -> [(&'static str, &'static str); 3] {
    [(spec.name, words[0]), (spec.pt[0], words[1]), (spec.es[0], words[2])]
}

#[tokio::test]
async fn every_command_that_changes_something_has_a_dry_run_that_changes_nothing() {
    let changing: Vec<&str> = CATALOG
        .specs()
        .iter()
        .filter(|spec| spec.is_mutating && !spec.is_indirect())
        .map(|spec| spec.name)
        .collect();
    assert_eq!(changing.len(), CHANGING.len(), "a command is missing here: {changing:?}");
    let bot = world().start().await;

    for (name, words) in CHANGING {
        assert!(changing.contains(name), "{name}");
        for (name, flag) in in_languages(named(name), ["--try", "—testar", "–probar"]) {
            for command in [format!("/{name} {flag} {words}"), format!("/{name} {words} {flag}")] {
                let reply = bot.ask(ANA, &command).await;
                bot.settled().await;

                assert!(reply.contains("➡️") && !reply.contains('✅'), "{command}: {reply}");
                assert_eq!(changing_calls(&bot), [], "{command}");
            }
        }
        assert_eq!(bot.ask(ANA, "/confirm").await, "❌ Nothing is waiting for an answer here.", "{name}");
        assert!(bot.ask(ANA, "/undo").await.starts_with("❌ There is nothing of yours"), "{name}");
    }
    assert!(bot.ask(ANA, "/aliases").await.starts_with("There are no short names yet."));
}

#[tokio::test]
async fn without_the_dry_run_each_of_these_commands_changes_something() {
    for (name, words) in CHANGING {
        let bot = world().start().await;

        let reply = bot.ask(ANA, &format!("/{name} --yes {words}")).await;
        bot.settled().await;

        assert!(reply.contains('✅'), "{name}: {reply}");
        assert!(*name == "alias" || !changing_calls(&bot).is_empty(), "{name}: {reply}");
    }
}

#[tokio::test]
async fn widely_visible_changes_prompt_first() {
    let ends =
        ["Shall I? Answer “yes” or 👍 within 5 minutes; “no” cancels.", "“não” cancela.", "“no” lo cancela."];
    let bot = world().start().await;
    for (command, words) in GRAVE {
        for (name, end) in in_languages(named(command), ends) {
            let command = format!("/{name} {words}");
            let language = ["en", "pt", "es"][ends.iter().position(|other| *other == end).unwrap()];
            bot.ask(ANA, &format!("/language {language}")).await;

            let reply = bot.ask(ANA, &command).await;
            bot.settled().await;

            assert!(reply.contains("➡️") && reply.ends_with(end), "{command}: {reply}");
            assert_eq!(changing_calls(&bot), [], "{command}");
        }
    }
}

#[tokio::test]
async fn the_yes_flag_accepts_every_dash_of_phone_keyboards() {
    let flags = ["--yes", "—yes", "–sim", "‑‑sí", "−−si", "--Sim", "——YES", "-‐yes"];
    for (at, (name, words)) in GRAVE.iter().enumerate() {
        let bot = world().start().await;
        let flag = flags[at % flags.len()];

        let reply = bot.ask(ANA, &format!("/{name} {flag} {words}")).await;
        bot.settled().await;

        assert!(!reply.contains("➡️") && !changing_calls(&bot).is_empty(), "{name} {flag}: {reply}");
    }
}

/// The world without the traces of every command.
fn seen(bot: &Service) -> (Vec<Community>, Vec<Group>) {
    let world = bot.world();
    let mut groups = world.groups().to_vec();
    for group in &mut groups {
        group.participants = world.participants(group);
        group.participants.sort_by(|one, other| one.phone.cmp(&other.phone));
    }
    (world.communities().to_vec(), groups)
}

#[tokio::test]
async fn each_change_is_undone_or_reported_as_final() {
    for (name, words) in CHANGING {
        let bot = world().start().await;
        // The command that would undo the change before this one.
        bot.ask(ANA, "/settings bairro add-groups admins").await;
        bot.ask(ANA, r#"/link "Marketing BR" síndicos"#).await;
        bot.settled().await;
        let before = seen(&bot);
        bot.ask(ANA, &format!("/{name} --yes {words}")).await;
        bot.settled().await;
        let changed = seen(&bot);
        assert!(*name == "alias" || *name == "announce" || changed != before, "{name}");

        let undone = bot.ask(ANA, "/undo --yes").await;
        bot.settled().await;

        if undone.contains('✅') {
            // The announcement group of an ended community stays.
            let is_as_before = || match *name {
                "create" => seen(&bot).0 == before.0,
                _ => seen(&bot) == before,
            };
            assert!(is_as_before(), "{name}: {undone}");
            let again = bot.ask(ANA, "/undo").await;
            bot.settled().await;
            assert_eq!(
                again,
                format!("❌ I took back /{name} already. Only the last change can be taken back.")
            );
            assert!(is_as_before(), "{name}: {again}");
        } else {
            let cannot = format!("❌ The last change was /{name}, and that cannot be taken back.");
            assert!(undone.starts_with(&cannot), "{name}: {undone}");
            assert_eq!(seen(&bot), changed, "{name}: {undone}");
        }
        let is_lost = undone.contains('❌');
        let lost = ["photo", "invite", "announce", "deactivate", "remove"];
        assert_eq!(is_lost, lost.contains(name), "{name}: {undone}");
    }
}
