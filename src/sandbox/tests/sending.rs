//! Messages and reactions.

use super::super::ConnectionLoss;
use super::*;

async fn say(api: &Api, text: &str) -> Got {
    api.post("send-text", json!({ "phone": "5544999999999", "message": text })).await
}

fn texts(sandbox: &Sandbox) -> Vec<String> {
    sandbox.sent().into_iter().map(|sent| sent.text).collect()
}

#[tokio::test]
async fn a_message_is_delivered_and_quotes_the_message_it_replies_to() {
    let api = Api::new(World::empty());
    let body = json!({ "phone": "1203-group", "message": "✅", "messageId": "3A1" });
    let got = api.post("send-text", body).await.json();

    let sent = within(api.sandbox.next_sent_after(0)).await;

    assert_eq!((sent.chat.as_str(), sent.text.as_str()), ("1203-group", "✅"));
    assert_eq!(sent.quoted.as_deref(), Some("3A1"));
    assert_eq!((&got["messageId"], &got["id"]), (&json!(sent.message_id), &json!(sent.message_id)));
    assert!(got["zaapId"].is_string());
}

#[tokio::test]
async fn an_edit_changes_the_message_in_place() {
    let api = Api::new(World::empty());
    let id = say(&api, "um").await.json()["id"].clone();
    let edit = json!({ "phone": "5544999999999", "message": "dois", "editMessageId": id });
    assert_eq!(api.post("send-text", edit).await.json()["id"], id);

    let sent = api.sandbox.sent();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].edited && sent[0].text == "dois");

    let unknown = json!({ "phone": "5544999999999", "message": "dois", "editMessageId": "3A0" });
    assert_eq!(api.post("send-text", unknown).await.status, 400);
}

#[tokio::test]
async fn queued_messages_are_delivered_later_one_after_the_other() {
    let options = Options { send_delay: Duration::from_millis(20), ..Options::default() };
    let api = Api::with(World::empty(), options);
    let start = tokio::time::Instant::now();
    say(&api, "um").await;
    say(&api, "dois").await;

    assert_eq!(within(api.sandbox.next_sent_after(0)).await.text, "um");
    assert!(start.elapsed() >= Duration::from_millis(20));
    assert_eq!(within(api.sandbox.next_sent_after(1)).await.text, "dois");
    assert!(start.elapsed() >= Duration::from_millis(40));
}

#[tokio::test]
async fn the_response_to_a_message_comes_before_its_delivery() {
    let options = Options { send_delay: Duration::from_secs(3_600), ..Options::default() };
    let api = Api::with(World::empty(), options);
    assert_eq!(say(&api, "um").await.status, 200);
    assert!(api.sandbox.sent().is_empty());
}

#[tokio::test]
async fn messages_wait_while_the_phone_is_offline_and_go_out_in_order() {
    let api = Api::with(World::empty(), Options { queue_limit: 2, ..Options::default() });
    api.sandbox.faults().disconnect(ConnectionLoss::Error);
    assert_eq!(say(&api, "um").await.status, 200);
    assert_eq!(say(&api, "dois").await.status, 200);
    assert_eq!(say(&api, "três").await.status, 400, "the queue is full");
    assert!(api.sandbox.sent().is_empty());

    let waiting = tokio::spawn({
        let sandbox = api.sandbox.clone();
        async move { sandbox.next_sent_after(1).await }
    });
    api.sandbox.faults().reconnect();

    assert_eq!(within(waiting).await.unwrap().text, "dois");
    assert_eq!(texts(&api.sandbox), ["um", "dois"]);
}

#[tokio::test]
async fn other_calls_ask_to_connect_while_the_phone_is_offline() {
    for (form, status) in [(ConnectionLoss::Error, 400), (ConnectionLoss::ErrorIn200, 200)] {
        let api = Api::new(World::small());
        api.sandbox.faults().disconnect(form);

        for path in ["communities", "groups?page=1&pageSize=1"] {
            let got = api.get(path).await;
            assert_eq!(got.status, status, "{path}");
            assert!(got.json()["error"].as_str().unwrap().contains("connected"), "{path}");
        }
        assert_eq!(api.get("status").await.json()["connected"], false);
        assert_eq!(api.get("status").await.json()["error"], "You are not connected.");
        assert_eq!(api.get("me").await.json()["connected"], "false");
    }
}

#[tokio::test]
async fn a_reaction_is_put_replaced_and_taken_away() {
    let api = Api::new(World::empty());
    for value in ["⏳", "✅"] {
        let body = json!({ "phone": "5544999999999", "reaction": value, "messageId": "3A1" });
        assert_eq!(api.post("send-reaction", body).await.status, 200);
    }
    let first = within(api.sandbox.next_reaction_after(0)).await;
    assert!(first.value == "⏳" && first.removed);
    assert!(!within(api.sandbox.next_reaction_after(1)).await.removed);

    let body = json!({ "phone": "5544999999999", "messageId": "3A1" });
    assert_eq!(api.post("send-remove-reaction", body).await.status, 200);
    assert!(api.sandbox.reactions().iter().all(|reaction| reaction.removed));
}

#[tokio::test]
async fn a_waiting_test_sees_calls_and_changes_by_hand() {
    let api = Api::new(World::empty());
    let sandbox = api.sandbox.clone();
    let waiting = tokio::spawn(async move {
        sandbox.wait_until(|view| view.calls.iter().find(|call| call.path == "me").cloned()).await;
        sandbox.wait_until(|view| view.world.community_named("Bairro")).await
    });

    api.get("me").await;
    let id = api.sandbox.world(|world| world.community("Bairro"));

    assert_eq!(within(waiting).await.unwrap(), id);
}

#[tokio::test]
async fn what_the_chats_saw_is_kept_in_its_command_with_every_edit() {
    let api = Api::new(World::empty());
    let id = say(&api, "⏳ 0 of 3").await.json()["id"].clone();
    for text in ["⏳ 1 of 3", "⏳ 2 of 3"] {
        let edit = json!({ "phone": "5544999999999", "message": text, "editMessageId": id });
        api.post("send-text", edit).await;
    }
    say(&api, "another").await;

    let told = api.sandbox.updates_after(0);
    let told: Vec<_> = told.iter().map(|told| (told.nth, told.message.text.as_str(), told.is_edit)).collect();
    let course =
        [(1, "⏳ 0 of 3", false), (2, "⏳ 1 of 3", true), (3, "⏳ 2 of 3", true), (4, "another", false)];
    assert_eq!(told, course);
    assert_eq!(within(api.sandbox.next_update_after(3)).await.message.text, "another");
}

#[tokio::test]
async fn of_very_much_that_the_chats_saw_the_last_is_kept() {
    let api = Api::new(World::empty());
    for nth in 0..600 {
        say(&api, &nth.to_string()).await;
    }

    let told = api.sandbox.updates_after(0);
    assert_eq!((told.len(), told[0].nth, told[0].message.text.as_str()), (500, 101, "100"));
    assert_eq!(api.sandbox.updates_after(599).len(), 1);
}
