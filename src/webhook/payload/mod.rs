//! What does this event say? A message of a person that may be an order, or a reason why it is none.
//!
//! Only the few fields that decide are looked at, and borrowed from the body (`raw`); who wrote it
//! is told apart in `sender`. An object is never refused for its shape: what can be read of it is
//! used, else it is ignored (CONTRACT.md §3). An order is in `text.message` of a person's own message
//! alone, not in buttons, names or quotes (THREATS.md, T15); a picture's caption may ask to use the
//! picture, and a reaction may answer a question.

mod fields;
mod sender;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use self::fields::{EventFields, Tristate};
use super::IgnoreReason;
use super::verify::Verified;
use crate::clock::Timestamp;
use crate::config;
use crate::directory::is_invisible;
use crate::domain::{Chat, GroupId, Message, Person, Phone};

/// What has to be known of an instance to read its events.
#[derive(Clone, Copy, Debug)]
pub struct InstanceInfo<'a> {
    /// Z-API's id of it.
    pub id: &'a str,
    /// Orders typed on the bot's own phone count as the owner's.
    pub owner_commands: bool,
    /// The communities' own admins may give orders: the bot itself is one of them.
    pub has_community_admins: bool,
}

impl<'a> From<&'a config::Instance> for InstanceInfo<'a> {
    fn from(instance: &'a config::Instance) -> Self {
        Self {
            id: &instance.id,
            owner_commands: instance.owner_commands,
            has_community_admins: instance.admins_from == config::AdminsFrom::Community,
        }
    }
}

/// What an event turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParsedEvent<'a> {
    /// A text that somebody wrote: perhaps an order.
    Message(MessageRef<'a>),
    /// WhatsApp was connected, or no more.
    Connection {
        /// It was.
        is_connected: bool,
        /// When, where that is told.
        at: Option<Timestamp>,
    },
    /// Nothing for us.
    Ignored(IgnoreReason),
}

/// The body is no JSON object: answered 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is no JSON object in UTF-8, without a byte order mark, nested at most 128 levels deep")]
pub struct NotJsonObject;

/// A message, borrowed from the body. Nothing is copied before it is known to be an order, except
/// texts that hold escapes, and the id of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRef<'a> {
    /// WhatsApp's id of the message: 1 to 128 printable characters.
    pub id: Cow<'a, str>,
    /// Where it was written.
    pub chat: ChatRef<'a>,
    /// Who wrote it. Somebody, unless it is by the owner: they need no number.
    pub sender: Person,
    /// It was typed on the bot's own phone, and that counts as the owner's.
    pub by_owner: bool,
    /// The bot's own number, where that has to be told from others'.
    pub own: Option<Phone>,
    /// What was written; never empty.
    pub text: Cow<'a, str>,
    /// What it was written to.
    pub content: Content<'a>,
    /// The id of the message that it quotes; empty where that cannot be read.
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

/// What a person sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// A text.
    Text,
    /// A text that was sent before, and changed.
    Edit,
    /// A picture at this address; the text is its caption.
    Picture(Cow<'a, str>),
    /// A reaction to the message with this id; the text is the sign.
    Reaction(Cow<'a, str>),
}

impl MessageRef<'_> {
    /// The message, as what comes after the webhook keeps it: with a picture's address behind its
    /// caption. A reaction quotes the message that bears it.
    pub fn to_message(&self) -> Message {
        let text = match &self.content {
            Content::Text | Content::Edit | Content::Reaction(_) => self.text.to_string(),
            Content::Picture(url) => format!("{}\n{url}", self.text),
        };
        let quoted = match &self.content {
            Content::Reaction(to) => Some(to.to_string()),
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
            text,
            quoted,
            sent_at: self.sent_at,
        }
    }
}

/// Reads a verified event.
///
/// # Errors
/// [`NotJsonObject`] if it is no JSON object; whatever is in the object is no error.
pub fn parse_event<'a>(
    verified: &'a Verified,
    ours: &InstanceInfo<'_>,
) -> Result<ParsedEvent<'a>, NotJsonObject> {
    parse_body(verified.body(), ours)
}

fn parse_body<'a>(body: &'a [u8], ours: &InstanceInfo<'_>) -> Result<ParsedEvent<'a>, NotJsonObject> {
    let fields = EventFields::parse(body, ours.id).ok_or(NotJsonObject)?;
    if let Some(is_connected) = connection_status(&fields) {
        return Ok(ParsedEvent::Connection { is_connected, at: sent_at(&fields) });
    }
    Ok(match parse_message(&fields, ours) {
        Ok(message) => ParsedEvent::Message(message),
        Err(reason) => ParsedEvent::Ignored(reason),
    })
}

/// Whether our instance was connected, or disconnected, where an event says one of both. Its flag may deny its
/// type: a ConnectedCallback with `connected: false` tells of an end. A flag that is unclear changes nothing.
fn connection_status(fields: &EventFields<'_>) -> Option<bool> {
    let kind =
        fields.kind.as_text().filter(|_| fields.is_for_this_instance || !fields.is_for_other_instance)?;
    match () {
        () if kind.eq_ignore_ascii_case("ConnectedCallback") => Some(!fields.connected.is_false()),
        () if kind.eq_ignore_ascii_case("DisconnectedCallback") => Some(fields.disconnected.is_false()),
        () => None,
    }
}

/// The message, or the first reason why there is none: cheap and frequent ones first.
fn parse_message<'a>(
    fields: &EventFields<'a>,
    ours: &InstanceInfo<'_>,
) -> Result<MessageRef<'a>, IgnoreReason> {
    if fields.is_for_other_instance && !fields.is_for_this_instance {
        return Err(IgnoreReason::OtherInstance);
    }
    if !fields.kind.as_text().is_some_and(|kind| kind.eq_ignore_ascii_case("ReceivedCallback")) {
        return Err(IgnoreReason::UnsupportedEvent);
    }
    let by_owner = sent_by_owner(fields, ours)?;
    reject_non_original(fields)?;
    let (text, content) = parse_content(fields)?;
    let chat = sender::parse_chat(fields)?;
    let sender = match by_owner {
        true => sender::parse_owner(fields),
        false => sender::parse_author(fields, &chat).ok_or(IgnoreReason::NoSender)?,
    };
    let own = if ours.has_community_admins { sender::parse_owner(fields).phone } else { None };
    let id = fields.message_id.as_text().filter(|id| is_message_id(id)).ok_or(IgnoreReason::NoMessageId)?;
    Ok(MessageRef {
        id,
        chat,
        sender,
        by_owner,
        own,
        text: strip_nul(text),
        content,
        quoted: quoted(fields),
        sent_at: sent_at(fields),
    })
}

/// What was written, and to what. A picture's caption and a sign are no texts: few of them say anything
/// to us (`meaning`).
fn parse_content<'a>(fields: &EventFields<'a>) -> Result<(Cow<'a, str>, Content<'a>), IgnoreReason> {
    let text = fields.text.member("message").as_text();
    match (fields.is_edit.as_bool(), text) {
        (Tristate::No, Some(text)) => return Ok((text, Content::Text)),
        (Tristate::Yes, Some(text)) => return Ok((text, Content::Edit)),
        (Tristate::No, None) => {}
        // Unclear whether it is fresh, or nothing that we could have answered before.
        _ => return Err(IgnoreReason::Edited),
    }
    let picture = fields.image.member("caption").as_text().zip(fields.image.member("imageUrl").as_text());
    if let Some((caption, url)) = picture.filter(|(_, url)| is_web_url(url)) {
        return Ok((caption, Content::Picture(url)));
    }
    let referenced = fields.reaction.member("referencedMessage").member("messageId").as_text();
    match fields.reaction.member("value").as_text().zip(referenced.filter(|id| is_message_id(id))) {
        Some((value, id)) => Ok((value, Content::Reaction(id))),
        None => Err(IgnoreReason::NoText),
    }
}

/// The id of the message that is quoted. One that cannot be read is still a quote, of no message that we know.
fn quoted<'a>(fields: &EventFields<'a>) -> Option<Cow<'a, str>> {
    let field = fields.reference_message_id;
    (!field.is_empty()).then(|| field.as_text().filter(|id| is_message_id(id)).unwrap_or_default())
}

/// An address of the web that is one word.
fn is_web_url(url: &str) -> bool {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    is_web && !url.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// A blank for each NUL, which PostgreSQL keeps in no text: one would fail the transaction that other
/// orders share.
fn strip_nul(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', " ").into() } else { text }
}

/// Whether the owner typed it on the bot's own phone: only an event that says `fromApi: false` can be theirs.
fn sent_by_owner(fields: &EventFields<'_>, ours: &InstanceInfo<'_>) -> Result<bool, IgnoreReason> {
    match (fields.from_api.as_bool(), fields.from_me.as_bool()) {
        (Tristate::No, Tristate::No) => Ok(false),
        (Tristate::No, Tristate::Yes) if ours.owner_commands && fields.from_api.is_expressly_no() => Ok(true),
        // An echo of our own message would make a loop (T12), whether or not it admits to be ours. Were a missing
        // flag taken for a no, whoever can make the bot say something could give orders in its owner's name.
        _ => Err(IgnoreReason::FromMe),
    }
}

/// Only a person's own fresh words to a chat can be an order; a flag that is unclear says they are not.
fn reject_non_original(fields: &EventFields<'_>) -> Result<(), IgnoreReason> {
    let flags = [
        (fields.waiting_message, IgnoreReason::WaitingMessage),
        (fields.forwarded, IgnoreReason::Forwarded),
        (fields.is_status_reply, IgnoreReason::Status),
        (fields.is_newsletter, IgnoreReason::Newsletter),
        (fields.broadcast, IgnoreReason::Broadcast),
        (fields.notification, IgnoreReason::Notification),
    ];
    if let Some((_, reason)) = flags.into_iter().find(|(flag, _)| flag.as_bool() != Tristate::No) {
        return Err(reason);
    }
    match fields.phone.as_text().as_deref() {
        Some("status@broadcast") => Err(IgnoreReason::Status),
        Some(phone) if phone.ends_with("@newsletter") => Err(IgnoreReason::Newsletter),
        Some(phone) if phone.ends_with("-broadcast") || phone.ends_with("@broadcast") => {
            Err(IgnoreReason::Broadcast)
        }
        _ => Ok(()),
    }
}

/// Ids are opaque, but go into logs, tables and calls: nothing invisible is in them.
fn is_message_id(id: &str) -> bool {
    // As all that were ever seen.
    if id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return (1..=128).contains(&id.len());
    }
    let is_visible = |c: char| !c.is_control() && !is_invisible(c) && !matches!(c, '\u{2028}' | '\u{2029}');
    (1..=128).contains(&id.chars().count()) && id.chars().all(is_visible)
}

/// `momment` in milliseconds; some events say `moment`, some mean seconds.
fn sent_at(fields: &EventFields<'_>) -> Option<Timestamp> {
    fields.momment.as_integer().or_else(|| fields.moment.as_integer()).and_then(Timestamp::of_unix)
}
