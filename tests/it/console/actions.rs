//! Retry, drop and cancel.

use std::time::Duration;

use vincula::sandbox::{Fault, FaultResponse};

use super::{expect_page_headers, get, post};
use crate::support::{ANA, Service};

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;

async fn only_id(bot: &Service) -> String {
    bot.store.list(None, 1).await.unwrap()[0].id.clone()
}

#[tokio::test]
async fn a_dead_letter_is_retried() {
    let bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    bot.settled().await;
    bot.execute_sql("UPDATE command SET state = 'dead', outcome = 'failed', error = 'it broke'").await;
    let id = only_id(&bot).await;
    let page = get(&bot, &format!("/commands/{id}")).await.text();
    assert!(page.contains("Retry now") && page.contains("Drop it") && page.contains("it broke"), "{page}");

    let retried = post(&bot, &format!("/commands/{id}/retry")).await;

    assert_eq!(retried.status, 303);
    let location = retried.header("location").unwrap().to_owned();
    assert_eq!(location, format!("/commands/{id}?done=retried"));
    bot.settled().await;
    let page = get(&bot, &location).await.text();
    assert!(page.contains("It is run again.") && page.contains("Retried by an operator"), "{page}");
    assert_eq!(bot.store.list(None, 1).await.unwrap()[0].state, "done");
}

#[tokio::test]
async fn a_dead_letter_is_dropped_once() {
    let bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    bot.settled().await;
    bot.execute_sql("UPDATE command SET state = 'dead', outcome = 'failed'").await;
    let id = only_id(&bot).await;

    let dropped = post(&bot, &format!("/commands/{id}/drop")).await;
    assert_eq!(dropped.header("location"), Some(format!("/commands/{id}?done=dropped").as_str()));
    assert!(get(&bot, &format!("/commands/{id}")).await.text().contains(">Dropped<"));

    let again = post(&bot, &format!("/commands/{id}/drop")).await;
    assert_eq!(again.header("location"), Some(format!("/commands/{id}?done=not-dead").as_str()));
}

#[tokio::test]
async fn a_waiting_command_is_cancelled() {
    let bot = Service::with()
        .timing(|timing| {
            timing.min_retry_delay = Duration::from_secs(600);
            timing.max_retry_delay = Duration::from_secs(600);
            timing.retry_notice_after = Duration::from_secs(600);
        })
        .start()
        .await;
    bot.sandbox.faults().fail_always("communities?", Fault::Replace(FaultResponse::bad_gateway()));
    bot.send(ANA, COMMAND).await;
    bot.within(async {
        while bot.store.list(None, 1).await.unwrap().first().is_none_or(|row| row.attempts == 0) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    bot.sandbox.faults().clear();
    let id = only_id(&bot).await;
    assert!(get(&bot, &format!("/commands/{id}")).await.text().contains("Next attempt"));

    let cancelled = post(&bot, &format!("/commands/{id}/cancel")).await;

    assert_eq!(cancelled.header("location"), Some(format!("/commands/{id}?done=cancelled").as_str()));
    bot.settled().await;
    assert_eq!(bot.store.list(None, 1).await.unwrap()[0].outcome.as_deref(), Some("cancelled"));
    let again = post(&bot, &format!("/commands/{id}/cancel")).await;
    assert_eq!(again.header("location"), Some(format!("/commands/{id}?done=not-waiting").as_str()));
}

#[tokio::test]
async fn t38_a_command_of_another_instance_does_not_exist() {
    let bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    bot.settled().await;
    bot.execute_sql("UPDATE command SET state = 'dead', outcome = 'failed', instance = 'elsewhere'").await;
    let id = only_id(&bot).await;

    for path in [format!("/commands/{id}"), "/commands/nothing".to_owned(), "/commands/%00".to_owned()] {
        let page = get(&bot, &path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(!page.text().contains("futebol"), "{path}");
        expect_page_headers(&page, &path);
    }
    for action in ["retry", "drop", "cancel"] {
        assert_eq!(post(&bot, &format!("/commands/{id}/{action}")).await.status, 404, "{action}");
        let page = get(&bot, &format!("/commands/{id}/{action}")).await;
        assert_eq!(page.status, 405, "a link does nothing");
        expect_page_headers(&page, action);
    }
    assert_eq!(bot.store.list(None, 1).await.unwrap()[0].state, "dead");
}
