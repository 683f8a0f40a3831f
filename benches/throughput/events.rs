//! The webhooks that the load sends: whole requests, built and signed before a round begins.

use hmac::{KeyInit as _, Mac as _};
use sha2::Sha256;
use vincula::sandbox::webhook_event::EventBuilder;

/// Z-API's id of the instance.
pub(crate) const INSTANCE: &str = "3C67AB641C8AA0412F6A2242B4E23AC7";
/// The key of the signatures.
pub(crate) const SECRET: &str = "a-key-of-the-bench-and-of-nobody-else";
/// A newer key of an instance that rotates its keys. All keys are tried, whichever signed.
pub(crate) const NEWER_SECRET: &str = "a-key-that-will-replace-the-other-one";
/// The header of the signatures.
pub(crate) const HEADER: &str = "x-signature";
/// The path of the endpoint.
pub(crate) const PATH: &str = "/webhooks/main";
/// Number of admins.
pub(crate) const ADMINS: usize = 1_000;
/// Number of chats.
pub(crate) const CHATS: usize = 1_000;
/// The community of the commands, and its groups.
pub(crate) const COMMUNITY: &str = "Bairro Feliz";
pub(crate) const GROUPS: [&str; 3] = ["futebol", "mães", "xadrez"];
/// Gives an event of about 1.1 KB, as in a busy group.
const TALK: &str = "Bom dia, pessoal! A feira de domingo começa às oito na praça da matriz; quem puder ajudar com \
    as barracas chega às sete. Tragam água, protetor e, se der, uma extensão. O almoço fica por conta da \
    associação.";

/// A sentence that is short enough to be a reply or a command without its prefix.
const SHORT_TALK: &str = "A feira estava muito boa hoje";

/// What a scenario sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    /// Chatter of non-admins in groups.
    Chatter,
    /// Chatter of non-admins in direct chats, long and short by turns.
    DirectChatter,
    /// The same by admins: the bot looks for replies to prompts and for commands without a prefix.
    AdminTalk,
    /// Chatter with a wrong signature.
    Forged,
    /// Chatter without a signature.
    Unsigned,
    /// Chatter with 1 % commands.
    Mix,
    /// Commands of admins in a thousand chats, each one different.
    Commands,
}

impl EventKind {
    /// Whether it has commands, none of which may be sent twice.
    pub(crate) fn has_commands(self) -> bool {
        matches!(self, Self::Commands | Self::Mix)
    }
}

/// Whole requests in one buffer.
pub(crate) struct Requests {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Whether they may be sent more than once.
    pub(crate) can_repeat: bool,
}

impl Requests {
    /// Builds so many requests. `round` makes the commands of each round different.
    pub(crate) fn prepare(kind: EventKind, count: usize, round: usize, keep_alive: bool) -> Self {
        let mut requests = Self { bytes: Vec::new(), ends: Vec::new(), can_repeat: false };
        for number in 0..count {
            let body = match kind {
                EventKind::Commands => command_event(round, number),
                EventKind::Mix if number % 100 == 99 => command_event(round, number),
                EventKind::DirectChatter => direct_event(&non_admin(number), number),
                EventKind::AdminTalk => direct_event(&admin(number % TALKING_ADMINS), number),
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
        let key = if kind == EventKind::Forged { "a-key-that-no-instance-has" } else { SECRET };
        let signature = match kind {
            EventKind::Unsigned => String::new(),
            _ => format!("{HEADER}: sha256={}\r\n", hmac_sha256(key, body)),
        };
        let connection = if keep_alive { "" } else { "Connection: close\r\n" };
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: relay/1\r\nAccept: */*\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n{signature}{connection}\r\n",
            body.len()
        );
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend_from_slice(body.as_bytes());
        self.ends.push(self.bytes.len());
    }
}

/// The phone number of an admin.
pub(crate) fn admin(number: usize) -> String {
    format!("55449{:08}", 90_000_000 + number % ADMINS)
}

/// The phone number of a person that is no admin.
fn non_admin(number: usize) -> String {
    format!("55119{:08}", 80_000_000 + number % 5_000)
}

/// The HMAC-SHA256 of a body, in hex.
pub(crate) fn hmac_sha256(key: &str, body: &str) -> String {
    let key = hmac::Hmac::<Sha256>::new_from_slice(key.as_bytes());
    // Keys of any length are valid.
    key.map(|key| hex::encode(key.chain_update(body).finalize().into_bytes())).unwrap_or_default()
}

/// Chatter of a non-admin in a group.
pub(crate) fn chatter_event(number: usize) -> String {
    let event = EventBuilder::text(INSTANCE, TALK)
        .from(&non_admin(number))
        .lid(&format!("{}@lid", 81_896_604_192_000_usize + number % 5_000))
        .in_group(&group(number % CHATS));
    with_one_instance_id(event.with_id(&format!("3EB0C0FFEE{number:010}"))).body()
}

/// Admins that talk to the bot. The first text of each gets a hint, and is accepted.
const TALKING_ADMINS: usize = 8;

/// Chatter in a direct chat.
fn direct_event(phone: &str, number: usize) -> String {
    let text = if number.is_multiple_of(2) { TALK } else { SHORT_TALK };
    let event = EventBuilder::text(INSTANCE, text).from(phone);
    with_one_instance_id(event.with_id(&format!("3EB0C0FFEE{number:010}"))).body()
}

/// A command of an admin in a group.
pub(crate) fn command_event(round: usize, number: usize) -> String {
    let event = EventBuilder::text(INSTANCE, &format!("/link \"{COMMUNITY}\" {}", GROUPS.join(", ")))
        .from(&admin(number % CHATS))
        .in_group(&group(number % CHATS));
    let padding = "https://pps.whatsapp.net/v/t61.0-0/".to_owned() + &"0".repeat(220) + "_n.jpg";
    with_one_instance_id(event.with_id(&message_id(round, number)).with("photo", padding)).body()
}

/// A unique id. Like those of WhatsApp they are not ascending, which costs an index more.
fn message_id(round: usize, number: usize) -> String {
    let place = (round << 32 | number) as u64;
    format!("3EB0{:016X}", place.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// The id of a group.
pub(crate) fn group(number: usize) -> String {
    format!("1203630195{number:08}-group")
}

/// Removes the second `instanceId` of real events, which the derived parser of the baseline would reject.
fn with_one_instance_id(event: EventBuilder) -> EventBuilder {
    event.without_field("instanceId").with("instanceId", INSTANCE)
}
