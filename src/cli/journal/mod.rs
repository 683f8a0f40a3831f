//! `vincula journal`: lists commands, shows one with its history, retries dead letters, and exports.

mod export;
mod format;
mod retry;

use std::time::Duration;

use clap::Subcommand;
use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use secrecy::ExposeSecret;
use serde_json::json;

use self::format::{OutputFormat, StateFilter, expect_single, reply_messages, to_csv, to_json};
use super::common::{ConfigArg, ExitStatus, block_on, print_output};
use crate::directory::is_invisible;
use crate::storage::{AuditEvent, CommandRow, OpenedStore, Store};

#[derive(Debug, Subcommand)]
pub(super) enum JournalCommand {
    /// List the newest commands.
    #[command(
        after_help = "Examples:\n  vincula journal list\n  vincula journal list --state dead --format json"
    )]
    List {
        /// Only commands in this state.
        #[arg(long)]
        state: Option<StateFilter>,
        /// The most commands to list.
        #[arg(long, default_value_t = 20)]
        limit: usize,
        #[arg(long, default_value = "table")]
        format: OutputFormat,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Show one command: its reply, its states and attempts, and each of its calls to Z-API.
    #[command(after_help = "Example:\n  vincula journal show 019ab1f2")]
    Show {
        /// The command's id, or its beginning.
        id: String,
        #[arg(long, default_value = "table")]
        format: OutputFormat,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Retry dead letters, also while the service runs: it starts within 5 seconds.
    ///
    /// A command that failed is run again, with the full time for retries; one that only lacks its reply gets its
    /// reply.
    #[command(after_help = "Examples:\n  vincula journal retry 019ab1f2\n  vincula journal retry --all-dead")]
    Retry {
        /// The command's id, or its beginning.
        #[arg(required_unless_present = "all_dead", conflicts_with = "all_dead")]
        id: Option<String>,
        /// All commands that failed.
        #[arg(long)]
        all_dead: bool,
        #[arg(long, default_value = "table")]
        format: OutputFormat,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Write all commands to stdout, oldest first: as CSV, or as one JSON array with a line a command.
    #[command(after_help = "\
Examples:
  vincula journal export > commands.csv
  vincula journal export --format json --state dead --since 2026-01-01 --until 2026-02-01")]
    Export {
        #[command(flatten)]
        options: export::ExportArgs,
        #[command(flatten)]
        config: ConfigArg,
    },
}

pub(super) fn journal(call: &JournalCommand) -> anyhow::Result<ExitStatus> {
    let (JournalCommand::List { config, .. }
    | JournalCommand::Show { config, .. }
    | JournalCommand::Retry { config, .. }
    | JournalCommand::Export { config, .. }) = call;
    let Some(config) = config.load() else { return Ok(ExitStatus::InvalidConfig) };
    let kept = config.store.text_retention;
    block_on(async {
        let url = config.store.url.expose_secret();
        match call {
            JournalCommand::List { state, limit, format, .. } => {
                list(&Store::open_to_read(url).await?, *state, *limit, *format).await
            }
            JournalCommand::Show { id, format, .. } => {
                show(&Store::open_to_read(url).await?, id, *format, kept).await
            }
            JournalCommand::Export { options, .. } => {
                export::export(&Store::open_to_read(url).await?, options).await
            }
            JournalCommand::Retry { id, format, .. } => {
                let OpenedStore { store, writer } = Store::open_alongside(url).await?;
                let retried = async {
                    let retried = retry::retry(&store, id.as_deref(), *format).await;
                    store.close();
                    retried
                };
                tokio::join!(retried, writer).0
            }
        }
    })
}

async fn list(
    store: &Store,
    state: Option<StateFilter>,
    limit: usize,
    format: OutputFormat,
) -> anyhow::Result<ExitStatus> {
    let state = state.map(StateFilter::as_str);
    let rows = store.list(state.as_deref(), limit).await?;
    match format {
        OutputFormat::Table if rows.is_empty() => eprintln!("No command."),
        OutputFormat::Table => {
            let mut table = Table::new();
            table
                .load_style(UTF8_HORIZONTAL_ONLY)
                .set_header(["id", "accepted", "instance", "admin", "state", "command"]);
            for row in &rows {
                // Until the reply is sent, the outcome is planned, not final.
                let ended = row.outcome.as_deref().filter(|_| row.finished_at.is_some());
                let state = ended.unwrap_or(&row.state);
                let text = strip_control(&row.text);
                table.add_row([
                    row.id.as_str(),
                    &row.accepted_at.to_string(),
                    &row.instance,
                    &row.admin,
                    state,
                    if is_trimmed(row) { "(text removed)" } else { &text },
                ]);
            }
            print_output(&format!("{table}\n"))?;
        }
        OutputFormat::Json => {
            print_output(&format!("{:#}\n", json!(rows.iter().map(to_json).collect::<Vec<_>>())))?
        }
        OutputFormat::Csv => print_output(&to_csv(&rows)?)?,
    }
    Ok(ExitStatus::Success)
}

async fn show(store: &Store, id: &str, format: OutputFormat, kept: Duration) -> anyhow::Result<ExitStatus> {
    let rows = store.find(id).await?;
    let row = expect_single(&rows, id)?;
    let events = store.audit_events(&row.id).await?;
    match format {
        OutputFormat::Table => print_output(&format_text(row, &events, kept))?,
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

/// The command ended so long ago that its texts were deleted.
fn is_trimmed(row: &CommandRow) -> bool {
    row.text.is_empty()
}

fn format_text(row: &CommandRow, events: &[AuditEvent], kept: Duration) -> String {
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
                event.at,
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

/// Removes control and invisible characters: typed text must neither control the terminal nor reverse
/// a line.
fn strip_control(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {}", strip_control(line))).collect::<Vec<_>>().join("\n")
}
