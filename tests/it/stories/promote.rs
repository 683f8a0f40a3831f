//! `/promote`: makes people admins of a community, with a true reply for each.

use std::time::Duration;

use serde_json::json;
use vincula::sandbox::{BotRole, Fault, FaultResponse};

use super::fixtures::ok;
use super::participants::{BRUNO, CARLA, CARLA_IN_WHO, CARLA_LID, DAVI, ELISA, Role};
use crate::support::{ANA, Service};

/// A person whose new rights show late.
const LATE: &str = "5544999990007";

#[tokio::test]
async fn an_admin_promotes_people_by_number_or_lid() {
    for typed in [CARLA, CARLA_LID, "+55 44 99999-0003"] {
        let bot = Service::start().await;

        let reply = bot.ask(ANA, &format!(r#"/promote "Bairro Feliz" {typed}"#)).await;

        assert!(
            reply.starts_with("✅ ") && reply.ends_with(" is now an admin of “Bairro Feliz”."),
            "{reply}"
        );
        assert_eq!(bot.role(CARLA), Role::Admin, "{typed}");
    }
}

#[tokio::test]
async fn promote_reports_existing_admins_and_suggests_add_for_non_members() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, &format!(r#"/promote "Bairro Feliz" {BRUNO}, {DAVI}, {CARLA}, {ELISA}"#)).await;
    let helped = bot.ask(ANA, reply.lines().nth(2).unwrap().rsplit_once(": ").unwrap().1).await;

    assert_eq!(
        reply,
        "2 of 4 people are now admins of “Bairro Feliz”.\n\
         ☑️ +55 44 99999-0002: was already an admin\n\
         ❌ +55 44 99999-0004: is not in the community. Add them first: /add \"Bairro Feliz\" 5544999990004\n\
         ✅ +55 44 99999-0003\n\
         ❓ +55 44 99999-0005: I don’t see them in the community, but it hides some numbers. \
         If they are not in it, add them first: /add \"Bairro Feliz\" 5544999990005"
    );
    assert_eq!(bot.people_in_calls("add-admin"), [[CARLA]]);
    assert!(helped.starts_with("⚠️ +55 44 99999-0004: "), "{helped}");
}

#[tokio::test]
async fn undo_demotes_exactly_those_who_were_promoted() {
    let bot = Service::start().await;
    bot.ask(ANA, &format!(r#"/promote "Bairro Feliz" {BRUNO}, {CARLA}"#)).await;

    let undone = bot.ask(ANA, "/undo").await;
    let roles = (bot.role(BRUNO), bot.role(CARLA));
    let again = bot.ask(ANA, "/undo").await;

    assert_eq!(undone, "✅ +55 44 99999-0003 is no longer an admin of “Bairro Feliz”.");
    assert_eq!(roles, (Role::Admin, Role::Member));
    assert!(again.starts_with("❌ I took back /promote already"), "{again}");
}

/// The cached list of admins is five minutes old at most, but never older than the bot's own change.
#[tokio::test]
async fn who_knows_a_promotion_of_the_bot_at_once() {
    let bot = Service::with().instance("admins_from = \"community\"").start().await;
    let before = bot.ask(ANA, "/who bairro").await;
    bot.ask(ANA, &format!("/promote bairro {CARLA}")).await;

    let after = bot.ask(ANA, "/who bairro").await;

    assert!(!before.contains(CARLA_IN_WHO) && after.contains(CARLA_IN_WHO), "{before}\n{after}");
}

#[tokio::test]
async fn promote_reports_who_exceeds_the_limit_of_twenty() {
    let bot = Service::start().await;
    let phones: Vec<String> = (10..28).map(|nth| format!("55449999900{nth}")).collect();
    let bairro = bot.community("Bairro Feliz");
    bot.sandbox.world(|world| {
        for phone in &phones {
            world.join(&bairro, phone, false, false);
        }
    });

    let reply = bot.ask(ANA, &format!(r#"/promote "Bairro Feliz" {}"#, phones.join(", "))).await;

    assert!(reply.starts_with("17 of 18 people are now admins of “Bairro Feliz”.\n✅ "), "{reply}");
    assert!(
        reply.ends_with(
            "\n❌ +55 44 99999-0027: a community has 20 admins at most. Make room first: \
             /demote \"Bairro Feliz\" and a number"
        ),
        "{reply}"
    );
}

#[tokio::test]
async fn a_dry_run_promotes_nobody() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, &format!(r#"/promover --testar "Bairro Feliz" {CARLA}"#)).await;

    assert!(reply.starts_with("➡️ +55 44 99999-0003 viraria admin de “Bairro Feliz”.\n"), "{reply}");
    assert_eq!((bot.role(CARLA), bot.changes()), (Role::Member, 0));
}

#[tokio::test]
async fn after_a_crash_the_reply_reports_prior_admins() {
    let mut bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("add-admin");
    let command = bot.send_to_completion(ANA, &format!(r#"/promote "Bairro Feliz" {BRUNO}, {CARLA}"#)).await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;

    bot.restart().await;

    assert_eq!(
        bot.replies_to(&command).await,
        ["2 of 2 people are now admins of “Bairro Feliz”.\n☑️ +55 44 99999-0002: was already an admin\n\
          ✅ +55 44 99999-0003"]
    );
    assert_eq!(bot.calls_to("add-admin").len(), 2);
}

#[tokio::test]
async fn a_temporary_failure_is_retried_and_reported() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("add-admin", 2, Fault::Replace(FaultResponse::bad_gateway()));

    let reply = bot.ask(ANA, &format!(r#"/promote "Bairro Feliz" {CARLA}"#)).await;

    assert_eq!(reply, "✅ +55 44 99999-0003 is now an admin of “Bairro Feliz”.");
    assert_eq!(bot.calls_to("add-admin").len(), 3);
}

#[tokio::test]
async fn a_promotion_cancelled_while_running_reports_the_state() {
    let bot = Service::with()
        .timing(|timing| {
            timing.read_back = Duration::from_millis(50);
            timing.min_retry_delay = Duration::from_secs(600);
            timing.max_retry_delay = Duration::from_secs(600);
        })
        .start()
        .await;
    bot.sandbox.faults().fail_always("add-admin", Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.send_to_completion(ANA, &format!(r#"/promote "Bairro Feliz" {BRUNO}, {CARLA}"#)).await;
    bot.wait_for_attempts(&command, 1).await;

    bot.ask(ANA, "/cancel").await;

    assert_eq!(
        bot.replies_to(&command).await,
        ["1 of 2 people is now an admin of “Bairro Feliz”.\n☑️ +55 44 99999-0002: was already an admin\n\
          ❌ +55 44 99999-0003: not done: the command was cancelled"]
    );
    assert_eq!(bot.calls_to("add-admin").len(), 1);
}

#[tokio::test]
async fn a_community_without_bot_rights_suggests_the_remedy() {
    let bot = Service::start().await;
    let bairro = bot.community("Bairro Feliz");
    bot.sandbox.world(|world| world.set_bot_role(&bairro, BotRole::Member));

    let said = bot.ask(ANA, &format!(r#"/promover "Bairro Feliz" {CARLA}"#)).await;
    bot.sandbox
        .faults()
        .fail_always("add-admin", Fault::Replace(FaultResponse::json(200, &json!({ "value": false }))));
    let unsaid = bot.ask(ANA, &format!(r#"/promover "Bairro Feliz" {CARLA}"#)).await;

    assert!(said.ends_with("❌ +55 44 99999-0003: a Z-API recusou: “You must be an admin”"), "{said}");
    assert!(unsaid.ends_with(": a Z-API recusou. O número do bot é admin da comunidade?"), "{unsaid}");
}

#[tokio::test]
async fn undo_demotes_people_with_an_uncertain_promotion() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.settled().await;
    bot.sandbox.faults().fail_always("add-admin", Fault::Replace(ok(r#"{"value":true}"#)));
    let bairro = bot.community("Bairro Feliz");
    bot.sandbox.world(|world| world.join(&bairro, LATE, false, false));
    let reply = bot.ask(ANA, &format!(r#"/promote "Bairro Feliz" {BRUNO}, {CARLA}, {LATE}"#)).await;
    assert!(reply.contains("\n❓ +55 44 99999-0003") && reply.contains("\n❓ +55 44 99999-0007"), "{reply}");
    bot.settled().await;
    // One of the two calls only showed late.
    bot.sandbox.world(|world| world.join(&bairro, LATE, true, false));

    let undone = bot.ask(ANA, "/undo").await;

    assert_eq!(
        undone,
        "1 of 2 people is no longer an admin of “Bairro Feliz”.\n☑️ +55 44 99999-0003: was not an admin\n\
         ✅ +55 44 99999-0007"
    );
    assert_eq!((bot.role(BRUNO), bot.role(LATE)), (Role::Admin, Role::Member));
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
}
