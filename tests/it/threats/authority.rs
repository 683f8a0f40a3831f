//! What an admin of one community may try: to act on a right that is gone (T44), and to learn what is in
//! other communities because a read of these failed (T45).

use std::time::Duration;

use serde_json::json;
use vincula::clock::Clock;
use vincula::sandbox::{Fault, Reply, World};

use crate::stories::appointed::{BRUNO, setting};
use crate::stories::scene::refusal;
use crate::support::{ANA, Service, postgres};

/// Carla, a plain member of “Bairro Feliz” in the playground.
const CARLA_LID: &str = "81896604192875@lid";
const LINK: &str = r#"/link "Bairro Feliz" futebol"#;
const LINKED: &str = "1 of 1 group is now in “Bairro Feliz”.\n✅ “Futebol”";

/// Orders of every kind that changes “Bairro Feliz”, or lets people into it.
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

/// Makes somebody a plain member of “Bairro Feliz”, or takes them out, as it is done on the phone.
fn on_the_phone(bot: &Service, change: impl FnOnce(&mut World, &str)) {
    bot.sandbox.world(|world| {
        let bairro = world.community_named("Bairro Feliz").unwrap();
        change(world, &bairro);
    });
}

fn demote_bruno(bot: &Service) {
    on_the_phone(bot, |world, bairro| world.demote(bairro, BRUNO).unwrap());
}

impl Service {
    /// Sends these orders as Bruno, and sees to it that none does anything or tells a link.
    async fn expect_powerless(&self, orders: &[&str]) {
        let (changes, before) = (self.changes(), self.world());
        for order in orders {
            let said = self.said().len();
            self.send(BRUNO, order).await;
            self.settled().await;
            let replies = self.said().split_off(said);
            assert_eq!(self.changes(), changes, "{order}: {replies:?}");
            assert!(!replies.iter().any(|reply| reply.contains("chat.whatsapp.com")), "{order}: {replies:?}");
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
async fn t44_an_admin_who_was_demoted_on_the_phone_a_moment_ago_changes_nothing() {
    for order in CHANGES {
        let bot = setting().start().await;
        bot.knows(BRUNO).await;
        bot.ask(BRUNO, r#"/describe "Bairro Feliz" What /undo takes back"#).await;
        demote_bruno(&bot);
        let changes = bot.changes();

        let reply = bot.ask(BRUNO, order).await;

        assert_eq!(reply, "You are no longer an admin of this bot, so the order was not run.", "{order}");
        assert_eq!(bot.changes(), changes, "{order}");
        assert_eq!(bot.send(BRUNO, "/help").await, r#"{"status":"ignored","reason":"not_an_admin"}"#);
    }
}

#[tokio::test]
async fn t44_a_reading_of_minutes_ago_lets_nobody_change_anything() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    demote_bruno(&bot);

    bot.clock.pass(Duration::from_secs(200));

    bot.expect_powerless(&CHANGES).await;
}

#[tokio::test]
async fn t44_a_yes_a_number_and_an_edit_are_done_by_the_rights_of_their_own_moment() {
    let asks = [
        (r#"/remove "Bairro Feliz" 81896604192875@lid"#, "sim"),
        (r#"/announce "Bairro Feliz" Hello"#, "/yes"),
        (r#"/link "Bairro Feliz" vend"#, "1"),
        ("/lnik \"Bairro Feliz\" futebol", "yes"),
    ];
    for (order, answer) in asks {
        let bot = setting().start().await;
        bot.knows(BRUNO).await;
        bot.ask(BRUNO, order).await;
        demote_bruno(&bot);

        bot.expect_powerless(&[answer]).await;
    }
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    let slip = bot.message(BRUNO, r#"/link "Bairro Feliz" xyzzy"#);
    bot.ask_by(&slip).await;
    demote_bruno(&bot);

    bot.post(&bot.message(BRUNO, LINK).with_id(slip.message_id()).edited()).await;

    bot.settled().await;
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn t44_a_retry_goes_on_only_while_its_admin_is_one() {
    let bot = setting().clock(Clock::system()).start().await;
    bot.knows(BRUNO).await;
    bot.sandbox.trouble().always("communities/link", Fault::Instead(Reply::bad_gateway()));
    let order = bot.give(BRUNO, LINK).await;
    bot.tried(&order, 1).await;
    demote_bruno(&bot);

    let told = bot.answers_to(&order).await;

    let begun = "You may no longer do this here, so nothing more was done. The order was begun before: part of \
                 it may be in effect.";
    assert_eq!(told, [begun]);
    bot.sandbox.trouble().clear();
    assert_eq!(bot.community_of("Futebol"), None);
}

#[tokio::test]
async fn t44_groups_leave_no_community_whose_admin_somebody_is_no_more() {
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

    for order in [r#"/move surfe "Bairro Feliz""#, "/invite surfe", &format!("/invite {surfe} reset --yes")] {
        let reply = bot.ask(BRUNO, order).await;
        assert!(!reply.contains("chat.whatsapp.com") && !reply.contains("✅"), "{order}: {reply}");
    }

    assert_eq!((bot.changes(), bot.community_of("Surfe").as_deref()), (0, Some("Praia")));
    assert_eq!(bot.ask(BRUNO, LINK).await, LINKED, "where he is an admin still he may go on");
}

#[tokio::test]
async fn t44_a_right_that_cannot_be_read_is_none() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    for reply in [
        refusal("Group not found"),
        Reply::text(200, ""),
        Reply::json(200, &json!({})),
        Reply::html(200, "<html>ok</html>"),
    ] {
        bot.sandbox.trouble().always("light-group-metadata", Fault::Instead(reply));
        bot.sandbox.trouble().always("communities-metadata", Fault::Instead(refusal("Community not found")));

        bot.expect_powerless(&CHANGES[..4]).await;

        bot.sandbox.trouble().clear();
        bot.clock.pass(Duration::from_secs(300));
        bot.knows(BRUNO).await;
    }
}

#[tokio::test]
async fn t44_a_right_that_cannot_be_read_for_the_moment_is_read_later() {
    let bot = setting().clock(Clock::system()).start().await;
    bot.knows(BRUNO).await;
    bot.sandbox.trouble().always("light-group-metadata", Fault::Instead(Reply::bad_gateway()));

    let order = bot.give(BRUNO, LINK).await;
    bot.tried(&order, 2).await;
    let changes = bot.changes();
    bot.sandbox.trouble().clear();

    assert_eq!(changes, 0);
    assert_eq!(bot.answers_to(&order).await, [LINKED]);
}

#[tokio::test]
async fn t44_what_the_bot_changed_of_people_is_known_at_once() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    bot.ask(ANA, "/who bairro").await;

    bot.ask(ANA, &format!(r#"/promote "Bairro Feliz" {CARLA_LID}"#)).await;
    let promoted = bot.ask(ANA, "/who bairro").await;
    let by_carla = bot.ask_by(&bot.message(CARLA_LID, LINK)).await;
    bot.ask(ANA, &format!(r#"/demote "Bairro Feliz" {CARLA_LID}, +{BRUNO}"#)).await;
    let demoted = bot.ask(ANA, "/who bairro").await;

    assert!(promoted.contains(CARLA_LID) && promoted.contains("99999-0002"), "{promoted}");
    assert!(by_carla.contains("Futebol"), "{by_carla}");
    assert!(!demoted.contains(CARLA_LID) && !demoted.contains("99999-0002"), "{demoted}");
}

#[tokio::test]
async fn t44_after_a_change_that_may_have_been_made_who_is_an_admin_is_read_anew() {
    let bot = setting().start().await;
    bot.knows(BRUNO).await;
    bot.ask(ANA, "/who bairro").await;
    // The call is lost on its way, and done later by somebody else.
    let page = Fault::Instead(Reply::html(200, "<html>ok</html>"));
    bot.sandbox.trouble().always("remove-admin", page);
    let told = bot.ask(ANA, &format!(r#"/demote "Bairro Feliz" +{BRUNO}"#)).await;
    demote_bruno(&bot);

    let seen = bot.ask(BRUNO, "/groups").await;
    let who = bot.ask(ANA, "/who bairro").await;

    assert!(!told.contains("✅"), "{told}");
    assert_eq!(seen, "You are no longer an admin of this bot, so the order was not run.");
    assert!(!who.contains("99999-0002"), "{who}");
}

#[tokio::test]
async fn t44_a_right_of_the_configuration_needs_no_reading() {
    let configured = format!("[instances.main.admins.bruno]\nphone = \"{BRUNO}\"\nname = \"Bruno\"\n");
    let bot = setting().admins(&configured).start().await;
    bot.knows(ANA).await;
    demote_bruno(&bot);
    bot.sandbox.trouble().next("light-group-metadata", 1, Fault::Instead(refusal("no")));

    assert!(bot.ask(BRUNO, LINK).await.contains("“Futebol”"));
    assert!(bot.ask(BRUNO, r#"/unlink "Bairro Feliz" moradores"#).await.contains("✅"));
}

#[tokio::test]
async fn t44_a_demotion_through_one_replica_ends_what_another_believes() {
    let Some(server) = postgres::shared() else { return postgres::not_run(module_path!()) };
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
    // From here on the other process alone runs what is sent.
    bot.crash().await;
    (bot.url, bot.store) = (other.url.clone(), other.store.clone());

    let who = bot.ask(ANA, "/who bairro").await;
    bot.send(BRUNO, "/groups").await;
    bot.expect_powerless(&CHANGES).await;

    assert!(!who.contains("99999-0002") && who.contains(CARLA_LID), "{who}");
    assert!(!bot.said().iter().any(|said| said.contains("Futebol")), "{:?}", bot.said());
    bot.knows(CARLA_LID).await;
}
