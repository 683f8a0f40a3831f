//! Attacks by an admin of one community: using a lost right (T44), and learning about other communities
//! because a read failed (T45).

use std::time::Duration;

use serde_json::json;
use vincula::clock::Clock;
use vincula::sandbox::{Fault, FaultResponse, World};

use crate::matrix::hurry;
use crate::stories::community_admins::{BRUNO, setting};
use crate::stories::fixtures::refusal;
use crate::stories::participants::{CARLA_IN_WHO, CARLA_LID};
use crate::support::{ANA, Service, ServiceBuilder, postgres};

const LINK: &str = r#"/link "Bairro Feliz" futebol"#;
const LINKED: &str = "✅ “Futebol” is now in “Bairro Feliz”.";

/// Commands of every kind that changes “Bairro Feliz” or admits people.
const CHANGES: [&str; 14] = [
    r#"/promote "Bairro Feliz" +55 44 99999-0002"#,
    r#"/add "Bairro Feliz" +55 44 98888-0001"#,
    r#"/remove "Bairro Feliz" 81896604192875@lid --yes"#,
    r#"/demote "Bairro Feliz" +55 44 99999-0002"#,
    LINK,
    r#"/unlink "Bairro Feliz" moradores"#,
    r#"/move futebol "Bairro Feliz""#,
    r#"/describe "Bairro Feliz" Hello"#,
    r#"/settings "Bairro Feliz" all"#,
    r#"/photo "Bairro Feliz" https://example.com/photo.jpg"#,
    r#"/announce "Bairro Feliz" Hello --yes"#,
    r#"/invite "Bairro Feliz""#,
    r#"/invite "Bairro Feliz" reset --yes"#,
    "/undo",
];

/// Makes a person an ordinary member of “Bairro Feliz”, or removes them, as on the phone.
fn on_the_phone(bot: &Service, change: impl FnOnce(&mut World, &str)) {
    bot.sandbox.world(|world| {
        let bairro = world.community_named("Bairro Feliz").unwrap();
        change(world, &bairro);
    });
}

/// A bot that gives up unreadable data within a minute.
fn impatient() -> ServiceBuilder {
    setting().instance("give_up_after = \"60s\"")
}

fn demote_bruno(bot: &Service) {
    on_the_phone(bot, |world, bairro| world.demote(bairro, BRUNO).unwrap());
}

impl Service {
    /// The path of the call that lists the members of a community.
    fn people_of(&self, community: &str) -> String {
        let world = self.world();
        let group = world.announcement_of(&self.community(community)).unwrap();
        format!("light-group-metadata/{}", group.id)
    }

    /// Sends these commands as Bruno in a row, advances the time quickly, and returns the replies to all of
    /// them.
    async fn replies_to_all(&self, commands: &[impl AsRef<str>]) -> Vec<String> {
        let said = self.said().len();
        for command in commands {
            self.send(BRUNO, command.as_ref()).await;
        }
        tokio::select! {
            () = self.settled() => {}
            () = hurry(&self.clock) => {}
        }
        self.said().split_off(said)
    }

    /// Sends these commands as Bruno, and checks that none changes anything or reveals a link.
    async fn expect_powerless(&self, commands: &[&str]) {
        let (changes, before) = (self.changes(), self.world());
        for command in commands {
            let said = self.said().len();
            self.send(BRUNO, command).await;
            self.settled().await;
            let replies = self.said().split_off(said);
            assert_eq!(self.changes(), changes, "{command}: {replies:?}");
            assert!(
                !replies.iter().any(|reply| reply.contains("chat.whatsapp.com")),
                "{command}: {replies:?}"
            );
        }
        assert_eq!(self.announced("Bairro Feliz"), [""; 0]);
        assert_eq!(self.world().communities(), before.communities());
    }
}

#[tokio::test]
async fn t44_an_admin_whom_the_bot_demoted_changes_nothing_from_then_on() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    bot.ask(BRUNO, r#"/describe "Bairro Feliz" What /undo takes back"#).await;

    let demoted = bot.ask(ANA, &format!(r#"/demote "Bairro Feliz" +{BRUNO}"#)).await;

    assert!(demoted.contains("✅"), "{demoted}");
    bot.expect_powerless(&CHANGES).await;
}

#[tokio::test]
async fn t44_an_admin_whom_the_bot_removed_changes_nothing_from_then_on() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    bot.ask(BRUNO, r#"/describe "Bairro Feliz" What /undo takes back"#).await;

    let removed = bot.ask(ANA, &format!(r#"/remove "Bairro Feliz" +{BRUNO} --yes"#)).await;

    assert!(removed.contains("✅"), "{removed}");
    bot.expect_powerless(&CHANGES).await;
}

#[tokio::test]
async fn t44_an_admin_just_demoted_on_the_phone_changes_nothing() {
    for command in CHANGES {
        let bot = setting().start().await;
        bot.knows(BRUNO).await;
        bot.ask(BRUNO, r#"/describe "Bairro Feliz" What /undo takes back"#).await;
        demote_bruno(&bot);
        let changes = bot.changes();

        let reply = bot.ask(BRUNO, command).await;

        assert_eq!(reply, "You are no longer an admin of this bot, so the command was not run.", "{command}");
        assert_eq!(bot.changes(), changes, "{command}");
        assert_eq!(bot.send(BRUNO, "/help").await, r#"{"status":"ignored","reason":"not_an_admin"}"#);
    }
}

#[tokio::test]
async fn t44_a_cached_admin_list_permits_no_change() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    demote_bruno(&bot);

    bot.clock.elapse(Duration::from_secs(200));

    bot.expect_powerless(&CHANGES).await;
}

#[tokio::test]
async fn t44_a_yes_a_number_and_an_edit_need_the_rights_of_their_moment() {
    let asks = [
        (r#"/remove "Bairro Feliz" 81896604192875@lid"#, "sim"),
        (r#"/announce "Bairro Feliz" Hello"#, "/yes"),
        (r#"/link "Bairro Feliz" vend"#, "1"),
        ("/lnik \"Bairro Feliz\" futebol", "yes"),
    ];
    for (command, answer) in asks {
        let bot = setting().start().await;
        bot.knows(BRUNO).await;
        bot.ask(BRUNO, command).await;
        demote_bruno(&bot);

        bot.expect_powerless(&[answer]).await;
    }
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    let typo = bot.message(BRUNO, r#"/link "Bairro Feliz" xyzzy"#);
    bot.ask_by(&typo).await;
    demote_bruno(&bot);

    bot.post(&bot.message(BRUNO, LINK).with_id(typo.message_id()).edited()).await;

    bot.settled().await;
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn t44_a_retry_continues_only_while_its_sender_is_an_admin() {
    let bot = setting().clock(Clock::system()).start().await;
    bot.knows(BRUNO).await;
    bot.sandbox.faults().fail_always("communities/link", Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.send_to_completion(BRUNO, LINK).await;
    bot.wait_for_attempts(&command, 1).await;
    demote_bruno(&bot);

    let replies = bot.replies_to(&command).await;

    let expected = "You may no longer do this here, so nothing more was done. The command had already started: part of \
                 it may be in effect.";
    assert_eq!(replies, [expected]);
    bot.sandbox.faults().clear();
    assert_eq!(bot.community_of("Futebol"), None);
}

#[tokio::test]
async fn t44_a_former_admin_takes_no_group_out_of_a_community() {
    let bot = setting()
        .world(|world| {
            let praia = world.community("Praia");
            world.join(&praia, BRUNO, true, false);
            world.linked_group(&praia, "Salva-vidas");
            let surfe = world.linked_group(&praia, "Surfe");
            world.join_group(&surfe, BRUNO, true);
        })
        .start()
        .await;
    bot.knows(BRUNO).await;
    bot.sandbox.world(|world| {
        let praia = world.community_named("Praia").unwrap();
        world.demote(&praia, BRUNO).unwrap();
    });
    let surfe = bot.group("Surfe");

    for command in [r#"/move surfe "Bairro Feliz""#, "/invite surfe", &format!("/invite {surfe} reset --yes")]
    {
        let reply = bot.ask(BRUNO, command).await;
        assert!(!reply.contains("chat.whatsapp.com") && !reply.contains("✅"), "{command}: {reply}");
    }

    assert_eq!((bot.changes(), bot.community_of("Surfe").as_deref()), (0, Some("Praia")));
    assert_eq!(bot.ask(BRUNO, LINK).await, LINKED, "where he is an admin still he may go on");
}

#[tokio::test]
async fn t44_a_right_lost_during_a_move_ends_it_and_the_reply_says_where_the_group_may_be() {
    let bot = setting()
        .clock(Clock::system())
        .world(|world| {
            let praia = world.community("Praia");
            world.join(&praia, BRUNO, true, false);
            world.linked_group(&praia, "Salva-vidas");
            let surfe = world.linked_group(&praia, "Surfe");
            world.join_group(&surfe, BRUNO, true);
        })
        .start()
        .await;
    bot.knows(BRUNO).await;
    bot.sandbox.faults().fail_always("communities/link", Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.send_to_completion(BRUNO, r#"/move surfe "Bairro Feliz""#).await;
    bot.wait_for_attempts(&command, 1).await;
    demote_bruno(&bot);

    let replies = bot.replies_to(&command).await;

    assert_eq!(bot.community_of("Surfe"), None);
    let back = format!("puts it back: /link {} {}", bot.community("Praia"), bot.group("Surfe"));
    assert!(replies[0].starts_with("You may no longer do this here"), "{replies:?}");
    assert!(
        replies[0].contains("❓ “Surfe” may have left “Praia”") && replies[0].ends_with(&back),
        "{replies:?}"
    );
}

#[tokio::test]
async fn t44_an_unreadable_right_is_denied() {
    for reply in [
        refusal("Group not found"),
        FaultResponse::text(200, ""),
        FaultResponse::json(200, &json!({})),
        FaultResponse::html(200, "<html>ok</html>"),
    ] {
        let bot = impatient().start().await;
        bot.knows(BRUNO).await;
        let before = bot.world();
        bot.sandbox.faults().fail_always(&bot.people_of("Bairro Feliz"), Fault::Replace(reply));

        let replies = bot.replies_to_all(&CHANGES).await;

        // A known non-admin gets no reply.
        assert!(!replies.is_empty());
        let is_powerless = |reply: &String| !reply.contains("chat.whatsapp.com") && !reply.contains("✅");
        assert!(replies.iter().all(is_powerless), "{replies:?}");
        assert_eq!((bot.changes(), bot.world().communities()), (0, before.communities()), "{replies:?}");
    }
}

#[tokio::test]
async fn t44_a_temporarily_unreadable_right_is_read_later() {
    let bot = setting().clock(Clock::system()).start().await;
    bot.knows(BRUNO).await;
    bot.sandbox
        .faults()
        .fail_always(&bot.people_of("Bairro Feliz"), Fault::Replace(FaultResponse::bad_gateway()));

    let command = bot.send_to_completion(BRUNO, LINK).await;
    bot.wait_for_attempts(&command, 2).await;
    let changes = bot.changes();
    bot.sandbox.faults().clear();

    assert_eq!(changes, 0);
    assert_eq!(bot.replies_to(&command).await, [LINKED]);
}

#[tokio::test]
async fn t44_member_changes_by_the_bot_apply_at_once() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    bot.ask(ANA, "/who bairro").await;

    bot.ask(ANA, &format!(r#"/promote "Bairro Feliz" {CARLA_LID}"#)).await;
    let promoted = bot.ask(ANA, "/who bairro").await;
    let by_carla = bot.ask_by(&bot.message(CARLA_LID, LINK)).await;
    bot.ask(ANA, &format!(r#"/demote "Bairro Feliz" {CARLA_LID}, +{BRUNO}"#)).await;
    let demoted = bot.ask(ANA, "/who bairro").await;

    assert!(promoted.contains(CARLA_IN_WHO) && promoted.contains("99999-0002"), "{promoted}");
    assert!(by_carla.contains("Futebol"), "{by_carla}");
    assert!(!demoted.contains(CARLA_IN_WHO) && !demoted.contains("99999-0002"), "{demoted}");
}

#[tokio::test]
async fn t44_after_an_uncertain_change_admins_are_read_again() {
    let bot = setting().clock(Clock::system()).instance("give_up_after = \"1s\"").start().await;
    bot.knows(BRUNO).await;
    bot.ask(ANA, "/who bairro").await;
    // The call is lost on its way, and the change is made later by somebody else.
    let page = Fault::Replace(FaultResponse::html(200, "<html>ok</html>"));
    bot.sandbox.faults().fail_always("remove-admin", page);
    let reply = bot.ask(ANA, &format!(r#"/demote "Bairro Feliz" +{BRUNO}"#)).await;
    demote_bruno(&bot);

    let seen = bot.ask(BRUNO, "/groups").await;
    let who = bot.ask(ANA, "/who bairro").await;

    assert!(!reply.contains("✅"), "{reply}");
    assert_eq!(seen, "You are no longer an admin of this bot, so the command was not run.");
    assert!(!who.contains("99999-0002"), "{who}");
}

#[tokio::test]
async fn t44_a_configured_right_needs_no_read() {
    let configured = format!("[instances.main.admins.bruno]\nphone = \"{BRUNO}\"\nname = \"Bruno\"\n");
    let bot = setting().admins(&configured).start().await;
    bot.knows(ANA).await;
    demote_bruno(&bot);
    bot.sandbox.faults().fail_next("light-group-metadata", 1, Fault::Replace(refusal("no")));

    assert!(bot.ask(BRUNO, LINK).await.contains("“Futebol”"));
    assert!(bot.ask(BRUNO, r#"/unlink "Bairro Feliz" moradores"#).await.contains("✅"));
}

#[tokio::test]
async fn t44_a_demotion_on_one_replica_invalidates_the_cache_of_another() {
    let Some(server) = postgres::shared() else { return postgres::skip_notice(module_path!()) };
    let url = server.database().await;
    let mut bot = setting().store(&url).start().await;
    let other = bot.replica().await;
    bot.knows(BRUNO).await;
    bot.within(async {
        while bot.post_to(&other.url, &bot.message(BRUNO, "/whoami")).await.text().contains("ignored") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    bot.ask(ANA, &format!(r#"/promote "Bairro Feliz" {CARLA_LID}"#)).await;
    bot.ask(ANA, &format!(r#"/demote "Bairro Feliz" +{BRUNO}"#)).await;
    bot.settled().await;
    // From here on only the other process runs commands.
    bot.crash().await;
    (bot.url, bot.store) = (other.url.clone(), other.store.clone());

    let who = bot.ask(ANA, "/who bairro").await;
    bot.send(BRUNO, "/groups").await;
    bot.expect_powerless(&CHANGES).await;

    assert!(!who.contains("99999-0002") && who.contains(CARLA_IN_WHO), "{who}");
    assert!(!bot.said().iter().any(|said| said.contains("Futebol")), "{:?}", bot.said());
    bot.knows(CARLA_LID).await;
}

/// What may come instead of a community's metadata or the list of communities.
fn unreadable(community: &str, group: &str) -> Vec<(&'static str, FaultResponse)> {
    let with = |groups: serde_json::Value| {
        FaultResponse::json(200, &json!({ "id": community, "name": "Marketing BR", "subGroups": groups }))
    };
    let announcement =
        json!({ "name": "Marketing BR", "phone": "120363186053999999-group", "isGroupAnnouncement": true });
    vec![
        ("400", refusal("Community not found")),
        ("403", FaultResponse::text(403, "Forbidden")),
        ("404", FaultResponse::html(404, "<html>Not Found</html>")),
        ("half a JSON", FaultResponse::text(200, r#"{"name":"Marketing BR","subGroups":[{"name":"#)),
        ("a page", FaultResponse::html(200, "<html>ok</html>")),
        ("nothing", FaultResponse::text(200, "")),
        ("204", FaultResponse::text(204, "")),
        ("null", FaultResponse::json(200, &json!(null))),
        ("an empty object", FaultResponse::json(200, &json!({}))),
        ("an empty list", FaultResponse::json(200, &json!([]))),
        ("a redirect", FaultResponse::text(302, "")),
        ("success:false", FaultResponse::json(200, &json!({ "success": false }))),
        ("no groups", with(json!([]))),
        ("groups that are no list", with(json!({ "0": group }))),
        (
            "a group of an unknown shape",
            with(json!([announcement, { "name": "x", "phone": { "id": group } }])),
        ),
        ("a group without an id", with(json!([announcement, { "name": "Lançamentos" }]))),
        ("no announcement group", with(json!([{ "name": "x", "phone": "120363186053999998-group" }]))),
    ]
}

impl Service {
    /// Commands of Bruno that read lists; no reply may reveal what is in “Marketing BR”.
    fn commands_about_marketing(&self) -> Vec<String> {
        let lançamentos = self.group("Lançamentos");
        let by_id = |command: &str| command.replace("ID", &lançamentos);
        [
            "/groups",
            "/more",
            r#"/link --try "Bairro Feliz" 1-12"#,
            "/groups lanç",
            "/groups vendas",
            "/groups marketing",
            "/groups *a*",
            r#"/link "Bairro Feliz" lanç"#,
            "0",
            r#"/link "Bairro Feliz" vendas s"#,
            r#"/link --try "Bairro Feliz" vend"#,
            "1",
            r#"/link --try "Bairro Feliz" lan*"#,
            r#"/link --try "Bairro Feliz" *a*"#,
            r#"/link "Bairro Feliz" lançamentoz"#,
            r#"/unlink "Bairro Feliz" lanç"#,
            r#"/unlink "Bairro Feliz" *sul"#,
            r#"/move lanç "Bairro Feliz""#,
            r#"/move --try *a* "Bairro Feliz""#,
            "/invite lanç",
            "/invite lançamentoz",
            "/invite vendas s",
            r#"/remove "Bairro Feliz" "lanç""#,
            "/history lanç",
            r#"/link --try "Bairro Feliz" ID"#,
            r#"/unlink --try "Bairro Feliz" ID"#,
            r#"/move --try ID "Bairro Feliz""#,
            "/invite ID",
        ]
        .map(by_id)
        .to_vec()
    }

    /// Checks that no reply to these commands reveals what is in “Marketing BR”.
    fn expect_nothing_told(&self, what: &str, commands: &[String], replies: &[String]) {
        let world = self.world();
        let marketing = self.community("Marketing BR");
        let announcement = &world.announcement_of(&marketing).unwrap().id;
        let groups = world.groups_of(&marketing);
        let ids = groups.iter().map(|group| &group.id).chain([announcement, &marketing]);
        let is_typed = |id: &&String| commands.iter().any(|command| command.contains(id.as_str()));
        let hidden: Vec<&str> = ids.filter(|id| !is_typed(id)).map(String::as_str).collect();
        for reply in replies {
            for expected in ["Lançamentos", "Vendas Sul", "Marketing"].iter().chain(&hidden) {
                assert!(!reply.contains(expected), "{what}: {commands:?}: {reply}");
            }
        }
    }

    /// Sends these commands one by one.
    async fn expect_nothing_of_marketing(&self, what: &str) {
        for command in self.commands_about_marketing() {
            let commands = [command];
            let replies = self.replies_to_all(&commands).await;
            self.expect_nothing_told(what, &commands, &replies);
        }
    }
}

#[tokio::test]
async fn t45_an_unreadable_community_reveals_nothing_to_admins_of_others() {
    let world = setting().start().await;
    for (what, reply) in unreadable(&world.community("Marketing BR"), &world.group("Lançamentos")) {
        let bot = setting().start().await;
        bot.knows(BRUNO).await;
        let path = format!("communities-metadata/{}", bot.community("Marketing BR"));
        bot.sandbox.faults().fail_always(&path, Fault::Replace(reply));

        bot.expect_nothing_of_marketing(what).await;

        let groups = bot.ask(BRUNO, "/groups").await;
        let missing = "❓ Not every community could be read, so groups may be missing here.";
        assert!(groups.contains("Moradores") && groups.contains(missing), "{what}: {groups}");
        assert_eq!(bot.ask(BRUNO, LINK).await, LINKED, "{what}");
        assert!(bot.ask(ANA, "/groups").await.contains("Lançamentos"), "{what}");
    }
}

#[tokio::test]
async fn t45_an_incomplete_list_of_communities_hides_their_groups() {
    let world = setting().start().await;
    let (bairro, marketing) = (world.community("Bairro Feliz"), world.community("Marketing BR"));
    let listed = |other: serde_json::Value| {
        FaultResponse::json(200, &json!([{ "name": "Bairro Feliz", "id": bairro }, other]))
    };
    for (what, reply) in [
        (
            "an entry of another shape",
            listed(json!({ "name": "Marketing BR", "id": { "phone": marketing } })),
        ),
        ("an entry without an id", listed(json!({ "name": "Marketing BR" }))),
        ("an entry that is none", listed(json!(null))),
        ("an empty list", FaultResponse::json(200, &json!([]))),
    ] {
        let bot = setting().start().await;
        bot.knows(BRUNO).await;
        bot.sandbox.faults().fail_always("communities?", Fault::Replace(reply));

        bot.expect_nothing_of_marketing(what).await;
    }
}

#[tokio::test]
async fn t45_an_empty_response_reveals_no_groups() {
    for (what, reply) in [
        ("nothing", FaultResponse::text(200, "")),
        ("null", FaultResponse::json(200, &json!(null))),
        (
            "a list of which nothing can be read",
            FaultResponse::json(200, &json!([null, { "name": "Marketing BR" }])),
        ),
    ] {
        let bot = impatient().start().await;
        bot.knows(BRUNO).await;
        bot.sandbox.faults().fail_always("communities?", Fault::Replace(reply));

        let commands = bot.commands_about_marketing();
        let replies = bot.replies_to_all(&commands).await;

        assert!(!replies.is_empty(), "{what}");
        bot.expect_nothing_told(what, &commands, &replies);
    }
}

#[tokio::test]
async fn t45_sentences_reveal_no_groups_by_the_beginning_of_their_names() {
    let bot = setting().instance("locale = \"pt-BR\"").start().await;
    bot.knows(BRUNO).await;
    // Other admins read the lists.
    bot.ask(ANA, "lançame bairro").await;

    for text in [
        "lançame bairro",
        "vendas s bairro",
        "lançamentoz bairro",
        "onde tá o lançame",
        "coloca o lançame no bairro",
        "coloca o lançame",
        "coloca lan* no bairro",
        "tira o lançame do bairro",
        "não, o lançame",
    ] {
        let commands = [text.to_owned()];
        let replies = bot.replies_to_all(&commands).await;
        bot.expect_nothing_told(text, &commands, &replies);
        let is_offered =
            replies.iter().any(|reply| reply.contains("/mover") || reply.contains("/vincular lan"));
        assert!(!is_offered, "{text}: {replies:?}");
    }
    let hidden = bot.ask(BRUNO, "lançamentos bairro").await;
    assert!(!["/mover", "/vincular", "/convite"].iter().any(|name| hidden.contains(name)), "{hidden}");
    let own = bot.ask(BRUNO, "tira o segurança do bairro").await;
    assert!(own.contains("/desvincular"), "{own}");
}

/// Conversations of an admin about “§”: a community that they do not see, or what no community or group is called.
const ABOUT_A_NAME: [&[&str]; 34] = [
    &["coloca o futebol no §"],
    &["coloca o futebol", "§"],
    &["coloca o futebol", "no §"],
    &["move o moradores para o §"],
    &["avisa o § que amanhã tem"],
    &["avisa que amanhã tem", "§"],
    &["quem manda no §?"],
    &["apaga o §"],
    &["por que o § sumiu?"],
    &["me manda o convite do §"],
    &["tira o § do bairro feliz"],
    &["tira o moradores do §"],
    &["mostra o §"],
    &["mostra os grupos §"],
    &["onde tá o §?"],
    &["§"],
    &["§ e moradores"],
    &["o que o § tem?"],
    &["/vincular bairro feliz futebol", "ops, era o §"],
    &["/vincular bairro feliz futebol", "ops, era no §"],
    &["/vincular bairro feliz futebol", "e o §?"],
    &["/avisar bairro feliz oi", "é no §"],
    &["/vincular bairro feliz futebol §"],
    &["/vincular bairro feliz futebol, §"],
    &["/vincular bairro feliz futebol §*"],
    &["/vincular § futebol"],
    &["/vincular § no bairro feliz"],
    &["/desvincular moradores §"],
    &["/mover moradores §"],
    &["/convite §"],
    &["/comunidade §"],
    &["/grupos §"],
    &["/quem §"],
    &["/avisar § oi"],
];

#[tokio::test]
async fn t42_t45_a_hidden_name_gets_the_replies_of_an_unknown_one() {
    // A community with its announcement group, and parts of the name of one of its groups.
    for (hidden, unknown) in
        [("marketing br", "piscinada br"), ("lançame", "zunçame"), ("nçament", "nçazunt")]
    {
        let (one, other) = tokio::join!(replies_about(hidden), replies_about(unknown));
        let differ: Vec<_> = one.iter().zip(&other).filter(|(one, other)| one != other).collect();
        assert!(differ.is_empty(), "{hidden}: {differ:#?}");
    }
}

/// What Bruno says about a name, and the replies to it, where it is “§”.
async fn replies_about(name: &str) -> Vec<(String, Vec<String>)> {
    let bot = setting().instance("locale = \"pt-BR\"").start().await;
    bot.knows(BRUNO).await;
    bot.ask(ANA, "/grupos").await;
    let word = name.split(' ').next().unwrap();
    let mask = |reply: String| reply.to_lowercase().replace(word, "§");
    let mut all = Vec::new();
    for texts in ABOUT_A_NAME {
        for text in texts.iter().chain(&["não", "/desvincular bairro feliz futebol"]) {
            let said = bot.said().len();
            bot.send(BRUNO, &text.replace('§', name)).await;
            bot.settled().await;
            let replies = bot.said().split_off(said);
            all.push(((*text).to_owned(), replies.into_iter().map(mask).collect()));
        }
        bot.clock.advance(Duration::from_secs(61));
        bot.knows(BRUNO).await;
    }
    all
}

#[tokio::test]
async fn t45_an_id_reveals_no_name_of_an_unreadable_group() {
    for reply in [
        refusal("Group not found"),
        FaultResponse::text(200, ""),
        FaultResponse::html(200, "<html>ok</html>"),
    ] {
        let bot = impatient().start().await;
        bot.knows(BRUNO).await;
        let (group, marketing) = (bot.group("Lançamentos"), bot.community("Marketing BR"));
        for path in [format!("light-group-metadata/{group}"), format!("communities-metadata/{marketing}")] {
            bot.sandbox.faults().fail_always(&path, Fault::Replace(reply.clone()));
        }

        let commands = [
            format!(r#"/link --try "Bairro Feliz" {group}"#),
            format!(r#"/link "Bairro Feliz" {group}"#),
            format!(r#"/unlink "Bairro Feliz" {group}"#),
            format!(r#"/move {group} "Bairro Feliz""#),
            format!("/invite {group}"),
        ];
        let replies = bot.replies_to_all(&commands).await;

        let ends = replies.iter().filter(|reply| !reply.starts_with("⏳"));
        assert_eq!(ends.count(), commands.len(), "{replies:?}");
        bot.expect_nothing_told(&format!("{reply:?}"), &commands, &replies);
        assert_eq!(bot.changes(), 0);
    }
}
