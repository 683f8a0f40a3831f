//! `vincula webhook register`: tells Z-API where its events go.

use std::sync::Arc;

use clap::Subcommand;
use secrecy::ExposeSecret;

use super::remedy::explained;
use super::{ConfigArg, End, block_on, say};
use crate::config::{Config, Instance};
use crate::webhook::sign::webhook_path;
use crate::zapi::{Connections, Unpaced, Zapi};

#[derive(Debug, Subcommand)]
pub(super) enum Call {
    /// Set the "on receive" webhook to `public_url` (of all instances, or of one).
    #[command(after_help = "Examples:\n  vincula webhook register\n  vincula webhook register main")]
    Register {
        /// The instance's name in the configuration.
        instance: Option<String>,
        #[command(flatten)]
        config: ConfigArg,
    },
}

pub(super) fn webhook(call: &Call) -> anyhow::Result<End> {
    let Call::Register { instance, config } = call;
    let Some(config) = config.load() else { return Ok(End::BadConfig) };
    let Some(public_url) = config.server.public_url.clone() else {
        eprintln!(
            "vincula: server.public_url is missing: set it to the https address that reaches this service"
        );
        return Ok(End::BadConfig);
    };
    let Some(instances) = chosen(&config, instance.as_deref()) else { return Ok(End::BadConfig) };
    block_on(async {
        let (mut connections, mut end) = (Connections::default(), End::Well);
        for instance in instances {
            let zapi = Zapi::new(instance, Arc::new(Unpaced), &mut connections)?;
            match zapi.set_received_url(&webhook_url(&public_url, instance)).await {
                // The path may hold a secret, so the whole address is not shown.
                Ok(()) => {
                    let name = &instance.name;
                    say(&format!("{name}: webhook set to {public_url}/webhooks/{name}"));
                }
                Err(error) => {
                    eprintln!("vincula: {}", explained(instance, &error));
                    end = End::Badly;
                }
            }
        }
        Ok(end)
    })
}

/// Where the events of an instance go.
pub(super) fn webhook_url(public_url: &str, instance: &Instance) -> String {
    format!("{public_url}{}", webhook_path(instance).expose_secret())
}

/// The instance of this name, or all; nothing, and a word on stderr, where there is none.
pub(super) fn chosen<'a>(config: &'a Config, name: Option<&str>) -> Option<Vec<&'a Instance>> {
    let Some(name) = name else { return Some(config.instances.iter().collect()) };
    let found: Vec<_> = config.instances.iter().filter(|instance| instance.name.as_str() == name).collect();
    if found.is_empty() {
        let names: Vec<_> = config.instances.iter().map(|instance| instance.name.as_str()).collect();
        eprintln!("vincula: no instance is named {name:?}: there is {}", names.join(", "));
        return None;
    }
    Some(found)
}
