//! `vincula webhook register`: sets the webhook URLs at Z-API.
//!
//! First the webhook for messages, and "receive and delivery" if it points elsewhere, since messages would go there.
//! With `owner_commands`, Z-API is also set to send what is typed on the bot's own phone. Then the two connection
//! status events, which `/status` uses. If one of them points elsewhere, both stay as they are: one alone would be half
//! of the history.

use std::sync::Arc;

use clap::Subcommand;
use secrecy::ExposeSecret;

use super::api_error_help::describe_with_remedy;
use super::common::{ConfigArg, ExitStatus, block_on, print_line};
use crate::config::{Config, Instance};
use crate::telemetry::InstanceMetrics;
use crate::webhook::sign::webhook_path;
use crate::zapi::{AccountStatus, ApiError, ApiErrorKind, HttpClients, Unlimited, WebhookKind, Zapi};

#[derive(Debug, Subcommand)]
pub(super) enum WebhookCommand {
    /// Set the webhooks of all instances, or of one, to `public_url`: "on receive", "connected" and "disconnected".
    ///
    /// If the "receive and delivery" webhook points elsewhere, it is set too, since Z-API would send messages there. With
    /// `owner_commands`, "notify what I send myself" is turned on.
    ///
    /// From the "connected" and "disconnected" webhooks `/status` knows since when WhatsApp is connected. If one of them
    /// points elsewhere, both are left as they are.
    #[command(after_help = "Examples:\n  vincula webhook register\n  vincula webhook register main")]
    Register {
        /// The instance's name in the configuration.
        instance: Option<String>,
        #[command(flatten)]
        config: ConfigArg,
    },
}

pub(super) fn webhook(call: &WebhookCommand) -> anyhow::Result<ExitStatus> {
    let WebhookCommand::Register { instance, config } = call;
    let Some(config) = config.load() else { return Ok(ExitStatus::InvalidConfig) };
    let Some(public_url) = config.server.public_url.clone() else {
        eprintln!(
            "vincula: server.public_url is missing: set it to the https address that reaches this service"
        );
        return Ok(ExitStatus::InvalidConfig);
    };
    let Some(instances) = select_instances(&config, instance.as_deref()) else {
        return Ok(ExitStatus::InvalidConfig);
    };
    block_on(async {
        let (mut connections, mut end) = (HttpClients::default(), ExitStatus::Success);
        for instance in instances {
            let zapi =
                Zapi::new(instance, Arc::new(Unlimited), &mut connections, InstanceMetrics::default())?;
            if let Err(error) = register(&zapi, instance, &public_url).await {
                eprintln!("vincula: {}", describe_with_remedy(instance, &error));
                end = ExitStatus::Failure;
            }
        }
        Ok(end)
    })
}

/// Sets the webhooks of an instance and prints each; stops at the first error.
async fn register(zapi: &Zapi, instance: &Instance, public_url: &str) -> Result<(), ApiError> {
    let (name, url) = (&instance.name, webhook_url(public_url, instance));
    // The path may hold a secret, so the whole URL is not shown.
    let place = redacted_url(public_url, instance);
    set(zapi, WebhookKind::Received, &url).await?;
    print_line(&format!("{name}: webhook set to {place}"));
    let account = zapi.account().await?;
    if account.received_and_delivery_url.as_ref().is_some_and(|second| *second != url) {
        set(zapi, WebhookKind::ReceivedAndDelivery, &url).await?;
        print_line(&format!("{name}: receive-and-delivery webhook, which pointed elsewhere, set to {place}"));
    }
    if instance.owner_commands {
        match zapi.notify_sent_by_me().await {
            Err(error)
                if error.cause == ApiErrorKind::Unreadable && zapi.account().await?.notifies_sent_by_me => {}
            result => result?,
        }
        print_line(&format!("{name}: Z-API also sends what is typed on the bot's own phone"));
    }
    match WebhookTarget::from_account(&account, public_url, instance) {
        WebhookTarget::Other(which) => print_line(&format!(
            "{name}: {which} elsewhere, so neither was changed; \
             /status may not say since when WhatsApp is connected"
        )),
        WebhookTarget::Ours | WebhookTarget::Unset => {
            for (event, word) in
                [(WebhookKind::Connected, "connected"), (WebhookKind::Disconnected, "disconnected")]
            {
                set(zapi, event, &url).await?;
                print_line(&format!("{name}: {word} webhook set to {place}"));
            }
        }
    }
    Ok(())
}

/// Sets a webhook. If the response does not confirm it, the account's URL decides.
async fn set(zapi: &Zapi, event: WebhookKind, url: &str) -> Result<(), ApiError> {
    match zapi.set_webhook(event, url).await {
        Err(error) if error.cause == ApiErrorKind::Unreadable => {
            let account = zapi.account().await?;
            if account.url_of(event) == Some(url) { Ok(()) } else { Err(error) }
        }
        result => result,
    }
}

/// The target of the connection status webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WebhookTarget {
    /// Both point to this service.
    Ours,
    /// Not both are set, and none points elsewhere.
    Unset,
    /// At least one points elsewhere; the text is the beginning of a sentence about it.
    Other(&'static str),
}

impl WebhookTarget {
    /// Compares the URLs of the account; a URL of this instance counts with any secret, which may have changed.
    pub(super) fn from_account(account: &AccountStatus, public_url: &str, instance: &Instance) -> Self {
        let (ours, place) = (webhook_url(public_url, instance), redacted_url(public_url, instance));
        let is_here =
            |url: &str| url.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_elsewhere = |url: &str| !is_here(url);
        let urls = [account.connected_url.as_deref(), account.disconnected_url.as_deref()];
        match urls.map(|url| url.is_some_and(is_elsewhere)) {
            [true, true] => Self::Other("the connected and the disconnected webhook point"),
            [true, false] => Self::Other("the connected webhook points"),
            [false, true] => Self::Other("the disconnected webhook points"),
            [false, false] if urls == [Some(ours.as_str()); 2] => Self::Ours,
            [false, false] => Self::Unset,
        }
    }
}

/// The webhook URL of an instance, without its secret.
fn redacted_url(public_url: &str, instance: &Instance) -> String {
    format!("{public_url}/webhooks/{}", instance.name)
}

/// The webhook URL of an instance.
pub(super) fn webhook_url(public_url: &str, instance: &Instance) -> String {
    format!("{public_url}{}", webhook_path(instance).expose_secret())
}

/// The instance of this name, or all; if there is none, prints an error and returns `None`.
pub(super) fn select_instances<'a>(config: &'a Config, name: Option<&str>) -> Option<Vec<&'a Instance>> {
    let Some(name) = name else { return Some(config.instances.iter().collect()) };
    let found: Vec<_> = config.instances.iter().filter(|instance| instance.name.as_str() == name).collect();
    if found.is_empty() {
        let names: Vec<_> = config.instances.iter().map(|instance| instance.name.as_str()).collect();
        eprintln!("vincula: no instance is named {name:?}: there is {}", names.join(", "));
        return None;
    }
    Some(found)
}
