//! The JSON of responses, with Z-API's quirks: booleans and numbers as text, repeated keys.
//!
//! Written by hand, since no serializer repeats a key. Fields and their order are those of the documentation.
//! Invented: which values are text differs from one entry of a list to the next (real lists have either spelling, never
//! mixed so), so that a parser that expects one spelling fails.

use std::collections::HashMap;

use serde_json::Value;

use super::person::KnownPerson;
use super::state::Options;
use super::world::{BotRole, Community, Group, World};

/// `GET communities`.
pub(super) fn communities(page: &[&Community]) -> String {
    join_list(
        page.iter().map(|c| format!(r#"{{"name":{},"id":{}}}"#, text_value(&c.name), text_value(&c.id))),
    )
}

/// `GET communities-metadata/{id}`: the announcement group first; `phone` stands twice, as in
/// the documented example.
pub(super) fn community(world: &World, community: &Community) -> String {
    let announcement = world.find_group(&community.announcement);
    let groups = announcement.into_iter().chain(world.groups_of(&community.id));
    let groups = groups.enumerate().map(|(nth, group)| {
        let (name, phone) = (text_value(&group.name), text_value(&group.id));
        let announces = boolean_text(group.is_announcement, nth);
        format!(r#"{{"name":{name},"phone":{phone},"isGroupAnnouncement":{announces},"phone":{phone}}}"#)
    });
    let (name, id) = (text_value(&community.name), text_value(&community.id));
    let description = text_value(&community.description);
    format!(r#"{{"name":{name},"id":{id},"description":{description},"subGroups":{}}}"#, join_list(groups))
}

/// `POST communities`.
pub(super) fn created(world: &World, community: &Community) -> String {
    let groups = world.announcement_of(&community.id).into_iter().map(|group| {
        let (name, phone) = (text_value(&group.name), text_value(&group.id));
        format!(r#"{{"name":{name},"phone":{phone},"isGroupAnnouncement":"true"}}"#)
    });
    format!(r#"{{"id":{},"subGroups":{}}}"#, text_value(&community.id), join_list(groups))
}

/// `GET groups`: announcement groups are among them. Invented: `isGroupAnnouncement`, which no page has here.
pub(super) fn groups(page: &[&Group]) -> String {
    join_list(page.iter().enumerate().map(|(nth, group)| {
        format!(
            r#"{{"isGroup":{},"name":{},"phone":{},"unread":"0","messagesUnread":0,"lastMessageTime":"1764000000000","archived":"false","pinned":"false","isMuted":"0","muteEndTime":null,"isMarkedSpam":"false","isGroupAnnouncement":{}}}"#,
            boolean_text(true, nth),
            text_value(&group.name),
            text_value(&group.id),
            boolean_text(group.is_announcement, nth + 1),
        )
    }))
}

/// `GET light-group-metadata/{phone}`, and with an invitation link `GET group-metadata/{phone}`.
///
/// A person has the number, or the lid in its place where the number is hidden; `lid` is beside it only with
/// `Options::shows_lids`. Invented: the form of `lid` in a list; it is not documented.
pub(super) fn group(
    world: &World,
    group: &Group,
    bot: &str,
    with_invitation: bool,
    options: &Options,
) -> String {
    let people = world.participants(group);
    let everybody: HashMap<&str, &KnownPerson> =
        world.people().iter().map(|known| (known.phone.as_str(), known)).collect();
    let bot_is_admin = group.bot_role == BotRole::Admin;
    let bot = format!(r#"{{"phone":{},"isAdmin":{bot_is_admin},"isSuperAdmin":false}}"#, text_value(bot));
    let others = people.iter().enumerate().map(|(nth, person)| {
        let (admin, owner) =
            (boolean_text(person.is_admin, nth), boolean_text(person.is_super_admin, nth + 1));
        let known = everybody.get(person.phone.as_str());
        let hidden = person.lid.as_deref().filter(|_| known.is_some_and(|known| known.hides_number));
        let phone = text_value(hidden.unwrap_or(&person.phone));
        let lid = match options.shows_lids {
            true => format!(r#","lid":{}"#, Value::from(person.lid.as_deref())),
            false => String::new(),
        };
        // Contacts have a name.
        let name = known.map_or_else(String::new, |known| {
            format!(r#","short":{name},"name":{name}"#, name = text_value(&known.name))
        });
        format!(r#"{{"phone":{phone}{lid},"isAdmin":{admin},"isSuperAdmin":{owner}{name}}}"#)
    });
    let invitation = if with_invitation { link(group) } else { r#""invitationLink":null"#.to_owned() };
    let community = group.community.as_deref().and_then(|id| world.find_community(id));
    let description =
        community.filter(|_| group.is_announcement).map(|c| c.description.as_str()).filter(|d| !d.is_empty());
    format!(
        r#"{{"phone":{phone},"subject":{subject},"description":{description},"owner":{owner},"creation":"1623281429000","communityId":{community},"isGroupAnnouncement":{announces},"adminOnlyMessage":{announces},"adminOnlySettings":"true","requireAdminApproval":"false","participants":{participants},{invitation}}}"#,
        phone = text_value(&group.id),
        subject = text_value(&group.name),
        description = Value::from(description),
        owner = Value::from(people.first().map(|person| person.phone.as_str())),
        community = Value::from(group.community.as_deref()),
        announces = boolean_text(group.is_announcement, group.name.len()),
        participants = join_list(std::iter::once(bot).chain(others)),
    )
}

/// `GET group-invitation-link/{groupId}`.
pub(super) fn invitation_link(group: &Group) -> String {
    format!(r#"{{"phone":{},{}}}"#, text_value(&group.id), link(group))
}

/// The invite link of a group, which WhatsApp shows to admins alone.
fn link(group: &Group) -> String {
    match group.bot_role {
        BotRole::Admin => format!(r#""invitationLink":{}"#, text_value(&group.invitation)),
        _ => r#""invitationLink":null,"invitationLinkError":"forbidden""#.to_owned(),
    }
}

/// `GET group-invitation-metadata`: without its community and people.
pub(super) fn invited(world: &World, group: &Group) -> String {
    let people = world.participants(group);
    format!(
        r#"{{"phone":{phone},"subject":{subject},"owner":{owner},"creation":1623281429000,"invitationLink":{link},"contactsCount":0,"participantsCount":"{count}","participants":[],"subjectTime":1623281429000,"subjectOwner":null}}"#,
        phone = text_value(&group.id),
        subject = text_value(&group.name),
        owner = Value::from(people.first().map(|person| person.phone.as_str())),
        link = text_value(&group.invitation),
        count = people.len() + 1,
    )
}

/// `POST phone-exists-batch`: `outputPhone` is the number itself, also where it does not exist. Invented: every
/// other entry is an array of one, as that of `phone-exists` is, and `lid` is empty where it is not known.
pub(super) fn phones(world: &World, phones: &[&str]) -> String {
    join_list(phones.iter().enumerate().map(|(nth, phone)| {
        let exists = world.has_whatsapp(phone);
        let lid = Value::from(world.lid_of(phone).filter(|_| exists));
        let response = format!(
            r#"{{"exists":{},"inputPhone":{},"outputPhone":{},"lid":{lid}}}"#,
            boolean_text(exists, nth),
            text_value(phone),
            text_value(phone),
        );
        if nth.is_multiple_of(2) { response } else { format!("[{response}]") }
    }))
}

/// A boolean, as text for every other entry.
fn boolean_text(value: bool, nth: usize) -> String {
    if nth.is_multiple_of(2) { format!(r#""{value}""#) } else { value.to_string() }
}

fn text_value(value: &str) -> Value {
    Value::from(value)
}

fn join_list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}
