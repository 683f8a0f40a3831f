//! `vincula check`: explains the configuration, and asks Z-API whether it works.

use std::sync::Arc;

use clap::Args;
use secrecy::ExposeSecret;

use super::remedy::explained;
use super::webhook::{Watch, webhook_url};
use super::{ConfigArg, End, block_on, say};
use crate::config::{Config, Instance, Loaded, NonAdminPolicy};
use crate::storage::{OpenError, Store};
use crate::zapi::{Connections, Unpaced, Zapi};

#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    config: ConfigArg,
    /// Ask Z-API nothing.
    #[arg(long)]
    offline: bool,
}

pub(super) fn check(options: &Options) -> anyhow::Result<End> {
    let loaded = match options.config.read() {
        Ok(loaded) => loaded,
        Err(findings) => {
            for finding in &findings {
                say(&format!("❌ {finding}"));
            }
            let count = findings.len();
            let mistakes = if count == 1 { "mistake" } else { "mistakes" };
            say(&format!("{count} {mistakes} to mend; nothing was started."));
            return Ok(End::BadConfig);
        }
    };
    let mut report = Report::default();
    explain(&loaded, &mut report);
    block_on(async {
        journal(&loaded.config, &mut report).await;
        if !options.offline {
            let mut connections = Connections::default();
            for instance in &loaded.config.instances {
                online(&loaded.config, instance, &mut connections, &mut report).await?;
            }
        }
        Ok(())
    })?;
    Ok(match report.findings {
        0 => {
            say("All good.");
            End::Well
        }
        findings => {
            say(&format!("{findings} to look at."));
            End::Badly
        }
    })
}

#[derive(Default)]
struct Report {
    findings: usize,
}

impl Report {
    fn good(&mut self, line: &str) {
        say(&format!("✅ {line}"));
    }

    /// What may be better, and is no fault.
    fn hint(&self, line: &str) {
        say(&format!("ℹ️ {line}"));
    }

    fn finding(&mut self, line: &str) {
        self.findings += 1;
        say(&format!("⚠️ {line}"));
    }
}

fn explain(loaded: &Loaded, report: &mut Report) {
    let Config { server, instances, .. } = &loaded.config;
    match &loaded.path {
        Some(path) => say(&format!("Configuration: {} and the environment", path.display())),
        None => say("Configuration: the environment alone"),
    }
    say(&format!("Webhooks on {}, health and metrics on {}", server.listen, server.admin_listen));
    for instance in instances {
        let Instance { name, verify, admins, .. } = instance;
        let mut schemes = Vec::new();
        schemes.extend(verify.zapi_token.then_some("z-api-token"));
        schemes.extend(verify.path_secret.is_some().then_some("path secret"));
        schemes.extend(verify.hmac.is_some().then_some("HMAC-SHA256"));
        schemes.extend(verify.standard_webhooks.is_some().then_some("Standard Webhooks"));
        let schemes =
            if schemes.is_empty() { "nothing (loopback only)".to_owned() } else { schemes.join(" + ") };
        let people: Vec<&str> = admins.iter().map(|admin| admin.name.as_str()).collect();
        let non_admins = match instance.non_admins {
            NonAdminPolicy::Ignore => "ignored",
            NonAdminPolicy::Refuse => "refused once an hour",
        };
        say(&format!(
            "{name}: verified by {schemes}; orders begin with {} and come from {}; non-admins are {non_admins}",
            instance.prefixes.join(" or "),
            if people.is_empty() { "nobody".to_owned() } else { people.join(", ") },
        ));
    }
    for warning in &loaded.warnings {
        report.finding(&warning.to_string());
    }
}

async fn journal(config: &Config, report: &mut Report) {
    match Store::open_to_read(config.store.url.expose_secret()).await {
        Ok(_) => report.good("The journal can be read."),
        Err(OpenError::Missing(path)) => {
            say(&format!("The journal {} will be made at the first start.", path));
        }
        Err(error) => report.finding(&error.to_string()),
    }
}

async fn online(
    config: &Config,
    instance: &Instance,
    connections: &mut Connections,
    report: &mut Report,
) -> anyhow::Result<()> {
    let name = &instance.name;
    let zapi = Zapi::new(instance, Arc::new(Unpaced), connections)?;
    let connection = zapi.connection().await;
    match &connection {
        Ok(connection) if connection.is_connected => {
            report.good(&format!("{name}: Z-API knows the instance, and WhatsApp is connected."));
        }
        Ok(_) => report.finding(&format!(
            "{name}: WhatsApp is not connected. Open the instance at Z-API and read the QR code with the phone."
        )),
        Err(error) => {
            report.finding(&explained(instance, error));
            // The other questions would fail alike.
            return Ok(());
        }
    }
    let account = match zapi.account().await {
        Ok(account) => account,
        Err(error) => {
            report.finding(&explained(instance, &error));
            return Ok(());
        }
    };
    let register = format!("Run `vincula webhook register {name}`.");
    if instance.owner_commands {
        match account.notifies_sent_by_me {
            true => report.good(&format!("{name}: Z-API sends what is typed on the bot's own phone.")),
            false => report.finding(&format!(
                "{name}: owner_commands is on, but Z-API does not send what is typed on the bot's own phone: the \
                 owner's commands never arrive. {register}"
            )),
        }
    }
    let Some(public_url) = &config.server.public_url else { return Ok(()) };
    if account.received_and_delivery_url.as_ref().is_some_and(|url| *url != webhook_url(public_url, instance))
    {
        report.finding(&format!(
            "{name}: the receive-and-delivery webhook points elsewhere: messages may go there and not to this bot. \
             {register}"
        ));
    }
    match &account.received_url {
        Some(url) if *url == webhook_url(public_url, instance) => {
            report.good(&format!("{name}: the webhook points here."));
            watch(Watch::of(&account, public_url, instance), instance, &register, report);
        }
        Some(_) => report.finding(&format!("{name}: the webhook points elsewhere. {register}")),
        None => report.finding(&format!("{name}: no webhook is set. {register}")),
    }
    Ok(())
}

/// Who is told of the connection: only `/status` says less where we are not.
fn watch(watch: Watch, instance: &Instance, register: &str, report: &mut Report) {
    let name = &instance.name;
    let missing = "/status may not say since when WhatsApp is connected";
    match watch {
        Watch::Ours => {
            report.good(&format!("{name}: the connected and the disconnected webhook point here."));
        }
        Watch::Nobodys => report.hint(&format!(
            "{name}: {missing}: the connected and the disconnected webhook do not both point here. {register}"
        )),
        Watch::Theirs(which) => report.hint(&format!("{name}: {missing}: {which} elsewhere.")),
    }
}
