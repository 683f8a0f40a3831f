//! WhatsApp's rules of communities, and the four answers to a link that is done in part.

use serde_json::json;

use super::super::{BotRole, GroupMember, PartialFailure, Refusal};
use super::*;
use crate::domain::{CommunityId, GroupId};

/// Two communities, the second with a group of its own, and two free groups.
struct Town {
    api: Api,
    ours: String,
    theirs: String,
    futebol: String,
    elsewhere: String,
    suporte: String,
}

fn town() -> Town {
    let mut world = World::empty();
    let (ours, theirs) = (world.community("Bairro"), world.community("Marketing"));
    let (futebol, suporte) = (world.group("Futebol"), world.group("Suporte"));
    let elsewhere = world.linked_group(&theirs, "Vendas");
    Town { api: Api::new(world), ours, theirs, futebol, elsewhere, suporte }
}

#[tokio::test]
async fn a_group_is_linked_and_unlinked() {
    let Town { api, ours, futebol, suporte, .. } = town();

    let linked = api.link(&ours, &[&futebol, &suporte]).await;
    assert_eq!((linked.status, linked.json()), (200, json!({ "success": true })));
    assert_eq!(api.community_of(&futebol).as_ref(), Some(&ours));

    let unlinked = api.unlink(&ours, &[&futebol]).await;
    assert_eq!((unlinked.status, unlinked.json()), (200, json!({ "success": "true" })));
    assert_eq!(api.community_of(&futebol), None);
}

#[tokio::test]
async fn a_partial_link_has_four_forms_of_response() {
    let rows = [
        (PartialFailure::Success, 200, json!({ "success": true })),
        (PartialFailure::Failure, 200, json!({ "success": false })),
        (PartialFailure::Error, 400, json!({ "error": "The group belongs to another community" })),
    ];
    for (form, status, body) in rows {
        let Town { api, ours, theirs, futebol, elsewhere, suporte } = town();
        api.sandbox.faults().set_partial(form);

        let got = api.link(&ours, &[&futebol, &elsewhere, &suporte]).await;

        assert_eq!((got.status, got.json()), (status, body), "{form:?}");
        assert_eq!(api.community_of(&futebol).as_ref(), Some(&ours), "{form:?}");
        assert_eq!(api.community_of(&suporte).as_ref(), Some(&ours), "{form:?}");
        assert_eq!(api.community_of(&elsewhere), Some(theirs), "{form:?}");
    }
}

#[tokio::test]
async fn the_form_with_details_names_the_refused() {
    let Town { api, ours, futebol, elsewhere, .. } = town();
    api.sandbox.faults().set_partial(PartialFailure::Details);

    let got = api.link(&ours, &[&futebol, &elsewhere]).await;

    assert_eq!((got.status, &got.json()["success"]), (200, &json!(true)));
    assert_eq!(got.json()["failedGroups"][0]["phone"], elsewhere.as_str());
    assert_eq!(api.community_of(&futebol), Some(ours));
}

#[tokio::test]
async fn a_compatible_server_stops_at_the_first_refusal() {
    let Town { api, ours, futebol, elsewhere, suporte, .. } = town();
    api.sandbox.faults().set_partial(PartialFailure::Error);
    api.sandbox.faults().set_stops_at_first(true);

    let got = api.link(&ours, &[&futebol, &elsewhere, &suporte]).await;

    assert_eq!(got.status, 400);
    assert_eq!(api.community_of(&futebol), Some(ours));
    assert_eq!(api.community_of(&suporte), None);
}

#[tokio::test]
async fn an_unknown_community_is_an_error_whatever_the_form() {
    let Town { api, futebol, .. } = town();
    let got = api.link("120363000000000000", &[&futebol]).await;
    assert_eq!((got.status, got.text.as_str()), (400, r#"{"error":"Community not found"}"#));
    assert_eq!(api.get("communities-metadata/120363000000000000").await.status, 400);
    assert_eq!(api.get("light-group-metadata/120363000000000000-group").await.status, 400);
}

#[test]
fn forbidden_changes_are_rejected() {
    let mut world = World::empty();
    let (ours, theirs) = (world.community("Bairro"), world.community("Marketing"));
    let only = world.linked_group(&theirs, "Vendas");
    let (foreign, unseen) = (world.group("Sem direitos"), world.group("De fora"));
    world.set_bot_role(&foreign, BotRole::Member);
    world.set_bot_role(&unseen, BotRole::Absent);
    let announcement = world.find_community(&ours).unwrap().announcement.clone();

    assert_eq!(world.link(&ours, &only), Err(Refusal::Elsewhere(theirs.clone())));
    assert_eq!(world.link(&ours, &announcement), Err(Refusal::Announcement));
    assert_eq!(world.unlink(&ours, &announcement), Err(Refusal::Announcement));
    assert_eq!(world.link(&ours, &foreign), Err(Refusal::NotAdmin));
    assert_eq!(world.link(&ours, &unseen), Err(Refusal::NoGroup));
    assert_eq!(world.link(&only, &foreign), Err(Refusal::NoCommunity));
    assert_eq!(world.unlink(&theirs, &only), Err(Refusal::LastGroup));
    assert_eq!(world.unlink(&ours, &only), Err(Refusal::NotLinked));

    assert_eq!(world.link(&theirs, &only), Ok(()), "was so already");
    assert_eq!(world.groups_of(&theirs).len(), 1);
    assert!(world.groups_of(&ours).is_empty());
}

#[test]
fn the_bot_must_be_admin_of_the_community() {
    let mut world = World::empty();
    let (community, group) = (world.community("Bairro"), world.group("Futebol"));
    world.set_bot_role(&community, BotRole::Member);
    assert_eq!(world.link(&community, &group), Err(Refusal::NotAdmin));
    world.set_bot_role(&community, BotRole::Absent);
    assert_eq!(world.link(&community, &group), Err(Refusal::NoCommunity));
}

#[test]
fn a_full_community_takes_no_more_groups() {
    let mut world = World::empty();
    let community = world.community("Bairro");
    let (first, second) = (world.group("Futebol"), world.group("Suporte"));
    world.set_limit(1);

    assert_eq!(world.link(&community, &first), Ok(()), "the announcement group does not count");
    assert_eq!(world.link(&community, &second), Err(Refusal::Full));
    assert_eq!(world.link(&community, &first), Ok(()), "was so already");
}

#[test]
fn linking_puts_the_members_into_the_announcement_group() {
    let mut world = World::empty();
    let (community, group) = (world.community("Bairro"), world.group("Futebol"));
    let announcement = world.find_community(&community).unwrap().announcement.clone();
    let members = |world: &World| world.participants(world.find_group(&announcement).unwrap());
    assert!(members(&world).is_empty());

    world.link(&community, &group).unwrap();

    let phones = |people: &[GroupMember]| people.iter().map(|p| p.phone.clone()).collect::<Vec<_>>();
    assert_eq!(phones(&members(&world)), phones(&world.find_group(&group).unwrap().participants));
    assert!(!members(&world).iter().any(|p| p.is_admin), "an admin of a group is none of its community");
}

#[test]
fn ids_have_the_shapes_of_real_ones() {
    let world = World::small();
    for community in world.communities() {
        assert_eq!(CommunityId::parse(&community.id).unwrap().as_str(), community.id);
        assert!(community.id.len() == 18 && community.id.starts_with("120363"));
    }
    for group in world.groups() {
        assert_eq!(GroupId::parse(&group.id).unwrap().as_str(), group.id);
    }
    let mut ids: Vec<_> = world.groups().iter().map(|g| &g.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), world.groups().len());
}

#[test]
fn the_small_world_has_one_of_each_difficulty() {
    let world = World::small();
    let id = |name| world.group_named(name).unwrap();
    let bairro = world.community_named("Bairro Feliz").unwrap();
    let marketing = world.community_named("Marketing BR").unwrap();

    for free in ["Futebol", "Mães do Bairro", "Suporte", "Vendas Norte", "*Promo*_", "Síndicos"] {
        assert_eq!(world.community_of(&id(free)), None, "{free}");
    }
    assert_eq!(world.community_of(&id("Vendas Sul")), Some(marketing.as_str()));
    assert_eq!((world.groups_of(&bairro).len(), world.groups_of(&marketing).len()), (2, 2));
    assert_eq!(world.groups().iter().filter(|g| g.is_announcement).count(), 2);
    assert_eq!(world.group_named("Bairro Feliz"), None);
}
