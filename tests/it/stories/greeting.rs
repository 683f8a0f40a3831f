//! First contact: an admin that greets the bot or asks for a menu gets instructions, once a day.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};

use crate::support::{ANA, NON_ADMIN, Service};
use crate::webhook::{assert_status, hold};

use super::fixtures::{ANA_AND_RUI, RUI};

const HELLO: &str = "Hi Ana! I look after your WhatsApp communities: you tell me what to do, I tell you what \
                     really happened.\nStart with /communities, or see all I can do: /help";

/// Noon in São Paulo.
const NOON: i64 = 1_750_000_000_000 / 86_400_000 * 86_400_000 + 15 * 3_600_000;

const HOUR: Duration = Duration::from_secs(60 * 60);

#[tokio::test]
async fn a_greeting_gets_instructions_in_the_language_of_the_chat() {
    let rows = [
        ("en", "hi", HELLO),
        (
            "pt-BR",
            "Oi!",
            "Oi, Ana! Eu cuido das suas comunidades do WhatsApp: você pede, eu faço e conto como ficou.\n\
             Comece por /comunidades ou veja tudo o que sei fazer: /ajuda",
        ),
        (
            "es",
            "menú",
            "¡Hola, Ana! Me ocupo de tus comunidades de WhatsApp: tú pides, yo lo hago y te cuento cómo quedó.\n\
             Empieza con /comunidades o mira todo lo que sé hacer: /ayuda",
        ),
    ];
    for (locale, hello, expected) in rows {
        let bot = Service::with().instance(&format!("locale = \"{locale}\"")).start().await;

        assert_eq!(bot.ask(ANA, hello).await, expected, "{locale}");
    }
}

#[tokio::test]
async fn nobody_is_greeted_twice_a_day_and_each_admin_once() {
    let clock = Clock::manual(Timestamp(NOON));
    let bot = Service::with().clock(clock.clone()).admins(ANA_AND_RUI).start().await;

    assert_eq!(bot.ask(ANA, "hello").await, HELLO);
    let again = bot.send(ANA, "hello").await;
    let of_rui = bot.ask(RUI, "hello").await;
    clock.advance(2 * HOUR);
    let later = bot.send_to_completion(ANA, "help").await;
    bot.settled().await;
    clock.advance(24 * HOUR);
    let tomorrow = bot.ask(ANA, "hello").await;

    assert!(again.contains("not_a_command"), "{again}");
    assert!(of_rui.starts_with("Hi Rui!"), "{of_rui}");
    assert!(bot.messages_quoting(&later).is_empty());
    assert_eq!(tomorrow, HELLO);
}

#[tokio::test]
async fn a_day_ends_at_midnight_in_the_instances_time_zone() {
    // Half past eleven in the evening in São Paulo is half past two of the next day in UTC.
    let clock = Clock::manual(Timestamp(NOON + 11 * 3_600_000 + 1_800_000));
    let bot = Service::with().clock(clock.clone()).start().await;

    assert_eq!(bot.ask(ANA, "hello").await, HELLO);
    clock.advance(HOUR + HOUR / 4);
    assert_eq!(bot.ask(ANA, "hello").await, HELLO);
}

#[tokio::test]
async fn a_restart_keeps_who_was_greeted() {
    let clock = Clock::manual(Timestamp(NOON));
    let mut bot = Service::with().clock(clock.clone()).start().await;
    assert_eq!(bot.ask(ANA, "hello").await, HELLO);

    bot.stop().await;
    bot.restart().await;
    let again = bot.send_to_completion(ANA, "hello").await;
    bot.settled().await;

    assert!(bot.messages_quoting(&again).is_empty());
}

#[tokio::test]
async fn neither_a_group_nor_a_non_admin_is_greeted() {
    let bot = Service::with().instance("non_admins = \"refuse\"").start().await;
    let group = bot.group("Futebol");

    let in_group = bot.post(&bot.message(ANA, "oi").in_group(&group)).await.text();
    let of_a_stranger = bot.send(NON_ADMIN, "oi").await;
    let chatter = bot.send(ANA, "oi, e o almoço?").await;
    bot.settled().await;

    for response in [in_group, of_a_stranger, chatter] {
        assert!(response.contains("not_a_command"), "{response}");
    }
    assert!(bot.said().is_empty());
}

#[tokio::test]
async fn a_greeting_during_an_outage_is_greeted_when_repeated() {
    let bot = Service::with().on_sqlite().start().await;
    let hello = bot.message(ANA, "hello");
    let other = hold(&bot.journal_path()).await;
    assert_eq!(bot.post(&hello).await.status, 503);
    drop(other);

    let again = bot
        .within(async {
            loop {
                let response = bot.post(&hello).await;
                if response.status != 503 {
                    return response;
                }
            }
        })
        .await;

    assert_status(&again, "accepted");
    assert_eq!(bot.reply_to(hello.message_id()).await.text, HELLO);
}

#[tokio::test]
async fn a_rate_limited_greeting_is_greeted_a_minute_later() {
    let clock = Clock::manual(Timestamp(NOON));
    let bot = Service::with().clock(clock.clone()).limits("commands_per_minute = 1").start().await;
    bot.ask(ANA, "/whoami").await;
    let reply = bot.ask(ANA, "hello").await;
    let ignored = bot.send(ANA, "hello").await;

    clock.advance(Duration::from_secs(61));
    let greeted = bot.ask(ANA, "hello").await;

    assert!(reply.starts_with("More than 1 command in a minute"), "{reply}");
    assert!(ignored.contains("rate_limited"), "{ignored}");
    assert_eq!(greeted, HELLO);
}

#[tokio::test]
async fn a_command_without_prefix_is_suggested_in_an_admins_direct_chat() {
    for text in ["vincular bairro futebol", "/ vincular bairro futebol", "Por favor /vincular bairro futebol"]
    {
        let bot = Service::with().instance("locale = \"pt-BR\"").start().await;

        let offered = bot.ask(ANA, text).await;

        assert!(offered.contains("/vincular bairro futebol? Responda “sim”"), "{text}: {offered}");
        assert_eq!(bot.changes(), 0);
        assert!(bot.ask(ANA, "sim").await.contains("✅ “Futebol”"), "{text}");
    }
}

#[tokio::test]
async fn a_command_without_prefix_is_chatter_in_groups_and_from_non_admins() {
    let bot = Service::start().await;
    let group = bot.group("Futebol");
    let command = "vincular bairro futebol";

    let in_group = bot.post(&bot.message(ANA, command).in_group(&group)).await.text();

    for response in [in_group, bot.send(NON_ADMIN, command).await, bot.send(ANA, "foto linda").await] {
        assert!(response.contains("not_a_command"), "{response}");
    }
    assert_eq!(bot.command_count().await, 0);
}
