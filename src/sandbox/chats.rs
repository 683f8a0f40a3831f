//! What the bot said: messages queued and delivered in order, and reactions.
//!
//! Z-API's answer to `send-text` means *queued*: messages go out one after the other, and stay
//! while the phone is offline (Z-API docs, messages queue). Nothing here waits or spawns: whoever
//! looks hands in the moment, and what is due by then is delivered.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How much of what was told is kept.
const KEPT: usize = 500;

/// A message that reached its chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The `phone` it was sent to.
    pub chat: String,
    /// Its text, in the last version.
    pub text: String,
    /// The message that it quotes.
    pub quoted: Option<String>,
    /// WhatsApp's id of it, as the call's answer gave it.
    pub message_id: String,
    /// It was edited after it had been sent.
    pub edited: bool,
}

/// What a chat got to see: a message when it was delivered, or when it was edited after that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its place in the order in which all chats were told; the first is 1.
    pub nth: usize,
    /// The message as it was then.
    pub message: Sent,
    /// It was there before, with another text.
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
    /// It was taken away, or another took its place.
    pub removed: bool,
}

/// The queue, and what left it.
#[derive(Clone, Debug, Default)]
pub(super) struct Chats {
    waiting: VecDeque<(Instant, Sent)>,
    sent: Vec<Sent>,
    /// The last of what the chats saw, in its order.
    told: VecDeque<Told>,
    reactions: Vec<Reaction>,
}

impl Chats {
    /// Queues a message, `delay` after the one before it.
    pub(super) fn queue(&mut self, message: Sent, now: Instant, delay: Duration) {
        let after = self.waiting.back().map_or(now, |(due, _)| (*due).max(now));
        self.waiting.push_back((after + delay, message));
    }

    /// Delivers what is due.
    pub(super) fn settle(&mut self, now: Instant) {
        while let Some((_, message)) = self.waiting.pop_front_if(|(due, _)| *due <= now) {
            self.tell(message.clone(), false);
            self.sent.push(message);
        }
    }

    fn tell(&mut self, message: Sent, is_edit: bool) {
        let nth = self.told.back().map_or(1, |last| last.nth + 1);
        self.told.push_back(Told { nth, message, is_edit });
        if self.told.len() > KEPT {
            self.told.pop_front();
        }
    }

    /// When the next message is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.waiting.front().map(|(due, _)| *due)
    }

    /// How many messages wait.
    pub(super) fn queued(&self) -> usize {
        self.waiting.len()
    }

    /// Gives a message, delivered or not, another text; whether there is such a message.
    pub(super) fn edit(&mut self, message_id: &str, text: &str) -> bool {
        let is_it = |message: &&mut Sent| message.message_id == message_id;
        let delivered = self.sent.iter_mut().find(is_it);
        let is_delivered = delivered.is_some();
        let mut waiting = self.waiting.iter_mut().map(|(_, message)| message);
        let Some(message) = delivered.or_else(|| waiting.find(is_it)) else { return false };
        text.clone_into(&mut message.text);
        message.edited = true;
        if is_delivered {
            let edited = message.clone();
            self.tell(edited, true);
        }
        true
    }

    /// Reacts to a message: a second reaction takes the place of the first.
    pub(super) fn react(&mut self, chat: &str, message_id: &str, value: &str) {
        self.remove_reaction(chat, message_id);
        self.reactions.push(Reaction {
            chat: chat.to_owned(),
            message_id: message_id.to_owned(),
            value: value.to_owned(),
            removed: false,
        });
    }

    /// Takes the reaction to a message away, if there is one.
    pub(super) fn remove_reaction(&mut self, chat: &str, message_id: &str) {
        for reaction in self.reactions.iter_mut().filter(|r| r.chat == chat && r.message_id == message_id) {
            reaction.removed = true;
        }
    }

    pub(super) fn sent(&self) -> &[Sent] {
        &self.sent
    }

    /// What was told after the first `n`.
    pub(super) fn told_after(&self, n: usize) -> impl Iterator<Item = &Told> {
        self.told.iter().filter(move |told| told.nth > n)
    }

    pub(super) fn reactions(&self) -> &[Reaction] {
        &self.reactions
    }
}
