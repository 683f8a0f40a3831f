//! The chapter "Instance": is it connected, where do its webhooks go (Z-API docs, instance).

use serde_json::json;

use super::{ApiError, Zapi, loose};
use crate::clock::Timestamp;
use crate::domain::Phone;

/// Whether the WhatsApp number is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Messages come and go.
    pub is_connected: bool,
}

/// What Z-API knows of the instance. The token in its answer is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The "on receive" webhook.
    pub received_url: Option<String>,
    /// Until when the instance is paid for.
    pub due: Option<Timestamp>,
    /// How it is paid, in Z-API's word: `PAID`, `TRIAL`, …
    pub payment_status: Option<String>,
}

impl Zapi {
    /// Whether the phone is connected: `GET status`, of which `connected` alone is trusted.
    pub async fn connection(&self) -> Result<Connection, ApiError> {
        let answer = self.get("status", "status").await?;
        Ok(Connection { is_connected: loose::is_true(loose::object(&answer), "connected") })
    }

    /// What Z-API knows of the instance: `GET me`.
    pub async fn account(&self) -> Result<Account, ApiError> {
        let answer = self.get("me", "me").await?;
        let object = loose::object(&answer);
        Ok(Account {
            received_url: loose::text(object, "receivedCallbackUrl"),
            due: loose::integer(object, "due").map(Timestamp),
            payment_status: loose::name(object, "paymentStatus"),
        })
    }

    /// The bot's own number, where it is told: `GET device` (Z-API docs, instance/device).
    pub async fn own_phone(&self) -> Result<Option<Phone>, ApiError> {
        let answer = self.get("device", "device").await?;
        Ok(loose::text(loose::object(&answer), "phone").and_then(|phone| Phone::parse(&phone)))
    }

    /// Sets the "on receive" webhook: `PUT update-webhook-received`.
    pub async fn set_received_url(&self, url: &str) -> Result<(), ApiError> {
        self.put("update-webhook-received", &json!({ "value": url })).await.map(drop)
    }
}
