//! The senders of the demo: its main admin, the people of the sandbox, and unknown people.

use crate::domain::Phone;
use crate::sandbox::World;
use crate::sandbox::webhook_event::EventBuilder;

/// The number of the main admin.
pub const ADMIN_PHONE: &str = "5544999990001";
/// Their name.
pub const ADMIN_NAME: &str = "Ana";
/// The number of a person with an unknown name.
const UNKNOWN_PHONE: &str = "5544999990099";

/// A person with a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Their name in the chat.
    pub name: String,
    /// Their number, unless they hide it.
    phone: Option<String>,
    lid: Option<String>,
}

impl Sender {
    /// The main admin, who also types at the terminal.
    pub fn main_admin() -> Self {
        Self { name: ADMIN_NAME.to_owned(), phone: Some(ADMIN_PHONE.to_owned()), lid: None }
    }

    /// Finds a person by name or number; if there is none, returns an unknown person.
    pub fn find_or_unknown(world: &World, who: &str) -> Self {
        let number = Phone::from_typed(who);
        let matches = |phone: &str, name: &str| match number {
            Some(number) => Phone::parse(phone) == Some(number),
            None => name.to_lowercase() == who.to_lowercase(),
        };
        match world.people().iter().find(|person| matches(&person.phone, &person.name)) {
            Some(person) if person.phone == ADMIN_PHONE => Self::main_admin(),
            Some(person) => Self {
                name: person.name.clone(),
                phone: Some(person.phone.clone()).filter(|_| !person.hides_number),
                lid: person.lid.clone(),
            },
            None => Self {
                name: who.to_owned(),
                phone: Some(
                    number.map_or_else(|| UNKNOWN_PHONE.to_owned(), |phone| phone.as_u64().to_string()),
                ),
                lid: None,
            },
        }
    }

    /// The id of their direct chat with the bot.
    pub fn chat_id(&self) -> &str {
        self.phone.as_deref().or(self.lid.as_deref()).unwrap_or_default()
    }

    /// Adds the sender to an event.
    pub fn apply_to(&self, event: EventBuilder) -> EventBuilder {
        let event = self.phone.iter().fold(event.sender_name(&self.name), |event, phone| event.from(phone));
        self.lid.iter().fold(event, |event, lid| event.lid(lid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_called_by_name_or_number_and_others_are_non_admins() {
        let world = World::neighbourhood();
        for (who, name, address) in [
            ("bruno", "Bruno", "5544999990002"),
            ("+55 44 99999-0002", "Bruno", "5544999990002"),
            ("Carla", "Carla", "81896604192875@lid"),
            ("ana", "Ana", ADMIN_PHONE),
            ("Zeca", "Zeca", UNKNOWN_PHONE),
            ("+55 44 98888-0000", "+55 44 98888-0000", "5544988880000"),
        ] {
            let writer = Sender::find_or_unknown(&world, who);
            assert_eq!((writer.name.as_str(), writer.chat_id()), (name, address), "{who}");
        }
    }
}
