//! The webhooks that are sent: whole requests, written and signed before a round begins.

use hmac::{KeyInit as _, Mac as _};
use sha2::Sha256;
use vincula::sandbox::webhook_event::EventBuilder;

/// Z-API's id of the instance.
pub(crate) const INSTANCE: &str = "3C67AB641C8AA0412F6A2242B4E23AC7";
/// The key of the signatures.
pub(crate) const SECRET: &str = "a-key-of-the-bench-and-of-nobody-else";
/// The header that carries them.
pub(crate) const HEADER: &str = "x-signature";
/// The path that they are posted to.
pub(crate) const PATH: &str = "/webhooks/main";
/// How many admins there are.
pub(crate) const ADMINS: usize = 1_000;
/// How many chats orders come from.
pub(crate) const CHATS: usize = 1_000;
/// The community of the orders, and its groups.
pub(crate) const COMMUNITY: &str = "Bairro Feliz";
pub(crate) const GROUPS: [&str; 3] = ["futebol", "mães", "xadrez"];
/// About 1.1 KB: what a busy group is like.
const TALK: &str = "Bom dia, pessoal! A feira de domingo começa às oito na praça da matriz; quem puder ajudar com \
    as barracas chega às sete. Tragam água, protetor e, se der, uma extensão. O almoço fica por conta da \
    associação.";

/// What a scenario sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    /// Talk in a group.
    Chatter,
    /// Talk with the signature of somebody else's key.
    Forged,
    /// Talk without any signature.
    Unsigned,
    /// Talk, and one order among a hundred.
    Mix,
    /// Orders of admins, in a thousand chats, none twice.
    Commands,
}

impl EventKind {
    /// Some of it is written down, and none of that may come twice.
    pub(crate) fn has_commands(self) -> bool {
        matches!(self, Self::Commands | Self::Mix)
    }
}

/// Whole requests, each with its place in one run of bytes.
pub(crate) struct Requests {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// They may be sent more than once.
    pub(crate) can_repeat: bool,
}

impl Requests {
    /// So many requests of a kind. `round` tells the orders of one round from those of another.
    pub(crate) fn prepare(kind: EventKind, count: usize, round: usize, keep_alive: bool) -> Self {
        let mut requests = Self { bytes: Vec::new(), ends: Vec::new(), can_repeat: false };
        for number in 0..count {
            let body = match kind {
                EventKind::Commands => order(round, number),
                EventKind::Mix if number % 100 == 99 => order(round, number),
                _ => chatter_event(number),
            };
            requests.add(kind, &body, keep_alive);
        }
        requests.can_repeat = !kind.has_commands();
        requests
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, index: usize) -> &[u8] {
        let begin = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[begin..self.ends[index]]
    }

    fn add(&mut self, kind: EventKind, body: &str, keep_alive: bool) {
        let key = if kind == EventKind::Forged { "the-key-of-somebody-who-has-none" } else { SECRET };
        let proof = match kind {
            EventKind::Unsigned => String::new(),
            _ => format!("{HEADER}: sha256={}\r\n", signature(key, body)),
        };
        let connection = if keep_alive { "" } else { "Connection: close\r\n" };
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: relay/1\r\nAccept: */*\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n{proof}{connection}\r\n",
            body.len()
        );
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend_from_slice(body.as_bytes());
        self.ends.push(self.bytes.len());
    }
}

/// The number of an admin.
pub(crate) fn admin(number: usize) -> String {
    format!("55449{:08}", 90_000_000 + number % ADMINS)
}

/// The HMAC-SHA256 of a body, in hex.
pub(crate) fn signature(key: &str, body: &str) -> String {
    let key = hmac::Hmac::<Sha256>::new_from_slice(key.as_bytes());
    // A key of any length is one.
    key.map(|key| hex::encode(key.chain_update(body).finalize().into_bytes())).unwrap_or_default()
}

/// What somebody who is no admin writes in a group.
pub(crate) fn chatter_event(number: usize) -> String {
    let event = EventBuilder::text(INSTANCE, TALK)
        .from(&format!("55119{:08}", 80_000_000 + number % 5_000))
        .lid(&format!("{}@lid", 81_896_604_192_000_usize + number % 5_000))
        .in_group(&group(number % CHATS));
    once(event.with_id(&format!("3EB0C0FFEE{number:010}"))).body()
}

/// An order of an admin in a group.
pub(crate) fn order(round: usize, number: usize) -> String {
    let event = EventBuilder::text(INSTANCE, &format!("/link \"{COMMUNITY}\" {}", GROUPS.join(", ")))
        .from(&admin(number % CHATS))
        .in_group(&group(number % CHATS));
    let padding = "https://pps.whatsapp.net/v/t61.0-0/".to_owned() + &"0".repeat(220) + "_n.jpg";
    once(event.with_id(&message_id(round, number)).with("photo", padding)).body()
}

/// An id that no other order has. Those of WhatsApp are in no order, which an index feels.
fn message_id(round: usize, number: usize) -> String {
    let place = (round << 32 | number) as u64;
    format!("3EB0{:016X}", place.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// The group that is a chat.
pub(crate) fn group(number: usize) -> String {
    format!("1203630195{number:08}-group")
}

/// Real events name their instance twice, which a derived parser refuses: here it stands once, so that
/// the limit may be one.
fn once(event: EventBuilder) -> EventBuilder {
    event.without_field("instanceId").with("instanceId", INSTANCE)
}
