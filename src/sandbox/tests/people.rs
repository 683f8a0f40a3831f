//! The people of a community, and numbers with and without WhatsApp.

use super::super::{AddResult, GroupMember, PartialFailure, Refusal};
use super::*;

const ANA: &str = "5544999990001";
const BRUNO: &str = "5544999990002";
const CARLA: &str = "5544999990003";
const CARLA_LID: &str = "81896604192875@lid";
const DAVI: &str = "5544999990004";
const ELISA: &str = "5544999990005";
const NOBODY: &str = "5544999990009";

fn town() -> (World, String) {
    let world = World::small();
    let bairro = world.community_named("Bairro Feliz").unwrap();
    (world, bairro)
}

fn find(world: &World, community: &str, phone: &str) -> Option<GroupMember> {
    world.people_of(community).into_iter().find(|person| person.phone == phone)
}

#[test]
fn people_are_added_promoted_demoted_and_removed() {
    let (mut world, bairro) = town();
    assert_eq!(find(&world, &bairro, ELISA), None);

    assert_eq!(world.add_person(&bairro, ELISA, false), Ok(AddResult::Added));
    assert_eq!(find(&world, &bairro, ELISA).map(|person| person.is_admin), Some(false));
    assert_eq!(world.promote(&bairro, ELISA), Ok(()));
    assert_eq!(world.add_person(&bairro, ELISA, false), Ok(AddResult::Added), "was so already");
    assert_eq!(find(&world, &bairro, ELISA).map(|person| person.is_admin), Some(true));
    assert_eq!(world.demote(&bairro, ELISA), Ok(()));
    assert_eq!(find(&world, &bairro, ELISA).map(|person| person.is_admin), Some(false));
    assert_eq!(world.remove_person(&bairro, ELISA), Ok(()));
    assert_eq!(find(&world, &bairro, ELISA), None);
}

#[test]
fn a_person_is_named_by_number_or_lid() {
    let (mut world, bairro) = town();
    assert_eq!(world.promote(&bairro, CARLA_LID), Ok(()));
    assert_eq!(find(&world, &bairro, CARLA).map(|person| person.is_admin), Some(true));
    assert_eq!(world.remove_person(&bairro, CARLA_LID), Ok(()));
    assert_eq!(find(&world, &bairro, CARLA), None);
    assert_eq!(world.add_person(&bairro, CARLA_LID, false), Ok(AddResult::Added));
    assert_eq!(find(&world, &bairro, CARLA).and_then(|person| person.lid).as_deref(), Some(CARLA_LID));
}

#[test]
fn leaving_a_community_leaves_its_groups() {
    let (mut world, bairro) = town();
    let moradores = world.group_named("Moradores").unwrap();
    let neighbour = world.find_group(&moradores).unwrap().participants[0].clone();
    assert!(neighbour.is_admin);
    assert_eq!(find(&world, &bairro, &neighbour.phone).map(|person| person.is_admin), Some(false));

    world.remove_person(&bairro, &neighbour.phone).unwrap();

    assert_eq!(find(&world, &bairro, &neighbour.phone), None);
    assert!(!world.find_group(&moradores).unwrap().participants.contains(&neighbour));
}

#[test]
fn forbidden_changes_of_people_are_rejected() {
    let (mut world, bairro) = town();
    let before = world.people_of(&bairro);

    assert_eq!(world.add_person(&bairro, NOBODY, true), Err(Refusal::NoWhatsApp));
    for text in ["", "123", "Ana", "+5544999990005", "99999999999999@lid"] {
        assert_eq!(world.add_person(&bairro, text, true), Err(Refusal::NoWhatsApp), "{text}");
    }
    assert_eq!(world.add_person(&bairro, DAVI, false), Err(Refusal::HardToAdd));
    assert_eq!(world.remove_person(&bairro, ELISA), Err(Refusal::NotIn));
    assert_eq!(world.promote(&bairro, ELISA), Err(Refusal::NotIn));
    assert_eq!(world.demote(&bairro, ELISA), Err(Refusal::NotIn));
    assert_eq!(world.demote(&bairro, ANA), Err(Refusal::Owner));
    assert_eq!(world.remove_person(&bairro, ANA), Err(Refusal::Owner));
    assert_eq!(world.demote(&bairro, CARLA), Ok(()), "was none");

    assert_eq!(world.people_of(&bairro), before);
    assert!(world.invited(&bairro).is_empty());
}

#[test]
fn a_person_that_cannot_be_added_gets_one_invitation() {
    let (mut world, bairro) = town();
    for _ in 0..2 {
        assert_eq!(world.add_person(&bairro, DAVI, true), Ok(AddResult::Invited));
    }
    assert_eq!(world.invited(&bairro), [DAVI]);
    assert_eq!(find(&world, &bairro, DAVI), None);
}

#[test]
fn a_community_has_twenty_admins_at_most() {
    let (mut world, bairro) = town();
    // The bot, Ana and Bruno are three.
    let others: Vec<String> = (10..28).map(|nth| format!("55449999900{nth}")).collect();
    for phone in &others {
        world.add_person(&bairro, phone, false).unwrap();
    }
    let (last, first) = others.split_last().unwrap();
    for phone in first {
        assert_eq!(world.promote(&bairro, phone), Ok(()), "{phone}");
    }

    assert_eq!(world.promote(&bairro, last), Err(Refusal::TooManyAdmins));
    world.demote(&bairro, BRUNO).unwrap();
    assert_eq!(world.promote(&bairro, last), Ok(()));
}

#[tokio::test]
async fn refused_people_are_reported_as_an_error_or_in_part() {
    let rows = [
        (PartialFailure::Success, 200, json!({ "value": true })),
        (PartialFailure::Failure, 200, json!({ "value": false })),
        (PartialFailure::Error, 400, json!({ "error": "The phone does not exist on WhatsApp" })),
    ];
    for (form, status, response) in rows {
        let (world, bairro) = town();
        let api = Api::new(world);
        api.sandbox.faults().set_partial(form);
        let body = |phones: Value| json!({ "autoInvite": "true", "communityId": bairro, "phones": phones });

        let in_part = api.post("add-participant", body(json!([NOBODY, ELISA, DAVI]))).await;
        let not_at_all = api.post("add-participant", body(json!([NOBODY]))).await;

        assert_eq!((in_part.status, in_part.json()), (status, response), "{form:?}");
        assert_eq!(not_at_all.status, 400, "{form:?}");
        api.sandbox.world(|world| {
            assert!(find(world, &bairro, ELISA).is_some() && find(world, &bairro, DAVI).is_none());
            assert_eq!(world.invited(&bairro), [DAVI]);
        });
        assert_eq!(api.post("add-participant", body(json!([]))).await.status, 400);
    }
}

#[tokio::test]
async fn each_call_does_what_its_name_says() {
    let (world, bairro) = town();
    let api = Api::new(world);
    let is_admin =
        |phone: &str| api.sandbox.world(|world| find(world, &bairro, phone).map(|person| person.is_admin));
    let change = async |path: &str, phone: &str| {
        api.post(path, json!({ "communityId": bairro, "phones": [phone] })).await.json()
    };

    assert_eq!(change("add-admin", CARLA).await, json!({ "value": true }));
    assert_eq!(change("remove-admin", BRUNO).await, json!({ "value": true }));
    assert_eq!((is_admin(CARLA), is_admin(BRUNO)), (Some(true), Some(false)));
    assert_eq!(change("remove-participant", BRUNO).await, json!({ "value": true }));
    assert_eq!(is_admin(BRUNO), None);
    let again = change("remove-participant", BRUNO).await;
    assert_eq!(again, json!({ "error": "The participant is not in the community" }));
}

#[tokio::test]
async fn an_announcement_group_shows_everybody_and_hides_who_hides() {
    let (world, bairro) = town();
    let announcement = world.announcement_of(&bairro).unwrap().id.clone();
    let members = world.people_of(&bairro).len();
    let api = Api::new(world);

    let document = api.get(&format!("light-group-metadata/{announcement}")).await.json();

    let people = document["participants"].as_array().unwrap();
    assert_eq!(people.len(), members + 1, "and the bot");
    let owners = people.iter().filter(|p| p["isSuperAdmin"] == true || p["isSuperAdmin"] == "true");
    assert_eq!(owners.map(|p| &p["phone"]).collect::<Vec<_>>(), [ANA]);
    assert!(people.iter().any(|p| p["phone"] == CARLA_LID) && !people.iter().any(|p| p["phone"] == CARLA));
    assert!(people.iter().all(|p| p.get("lid").is_none()), "no page documents one");
    assert!(people.iter().any(|p| p["phone"] == ANA && p["name"] == "Ana" && p["short"] == "Ana"));

    let (world, _) = town();
    let api = Api::with(world, Options { shows_lids: true, ..Options::default() });
    let document = api.get(&format!("light-group-metadata/{announcement}")).await.json();
    let people = document["participants"].as_array().unwrap().clone();
    assert!(people.iter().any(|p| p["phone"] == ANA && p["lid"] == "81896604192873@lid"));
    assert!(people.iter().any(|p| p["phone"] == CARLA_LID && p["lid"] == CARLA_LID));
}

#[tokio::test]
async fn a_group_has_forms_of_its_own_that_name_it() {
    let (mut world, bairro) = town();
    let group = world.group_named("Moradores").unwrap();
    world.ask_to_join(&group, ELISA);
    world.ask_to_join(&group, BRUNO);
    let api = Api::new(world);
    let done = json!({ "value": true });
    let change = async |path: &str, phone: &str| {
        api.post(path, json!({ "groupId": group, "phones": [phone] })).await.json()
    };
    let in_group = |phone: &str| {
        api.sandbox.world(|world| {
            let people = &world.find_group(&group).unwrap().participants;
            people.iter().find(|person| person.phone == phone).map(|person| person.is_admin)
        })
    };

    assert_eq!(change("approve-participant", ELISA).await, done);
    assert_eq!(change("reject-participant", BRUNO).await, done);
    assert_eq!((in_group(ELISA), in_group(BRUNO)), (Some(false), None));
    assert!(api.sandbox.world(|world| world.requests(&group).is_empty()));
    assert_eq!(change("add-participant", DAVI).await, done);
    assert_eq!(change("add-admin", DAVI).await, done);
    assert_eq!(in_group(DAVI), Some(true));
    assert_eq!(change("remove-admin", DAVI).await, done);
    assert_eq!(in_group(DAVI), Some(false));
    assert_eq!(change("remove-participant", DAVI).await, done);
    assert_eq!(in_group(DAVI), None);

    for path in ["approve-participant", "reject-participant", "add-participant", "add-admin"] {
        assert_eq!(api.post(path, json!({ "phones": [DAVI] })).await.status, 400, "{path}");
    }
    let form = json!({ "communityId": bairro, "phones": [ELISA] });
    assert_eq!(api.post("approve-participant", form).await.status, 400, "a community has no requests");
    assert_eq!(api.post("add-admin", json!({ "groupId": bairro, "phones": [ELISA] })).await.status, 400);
    assert_eq!(api.post("add-admin", json!({ "communityId": group, "phones": [ELISA] })).await.status, 400);
}

#[tokio::test]
async fn every_number_has_whatsapp_but_those_of_nobody() {
    let (world, _) = town();
    let member = world.groups().iter().find_map(|group| group.participants.first().cloned()).unwrap();
    let api = Api::new(world);
    let phones = json!([ANA, NOBODY, "5511999990123", "123", member.phone]);

    let got = api.post("phone-exists-batch", json!({ "phones": phones })).await.json();

    let entry = |nth: usize| if got[nth].is_array() { got[nth][0].clone() } else { got[nth].clone() };
    let seen: Vec<_> = (0..5).map(|nth| entry(nth)["exists"].to_string().replace('"', "")).collect();
    assert_eq!(seen, ["true", "false", "true", "false", "true"]);
    assert_eq!((&entry(0)["lid"], &entry(0)["outputPhone"]), (&json!("81896604192873@lid"), &json!(ANA)));
    assert_eq!((&entry(1)["lid"], &entry(1)["inputPhone"]), (&Value::Null, &json!(NOBODY)));
    assert_eq!(entry(1)["outputPhone"], NOBODY, "the number itself");
    assert_eq!(entry(4)["lid"], json!(member.lid));
    assert!(got[1].is_array() && got[1][0]["exists"] == false, "both spellings are met");
    assert!(!api.sandbox.calls()[0].is_change());
}
