//! Untrusted text in replies: it cannot imitate the bot, breaks nothing, and can be copied.

use vincula::sandbox::Fault;

use crate::stories::fixtures::refusal;
use crate::support::{ANA, Service};

#[tokio::test]
async fn t19_names_with_markup_and_line_breaks_cannot_imitate_the_bot() {
    let bot = Service::with()
        .world(|world| {
            world.group("Feira\n✅ “Suporte”");
        })
        .start()
        .await;

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" "*Promo*_" feira "_no_ *such*""#).await;

    assert_eq!(
        reply,
        "2 of 3 groups are now in “Bairro Feliz”.\n✅ “∗Promo∗ˍ”\n✅ “Feira ✅ “Suporte””\n\
         ❌ No group matches “ˍnoˍ ∗such∗”"
    );
}

#[tokio::test]
async fn a_command_copied_from_a_reply_works_for_all_names() {
    let bot = Service::with()
        .world(|world| {
            let other = world.community("Os \"Outros\", “eu”");
            world.linked_group(&other, "Fica");
            world.linked_group(&other, "«*A_b*» d'água „c“");
        })
        .start()
        .await;

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" "«*a_b*» d'água*""#).await;
    let freed = bot.ask(ANA, reply.rsplit_once(": ").unwrap().1).await;

    assert_eq!(reply.rsplit_once(": ").unwrap().1, r#"/move "«∗Aˍb∗» d'água 'c'" "Bairro Feliz""#);
    assert_eq!(freed, "✅ “«∗Aˍb∗» d'água „c“” is now in “Bairro Feliz”.");
}

#[tokio::test]
async fn t24_secrets_are_removed_from_reported_errors() {
    let bot = Service::start().await;
    let token = bot.sandbox.account().token.clone();
    let fault = Fault::Replace(refusal(&format!("no rights for {token}")));
    bot.sandbox.faults().fail_always("communities/link", fault);

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;

    assert_eq!(reply, "❌ “Futebol”: Z-API refused: “no rights for …”");
}
