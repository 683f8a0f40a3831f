//! Texts and group names are data, never anything else.

use std::time::{Duration, Instant};

use regex::Regex;
use serde_json::json;
use vincula::commands::CATALOG;
use vincula::parse::arguments::ArgKind;
use vincula::sandbox::{Fault, FaultResponse};

use crate::support::{ANA, Service};
use crate::webhook::assert_status;

/// A name with invisible characters of all kinds.
const UNSEEN: &str = "Fei\u{200b}ra \u{202e}\u{2066}\u{ad}\u{61c}\u{180e}\u{3164}\u{115f}\u{ffa0}\u{2800}do\u{feff} \
                      \u{e0041}\u{e0100}\u{fff9}\u{0}\u{7}\u{1b}[31m\u{85}\u{9b}31m\u{2028}\u{2029}\r\nBairro\u{fe0f}";

#[tokio::test]
async fn t15_names_and_quotes_around_a_text_are_no_commands_and_quote_none() {
    let bot = Service::start().await;
    let command = r#"/link "Bairro Feliz" futebol"#;
    let harmless = bot
        .message(ANA, "que sol")
        .sender_name(command)
        .with("chatName", command)
        .with("photo", command)
        .with("quotedMessage", json!({ "text": { "message": command } }))
        .with("referenceMessageId", command)
        .with("message", command)
        .with("caption", command);
    assert!(bot.ask_by(&harmless).await.starts_with("I didn’t get that."));
    // Text quoted with `>`, or below other words than courtesy, is somebody else's.
    for text in [
        format!("> {command}"),
        format!("Rui escreveu:\n{command}"),
        format!("“{command}”"),
        format!("«{command}»"),
    ] {
        // At most it is offered.
        bot.post(&bot.message(ANA, &text)).await;
        bot.settled().await;
        assert_eq!(bot.changes(), 0, "{text}");
    }
    for flag in ["forwarded", "isStatusReply", "isNewsletter", "broadcast"] {
        let event = bot.message(ANA, command).with(flag, true);
        assert_eq!(bot.post(&event).await.text().matches("ignored").count(), 1, "{flag}");
    }
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn t18_invisible_characters_reach_no_reply() {
    let unseen =
        Regex::new(r"[\p{Cf}\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}&&[^\n]]").unwrap();
    let bot = Service::with()
        .world(|world| {
            world.group(UNSEEN);
        })
        .start()
        .await;
    bot.sandbox.faults().fail_next(
        "communities/link",
        1,
        Fault::Replace(FaultResponse::json(400, &json!({ "error": format!("no rights in {UNSEEN}") }))),
    );

    let mut replies = Vec::new();
    for text in [
        "/groups feira".to_owned(),
        format!("/groups \"{UNSEEN}\""),
        r#"/link "Bairro Feliz" "feira do*""#.to_owned(),
        format!("/link \"{UNSEEN}\" x"),
        format!("/community \"x{UNSEEN}\""),
        format!("/x\u{301}\u{200d}yz {UNSEEN}"),
        format!("/status {UNSEEN}"),
        format!("/link bairro \u{201c}{UNSEEN}"),
    ] {
        replies.push(bot.ask(ANA, &text).await);
    }

    for reply in &replies {
        // The status icon of a group has its own variation selector.
        let others: String = reply.replace("☑️", "").replace("⚠️", "");
        assert!(!unseen.is_match(&others), "{reply:?}");
    }
    assert!(replies[0].contains("“Feira do [31m 31m Bairro”"), "{:?}", replies[0]);
}

#[tokio::test]
async fn t18_a_command_that_only_looks_like_one_is_unknown() {
    let bot = Service::start().await;
    // Cyrillic і and п, Greek ι, a dotless ı, Lisu ꓡ.
    for typed in ["/lіnk", "/lιnk", "/lınk", "/liпk", "/ꓡink"] {
        let reply = bot.ask(ANA, &format!("{typed} \"Bairro Feliz\" futebol")).await;
        assert!(reply.starts_with("There is no command “"), "{typed}: {reply}");
    }
    // A numeral that looks like an l begins no name.
    let reply = bot.ask(ANA, "/ⅼink bairro futebol").await;
    assert!(!reply.contains('✅') && bot.changes() == 0, "{reply}");
    // A look-alike of a name is a different name.
    let reply = bot.ask(ANA, r#"/link "Bаirro Feliz" futebol"#).await;
    assert!(reply.starts_with("I don't know a community “Bаirro Feliz”"), "{reply}");
    assert_eq!(bot.changes(), 0);
    // Compatibility forms of the same letters are the same letters.
    let reply = bot.ask(ANA, "／ｌｉｎｋ \"Bairro Feliz\" ｆｕｔｅｂｏｌ").await;
    assert!(reply.starts_with("✅ “Futebol” "), "{reply}");
}

/// Timeout of a reply: more than ten times what any of them takes in a debug build (a tenth of a second).
const REPLY_TIMEOUT: Duration = Duration::from_secs(5);
/// Attempts per text: a machine that stalls does so once, slow code every time.
const ATTEMPTS: usize = 3;

/// Texts of 64 KiB.
fn fills() -> impl Iterator<Item = (&'static str, String)> {
    let units = [
        "x",
        "x ",
        " ",
        "\"",
        "\"\"",
        "\"\" ",
        "''",
        "'a ",
        "“” , ",
        ",;",
        "a*",
        "*",
        "-",
        "- x\n",
        "--x ",
        "1 ",
        "\n",
        "á\u{301}",
        "\u{200b}",
        "👩‍👩‍👧",
        "ﷺ",
    ];
    units.into_iter().map(|unit| (unit, unit.repeat(64 * 1024 / unit.len())))
}

/// A bot with many groups and no rate limit.
async fn start_crowded() -> Service {
    let bot = Service::with()
        .limits("commands_per_minute = 10000")
        .world(|world| {
            for number in 0..300 {
                world.group(&format!("Turma {number} da Escola do Bairro com um nome bem comprido"));
            }
        })
        .start()
        .await;
    bot.ask(ANA, "/groups").await;
    bot
}

/// Sends each text and checks that the reply comes in time.
async fn expect_each_in_time(bot: &Service, texts: impl Iterator<Item = String>) {
    for text in texts {
        let mut taken = Duration::MAX;
        for _ in 0..ATTEMPTS {
            let started = Instant::now();
            let response = bot.send(ANA, &text).await;
            assert!(response.contains("accepted") || response.contains("ignored"), "{response}");
            bot.settled().await;
            taken = taken.min(started.elapsed());
            if taken < REPLY_TIMEOUT {
                break;
            }
        }
        let begin: String = text.chars().take(20).collect();
        assert!(taken < REPLY_TIMEOUT, "{begin:?}… took {taken:?}");
    }
    assert!(bot.said().iter().all(|text| text.chars().count() < 4_000));
    assert!(bot.ask(ANA, "/whoami").await.contains("Ana"));
}

#[tokio::test]
async fn t18_sixty_four_kibibytes_of_anything_get_a_reply_at_once() {
    let bot = start_crowded().await;
    let begins = ["/link", "/link bairro ", "/add bairro ", "/groups ", "/help ", "/help /", "/x", "link "];
    let texts = fills().flat_map(|(_, fill)| begins.map(|begin| format!("{begin}{fill}")));

    expect_each_in_time(&bot, texts).await;
}

#[tokio::test]
async fn t18_every_command_answers_sixty_four_kibibytes_at_once() {
    let bot = start_crowded().await;
    let fills: Vec<_> = fills().collect();
    // Each command gets every fourth text, so that each text is used with a command of each kind.
    let chosen = CATALOG.specs().iter().enumerate().flat_map(|(nth, spec)| {
        let fills = fills.iter().skip(nth % 4).step_by(4);
        let place = if spec.args.first() == Some(&ArgKind::Community) { "bairro " } else { "" };
        fills.map(move |(_, fill)| format!("/{} {place}{fill}", spec.name))
    });

    expect_each_in_time(&bot, chosen).await;
}

#[tokio::test]
async fn t19_a_name_with_a_mention_or_link_mentions_nobody() {
    let bot = Service::with()
        .world(|world| {
            world.group("@5511988887777 @todos https://evil.example/x\n✅ “Moradores”\n> ok");
        })
        .start()
        .await;

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" "@5511988887777*""#).await;

    assert_eq!(reply.lines().count(), 1, "{reply}");
    let line = reply.lines().last().unwrap();
    assert!(line.starts_with("✅ “@5511988887777 @todos https://evil.example/x ✅"), "{line}");
    for call in bot.calls_to("send-text") {
        let body = call.body.unwrap();
        let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["message", "messageId", "phone"], "nothing that mentions anybody");
    }
}

#[tokio::test]
async fn t20_no_argument_or_list_id_reaches_a_url() {
    let shape = Regex::new(
        r"\A(communities|groups|communities/(un)?link|group-invitation-metadata|send-(text|reaction|remove-reaction)|status|me|device|phone-exists-batch|(add|remove)-(participant|admin)|communities/[0-9]{15,20}|communities-metadata/[0-9]{15,20}|update-community-(description|photo)|(light-group-metadata|group-metadata|redefine-invitation-link)/([0-9]{15,20}(-group)?|[0-9]{8,15}-[0-9]{9,11}))\z",
    )
    .unwrap();
    let query = Regex::new(
        r"\A(page=[0-9]+&pageSize=[0-9]+|url=https%3A%2F%2Fchat\.whatsapp\.com%2F[A-Za-z0-9_-]{10,64})\z",
    )
    .unwrap();
    let bot = Service::with().limits("commands_per_minute = 1000").start().await;
    let bait = [
        "../me",
        "..%2fme",
        "120363186053925765/../../me",
        "120363186053925765%2f..%2fme",
        "120363186053925765?x=y",
        "120363186053925765#x",
        "120363186053925765-group/../me",
        "120363186053925765-group-group",
        "5511999999999-1623281429/..",
        "١٢٠٣٦٣١٨٦٠٥٣٩٢٥٧٦٥",
        "120363186053925765\\",
        "120363186053925765\"},{\"x\":\"",
        "120363186053925765@g.us@g.us",
        "-group",
        "1-group",
        "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv",
        "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv?url=https://x/../me",
        "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv/../../me",
        "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv&url=x",
        "https://chat.whatsapp.com/..%2fme",
        "https://chat.whatsapp.com@x/AbCdEfGhIjKlMnOpQrStUv",
    ];
    for word in bait {
        bot.ask(ANA, &format!("/alias x = '{word}'")).await;
        bot.ask(ANA, &format!("/community '{word}'")).await;
        bot.ask(ANA, &format!("/link '{word}' futebol")).await;
        bot.ask(ANA, &format!("/link \"Bairro Feliz\" '{word}'")).await;
        bot.ask(ANA, &format!("/invite '{word}' reset --yes")).await;
        bot.ask(ANA, &format!("/deactivate '{word}' --yes")).await;
        bot.ask(ANA, &format!("/photo \"Bairro Feliz\" '{word}'")).await;
    }
    // A list that Z-API, or somebody in between, filled with the same.
    let groups = bait.iter().chain(&["120363186053999999-group"]);
    let groups: Vec<_> = groups.map(|id| json!({ "name": "Isca", "phone": id })).collect();
    let communities = bait.iter().chain(&["120363186053999998"]);
    let communities: Vec<_> = communities.map(|id| json!({ "name": "Isca", "id": id })).collect();
    bot.sandbox.faults().fail_always("groups?", Fault::Replace(FaultResponse::json(200, &json!(groups))));
    bot.sandbox
        .faults()
        .fail_always("communities?", Fault::Replace(FaultResponse::json(200, &json!(communities))));
    bot.ask(ANA, "/groups isca").await;
    bot.ask(ANA, "/community isca").await;
    bot.ask(ANA, "/link isca isca").await;

    for call in bot.sandbox.calls() {
        assert!(shape.is_match(&call.path), "{call:?}");
        assert!(call.query.as_deref().is_none_or(|given| query.is_match(given)), "{call:?}");
    }
    assert!(!bot.calls_to("communities-metadata").is_empty());
}

#[tokio::test]
async fn t20_an_odd_message_id_stays_a_string_in_the_response() {
    let bot = Service::start().await;
    let id = r#"3EB0","phone":"5511988887777/../%2f?#"#;

    bot.ask_by(&bot.message(ANA, "/whoami").with_id(id)).await;

    let call = &bot.calls_to("send-text")[0];
    let body = call.body.as_ref().unwrap();
    assert_eq!((body["messageId"].as_str(), body["phone"].as_str()), (Some(id), Some(ANA)));
    for odd in ["a\u{202e}b", "a\u{3164}", "a\u{1b}", "", &"a".repeat(129)] {
        let event = bot.message(ANA, "/whoami").with_id(odd);
        assert_eq!(assert_status(&bot.post(&event).await, "ignored"), "no_message_id", "{odd:?}");
    }
}
