//! The chapter "Instance": is it connected, where do its webhooks go (Z-API docs, instance).

use serde_json::{Value, json};

use super::client::Zapi;
use super::error::{ApiError, ApiErrorKind};
use super::lenient_json;
use crate::clock::Timestamp;
use crate::domain::Phone;

/// Whether the WhatsApp number is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionStatus {
    /// Messages come and go.
    pub is_connected: bool,
    /// The phone itself is online, where that is told: WhatsApp goes on for some days without it.
    pub is_phone_online: Option<bool>,
}

/// What Z-API knows of the instance. The token in its answer is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountStatus {
    /// Where messages are told, if anywhere.
    pub received_url: Option<String>,
    /// The second address that Z-API keeps for messages, "receive and delivery": where it points elsewhere,
    /// messages are told there.
    pub received_and_delivery_url: Option<String>,
    /// What is typed on the connected phone is told too ("notify what I send myself").
    pub notifies_sent_by_me: bool,
    /// Where it is told that WhatsApp was connected, if anywhere.
    pub connected_url: Option<String>,
    /// Where it is told that WhatsApp is connected no more, if anywhere.
    pub disconnected_url: Option<String>,
    /// Until when the instance is paid for.
    pub due: Option<Timestamp>,
    /// How it is paid, in Z-API's word: `PAID`, `TRIAL`, …
    pub payment_status: Option<String>,
}

/// An event that Z-API tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookKind {
    /// A message was received.
    Received,
    /// A message was received or delivered: the second address for the same messages.
    ReceivedAndDelivery,
    /// WhatsApp was connected.
    Connected,
    /// WhatsApp is connected no more.
    Disconnected,
}

impl AccountStatus {
    /// Where an event is told, if anywhere.
    pub fn url_of(&self, event: WebhookKind) -> Option<&str> {
        let url = match event {
            WebhookKind::Received => &self.received_url,
            WebhookKind::ReceivedAndDelivery => &self.received_and_delivery_url,
            WebhookKind::Connected => &self.connected_url,
            WebhookKind::Disconnected => &self.disconnected_url,
        };
        url.as_deref()
    }
}

impl Zapi {
    /// Whether WhatsApp is connected: `GET status`, of which `connected` alone is trusted.
    pub async fn connection_status(&self) -> Result<ConnectionStatus, ApiError> {
        let answer = self.get("status", "status").await?;
        let object = lenient_json::object(&answer);
        let is_connected = object.get("connected").and_then(lenient_json::as_bool);
        Ok(ConnectionStatus {
            // Nothing said is no lost connection.
            is_connected: is_connected.ok_or_else(|| ApiError::new("status", ApiErrorKind::Unreadable))?,
            is_phone_online: object.get("smartphoneConnected").and_then(lenient_json::as_bool),
        })
    }

    /// What Z-API knows of the instance: `GET me`.
    pub async fn account(&self) -> Result<AccountStatus, ApiError> {
        let answer = self.get("me", "me").await?;
        let object = document("me", &answer)?;
        let url = |key| lenient_json::text(object, key).filter(|url| !url.trim().is_empty());
        Ok(AccountStatus {
            received_url: url("receivedCallbackUrl"),
            received_and_delivery_url: url("receivedAndDeliveryCallbackUrl"),
            notifies_sent_by_me: lenient_json::is_true(object, "receiveCallbackSentByMe"),
            connected_url: url("connectedCallbackUrl"),
            disconnected_url: url("disconnectedCallbackUrl"),
            // Called a Unix timestamp, in seconds or milliseconds.
            due: lenient_json::integer(object, "due").and_then(Timestamp::of_unix),
            payment_status: lenient_json::name(object, "paymentStatus"),
        })
    }

    /// The bot's own number, where it is told: `GET device` (Z-API docs, instance/device).
    pub async fn own_phone(&self) -> Result<Option<Phone>, ApiError> {
        let answer = self.get("device", "device").await?;
        Ok(lenient_json::text(document("device", &answer)?, "phone").and_then(|phone| Phone::parse(&phone)))
    }

    /// Sets where an event is told (Z-API docs, webhooks/on-message-received, on-webhook-connected and
    /// on-whatsapp-disconnected; update-webhook-received-delivery).
    pub async fn set_webhook(&self, event: WebhookKind, url: &str) -> Result<(), ApiError> {
        let call = match event {
            WebhookKind::Received => "update-webhook-received",
            WebhookKind::ReceivedAndDelivery => "update-webhook-received-delivery",
            WebhookKind::Connected => "update-webhook-connected",
            WebhookKind::Disconnected => "update-webhook-disconnected",
        };
        self.put(call, &json!({ "value": url })).await
    }

    /// Has what is typed on the connected phone told as well (Z-API docs, webhooks/update-notify-sent-by-me).
    pub async fn notify_sent_by_me(&self) -> Result<(), ApiError> {
        self.put("update-notify-sent-by-me", &json!({ "notifySentByMe": true })).await
    }
}

/// The object of an answer, which must say something: nothing is not an object whose fields are all missing.
fn document<'a>(call: &'static str, answer: &'a Value) -> Result<&'a Value, ApiError> {
    let object = lenient_json::object(answer);
    let says_something = object.as_object().is_some_and(|fields| !fields.is_empty());
    says_something.then_some(object).ok_or_else(|| ApiError::new(call, ApiErrorKind::Unreadable))
}
