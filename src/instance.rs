//! Runtime of one Z-API instance: its configuration, client, directory and admins.
//!
//! Admins are looked up here for the webhook, which uses what is known, and for the worker, which refreshes it.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use crate::authorization::Admins;
use crate::clock::Clock;
use crate::command::talk_pause::TalkPause;
use crate::commands;
use crate::config::{Admin, AdminsFrom, Instance};
use crate::directory::{CommunityAdmins, CommunityEntry, Directory};
use crate::domain::{InstanceName, Person};
use crate::parse::prefix::CommandParser;
use crate::reply::Localizer;
use crate::storage::Store;
use crate::telemetry::InstanceMetrics;
use crate::zapi::{ApiError, ClientError, HttpClients, Zapi};

/// An instance whose runtime is replaced as a whole when the configuration is reloaded. What runs meanwhile keeps the
/// runtime that it began with.
#[derive(Debug)]
pub struct ReloadableInstance {
    /// Its name, which never changes.
    pub name: InstanceName,
    /// The pauses between replies to talk; a reload does not end them.
    pub talk_pause: TalkPause,
    runtime: ArcSwap<InstanceRuntime>,
}

impl ReloadableInstance {
    /// An instance with this runtime.
    pub fn new(runtime: InstanceRuntime) -> Self {
        let name = runtime.config.name.clone();
        Self { name, talk_pause: TalkPause::default(), runtime: ArcSwap::from_pointee(runtime) }
    }

    /// The runtime that holds now.
    pub fn runtime(&self) -> Guard<Arc<InstanceRuntime>> {
        self.runtime.load()
    }

    /// Replaces the configuration of the runtime; credentials, and what was read from Z-API, stay.
    pub fn reload(&self, config: Instance) {
        self.runtime.store(Arc::new(self.runtime.load().reload(config)));
    }
}

/// Runtime of one instance.
#[derive(Debug)]
pub struct InstanceRuntime {
    /// Its configuration.
    pub config: Instance,
    /// Its client of Z-API.
    pub zapi: Zapi,
    /// Its metrics.
    pub metrics: InstanceMetrics,
    /// Its communities and groups.
    pub directory: Directory,
    /// The admins of the configuration.
    pub admins: Admins,
    /// The admins of communities, if they may give commands too.
    pub community_admins: Option<Arc<CommunityAdmins>>,
    /// Recognizes commands by the instance's prefixes.
    pub parser: CommandParser,
    /// The language and prefix of replies.
    pub localizer: Localizer,
}

impl InstanceRuntime {
    /// Creates the runtime; nothing is called yet.
    pub fn new(
        instance: Instance,
        store: &Store,
        clients: &mut HttpClients,
        clock: &Clock,
        metrics: InstanceMetrics,
    ) -> Result<Self, ClientError> {
        let rate_limits = Arc::new(store.rate_limits(&instance.name));
        let community_admins = match instance.admins_from {
            AdminsFrom::Community => Some(Arc::new(CommunityAdmins::new(clock.clone()))),
            AdminsFrom::Config => None,
        };
        let directory = Directory::new(&instance.aliases);
        let zapi = Zapi::new(&instance, rate_limits, clients, metrics.clone())?;
        Ok(Self::from_parts(instance, zapi, metrics, directory, community_admins))
    }

    /// The same instance with other people, rights, aliases, limits, language and the like. Its credentials, and what
    /// was read from Z-API, stay.
    fn reload(&self, config: Instance) -> Self {
        self.zapi.set_rate_limits(config.limits);
        let directory = self.directory.with_config_aliases(&config.aliases);
        let Self { zapi, metrics, community_admins, .. } = self;
        Self::from_parts(config, zapi.clone(), metrics.clone(), directory, community_admins.clone())
    }

    fn from_parts(
        config: Instance,
        zapi: Zapi,
        metrics: InstanceMetrics,
        directory: Directory,
        community_admins: Option<Arc<CommunityAdmins>>,
    ) -> Self {
        Self {
            zapi,
            metrics,
            directory,
            admins: Admins::new(&config),
            community_admins,
            parser: CommandParser::new(&config.prefixes),
            localizer: Localizer {
                locale: config.locale,
                prefix: config.prefixes.first().cloned().unwrap_or_default(),
                prefixes: config.prefixes.clone(),
                command_name: commands::name_in,
            },
            config,
        }
    }

    /// The admin that this person is, as far as is known without a call.
    pub fn find_admin(&self, sender: Person, by_owner: bool) -> Option<Arc<Admin>> {
        let community_admin = || self.community_admins.as_ref()?.find(sender);
        self.admins.find_or_else(sender, by_owner, community_admin)
    }

    /// The admin that this person is now. The admins of communities are read first if they are not all known.
    ///
    /// # Errors
    /// They cannot be read, and this person may be one of them.
    pub async fn refresh_admin(
        &self,
        sender: Person,
        by_owner: bool,
    ) -> Result<Option<Arc<Admin>>, ApiError> {
        let current = || {
            let community_admin = || self.community_admins.as_ref()?.find_current(sender);
            self.admins.find_or_else(sender, by_owner, community_admin)
        };
        let known = current();
        let is_by_config = known.as_ref().is_some_and(|admin| admin.from == AdminsFrom::Config);
        match &self.community_admins {
            Some(admins) if !is_by_config && !by_owner && !admins.is_complete() => {
                let read = admins.refresh(&self.zapi).await;
                match current() {
                    Some(admin) => Ok(Some(admin)),
                    None => read.map(|()| None),
                }
            }
            _ => Ok(known),
        }
    }

    /// The admin that this person is for a change. For a community admin it is read now whether they still are one: of
    /// the community that the change concerns, or of any of theirs if it names none.
    ///
    /// # Errors
    /// It cannot be read now.
    pub async fn admin_for_change(
        &self,
        zapi: &Zapi,
        admin: Arc<Admin>,
        sender: Person,
        community: Option<&CommunityEntry>,
    ) -> Result<Option<Arc<Admin>>, ApiError> {
        let is_community_admin = admin.from == AdminsFrom::Community;
        let Some(admins) = self.community_admins.as_ref().filter(|_| is_community_admin) else {
            return Ok(Some(admin));
        };
        let communities = match community {
            Some(community) => vec![community.clone()],
            None => admins.find_current(sender).map(|found| found.communities).unwrap_or_default(),
        };
        let confirmed = admins.confirm(zapi, sender, communities).await?;
        Ok(self.admins.find_or_else(sender, false, || confirmed))
    }
}
