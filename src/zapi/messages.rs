//! The chapter "Messages": answers and reactions (Z-API docs, message/send-text, send-reaction).

use serde_json::{Value, json};

use super::client::Zapi;
use super::error::{ApiError, ApiErrorKind};
use super::lenient_json;
use super::rate_limit::{SendPermit, Urgency};
use crate::domain::Chat;

impl Zapi {
    /// Waits until the next message may go, and books it.
    pub async fn acquire_send_permit(&self, urgency: Urgency) -> Result<SendPermit, ApiError> {
        self.acquire("send-text", &self.inner.message_limiter, urgency).await.map(SendPermit)
    }

    /// Queues a text in a chat, quoting the message `quoted`: `POST send-text`. Answers the new
    /// message's id.
    pub async fn send_text(
        &self,
        chat: &Chat,
        text: &str,
        quoted: Option<&str>,
        _turn: SendPermit,
    ) -> Result<String, ApiError> {
        // `mentioned` stays empty: a name with an `@` in it calls nobody.
        let mut body = json!({ "phone": chat.address(), "message": text });
        if let Some(quoted) = quoted {
            body["messageId"] = quoted.into();
        }
        self.post_message("send-text", &body).await
    }

    /// Gives a message of ours another text: `POST send-text` with `editMessageId`. Answers the id
    /// that the message has now.
    pub async fn edit_text(
        &self,
        chat: &Chat,
        text: &str,
        message_id: &str,
        _turn: SendPermit,
    ) -> Result<String, ApiError> {
        let body = json!({ "phone": chat.address(), "message": text, "editMessageId": message_id });
        self.post_message("send-text", &body).await
    }

    /// Only what has got an id is queued.
    async fn post_message(&self, call: &'static str, body: &Value) -> Result<String, ApiError> {
        let answer = self.post(call, body).await?;
        let id =
            |key| lenient_json::text(lenient_json::object(&answer), key).filter(|id| !id.trim().is_empty());
        // `id` is `messageId` under the name that other tools use.
        id("messageId").or_else(|| id("id")).ok_or_else(|| ApiError::new(call, ApiErrorKind::Unreadable))
    }

    /// Reacts to a message: `POST send-reaction`.
    pub async fn react(&self, chat: &Chat, message_id: &str, reaction: &str) -> Result<(), ApiError> {
        let body = json!({ "phone": chat.address(), "messageId": message_id, "reaction": reaction });
        self.post_message("send-reaction", &body).await.map(drop)
    }

    /// Takes the reaction away: `POST send-remove-reaction`.
    pub async fn remove_reaction(&self, chat: &Chat, message_id: &str) -> Result<(), ApiError> {
        let body = json!({ "phone": chat.address(), "messageId": message_id });
        self.post_message("send-remove-reaction", &body).await.map(drop)
    }
}
