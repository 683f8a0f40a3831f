//! Which events Z-API sends, and where: the webhook URLs of the instance and "notify what I send myself" decide.
//!
//! Nothing is sent from here: the caller posts each [`Callback`] to its URL.

use super::messages::SentMessage;
use super::state::Sandbox;
use super::webhook_event::{self, EventBuilder};

/// An event, and where Z-API posts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The URL.
    pub url: String,
    /// The JSON document.
    pub body: String,
}

impl Sandbox {
    /// The callback for a message: none if no URL is set, or if it was sent from the connected number (by hand or
    /// through the API) and "notify what I send myself" is off.
    pub fn callback(&self, event: &EventBuilder) -> Option<Callback> {
        let webhooks = self.webhooks();
        if event.is_from_me() && !webhooks.notifies_sent_by_me {
            return None;
        }
        // Observed: where both URLs are set and differ, messages go to the second one.
        let url = webhooks.received_and_delivery.or(webhooks.received)?;
        Some(Callback { url, body: event.body() })
    }

    /// The callbacks for a message of the bot: that it was sent, and, with "notify what I send myself", the message
    /// itself.
    pub fn callbacks_of(&self, sent: &SentMessage) -> Vec<Callback> {
        let (account, webhooks) = (self.account(), self.webhooks());
        let body = webhook_event::delivery(&account.id, sent, None);
        let url = webhooks.received_and_delivery.or(webhooks.others);
        let delivered = url.map(|url| Callback { url, body });
        let mut echo = EventBuilder::text(&account.id, &sent.text)
            .connected_phone(&account.phone)
            .with_id(&sent.message_id)
            .from_api();
        echo = if sent.chat.contains('-') { echo.in_group(&sent.chat) } else { echo.from(&sent.chat) };
        if let Some(quoted) = &sent.quoted {
            echo = echo.replying_to(quoted);
        }
        delivered.into_iter().chain(self.callback(&echo)).collect()
    }
}
