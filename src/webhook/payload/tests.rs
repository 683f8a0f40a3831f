//! Every event kind and every odd shape: what is read of it, and why it is no command.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::{Chat, GroupId, Lid, Message, Person, Phone};

const OURS: InstanceInfo<'_> = InstanceInfo {
    id: "3C67AB641C8AA0412F6A2242B4E23AC7",
    owner_commands: false,
    has_community_admins: false,
};
const OWNER: InstanceInfo<'_> = InstanceInfo { owner_commands: true, ..OURS };
const ANA: &str = "5544999999999";
const ANA_LID: &str = "81896604192873@lid";
const GROUP: &str = "120363186053925765-group";

/// `/groups` from Ana in a direct chat, as Z-API sends it.
fn direct() -> Value {
    json!({
        "isStatusReply": false, "chatLid": ANA_LID, "connectedPhone": "5511988887777",
        "waitingMessage": false, "isEdit": false, "isGroup": false, "isNewsletter": false,
        "instanceId": OURS.id, "messageId": "3EB0A1B2C3D4E5F60718", "phone": ANA, "fromMe": false,
        "momment": 1_764_000_000_123_i64, "status": "RECEIVED", "chatName": "Ana", "senderPhoto": null,
        "senderName": "Ana", "photo": null, "broadcast": false, "participantLid": null, "forwarded": false,
        "type": "ReceivedCallback", "fromApi": false, "text": {"message": "/groups"},
    })
}

/// The same in a group.
fn in_group() -> Value {
    let group = json!({
        "isGroup": true, "phone": GROUP, "chatLid": null, "chatName": "Futebol",
        "participantPhone": ANA, "participantLid": ANA_LID,
    });
    with(direct(), &group)
}

/// The event with some fields changed.
fn with(mut event: Value, changes: &Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

/// The event with some JSON put behind its last field.
fn ending(event: &Value, fields: &str) -> String {
    let json = event.to_string();
    format!("{}, {fields}}}", &json[..json.len() - 1])
}

#[track_caller]
fn reading<'a>(body: &'a str, ours: &InstanceInfo<'_>) -> ParsedEvent<'a> {
    parse_body(body.as_bytes(), ours).unwrap()
}

#[track_caller]
fn expect_message(body: &str) -> Message {
    match reading(body, &OURS) {
        ParsedEvent::Message(message) => message.to_message(),
        ParsedEvent::Ignored(reason) => panic!("ignored: {reason}\n{body}"),
        ParsedEvent::Connection { .. } => panic!("a connection: {body}"),
        ParsedEvent::Delivery(report) => panic!("{report:?}: {body}"),
    }
}

#[track_caller]
fn expect_ignored(body: &str, reason: IgnoreReason) {
    assert_eq!(reading(body, &OURS), ParsedEvent::Ignored(reason), "{body}");
}

fn person(phone: Option<&str>, lid: Option<&str>) -> Person {
    Person { phone: phone.and_then(Phone::parse), lid: lid.and_then(Lid::parse) }
}

#[test]
fn a_text_in_a_direct_chat_is_a_message() {
    let expected = Message {
        id: "3EB0A1B2C3D4E5F60718".to_owned(),
        version: 0,
        chat: Chat::Direct(ANA.to_owned()),
        sender: person(Some(ANA), Some(ANA_LID)),
        by_owner: false,
        text: "/groups".to_owned(),
        media: None,
        quoted: None,
        sent_at: Some(Timestamp(1_764_000_000_123)),
    };
    assert_eq!(expect_message(&direct().to_string()), expected);
}

#[test]
fn t46_the_message_that_is_quoted_is_named_and_one_that_cannot_be_read_is_no_message_of_ours() {
    let rows = [
        (json!({}), None),
        (json!({ "referenceMessageId": null }), None),
        (json!({ "referenceMessageId": "" }), None),
        (json!({ "referenceMessageId": "3EB0FF" }), Some("3EB0FF")),
        (json!({ "referenceMessageId": ["3EB0FF"] }), Some("3EB0FF")),
        (json!({ "referenceMessageId": { "id": "3EB0FF" } }), Some("")),
        (json!({ "referenceMessageId": "3EB0\nFF" }), Some("")),
    ];
    for (fields, quoted) in rows {
        let message = expect_message(&with(direct(), &fields).to_string());
        assert_eq!(message.quoted.as_deref(), quoted, "{fields}");
    }
}

#[test]
fn a_text_in_a_group_is_a_message_of_the_participant() {
    let message = expect_message(&in_group().to_string());
    assert_eq!(message.chat, Chat::Group(GroupId::parse(GROUP).unwrap()));
    assert_eq!(message.sender, person(Some(ANA), Some(ANA_LID)));
}

#[test]
fn a_plain_message_is_borrowed_from_the_body() {
    let body = direct().to_string();
    let ParsedEvent::Message(message) = reading(&body, &OURS) else { panic!("ignored") };
    assert!(matches!(message.text, Cow::Borrowed(_)));
    assert!(matches!(message.id, Cow::Borrowed(_)));
    assert!(matches!(message.chat, ChatRef::Direct(Cow::Borrowed(_))));
}

#[test]
fn only_received_messages_are_looked_at() {
    let others = [
        json!({"type": "DeliveryCallback", "phone": ANA, "error": "Phone number does not exist", "errorCode": 404}),
        json!({"type": "MessageStatusCallback", "status": "READ", "ids": ["A1", "B2"], "momment": 1, "phone": ANA}),
        json!({"type": "PresenceChatCallback", "phone": ANA, "status": "COMPOSING", "lastSeen": null}),
        with(direct(), &json!({"type": "SomethingNewCallback"})),
        with(direct(), &json!({"type": null})),
        with(direct(), &json!({"type": 7})),
        with(direct(), &json!({"type": {"name": "ReceivedCallback"}})),
        json!({}),
    ];
    for event in others {
        expect_ignored(&event.to_string(), IgnoreReason::UnsupportedEvent);
    }
    for kind in ["receivedcallback", "RECEIVEDCALLBACK", "receivedCallback"] {
        expect_message(&with(direct(), &json!({"type": kind})).to_string());
    }
}

#[test]
fn deliveries_are_read_with_their_error() {
    let event = json!({"type": "DeliveryCallback", "phone": ANA, "zaapId": "A1", "messageId": "B2"});
    let report = |changes: &Value| match reading(&with(event.clone(), changes).to_string(), &OURS) {
        ParsedEvent::Delivery(report) => Some((report.message_id, report.zaap_id, report.error)),
        other => {
            assert!(matches!(other, ParsedEvent::Ignored(_)), "{other:?}");
            None
        }
    };
    let read = |id: &str, zaap_id: Option<&str>, error: Option<&str>| {
        Some((id.to_owned(), zaap_id.map(str::to_owned), error.map(str::to_owned)))
    };
    for nothing in [json!(null), json!(""), json!(false), json!("0"), json!([])] {
        assert_eq!(report(&json!({"error": nothing})), read("B2", Some("A1"), None), "{nothing}");
    }
    let failed = json!({"type": "deliverycallback", "messageId": "A1", "error": "No\u{0} such number"});
    assert_eq!(report(&failed), read("A1", Some("A1"), Some("No  such number")));
    let with_code = json!({"messageId": null, "error": true, "errorCode": "BAN", "instanceId": OURS.id});
    assert_eq!(report(&with_code), read("A1", Some("A1"), Some("?")));
    assert_eq!(report(&json!({"error": {}, "zaapId": null})), read("B2", None, Some("?")));
    assert_eq!(report(&json!({"instanceId": "another"})), None);
    assert_eq!(report(&json!({"messageId": "a\nb", "zaapId": ""})), None);
}

#[test]
fn connection_events_are_read_with_their_time() {
    let connected = json!({"type": "ConnectedCallback", "connected": true, "momment": 1_764_000_000_123_i64});
    let ended = json!({"type": "disconnectedcallback", "momment": "1764000000", "error": "Device has been disconnected"});
    let at = |millis| Some(Timestamp(millis));
    let rows = [
        (connected.clone(), true, at(1_764_000_000_123)),
        (ended.clone(), false, at(1_764_000_000_000)),
        (with(connected.clone(), &json!({"momment": "soon", "instanceId": OURS.id})), true, None),
        // The flag counts more than the type; one that says nothing, or nothing clear, changes nothing.
        (with(connected.clone(), &json!({"connected": false})), false, at(1_764_000_000_123)),
        (with(connected.clone(), &json!({"connected": "false"})), false, at(1_764_000_000_123)),
        (with(connected.clone(), &json!({"connected": 0})), false, at(1_764_000_000_123)),
        (with(connected.clone(), &json!({"connected": null})), true, at(1_764_000_000_123)),
        (with(connected.clone(), &json!({"connected": "soon"})), true, at(1_764_000_000_123)),
        (with(ended.clone(), &json!({"disconnected": true})), false, at(1_764_000_000_000)),
        (with(ended.clone(), &json!({"disconnected": false})), true, at(1_764_000_000_000)),
        (with(ended.clone(), &json!({"disconnected": ""})), false, at(1_764_000_000_000)),
    ];
    for (event, is_connected, at) in rows {
        assert_eq!(
            reading(&event.to_string(), &OURS),
            ParsedEvent::Connection { is_connected, at },
            "{event}"
        );
    }
    let others = with(connected, &json!({"instanceId": "0".repeat(32)}));
    expect_ignored(&others.to_string(), IgnoreReason::OtherInstance);
}

#[test]
fn a_command_comes_from_the_text_or_a_caption_alone() {
    let command = "/link Sales futebol";
    let contents = [
        json!({"image": command}),
        json!({"image": [{"caption": command}, {"caption": command}]}),
        json!({"video": null}),
        json!({"buttonsResponseMessage": {"buttonId": "1", "message": command}}),
        json!({"listResponseMessage": {"selectedRowId": "1", "message": command, "title": command}}),
        json!({"reaction": {"value": "👍", "referencedMessage": {"messageId": null}}}),
        json!({"reaction": {"value": "", "referencedMessage": {"messageId": "A1"}}}),
        json!({"pollVote": {"pollMessageId": "A1", "options": [{"name": command}]}}),
        json!({"poll": {"question": command, "options": [{"name": command}]}}),
        json!({"hydratedTemplate": {"message": command, "hydratedButtons": []}}),
        json!({"location": {"name": command, "latitude": -23.5, "longitude": -46.6}}),
        json!({"contact": {"displayName": command, "vCard": command}}),
        json!({"command": {"itemCount": 1, "message": command}}),
        json!({"payment": {"value": 1}, "requestPayment": {"value": 1}}),
        json!({"event": {"name": command, "description": command}}),
        json!({"somethingNew": {"message": command}}),
        json!({"chatName": command, "senderName": command, "message": command}),
        json!({"text": null}),
        json!({"text": command}),
        json!({"text": {}}),
        json!({"text": {"message": ""}}),
        json!({"text": {"message": null}}),
        json!({"text": {"message": {"message": command}}}),
        json!({"text": {"title": command, "description": command}}),
    ];
    for content in contents {
        let mut event = direct();
        event.as_object_mut().unwrap().remove("text");
        expect_ignored(&with(event, &content).to_string(), IgnoreReason::NoText);
    }
    let wordless = [
        json!({"audio": {"audioUrl": "https://example.com/1.ogg", "caption": command}}),
        json!({"sticker": {"stickerUrl": "https://example.com/1.webp", "caption": command}}),
    ];
    for content in wordless {
        let mut event = direct();
        event.as_object_mut().unwrap().remove("text");
        assert_eq!(expect_message(&with(event, &content).to_string()).text, "");
    }
    let quoting = with(direct(), &json!({"referenceMessageId": "3EB0FFFF"}));
    assert_eq!(expect_message(&quoting.to_string()).text, "/groups");
}

#[test]
fn files_and_reactions_are_told_from_texts() {
    let content = |event: &str| match reading(event, &OURS) {
        ParsedEvent::Message(message) => format!("{:?} {:?}", message.content, message.text),
        ParsedEvent::Ignored(reason) => reason.to_string(),
        ParsedEvent::Connection { is_connected, .. } => format!("connected: {is_connected}"),
        ParsedEvent::Delivery(report) => format!("{report:?}"),
    };
    let bare = || {
        let mut event = direct();
        event.as_object_mut().unwrap().remove("text");
        event
    };
    let url = "https://example.com/1";
    let picture = json!({"image": {"caption": "/photo Sales", "imageUrl": url, "mimeType": "image/jpeg"}});
    let video = json!({"video": {"caption": "/groups", "videoUrl": "file:///etc/passwd"}});
    let document = json!({"document": {"documentUrl": url, "fileName": "/groups.pdf", "title": "/groups"}});
    let thumb = json!({"reaction": {"value": "👍", "referencedMessage": {"messageId": "A1"}}});
    let media = |kind: &str, url: Option<&str>, mime: Option<&str>, name: Option<&str>, text: &str| {
        format!(
            "Media(MediaRef {{ kind: {kind}, url: {url:?}, mime_type: {mime:?}, file_name: {name:?} }}) {text:?}"
        )
    };
    for (event, expected) in [
        (&picture, media("Picture", Some(url), Some("image/jpeg"), None, "/photo Sales")),
        (&video, media("Video", None, None, None, "/groups")),
        // A file's name is no caption.
        (&document, media("Document", Some(url), None, Some("/groups.pdf"), "")),
    ] {
        assert_eq!(content(&with(bare(), event).to_string()), expected);
        let edited = with(with(bare(), event), &json!({"isEdit": true})).to_string();
        let ParsedEvent::Message(edited) = reading(&edited, &OURS) else { panic!("ignored") };
        assert!(edited.is_edit);
    }
    assert_eq!(content(&with(bare(), &thumb).to_string()), r#"Reaction("A1") "👍""#);
    assert_eq!(content(&with(direct(), &json!({"isEdit": "1"})).to_string()), r#"Text "/groups""#);
    // What was forwarded is somebody else's, whatever it is.
    let forwarded = with(with(bare(), &picture), &json!({"forwarded": true}));
    assert_eq!(content(&forwarded.to_string()), "forwarded");
}

#[test]
fn events_other_than_new_messages_are_ignored_with_a_reason() {
    let rows = [
        (json!({"fromMe": true}), IgnoreReason::FromMe),
        (json!({"fromMe": true, "fromApi": true}), IgnoreReason::FromMe),
        (json!({"fromApi": true}), IgnoreReason::FromMe),
        (json!({"waitingMessage": true}), IgnoreReason::WaitingMessage),
        (json!({"isEdit": "perhaps"}), IgnoreReason::Edited),
        (json!({"isEdit": true, "text": null}), IgnoreReason::Edited),
        (json!({"forwarded": true}), IgnoreReason::Forwarded),
        (json!({"isStatusReply": true}), IgnoreReason::Status),
        (json!({"phone": "status@broadcast", "participantPhone": ANA}), IgnoreReason::Status),
        (json!({"isNewsletter": true}), IgnoreReason::Newsletter),
        (json!({"phone": "120363166555745933@newsletter"}), IgnoreReason::Newsletter),
        (json!({"broadcast": true}), IgnoreReason::Broadcast),
        (json!({"phone": "5544999999999-broadcast"}), IgnoreReason::Broadcast),
        (json!({"phone": "1764000000@broadcast"}), IgnoreReason::Broadcast),
        (json!({"notification": "GROUP_PARTICIPANT_ADD"}), IgnoreReason::Notification),
        (json!({"notification": {"kind": "new"}}), IgnoreReason::Notification),
        (json!({"instanceId": "00000000000000000000000000000000"}), IgnoreReason::OtherInstance),
        (json!({"instanceId": {}}), IgnoreReason::OtherInstance),
        (json!({"messageId": null}), IgnoreReason::NoMessageId),
        (json!({"messageId": ""}), IgnoreReason::NoMessageId),
        (json!({"messageId": "a".repeat(129)}), IgnoreReason::NoMessageId),
        (json!({"messageId": "a\u{0}b"}), IgnoreReason::NoMessageId),
        (json!({"messageId": "a\nb"}), IgnoreReason::NoMessageId),
        (json!({"messageId": "a\u{202e}b"}), IgnoreReason::NoMessageId),
    ];
    for (changes, reason) in rows {
        expect_ignored(&with(direct(), &changes).to_string(), reason);
    }
}

#[test]
fn flags_are_believed_however_they_are_written() {
    let flags = ["fromApi", "waitingMessage", "forwarded", "isStatusReply", "isNewsletter", "broadcast"];
    for flag in flags.into_iter().chain(["fromMe"]) {
        for no in [json!("false"), json!("0"), json!(0), json!(null), json!(""), json!([false])] {
            expect_message(&with(direct(), &json!({flag: no})).to_string());
        }
        // What is unclear never counts in a command's favour.
        for yes in
            [json!("true"), json!("1"), json!(1), json!([true]), json!("perhaps"), json!({}), json!([])]
        {
            let event = with(direct(), &json!({flag: yes})).to_string();
            assert!(matches!(reading(&event, &OURS), ParsedEvent::Ignored(_)), "{event}");
        }
    }
}

#[test]
fn the_owner_may_give_commands_on_the_bots_own_phone_where_that_is_configured() {
    let typed = with(direct(), &json!({"fromMe": true}));
    let group = with(in_group(), &json!({"fromMe": "true", "participantPhone": "5511988887777"}));
    for (event, address) in [(typed, ANA), (group, GROUP)] {
        let body = event.to_string();
        let ParsedEvent::Message(message) = reading(&body, &OWNER) else { panic!("ignored: {body}") };
        assert!(message.by_owner);
        assert_eq!(message.sender, person(Some("5511988887777"), None), "the partner is not the sender");
        assert_eq!(message.to_message().chat.id(), address);
    }

    for changes in
        [json!({"fromMe": true, "fromApi": true}), json!({"fromMe": "perhaps"}), json!({"fromApi": "1"})]
    {
        let body = with(direct(), &changes).to_string();
        assert_eq!(reading(&body, &OWNER), ParsedEvent::Ignored(IgnoreReason::FromMe));
    }
    let without_number = with(direct(), &json!({"fromMe": true, "connectedPhone": null})).to_string();
    let ParsedEvent::Message(message) = reading(&without_number, &OWNER) else { panic!("ignored") };
    assert!(message.sender.is_unknown() && message.by_owner);
    let body = direct().to_string();
    let ParsedEvent::Message(message) = reading(&body, &OWNER) else { panic!("ignored") };
    assert!(!message.by_owner);
}

#[test]
fn the_sender_of_a_direct_chat_is_its_phone() {
    let rows = [
        (json!({"chatLid": null}), person(Some(ANA), None), ANA),
        (json!({"phone": "554499999999", "chatLid": ""}), person(Some(ANA), None), "554499999999"),
        (json!({"phone": 5_544_999_999_999_i64}), person(Some(ANA), Some(ANA_LID)), ANA),
        (json!({"phone": [ANA]}), person(Some(ANA), Some(ANA_LID)), ANA),
        (json!({"phone": ANA_LID}), person(None, Some(ANA_LID)), ANA_LID),
        (json!({"phone": ANA_LID, "chatLid": null}), person(None, Some(ANA_LID)), ANA_LID),
        // What stands beside a lid is no second opinion on whose it is.
        (json!({"phone": ANA_LID, "chatLid": "11111111111111@lid"}), person(None, Some(ANA_LID)), ANA_LID),
        (json!({"chatLid": null, "senderLid": ANA_LID}), person(Some(ANA), Some(ANA_LID)), ANA),
        (json!({"chatLid": "chat"}), person(Some(ANA), None), ANA),
        // A lid that lost its suffix: its digits are those of an admin's number.
        (json!({"phone": ANA, "chatLid": "5544999999999@lid"}), person(None, Some(ANA)), "5544999999999@lid"),
        (
            json!({"phone": "5544999999999@lid", "chatLid": null}),
            person(None, Some(ANA)),
            "5544999999999@lid",
        ),
        (json!({"participantPhone": ANA, "participantLid": ANA_LID}), person(Some(ANA), Some(ANA_LID)), ANA),
        (json!({"isGroup": null}), person(Some(ANA), Some(ANA_LID)), ANA),
    ];
    for (changes, sender, address) in rows {
        let message = expect_message(&with(direct(), &changes).to_string());
        assert_eq!(message.sender, sender, "{changes}");
        assert_eq!(message.chat, Chat::Direct(address.to_owned()), "{changes}");
    }
}

#[test]
fn the_author_in_a_group_is_the_participant() {
    let rows = [
        (json!({"participantLid": null}), person(Some(ANA), None)),
        (json!({"participantPhone": "554499999999"}), person(Some(ANA), Some(ANA_LID))),
        (json!({"participantPhone": null}), person(None, Some(ANA_LID))),
        (json!({"participantPhone": "Ana"}), person(None, Some(ANA_LID))),
        (json!({"participantLid": "81896604192873"}), person(Some(ANA), Some(ANA_LID))),
        (json!({"participantPhone": ANA_LID, "participantLid": null}), person(None, Some(ANA_LID))),
        (json!({"participantPhone": ANA_LID}), person(None, Some(ANA_LID))),
        (json!({"participantPhone": "81896604192873"}), person(None, Some(ANA_LID))),
        (
            json!({"participantPhone": 81_896_604_192_873_i64, "participantLid": null}),
            person(None, Some(ANA_LID)),
        ),
        // Fourteen digits with another lid beside them are a number: Indonesia has such.
        (json!({"participantPhone": "62812345678901"}), person(Some("62812345678901"), Some(ANA_LID))),
        // Thirteen digits, a Brazilian number by the look of them; but Z-API says which lid it is.
        (json!({"participantPhone": ANA, "participantLid": "5544999999999@lid"}), person(None, Some(ANA))),
        (json!({"participantPhone": "5544999999999@lid", "participantLid": null}), person(None, Some(ANA))),
    ];
    for (changes, sender) in rows {
        assert_eq!(expect_message(&with(in_group(), &changes).to_string()).sender, sender, "{changes}");
    }
}

#[test]
fn a_missing_sender_is_unknown() {
    let in_groups = [
        json!({"participantPhone": null, "participantLid": null}),
        json!({"participantPhone": "", "participantLid": ""}),
        json!({"participantPhone": "+5544999999999", "participantLid": null}),
        json!({"participantPhone": "55 44 99999-9999", "participantLid": null}),
        json!({"participantPhone": "５５４４９９９９９９９９９", "participantLid": null}),
        json!({"participantPhone": GROUP, "participantLid": null}),
        json!({"participantPhone": "120363186053925765", "participantLid": null}),
        json!({"participantPhone": "11111111111111@lid"}),
        json!({"participantPhone": null, "participantLid": null, "senderLid": ANA_LID, "chatLid": ANA_LID}),
    ];
    for changes in in_groups {
        expect_ignored(&with(in_group(), &changes).to_string(), IgnoreReason::NoSender);
    }
    let in_direct_chats = [
        json!({"phone": null}),
        json!({"phone": {"number": ANA}}),
        json!({"phone": "+5544999999999"}),
        json!({"phone": "55 44 99999 9999"}),
        json!({"phone": "５５４４９９９９９９９９９"}),
        json!({"phone": "@lid"}),
        json!({"phone": "120363186053925765"}),
        json!({"phone": 5.544_999_999_999e12}),
        // A participant who is somebody else: this is no direct chat.
        json!({"participantPhone": "5544988888888"}),
        json!({"participantLid": "11111111111111@lid"}),
    ];
    for changes in in_direct_chats {
        expect_ignored(&with(direct(), &changes).to_string(), IgnoreReason::NoSender);
    }
}

#[test]
fn a_group_is_one_by_its_flag_or_its_address_and_never_a_direct_chat_by_mistake() {
    let old = "5511999999999-1623281429";
    let groups = [
        (json!({"isGroup": "true"}), GROUP),
        (json!({"isGroup": 1}), GROUP),
        (json!({"isGroup": false}), GROUP),
        (json!({"isGroup": null}), GROUP),
        (json!({"isGroup": "perhaps"}), GROUP),
        (json!({"phone": "120363186053925765@g.us", "isGroup": null}), GROUP),
        (json!({"phone": "120363186053925765"}), GROUP),
        (json!({"phone": old}), old),
        (json!({"phone": old, "isGroup": false}), old),
    ];
    for (changes, id) in groups {
        let message = expect_message(&with(in_group(), &changes).to_string());
        assert_eq!(message.chat, Chat::Group(GroupId::parse(id).unwrap()), "{changes}");
    }
    let unclear = [
        json!({"isGroup": true}),
        json!({"isGroup": true, "phone": null}),
        json!({"isGroup": true, "phone": ANA_LID}),
        json!({"isGroup": {}}),
        json!({"phone": "5544-group"}),
        json!({"phone": "vendas@g.us"}),
        json!({"phone": "120363186053925765-group/../me"}),
    ];
    for changes in unclear {
        expect_ignored(&with(direct(), &changes).to_string(), IgnoreReason::UnclearChat);
    }
}

#[test]
fn a_moment_comes_under_two_names_in_two_units() {
    let rows = [
        (json!({"momment": "1764000000123"}), Some(1_764_000_000_123)),
        (json!({"momment": 1_764_000_000}), Some(1_764_000_000_000)),
        (json!({"momment": "1764000000"}), Some(1_764_000_000_000)),
        (json!({"momment": 1.764e12}), Some(1_764_000_000_000)),
        (json!({"momment": null, "moment": 1_764_000_000_123_i64}), Some(1_764_000_000_123)),
        (json!({"momment": "soon", "moment": "1764000000"}), Some(1_764_000_000_000)),
        (json!({"momment": null}), None),
        (json!({"momment": 0}), None),
        (json!({"momment": -5}), None),
        (json!({"momment": true}), None),
        (json!({"momment": u64::MAX}), Some(i64::MAX)),
    ];
    for (changes, sent_at) in rows {
        let message = expect_message(&with(direct(), &changes).to_string());
        assert_eq!(message.sent_at, sent_at.map(Timestamp), "{changes}");
    }
}

#[test]
fn of_repeated_keys_the_last_value_counts() {
    let event = in_group();
    let message = expect_message(&ending(
        &event,
        r#""phone": "120363000000000000-group", "text": {"message": "a", "message": "b"}"#,
    ));
    assert_eq!((message.chat.id(), message.text.as_str()), ("120363000000000000-group", "b"));
    expect_ignored(&ending(&event, r#""isEdit": "perhaps""#), IgnoreReason::Edited);
    expect_ignored(&ending(&event, r#""text": null"#), IgnoreReason::NoText);
    expect_message(&ending(&with(event, &json!({"isEdit": true})), r#""isEdit": false"#));
}

#[test]
fn one_instance_id_of_several_that_is_ours_is_enough() {
    let ours = OURS.id;
    let rows = [
        (format!(r#""instanceId": "{ours}""#), true),
        (r#""instanceId": "F0F0""#.to_owned(), true),
        (r#""instanceId": null"#.to_owned(), true),
    ];
    for (fields, is_ours) in rows {
        assert_eq!(matches!(reading(&ending(&direct(), &fields), &OURS), ParsedEvent::Message(_)), is_ours);
    }
    let mut silent = direct();
    silent.as_object_mut().unwrap().remove("instanceId");
    expect_message(&silent.to_string());
    expect_message(&ending(&silent, &format!(r#""instanceId": "F0F0", "instanceId": "{ours}""#)));
    expect_message(&ending(&silent, &format!(r#""instanceId": "{}""#, ours.to_lowercase())));
    expect_message(&ending(&silent, r#""instanceId": null"#));
    expect_ignored(&ending(&silent, r#""instanceId": "F0F0""#), IgnoreReason::OtherInstance);
    expect_ignored(
        &ending(&silent, r#""instanceId": "F0F0", "instanceId": null"#),
        IgnoreReason::OtherInstance,
    );
    expect_ignored(
        &ending(&silent, r#""instanceId": "F0F0", "instanceId": "F1F1""#),
        IgnoreReason::OtherInstance,
    );
}

#[test]
fn unexpected_types_do_not_reject_an_event() {
    let huge = "9".repeat(10_000);
    let odd = [
        format!(r#""strange": {huge}, "stranger": 1e{huge}"#),
        r#""lone": "\ud800", "\udfff": "\ud800\ud800", "nul": "\u0000""#.to_owned(),
        r#""text": [{"message": "/groups"}]"#.to_owned(),
        r#""te\u0078t": {"m\u0065ssage": "/groups"}"#.to_owned(),
        r#""": {"": [[], [{}], null]}"#.to_owned(),
        format!(r#""deep": {}{}"#, "[".repeat(127), "]".repeat(127)),
        r#""text": {"message": "\/groups"}   "#.to_owned(),
    ];
    for fields in odd {
        assert_eq!(expect_message(&ending(&direct(), &fields)).text, "/groups");
    }
    let surrogate = ending(&direct(), r#""text": {"message": "/link \ud83d x"}"#);
    assert_eq!(expect_message(&surrogate).text, "/link \u{fffd} x");
    let nul = ending(&direct(), r#""text": {"message": "/link\u0000x"}"#);
    assert_eq!(expect_message(&nul).text, "/link x", "no store keeps a NUL for sure");
    let digits = ending(&direct(), r#""text": {"message": 42}, "messageId": 7"#);
    let message = expect_message(&digits);
    assert_eq!((message.text.as_str(), message.id.as_str()), ("42", "7"));
}

#[test]
fn a_body_that_is_no_object_is_an_error() {
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(128), "]".repeat(128));
    let deep_objects = format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    let event = direct().to_string();
    let bodies: [&[u8]; 18] = [
        b"",
        b" ",
        b"null",
        b"1",
        b"\"text\"",
        b"[]",
        b"[{}]",
        b"{",
        b"{}{}",
        b"{} x",
        b"{\"a\":1,}",
        b"{'a':1}",
        b"{\"a\":\"\xff\"}",
        b"{\"a\":\"\xed\xa0\x80\"}",
        &[b"\xef\xbb\xbf", event.as_bytes()].concat(),
        &event.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        deep.as_bytes(),
        deep_objects.as_bytes(),
    ];
    for body in bodies {
        assert_eq!(
            parse_body(body, &OURS),
            Err(NotJsonObject),
            "{:?}",
            String::from_utf8_lossy(&body[..body.len().min(60)])
        );
    }
}

/// JSON texts with everything that trips parsers: repeated keys, surrogates, huge numbers.
fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,5})?(e[+-]?[0-9]{1,4})?",
        any::<String>().prop_map(|text| Value::from(text).to_string()),
        "\"(\\\\u[0-9a-fA-F]{4}|\\\\[nrtbf/]|[a-z@-]){0,8}\"",
        Just(format!("\"{ANA}\"")),
        Just(format!("\"{GROUP}\"")),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            object_of(inner),
        ]
    })
}

fn object_of(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let keys = prop_oneof![
        prop::sample::select(vec![
            "type",
            "instanceId",
            "messageId",
            "phone",
            "chatLid",
            "participantPhone",
            "participantLid",
            "fromMe",
            "fromApi",
            "isGroup",
            "isEdit",
            "image",
            "caption",
            "imageUrl",
            "video",
            "document",
            "mimeType",
            "reaction",
            "referencedMessage",
            "value",
            "momment",
            "moment",
            "text",
            "message",
            "notification",
            "connectedPhone",
            "connected",
            "disconnected",
        ])
        .prop_map(|key| format!("\"{key}\"")),
        "\"(\\\\u[0-9a-fA-F]{4}|[a-z]){0,4}\"",
    ];
    prop::collection::vec((keys, value), 0..8).prop_map(|members| {
        let members: Vec<_> = members.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_body(&body, &OURS);
    }

    #[test]
    fn any_damage_to_an_event_is_read_without_a_panic(place in 0..500_usize, byte in any::<u8>()) {
        let mut body = in_group().to_string().into_bytes();
        let place = place % body.len();
        body[place] = byte;
        let _ = parse_body(&body, &OWNER);
    }

    #[test]
    fn an_object_is_never_refused(body in object_of(any_json())) {
        prop_assert!(parse_body(body.as_bytes(), &OURS).is_ok(), "{}", body);
    }

    #[test]
    fn whatever_stands_before_an_event_refuses_nothing(odd in object_of(any_json())) {
        let event = direct().to_string();
        let separator = if odd == "{}" { "" } else { "," };
        let body = format!("{}{separator}{}", &odd[..odd.len() - 1], &event[1..]);
        prop_assert!(parse_body(body.as_bytes(), &OWNER).is_ok(), "{}", body);
    }

    #[test]
    fn any_value_of_any_field_is_no_panic(value in any_json(), field in prop::sample::select(
        vec!["phone", "participantPhone", "participantLid", "chatLid", "text", "messageId", "momment", "isGroup"]))
    {
        let body = ending(&in_group(), &format!("\"{field}\": {value}"));
        prop_assert!(parse_body(body.as_bytes(), &OWNER).is_ok(), "{}", body);
    }
}
