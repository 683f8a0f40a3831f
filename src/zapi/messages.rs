//! The chapter "Messages": texts, files, edits and reactions (Z-API docs, message/send-text, send-image, send-video,
//! send-document, send-reaction).

use http::Method;
use serde_json::{Value, json};

use super::client::Zapi;
use super::error::{ApiError, ApiErrorKind};
use super::lenient_json;
use super::rate_limit::{Priority, SendPermit};
use crate::domain::{Chat, Media, MediaKind};

impl Zapi {
    /// Waits for a permit to send a message.
    pub async fn acquire_send_permit(&self, priority: Priority) -> Result<SendPermit, ApiError> {
        self.acquire("send-text", &self.inner.message_limiter, priority).await.map(SendPermit)
    }

    /// A permit that counts for no limit: for the one message an hour that says that the journal, which has the limits,
    /// cannot be used. Without it nothing else is sent.
    pub fn unlimited_send_permit(&self) -> SendPermit {
        SendPermit(())
    }

    /// Queues a text in a chat, quoting the message `quoted`: `POST send-text`. Returns its
    /// id.
    pub async fn send_text(
        &self,
        chat: &Chat,
        text: &str,
        quoted: Option<&str>,
        _permit: SendPermit,
    ) -> Result<String, ApiError> {
        // `mentioned` stays empty, so that a name with an `@` in it mentions no one.
        let mut body = json!({ "phone": chat.id(), "message": text });
        if let Some(quoted) = quoted {
            body["messageId"] = quoted.into();
        }
        self.post_message("send-text", &body).await
    }

    /// Queues a text in a chat, or a file with the text as its caption: `POST send-text`, `send-image`, `send-video` or
    /// `send-document/{extension}`. Returns all ids of the message: Z-API reports its delivery under one of them.
    pub async fn send_announcement(
        &self,
        chat: &Chat,
        text: &str,
        media: Option<&Media>,
        _permit: SendPermit,
    ) -> Result<Vec<String>, ApiError> {
        let Some(media) = media else {
            let body = json!({ "phone": chat.id(), "message": text });
            return message_ids("send-text", &self.post("send-text", &body).await?);
        };
        let (call, path, field) = match media.kind {
            MediaKind::Picture => ("send-image", "send-image".to_owned(), "image"),
            MediaKind::Video => ("send-video", "send-video".to_owned(), "video"),
            MediaKind::Document => {
                ("send-document", format!("send-document/{}", media.extension()), "document")
            }
        };
        let mut body = json!({ "phone": chat.id(), field: media.url, "caption": text });
        if media.kind == MediaKind::Document
            && let Some(name) = &media.file_name
        {
            body["fileName"] = name.as_str().into();
        }
        message_ids(call, &self.call(call, Method::POST, &path, Some(&body)).await?)
    }

    /// Edits a message of the bot: `POST send-text` with `editMessageId`. Returns the id of the edited message.
    pub async fn edit_text(
        &self,
        chat: &Chat,
        text: &str,
        message_id: &str,
        _permit: SendPermit,
    ) -> Result<String, ApiError> {
        let body = json!({ "phone": chat.id(), "message": text, "editMessageId": message_id });
        self.post_message("send-text", &body).await
    }

    /// Posts a message; one without an id in the response was not queued.
    async fn post_message(&self, call: &'static str, body: &Value) -> Result<String, ApiError> {
        message_id(call, &self.post(call, body).await?)
    }

    /// Reacts to a message: `POST send-reaction`.
    pub async fn react(&self, chat: &Chat, message_id: &str, reaction: &str) -> Result<(), ApiError> {
        let body = json!({ "phone": chat.id(), "messageId": message_id, "reaction": reaction });
        self.post_message("send-reaction", &body).await.map(drop)
    }

    /// Removes the reaction: `POST send-remove-reaction`.
    pub async fn remove_reaction(&self, chat: &Chat, message_id: &str) -> Result<(), ApiError> {
        let body = json!({ "phone": chat.id(), "messageId": message_id });
        self.post_message("send-remove-reaction", &body).await.map(drop)
    }
}

/// The id of the message in a response.
fn message_id(call: &'static str, response: &Value) -> Result<String, ApiError> {
    message_ids(call, response).map(|mut ids| ids.swap_remove(0))
}

/// The ids of the message in a response, WhatsApp's first.
fn message_ids(call: &'static str, response: &Value) -> Result<Vec<String>, ApiError> {
    let id = |key| lenient_json::text(lenient_json::object(response), key).filter(|id| !id.trim().is_empty());
    // `id` is `messageId` under the name that other tools use.
    let Some(message_id) = id("messageId").or_else(|| id("id")) else {
        return Err(ApiError::new(call, ApiErrorKind::Unreadable));
    };
    Ok(std::iter::once(message_id).chain(id("zaapId")).collect())
}
