//! `/status`: is WhatsApp connected, what waits, what was given up.

use vincula::sandbox::{Fault, Offline, Reply};

use super::scene::refusal;
use crate::support::{ANA, Service};

#[tokio::test]
async fn all_is_well() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/status").await;

    assert_eq!(reply, "✅ WhatsApp is connected.\nNo other order waits.\nNo order was given up.");
}

#[tokio::test]
async fn a_phone_that_is_not_connected_is_told_once_it_is_back() {
    let bot = Service::start().await;
    bot.sandbox.trouble().disconnect(Offline::Error);

    let order = bot.give(ANA, "/status").await;
    bot.settled().await;
    bot.sandbox.trouble().reconnect();

    assert_eq!(
        bot.reply_to(&order).await.text,
        "❌ WhatsApp is not connected. Open the instance at Z-API and read the QR code with the phone.\n\
         No other order waits.\nNo order was given up."
    );
}

#[tokio::test]
async fn trouble_of_z_api_is_an_answer_too() {
    let bot = Service::start().await;
    bot.sandbox.trouble().next("status", 1, Fault::Instead(Reply::bad_gateway()));

    let reply = bot.ask(ANA, "/situação").await;

    assert_eq!(
        reply,
        "❓ Z-API could not be asked: Z-API has trouble (status 502).\nNo other order waits.\n\
         No order was given up."
    );
}

#[tokio::test]
async fn orders_that_wait_are_counted() {
    let bot = Service::start().await;
    let call = bot.sandbox.trouble().hold("communities/link");
    bot.give(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.within(call.reached()).await;
    bot.give(ANA, r#"/link "Bairro Feliz" suporte"#).await;

    let reply = bot.ask(ANA, "/status").await;

    assert_eq!(reply, "✅ WhatsApp is connected.\n2 other orders wait.\nNo order was given up.");
    call.release();
    bot.settled().await;
}

#[tokio::test]
async fn orders_that_were_given_up_are_counted() {
    let bot = Service::start().await;
    bot.sandbox.trouble().next("send-text", 2, Fault::Instead(refusal("no such chat")));
    bot.give(ANA, "/help").await;
    bot.settled().await;

    let reply = bot.ask(ANA, "/estado").await;

    assert_eq!(reply, "✅ WhatsApp is connected.\nNo other order waits.\n1 order was given up.");
}
