//! An invitation link names its group if the bot is a member.

use vincula::sandbox::{BotRole, Fault, FaultResponse};

use crate::support::{ANA, Service};

/// The link of the group with this name.
fn link_into(bot: &Service, group: &str) -> String {
    bot.world().find_group(&bot.group(group)).unwrap().invitation.clone()
}

#[tokio::test]
async fn groups_are_linked_unlinked_and_moved_by_their_invitations() {
    let bot = Service::start().await;
    let (futebol, suporte) = (link_into(&bot, "Futebol"), link_into(&bot, "Suporte"));
    let bare = suporte.trim_start_matches("https://");

    let linked = bot.ask(ANA, &format!("/link \"Bairro Feliz\" {futebol}?mode=ac_t, {bare} mães")).await;
    let unlinked = bot.ask(ANA, &format!("/unlink \"Bairro Feliz\" {futebol}")).await;
    let moved = bot.ask(ANA, &format!("/move <{suporte}> \"Marketing BR\"")).await;

    assert_eq!(
        linked,
        "3 of 3 groups are now in “Bairro Feliz”.\n✅ “Futebol”\n✅ “Suporte”\n✅ “Mães do Bairro”"
    );
    assert_eq!(unlinked, "✅ “Futebol” is no longer in “Bairro Feliz”.");
    assert!(moved.contains("✅ “Suporte”"), "{moved}");
    assert_eq!(bot.community_of("Suporte").as_deref(), Some("Marketing BR"));
}

#[tokio::test]
async fn an_unusable_invitation_is_explained_and_the_others_are_linked() {
    let bot = Service::start().await;
    let suporte = bot.group("Suporte");
    let outside = link_into(&bot, "Suporte");
    let old = link_into(&bot, "Mães do Bairro");
    let mothers = bot.group("Mães do Bairro");
    bot.sandbox.world(|world| {
        world.set_bot_role(&suporte, BotRole::Absent);
        world.reset_invitation(&mothers).unwrap();
    });
    let broken = "https://chat.whatsapp.com/AbC";

    let reply = bot.ask(ANA, &format!("/link \"Bairro Feliz\" {outside} {old} {broken} futebol")).await;

    assert_eq!(
        reply,
        format!(
            "1 of 4 groups is now in “Bairro Feliz”.\n\
             ❌ “Suporte”: the bot's number is not in this group. Add it to the group, then try again\n\
             ❌ “{old}”: this invite link leads nowhere. It may have been reset: copy it again\n\
             ❌ “{broken}”: this invite link leads nowhere. It may have been reset: copy it again\n\
             ✅ “Futebol”"
        )
    );
    assert_eq!(bot.calls_to("group-invitation-metadata").len(), 2);
}

#[tokio::test]
async fn the_announcement_group_cannot_be_named_by_its_link() {
    let bot = Service::start().await;
    let announcement = bot.world().communities()[1].announcement.clone();
    let link = bot.world().find_group(&announcement).unwrap().invitation.clone();

    let reply = bot.ask(ANA, &format!("/link \"Bairro Feliz\" {link}")).await;

    assert_eq!(
        reply,
        "❌ “Marketing BR”: is the announcement group of a \
         community: it stays where it is"
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_failed_link_may_be_corrected_by_editing() {
    let bot = Service::start().await;
    let dead = "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv";
    for (name, why) in [
        (
            "/juntar",
            "esse link de convite não leva a nenhum grupo. Talvez tenha sido redefinido: copie de novo",
        ),
        (
            "/enlazar",
            "ese enlace de invitación no lleva a ningún grupo. Quizá se restableció: cópialo de nuevo",
        ),
    ] {
        let command = bot.message(ANA, &format!("{name} \"Bairro Feliz\" {dead}"));

        let reply = bot.ask_by(&command).await;
        bot.settled().await;

        assert!(reply.ends_with(&format!("❌ “{dead}”: {why}")), "{reply}");
        assert_eq!(bot.row(command.message_id()).await.outcome.as_deref(), Some("usage_error"));
    }
}

#[tokio::test]
async fn during_an_outage_a_link_is_retried_like_a_name() {
    let bot = Service::start().await;
    let link = link_into(&bot, "Futebol");
    bot.sandbox.faults().fail_next(
        "group-invitation-metadata",
        2,
        Fault::Replace(FaultResponse::json(502, &serde_json::json!({}))),
    );

    let reply = bot.ask(ANA, &format!("/link \"Bairro Feliz\" {link}")).await;

    assert_eq!(reply, "✅ “Futebol” is now in “Bairro Feliz”.");
}

#[tokio::test]
async fn the_link_of_a_just_joined_group_works() {
    let bot = Service::start().await;
    bot.ask(ANA, "/groups").await;
    let link = bot.sandbox.world(|world| {
        let group = world.group("Novinhos");
        world.invitation(&group).unwrap().to_owned()
    });

    let reply = bot.ask(ANA, &format!("/link \"Bairro Feliz\" {link}")).await;

    assert_eq!(reply, "✅ “Novinhos” is now in “Bairro Feliz”.");
}
