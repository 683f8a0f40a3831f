//! The people who write in conversations.

use crate::support::ANA;

/// A person of the world.
#[derive(Debug)]
pub struct Person {
    pub name: &'static str,
    pub phone: &'static str,
    /// The key of the person in the configuration, if the person may give commands.
    pub admin_key: Option<&'static str>,
}

/// Only Ana is an admin of the bot.
pub const PEOPLE: [Person; 5] = [
    Person { name: "Ana", phone: ANA, admin_key: Some("ana") },
    Person { name: "Bruno", phone: "5544999990002", admin_key: None },
    Person { name: "Carla", phone: "5544999990003", admin_key: None },
    Person { name: "Davi", phone: "5544999990004", admin_key: None },
    Person { name: "Elisa", phone: "5544999990005", admin_key: None },
];
