//! A message, borrowed from the body of its event.

use std::borrow::Cow;

use crate::clock::Timestamp;
use crate::domain::{Chat, GroupId, Media, MediaKind, Message, Person, Phone};

/// A message, borrowed from the body. Before it is known to be a command, only texts with escapes and the id of a
/// group are copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRef<'a> {
    /// WhatsApp's id of the message: 1 to 128 printable characters.
    pub id: Cow<'a, str>,
    /// Where it was written.
    pub chat: ChatRef<'a>,
    /// The author. Never unknown, except for the owner, whose number is not needed.
    pub sender: Person,
    /// The owner typed it on the bot's own phone.
    pub by_owner: bool,
    /// The bot's own number, for instances that take commands from admins of communities.
    pub bot_phone: Option<Phone>,
    /// It is a new version of a message that was sent before.
    pub is_edit: bool,
    /// The text, the caption or the emoji. Empty for a file without a caption, a voice message or a sticker.
    pub text: Cow<'a, str>,
    /// What the text belongs to.
    pub content: Content<'a>,
    /// The id of the quoted message; empty if that cannot be read.
    pub quoted: Option<Cow<'a, str>>,
    /// When it was sent, by WhatsApp's clock.
    pub sent_at: Option<Timestamp>,
}

/// A chat, borrowed from the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatRef<'a> {
    /// A direct chat: the partner's number or `…@lid`.
    Direct(Cow<'a, str>),
    /// A group.
    Group(GroupId),
}

/// The kind of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// A text.
    Text,
    /// A file; the text is its caption.
    Media(Box<MediaRef<'a>>),
    /// A reaction to the message with this id; the text is the emoji.
    Reaction(Cow<'a, str>),
    /// A voice message or a sticker.
    Wordless,
    /// The message was deleted for everyone.
    Deleted,
}

/// A file, borrowed from the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaRef<'a> {
    /// How it was sent.
    pub kind: MediaKind,
    /// Its web address; none if Z-API could not fetch it.
    pub url: Option<Cow<'a, str>>,
    /// Its MIME type.
    pub mime_type: Option<Cow<'a, str>>,
    /// The name of a document.
    pub file_name: Option<Cow<'a, str>>,
}

impl MessageRef<'_> {
    /// The message as the journal stores it: a reaction quotes the message it belongs to.
    pub fn to_message(&self) -> Message {
        let quoted = match &self.content {
            Content::Reaction(id) => Some(id.to_string()),
            _ => self.quoted.as_deref().map(str::to_owned),
        };
        Message {
            id: self.id.to_string(),
            version: 0,
            chat: match &self.chat {
                ChatRef::Direct(address) => Chat::Direct(address.to_string()),
                ChatRef::Group(id) => Chat::Group(id.clone()),
            },
            sender: self.sender,
            by_owner: self.by_owner,
            text: self.text.to_string(),
            media: match &self.content {
                Content::Media(media) => Some(media.to_media()),
                _ => None,
            },
            quoted,
            sent_at: self.sent_at,
        }
    }
}

impl MediaRef<'_> {
    fn to_media(&self) -> Media {
        let owned = |text: &Option<Cow<'_, str>>| text.as_deref().map(|text| text.replace('\0', " "));
        Media {
            kind: self.kind,
            url: owned(&self.url),
            mime_type: owned(&self.mime_type),
            file_name: owned(&self.file_name),
        }
    }
}
