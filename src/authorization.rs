//! Authorization: may this person do this here? From the configuration, and with `admins_from = "community"`
//! from the communities' own admins. No I/O.
//!
//! People are identified by number or lid; only the configuration and WhatsApp's admin lists link the two. A
//! person in the configuration has the rights that it gives, also where they are admin of a community.
//! Rights are checked twice: when the webhook arrives, so that non-admins cost nothing, and again when the
//! command runs, so that a removed admin changes nothing.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::config::{Admin, AdminsFrom, Instance};
use crate::directory::{CommunityAdmin, CommunityEntry, Directory, fold};
use crate::domain::{CommunityId, Lid, Person, Phone};

/// The commands that admins of communities may not use: they end one, or concern other communities. A list of
/// aliases reveals other names.
pub const CONFIG_ADMINS_ONLY: [&str; 4] = ["create", "deactivate", "alias", "aliases"];

/// The admins of an instance, by number and lid.
#[derive(Clone, Debug)]
pub struct Admins {
    admins: Vec<Arc<Admin>>,
    by_phone: FxHashMap<u64, usize>,
    by_lid: FxHashMap<u64, usize>,
    /// The bot's own phone, if its commands count.
    owner: Option<Arc<Admin>>,
}

/// A missing right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// To this command, anywhere.
    Command,
    /// To this command in this community.
    Community,
}

impl Admins {
    /// The admins of the configuration.
    pub fn new(instance: &Instance) -> Self {
        let admins: Vec<Arc<Admin>> = instance.admins.iter().cloned().map(Arc::new).collect();
        let known = |key: fn(&Admin) -> Option<u64>| {
            admins.iter().enumerate().filter_map(|(at, admin)| Some((key(admin)?, at))).collect()
        };
        let all = || vec!["*".to_owned()];
        let owner = instance.owner_commands.then(|| {
            Arc::new(Admin {
                from: AdminsFrom::Config,
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

    /// The admin of the configuration that this person is. A number and a lid of two different admins match
    /// nobody.
    pub fn find(&self, sender: Person, by_owner: bool) -> Option<&Arc<Admin>> {
        if by_owner {
            return self.owner.as_ref();
        }
        self.lookup(sender).unwrap_or_default()
    }

    /// The admin that this person is; `community_admin` is called for people that the configuration does not have.
    pub fn find_or_else(
        &self,
        sender: Person,
        by_owner: bool,
        community_admin: impl FnOnce() -> Option<CommunityAdmin>,
    ) -> Option<Arc<Admin>> {
        if by_owner {
            return self.owner.clone();
        }
        if let Some(admin) = self.lookup(sender).ok()? {
            return Some(admin.clone());
        }
        let community_admin = community_admin()?;
        match self.lookup(community_admin.person).ok()? {
            Some(admin) => Some(admin.clone()),
            None => Some(Arc::new(as_community_admin(&community_admin))),
        }
    }

    /// All admins of the configuration.
    pub fn all(&self) -> impl Iterator<Item = &Admin> {
        self.admins.iter().map(AsRef::as_ref)
    }

    /// Whether commands typed on the bot's own phone count.
    pub fn has_owner(&self) -> bool {
        self.owner.is_some()
    }

    fn lookup(&self, sender: Person) -> Result<Option<&Arc<Admin>>, AmbiguousIdentity> {
        let phone = sender.phone.and_then(|phone| self.by_phone.get(&phone.as_u64()));
        let lid = sender.lid.and_then(|lid| self.by_lid.get(&lid.as_u64()));
        match (phone, lid) {
            (Some(one), Some(other)) if one != other => Err(AmbiguousIdentity),
            (Some(at), _) | (None, Some(at)) => Ok(self.admins.get(*at)),
            (None, None) => Ok(None),
        }
    }
}

/// A number and a lid of two different admins.
#[derive(Debug)]
struct AmbiguousIdentity;

/// The prefix of the keys of communities' admins: no key of the configuration has a colon.
const COMMUNITY_KEY_PREFIX: &str = "community:";

/// The number or lid of a communities' admin from their key; none for admins of the configuration.
pub fn display_admin_key(key: &str) -> Option<String> {
    let id = key.strip_prefix(COMMUNITY_KEY_PREFIX)?;
    let lid = Lid::parse(id).filter(|_| id.contains('@'));
    let phone = Phone::parse(id).filter(|_| lid.is_none());
    Some(Person { phone, lid }.display()).filter(|shown| !shown.is_empty())
}

/// The key of an admin of communities: by number if one is known, so that number and lid are one person in
/// the journal.
pub fn community_admin_key(person: Person) -> String {
    let id = person.phone.map(|phone| phone.to_string()).or_else(|| person.lid.map(|lid| lid.to_string()));
    format!("{COMMUNITY_KEY_PREFIX}{}", id.unwrap_or_default())
}

/// An admin with rights in these communities.
fn as_community_admin(community_admin: &CommunityAdmin) -> Admin {
    let Person { phone, lid } = community_admin.person;
    Admin {
        from: AdminsFrom::Community,
        key: community_admin_key(community_admin.person),
        phone,
        lid,
        name: community_admin.person.display(),
        commands: vec!["*".to_owned()],
        communities: community_admin.communities.iter().map(|community| community.id.to_string()).collect(),
    }
}

/// Whether an admin may give this command there.
pub fn authorize(
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

/// Whether an admin may use a command at all. All admins may use `/whoami` and `/help`, cancel what they may
/// do, and confirm it.
pub fn may_use(admin: &Admin, command: &str) -> bool {
    let is_theirs = || admin.commands.iter().any(|name| name == "*" || name == command);
    match admin.from {
        _ if matches!(command, "help" | "whoami" | "cancel" | "confirm") => true,
        AdminsFrom::Config => is_theirs(),
        AdminsFrom::Community => is_theirs() && !CONFIG_ADMINS_ONLY.contains(&command),
    }
}

/// Whether an admin has rights everywhere, in communities and outside.
pub fn may_everywhere(admin: &Admin) -> bool {
    admin.communities.iter().any(|allowed| allowed == "*")
}

/// Whether an admin may give commands in a community, which the configuration names by id, alias or whole
/// name.
pub fn may_in(admin: &Admin, id: &CommunityId, name: &str, directory: &Directory) -> bool {
    if admin.from == AdminsFrom::Community {
        // Under any name.
        return admin.communities.iter().any(|allowed| allowed == id.as_str());
    }
    admin.communities.iter().any(|allowed| {
        if allowed == "*" {
            return true;
        }
        let allowed = directory.config_alias(allowed).unwrap_or(allowed);
        match CommunityId::parse(allowed) {
            Some(allowed) => allowed == *id,
            None => fold(allowed) == fold(name),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::NamedEntry;

    fn admin(key: &str, phone: Option<&str>, lid: Option<&str>) -> Admin {
        Admin {
            from: AdminsFrom::Config,
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
    fn t42_the_admin_of_a_community_is_asked_for_only_where_the_configuration_knows_nobody() {
        let admins = admins(vec![
            admin("ana", Some("5544999999999"), Some("81896604192873@lid")),
            admin("rui", Some("5511988887777"), None),
        ]);
        let bairro =
            NamedEntry { id: CommunityId::parse("120363186053925765").unwrap(), name: "Bairro".to_owned() };
        let community_admin = |phone, lid| {
            Some(CommunityAdmin { person: person(phone, lid), communities: vec![bairro.clone()] })
        };
        let find = |sender, community_admin: Option<CommunityAdmin>| {
            admins.find_or_else(sender, false, || community_admin).map(|admin| admin.key.clone())
        };
        let (bruno, bruno_lid) = (Some("5511977776666"), Some("81896604192874@lid"));

        assert_eq!(find(person(bruno, None), None), None);
        let key = find(person(None, bruno_lid), community_admin(bruno, bruno_lid));
        assert_eq!(key.as_deref(), Some("community:5511977776666"));
        let key = find(person(None, bruno_lid), community_admin(None, bruno_lid));
        assert_eq!(key.as_deref(), Some("community:81896604192874@lid"));
        // Rui under a lid that the lists show beside his number: he has the rights of the configuration.
        let key = find(person(None, bruno_lid), community_admin(Some("5511988887777"), bruno_lid));
        assert_eq!(key.as_deref(), Some("rui"));
        let two = person(Some("5511988887777"), Some("81896604192873@lid"));
        assert_eq!(find(two, community_admin(Some("5511988887777"), None)), None);
        assert_eq!(
            find(
                person(bruno, None),
                community_admin(two.phone.map(|_| "5511988887777"), Some("81896604192873@lid"))
            ),
            None
        );
        assert!(admins.find_or_else(person(bruno, None), true, || community_admin(bruno, None)).is_none());
    }

    #[test]
    fn the_admin_of_a_community_may_nothing_elsewhere_and_not_end_it() {
        let directory = Directory::new(&[("120363186053925765".to_owned(), "120363186053925766".to_owned())]);
        let entry = |id: &str| NamedEntry { id: CommunityId::parse(id).unwrap(), name: "Vendas".to_owned() };
        let (own, other) = (entry("120363186053925765"), entry("120363186053925766"));
        let bruno = as_community_admin(&CommunityAdmin {
            person: person(Some("5511977776666"), None),
            communities: vec![own.clone()],
        });

        assert_eq!(authorize(&bruno, "link", Some(&own), &directory), Ok(()));
        assert_eq!(authorize(&bruno, "link", Some(&other), &directory), Err(Denied::Community));
        for command in CONFIG_ADMINS_ONLY {
            assert_eq!(authorize(&bruno, command, Some(&own), &directory), Err(Denied::Command));
        }
    }

    #[test]
    fn rights_are_what_the_configuration_says() {
        let directory = Directory::new(&[("sales".to_owned(), "120363186053925765".to_owned())]);
        let sales =
            NamedEntry { id: CommunityId::parse("120363186053925765").unwrap(), name: "Vendas".to_owned() };
        let other =
            NamedEntry { id: CommunityId::parse("120363186053925766").unwrap(), name: "Bairro".to_owned() };
        for place in ["sales", "120363186053925765", "VENDAS"] {
            let mut ana = admin("ana", None, None);
            ana.commands = vec!["link".to_owned()];
            ana.communities = vec![place.to_owned()];
            assert_eq!(authorize(&ana, "link", Some(&sales), &directory), Ok(()), "{place}");
            assert_eq!(authorize(&ana, "link", Some(&other), &directory), Err(Denied::Community), "{place}");
            assert_eq!(authorize(&ana, "unlink", Some(&sales), &directory), Err(Denied::Command));
            assert_eq!(authorize(&ana, "help", None, &directory), Ok(()));
        }
    }

    #[test]
    fn rights_go_by_the_short_names_of_the_configuration_alone() {
        let fixed = Directory::new(&[("sales".to_owned(), "120363186053925765".to_owned())]);
        let kept = ["sales", "mine"].map(|name| (name.to_owned(), "120363186053925766".to_owned()));
        let directory = fixed.with_aliases(kept);
        let id = |id| CommunityId::parse(id).unwrap();
        for name in ["sales", "mine"] {
            let mut ana = admin("ana", None, None);
            ana.communities = vec![name.to_owned()];

            assert_eq!(may_in(&ana, &id("120363186053925765"), "Vendas", &directory), name == "sales");
            assert!(!may_in(&ana, &id("120363186053925766"), "Bairro", &directory), "{name}");
        }
    }
}
