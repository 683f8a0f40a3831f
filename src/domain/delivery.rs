//! What became of a message that Z-API accepted.

use serde::{Deserialize, Serialize};

/// The report on the delivery of a sent message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryReport {
    /// WhatsApp's id of the message; Z-API's own one where it failed before it had one.
    pub message_id: String,
    /// Z-API's own id of the message.
    pub zaap_id: Option<String>,
    /// Why it was not delivered; none if it was.
    pub error: Option<String>,
}
