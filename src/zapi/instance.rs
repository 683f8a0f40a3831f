//! The chapter "Instance": its connection and its webhook URLs (Z-API docs, instance).

use serde_json::{Value, json};

use super::client::Zapi;
use super::error::{ApiError, ApiErrorKind};
use super::lenient_json;
use crate::clock::Timestamp;
use crate::domain::Phone;

/// Whether the WhatsApp number is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionStatus {
    /// WhatsApp is connected.
    pub is_connected: bool,
    /// The phone itself is online, if known: WhatsApp works for some days without it.
    pub is_phone_online: Option<bool>,
}

/// The data of the instance at Z-API. The token in the response is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountStatus {
    /// WhatsApp is connected, if Z-API says.
    pub is_connected: Option<bool>,
    /// The webhook URL for messages.
    pub received_url: Option<String>,
    /// The second webhook URL for messages, "receive and delivery": if it is set, messages go there.
    pub received_and_delivery_url: Option<String>,
    /// Messages typed on the connected phone are sent too ("notify what I send myself").
    pub notifies_sent_by_me: bool,
    /// The webhook URL for "connected".
    pub connected_url: Option<String>,
    /// The webhook URL for "disconnected".
    pub disconnected_url: Option<String>,
    /// Until when the instance is paid for.
    pub due: Option<Timestamp>,
    /// The payment status at Z-API: `PAID`, `TRIAL`, …
    pub payment_status: Option<String>,
}

/// A kind of event with its own webhook URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookKind {
    /// A message was received.
    Received,
    /// A message was received or delivered: the second URL for the same messages.
    ReceivedAndDelivery,
    /// WhatsApp was connected.
    Connected,
    /// WhatsApp was disconnected.
    Disconnected,
}

impl AccountStatus {
    /// The webhook URL for a kind of event.
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
        let response = self.get("status", "status").await?;
        let object = lenient_json::object(&response);
        let is_connected = object.get("connected").and_then(lenient_json::as_bool);
        Ok(ConnectionStatus {
            // A missing field does not mean disconnected.
            is_connected: is_connected.ok_or_else(|| ApiError::new("status", ApiErrorKind::Unreadable))?,
            is_phone_online: object.get("smartphoneConnected").and_then(lenient_json::as_bool),
        })
    }

    /// Reads the data of the instance: `GET me`.
    pub async fn account(&self) -> Result<AccountStatus, ApiError> {
        let response = self.get("me", "me").await?;
        let object = document("me", &response)?;
        let url = |key| lenient_json::text(object, key).filter(|url| !url.trim().is_empty());
        Ok(AccountStatus {
            is_connected: object.get("connected").and_then(lenient_json::as_bool),
            received_url: url("receivedCallbackUrl"),
            received_and_delivery_url: url("receivedAndDeliveryCallbackUrl"),
            notifies_sent_by_me: lenient_json::is_true(object, "receiveCallbackSentByMe"),
            connected_url: url("connectedCallbackUrl"),
            disconnected_url: url("disconnectedCallbackUrl"),
            // Documented as a Unix timestamp, in seconds or milliseconds.
            due: lenient_json::integer(object, "due").and_then(Timestamp::of_unix),
            payment_status: lenient_json::name(object, "paymentStatus"),
        })
    }

    /// The bot's own number, if known: `GET device` (Z-API docs, instance/device).
    pub async fn own_phone(&self) -> Result<Option<Phone>, ApiError> {
        let response = self.get("device", "device").await?;
        Ok(lenient_json::text(document("device", &response)?, "phone").and_then(|phone| Phone::parse(&phone)))
    }

    /// Sets the webhook URL for a kind of event (Z-API docs, webhooks/on-message-received, on-webhook-connected and
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

    /// Turns on events for messages typed on the connected phone (Z-API docs, webhooks/update-notify-sent-by-me).
    pub async fn notify_sent_by_me(&self) -> Result<(), ApiError> {
        self.put("update-notify-sent-by-me", &json!({ "notifySentByMe": true })).await
    }
}

/// The object of a response; an empty response is an error, not an object without fields.
fn document<'a>(call: &'static str, response: &'a Value) -> Result<&'a Value, ApiError> {
    let object = lenient_json::object(response);
    let is_present = object.as_object().is_some_and(|fields| !fields.is_empty());
    is_present.then_some(object).ok_or_else(|| ApiError::new(call, ApiErrorKind::Unreadable))
}
