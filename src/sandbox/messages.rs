//! Messages of the bot, queued and delivered in order, and its reactions.
//!
//! Z-API's response to `send-text` means *queued*: messages are delivered one after the other, and wait
//! while the phone is offline (Z-API docs, messages queue). Nothing here waits or spawns a task: a reader passes the
//! current time, and messages due by then are delivered.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How many chat updates are kept.
const MAX_HISTORY: usize = 500;

/// A message that was delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentMessage {
    /// The `phone` it was sent to.
    pub chat: String,
    /// Its text or caption, in the last version.
    pub text: String,
    /// The address of its file.
    pub media: Option<String>,
    /// The message that it quotes.
    pub quoted: Option<String>,
    /// WhatsApp's id of it, as in the response to the call.
    pub message_id: String,
    /// Z-API's own id of it.
    pub zaap_id: String,
    /// It was edited after it was sent.
    pub edited: bool,
}

/// An update of a chat: a message was delivered, or edited after that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatUpdate {
    /// Its number among the updates of all chats; the first is 1.
    pub nth: usize,
    /// The message at that time.
    pub message: SentMessage,
    /// It was delivered before, with another text.
    pub is_edit: bool,
}

/// A reaction of the bot to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The chat.
    pub chat: String,
    /// The message reacted to.
    pub message_id: String,
    /// The emoji.
    pub value: String,
    /// It was removed or replaced.
    pub removed: bool,
}

/// The queue, and the delivered messages.
#[derive(Clone, Debug, Default)]
pub(super) struct Chats {
    queue_entries: VecDeque<(Instant, SentMessage)>,
    sent: Vec<SentMessage>,
    /// The last updates, in order.
    updates: VecDeque<ChatUpdate>,
    /// The number of the last update.
    last_update: usize,
    reactions: Vec<Reaction>,
}

impl Chats {
    /// Queues a message, `delay` after the one before it.
    pub(super) fn queue(&mut self, message: SentMessage, now: Instant, delay: Duration) {
        let after = self.queue_entries.back().map_or(now, |(due, _)| (*due).max(now));
        self.queue_entries.push_back((after + delay, message));
    }

    /// Delivers the messages that are due.
    pub(super) fn deliver_due(&mut self, now: Instant) {
        while let Some((_, message)) = self.queue_entries.pop_front_if(|(due, _)| *due <= now) {
            self.record_update(message.clone(), false);
            self.sent.push(message);
        }
    }

    fn record_update(&mut self, message: SentMessage, is_edit: bool) {
        self.last_update += 1;
        self.updates.push_back(ChatUpdate { nth: self.last_update, message, is_edit });
        if self.updates.len() > MAX_HISTORY {
            self.updates.pop_front();
        }
    }

    /// The number of the last update.
    pub(super) fn last_update(&self) -> usize {
        self.last_update
    }

    /// Sets the number of the last update.
    pub(super) fn number_updates_from(&mut self, last: usize) {
        self.last_update = last;
    }

    /// Forgets all but the last messages and reactions.
    pub(super) fn trim(&mut self, most: usize) {
        let excess = self.sent.len().saturating_sub(most);
        self.sent.drain(..excess);
        let excess = self.reactions.len().saturating_sub(most);
        self.reactions.drain(..excess);
    }

    /// When the next message is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.queue_entries.front().map(|(due, _)| *due)
    }

    /// How many messages wait.
    pub(super) fn queue_len(&self) -> usize {
        self.queue_entries.len()
    }

    /// Edits a message, delivered or not; `false` if it does not exist.
    pub(super) fn edit(&mut self, message_id: &str, text: &str) -> bool {
        let is_it = |message: &&mut SentMessage| message.message_id == message_id;
        let delivered = self.sent.iter_mut().find(is_it);
        let is_delivered = delivered.is_some();
        let mut waiting = self.queue_entries.iter_mut().map(|(_, message)| message);
        let Some(message) = delivered.or_else(|| waiting.find(is_it)) else { return false };
        text.clone_into(&mut message.text);
        message.edited = true;
        if is_delivered {
            let edited = message.clone();
            self.record_update(edited, true);
        }
        true
    }

    /// Reacts to a message; replaces an earlier reaction.
    pub(super) fn react(&mut self, chat: &str, message_id: &str, value: &str) {
        self.remove_reaction(chat, message_id);
        self.reactions.push(Reaction {
            chat: chat.to_owned(),
            message_id: message_id.to_owned(),
            value: value.to_owned(),
            removed: false,
        });
    }

    /// Removes the reaction to a message, if there is one.
    pub(super) fn remove_reaction(&mut self, chat: &str, message_id: &str) {
        for reaction in self.reactions.iter_mut().filter(|r| r.chat == chat && r.message_id == message_id) {
            reaction.removed = true;
        }
    }

    pub(super) fn sent(&self) -> &[SentMessage] {
        &self.sent
    }

    /// The updates after the first `n`.
    pub(super) fn updates_after(&self, n: usize) -> impl Iterator<Item = &ChatUpdate> {
        self.updates.iter().filter(move |told| told.nth > n)
    }

    pub(super) fn reactions(&self) -> &[Reaction] {
        &self.reactions
    }
}
