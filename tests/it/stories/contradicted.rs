//! Regressions found while trying to contradict the guarantees.

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{Fault, FaultResponse};
use vincula::storage::{LEASE_TTL, Store};

use crate::support::{ANA, Service};

#[tokio::test]
async fn a_command_whose_sender_hung_up_is_run_all_the_same() {
    for _ in 0..20 {
        let bot = Service::start().await;
        let event = bot.message(ANA, "/whoami");
        let (body, token) = (event.body(), bot.sandbox.account().token.clone());
        let address = bot.url.strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned();
        let request = format!(
            "POST /webhooks/main HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nz-api-token: {token}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );

        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        bot.within(async {
            while bot.store.list(None, 1).await.unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        drop(stream);

        assert!(bot.reply_to(event.message_id()).await.text.starts_with("You are “Ana”."));
    }
}

#[tokio::test]
async fn an_endless_retry_after_is_capped() {
    let bot = Service::start().await;
    let wish = FaultResponse::too_many_requests(Some(u64::MAX));
    bot.sandbox.faults().fail_next("communities?", 1, Fault::Replace(wish));
    bot.post(&bot.message(ANA, "/communities")).await;

    bot.within(async {
        while bot.store.list(None, 1).await.unwrap()[0].attempts == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;

    let again = bot.store.next_ready().await.unwrap().unwrap();
    assert!(again < std::time::Duration::from_secs(400), "{again:?}");
}

#[tokio::test]
async fn a_clock_jump_does_not_make_the_worker_spin() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().on_sqlite().clock(clock.clone()).start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    bot.send_to_completion(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.within(call.wait_reached()).await;

    clock.set(Timestamp(4_000_000_000_000));

    // Nothing else is open, and this command has its lease: no poll is due before its end.
    let wait = bot.store.next_ready().await.unwrap().unwrap();
    assert!(wait > bot.store.lease() / 2, "{wait:?}");
    call.release();
}

#[tokio::test]
async fn an_unreadable_community_gives_no_status_icon() {
    for body in [json!({}), json!({ "name": "x" }), json!({ "name": "x", "subGroups": [] }), json!([{}])] {
        let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
        bot.sandbox
            .faults()
            .fail_always("communities-metadata", Fault::Replace(FaultResponse::json(200, &body)));

        let reply = bot.ask(ANA, r#"/unlink "Bairro Feliz" moradores"#).await;

        assert!(reply.contains("gave up: I could not read Z-API's answer."), "{body}: {reply}");
        assert_eq!(bot.community_of("Moradores").as_deref(), Some("Bairro Feliz"));
    }
}

#[tokio::test]
async fn a_group_missing_from_its_community_is_not_gone_until_confirmed() {
    let bot = Service::start().await;
    let announcement =
        json!({ "name": "Bairro Feliz", "phone": "120363186053999999-group", "isGroupAnnouncement": true });
    let blind =
        json!({ "id": bot.community("Bairro Feliz"), "name": "Bairro Feliz", "subGroups": [announcement] });
    bot.sandbox
        .faults()
        .fail_always("communities-metadata", Fault::Replace(FaultResponse::json(200, &blind)));
    bot.sandbox.faults().fail_always(
        "communities/unlink",
        Fault::Replace(FaultResponse::json(400, &json!({ "error": "not authorized" }))),
    );

    let reply = bot.ask(ANA, r#"/unlink "Bairro Feliz" moradores, segurança"#).await;

    assert!(!reply.contains('✅') && !reply.contains('☑'), "{reply}");
    assert_eq!(bot.community_of("Moradores").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn an_error_page_about_connections_does_not_mean_disconnected() {
    let bot = Service::start().await;
    let page = FaultResponse::text(503, "upstream connect error or disconnect/reset before headers");
    bot.sandbox.faults().fail_next("status", 1, Fault::Replace(page));
    let about = FaultResponse::json(400, &json!({ "error": "group “Conecta Norte” cannot be linked" }));
    bot.sandbox.faults().fail_next("communities/link", 2, Fault::Replace(about));

    let status = bot.ask(ANA, "/status").await;
    let link = bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;

    assert!(status.contains("Z-API has trouble (status 503)."), "{status}");
    assert!(link.contains("❌ “Futebol”: Z-API refused: “group “Conecta Norte” cannot be linked”"), "{link}");
}

#[tokio::test]
async fn a_reply_to_a_deleted_command_is_sent_without_the_quote() {
    let bot = Service::start().await;
    let gone = FaultResponse::json(400, &json!({ "error": "message to quote not found" }));
    bot.sandbox.faults().fail_next("send-text", 1, Fault::Replace(gone));

    bot.post(&bot.message(ANA, "/whoami")).await;

    let said = bot.within(bot.sandbox.next_sent_after(0)).await;
    assert!(said.quoted.is_none() && said.text.starts_with("You are “Ana”."), "{said:?}");
}

#[tokio::test]
async fn a_started_command_keeps_its_community_even_if_its_name_moves() {
    let mut bot = Service::start().await;
    let barrier = bot.sandbox.faults().hold_response("communities/link");
    let event = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    bot.post(&event).await;
    bot.within(barrier.wait_reached()).await;
    bot.crash().await;
    bot.sandbox.faults().fail_always("communities?", Fault::Replace(FaultResponse::json(200, &json!([]))));

    bot.restart().await;

    let reply = bot.reply_to(event.message_id()).await.text;
    assert_eq!(reply, "✅ “Futebol” is now in “Bairro Feliz”.");
}

#[tokio::test]
async fn t36_two_names_of_one_journal_are_one_journal() {
    let bot = Service::with().on_sqlite().start().await;
    let other = bot.journal_path().with_file_name("other.db");
    std::fs::hard_link(bot.journal_path(), &other).unwrap();

    let opened = Store::open(&format!("sqlite:{}", other.display()), Clock::system(), LEASE_TTL).await;

    assert!(opened.is_err_and(|error| error.to_string().contains("another vincula")));
}

#[tokio::test]
async fn t35_a_file_that_is_not_a_journal_is_reported_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vincula.db");
    std::fs::write(&file, vec![7; 20_000]).unwrap();

    let opened = Store::open(&format!("sqlite:{}", file.display()), Clock::system(), LEASE_TTL).await;

    let error = opened.err().unwrap().to_string();
    assert!(error.contains("vincula.db") && error.contains("not a database"), "{error}");
}
