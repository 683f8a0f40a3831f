//! People of the default world, and their roles in a community.

use serde_json::Value;

use crate::support::Service;

/// An admin of “Bairro Feliz”.
pub const BRUNO: &str = "5544999990002";
/// A member of “Bairro Feliz” whose number groups do not show.
pub const CARLA: &str = "5544999990003";
/// Carla's lid.
pub const CARLA_LID: &str = "81896604192875@lid";
/// What `/who` shows of her: the last digits of her lid.
pub const CARLA_IN_WHO: &str = "(…2875)";
/// A person that nobody may add.
pub const DAVI: &str = "5544999990004";
/// A person in no community, without a lid.
pub const ELISA: &str = "5544999990005";
/// A number without WhatsApp.
pub const NOBODY: &str = "5544999990009";

/// Role of a person in a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Admin,
    Member,
    Outside,
}

impl Service {
    /// The role of a person in “Bairro Feliz”.
    pub fn role(&self, phone: &str) -> Role {
        let people = self.world().people_of(&self.community("Bairro Feliz"));
        match people.into_iter().find(|person| person.phone == phone) {
            None => Role::Outside,
            Some(person) if person.is_admin => Role::Admin,
            Some(_) => Role::Member,
        }
    }

    /// People with a private invitation to “Bairro Feliz”.
    pub fn invited(&self) -> Vec<String> {
        let world = self.world();
        let invited = world.invited(&self.community("Bairro Feliz"));
        invited.into_iter().map(str::to_owned).collect()
    }

    /// The people named by each call of this path.
    pub fn people_in_calls(&self, path: &str) -> Vec<Vec<String>> {
        let phones = |body: &Value| {
            let phones = body["phones"].as_array().unwrap().iter();
            phones.map(|phone| phone.as_str().unwrap().to_owned()).collect()
        };
        self.calls_to(path).iter().map(|call| phones(call.body.as_ref().unwrap())).collect()
    }
}
