//! The chapter "Messages": answers and reactions (Z-API docs, message/send-text, send-reaction).

use serde_json::{Value, json};

use super::{ApiError, TurnToSend, Urgency, Zapi, loose};
use crate::domain::Chat;

impl Zapi {
    /// Waits until the next message may go, and books it.
    pub async fn turn_to_send(&self, urgency: Urgency) -> Result<TurnToSend, ApiError> {
        self.turn("send-text", &self.line.messages, urgency).await.map(TurnToSend)
    }

    /// Queues a text in a chat, quoting the message `quoted`: `POST send-text`. Answers the new
    /// message's id where Z-API tells it.
    pub async fn send_text(
        &self,
        chat: &Chat,
        text: &str,
        quoted: Option<&str>,
        _turn: TurnToSend,
    ) -> Result<Option<String>, ApiError> {
        // `mentioned` stays empty: a name with an `@` in it calls nobody.
        let mut body = json!({ "phone": chat.address(), "message": text });
        if let Some(quoted) = quoted {
            body["messageId"] = quoted.into();
        }
        self.post_text(&body).await
    }

    /// Gives a message of ours another text: `POST send-text` with `editMessageId`. Answers the id
    /// that the message has now where Z-API tells it.
    pub async fn edit_text(
        &self,
        chat: &Chat,
        text: &str,
        message_id: &str,
        _turn: TurnToSend,
    ) -> Result<Option<String>, ApiError> {
        let body = json!({ "phone": chat.address(), "message": text, "editMessageId": message_id });
        self.post_text(&body).await
    }

    async fn post_text(&self, body: &Value) -> Result<Option<String>, ApiError> {
        let answer = self.post("send-text", body).await?;
        let object = loose::object(&answer);
        // `id` is `messageId` under the name that other tools use.
        Ok(loose::text(object, "messageId").or_else(|| loose::text(object, "id")))
    }

    /// Reacts to a message: `POST send-reaction`.
    pub async fn react(&self, chat: &Chat, message_id: &str, reaction: &str) -> Result<(), ApiError> {
        let body = json!({ "phone": chat.address(), "messageId": message_id, "reaction": reaction });
        self.post("send-reaction", &body).await.map(drop)
    }

    /// Takes the reaction away: `POST send-remove-reaction`.
    pub async fn remove_reaction(&self, chat: &Chat, message_id: &str) -> Result<(), ApiError> {
        let body = json!({ "phone": chat.address(), "messageId": message_id });
        self.post("send-remove-reaction", &body).await.map(drop)
    }
}
