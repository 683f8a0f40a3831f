//! T47: an unreadable object is not absent. Empty or broken responses are read again, and absence needs a
//! second proof.

use vincula::sandbox::{Fault, FaultResponse};

use super::fixtures::{ok, refusal};
use super::participants::{BRUNO, NOBODY, Role};
use crate::support::{ANA, Service};

const LINK: &str = r#"/link "Bairro Feliz" futebol"#;
const LINKED: &str = "✅ “Futebol” is now in “Bairro Feliz”.";

/// Responses with status 200 that hold no list.
fn no_lists() -> Vec<FaultResponse> {
    vec![
        FaultResponse::text(200, ""),
        FaultResponse::text(204, ""),
        FaultResponse::text(200, r#"[{"name":"Bairro"#),
        FaultResponse::html(200, "<html>hello</html>"),
        FaultResponse::Cut,
        ok("null"),
        ok("{}"),
        ok("7"),
        // A page with entries of which none can be read.
        ok(r#"[{"title":"Bairro Feliz"},null,[]]"#),
    ]
}

impl Service {
    fn instead(&self, path: &str, times: usize, response: FaultResponse) {
        self.sandbox.faults().fail_next(path, times, Fault::Replace(response));
    }
}

#[tokio::test]
async fn t47_an_empty_response_is_no_empty_list_and_is_read_again() {
    for path in ["GET communities?", "groups?", "groups?page=2"] {
        for response in no_lists() {
            let bot = Service::start().await;
            bot.instead(path, 2, response.clone());

            let command = bot.send_to_completion(ANA, LINK).await;

            assert_eq!(bot.replies_to(&command).await, [LINKED], "{path} {response:?}");
        }
    }
}

#[tokio::test]
async fn t47_a_community_missing_from_the_list_is_not_deactivated_until_its_metadata_is_refused() {
    let mut replies = no_lists();
    replies.push(ok("[]"));
    for response in replies {
        let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
        bot.ask(ANA, "/communities").await; // now the name is known
        bot.sandbox.faults().fail_always("DELETE communities/", Fault::Replace(ok(r#"{"value":true}"#)));
        bot.sandbox.faults().fail_always("GET communities?", Fault::Replace(response.clone()));

        let reply = bot.ask(ANA, "/deactivate --yes \"Bairro Feliz\"").await;

        assert!(reply.starts_with('❓'), "{response:?}: {reply}");
        assert!(bot.world().community_named("Bairro Feliz").is_some());
    }
}

#[tokio::test]
async fn t47_an_html_page_does_not_prove_that_a_community_is_gone() {
    for response in [FaultResponse::html(404, "<h1>Not Found</h1>"), refusal("rate-overlimit"), refusal("")] {
        let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
        let barrier = bot.sandbox.faults().hold_response("DELETE communities/");
        let command = bot.send_to_completion(ANA, "/deactivate --yes \"Bairro Feliz\"").await;
        bot.within(barrier.wait_reached()).await;
        bot.sandbox.faults().fail_always("communities-metadata", Fault::Replace(response.clone()));
        barrier.release();

        let replies = bot.replies_to(&command).await;

        assert!(replies.len() == 1 && replies[0].starts_with('❓'), "{response:?}: {replies:?}");
    }
}

#[tokio::test]
async fn t47_an_old_community_is_not_taken_for_the_new_one() {
    for name in ["Bairro Feliz", "Vazia"] {
        // One has groups, the other none.
        let bot = Service::with().world(|world| drop(world.community("Vazia"))).start().await;
        bot.instead("GET communities?", 1, ok("[]"));
        bot.instead("POST communities", 1, FaultResponse::bad_gateway());

        let response = bot.ask(ANA, &format!("/create --yes {name}")).await;

        assert!(response.starts_with(&format!("❓ “{name}” may have been created")), "{response}");
    }
}

#[tokio::test]
async fn t47_a_community_is_created_only_after_its_namesakes_are_known() {
    for response in no_lists() {
        let bot = Service::start().await;
        bot.instead("GET communities?", 2, response.clone());

        let command = bot.send_to_completion(ANA, "/create Bairro Feliz").await;

        let asked = bot.replies_to(&command).await;
        assert!(asked.len() == 1 && asked[0].contains("There is 1 community"), "{response:?}: {asked:?}");
        assert_eq!(bot.changes(), 0);
    }
}

#[tokio::test]
async fn t47_a_group_is_absent_only_if_z_api_says_so() {
    for response in [FaultResponse::html(404, "<h1>Not Found</h1>"), refusal("rate-overlimit"), refusal("")] {
        let bot = Service::start().await;
        bot.instead("light-group-metadata", 1, response.clone());

        let reply = bot.ask(ANA, LINK).await;

        assert!(reply.starts_with("❌ Z-API refused: "), "{response:?}: {reply}");
        assert_eq!(bot.changes(), 0);
    }
    let bot = Service::start().await;
    bot.instead("light-group-metadata", 1, refusal("Group not found"));

    let reply = bot.ask(ANA, LINK).await;

    assert!(reply.ends_with("❌ “Futebol”: no such group, or the bot's number is not in it"), "{reply}");
}

#[tokio::test]
async fn t47_an_invitation_is_invalid_only_if_z_api_says_so() {
    let bot = Service::start().await;
    let link = "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv";
    bot.instead("group-invitation-metadata", 1, FaultResponse::html(404, "<h1>Not Found</h1>"));

    let by_page = bot.ask(ANA, &format!(r#"/link "Bairro Feliz" {link}"#)).await;
    let by_z_api = bot.ask(ANA, &format!(r#"/link "Bairro Feliz" {link}"#)).await;

    assert!(by_page.starts_with("❌ Z-API refused: "), "{by_page}");
    assert!(by_z_api.starts_with("❌ “https://chat.whatsapp.com/"), "{by_z_api}");
}

#[tokio::test]
async fn t47_metadata_of_another_community_or_of_none_is_read_again() {
    let bot = Service::start().await;
    let world = bot.world();
    let announcement = format!(
        r#"{{"name":"Marketing BR","phone":"{}","isGroupAnnouncement":true}}"#,
        world.announcement_of(&bot.community("Marketing BR")).unwrap().id
    );
    let other = bot.community("Marketing BR");
    for id in [format!(r#""id":"{other}","#), r#""id":null,"#.to_owned(), String::new()] {
        let body = format!(r#"{{"name":"Marketing BR",{id}"subGroups":[{announcement}]}}"#);
        bot.instead("communities-metadata", 1, ok(&body));

        let command = bot.send_to_completion(ANA, r#"/community "Bairro Feliz""#).await;

        let response = bot.replies_to(&command).await.concat();
        assert!(
            response.contains("Bairro Feliz") && !response.contains("Marketing BR"),
            "{body}: {response}"
        );
    }
}

#[tokio::test]
async fn t47_missing_numbers_and_members_are_read_again() {
    for response in
        [ok("[]"), ok("{}"), ok("null"), FaultResponse::text(200, ""), FaultResponse::html(200, "<b>x</b>")]
    {
        let bot = Service::start().await;
        bot.instead("phone-exists-batch", 2, response.clone());

        let command = bot.send_to_completion(ANA, &format!(r#"/add "Bairro Feliz" {NOBODY}"#)).await;

        let reply = bot.replies_to(&command).await.concat();
        assert!(reply.contains("has no WhatsApp"), "{response:?}: {reply}");
        assert_eq!(bot.changes(), 0);
    }
    let bot = Service::start().await;
    let announcement = bot.world().announcement_of(&bot.community("Bairro Feliz")).unwrap().id.clone();
    for people in ["[]", "null", r#"[{"user":"5544999990002"}]"#] {
        let body = format!(r#"{{"phone":"{announcement}","participants":{people}}}"#);
        bot.instead("light-group-metadata", 1, ok(&body));
    }

    let command = bot.send_to_completion(ANA, &format!(r#"/remove --yes "Bairro Feliz" {BRUNO}"#)).await;

    let reply = bot.replies_to(&command).await.concat();
    assert!(reply.contains(" is no longer in “Bairro Feliz”."), "{reply}");
    assert_eq!(bot.role(BRUNO), Role::Outside);
}

#[tokio::test]
async fn t47_an_empty_status_does_not_mean_disconnected() {
    for response in [ok("{}"), ok("null"), ok("[]"), FaultResponse::text(200, "")] {
        let bot = Service::start().await;
        bot.instead("status", 1, response.clone());

        let reply = bot.ask(ANA, "/status").await;

        assert!(reply.starts_with("❓ I could not ask Z-API: "), "{response:?}: {reply}");
    }
}

#[tokio::test]
async fn t47_an_account_without_communities_and_groups_is_reported() {
    let bot = Service::with().empty_world().start().await;

    let communities = bot.ask(ANA, "/communities").await;
    let link = bot.ask(ANA, "/link vendas futebol").await;

    assert!(!communities.starts_with('❌'), "{communities}");
    assert!(link.starts_with("I don't know a community “vendas”."), "{link}");
}

/// A page of a list of groups, generated except for the named ones.
fn page(bot: &Service, of: &str, count: usize, names: &[&str]) -> FaultResponse {
    let made_up = (0..count - names.len()).map(|nth| {
        format!(r#"{{"name":"Grupo {of} {nth}","phone":"12036318605{of}{nth:05}-group","isGroup":true}}"#)
    });
    let known = names.iter().map(|name| format!(r#"{{"name":"{name}","phone":"{}"}}"#, bot.group(name)));
    ok(&format!("[{}]", made_up.chain(known).collect::<Vec<_>>().join(",")))
}

#[tokio::test]
async fn uneven_pages_are_read_to_the_end() {
    let bot = Service::start().await;
    for (path, response) in [
        ("groups?page=1&", page(&bot, "11", 50, &[])),
        ("groups?page=2&", page(&bot, "22", 47, &["Suporte"])),
        ("groups?page=3&", page(&bot, "33", 50, &["Futebol"])),
        ("groups?page=4&", ok("[]")),
    ] {
        bot.sandbox.faults().fail_always(path, Fault::Replace(response));
    }

    assert_eq!(bot.ask(ANA, LINK).await, LINKED);
    assert_eq!(bot.calls_to("groups").len(), 4);
}

#[tokio::test]
async fn a_list_that_repeats_a_page_ends() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_always("groups?", Fault::Replace(page(&bot, "11", 50, &["Futebol"])));

    assert_eq!(bot.ask(ANA, LINK).await, LINKED);
    assert_eq!(bot.calls_to("groups").len(), 2);
}
