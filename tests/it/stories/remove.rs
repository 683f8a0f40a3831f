//! `/remove`: removes people from a community after a yes, with a true reply for each.

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{Fault, FaultResponse, ReadLag};

use super::fixtures::refusal;
use super::participants::{BRUNO, CARLA, CARLA_LID, DAVI, ELISA, Role};
use crate::support::{ANA, Service};

const BRUNO_LID: &str = "81896604192874@lid";
const ASK: &str = "Shall I? Answer “yes” or 👍 within 5 minutes; “no” cancels.";

#[tokio::test]
async fn remove_prompts_with_the_exact_people_and_community() {
    let bot = Service::start().await;

    let text = format!("/remove \"Bairro Feliz\" Bruno: {BRUNO}, {CARLA_LID}, {DAVI}, Zé, {ANA}");
    let asked = bot.ask(ANA, &text).await;
    assert_eq!(bot.changes(), 0);
    let done = bot.ask(ANA, "sim").await;

    assert_eq!(
        asked,
        format!(
            "2 of 5 people would leave “Bairro Feliz” and all its groups.\n\
             ➡️ +55 44 99999-0002 “Bruno”\n➡️ {CARLA_LID}\n\
             ☑️ +55 44 99999-0004: was not in it\n\
             ❌ “Zé” is not a phone number. Write it like this: +55 44 99999-0001\n\
             ❌ +55 44 99999-0001 “Ana”: created the community, and can’t be removed or demoted\n\n{ASK}"
        )
    );
    assert_eq!(
        done,
        format!("2 of 2 people are no longer in “Bairro Feliz”.\n✅ +55 44 99999-0002\n✅ {CARLA_LID}")
    );
    assert_eq!((bot.role(BRUNO), bot.role(CARLA)), (Role::Outside, Role::Outside));
    assert_eq!(bot.people_in_calls("remove-participant"), [[BRUNO, CARLA_LID]]);
}

#[tokio::test]
async fn a_no_and_a_late_yes_remove_nobody() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).start().await;
    let command = format!(r#"/remover "Bairro Feliz" {BRUNO}"#);

    bot.ask(ANA, &command).await;
    let no = bot.ask(ANA, "não").await;
    bot.ask(ANA, &command).await;
    clock.advance(std::time::Duration::from_secs(301));
    bot.ask(ANA, "sim").await;

    assert_eq!(no, "Tudo bem, não fiz nada.");
    assert_eq!((bot.role(BRUNO), bot.changes()), (Role::Admin, 0));
}

#[tokio::test]
async fn a_yes_flag_after_the_numbers_skips_the_prompt() {
    for flag in ["--yes", "—sim", "--sí"] {
        let bot = Service::start().await;
        let reply = bot.ask(ANA, &format!(r#"/remove "Bairro Feliz" {BRUNO} {flag}"#)).await;
        assert_eq!(reply, "✅ +55 44 99999-0002 is no longer in “Bairro Feliz”.", "{flag}");
    }
}

#[tokio::test]
async fn a_removed_person_leaves_the_groups_and_undo_cannot_restore_them() {
    let bot = Service::start().await;
    let group = bot.group("Moradores");
    let neighbour = bot.world().find_group(&group).unwrap().participants[1].phone.clone();

    let reply = bot.ask(ANA, &format!(r#"/quitar "Bairro Feliz" +{neighbour} --sí"#)).await;
    let undone = bot.ask(ANA, "/deshacer").await;

    assert!(reply.starts_with("✅ +55 11 9") && reply.ends_with(" ya no está en “Bairro Feliz”."), "{reply}");
    assert_eq!(
        undone,
        "❌ Tu último cambio fue /quitar, y ese no se puede deshacer.\n\
         Para volver a agregar a la persona: /agregar …"
    );
    let world = bot.world();
    let mut left = world.find_group(&group).unwrap().participants.iter();
    assert!(left.all(|person| person.phone != neighbour));
}

#[tokio::test]
async fn the_bot_does_not_remove_itself() {
    let bot = Service::start().await;
    let own = bot.sandbox.account().phone.clone();

    let reply = bot.ask(ANA, &format!(r#"/remove "Bairro Feliz" +{own}"#)).await;

    assert_eq!(
        reply,
        "❌ +55 11 98888-7777: is my own number. I must be an admin of the community to manage it"
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_person_with_a_possibly_hidden_number_is_not_reported_as_removed() {
    let bot = Service::start().await;
    // Carla's number is hidden, and her lid is unknown.
    bot.sandbox.faults().fail_always("phone-exists-batch", Fault::Replace(refusal("not available")));

    let reply = bot.ask(ANA, &format!(r#"/remove "Bairro Feliz" {CARLA}, {ELISA}"#)).await;

    let hidden = "I don’t see them in the community, but it hides some numbers. If they are in it, name them \
        by their lid or with a mention (@).";
    assert_eq!(
        reply,
        format!(
            "None of the 2 changes in “Bairro Feliz” could be confirmed.\n❓ +55 44 99999-0003: {hidden}\n\
             ❓ +55 44 99999-0005: {hidden}"
        )
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn in_a_very_large_community_a_lid_prompts_for_the_number() {
    let bot = Service::with()
        .world(|world| {
            let bairro = world.community_named("Bairro Feliz").unwrap();
            world.crowd(&bairro, 1_001);
        })
        .start()
        .await;

    for command in ["remove", "demote", "promote"] {
        let reply = bot.ask(ANA, &format!(r#"/{command} "Bairro Feliz" {BRUNO_LID}"#)).await;

        let hidden = "I can’t tell whether they are in the community, since its list shows numbers. Name them \
            by their number.";
        assert_eq!(reply, format!("❓ {BRUNO_LID}: {hidden}"), "{command}");
    }
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_lagging_removal_is_waited_for() {
    let bot = Service::start().await;
    bot.sandbox.faults().set_lag(Some(ReadLag::Reads(2)));

    let reply = bot.ask(ANA, &format!(r#"/remove "Bairro Feliz" {BRUNO} --yes"#)).await;

    assert_eq!(reply, "✅ +55 44 99999-0002 is no longer in “Bairro Feliz”.");
}

#[tokio::test]
async fn an_unreadable_result_is_not_claimed() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_always(
        "remove-participant",
        Fault::Replace(FaultResponse::json(200, &serde_json::json!({ "value": true }))),
    );

    let reply = bot.ask(ANA, &format!(r#"/remove "Bairro Feliz" {BRUNO} --yes"#)).await;

    assert_eq!(
        reply,
        "❓ +55 44 99999-0002: Z-API said it was done, but the \
         community does not show it. Check again in a minute: /remove \"Bairro Feliz\" 5544999990002"
    );
}

#[tokio::test]
async fn a_confirmed_removal_continues_after_a_crash() {
    let mut bot = Service::start().await;
    bot.ask(ANA, &format!(r#"/remove "Bairro Feliz" {BRUNO}"#)).await;
    let call = bot.sandbox.faults().hold_response("remove-participant");
    let yes = bot.send_to_completion(ANA, "sim").await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;

    bot.restart().await;

    assert_eq!(bot.replies_to(&yes).await, ["✅ +55 44 99999-0002 is no longer in “Bairro Feliz”."]);
    assert_eq!(bot.calls_to("remove-participant").len(), 1);
}

#[tokio::test]
async fn a_thumb_on_the_prompt_is_a_yes() {
    let bot = Service::start().await;
    let command = bot.message(ANA, &format!(r#"/remove "Bairro Feliz" {BRUNO}"#));
    bot.ask_by(&command).await;
    let question = bot.reply_to(command.message_id()).await.message_id;
    bot.settled().await;

    let instance = bot.sandbox.account().id.clone();
    let thumb = EventBuilder::reaction(&instance, "👍", &question).from(ANA).sent_at(bot.clock.now());
    let done = bot.ask_by(&thumb).await;

    assert_eq!(done, "✅ +55 44 99999-0002 is no longer in “Bairro Feliz”.");
}

#[tokio::test]
async fn a_call_names_people_as_whatsapp_writes_them() {
    let bot = Service::start().await;
    let (bairro, old) = (bot.community("Bairro Feliz"), "554499990007");
    bot.sandbox.world(|world| world.join(&bairro, old, false, false));
    let known = serde_json::json!([{
        "exists": true, "inputPhone": "5544999990007", "outputPhone": old, "lid": null
    }]);
    bot.sandbox.faults().fail_next("phone-exists-batch", 1, Fault::Replace(FaultResponse::json(200, &known)));

    let reply = bot.ask(ANA, r#"/remove --yes "Bairro Feliz" 44 99999-0007"#).await;

    assert_eq!(reply, "✅ +55 44 99999-0007 is no longer in “Bairro Feliz”.");
    assert_eq!(bot.people_in_calls("remove-participant"), [[old]]);
}
