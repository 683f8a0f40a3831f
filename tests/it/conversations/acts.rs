//! What a message changed at WhatsApp: the world before and after it is compared.

use std::collections::BTreeSet;

use serde_json::Value;
use vincula::sandbox::{ApiCall, ChatUpdate, Community, World};

/// What the bot sent because of a message.
pub struct Sends {
    /// Its messages in the chat of the message.
    pub replies: Vec<String>,
    /// Its messages elsewhere, as acts.
    acts: Vec<String>,
}

impl Sends {
    /// Sorts the chat updates and the calls since the message.
    pub fn new(before: &World, chat: &str, updates: &[ChatUpdate], calls: &[ApiCall]) -> Self {
        let community_of = |group: &str| {
            before
                .communities()
                .iter()
                .find(|community| community.announcement == group)
                .map(|c| c.name.as_str())
        };
        let field = |call: &ApiCall, name: &str| {
            let value = call.body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let images = calls.iter().filter(|call| call.path == "send-image");
        let images: Vec<_> = images.map(|call| (field(call, "phone"), field(call, "caption"))).collect();
        let mut sends = Self { replies: Vec::new(), acts: Vec::new() };
        for (group, caption) in &images {
            let to = community_of(group).unwrap_or(group);
            sends.acts.push(format!("announce {to} : [image] {caption}"));
        }
        for update in updates {
            let message = &update.message;
            let is_image = images.iter().any(|(group, text)| *group == message.chat && *text == message.text);
            match community_of(&message.chat).filter(|_| message.quoted.is_none()) {
                _ if is_image => {}
                Some(community) => sends.acts.push(format!("announce {community} : {}", message.text)),
                None if message.chat == chat => sends.replies.push(message.text.clone()),
                None => sends.acts.push(format!("message to {} : {}", message.chat, message.text)),
            }
        }
        sends
    }
}

/// Lists the differences between two worlds and what was sent, in the words of the table.
pub fn list_acts(before: &World, after: &World, sends: &Sends) -> Vec<String> {
    let mut acts = sends.acts.clone();
    let is_new = |community: &&Community| before.find_community(&community.id).is_none();
    acts.extend(
        after.communities().iter().filter(is_new).map(|community| format!("create {}", community.name)),
    );
    for community in before.communities() {
        match after.find_community(&community.id) {
            Some(now) => {
                acts.extend(community_acts(community, now));
                acts.extend(people_acts(before, after, community));
            }
            None => acts.push(format!("deactivate {}", community.name)),
        }
    }
    acts.extend(group_acts(before, after));
    acts
}

fn community_acts(before: &Community, after: &Community) -> Vec<String> {
    let changes = [
        ("describe", before.description != after.description),
        ("photo", before.photo != after.photo),
        ("settings", before.groups_added_by_all != after.groups_added_by_all),
    ];
    let changes = changes.into_iter().filter(|(_, is_changed)| *is_changed);
    changes.map(|(verb, _)| format!("{verb} {}", before.name)).collect()
}

/// Groups that came or went, and new invite links. The groups of a community that was deactivated go without an act.
fn group_acts(before: &World, after: &World) -> Vec<String> {
    let mut acts = Vec::new();
    let name = |world: &World, id: &str| world.find_community(id).map(|community| community.name.clone());
    for group in after.groups() {
        let Some(old) = before.find_group(&group.id) else { continue };
        if old.invitation != group.invitation {
            acts.push(format!("reset-invite {}", group.name));
        }
        if old.community == group.community {
            continue;
        }
        if let Some(left) = old.community.as_deref().and_then(|id| name(after, id)) {
            acts.push(format!("unlink {left} / {}", group.name));
        }
        if let Some(joined) = group.community.as_deref().and_then(|id| name(after, id)) {
            acts.push(format!("link {joined} / {}", group.name));
        }
    }
    acts
}

/// People of a community who came, went, or got another role. A person who can only be invited counts as added. People
/// who come and go with a linked group do not count.
fn people_acts(before: &World, after: &World, community: &Community) -> Vec<String> {
    let stays = |group: &&vincula::sandbox::Group| {
        let is_here = |world: &World| {
            world.find_group(&group.id).is_some_and(|g| g.community.as_ref() == Some(&community.id))
        };
        is_here(before) && is_here(after)
    };
    let members = |world: &World| -> BTreeSet<String> {
        let groups = world.groups().iter().filter(stays);
        let direct = groups.flat_map(|group| &group.participants).map(|person| person.phone.clone());
        direct.chain(world.invited(&community.id).into_iter().map(str::to_owned)).collect()
    };
    let admins = |world: &World| -> BTreeSet<String> {
        let people = world.people_of(&community.id).into_iter();
        people.filter(|person| person.is_admin).map(|person| person.phone).collect()
    };
    let (was_in, is_in) = (members(before), members(after));
    let (was_admin, is_admin) = (admins(before), admins(after));
    let act = |verb: &str, phone: &String| format!("{verb} {} / {phone}", community.name);
    let added = is_in.difference(&was_in).map(|phone| act("add", phone));
    let removed = was_in.difference(&is_in).map(|phone| act("remove", phone));
    let promoted = is_admin.difference(&was_admin).map(|phone| act("promote", phone));
    let demoted = was_admin.difference(&is_admin).filter(|phone| is_in.contains(*phone));
    let demoted = demoted.map(|phone| act("demote", phone));
    added.chain(removed).chain(promoted).chain(demoted).collect()
}
