//! Reads an authenticated event: a message that may be a command, or the reason why it is ignored.
//!
//! Only the few fields that decide are read, and borrowed from the body (`fields`); `sender` reads chats and people. An
//! object is never rejected for its shape: what can be read of it is used, else it is ignored (docs/webhooks.md). A
//! command is only read from `text.message` or the caption of a file of a person's own message, not from buttons, names
//! or quotes (THREATS.md, T15). A reaction may reply to a prompt, and a deletion may cancel a command.

mod fields;
mod message;
mod sender;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use self::fields::{EventFields, RawField, Tristate};
pub use self::message::{ChatRef, Content, MediaRef, MessageRef};
use super::ignore_reason::IgnoreReason;
use super::verify::Verified;
use crate::clock::Timestamp;
use crate::config;
use crate::directory::is_invisible;
use crate::domain::{DeliveryReport, MediaKind, Phone};

/// What the parser needs to know of an instance.
#[derive(Clone, Copy, Debug)]
pub struct InstanceInfo<'a> {
    /// Its id at Z-API.
    pub id: &'a str,
    /// Commands that are typed on the bot's own phone are the owner's.
    pub owner_commands: bool,
    /// Admins of communities may send commands: the bot itself is one of them.
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

/// The notification that a message was deleted for everyone.
const REVOKE: &str = "REVOKE";

/// A parsed event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParsedEvent<'a> {
    /// A message that may be a command.
    Message(MessageRef<'a>),
    /// WhatsApp was connected or disconnected.
    Connection {
        /// It was connected.
        is_connected: bool,
        /// When, if the event says it.
        at: Option<Timestamp>,
    },
    /// What became of a message that was sent.
    Delivery(DeliveryReport),
    /// It is no message to us.
    Ignored(IgnoreReason),
}

/// The body is no JSON object: the response is 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is no JSON object in UTF-8, without a byte order mark, nested at most 128 levels deep")]
pub struct NotJsonObject;

/// Reads a verified event.
///
/// # Errors
/// [`NotJsonObject`] if the body is no JSON object; no content of an object is an error.
pub fn parse_event<'a>(
    verified: &'a Verified,
    ours: &InstanceInfo<'_>,
) -> Result<ParsedEvent<'a>, NotJsonObject> {
    parse_body(verified.body(), ours)
}

fn parse_body<'a>(body: &'a [u8], ours: &InstanceInfo<'_>) -> Result<ParsedEvent<'a>, NotJsonObject> {
    let fields = EventFields::parse(body, ours.id).ok_or(NotJsonObject)?;
    if fields.is_for_other_instance && !fields.is_for_this_instance {
        return Ok(ParsedEvent::Ignored(IgnoreReason::OtherInstance));
    }
    let kind = fields.kind.as_text().unwrap_or_default();
    if let Some(is_connected) = connection_status(&fields, &kind) {
        return Ok(ParsedEvent::Connection { is_connected, at: sent_at(&fields) });
    }
    if let Some(report) = parse_delivery(&fields, &kind) {
        return Ok(ParsedEvent::Delivery(report));
    }
    if !kind.eq_ignore_ascii_case("ReceivedCallback") {
        return Ok(ParsedEvent::Ignored(IgnoreReason::UnsupportedEvent));
    }
    Ok(parse_message(&fields, ours).map_or_else(ParsedEvent::Ignored, ParsedEvent::Message))
}

/// Whether an event says that our instance was connected (`true`) or disconnected. Its flag overrides its type: a
/// ConnectedCallback with `connected: false` reports a disconnection. An unclear flag is ignored.
fn connection_status(fields: &EventFields<'_>, kind: &str) -> Option<bool> {
    match () {
        () if kind.eq_ignore_ascii_case("ConnectedCallback") => Some(!fields.connected.is_false()),
        () if kind.eq_ignore_ascii_case("DisconnectedCallback") => Some(fields.disconnected.is_false()),
        () => None,
    }
}

/// The report of a DeliveryCallback, if it names a message. A failed message may have Z-API's own id as `messageId`, too.
fn parse_delivery(fields: &EventFields<'_>, kind: &str) -> Option<DeliveryReport> {
    if !kind.eq_ignore_ascii_case("DeliveryCallback") {
        return None;
    }
    let id = |field: RawField<'_>| field.as_text().filter(|id| is_message_id(id)).map(String::from);
    let zaap_id = id(fields.zaap_id);
    let message_id = id(fields.message_id).or_else(|| zaap_id.clone())?;
    Some(DeliveryReport { message_id, zaap_id, error: delivery_error(fields) })
}

/// Why the message was not delivered: only a failure has an `error`, a text (Z-API docs,
/// webhooks/on-message-send-examples). `false`, `0` and `[]` are none.
fn delivery_error(fields: &EventFields<'_>) -> Option<String> {
    let error = fields.error;
    let is_failure = match error.as_bool() {
        Tristate::No => false,
        Tristate::Yes => true,
        Tristate::Unclear => error.as_text().is_some() || error.is_object(),
    };
    let text = error.as_text().unwrap_or_else(|| "?".into());
    is_failure.then(|| strip_nul(text).into_owned())
}

/// The message of an event that has one, or the first reason to ignore it: cheap and frequent reasons first.
fn parse_message<'a>(
    fields: &EventFields<'a>,
    ours: &InstanceInfo<'_>,
) -> Result<MessageRef<'a>, IgnoreReason> {
    let by_owner = sent_by_owner(fields, ours)?;
    reject_non_original(fields)?;
    let is_edit = match fields.is_edit.as_bool() {
        Tristate::No => false,
        Tristate::Yes => true,
        Tristate::Unclear => return Err(IgnoreReason::Edited),
    };
    let is_deletion = is_deletion(fields);
    let (text, content) = match is_deletion {
        true => (REVOKE.into(), Content::Deleted),
        false => parse_content(fields, is_edit)?,
    };
    let chat = sender::parse_chat(fields)?;
    let sender = match by_owner {
        true => sender::parse_owner(fields),
        false => sender::parse_author(fields, &chat).ok_or(IgnoreReason::NoSender)?,
    };
    let bot_phone = if ours.has_community_admins { sender::parse_owner(fields).phone } else { None };
    // The event of a deletion has an id of its own.
    let id = if is_deletion { fields.reference_message_id } else { fields.message_id };
    let id = id.as_text().filter(|id| is_message_id(id)).ok_or(IgnoreReason::NoMessageId)?;
    Ok(MessageRef {
        id,
        chat,
        sender,
        by_owner,
        bot_phone,
        is_edit,
        text: strip_nul(strip_mention(text, fields)),
        content,
        quoted: quoted(fields).filter(|_| !is_deletion),
        sent_at: sent_at(fields),
    })
}

/// The text, and what it belongs to. Captions and reactions are rarely for us: see `intent`.
fn parse_content<'a>(
    fields: &EventFields<'a>,
    is_edit: bool,
) -> Result<(Cow<'a, str>, Content<'a>), IgnoreReason> {
    if let Some(text) = fields.text.member("message").as_text() {
        return Ok((text, Content::Text));
    }
    let files = [
        (fields.image, MediaKind::Picture, "imageUrl"),
        (fields.video, MediaKind::Video, "videoUrl"),
        (fields.document, MediaKind::Document, "documentUrl"),
    ];
    if let Some((file, kind, url)) = files.into_iter().find(|(file, ..)| file.is_object()) {
        let media = MediaRef {
            kind,
            url: file.member(url).as_text().filter(|url| is_web_url(url)),
            mime_type: file.member("mimeType").as_text(),
            file_name: file.member("fileName").as_text(),
        };
        return Ok((file.member("caption").as_text().unwrap_or_default(), Content::Media(Box::new(media))));
    }
    if is_edit {
        return Err(IgnoreReason::Edited);
    }
    let referenced = fields.reaction.member("referencedMessage").member("messageId").as_text();
    match fields.reaction.member("value").as_text().zip(referenced.filter(|id| is_message_id(id))) {
        Some((value, id)) => Ok((value, Content::Reaction(id))),
        None if fields.audio.is_object() || fields.sticker.is_object() => Ok(("".into(), Content::Wordless)),
        None => Err(IgnoreReason::NoText),
    }
}

/// The text behind a mention of the bot's own number at its beginning: `@5511… /grupos`.
fn strip_mention<'a>(text: Cow<'a, str>, fields: &EventFields<'a>) -> Cow<'a, str> {
    let Some(digits) = text.strip_prefix('@') else { return text };
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    let bot_phone = sender::parse_owner(fields).phone;
    let is_own = bot_phone.is_some() && Phone::parse(&digits[..digits.len() - rest.len()]) == bot_phone;
    let at = text.len() - rest.trim_start().len();
    match text {
        text if !is_own || at == text.len() => text,
        Cow::Borrowed(text) => Cow::Borrowed(&text[at..]),
        Cow::Owned(text) => Cow::Owned(text[at..].to_owned()),
    }
}

/// Whether it says that a message was deleted for everyone: the one that `referenceMessageId` names.
fn is_deletion(fields: &EventFields<'_>) -> bool {
    fields.notification.as_text().is_some_and(|kind| kind == REVOKE)
}

/// The id of the quoted message; empty if it cannot be read, which is a quote of no message that we know.
fn quoted<'a>(fields: &EventFields<'a>) -> Option<Cow<'a, str>> {
    let field = fields.reference_message_id;
    (!field.is_empty()).then(|| field.as_text().filter(|id| is_message_id(id)).unwrap_or_default())
}

/// Whether it is one HTTP URL.
fn is_web_url(url: &str) -> bool {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    is_web && !url.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Replaces each NUL by a blank: PostgreSQL stores none, and one would fail a transaction shared with other commands.
fn strip_nul(text: Cow<'_, str>) -> Cow<'_, str> {
    match memchr::memchr(0, text.as_bytes()) {
        Some(_) => text.replace('\0', " ").into(),
        None => text,
    }
}

/// Whether the owner typed it on the bot's own phone: only an event with `fromApi: false` can be the owner's.
fn sent_by_owner(fields: &EventFields<'_>, ours: &InstanceInfo<'_>) -> Result<bool, IgnoreReason> {
    match (fields.from_api.as_bool(), fields.from_me.as_bool()) {
        (Tristate::No, Tristate::No) => Ok(false),
        (Tristate::No, Tristate::Yes) if ours.owner_commands && fields.from_api.is_explicitly_no() => {
            Ok(true)
        }
        // An echo of our own message would make a loop (T12), whether or not it is marked as ours. If a missing flag
        // counted as no, a person that can make the bot say something could send commands in its owner's name.
        _ => Err(IgnoreReason::FromMe),
    }
}

/// Ignores messages that are not a person's own new words in a chat; an unclear flag counts as set.
fn reject_non_original(fields: &EventFields<'_>) -> Result<(), IgnoreReason> {
    let flags = [
        (fields.waiting_message, IgnoreReason::WaitingMessage),
        (fields.forwarded, IgnoreReason::Forwarded),
        (fields.is_status_reply, IgnoreReason::Status),
        (fields.is_newsletter, IgnoreReason::Newsletter),
        (fields.broadcast, IgnoreReason::Broadcast),
    ];
    if let Some((_, reason)) = flags.into_iter().find(|(flag, _)| flag.as_bool() != Tristate::No) {
        return Err(reason);
    }
    if fields.notification.as_bool() != Tristate::No && !is_deletion(fields) {
        return Err(IgnoreReason::Notification);
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

/// Whether an id is 1 to 128 visible characters: ids are opaque, but go into logs, tables and calls.
fn is_message_id(id: &str) -> bool {
    // All real ids are like this.
    if id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return (1..=128).contains(&id.len());
    }
    let is_visible = |c: char| !c.is_control() && !is_invisible(c) && !matches!(c, '\u{2028}' | '\u{2029}');
    (1..=128).contains(&id.chars().count()) && id.chars().all(is_visible)
}

/// `momment` in milliseconds; some events call it `moment`, and some count seconds.
fn sent_at(fields: &EventFields<'_>) -> Option<Timestamp> {
    fields.momment.as_integer().or_else(|| fields.moment.as_integer()).and_then(Timestamp::of_unix)
}
