//! Sends messages of people to the bot, as Z-API reports them, and keeps what was sent.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::chat_log::{Author, ChatEntry, ChatLog};
use super::sender::Sender;
use crate::sandbox::Sandbox;
use crate::sandbox::webhook_event::{self, EventBuilder, Response, post_with_head};

/// The address of the picture that people send.
pub const PICTURE_URL: &str = "https://pictures.example.com/bairro.jpg";

/// How many webhooks, and how many commands, are kept.
const MAX_RECORDS: usize = 12;
/// The longest body that is kept, in characters.
const MAX_BODY: usize = 4_000;
/// How often an event is posted while the service does not respond, and the pause between.
const MAX_ATTEMPTS: usize = 40;
const ATTEMPT_INTERVAL: Duration = Duration::from_millis(250);
/// How often an event is delivered while deliveries are duplicated.
const DUPLICATES: usize = 3;

/// A message of a person, or another action of their phone.
#[derive(Clone, Debug)]
pub struct OutgoingMessage {
    /// The person; of a message of the owner, the partner of the direct chat.
    pub sender: Sender,
    /// It is typed on the bot's own phone.
    pub is_by_owner: bool,
    /// The group, unless it is sent in the direct chat.
    pub group: Option<String>,
    /// The message that it quotes.
    pub quoted: Option<String>,
    /// The action.
    pub action: Action,
}

/// An action of a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sends a text.
    Text(String),
    /// Edits a message.
    Edit {
        /// Its id.
        message_id: String,
        /// The new text.
        text: String,
    },
    /// Deletes a message for everyone; its id.
    Delete(String),
    /// Sends a picture with this caption.
    Picture(String),
    /// Reacts to a message.
    Reaction {
        /// Its id.
        message_id: String,
        /// The emoji.
        emoji: String,
    },
}

/// A webhook that was posted, and its response.
#[derive(Clone, Debug)]
pub(super) struct WebhookRecord {
    /// The head of the request, without secrets.
    pub(super) head: String,
    pub(super) body: String,
    pub(super) status: u16,
    pub(super) response: String,
    pub(super) millis: u128,
}

/// Sends messages of people to the bot. Clones are the same one.
#[derive(Clone)]
pub struct Messenger(Arc<Inner>);

struct Inner {
    sandbox: Sandbox,
    url: String,
    changed: watch::Sender<()>,
    is_duplicating: AtomicBool,
    records: Mutex<Records>,
}

#[derive(Default)]
struct Records {
    chats: ChatLog,
    webhooks: VecDeque<WebhookRecord>,
    /// The ids of accepted commands.
    commands: VecDeque<String>,
}

impl OutgoingMessage {
    /// An action of a person in their direct chat with the bot.
    pub fn direct(sender: Sender, action: Action) -> Self {
        Self { sender, is_by_owner: false, group: None, quoted: None, action }
    }

    fn chat(&self) -> &str {
        self.group.as_deref().unwrap_or_else(|| self.sender.chat_id())
    }

    fn author(&self) -> Author {
        match self.is_by_owner {
            true => Author::Owner,
            false => {
                Author::Person { name: self.sender.name.clone(), chat: self.sender.chat_id().to_owned() }
            }
        }
    }

    /// The event with which Z-API reports it.
    fn event(&self, instance: &str, connected_phone: &str) -> EventBuilder {
        let event = match &self.action {
            Action::Text(text) => EventBuilder::text(instance, text),
            Action::Edit { message_id, text } => {
                EventBuilder::text(instance, text).with_id(message_id).edited()
            }
            Action::Delete(message_id) => EventBuilder::revoked(instance, message_id),
            Action::Picture(caption) => EventBuilder::picture(instance, caption, PICTURE_URL),
            Action::Reaction { message_id, emoji } => EventBuilder::reaction(instance, emoji, message_id),
        };
        let event = self.sender.apply_to(event).connected_phone(connected_phone);
        let event = if self.is_by_owner { event.from_me() } else { event };
        let event = self.quoted.iter().fold(event, |event, quoted| event.replying_to(quoted));
        self.group.iter().fold(event, |event, group| event.in_group(group))
    }
}

impl Messenger {
    /// Posts to this URL; `changed` is notified of each message and response.
    pub fn new(sandbox: Sandbox, url: String, changed: watch::Sender<()>) -> Self {
        let (is_duplicating, records) = (AtomicBool::new(false), Mutex::default());
        Self(Arc::new(Inner { sandbox, url, changed, is_duplicating, records }))
    }

    /// The URL for webhooks.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Sends a message. Returns its id, and the response to the first delivery of its webhook.
    ///
    /// # Errors
    /// The service does not respond.
    pub async fn send(&self, message: &OutgoingMessage) -> io::Result<(String, Response)> {
        let account = self.0.sandbox.account();
        let event = message.event(&account.id, &account.phone);
        self.record_message(message, event.message_id());
        let body = event.body();
        let response = self.post(&body).await?;
        if self.0.is_duplicating.load(Ordering::Relaxed) {
            for _ in 1..DUPLICATES {
                self.post(&body).await?;
            }
        }
        self.record_response(message, event.message_id(), &response);
        Ok((event.message_id().to_owned(), response))
    }

    /// Reports that a message of the bot was delivered.
    ///
    /// # Errors
    /// The service does not respond.
    pub async fn report_delivery(&self, message: &crate::sandbox::SentMessage) -> io::Result<()> {
        let account = self.0.sandbox.account();
        let body = webhook_event::delivery(&account.id, message, None);
        self.deliver(&body).await.map(drop)
    }

    /// Reports that WhatsApp was connected or disconnected.
    ///
    /// # Errors
    /// The service does not respond.
    pub(super) async fn report_connection(&self, is_connected: bool) -> io::Result<()> {
        let account = self.0.sandbox.account();
        let body = webhook_event::connection_status(&account.id, &account.phone, is_connected);
        self.post(&body).await.map(drop)
    }

    /// Sets whether each event is delivered several times.
    pub(super) fn set_duplicating(&self, is_duplicating: bool) {
        self.0.is_duplicating.store(is_duplicating, Ordering::Relaxed);
    }

    /// Reads the chats, with what the bot has sent.
    pub(super) fn read_chats<T>(&self, read: impl FnOnce(&ChatLog) -> T) -> T {
        let mut records = self.lock();
        records.chats.sync(&self.0.sandbox);
        read(&records.chats)
    }

    /// The last webhooks, newest first.
    pub(super) fn webhooks(&self) -> Vec<WebhookRecord> {
        self.lock().webhooks.iter().rev().cloned().collect()
    }

    /// The ids of the last accepted commands, newest first.
    pub(super) fn commands(&self) -> Vec<String> {
        self.lock().commands.iter().rev().cloned().collect()
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        let mut records = self.lock();
        records.chats.sync(&self.0.sandbox);
        records.chats.clear();
        records.webhooks.clear();
        records.commands.clear();
    }

    /// Posts an event, and keeps it.
    async fn post(&self, body: &str) -> io::Result<Response> {
        let started = Instant::now();
        let (head, response) = self.deliver(body).await?;
        let record = WebhookRecord {
            head: head.trim_end().replace(&self.0.sandbox.account().token, "••••••••"),
            body: body.chars().take(MAX_BODY).collect(),
            status: response.status,
            response: response.text().chars().take(MAX_BODY).collect(),
            millis: started.elapsed().as_millis(),
        };
        push_bounded(&mut self.lock().webhooks, record);
        self.0.changed.send_replace(());
        Ok(response)
    }

    /// Posts an event until the service responds. Returns the head of the request, too.
    async fn deliver(&self, body: &str) -> io::Result<(String, Response)> {
        let token = &self.0.sandbox.account().token;
        let mut attempts = 0;
        loop {
            match post_with_head(&self.0.url, &[("z-api-token", token)], body.as_bytes()).await {
                Err(_) if attempts < MAX_ATTEMPTS => attempts += 1,
                result => return result,
            }
            tokio::time::sleep(ATTEMPT_INTERVAL).await;
        }
    }

    /// Shows a message before it is delivered, so that no reply comes before it.
    fn record_message(&self, message: &OutgoingMessage, id: &str) {
        let mut records = self.lock();
        records.chats.sync(&self.0.sandbox);
        let chats = &mut records.chats;
        match &message.action {
            Action::Edit { message_id, text } => chats.edit(message_id, text),
            Action::Delete(message_id) => chats.delete(message_id),
            Action::Reaction { message_id, emoji } => {
                let person = if message.is_by_owner { "owner" } else { message.sender.chat_id() };
                chats.react(message_id, person, emoji);
            }
            Action::Text(text) | Action::Picture(text) => {
                let mut entry = ChatEntry::new(id, message.chat(), message.author(), text);
                entry.quoted.clone_from(&message.quoted);
                entry.media = matches!(message.action, Action::Picture(_)).then(|| PICTURE_URL.to_owned());
                chats.add(entry);
            }
        }
        drop(records);
        self.0.changed.send_replace(());
    }

    fn record_response(&self, message: &OutgoingMessage, id: &str, response: &Response) {
        let response: serde_json::Value = serde_json::from_str(&response.text()).unwrap_or_default();
        let mut records = self.lock();
        match (response["status"].as_str(), response["id"].as_str(), response["reason"].as_str()) {
            (Some("accepted"), Some(command), _) => {
                push_bounded(&mut records.commands, command.to_owned());
            }
            (Some("ignored"), _, Some(reason)) => {
                let note = ChatEntry::new(id, message.chat(), Author::Note, reason);
                records.chats.sync(&self.0.sandbox);
                records.chats.add(note);
            }
            _ => {}
        }
        drop(records);
        self.0.changed.send_replace(());
    }

    fn lock(&self) -> MutexGuard<'_, Records> {
        self.0.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn push_bounded<T>(records: &mut VecDeque<T>, record: T) {
    records.push_back(record);
    if records.len() > MAX_RECORDS {
        records.pop_front();
    }
}
