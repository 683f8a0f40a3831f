//! A message that somebody sent to a chat the bot is in.

use std::fmt;

use super::{GroupId, Person};
use crate::clock::Timestamp;

/// Where a message was written, and where its answer goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Chat {
    /// A direct chat: the partner's number or `…@lid`, as Z-API addresses it.
    Direct(String),
    /// A group.
    Group(GroupId),
}

impl Chat {
    /// The `phone` of Z-API's calls that reaches this chat.
    pub fn address(&self) -> &str {
        match self {
            Self::Direct(address) => address,
            Self::Group(id) => id.as_str(),
        }
    }

    /// What orders that change something wait behind: those of the same chat. One direct chat comes
    /// under a number or a lid, so it is known by its admin.
    pub fn ordering_key(&self, admin: &str, by_owner: bool) -> String {
        match self {
            Self::Direct(_) if !by_owner => format!("@{admin}"),
            chat => chat.address().to_owned(),
        }
    }

    /// The chat behind an address that the journal kept.
    pub fn from_id(address: &str) -> Self {
        // Bare digits are a person here, however many there are.
        match GroupId::parse(address).filter(|id| id.as_str() == address) {
            Some(id) => Self::Group(id),
            None => Self::Direct(address.to_owned()),
        }
    }
}

impl fmt::Display for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.address())
    }
}

/// A fresh text message of a person: what may be an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// WhatsApp's id of the message: opaque, up to 128 characters.
    pub id: String,
    /// Where it was written.
    pub chat: Chat,
    /// Who wrote it.
    pub sender: Person,
    /// It was typed on the bot's own phone.
    pub by_owner: bool,
    /// What was written.
    pub text: String,
    /// The id of the message that it quotes, or that a reaction stands on.
    pub quoted: Option<String>,
    /// When it was sent, by WhatsApp's clock.
    pub sent_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_chat_that_it_was() {
        for address in ["120363186053925765-group", "5511999999999-1623281429"] {
            assert!(matches!(Chat::from_id(address), Chat::Group(id) if id.as_str() == address));
        }
        for address in ["5544999999999", "123456789012345", "81896604192873@lid"] {
            assert_eq!(Chat::from_id(address), Chat::Direct(address.to_owned()));
        }
    }
}
