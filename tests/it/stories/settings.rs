//! `/settings`: who may add groups to a community; the last setting made here is stored.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{BotRole, Fault, FaultResponse};

use super::describe::ANA_OF_MARKETING;
use crate::support::{ANA, Service};

const TO_ALL: &str = "✅ Everybody in “Bairro Feliz” can add groups to it now.";
const TO_ADMINS: &str = "✅ Only admins can add groups to “Bairro Feliz” now.";

impl Service {
    fn everybody_may_add(&self, community: &str) -> bool {
        let id = self.community(community);
        self.world().find_community(&id).unwrap().groups_added_by_all
    }
}

#[tokio::test]
async fn settings_work_in_three_languages() {
    // `configurar` and `ajustes` are names in two languages: the instance's language decides.
    let rows = [
        ("en", "/settings \"Bairro Feliz\" add-groups all", TO_ALL, true),
        ("en", "/settings Bairro Feliz add—groups admins", TO_ADMINS, false),
        (
            "pt-BR",
            "/configurar bairro adicionar grupos: todos",
            "✅ Agora todos em “Bairro Feliz” podem adicionar grupos a ela.",
            true,
        ),
        (
            "es",
            "/ajustes bairro agregar-grupos admins",
            "✅ Ahora solo los admins pueden agregar grupos a “Bairro Feliz”.",
            false,
        ),
    ];
    for (locale, command, expected, by_all) in rows {
        let bot = Service::with().instance(&format!("locale = \"{locale}\"")).start().await;
        let community = bot.community("Bairro Feliz");
        bot.sandbox.world(|world| world.set_groups_added_by_all(&community, !by_all)).unwrap();

        assert_eq!(bot.ask(ANA, command).await, expected);
        assert_eq!(bot.everybody_may_add("Bairro Feliz"), by_all, "{command}");
    }
}

#[tokio::test]
async fn undo_restores_a_setting_only_if_it_is_known() {
    let bot = Service::start().await;
    bot.ask(ANA, "/settings \"Bairro Feliz\" add-groups all").await;
    assert_eq!(
        bot.ask(ANA, "/undo").await,
        "❌ The last change was /settings, and that cannot be taken back.\n\
         This may help: /settings \"Bairro Feliz\" add-groups admins"
    );
    bot.ask(ANA, "/settings \"Bairro Feliz\" add-groups admins").await;

    assert_eq!(bot.ask(ANA, "/undo").await, TO_ALL);
    assert!(bot.everybody_may_add("Bairro Feliz"));
}

#[tokio::test]
async fn without_arguments_known_settings_and_usage_are_shown() {
    let bot = Service::start().await;
    let how = "Only admins: /settings \"Bairro Feliz\" add-groups admins\n\
        Everybody: /settings \"Bairro Feliz\" add-groups all";

    let before = bot.ask(ANA, "/settings Bairro Feliz").await;
    bot.ask(ANA, "/settings bairro add-groups all").await;
    let after = bot.ask(ANA, "/settings bairro").await;
    let wrong = bot.ask(ANA, "/ajustes bairro mensagens *todos*").await;

    assert_eq!(
        before,
        format!(
            "WhatsApp does not show who may add groups to “Bairro Feliz”, and I have not set it yet.\n{how}"
        )
    );
    assert_eq!(after, format!("As I last set it, everybody in “Bairro Feliz” can add groups to it.\n{how}"));
    assert!(wrong.starts_with("❌ Não conheço o ajuste “mensagens ∗todos∗”.\n"), "{wrong}");
    assert!(wrong.ends_with(" \"Bairro Feliz\" adicionar-grupos todos"), "{wrong}");
    assert_eq!(bot.calls_to("communities/settings").len(), 1);
}

#[tokio::test]
async fn dry_runs_refusals_and_missing_rights_set_nothing() {
    let bot = Service::with().admins(ANA_OF_MARKETING).start().await;
    let trial = bot.ask(ANA, "/settings marketing add-groups all --try").await;
    assert!(
        trial.starts_with("➡️ Everybody in “Marketing BR” could add groups to it.\n\nThis was a trial"),
        "{trial}"
    );
    let (bairro, marketing) = (bot.community("Bairro Feliz"), bot.community("Marketing BR"));
    let denied = bot.ask(ANA, &format!("/settings {bairro} add-groups all")).await;
    assert!(denied.starts_with("You may not use /settings in "), "{denied}");
    assert_eq!(bot.calls_to("communities/settings").len(), 0);
    bot.sandbox.world(|world| world.set_bot_role(&marketing, BotRole::Member));

    let refused = bot.ask(ANA, "/settings marketing add-groups all").await;

    assert_eq!(refused, "❌ Not done: Z-API refused: “You must be an admin”.");
    let known = bot.ask(ANA, "/settings marketing").await;
    assert!(known.contains("I have not set it yet"), "{known}");
}

#[tokio::test]
async fn settings_are_retried_after_an_outage_or_crash() {
    let mut bot = Service::start().await;
    bot.sandbox.faults().fail_next(
        "communities/settings",
        2,
        Fault::ReplaceResponse(FaultResponse::bad_gateway()),
    );
    assert_eq!(bot.ask(ANA, "/settings bairro add-groups all").await, TO_ALL);

    let call = bot.sandbox.faults().hold_request("communities/settings");
    let command = bot.send_to_completion(ANA, "/settings bairro add-groups admins").await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    bot.restart().await;

    assert_eq!(bot.replies_to(&command).await, [TO_ADMINS]);
    assert_eq!(bot.ask(ANA, "/undo").await, TO_ALL);
}

#[tokio::test]
async fn a_possibly_changed_setting_is_not_reported_as_unchanged() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).start().await;
    let faults = bot.sandbox.faults();
    faults.fail_next("communities/settings", 1, Fault::ReplaceResponse(FaultResponse::bad_gateway()));
    faults.fail_next("communities/settings", 1, Fault::Replace(FaultResponse::too_many_requests(None)));
    let command = bot.send_to_completion(ANA, "/settings \"Bairro Feliz\" add-groups all").await;
    bot.wait_for_attempts(&command, 1).await;

    // Its last attempt.
    clock.advance(Duration::from_secs(31 * 60));

    let replies = bot.replies_to(&command).await;
    assert!(
        replies.len() == 1 && replies[0].starts_with("❓ I can't tell whether it was done: "),
        "{replies:?}"
    );
    assert!(bot.everybody_may_add("Bairro Feliz"));
}

#[tokio::test]
async fn a_possibly_changed_setting_becomes_unknown() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    bot.ask(ANA, "/settings bairro add-groups all").await;
    bot.settled().await;
    bot.sandbox
        .faults()
        .fail_always("communities/settings", Fault::ReplaceResponse(FaultResponse::bad_gateway()));

    let unsure = bot.ask(ANA, "/settings bairro add-groups admins").await;
    bot.sandbox.faults().clear();
    let known = bot.ask(ANA, "/settings bairro").await;

    assert!(unsure.starts_with("❓"), "{unsure}");
    assert!(known.contains("I have not set it yet"), "{known}");
}

#[tokio::test]
async fn undo_of_a_repeated_setting_restores_the_original() {
    let bot = Service::start().await;
    bot.ask(ANA, "/settings \"Bairro Feliz\" add-groups admins").await;
    bot.ask(ANA, "/settings \"Bairro Feliz\" add-groups all").await;
    assert_eq!(bot.ask(ANA, "/settings \"Bairro Feliz\" add-groups all").await, TO_ALL);

    let asked = bot.ask(ANA, "/undo").await;
    assert!(asked.contains("changed nothing"), "{asked}");
    assert_eq!(bot.ask(ANA, "yes").await, TO_ADMINS);
    assert!(!bot.everybody_may_add("Bairro Feliz"));
}

#[tokio::test]
async fn a_setting_without_an_audience_prompts() {
    let bot = Service::start().await;

    let command = bot.message(ANA, "/configurar bairro adicionar-grupos");
    let reply = bot.ask_by(&command).await;
    bot.post(&bot.message(ANA, "/settings bairro add-groups all").with_id(command.message_id()).edited())
        .await;
    bot.settled().await;

    assert!(reply.starts_with("❌ Falta dizer quem vai poder: só admins, ou todos.\n"), "{reply}");
    assert!(reply.ends_with("\nTodos: /configurar \"Bairro Feliz\" adicionar-grupos todos"), "{reply}");
    assert!(bot.everybody_may_add("Bairro Feliz"));
}
