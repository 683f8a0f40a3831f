//! `vincula check`: shows the configuration, and checks that Z-API accepts it.

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use secrecy::ExposeSecret;

use super::api_error_help::describe_with_remedy;
use super::common::{ConfigArg, ExitStatus, block_on, print_line};
use super::webhook::{WebhookTarget, webhook_url};
use crate::authorization::may_in;
use crate::config::{Admin, Config, Instance, LoadedConfig, NonAdminPolicy};
use crate::directory::Directory;
use crate::domain::{CommunityId, GroupId, Phone};
use crate::parse::dialing_code::DialingCode;
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
    let Config { server, console, instances, .. } = &loaded.config;
    match &loaded.path {
        Some(path) => print_line(&format!("Configuration: {} and the environment", path.display())),
        None => print_line("Configuration: the environment alone"),
    }
    let sign_in = if console.has_sign_in() { "with a sign-in" } else { "open to everybody on this machine" };
    print_line(&format!(
        "Webhooks on {}; health, metrics and the console ({sign_in}) on {}",
        server.listen, server.admin_listen
    ));
    for instance in instances {
        let Instance { name, verify, admins, .. } = instance;
        let mut schemes = Vec::new();
        schemes.extend(verify.zapi_token.then_some("z-api-token"));
        schemes.extend(verify.path_secret.is_some().then_some("path secret"));
        schemes.extend(verify.hmac.is_some().then_some("HMAC-SHA256"));
        schemes.extend(verify.standard_webhooks.is_some().then_some("Standard Webhooks"));
        let schemes =
            if schemes.is_empty() { "nothing (loopback only)".to_owned() } else { schemes.join(" + ") };
        let people: Vec<String> = admins.iter().map(describe_admin).collect();
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
    let notify = &loaded.config.notify;
    let signed = if notify.secret.is_some() { "a URL, signed" } else { "a URL, not signed" };
    let phone = notify.phone.map(Phone::display);
    let channels: Vec<&str> =
        notify.url.as_ref().map(|_| signed).into_iter().chain(phone.as_deref()).collect();
    if !channels.is_empty() {
        let channels = channels.join(" and ");
        print_line(&format!("Trouble is reported to {channels}; `vincula notify test` sends a test"));
    }
    for warning in &loaded.warnings {
        report.print_problem(&warning.to_string());
    }
    for instance in instances {
        for admin in &instance.admins {
            if let Some(complete) = admin.phone.and_then(complete_brazilian) {
                let key = format!("instances.{}.admins.{}.phone", instance.name, admin.key);
                let phone = admin.phone.map(Phone::display).unwrap_or_default();
                report.print_hint(&format!(
                    "{key}: is the country code of {phone} missing? In Brazil it is {}.",
                    complete.display()
                ));
            }
        }
    }
}

/// The name, with the number as people write it.
fn describe_admin(admin: &Admin) -> String {
    match (admin.phone, admin.lid) {
        (Some(phone), _) => format!("{} ({})", admin.name, phone.display()),
        (None, Some(lid)) => format!("{} ({lid})", admin.name),
        (None, None) => admin.name.clone(),
    }
}

/// The number with Brazil's country code, where it looks like a Brazilian one without it.
fn complete_brazilian(phone: Phone) -> Option<Phone> {
    let digits = phone.to_string();
    let is_full = DialingCode::BRAZIL.is_full_number(&digits);
    DialingCode::BRAZIL.complete(&digits).filter(|_| !is_full)
}

async fn check_journal(config: &Config, report: &mut CheckReport) {
    match Store::open_to_read(config.store.url.expose_secret()).await {
        Ok(_) => report.print_ok("The journal can be read."),
        Err(OpenError::Missing(path)) => match try_folder(config.store.url.expose_secret(), &path) {
            Ok(()) => print_line(&format!("The journal {path} will be created at the first start.")),
            Err(error) => report.print_problem(&error.to_string()),
        },
        Err(error) => report.print_problem(&error.to_string()),
    }
}

/// Writes a file into the folder where the journal will be, and removes it.
fn try_folder(url: &str, path: &str) -> Result<(), OpenError> {
    if !url.starts_with("sqlite:") {
        return Ok(());
    }
    let parent = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty());
    let written = tempfile::tempfile_in(parent.unwrap_or(Path::new(".")));
    written.map(drop).map_err(|error| OpenError::Folder(path.to_owned(), error))
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
    check_names(instance, &zapi, report).await;
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

/// Reports communities of admins, and aliases, that Z-API does not have.
async fn check_names(instance: &Instance, zapi: &Zapi, report: &mut CheckReport) {
    let name = &instance.name;
    let is_restricted = |admin: &&Admin| admin.communities.iter().any(|community| community != "*");
    if instance.aliases.is_empty() && !instance.admins.iter().any(|admin| is_restricted(&admin)) {
        return;
    }
    let directory = Directory::new(&instance.aliases);
    let snapshot = match directory.snapshot(zapi).await {
        Ok(snapshot) => snapshot,
        Err(error) => return report.print_problem(&describe_with_remedy(instance, &error)),
    };
    let unknown = "Z-API has nothing by this name or id among the bot's communities";
    for admin in instance.admins.iter().filter(is_restricted) {
        for community in admin.communities.iter().filter(|community| *community != "*") {
            let only = Admin { communities: vec![community.clone()], ..admin.clone() };
            if !snapshot.communities.all().any(|entry| may_in(&only, &entry.id, &entry.name, &directory)) {
                report.print_problem(&format!(
                    "instances.{name}.admins.{}.communities: {community:?}: {unknown}.",
                    admin.key
                ));
            }
        }
    }
    for (alias, id) in &instance.aliases {
        let is_community = CommunityId::parse(id).is_some_and(|id| snapshot.communities.by_id(&id).is_some());
        let is_group = GroupId::parse(id).is_some_and(|id| snapshot.groups.by_id(&id).is_some());
        if !is_community && !is_group {
            report.print_problem(&format!("instances.{name}.aliases.{alias}: {unknown} and groups."));
        }
    }
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
