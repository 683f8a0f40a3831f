//! `vincula journal show`: one command with its history.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::format::{OutputFormat, expect_single, to_csv, to_json};
use crate::cli::common::{ConfigArg, ExitStatus, print_output, strip_control};
use crate::config::Config;
use crate::journal::{Zones, is_trimmed, reply_messages};
use crate::storage::{AuditEvent, CommandRow, Store};

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// The command's id, or its beginning.
    id: String,
    #[arg(long, default_value = "table")]
    format: OutputFormat,
    #[command(flatten)]
    pub(super) config: ConfigArg,
}

pub(super) async fn show(store: &Store, args: &ShowArgs, config: &Config) -> anyhow::Result<ExitStatus> {
    let rows = store.find(&args.id).await?;
    let row = expect_single(&rows, &args.id)?;
    let events = store.audit_events(&row.id).await?;
    match args.format {
        OutputFormat::Table => {
            print_output(&format_text(row, &events, &Zones(&config.instances), config.store.text_retention))?;
        }
        OutputFormat::Csv => print_output(&to_csv(&rows)?)?,
        OutputFormat::Json => {
            let mut command = to_json(row);
            let event = |event: &AuditEvent| json!({ "at": event.at.to_string(), "event": event.event, "detail": event.detail });
            command["audit_events"] = events.iter().map(event).collect();
            print_output(&format!("{command:#}\n"))?;
        }
    }
    Ok(ExitStatus::Success)
}

fn format_text(row: &CommandRow, events: &[AuditEvent], zones: &Zones<'_>, kept: Duration) -> String {
    let mut text = format!(
        "id        {}\ninstance  {}\nadmin     {}\nchat      {}\nmessage   {}\nstate     {}{}\nattempts  {} failed\n",
        row.id,
        row.instance,
        row.admin,
        row.chat,
        format_message(row),
        row.state,
        row.outcome.as_ref().map(|outcome| format!(" ({outcome})")).unwrap_or_default(),
        row.attempts,
    );
    if let Some(error) = &row.error {
        text.push_str(&format!("error     {}\n", strip_control(error)));
    }
    if is_trimmed(row) {
        let days = kept.as_secs() / (24 * 60 * 60);
        let after =
            if days > 1 { format!("{days} days") } else { format!("{} hours", kept.as_secs() / 3600) };
        text.push_str(&format!("command   {}\n\n    (text removed after {after})\n", row.name));
    }
    if !is_trimmed(row) {
        text.push_str(&format!("\n{}\n", indent(&row.text)));
    }
    for message in reply_messages(row) {
        text.push_str(&format!("\n{}\n", indent(&message)));
    }
    text.push('\n');
    for event in events {
        text.push_str(
            &format!(
                "{}  {} {}\n",
                zones.format(event.at, &row.instance, "%Y-%m-%d %H:%M:%S%.3f %:z"),
                event.event,
                strip_control(event.detail.as_deref().unwrap_or_default())
            )
            .replace(" \n", "\n"),
        );
    }
    text
}

/// WhatsApp's id of the message, and the number of its edit.
fn format_message(row: &CommandRow) -> String {
    let id = strip_control(&row.message_id);
    if row.version == 0 { id } else { format!("{id} (edit {})", row.version) }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {}", strip_control(line))).collect::<Vec<_>>().join("\n")
}
