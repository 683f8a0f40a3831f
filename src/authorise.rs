//! May this person do this, here? Pure, from the configuration.
//!
//! Who is decided by number or lid, each of its own kind; only the configuration links the two.
//! It is asked twice: at the door, so that strangers cost nothing, and again when the order runs,
//! so that an admin who was removed meanwhile moves nothing.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::{Admin, Instance};
use crate::directory::{CommunityEntry, Directory, fold};
use crate::domain::{CommunityId, Person};

/// The admins of an instance, by what they are known by.
#[derive(Clone, Debug)]
pub struct Admins {
    admins: Vec<Arc<Admin>>,
    by_phone: HashMap<u64, usize>,
    by_lid: HashMap<u64, usize>,
    /// Whoever types on the bot's own phone, where their orders count.
    owner: Option<Arc<Admin>>,
}

/// What an admin may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// This command, anywhere.
    Command,
    /// This command in this community.
    Community,
}

impl Admins {
    /// The admins that the configuration names.
    pub fn new(instance: &Instance) -> Self {
        let admins: Vec<Arc<Admin>> = instance.admins.iter().cloned().map(Arc::new).collect();
        let known = |key: fn(&Admin) -> Option<u64>| {
            admins.iter().enumerate().filter_map(|(at, admin)| Some((key(admin)?, at))).collect()
        };
        let all = || vec!["*".to_owned()];
        let owner = instance.owner_commands.then(|| {
            Arc::new(Admin {
                key: "owner".to_owned(),
                phone: None,
                lid: None,
                name: "owner".to_owned(),
                commands: all(),
                communities: all(),
            })
        });
        Self {
            by_phone: known(|admin| admin.phone.map(|phone| phone.as_u64())),
            by_lid: known(|admin| admin.lid.map(|lid| lid.as_u64())),
            admins,
            owner,
        }
    }

    /// The admin that this person is. Number and lid that point at two admins are nobody's.
    pub fn find(&self, sender: Person, by_owner: bool) -> Option<&Arc<Admin>> {
        if by_owner {
            return self.owner.as_ref();
        }
        let phone = sender.phone.and_then(|phone| self.by_phone.get(&phone.as_u64()));
        let lid = sender.lid.and_then(|lid| self.by_lid.get(&lid.as_u64()));
        match (phone, lid) {
            (Some(one), Some(other)) if one != other => None,
            (Some(at), _) | (None, Some(at)) => self.admins.get(*at),
            (None, None) => None,
        }
    }
}

/// Whether an admin may give this order, there.
pub fn authorise(
    admin: &Admin,
    command: &str,
    community: Option<&CommunityEntry>,
    directory: &Directory,
) -> Result<(), Denied> {
    if !may_use(admin, command) {
        return Err(Denied::Command);
    }
    match community {
        Some(community) if !may_in(admin, &community.id, &community.name, directory) => {
            Err(Denied::Community)
        }
        _ => Ok(()),
    }
}

/// Whether an admin may use a command at all. How the bot knows them, and help, are anybody's, and so
/// are stopping what they may do and saying yes to it.
pub fn may_use(admin: &Admin, command: &str) -> bool {
    matches!(command, "help" | "whoami" | "cancel" | "confirm")
        || admin.commands.iter().any(|name| name == "*" || name == command)
}

/// Whether an admin may give orders in a community, which is named by id, alias or whole name.
pub fn may_in(admin: &Admin, id: &CommunityId, name: &str, directory: &Directory) -> bool {
    admin.communities.iter().any(|allowed| {
        if allowed == "*" {
            return true;
        }
        let allowed = directory.aliased(allowed).unwrap_or(allowed);
        match CommunityId::parse(allowed) {
            Some(allowed) => allowed == *id,
            None => fold(allowed) == fold(name),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Entry;
    use crate::domain::{Lid, Phone};

    fn admin(key: &str, phone: Option<&str>, lid: Option<&str>) -> Admin {
        Admin {
            key: key.to_owned(),
            phone: phone.and_then(Phone::parse),
            lid: lid.and_then(Lid::parse),
            name: key.to_owned(),
            commands: vec!["*".to_owned()],
            communities: vec!["*".to_owned()],
        }
    }

    fn admins(list: Vec<Admin>) -> Admins {
        let known = |key: fn(&Admin) -> Option<u64>| {
            list.iter().enumerate().filter_map(|(at, admin)| Some((key(admin)?, at))).collect()
        };
        Admins {
            by_phone: known(|admin| admin.phone.map(Phone::as_u64)),
            by_lid: known(|admin| admin.lid.map(Lid::as_u64)),
            admins: list.into_iter().map(Arc::new).collect(),
            owner: None,
        }
    }

    fn person(phone: Option<&str>, lid: Option<&str>) -> Person {
        Person { phone: phone.and_then(Phone::parse), lid: lid.and_then(Lid::parse) }
    }

    #[test]
    fn t11_a_person_is_known_by_number_or_lid_each_of_its_own_kind() {
        let admins = admins(vec![
            admin("ana", Some("5544999999999"), Some("81896604192873@lid")),
            admin("rui", Some("5511988887777"), None),
        ]);
        let rows = [
            (person(Some("5544999999999"), None), Some("ana")),
            (person(Some("554499999999"), None), Some("ana")), // without the ninth digit
            (person(None, Some("81896604192873@lid")), Some("ana")),
            (person(Some("5544999999999"), Some("81896604192873@lid")), Some("ana")),
            (person(Some("5511977776666"), Some("81896604192873@lid")), Some("ana")),
            (person(None, Some("5544999999999@lid")), None), // a lid whose digits are Ana's number
            (person(Some("5511988887777"), Some("81896604192873@lid")), None), // two people at once
            (person(Some("5511977776666"), None), None),
            (Person::default(), None),
        ];
        for (sender, expected) in rows {
            assert_eq!(admins.find(sender, false).map(|a| a.key.as_str()), expected, "{sender:?}");
        }
        assert!(admins.find(person(Some("5544999999999"), None), true).is_none(), "no owner is configured");
    }

    #[test]
    fn rights_are_what_the_configuration_says() {
        let directory = Directory::new(&[("sales".to_owned(), "120363186053925765".to_owned())]);
        let sales =
            Entry { id: CommunityId::parse("120363186053925765").unwrap(), name: "Vendas".to_owned() };
        let other =
            Entry { id: CommunityId::parse("120363186053925766").unwrap(), name: "Bairro".to_owned() };
        for place in ["sales", "120363186053925765", "VENDAS"] {
            let mut ana = admin("ana", None, None);
            ana.commands = vec!["link".to_owned()];
            ana.communities = vec![place.to_owned()];
            assert_eq!(authorise(&ana, "link", Some(&sales), &directory), Ok(()), "{place}");
            assert_eq!(authorise(&ana, "link", Some(&other), &directory), Err(Denied::Community), "{place}");
            assert_eq!(authorise(&ana, "unlink", Some(&sales), &directory), Err(Denied::Command));
            assert_eq!(authorise(&ana, "help", None, &directory), Ok(()));
        }
    }
}
