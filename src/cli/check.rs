//! `vincula check`: shows the configuration, and checks that Z-API accepts it.

use std::sync::Arc;

use clap::Args;
use secrecy::ExposeSecret;

use super::api_error_help::describe_with_remedy;
use super::common::{ConfigArg, ExitStatus, block_on, print_line};
use super::webhook::{WebhookTarget, webhook_url};
use crate::config::{Config, Instance, LoadedConfig, NonAdminPolicy};
use crate::storage::{OpenError, Store};
use crate::telemetry::InstanceMetrics;
use crate::zapi::{HttpClients, Unlimited, Zapi};

#[derive(Args, Debug)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    config: ConfigArg,
    /// Do not connect to Z-API.
    #[arg(long)]
    offline: bool,
}

pub(super) fn check(options: &CheckArgs) -> anyhow::Result<ExitStatus> {
    let loaded = match options.config.read() {
        Ok(loaded) => loaded,
        Err(findings) => {
            for finding in &findings {
                print_line(&format!("❌ {finding}"));
            }
            let count = findings.len();
            let mistakes = if count == 1 { "mistake" } else { "mistakes" };
            print_line(&format!("{count} {mistakes} in the configuration."));
            return Ok(ExitStatus::InvalidConfig);
        }
    };
    let mut report = CheckReport::default();
    print_loaded_config(&loaded, &mut report);
    block_on(async {
        check_journal(&loaded.config, &mut report).await;
        if !options.offline {
            let mut connections = HttpClients::default();
            for instance in &loaded.config.instances {
                check_online(&loaded.config, instance, &mut connections, &mut report).await?;
            }
        }
        Ok(())
    })?;
    Ok(match report.problems {
        0 => {
            print_line("All good.");
            ExitStatus::Success
        }
        findings => {
            print_line(&format!("{findings} to look at."));
            ExitStatus::Failure
        }
    })
}

#[derive(Default)]
struct CheckReport {
    problems: usize,
}

impl CheckReport {
    fn print_ok(&mut self, line: &str) {
        print_line(&format!("✅ {line}"));
    }

    /// Prints what could be better, but is no problem.
    fn print_hint(&self, line: &str) {
        print_line(&format!("ℹ️ {line}"));
    }

    fn print_problem(&mut self, line: &str) {
        self.problems += 1;
        print_line(&format!("⚠️ {line}"));
    }
}

fn print_loaded_config(loaded: &LoadedConfig, report: &mut CheckReport) {
    let Config { server, instances, .. } = &loaded.config;
    match &loaded.path {
        Some(path) => print_line(&format!("Configuration: {} and the environment", path.display())),
        None => print_line("Configuration: the environment alone"),
    }
    print_line(&format!("Webhooks on {}, health and metrics on {}", server.listen, server.admin_listen));
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
        print_line(&format!(
            "{name}: verified by {schemes}; commands begin with {} and come from {}; non-admins are {non_admins}",
            instance.prefixes.join(" or "),
            if people.is_empty() { "nobody".to_owned() } else { people.join(", ") },
        ));
    }
    for warning in &loaded.warnings {
        report.print_problem(&warning.to_string());
    }
}

async fn check_journal(config: &Config, report: &mut CheckReport) {
    match Store::open_to_read(config.store.url.expose_secret()).await {
        Ok(_) => report.print_ok("The journal can be read."),
        Err(OpenError::Missing(path)) => {
            print_line(&format!("The journal {} will be created at the first start.", path));
        }
        Err(error) => report.print_problem(&error.to_string()),
    }
}

async fn check_online(
    config: &Config,
    instance: &Instance,
    connections: &mut HttpClients,
    report: &mut CheckReport,
) -> anyhow::Result<()> {
    let name = &instance.name;
    let zapi = Zapi::new(instance, Arc::new(Unlimited), connections, InstanceMetrics::default())?;
    let connection = zapi.connection_status().await;
    match &connection {
        Ok(connection) if connection.is_connected => {
            report.print_ok(&format!("{name}: Z-API knows the instance, and WhatsApp is connected."));
        }
        Ok(_) => report.print_problem(&format!(
            "{name}: WhatsApp is not connected. Open the instance at Z-API and read the QR code with the phone."
        )),
        Err(error) => {
            report.print_problem(&describe_with_remedy(instance, error));
            // The other calls would fail in the same way.
            return Ok(());
        }
    }
    let account = match zapi.account().await {
        Ok(account) => account,
        Err(error) => {
            report.print_problem(&describe_with_remedy(instance, &error));
            return Ok(());
        }
    };
    let register = format!("Run `vincula webhook register {name}`.");
    if instance.owner_commands {
        match account.notifies_sent_by_me {
            true => report.print_ok(&format!("{name}: Z-API sends what is typed on the bot's own phone.")),
            false => report.print_problem(&format!(
                "{name}: owner_commands is on, but Z-API does not send what is typed on the bot's own phone: the \
                 owner's commands never arrive. {register}"
            )),
        }
    }
    let Some(public_url) = &config.server.public_url else { return Ok(()) };
    if account.received_and_delivery_url.as_ref().is_some_and(|url| *url != webhook_url(public_url, instance))
    {
        report.print_problem(&format!(
            "{name}: the receive-and-delivery webhook points elsewhere: messages may go there and not to this bot. \
             {register}"
        ));
    }
    match &account.received_url {
        Some(url) if *url == webhook_url(public_url, instance) => {
            report.print_ok(&format!("{name}: the webhook points here."));
            check_connection_webhook(
                WebhookTarget::from_account(&account, public_url, instance),
                instance,
                &register,
                report,
            );
        }
        Some(_) => report.print_problem(&format!("{name}: the webhook points elsewhere. {register}")),
        None => report.print_problem(&format!("{name}: no webhook is set. {register}")),
    }
    Ok(())
}

/// Checks the connection status webhooks, which only `/status` needs.
fn check_connection_webhook(
    watch: WebhookTarget,
    instance: &Instance,
    register: &str,
    report: &mut CheckReport,
) {
    let name = &instance.name;
    let missing = "/status may not say since when WhatsApp is connected";
    match watch {
        WebhookTarget::Ours => {
            report.print_ok(&format!("{name}: the connected and the disconnected webhook point here."));
        }
        WebhookTarget::Unset => report.print_hint(&format!(
            "{name}: {missing}: the connected and the disconnected webhook do not both point here. {register}"
        )),
        WebhookTarget::Other(which) => report.print_hint(&format!("{name}: {missing}: {which} elsewhere.")),
    }
}
