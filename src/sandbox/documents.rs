//! The JSON that Z-API answers, with its habits: booleans and numbers as text, repeated keys.
//!
//! Written by hand, since no serializer repeats a key. What is text here and what is not differs
//! from one place of a list to the next, so that a reader who trusts one spelling is found out.

use serde_json::Value;

use super::world::{Community, Group, Standing, World};

/// `GET communities`.
pub(super) fn communities(page: &[&Community]) -> String {
    list(page.iter().map(|c| format!(r#"{{"name":{},"id":{}}}"#, text(&c.name), text(&c.id))))
}

/// `GET communities-metadata/{id}`: the announcement group first; `phone` stands twice, as in
/// the documented example.
pub(super) fn community(world: &World, community: &Community) -> String {
    let announcement = world.find_group(&community.announcement);
    let groups = announcement.into_iter().chain(world.groups_of(&community.id));
    let groups = groups.enumerate().map(|(nth, group)| {
        let (name, phone) = (text(&group.name), text(&group.id));
        let announces = boolean(group.is_announcement, nth);
        format!(r#"{{"name":{name},"phone":{phone},"isGroupAnnouncement":{announces},"phone":{phone}}}"#)
    });
    let (name, id) = (text(&community.name), text(&community.id));
    format!(r#"{{"name":{name},"id":{id},"description":"","subGroups":{}}}"#, list(groups))
}

/// `GET groups`: announcement groups are among them.
pub(super) fn groups(page: &[&Group]) -> String {
    list(page.iter().enumerate().map(|(nth, group)| {
        format!(
            r#"{{"isGroup":{},"name":{},"phone":{},"unread":"0","messagesUnread":0,"lastMessageTime":"1764000000000","archived":"false","pinned":"false","isMuted":"0","muteEndTime":null,"isMarkedSpam":"false","isGroupAnnouncement":{}}}"#,
            boolean(true, nth),
            text(&group.name),
            text(&group.id),
            boolean(group.is_announcement, nth + 1),
        )
    }))
}

/// `GET light-group-metadata/{phone}`, and with an invitation link `GET group-metadata/{phone}`.
pub(super) fn group(world: &World, group: &Group, bot: &str, with_invitation: bool) -> String {
    let people = world.participants(group);
    let bot_is_admin = group.standing == Standing::Admin;
    let bot = format!(r#"{{"phone":{},"isAdmin":{bot_is_admin},"isSuperAdmin":false}}"#, text(bot));
    let others = people.iter().enumerate().map(|(nth, person)| {
        let (phone, lid) = (text(&person.phone), text(&person.lid));
        let admin = boolean(person.is_admin, nth);
        format!(r#"{{"phone":{phone},"lid":{lid},"isAdmin":{admin},"isSuperAdmin":{admin}}}"#)
    });
    let invitation = if with_invitation {
        let code: String = group.id.chars().filter(char::is_ascii_digit).rev().take(16).collect();
        format!(r#","invitationLink":"https://chat.whatsapp.com/{code}""#)
    } else {
        String::new()
    };
    format!(
        r#"{{"phone":{phone},"subject":{subject},"description":null,"owner":{owner},"creation":"1623281429000","communityId":{community},"isGroupAnnouncement":{announces},"adminOnlyMessage":{announces},"adminOnlySettings":"true","requireAdminApproval":"false","participants":{participants}{invitation}}}"#,
        phone = text(&group.id),
        subject = text(&group.name),
        owner = Value::from(people.first().map(|person| person.phone.as_str())),
        community = Value::from(group.community.as_deref()),
        announces = boolean(group.is_announcement, group.name.len()),
        participants = list(std::iter::once(bot).chain(others)),
    )
}

/// A boolean, at every other place as text.
fn boolean(value: bool, nth: usize) -> String {
    if nth.is_multiple_of(2) { format!(r#""{value}""#) } else { value.to_string() }
}

fn text(value: &str) -> Value {
    Value::from(value)
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}
