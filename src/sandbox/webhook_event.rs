//! Webhook events as Z-API makes them, for tests, the demo and `vincula event send`.
//!
//! [`EventBuilder`] is a received message (a text, a reaction, a picture, a video, a document, or that a message was deleted)
//! with all the fields that real ones carry, in their order, repeated keys included (Z-API's documentation); [`delivery`] reports
//! on a sent one; [`post`] sends it over HTTP the way Z-API does.
//!
//! Invented: an edit, which is not documented, has `isEdit` and the id of the original message; a reaction, a picture
//! and the like have no further fields than those a parser may read.

use serde_json::{Value, json};

use super::credentials::random_hex;
use super::messages::SentMessage;
pub use super::webhook_client::{Response, post, post_with_head};
use crate::clock::{Clock, Timestamp};

/// A `ReceivedCallback` in a direct chat, unless told otherwise.
#[derive(Clone, Debug)]
pub struct EventBuilder {
    instance: String,
    connected_phone: String,
    message_id: String,
    at: Option<Timestamp>,
    phone: Option<String>,
    lid: Option<String>,
    group: Option<String>,
    sender: String,
    content: EventContent,
    flags: Vec<&'static str>,
    reference: Option<String>,
    edits: Vec<Edit>,
}

/// The content of a message.
#[derive(Clone, Debug)]
enum EventContent {
    Text(String),
    Reaction {
        value: String,
        message_id: String,
    },
    Picture {
        caption: String,
        url: Option<String>,
    },
    Video {
        caption: String,
        url: String,
    },
    Document {
        caption: String,
        file_name: String,
        url: String,
    },
    /// A message was deleted for everyone.
    Revoked,
}

/// The `DeliveryCallback` of a sent message. One that failed has Z-API's own id in both places (Z-API's documentation).
pub fn delivery(instance: &str, sent: &SentMessage, error: Option<&str>) -> String {
    let mut fields = json!({
        "phone": sent.chat,
        "zaapId": sent.zaap_id,
        "messageId": if error.is_some() { &sent.zaap_id } else { &sent.message_id },
        "instanceId": instance,
        "momment": Clock::system().now().0,
        "type": "DeliveryCallback",
    });
    if let Some(error) = error {
        fields["error"] = error.into();
    }
    fields.to_string()
}

/// The event by which Z-API reports that WhatsApp was connected or disconnected.
pub fn connection_status(instance: &str, phone: &str, is_connected: bool) -> String {
    let mut fields = json!({
        "instanceId": instance,
        "momment": Clock::system().now().0,
        "phone": phone,
        "type": if is_connected { "ConnectedCallback" } else { "DisconnectedCallback" },
    });
    match is_connected {
        true => fields["connected"] = true.into(),
        false => {
            fields["disconnected"] = true.into();
            fields["error"] = "Device has been disconnected".into();
        }
    }
    fields.to_string()
}

/// A change to the finished fields.
#[derive(Clone, Debug)]
enum Edit {
    Set(String, Value),
    Repeat(String, Value),
    Remove(String),
}

impl EventBuilder {
    /// A text to the instance with this id, from any sender.
    pub fn text(instance: &str, text: &str) -> Self {
        Self::new(instance, EventContent::Text(text.to_owned()))
    }

    /// A reaction to a message of the bot; an empty value removes it.
    pub fn reaction(instance: &str, value: &str, message_id: &str) -> Self {
        let (value, message_id) = (value.to_owned(), message_id.to_owned());
        Self::new(instance, EventContent::Reaction { value, message_id })
    }

    /// A picture with its caption, available at `url`.
    pub fn picture(instance: &str, caption: &str, url: &str) -> Self {
        Self::new(instance, EventContent::Picture { caption: caption.to_owned(), url: Some(url.to_owned()) })
    }

    /// A picture with its caption that Z-API could not fetch from WhatsApp.
    pub fn lost_picture(instance: &str, caption: &str) -> Self {
        Self::new(instance, EventContent::Picture { caption: caption.to_owned(), url: None })
    }

    /// A video with its caption, available at `url`.
    pub fn video(instance: &str, caption: &str, url: &str) -> Self {
        Self::new(instance, EventContent::Video { caption: caption.to_owned(), url: url.to_owned() })
    }

    /// A document of this name with its caption, available at `url`.
    pub fn document(instance: &str, caption: &str, file_name: &str, url: &str) -> Self {
        let (caption, file_name, url) = (caption.to_owned(), file_name.to_owned(), url.to_owned());
        Self::new(instance, EventContent::Document { caption, file_name, url })
    }

    /// A message was deleted for everyone.
    pub fn revoked(instance: &str, message_id: &str) -> Self {
        Self::new(instance, EventContent::Revoked).replying_to(message_id)
    }

    fn new(instance: &str, content: EventContent) -> Self {
        Self {
            instance: instance.to_owned(),
            connected_phone: "5511988887777".to_owned(),
            message_id: format!("3A{}", &random_hex()[12..]),
            at: None,
            phone: None,
            lid: None,
            group: None,
            sender: "Ana".to_owned(),
            content,
            flags: Vec::new(),
            reference: None,
            edits: Vec::new(),
        }
    }

    /// The sender's number; with [`EventBuilder::from_me`] in a direct chat, the partner's.
    pub fn from(mut self, phone: &str) -> Self {
        self.phone = Some(phone.to_owned());
        self
    }

    /// The sender's lid, `…@lid`. Without a number it stands where the number would.
    pub fn lid(mut self, lid: &str) -> Self {
        self.lid = Some(lid.to_owned());
        self
    }

    /// Written in this group.
    pub fn in_group(mut self, id: &str) -> Self {
        self.group = Some(id.to_owned());
        self
    }

    /// The sender's name.
    pub fn sender_name(mut self, name: &str) -> Self {
        self.sender = name.to_owned();
        self
    }

    /// The number of the instance.
    pub fn connected_phone(mut self, phone: &str) -> Self {
        self.connected_phone = phone.to_owned();
        self
    }

    /// WhatsApp's id of the message; unique unless given.
    pub fn with_id(mut self, message_id: &str) -> Self {
        self.message_id = message_id.to_owned();
        self
    }

    /// When it was sent; the present moment unless given.
    pub fn sent_at(mut self, moment: Timestamp) -> Self {
        self.at = Some(moment);
        self
    }

    /// Quotes this message.
    pub fn replying_to(mut self, message_id: &str) -> Self {
        self.reference = Some(message_id.to_owned());
        self
    }

    /// Typed on the connected phone.
    pub fn from_me(self) -> Self {
        self.flag("fromMe")
    }

    /// Sent through the API: a message of the bot itself.
    pub fn from_api(self) -> Self {
        self.flag("fromMe").flag("fromApi")
    }

    /// A later version of a message.
    pub fn edited(self) -> Self {
        self.flag("isEdit")
    }

    /// Forwarded.
    pub fn forwarded(self) -> Self {
        self.flag("forwarded")
    }

    /// Without its content, which follows under the same id.
    pub fn awaiting_content(self) -> Self {
        self.flag("waitingMessage")
    }

    /// A reply to a status.
    pub fn status_reply(self) -> Self {
        self.flag("isStatusReply")
    }

    /// From a channel.
    pub fn newsletter(self) -> Self {
        self.flag("isNewsletter")
    }

    /// From a broadcast list.
    pub fn broadcast(self) -> Self {
        self.flag("broadcast")
    }

    /// Something else in place of the text: `("image", json!({"caption": "…"}))`.
    pub fn content(self, kind: &str, value: Value) -> Self {
        self.without_field("text").with(kind, value)
    }

    /// Sets a field.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.edits.push(Edit::Set(name.to_owned(), value.into()));
        self
    }

    /// Adds a field at the end even if there is one of this name.
    pub fn with_duplicate_field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.edits.push(Edit::Repeat(name.to_owned(), value.into()));
        self
    }

    /// Removes a field.
    pub fn without_field(mut self, name: &str) -> Self {
        self.edits.push(Edit::Remove(name.to_owned()));
        self
    }

    /// It was sent from the connected number.
    pub(super) fn is_from_me(&self) -> bool {
        self.flags.contains(&"fromMe")
    }

    /// WhatsApp's id of the message.
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// The JSON document.
    pub fn body(&self) -> String {
        let mut fields = self.fields();
        for edit in &self.edits {
            match edit {
                Edit::Set(name, value) => {
                    let mut found = false;
                    for field in fields.iter_mut().filter(|(key, _)| key == name) {
                        field.1.clone_from(value);
                        found = true;
                    }
                    if !found {
                        fields.push((name.clone(), value.clone()));
                    }
                }
                Edit::Repeat(name, value) => fields.push((name.clone(), value.clone())),
                Edit::Remove(name) => fields.retain(|(key, _)| key != name),
            }
        }
        let fields = fields.iter().map(|(key, value)| format!("{}:{value}", Value::from(key.as_str())));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    }

    fn flag(mut self, name: &'static str) -> Self {
        self.flags.push(name);
        self
    }

    fn flag_value(&self, flag: &str) -> Value {
        self.flags.contains(&flag).into()
    }

    fn fields(&self) -> Vec<(String, Value)> {
        let is_group = self.group.is_some();
        let from_me = self.flags.contains(&"fromMe");
        let who = self.phone.as_deref().or(self.lid.as_deref());
        let phone = self.group.as_deref().or(who);
        let chat_lid = self.lid.as_deref().filter(|_| !is_group);
        let chat_name = if is_group { "Grupo" } else { &self.sender };
        let moment = self.at.unwrap_or_else(|| Clock::system().now());
        let mut fields = vec![
            ("isStatusReply", self.flag_value("isStatusReply")),
            ("chatLid", chat_lid.into()),
            ("connectedPhone", self.connected_phone.as_str().into()),
            ("waitingMessage", self.flag_value("waitingMessage")),
            ("isEdit", self.flag_value("isEdit")),
            ("isGroup", is_group.into()),
            ("isNewsletter", self.flag_value("isNewsletter")),
            ("instanceId", self.instance.as_str().into()),
            ("messageId", self.message_id.as_str().into()),
            ("phone", phone.into()),
            ("fromMe", from_me.into()),
            ("momment", moment.0.into()),
            ("status", if from_me { "SENT" } else { "RECEIVED" }.into()),
            ("chatName", chat_name.into()),
            ("senderPhoto", Value::Null),
            ("senderName", self.sender.as_str().into()),
            ("photo", "https://pps.whatsapp.net/v/t61.0-0/0_n.jpg".into()),
            ("broadcast", self.flag_value("broadcast")),
        ];
        // On the connected phone, the participant is the bot's own number.
        let author = if from_me { Some(self.connected_phone.as_str()) } else { who };
        if is_group {
            fields.push(("participantPhone", author.into()));
        }
        let participant_lid = self.lid.as_deref().filter(|_| is_group && !from_me);
        fields.push(("participantLid", participant_lid.into()));
        if !from_me {
            fields.push(("senderLid", self.lid.as_deref().into()));
        }
        if let Some(reference) = &self.reference {
            fields.push(("referenceMessageId", reference.as_str().into()));
        }
        fields.push(("forwarded", self.flag_value("forwarded")));
        fields.push(("type", "ReceivedCallback".into()));
        fields.push(("fromApi", self.flag_value("fromApi")));
        if !self.flags.contains(&"waitingMessage") {
            fields.push(self.content_field(phone, author, moment));
        }
        // Many documented events have it twice.
        fields.push(("instanceId", self.instance.as_str().into()));
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The field that holds the content, of a message in this chat by this author.
    fn content_field(
        &self,
        chat: Option<&str>,
        author: Option<&str>,
        at: Timestamp,
    ) -> (&'static str, Value) {
        match &self.content {
            EventContent::Text(text) => ("text", json!({ "message": text })),
            EventContent::Reaction { value, message_id } => {
                let message =
                    json!({ "messageId": message_id, "fromMe": true, "phone": chat, "participant": null });
                let reaction = json!({ "value": value, "time": at.0, "reactionBy": author, "referencedMessage": message });
                ("reaction", reaction)
            }
            EventContent::Picture { caption, url } => {
                let mut image = json!({
                    "mimeType": "image/jpeg",
                    "imageUrl": url,
                    "thumbnailUrl": url,
                    "caption": caption,
                    "width": 600,
                    "height": 600,
                    "viewOnce": false,
                });
                if url.is_none() {
                    // Invented: the words.
                    image["downloadError"] = "The media could not be downloaded".into();
                }
                ("image", image)
            }
            EventContent::Video { caption, url } => {
                let video = json!({
                    "videoUrl": url,
                    "caption": caption,
                    "mimeType": "video/mp4",
                    "width": 0,
                    "height": 0,
                    "seconds": 13,
                    "viewOnce": false,
                });
                ("video", video)
            }
            EventContent::Document { caption, file_name, url } => {
                let document = json!({
                    "documentUrl": url,
                    "mimeType": "application/pdf",
                    "title": file_name,
                    "pageCount": 1,
                    "fileName": file_name,
                    "caption": caption,
                });
                ("document", document)
            }
            EventContent::Revoked => ("notification", "REVOKE".into()),
        }
    }
}
