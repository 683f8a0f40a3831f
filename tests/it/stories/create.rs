//! `/create`: creates a community at most once, and the reply gives the next steps.

use std::time::Duration;

use vincula::sandbox::{Fault, FaultResponse, ReadLag};

use super::describe::ANA_OF_MARKETING;
use super::fixtures::refusal;
use crate::support::{ANA, Service};

impl Service {
    /// The ids of the communities with a name.
    fn made(&self, name: &str) -> Vec<String> {
        let world = self.world();
        let named = world.communities().iter().filter(|community| community.name == name);
        named.map(|community| community.id.clone()).collect()
    }

    /// The reply about the only community with this name.
    fn created_reply(&self, name: &str) -> String {
        self.community(name);
        format!("✅ The community “{name}” was created.\nNow put groups into it: /link \"{name}\" …")
    }
}

const UNSURE: &str =
    "❓ “Bairro Novo” may have been created, so I won't create it again. Check first: /communities";

#[tokio::test]
async fn a_community_is_created_and_the_reply_gives_the_next_steps() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/create Bairro Novo | Para quem chegou:\n*todos* 👨\u{200d}👩\u{200d}👧").await;

    assert_eq!(
        reply,
        "✅ The community “Bairro Novo” was created.\nWith this description:\n> Para quem chegou:\n> *todos* \
         👨\u{200d}👩\u{200d}👧\nNow put groups into it: /link \"Bairro Novo\" …"
    );
    assert_eq!(bot.description("Bairro Novo"), "Para quem chegou:\n*todos* 👨\u{200d}👩\u{200d}👧");
    let linked = bot.ask(ANA, &format!("/link {} futebol", bot.community("Bairro Novo"))).await;
    assert_eq!(linked, "✅ “Futebol” is now in “Bairro Novo”.");
}

#[tokio::test]
async fn undo_of_a_new_community_prompts_before_it_ends_it() {
    let bot = Service::start().await;
    bot.ask(ANA, "/create Bairro Novo").await;
    bot.settled().await;
    let id = bot.community("Bairro Novo");

    let asked = bot.ask(ANA, "/undo").await;
    assert!(asked.contains("“Bairro Novo” would be deactivated") && asked.contains("Shall I?"), "{asked}");
    assert_eq!(bot.community("Bairro Novo"), id);
    bot.ask(ANA, "no").await;
    assert!(bot.ask(ANA, "/undo").await.contains("Shall I?"));
    let ended = bot.ask(ANA, "yes").await;

    assert!(ended.starts_with("✅ “Bairro Novo” was deactivated"), "{ended}");
    assert!(bot.ask(ANA, "/undo").await.starts_with("❌ I took back /create already"));
}

#[tokio::test]
async fn it_works_in_three_languages() {
    let bot = Service::start().await;

    let portuguese = bot.ask(ANA, "/criar \"Bairro Novo\"").await;
    let spanish = bot.ask(ANA, "/crear *Barrio*_Nuevo | Para todos").await;

    assert_eq!(
        portuguese,
        "✅ A comunidade “Bairro Novo” foi criada.\nAgora ponha grupos nela: /vincular \"Bairro Novo\" …"
    );
    assert!(spanish.starts_with("✅ La comunidad “∗Barrio∗ˍNuevo” fue creada.\n"), "{spanish}");
    assert_eq!(bot.description("*Barrio*_Nuevo"), "Para todos");
    let empty = bot.ask(ANA, "/create").await;
    assert!(
        empty.starts_with(
            "What should it be called? Answer with the name, or “no”.\nOr send it all at once: "
        ),
        "{empty}"
    );
}

#[tokio::test]
async fn a_duplicate_name_prompts_before_creation() {
    let bot = Service::start().await;

    let asked = bot.ask(ANA, "/create \"bairro  feliz\" | Oi | tchau").await;

    assert!(
        asked.starts_with(
            "➡️ The community “bairro feliz” would be created.\nWith this description:\n> Oi | tchau\n\
             ⚠️ There is 1 community “bairro feliz” already: this would be another one.\n\nShall I?"
        ),
        "{asked}"
    );
    assert!(bot.made("bairro feliz").is_empty());
    let created = bot.ask(ANA, "sim").await;
    let id = bot.community("bairro feliz");
    assert_eq!(
        created,
        format!(
            "✅ The community “bairro feliz” was created.\nWith this description:\n> Oi | tchau\n\
             Now put groups into it: /link {id} …"
        )
    );
    assert_eq!(bot.description("bairro feliz"), "Oi | tchau");
}

#[tokio::test]
async fn a_dry_run_creates_nothing() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/create --try Bairro Novo").await;

    assert!(
        reply.starts_with("➡️ The community “Bairro Novo” would be created.\n\nThis was a trial"),
        "{reply}"
    );
    assert!(bot.made("Bairro Novo").is_empty());
}

#[tokio::test]
async fn a_lost_response_is_looked_up_and_nothing_is_created_twice() {
    let mut bot = Service::start().await;
    bot.sandbox.faults().fail_next(
        "POST communities",
        1,
        Fault::ReplaceResponse(FaultResponse::bad_gateway()),
    );
    assert_eq!(bot.ask(ANA, "/create Bairro Novo").await, bot.created_reply("Bairro Novo"));

    let call = bot.sandbox.faults().hold_response("POST communities");
    let command = bot.send_to_completion(ANA, "/create --yes Bairro Novo").await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    bot.restart().await;

    let replies = bot.replies_to(&command).await;
    let made = bot.made("Bairro Novo");
    assert_eq!(made.len(), 2);
    assert!(
        replies.len() == 1
            && replies[0].starts_with("✅ The community “Bairro Novo” was created.\n")
            && replies[0].contains(&format!("/link {} …", made[1])),
        "{replies:?}"
    );
}

#[tokio::test]
async fn a_possibly_created_community_is_not_created_again() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("POST communities", 1, Fault::Replace(FaultResponse::bad_gateway()));

    assert_eq!(bot.ask(ANA, "/create Bairro Novo").await, UNSURE);

    let posts = bot.sandbox.calls().into_iter().filter(|call| call.path == "communities" && call.is_change());
    assert_eq!(posts.count(), 1);
}

#[tokio::test]
async fn a_refused_or_too_long_name_is_not_created() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("POST communities", 1, Fault::Replace(refusal("too many communities")));

    let refused = bot.ask(ANA, "/create Bairro Novo").await;
    let long = bot.ask(ANA, &format!("/create {}", "x".repeat(101))).await;

    assert_eq!(refused, "❌ Not done: Z-API refused: “too many communities”.");
    assert_eq!(long, "❌ That is 101 characters, and the limit is 100. Shorten it and send it again.");
    assert_eq!(bot.world().communities().len(), 2);
}

#[tokio::test]
async fn an_admin_of_some_communities_creates_none() {
    let bot = Service::with().admins(ANA_OF_MARKETING).start().await;

    let reply = bot.ask(ANA, "/create Bairro Novo").await;

    assert_eq!(reply, "You may not use /create here. The person who runs this bot can allow it.");
    assert!(bot.made("Bairro Novo").is_empty());
}

#[tokio::test]
async fn a_busy_z_api_delays_creation_and_creates_once() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next(
        "POST communities",
        2,
        Fault::Replace(FaultResponse::too_many_requests(None)),
    );

    let command = bot.send_to_completion(ANA, "/create Bairro Novo").await;

    let replies = bot.replies_to(&command).await;
    assert_eq!(replies, [bot.created_reply("Bairro Novo")]);
    assert_eq!(bot.made("Bairro Novo").len(), 1);
    assert_eq!(bot.row(&command).await.attempts, 2);
}

#[tokio::test]
async fn a_busy_z_api_with_unreadable_lists_creates_nothing_twice() {
    for unreadable in [FaultResponse::bad_gateway(), FaultResponse::text(200, "")] {
        let bot = Service::start().await;
        bot.sandbox.faults().fail_next(
            "POST communities",
            1,
            Fault::ReplaceResponse(FaultResponse::too_many_requests(None)),
        );
        bot.sandbox.faults().fail_next("communities-metadata/", 1, Fault::Replace(unreadable));

        let reply = bot.ask(ANA, "/create Bairro Novo").await;

        assert_eq!(reply, bot.created_reply("Bairro Novo"));
        assert_eq!(bot.made("Bairro Novo").len(), 1);
    }
}

#[tokio::test]
async fn where_z_api_is_too_busy_and_what_it_made_shows_late_none_is_made_twice() {
    let bot = Service::start().await;
    let faults = bot.sandbox.faults();
    faults.set_lag(Some(ReadLag::For(Duration::from_millis(200))));
    let busy = Fault::ReplaceResponse(FaultResponse::too_many_requests(None));
    faults.fail_next("POST communities", 1, busy);

    let reply = bot.ask(ANA, "/create Bairro Novo").await;

    assert_eq!(reply, bot.created_reply("Bairro Novo"));
    assert_eq!(bot.made("Bairro Novo").len(), 1);
}

#[tokio::test]
async fn undo_targets_a_possibly_created_community() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.settled().await;
    bot.sandbox.faults().fail_next("POST communities", 1, Fault::Replace(FaultResponse::bad_gateway()));
    assert_eq!(bot.ask(ANA, "/create Bairro Novo").await, UNSURE);

    let undone = bot.ask(ANA, "/undo").await;

    assert!(undone.starts_with("❌ The last change was /create, and that cannot be taken back."), "{undone}");
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn extra_words_around_a_name_prompt_first() {
    let bot = Service::start().await;
    for text in ["/criar comunidade", "/criar uma nova comunidade", "/criar comunidade | Para pais"] {
        let missing = bot.ask(ANA, text).await;
        assert!(missing.starts_with("Como ela vai se chamar?"), "{text}: {missing}");
    }
    for text in ["uma comunidade", "nova comunidade", "comunidade chamada", "a community called"] {
        let asked = bot.ask(ANA, &format!("/criar {text} Escola")).await;
        assert!(asked.contains("A comunidade “Escola” seria criada.\n\nPosso fazer?"), "{text}: {asked}");
    }
    bot.settled().await;
    assert_eq!(bot.changes(), 0);

    let made = bot.ask(ANA, "/criar \"Comunidade\"").await;

    assert!(
        made.starts_with("✅ A comunidade “Comunidade”") || made.starts_with("✅ “Comunidade”"),
        "{made}"
    );
}
