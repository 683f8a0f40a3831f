//! Communities that are made, changed and ended, and the links into them.

use super::super::{BotRole, Fault, FaultResponse, ReadLag, Refusal};
use super::*;

fn bairro(api: &Api) -> String {
    api.sandbox.world(|world| world.community_named("Bairro Feliz").unwrap())
}

#[tokio::test]
async fn a_community_is_made_with_its_announcement_group() {
    let api = Api::new(World::empty());

    let got = api.post("communities", json!({ "name": "Condomínio", "description": "Avisos" })).await;

    assert_eq!(got.status, 200);
    let document = got.json();
    let id = document["id"].as_str().unwrap();
    let announcement = &document["subGroups"][0];
    assert_eq!(
        (&announcement["name"], &announcement["isGroupAnnouncement"]),
        (&json!("Condomínio"), &json!("true"))
    );
    let seen = api.get(&format!("communities-metadata/{id}")).await.json();
    assert_eq!(
        (&seen["description"], &seen["subGroups"][0]["phone"]),
        (&json!("Avisos"), &announcement["phone"])
    );
    assert_eq!(api.post("communities", json!({ "description": "Avisos" })).await.status, 400);
}

#[tokio::test]
async fn an_ended_community_leaves_its_groups_behind() {
    let api = Api::new(World::small());
    let (id, moradores) = (bairro(&api), api.sandbox.world(|world| world.group_named("Moradores").unwrap()));
    let announcement = api.sandbox.world(|world| world.announcement_of(&id).unwrap().id.clone());
    let mut request = api.request(Method::DELETE, &format!("communities/{id}"), &Value::Null);
    *request.body_mut() = Body::empty();
    request.headers_mut().remove("content-type");

    let got = api.send(request).await;

    assert_eq!((got.status, got.text.as_str()), (200, ""));
    assert_eq!(api.get(&format!("communities-metadata/{id}")).await.status, 400);
    assert_eq!(api.get(&format!("light-group-metadata/{announcement}")).await.status, 400);
    let left = api.get(&format!("light-group-metadata/{moradores}")).await.json();
    assert_eq!((&left["subject"], &left["communityId"]), (&json!("Moradores"), &Value::Null));
}

#[tokio::test]
async fn what_is_said_of_a_community_is_kept() {
    let api = Api::new(World::small());
    let id = bairro(&api);
    let description = json!({ "communityId": id, "communityDescription": "Só avisos" });
    let photo = json!({ "communityId": id, "communityPhoto": "https://example.com/a.jpg" });
    let all = json!({ "communityId": id, "whoCanAddNewGroups": "all" });

    assert_eq!(api.post("update-community-description", description).await.json(), json!({ "value": true }));
    assert_eq!(api.post("update-community-photo", photo).await.json(), json!({ "value": "true" }));
    assert_eq!(api.post("communities/settings", all).await.json(), json!({ "success": true }));

    let kept = api.sandbox.world(|world| world.find_community(&id).unwrap().clone());
    assert_eq!((kept.description.as_str(), kept.groups_added_by_all), ("Só avisos", true));
    assert_eq!(kept.photo.as_deref(), Some("https://example.com/a.jpg"));
    for (path, body) in [
        ("communities/settings", json!({ "communityId": id, "whoCanAddNewGroups": "none" })),
        ("update-community-photo", json!({ "communityId": id, "communityPhoto": "" })),
        ("update-community-description", json!({ "communityId": id })),
        ("update-community-description", json!({ "communityId": "1", "communityDescription": "x" })),
    ] {
        assert_eq!(api.post(path, body.clone()).await.status, 400, "{path} {body}");
    }
}

#[test]
fn only_an_admin_changes_or_ends_a_community() {
    let mut world = World::small();
    let (id, group) = (world.community_named("Bairro Feliz").unwrap(), world.group_named("Futebol").unwrap());
    let before = world.find_community(&id).unwrap().clone();
    for (standing, refusal) in [(BotRole::Member, Refusal::NotAdmin), (BotRole::Absent, Refusal::NoCommunity)]
    {
        world.set_bot_role(&id, standing);
        assert_eq!(world.describe(&id, "x"), Err(refusal.clone()));
        assert_eq!(world.set_photo(&id, "x"), Err(refusal.clone()));
        assert_eq!(world.set_groups_added_by_all(&id, true), Err(refusal.clone()));
        assert_eq!(world.reset_invitation(&id), Err(refusal.clone()));
        assert_eq!(world.deactivate(&id), Err(refusal.clone()));
        assert_eq!(world.add_person(&id, "5544999990005", true), Err(refusal.clone()));
        assert_eq!(world.remove_person(&id, "5544999990003"), Err(refusal.clone()));
        assert_eq!(world.promote(&id, "5544999990003"), Err(refusal.clone()));
        assert_eq!(world.demote(&id, "5544999990002"), Err(refusal));
    }
    world.set_bot_role(&id, BotRole::Admin);
    assert_eq!(world.find_community(&id), Some(&before));

    world.set_bot_role(&group, BotRole::Member);
    assert_eq!(world.reset_invitation(&group), Err(Refusal::NotAdmin));
    assert_eq!(world.reset_invitation("1-group"), Err(Refusal::NoGroup));
}

#[tokio::test]
async fn a_link_leads_into_its_group_until_it_is_replaced() {
    let api = Api::new(World::small());
    let id = api.sandbox.world(|world| world.group_named("Futebol").unwrap());
    let link = async || {
        let group = api.get(&format!("group-metadata/{id}")).await.json();
        group["invitationLink"].as_str().unwrap().to_owned()
    };
    let follow = async |link: &str| {
        let link = link.replace(':', "%3A").replace('/', "%2F");
        api.get(&format!("group-invitation-metadata?url={link}")).await
    };
    let old = link().await;
    let there = follow(&old).await.json();
    assert_eq!((&there["phone"], &there["subject"]), (&json!(id), &json!("Futebol")));

    let got = api.post(&format!("redefine-invitation-link/{id}"), json!({})).await.json();

    let new = link().await;
    assert_eq!(got, json!({ "invitationLink": new }));
    assert_ne!(old, new);
    assert_eq!((follow(&old).await.status, follow(&new).await.status), (400, 200));
    assert_eq!(api.get("group-invitation-metadata").await.status, 400);
}

#[test]
fn links_have_the_shape_of_real_ones_and_differ() {
    let mut world = World::small();
    let id = world.community_named("Bairro Feliz").unwrap();
    let announcement = world.announcement_of(&id).unwrap().id.clone();
    let mut links: Vec<String> = world.groups().iter().map(|group| group.invitation.clone()).collect();
    links.push(world.reset_invitation(&id).unwrap());

    assert_eq!(world.invitation(&id), world.invitation(&announcement));
    assert_eq!(world.invitation(&id), links.last().map(String::as_str));
    for link in &links {
        let code = link.strip_prefix("https://chat.whatsapp.com/").unwrap();
        assert!(code.len() == 22 && code.chars().all(|c| c.is_ascii_alphanumeric()), "{link}");
    }
    let count = links.len();
    links.sort();
    links.dedup();
    assert_eq!(links.len(), count);
}

#[tokio::test]
async fn reads_lag_behind_every_change_of_a_community() {
    let api = Api::new(World::small());
    let id = bairro(&api);
    api.sandbox.faults().set_lag(Some(ReadLag::Reads(1)));
    let body = json!({ "communityId": id, "communityDescription": "Só avisos" });
    api.post("update-community-description", body).await;
    let seen = async || api.get(&format!("communities-metadata/{id}")).await.json()["description"].clone();

    assert_eq!((seen().await, seen().await), (json!(""), json!("Só avisos")));
}

#[tokio::test]
async fn a_fault_can_strike_one_method_or_edits_alone() {
    let api = Api::new(World::small());
    let id = bairro(&api);
    let oops = || Fault::Replace(FaultResponse::text(503, "busy"));
    api.sandbox.faults().fail_always("POST communities?", oops());
    api.sandbox.faults().fail_always("DELETE communities/", oops());
    api.sandbox.faults().fail_always("send-text?edit", oops());
    let end = api.request(Method::DELETE, &format!("communities/{id}"), &json!({}));
    let say = json!({ "phone": "5544999990001", "message": "um" });
    let edit = json!({ "phone": "5544999990001", "message": "dois", "editMessageId": "3A1" });

    assert_eq!(api.post("communities", json!({ "name": "x" })).await.status, 503);
    assert_eq!(api.send(end).await.status, 503);
    assert_eq!(api.post("send-text", edit).await.status, 503);

    assert_eq!(api.get("communities?page=1").await.status, 200);
    assert_eq!(api.link(&id, &["1-group"]).await.status, 200);
    assert_eq!(api.post("send-text", say).await.status, 200);
}
