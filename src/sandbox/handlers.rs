//! What each call does to the world, and its response.
//!
//! Invented: the text of every refusal (`… is required`, `Message not found`, `The queue is full`), and that the response
//! to an edit has the old id: no page documents them.

use axum::extract::Query;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::communities::PersonActions;
use super::credentials::{InstanceCredentials, Webhooks, random_hex};
use super::messages::SentMessage;
use super::request::{ApiCall, JsonResponse, bad_request, field, required, text_field};
use super::routes::Operation;
use super::state::{Options, Sandbox, SandboxState};
use super::world::{BotRole, Group, Refusal, World};
use super::{communities, responses};

impl Sandbox {
    /// Runs a call.
    pub(super) fn handle(&self, operation: Operation<'_>, call: &ApiCall) -> JsonResponse {
        let mut state = self.state();
        let (options, account) = (&self.0.options, self.account());
        let faults = self.faults().active_faults();
        let partial = faults.partial_failure;
        let done = match operation {
            Operation::Communities => {
                let all: Vec<_> =
                    state.world.communities().iter().filter(|c| c.bot_role != BotRole::Absent).collect();
                page(&all, call, options, Some(10)).map(responses::communities)
            }
            Operation::Groups => {
                let all: Vec<_> =
                    state.world.groups().iter().filter(|g| g.bot_role != BotRole::Absent).collect();
                page(&all, call, options, None).map(responses::groups)
            }
            Operation::Community(id) => community(read_world(&mut state), id),
            Operation::Group { id, with_invitation } => {
                group(read_world(&mut state), id).map(|(world, group)| {
                    responses::group(world, group, &account.phone, with_invitation, options)
                })
            }
            Operation::GroupInvitation(id) => {
                group(read_world(&mut state), id).map(|(_, group)| responses::invitation_link(group))
            }
            Operation::GroupOfInvitation => group_of_invitation(&state.world, call),
            Operation::Create => communities::create(state.world_for_change(faults), call),
            Operation::Deactivate(id) => communities::deactivate(state.world_for_change(faults), id),
            Operation::Describe => communities::describe(state.world_for_change(faults), call),
            Operation::SetPhoto => communities::set_photo(state.world_for_change(faults), call),
            Operation::SetAddPolicy => communities::set_add_policy(state.world_for_change(faults), call),
            Operation::ResetInvitation(id) => {
                communities::reset_invitation(state.world_for_change(faults), id)
            }
            Operation::AddPeople => communities::add_people(state.world_for_change(faults), call, partial),
            Operation::RemovePeople => {
                let actions =
                    PersonActions { in_community: World::remove_person, in_group: World::remove_from_group };
                communities::change_people(state.world_for_change(faults), call, partial, actions)
            }
            Operation::Promote => {
                let actions =
                    PersonActions { in_community: World::promote, in_group: World::promote_in_group };
                communities::change_people(state.world_for_change(faults), call, partial, actions)
            }
            Operation::Demote => {
                let actions = PersonActions { in_community: World::demote, in_group: World::demote_in_group };
                communities::change_people(state.world_for_change(faults), call, partial, actions)
            }
            Operation::ApprovePeople => {
                communities::decide(state.world_for_change(faults), call, partial, World::approve)
            }
            Operation::RejectPeople => {
                communities::decide(state.world_for_change(faults), call, partial, World::reject)
            }
            Operation::PhonesExist => communities::phones_exist(&state.world, call),
            Operation::Link => self.change(&mut state, call, World::link),
            Operation::Unlink => self.change(&mut state, call, World::unlink),
            Operation::SendText => send_text(&mut state, call, options),
            Operation::SendMedia(field) => send_media(&mut state, call, options, field),
            Operation::React => react(&mut state, call),
            Operation::RemoveReaction => remove_reaction(&mut state, call),
            Operation::Status => Ok(status(self.is_online())),
            Operation::Device => Ok(device(account)),
            Operation::Me => Ok(me(&state, account, self.is_online())),
            Operation::SetReceived => set_webhook(&mut state.webhooks.received, call),
            Operation::SetReceivedAndDelivery => set_webhook(&mut state.webhooks.received_and_delivery, call),
            Operation::NotifySentByMe => notify_sent_by_me(&mut state.webhooks, call),
            Operation::SetConnected => set_webhook(&mut state.webhooks.connected, call),
            Operation::SetDisconnected => set_webhook(&mut state.webhooks.disconnected, call),
            Operation::SetAllWebhooks => set_all_webhooks(&mut state.webhooks, call),
        };
        match done {
            Ok(document) => (StatusCode::OK, document),
            Err(refused) => refused,
        }
    }

    /// Links or unlinks the groups of a call one by one.
    fn change(
        &self,
        state: &mut SandboxState,
        call: &ApiCall,
        act: fn(&mut World, &str, &str) -> Result<(), Refusal>,
    ) -> Result<String, JsonResponse> {
        let community = required(call, "communityId")?;
        let groups = field(call, "groupsPhones").and_then(Value::as_array);
        let groups =
            groups.filter(|g| !g.is_empty()).ok_or_else(|| bad_request("groupsPhones is required"))?;
        if state.world.find_community(community).is_none_or(|c| c.bot_role == BotRole::Absent) {
            return Err(bad_request(&Refusal::NoCommunity.to_string()));
        }

        let faults = self.faults().active_faults();
        let world = state.world_for_change(faults);
        let mut refused = Vec::new();
        for group in groups {
            let group = group.as_str().unwrap_or_default();
            if let Err(refusal) = act(world, community, group) {
                refused.push((group, refusal));
                if faults.stops_at_first {
                    break;
                }
            }
        }

        if refused.is_empty() {
            // `unlink` has it as text: clients must accept both spellings.
            let success = if call.path.ends_with("unlink") { json!("true") } else { json!(true) };
            return Ok(json!({ "success": success }).to_string());
        }
        communities::partial_response("success", "failedGroups", &refused, faults.partial_failure)
    }
}

/// The world as a read of metadata sees it: an older one while reads lag.
fn read_world(state: &mut SandboxState) -> &World {
    state.snapshots.read(Instant::now()).unwrap_or(&state.world)
}

fn community(world: &World, id: &str) -> Result<String, JsonResponse> {
    let found = world.find_community(id).filter(|c| c.bot_role != BotRole::Absent);
    found.map(|c| responses::community(world, c)).ok_or_else(|| bad_request("Community not found"))
}

fn group<'w>(world: &'w World, id: &str) -> Result<(&'w World, &'w Group), JsonResponse> {
    let found = world.find_group(id).filter(|g| g.bot_role != BotRole::Absent);
    found.map(|group| (world, group)).ok_or_else(|| bad_request("Group not found"))
}

fn sent_by_me(call: &ApiCall) -> Result<bool, JsonResponse> {
    let value = field(call, "notifySentByMe").ok_or_else(|| bad_request("notifySentByMe is required"))?;
    Ok(value == true || value == "true")
}

/// A reset link leads nowhere; a valid one can be read without membership.
fn group_of_invitation(world: &World, call: &ApiCall) -> Result<String, JsonResponse> {
    let query = format!("/?{}", call.query.as_deref().unwrap_or_default());
    let given = query.parse().ok().and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    let link = given.and_then(|Query(pairs)| pairs.into_iter().find(|(key, _)| key == "url"));
    let (_, link) = link.ok_or_else(|| bad_request("url is required"))?;
    let group = world.group_invited_by(&link).ok_or_else(|| bad_request("Invalid invitation link"))?;
    Ok(responses::invited(world, group))
}

/// The requested page of a list. Without `usual_size`, page and size must be given.
fn page<'a, T>(
    all: &'a [T],
    call: &ApiCall,
    options: &Options,
    usual_size: Option<usize>,
) -> Result<&'a [T], JsonResponse> {
    let given = |name: &str| {
        let pairs = call.query.as_deref().unwrap_or_default().split('&');
        pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let number = |name: &str, usual: Option<usize>| match given(name) {
        None => usual.ok_or_else(|| bad_request(&format!("{name} is required"))),
        Some(value) => {
            let number = value.parse().ok().filter(|n| *n > 0);
            number.ok_or_else(|| bad_request(&format!("{name} must be a number from 1")))
        }
    };
    let number_of_page = number("page", usual_size.map(|_| 1))?;
    let size = number("pageSize", usual_size)?.min(options.page_cap.unwrap_or(usize::MAX)).max(1);
    let last = all.len().div_ceil(size).max(1);
    let nth = if options.repeats_last_page { number_of_page.min(last) } else { number_of_page };
    Ok(all.chunks(size).nth(nth - 1).unwrap_or_default())
}

fn send_text(state: &mut SandboxState, call: &ApiCall, options: &Options) -> Result<String, JsonResponse> {
    let chat = required(call, "phone")?.to_owned();
    let text = required(call, "message")?.to_owned();
    if let Some(edited) = text_field(call, "editMessageId") {
        if !state.world.chats.edit(edited, &text) {
            return Err(bad_request("Message not found"));
        }
        return Ok(ids(edited, &random_hex()));
    }
    let quoted = text_field(call, "messageId").map(str::to_owned);
    queue_message(state, options, SentMessage { chat, text, quoted, ..SentMessage::default() })
}

/// Queues a file, whose address or content is in this field.
fn send_media(
    state: &mut SandboxState,
    call: &ApiCall,
    options: &Options,
    name: &str,
) -> Result<String, JsonResponse> {
    let (chat, media) = (required(call, "phone")?.to_owned(), Some(required(call, name)?.to_owned()));
    let text = text_field(call, "caption").unwrap_or_default().to_owned();
    queue_message(state, options, SentMessage { chat, text, media, ..SentMessage::default() })
}

fn queue_message(
    state: &mut SandboxState,
    options: &Options,
    message: SentMessage,
) -> Result<String, JsonResponse> {
    if state.world.chats.queue_len() >= options.queue_limit {
        return Err(bad_request("The queue is full"));
    }
    let message_id = format!("3EB0{}", &random_hex()[12..]);
    let message = SentMessage { message_id, zaap_id: random_hex(), ..message };
    let response = ids(&message.message_id, &message.zaap_id);
    state.world.chats.queue(message, Instant::now(), options.send_delay);
    Ok(response)
}

fn react(state: &mut SandboxState, call: &ApiCall) -> Result<String, JsonResponse> {
    let (chat, message) = (required(call, "phone")?, required(call, "messageId")?);
    state.world.chats.react(chat, message, required(call, "reaction")?);
    Ok(ids(&random_hex(), &random_hex()))
}

fn remove_reaction(state: &mut SandboxState, call: &ApiCall) -> Result<String, JsonResponse> {
    let (chat, message) = (required(call, "phone")?, required(call, "messageId")?);
    state.world.chats.remove_reaction(chat, message);
    Ok(ids(&random_hex(), &random_hex()))
}

fn ids(message_id: &str, zaap_id: &str) -> String {
    json!({ "zaapId": zaap_id, "messageId": message_id, "id": message_id }).to_string()
}

/// `error` is present although nothing is wrong, as at Z-API.
fn status(is_online: bool) -> String {
    let chatter = if is_online { "You are already connected." } else { "You are not connected." };
    let smartphone = is_online.to_string();
    json!({ "connected": is_online, "session": is_online, "error": chatter, "smartphoneConnected": smartphone })
        .to_string()
}

fn device(account: &InstanceCredentials) -> String {
    json!({
        "phone": account.phone,
        "imgUrl": "",
        "about": "",
        "name": "vincula sandbox",
        "device": { "sessionName": "Z-API", "device_model": "Z-API" },
        "originalDevice": "android",
        "sessionId": 175,
        "isBusiness": "false",
    })
    .to_string()
}

fn me(state: &SandboxState, account: &InstanceCredentials, is_online: bool) -> String {
    json!({
        "id": account.id,
        "token": account.token,
        "name": "vincula sandbox",
        // A unix timestamp, in milliseconds as text: the documentation has both units.
        "due": "1893456000000",
        "connected": is_online.to_string(),
        "paymentStatus": "TRIAL",
        "created": "2025-01-01T00:00:00Z",
        "connectedCallbackUrl": state.webhooks.connected,
        "deliveryCallbackUrl": state.webhooks.others,
        "disconnectedCallbackUrl": state.webhooks.disconnected,
        "messageStatusCallbackUrl": state.webhooks.others,
        "presenceChatCallbackUrl": state.webhooks.others,
        "receivedAndDeliveryCallbackUrl": state.webhooks.received_and_delivery,
        "receivedCallbackUrl": state.webhooks.received,
        "receiveCallbackSentByMe": state.webhooks.notifies_sent_by_me,
        "callRejectAuto": "false",
        "autoReadMessage": false,
        "initialDataEnabled": "false",
    })
    .to_string()
}

fn set_webhook(webhook: &mut Option<String>, call: &ApiCall) -> Result<String, JsonResponse> {
    *webhook = Some(webhook_url(call)?);
    Ok(r#"{"value":true}"#.to_owned())
}

fn notify_sent_by_me(webhooks: &mut Webhooks, call: &ApiCall) -> Result<String, JsonResponse> {
    webhooks.notifies_sent_by_me = sent_by_me(call)?;
    Ok(r#"{"value":true}"#.to_owned())
}

fn set_all_webhooks(webhooks: &mut Webhooks, call: &ApiCall) -> Result<String, JsonResponse> {
    let url = Some(webhook_url(call)?);
    *webhooks = Webhooks {
        received: url.clone(),
        // Invented: no page says whether "every" includes the second URL.
        received_and_delivery: url.clone(),
        connected: url.clone(),
        disconnected: url.clone(),
        others: url,
        // Invented: without the field it is turned off.
        notifies_sent_by_me: sent_by_me(call).unwrap_or(false),
    };
    Ok(r#"{"value":"true"}"#.to_owned())
}

/// Z-API accepts https alone (Z-API docs, update-webhook-received).
fn webhook_url(call: &ApiCall) -> Result<String, JsonResponse> {
    let url = required(call, "value")?;
    if url.starts_with("https://") {
        Ok(url.to_owned())
    } else {
        Err(bad_request("The webhook must be https"))
    }
}
