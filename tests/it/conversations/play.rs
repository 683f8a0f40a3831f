//! Plays a conversation through the webhook endpoint, and records what each message caused.

use std::time::Duration;

use serde_json::json;
use vincula::clock::{Clock, Timestamp};
use vincula::command::prompt::{Prompt, is_in_time};
use vincula::commands::{CATALOG, confirm};
use vincula::domain::{Chat, GroupId, InstanceName};
use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{Options, World};
use vincula::storage::{CommandRow, StateKind};

use super::acts::{Sends, list_acts};
use super::parse::{Content, Conversation, Extra, Message, Quote};
use super::person::Person;
use crate::support::{NON_ADMIN, Service};

/// Noon in São Paulo, on a Monday.
const NOON: Timestamp = Timestamp(1_764_000_000_000 / 86_400_000 * 86_400_000 + 15 * 3_600_000);
/// Between two messages of a conversation.
const TYPING_TIME: Duration = Duration::from_secs(5);
/// How long an expected reply to a message that is no command in the journal may take.
const NOTICE_TIMEOUT: Duration = Duration::from_millis(500);
/// A message of another person.
const OTHER_MESSAGE: &str = "3EB0FFFFFFFFFFFFFFFFFFFF";

/// What a message caused.
pub struct Exchange {
    /// The response of the webhook endpoint.
    pub response: String,
    /// What changed at WhatsApp, in the words of the table.
    pub acts: Vec<String>,
    /// The bot's messages in the chat, edited ones among them.
    pub replies: Vec<String>,
    /// A prompt waits for a reply of this person in this chat.
    pub is_prompt_open: bool,
}

/// A conversation that was played.
pub struct Played {
    pub exchanges: Vec<Exchange>,
    /// The names of communities and groups, which say nothing about a language.
    pub names: Vec<String>,
}

/// Plays a conversation in a world of its own.
pub async fn play(conversation: &Conversation) -> Played {
    let bot = Service::with()
        .world(|world| build_world(world, conversation))
        .clock(Clock::manual(NOON))
        .options(Options::default())
        .instance(&format!("locale = \"{}\"", conversation.locale))
        .on_sqlite()
        .start()
        .await;
    let mut player =
        Player { bot, message_ids: Vec::new(), replies: Vec::new(), last_prompt: None, updates: 0, calls: 0 };
    let mut exchanges = Vec::new();
    for message in &conversation.messages {
        exchanges.push(player.exchange(message).await);
    }
    let world = player.bot.world();
    let communities = world.communities().iter().map(|community| community.name.clone());
    let names = communities.chain(world.groups().iter().map(|group| group.name.clone())).collect();
    player.bot.stop().await;
    Played { exchanges, names }
}

fn build_world(world: &mut World, conversation: &Conversation) {
    *world = World::neighbourhood();
    for extra in &conversation.extras {
        match extra {
            Extra::Community(name) => drop(world.community(name)),
            Extra::Group { name, community: None } => drop(world.group(name)),
            Extra::Group { name, community: Some(community) } => {
                let id = world.community_named(community);
                let id = id.unwrap_or_else(|| panic!("{}: no community {community}", conversation.id));
                world.linked_group(&id, name);
            }
        }
    }
}

struct Player {
    bot: Service,
    message_ids: Vec<String>,
    /// The bot's last message after each message.
    replies: Vec<Option<String>>,
    /// The last message of the bot that shows a prompt.
    last_prompt: Option<String>,
    /// How many chat updates and calls were seen.
    updates: usize,
    calls: usize,
}

impl Player {
    async fn exchange(&mut self, message: &Message) -> Exchange {
        self.bot.clock.advance(message.after + TYPING_TIME);
        let chat = self.chat_id(message);
        let event = self.event(message, &chat);
        self.message_ids.push(event.message_id().to_owned());
        let before = self.bot.world();
        let prompt_before = self.stored_prompt(message.sender, &chat).await;

        let response = self.bot.post(&event).await.text();
        self.wait_until_replied(&response, message, &chat).await;

        self.replies.push(self.last_message(&chat));
        let updates = self.bot.sandbox.updates_after(self.updates);
        self.updates = updates.last().map_or(self.updates, |last| last.nth);
        let calls = self.bot.sandbox.calls();
        let sends = Sends::new(&before, &chat, &updates, &calls[self.calls..]);
        self.calls = calls.len();
        let prompt = self.stored_prompt(message.sender, &chat).await;
        let is_prompt_open = prompt.is_some() && self.is_prompt_open(message.sender, &chat).await;
        if is_prompt_open && prompt != prompt_before {
            let shown = updates.iter().rfind(|update| update.message.chat == chat);
            self.last_prompt =
                shown.map(|update| update.message.message_id.clone()).or(self.last_prompt.take());
        }
        let acts = list_acts(&before, &self.bot.world(), &sends);
        Exchange { response, acts, replies: sends.replies, is_prompt_open }
    }

    /// Waits until the message is dealt with. An accepted one is a command in the journal; it ends after its reply. An
    /// ignored one gets no reply from the journal; where one is expected, it is waited for.
    async fn wait_until_replied(&self, response: &str, message: &Message, chat: &str) {
        if response.contains(r#""status":"ignored""#) {
            if message.reply.kind.allows_reply() {
                let updates = self.updates;
                let reply = self.bot.sandbox.wait_until(|view| {
                    let mut updates = view.world.updates_after(updates);
                    updates.find(|update| update.message.chat == chat).map(drop)
                });
                // No reply in time is a result too.
                drop(tokio::time::timeout(NOTICE_TIMEOUT, reply).await);
            }
            return;
        }
        assert!(response.contains(r#""status":"accepted""#) || response.contains("duplicate"), "{response}");
        self.bot.settled().await;
    }

    /// The id of the chat of a message.
    fn chat_id(&self, message: &Message) -> String {
        let Some(name) = &message.group else { return message.sender.phone.to_owned() };
        let world = self.bot.world();
        let announcement = || {
            let community = world.community_named(name)?;
            Some(world.announcement_of(&community)?.id.clone())
        };
        let id = world.group_named(name).or_else(announcement);
        id.unwrap_or_else(|| panic!("line {}: there is no group {name}", message.line))
    }

    fn event(&self, message: &Message, chat: &str) -> EventBuilder {
        let account = self.bot.sandbox.account();
        let text = match message.mentions_bot {
            true => format!("@{} {}", account.phone, message.text),
            false => message.text.clone(),
        };
        let (id, file) =
            (account.id.as_str(), format!("https://pictures.example/{}", self.message_ids.len() + 1));
        let mut event = match &message.content {
            Content::Text => EventBuilder::text(id, &text),
            Content::Image => EventBuilder::picture(id, &text, &format!("{file}.jpeg")),
            Content::Video => EventBuilder::video(id, &text, &format!("{file}.mp4")),
            Content::Document => EventBuilder::document(id, &text, "lista.pdf", &format!("{file}.pdf")),
            Content::ImageDocument => {
                let url = format!("{file}.jpeg");
                let document = json!({ "documentUrl": url, "mimeType": "image/jpeg", "title": "foto.jpeg",
                    "pageCount": 0, "fileName": "foto.jpeg", "caption": text });
                EventBuilder::document(id, &text, "foto.jpeg", &url).with("document", document)
            }
            Content::Audio => {
                let audio = json!({ "ptt": true, "seconds": 4, "mimeType": "audio/ogg; codecs=opus",
                    "audioUrl": format!("{file}.ogg"), "viewOnce": false });
                EventBuilder::text(id, "").content("audio", audio)
            }
            Content::Sticker => {
                let sticker = json!({ "mimeType": "image/webp", "stickerUrl": format!("{file}.webp") });
                EventBuilder::text(id, "").content("sticker", sticker)
            }
            Content::Reaction { emoji, is_to_bot } => {
                let to =
                    self.quoted(message, chat).or_else(|| self.last_message(chat)).filter(|_| *is_to_bot);
                EventBuilder::reaction(id, emoji, to.as_deref().unwrap_or(OTHER_MESSAGE))
            }
            Content::Deletion(number) => EventBuilder::revoked(id, &self.message_ids[number - 1]),
        };
        event = event.from(message.sender.phone).sender_name(message.sender.name);
        event = event.connected_phone(&account.phone).sent_at(self.bot.clock.now());
        if message.group.is_some() {
            event = event.in_group(chat);
        }
        if let Some(number) = message.edits {
            event = event.with_id(&self.message_ids[number - 1]).edited();
        }
        // A reaction has its message in its content.
        match message.quote.filter(|_| !matches!(message.content, Content::Reaction { .. })) {
            Some(_) => event.replying_to(self.quoted(message, chat).as_deref().unwrap_or(OTHER_MESSAGE)),
            None => event,
        }
    }

    /// The message that another one quotes or reacts to, if the bot sent it.
    fn quoted(&self, message: &Message, chat: &str) -> Option<String> {
        match message.quote? {
            Quote::Prompt => self.last_prompt.clone().or_else(|| self.last_message(chat)),
            Quote::Reply => self.last_message(chat),
            Quote::ReplyTo(number) => self.replies[number - 1].clone(),
            Quote::Other => None,
        }
    }

    /// The bot's last message in a chat.
    fn last_message(&self, chat: &str) -> Option<String> {
        self.bot.sandbox.sent().into_iter().rfind(|sent| sent.chat == chat).map(|sent| sent.message_id)
    }

    /// The prompt in the chat state, and when it was stored. It may have expired or be closed by a later command.
    async fn stored_prompt(&self, person: &Person, chat: &str) -> Option<(Prompt, Timestamp)> {
        let key = chat_of(person, chat).conversation_key(person.admin_key?, false);
        let instance = InstanceName::parse("main").unwrap();
        let stored = self.bot.store.get_state(&instance, StateKind::Prompt, key.as_str()).await.unwrap()?;
        Some((Prompt::from_state(&stored)?, stored.at))
    }

    /// Whether the stored prompt still takes a reply: it is in time, and neither a later command in the chat nor an
    /// edit of its message closed it.
    async fn is_prompt_open(&self, person: &Person, chat: &str) -> bool {
        let Some((prompt, stored_at)) = self.stored_prompt(person, chat).await else { return false };
        if prompt.is_in_passing {
            return false;
        }
        let own_chat = chat_of(person, chat);
        let rows = self.bot.store.list(None, 1_000).await.unwrap();
        let prompted_by = rows.iter().find(|row| row.id == prompt.prompted_by);
        let closes = |row: &&CommandRow| {
            let is_later = row.id > prompt.prompted_by
                && row.version == 0
                && Some(row.admin.as_str()) == person.admin_key
                && Chat::from_id(&row.chat) == own_chat
                && is_command(row);
            let is_edit = prompted_by
                .is_some_and(|first| first.message_id == row.message_id && first.version < row.version)
                && row.id > prompt.prompted_by;
            is_later || is_edit
        };
        is_in_time(stored_at, self.bot.clock.now()) && !rows.iter().any(|row| closes(&row))
    }
}

/// Whether a row of the journal is a command of its own: neither a reply to a prompt nor talk.
fn is_command(row: &CommandRow) -> bool {
    let is_known = CATALOG.lookup(&row.name).is_some() || row.text.starts_with('/');
    is_known && row.name != confirm::SPEC.name
}

fn chat_of(person: &Person, chat: &str) -> Chat {
    match GroupId::parse(chat).filter(|_| chat != person.phone) {
        Some(group) => Chat::Group(group),
        None => Chat::Direct(chat.to_owned()),
    }
}

#[test]
fn the_people_are_those_of_the_world() {
    let world = World::neighbourhood();
    for person in &super::person::PEOPLE {
        assert!(world.people().iter().any(|known| known.phone == person.phone && known.name == person.name));
        assert_ne!(person.phone, NON_ADMIN);
    }
}
