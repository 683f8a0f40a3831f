//! `admins_from = "community"`: admins of a community may use commands in it, and in no other.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::commands::CATALOG;
use vincula::sandbox::{ConnectionLoss, Fault, FaultResponse};

use super::fixtures::refusal;
use crate::support::{ANA, Service, ServiceBuilder};

/// An admin of “Bairro Feliz”.
pub const BRUNO: &str = "5544999990002";
const BRUNO_LID: &str = "81896604192874@lid";
/// Her number is hidden; an ordinary member of “Bairro Feliz” in the default world.
const CARLA: &str = "5544999990003";
const CARLA_LID: &str = "81896604192875@lid";

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;
const DONE: &str = "✅ “Futebol” is now in “Bairro Feliz”.";
const NOBODY: &str = r#"{"status":"ignored","reason":"not_an_admin"}"#;
const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// A bot whose community admins have rights; they are also admins of “Futebol”. The test controls the clock.
pub fn setting() -> ServiceBuilder {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let setting = Service::with().clock(clock).instance("admins_from = \"community\"");
    setting.limits("commands_per_minute = 100").world(|world| {
        let futebol = world.group_named("Futebol").unwrap();
        for admin in [ANA, BRUNO, CARLA] {
            world.join_group(&futebol, admin, true);
        }
    })
}

impl Service {
    /// Waits until a person is known as an admin of a community.
    pub async fn knows(&self, who: &str) {
        self.within(async {
            while self.send(who, "/whoami").await == NOBODY {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        self.settled().await;
    }

    /// Number of reads of member lists outside of commands.
    fn wait_for_admin_refresh(&self) -> usize {
        self.calls_to("light-group-metadata").len()
    }

    /// The existing commands among these.
    fn existing<'a>(&self, commands: &[&'a str]) -> Vec<&'a str> {
        let exists = |command: &&&str| CATALOG.lookup(command[1..].split(' ').next().unwrap()).is_some();
        commands.iter().filter(exists).copied().collect()
    }
}

#[tokio::test]
async fn an_admin_of_a_community_may_use_commands_in_it() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;

    assert_eq!(bot.ask(BRUNO, COMMAND).await, DONE);
    assert_eq!(bot.ask(BRUNO, r#"/desvincular "Bairro Feliz" futebol"#).await.chars().next(), Some('✅'));
    assert!(bot.ask(BRUNO, "/community bairro").await.starts_with("“Bairro Feliz”: 2 of 50 groups"));
    assert_eq!(
        bot.ask(BRUNO, "/whoami").await,
        "You are “+55 44 99999-0002”.\nNumber: 5544999990002\nThis chat: 5544999990002\n\
         Commands: all but /create, /deactivate, /alias, /aliases\nCommunities: “Bairro Feliz”"
    );
    assert!(bot.ask(BRUNO, "/quemsou").await.contains("\nComandos: todos menos /"));
    assert!(bot.ask(BRUNO, "/quiensoy").await.contains("\nComandos: todos menos /"));
    assert_eq!(
        bot.ask(BRUNO, "oi").await,
        "Hi! I look after your WhatsApp communities: you tell me what to do, I tell you what \
         really happened.\nStart with /communities, or see all I can do: /help"
    );
}

#[tokio::test]
async fn t42_an_admin_of_a_community_changes_no_other_and_does_not_learn_its_name() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    let (marketing, before) = (bot.community("Marketing BR"), bot.world());

    for command in [
        r#"/link "Marketing BR" futebol"#.to_owned(),
        format!("/link {marketing} futebol"),
        "/link marketing futebol".to_owned(),
        "/unlink mark lançamentos".to_owned(),
        format!("/community {marketing}"),
        "/community marketingg".to_owned(),
        format!("/who {marketing}"),
    ] {
        let reply = bot.ask(BRUNO, &command).await;
        let typed = command.split(' ').nth(1).unwrap().trim_matches('"');
        assert!(reply.starts_with(&format!("I don't know a community “{typed}")), "{command}: {reply}");
        assert!(!reply.contains("Marketing BR") || command.contains("Marketing BR"), "{command}: {reply}");
    }
    let elsewhere = bot.ask(BRUNO, r#"/link "Bairro Feliz" "Vendas Sul""#).await;
    let moved = bot.ask(BRUNO, r#"/move "Vendas Sul" "Bairro Feliz""#).await;
    let loose = bot.ask(BRUNO, "/link Marketing BR futebol").await;
    let communities = bot.ask(BRUNO, "/communities").await;
    let groups = bot.ask(BRUNO, "/groups").await;
    let unclear = bot.ask(BRUNO, r#"/link "Bairro Feliz" vend"#).await;
    let pattern = bot.ask(BRUNO, r#"/link --try "Bairro Feliz" lan*"#).await;

    assert!(elsewhere.contains("⚠️ “Vendas Sul”") && !elsewhere.contains("Marketing"), "{elsewhere}");
    assert!(moved.contains("⚠️ “Vendas Sul”") && !moved.contains("Marketing"), "{moved}");
    assert!(loose.starts_with("I don't know a community “Marketing”."), "{loose}");
    assert!(communities.contains("Bairro Feliz") && !communities.contains("Marketing"), "{communities}");
    assert!(groups.contains("Moradores") && groups.contains("Futebol"), "{groups}");
    for reply in [&groups, &unclear, &pattern] {
        assert!(!reply.contains("Vendas Sul") && !reply.contains("Lançamentos"), "{reply}");
    }
    assert!(unclear.contains("Vendas Norte") && unclear.contains("Vendas Atacado"), "{unclear}");
    assert_eq!((bot.changes(), before.communities()), (0, bot.world().communities()));
}

#[tokio::test]
async fn t42_a_prefix_reveals_no_other_community_to_an_admin_of_a_community() {
    let limited = "[instances.main.admins.zoe]\nphone = \"5531966660003\"\nname = \"Zoe Lima\"\n\
                   communities = [\"Marketing BR\"]\n";
    let bot = setting().admins(limited).start().await;
    bot.knows(BRUNO).await;

    for command in [
        r#"/link "Bairro Feliz" lanç"#,
        r#"/link --try "Bairro Feliz" futebol lanç"#,
        r#"/unlink "Bairro Feliz" lanç"#,
        r#"/move lanç "Bairro Feliz""#,
        "/invite lanç",
        "/invite lançamento",
        "/invite vendas",
        "/invite mark",
        "/groups lanç",
        "/history mark",
        "/history z",
        "/history Zoe Lima",
        "/who mark",
    ] {
        let reply = bot.ask(BRUNO, command).await;
        for name in ["Lançamentos", "Vendas Sul", "Marketing", "By “Zoe", "Zoe Lima did"] {
            assert!(!reply.contains(name), "{command}: {reply}");
        }
        assert!(!reply.contains("Zoe Lima") || command.contains("Zoe Lima"), "{command}: {reply}");
    }
    let zoe = bot.ask(BRUNO, "/history Zoe Lima").await;
    assert!(zoe.starts_with("❌ I don't know a community or admin “Zoe Lima”."), "{zoe}");
    let named = bot.ask(BRUNO, r#"/link "Bairro Feliz" Lançamentos"#).await;
    assert!(named.contains("⚠️ “Lançamentos”: belongs to another community"), "{named}");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn t42_an_admin_of_a_community_does_not_see_configured_numbers_and_names() {
    let zoe = "81896604192899@lid";
    let hidden =
        format!("[instances.main.admins.zoe]\nphone = \"5531966660003\"\nlid = \"{zoe}\"\nname = \"Zoe\"\n");
    let bot = setting().admins(&hidden).start().await;
    bot.knows(BRUNO).await;

    for command in ["add", "remove", "promote", "demote"] {
        let reply = bot.ask(BRUNO, &format!(r#"/{command} "Bairro Feliz" {zoe} --try"#)).await;
        assert!(reply.contains(zoe) && !reply.contains("Zoe") && !reply.contains("96666"), "{reply}");
    }
}

#[tokio::test]
async fn t42_an_admin_of_a_community_links_only_groups_of_which_they_are_admin() {
    let bot = setting()
        .world(|world| {
            let suporte = world.group_named("Suporte").unwrap();
            world.join_group(&suporte, BRUNO, false);
            let praia = world.community("Praia");
            world.join(&praia, BRUNO, true, false);
            world.linked_group(&praia, "Salva-vidas");
            let surfe = world.linked_group(&praia, "Surfe");
            world.join_group(&surfe, BRUNO, true);
        })
        .start()
        .await;
    bot.knows(BRUNO).await;
    let (before, suporte) = (bot.world(), bot.group("Suporte"));

    let refused = [
        bot.ask(BRUNO, r#"/link "Bairro Feliz" suporte"#).await,
        bot.ask(BRUNO, &format!(r#"/link --yes "Bairro Feliz" {suporte}"#)).await,
        bot.ask(BRUNO, r#"/link --try "Bairro Feliz" suporte"#).await,
        bot.ask(BRUNO, r#"/move suporte "Bairro Feliz""#).await,
        bot.ask_by(&bot.message(BRUNO, r#"/link "Bairro Feliz" here"#).in_group(&suporte)).await,
    ];
    for reply in refused {
        assert!(reply.contains("❌ “Suporte”: you are not an admin of this group. Ask"), "{reply}");
    }
    assert!(bot.ask(BRUNO, r#"/vincular "Bairro Feliz" suporte"#).await.contains("você não é admin"));
    assert!(bot.ask(BRUNO, r#"/enlazar "Bairro Feliz" suporte"#).await.contains("no eres admin"));
    bot.ask(BRUNO, r#"/link "Bairro Feliz" vend"#).await;
    let chosen = bot.ask(BRUNO, "1").await;
    let pattern = bot.ask(BRUNO, r#"/link "Bairro Feliz" *a*"#).await;
    let link = bot.world().find_group(&suporte).unwrap().invitation.clone();
    let invited = bot.ask(BRUNO, &format!(r#"/link "Bairro Feliz" {link}"#)).await;
    let elsewhere = bot.ask(BRUNO, r#"/link "Bairro Feliz" salva"#).await;
    let moved = bot.ask(BRUNO, r#"/move salva "Bairro Feliz""#).await;

    for reply in [&chosen, &pattern, &invited, &elsewhere, &moved] {
        assert!(reply.contains("you are not an admin of this group"), "{reply}");
    }
    assert_eq!((bot.changes(), before.communities()), (0, bot.world().communities()));
    let moved = bot.ask(BRUNO, r#"/move surfe "Bairro Feliz""#).await;
    assert!(moved.contains("✅ “Surfe”"), "{moved}");
}

#[tokio::test]
async fn an_admin_of_a_community_may_relink_a_group_they_unlinked() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;

    bot.ask(BRUNO, r#"/unlink "Bairro Feliz" moradores"#).await;
    let again = bot.ask(BRUNO, r#"/link "Bairro Feliz" moradores"#).await;
    let asked = bot.ask(BRUNO, "/undo").await;
    let undone = bot.ask(BRUNO, "yes").await;

    assert!(again.contains("you are not an admin of this group"), "{again}");
    assert!(asked.contains("changed nothing"), "{asked}");
    assert!(undone.contains("✅ “Moradores”"), "{undone}");
}

#[tokio::test]
async fn whether_an_admin_of_a_community_is_admin_of_a_group_is_read_by_number_or_lid_and_unknown_is_no() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    let by_lid = bot.ask_by(&bot.message(BRUNO_LID, COMMAND)).await;
    let suporte = bot.group("Suporte");
    // The group is known when its members are read, and they are not shown.
    let path = format!("light-group-metadata/{suporte}");
    let known = bot.sandbox.faults().hold_request(&path);
    bot.sandbox.faults().fail_always(&path, Fault::Replace(refusal("not authorized")));
    known.release();

    let unknown = bot.ask(BRUNO, &format!(r#"/link "Bairro Feliz" {suporte}"#)).await;

    assert_eq!(by_lid, DONE);
    assert!(unknown.contains("❌") && unknown.contains("not an admin of this group"), "{unknown}");
}

#[tokio::test]
async fn t42_list_numbers_shown_to_others_mean_nothing_to_an_admin_of_a_community() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    let group = bot.group("Moradores");
    bot.ask_by(&bot.message(ANA, "/communities").in_group(&group)).await;

    for command in ["/community 1", "/community 2", "/community 3"] {
        let reply = bot.ask_by(&bot.message(BRUNO, command).in_group(&group)).await;
        assert!(!reply.contains("Marketing") && !reply.contains("Lançamentos"), "{reply}");
    }
}

#[tokio::test]
async fn t42_an_admin_of_a_community_cannot_create_deactivate_or_alias() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    let before = bot.world();
    let commands = ["/deactivate bairro --yes", "/create Nova", "/alias bf = \"Bairro Feliz\"", "/aliases"];

    for command in bot.existing(&commands) {
        let reply = bot.ask(BRUNO, command).await;
        assert!(reply.starts_with("You may not use /"), "{command}: {reply}");
        let name = command[1..].split(' ').next().unwrap();
        let help = bot.ask(BRUNO, &format!("/help {name}")).await;
        assert!(help.starts_with("You may not use /"), "{help}");
    }
    // The parts of such a command are not asked for.
    let wished = bot.ask(BRUNO, "I want to create a new community").await;
    assert!(wished.starts_with("You may not use /"), "{wished}");
    let help = bot.ask(BRUNO, "/help").await;

    for name in ["create", "deactivate", "alias"] {
        assert!(!help.contains(&format!("/{name}")), "{help}");
    }
    assert!(help.contains("/link") && help.contains("/who"), "{help}");
    assert_eq!((bot.changes(), before.communities()), (0, bot.world().communities()));
}

#[tokio::test]
async fn an_admin_of_a_community_is_one_person_under_number_and_lid() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    let group = bot.group("Moradores");

    let by_lid = bot.message(BRUNO_LID, "/unlink \"Bairro Feliz\" moradores").in_group(&group);
    let done = bot.ask_by(&by_lid).await;
    let undone = bot.ask_by(&bot.message(BRUNO, "/undo").in_group(&group)).await;

    assert!(done.contains("✅ “Moradores”"), "{done}");
    assert!(undone.contains("✅ “Moradores”"), "{undone}");
    let rows = bot.store.list(None, 2).await.unwrap();
    assert_eq!(rows[0].admin, "community:5544999990002");
    assert_eq!(rows[0].admin, rows[1].admin);
}

#[tokio::test]
async fn the_history_shows_the_formatted_number_of_a_community_admin() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    bot.ask(BRUNO, COMMAND).await;

    let history = bot.ask(BRUNO, "/history").await;

    assert!(history.contains(" +55 44 99999-0002: “/link"), "{history}");
    assert!(!history.contains("community:"), "{history}");
}

#[tokio::test]
async fn an_admin_whose_number_whatsapp_hides_is_known_by_lid() {
    let bot = setting()
        .world(|world| {
            let bairro = world.community_named("Bairro Feliz").unwrap();
            world.join(&bairro, CARLA, true, false);
        })
        .start()
        .await;
    bot.knows(BRUNO).await;
    let group = bot.group("Moradores");

    let by_lid = bot.ask_by(&bot.message(CARLA_LID, COMMAND)).await;
    let beside = bot.ask_by(&bot.message(CARLA, "/whoami").lid(CARLA_LID).in_group(&group)).await;

    assert_eq!(by_lid, DONE);
    assert!(beside.starts_with(&format!("You are “{CARLA_LID}”.\nNumber: {CARLA}\n")), "{beside}");
    assert_eq!(bot.send(CARLA, "/whoami").await, NOBODY, "nothing shows that this number is hers");
}

#[tokio::test]
async fn t42_a_former_admin_changes_nothing_after_five_minutes() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    let promoted = bot.world();
    bot.sandbox.world(|world| {
        let bairro = promoted.community_named("Bairro Feliz").unwrap();
        world.demote(&bairro, BRUNO).unwrap();
        world.promote(&bairro, CARLA).unwrap();
    });

    bot.clock.elapse(FIVE_MINUTES);
    bot.knows(CARLA_LID).await;

    for word in [COMMAND, "/help", "/whoami"] {
        assert_eq!(bot.send(BRUNO, word).await, NOBODY);
    }
    assert_eq!(bot.ask(CARLA_LID, COMMAND).await, DONE);
}

#[tokio::test]
async fn t22_an_admin_demoted_while_the_command_waits_changes_nothing() {
    let mut bot = setting().start().await;
    bot.knows(BRUNO).await;
    let read = bot.sandbox.faults().hold_request("communities-metadata");
    let command = bot.send_to_completion(BRUNO, COMMAND).await;
    bot.within(read.wait_reached()).await;
    bot.crash().await;
    bot.sandbox.world(|world| {
        let bairro = world.community_named("Bairro Feliz").unwrap();
        world.demote(&bairro, BRUNO).unwrap();
    });
    read.release();

    bot.restart().await;

    let expected = ["You are no longer an admin of this bot, so the command was not run."];
    assert_eq!(bot.replies_to(&command).await, expected);
    assert_eq!((bot.changes(), bot.row(&command).await.outcome.as_deref()), (0, Some("denied")));
}

#[tokio::test]
async fn a_command_waits_until_it_can_be_read_whether_its_sender_is_still_an_admin() {
    let mut bot = setting().clock(Clock::system()).start().await;
    bot.knows(BRUNO).await;
    let read = bot.sandbox.faults().hold_request("communities-metadata");
    let command = bot.send_to_completion(BRUNO, COMMAND).await;
    bot.within(read.wait_reached()).await;
    bot.crash().await;
    bot.sandbox.faults().fail_always("light-group-metadata", Fault::Replace(FaultResponse::bad_gateway()));
    read.release();

    bot.restart().await;
    bot.wait_for_attempts(&command, 2).await;
    assert_eq!(bot.changes(), 0);
    bot.sandbox.faults().clear();

    assert_eq!(bot.replies_to(&command).await, [DONE]);
}

#[tokio::test]
async fn t42_unreadable_rights_deny_access() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    bot.sandbox.faults().disconnect(ConnectionLoss::Error);

    bot.clock.elapse(FIVE_MINUTES + Duration::from_secs(1));

    for word in [COMMAND, "/whoami", "sim", "2"] {
        let response = bot.send(BRUNO, word).await;
        assert!(
            response.contains("not_an_admin") || response.contains("not_a_command"),
            "{word}: {response}"
        );
    }
    bot.sandbox.faults().reconnect();
    bot.clock.elapse(FIVE_MINUTES);
    bot.knows(BRUNO).await;
}

#[tokio::test]
async fn t42_a_non_admins_command_triggers_no_admin_lookup() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    let (calls, rows) = (bot.sandbox.calls().len(), bot.store.list(None, 9).await.unwrap().len());
    let group = bot.group("Moradores");

    for nth in 0..1_000 {
        let who = match nth % 2 {
            0 => format!("55119777{nth:05}"),
            _ => format!("{}@lid", 99_000_000_000_000_u64 + nth),
        };
        let command = bot.message(&who, if nth % 3 == 0 { "/whoami" } else { COMMAND });
        let command = if nth % 5 == 0 { command.in_group(&group) } else { command };
        assert_eq!(bot.post(&command).await.text(), NOBODY, "{}", command.body());
    }

    assert_eq!(bot.sandbox.calls().len(), calls);
    assert_eq!(bot.store.list(None, 9).await.unwrap().len(), rows);
}

#[tokio::test]
async fn t12_the_bot_is_not_its_own_admin() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    let own = bot.sandbox.account().phone.clone();
    let group = bot.group("Moradores");

    // An echo without `fromApi`.
    for echo in [bot.message(&own, "/whoami"), bot.message(&own, COMMAND).in_group(&group)] {
        assert_eq!(bot.post(&echo).await.text(), NOBODY);
    }
    assert!(!bot.ask(BRUNO, r#"/who "Bairro Feliz""#).await.contains(&own[4..8]));
}

#[tokio::test]
async fn community_admins_are_read_at_start_and_every_few_minutes() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    let first = bot.wait_for_admin_refresh();

    bot.clock.elapse(FIVE_MINUTES);
    bot.within(bot.sandbox.wait_until(|view| {
        let reads = view.calls.iter().filter(|call| call.path.starts_with("light-group-metadata"));
        (reads.count() >= 2 * first).then_some(())
    }))
    .await;

    assert_eq!(first, 2, "one a community");
    assert_eq!(bot.calls_to("communities-metadata").len(), 2, "the announcement groups are known by then");
}

#[tokio::test]
async fn community_admins_have_no_rights_unless_configured() {
    let bot = Service::start().await;

    assert_eq!(bot.send(BRUNO, COMMAND).await, NOBODY);
    assert!(bot.sandbox.calls().is_empty());
}

#[tokio::test]
async fn a_configured_limit_applies_even_to_a_community_admin() {
    let limited = format!("[instances.main.admins.bruno]\nphone = \"{BRUNO}\"\ncommands = [\"groups\"]\n");
    let bot = setting().admins(&limited).start().await;
    // She created both communities, and is not in the configuration.
    bot.knows(ANA).await;

    for command in [bot.message(BRUNO, COMMAND), bot.message(BRUNO_LID, COMMAND)] {
        let reply = bot.ask_by(&command).await;
        assert_eq!(reply, "You may not use /link here. The person who runs this bot can allow it.");
    }
    assert_eq!(bot.ask(ANA, COMMAND).await, DONE);
}

#[tokio::test]
async fn a_community_admin_replies_to_prompts_and_cancels_only_own_commands() {
    let bot = setting()
        .world(|world| {
            let bairro = world.community_named("Bairro Feliz").unwrap();
            for name in ["Rua 1", "Rua 2", "Rua 3"] {
                world.linked_group(&bairro, name);
            }
        })
        .start()
        .await;
    bot.knows(BRUNO).await;
    let group = bot.group("Moradores");

    let asked = bot.ask(BRUNO, r#"/unlink "Bairro Feliz" "Rua 1" "Rua 2" "Rua 3" moradores"#).await;
    let done = bot.ask(BRUNO, "sim").await;
    let held = bot.sandbox.faults().hold_request("communities/link");
    let anas = bot
        .deliver_to_completion(&bot.message(ANA, r#"/link "Marketing BR" futebol"#).in_group(&group))
        .await;
    bot.within(held.wait_reached()).await;
    let cancel = bot.ask_by(&bot.message(BRUNO, "/cancel").in_group(&group)).await;
    held.release();

    assert!(asked.contains("Rua 3"), "{asked}");
    assert!(done.contains("✅ “Rua 1”"), "{done}");
    assert!(cancel.starts_with("You may not use /link here."), "{cancel}");
    assert!(bot.replies_to(&anas).await[0].contains("✅ “Futebol”"));
}

#[tokio::test]
async fn the_history_of_a_community_admin_is_found_by_number_or_lid() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    bot.ask(BRUNO, COMMAND).await;
    bot.ask(ANA, "/link marketing suporte").await;

    for typed in ["+55 44 99999-0002", "44 99999-0002", BRUNO, BRUNO_LID] {
        let reply = bot.ask(ANA, &format!("/history {typed}")).await;
        assert!(
            reply.ends_with(
                "+55 44 99999-0002: “/link \"Bairro Feliz\" futebol” → ✅ “Futebol” is now in “Bairro Feliz”."
            ),
            "{reply}"
        );
        assert_eq!(reply.lines().count(), 2, "{reply}");
    }
    let configured = bot.ask(ANA, "/history 44 99999-0001").await;
    assert!(
        configured.starts_with("Last commands of “Ana”:\n") && configured.contains("suporte"),
        "{configured}"
    );
    let stranger = bot.ask(ANA, "/historial 44 98888-0000").await;
    assert_eq!(stranger, "Últimos comandos de “+55 44 98888-0000”:\nNinguno todavía.");
}

#[tokio::test]
async fn t42_a_number_reveals_no_command_of_another_community() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    bot.sandbox.world(|world| {
        let marketing = world.community_named("Marketing BR").unwrap();
        world.join(&marketing, CARLA, true, false);
    });
    bot.ask(ANA, "/link marketing suporte").await;
    bot.ask(ANA, COMMAND).await;

    // Configured, of another community, or unknown: all get the same reply.
    for typed in ["+55 44 99999-0001", "+55 44 99999-0003", CARLA_LID, "+55 31 96666-0004"] {
        let reply = bot.ask(BRUNO, &format!("/history {typed}")).await;
        assert_eq!(reply, format!("Last commands of “{typed}”:\nNone yet."));
    }
}

#[tokio::test]
async fn a_full_stop_reveals_no_groups_of_other_communities() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;

    let theirs = bot.ask(BRUNO, "/groups moradores.").await;
    let others = bot.ask(BRUNO, "/groups lançamentos.").await;

    assert!(theirs.contains("“Moradores”"), "{theirs}");
    assert!(!others.contains("Marketing") && !others.starts_with("1 group"), "{others}");
}

#[tokio::test]
async fn an_undo_is_offered_with_the_names_of_its_groups() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;

    bot.ask(BRUNO, COMMAND).await;
    let regret = bot.ask(BRUNO, "oops, wrong one").await;
    assert!(regret.contains(r#"/unlink "Bairro Feliz" Futebol."#), "{regret}");
    bot.ask(BRUNO, "no").await;
    let wish = bot.ask(BRUNO, "take it back").await;
    assert!(wish.contains(r#"/unlink "Bairro Feliz" Futebol."#), "{wish}");

    bot.ask(BRUNO, "/unlink bairro moradores").await;
    let correction = bot.ask(BRUNO, "oops, I meant segurança da rua").await;
    assert!(correction.contains(r#"To take it back: /link "Bairro Feliz" Moradores"#), "{correction}");
    assert!(!correction.contains("-group"), "{correction}");
}

#[tokio::test]
async fn a_short_question_is_answered_whatever_was_said_before() {
    let bot = setting().instance("locale = \"pt-BR\"").start().await;
    bot.knows(BRUNO).await;

    bot.ask(BRUNO, "hoje o dia está muito bonito").await;
    for question in ["cadê o moradores?", "e o moradores?", "onde fica o moradores", "cadê o xadrez?"] {
        let reply = bot.ask(BRUNO, question).await;
        assert_eq!(reply.contains("oradores"), question.contains("moradores"), "{question}: {reply}");
    }
}

#[tokio::test]
async fn a_part_of_a_change_is_taken_back_by_its_name() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    let unlink = r#"/unlink "Bairro Feliz" Futebol"#;

    bot.ask(BRUNO, COMMAND).await;
    let wrong = bot.ask(BRUNO, "oops, futebol is wrong").await;
    assert!(wrong.contains(unlink) && !wrong.contains("/link "), "{wrong}");
    bot.ask(BRUNO, "no").await;
    let only = bot.ask(BRUNO, "oops, only futebol").await;
    assert!(!only.contains("/link "), "{only}");
    bot.ask(BRUNO, "no").await;
    let wish = bot.ask(BRUNO, "undo only futebol").await;
    assert!(wish.contains(unlink) && !wish.contains("-group"), "{wish}");
    let undone = bot.ask(BRUNO, "yes").await;
    assert_eq!(undone, "✅ “Futebol” is no longer in “Bairro Feliz”.");
}
