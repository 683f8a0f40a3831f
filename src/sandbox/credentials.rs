//! The one instance of a sandbox: its credentials, its number, its webhooks.

use std::fmt;

use uuid::Uuid;

/// Credentials and number of an instance.
#[derive(Clone, PartialEq, Eq)]
pub struct InstanceCredentials {
    /// The instance's id: 32 upper-case hex digits.
    pub id: String,
    /// The instance's token: 24 upper-case hex digits.
    pub token: String,
    /// The account security token, `F` + 32 hex digits + `S`; `None` if it is not turned on.
    pub client_token: Option<String>,
    /// The connected number.
    pub phone: String,
}

/// The webhook URLs of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Webhooks {
    /// Received messages.
    pub received: Option<String>,
    /// Received messages and deliveries: if set, messages go there.
    pub received_and_delivery: Option<String>,
    /// WhatsApp was connected.
    pub connected: Option<String>,
    /// WhatsApp was disconnected.
    pub disconnected: Option<String>,
    /// All others.
    pub others: Option<String>,
    /// Messages typed on the connected phone are sent too.
    pub notifies_sent_by_me: bool,
}

impl InstanceCredentials {
    /// Fresh credentials of the right shapes, with the account security token turned on.
    pub fn generate() -> Self {
        let mut token = random_hex();
        // The tail, since an id begins with the time.
        let token = token.split_off(8);
        let client_token = Some(format!("F{}S", random_hex().to_lowercase()));
        Self { id: random_hex(), token, client_token, phone: "5511988887777".to_owned() }
    }
}

impl fmt::Debug for InstanceCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstanceCredentials")
            .field("id", &self.id)
            .field("phone", &self.phone)
            .finish_non_exhaustive()
    }
}

/// 32 upper-case hex digits, never the same twice.
pub(super) fn random_hex() -> String {
    Uuid::now_v7().simple().to_string().to_uppercase()
}
