//! Rows of the matrix: every changing call, with the command that makes it.

use serde_json::{Value, json};
use vincula::sandbox::{ApiCall, World};

use super::Observation;

const BAIRRO: &str = "Bairro Feliz";
const NEW: &str = "Bairro Novo";
const TEXT: &str = "Um bairro tranquilo";
const PHOTO: &str = "https://pictures.example/a.jpeg";
const ANNOUNCEMENT: &str = "Reunião amanhã";

/// Whether a call may be repeated while its result is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// A repetition changes nothing more.
    Always,
    /// It would be done twice.
    Never,
    /// Only without its private invitation, which would be sent twice.
    WithoutInvitation,
}

/// A change: a command and its call.
pub struct ChangeCase {
    pub name: &'static str,
    /// Prepares the default world.
    pub arrange: fn(&mut World),
    /// A command that runs before, undisturbed.
    pub first: Option<&'static str>,
    pub command: &'static str,
    /// Method and path of the call.
    pub call: &'static str,
    /// Z-API's documented success response.
    pub success: fn(&World) -> Value,
    /// What it changes, as named in the lines of the reply; “” if there are no lines.
    pub about: &'static [&'static str],
    /// Whether the change shows in the second world, compared with the first.
    pub is_so: fn(&World, &World, &str) -> bool,
    /// Whether Z-API can read the state back.
    pub can_be_read: bool,
    pub repeats: Repeats,
    /// Further violations.
    pub also: fn(&Observation) -> Option<String>,
}

const CHANGE: ChangeCase = ChangeCase {
    name: "",
    arrange: |_| {},
    first: None,
    command: "",
    call: "",
    success: |_| json!({ "value": true, "success": true }),
    about: &[""],
    is_so: |_, _, _| false,
    can_be_read: true,
    repeats: Repeats::Always,
    also: |_| None,
};

impl ChangeCase {
    /// Path for the fault.
    pub fn target(&self, world: &World) -> String {
        match self.call {
            // The bot's replies use the same call.
            "POST send-text" => format!("POST send-text?phone={}", announcement_group(world)),
            call => call.to_owned(),
        }
    }

    /// Whether a call is the changing one.
    pub fn is_call(&self, call: &ApiCall, world: &World) -> bool {
        let (method, path) = self.call.split_once(' ').unwrap();
        let path = path.trim_end_matches('?');
        let is_path = call.path == path || (path.ends_with('/') && call.path.starts_with(path));
        let is_to = || call.body.as_ref().is_some_and(|body| body["phone"] == announcement_group(world));
        call.method.as_str() == method && is_path && (path != "send-text" || is_to())
    }
}

/// All changes.
pub fn all() -> Vec<ChangeCase> {
    groups().into_iter().chain(descriptions()).chain(communities()).chain(people()).collect()
}

fn groups() -> [ChangeCase; 8] {
    let into_bairro = |_: &World, now: &World, group: &str| community_of(now, group) == Some(BAIRRO);
    let out_of_bairro = |_: &World, now: &World, group: &str| community_of(now, group) != Some(BAIRRO);
    let link = ChangeCase { call: "POST communities/link", is_so: into_bairro, ..CHANGE };
    let unlink = ChangeCase { call: "POST communities/unlink", is_so: out_of_bairro, ..CHANGE };
    [
        ChangeCase { name: "link", command: r#"/link "Bairro Feliz" futebol"#, about: &["Futebol"], ..link },
        ChangeCase {
            name: "link of several",
            command: r#"/link "Bairro Feliz" futebol, suporte"#,
            about: &["Futebol", "Suporte"],
            ..link
        },
        ChangeCase {
            name: "undo of unlink",
            first: Some(r#"/unlink "Bairro Feliz" moradores"#),
            command: "/undo",
            about: &["Moradores"],
            ..link
        },
        ChangeCase {
            name: "unlink",
            command: r#"/unlink "Bairro Feliz" moradores"#,
            about: &["Moradores"],
            ..unlink
        },
        ChangeCase {
            name: "undo of link",
            first: Some(r#"/link "Bairro Feliz" futebol"#),
            command: "/undo",
            about: &["Futebol"],
            ..unlink
        },
        ChangeCase {
            name: "move, the link",
            command: r#"/move "vendas sul" "Bairro Feliz""#,
            about: &["Vendas Sul"],
            also: says_where_it_is,
            ..link
        },
        ChangeCase {
            name: "move, the unlink",
            command: r#"/move "vendas sul" "Bairro Feliz""#,
            call: "POST communities/unlink",
            about: &["Vendas Sul"],
            also: says_where_it_is,
            ..link
        },
        ChangeCase {
            name: "undo of move, the link",
            first: Some(r#"/move "vendas sul" "Bairro Feliz""#),
            command: "/undo",
            about: &["Vendas Sul"],
            is_so: |_, now, group| community_of(now, group) == Some("Marketing BR"),
            also: says_where_it_is,
            ..link
        },
    ]
}

fn descriptions() -> [ChangeCase; 3] {
    let describe = ChangeCase {
        call: "POST update-community-description",
        command: r#"/describe "Bairro Feliz" Um bairro tranquilo"#,
        is_so: |_, now, _| description(now) == TEXT,
        ..CHANGE
    };
    [
        ChangeCase { name: "describe", ..describe },
        ChangeCase {
            name: "describe with nothing",
            arrange: |world| world.describe(&bairro(world), TEXT).unwrap(),
            command: r#"/describe "Bairro Feliz" -"#,
            is_so: |_, now, _| description(now).is_empty(),
            ..describe
        },
        ChangeCase {
            name: "undo of describe",
            first: Some(r#"/describe "Bairro Feliz" Um bairro tranquilo"#),
            command: "/undo",
            is_so: |_, now, _| description(now).is_empty(),
            ..describe
        },
    ]
}

fn communities() -> [ChangeCase; 7] {
    let invite = ChangeCase { call: "POST redefine-invitation-link/", ..CHANGE };
    [
        ChangeCase {
            name: "create",
            command: "/create Bairro Novo",
            call: "POST communities?",
            success: |world| json!({ "id": world.clone().community(NEW), "subGroups": [] }),
            is_so: |_, now, _| now.community_named(NEW).is_some(),
            repeats: Repeats::Never,
            ..CHANGE
        },
        ChangeCase {
            name: "deactivate",
            command: r#"/deactivate "Bairro Feliz" --yes"#,
            call: "DELETE communities/",
            is_so: |_, now, _| now.community_named(BAIRRO).is_none(),
            ..CHANGE
        },
        ChangeCase {
            name: "photo",
            command: r#"/photo "Bairro Feliz" https://pictures.example/a.jpeg"#,
            call: "POST update-community-photo",
            is_so: |_, now, _| now.find_community(&bairro(now)).unwrap().photo.as_deref() == Some(PHOTO),
            can_be_read: false,
            ..CHANGE
        },
        ChangeCase {
            name: "settings",
            command: r#"/settings "Bairro Feliz" add-groups all"#,
            call: "POST communities/settings",
            is_so: |_, now, _| now.find_community(&bairro(now)).unwrap().groups_added_by_all,
            can_be_read: false,
            ..CHANGE
        },
        ChangeCase {
            name: "invite reset of a community",
            command: r#"/invite "Bairro Feliz" reset --yes"#,
            success: |world| json!({ "invitationLink": next_invitation(world, &bairro(world)) }),
            is_so: |before, now, _| before.invitation(&bairro(before)) != now.invitation(&bairro(now)),
            also: |seen| shows_link(seen, &bairro(&seen.after)),
            ..invite
        },
        ChangeCase {
            name: "invite reset of a group",
            command: "/invite futebol reset --yes",
            success: |world| json!({ "invitationLink": next_invitation(world, &futebol(world)) }),
            is_so: |before, now, _| before.invitation(&futebol(before)) != now.invitation(&futebol(now)),
            also: |seen| shows_link(seen, &futebol(&seen.after)),
            ..invite
        },
        ChangeCase {
            name: "announce",
            command: r#"/announce --yes "Bairro Feliz" Reunião amanhã"#,
            call: "POST send-text",
            success: |_| json!({ "zaapId": "3999", "messageId": "3EB0D241", "id": "3EB0D241" }),
            is_so: |_, now, _| now.sent().iter().any(|sent| sent.text == ANNOUNCEMENT),
            can_be_read: false,
            repeats: Repeats::Never,
            ..CHANGE
        },
    ]
}

fn people() -> [ChangeCase; 7] {
    let is_in = |_: &World, now: &World, person: &str| role(now, person).is_some();
    let is_admin = |_: &World, now: &World, person: &str| role(now, person) == Some(true);
    let is_no_admin = |_: &World, now: &World, person: &str| role(now, person) == Some(false);
    let add = ChangeCase {
        call: "POST add-participant",
        is_so: is_in,
        repeats: Repeats::WithoutInvitation,
        ..CHANGE
    };
    [
        ChangeCase {
            name: "add",
            command: r#"/add "Bairro Feliz" 5544999990005"#,
            about: &["99999-0005"],
            ..add
        },
        ChangeCase {
            name: "add of several",
            command: r#"/add "Bairro Feliz" 5544999990005, 5544999990006"#,
            about: &["99999-0005", "99999-0006"],
            ..add
        },
        ChangeCase {
            name: "add with an invitation",
            command: r#"/add "Bairro Feliz" 5544999990004"#,
            about: &["99999-0004"],
            is_so: |_, now, _| now.invited(&bairro(now)).contains(&"5544999990004"),
            can_be_read: false,
            repeats: Repeats::Never,
            ..add
        },
        ChangeCase {
            name: "remove",
            command: r#"/remove "Bairro Feliz" 5544999990002 --yes"#,
            call: "POST remove-participant",
            about: &["99999-0002"],
            is_so: |_, now, person| role(now, person).is_none(),
            ..CHANGE
        },
        ChangeCase {
            name: "promote",
            command: r#"/promote "Bairro Feliz" 5544999990003"#,
            call: "POST add-admin",
            about: &["99999-0003"],
            is_so: is_admin,
            ..CHANGE
        },
        ChangeCase {
            name: "undo of promote",
            first: Some(r#"/promote "Bairro Feliz" 5544999990003"#),
            command: "/undo",
            call: "POST remove-admin",
            about: &["99999-0003"],
            is_so: is_no_admin,
            ..CHANGE
        },
        ChangeCase {
            name: "demote",
            command: r#"/demote "Bairro Feliz" 5544999990002"#,
            call: "POST remove-admin",
            about: &["99999-0002"],
            is_so: is_no_admin,
            ..CHANGE
        },
    ]
}

fn bairro(world: &World) -> String {
    world.community_named(BAIRRO).unwrap()
}

fn futebol(world: &World) -> String {
    world.group_named("Futebol").unwrap()
}

fn announcement_group(world: &World) -> String {
    world.announcement_of(&bairro(world)).unwrap().id.clone()
}

fn description(world: &World) -> &str {
    &world.find_community(&bairro(world)).unwrap().description
}

fn community_of<'a>(world: &'a World, group: &str) -> Option<&'a str> {
    let id = world.community_of(&world.group_named(group)?)?;
    Some(&world.find_community(id)?.name)
}

/// Whether a member of the community is an admin; `None` for non-members.
fn role(world: &World, number: &str) -> Option<bool> {
    let end = number.replace('-', "");
    let mut people = world.people_of(&bairro(world)).into_iter();
    people.find(|person| person.phone.ends_with(&end)).map(|person| person.is_admin)
}

fn next_invitation(world: &World, id: &str) -> String {
    world.clone().reset_invitation(id).unwrap()
}

/// A reported link is the valid one.
fn shows_link(seen: &Observation, id: &str) -> Option<String> {
    let is_done = seen.reply.starts_with('✅');
    let link = seen.after.invitation(id).unwrap();
    (is_done && !seen.reply.contains(link)).then(|| "the link is not the living one".to_owned())
}

/// A moved group ends up in a community, or the reply has the command that links it.
fn says_where_it_is(seen: &Observation) -> Option<String> {
    let is_stray = community_of(&seen.after, "Vendas Sul").is_none();
    (is_stray && !seen.reply.contains("/link ")).then(|| "it is left in no community".to_owned())
}
