//! A command is in the journal before the response `accepted`, and only once.

use futures_util::future::join_all;
use vincula::sandbox::webhook_event::post;

use super::{TARGET, assert_status};
use crate::support::raw_connection::{RawConnection, request};
use crate::support::{ANA, ANA_LID, NON_ADMIN, Service};

#[tokio::test]
async fn an_accepted_command_is_in_the_journal() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/link Bairro futebol");

    let id = assert_status(&bot.post(&command).await, "accepted");

    let rows = bot.store.find(&id).await.unwrap();
    assert_eq!(rows[0].message_id, command.message_id());
    assert_eq!((rows[0].name.as_str(), rows[0].text.as_str()), ("link", "/link Bairro futebol"));
    assert_eq!(bot.store.audit_events(&id).await.unwrap()[0].event, "accepted");
}

#[tokio::test]
async fn the_same_message_again_is_a_duplicate_however_often_it_comes() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/link Bairro futebol");

    let responses = join_all((0..20).map(|_| bot.post(&command))).await;

    let count = |status: &str| {
        let body = format!(r#""status":"{status}""#);
        responses.iter().filter(|response| response.status == 200 && response.text().contains(&body)).count()
    };
    assert_eq!((count("accepted"), count("duplicate")), (1, 19));
    bot.reply_to(command.message_id()).await;
    assert_status(&bot.post(&command).await, "duplicate");
    bot.settled().await;
    assert_eq!(
        (bot.command_count().await, bot.calls_to("communities/link").len(), bot.sandbox.sent().len()),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn t17_an_id_that_a_non_admin_used_is_free_for_an_admin_and_one_admin_has_one() {
    let bot = Service::start().await;
    let of = |from| bot.message(from, "/whoami").with_id("3EB0C0FFEE");

    assert_eq!(assert_status(&bot.post(&of(NON_ADMIN)).await, "ignored"), "not_an_admin");
    assert_status(&bot.post(&of(ANA)).await, "accepted");
    assert_status(
        &bot.post(&of("").lid(ANA_LID).without_field("phone").with("phone", ANA_LID)).await,
        "duplicate",
    );
    assert_eq!(assert_status(&bot.post(&of(NON_ADMIN)).await, "ignored"), "not_an_admin");
    assert_eq!(bot.command_count().await, 1);
}

#[tokio::test]
async fn t32_an_offer_of_http_2_is_answered_in_http_1_1() {
    let bot = Service::start().await;
    let body = bot.message(ANA, "que bom").body();
    let length = body.len().to_string();
    let offer = [
        ("content-type", "application/json"),
        ("content-length", length.as_str()),
        ("connection", "Upgrade, HTTP2-Settings"),
        ("upgrade", "h2c"),
        ("http2-settings", "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"),
        bot.token(),
    ];
    let mut connection = RawConnection::to(&bot.url).await;

    for _ in 0..2 {
        connection.send(&request("POST", TARGET, &offer, body.as_bytes())).await;
        let response = connection.response().await.expect("a response in HTTP/1.1");
        assert_eq!(assert_status(&response, "ignored"), "not_a_command");
        assert_eq!(response.header("upgrade"), None);
    }

    let mut connection = RawConnection::to(&bot.url).await;
    connection.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(connection.response().await.is_none_or(|response| response.status >= 400));
}

#[tokio::test]
async fn webhooks_as_z_api_sends_them_are_accepted_one_after_the_other() {
    let bot = Service::start().await;
    for _ in 0..6 {
        let command = bot.message(ANA, "/whoami").body();
        let response = post(&bot.url, &[bot.token()], command.as_bytes()).await.unwrap();
        assert_status(&response, "accepted");
    }
}
