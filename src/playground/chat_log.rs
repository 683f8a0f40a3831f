//! All chats in their order: messages of people, and what the bot sent.

use std::collections::VecDeque;

use crate::sandbox::Sandbox;

/// How many messages of all chats are kept.
const MAX_ENTRIES: usize = 400;

/// A message, or a note about one.
#[derive(Clone, Debug)]
pub(super) struct ChatEntry {
    /// WhatsApp's id of the message.
    pub(super) id: String,
    /// Its chat.
    pub(super) chat: String,
    /// Who sent it.
    pub(super) author: Author,
    /// Its text or caption; of a note, the reason.
    pub(super) text: String,
    /// The address of its file.
    pub(super) media: Option<String>,
    /// The message that it quotes.
    pub(super) quoted: Option<String>,
    /// It was edited.
    pub(super) is_edited: bool,
    /// It was deleted for everyone.
    pub(super) is_deleted: bool,
    /// The reactions of people, by the chat id of each.
    pub(super) reactions: Vec<(String, String)>,
}

/// The author of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Author {
    /// The bot.
    Bot,
    /// The owner of the bot's phone.
    Owner,
    /// A person.
    Person {
        /// Their name.
        name: String,
        /// The id of their direct chat.
        chat: String,
    },
    /// The playground itself: the bot ignored the message before.
    Note,
}

/// The last messages of all chats.
#[derive(Debug, Default)]
pub(super) struct ChatLog {
    entries: VecDeque<ChatEntry>,
    /// The number of the last update of the sandbox.
    last_update: usize,
}

impl ChatEntry {
    /// A new message.
    pub(super) fn new(id: &str, chat: &str, author: Author, text: &str) -> Self {
        Self {
            id: id.to_owned(),
            chat: chat.to_owned(),
            author,
            text: text.to_owned(),
            media: None,
            quoted: None,
            is_edited: false,
            is_deleted: false,
            reactions: Vec::new(),
        }
    }
}

impl ChatLog {
    /// Adds what the bot has sent since the last call.
    pub(super) fn sync(&mut self, sandbox: &Sandbox) {
        for update in sandbox.updates_after(self.last_update) {
            self.last_update = update.nth;
            let message = update.message;
            if update.is_edit {
                self.edit(&message.message_id, &message.text);
                continue;
            }
            let mut entry = ChatEntry::new(&message.message_id, &message.chat, Author::Bot, &message.text);
            (entry.media, entry.quoted) = (message.media, message.quoted);
            self.add(entry);
        }
    }

    /// Adds a message.
    pub(super) fn add(&mut self, entry: ChatEntry) {
        self.entries.push_back(entry);
        if self.entries.len() > MAX_ENTRIES {
            self.entries.pop_front();
        }
    }

    /// Changes the text of a message.
    pub(super) fn edit(&mut self, id: &str, text: &str) {
        if let Some(entry) = self.find_mut(id) {
            text.clone_into(&mut entry.text);
            entry.is_edited = true;
        }
    }

    /// Deletes a message for everyone.
    pub(super) fn delete(&mut self, id: &str) {
        if let Some(entry) = self.find_mut(id) {
            entry.is_deleted = true;
            entry.text.clear();
            entry.media = None;
        }
    }

    /// Adds or replaces the reaction of a person.
    pub(super) fn react(&mut self, id: &str, person: &str, emoji: &str) {
        if let Some(entry) = self.find_mut(id) {
            entry.reactions.retain(|(own, _)| own != person);
            entry.reactions.push((person.to_owned(), emoji.to_owned()));
        }
    }

    /// The message with this id.
    pub(super) fn find(&self, id: &str) -> Option<&ChatEntry> {
        self.entries.iter().find(|entry| entry.id == id && entry.author != Author::Note)
    }

    /// The messages of a chat, oldest first.
    pub(super) fn in_chat<'a>(&'a self, chat: &str) -> impl DoubleEndedIterator<Item = &'a ChatEntry> {
        self.entries.iter().filter(move |entry| entry.chat == chat)
    }

    /// Forgets all messages.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    fn find_mut(&mut self, id: &str) -> Option<&mut ChatEntry> {
        self.entries.iter_mut().find(|entry| entry.id == id && entry.author != Author::Note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_bounded() {
        let mut log = ChatLog::default();
        for number in 0..MAX_ENTRIES + 5 {
            log.add(ChatEntry::new(&number.to_string(), "a", Author::Owner, "hi"));
        }
        assert_eq!(log.in_chat("a").count(), MAX_ENTRIES);
        assert!(log.find("4").is_none() && log.find("5").is_some());
    }
}
