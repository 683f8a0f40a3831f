//! `/unlink`: removes groups from a community, with a true reply for each.

use vincula::sandbox::{Fault, PartialFailure};

use super::fixtures::{ok, refusal};
use crate::support::{ANA, Service};

#[tokio::test]
async fn an_admin_unlinks_a_group() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, r#"/unlink "Bairro Feliz" moradores"#).await;

    assert_eq!(reply, "✅ “Moradores” is no longer in “Bairro Feliz”.");
    assert_eq!(bot.community_of("Moradores"), None);
}

#[tokio::test]
async fn unlink_reports_groups_outside_and_keeps_those_of_other_communities() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, r#"/unlink "Bairro Feliz" futebol lançamentos moradores, xyzzy"#).await;

    assert_eq!(
        reply,
        "1 of 4 groups is no longer in “Bairro Feliz”.\n☑️ “Futebol”: was not in it\n\
         ⚠️ “Lançamentos”: belongs to “Marketing BR”, not to this community\n✅ “Moradores”\n\
         ❌ I don't know a group “xyzzy”"
    );
    assert_eq!(bot.community_of("Lançamentos").as_deref(), Some("Marketing BR"));
}

#[tokio::test]
async fn groups_that_were_never_in_the_community_have_not_left_it() {
    let bot = Service::start().await;

    for (command, head) in [
        ("/desvincular bairro futebol, suporte", "Nada mudou em “Bairro Feliz”: já estava assim."),
        ("/desvincular bairro futebol, suporte --testar", "Nada mudou em “Bairro Feliz”: já estava assim."),
        ("/desvincular bairro futebol, lançamentos", "Nenhum dos 2 grupos saiu de “Bairro Feliz”."),
        (
            "/remover bairro 44 99999-0004, 44 99999-0005",
            "Em “Bairro Feliz”, não deu para confirmar nenhuma das 2 mudanças.",
        ),
        ("/vincular bairro moradores, segurança", "Nada mudou em “Bairro Feliz”: já estava assim."),
        ("/vincular bairro lançamentos, vendas sul", "Nenhum dos 2 grupos entrou em “Bairro Feliz”."),
    ] {
        let reply = bot.ask(ANA, command).await;
        assert_eq!(reply.lines().next(), Some(head), "{command}: {reply}");
    }
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn when_all_groups_are_unlinked_the_last_named_stays() {
    let bot = Service::start().await;
    let before = bot.world();

    let reply = bot.ask(ANA, r#"/unlink "Bairro Feliz" segurança moradores"#).await;

    assert_eq!(
        reply,
        "1 of 2 groups is no longer in “Bairro Feliz”.\n✅ “Segurança da Rua”\n\
         ❌ “Moradores”: a community keeps at least one group, so this one stays"
    );
    bot.expect_true(&reply, &before);
}

#[tokio::test]
async fn the_only_group_of_a_community_is_not_unlinked() {
    let bot = Service::with()
        .world(|world| {
            let small = world.community("Pequena");
            world.linked_group(&small, "Só");
        })
        .start()
        .await;

    let reply = bot.ask(ANA, "/unlink pequena so").await;

    assert_eq!(
        reply,
        "❌ “Só”: a community keeps at least one group, so this one \
         stays"
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_group_that_became_the_last_reports_z_apis_error() {
    let bot = Service::start().await;
    bot.sandbox.faults().set_partial(PartialFailure::Error);
    let call = bot.sandbox.faults().hold_request("communities/unlink");
    let (community, other) = (bot.community("Bairro Feliz"), bot.group("Moradores"));

    let command = bot.send_to_completion(ANA, r#"/unlink "Bairro Feliz" segurança"#).await;
    bot.within(call.wait_reached()).await;
    bot.sandbox.world(|world| world.unlink(&community, &other)).unwrap();
    call.release();

    assert_eq!(
        bot.reply_to(&command).await.text,
        "❌ “Segurança da Rua”: Z-API refused: \
         “A community needs at least one group”"
    );
}

#[tokio::test]
async fn an_announcement_group_cannot_be_unlinked() {
    let bot = Service::start().await;
    let id = bot.world().communities()[0].announcement.clone();

    let reply = bot.ask(ANA, &format!(r#"/unlink "Bairro Feliz" {id}"#)).await;

    assert_eq!(
        reply,
        "❌ “Bairro Feliz”: is the announcement group of a \
         community: it stays where it is"
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn here_is_the_group_of_the_command() {
    let bot = Service::start().await;
    let command = bot.message(ANA, r#"/unlink "Bairro Feliz" aqui"#).in_group(&bot.group("Moradores"));

    let reply = bot.ask_by(&command).await;

    assert_eq!(reply, "✅ “Moradores” is no longer in “Bairro Feliz”.");
}

#[tokio::test]
async fn a_refusal_and_an_unconfirmed_change_are_distinguished() {
    let bot = Service::start().await;
    let command = r#"/unlink "Bairro Feliz" moradores"#;

    bot.sandbox.faults().fail_next("communities/unlink", 1, Fault::Replace(refusal("You must be an admin")));
    let refused = bot.ask(ANA, command).await;
    bot.sandbox.faults().fail_always("communities/unlink", Fault::Replace(ok(r#"{"success":"true"}"#)));
    let unsure = bot.ask(ANA, command).await;

    assert_eq!(refused, "❌ “Moradores”: Z-API refused: “You must be an admin”");
    assert_eq!(
        unsure,
        "❓ “Moradores”: Z-API said it was done, but the \
         community does not show it. Check again in a minute: /community \"Bairro Feliz\""
    );
}
