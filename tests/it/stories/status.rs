//! `/status`: is WhatsApp connected, what waits, what was given up.

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{ConnectionLoss, Fault, FaultResponse};

use super::fixtures::{ok, refusal};
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
    bot.sandbox.faults().disconnect(ConnectionLoss::Error);

    let order = bot.send_to_completion(ANA, "/status").await;
    bot.settled().await;
    bot.sandbox.faults().reconnect();

    assert_eq!(
        bot.reply_to(&order).await.text,
        "❌ WhatsApp is not connected. Open the instance at Z-API and read the QR code with the phone.\n\
         No other order waits.\nNo order was given up."
    );
}

#[tokio::test]
async fn trouble_of_z_api_is_an_answer_too() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("status", 1, Fault::Replace(FaultResponse::bad_gateway()));

    let reply = bot.ask(ANA, "/situação").await;

    assert_eq!(
        reply,
        "❓ Não deu para perguntar à Z-API: A Z-API está com problemas (status 502).\nNenhum outro pedido na fila.\n\
         Nenhum pedido foi abandonado."
    );
}

#[tokio::test]
async fn commands_that_wait_are_counted() {
    let bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    bot.send_to_completion(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.within(call.wait_reached()).await;
    bot.send_to_completion(ANA, r#"/link "Bairro Feliz" suporte"#).await;

    let reply = bot.ask(ANA, "/status").await;

    assert_eq!(reply, "✅ WhatsApp is connected.\n2 other orders wait.\nNo order was given up.");
    call.release();
    bot.settled().await;
}

#[tokio::test]
async fn commands_that_were_failed_are_counted() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("send-text", 2, Fault::Replace(refusal("no such chat")));
    bot.send_to_completion(ANA, "/help").await;
    bot.settled().await;

    let reply = bot.ask(ANA, "/estado").await;

    assert_eq!(
        reply,
        "✅ WhatsApp está conectado.\nNo espera ninguna otra orden.\nSe abandonó 1 orden.\nCuáles y por qué: /historial"
    );
}

#[tokio::test]
async fn a_phone_that_is_away_is_told_while_whatsapp_goes_on_without_it() {
    let bot = Service::start().await;
    let away = r#"{"connected":"true","error":"You are already connected.","smartphoneConnected":"false"}"#;
    bot.sandbox.faults().fail_next("status", 1, Fault::Replace(ok(away)));

    let reply = bot.ask(ANA, "/status").await;

    assert!(reply.starts_with("✅ WhatsApp is connected.\n⚠️ The phone itself is not online."), "{reply}");
}

#[tokio::test]
async fn a_subscription_is_spoken_of_when_its_end_is_near() {
    // 2025-11-24, noon in UTC.
    let start = Timestamp(1_763_985_600_000);
    let bot = Service::with().clock(Clock::manual(start)).start().await;
    let rows = [
        (11 * 24, None),
        (9 * 24, Some("⚠️ A assinatura da Z-API vence em 03/12/2025. Quem cuida deste bot precisa renovar.")),
        (-24, Some("⚠️ A assinatura da Z-API venceu em 23/11/2025. Quem cuida deste bot precisa renovar.")),
    ];
    for (hours, expected) in rows {
        let due = start.0 + hours * 3_600_000;
        bot.sandbox.faults().fail_next(
            "me",
            1,
            Fault::Replace(ok(&format!(r#"{{"due":{due},"token":"x"}}"#))),
        );

        let reply = bot.ask(ANA, "/situação").await;

        assert_eq!(reply.lines().nth(3), expected, "{reply}");
    }
}

#[tokio::test]
async fn a_subscription_that_cannot_be_asked_for_hurts_nothing() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("me", 1, Fault::Replace(refusal("no")));

    let reply = bot.ask(ANA, "/status").await;

    assert_eq!(reply, "✅ WhatsApp is connected.\nNo other order waits.\nNo order was given up.");
}

#[tokio::test]
async fn since_when_whatsapp_is_connected_is_told_where_a_webhook_told_it() {
    // 2025-11-24, noon in UTC: nine in the morning in São Paulo.
    let start = 1_763_985_600_000_i64;
    let bot = Service::with().clock(Clock::manual(Timestamp(start))).start().await;
    let event = |kind: &str, moment: i64| bot.message(ANA, "x").with("type", kind).with("momment", moment);
    let bot = &bot;
    let told = |event| async move { bot.post(&event).await.text() };
    let ignored = r#"{"status":"ignored","reason":"unsupported_event"}"#;

    let unknown = bot.ask(ANA, "/status").await;
    // That it ended is told in seconds; the later beginning comes twice, the first time before the end.
    assert_eq!(told(event("ConnectedCallback", start - 3_600_000)).await, ignored);
    assert_eq!(told(event("DisconnectedCallback", start / 1_000 - 7_200)).await, ignored);
    assert_eq!(told(event("ConnectedCallback", start - 1_000)).await, ignored);
    assert_eq!(
        told(event("DisconnectedCallback", start).with("instanceId", "0".repeat(32))).await,
        r#"{"status":"ignored","reason":"other_instance"}"#
    );
    let connected = bot.ask(ANA, "/situação").await;
    told(event("disconnectedcallback", start / 1_000)).await;
    let contradicted = bot.ask(ANA, "/status").await;

    assert!(unknown.starts_with("✅ WhatsApp is connected.\nNo other"), "{unknown}");
    assert!(connected.starts_with("✅ O WhatsApp está conectado.\nDesde 24/11 08:00.\n"), "{connected}");
    assert!(contradicted.starts_with("✅ WhatsApp is connected.\nNo other"), "{contradicted}");
}
