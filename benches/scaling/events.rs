//! Complete signed webhook requests, spread over instances and senders.

use hmac::{KeyInit as _, Mac as _};
use sha2::Sha256;
use vincula::sandbox::webhook_event::EventBuilder;

use crate::service::Size;

/// Signing key.
pub(crate) const SECRET: &str = "a-key-of-the-bench-and-of-nobody-else";
/// Signature header.
pub(crate) const HEADER: &str = "x-signature";
const CHATS: usize = 1_000;
const TALK: &str = "Bom dia, pessoal! A feira de domingo começa às oito na praça da matriz; quem puder ajudar com \
    as barracas chega às sete. Tragam água, protetor e, se der, uma extensão.";

/// Complete requests in one buffer.
pub(crate) struct Requests {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Whether requests may be sent more than once.
    pub(crate) can_repeat: bool,
}

impl Requests {
    /// Chatter of this many non-admins; every `command_interval`th sends a command to the bot (0: none).
    pub(crate) fn chatter(people: usize, command_interval: usize, size: Size) -> Self {
        let mut requests = Self { bytes: Vec::new(), ends: Vec::new(), can_repeat: true };
        for number in 0..people {
            let instance = number % size.instances;
            let is_command = command_interval > 0 && number % command_interval == command_interval - 1;
            let event = EventBuilder::text(&id(instance), if is_command { "/status" } else { TALK })
                .from(&format!("55119{number:08}"))
                .lid(&format!("{}@lid", 81_896_604_192_000_usize + number))
                .with_id(&format!("3EB0C0FFEE{number:010}"));
            let event = if is_command { event } else { event.in_group(&group(number % CHATS)) };
            requests.add(instance, &event.body());
        }
        requests
    }

    /// Distinct commands of the admins, in a thousand chats.
    pub(crate) fn commands(count: usize, size: Size) -> Self {
        let mut requests = Self { bytes: Vec::new(), ends: Vec::new(), can_repeat: false };
        for number in 0..count {
            let instance = number % size.instances;
            let event = EventBuilder::text(&id(instance), "/link \"Bairro Feliz\" futebol, mães, xadrez")
                .from(&admin(number % size.admins))
                .in_group(&group(number % CHATS))
                .with_id(&format!("3EB0{number:016}"));
            requests.add(instance, &event.body());
        }
        requests
    }

    /// Sends each request only once.
    pub(crate) fn once(self) -> Self {
        Self { can_repeat: false, ..self }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, index: usize) -> &[u8] {
        let begin = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[begin..self.ends[index]]
    }

    fn add(&mut self, instance: usize, body: &str) {
        let key = hmac::Hmac::<Sha256>::new_from_slice(SECRET.as_bytes());
        // A key of any length is valid.
        let proof =
            key.map(|key| hex::encode(key.chain_update(body).finalize().into_bytes())).unwrap_or_default();
        let head = format!(
            "POST /webhooks/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n{HEADER}: sha256={proof}\r\n\r\n",
            name(instance),
            body.len()
        );
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend_from_slice(body.as_bytes());
        self.ends.push(self.bytes.len());
    }
}

/// Name of an instance; the first one is that of the journal's history.
pub(crate) fn name(instance: usize) -> String {
    if instance == 0 { "main".to_owned() } else { format!("i{instance}") }
}

/// Z-API's id of an instance.
pub(crate) fn id(instance: usize) -> String {
    format!("3C67AB641C8AA0412F6A2242{instance:08X}")
}

/// The number of an admin.
pub(crate) fn admin(number: usize) -> String {
    format!("55449{:08}", 90_000_000 + number)
}

fn group(number: usize) -> String {
    format!("1203630195{number:08}-group")
}
