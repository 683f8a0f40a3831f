//! The calls that create, change and deactivate communities, and those that change their people.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::faults::{ActiveFaults, PartialFailure};
use super::request::{ApiCall, JsonResponse, bad_request, field, required, text_field};
use super::responses;
use super::state::SandboxState;
use super::world::{Refusal, World};

impl SandboxState {
    /// The world for a call that changes it; keeps a snapshot where reads lag.
    pub(super) fn world_for_change(&mut self, faults: ActiveFaults) -> &mut World {
        if let Some(lag) = faults.lag {
            self.snapshots.push(lag, &self.world, Instant::now());
        }
        &mut self.world
    }
}

/// `POST communities`.
pub(super) fn create(world: &mut World, call: &ApiCall) -> Result<String, JsonResponse> {
    let id = world.community(required(call, "name")?);
    if let Some(description) = text_field(call, "description") {
        world.describe(&id, description).map_err(refusal_response)?;
    }
    Ok(world.find_community(&id).map(|made| responses::created(world, made)).unwrap_or_default())
}

/// `DELETE communities/{id}`: its response is not documented. Invented: it is empty.
pub(super) fn deactivate(world: &mut World, id: &str) -> Result<String, JsonResponse> {
    world.deactivate(id).map(|()| String::new()).map_err(refusal_response)
}

/// `POST update-community-description`.
pub(super) fn describe(world: &mut World, call: &ApiCall) -> Result<String, JsonResponse> {
    // An empty text removes the description.
    let text = field(call, "communityDescription").and_then(Value::as_str);
    let text = text.ok_or_else(|| bad_request("communityDescription is required"))?;
    world.describe(required(call, "communityId")?, text).map_err(refusal_response)?;
    Ok(json!({ "value": true }).to_string())
}

/// `POST update-community-photo`.
pub(super) fn set_photo(world: &mut World, call: &ApiCall) -> Result<String, JsonResponse> {
    let photo = required(call, "communityPhoto")?;
    world.set_photo(required(call, "communityId")?, photo).map_err(refusal_response)?;
    Ok(json!({ "value": "true" }).to_string())
}

/// `POST communities/settings`.
pub(super) fn set_add_policy(world: &mut World, call: &ApiCall) -> Result<String, JsonResponse> {
    let by_all = match required(call, "whoCanAddNewGroups")? {
        "admins" => false,
        "all" => true,
        _ => return Err(bad_request("whoCanAddNewGroups must be admins or all")),
    };
    world.set_groups_added_by_all(required(call, "communityId")?, by_all).map_err(refusal_response)?;
    Ok(json!({ "success": true }).to_string())
}

/// `POST redefine-invitation-link/{id}`.
pub(super) fn reset_invitation(world: &mut World, id: &str) -> Result<String, JsonResponse> {
    let link = world.reset_invitation(id).map_err(refusal_response)?;
    Ok(json!({ "invitationLink": link }).to_string())
}

/// `POST add-participant`.
pub(super) fn add_people(
    world: &mut World,
    call: &ApiCall,
    partial: PartialFailure,
) -> Result<String, JsonResponse> {
    let invites = field(call, "autoInvite").is_some_and(|v| v == true || v == "true");
    let add =
        |world: &mut World, community: &str, who: &str| world.add_person(community, who, invites).map(drop);
    let actions = PersonActions { in_community: add, in_group: World::add_to_group };
    change_people(world, call, partial, actions)
}

/// A change of a person in a community or a group.
pub(super) type PersonAction = fn(&mut World, &str, &str) -> Result<(), Refusal>;

/// The two forms of a change of a person.
pub(super) struct PersonActions<F = PersonAction> {
    pub(super) in_community: F,
    pub(super) in_group: PersonAction,
}

/// `POST approve-participant` and `reject-participant`: these forms name a group.
pub(super) fn decide(
    world: &mut World,
    call: &ApiCall,
    partial: PartialFailure,
    action: PersonAction,
) -> Result<String, JsonResponse> {
    let group = required(call, "groupId")?;
    each_person(world, call, partial, |world, who| action(world, group, who))
}

/// `POST remove-participant`, `add-admin` and `remove-admin`: the form of a community has `communityId`, that of a
/// group `groupId`; `actions` has a change for each. Invented: which of the two counts where both stand.
pub(super) fn change_people(
    world: &mut World,
    call: &ApiCall,
    partial: PartialFailure,
    actions: PersonActions<impl Fn(&mut World, &str, &str) -> Result<(), Refusal>>,
) -> Result<String, JsonResponse> {
    match text_field(call, "communityId") {
        Some(community) => {
            each_person(world, call, partial, |world, who| (actions.in_community)(world, community, who))
        }
        None => {
            let group = text_field(call, "groupId");
            let group = group.ok_or_else(|| bad_request("communityId or groupId is required"))?;
            each_person(world, call, partial, |world, who| (actions.in_group)(world, group, who))
        }
    }
}

/// Changes one person after the other. Invented: the response to a partial failure is like that of links; a complete
/// failure is an error.
fn each_person(
    world: &mut World,
    call: &ApiCall,
    partial: PartialFailure,
    act: impl Fn(&mut World, &str) -> Result<(), Refusal>,
) -> Result<String, JsonResponse> {
    let people = field(call, "phones").and_then(Value::as_array).filter(|people| !people.is_empty());
    let people = people.ok_or_else(|| bad_request("phones is required"))?;
    let mut failed = Vec::new();
    for person in people {
        let who = person.as_str().unwrap_or_default();
        if let Err(refusal) = act(world, who) {
            failed.push((who, refusal));
        }
    }
    match failed.first() {
        None => Ok(json!({ "value": true }).to_string()),
        Some((_, first)) if failed.len() == people.len() => Err(refusal_response(first.clone())),
        Some(_) => partial_response("value", "failedPhones", &failed, partial),
    }
}

/// The response to a call that was refused in part; `flag` is its name for success. Invented: all four forms, since
/// Z-API's is not documented, and the names of the lists.
pub(super) fn partial_response(
    flag: &str,
    list: &str,
    failed: &[(&str, Refusal)],
    partial: PartialFailure,
) -> Result<String, JsonResponse> {
    match partial {
        PartialFailure::Success => Ok(json!({ flag: true }).to_string()),
        PartialFailure::Details => {
            let failed: Vec<_> =
                failed.iter().map(|(id, why)| json!({ "phone": id, "error": why.to_string() })).collect();
            Ok(json!({ flag: true, list: failed }).to_string())
        }
        PartialFailure::Failure => Ok(json!({ flag: false }).to_string()),
        PartialFailure::Error => {
            Err(bad_request(&failed.first().map(|(_, first)| first.to_string()).unwrap_or_default()))
        }
    }
}

/// `POST phone-exists-batch`.
pub(super) fn phones_exist(world: &World, call: &ApiCall) -> Result<String, JsonResponse> {
    let phones = field(call, "phones").and_then(Value::as_array).filter(|phones| !phones.is_empty());
    let phones = phones.ok_or_else(|| bad_request("phones is required"))?;
    let phones: Vec<&str> = phones.iter().map(|phone| phone.as_str().unwrap_or_default()).collect();
    Ok(responses::phones(world, &phones))
}

fn refusal_response(refusal: Refusal) -> JsonResponse {
    bad_request(&refusal.to_string())
}
