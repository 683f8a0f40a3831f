//! `/status`: whether WhatsApp is connected, what waits, what failed.

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{ConnectionLoss, Fault, FaultResponse};

use super::fixtures::{ok, refusal};
use crate::support::{ANA, Service};

#[tokio::test]
async fn status_of_a_healthy_instance() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/status").await;

    assert_eq!(reply, "✅ WhatsApp is connected.\nNothing is waiting.");
}

#[tokio::test]
async fn a_disconnected_phone_is_reported_when_it_is_back() {
    let bot = Service::start().await;
    bot.sandbox.faults().disconnect(ConnectionLoss::Error);

    let command = bot.send_to_completion(ANA, "/status").await;
    bot.settled().await;
    bot.sandbox.faults().reconnect();

    assert_eq!(
        bot.reply_to(&command).await.text,
        "❌ WhatsApp is not connected. Open the instance at Z-API and scan the QR code with the phone.\n\
         Nothing is waiting."
    );
}

#[tokio::test]
async fn status_reports_a_z_api_outage() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("status", 1, Fault::Replace(FaultResponse::bad_gateway()));

    let reply = bot.ask(ANA, "/situação").await;

    assert_eq!(
        reply,
        "❓ Não deu para perguntar à Z-API: A Z-API está com problemas (status 502).\nNada na fila."
    );
}

#[tokio::test]
async fn status_counts_waiting_commands() {
    let bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    bot.send_to_completion(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.within(call.wait_reached()).await;
    bot.send_to_completion(ANA, r#"/link "Bairro Feliz" suporte"#).await;

    let reply = bot.ask(ANA, "/status").await;

    assert_eq!(reply, "✅ WhatsApp is connected.\n2 other commands are waiting.");
    call.release();
    bot.settled().await;
}

#[tokio::test]
async fn status_counts_failed_commands() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("send-text", 2, Fault::Replace(refusal("no such chat")));
    bot.send_to_completion(ANA, "/help").await;
    bot.settled().await;

    let reply = bot.ask(ANA, "/estado").await;

    assert_eq!(
        reply,
        "✅ WhatsApp está conectado.\nNada en espera.\nFalló 1 comando.\nCuáles y por qué: /historial"
    );
}

#[tokio::test]
async fn status_reports_an_offline_phone_with_a_live_session() {
    let bot = Service::start().await;
    let away = r#"{"connected":"true","error":"You are already connected.","smartphoneConnected":"false"}"#;
    bot.sandbox.faults().fail_next("status", 1, Fault::Replace(ok(away)));

    let reply = bot.ask(ANA, "/status").await;

    assert!(reply.starts_with("✅ WhatsApp is connected.\n⚠️ The phone itself is offline."), "{reply}");
}

#[tokio::test]
async fn status_warns_when_the_subscription_is_about_to_end() {
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

        assert_eq!(reply.lines().nth(2), expected, "{reply}");
    }
}

#[tokio::test]
async fn an_unreadable_subscription_is_left_out() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("me", 1, Fault::Replace(refusal("no")));

    let reply = bot.ask(ANA, "/status").await;

    assert_eq!(reply, "✅ WhatsApp is connected.\nNothing is waiting.");
}

#[tokio::test]
async fn status_shows_the_connection_time_from_the_webhook() {
    // 2025-11-24, noon in UTC: nine in the morning in São Paulo.
    let start = 1_763_985_600_000_i64;
    let bot = Service::with().clock(Clock::manual(Timestamp(start))).start().await;
    let event = |kind: &str, moment: i64| bot.message(ANA, "x").with("type", kind).with("momment", moment);
    let bot = &bot;
    let seen = |event| async move { bot.post(&event).await.text() };
    let ignored = r#"{"status":"ignored","reason":"unsupported_event"}"#;

    let unknown = bot.ask(ANA, "/status").await;
    // Its end is in seconds; the later start is delivered twice, first before the end.
    assert_eq!(seen(event("ConnectedCallback", start - 3_600_000)).await, ignored);
    assert_eq!(seen(event("DisconnectedCallback", start / 1_000 - 7_200)).await, ignored);
    assert_eq!(seen(event("ConnectedCallback", start - 1_000)).await, ignored);
    assert_eq!(
        seen(event("DisconnectedCallback", start).with("instanceId", "0".repeat(32))).await,
        r#"{"status":"ignored","reason":"other_instance"}"#
    );
    let connected = bot.ask(ANA, "/situação").await;
    seen(event("disconnectedcallback", start / 1_000)).await;
    let contradicted = bot.ask(ANA, "/status").await;

    assert!(unknown.starts_with("✅ WhatsApp is connected.\nNothing is"), "{unknown}");
    assert!(connected.starts_with("✅ O WhatsApp está conectado.\nDesde 24/11 08:00.\n"), "{connected}");
    assert!(contradicted.starts_with("✅ WhatsApp is connected.\nNothing is"), "{contradicted}");
}
