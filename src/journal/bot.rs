//! One instance at work: its configuration, its line to Z-API, its names, its admins.

use std::sync::Arc;

use crate::authorise::Admins;
use crate::command::registry;
use crate::config::Instance;
use crate::directory::Directory;
use crate::reply::Speech;
use crate::storage::Store;
use crate::zapi::{ClientError, Connections, Zapi};

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
    /// How it speaks.
    pub speech: Speech,
}

impl Bot {
    /// The instance, ready to work; nothing is called yet.
    pub fn new(
        instance: Instance,
        store: &Store,
        connections: &mut Connections,
    ) -> Result<Self, ClientError> {
        let ledger = Arc::new(store.ledger(instance.name.as_str()));
        Ok(Self {
            zapi: Zapi::new(&instance, ledger, connections)?,
            directory: Directory::new(&instance.aliases),
            admins: Admins::new(&instance),
            speech: Speech {
                locale: instance.locale,
                prefix: instance.prefixes.first().cloned().unwrap_or_default(),
                prefixes: instance.prefixes.clone(),
                name_of: registry::name_in,
            },
            instance,
        })
    }
}
