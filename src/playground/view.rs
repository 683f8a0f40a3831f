//! What the page shows, built from the shared state for one selection of a person and a chat.

use std::collections::HashMap;

use super::chat_log::{Author, ChatEntry, ChatLog};
use super::persona::Persona;
use super::scripts::{self, prompt_replies};
use super::state::Playground;
use crate::domain::Locale;
use crate::i18n;
use crate::sandbox::{BotRole, Community, Group, World};

/// How many messages of a chat are shown.
const MAX_MESSAGES: usize = 60;
/// The longest quotation, in characters.
const MAX_QUOTE: usize = 90;
/// Groups with a number up to this one move in an animation; the style sheet names them.
const MAX_ANIMATED: usize = 60;

/// The person that a visitor is, and the chat that is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) persona: Persona,
    /// The group whose chat is open; `None`: the direct chat with the bot.
    pub(super) group: Option<String>,
}

/// The community of each group.
pub(super) type Placements = HashMap<String, Option<String>>;

/// A message of a chat.
#[derive(Debug)]
pub(super) struct MessageView {
    pub(super) id: String,
    /// `mine`, `theirs` or `note`.
    pub(super) side: &'static str,
    /// The author, if the chat does not make it clear.
    pub(super) author: String,
    pub(super) text: String,
    pub(super) has_picture: bool,
    pub(super) is_edited: bool,
    pub(super) is_deleted: bool,
    /// The author and the beginning of the quoted message.
    pub(super) quote: Option<(String, String)>,
    /// Reactions, as one text.
    pub(super) reactions: String,
    pub(super) is_own: bool,
    pub(super) is_editable: bool,
}

/// A community with its groups.
#[derive(Debug)]
pub(super) struct CommunityView {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) has_photo: bool,
    /// Its announcement group.
    pub(super) announcements: String,
    pub(super) groups: Vec<GroupView>,
}

/// A group.
#[derive(Debug)]
pub(super) struct GroupView {
    pub(super) id: String,
    pub(super) name: String,
    /// Its name in the style sheet: `g1`.
    pub(super) class: String,
    /// It is in another community than before.
    pub(super) is_moved: bool,
    /// The bot is no admin of it.
    pub(super) is_locked: bool,
    pub(super) is_selected: bool,
}

impl Selection {
    /// The selection of an address; an unknown person is the main admin, an unknown group the direct chat.
    pub(super) fn new(persona: &str, group: &str, playground: &Playground) -> Self {
        let is_known = playground.sandbox().world_snapshot(|world| world.find_group(group).is_some());
        let group = Some(group.to_owned()).filter(|_| is_known);
        Self { persona: Persona::parse(persona).unwrap_or_default(), group }
    }

    /// Its query in addresses: `as=ana&chat=`.
    pub(super) fn query(&self) -> String {
        format!("as={}&chat={}", self.persona.tag(), self.group_id())
    }

    /// The group, or nothing for the direct chat.
    pub(super) fn group_id(&self) -> &str {
        self.group.as_deref().unwrap_or_default()
    }

    /// The id of the open chat.
    pub(super) fn chat_id(&self, playground: &Playground) -> String {
        match &self.group {
            Some(group) => group.clone(),
            None => {
                playground.sandbox().world_snapshot(|world| self.persona.sender(world).chat_id().to_owned())
            }
        }
    }
}

/// The messages of the open chat, oldest first.
pub(super) fn messages(playground: &Playground, selection: &Selection, locale: Locale) -> Vec<MessageView> {
    let chat = selection.chat_id(playground);
    let own =
        playground.sandbox().world_snapshot(|world| selection.persona.sender(world).chat_id().to_owned());
    let bot_reactions: HashMap<String, String> = playground
        .sandbox()
        .reactions()
        .into_iter()
        .filter(|reaction| !reaction.removed)
        .map(|reaction| (reaction.message_id, reaction.value))
        .collect();
    let is_own = |author: &Author| match (author, selection.persona) {
        (Author::Bot | Author::Owner, Persona::Owner) => true,
        (Author::Person { chat, .. }, Persona::Admin | Persona::CommunityAdmin | Persona::Stranger) => {
            *chat == own
        }
        _ => false,
    };
    let view = |log: &ChatLog, entry: &ChatEntry| {
        let quoted = entry.quoted.as_deref().and_then(|id| log.find(id));
        let bot_reaction = bot_reactions.get(&entry.id).into_iter();
        let reactions = entry.reactions.iter().map(|(_, emoji)| emoji).chain(bot_reaction);
        let is_person = matches!(entry.author, Author::Person { .. } | Author::Owner);
        let mine = is_own(&entry.author);
        MessageView {
            id: entry.id.clone(),
            side: match entry.author {
                Author::Note => "note",
                _ if mine => "mine",
                _ => "theirs",
            },
            author: shown_author(entry, selection, mine, locale),
            text: match entry.author {
                Author::Note => ignored_text(&entry.text, locale),
                _ => entry.text.clone(),
            },
            has_picture: entry.media.is_some(),
            is_edited: entry.is_edited,
            is_deleted: entry.is_deleted,
            quote: quoted.map(|quoted| (author_name(&quoted.author, locale), shorten(&quoted.text))),
            reactions: reactions.cloned().collect::<Vec<_>>().join(" "),
            is_own: mine && is_person && !entry.is_deleted,
            is_editable: mine && is_person && !entry.is_deleted && entry.media.is_none(),
        }
    };
    playground.messenger().read_chats(|log| {
        let last: Vec<&ChatEntry> = log.in_chat(&chat).rev().take(MAX_MESSAGES).collect();
        last.into_iter().rev().map(|entry| view(log, entry)).collect()
    })
}

/// The text and author of a message that is replied to or edited.
pub(super) fn quoted_message(playground: &Playground, id: &str, locale: Locale) -> Option<(String, String)> {
    playground
        .messenger()
        .read_chats(|log| log.find(id).map(|entry| (author_name(&entry.author, locale), entry.text.clone())))
}

/// The last message of the bot in the open chat.
pub(super) fn last_bot_message(playground: &Playground, selection: &Selection) -> Option<String> {
    let chat = selection.chat_id(playground);
    playground.messenger().read_chats(|log| {
        let last = log.in_chat(&chat).rfind(|entry| entry.author == Author::Bot);
        last.map(|entry| entry.text.clone())
    })
}

/// What may be sent by one tap.
pub(super) fn suggestions(playground: &Playground, selection: &Selection, locale: Locale) -> Vec<String> {
    let prompts = Locale::ALL.map(|locale| i18n::text(locale, "confirm", &[]));
    let chat = selection.chat_id(playground);
    let is_asked = playground.messenger().read_chats(|log| {
        let last = log.in_chat(&chat).rfind(|entry| entry.author != Author::Note);
        last.is_some_and(|last| {
            last.author == Author::Bot && prompts.iter().any(|prompt| last.text.contains(prompt.as_str()))
        })
    });
    let replies = if is_asked { prompt_replies(locale).to_vec() } else { Vec::new() };
    let others = scripts::suggestions(selection.persona, (locale, playground.locale()), |text| {
        playground.was_sent(text)
    });
    replies.into_iter().chain(others).collect()
}

/// The communities, and the groups in none of them. `before` says where the groups were; `None`: where they are.
pub(super) fn tree(
    playground: &Playground,
    selection: &Selection,
    before: Option<&Placements>,
) -> (Vec<CommunityView>, Vec<GroupView>) {
    let view = |group: &Group| {
        let number = playground.group_number(&group.id);
        let is_moved =
            before.and_then(|before| before.get(&group.id)).is_some_and(|it| *it != group.community);
        GroupView {
            id: group.id.clone(),
            name: group.name.clone(),
            class: if number <= MAX_ANIMATED { format!("g{number}") } else { String::new() },
            is_moved,
            is_locked: group.bot_role != BotRole::Admin,
            is_selected: selection.group.as_ref() == Some(&group.id),
        }
    };
    let community = |world: &World, community: &Community| CommunityView {
        name: community.name.clone(),
        description: community.description.clone(),
        has_photo: community.photo.is_some(),
        announcements: community.announcement.clone(),
        groups: world.groups_of(&community.id).into_iter().map(view).collect(),
    };
    playground.sandbox().world_snapshot(|world| {
        let communities = world.communities().iter().map(|each| community(world, each)).collect();
        let loose = world.groups().iter().filter(|group| group.community.is_none()).map(view).collect();
        (communities, loose)
    })
}

/// Where the groups are.
pub(super) fn placements(playground: &Playground) -> Placements {
    playground.sandbox().world_snapshot(|world| {
        world.groups().iter().map(|group| (group.id.clone(), group.community.clone())).collect()
    })
}

/// The name of the open chat; `None` for the direct chat.
pub(super) fn group_name(playground: &Playground, selection: &Selection) -> Option<String> {
    let group = selection.group.as_deref()?;
    playground.sandbox().world_snapshot(|world| world.find_group(group).map(|group| group.name.clone()))
}

fn shown_author(entry: &ChatEntry, selection: &Selection, is_mine: bool, locale: Locale) -> String {
    let is_clear = match (&entry.author, selection.persona) {
        (Author::Note, _) => true,
        // On the bot's own phone, both are on the same side.
        (Author::Bot | Author::Owner, Persona::Owner) => false,
        (Author::Bot, _) => selection.group.is_none(),
        (Author::Owner, _) => false,
        (Author::Person { .. }, _) => is_mine,
    };
    if is_clear { String::new() } else { author_name(&entry.author, locale) }
}

fn author_name(author: &Author, locale: Locale) -> String {
    match author {
        Author::Bot => "vincula".to_owned(),
        Author::Owner => i18n::text(locale, "playground-as-owner", &[]),
        Author::Person { name, .. } => name.clone(),
        Author::Note => String::new(),
    }
}

/// Why the bot ignored a message; the rarer reasons have no text of their own.
fn ignored_text(reason: &str, locale: Locale) -> String {
    let key = format!("demo-ignored-{}", reason.replace('_', "-"));
    let text = i18n::text(locale, &key, &[]);
    let reason = if text == key { reason } else { &text };
    i18n::text(locale, "demo-ignored", &[("reason", reason.into())])
}

fn shorten(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_QUOTE).collect();
    if text.chars().count() > MAX_QUOTE { line + "…" } else { line }
}
