//! What each page shows.

use vincula::sandbox::{Fault, FaultResponse};

use super::{get, get_with, post};
use crate::support::{ANA, NON_ADMIN, Service};

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;

#[tokio::test]
async fn the_overview_shows_instances_and_the_newest_commands() {
    let bot = Service::start().await;
    assert!(get(&bot, "/").await.text().contains("No command yet"));

    bot.ask(ANA, COMMAND).await;
    bot.settled().await;
    let page = get(&bot, "/").await.text();

    assert!(page.contains("Nothing needs attention."), "{page}");
    assert!(page.contains("/link &#34;Bairro Feliz&#34; futebol"), "{page}");
    assert!(page.contains(">Done<") && page.contains("<rect "), "{page}");
}

#[tokio::test]
async fn a_live_part_is_sent_only_when_it_changed() {
    let bot = Service::start().await;
    let page = get(&bot, "/commands").await.text();
    let url = page.split("hx-get=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");

    let same = get(&bot, &url).await;
    assert_eq!((same.status, same.body.len()), (204, 0));

    bot.ask(ANA, COMMAND).await;
    bot.settled().await;
    let changed = get(&bot, &url).await;
    assert_eq!(changed.status, 200);
    let part = changed.text();
    assert!(part.trim_start().starts_with("<div id=\"live\"") && part.contains("futebol"), "{part}");
    assert!(!get(&bot, "/commands?live=off").await.text().contains("hx-get"));
}

#[tokio::test]
async fn a_command_shows_its_whole_story() {
    let bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    bot.settled().await;
    let id = bot.store.list(None, 1).await.unwrap()[0].id.clone();

    let page = get(&bot, &format!("/commands/{id}")).await.text();

    for step in [
        "Sent on WhatsApp",
        "Received, verified, from an admin; stored",
        "Attempt 1 begins",
        "Rights checked, plan stored",
        "Z-API: communities/link",
        "Reply written",
        "Reply sent",
        "Ended",
    ] {
        assert!(page.contains(step), "{step} is missing: {page}");
    }
    assert!(page.contains("“Futebol” is now in “Bairro Feliz”") && page.contains("/link"), "{page}");
    assert!(!page.contains("<form method=\"post\""), "nothing can be done with it: {page}");
}

#[tokio::test]
async fn a_prompt_and_its_answer_lead_to_each_other() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/deactivate "Marketing BR""#).await;
    bot.ask(ANA, "/confirm").await;
    bot.settled().await;
    let rows = bot.store.list(None, 2).await.unwrap();
    let (answer, prompt) = (&rows[0].id, &rows[1].id);

    let page = get(&bot, &format!("/commands/{prompt}")).await.text();
    assert!(page.contains("Answered by") && page.contains(&format!("/commands/{answer}")), "{page}");
    let page = get(&bot, &format!("/commands/{answer}")).await.text();
    assert!(page.contains("Answers") && page.contains(&format!("/commands/{prompt}")), "{page}");
}

#[tokio::test]
async fn communities_are_shown_as_last_read() {
    let bot = Service::with().instance("admins_from = \"community\"").start().await;
    let read = post(&bot, "/communities/main/read").await;
    assert_eq!((read.status, read.header("location")), (303, Some("/communities")));

    let page = get(&bot, "/communities").await.text();

    for text in ["Bairro Feliz", "Segurança da Rua", "In no community", "Futebol", "May manage it", ">Ana<"]
    {
        assert!(page.contains(text), "{text} is missing: {page}");
    }
    assert!(page.contains("+55 44 99999-0002"), "Bruno is an admin in WhatsApp: {page}");
    assert_eq!(post(&bot, "/communities/other/read").await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_read_is_said_to_be_unread() {
    let bot = Service::start().await;
    assert!(get(&bot, "/communities").await.text().contains("Not read since the start"));
    bot.sandbox.faults().fail_always("communities?", Fault::Replace(FaultResponse::bad_gateway()));

    assert_eq!(post(&bot, "/communities/main/read").await.status, 303);

    assert!(get(&bot, "/communities").await.text().contains("Not read since the start"));
}

#[tokio::test]
async fn people_are_shown_with_their_rights_and_a_stranger_with_the_lines_that_admit_them() {
    let bot = Service::with()
        .admins(
            "[instances.main.admins.ana]\nphone = \"5544999990001\"\nname = \"Ana\"\n\
             [instances.main.admins.rui]\nlid = \"81896604192877@lid\"\nname = \"Rui\"\ncommands = [\"link\", \"groups\"]\n\
             communities = [\"Bairro Feliz\"]\n",
        )
        .start()
        .await;
    bot.send(NON_ADMIN, "/link a b").await;

    let page = get(&bot, "/people").await.text();
    for text in ["Ana", "+55 44 99999-0001", "Rui", "Hidden id", "/link, /groups", "Bairro Feliz"] {
        assert!(page.contains(text), "{text} is missing: {page}");
    }

    let page = get(&bot, "/people?number=%2B55+11+98888-7777").await.text();
    assert!(
        page.contains("[instances.main.admins.new]") && page.contains("phone = &#34;5511988887777&#34;"),
        "{page}"
    );
    let page = get(&bot, "/people?number=5544999990001").await.text();
    assert!(page.contains("is known as Ana") && !page.contains("[instances.main.admins.new]"), "{page}");
    let page = get(&bot, "/people?number=nobody").await.text();
    assert!(page.contains("This is no number"), "{page}");
}

#[tokio::test]
async fn refused_senders_are_counted_once_they_are_written() {
    let mut bot = Service::start().await;
    bot.send(NON_ADMIN, "/link a b").await;
    bot.stop().await;
    bot.restart().await;

    let page = get(&bot, "/people").await.text();
    assert!(page.contains("not an admin") && !page.contains(NON_ADMIN), "{page}");
    let page = get(&bot, &format!("/people?number={NON_ADMIN}")).await.text();
    assert!(page.contains("Messages were refused"), "{page}");
}

#[tokio::test]
async fn t38_the_configuration_is_shown_with_origins_and_without_secrets() {
    let bot = Service::with()
        .verify("[instances.main.verify]\nzapi_token = true\npath_secret = \"a-secret-of-the-path-1\"\n")
        .start()
        .await;

    let page = get(&bot, "/configuration").await.text();

    let account = bot.sandbox.account();
    for secret in [&account.token, "a-secret-of-the-path-1", &bot.store_url()] {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
    for text in
        ["[server]", "[instances.main]", "[instances.main.limits]", "vincula.toml:", "default", "secret"]
    {
        assert!(page.contains(text), "{text} is missing: {page}");
    }
}

#[tokio::test]
async fn health_names_the_store_and_what_needs_attention() {
    let bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    bot.settled().await;
    bot.execute_sql("UPDATE command SET state = 'dead', outcome = 'failed'").await;

    let page = get(&bot, "/health").await.text();
    assert!(page.contains("readable and writable") && page.contains("Commands ended"), "{page}");
    assert!(page.contains("main: one command failed for good"), "{page}");
    assert!(get(&bot, "/").await.text().contains("one command failed for good"));
}

#[tokio::test]
async fn every_page_exists_in_every_language() {
    let bot = Service::with().instance("admins_from = \"community\"").start().await;
    bot.ask(ANA, COMMAND).await;
    bot.settled().await;
    let id = bot.store.list(None, 1).await.unwrap()[0].id.clone();
    let command = format!("/commands/{id}");

    for language in ["en", "pt-BR", "es"] {
        for path in ["/", "/commands", &command, "/communities", "/people", "/health", "/configuration"] {
            let page = get_with(&bot, path, &[("accept-language", language)]).await;
            assert_eq!(page.status, 200, "{path}");
            let page = page.text();
            // A text that is missing shows its key.
            assert!(!page.contains(">console-") && !page.contains("\"console-"), "{language} {path}: {page}");
            assert!(page.contains("aria-current=\"page\"") && page.contains("skip-link"), "{path}");
        }
    }
}
