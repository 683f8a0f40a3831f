//! One instance at work: its configuration, its line to Z-API, its names, its admins.
//!
//! Who may give orders is looked up here for the door, and for the run, which waits for an answer where
//! the door goes by what is known.

use std::sync::Arc;

use crate::authorise::Admins;
use crate::clock::Clock;
use crate::command::registry;
use crate::config::{Admin, AdminsFrom, Instance};
use crate::directory::{CommunityEntry, Directory, Roster};
use crate::domain::Person;
use crate::reply::Speech;
use crate::storage::Store;
use crate::zapi::{ApiError, ClientError, Connections, Zapi};

/// One instance at work.
#[derive(Debug)]
pub struct Bot {
    /// Its configuration.
    pub instance: Instance,
    /// Its line to Z-API.
    pub zapi: Zapi,
    /// Its communities and groups.
    pub directory: Directory,
    /// Who may give orders.
    pub admins: Admins,
    /// The communities' own admins, where they may give orders too.
    pub roster: Option<Roster>,
    /// How it speaks.
    pub speech: Speech,
}

impl Bot {
    /// The instance, ready to work; nothing is called yet.
    pub fn new(
        instance: Instance,
        store: &Store,
        connections: &mut Connections,
        clock: &Clock,
    ) -> Result<Self, ClientError> {
        let ledger = Arc::new(store.ledger(instance.name.as_str()));
        Ok(Self {
            zapi: Zapi::new(&instance, ledger, connections)?,
            directory: Directory::new(&instance.aliases),
            admins: Admins::new(&instance),
            roster: (instance.admins_from == AdminsFrom::Community).then(|| Roster::new(clock.clone())),
            speech: Speech {
                locale: instance.locale,
                prefix: instance.prefixes.first().cloned().unwrap_or_default(),
                prefixes: instance.prefixes.clone(),
                name_of: registry::name_in,
            },
            instance,
        })
    }

    /// The admin that this person is as far as is known; nobody is asked.
    pub fn admin(&self, sender: Person, by_owner: bool) -> Option<Arc<Admin>> {
        let appointed = || self.roster.as_ref()?.find(sender);
        self.admins.find_or(sender, by_owner, appointed)
    }

    /// The admin that this person is now: the communities' admins are read first where they are not all known.
    ///
    /// # Errors
    /// They cannot be read, and this person may be one of them or not.
    pub async fn admin_now(&self, sender: Person, by_owner: bool) -> Result<Option<Arc<Admin>>, ApiError> {
        let current = || {
            let appointed = || self.roster.as_ref()?.find_current(sender);
            self.admins.find_or(sender, by_owner, appointed)
        };
        let known = current();
        let is_by_config = known.as_ref().is_some_and(|admin| admin.from == AdminsFrom::Config);
        match &self.roster {
            Some(roster) if !is_by_config && !by_owner && !roster.is_whole() => {
                let read = roster.read(&self.zapi).await;
                match current() {
                    Some(admin) => Ok(Some(admin)),
                    None => read.map(|()| None),
                }
            }
            _ => Ok(known),
        }
    }

    /// The admin that this person is for a change: whether they are an admin of the community that it
    /// concerns, or of any of theirs where no single one is named, is read now. The configuration needs no
    /// reading.
    ///
    /// # Errors
    /// It cannot be read now, and may be later.
    pub async fn admin_for_change(
        &self,
        zapi: &Zapi,
        admin: Arc<Admin>,
        sender: Person,
        community: Option<&CommunityEntry>,
    ) -> Result<Option<Arc<Admin>>, ApiError> {
        let Some(roster) = self.roster.as_ref().filter(|_| admin.from == AdminsFrom::Community) else {
            return Ok(Some(admin));
        };
        let communities = match community {
            Some(community) => vec![community.clone()],
            None => roster.find_current(sender).map(|found| found.communities).unwrap_or_default(),
        };
        let confirmed = roster.confirm(zapi, sender, communities).await?;
        Ok(self.admins.find_or(sender, false, || confirmed))
    }
}
