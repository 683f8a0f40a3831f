//! Webhook events, and how they are posted.

use std::sync::{Arc, Mutex};

use http::HeaderMap;
use serde_json::Map;

use super::super::messages::SentMessage;
use super::super::webhook_event::{EventBuilder, delivery, post};
use super::*;
use crate::clock::Timestamp;

const GROUP: &str = "120363186053925765-group";

fn event() -> EventBuilder {
    EventBuilder::text("3C67AB641C8AA0412F6A2242B4E23AC7", "/link")
}

fn fields(event: &EventBuilder) -> Map<String, Value> {
    serde_json::from_str(&event.body()).unwrap()
}

#[test]
fn a_direct_message_names_its_sender_in_phone() {
    let seen = fields(
        &event().from("5544999999999").lid("81896604192873@lid").sender_name("Ana").sent_at(Timestamp(1_764)),
    );
    let rows = [
        ("type", json!("ReceivedCallback")),
        ("phone", json!("5544999999999")),
        ("chatLid", json!("81896604192873@lid")),
        ("participantLid", Value::Null),
        ("text", json!({ "message": "/link" })),
        ("senderName", json!("Ana")),
        ("chatName", json!("Ana")),
        ("momment", json!(1_764)),
        ("status", json!("RECEIVED")),
        ("senderPhoto", Value::Null),
        ("isGroup", json!(false)),
        ("fromMe", json!(false)),
        ("broadcast", json!(false)),
        ("instanceId", json!("3C67AB641C8AA0412F6A2242B4E23AC7")),
    ];
    for (name, value) in rows {
        assert_eq!(seen[name], value, "{name}");
    }
    assert!(!seen.contains_key("participantPhone") && !seen.contains_key("referenceMessageId"));
}

#[test]
fn a_sender_who_hides_the_number_is_a_lid() {
    let seen = fields(&event().lid("81896604192873@lid"));
    assert_eq!(seen["phone"], "81896604192873@lid");
    let seen = fields(&event().lid("81896604192873@lid").in_group(GROUP));
    assert_eq!((&seen["phone"], &seen["participantPhone"]), (&json!(GROUP), &json!("81896604192873@lid")));
}

#[test]
fn a_group_message_names_its_sender_as_participant() {
    let seen = fields(&event().from("5544999999999").lid("81896604192873@lid").in_group(GROUP));
    assert_eq!((&seen["phone"], &seen["isGroup"]), (&json!(GROUP), &json!(true)));
    assert_eq!(seen["participantPhone"], "5544999999999");
    assert_eq!((&seen["participantLid"], &seen["chatLid"]), (&json!("81896604192873@lid"), &Value::Null));
    assert_eq!(fields(&event().from("5544999999999").in_group(GROUP))["participantLid"], Value::Null);
}

#[test]
fn what_the_own_phone_says_names_the_partner() {
    let seen = fields(&event().from("5544999999999").connected_phone("5511911112222").from_me());
    assert_eq!((&seen["phone"], &seen["fromMe"]), (&json!("5544999999999"), &json!(true)));
    assert_eq!((&seen["connectedPhone"], &seen["fromApi"]), (&json!("5511911112222"), &json!(false)));

    let seen = fields(&event().connected_phone("5511911112222").in_group(GROUP).from_api());
    assert_eq!((&seen["fromMe"], &seen["fromApi"]), (&json!(true), &json!(true)));
    assert_eq!(seen["participantPhone"], "5511911112222");
}

#[test]
fn a_reaction_names_its_message_and_who_reacted() {
    let reaction =
        || EventBuilder::reaction("3C67", "👍", "3EB0AB").from("5544999990001").sent_at(Timestamp(1_764));
    let seen = fields(&reaction());
    assert_eq!(
        seen["reaction"],
        json!({
            "value": "👍",
            "time": 1_764,
            "reactionBy": "5544999990001",
            "referencedMessage":
                { "messageId": "3EB0AB", "fromMe": true, "phone": "5544999990001", "participant": null },
        })
    );
    assert!(!seen.contains_key("text") && seen["messageId"] != "3EB0AB");

    let seen = fields(&reaction().in_group(GROUP));
    assert_eq!(seen["reaction"]["reactionBy"], "5544999990001");
    assert_eq!(seen["reaction"]["referencedMessage"]["phone"], GROUP);
}

#[test]
fn a_picture_carries_its_caption_and_where_it_is() {
    let seen = fields(
        &EventBuilder::picture("3C67", "/photo Bairro", "https://example.com/a.jpg").from("5544999990001"),
    );
    let image = &seen["image"];
    assert_eq!(
        (&image["caption"], &image["imageUrl"]),
        (&json!("/photo Bairro"), &json!("https://example.com/a.jpg"))
    );
    assert_eq!((&image["mimeType"], &image["viewOnce"]), (&json!("image/jpeg"), &json!(false)));
    assert!(image["thumbnailUrl"].is_string() && !seen.contains_key("text"));
}

#[test]
fn files_and_what_was_deleted_are_told_with_their_fields() {
    let lost = fields(&EventBuilder::lost_picture("3C67", "/photo Bairro").from("5544999990001"));
    assert_eq!(
        (&lost["image"]["imageUrl"], &lost["image"]["caption"]),
        (&Value::Null, &json!("/photo Bairro"))
    );
    assert!(lost["image"]["downloadError"].is_string());
    let video = fields(&EventBuilder::video("3C67", "oi", "https://example.com/a.mp4"));
    assert_eq!(
        (&video["video"]["caption"], &video["video"]["mimeType"]),
        (&json!("oi"), &json!("video/mp4"))
    );
    let document = fields(&EventBuilder::document("3C67", "oi", "a.pdf", "https://example.com/a.pdf"));
    assert_eq!(
        (&document["document"]["caption"], &document["document"]["fileName"]),
        (&json!("oi"), &json!("a.pdf"))
    );
    let revoked = fields(&EventBuilder::revoked("3C67", "3A1"));
    assert_eq!((&revoked["notification"], &revoked["referenceMessageId"]), (&json!("REVOKE"), &json!("3A1")));
    assert!(!revoked.contains_key("text"));
    let sent = SentMessage {
        chat: "5544999990001".to_owned(),
        message_id: "3A1".to_owned(),
        zaap_id: "Z9".to_owned(),
        ..SentMessage::default()
    };
    let delivered: Value = serde_json::from_str(&delivery("3C67", &sent, None)).unwrap();
    assert_eq!((&delivered["type"], &delivered["messageId"]), (&json!("DeliveryCallback"), &json!("3A1")));
    assert_eq!((&delivered["zaapId"], &delivered["error"]), (&json!("Z9"), &Value::Null));
    let failed: Value = serde_json::from_str(&delivery("3C67", &sent, Some("no such number"))).unwrap();
    assert_eq!((&failed["messageId"], &failed["error"]), (&json!("Z9"), &json!("no such number")));
}

#[test]
fn each_kind_of_no_command_carries_its_flag() {
    let rows = [
        (event().edited(), "isEdit"),
        (event().forwarded(), "forwarded"),
        (event().awaiting_content(), "waitingMessage"),
        (event().status_reply(), "isStatusReply"),
        (event().newsletter(), "isNewsletter"),
        (event().broadcast(), "broadcast"),
    ];
    for (event, flag) in rows {
        assert_eq!(fields(&event)[flag], true, "{flag}");
    }
    assert!(!fields(&event().awaiting_content()).contains_key("text"), "the content comes later");
    assert_eq!(fields(&event().replying_to("3A1"))["referenceMessageId"], "3A1");
}

#[test]
fn documents_repeat_keys() {
    assert_eq!(event().body().matches("\"instanceId\":").count(), 2);
    let body = event().with_duplicate_field("phone", "5544999999999").body();
    assert_eq!(body.matches("\"phone\":").count(), 2);
}

#[test]
fn a_test_can_bend_any_field() {
    let bent = event().with("fromMe", "false").with("moment", 5).without_field("momment");
    let bent = fields(&bent.content("image", json!({ "caption": "/link" })));
    assert_eq!((&bent["fromMe"], &bent["moment"]), (&json!("false"), &json!(5)));
    assert!(!bent.contains_key("momment") && !bent.contains_key("text"));
    assert_eq!(bent["image"]["caption"], "/link");
    let other = event().with("instanceId", "0").body();
    assert_eq!(other.matches(r#""instanceId":"0""#).count(), 2);
}

#[test]
fn message_ids_are_unique_unless_given() {
    assert_ne!(event().message_id(), event().message_id());
    let given = event().with_id("3A1");
    assert_eq!((given.message_id(), &fields(&given)["messageId"]), ("3A1", &json!("3A1")));
}

#[tokio::test]
async fn an_event_is_posted_with_headers_and_body_and_the_response_is_read() {
    let kept: Arc<Mutex<Vec<(HeaderMap, String)>>> = Arc::default();
    let router = axum::Router::new().route(
        "/webhooks/main",
        axum::routing::post({
            let kept = kept.clone();
            async move |headers: HeaderMap, body: String| {
                kept.lock().unwrap().push((headers, body));
                (http::StatusCode::ACCEPTED, [("x-seen", "yes")], "obrigado")
            }
        }),
    );
    let url = format!("http://{}/webhooks/main", serve(router).await);
    let body = event().body();

    for _ in 0..3 {
        let response = within(post(&url, &[("z-api-token", "A1B2")], body.as_bytes())).await.unwrap();
        assert_eq!((response.status, response.text().as_str()), (202, "obrigado"));
        assert_eq!(response.header("x-seen"), Some("yes"));
    }

    for (headers, seen) in kept.lock().unwrap().iter() {
        assert_eq!(*seen, body);
        assert_eq!(headers["z-api-token"], "A1B2");
        assert_eq!(headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn a_server_that_closes_without_a_response_is_an_error() {
    let api = Api::new(World::empty());
    api.sandbox.faults().fail_always("", super::super::Fault::Replace(super::super::FaultResponse::Dropped));
    let url = format!("http://{}{}", serve(api.sandbox.router()).await, api.path("send-text"));
    assert!(within(post(&url, &[], b"{}")).await.is_err());
}
