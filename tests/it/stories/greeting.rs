//! First contact: an admin that greets the bot or asks for a menu gets instructions, once a day.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};

use crate::support::{ANA, NON_ADMIN, Service};
use crate::webhook::{assert_status, hold};

use super::fixtures::{ANA_AND_RUI, RUI};

const HELLO: &str = "Hi Ana! I look after your WhatsApp communities: you tell me what to do, I tell you what \
                     really happened.\nStart with /communities, or see all I can do: /help";

const HINT: &str = "I’m here. All I can do: /help";

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
            "hola",
            "¡Hola, Ana! Me encargo de tus comunidades de WhatsApp: tú pides, yo lo hago y te cuento cómo quedó.\n\
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
    let later = bot.ask(ANA, "hello").await;
    clock.advance(24 * HOUR);
    let tomorrow = bot.ask(ANA, "hello").await;

    assert!(again.contains("not_a_command"), "{again}");
    assert!(of_rui.starts_with("Hi Rui!"), "{of_rui}");
    assert_eq!(later, HINT);
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

    assert_eq!(bot.ask(ANA, "hello").await, HINT);
}

#[tokio::test]
async fn neither_a_group_nor_a_non_admin_is_greeted() {
    let bot = Service::with().instance("non_admins = \"refuse\"").start().await;
    let group = bot.group("Futebol");

    let in_group = bot.post(&bot.message(ANA, "oi").in_group(&group)).await.text();
    let of_a_stranger = bot.send(NON_ADMIN, "oi").await;
    bot.settled().await;

    for answer in [in_group, of_a_stranger] {
        assert!(answer.contains("not_a_command"), "{answer}");
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

        assert_eq!(offered, "Você quer /vincular \"Bairro Feliz\" Futebol? Responda “sim”.", "{text}");
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

    for answer in [in_group, bot.send(NON_ADMIN, command).await] {
        assert!(answer.contains("not_a_command"), "{answer}");
    }
    assert_eq!(bot.command_count().await, 0);
}

/// Each is the first reply to a wish of Ana's in Portuguese.
#[tokio::test]
async fn a_wish_offers_all_that_it_names_or_nothing() {
    let usage = "Para isso, escreva: /";
    let rows = [
        // With a text only its beginning names the community.
        (
            "avisa no bairro que o encontro mudou, agora é no marketing",
            "/avisar \"Bairro Feliz\" o encontro mudou, agora é no marketing?",
        ),
        (
            "muda a descrição do bairro para: Avisos também no marketing",
            "/descrever \"Bairro Feliz\" Avisos também no marketing?",
        ),
        ("avisa no bairro: Que horas, gente?", "/avisar \"Bairro Feliz\" Que horas, gente??"),
        ("avisa no bairro e no marketing: oi", usage),
        ("avisa o pessoal do bairro que amanhã não tem", "/avisar \"Bairro Feliz\" amanhã não tem?"),
        ("muda a foto do bairro para essa aqui", "Você quer /foto \"Bairro Feliz\"?"),
        (
            "manda um aviso no bairro dizendo que amanhã tem festa",
            "/avisar \"Bairro Feliz\" amanhã tem festa?",
        ),
        // Admins.
        (
            "tira o 5544999990002 da administração do bairro",
            "Você quer /rebaixar \"Bairro Feliz\" 5544999990002?",
        ),
        ("põe 5544999990003 como admin do bairro", "Você quer /promover \"Bairro Feliz\" 5544999990003?"),
        ("põe 5544999990003 como admin", "Para isso, escreva: /promover"),
        ("remove 5544999990002 as admin of bairro", "/rebaixar \"Bairro Feliz\" 5544999990002?"),
        ("make 5544999990003 admin of bairro", "Do you want /promote \"Bairro Feliz\" 5544999990003?"),
        ("quita a 5544999990002 como admin de bairro", "/degradar \"Bairro Feliz\" 5544999990002?"),
        ("adiciona o 5544999990004 no bairro", "Você quer /adicionar \"Bairro Feliz\" 5544999990004?"),
        ("tira a Carla de admin do bairro", "Qual é o número da pessoa?"),
        // Words that are left.
        ("remove todos menos 5544999990003 do bairro", "Para isso, escreva: /remover"),
        ("tira de admin 5544999990002 e a Carla do bairro", "Para isso, escreva: /rebaixar"),
        ("coloca futebol e capoeira no bairro", "Para um grupo, escreva: /vincular"),
        ("coloca tudo menos futebol no bairro", "Para um grupo, escreva: /vincular"),
        ("coloca futebol no bairro amanhã", "Para um grupo, escreva: /vincular"),
        // New communities.
        (
            "cria uma comunidade chamada Festa Junina por favor",
            "Você quer /criar Festa Junina? Responda “sim”.",
        ),
        ("cria uma comunidade Festa com os grupos futebol e suporte", "Como ela vai se chamar?"),
        ("cria uma comunidade Festa e coloca o futebol", "Como ela vai se chamar?"),
        ("cria uma comunidade chamada Mães com Fé", "Você quer /criar Mães com Fé?"),
        // Names that are unclear or numbered: the command asks.
        ("põe vendas no bairro", "Você quer /vincular \"Bairro Feliz\" vendas?"),
        (
            "coloca o bloco 1, 2 e 3 no bairro",
            "/vincular \"Bairro Feliz\" \"Bloco 01\" \"Bloco 02\" \"Bloco 03\"?",
        ),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let setting = Service::with().instance("locale = \"pt-BR\"").world(|world| {
            for name in ["Bloco 01", "Bloco 02", "Bloco 03"] {
                world.group(name);
            }
        });
        let bot = setting.start().await;
        let reply = bot.ask(ANA, text).await;
        if !reply.contains(expected) || bot.changes() != 0 {
            wrong.push(format!("{text}: {reply}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_wish_with_an_unclear_name_is_asked_about_on_a_yes() {
    let bot = Service::with().instance("locale = \"pt-BR\"").start().await;
    bot.ask(ANA, "põe vendas no bairro").await;

    let asked = bot.ask(ANA, "sim").await;

    assert!(asked.contains("1. ") && bot.changes() == 0, "{asked}");
}
