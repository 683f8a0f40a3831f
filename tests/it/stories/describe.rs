//! `/describe`: sets a community's description as typed; undo restores the old one.

use std::time::Duration;

use vincula::sandbox::{BotRole, Fault, FaultResponse, ReadLag};

use super::cancel::with_long_retries;
use super::fixtures::{ANA_AND_RUI, RUI, refusal};
use crate::support::{ANA, Service};

/// The reply that shows a new description of “Bairro Feliz”.
fn done(text: &str) -> String {
    format!("✅ “Bairro Feliz” has a new description:\n> {}", text.replace('\n', "\n> "))
}

fn back(text: &str) -> String {
    format!("✅ “Bairro Feliz” has its old description again:\n> {text}")
}

/// Ana may do everything, in “Marketing BR” only.
pub const ANA_OF_MARKETING: &str = "[instances.main.admins.ana]\nphone = \"5544999990001\"\n\
    communities = [\"Marketing BR\"]\n";

impl Service {
    /// The description of a community.
    pub fn description(&self, community: &str) -> String {
        let id = self.community(community);
        self.world().find_community(&id).unwrap().description.clone()
    }
}

#[tokio::test]
async fn a_description_is_set_as_typed() {
    let bot = Service::start().await;
    let text =
        "Regras  da *casa*:\n\n1. Paz 👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}\n2. “Bom dia”, sempre -- até às 10h";

    let reply = bot.ask(ANA, &format!("/describe \"Bairro Feliz\" {text}\n")).await;

    assert_eq!(reply, done(text));
    assert_eq!(bot.description("Bairro Feliz"), text);
}

#[tokio::test]
async fn the_reply_is_in_the_language_of_the_name() {
    let bot = Service::start().await;
    let rows = [
        ("/descrever \"Bairro Feliz\" Oi", "✅ “Bairro Feliz” está com uma descrição nova:\n> Oi"),
        ("/descricao \"Bairro Feliz\" Oi", "☑️ “Bairro Feliz” já tem essa descrição."),
        ("/describir \"Bairro Feliz\" Hola", "✅ “Bairro Feliz” tiene una descripción nueva:\n> Hola"),
        ("/descripción \"Bairro Feliz\" -", "✅ “Bairro Feliz” quedó sin descripción."),
        ("/describe \"Bairro Feliz\" -", "☑️ “Bairro Feliz” already had no description."),
        (
            "/describe \"Bairro Feliz\"",
            "What is the text? Send only that, or answer “no”.\n\
            Or send it all at once: /describe \"Bairro Feliz\" Neighbours help each other.",
        ),
    ];
    for (command, expected) in rows {
        assert_eq!(bot.ask(ANA, command).await, expected, "{command}");
    }
}

#[tokio::test]
async fn a_name_of_several_words_needs_no_quotes() {
    let bot = Service::start().await;

    assert_eq!(bot.ask(ANA, "/describe bairro feliz: Oi, gente").await, done("Oi, gente"));
    assert_eq!(bot.description("Bairro Feliz"), "Oi, gente");
    let empty = bot.ask(ANA, "/describe Bairro Feliz").await;

    assert!(empty.starts_with("What is the text?"), "{empty}");
    assert_eq!(bot.description("Bairro Feliz"), "Oi, gente");
}

#[tokio::test]
async fn a_name_of_several_words_is_distinguished_from_similar_names_and_typos() {
    let bot = Service::start().await;
    bot.sandbox.world(|world| world.community("Bairro Novo"));

    assert_eq!(bot.ask(ANA, "/describe bairro feliz: Oi, gente").await, done("Oi, gente"));
    assert_eq!(bot.description("Bairro Feliz"), "Oi, gente");
    let unclear = bot.ask(ANA, "/describe bairro Feliz\u{200b}es para sempre").await;
    assert!(unclear.contains("1. “Bairro Feliz”, 2. “Bairro Novo”"), "{unclear}");
    let typo = bot.ask(ANA, "/describe bairo feliz Bom dia\na todos").await;
    assert!(typo.contains("Did you mean 1. “Bairro Feliz”"), "{typo}");

    assert_eq!(bot.ask(ANA, "1").await, done("Bom dia\na todos"));
    assert_eq!(bot.description("Bairro Feliz"), "Bom dia\na todos");
}

#[tokio::test]
async fn undo_restores_the_old_or_empty_description() {
    let bot = Service::start().await;
    bot.ask(ANA, "/describe \"Bairro Feliz\" Linha 1\nLinha 2").await;
    bot.ask(ANA, "/describe \"Bairro Feliz\" Outra").await;

    assert_eq!(bot.ask(ANA, "/undo").await, back("Linha 1\n> Linha 2"));
    assert_eq!(bot.description("Bairro Feliz"), "Linha 1\nLinha 2");
    bot.ask(ANA, "/describe \"Marketing BR\" Oi").await;
    let none = bot.ask(ANA, "/desfazer").await;

    assert_eq!(none, "✅ “Marketing BR” está sem descrição agora.");
    assert_eq!(bot.description("Marketing BR"), "");
}

#[tokio::test]
async fn undo_reverts_nothing_that_was_already_so() {
    let bot = Service::start().await;
    bot.ask(ANA, "/describe \"Bairro Feliz\" Oi").await;
    bot.ask(ANA, "/undo").await;
    bot.sandbox.world(|world| world.describe(&world.community_named("Bairro Feliz").unwrap(), "Oi")).unwrap();
    let so = bot.ask(ANA, "/describe \"Bairro Feliz\" Oi").await;
    assert_eq!(so, "☑️ “Bairro Feliz” already has this description.");

    let again = bot.ask(ANA, "/undo").await;

    assert_eq!(again, "❌ I took back /describe already. Only the last change can be taken back.");
    assert_eq!(bot.description("Bairro Feliz"), "Oi");
}

#[tokio::test]
async fn a_dry_run_shows_the_text_as_a_quote_and_changes_nothing() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/describe \"Bairro Feliz\" —try Oi\n✅ tudo pronto").await;

    assert_eq!(
        reply,
        "➡️ The description of “Bairro Feliz” would be:\n> Oi\n> ✅ tudo pronto\n\n\
         This was a trial: nothing was changed. Without --try it is done."
    );
    assert_eq!((bot.description("Bairro Feliz").as_str(), bot.calls_to("update-").len()), ("", 0));
}

#[tokio::test]
async fn failures_are_reported() {
    let bot = Service::start().await;
    let long = "a".repeat(2_049);
    let reply = bot.ask(ANA, &format!("/describe \"Bairro Feliz\" {long}")).await;
    assert_eq!(reply, "❌ That is 2049 characters, and the limit is 2048. Shorten it and send it again.");
    let community = bot.community("Bairro Feliz");
    bot.sandbox.world(|world| world.set_bot_role(&community, BotRole::Member));
    let reply = bot.ask(ANA, "/describe \"Bairro Feliz\" Oi").await;
    assert_eq!(reply, "❌ Not done: Z-API refused: “You must be an admin”.");

    bot.sandbox.world(|world| world.set_bot_role(&community, BotRole::Admin));
    let said_and_not_done = Fault::Replace(FaultResponse::json(200, &serde_json::json!({ "value": true })));
    bot.sandbox.faults().fail_next("update-community-description", 1, said_and_not_done);
    let reply = bot.ask(ANA, "/describe \"Bairro Feliz\" Oi").await;

    let look = format!("Check again in a minute: /community {community}");
    assert_eq!(reply, format!("❓ Z-API said it was done, but it does not show yet. {look}"));
    bot.sandbox.faults().fail_always("update-community-description", Fault::Replace(refusal("no")));
    // It is the last possible change, and was not made.
    assert_eq!(bot.ask(ANA, "/undo").await, "☑️ “Bairro Feliz” already had no description.");
}

#[tokio::test]
async fn a_lagging_read_is_waited_for() {
    let bot = Service::start().await;
    bot.sandbox.faults().set_lag(Some(ReadLag::For(Duration::from_millis(300))));

    assert_eq!(bot.ask(ANA, "/describe \"Bairro Feliz\" Oi").await, done("Oi"));
}

#[tokio::test]
async fn a_lost_response_is_looked_up_instead_of_repeated() {
    let mut bot = Service::start().await;
    bot.sandbox.faults().fail_next("update-", 1, Fault::ReplaceResponse(FaultResponse::bad_gateway()));
    assert_eq!(bot.ask(ANA, "/describe \"Bairro Feliz\" Oi").await, done("Oi"));
    assert_eq!(bot.calls_to("update-").len(), 1);

    let call = bot.sandbox.faults().hold_response("update-");
    let command = bot.send_to_completion(ANA, "/describe \"Bairro Feliz\" Olá").await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    bot.restart().await;

    assert_eq!(bot.replies_to(&command).await, [done("Olá")]);
    assert_eq!(bot.calls_to("update-").len(), 2);
    bot.ask(ANA, "/undo").await;
    assert_eq!(bot.description("Bairro Feliz"), "Oi", "what was so before the crash");
}

#[tokio::test]
async fn a_cancelled_command_reports_the_state() {
    let bot = with_long_retries().start().await;
    bot.sandbox.faults().fail_always("update-", Fault::Replace(FaultResponse::bad_gateway()));
    let not_done = bot.send_to_completion(ANA, "/describe \"Bairro Feliz\" Oi").await;
    bot.wait_for_attempts(&not_done, 1).await;
    bot.ask(ANA, "/cancel").await;
    assert_eq!(bot.replies_to(&not_done).await, ["❌ Not done: the command was cancelled."]);
    bot.sandbox.faults().clear();

    bot.sandbox.faults().fail_always("update-", Fault::ReplaceResponse(FaultResponse::bad_gateway()));
    let late = bot.send_to_completion(ANA, "/describe \"Bairro Feliz\" Oi").await;
    bot.wait_for_attempts(&late, 1).await;
    bot.ask(ANA, "/cancel").await;
    assert_eq!(bot.replies_to(&late).await, [done("Oi")]);

    let unknown = bot.send_to_completion(ANA, "/photo \"Bairro Feliz\" https://pictures.example/1").await;
    bot.wait_for_attempts(&unknown, 1).await;
    bot.ask(ANA, "/cancel").await;

    assert_eq!(
        bot.replies_to(&unknown).await,
        ["❓ The command was cancelled. It may have been done before that, and I can't check it."]
    );
    assert_eq!(bot.calls_to("update-").len(), 3);
}

#[tokio::test]
async fn an_admin_of_other_communities_describes_none_of_these() {
    let bot = Service::with().admins(ANA_OF_MARKETING).start().await;
    let community = bot.community("Bairro Feliz");

    let reply = bot.ask(ANA, &format!("/describe {community} Oi")).await;

    assert!(reply.starts_with("You may not use /describe in "), "{reply}");
    assert_eq!(bot.description("Bairro Feliz"), "");
    let own = bot.ask(ANA, "/describe Marketing BR Oi").await;
    assert_eq!(own, "✅ “Marketing BR” has a new description:\n> Oi");
}

#[tokio::test]
async fn undo_prompts_before_it_replaces_a_later_text_of_another_admin() {
    let bot = Service::with().admins(ANA_AND_RUI).start().await;
    let changed = |text: &str| {
        format!(
            "❌ Not undone: somebody has changed the description of “Bairro Feliz” since. It is now:\n> {text}"
        )
    };
    bot.ask(ANA, "/describe \"Bairro Feliz\" Texto A").await;
    bot.ask(RUI, "/describe \"Bairro Feliz\" Texto B").await;

    let asked = bot.ask(ANA, "/undo").await;
    assert!(
        asked.starts_with(&format!(
            "{}\n➡️ “Bairro Feliz” would have no description.\n\nShall I?",
            changed("Texto B")
        )),
        "{asked}"
    );
    assert_eq!(bot.description("Bairro Feliz"), "Texto B");
    bot.ask(ANA, "no").await;
    assert_eq!(bot.description("Bairro Feliz"), "Texto B");

    bot.ask(ANA, "/describe \"Bairro Feliz\" Texto C").await;
    bot.ask(RUI, "/describe \"Bairro Feliz\" Texto D").await;
    let asked = bot.ask(ANA, "/undo").await;
    assert!(asked.starts_with(&format!("{}\n➡️", changed("Texto D"))), "{asked}");
    assert!(asked.contains("The description of “Bairro Feliz” would be:\n> Texto B\n\n"), "{asked}");
    assert_eq!(bot.description("Bairro Feliz"), "Texto D");

    assert_eq!(bot.ask(ANA, "yes").await, back("Texto B"));
    assert_eq!(bot.description("Bairro Feliz"), "Texto B");
    assert!(bot.ask(ANA, "/undo").await.starts_with("❌ I took back /describe already"));
    assert_eq!(bot.description("Bairro Feliz"), "Texto B");
}

#[tokio::test]
async fn a_text_that_ends_like_a_yes_flag_prompts() {
    let bot = Service::start().await;

    let asked = bot.ask(ANA, "/descrever bairro Aqui vizinho ajuda --sim").await;
    assert!(
        asked.contains(
            "> Aqui vizinho ajuda --sim\n⚠️ O --sim do fim faz parte do texto: o lugar dele é antes do texto.\n\n\
             Posso fazer?"
        ),
        "{asked}"
    );
    assert_eq!(bot.description("Bairro Feliz"), "");
    bot.ask(ANA, "sim").await;
    assert_eq!(bot.description("Bairro Feliz"), "Aqui vizinho ajuda --sim");
    assert_eq!(bot.ask(ANA, "/describe --yes bairro Oi —yes").await, done("Oi —yes"));
    let shown = bot.ask(ANA, "/announce bairro Hi all —yes").await;
    assert!(shown.contains("> Hi all —yes\n⚠️ The --yes at the end is part of the text"), "{shown}");
    assert!(bot.sandbox.sent().iter().all(|sent| sent.chat == ANA));
}

#[tokio::test]
async fn a_separator_between_community_and_text_is_not_part_of_the_text() {
    let bot = Service::start().await;

    for command in ["/describe \"Bairro Feliz\", Oi", "/describe bairro feliz, Oi", "/describe bairro — Oi"]
    {
        bot.ask(ANA, "/describe bairro -").await;
        assert_eq!(bot.ask(ANA, command).await, done("Oi"), "{command}");
        assert_eq!(bot.description("Bairro Feliz"), "Oi", "{command}");
    }
    bot.ask(ANA, "/describe bairro\n- um\n- dois").await;
    assert_eq!(bot.description("Bairro Feliz"), "- um\n- dois");
}
