//! Commands to insert. `insert_sqlite` and `insert_postgres` insert them. A message that is stored already is a
//! duplicate and is not stored again.

use serde::Serialize;

use crate::clock::Timestamp;
use crate::config::Admin;
use crate::domain::{InstanceName, OrderingKey, Person};

/// A command to insert.
#[derive(Clone, Debug, Serialize)]
pub struct NewCommand {
    /// Its id: a unique UUID v7.
    pub id: String,
    /// The instance that received it.
    pub instance: InstanceName,
    /// Commands with the same key run one after the other.
    pub ordering_key: OrderingKey,
    /// WhatsApp's id of the message. The sender's phone chose it: another sender may use the same.
    pub message_id: String,
    /// 0 for the message as it was first sent, n for its n-th edit.
    pub version: u32,
    /// The place of the command in its message, from 0.
    pub part: u32,
    /// The chat that it came from, and that the reply goes to.
    pub chat: String,
    /// The admin's key in the configuration.
    pub admin: String,
    /// The sender's number, as the message has it.
    pub phone: Option<String>,
    /// The sender's lid, as the message has it.
    pub lid: Option<String>,
    /// The sender, with a number and a lid that are known from elsewhere.
    pub sender: SenderIdentity,
    /// It was typed on the bot's own phone.
    pub by_owner: bool,
    /// The command's English name.
    pub name: String,
    /// What was typed.
    pub text: String,
    /// What the text says, as JSON.
    pub parsed: Option<String>,
    /// The file of its message, as JSON.
    pub media: Option<String>,
    /// WhatsApp's id of the message that it quotes or reacts to.
    pub quoted: Option<String>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it is accepted.
    pub accepted_at: Timestamp,
}

/// Identity of a sender. Two messages have the same sender if any field is equal: the key of an admin may change with
/// the configuration, or when a lid and a number turn out to be the same person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SenderIdentity {
    /// The admin's key.
    pub admin: String,
    /// Their number.
    pub phone: Option<String>,
    /// Their lid.
    pub lid: Option<String>,
}

impl SenderIdentity {
    /// The identity of an admin, with the number and lid that the configuration knows.
    pub fn new(admin: &Admin, sender: Person) -> Self {
        Self {
            admin: admin.key.clone(),
            phone: sender.phone.or(admin.phone).map(|phone| phone.to_string()),
            lid: sender.lid.or(admin.lid).map(|lid| lid.to_string()),
        }
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        let is_equal = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        self.admin == other.admin || is_equal(&self.phone, &other.phone) || is_equal(&self.lid, &other.lid)
    }
}

#[cfg(test)]
impl NewCommand {
    /// A command of Ana that is accepted at this time.
    pub(crate) fn for_test(id: &str, accepted_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            instance: InstanceName::parse("main").unwrap(),
            ordering_key: OrderingKey::new("@ana"),
            message_id: format!("3EB0{id}"),
            version: 0,
            part: 0,
            chat: "5544999990001".to_owned(),
            admin: "ana".to_owned(),
            phone: None,
            lid: None,
            sender: SenderIdentity { admin: "ana".to_owned(), ..SenderIdentity::default() },
            by_owner: false,
            name: "link".to_owned(),
            text: "/link Bairro futebol".to_owned(),
            parsed: None,
            media: None,
            quoted: None,
            sent_at: None,
            accepted_at,
        }
    }
}

/// Result of inserting the commands of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InsertResult {
    /// They are stored.
    Inserted,
    /// The same message was stored before.
    Duplicate,
}

impl InsertResult {
    pub(super) fn from_flag(is_inserted: bool) -> Self {
        if is_inserted { Self::Inserted } else { Self::Duplicate }
    }
}
