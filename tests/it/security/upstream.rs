//! Z-API that is broken, malicious or impersonated; and data that may leak to or from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use vincula::sandbox::{Fault, FaultResponse};

use crate::stories::fixtures::{ok, refusal};
use crate::support::raw_connection::{ask, request};
use crate::support::{ANA, NON_ADMIN, Service};
use crate::webhook::assert_status;

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;

/// A listener that counts connections and responds to each request with these bytes.
async fn listener(response: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let visitors = Arc::new(AtomicUsize::new(0));
    let counted = visitors.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let response = response.clone();
            tokio::spawn(async move {
                let mut seen = [0; 8 * 1024];
                while stream.read(&mut seen).await.is_ok_and(|length| length > 0) {
                    if stream.write_all(response.as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    (url, visitors)
}

#[tokio::test]
async fn t24_credentials_appear_only_in_requests() {
    let bot = Service::with().instance("non_admins = \"refuse\"").start().await;
    let account = bot.sandbox.account().clone();
    let secrets = [account.token.clone(), account.client_token.clone().unwrap(), account.id.clone()];
    // Every error repeats the URL of the call, like proxies and frameworks do.
    let address = format!(
        "POST {}/instances/{}/token/{}/x {:?}",
        bot.url, account.id, account.token, account.client_token
    );
    for (path, reply) in [
        ("communities/link", refusal(&address)),
        ("communities/unlink", FaultResponse::json(200, &json!({ "error": address }))),
        ("communities-metadata", FaultResponse::html(502, &format!("<pre>{address}</pre>"))),
        ("send-text", FaultResponse::text(500, &address)),
        ("status", FaultResponse::json(200, &json!([{ "message": address }]))),
        ("groups?", FaultResponse::json(302, &json!({ "error": address }))),
        ("light-group-metadata", FaultResponse::text(404, &address)),
    ] {
        bot.sandbox.faults().fail_next(path, 2, Fault::Replace(reply));
    }

    let mut texts = Vec::new();
    for text in [
        COMMAND,
        "/status",
        "/groups",
        r#"/unlink "Bairro Feliz" moradores"#,
        COMMAND,
        "/whoami",
        "/help link",
    ] {
        let command = bot.message(ANA, text);
        texts.push(bot.post(&command).await.text());
        bot.settled().await;
    }
    texts.push(bot.send(NON_ADMIN, COMMAND).await);
    bot.settled().await;

    texts.extend(bot.said());
    texts.push(ask(&bot.admin_url, &request("GET", "/metrics", &[], b"")).await.text());
    texts.push(format!("{:?}", bot.store.list(None, 99).await.unwrap()));
    for file in std::fs::read_dir(bot.journal_path().parent().unwrap()).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().contains(".db") {
            texts.push(String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned());
        }
    }
    assert!(bot.said().len() > 4 && texts.iter().any(|text| text.starts_with("SQLite format 3")));
    for secret in secrets {
        let leaks: Vec<_> = texts.iter().filter(|text| text.contains(&secret)).collect();
        assert!(leaks.is_empty(), "{secret} is in {leaks:#?}");
    }
}

#[tokio::test]
async fn t26_a_redirect_is_not_followed() {
    let (elsewhere, visitors) = listener("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]".to_owned()).await;
    let redirect = format!("HTTP/1.1 307 Moved\r\nlocation: {elsewhere}/x\r\ncontent-length: 0\r\n\r\n");
    let (upstream, calls) = listener(redirect).await;
    let mut bot = Service::start().await;
    bot.stop().await;
    let now = bot.base_url().to_owned();
    bot.restart_with(&now, &upstream).await;

    let command = bot.message(ANA, COMMAND);
    assert_status(&bot.post(&command).await, "accepted");
    bot.within(async {
        // It is no valid response, so it is retried.
        while bot.store.list(None, 1).await.unwrap()[0].attempts < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;

    assert!(calls.load(Ordering::SeqCst) > 0);
    assert_eq!(visitors.load(Ordering::SeqCst), 0, "the redirect was followed");
}

#[tokio::test]
async fn t26_addresses_in_an_event_are_never_fetched() {
    let (bait, visitors) = listener("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let bot = Service::start().await;
    let command = bot
        .message(ANA, &format!("/groups {bait}/text"))
        .with("photo", format!("{bait}/photo"))
        .with("senderPhoto", format!("{bait}/sender"))
        .with("image", json!({ "imageUrl": format!("{bait}/image"), "caption": "x" }))
        .with("document", json!({ "documentUrl": format!("{bait}/document") }));

    bot.ask_by(&command).await;
    bot.settled().await;

    assert_eq!(visitors.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn t27_the_reply_is_true_and_timely_whatever_z_api_responds() {
    let bad: Vec<(&str, Fault)> = vec![
        ("a page", Fault::Replace(FaultResponse::html(200, "<html>ok</html>"))),
        ("a page of failure", Fault::Replace(FaultResponse::bad_gateway())),
        ("a gigabyte", Fault::Replace(FaultResponse::Huge(1 << 30))),
        ("a gigabyte, done", Fault::ReplaceResponse(FaultResponse::Huge(1 << 30))),
        ("half a response", Fault::Replace(FaultResponse::Cut)),
        ("half a response, done", Fault::ReplaceResponse(FaultResponse::Cut)),
        ("a reset, done", Fault::ReplaceResponse(FaultResponse::Dropped)),
        ("a reset", Fault::Replace(FaultResponse::Dropped)),
        ("another shape", Fault::Replace(ok("[[[]]]"))),
        ("a number", Fault::Replace(ok("7"))),
        ("a lie", Fault::Replace(ok(r#"{"success":true}"#))),
        ("a no that is one", Fault::Replace(ok(r#"{"success":false}"#))),
        ("a no that is none", Fault::ReplaceResponse(ok(r#"{"success":false}"#))),
        ("later", Fault::Replace(FaultResponse::too_many_requests(Some(0)))),
        ("teapot", Fault::Replace(FaultResponse::text(418, "I'm a teapot"))),
        ("a depth", Fault::Replace(FaultResponse::text(200, &"[".repeat(500_000)))),
    ];
    for (what, fault) in bad {
        let bot = Service::start().await;
        let before = bot.world();
        bot.sandbox.faults().fail_next("communities/link", 1, fault);
        let started = Instant::now();

        let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol suporte"#).await;

        bot.expect_true(&reply, &before);
        assert!(started.elapsed() < Duration::from_secs(30), "{what} took {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn t27_a_broken_list_causes_no_change() {
    for (what, reply) in [
        ("a page", FaultResponse::html(200, "<html>ok</html>")),
        ("a gigabyte", FaultResponse::Huge(1 << 30)),
        ("a string", ok("\"x\"")),
        ("a depth", FaultResponse::text(200, &"[".repeat(500_000))),
        ("strangers", ok(r#"[null,7,{"id":null},{"name":7},{"id":{},"name":[]},[[]]]"#)),
    ] {
        let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
        bot.sandbox.faults().fail_always("communities?", Fault::Replace(reply));

        let reply = bot.ask(ANA, COMMAND).await;

        assert!(reply.starts_with("❌"), "{what}: {reply}");
        assert_eq!(bot.changes(), 0, "{what}");
        assert!(bot.ask(ANA, "/whoami").await.contains("Ana"), "{what}");
    }
}
