//! A message in a chat that the bot is in.

use std::fmt;

use super::ids::GroupId;
use super::keys::{ConversationKey, OrderingKey};
use super::media::Media;
use super::person::Person;
use crate::clock::Timestamp;

/// The chat of a message and of the reply to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Chat {
    /// A direct chat: the partner's number or `…@lid`, as Z-API addresses it.
    Direct(String),
    /// A group.
    Group(GroupId),
}

impl Chat {
    /// The id of this chat: `phone` in calls to Z-API.
    pub fn id(&self) -> &str {
        match self {
            Self::Direct(id) => id,
            Self::Group(id) => id.as_str(),
        }
    }

    /// The key of the commands that run one after the other in this chat.
    pub fn ordering_key(&self, admin: &str, by_owner: bool) -> OrderingKey {
        match self {
            Self::Direct(_) if !by_owner => OrderingKey::direct(admin),
            chat => OrderingKey::new(chat.id()),
        }
    }

    /// The key of an admin's prompts, lists and undo records in this chat.
    pub fn conversation_key(&self, admin: &str, by_owner: bool) -> ConversationKey {
        ConversationKey::new(admin, &self.ordering_key(admin, by_owner))
    }

    /// The chat with an id from the journal.
    pub fn from_id(id: &str) -> Self {
        // Bare digits are a person here, however many there are.
        match GroupId::parse(id).filter(|group| group.as_str() == id) {
            Some(group) => Self::Group(group),
            None => Self::Direct(id.to_owned()),
        }
    }
}

impl fmt::Display for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A new message of a person, which may be a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// WhatsApp's id of the message: opaque, up to 128 characters. An edit keeps it.
    pub id: String,
    /// 0 for the message as it was first sent, n for its n-th edit.
    pub version: u32,
    /// Where it was written.
    pub chat: Chat,
    /// The sender.
    pub sender: Person,
    /// It was typed on the bot's own phone.
    pub by_owner: bool,
    /// The text, or the caption.
    pub text: String,
    /// Its file.
    pub media: Option<Media>,
    /// The id of the message that it quotes or reacts to.
    pub quoted: Option<String>,
    /// When it was sent, by WhatsApp's clock.
    pub sent_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_is_read_back_from_its_id() {
        for id in ["120363186053925765-group", "5511999999999-1623281429"] {
            assert!(matches!(Chat::from_id(id), Chat::Group(group) if group.as_str() == id));
        }
        for id in ["5544999999999", "123456789012345", "81896604192873@lid"] {
            assert_eq!(Chat::from_id(id), Chat::Direct(id.to_owned()));
        }
    }
}
