//! The WhatsApp message to the owner.

use std::time::Duration;

use tokio::time::timeout;

use crate::domain::{Chat, Phone};
use crate::zapi::{ApiError, Priority, SendPermit, Zapi};

/// How long Z-API may take to say whether an instance is connected.
const STATUS_TIMEOUT: Duration = Duration::from_secs(5);
/// How long it may take to find an instance, and to wait for replies that go first.
pub(super) const PREPARE_TIMEOUT: Duration = Duration::from_secs(75);

/// The first of these clients whose WhatsApp is connected now.
pub(super) async fn find_connected<'a>(candidates: impl Iterator<Item = &'a Zapi>) -> Option<&'a Zapi> {
    for zapi in candidates {
        let status = timeout(STATUS_TIMEOUT, zapi.connection_status()).await;
        if status.is_ok_and(|status| status.is_ok_and(|status| status.is_connected)) {
            return Some(zapi);
        }
    }
    None
}

/// Waits for a permit to send, behind all replies; none if the rate limit cannot be read, or there are too many
/// replies. `is_store_down`: nothing else is sent then, and the limits cannot be read.
pub(super) async fn acquire_permit(zapi: &Zapi, is_store_down: bool) -> Option<SendPermit> {
    if is_store_down {
        return Some(zapi.unlimited_send_permit());
    }
    zapi.acquire_send_permit(Priority::Progress).await.ok()
}

/// Sends the message.
pub(super) async fn send(zapi: &Zapi, phone: Phone, text: &str, permit: SendPermit) -> Result<(), ApiError> {
    zapi.send_text(&Chat::Direct(phone.to_string()), text, None, permit).await.map(drop)
}
