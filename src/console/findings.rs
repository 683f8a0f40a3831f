//! What needs attention, the worst first: for the overview and the page on health.

use std::time::Duration;

use super::display::{Display, format_duration};
use super::state::ConsoleState;
use crate::config::Instance;
use crate::directory::strip_control;
use crate::domain::{Locale, Phone};
use crate::i18n::{self, Value};
use crate::parse::dialing_code::DialingCode;
use crate::storage::{ConnectionReport, QueueStats, StoreUnavailable};

/// Commands that wait longer are stuck.
const STUCK_AFTER: Duration = Duration::from_secs(120);

/// Something that needs attention.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// `bad`, `warn` or `info`.
    pub(super) class: &'static str,
    pub(super) text: String,
    /// Where to look; empty if nowhere.
    pub(super) href: String,
}

/// What the journal says about an instance.
#[derive(Clone, Debug)]
pub(super) struct InstanceStatus {
    pub(super) name: String,
    pub(super) stats: QueueStats,
    pub(super) connection: Option<ConnectionReport>,
}

/// Reads the status of all instances.
pub(super) async fn read_statuses(state: &ConsoleState) -> Result<Vec<InstanceStatus>, StoreUnavailable> {
    let mut statuses = Vec::new();
    for runtime in state.runtimes() {
        let name = &runtime.config.name;
        statuses.push(InstanceStatus {
            name: name.to_string(),
            stats: state.store.queue_stats(name).await?,
            connection: state.store.connection_report(name, state.clock.now()).await?,
        });
    }
    Ok(statuses)
}

/// What needs attention now.
pub(super) fn list_findings(
    state: &ConsoleState,
    statuses: &[InstanceStatus],
    display: &Display<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let text = |key: &str, values: &[(&str, Value<'_>)]| i18n::text(display.locale, key, values);
    if state.store.has_outage() {
        findings.push(Finding { class: "bad", text: text("console-store-down", &[]), href: String::new() });
    }
    for InstanceStatus { name, stats, connection } in statuses {
        if let Some(report) = connection.filter(|report| !report.is_connected) {
            let since = display.when(report.at, name).shown;
            findings.push(Finding {
                class: "bad",
                text: text("console-disconnected", &[("instance", name.into()), ("since", (&since).into())]),
                href: String::new(),
            });
        }
        if stats.dead > 0 {
            findings.push(Finding {
                class: "bad",
                text: text(
                    "console-dead-letters",
                    &[("instance", name.into()), ("count", stats.dead.into())],
                ),
                href: format!("/commands?state=dead&instance={name}"),
            });
        }
        let oldest = stats.oldest_open.map(|at| display.now.since(at)).unwrap_or_default();
        if oldest > STUCK_AFTER {
            let age = format_duration(oldest);
            let values = [("instance", name.into()), ("count", stats.open.into()), ("age", (&age).into())];
            findings.push(Finding {
                class: "warn",
                text: text("console-stuck", &values),
                href: format!("/commands?state=waiting&instance={name}"),
            });
        }
    }
    findings.extend(list_config_findings(state, display.locale));
    findings.iter_mut().for_each(|finding| finding.text = strip_control(&finding.text));
    findings.sort_by_key(|finding| ["bad", "warn", "info"].iter().position(|class| *class == finding.class));
    findings
}

/// What `vincula check --offline` says about the configuration.
fn list_config_findings(state: &ConsoleState, locale: Locale) -> Vec<Finding> {
    let effective = state.effective.values();
    let href = "/configuration".to_owned();
    let mut findings: Vec<Finding> = Vec::new();
    if !effective.needs_restart.is_empty() {
        let text = i18n::text(
            locale,
            "console-needs-restart",
            &[("keys", (&effective.needs_restart.join(", ")).into())],
        );
        findings.push(Finding { class: "warn", text, href: href.clone() });
    }
    let warnings = effective.warnings.into_iter();
    findings.extend(warnings.map(|text| Finding { class: "info", text, href: href.clone() }));
    for config in state.configs() {
        findings.extend(list_incomplete_numbers(&config, locale));
    }
    findings
}

/// Numbers that look like Brazilian ones without the country code.
fn list_incomplete_numbers(config: &Instance, locale: Locale) -> Vec<Finding> {
    let incomplete = config.admins.iter().filter_map(|admin| {
        let digits = admin.phone?.to_string();
        let complete = DialingCode::BRAZIL.complete(&digits)?;
        (!DialingCode::BRAZIL.is_full_number(&digits)).then_some((admin, complete))
    });
    let describe = |(admin, complete): (&crate::config::Admin, Phone)| {
        let (phone, complete) = (admin.phone.map(Phone::display).unwrap_or_default(), complete.display());
        let values =
            [("name", (&admin.name).into()), ("phone", (&phone).into()), ("full", (&complete).into())];
        let text = i18n::text(locale, "console-country-code", &values);
        Finding { class: "info", text, href: "/people".to_owned() }
    };
    incomplete.map(describe).collect()
}
