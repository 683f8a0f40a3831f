//! Credentials, methods, pages and the odd spellings of documents.

use http::Method;
use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn wrong_credentials_are_an_instance_that_is_not_found() {
    let api = Api::new(World::small());
    for (wrong, right) in [("id", "token"), ("token", "id")] {
        let mut account = api.sandbox.account().clone();
        if wrong == "id" { &mut account.id } else { &mut account.token }.push('0');
        let mut request = api.request(Method::GET, "status", &Value::Null);
        *request.uri_mut() =
            format!("/instances/{}/token/{}/status", account.id, account.token).parse().unwrap();

        let got = api.send(request).await;

        assert_eq!(got.status, 400, "{wrong} wrong, {right} right");
        assert_eq!(got.text, r#"{"error":"Instance not found"}"#);
    }
}

#[tokio::test]
async fn the_client_token_must_be_there_and_right() {
    let api = Api::new(World::small());
    let mut without = api.request(Method::GET, "me", &Value::Null);
    without.headers_mut().remove("client-token");
    let mut wrong = api.request(Method::GET, "me", &Value::Null);
    wrong.headers_mut().insert("client-token", "F0S".parse().unwrap());

    let (without, wrong) = (api.send(without).await, api.send(wrong).await);

    assert_eq!((without.status, without.text.as_str()), (403, r#"{"error":"null not allowed"}"#));
    assert_eq!(
        (wrong.status, wrong.text.as_str()),
        (400, r#"{"error":"your client-token is not configured"}"#)
    );
}

#[tokio::test]
async fn no_client_token_is_needed_while_it_is_not_turned_on() {
    let account = InstanceCredentials { client_token: None, ..InstanceCredentials::generate() };
    let path = format!("/instances/{}/token/{}/status", account.id, account.token);
    let api = Api { sandbox: Sandbox::new(World::empty(), account, Options::default()) };

    let got = api.send(Request::get(path).body(Body::empty()).unwrap()).await;

    assert_eq!(got.status, 200);
}

#[tokio::test]
async fn other_content_types_and_methods_are_refused() {
    let api = Api::new(World::small());
    for path in ["communities/link", "communities/unlink", "send-text", "send-reaction"] {
        let mut request = api.request(Method::POST, path, &json!({}));
        request.headers_mut().insert("content-type", "text/plain".parse().unwrap());
        assert_eq!(api.send(request).await.status, 415, "{path}");

        let mut request = api.request(Method::POST, path, &json!({}));
        request.headers_mut().remove("content-type");
        assert_eq!(api.send(request).await.status, 415, "{path}");

        assert_eq!(api.get(path).await.status, 405, "{path}");
    }
    for path in ["status", "me", "groups?page=1&pageSize=1", "group-metadata/1"] {
        assert_eq!(api.post(path, json!({})).await.status, 405, "{path}");
    }
    for path in [
        "update-webhook-received",
        "update-webhook-connected",
        "update-webhook-disconnected",
        "update-every-webhooks",
    ] {
        assert_eq!(api.post(path, json!({})).await.status, 405, "{path}");
    }
    for path in ["communities", "add-admin", "communities/1", "redefine-invitation-link/1"] {
        assert_eq!(api.put(path, json!({})).await.status, 405, "{path}");
    }
    assert_eq!(api.get("no-such-call").await.status, 404);
}

#[tokio::test]
async fn a_body_must_be_an_object_with_what_the_call_needs() {
    let api = Api::new(World::small());
    let rows = [
        ("communities/link", json!([])),
        ("communities/link", json!({ "groupsPhones": ["1-group"] })),
        ("communities/link", json!({ "communityId": "1", "groupsPhones": [] })),
        ("send-text", json!({ "phone": "5544999999999" })),
        ("send-reaction", json!({ "phone": "5544999999999", "reaction": "⏳" })),
    ];
    for (path, body) in rows {
        let got = api.post(path, body).await;
        assert!(got.status == 400 && got.json()["error"].is_string(), "{path}: {}", got.text);
    }
}

#[tokio::test]
async fn a_community_repeats_phone_and_mixes_spellings_of_booleans() {
    let mut world = World::empty();
    let community = world.community("Bairro");
    let group = world.linked_group(&community, "Mães");
    world.linked_group(&community, "Pais");
    let announcement = world.find_community(&community).unwrap().announcement.clone();
    let api = Api::new(world);

    let got = api.get(&format!("communities-metadata/{community}")).await;

    assert_eq!(got.text.matches(&format!(r#""phone":"{group}""#)).count(), 2, "{}", got.text);
    let document = got.json();
    assert_eq!(document["name"], "Bairro");
    let flags: Vec<_> = (0..3).map(|nth| document["subGroups"][nth]["isGroupAnnouncement"].clone()).collect();
    assert_eq!(flags, [json!("true"), json!(false), json!("false")]);
    assert_eq!(document["subGroups"][0]["phone"], announcement.as_str());
    assert_eq!(document["subGroups"][0]["name"], "Bairro");
}

#[tokio::test]
async fn groups_hold_numbers_as_text_and_the_announcement_groups() {
    let api = Api::new(World::small());
    let groups = api.get("groups?page=1&pageSize=100").await.json();
    let groups = groups.as_array().unwrap();

    assert_eq!(groups.len(), 17);
    assert!(groups.iter().all(|g| g["unread"] == "0" && g["archived"] == "false"));
    assert!(groups.iter().any(|g| g["isGroup"] == true) && groups.iter().any(|g| g["isGroup"] == "true"));
    assert!(groups.iter().any(|g| g["name"] == "Bairro Feliz"));
    assert!(groups.iter().any(|g| g["phone"] == "5511999999999-1623281429"));
}

#[tokio::test]
async fn a_group_tells_its_community_or_null() {
    let mut world = World::empty();
    let community = world.community("Bairro");
    let (inside, outside) = (world.linked_group(&community, "Mães"), world.group("Futebol"));
    let api = Api::new(world);

    let inside = api.get(&format!("light-group-metadata/{inside}")).await;
    let outside = api.get(&format!("group-metadata/{outside}")).await;

    assert_eq!(inside.json()["communityId"], community.as_str());
    assert_eq!(inside.json().get("invitationLink"), Some(&Value::Null));
    assert_eq!(outside.json()["communityId"], Value::Null);
    assert_eq!(outside.json()["subject"], "Futebol");
    assert!(outside.json()["invitationLink"].as_str().unwrap().starts_with("https://chat.whatsapp.com/"));
    let bot = &outside.json()["participants"][0];
    assert_eq!((&bot["phone"], &bot["isAdmin"]), (&json!(api.sandbox.account().phone), &json!(true)));
}

#[tokio::test]
async fn pages_begin_at_one_and_end_with_an_empty_one() {
    let mut world = World::empty();
    for nth in 0..5 {
        world.group(&format!("Grupo {nth}"));
    }
    let api = Api::new(world);
    let size = async |path: &str| api.get(path).await.json().as_array().map(Vec::len);

    assert_eq!(size("groups?page=1&pageSize=3").await, Some(3));
    assert_eq!(size("groups?page=2&pageSize=3").await, Some(2));
    assert_eq!(size("groups?page=3&pageSize=3").await, Some(0));
    assert_eq!(size("communities").await, Some(0));
    for path in [
        "groups",
        "groups?page=1",
        "groups?pageSize=3",
        "groups?page=0&pageSize=3",
        "groups?page=x&pageSize=3",
    ] {
        assert_eq!(api.get(path).await.status, 400, "{path}");
    }
}

#[tokio::test]
async fn a_page_may_be_smaller_than_asked_for_and_the_last_may_repeat() {
    let mut world = World::empty();
    for nth in 0..5 {
        world.community(&format!("Comunidade {nth}"));
    }
    let options = Options { page_cap: Some(2), repeats_last_page: true, ..Options::default() };
    let api = Api::with(world, options);

    let first = api.get("communities?page=1&pageSize=100").await.json();
    let last = api.get("communities?page=3&pageSize=100").await.json();
    let beyond = api.get("communities?page=4&pageSize=100").await.json();

    assert_eq!((first.as_array().map(Vec::len), last.as_array().map(Vec::len)), (Some(2), Some(1)));
    assert_eq!(last, beyond);
}

#[tokio::test]
async fn status_chatters_in_error_and_me_holds_the_token() {
    let api = Api::new(World::empty());
    let status = api.get("status").await.json();
    assert_eq!(
        (&status["connected"], &status["error"]),
        (&json!(true), &json!("You are already connected."))
    );
    assert_eq!(status["smartphoneConnected"], "true");
    let me = api.get("me").await.json();
    assert_eq!(me["token"], api.sandbox.account().token.as_str());
    assert_eq!((&me["connected"], &me["due"]), (&json!("true"), &json!("1893456000000")));
}

#[tokio::test]
async fn webhooks_are_set_to_https_alone_and_shown_by_me() {
    let api = Api::new(World::empty());
    let url = "https://bot.example.com/webhooks/main";

    assert_eq!(
        api.put("update-webhook-received", json!({ "value": "http://bot.example.com" })).await.status,
        400
    );
    assert_eq!(api.get("me").await.json()["receivedCallbackUrl"], Value::Null);
    assert_eq!(
        api.put("update-webhook-received", json!({ "value": url })).await.json(),
        json!({ "value": true })
    );
    assert_eq!(api.get("me").await.json()["receivedCallbackUrl"], url);
    assert_eq!(api.get("me").await.json()["deliveryCallbackUrl"], Value::Null);

    for (call, shown, other) in [
        ("update-webhook-received-delivery", "receivedAndDeliveryCallbackUrl", "connectedCallbackUrl"),
        ("update-webhook-connected", "connectedCallbackUrl", "disconnectedCallbackUrl"),
        ("update-webhook-disconnected", "disconnectedCallbackUrl", "deliveryCallbackUrl"),
    ] {
        assert_eq!(api.put(call, json!({ "value": "http://bot.example.com" })).await.status, 400);
        assert_eq!(api.put(call, json!({ "value": url })).await.json(), json!({ "value": true }));
        let me = api.get("me").await.json();
        assert_eq!((&me[shown], &me[other]), (&json!(url), &Value::Null));
    }

    let own = async |value: Value| api.put("update-notify-sent-by-me", value).await.status;
    assert_eq!(api.get("me").await.json()["receiveCallbackSentByMe"], false);
    assert_eq!(own(json!({ "notifySentByMe": true })).await, 200);
    assert_eq!(api.get("me").await.json()["receiveCallbackSentByMe"], true);
    assert_eq!((own(json!({})).await, own(json!({ "notifySentByMe": false })).await), (400, 200));
    assert_eq!(api.get("me").await.json()["receiveCallbackSentByMe"], false);

    let url = "https://bot.example.com/all";
    let all = json!({ "value": url, "notifySentByMe": true });
    assert_eq!(api.put("update-every-webhooks", all).await.json(), json!({ "value": "true" }));
    let me = api.get("me").await.json();
    for event in ["received", "receivedAndDelivery", "delivery", "connected", "disconnected"] {
        assert_eq!(me[format!("{event}CallbackUrl")], url, "{event}");
    }
    assert_eq!(me["receiveCallbackSentByMe"], true);
}

#[tokio::test]
async fn calls_are_kept_without_credentials() {
    let api = Api::new(World::small());
    api.get("groups?page=1&pageSize=9").await;
    api.link("1", &["2-group"]).await;
    api.post("send-text", json!({ "phone": "5544999999999", "message": "oi" })).await;

    let calls = api.sandbox.calls();

    let paths: Vec<_> = calls.iter().map(|call| (call.path.as_str(), call.is_change())).collect();
    assert_eq!(paths, [("groups", false), ("communities/link", true), ("send-text", false)]);
    assert_eq!(calls[0].query.as_deref(), Some("page=1&pageSize=9"));
    assert_eq!(calls[1].body, Some(json!({ "communityId": "1", "groupsPhones": ["2-group"] })));
    assert!(!format!("{calls:?}").contains(&api.sandbox.account().token));
    assert!(!format!("{:?}", api.sandbox).contains(&api.sandbox.account().token));
}

#[test]
fn made_up_credentials_have_the_shapes_of_real_ones() {
    let account = InstanceCredentials::generate();
    let is_upper_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    assert!(account.id.len() == 32 && is_upper_hex(&account.id), "{}", account.id);
    assert!(account.token.len() == 24 && is_upper_hex(&account.token), "{}", account.token);
    let client_token = account.client_token.clone().unwrap();
    assert!(client_token.len() == 34 && client_token.starts_with('F') && client_token.ends_with('S'));
    assert_ne!(account, InstanceCredentials::generate());
}
