//! `/deactivate`: deactivates a community after a yes; its groups stay, without a community.

use vincula::sandbox::{BotRole, Fault, FaultResponse};

use super::describe::ANA_OF_MARKETING;
use crate::support::{ANA, Service};

const COMMAND: &str = "/deactivate \"Bairro Feliz\"";
const PREVIEW: &str = "➡️ “Bairro Feliz” would be deactivated for good, with its announcement group.\n\
    Its 2 groups would stay, in no community.\n10 people are in it.\n\n";
const DONE: &str = "✅ “Bairro Feliz” was deactivated.\nIts 2 groups stay, in no community.";

impl Service {
    fn has_community(&self, name: &str) -> bool {
        self.world().community_named(name).is_some()
    }
}

#[tokio::test]
async fn deactivate_shows_the_community_and_needs_a_yes() {
    let bot = Service::start().await;

    let asked = bot.ask(ANA, COMMAND).await;
    assert!(asked.starts_with(PREVIEW) && asked.contains("Shall I?"), "{asked}");
    assert!(bot.has_community("Bairro Feliz"));
    let done = bot.ask(ANA, "yes").await;

    assert_eq!(done, DONE);
    assert!(!bot.has_community("Bairro Feliz"));
    assert_eq!(bot.community_of("Moradores"), None);
    assert!(!bot.ask(ANA, "/communities").await.contains("Bairro"), "the lists are read anew");
    let undone = bot.ask(ANA, "/undo").await;
    assert!(
        undone.starts_with("❌ The last change was /deactivate, and that cannot be taken back.\n"),
        "{undone}"
    );
}

#[tokio::test]
async fn a_yes_deactivates_the_community_that_was_shown() {
    let bot = Service::start().await;
    bot.ask(ANA, "/deactivate bairro").await;
    bot.sandbox.world(|world| world.community("Bairro"));

    assert_eq!(bot.ask(ANA, "sim").await, DONE);
    assert!(bot.has_community("Bairro") && !bot.has_community("Bairro Feliz"));
}

#[tokio::test]
async fn it_works_in_three_languages() {
    let bot = Service::start().await;
    let portuguese = bot.ask(ANA, "/desativar \"Bairro Feliz\" --testar").await;
    let spanish = bot.ask(ANA, "/desactivar \"Bairro Feliz\" --probar").await;

    assert!(
        portuguese.starts_with(
            "➡️ “Bairro Feliz” seria desativada de vez, com o grupo de avisos.\n\
         Os 2 grupos dela ficariam sem comunidade.\n10 pessoas estão nela.\n\nFoi um teste"
        ),
        "{portuguese}"
    );
    assert!(
        spanish.starts_with(
            "➡️ “Bairro Feliz” se desactivaría para siempre, con su grupo de avisos.\n\
         Sus 2 grupos quedarían sin comunidad.\n10 personas están en ella.\n\nFue una prueba"
        ),
        "{spanish}"
    );
    assert_eq!((bot.has_community("Bairro Feliz"), bot.calls_to("communities/1").len()), (true, 0));
}

#[tokio::test]
async fn a_lost_response_and_a_crash_deactivate_it_once() {
    let mut bot = Service::start().await;
    bot.sandbox.faults().fail_next(
        "DELETE communities/",
        1,
        Fault::ReplaceResponse(FaultResponse::bad_gateway()),
    );
    assert_eq!(bot.ask(ANA, "/deactivate --yes \"Bairro Feliz\"").await, DONE);
    assert_eq!(bot.calls_to("communities/1").len(), 1);

    let call = bot.sandbox.faults().hold_response("DELETE communities/");
    let command = bot.send_to_completion(ANA, "/deactivate --yes \"Marketing BR\"").await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    bot.restart().await;

    assert_eq!(
        bot.replies_to(&command).await,
        ["✅ “Marketing BR” was deactivated.\nIts 2 groups stay, in no community."]
    );
    assert_eq!(bot.calls_to("communities/1").len(), 2);
}

#[tokio::test]
async fn a_community_still_listed_is_deactivated_again() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next(
        "DELETE communities/",
        1,
        Fault::Replace(FaultResponse::json(200, &serde_json::json!({}))),
    );

    let reply = bot.ask(ANA, "/deactivate --yes \"Bairro Feliz\"").await;

    assert_eq!(reply, DONE);
    assert_eq!(bot.calls_to("communities/1").len(), 2);
}

#[tokio::test]
async fn missing_rights_and_refusals_deactivate_nothing() {
    let bot = Service::with().admins(ANA_OF_MARKETING).start().await;
    let community = bot.community("Bairro Feliz");
    let reply = bot.ask(ANA, &format!("/deactivate --yes {community}")).await;
    assert!(reply.starts_with("You may not use /deactivate in "), "{reply}");
    let marketing = bot.community("Marketing BR");
    bot.sandbox.world(|world| world.set_bot_role(&marketing, BotRole::Member));

    let reply = bot.ask(ANA, "/deactivate --yes \"Marketing BR\"").await;

    assert_eq!(reply, "❌ Not done: Z-API refused: “You must be an admin”.");
    assert!(bot.has_community("Bairro Feliz") && bot.has_community("Marketing BR"));
}
