//! Generates commands and computes their expected effects in a model of the world.
//!
//! Each chat has its own two communities and five groups, so the expected calls and replies depend only on
//! earlier commands of that chat. A chat sends its next command after the last one was accepted or
//! reported as a duplicate; chats run in parallel.

use vincula::sandbox::World;
use vincula::sandbox::webhook_event::EventBuilder;

use crate::random::Random;

/// Keys and phone numbers of the admins.
pub(crate) const ADMINS: [(&str, &str); 3] =
    [("ana", "5544999990001"), ("rui", "5544999990002"), ("eva", "5544999990003")];
const CHATS: usize = 6;
const GROUPS: usize = 5;

/// A chat, with its communities and groups and their state in the model.
#[derive(Clone, Debug)]
pub(crate) struct Chat {
    /// Where replies go: a number or a group.
    pub(crate) address: String,
    admin: usize,
    is_group: bool,
    communities: Vec<NamedId>,
    groups: Vec<(NamedId, Option<usize>)>,
}

/// A name and an id.
#[derive(Clone, Debug)]
struct NamedId {
    name: String,
    id: String,
}

/// A generated command and its expected effects.
#[derive(Clone, Debug)]
pub(crate) struct GeneratedCommand {
    pub(crate) message_id: String,
    pub(crate) chat: usize,
    pub(crate) text: String,
    /// Webhook body, the same for each delivery.
    pub(crate) body: String,
    pub(crate) reply: ExpectedReply,
    /// The changing call it must make, if any.
    pub(crate) call: Option<ExpectedCall>,
}

/// An expected changing call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExpectedCall {
    pub(crate) is_link: bool,
    pub(crate) community: String,
    pub(crate) groups: Vec<String>,
}

/// The expected reply.
#[derive(Clone, Debug)]
pub(crate) enum ExpectedReply {
    /// Beginning of the reply.
    StartsWith(String),
    /// Of several groups: counts in the first line, then one line per group with its status icon.
    Icons { head: String, lines: Vec<(&'static str, String)>, is_link: bool },
}

/// All chats and their model.
pub(crate) struct ChatModel {
    pub(crate) chats: Vec<Chat>,
    instance: String,
    connected_phone: String,
    seed: u64,
    generated: u64,
}

impl ChatModel {
    /// Creates the chats with their communities and groups.
    pub(crate) fn create_chats(world: &mut World) -> Vec<Chat> {
        (1..=CHATS)
            .map(|number| {
                let is_group = number > ADMINS.len();
                let admin = (number - 1) % ADMINS.len();
                let communities = ["Bairro", "Clube"].map(|kind| {
                    let name = format!("{kind} {number}");
                    let id = world.community(&name);
                    // One group always stays, so that the others may be unlinked.
                    world.linked_group(&id, &format!("Mural do {name}"));
                    NamedId { name, id }
                });
                let groups = (0..GROUPS).map(|letter| {
                    let name =
                        format!("Turma {number}{}", char::from(b'A' + u8::try_from(letter).unwrap_or(0)));
                    let id = world.group(&name);
                    (NamedId { name, id }, None)
                });
                Chat {
                    address: match is_group {
                        true => format!("12036399999999990{number}-group"),
                        false => ADMINS[admin].1.to_owned(),
                    },
                    admin,
                    is_group,
                    communities: communities.to_vec(),
                    groups: groups.collect(),
                }
            })
            .collect()
    }

    pub(crate) fn new(chats: Vec<Chat>, instance: &str, connected_phone: &str, seed: u64) -> Self {
        Self {
            chats,
            instance: instance.to_owned(),
            connected_phone: connected_phone.to_owned(),
            seed,
            generated: 0,
        }
    }

    /// Generates the next command of a chat and applies it to the model.
    pub(crate) fn next_command(&mut self, index: usize, random: &mut Random) -> GeneratedCommand {
        self.generated += 1;
        let chat = &mut self.chats[index];
        let community = random.index(chat.communities.len());
        let name = chat.communities[community].name.clone();
        let (text, reply, call) = match random.below(10) {
            0..=3 => chat.change(true, community, random),
            4..=6 => chat.change(false, community, random),
            7 => (format!("/community \"{name}\""), ExpectedReply::StartsWith(format!("“{name}”: ")), None),
            8 => ("/communities".to_owned(), ExpectedReply::StartsWith("12 communities".to_owned()), None),
            _ => ("/whoami".to_owned(), ExpectedReply::StartsWith(String::new()), None),
        };
        let message_id = format!("3A{:08X}{:08X}", self.seed & 0xffff_ffff, self.generated);
        let mut event = EventBuilder::text(&self.instance, &text)
            .from(ADMINS[chat.admin].1)
            .connected_phone(&self.connected_phone)
            .with_id(&message_id);
        if chat.is_group {
            event = event.in_group(&chat.address);
        }
        GeneratedCommand { message_id, chat: index, text, body: event.body(), reply, call }
    }

    /// Groups that are not in their expected community.
    pub(crate) fn find_differences(&self, world: &World) -> Vec<String> {
        let mut wrong = Vec::new();
        for chat in &self.chats {
            for (group, community) in &chat.groups {
                let expected = community.map(|index| chat.communities[index].id.as_str());
                let found = world.community_of(&group.id);
                if found != expected {
                    wrong.push(format!("“{}” is in {found:?}, and should be in {expected:?}", group.name));
                }
            }
        }
        wrong
    }
}

impl Chat {
    /// Whether the community belongs to this chat.
    pub(crate) fn owns(&self, community: &str) -> bool {
        self.communities.iter().any(|place| place.id == community)
    }

    /// Generates a command that links or unlinks one to three groups, some of them already linked or elsewhere.
    fn change(
        &mut self,
        is_link: bool,
        community: usize,
        random: &mut Random,
    ) -> (String, ExpectedReply, Option<ExpectedCall>) {
        let first = random.index(self.groups.len());
        let count = 1 + random.index(3);
        let (mut names, mut lines, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        for step in 0..count {
            let length = self.groups.len();
            let (group, stands) = &mut self.groups[(first + step) % length];
            let icon = match *stands {
                Some(other) if other != community => "⚠️",
                Some(_) if is_link => "☑️",
                None if !is_link => "☑️",
                _ => {
                    *stands = is_link.then_some(community);
                    changed.push(group.id.clone());
                    "✅"
                }
            };
            names.push(format!("\"{}\"", group.name));
            lines.push((icon, group.name.clone()));
        }
        let place = &self.communities[community];
        let call = ExpectedCall { is_link, community: place.id.clone(), groups: changed };
        let call = (!call.groups.is_empty()).then_some(call);
        let verb = if is_link { "link" } else { "unlink" };
        let text = format!("/{verb} \"{}\" {}", place.name, names.join(", "));
        // The reply about one group is one line.
        if let [(icon, name)] = lines.as_slice() {
            return (text, ExpectedReply::StartsWith(format!("{icon} “{name}”")), call);
        }
        let all = lines.len();
        let head = match lines.iter().filter(|(icon, _)| *icon == "✅" || (is_link && *icon == "☑️")).count()
        {
            _ if lines.iter().all(|(icon, _)| *icon == "☑️") => "Nothing changed in ".to_owned(),
            0 => format!("None of the {all} "),
            so => format!("{so} of {all} "),
        };
        (text, ExpectedReply::Icons { head, lines, is_link }, call)
    }
}

impl ExpectedReply {
    /// Whether a reply is as expected.
    pub(crate) fn matches(&self, reply: &str) -> bool {
        match self {
            Self::StartsWith(beginning) => !reply.is_empty() && reply.starts_with(beginning.as_str()),
            Self::Icons { head: beginning, lines, is_link } => {
                // In a direct chat, one line more offers to move all that belong elsewhere.
                let elsewhere = lines.iter().filter(|(icon, _)| *icon == "⚠️").count();
                let offers_move = |line: &&str| line.starts_with("Move all of them at once: /move ");
                let more = usize::from(
                    *is_link && elsewhere > 1 && reply.lines().last().as_ref().is_some_and(offers_move),
                );
                let mut said = reply.lines();
                let head = said.next().unwrap_or_default();
                head.starts_with(beginning.as_str())
                    && said.clone().count() == lines.len() + more
                    && lines
                        .iter()
                        .zip(said)
                        .all(|((icon, name), line)| line.starts_with(&format!("{icon} “{name}”")))
            }
        }
    }
}
