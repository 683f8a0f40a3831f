//! `/invite`: shows the invitation link of a community or group, and resets it after a yes.

use vincula::sandbox::{BotRole, Fault, FaultResponse};

use super::describe::ANA_OF_MARKETING;
use super::fixtures::ANA_AND_RUI;
use crate::support::{ANA, Service};

impl Service {
    /// The valid link of a community or group.
    fn link_into(&self, id: &str) -> String {
        self.world().invitation(id).unwrap().to_owned()
    }
}

fn shown(place: &str, link: &str) -> String {
    format!("Link to join “{place}”:\n{link}")
}

fn renewed(place: &str, link: &str) -> String {
    format!("✅ “{place}” has a new link; the old one no longer works:\n{link}")
}

#[tokio::test]
async fn the_link_of_a_community_or_group_is_shown_for_any_form_of_its_name() {
    let bot = Service::start().await;
    let (bairro, futebol) = (bot.community("Bairro Feliz"), bot.group("Futebol"));
    let into_bairro = shown("Bairro Feliz", &bot.link_into(&bairro));
    let into_futebol = shown("Futebol", &bot.link_into(&futebol));
    let rows = [
        ("/invite \"Bairro Feliz\"".to_owned(), &into_bairro),
        ("/invite bairro feliz".to_owned(), &into_bairro),
        (format!("/invite {bairro}"), &into_bairro),
        ("/invite FUTEBOL".to_owned(), &into_futebol),
        (format!("/invite {futebol}"), &into_futebol),
    ];
    for (command, expected) in rows {
        assert_eq!(bot.ask(ANA, &command).await, *expected, "{command}");
    }
    let here = bot.ask_by(&bot.message(ANA, "/invite here").in_group(&futebol)).await;
    assert_eq!(here, into_futebol);
}

#[tokio::test]
async fn it_works_in_three_languages() {
    let bot = Service::start().await;

    let portuguese = bot.ask(ANA, "/convite bairro").await;
    let spanish = bot.ask(ANA, "/invitacion bairro").await;
    let asked = bot.ask(ANA, "/invitar bairro restablecer").await;
    let empty = bot.ask(ANA, "/convite").await;

    assert!(portuguese.starts_with("Link para entrar em “Bairro Feliz”:\nhttps://"), "{portuguese}");
    assert!(spanish.starts_with("Enlace para entrar en “Bairro Feliz”:\nhttps://"), "{spanish}");
    assert!(asked.starts_with("➡️ “Bairro Feliz” tendría un enlace nuevo."), "{asked}");
    assert!(
        empty.starts_with(
            "Qual comunidade ou grupo? Responda com o nome, ou “não”.\nOu mande tudo junto: /convite"
        ),
        "{empty}"
    );
}

#[tokio::test]
async fn a_link_is_reset_after_a_yes() {
    let bot = Service::start().await;
    let (bairro, futebol) = (bot.community("Bairro Feliz"), bot.group("Futebol"));
    let old = bot.link_into(&bairro);

    let asked = bot.ask(ANA, "/invite reset bairro feliz").await;
    assert!(
        asked.starts_with(
            "➡️ “Bairro Feliz” would get a new link. \
             The old link would stop working.\n\nShall I?"
        ),
        "{asked}"
    );
    assert_eq!(bot.link_into(&bairro), old);
    let done = bot.ask(ANA, "sim").await;

    assert_ne!(bot.link_into(&bairro), old);
    assert_eq!(done, renewed("Bairro Feliz", &bot.link_into(&bairro)));
    let group = bot.ask(ANA, "/invite futebol reset --yes").await;
    assert_eq!(group, renewed("Futebol", &bot.link_into(&futebol)));
    let undone = bot.ask(ANA, "/undo").await;
    assert!(
        undone.starts_with("❌ The last change was /invite, and that cannot be taken back.\n"),
        "{undone}"
    );
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/invite bairro reset --try").await;

    assert!(reply.ends_with("This was a trial: nothing was changed. Without --try it is done."), "{reply}");
    assert!(bot.calls_to("redefine-").is_empty());
}

#[tokio::test]
async fn an_ambiguous_name_prompts_for_a_number() {
    let bot = Service::start().await;
    bot.sandbox.world(|world| world.group("Bairro Feliz 2"));

    let whole = bot.ask(ANA, "/invite \"Bairro Feliz\"").await;
    let unclear = bot.ask(ANA, "/invite bairro").await;
    let chosen = bot.ask(ANA, "2").await;
    let nearest = bot.ask(ANA, "/invite futbol").await;
    let none = bot.ask(ANA, "/invite xyzzy").await;

    assert!(whole.starts_with("Link to join “Bairro Feliz”:"), "{whole}");
    assert_eq!(
        unclear,
        "❌ “bairro” could be:\n1. “Bairro Feliz” (community)\n2. “Bairro Feliz 2” (group)\n\
         Answer with the number you mean."
    );
    assert!(chosen.starts_with("Link to join “Bairro Feliz 2”:"), "{chosen}");
    assert!(nearest.starts_with("❌ “futbol” could be:\n1. “Futebol” (group)\n"), "{nearest}");
    assert_eq!(none, "❌ I don't know a community or group “xyzzy”. See: /communities, /groups");
}

#[tokio::test]
async fn a_lost_response_and_a_crash_reset_the_link_once() {
    let mut bot = Service::start().await;
    let bairro = bot.community("Bairro Feliz");
    bot.sandbox.faults().fail_next("redefine-", 1, Fault::ReplaceResponse(FaultResponse::bad_gateway()));
    let reply = bot.ask(ANA, "/invite bairro reset --yes").await;
    assert_eq!(reply, renewed("Bairro Feliz", &bot.link_into(&bairro)));
    assert_eq!(bot.calls_to("redefine-").len(), 1);

    let call = bot.sandbox.faults().hold_response("redefine-");
    let command = bot.send_to_completion(ANA, "/invite bairro reset --yes").await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    bot.restart().await;

    assert_eq!(bot.replies_to(&command).await, [renewed("Bairro Feliz", &bot.link_into(&bairro))]);
    assert_eq!(bot.calls_to("redefine-").len(), 2);
}

#[tokio::test]
async fn an_unreadable_link_is_reported() {
    let bot = Service::start().await;
    let futebol = bot.group("Futebol");
    bot.sandbox.world(|world| world.set_bot_role(&futebol, BotRole::Member));

    let shown = bot.ask(ANA, "/invite futebol").await;
    let reset = bot.ask(ANA, "/invite futebol reset --yes").await;

    assert_eq!(shown, "❌ I cannot see the link of “Futebol”. Is the bot’s number an admin there?");
    assert_eq!(reset, "❌ Not done: Z-API refused: “You must be an admin”.");
}

#[tokio::test]
async fn an_admin_of_some_communities_sees_only_their_links() {
    let bot = Service::with().admins(ANA_OF_MARKETING).start().await;
    let denied = |typed: &str| {
        format!("You may not use /invite in “{typed}”. The person who runs this bot can allow it.")
    };
    let bairro = bot.community("Bairro Feliz");

    for command in ["/invite moradores", "/invite futebol", "/invite moradores reset --yes"] {
        let typed = command.split(' ').nth(1).unwrap();
        assert_eq!(bot.ask(ANA, command).await, denied(typed), "{command}");
    }
    let world = bot.world();
    let announcement = &world.announcement_of(&bairro).unwrap().id;
    assert_eq!(bot.ask(ANA, &format!("/invite {announcement}")).await, denied(announcement));
    let hidden = bot.ask(ANA, "/invite \"Bairro Feliz\"").await;
    assert!(!hidden.contains("https://"), "{hidden}");
    for command in ["/invite marketing", "/invite \"Vendas Sul\""] {
        assert!(bot.ask(ANA, command).await.starts_with("Link to join “"), "{command}");
    }
    assert!(bot.calls_to("redefine-").is_empty());
}

#[tokio::test]
async fn a_link_is_shown_by_its_own_link_and_by_a_list_number() {
    let bot = Service::start().await;
    let futebol = bot.group("Futebol");
    let into = shown("Futebol", &bot.link_into(&futebol));

    let by_link = bot.ask(ANA, &format!("/invite {}", bot.link_into(&futebol))).await;
    let dead = bot.ask(ANA, "/invite https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv").await;
    bot.ask(ANA, "/groups futebol").await;
    let held = bot.sandbox.faults().hold_request("communities/link");
    let first = bot.send_to_completion(ANA, "/link \"Bairro Feliz\" suporte").await;
    bot.within(held.wait_reached()).await;
    let by_number = bot.send_to_completion(ANA, "/invite 1").await;
    // Reads do not wait, and this one shows another list before the number is resolved.
    bot.clock.elapse(std::time::Duration::from_millis(1));
    bot.ask(ANA, "/groups café").await;
    held.release();

    bot.replies_to(&first).await;
    assert_eq!(by_link, into);
    assert!(dead.starts_with("❌ “https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv”: "), "{dead}");
    let by_number = bot.replies_to(&by_number).await;
    assert_ne!(by_number, [shown("Café da Manhã", &bot.link_into(&bot.group("Café da Manhã")))]);
}

#[tokio::test]
async fn t43_the_history_of_a_community_has_the_new_links_into_it_and_its_groups_and_no_others() {
    let zoe = "5531966660003";
    let limited =
        format!("[instances.main.admins.zoe]\nphone = \"{zoe}\"\ncommunities = [\"Marketing BR\"]\n");
    let bot = Service::with().admins(&format!("{ANA_AND_RUI}\n{limited}")).start().await;
    for place in ["Lançamentos", "Marketing BR", "Moradores", "Futebol"] {
        bot.ask(ANA, &format!("/invite \"{place}\" reset --yes")).await;
    }

    let there = bot.ask(ANA, "/history \"Marketing BR\"").await;
    let hers = bot.ask(zoe, "/history").await;

    for expected in [there, hers] {
        assert!(
            expected.contains("Lançamentos") && expected.contains("“Marketing BR” has a new link"),
            "{expected}"
        );
        assert!(!expected.contains("Moradores") && !expected.contains("Futebol"), "{expected}");
    }
}
