//! The other side: a Z-API that is broken, malicious, or somebody else; and what may leak to or from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use vincula::sandbox::{Fault, Reply};

use crate::stories::scene::{ok, refusal};
use crate::support::wire::{ask, request};
use crate::support::{ANA, STRANGER, Service};
use crate::webhook::expect_status;

const ORDER: &str = r#"/link "Bairro Feliz" futebol"#;

/// A listener that counts who comes, and answers each request with these bytes.
async fn listener(answer: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let visitors = Arc::new(AtomicUsize::new(0));
    let counted = visitors.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut seen = [0; 8 * 1024];
                while stream.read(&mut seen).await.is_ok_and(|length| length > 0) {
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    (url, visitors)
}

#[tokio::test]
async fn t24_the_credentials_are_on_the_wire_and_nowhere_else() {
    let bot = Service::with().instance("non_admins = \"refuse\"").start().await;
    let account = bot.sandbox.account().clone();
    let secrets = [account.token.clone(), account.client_token.clone().unwrap(), account.id.clone()];
    // Every error repeats the address of the call, as proxies and frameworks do.
    let address = format!(
        "POST {}/instances/{}/token/{}/x {:?}",
        bot.url, account.id, account.token, account.client_token
    );
    for (path, reply) in [
        ("communities/link", refusal(&address)),
        ("communities/unlink", Reply::json(200, &json!({ "error": address }))),
        ("communities-metadata", Reply::html(502, &format!("<pre>{address}</pre>"))),
        ("send-text", Reply::text(500, &address)),
        ("status", Reply::json(200, &json!([{ "message": address }]))),
        ("groups?", Reply::json(302, &json!({ "error": address }))),
        ("light-group-metadata", Reply::text(404, &address)),
    ] {
        bot.sandbox.trouble().next(path, 2, Fault::Instead(reply));
    }

    let mut told = Vec::new();
    for text in
        [ORDER, "/status", "/groups", r#"/unlink "Bairro Feliz" moradores"#, ORDER, "/whoami", "/help link"]
    {
        let order = bot.message(ANA, text);
        told.push(bot.post(&order).await.text());
        bot.settled().await;
    }
    told.push(bot.send(STRANGER, ORDER).await);
    bot.settled().await;

    told.extend(bot.said());
    told.push(ask(&bot.admin_url, &request("GET", "/metrics", &[], b"")).await.text());
    told.push(format!("{:?}", bot.store.list(None, 99).await.unwrap()));
    for file in std::fs::read_dir(bot.journal().parent().unwrap()).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().contains(".db") {
            told.push(String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned());
        }
    }
    assert!(bot.said().len() > 4 && told.iter().any(|text| text.starts_with("SQLite format 3")));
    for secret in secrets {
        let leaks: Vec<_> = told.iter().filter(|text| text.contains(&secret)).collect();
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

    let order = bot.message(ANA, ORDER);
    expect_status(&bot.post(&order).await, "accepted");
    bot.within(async {
        // It is no answer, and so it is tried again.
        while bot.store.list(None, 1).await.unwrap()[0].tries < 2 {
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
    let order = bot
        .message(ANA, &format!("/groups {bait}/text"))
        .with("photo", format!("{bait}/photo"))
        .with("senderPhoto", format!("{bait}/sender"))
        .with("image", json!({ "imageUrl": format!("{bait}/image"), "caption": "x" }))
        .with("document", json!({ "documentUrl": format!("{bait}/document") }));

    bot.ask_by(&order).await;
    bot.settled().await;

    assert_eq!(visitors.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn t27_whatever_z_api_says_the_answer_is_true_and_soon() {
    let bad: Vec<(&str, Fault)> = vec![
        ("a page", Fault::Instead(Reply::html(200, "<html>ok</html>"))),
        ("a page of failure", Fault::Instead(Reply::bad_gateway())),
        ("a gigabyte", Fault::Instead(Reply::Huge(1 << 30))),
        ("a gigabyte, done", Fault::Afterwards(Reply::Huge(1 << 30))),
        ("half an answer", Fault::Instead(Reply::Cut)),
        ("half an answer, done", Fault::Afterwards(Reply::Cut)),
        ("a reset, done", Fault::Afterwards(Reply::Dropped)),
        ("a reset", Fault::Instead(Reply::Dropped)),
        ("another shape", Fault::Instead(ok("[[[]]]"))),
        ("a number", Fault::Instead(ok("7"))),
        ("a lie", Fault::Instead(ok(r#"{"success":true}"#))),
        ("a no that is one", Fault::Instead(ok(r#"{"success":false}"#))),
        ("a no that is none", Fault::Afterwards(ok(r#"{"success":false}"#))),
        ("later", Fault::Instead(Reply::too_many(Some(0)))),
        ("teapot", Fault::Instead(Reply::text(418, "I'm a teapot"))),
        ("a depth", Fault::Instead(Reply::text(200, &"[".repeat(500_000)))),
    ];
    for (what, fault) in bad {
        let bot = Service::start().await;
        let before = bot.world();
        bot.sandbox.trouble().next("communities/link", 1, fault);
        let begun = Instant::now();

        let reply = bot.ask(ANA, ORDER).await;

        bot.expect_true(&reply, &before);
        assert!(begun.elapsed() < Duration::from_secs(30), "{what} took {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn t27_a_list_that_is_broken_makes_no_change_and_ends_nothing() {
    for (what, reply) in [
        ("a page", Reply::html(200, "<html>ok</html>")),
        ("a gigabyte", Reply::Huge(1 << 30)),
        ("a string", ok("\"x\"")),
        ("a depth", Reply::text(200, &"[".repeat(500_000))),
        ("strangers", ok(r#"[null,7,{"id":null},{"name":7},{"id":{},"name":[]},[[]]]"#)),
    ] {
        let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
        bot.sandbox.trouble().always("communities?", Fault::Instead(reply));

        let reply = bot.ask(ANA, ORDER).await;

        assert!(reply.starts_with("❌"), "{what}: {reply}");
        assert_eq!(bot.changes(), 0, "{what}");
        assert!(bot.ask(ANA, "/whoami").await.contains("Ana"), "{what}");
    }
}
