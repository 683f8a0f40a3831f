//! `vincula notify test`: sends a test on each channel of `[notify]`.

use std::sync::Arc;

use clap::Subcommand;

use super::common::{ConfigArg, ExitStatus, block_on, print_line};
use crate::clock::Clock;
use crate::config::Config;
use crate::notify::{TestResult, send_test};
use crate::telemetry::InstanceMetrics;
use crate::zapi::{HttpClients, Unlimited, Zapi};

#[derive(Debug, Subcommand)]
pub(super) enum NotifyCommand {
    /// Send a test to the URL and to the number of `[notify]`.
    #[command(after_help = "Example:\n  vincula notify test")]
    Test(ConfigArg),
}

pub(super) fn notify(NotifyCommand::Test(config): &NotifyCommand) -> anyhow::Result<ExitStatus> {
    let Some(config) = config.load() else { return Ok(ExitStatus::InvalidConfig) };
    if config.notify.url.is_none() && config.notify.phone.is_none() {
        eprintln!("vincula: the configuration names nobody to notify: write url or phone into [notify]");
        return Ok(ExitStatus::InvalidConfig);
    }
    let TestResult { url, phone } = block_on(test(&config))?;
    let mut status = ExitStatus::Success;
    let mut print = |result: Result<String, String>| match result {
        Ok(line) => print_line(&format!("✅ {line}")),
        Err(line) => {
            print_line(&format!("❌ {line}"));
            status = ExitStatus::Failure;
        }
    };
    if let Some(url) = url {
        let accepted = url.map(|()| "notify.url accepts notifications.".to_owned());
        print(accepted.map_err(|error| format!("notify.url does not accept the test: {error}.")));
    }
    if let Some(phone) = phone {
        let sent = phone.map(|instance| format!("The instance {instance} sent the test to notify.phone."));
        print(sent.map_err(|error| format!("The test was not sent to notify.phone: {error}.")));
    }
    Ok(status)
}

async fn test(config: &Config) -> anyhow::Result<TestResult> {
    let is_chosen = |name| Some(name) == config.notify.instance.as_ref();
    let mut instances: Vec<_> = config.instances.iter().collect();
    // Stable: the others keep their order.
    instances.sort_by_key(|instance| !is_chosen(&instance.name));
    let locale = instances.first().map(|instance| instance.locale).unwrap_or_default();
    let (mut clients, mut senders) = (HttpClients::default(), Vec::new());
    for instance in instances {
        let zapi = Zapi::new(instance, Arc::new(Unlimited), &mut clients, InstanceMetrics::default())?;
        senders.push((instance.name.clone(), zapi));
    }
    Ok(send_test(&config.notify, locale, &senders, &Clock::system()).await?)
}
