//! One instance at work: its configuration, its line to Z-API, its names, its admins.
//!
//! Who may give orders is looked up here for the door, and for the run, which waits for an answer where
//! the door goes by what is known.

use std::sync::Arc;

use crate::authorization::Admins;
use crate::clock::Clock;
use crate::commands;
use crate::config::{Admin, AdminsFrom, Instance};
use crate::directory::{CommunityAdmins, CommunityEntry, Directory};
use crate::domain::Person;
use crate::parse::prefix::CommandParser;
use crate::reply::Localizer;
use crate::storage::Store;
use crate::zapi::{ApiError, ClientError, HttpClients, Zapi};

/// One instance at work.
#[derive(Debug)]
pub struct InstanceRuntime {
    /// Its configuration.
    pub instance: Instance,
    /// Its line to Z-API.
    pub zapi: Zapi,
    /// Its communities and groups.
    pub directory: Directory,
    /// Who may give orders.
    pub admins: Admins,
    /// The communities' own admins, where they may give orders too.
    pub community_admins: Option<CommunityAdmins>,
    /// Recognises commands by the instance's prefixes.
    pub parser: CommandParser,
    /// How it speaks.
    pub localizer: Localizer,
}

impl InstanceRuntime {
    /// The instance, ready to work; nothing is called yet.
    pub fn new(
        instance: Instance,
        store: &Store,
        connections: &mut HttpClients,
        clock: &Clock,
    ) -> Result<Self, ClientError> {
        let ledger = Arc::new(store.ledger(instance.name.as_str()));
        Ok(Self {
            zapi: Zapi::new(&instance, ledger, connections)?,
            directory: Directory::new(&instance.aliases),
            admins: Admins::new(&instance),
            community_admins: (instance.admins_from == AdminsFrom::Community)
                .then(|| CommunityAdmins::new(clock.clone())),
            parser: CommandParser::new(&instance.prefixes),
            localizer: Localizer {
                locale: instance.locale,
                prefix: instance.prefixes.first().cloned().unwrap_or_default(),
                prefixes: instance.prefixes.clone(),
                command_name: commands::name_in,
            },
            instance,
        })
    }

    /// The admin that this person is as far as is known; nobody is asked.
    pub fn find_admin(&self, sender: Person, by_owner: bool) -> Option<Arc<Admin>> {
        let appointed = || self.community_admins.as_ref()?.find(sender);
        self.admins.find_or_else(sender, by_owner, appointed)
    }

    /// The admin that this person is now: the communities' admins are read first where they are not all known.
    ///
    /// # Errors
    /// They cannot be read, and this person may be one of them or not.
    pub async fn refresh_admin(
        &self,
        sender: Person,
        by_owner: bool,
    ) -> Result<Option<Arc<Admin>>, ApiError> {
        let current = || {
            let appointed = || self.community_admins.as_ref()?.find_current(sender);
            self.admins.find_or_else(sender, by_owner, appointed)
        };
        let known = current();
        let is_by_config = known.as_ref().is_some_and(|admin| admin.from == AdminsFrom::Config);
        match &self.community_admins {
            Some(roster) if !is_by_config && !by_owner && !roster.is_complete() => {
                let read = roster.refresh(&self.zapi).await;
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
        let Some(roster) = self.community_admins.as_ref().filter(|_| admin.from == AdminsFrom::Community)
        else {
            return Ok(Some(admin));
        };
        let communities = match community {
            Some(community) => vec![community.clone()],
            None => roster.find_current(sender).map(|found| found.communities).unwrap_or_default(),
        };
        let confirmed = roster.confirm(zapi, sender, communities).await?;
        Ok(self.admins.find_or_else(sender, false, || confirmed))
    }
}
