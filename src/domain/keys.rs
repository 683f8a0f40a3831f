//! Keys of commands and of chat state: strings of one kind each, so that none is passed for another.

use std::fmt;

use serde::Serialize;

/// Commands with the same key run one after the other: those that change something in one chat share a key, a
/// read-only command has its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct OrderingKey(String);

/// An admin in a chat: prompts, undo records and pages of lists are stored by it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConversationKey(String);

impl OrderingKey {
    /// The key with this text.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key of an admin's direct chat with the bot. Webhooks name that chat by number or by lid.
    pub fn direct(admin: &str) -> Self {
        Self(["@", admin].concat())
    }

    /// The text of the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ConversationKey {
    /// The key of an admin in their direct chat with the bot.
    pub fn direct(admin: &str) -> Self {
        Self::new(admin, &OrderingKey::direct(admin))
    }

    /// The key of an admin in the chat with this ordering key.
    pub fn new(admin: &str, chat: &OrderingKey) -> Self {
        Self([admin, chat.as_str()].join(" "))
    }

    /// The text of the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrderingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ConversationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
