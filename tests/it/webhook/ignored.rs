//! Authentic events that are no commands: 200 with a reason, for every kind of event that Z-API sends.

use std::time::Duration;

use serde_json::{Value, json};
use vincula::sandbox::webhook_event::{EventBuilder, Response};
use vincula::webhook::IgnoreReason;

use super::{TARGET, assert_status, expect_problem};
use crate::support::{ANA, NON_ADMIN, Service};

const GROUP: &str = "120363019502650977-group";

impl Service {
    /// Posts any JSON like Z-API.
    async fn say(&self, body: &str) -> Response {
        self.deliver(TARGET, &[self.token()], body.as_bytes()).await
    }
}

#[tokio::test]
async fn each_ignored_event_names_its_reason() {
    let bot = Service::with().limits("commands_per_minute = 2").start().await;
    let command = || bot.message(ANA, "/whoami");
    let late = bot.clock.now().plus(Duration::from_secs(3_600));
    let table: Vec<(IgnoreReason, EventBuilder)> = vec![
        (IgnoreReason::OtherInstance, command().with("instanceId", "0".repeat(32))),
        (IgnoreReason::UnsupportedEvent, command().with("type", "NewKindCallback")),
        (IgnoreReason::FromMe, command().from_me()),
        (IgnoreReason::FromMe, command().from_api()),
        (IgnoreReason::WaitingMessage, command().awaiting_content()),
        (IgnoreReason::Edited, bot.message(ANA, "que bom").edited()),
        (IgnoreReason::Forwarded, command().forwarded()),
        (IgnoreReason::Status, command().status_reply()),
        (IgnoreReason::Newsletter, command().newsletter()),
        (IgnoreReason::Broadcast, command().broadcast()),
        (IgnoreReason::Notification, command().with("notification", "GROUP_PARTICIPANT_ADD")),
        (IgnoreReason::NoText, command().content("audio", json!({ "caption": "/whoami" })).in_group(GROUP)),
        (IgnoreReason::UnclearChat, command().with("isGroup", "perhaps")),
        (IgnoreReason::NoSender, command().in_group(GROUP).without_field("participantPhone")),
        (IgnoreReason::NoMessageId, command().without_field("messageId")),
        (IgnoreReason::NotACommand, bot.message(ANA, "link, please").in_group(GROUP)),
        (IgnoreReason::NotACommand, bot.message(ANA, "/nonsense").in_group(GROUP)),
        (IgnoreReason::NotAnAdmin, bot.message(NON_ADMIN, "/whoami")),
        (IgnoreReason::SentInFuture, command().sent_at(late)),
    ];
    for (reason, event) in &table {
        assert_eq!(assert_status(&bot.post(event).await, "ignored"), reason.as_str());
    }
    assert_eq!(bot.command_count().await, 0);

    // Two are within the limit; the third is stored, so that Ana is told; the fourth is ignored.
    for _ in 0..3 {
        assert_status(&bot.post(&command()).await, "accepted");
    }
    assert_eq!(assert_status(&bot.post(&command()).await, "ignored"), IgnoreReason::RateLimited.as_str());

    let untold: Vec<_> = IgnoreReason::ALL
        .into_iter()
        .filter(|reason| {
            *reason != IgnoreReason::RateLimited && !table.iter().any(|(seen, _)| seen == reason)
        })
        .collect();
    assert!(untold.is_empty(), "no event above is ignored because of {untold:?}");
}

#[tokio::test]
async fn t15_every_kind_of_event_passes() {
    let bot = Service::start().await;
    let id = bot.sandbox.account().id.clone();
    let kinds = [
        json!({ "type": "DeliveryCallback", "phone": ANA, "zaapId": "A1", "messageId": "B2" }),
        json!({ "type": "DeliveryCallback", "phone": ANA, "error": "no such number", "errorCode": "404" }),
        json!({ "type": "MessageStatusCallback", "status": "READ_BY_ME", "ids": ["A1", "B2"], "momment": 1 }),
        json!({ "type": "messagestatuscallback", "status": "PLAYED", "ids": [] }),
        json!({ "type": "PresenceChatCallback", "phone": ANA, "status": "COMPOSING", "lastSeen": null }),
        json!({ "type": "ConnectedCallback", "connected": "true", "momment": "1764000000000", "phone": ANA }),
        json!({ "type": "DisconnectedCallback", "momment": 1_764_000_000, "error": "x", "disconnected": true }),
        json!({ "type": "TomorrowsCallback", "anything": [[{}]] }),
        json!({ "type": ["ReceivedCallback"], "phone": { "odd": 1 } }),
        json!({ "type": 7 }),
        json!({}),
    ];
    for mut kind in kinds {
        kind["instanceId"] = id.as_str().into();
        assert_status(&bot.say(&kind.to_string()).await, "ignored");
    }
    let received: [(&str, Value); 19] = [
        ("video", json!({ "caption": null, "title": "/whoami" })),
        ("document", json!({ "fileName": "/whoami" })),
        ("audio", json!({ "ptt": true, "seconds": "7" })),
        ("sticker", json!({})),
        ("location", json!({ "latitude": -23.4, "longitude": "-51.9" })),
        ("contact", json!({ "displayName": "/whoami", "phones": [] })),
        ("contacts", json!([{ "displayName": "/whoami" }])),
        ("buttonsResponseMessage", json!({ "buttonId": "/whoami", "message": "/whoami" })),
        ("listResponseMessage", json!({ "selectedRowId": "1", "message": "/whoami" })),
        ("reaction", json!({ "value": "👍", "referencedMessage": { "messageId": "A1" } })),
        ("poll", json!({ "question": "/whoami", "options": [] })),
        ("pollVote", json!({ "pollMessageId": "A1", "options": [{ "name": "/whoami" }] })),
        ("hydratedTemplate", json!({ "message": "/whoami", "header": {} })),
        ("order", json!({ "itemCount": "1" })),
        ("payment", json!({ "value": 1.5e300 })),
        ("event", json!({ "name": "/whoami" })),
        ("text", json!({ "message": null, "description": "/whoami" })),
        ("text", json!("/whoami")),
        ("somethingNew", json!(null)),
    ];
    for (kind, content) in received {
        let event = bot.message(ANA, "").content(kind, content).in_group(GROUP);
        assert_eq!(assert_status(&bot.post(&event).await, "ignored"), "no_text", "{kind}");
    }
    assert_eq!((bot.command_count().await, bot.sandbox.calls().len()), (0, 0));
}

#[tokio::test]
async fn t30_an_object_of_an_odd_shape_is_read_as_far_as_it_can_be() {
    let bot = Service::start().await;
    let command = || bot.message(ANA, "/whoami");
    for event in [
        command().with("fromMe", "false").with("isGroup", "0").with("isEdit", 0),
        command().with_duplicate_field("phone", ANA).with_duplicate_field("instanceId", Value::Null),
        command().with("momment", (bot.clock.now().0 / 1_000).to_string()),
        command().without_field("momment").with("moment", bot.clock.now().0),
        command().with("text", json!([{ "message": "/whoami" }])),
        command().with("type", "receivedcallback").with("somethingNew", json!({ "deep": [[[]]] })),
    ] {
        assert_status(&bot.post(&event).await, "accepted");
    }
}

#[tokio::test]
async fn t30_a_verified_body_that_is_no_json_object_is_a_bad_request() {
    let bot = Service::start().await;
    let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
    for body in [
        "",
        " ",
        "null",
        "[]",
        "\"text\"",
        "7",
        "{",
        r#"{"a":1}{"#,
        r#"{"a":1,}"#,
        "\u{feff}{}",
        "<html>",
        &deep,
    ] {
        expect_problem(&bot.say(body).await, 400);
    }
    expect_problem(&bot.deliver(TARGET, &[bot.token()], b"{\"a\":\"\xff\"}").await, 400);
}
