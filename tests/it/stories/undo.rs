//! `/undo` reverts exactly the last change of this admin in this chat.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{Fault, FaultResponse, ReadLag};

use crate::stories::fixtures::{ANA_AND_RUI, RUI, ok, refusal};
use crate::support::{ANA, ANA_LID, Service};

#[tokio::test]
async fn undo_unlinks_only_newly_linked_groups() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" moradores futebol suporte"#).await;

    let undone = bot.ask(ANA, "/undo").await;

    assert_eq!(undone, "2 of 2 groups are no longer in “Bairro Feliz”.\n✅ “Futebol”\n✅ “Suporte”");
    assert_eq!(bot.community_of("Moradores").as_deref(), Some("Bairro Feliz"));
    bot.settled().await;
    // A second undo does not redo.
    for (command, expected) in [
        ("/undo", "❌ I took back /link already. Only the last change can be taken back."),
        ("/desfazer", "❌ Já desfiz /vincular. Só dá para desfazer a última mudança."),
    ] {
        assert_eq!(bot.ask(ANA, command).await, expected);
    }
    assert_eq!(bot.changes(), 2);
    // The next change can be undone.
    bot.ask(ANA, r#"/link "Bairro Feliz" síndicos"#).await;
    assert_eq!(bot.ask(ANA, "/undo").await, "✅ “Síndicos” is no longer in “Bairro Feliz”.");
}

#[tokio::test]
async fn undo_links_unlinked_groups_again() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/tirar "Bairro Feliz" moradores futebol"#).await;

    assert_eq!(bot.ask(ANA, "/desfazer").await, "✅ “Moradores” agora está em “Bairro Feliz”.");
}

#[tokio::test]
async fn undo_asks_after_a_command_that_changed_nothing() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(refusal("You must be an admin")));
    bot.ask(ANA, r#"/link "Bairro Feliz" suporte moradores"#).await;
    bot.ask(ANA, "/groups").await;

    let asked = bot.ask(ANA, "/undo").await;
    assert!(asked.starts_with("The last command, /link, changed nothing."), "{asked}");
    assert!(asked.contains(r#"That would be /unlink "Bairro Feliz" Futebol"#), "{asked}");
    assert_eq!(bot.ask(ANA, "yes").await, "✅ “Futebol” is no longer in “Bairro Feliz”.");
}

#[tokio::test]
async fn undo_reverts_the_last_change_of_this_admin_in_this_chat() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    let elsewhere = bot.message(ANA, "/undo").in_group(&bot.group("Suporte"));

    assert_eq!(bot.ask_by(&elsewhere).await, "❌ There is nothing of yours in this chat to take back.");
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn undo_without_a_change_reverts_nothing() {
    let bot = Service::start().await;

    assert_eq!(bot.ask(ANA, "/undo").await, "❌ There is nothing of yours in this chat to take back.");
    assert_eq!(
        bot.ask(ANA, "/desfazer").await,
        "❌ Você não mudou nada nesta conversa que eu possa desfazer."
    );
    assert_eq!(
        bot.ask(ANA, "/deshacer").await,
        "❌ No has cambiado nada en este chat que yo pueda deshacer."
    );
}

#[tokio::test]
async fn undo_reverts_an_uncertain_change_and_not_the_one_before() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.settled().await;
    bot.sandbox.faults().fail_next("communities/link", 2, Fault::Replace(ok(r#"{"success":true}"#)));
    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" suporte"#).await;
    assert!(reply.contains("❓ “Suporte”"), "{reply}");
    bot.settled().await;
    bot.sandbox.world(|world| {
        let (bairro, group) =
            (world.community_named("Bairro Feliz").unwrap(), world.group_named("Suporte").unwrap());
        world.link(&bairro, &group).unwrap();
    });

    assert_eq!(bot.ask(ANA, "/undo").await, "✅ “Suporte” is no longer in “Bairro Feliz”.");
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn another_admin_of_the_group_cannot_undo_it() {
    let bot = Service::with().admins(ANA_AND_RUI).start().await;
    let group = bot.group("Suporte");
    let here = |from: &str, text: &str| bot.message(from, text).in_group(&group);
    bot.ask_by(&here(ANA, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.ask_by(&here(RUI, r#"/link "Bairro Feliz" síndicos"#)).await;

    let hers = bot.ask_by(&here(ANA, "/undo")).await;
    let his = bot.ask_by(&here(RUI, "/undo")).await;

    assert_eq!(hers, "✅ “Futebol” is no longer in “Bairro Feliz”.");
    assert_eq!(his, "✅ “Síndicos” is no longer in “Bairro Feliz”.");
}

#[tokio::test]
async fn undo_of_many_links_prompts() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol suporte síndicos café"#).await;

    let asked = bot.ask(ANA, "/undo").await;
    assert!(asked.starts_with("4 of 4 groups would leave “Bairro Feliz”."), "{asked}");
    assert_eq!(bot.community_of("Café da Manhã").as_deref(), Some("Bairro Feliz"));
    let undone = bot.ask(ANA, "yes").await;

    assert!(undone.starts_with("4 of 4 groups are no longer in “Bairro Feliz”."), "{undone}");
    assert_eq!(bot.community_of("Café da Manhã"), None);
}

#[tokio::test]
async fn undo_of_many_unlinks_prompts() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol suporte síndicos café"#).await;
    bot.ask(ANA, r#"/unlink --yes "Bairro Feliz" futebol suporte síndicos café"#).await;
    bot.settled().await;

    let asked = bot.ask(ANA, "/undo").await;
    assert!(asked.starts_with("4 of 4 groups would be in “Bairro Feliz”."), "{asked}");
    assert_eq!(bot.community_of("Futebol"), None);
    let undone = bot.ask(ANA, "yes").await;

    assert!(undone.starts_with("4 of 4 groups are now in “Bairro Feliz”."), "{undone}");
    assert!(bot.ask(ANA, "/undo").await.starts_with("❌ I took back /unlink already"));
}

#[tokio::test]
async fn undo_of_an_added_person_prompts() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/add "Bairro Feliz" 44 99999-0005"#).await;
    bot.settled().await;

    let asked = bot.ask(ANA, "/undo").await;
    let undone = bot.ask(ANA, "yes").await;

    assert!(asked.contains("➡️ +55 44 99999-0005") && asked.contains("Shall I?"), "{asked}");
    assert!(undone.starts_with("✅ +55 44 99999-0005 is no longer in"), "{undone}");
    let again = bot.ask(ANA, "/undo").await;
    assert!(again.starts_with("❌ I took back /add already"), "{again}");
}

/// Whatever it changes: an alias, a description, a setting, a group, a person.
#[tokio::test]
async fn after_a_day_undo_always_prompts() {
    let day = Duration::from_secs(24 * 60 * 60);
    for (command, is_so) in [
        (r#"/link "Bairro Feliz" futebol"#, "✅ “Futebol” is no longer in"),
        (r#"/move "vendas sul" "Bairro Feliz""#, "✅ “Vendas Sul” is now in “Marketing BR”"),
        (r#"/promote "Bairro Feliz" 44 99999-0003"#, "✅ +55 44 99999-0003 is no longer an admin"),
        (r#"/describe "Bairro Feliz" Novo"#, "✅"),
        (r#"/alias feliz = "Bairro Feliz""#, "✅"),
    ] {
        let clock = Clock::manual(Timestamp(1_764_000_000_000));
        let bot = Service::with().clock(clock.clone()).start().await;
        bot.ask(ANA, command).await;
        bot.settled().await;
        clock.advance(day + Duration::from_secs(60));
        let (before, calls) = (bot.world(), bot.changes());

        let asked = bot.ask(ANA, "/undo").await;
        bot.settled().await;
        assert!(asked.contains("Shall I?") && bot.changes() == calls, "{command}: {asked}");
        assert_eq!(bot.world().communities(), before.communities(), "{command}");
        let undone = bot.ask(ANA, "yes").await;

        assert!(undone.starts_with(is_so), "{command}: {undone}");
        assert!(bot.ask(ANA, "/undo").await.starts_with("❌ I took back"), "{command}");
    }
}

#[tokio::test]
async fn an_undo_that_changes_nothing_can_be_repeated() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.settled().await;
    bot.sandbox.faults().fail_next("communities/unlink", 1, Fault::Replace(refusal("You must be an admin")));

    let refused = bot.ask(ANA, "/undo").await;
    let undone = bot.ask(ANA, "/undo").await;

    assert!(refused.contains("❌ “Futebol”"), "{refused}");
    assert_eq!(undone, "✅ “Futebol” is no longer in “Bairro Feliz”.");
}

/// Every call succeeds with response 502 and shows late: the result is unknown, and the next `/undo` reverts
/// this and nothing before it.
#[tokio::test]
async fn a_change_without_a_response_is_unknown_and_undo_reverts_only_that() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    let faults = bot.sandbox.faults();
    faults.fail_always("remove-participant", Fault::ReplaceResponse(FaultResponse::bad_gateway()));
    faults.fail_always("communities/unlink", Fault::ReplaceResponse(FaultResponse::bad_gateway()));
    faults.set_lag(Some(ReadLag::For(Duration::from_secs(60))));

    let removed = bot.ask(ANA, r#"/remove --yes "Bairro Feliz" 44 99999-0003"#).await;
    let undone = bot.ask(ANA, "/undo").await;
    let unlinked = bot.ask(ANA, r#"/unlink "Bairro Feliz" moradores"#).await;

    assert!(removed.contains("❓ +55 44 99999-0003: Z-API has trouble (status 502). So far"), "{removed}");
    assert!(
        undone.starts_with("❌ The last change was /remove, and that cannot be taken back.\n"),
        "{undone}"
    );
    assert!(unlinked.contains("❓ “Moradores”: Z-API has trouble (status 502). So far"), "{unlinked}");
}

#[tokio::test]
async fn a_yes_to_a_misspelled_undo_reverts_once() {
    let bot = Service::start().await;
    bot.ask(ANA, "/vincular bairro futebol").await;
    bot.settled().await;
    let offered = bot.ask(ANA, "/desfaz").await;
    assert!(offered.contains("/desfazer") && offered.contains("“sim”"), "{offered}");

    bot.ask(ANA, "sim").await;
    bot.settled().await;

    assert_eq!(bot.community_of("Futebol"), None);
    assert_eq!(bot.ask(ANA, "sim").await, "❌ Nothing is waiting for an answer here.");
}

#[tokio::test]
async fn a_yes_to_a_misspelled_undo_without_a_change_replies_once() {
    let bot = Service::start().await;
    bot.ask(ANA, "/desfaz").await;

    assert!(bot.ask(ANA, "sim").await.starts_with("❌"));
    bot.settled().await;
    assert_eq!(bot.ask(ANA, "sim").await, "❌ Nothing is waiting for an answer here.");
}

#[tokio::test]
async fn a_dry_run_of_a_misspelled_undo_stays_a_dry_run() {
    let bot = Service::start().await;
    bot.ask(ANA, "/vincular bairro futebol").await;
    bot.settled().await;

    for typo in ["/reverter --testar", "/desfaz --testar", "/undoo --try"] {
        bot.ask(ANA, typo).await;
        let reply = bot.ask(ANA, "sim").await;
        assert!(reply.contains("➡️ “Futebol”"), "{typo}: {reply}");
        bot.settled().await;
    }
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn an_uncertain_change_is_the_last_change_for_undo() {
    for (command, call) in [
        ("/describe \"Bairro Feliz\" novo", "update-community-description"),
        ("/photo \"Bairro Feliz\" https://pictures.example/a.jpeg", "update-community-photo"),
        ("/settings \"Bairro Feliz\" add-groups all", "communities/settings"),
        ("/deactivate --yes \"Marketing BR\"", "communities/"),
    ] {
        let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
        bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
        bot.settled().await;
        bot.sandbox.faults().fail_always(call, Fault::Replace(FaultResponse::bad_gateway()));

        let reply = bot.ask(ANA, command).await;
        bot.settled().await;
        bot.sandbox.faults().clear();
        bot.ask(ANA, "/undo").await;
        bot.settled().await;

        assert!(reply.starts_with("❓"), "{command}: {reply}");
        assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"), "{command}");
    }
}

#[tokio::test]
async fn an_undo_by_lid_finds_the_quoted_command_by_its_reply_and_by_its_message() {
    let bot = Service::start().await;
    let first = bot.message(ANA, r#"/link "Bairro Feliz" futebol, suporte"#);
    bot.ask_by(&first).await;
    bot.settled().await;
    let replies: Vec<String> = bot.sandbox.sent().into_iter().map(|sent| sent.message_id).collect();
    bot.ask(ANA, "/link marketing mães").await;

    for message in replies.iter().map(String::as_str).chain([first.message_id()]) {
        let reply = bot.ask_by(&bot.message(ANA_LID, "/undo").replying_to(message)).await;

        assert!(
            reply.contains(r#"To take back the one you quoted: /unlink "Bairro Feliz" futebol, suporte"#),
            "{reply}"
        );
    }
}

#[tokio::test]
async fn a_quoted_change_of_many_groups_is_taken_back_by_one_command() {
    let long = |at: usize| format!("{at:02} Associação de Moradores e Amigos do Bairro");
    let bot =
        Service::with().world(move |world| (0..45).for_each(|at| drop(world.group(&long(at))))).start().await;
    let names: Vec<String> = (0..45).map(|at| format!("\"{}\"", long(at))).collect();
    let first = bot.message(ANA, &format!(r#"/link "Bairro Feliz" {} --yes"#, names.join(" ")));
    bot.ask_by(&first).await;
    bot.ask(ANA, "/link marketing mães").await;

    let reply = bot.ask_by(&bot.message(ANA, "/undo").replying_to(first.message_id())).await;

    assert!(reply.contains(r#"To take back the one you quoted: /unlink "Bairro Feliz" "00 "#), "{reply}");
}
